"""The SQLite file behind everything the learner did: opening, saving, faults.

What is saved survives `kill -9` at once: it is in the write-ahead log (WAL) when a save returns.
With ``synchronous=NORMAL`` a save does not wait for the disk; `quizapp.study.syncing` has the log
synced within half a second, for the power cut. ``FULL`` would wait at each save: measured over 300
saves of a sitting on an SSD, 0.4 ms in the median and 0.5 ms at the 99th percentile while the disk
was idle, but 6 and 14 ms while other programs wrote; NORMAL stays below 1 ms in both.

Two windows may open the same file. They open it one after the other, so that a damaged file is
moved aside by one of them only. A transaction takes the write lock at once (BEGIN IMMEDIATE) and
waits up to a second for the other window's, asking every millisecond: SQLite's own waiting asks
ever more rarely and loses against a window that writes all the time.

A Store is used by the thread that opened it; another thread opens its own.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any, Self

from quizapp.errors import CannotSave, NewerProgress, ProgressError
from quizapp.study import faults, files
from quizapp.study.schema import APPLICATION_ID, MIGRATIONS, TABLES
from quizapp.study.syncing import Syncing
from quizapp.study.wording import moment_text

_OPENING_SECONDS = 5.0
_ASK_SECONDS = 0.002
Migrations = Sequence[Sequence[str]]


class Store:
    """An open database of this version."""

    patience = 1.0  # seconds to wait for another window that writes

    def __init__(
        self, db: sqlite3.Connection, path: Path, *, can_save: bool, notices: tuple[str, ...]
    ) -> None:
        self._db = db
        self.path = path
        self.can_save = can_save
        self.notices = notices
        self._syncing = Syncing(path.with_name(path.name + "-wal")) if can_save else None

    @classmethod
    def open(
        cls,
        folder: Path | None = None,
        *,
        now: datetime,
        migrations: Migrations = MIGRATIONS,
    ) -> Self:
        """Open the learner's data, creating or migrating it where needed.

        A damaged file is moved aside and a new one begun; where nothing can be written, what is
        there is read into memory. Both stand in ``notices``. Raises NewerProgress for a file
        of a newer quizapp, and CannotSave while another window keeps it locked.
        """
        path = (files.data_folder() if folder is None else folder) / files.NAME
        _refuse_newer(path, migrations)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            if not files.writable(path):
                return cls._in_memory(path, migrations)
            with files.opening(path.parent, _OPENING_SECONDS):
                return cls._from_file(path, migrations, now)
        except OSError:
            return cls._in_memory(path, migrations)
        except sqlite3.Error as error:
            if faults.unwritable(error):
                return cls._in_memory(path, migrations)
            if faults.busy(error):
                raise CannotSave(
                    f"{path} is being written by another window. Try again in a moment."
                ) from error
            raise

    @classmethod
    def _from_file(cls, path: Path, migrations: Migrations, now: datetime) -> Self:
        notices: tuple[str, ...] = ()
        try:
            db = _connect(path, migrations, now)
        except _Damaged:
            notices = (_moved(path, now),)
            db = _connect(path, migrations, now)
        db.execute(f"PRAGMA busy_timeout = {_ASK_SECONDS * 1000:.0f}")
        return cls(db, path, can_save=True, notices=notices)

    @classmethod
    def _in_memory(cls, path: Path, migrations: Migrations) -> Self:
        db = _copied_into_memory(path, migrations)
        return cls(db, path, can_save=False, notices=(faults.cannot_be_written(path),))

    def close(self) -> None:
        """Close the file; nothing is pending, each save is finished when it returns."""
        if self._syncing is not None:
            self._syncing.close()
        self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction: all of it is saved, or CannotSave is raised and none of it."""
        try:
            self._patiently("BEGIN IMMEDIATE")
            try:
                yield self._db
                self._db.execute("COMMIT")
                if self._syncing is not None:
                    self._syncing.saved()
            except BaseException:
                # A full disk may have rolled back already.
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise
        except sqlite3.Error as error:
            raise self._told(error) from error

    def rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """All rows of a query; raises CannotSave where the file turns out to be damaged."""
        try:
            return self._patiently(sql, *values).fetchall()
        except sqlite3.Error as error:
            raise self._told(error) from error

    def _patiently(self, sql: str, *values: object) -> sqlite3.Cursor:
        end = time.monotonic() + self.patience
        while True:
            try:
                return self._db.execute(sql, values)
            except sqlite3.OperationalError as error:
                if not faults.busy(error) or time.monotonic() > end:
                    raise

    def _told(self, error: sqlite3.Error) -> Exception:
        if faults.damaged(error):
            # The next start checks the whole file; doing so at every start would be too slow.
            with suppress(OSError):
                _suspicion(self.path).touch()
        sentence = faults.told(error, self.path)
        if sentence is None:  # our own mistake: to be seen as it is
            raise error
        return sentence


# ----------------------------------------------------------------------------- opening


class _Damaged(Exception):
    """The file is no database, not ours, or not whole."""


def _suspicion(path: Path) -> Path:
    """Beside the database while it is suspected to be damaged."""
    return path.with_name(path.name + "-suspected")


def _refuse_newer(path: Path, migrations: Migrations, version: int | None = None) -> None:
    if (files.header_version(path) if version is None else version) <= len(migrations):
        return
    writer = files.written_by(path)
    by = f"quizapp {writer}" if writer else "a newer quizapp"
    raise NewerProgress(
        f"This progress file was written by {by}. Update quizapp; the file was not touched."
    )


