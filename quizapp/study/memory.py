"""What is remembered of a card: the state that the FSRS model keeps, and what a rating does to it.

The model is the `fsrs` package (FSRS-6, https://github.com/open-spaced-repetition/py-fsrs). Recall
after t days at stability S (days) is

    R(t, S) = (1 + F·t/S)^(−w₂₀),   F = 0.9^(−1/w₂₀) − 1,   so that R(S, S) = 0.9.

Again brings a card back after ten minutes; any other rating puts it off to a later day (the package
would show a new card rated Hard once more on the same day).

Days are study days (`quizapp.study.days`): the package counts periods of 24 hours, so it is given
the beginnings of days. Intervals are not scattered at random; no date is later than the exam.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo
from enum import IntEnum
from functools import lru_cache
from typing import TYPE_CHECKING

from msgspec import Struct

from quizapp.study.days import day_middle, study_date

if TYPE_CHECKING:
    import fsrs

RETENTION = 0.9  # wanted, unless the learner sets another
_STEP = timedelta(minutes=10)  # until a card that was not known is shown again
_FARTHEST = 365  # days to the next review, where no exam is nearer


class Rating(IntEnum):
    """How well a card was known."""

    AGAIN = 1
    HARD = 2
    GOOD = 3
    EASY = 4


class Memory(Struct, frozen=True, kw_only=True):
    """The state of a card that was rated at least once."""

    state: int  # as in fsrs: 1 learning, 2 review, 3 relearning
    step: int | None
    stability: float  # days until recall falls to 90 %
    difficulty: float  # 1 to 10
    due: datetime  # a minute while learning; in review a day, of which this is the middle
    last: datetime  # the latest rating


class Model(Struct, frozen=True, kw_only=True):
    """How memories are scheduled: the learner's settings."""

    retention: float = RETENTION
    parameters: tuple[float, ...] = ()  # of the learner's own; by default those of fsrs
    exam: date | None = None
    tz: tzinfo | None = None  # the system's, unless told

    def rated(self, memory: Memory | None, rating: Rating, now: datetime) -> Memory:
        """The memory after a rating; ``memory`` is None for a new card.

        A clock that was set back counts as the same day.
        """
        import fsrs

        today = study_date(now, self.tz)
        last = min(study_date(memory.last, self.tz), today) if memory else None
        again = rating == Rating.AGAIN  # only then the card comes back on the same day
        scheduler = _scheduler(self.parameters, self.retention, self._farthest(today), again)
        before = fsrs.Card(card_id=1, due=_midnight(today))
        if memory and last:
            before = fsrs.Card(
                card_id=1,
                state=fsrs.State(memory.state),
                step=memory.step,
                stability=memory.stability,
                difficulty=memory.difficulty,
                due=_midnight(today),
                last_review=_midnight(last),
            )
        card, _ = scheduler.review_card(before, fsrs.Rating(rating), _midnight(today))
        assert card.stability is not None
        assert card.difficulty is not None
        return Memory(
            state=int(card.state),
            step=card.step,
            stability=card.stability,
            difficulty=card.difficulty,
            due=self._due(now, today, card.due - _midnight(today)),
            last=now,
        )

    def choices(self, memory: Memory | None, now: datetime) -> dict[Rating, Memory]:
        """What each rating would lead to."""
        return {rating: self.rated(memory, rating, now) for rating in Rating}

    def recall(self, memory: Memory, day: date) -> float:
        """The probability that a card is known on a day."""
        passed = max((day - study_date(memory.last, self.tz)).days, 0)
        return recall(memory.stability, passed, self.parameters)

    def _farthest(self, today: date) -> int:
        """The longest interval in days: to the exam, where it is ahead."""
        left = (self.exam - today).days if self.exam else 0
        return min(left, _FARTHEST) if left > 0 else _FARTHEST

    def _due(self, now: datetime, today: date, interval: timedelta) -> datetime:
        if interval < timedelta(days=1):
            return now + interval
        return day_middle(today + interval, self.tz)


def recall(stability: float, days: float, parameters: Sequence[float] = ()) -> float:
    """R(days, stability); see the module's text."""
    decay, factor = _curve(tuple(parameters))
    return float((1 + factor * days / stability) ** decay)


def suggested(share: float, *, helped: bool = False) -> Rating:
    """The rating that a grade suggests: by its share of the points, and whether hints were taken.

    >>> suggested(1.0), suggested(1.0, helped=True), suggested(0.5), suggested(0.2)
    (<Rating.GOOD: 3>, <Rating.HARD: 2>, <Rating.HARD: 2>, <Rating.AGAIN: 1>)
    """
    if share < 0.5:
        return Rating.AGAIN
    return Rating.HARD if helped or share < 1 else Rating.GOOD


@lru_cache(maxsize=8)
def _scheduler(
    parameters: tuple[float, ...], retention: float, farthest: int, again: bool
) -> fsrs.Scheduler:
    import fsrs

    steps = (_STEP,) if again else ()
    own = {"parameters": parameters} if parameters else {}
    return fsrs.Scheduler(
        **own,
        desired_retention=retention,
        learning_steps=steps,
        relearning_steps=steps,
        maximum_interval=farthest,
        enable_fuzzing=False,
    )


@lru_cache(maxsize=8)
def _curve(parameters: tuple[float, ...]) -> tuple[float, float]:
    """The exponent and the factor of the forgetting curve."""
    weight = parameters[20] if parameters else 0.1542  # fsrs's own; a test compares
    return -weight, 0.9 ** (-1 / weight) - 1


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
