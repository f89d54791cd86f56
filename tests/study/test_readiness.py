"""Predicted points and their interval, by hand and on simulated learners."""

from __future__ import annotations

from datetime import timedelta
from math import sqrt
from statistics import mean

import pytest

from quizapp.study.expectation import BASE
from quizapp.study.memory import Memory, Rating, recall
from quizapp.study.readiness import ENOUGH, Readiness, readiness
from tests.simulated_learners import SETTINGS, Setting, predictions
from tests.study.test_plan import EXAM, MODEL, NOW, card, pack, rated

GOOD = Rating.GOOD


def found(cards: int, memories: dict[str, Memory], points: float = 2) -> Readiness:
    deck = pack(*(card(f"c{n}", points=points, week=2 + n % 2) for n in range(cards)))
    return readiness(deck, memories, now=NOW, day=EXAM, model=MODEL)


def test_nothing_is_known_of_somebody_new() -> None:
    told = found(10, {})
    assert not told.enough
    assert told.sentence == "no evidence yet"
    assert told.points == pytest.approx(20 * BASE)
    assert told.low == 0 or told.low < told.points < told.high < told.possible == 20


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        (1, "too little evidence: 1 card asked so far"),
        (4, "too little evidence: 4 cards asked so far"),
    ],
)
def test_too_little_is_said_so(number: int, sentence: str) -> None:
    told = found(10, {f"c{n}": rated(3, GOOD) for n in range(number)})
    assert not told.enough
    assert told.rated == number
    assert told.sentence == sentence


def test_points_and_interval_by_hand() -> None:
    """Ten cards of two points, all last known three days ago, 14 days before the exam."""
    memory = rated(3, GOOD)
    told = found(10, {f"c{n}": memory for n in range(10)})
    chance = recall(memory.stability, 17)
    assert told.points == pytest.approx(20 * chance)
    luck = 10 * 4 * chance * (1 - chance)
    margin = 1.2816 * sqrt(luck + (0.035 * 20) ** 2)
    assert told.high - told.points == pytest.approx(min(margin, 20 - told.points))
    assert told.points - told.low == pytest.approx(margin)
    assert told.enough
    assert told.sentence == (
        f"{told.points:.0f} of 20 points, likely {told.low:.0f} to {told.high:.0f}"
    )
    assert told.sentence == "14 of 20 points, likely 11 to 18"


def test_weeks_add_up_and_begin_with_most_to_win() -> None:
    told = found(11, {f"c{n}": rated(3, GOOD) for n in range(0, 11, 2)})
    assert sum(week.expected for week in told.weeks) == pytest.approx(told.points)
    assert sum(week.possible for week in told.weeks) == told.possible == 22
    assert [(week.week, week.possible) for week in told.weeks] == [(3, 10), (2, 12)]


def test_the_interval_is_narrower_where_more_is_known() -> None:
    widths = [
        (told := found(40, {f"c{n}": rated(3, GOOD, GOOD) for n in range(number)})).high - told.low
        for number in (0, 10, 20, 40)
    ]
    assert widths == sorted(widths, reverse=True)
    assert widths[-1] < widths[0] / 2


def test_the_interval_stays_within_the_exam() -> None:
    told = found(6, {f"c{n}": rated(0, Rating.EASY, Rating.EASY) for n in range(6)})
    assert told.high == told.possible == 12


def test_forgetting_lowers_what_is_expected() -> None:
    memories = {f"c{n}": rated(3, GOOD) for n in range(ENOUGH)}
    deck = pack(*(card(f"c{n}") for n in range(ENOUGH)))
    later = [
        readiness(deck, memories, now=NOW, day=EXAM + timedelta(days=n), model=MODEL).points
        for n in (0, 7, 30)
    ]
    assert later == sorted(later, reverse=True)
    assert later[0] > later[-1] + 0.2


def held(setting: Setting, learners: int, every: int) -> tuple[float, float]:
    """How often the interval held an exam's points; and what was said more than came."""
    told = [
        one
        for seed in range(500, 500 + learners)
        for one in predictions(setting, seed, every=every)
        if one.said.enough
    ]
    return (
        mean(one.said.low <= one.sat <= one.said.high for one in told),
        mean(one.said.points - one.sat for one in told),
    )


def test_the_interval_holds_in_a_small_class() -> None:
    share, off = held(Setting(7, 20, history=False), 10, every=1)
    assert 0.65 <= share <= 0.95
    assert abs(off) < 5


@pytest.mark.long
def test_the_interval_holds_four_times_in_five() -> None:
    shares = [held(setting, 40, every=7) for setting in SETTINGS]
    assert 0.75 <= mean(share for share, _ in shares) <= 0.87
    assert abs(mean(off for _, off in shares)) < 3
