"""Learners who are simulated: what they remember is known, so plans can be compared.

A learner's memory follows the FSRS model with parameters of their own, a difficulty of their own
for each card, slips and lucky guesses. What they know of a card that they never saw depends on a
level of their own, on the concept, and on how well they know its neighbours. The app sees none of
it: only what was asked, when, how it was graded and how long it took.
"""

from __future__ import annotations

import math
import random
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import TypeAlias

from fsrs.scheduler import (
    DEFAULT_PARAMETERS,
    LOWER_BOUNDS_PARAMETERS,
    UPPER_BOUNDS_PARAMETERS,
)
from msgspec import structs

from quizapp.content import bank
from quizapp.study.cards import Card, Deck, deck
from quizapp.study.days import study_date
from quizapp.study.expectation import ages, chances
from quizapp.study.memory import Memory, Model, Rating
from quizapp.study.plan import plan
from quizapp.study.readiness import Readiness, readiness

START = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
PAST_DAYS = 60  # before the start, in which a history may lie


@lru_cache(maxsize=1)
def course() -> Deck:
    """The deck of the questions that come with quizapp."""
    return deck(bank.load(), bank.templates())


def with_points(cards: Deck) -> Deck:
    """Only what the practice exam asks for."""
    return structs.replace(cards, cards=tuple(card for card in cards.cards if card.points))


# ---------------------------------------------------------------------------- the learner


@dataclass
class Learner:
    """A person with a memory, and what the app knows of them."""

    deck: Deck
    rng: random.Random
    truth: Model  # how this person really forgets
    level: float  # log-odds of knowing what they never saw
    transfer: float  # what knowing all neighbours of a card adds to them
    slip: float
    guess: float
    pace: float
    concepts: dict[str, float]  # log-odds added by concept
    quirks: dict[str, tuple[float, float]]  # by card: log-odds when new, difficulty added
    near: dict[str, list[str]]  # the cards on each concept
    places: dict[str, int]
    seed: int
    times: dict[str, int] = field(default_factory=dict)
    memory: dict[str, Memory] = field(default_factory=dict)
    seen: dict[str, Memory] = field(default_factory=dict)  # the app's picture of it

    def knows(self, card: Card, day: date) -> float:
        """The true probability that the learner knows a card on a day."""
        memory = self.memory.get(card.id)
        if memory:
            return self.truth.recall(memory, day)
        odds = self.level + self.quirks[card.id][0]
        for concept in card.concepts:
            near = [
                self.truth.recall(self.memory[other], day)
                for other in self.near[concept]
                if other in self.memory
            ]
            more = self.concepts[concept] + self.transfer * sum(near) / (len(near) + 0.7)
            odds += more / len(card.concepts)
        return 1 / (1 + math.exp(-odds))

    def passes(self, card: Card, day: date) -> float:
        """The true probability of a right answer on a day."""
        known = self.knows(card, day)
        return known * (1 - self.slip) + (1 - known) * self.guess

    def asked(self, card: Card, now: datetime, app: Model) -> float:
        """Ask a card: memory changes, the app rates what it saw. Returns the minutes it took."""
        # The same luck whatever the policy: of this person, with this card, at this time of asking.
        times = self.times[card.id] = self.times.get(card.id, 0) + 1
        luck = random.Random(hash((self.seed, self.places[card.id], times)))
        known = luck.random() < self.knows(card, study_date(now, UTC))
        how = luck.choices((Rating.HARD, Rating.GOOD, Rating.EASY), (15, 75, 10))[0]
        right = luck.random() < (1 - self.slip if known else self.guess)
        before = self.memory.get(card.id)
        after = self.truth.rated(before, how if known else Rating.AGAIN, now)
        if before is None:
            harder = min(max(after.difficulty + self.quirks[card.id][1], 1.0), 10.0)
            after = structs.replace(after, difficulty=harder)
        self.memory[card.id] = after
        rating = how if right else Rating.AGAIN
        self.seen[card.id] = app.rated(self.seen.get(card.id), rating, now)
        return card.minutes * self.pace * luck.lognormvariate(-0.045, 0.3)

    def points(self, day: date) -> float:
        """Points to expect on a day, by what is truly known."""
        return sum(card.points * self.passes(card, day) for card in self.deck.cards if card.points)

    def sits(self, day: date, rng: random.Random) -> float:
        """Points of one exam on a day."""
        return sum(
            card.points
            for card in self.deck.cards
            if card.points and rng.random() < self.passes(card, day)
        )


