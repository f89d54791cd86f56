"""The lines of a plan: which cards go together, in which order, and why they are there."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from itertools import groupby
from math import ceil
from typing import Literal, TypeAlias

from msgspec import Struct

from quizapp.content.model import BEYOND
from quizapp.study.cards import Card, Deck
from quizapp.study.choosing import Choice, Desk
from quizapp.study.days import study_date
from quizapp.study.wording import count, percent, points_phrase

ItemKind: TypeAlias = Literal["review", "drill", "question", "interview", "start", "date", "look"]

LINES = 6  # of a plan, at most
_NAMED = 5  # practice questions that are named one by one
_FIRST_CARDS = 10  # fresh questions to find out where the learner stands


class PlanItem(Struct, frozen=True, kw_only=True):
    """One line of the plan."""

    kind: ItemKind
    title: str  # "Review: 9 cards due"
    cards: tuple[str, ...]  # in the order in which to ask them
    minutes: float
    worth: float  # points of the practice exam
    reason: str  # one short line; may be ""


def grouped(
    desk: Desk, picked: list[Choice], misconceptions: Mapping[str, int]
) -> tuple[PlanItem, ...]:
    """The lines of what was picked, most worth per minute first."""
    groups = _groups(picked, misconceptions)
    items = [_item(desk, kind, group, misconceptions) for kind, group in groups]
    return tuple(sorted(items, key=_order))


def _order(item: PlanItem) -> tuple[float, int]:
    # Equal to the tenth of a point that is shown for ten minutes: reviews first.
    return -round(item.worth / item.minutes, 2), item.kind != "review"


Group: TypeAlias = tuple[ItemKind, list[Choice]]


def _groups(picked: list[Choice], misconceptions: Mapping[str, int]) -> list[Group]:
    """Reviews together, practice questions one by one, drills by week, interview cards together."""
    of_kind: dict[ItemKind, list[Choice]] = {}
    for choice in picked:
        of_kind.setdefault(_kind(choice, misconceptions), []).append(choice)
    reviews, interview = of_kind.get("review", []), of_kind.get("interview", [])
    groups: list[Group] = []
    if reviews:
        groups.append(("review", reviews))
    if interview:
        groups.append(("interview", interview))
    drills = _by(of_kind.get("drill", []), lambda choice: choice.card.week)
    questions = _by(of_kind.get("question", []), lambda choice: choice.card.id)
    room = LINES - len(groups)
    # At least half of the room for whichever there is more of.
    kept = max(room // 2, room - len(questions))
    drills = _merged(drills, max(kept, 1))
    questions = _merged(questions, max(room - len(drills), 1))
    groups += [("drill", group) for group in drills]
    groups += [("question", group) for group in questions]
    return groups


def _kind(choice: Choice, misconceptions: Mapping[str, int]) -> ItemKind:
    if choice.card.kind == "question":
        return "question"
    if choice.card.kind == "template" and (
        choice.memory is None or _named(choice, misconceptions) is not None
    ):
        return "drill"
    if choice.memory is None and choice.card.kind == "interview":
        return "interview"
    return "review" if choice.memory else "drill"


def _by(choices: Iterable[Choice], key: Callable[[Choice], Hashable]) -> list[list[Choice]]:
    groups: dict[Hashable, list[Choice]] = {}
    for choice in choices:
        groups.setdefault(key(choice), []).append(choice)
    return sorted(groups.values(), key=lambda group: -_rate(group))


def _rate(group: list[Choice]) -> float:
    return sum(choice.worth for choice in group) / sum(choice.minutes for choice in group)


def _merged(groups: list[list[Choice]], room: int) -> list[list[Choice]]:
    """At most so many groups: those that are worth least become one."""
    if len(groups) <= room:
        return groups
    rest = [choice for group in groups[room - 1 :] for choice in group]
    return [*groups[: room - 1], rest]


# ------------------------------------------------------------------------------- wording


def _item(
    desk: Desk, kind: ItemKind, group: list[Choice], misconceptions: Mapping[str, int]
) -> PlanItem:
    return PlanItem(
        kind=kind,
        title=_title(desk, kind, group),
        cards=tuple(choice.card.id for choice in group),
        minutes=sum(choice.minutes for choice in group),
        worth=sum(choice.worth for choice in group),
        reason=_reason(desk, kind, group, misconceptions),
    )


def _title(desk: Desk, kind: ItemKind, group: list[Choice]) -> str:
    if kind == "review":
        due = sum(choice.card.id in desk.due for choice in group)
        cards = count(len(group), "card")
        if due == len(group):
            return f"Review: {cards} due"
        return f"Review: {cards}, {due} due" if due else f"Review: {cards}"
    if kind == "question":
        # Ids of one length sort as their numbers do.
        ids = sorted(choice.card.id for choice in group)
        return _questions([_number(one) for one in ids]).capitalize()
    if kind == "interview":
        return f"Interview: {count(len(group), 'question')}"
    weeks = sorted({choice.card.week for choice in group})
    if len(weeks) > 1:
        names = ["beyond" if week == BEYOND else str(week) for week in weeks]
        return f"Drill: weeks {listed(names)}"
    (week,) = weeks
    topic = desk.deck.topics.get(week, count(len(group), "template"))
    return f"Drill: {topic} ({'beyond' if week == BEYOND else f'week {week}'})"


def _number(question_id: str) -> str:
    """ "13" of "q13"; ids of another form stay as they are."""
    number = question_id.removeprefix("q").lstrip("0")
    return number if number.isdigit() else question_id


def _questions(numbers: list[str]) -> str:
    """ "practice questions 4, 13 and 17", or "8 practice questions" """
    if len(numbers) > _NAMED:
        return f"{len(numbers)} practice questions"
    return f"practice question{'' if len(numbers) == 1 else 's'} {listed(numbers)}"


def listed(words: Iterable[str]) -> str:
    """
    >>> listed(["4"]), listed(["4", "13", "17"])
    ('4', '4, 13 and 17')
    """
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last


def _reason(
    desk: Desk, kind: ItemKind, group: list[Choice], misconceptions: Mapping[str, int]
) -> str:
    named = [name for choice in group if (name := _named(choice, misconceptions))]
    if named:
        return _matched(max(named, key=lambda name: misconceptions[name]), misconceptions)
    late = sum(choice.card.id in desk.late for choice in group)
    if kind == "review" and late:
        if late < len(group):
            return f"{late} of them late"
        return "all of them late" if late > 1 else "late"
    known = [choice for choice in group if choice.memory]
    if known:
        return _forgetting(desk, max(known, key=lambda choice: choice.worth), len(group) == 1)
    points = sum(choice.card.points for choice in group)
    if points:
        most = max(points, sum(choice.worth for choice in group))
        return f"new: worth up to {points_phrase(ceil(2 * most) / 2)}"
    return "new: not asked in the practice exam"


def _forgetting(desk: Desk, choice: Choice, alone: bool) -> str:
    """ "you last knew this 9 days ago; by the exam 61 % likely" """
    assert choice.memory
    days = (desk.today - study_date(choice.memory.last, desk.model.tz)).days
    when = {0: "today", 1: "yesterday"}.get(days, f"{days} days ago")
    knew = "knew" if choice.memory.state == 2 else "missed"
    what = "this" if alone else "one of these"
    likely = f"{percent(choice.chance, 1)} % likely"
    if desk.day == desk.today:
        return f"you last {knew} {what} {when}; {likely} today"
    by = "by the exam" if desk.day == desk.model.exam else "in 30 days"
    return f"you last {knew} {what} {when}; {by} {likely}"


def _named(choice: Choice, misconceptions: Mapping[str, int]) -> str | None:
    """The misconception named most often this week on one of a card's concepts."""
    names = [name for name in misconceptions if name.partition("/")[0] in choice.card.concepts]
    return max(names, key=lambda name: misconceptions[name], default=None)


