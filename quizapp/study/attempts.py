"""Attempts: one graded response each, for ever."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any, Literal, TypeAlias

import msgspec
from msgspec import Struct, structs

from quizapp.errors import ProgressError
from quizapp.marking.grade import Grade, PartGrade, Verdict
from quizapp.study.ids import next_id
from quizapp.study.memory import Memory, Model
from quizapp.study.reviews import Reviews, rate_by_share
from quizapp.study.schema import LATEST
from quizapp.study.sittings import EXPECT_PART, storable
from quizapp.study.times import micros, moment

Kind: TypeAlias = Literal["sitting", "drill", "review"]
Key: TypeAlias = tuple[str, str]  # question id, part id


class Attempt(Struct, frozen=True, kw_only=True):
    """A response with its verdict."""

    id: int
    at: datetime
    kind: Kind
    question: str  # or template
    seed: int | None  # None: numbers as printed
    response: str
    grade: PartGrade
    hints: int
    seconds: float | None
    sitting: int | None


class Tally(Struct, frozen=True, kw_only=True):
    """All attempts on one part, summed."""

    attempts: int
    correct: int
    points: float
    max_points: float
    last: datetime


class Try(Struct, frozen=True, gc=False):
    """A first try at a part: numbers that were new, or the latest marking in one sitting."""

    attempt: int  # its id; a later one is larger
    verdict: Verdict
    points: float
    max_points: float
    hints: int
    misconception: str


# The fields of a PartGrade that have a column of their own; the others go into `detail`.
_COLUMNS = ("part", "verdict", "points", "max_points", "misconception")
_SELECT = (
    "SELECT attempt.id, at, kind, attempt.question, seed, response, hints, seconds,"
    " attempt.sitting, attempt.part, verdict, attempt.points, attempt.max_points, misconception,"
    " detail FROM attempt"
)
_INSERT = (
    "INSERT INTO attempt (id, at, kind, question, part, seed, response, verdict, points,"
    " max_points, misconception, hints, seconds, sitting, detail)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
# From name to name along the index, and in each to the time: no older attempt is read.
_NAMED_SINCE = """
    WITH RECURSIVE named (name) AS (
        SELECT min(misconception) FROM attempt WHERE misconception <> ''
        UNION ALL
        SELECT (SELECT min(misconception) FROM attempt
            WHERE misconception > name AND misconception <> '')
        FROM named WHERE name IS NOT NULL)
    SELECT name, (SELECT count(*) FROM attempt
        WHERE misconception = name AND misconception <> '' AND at >= ?) AS times
    FROM named WHERE name IS NOT NULL ORDER BY times DESC, name
