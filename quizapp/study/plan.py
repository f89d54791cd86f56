"""What to do today: the cards that raise the expected points of the exam day most per minute.

The worth of asking a card is its points of the practice exam times what asking it today adds to
the probability that it is known on the exam day, expected over passing and failing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta

from msgspec import Struct

from quizapp.study.cards import Deck
from quizapp.study.choosing import Choice, Desk, chosen, refreshing
from quizapp.study.days import study_date
from quizapp.study.expectation import ages, chances
from quizapp.study.memory import Memory, Model
from quizapp.study.plan_items import PlanItem, first_run, grouped, left_undone
from quizapp.study.readiness import Readiness, predicted
from quizapp.study.wording import count, day_text

HORIZON = timedelta(days=30)  # how far to look without an exam date
LAST_MINUTES = 15  # on the exam's day


class Plan(Struct, frozen=True, kw_only=True):
    """Today's items and what they are good for."""

    items: tuple[PlanItem, ...]
    notice: str  # what is special about today, in a sentence; "" on most days
    left_undone: str  # what the minutes are too few for, in a sentence; "" where all is done
    minutes: float  # of today
    used: float  # of them
    planned: float  # minutes of the items
    worth: float  # points of the items
    expected: Readiness  # on the exam day, if nothing more is done
    after: float  # the points expected then, once the items are done
    due: int  # cards due today
    late: int  # of them, those due before today


def plan(
    deck: Deck,
    memories: Mapping[str, Memory],
    *,
    now: datetime,
    model: Model,
    minutes: float,
    used: float = 0.0,
    pace: float = 1.0,
    buried: Collection[str] = (),
    misconceptions: Mapping[str, int] | None = None,
) -> Plan:
    """The plan for what is left of today's ``minutes``.

    ``pace`` is the learner's own: how long a card takes, against the deck's minutes.
    ``misconceptions`` counts those named this week, by id: "conv-params/no-bias".
    """
    today = study_date(now, model.tz)
    day = model.exam if model.exam and model.exam >= today else today + HORIZON
    since = ages(deck, memories, today, model.tz)
    desk = Desk(
        deck=deck,
        memories={key: memory for key, memory in memories.items() if key in deck.by_id},
        now=now,
        today=today,
        day=day,
        model=model,
        left=max(minutes - used, 0.0),
        pace=pace,
        buried=frozenset(buried),
        ages=since,
        chances=chances(deck, memories, since, (day - today).days, model),
    )
    expected = predicted(deck, desk.chances, day)
    if not desk.memories:
        items, picked = first_run(desk), []
    elif model.exam == today:
        picked = refreshing(desk, LAST_MINUTES)
        items = grouped(desk, picked, misconceptions or {})
    else:
        picked = chosen(desk)
        items = grouped(desk, picked, misconceptions or {})
    worth = sum(choice.worth for choice in picked)
    return Plan(
        items=items,
        notice=_notice(desk, picked),
        left_undone=left_undone(desk, picked),
        minutes=minutes,
        used=used,
        planned=sum(item.minutes for item in items),
        worth=worth,
        expected=expected,
        after=expected.points + worth,
        due=len(desk.due),
        late=len(desk.late),
    )


def _notice(desk: Desk, picked: list[Choice]) -> str:
    exam = desk.model.exam
    if exam == desk.today and not desk.memories:
        return "Your exam is today."
    if exam == desk.today:
        return f"Your exam is today. {LAST_MINUTES} minutes of what you know, nothing new."
    if exam and exam < desk.today:
        when = _day(exam, desk)
        return (
            f"Your exam date, {when}, has passed. e sets a new one; without one, reviews are"
            " spread as usual."
        )
    if not desk.memories or desk.due:
        return ""
    if not desk.left:
        return "Today's minutes are used."
    nothing = nothing_due(desk)
    return nothing if picked else f"{nothing} You are done for today."


def nothing_due(desk: Desk) -> str:
    """ "Nothing is due today. Next: 6 cards tomorrow." """
    if not desk.next_due:
        return "Nothing is due today."
    days, cards = desk.next_due
    when = "tomorrow" if days == 1 else f"on {_day(desk.today + timedelta(days), desk)}"
    return f"Nothing is due today. Next: {count(cards, 'card')} {when}."


def _day(day: date, desk: Desk) -> str:
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=desk.model.tz)
    return day_text(noon, desk.now, desk.model.tz)
