"""Export and import as JSON lines; backup and restore of the whole file.

Each exported row keeps its id, so importing a file twice, or into the data that it came from,
adds nothing. The structures of the lines are imported only when needed.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import msgspec

from quizapp.errors import CannotSave, ProgressError
from quizapp.study import files
from quizapp.study.faults import cannot_be_written
from quizapp.study.store import Store, backup_in_memory

if TYPE_CHECKING:
    from quizapp.study.importing import Imported


class Transfer(Store):
    """What goes out of the database whole, and comes back."""

    def export(self, out: BinaryIO, *, now: datetime) -> int:
        """Write everything as JSON lines; returns the number of records."""
        from quizapp.study.records import TABLES, VERSION, End, Header, record, select

        encode = msgspec.json.Encoder().encode
        out.write(encode(Header(version=VERSION, exported=now)) + b"\n")
        records = 0
        self._db.execute("BEGIN")  # one moment of the data, whatever other windows save
        try:
            for table in TABLES:
                for row in self._db.execute(select(table)):
                    out.write(encode(record(table, row)) + b"\n")
                    records += 1
        finally:
            self._db.execute("ROLLBACK")
        out.write(encode(End(records=records)) + b"\n")
        return records

    def export_to(self, target: Path, *, now: datetime) -> int:
        """Export into a file that is there in full or not at all; raises ProgressError."""
        unfinished = target.with_name(target.name + ".part")
        try:
            with unfinished.open("wb") as out:
                records = self.export(out, now=now)
            unfinished.replace(target)
        except OSError as error:
            with suppress(OSError):
                unfinished.unlink(missing_ok=True)
            raise ProgressError(f"{target} can't be written: {error.strerror}") from error
        return records

    def import_lines(self, lines: Iterable[bytes]) -> Imported:
        """Add what the lines of an export hold: all of it, or nothing and BadImport is raised.

        What is here already is left as it is. Of a sitting still open here, and of each of its
        responses and each setting, the version saved later stays. Raises CannotSave.
        """
        from quizapp.study.importing import Import

        self._keeps()
        with self.writing() as db:
            return Import(db).run(lines)

    def import_from(self, source: Path) -> Imported:
        """`import_lines` from a file; raises ProgressError where it can't be read."""
        try:
            with source.open("rb") as lines:
                return self.import_lines(lines)
        except OSError as error:
            raise ProgressError(f"{source} can't be read: {error.strerror}") from error

    def backup(self, *, now: datetime) -> Path:
        """Copy the database into ``backups/``; returns the new file. Raises ProgressError."""
        target = files.dated(self.path.parent / "backups", now)
        try:
            files.copy_to(self._db, target)
        except (OSError, sqlite3.Error) as error:
            raise ProgressError(f"{target} can't be written: {error}") from error
        return target

    def backups(self) -> list[tuple[Path, datetime]]:
        """The backups there are, newest first."""
        return files.backups(self.path.parent)

    def restore(self, backup: Path, *, now: datetime) -> Path:
        """Put a backup in place of the present data; returns a backup of the latter.

        Raises ProgressError where the backup can't be read or used, NewerProgress, CannotSave.
        """
        self._keeps()
        with closing(backup_in_memory(backup)) as source:
            kept = self.backup(now=now)
            try:
                source.backup(self._db)
            except sqlite3.Error as error:
                raise self._told(error) from error
        return kept

    def _keeps(self) -> None:
        """Raise CannotSave where what is brought in would be forgotten at the end."""
        if not self.can_save:
            raise CannotSave(cannot_be_written(self.path))
