"""The learner's own pace."""

from __future__ import annotations

from datetime import datetime

import pytest

from quizapp.study.cards import Card, Deck
from quizapp.study.memory import Rating
from quizapp.study.pace import pace
from quizapp.study.progress import Progress

DECK = Deck(
    (
        Card(id="a", kind="template", title="a", week=2, concepts=("x",), minutes=2),
        Card(id="b", kind="question", title="b", week=2, concepts=("x",), minutes=5),
    ),
    0.0,
)


@pytest.mark.parametrize(
    ("timed", "expected"),
    [
        ([], 1.0),
        ([("a", 240)] * 3, 1.0),  # three cards say nothing yet
        ([("a", 180)] * 30, 1.5),
        ([("b", 240)] * 30, 0.8),
        ([("a", 180)] * 30 + [("b", 36_000)] * 5, 1.5),  # left open over lunch
        ([("a", 1)] * 30, 0.4),
        ([("a", 9_000)] * 30, 2.5),
        ([("gone", 600)] * 30, 1.0),
        ([("a", 0)] * 30, 1.0),
    ],
)
def test_pace(timed: list[tuple[str, float]], expected: float) -> None:
    assert pace(DECK, timed) == pytest.approx(expected)


def test_the_latest_reviews_are_measured(progress: Progress, now: datetime) -> None:
    """Today's plan takes the pace from the reviews and drills of late."""
    model = progress.model(now)
    for card, seconds in (("a", None), ("a", 90.0), ("b", 200.0)):
        progress.rate(
            card, Rating.GOOD, suggested=Rating.GOOD, model=model, now=now, seconds=seconds
        )
    assert progress.timed() == [("b", 200.0), ("a", 90.0)]
    assert progress.timed(latest=1) == [("b", 200.0)]