"""


class Attempts(Reviews):
    """Appending attempts, with what they say of their card, and reading them back."""

    def record_variant(
        self,
        grade: Grade,
        responses: Mapping[str, str],
        *,
        now: datetime,
        kind: Kind,
        seed: int | None,
        hints: Mapping[str, int] = {},
        seconds: float | None = None,
        first_try: bool,
    ) -> Memory | None:
        """Append an attempt for each part of a variant; returns its card's memory if it was rated.

        The first try at a variant in a drill rates its card, by the share of the points that the
        whole variant earned. A review's rating comes from the learner: see `rate`. ``responses``
        and ``hints`` are by part; ``seconds`` are of the whole variant. Raises CannotSave, and
        ProgressError for a grade still open.
        """
        for part in grade.parts:
            _refuse_open(grade.question, part)
        model = self.model(now)
        with self.writing() as db:
            for part in grade.parts:
                append(
                    db,
                    grade.question,
                    part,
                    now=now,
                    kind=kind,
                    response=responses.get(part.part, ""),
                    seed=seed,
                    hints=hints.get(part.part, 0),
                    seconds=None if seconds is None else seconds / len(grade.parts),
                )
            if kind != "drill" or not first_try or not grade.max_points:
                return None
            return rate_by_share(
                db,
                grade.question,
                grade.points / grade.max_points,
                model=model,
                now=now,
                kind="drill",
                helped=any(hints.values()),
            )

    def record_attempt(
        self,
        question: str,
        grade: PartGrade,
        *,
        now: datetime,
        kind: Kind,
        response: str,
        seed: int | None = None,
        hints: int = 0,
        seconds: float | None = None,
        sitting: int | None = None,
    ) -> None:
        """Append one attempt; raises CannotSave, and ProgressError for a grade still open."""
        _refuse_open(question, grade)
        with self.writing() as db:
            append(
                db,
                question,
                grade,
                now=now,
                kind=kind,
                response=response,
                seed=seed,
                hints=hints,
                seconds=seconds,
                sitting=sitting,
            )

    def record_grades(self, sitting_id: int, grades: Sequence[Grade], *, now: datetime) -> None:
        """Append an attempt for each part that marking decided.

        Open parts are put on the list of those that wait for marks. A part that already has
        this very grade is left out, so that marking which was interrupted can be run again.
        A question whose parts are all decided rates its card, once in a sitting.
        """
        known = self.part_grades(sitting_id)
        (seed,) = self.rows("SELECT seed FROM sitting WHERE id = ?", sitting_id)[0]
        responses = self._texts(sitting_id)
        model = self.model(now)
        with self.writing() as db:
            for question, grade in ((g.question, part) for g in grades for part in g.parts):
                key = (question, grade.part)
                if grade.verdict == "open":
                    db.execute(EXPECT_PART, (sitting_id, *key, grade.max_points))
                elif known.get(key) != grade:
                    append(
                        db,
                        question,
                        grade,
                        now=now,
                        kind="sitting",
                        response=responses.get(key, ""),
                        seed=seed,
                        sitting=sitting_id,
                    )
            for graded in grades:
                rate_decided(db, sitting_id, graded.question, model=model, now=now)

    def _texts(self, sitting_id: int) -> dict[Key, str]:
        rows = self.rows("SELECT question, part, text FROM response WHERE sitting = ?", sitting_id)
        return {(question, part): text for question, part, text in rows}

    def part_grades(self, sitting_id: int) -> dict[Key, PartGrade]:
        """The latest grade of each part that is decided."""
        rows = self.rows(
            f"{_SELECT} JOIN sitting_part ON attempt.id = sitting_part.attempt"
            " WHERE sitting_part.sitting = ?",
            sitting_id,
        )
        attempts = map(_attempt, rows)
        return {(attempt.question, attempt.grade.part): attempt.grade for attempt in attempts}

    def waiting(self, sitting_id: int) -> list[Key]:
        """The parts of a finished sitting that are not decided, in no particular order."""
        return [
            (question, part)
            for question, part in self.rows(
                "SELECT question, part FROM sitting_part WHERE sitting = ? AND attempt IS NULL",
                sitting_id,
            )
        ]

    def attempts(
        self, *, since: datetime | None = None, limit: int | None = None
    ) -> Iterator[Attempt]:
        """Attempts, newest first."""
        earliest = -(2**63) if since is None else micros(since)
        rows = self.rows(
            f"{_SELECT} WHERE at >= ? ORDER BY at DESC, id DESC LIMIT ?",
            earliest,
            -1 if limit is None else limit,
        )
        return map(_attempt, rows)

    def attempt(self, attempt_id: int) -> Attempt:
        """One attempt in full; raises KeyError."""
        rows = self.rows(f"{_SELECT} WHERE id = ?", attempt_id)
        if not rows:
            raise KeyError(attempt_id)
        return _attempt(rows[0])

    def attempts_on(self, question: str, *, limit: int | None = None) -> list[Attempt]:
        """The attempts on a question or template, newest first."""
        rows = self.rows(
            f"{_SELECT} WHERE question = ? ORDER BY id DESC LIMIT ?",
            question,
            -1 if limit is None else limit,
        )
        return [_attempt(row) for row in rows]

    def attempt_counts(self) -> dict[Key, Tally]:
        """The sums of each part that was ever attempted; as fast with a million attempts."""
        return {
            (question, part): Tally(
                attempts=attempts,
                correct=correct,
                points=points,
                max_points=max_points,
                last=moment(last),
            )
            for question, part, attempts, correct, points, max_points, last in self.rows(
                "SELECT question, part, attempts, correct, points, max_points, last FROM tally"
            )
        }

    def first_tries(self, questions: Collection[str] | None = None) -> dict[Key, list[Try]]:
        """The newest first tries at each part, oldest first; of these questions or templates only.

        Numbers that were asked before count once, at the first response; a part of a sitting
        that is marked again counts as it was marked last. As fast with a million attempts.
        """
        places = ", ".join("?" * len(questions or ()))
        which = f"WHERE question IN ({places})" if questions is not None else ""
        rows = self.rows(
            "SELECT question, part, attempts, sitting, seed, attempt, latest.verdict,"
            " latest.points, latest.max_points, hints, misconception"
            f" FROM latest JOIN tally USING (question, part) {which}"
            " ORDER BY question, part, attempt",
            *(questions or ()),
        )
        return {
            key[:2]: _first_tries([row[3:] for row in of_part], some_are_older=key[2] > LATEST)
            for key, of_part in groupby(rows, key=lambda row: row[:3])
        }

    def first_recorded(self) -> datetime | None:
        """When the first attempt or sitting was."""
        rows = self.rows("SELECT min(at) FROM attempt UNION ALL SELECT min(started) FROM sitting")
        times = [at for (at,) in rows if at is not None]
        return moment(min(times)) if times else None

    def misconceptions_since(self, since: datetime) -> dict[str, int]:
        """How often each misconception was named since then, most frequent first."""
        rows = self.rows(_NAMED_SINCE, micros(since))
        return {name: times for name, times in rows if times}


def _first_tries(rows: Sequence[tuple[Any, ...]], *, some_are_older: bool) -> list[Try]:
    """The first tries among the newest attempts on a part, oldest first."""
    tries: dict[tuple[str, int], Try] = {}
    for sitting, seed, attempt, *graded in rows:
        found = Try(attempt, *graded)
        if sitting is not None:
            tries["sitting", sitting] = found
        elif seed is not None:
            tries.setdefault(("seed", seed), found)
        else:
            tries["attempt", attempt] = found
    sitting, seed, *_ = rows[0]
    if some_are_older and sitting is None:  # and with them the first try at these numbers, perhaps
        tries.pop(("seed", seed), None)
    return list(tries.values())


def rate_decided(
    db: sqlite3.Connection, sitting_id: int, question: str, *, model: Model, now: datetime
) -> None:
    """Rate a question's card once all its parts in a sitting are decided, within a transaction."""
    undecided, points, max_points = db.execute(
        "SELECT sum(attempt IS NULL), total(points), total(max_points) FROM sitting_part"
        " WHERE sitting = ? AND question = ?",
        (sitting_id, question),
    ).fetchone()
    rated = db.execute(
        "SELECT 1 FROM review WHERE sitting = ? AND card = ?", (sitting_id, question)
    ).fetchone()
    if undecided == 0 and max_points and not rated:
        rate_by_share(
            db,
            question,
            points / max_points,
            model=model,
            now=now,
            kind="sitting",
            sitting=sitting_id,
        )


