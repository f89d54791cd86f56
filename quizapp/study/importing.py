"""Reading an export back: line by line, within one transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import Any

import msgspec
from msgspec import Struct

from quizapp.errors import BadImport
from quizapp.marking.grade import PartGrade
from quizapp.study.records import (
    VERSION,
    AttemptRecord,
    End,
    Header,
    Line,
    ResponseRecord,
    Row,
    SettingRecord,
    SittingRecord,
    TimeRecord,
    columns,
)
from quizapp.study.schema import TIME_OF_SITTINGS
from quizapp.study.wording import count

_NOTHING = "Nothing was imported."
_WITH_TIMES = 2  # the first version whose exports say when a sitting's clock went


class Imported(Struct, frozen=True):
    """How many records an import added or brought up to date, and how many it knew."""

    new: int
    known: int

    def __str__(self) -> str:
        were = "was" if self.known == 1 else "were"
        return f"{count(self.new, 'record')} imported; {self.known:,} {were} here already."


class Import:
    """One import within one transaction of the caller's."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._decoder: msgspec.json.Decoder[Line] = msgspec.json.Decoder(Line)
        self._open_sittings: set[int] = set()  # those whose responses and clock may still change

    def run(self, lines: Iterable[bytes]) -> Imported:
        """Add all lines; raises BadImport, whereupon the caller rolls back."""
        new = known = version = 0
        end: End | None = None
        for number, line in enumerate(lines, 1):
            record = self._read(line, number)
            if end is not None or isinstance(record, Header) != (number == 1):
                raise _bad(number, "is not in the place where an export has it")
            if isinstance(record, End):
                end = record
            elif isinstance(record, Header):
                version = record.version
            else:
                added = self._add(record, number)
                new, known = new + added, known + (not added)
        if end is None or end.records != new + known:
            raise BadImport(f"The file is cut off: lines at its end are missing. {_NOTHING}")
        if version < _WITH_TIMES:
            self._db.execute(TIME_OF_SITTINGS)
        return Imported(new, known)

    def _read(self, line: bytes, number: int) -> Line:
        if number == 1:
            _check_version(line)
        try:
            record = self._decoder.decode(line)
            if isinstance(record, AttemptRecord):
                _check_grade(record)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise _bad(
                number, f"can't be read ({error}); the file is damaged or cut off"
            ) from error
        return record

    def _add(self, record: Row, number: int) -> bool:
        """Whether the record changed anything."""
        try:
            match record:
                case SittingRecord():
                    return self._add_sitting(record)
                case ResponseRecord():
                    return self._add_response(record)
                case TimeRecord():
                    return self._add_time(record)
                case SettingRecord():
                    return self._upsert(record, "name")
                case _:
                    return self._insert(record)
        except sqlite3.IntegrityError as error:
            raise _bad(number, f"does not go with the lines before it ({error})") from error

    def _add_sitting(self, record: SittingRecord) -> bool:
        ours = self._db.execute(
            "SELECT finished, coalesce(saved, started) FROM sitting WHERE id = ?", (record.id,)
        ).fetchone()
        if ours is None:
            self._open_sittings.add(record.id)
            return self._insert(record)
        finished, saved = ours
        if finished is not None:
            return False
        self._open_sittings.add(record.id)
        values = columns(record)
        if (values["saved"] or values["started"]) <= saved:
            return False
        assignments = ", ".join(f"{name} = :{name}" for name in values)
        self._db.execute(f"UPDATE sitting SET {assignments} WHERE id = :id", values)
        return True

    def _add_response(self, record: ResponseRecord) -> bool:
        if record.sitting in self._open_sittings:
            return self._upsert(record, "sitting, question, part")
        return False

    def _add_time(self, record: TimeRecord) -> bool:
        """A sitting's clock only ever went forward: of two records the longer is the later."""
        if record.sitting not in self._open_sittings:
            return False
        return self._changes(
            f"{_insert(record)} ON CONFLICT (sitting, quarter) DO UPDATE"
            " SET seconds = excluded.seconds WHERE excluded.seconds > seconds",
            columns(record),
        )

    def _insert(self, record: Row) -> bool:
        return self._changes(f"{_insert(record)} ON CONFLICT DO NOTHING", columns(record))

    def _upsert(self, record: Row, key: str) -> bool:
        """Insert, or replace what was saved earlier."""
        values = columns(record)
        assignments = ", ".join(f"{name} = excluded.{name}" for name in values)
        return self._changes(
            f"{_insert(record)} ON CONFLICT ({key}) DO UPDATE SET {assignments}"
            " WHERE excluded.saved > saved",
            values,
        )

    def _changes(self, sql: str, values: dict[str, Any]) -> bool:
        return self._db.execute(sql, values).rowcount > 0


def _insert(record: Row) -> str:
    names = record.__struct_fields__
    table = record.__struct_config__.tag
    return f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join(':' + n for n in names)})"


class _AnyHeader(Struct):
    record: str
    version: int


def _check_version(line: bytes) -> None:
    try:
        header = msgspec.json.decode(line, type=_AnyHeader)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        header = _AnyHeader("", 0)
    if header.record != "header":
        raise BadImport(f"This is no export of quizapp: its first line is no header. {_NOTHING}")
    if header.version > VERSION:
        raise BadImport(
            f"This export was written by a newer quizapp (format {header.version}; this one"
            f" reads format {VERSION}). Update quizapp. {_NOTHING}"
        )


def _check_grade(record: AttemptRecord) -> None:
    """What can't be read back as a grade may not come in; raises ValidationError."""
    own = {name: getattr(record, name) for name in ("part", "verdict", "points", "max_points")}
    msgspec.convert(record.detail | own, PartGrade)


def _bad(number: int, what: str) -> BadImport:
    return BadImport(f"Line {number} {what}. {_NOTHING}")