def learner(cards: Deck, seed: int) -> Learner:
    """A person with traits drawn by ``seed``."""
    rng = random.Random(seed)
    usual = DEFAULT_PARAMETERS
    spread = [0.4] * 4 + [0.12] * (len(usual) - 4)
    own = [w * rng.lognormvariate(0, s) for w, s in zip(usual, spread, strict=True)]
    own[:4] = sorted(own[:4])
    lowest, highest = LOWER_BOUNDS_PARAMETERS, UPPER_BOUNDS_PARAMETERS
    bounds = zip(own, lowest, highest, strict=True)
    near = defaultdict(list)
    for card in cards.cards:
        for concept in card.concepts:
            near[concept].append(card.id)
    return Learner(
        near=near,
        deck=cards,
        rng=rng,
        truth=Model(parameters=tuple(min(max(w, low), high) for w, low, high in bounds), tz=UTC),
        level=rng.gauss(-1.4, 0.7),
        transfer=rng.uniform(0.5, 3.0),
        slip=rng.uniform(0, 0.08),
        guess=rng.uniform(0, 0.10),
        pace=rng.lognormvariate(0, 0.25),
        concepts={c: rng.gauss(0, 0.8) for card in cards.cards for c in card.concepts},
        places={card.id: place for place, card in enumerate(cards.cards)},
        seed=seed,
        quirks={card.id: (rng.gauss(0, 0.6), rng.gauss(0, 1.5)) for card in cards.cards},
    )