def _matched(name: str, misconceptions: Mapping[str, int]) -> str:
    """ "no-bias matched twice this week" """
    times = {1: "once", 2: "twice"}.get(misconceptions[name], f"{misconceptions[name]} times")
    return f"{name.rpartition('/')[2]} matched {times} this week"


def left_undone(desk: Desk, picked: list[Choice]) -> str:
    """What the minutes are too few for: due cards, and practice questions that were never tried."""
    if not desk.memories or desk.model.exam == desk.today:
        return ""
    taken = {choice.card.id for choice in picked}
    due = len(desk.due - taken)
    untried = [
        _number(card.id) for card in desk.new if card.kind == "question" and card.id not in taken
    ]
    left = [f"{count(due, 'card')} due"] if due else []
    if untried:
        left.append(f"{_questions(untried)}, never tried")
    return f"Left for another day: {listed(left)}." if left else ""


def first_cards(deck: Deck) -> list[Card]:
    """The templates to begin with: of each week the one that most points hang on."""
    templates = [card for card in deck.cards if card.kind == "template"]
    best = {
        week: max(cards, key=lambda card: card.points)
        for week, cards in groupby(templates, key=lambda card: card.week)
    }
    asked = sorted(best.values(), key=lambda card: -card.points)[:_FIRST_CARDS]
    return sorted(asked, key=lambda card: card.week)


def first_run(desk: Desk) -> tuple[PlanItem, ...]:
    """The three lines of somebody who has done nothing yet."""
    asked = first_cards(desk.deck)
    minutes = sum(card.minutes for card in asked) * desk.pace
    start = PlanItem(
        kind="start",
        title=f"Find out where you stand: {count(len(asked), 'fresh question')},"
        f" about {max(5, 5 * round(minutes / 5))} minutes.",
        cards=tuple(card.id for card in asked),
        minutes=minutes,
        worth=0.0,
        reason="",
    )
    look = _word("look", "Look at the practice exam.")
    if desk.today == desk.day:
        return (look,)
    if desk.model.exam == desk.day:
        return (start, look)
    return (start, _word("date", "Set your exam date."), look)


def _word(kind: ItemKind, title: str) -> PlanItem:
    return PlanItem(kind=kind, title=title, cards=(), minutes=0.0, worth=0.0, reason="")
