"""Reviews: what was rated, and what is remembered of each card.

Every rating is kept for ever with the memory that it led to; taking one back is a row, too. The
memory of a card is that of its latest rating which was not taken back (triggers keep it beside).
"""

from __future__ import annotations

import sqlite3
from datetime import date, datetime, timedelta, tzinfo
from typing import Any, Literal, TypeAlias

from msgspec import UNSET, Struct, UnsetType

from quizapp.errors import ReviewedElsewhere
from quizapp.study import settings
from quizapp.study.claims import Settings
from quizapp.study.days import day_begins, study_date
from quizapp.study.ids import first_id, next_id
from quizapp.study.memory import Memory, Model, Rating, suggested
from quizapp.study.schema import QUARTER
from quizapp.study.times import micros, moment

Kind: TypeAlias = Literal["review", "drill", "sitting"]

_DAY = timedelta(days=1)
_TOLD = timedelta(days=30)  # how long it is said that the exam date has passed
_REVIEW = 2  # the state of a card that is due on a day; the others are due at a minute
_MEMORY = "state, step, stability, difficulty, due, last"


class History(Struct, frozen=True, kw_only=True):
    """All ratings of a card, summed."""

    reviews: int
    lapses: int  # Again, after it had been learnt
    tests: int  # ratings of what had been learnt, half a day or longer after the last
    passed: int  # of these, how many were not Again


class DayLine(Struct, frozen=True, kw_only=True):
    """What was done on a study day."""

    attempts: int = 0
    right: int = 0
    seconds: float = 0.0  # in sittings, drills and reviews


class Reviews(Settings):
    """Rating cards, and what is due."""

    # --------------------------------------------------------------------------- memory

    def memories(self) -> dict[str, Memory]:
        """What is remembered of every card that was rated, by card id."""
        rows = self.rows(f"SELECT card, {_MEMORY} FROM memory WHERE review IS NOT NULL")
        return {card: _memory(*row) for card, *row in rows}

    def memory(self, card: str) -> Memory | None:
        """What is remembered of a card; None for a new one."""
        return _current(self.rows(_CURRENT, card))[1]

    def histories(self) -> dict[str, History]:
        """The sums over the ratings of each card that was rated, by card id."""
        return {
            card: History(reviews=reviews, lapses=lapses, tests=tests, passed=passed)
            for card, reviews, lapses, tests, passed in self.rows(
                "SELECT card, reviews, lapses, tests, tests_passed FROM memory"
                " WHERE review IS NOT NULL"
            )
        }

    def model(self, now: datetime, tz: tzinfo | None = None) -> Model:
        """How memories are scheduled by the learner's settings.

        An exam that was weeks ago is none: nobody needs to be told of it for ever.
        """
        exam = settings.exam_date(self)
        known = exam is not None and exam >= study_date(now, tz) - _TOLD
        return Model(
            retention=settings.retention(self),
            parameters=settings.parameters(self),
            exam=exam if known else None,
            tz=tz,
        )

    # ------------------------------------------------------------------------ what is due

    def due(self, now: datetime, tz: tzinfo | None = None) -> list[str]:
        """The cards to review now, but for the buried.

        First those in learning whose minutes are over, then those of today and earlier; each
        time the soonest forgotten first, which is the largest part of its stability passed.
        """
        rows = self.rows(
            "SELECT card FROM memory WHERE review IS NOT NULL"
            f" AND due <= CASE state WHEN {_REVIEW} THEN ? ELSE ? END"
            " AND (buried IS NULL OR buried <= ?)"
            f" ORDER BY state = {_REVIEW}, (? - last) / stability DESC, card",
            _last_moment(now, tz),
            micros(now),
            micros(now),
            micros(now),
        )
        return [card for (card,) in rows]

    def due_counts(self, now: datetime, days: int, tz: tzinfo | None = None) -> list[int]:
        """How many cards come due today (with the late ones), tomorrow, and so on."""
        today = study_date(now, tz)
        ends = [micros(day_begins(today + (n + 1) * _DAY, tz)) for n in range(days)]
        counts = [0] * days
        for (due,) in self.rows(
            "SELECT max(due, coalesce(buried, 0)) FROM memory WHERE review IS NOT NULL AND due < ?",
            ends[-1],
        ):
            number = next((n for n, end in enumerate(ends) if due < end), None)
            if number is not None:
                counts[number] += 1
        return counts

    def buried(self, now: datetime) -> set[str]:
        """The cards that were put off to a later day."""
        return {card for (card,) in self.rows(_BURIED, micros(now))}

    def timed(self, latest: int = 100) -> list[tuple[str, float]]:
        """The cards rated latest, with the seconds that each took, where they were measured."""
        return self.rows(
            "SELECT card, seconds FROM (SELECT card, seconds FROM review ORDER BY id DESC LIMIT ?)"
            " WHERE seconds IS NOT NULL",
            latest,
        )

    # ---------------------------------------------------------------------------- rating

    def rate(
        self,
        card: str,
        rating: Rating,
        *,
        suggested: Rating | None,
        model: Model,
        now: datetime,
        kind: Kind = "review",
        seconds: float | None = None,
        seen: Memory | UnsetType | None = UNSET,
    ) -> Memory:
        """Rate a card, and return what is remembered from now on.

        ``suggested`` is the rating that the grade suggested, None where there was no grade.
        ``seconds`` is all the time that the card took (its attempts are not counted again).
        ``seen`` is the memory that the learner was shown, None for a new card: raises
        ReviewedElsewhere where it is not that any more. Raises CannotSave.
        """
        with self.writing() as db:
            before, memory = _current(db.execute(_CURRENT, (card,)).fetchall())
            if seen is not UNSET and seen != memory:
                raise ReviewedElsewhere(
                    "This card was rated in another window meanwhile. That rating stands."
                )
            rated = model.rated(memory, rating, now)
            _append_rating(
                db, now, card, rating, suggested, before, rated, kind=kind, seconds=seconds
            )
        return rated

    def undo_rating(
        self,
        now: datetime,
        tz: tzinfo | None = None,
        *,
        card: str | None = None,
        given: Memory | None = None,
    ) -> str | None:
        """Take back the last rating of a review, or the last of ``card``; returns its card.

        A window that knows what it rated names the card and the memory that its rating led to:
        another window may have rated since.

        None where none was made this day, or where its card was rated again since. The attempt
        stays recorded. Raises CannotSave.
        """
        with self.writing() as db:
            morning = day_begins(study_date(now, tz), tz)
            last = db.execute(
                _LAST_RATED, (first_id(morning), micros(morning), card, card)
            ).fetchone()
            if last is None:
                return None
            review, rated = last
            newest, memory = _current(db.execute(_CURRENT, (rated,)).fetchall())
            if newest != review or given not in (None, memory):
                return None
            _append(db, now, card=rated, what="undone", kind="review", before=review)
        return str(rated)

    def bury(self, card: str, now: datetime, tz: tzinfo | None = None) -> None:
        """Put a card off until tomorrow; raises CannotSave."""
        until = micros(day_begins(study_date(now, tz) + _DAY, tz))
        with self.writing() as db:
            _append(db, now, card=card, what="buried", kind="review", until=until)

    # -------------------------------------------------------------------------- activity

    def activity(self, since: date, tz: tzinfo | None = None) -> dict[date, DayLine]:
        """What was done on each study day since then, days without anything left out."""
        first = micros(day_begins(since, tz)) // QUARTER
        sums: dict[date, tuple[int, int, float]] = {}
        day, ends = since, first
        for quarter, attempts, right, seconds in self.rows(_SPENT, first, first):
            if quarter >= ends:  # they come in order: the day is looked up once
                day = study_date(moment(quarter * QUARTER), tz)
                ends = micros(day_begins(day + _DAY, tz)) // QUARTER
                sums[day] = (0, 0, 0.0)
            total = sums[day]
            sums[day] = (total[0] + attempts, total[1] + right, total[2] + seconds)
        return {
            day: DayLine(attempts=attempts, right=right, seconds=seconds)
            for day, (attempts, right, seconds) in sums.items()
        }


