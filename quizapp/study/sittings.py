"""Sittings of the practice exam: what was typed, where the learner is, who holds it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, cast

import msgspec
from msgspec import Struct

from quizapp.content.model import Exam, Given
from quizapp.errors import SittingMoved, UsageError
from quizapp.study.ids import next_id
from quizapp.study.schema import QUARTER
from quizapp.study.store import Store
from quizapp.study.times import micros, moment, moment_or_none

Givens = Mapping[str, Mapping[str, Given]]
_LARGEST = 2**63 - 1


class Response(Struct, frozen=True):
    """What the learner typed into one part."""

    text: str
    cursor: int
    saved: datetime  # when the text last changed
    seconds: float = 0.0  # what the sitting's clock showed then


class Sitting(Struct, frozen=True, kw_only=True):
    """One sitting of the practice exam, as it was last saved."""

    id: int
    started: datetime
    finished: datetime | None = None
    seed: int | None = None  # None: numbers as printed
    minutes: int | None = 120  # None: no clock
    seconds_used: float = 0.0
    interruptions: int = 0  # how often the clock stood still
    at: str = ""  # id of the question the learner is at
    focus: str = ""  # id of the part that has the focus
    saved: datetime | None = None
    givens: dict[str, dict[str, Given]] = {}  # fresh numbers of each question
    later: frozenset[str] = frozenset()  # ids of questions put off
    responses: dict[str, dict[str, Response]] = {}  # question id -> part id

    def text(self, question: str, part: str) -> str:
        """What was typed into a part; "" for nothing."""
        response = self.responses.get(question, {}).get(part)
        return response.text if response else ""

    def texts(self, question: str) -> dict[str, str]:
        """Part id -> text, as `quizapp.marking.grading.grade` takes it."""
        return {part: r.text for part, r in self.responses.get(question, {}).items()}


class SittingLine(Struct, frozen=True, kw_only=True):
    """One sitting in a list."""

    id: int
    started: datetime
    finished: datetime | None
    minutes: int | None
    seconds_used: float
    points: float | None  # so far; None until a part is decided
    max_points: float  # of all parts; 0 until the sitting is finished
    points_open: float  # max points of the parts not yet decided
    parts_open: int  # parts not yet decided


_COLUMNS = (
    "id, started, finished, seed, minutes, seconds_used, interruptions, at, focus, saved,"
    " givens, later"
)


class Sittings(Store):
    """Starting, saving, taking over and finishing sittings."""

    def sittings(self) -> list[SittingLine]:
        """All sittings, newest first."""
        return [_line(row) for row in self.rows(_LINES)]

    def open_sitting(self) -> Sitting | None:
        """The newest unfinished sitting."""
        rows = self.rows("SELECT max(id) FROM sitting WHERE finished IS NULL")
        return None if rows[0][0] is None else self.sitting(rows[0][0])

    def sitting(self, sitting_id: int) -> Sitting:
        """One sitting with its responses; raises KeyError."""
        rows = self.rows(f"SELECT {_COLUMNS} FROM sitting WHERE id = ?", sitting_id)
        if not rows:
            raise KeyError(sitting_id)
        return _sitting(rows[0], self._responses(sitting_id))

    def _responses(self, sitting_id: int) -> dict[str, dict[str, Response]]:
        responses: dict[str, dict[str, Response]] = {}
        for question, part, text, cursor, saved, seconds in self.rows(
            "SELECT question, part, text, cursor, saved, seconds FROM response WHERE sitting = ?",
            sitting_id,
        ):
            response = Response(text, cursor, moment(saved), seconds)
            responses.setdefault(question, {})[part] = response
        return responses

    def start_sitting(
        self,
        *,
        now: datetime,
        seed: int | None = None,
        minutes: int | None = 120,
        givens: Givens | None = None,
    ) -> Sitting:
        """Begin a sitting; an open one stays open. Raises CannotSave."""
        if seed is not None and not 0 <= seed <= _LARGEST:
            raise UsageError(f"a seed is a whole number from 0 to {_LARGEST}; got {seed}")
        numbers = msgspec.json.encode(givens or {}).decode()
        with self.writing() as db:
            sitting_id = next_id(db, "sitting", now)
            db.execute(
                "INSERT INTO sitting (id, started, seed, minutes, givens) VALUES (?, ?, ?, ?, ?)",
                (sitting_id, micros(now), seed, minutes, numbers),
            )
        return self.sitting(sitting_id)

    def save_sitting(
        self,
        sitting_id: int,
        *,
        now: datetime,
        window: str,
        responses: Mapping[tuple[str, str], tuple[str, int]] = {},
        at: str | None = None,
        focus: str | None = None,
        later: Iterable[str] | None = None,
        seconds_used: float | None = None,
        interruptions: int | None = None,
    ) -> None:
        """Save what changed, in one transaction; with nothing changed it is the heartbeat.

        ``responses`` maps (question, part) to (text, cursor). Raises CannotSave, and
        SittingMoved where another window holds or has finished the sitting.
        """
        with self.writing() as db:
            before = _held(db, sitting_id, window)
            clock = before if seconds_used is None else max(before, seconds_used)
            if clock > before:
                db.execute(_SPEND, (sitting_id, micros(now) // QUARTER, clock - before))
            _update(
                db,
                sitting_id,
                holder=window,
                held=micros(now),
                saved=micros(now),
                seconds_used=clock,
                interruptions=interruptions,
                at=at,
                focus=focus,
                later=None if later is None else msgspec.json.encode(sorted(later)).decode(),
            )
            db.executemany(
                _SAVE_RESPONSE,
                [
                    (sitting_id, question, part, storable(text), cursor, micros(now), clock)
                    for (question, part), (text, cursor) in responses.items()
                ],
            )

    def take_sitting(self, sitting_id: int, *, now: datetime, window: str) -> None:
        """Make this window the holder; the other's next save raises SittingMoved."""
        with self.writing() as db:
            _unfinished(db, sitting_id)
            _update(db, sitting_id, holder=window, held=micros(now))

    def leave_sitting(self, sitting_id: int, *, window: str) -> None:
        """Hold it no longer (on quitting), so that the next window need not ask."""
        with self.writing() as db:
            db.execute(
                "UPDATE sitting SET holder = '', held = NULL WHERE id = ? AND holder = ?",
                (sitting_id, window),
            )

    def holder(self, sitting_id: int) -> tuple[str, datetime] | None:
        """The window that holds the sitting, and when it last saved."""
        rows = self.rows("SELECT holder, held FROM sitting WHERE id = ?", sitting_id)
        if not rows or not rows[0][0]:
            return None
        return rows[0][0], moment(rows[0][1])

    def finish_sitting(
        self,
        sitting_id: int,
        *,
        now: datetime,
        exam: Exam | None = None,
        window: str | None = None,
    ) -> None:
        """Close the responses for good.

        With ``exam``, each of its parts is on the list of those to be marked from this moment,
        so that marking which is interrupted leaves none behind. Raises SittingMoved.
        """
        with self.writing() as db:
            if window is None:
                _unfinished(db, sitting_id)
            else:
                _held(db, sitting_id, window)
            _update(db, sitting_id, finished=micros(now), saved=micros(now), holder="")
            parts = [
                (sitting_id, question.id, part.id, part.points)
                for question in (exam.questions if exam else ())
                for part in question.parts
            ]
            db.executemany(EXPECT_PART, parts)


