"""Choosing today's cards: what each is worth, and which of them fit into the minutes.

The worth of asking a card is what it adds to the points expected on the exam day: its own points
times the gain in recall, expected over passing and failing, and what the new cards beside it gain.
Cards are taken by worth per minute. On simulated learners (tests/benchmarks/planning.py) it earned
no more to weigh today against later days, or to compare recall on a nearer day than the exam's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from functools import cached_property
from heapq import heapify, heappop, heappush

from msgspec import Struct, structs

from quizapp.study.cards import Card, Deck
from quizapp.study.days import day_begins, study_date
from quizapp.study.expectation import Ages, Chances, Neighbours, Outcome, outcome
from quizapp.study.memory import Memory, Model, recall

_REVIEW = 2  # the state of a card that is not being learned
_KNOWN = 0.7  # recall from which a card counts as known on the exam's day


class Choice(Struct, frozen=True, kw_only=True):
    """A card to ask today, and what that is worth."""

    card: Card
    memory: Memory | None
    chance: float  # that it is known on the exam day, if it is not asked
    minutes: float
    worth: float  # points that asking it adds to those expected on the exam day
    recall: float  # to expect on the exam day, once it was asked

    @property
    def rate(self) -> float:
        """Points per minute."""
        return self.worth / self.minutes


class Desk(Struct, frozen=True, kw_only=True, dict=True):  # dict: for what is worked out once
    """Everything that is known when today's cards are chosen."""

    deck: Deck
    memories: Mapping[str, Memory]
    now: datetime
    today: date
    day: date  # of the exam, or as far as is looked without one
    model: Model
    left: float  # minutes
    pace: float
    buried: frozenset[str]
    ages: Ages
    chances: Chances  # on that day

    @cached_property
    def neighbours(self) -> Neighbours:
        """What new cards gain by those beside them; changes as cards are taken."""
        return Neighbours(self.deck, self.chances)

    @cached_property
    def _new_outcome(self) -> Outcome:
        return outcome(self.model, None, 0.0, self.now)

    @cached_property
    def _new_recalls(self) -> tuple[float, float]:
        both = self._new_outcome.passed, self._new_outcome.failed
        passed, failed = (recall(m.stability, self.ahead, self.model.parameters) for m in both)
        return passed, failed

    @property
    def ahead(self) -> int:
        """Days to the exam."""
        return (self.day - self.today).days

    @cached_property
    def due(self) -> frozenset[str]:
        """The cards due now or later today."""
        evening = day_begins(self.today + timedelta(days=1), self.model.tz)
        return frozenset(
            card
            for card, memory in self.memories.items()
            if memory.due < (evening if memory.state == _REVIEW else self.now)
            and card not in self.buried
        )

    @cached_property
    def late(self) -> frozenset[str]:
        """Those that were due before today."""
        return frozenset(card for card in self.due if self.memories[card].due < self.morning)

    @cached_property
    def morning(self) -> datetime:
        """When today began."""
        return day_begins(self.today, self.model.tz)

    @cached_property
    def next_due(self) -> tuple[int, int] | None:
        """In how many days cards are due next after today, and how many."""
        evening = day_begins(self.today + timedelta(days=1), self.model.tz)
        later = [memory.due for memory in self.memories.values() if memory.due >= evening]
        if not later:
            return None
        tz = self.model.tz
        first = study_date(min(later), tz)
        end = day_begins(first + timedelta(days=1), tz)
        return (first - self.today).days, sum(due < end for due in later)

    @cached_property
    def shortest(self) -> float:
        """The minutes of the shortest card: with fewer left, none need be looked at."""
        return min((card.minutes for card in self.deck.cards), default=0.0) * self.pace

    @cached_property
    def new(self) -> list[Card]:
        """The cards that were never asked, in the order of the course."""
        return [
            card
            for card in self.deck.cards
            if card.id not in self.memories and card.id not in self.buried
        ]

    def open(self, card: Card) -> bool:
        """Whether a card may be asked today: not buried, and not asked already today."""
        if card.id in self.buried:
            return False
        memory = self.memories.get(card.id)
        return memory is None or memory.last < self.morning or card.id in self.due

    def known_now(self, card: Card) -> float:
        """The probability that a card is known today; a new one as on the exam day."""
        memory = self.memories.get(card.id)
        if memory is None:
            return self.chances.of(card)
        return recall(memory.stability, self.ages[card.id], self.model.parameters)

    def choice(self, card: Card) -> Choice:
        """What asking a card today is worth."""
        memory, known = self.memories.get(card.id), self.known_now(card)
        if memory:
            asked = outcome(self.model, memory, known, self.now)
        else:
            asked = structs.replace(self._new_outcome, chance=known)
        chance, after = self.chances.of(card), asked.recall(self.ahead, self.model)
        return Choice(
            card=card,
            memory=memory,
            chance=chance,
            minutes=card.minutes * self.pace,
            worth=max(self._worth(card, chance, after), 0.0),
            recall=after,
        )

    def bound(self, card: Card) -> float:
        """What asking a card can't be worth more than, per minute.

        Once passed it would be known for sure, once failed as well as if it was asked today.
        """
        chance, memory = self.chances.of(card), self.memories.get(card.id)
        if memory is None:
            passed, failed = self._new_recalls
            after = chance * passed + (1 - chance) * failed
        else:
            known = self.known_now(card)
            after = known + (1 - known) * recall(
                memory.stability, self.ahead, self.model.parameters
            )
        return self._worth(card, chance, after) / (card.minutes * self.pace)

    def _worth(self, card: Card, chance: float, recall: float) -> float:
        was = chance if card.id in self.memories else None
        return card.points * (recall - chance) + self.neighbours.gain(card, was, recall)

    def take(self, choice: Choice) -> None:
        """Take into account that a card will be asked today."""
        was = choice.chance if choice.memory else None
        self.neighbours.asked(choice.card, was, choice.recall)


