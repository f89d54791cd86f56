"""How long a card takes this learner, against the minutes that the deck gives it."""

from __future__ import annotations

from collections.abc import Iterable
from statistics import median

from quizapp.study.cards import Deck

USUAL = 10  # cards at the deck's own pace that are counted in: few cards say little
SLOWEST, FASTEST = 2.5, 0.4


def pace(deck: Deck, timed: Iterable[tuple[str, float]]) -> float:
    """The middle of how many times as long cards took, from their ids and seconds.

    A card left open over lunch moves it no more than one that took a little longer.
    """
    took = [
        seconds / 60 / card.minutes
        for card_id, seconds in timed
        if seconds > 0 and (card := deck.card(card_id))
    ]
    return min(max(median([*took, *[1.0] * USUAL]), FASTEST), SLOWEST)