# ----------------------------------------------------------------------------- statements

EXPECT_PART = (
    "INSERT OR IGNORE INTO sitting_part (sitting, question, part, max_points) VALUES (?, ?, ?, ?)"
)

_SAVE_RESPONSE = """
    INSERT INTO response (sitting, question, part, text, cursor, saved, seconds)
    VALUES (?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (sitting, question, part) DO UPDATE SET
        cursor = excluded.cursor,
        saved = CASE WHEN text = excluded.text THEN saved ELSE excluded.saved END,
        seconds = CASE WHEN text = excluded.text THEN seconds ELSE excluded.seconds END,
        text = excluded.text
"""

_SPEND = """
    INSERT INTO sitting_time VALUES (?, ?, ?)
    ON CONFLICT (sitting, quarter) DO UPDATE SET seconds = seconds + excluded.seconds
"""

_LINES = """
    SELECT sitting.id, started, finished, minutes, seconds_used,
        sum(points), total(max_points), total(max_points * (attempt IS NULL)),
        count(part) - count(attempt)
    FROM sitting LEFT JOIN sitting_part ON sitting_part.sitting = sitting.id
    GROUP BY sitting.id ORDER BY sitting.id DESC
"""


def storable(text: str) -> str:
    """The text with half surrogates, which no file can hold, replaced by �."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def _update(db: sqlite3.Connection, sitting_id: int, **columns: object) -> None:
    """Set the columns that are not None."""
    given = {name: value for name, value in columns.items() if value is not None}
    assignments = ", ".join(f"{name} = ?" for name in given)
    db.execute(f"UPDATE sitting SET {assignments} WHERE id = ?", (*given.values(), sitting_id))


def _unfinished(db: sqlite3.Connection, sitting_id: int) -> tuple[str, float]:
    """Holder and clock; raises SittingMoved where nothing can be saved any more."""
    row = db.execute(
        "SELECT finished, holder, seconds_used FROM sitting WHERE id = ?", (sitting_id,)
    ).fetchone()
    if row is None:
        raise SittingMoved("This sitting is no longer in the progress file; here it is read-only.")
    finished, holder, seconds_used = row
    if finished is not None:
        raise SittingMoved("This sitting is finished; its responses can't be changed any more.")
    return holder, seconds_used


def _held(db: sqlite3.Connection, sitting_id: int, window: str) -> float:
    """The clock of a sitting that this window may save; raises SittingMoved."""
    holder, seconds_used = _unfinished(db, sitting_id)
    if holder not in ("", window):
        raise SittingMoved("This sitting was moved to another window; here it is read-only.")
    return seconds_used


def _sitting(row: tuple[Any, ...], responses: dict[str, dict[str, Response]]) -> Sitting:
    (sitting_id, started, finished, seed, minutes, seconds_used, interruptions, at, focus, saved,
     givens, later) = row  # fmt: skip
    return Sitting(
        id=sitting_id,
        started=moment(started),
        finished=moment_or_none(finished),
        seed=seed,
        minutes=minutes,
        seconds_used=seconds_used,
        interruptions=interruptions,
        at=at,
        focus=focus,
        saved=moment_or_none(saved),
        givens=cast("dict[str, dict[str, Given]]", msgspec.json.decode(givens)),
        later=frozenset(msgspec.json.decode(later, type=list[str])),
        responses=responses,
    )


def _line(row: tuple[Any, ...]) -> SittingLine:
    (sitting_id, started, finished, minutes, seconds_used, points, max_points, points_open,
     parts_open) = row  # fmt: skip
    return SittingLine(
        id=sitting_id,
        started=moment(started),
        finished=moment_or_none(finished),
        minutes=minutes,
        seconds_used=seconds_used,
        points=points,
        max_points=max_points,
        points_open=points_open,
        parts_open=parts_open,
    )