# ------------------------------------------------------------------------------ statements

_CURRENT = f"SELECT review, {_MEMORY} FROM memory WHERE card = ? AND review IS NOT NULL"
_BURIED = "SELECT card FROM memory WHERE buried > ?"
_LAST_RATED = """
    SELECT id, card FROM review AS rated WHERE id >= ? AND at >= ?
    AND what = 'rated' AND kind = 'review' AND (? IS NULL OR card = ?)
    AND NOT EXISTS (SELECT 1 FROM review WHERE before = rated.id AND what = 'undone')
    ORDER BY id DESC LIMIT 1
"""
_SPENT = """
    SELECT quarter, attempts, correct, milliseconds / 1000.0 FROM spent WHERE quarter >= ?
    UNION ALL SELECT quarter, 0, 0, seconds FROM sitting_time WHERE quarter >= ?
    ORDER BY quarter
"""


def rate_by_share(
    db: sqlite3.Connection,
    card: str,
    share: float,
    *,
    model: Model,
    now: datetime,
    kind: Kind,
    helped: bool = False,
    sitting: int | None = None,
) -> Memory:
    """Rate a card by the share of its points that was earned, within a transaction."""
    rating = suggested(share, helped=helped)
    before, memory = _current(db.execute(_CURRENT, (card,)).fetchall())
    rated = model.rated(memory, rating, now)
    _append_rating(db, now, card, rating, rating, before, rated, kind=kind, sitting=sitting)
    return rated


def _append_rating(
    db: sqlite3.Connection,
    now: datetime,
    card: str,
    rating: Rating,
    suggested: Rating | None,
    before: int | None,
    rated: Memory,
    *,
    kind: Kind,
    seconds: float | None = None,
    sitting: int | None = None,
) -> None:
    _append(
        db,
        now,
        card=card,
        what="rated",
        kind=kind,
        rating=int(rating),
        suggested=None if suggested is None else int(suggested),
        seconds=seconds,
        state=rated.state,
        step=rated.step,
        stability=rated.stability,
        difficulty=rated.difficulty,
        due=micros(rated.due),
        before=before,
        sitting=sitting,
    )


def _append(db: sqlite3.Connection, now: datetime, **columns: object) -> None:
    names = ("id", "at", *columns)
    db.execute(
        f"INSERT INTO review ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})",
        (next_id(db, "review", now), micros(now), *columns.values()),
    )


def _current(rows: list[tuple[Any, ...]]) -> tuple[int | None, Memory | None]:
    """The id of the rating that a card's memory comes from, and the memory."""
    return (rows[0][0], _memory(*rows[0][1:])) if rows else (None, None)


def _memory(
    state: int, step: int | None, stability: float, difficulty: float, due: int, last: int
) -> Memory:
    return Memory(
        state=state,
        step=step,
        stability=stability,
        difficulty=difficulty,
        due=moment(due),
        last=moment(last),
    )


def _last_moment(now: datetime, tz: tzinfo | None) -> int:
    """The end of this study day, less a microsecond."""
    return micros(day_begins(study_date(now, tz) + _DAY, tz)) - 1
