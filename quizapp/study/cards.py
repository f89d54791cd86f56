"""What review can schedule, and the points of the practice exam that hang on each card.

A card's id is the id of its content: a template (fresh numbers at every review), a practice
question, an interview question, or a checklist item that no template drills.

Points. Half of a practice question's points hang on knowing the question itself; the other half is
shared equally by its concepts, and a concept's share equally by the cards on it: the exam may ask
any side of a concept. A question whose concepts have no other card keeps all its points.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Literal, TypeAlias

from msgspec import Struct, structs

from quizapp.content.model import Library, TemplateSet

Kind: TypeAlias = Literal["template", "question", "interview", "item"]

OWN = 0.5  # share of a question's points that hang on its own card
# Minutes that a card takes before the learner's own pace is known.
_TEMPLATE = 1.0  # and half a minute for each step of difficulty
_POINT = 120 / 98  # of a practice question: as the exam allows
_INTERVIEW = 3.0
_ITEM = 1.5


class Card(Struct, frozen=True, kw_only=True):
    """One thing to review."""

    id: str
    kind: Kind
    title: str
    week: int
    concepts: tuple[str, ...]
    minutes: float
    points: float = 0.0  # of the practice exam's
    shares: tuple[tuple[int, float], ...] = ()  # the same points, by the week of their questions


class Deck(Struct, frozen=True, dict=True):  # dict: for what is worked out once
    """Every card, in the order in which new ones are met: by week, then easy ones first."""

    cards: tuple[Card, ...]
    possible: float  # points of the practice exam
    topics: Mapping[int, str] = {}  # the weeks by name: "Convolution and filters"

    def card(self, card_id: str) -> Card | None:
        """The card with this id; None where its content is no longer there."""
        return self.by_id.get(card_id)

    @cached_property
    def by_id(self) -> dict[str, Card]:
        return {card.id: card for card in self.cards}


def deck(library: Library, templates: TemplateSet) -> Deck:
    """All cards, with their points."""
    cards = list(_cards(library, templates))
    shares = _shares(library, cards)
    return Deck(
        cards=tuple(
            structs.replace(
                card,
                points=sum(shares[card.id].values()),
                shares=tuple(sorted(shares[card.id].items())),
            )
            for card in sorted(cards, key=lambda card: (card.week, card.minutes))
        ),
        possible=library.exam.points,
        topics={week.week: week.topic for week in library.weeks},
    )


def _cards(library: Library, templates: TemplateSet) -> Iterator[Card]:
    for template in templates.templates:
        yield Card(
            id=template.id,
            kind="template",
            title=template.title,
            week=template.week,
            concepts=template.concepts,
            minutes=_TEMPLATE + template.difficulty / 2,
        )
    for question in library.exam.questions:
        yield Card(
            id=question.id,
            kind="question",
            title=question.title,
            week=question.week,
            concepts=question.concepts,
            minutes=question.points * _POINT,
        )
    for asked in library.interview:
        yield Card(
            id=asked.id,
            kind="interview",
            title=asked.title,
            week=asked.week,
            concepts=asked.concepts,
            minutes=_INTERVIEW,
        )
    drilled = {concept for template in templates.templates for concept in template.concepts}
    for week in library.weeks:
        for item in week.checklist:
            if drilled.isdisjoint(item.concepts):
                yield Card(
                    id=item.id,
                    kind="item",
                    title=item.claim,
                    week=week.week,
                    concepts=item.concepts,
                    minutes=_ITEM,
                )


def _shares(library: Library, cards: Iterable[Card]) -> Mapping[str, dict[int, float]]:
    """For each card the points that hang on it, by the week of the question that gives them."""
    on: dict[str, list[str]] = defaultdict(list)  # cards by concept
    for card in cards:
        if card.kind != "question":
            for concept in card.concepts:
                on[concept].append(card.id)
    shares: dict[str, dict[int, float]] = defaultdict(lambda: defaultdict(float))
    for question in library.exam.questions:
        concepts = [concept for concept in question.concepts if on[concept]]
        own = OWN if concepts else 1.0
        shares[question.id][question.week] += own * question.points
        for concept in concepts:
            share = (1 - own) * question.points / len(concepts) / len(on[concept])
            for card_id in on[concept]:
                shares[card_id][question.week] += share
    return shares