def _refuse_open(question: str, grade: PartGrade) -> None:
    if grade.verdict == "open":
        raise ProgressError(f"{question} ({grade.part}) still waits for marks.")


def append(
    db: sqlite3.Connection,
    question: str,
    grade: PartGrade,
    *,
    now: datetime,
    kind: Kind,
    response: str,
    seed: int | None = None,
    hints: int = 0,
    seconds: float | None = None,
    sitting: int | None = None,
) -> None:
    """Append one attempt within a transaction; triggers keep the summaries."""
    db.execute(
        _INSERT,
        (
            next_id(db, "attempt", now),
            micros(now),
            kind,
            question,
            grade.part,
            seed,
            storable(response),
            grade.verdict,
            grade.points,
            grade.max_points,
            grade.misconception,
            hints,
            seconds,
            sitting,
            detail(grade),
        ),
    )


def detail(grade: PartGrade) -> str:
    """What the columns don't hold of a grade, as JSON, without what is as by default."""
    rest = {}
    for field in structs.fields(grade):
        value = getattr(grade, field.name)
        if field.name not in _COLUMNS and value != field.default:
            rest[field.name] = value
    return storable(msgspec.json.encode(rest).decode())


def _attempt(row: tuple[Any, ...]) -> Attempt:
    (attempt_id, at, kind, question, seed, response, hints, seconds, sitting, *columns,
     rest) = row  # fmt: skip
    fields = dict(zip(_COLUMNS, columns, strict=True))
    if rest != "{}":
        fields |= msgspec.json.decode(rest)
    return Attempt(
        id=attempt_id,
        at=moment(at),
        kind=kind,
        question=question,
        seed=seed,
        response=response,
        grade=msgspec.convert(fields, PartGrade),
        hints=hints,
        seconds=seconds,
        sitting=sitting,
    )