def _connect(path: Path, migrations: Migrations, now: datetime) -> sqlite3.Connection:
    """An open, current, plausible database; raises _Damaged, NewerProgress, sqlite3.Error."""
    db = sqlite3.connect(path, timeout=_OPENING_SECONDS, isolation_level=None)
    try:
        _check(db, path)
        db.execute("PRAGMA synchronous = NORMAL")
        db.execute("PRAGMA foreign_keys = ON")
        _migrate(db, path, migrations, now)
        if not _tables(db) >= TABLES:
            raise _Damaged
    except sqlite3.Error as error:
        db.close()
        if faults.damaged(error):
            raise _Damaged from error
        raise
    except BaseException:
        db.close()
        raise
    return db


def _check(db: sqlite3.Connection, path: Path) -> None:
    """Refuse what is not ours; a suspected file is checked to its last page."""
    (application_id,) = db.execute("PRAGMA application_id").fetchone()
    if application_id != APPLICATION_ID and _tables(db):
        raise _Damaged
    suspicion = _suspicion(path)
    if suspicion.exists():
        (answer,) = db.execute("PRAGMA integrity_check(1)").fetchone()
        if answer != "ok":
            raise _Damaged
        suspicion.unlink(missing_ok=True)


def _tables(db: sqlite3.Connection) -> set[str]:
    return {name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}


def _migrate(db: sqlite3.Connection, path: Path, migrations: Migrations, now: datetime) -> None:
    """Bring the file to the newest version, in one transaction, after one backup."""
    if _version(db) == len(migrations):
        return
    db.execute("PRAGMA journal_mode = WAL")  # stays with the file
    db.execute("BEGIN IMMEDIATE")  # a window of an older quizapp may have it open
    try:
        version = _version(db)
        _refuse_newer(path, migrations, version)
        if 0 < version < len(migrations):
            _back_up(path, now)
        _apply(db, migrations, version)
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise
    # Into the header, where an older quizapp looks before it opens the file.
    db.execute("PRAGMA wal_checkpoint(PASSIVE)")


def _apply(db: sqlite3.Connection, migrations: Migrations, version: int) -> None:
    if version == len(migrations):
        return
    for statements in migrations[version:]:
        for statement in statements:
            db.execute(statement)
    db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    db.execute(f"PRAGMA user_version = {len(migrations)}")
    db.execute("INSERT OR REPLACE INTO about VALUES ('written_by', ?)", (_own_version(),))


def _version(db: sqlite3.Connection) -> int:
    version: int = db.execute("PRAGMA user_version").fetchone()[0]
    return version


def _back_up(path: Path, now: datetime) -> None:
    # A second connection: a copy can't be made from the one that holds the lock.
    with closing(sqlite3.connect(path, timeout=_OPENING_SECONDS)) as source:
        files.copy_to(source, files.dated(path.parent / "backups", now))


def _own_version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("quizapp")
    except PackageNotFoundError:
        return ""


def _moved(path: Path, now: datetime) -> str:
    """Set a damaged file aside; returns the sentence for the person."""
    kept = files.set_aside(path, now)
    _suspicion(path).unlink(missing_ok=True)
    sentence = (
        "Your progress file could not be read."
        f" It was moved, not deleted, to {kept}. A new one is in use."
    )
    backups = files.backups(path.parent)
    if backups:
        when = moment_text(backups[0][1], now)
        sentence += f" Backup of {when}: see Restore a backup in Commands."
    return sentence


def _copied_into_memory(path: Path, migrations: Migrations) -> sqlite3.Connection:
    """What can be read of a file that can't be written, in memory; else an empty database."""
    for options in ("mode=ro", "immutable=1"):  # the second needs no companion files
        db = sqlite3.connect(":memory:", isolation_level=None)
        try:
            with closing(_read_only(path, options)) as source:
                source.backup(db)
            return _current(db, migrations)
        except (sqlite3.Error, _Damaged):
            db.close()
    return _current(sqlite3.connect(":memory:", isolation_level=None), migrations)


def backup_in_memory(path: Path, migrations: Migrations = MIGRATIONS) -> sqlite3.Connection:
    """A backup, checked to its last page and brought to this version; the file is untouched.

    Raises ProgressError where it is missing, damaged or no progress file, and NewerProgress.
    """
    if not path.is_file():
        raise ProgressError(f"There is no backup {path}.")
    _refuse_newer(path, migrations)
    options = "mode=ro" if path.with_name(path.name + "-wal").exists() else "immutable=1"
    db = sqlite3.connect(":memory:", isolation_level=None)
    try:
        with closing(_read_only(path, options)) as source:
            source.backup(db)
        if db.execute("PRAGMA application_id").fetchone() != (APPLICATION_ID,):
            raise _Damaged
        if db.execute("PRAGMA integrity_check(1)").fetchone() != ("ok",):
            raise _Damaged
        return _current(db, migrations)
    except (sqlite3.Error, _Damaged) as error:
        db.close()
        raise ProgressError(
            f"{path} can't be used: it is damaged or no backup of quizapp. Nothing was changed."
        ) from error


def _read_only(path: Path, options: str) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?{options}", uri=True)


def _current(db: sqlite3.Connection, migrations: Migrations) -> sqlite3.Connection:
    """The same database, brought to the newest version."""
    db.execute("PRAGMA foreign_keys = ON")
    db.execute("BEGIN")
    _apply(db, migrations, _version(db))
    db.execute("COMMIT")
    if not _tables(db) >= TABLES:
        raise _Damaged
    return db