def study_before(person: Learner, app: Model) -> None:
    """Half of the course's weeks, asked at various times of the last two months."""
    rng = person.rng
    weeks = sorted({card.week for card in person.deck.cards})
    studied = set(rng.sample(weeks, len(weeks) // 2))
    when = []
    for card in person.deck.cards:
        if card.week in studied and rng.random() < 0.7:
            days = rng.sample(range(1, PAST_DAYS), rng.choice((1, 1, 2, 3, 4)))
            when += [(day, card) for day in days]
    for day, card in sorted(when, key=lambda pair: -pair[0]):
        person.asked(card, START - timedelta(days=day), app)


# ------------------------------------------------------------------------------- policies

REPLAN = 5  # cards after which the plan is made again, as the app does when it comes back to Today


@dataclass
class Evening:
    """When a learner studies, and for how long."""

    now: datetime
    minutes: float
    used: float = 0.0


# What to ask next, best first, by what the app knows.
Policy: TypeAlias = Callable[[Learner, Model, Evening], Sequence[str]]


def planned(person: Learner, app: Model, evening: Evening) -> list[str]:
    """The lines of the plan, from the first to the last."""
    made = plan(
        person.deck,
        person.seen,
        now=evening.now,
        model=app,
        minutes=evening.minutes,
        used=evening.used,
        pace=person.pace,
    )
    return [card for item in made.items for card in item.cards]


def due_first(person: Learner, app: Model, evening: Evening) -> list[str]:
    """What is due, earliest first; then new cards in the order of the course."""
    del app
    due = [
        c for c, memory in person.seen.items() if memory.due <= evening.now + timedelta(hours=11)
    ]
    due.sort(key=lambda card: person.seen[card].due)
    return due + [card.id for card in person.deck.cards if card.id not in person.seen]


def at_random(person: Learner, app: Model, evening: Evening) -> list[str]:
    del app, evening
    ids = [card.id for card in person.deck.cards]
    person.rng.shuffle(ids)
    return ids


def weakest_first(person: Learner, app: Model, evening: Evening) -> list[str]:
    """What is least likely known now."""
    today = study_date(evening.now, UTC)
    chance = chances(person.deck, person.seen, ages(person.deck, person.seen, today, UTC), 0, app)
    return [card.id for card in sorted(person.deck.cards, key=chance.of)]


def most_at_risk(person: Learner, app: Model, evening: Evening) -> list[str]:
    """The most points likely lost on the exam day, per minute: what a careful person would do."""
    assert app.exam
    today = study_date(evening.now, UTC)
    since, ahead = ages(person.deck, person.seen, today, UTC), (app.exam - today).days
    chance = chances(person.deck, person.seen, since, ahead, app)
    return [
        card.id
        for card in sorted(
            person.deck.cards, key=lambda card: -card.points * (1 - chance.of(card)) / card.minutes
        )
    ]


POLICIES: dict[str, Policy] = {
    "plan": planned,
    "due-first": due_first,
    "random": at_random,
    "weakest-first": weakest_first,
    "most at risk": most_at_risk,
}


# --------------------------------------------------------------------------------- studying


@dataclass(frozen=True)
class Setting:
    """What is compared: so many days, so many minutes a day, after no history or half a course."""

    days: int
    minutes: int
    history: bool

    @property
    def exam(self) -> date:
        return study_date(START, UTC) + timedelta(days=self.days)


SETTINGS = tuple(
    Setting(days, minutes, history)
    for days in (14, 30)
    for minutes in (20, 45)
    for history in (False, True)
)


def evenings(
    setting: Setting, policy: Policy, seed: int, cards: Deck | None = None
) -> Iterator[tuple[Learner, Model, datetime]]:
    """A learner who studies each day, seen before each evening and on the exam's day."""
    person = learner(cards or with_points(course()), seed)
    app = Model(exam=setting.exam, tz=UTC)
    if setting.history:
        study_before(person, app)
    person.rng = random.Random(seed + 1)
    for day in range(setting.days):
        now = START + timedelta(days=day)
        yield person, app, now
        study(person, app, policy, Evening(now, setting.minutes))
    yield person, app, START + timedelta(days=setting.days)


def study(person: Learner, app: Model, policy: Policy, evening: Evening) -> None:
    """Ask what the policy wants until the minutes are over; no card twice in an evening."""
    done, before = set[str](), -1
    while len(done) > before:
        before = len(done)
        for card_id in policy(person, app, evening):
            card = person.deck.by_id[card_id]
            left = evening.minutes - evening.used
            if card_id not in done and card.minutes * person.pace <= left:
                done.add(card_id)
                evening.used += person.asked(card, evening.now, app)
                if len(done) - before == REPLAN:
                    break


def result(setting: Setting, policy: Policy, seed: int, cards: Deck | None = None) -> float:
    """The true expected points on the exam day after studying."""
    *_, (person, _, _) = evenings(setting, policy, seed, cards)
    return person.points(setting.exam)


# ------------------------------------------------------------------------------ calibration


@dataclass(frozen=True)
class Prediction:
    """What readiness said on a day, and the exam of a learner who then stopped studying."""

    days: int  # before the exam
    said: Readiness
    true: float  # points to expect, by what is truly known
    sat: float  # points of one exam


def predictions(setting: Setting, seed: int, every: int = 1) -> Iterator[Prediction]:
    """What readiness says while a learner follows the plan."""
    luck = random.Random(seed)
    for person, app, now in evenings(setting, planned, seed):
        days = (setting.exam - study_date(now, UTC)).days
        if days % every == 0:
            yield Prediction(
                days=days,
                said=readiness(person.deck, person.seen, now=now, day=setting.exam, model=app),
                true=person.points(setting.exam),
                sat=person.sits(setting.exam, luck),
            )
