"""How well suggestions agree with other people's marks, held to a little under what was reached.

The evidence was tuned on the files called so; the untouched one was never looked at, and its
figures are those to believe. `python -m tests.benchmarks.rubric` prints them all.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import pytest

from quizapp.marking.rubric.level import Level
from tests.benchmarks.rubric import CALIBRATION, Figures, figures, kappa, marked


class Limits(NamedTuple):
    """What a file has to reach, and what it may not exceed."""

    kappa: float
    unflagged_kappa: float
    negated: float
    swapped: float
    right_flagged: float
    unearned: float  # points


LIMITS = {
    "tuning": Limits(0.82, 0.82, 0.97, 0.90, 0.02, 0.0),
    "tuning_more": Limits(0.86, 0.84, 0.96, 0.93, 0.04, 0.0),
    "tuning_right": Limits(0.86, 0.86, 0.0, 0.0, 0.02, 0.0),  # has none negated or swapped
    "untouched": Limits(0.75, 0.75, 0.86, 0.80, 0.10, 0.5),
}


@pytest.fixture(scope="module", params=LIMITS)
def half(request: pytest.FixtureRequest) -> tuple[Limits, Figures]:
    return LIMITS[request.param], figures(marked(CALIBRATION / f"{request.param}.yaml"))


@pytest.mark.parametrize("figure", ["kappa", "unflagged_kappa", "negated", "swapped"])
def test_agreement(half: tuple[Limits, Figures], figure: str) -> None:
    limits, said = half
    assert not getattr(said, figure) < getattr(limits, figure)  # nan where there are none


def test_right_answers_are_seldom_flagged(half: tuple[Limits, Figures]) -> None:
    limits, said = half
    assert said.right_flagged <= limits.right_flagged


def test_what_deserves_nothing_gets_nothing_without_a_flag(half: tuple[Limits, Figures]) -> None:
    limits, said = half
    assert sum(said.unearned.values()) <= limits.unearned


def test_kappa() -> None:
    """The worked example of Cohen's kappa: 20 + 15 agree, 5 + 10 don't, chance gives half."""
    counts: dict[tuple[Level, Level], int] = {
        ("met", "met"): 20,
        ("met", "missed"): 5,
        ("missed", "met"): 10,
        ("missed", "missed"): 15,
    }
    pairs = [pair for pair, count in counts.items() for _ in range(count)]
    assert math.isclose(kappa(pairs), 0.4)
    assert math.isclose(kappa(pairs, linear=True), 0.4)