def chosen(desk: Desk) -> list[Choice]:
    """What to ask in what is left of today."""
    if desk.model.exam is None or desk.model.exam <= desk.today:
        new = sorted(desk.new, key=lambda card: -card.points / card.minutes)
        return fitting(desk, map(desk.choice, [*lowest_first(desk), *new]), desk.left)
    worthwhile = fitting(desk, by_rate(desk), desk.left)
    rest = desk.left - sum(choice.minutes for choice in worthwhile)
    if rest < desk.shortest:
        return worthwhile
    taken = {choice.card.id for choice in worthwhile}
    # The practice exam does not ask for these; kept up while there is time.
    others = [card for card in lowest_first(desk) if card.id not in taken]
    return worthwhile + fitting(desk, map(desk.choice, others), rest)


def refreshing(desk: Desk, minutes: float) -> list[Choice]:
    """What is known already, and worth seeing once more on the exam's day."""
    known = [
        card
        for card in map(desk.deck.by_id.__getitem__, desk.memories)
        if card.points and card.id not in desk.buried and desk.known_now(card) >= _KNOWN
    ]
    known.sort(key=lambda card: -card.points * (1 - desk.known_now(card)) / card.minutes)
    return fitting(desk, map(desk.choice, known), min(minutes, desk.left))


def fitting(desk: Desk, choices: Iterable[Choice], minutes: float) -> list[Choice]:
    """As many of the choices, in their order, as fit; those too long make way for shorter ones."""
    picked, left = [], minutes
    for choice in choices:
        if choice.minutes <= left:
            picked.append(choice)
            desk.take(choice)
            left -= choice.minutes
        if left < desk.shortest:
            break
    return picked


def lowest_first(desk: Desk) -> list[Card]:
    """The due cards, those least likely known now first."""
    due = [desk.deck.by_id[card] for card in desk.due]
    return sorted(due, key=lambda card: (desk.known_now(card), card.id))


def by_rate(desk: Desk) -> Iterator[Choice]:
    """Choices that are worth something, by what they add per minute, best first.

    The model is asked only for cards that may be among the next; the others have their bound.
    """
    heap: list[tuple[float, int, Card, Choice | None]] = []
    for number, card in enumerate(desk.deck.cards):
        if card.points and desk.open(card):
            heap.append((-desk.bound(card), number, card, None))
    heapify(heap)
    while heap:
        _, number, card, choice = heappop(heap)
        # Cards taken meanwhile may have made this one worth less.
        fresh = desk.choice(card)
        if fresh.rate <= 0:
            continue
        if choice and (not heap or -fresh.rate <= heap[0][0]):
            yield fresh
        else:
            heappush(heap, (-fresh.rate, number, card, fresh))
