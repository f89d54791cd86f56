"""How ready the learner is: predicted points of the practice exam, with an interval.

The interval holds the result four times in five. Its width has three sources: the luck of one
exam, Σ p²·q·(1 − q) over cards of p points that are known with probability q; how far a learner's
own forgetting is from the model's; and what a learner knows of cards that were never asked. The
last two were measured on simulated learners (tests/benchmarks/planning.py).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime
from math import sqrt

from msgspec import Struct

from quizapp.study import wording
from quizapp.study.cards import Deck
from quizapp.study.days import study_date
from quizapp.study.expectation import Chances, ages, chances
from quizapp.study.memory import Memory, Model

ENOUGH = 5  # rated cards with points, for a prediction to mean anything
_EIGHTY = 1.2816  # standard deviations to either side that hold 80 %
# Standard deviations of the points truly expected, and a variance, each per point that hangs on
_RATED = 0.035  # rated cards: forgetting of one's own
_UNSEEN = 0.08  # new cards: a level of one's own
_CONCEPT = 0.45  # new cards: some concepts are known, others are not


class WeekReadiness(Struct, frozen=True, kw_only=True):
    """A week's points in the practice exam."""

    week: int
    possible: float
    expected: float


class Readiness(Struct, frozen=True, kw_only=True):
    """Predicted points on a day, if nothing is studied until then."""

    day: date
    points: float
    low: float  # the interval that holds the result four times in five
    high: float
    possible: float
    weeks: tuple[WeekReadiness, ...]  # the one with most points to win first
    rated: int  # cards with points that were rated
    enough: bool
    sentence: str  # "58 of 98 points, likely 51 to 65"


def readiness(
    deck: Deck, memories: Mapping[str, Memory], *, now: datetime, day: date, model: Model
) -> Readiness:
    """The points to expect on ``day``, as far as can be told now."""
    today = study_date(now, model.tz)
    since = ages(deck, memories, today, model.tz)
    return predicted(deck, chances(deck, memories, since, (day - today).days, model), day)


def predicted(deck: Deck, on_day: Chances, day: date) -> Readiness:
    """The same, from chances that are known already."""
    possible: dict[int, float] = defaultdict(float)
    expected: dict[int, float] = defaultdict(float)
    variance, unseen, rated = 0.0, 0.0, 0
    for card in deck.cards:
        if not card.points:
            continue
        chance = on_day.of(card)
        for week, points in card.shares:
            possible[week] += points
            expected[week] += points * chance
        variance += card.points**2 * chance * (1 - chance)
        if card.id in on_day.known:
            rated += 1
        else:
            unseen += card.points
    known = sum(possible.values()) - unseen
    variance += (_RATED * known) ** 2 + (_UNSEEN * unseen) ** 2 + _CONCEPT * unseen
    points, margin = sum(expected.values()), _EIGHTY * sqrt(variance)
    low, high = max(0.0, points - margin), min(deck.possible, points + margin)
    return Readiness(
        day=day,
        points=points,
        low=low,
        high=high,
        possible=deck.possible,
        weeks=_weeks(possible, expected),
        rated=rated,
        enough=rated >= ENOUGH,
        sentence=_sentence(points, low, high, deck.possible, rated),
    )


def _weeks(
    possible: Mapping[int, float], expected: Mapping[int, float]
) -> tuple[WeekReadiness, ...]:
    lines = [
        WeekReadiness(week=week, possible=points, expected=expected[week])
        for week, points in possible.items()
    ]
    return tuple(sorted(lines, key=lambda line: line.expected - line.possible))


def _sentence(points: float, low: float, high: float, possible: float, rated: int) -> str:
    if not rated:
        return "no evidence yet"
    if rated < ENOUGH:
        return f"too little evidence: {wording.count(rated, 'card')} asked so far"
    return f"{points:.0f} of {wording.points_text(possible)} points, likely {low:.0f} to {high:.0f}"
