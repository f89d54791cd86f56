"""How likely each card is known on a day, and how likely it will be once it was asked today.

A card that was rated: recall by its forgetting curve. A new card: who has studied nothing knows
some of it from the lectures; who knows other cards on its concepts knows more.

    P(new) = BASE + TRANSFER · mean over its concepts of n/(n + FEW) · (r − BASE),

r being the mean recall of the n rated cards on a concept.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime, timedelta, tzinfo
from typing import TypeAlias

from msgspec import Struct

from quizapp.study.cards import Card, Deck
from quizapp.study.days import day_begins, study_date
from quizapp.study.memory import Memory, Model, Rating, recall

BASE = 0.25  # of a card nobody has seen, and of which no neighbour is known
TRANSFER = 0.6
FEW = 1.0  # rated cards that say half of what many say
NOTHING = (0.0, 0)


class Chances(Struct, frozen=True):
    """The probability that each card is known on one day, if nothing is studied until then."""

    known: Mapping[str, float]  # by card; of those that were rated
    concepts: Mapping[str, tuple[float, int]]  # sum and number of them by concept
    familiar: Mapping[str, float]  # by concept

    def of(self, card: Card) -> float:
        """The probability that a card is known."""
        chance = self.known.get(card.id)
        if chance is not None:
            return chance
        more = 0.0
        for concept in card.concepts:
            more += self.familiar.get(concept, 0.0)
        return BASE + TRANSFER * more / max(len(card.concepts), 1)


def familiar(total: float, number: int) -> float:
    """How much more a concept is known than by those who studied nothing."""
    return (total - number * BASE) / (number + FEW)


def ages(deck: Deck, memories: Mapping[str, Memory], today: date, tz: tzinfo | None) -> Ages:
    """Study days since each card of the deck was rated."""
    calendar, cards = Calendar(today, tz), deck.by_id
    return {
        card: calendar.days_since(memory.last) for card, memory in memories.items() if card in cards
    }


Ages: TypeAlias = dict[str, int]


def chances(
    deck: Deck, memories: Mapping[str, Memory], since: Ages, ahead: int, model: Model
) -> Chances:
    """The chances so many days ahead of the day on which the ages were counted."""
    known: dict[str, float] = {}
    sums: dict[str, tuple[float, int]] = {}
    for card, days in since.items():
        chance = known[card] = recall(memories[card].stability, days + ahead, model.parameters)
        for concept in deck.by_id[card].concepts:
            total, number = sums.get(concept, NOTHING)
            sums[concept] = (total + chance, number + 1)
    return Chances(known, sums, {concept: familiar(*of) for concept, of in sums.items()})


class Calendar:
    """Counts study days back from one, without asking the zone for each of thousands of moments."""

    def __init__(self, today: date, tz: tzinfo | None) -> None:
        self._today, self._tz = today, tz
        days = range(_REMEMBERED, -1, -1)
        self._mornings = [day_begins(today - timedelta(n), tz).timestamp() for n in days]

    def days_since(self, moment: datetime) -> int:
        """Study days from a moment to the calendar's day; 0 for later ones."""
        when = moment.timestamp()
        if when < self._mornings[0]:
            return (self._today - study_date(moment, self._tz)).days
        return len(self._mornings) - bisect_right(self._mornings, when)


_REMEMBERED = 120  # days that are kept ready; moments before them take longer


# -------------------------------------------------------------------- what asking changes


class Outcome(Struct, frozen=True):
    """What may become of a card that is asked."""

    chance: float  # that it is known when asked
    passed: Memory
    failed: Memory

    def recall(self, ahead: int, model: Model) -> float:
        """The probability to expect that it is known so many days later."""
        known = recall(self.passed.stability, ahead, model.parameters)
        missed = recall(self.failed.stability, ahead, model.parameters)
        return self.chance * known + (1 - self.chance) * missed


def outcome(model: Model, memory: Memory | None, chance: float, now: datetime) -> Outcome:
    """What asking a card now leads to; ``memory`` is None for a new card."""
    return Outcome(
        chance,
        passed=model.rated(memory, Rating.GOOD, now),
        failed=model.rated(memory, Rating.AGAIN, now),
    )


class Neighbours:
    """What the new cards of a concept gain when a card beside them is asked.

    A concept's familiarity is linear in what becomes of the card: for each, the two coefficients
    where the card is new and the one where it is not are kept, until the concept changes.
    """

    def __init__(self, deck: Deck, on_day: Chances) -> None:
        self._sums = dict(on_day.concepts)
        self._new: dict[str, float] = defaultdict(float)  # points that a familiar concept brings
        self._kept: dict[str, tuple[float, float, float, float]] = {}
        for card in deck.cards:
            if card.points and card.id not in on_day.known:
                hanging = _hanging(card)
                for concept in card.concepts:
                    self._new[concept] += hanging

    def gain(self, card: Card, was: float | None, becomes: float) -> float:
        """The points that neighbours gain; ``was`` is None for a card that is new itself."""
        gained, own = 0.0, _hanging(card) if was is None else 0.0
        for concept in card.concepts:
            new, fixed, slope, changed = self._kept.get(concept) or self._terms(concept)
            if was is None:
                gained += (new - own) * (fixed + slope * becomes)
            else:
                gained += new * changed * (becomes - was)
        return gained

    def asked(self, card: Card, was: float | None, becomes: float) -> None:
        """Take into account that a card will be asked."""
        for concept in card.concepts:
            total, number = self._sums.get(concept, NOTHING)
            if was is None:
                self._sums[concept] = (total + becomes, number + 1)
                self._new[concept] -= _hanging(card)
            else:
                self._sums[concept] = (total + becomes - was, number)
            self._kept.pop(concept, None)

    def _terms(self, concept: str) -> tuple[float, float, float, float]:
        total, number = self._sums.get(concept, NOTHING)
        slope = 1 / (number + 1 + FEW)
        fixed = familiar(total, number + 1) - familiar(total, number)
        terms = self._kept[concept] = (self._new[concept], fixed, slope, 1 / (number + FEW))
        return terms


def _hanging(card: Card) -> float:
    """The points of a new card that hang on each of its concepts."""
    return card.points * TRANSFER / len(card.concepts)
