"""The lines of an export, one structure each; an import is checked against them.

An export is a header line, one line a row, and a last line with their number, by which a file
that was cut off is known:

    {"record":"header","version":2,"exported":"2026-11-20T09:00:00Z"}
    {"record":"claim","id":3764734289512060899,"at":"2026-11-20T08:12:00Z","item":"w4-5", …}
    {"record":"end","records":1}
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Literal, TypeAlias

import msgspec
from msgspec import Meta, Raw, Struct

from quizapp.content.model import Given
from quizapp.marking.grade import Verdict
from quizapp.study.attempts import Kind
from quizapp.study.ids import HIGHEST, LOWEST
from quizapp.study.reviews import Kind as ReviewKind
from quizapp.study.times import micros, moment

VERSION = 2  # 2 added review and sitting_time; lines of version 1 are read as they are

Id: TypeAlias = Annotated[int, Meta(ge=LOWEST, le=HIGHEST)]
Whole: TypeAlias = Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]
Time: TypeAlias = Annotated[datetime, Meta(tz=True)]


class Record(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="record"):
    """One line; the fields of a row's line are the columns of its table."""


class Header(Record, frozen=True, tag="header"):
    """The first line."""

    version: int
    exported: Time


class SittingRecord(Record, frozen=True, tag="sitting"):
    id: Id
    started: Time
    finished: Time | None
    saved: Time | None
    seed: Whole | None
    minutes: Whole | None
    seconds_used: float
    interruptions: Whole
    at: str
    focus: str
    later: list[str]
    givens: dict[str, dict[str, Given]]


class ResponseRecord(Record, frozen=True, tag="response"):
    sitting: Id
    question: str
    part: str
    text: str
    cursor: Whole
    saved: Time
    seconds: float


class PartRecord(Record, frozen=True, tag="sitting_part"):
    sitting: Id
    question: str
    part: str
    max_points: float


class MarkRecord(Record, frozen=True, tag="mark"):
    id: Id
    at: Time
    sitting: Id
    question: str
    part: str
    criterion: str
    suggested: float | None
    level: str
    points: float | None
    flagged: bool


class ClaimRecord(Record, frozen=True, tag="claim"):
    id: Id
    at: Time
    item: str
    claimed: bool


class AttemptRecord(Record, frozen=True, tag="attempt"):
    id: Id
    at: Time
    kind: Kind
    question: str
    part: str
    seed: Whole | None
    response: str
    verdict: Verdict
    points: float
    max_points: Annotated[float, Meta(gt=0)]
    misconception: str
    hints: Whole
    seconds: float | None
    sitting: Id | None
    detail: dict[str, Any]


class ReviewRecord(Record, frozen=True, tag="review"):
    id: Id
    at: Time
    card: str
    what: Literal["rated", "undone", "buried"]
    kind: ReviewKind
    rating: Annotated[int, Meta(ge=1, le=4)] | None
    suggested: Annotated[int, Meta(ge=1, le=4)] | None
    seconds: float | None
    state: Annotated[int, Meta(ge=1, le=3)] | None
    step: Annotated[int, Meta(ge=0, le=99)] | None
    stability: Annotated[float, Meta(gt=0, lt=1e9)] | None
    difficulty: Annotated[float, Meta(ge=1, le=10)] | None
    due: Time | None
    before: Id | None
    until: Time | None
    sitting: Id | None


class TimeRecord(Record, frozen=True, tag="sitting_time"):
    sitting: Id
    quarter: Whole
    seconds: float


class SettingRecord(Record, frozen=True, tag="setting"):
    name: str
    value: Raw
    saved: Time


class End(Record, frozen=True, tag="end"):
    """The last line."""

    records: int


Row: TypeAlias = (
    SittingRecord
    | ResponseRecord
    | PartRecord
    | MarkRecord
    | ClaimRecord
    | AttemptRecord
    | ReviewRecord
    | TimeRecord
    | SettingRecord
)
Line: TypeAlias = Header | Row | End

# Each table with the order of its rows; a table stands after those that it refers to.
TABLES: dict[str, tuple[type[Row], str]] = {
    "sitting": (SittingRecord, "id"),
    "response": (ResponseRecord, "sitting, question, part"),
    "sitting_part": (PartRecord, "sitting, question, part"),
    "mark": (MarkRecord, "id"),
    "claim": (ClaimRecord, "id"),
    "attempt": (AttemptRecord, "id"),
    "review": (ReviewRecord, "id"),
    "sitting_time": (TimeRecord, "sitting, quarter"),
    "setting": (SettingRecord, "name"),
}
_TIMES = {
    "at",
    "started",
    "finished",
    "saved",
    "due",
    "until",
}  # but a sitting's `at` is a question
_JSON = {"later", "givens", "detail", "value"}
_YES_OR_NO = {"claimed", "flagged"}


def select(table: str) -> str:
    """The query whose rows `record` takes."""
    record, order = TABLES[table]
    return f"SELECT {', '.join(record.__struct_fields__)} FROM {table} ORDER BY {order}"


def record(table: str, row: tuple[Any, ...]) -> Row:
    """A row of the database as a line of the export."""
    kind, _ = TABLES[table]
    return kind(**{
        name: _from_column(name, value)
        for name, value in zip(kind.__struct_fields__, row, strict=True)
    })  # fmt: skip


def _from_column(name: str, value: Any) -> Any:
    if name in _JSON:
        return Raw(value.encode())
    if name in _TIMES and isinstance(value, int):
        return moment(value)
    return bool(value) if name in _YES_OR_NO else value


def columns(row: Row) -> dict[str, Any]:
    """A line of an export as columns of its table."""
    return {name: _to_column(getattr(row, name)) for name in row.__struct_fields__}


def _to_column(value: Any) -> Any:
    if isinstance(value, datetime):
        return micros(value.astimezone(UTC))
    if isinstance(value, Raw):
        return bytes(value).decode()
    if isinstance(value, dict | list):
        return msgspec.json.encode(value).decode()
    return value
