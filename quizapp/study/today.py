"""What Today shows: the plan of the day and what it is good for, in the words of the screen."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta, tzinfo
from math import ceil
from typing import Literal

from msgspec import Struct

from quizapp.content.model import Exam, Library
from quizapp.study import settings, wording
from quizapp.study.cards import Deck
from quizapp.study.days import study_date
from quizapp.study.pace import pace
from quizapp.study.plan import Plan, plan
from quizapp.study.plan_items import ItemKind
from quizapp.study.progress import Progress
from quizapp.study.readiness import Readiness
from quizapp.study.sittings import Sitting


class TodayLine(Struct, frozen=True, kw_only=True):
    """One line of what to do now; Enter starts it."""

    kind: Literal["resume", "marking"] | ItemKind
    title: str  # "Review: 9 cards due"
    reason: str = ""  # why it is there
    minutes: str = ""  # as shown; the lines add up to the sum
    worth: str = ""
    cards: tuple[str, ...] = ()
    sitting: int = 0  # the one to resume or to mark


class WeekPoints(Struct, frozen=True, kw_only=True):
    """Where the points of the practice exam are, and how many of them to expect."""

    week: int | None  # None: several weeks in one line
    title: str
    possible: float
    expected: float | None  # None: there is too little evidence

    @property
    def share(self) -> float:
        return self.expected / self.possible if self.expected and self.possible else 0.0


class Today(Struct, frozen=True, kw_only=True):
    """What Today shows, in its words."""

    date: str  # "Friday 20 November"
    exam: str  # "exam Friday 4 December"; "" without one to come
    time: str  # "45 minutes, 8 used today"
    expecting: str  # "Expected on the day"
    expected: str  # "58 of 98 points, likely 51 to 65"; "no evidence yet"
    share: float | None  # of the possible points; None with too little evidence
    after: str  # "59.4"; "" without a plan or with too little evidence
    lines: tuple[TodayLine, ...]
    sums: tuple[str, str]  # ("40 of 45", "1.4"); empty without a plan
    notice: str  # what is special about today
    undone: str  # what is left if the minutes run out
    due: str  # "9 cards due, 2 of them late"
    weeks: tuple[WeekPoints, ...]  # the one with most points to win first
    minutes: int  # of today
    used: float  # of them
    plan: Plan  # the numbers behind the words


def today(
    library: Library, deck: Deck, progress: Progress, *, now: datetime, tz: tzinfo | None = None
) -> Today:
    """Everything Today shows, from a handful of queries that don't grow with the history."""
    day, exam = study_date(now, tz), settings.exam_date(progress)
    minutes = settings.minutes_today(progress, now, tz)
    used = settings.seconds_used_today(progress, now, tz) / 60
    found = plan(
        deck,
        progress.memories(),
        now=now,
        model=progress.model(now, tz),
        minutes=minutes,
        used=used,
        pace=pace(deck, progress.timed()),
        buried=progress.buried(now),
        misconceptions=progress.misconceptions_since(now - timedelta(days=7)),
    )
    begun = _begun(library, progress, now, tz)
    lines = begun + _planned(found, sitting_open=any(line.kind == "resume" for line in begun))
    ready = found.expected
    return Today(
        date=wording.date_text(day, day),
        exam=f"exam {wording.date_text(exam, day)}" if exam and exam >= day else "",
        time=f"{wording.count(minutes, 'minute')}, {round(used)} used today",
        expecting=_expecting(exam, day, enough=ready.enough),
        expected=ready.sentence,
        share=ready.points / ready.possible if ready.enough and ready.possible else None,
        after=f"{found.after:.1f}" if ready.enough and found.worth else "",
        lines=lines,
        sums=_sums(found),
        notice=found.notice or ("" if found.items else _idle(found)),
        undone=found.left_undone,
        due=_due(found),
        weeks=_weeks(deck, found.expected),
        minutes=minutes,
        used=used,
        plan=found,
    )


def changed_minutes(found: Today, by: int) -> int:
    """Today's minutes with more or fewer of them; more than are used already, where it is more."""
    if by < 0:
        return found.minutes + by
    return max(found.minutes, 5 * ceil(found.used / 5)) + by


def _expecting(exam: date | None, day: date, *, enough: bool) -> str:
    if exam == day:
        return "Expected today"
    if exam and exam > day:
        return "Expected on the day"
    return "Expected in 30 days" if enough else "Expected points"


def _due(found: Plan) -> str:
    """ "9 cards due, 2 of them late"; "" where none is."""
    if not found.due:
        return ""
    if not found.late:
        late = ""
    elif found.late < found.due:
        late = f", {found.late} of them late"
    else:
        late = ", and late" if found.due == 1 else ", all of them late"
    return f"{wording.count(found.due, 'card')} due{late}"


def _idle(found: Plan) -> str:
    """Why nothing is planned, where the plan says nothing itself."""
    if found.used >= found.minutes:
        return "Today's minutes are used. → adds some."
    return "Nothing fits into the minutes that are left. → adds some."


# ------------------------------------------------------------------------------- lines


def _begun(
    library: Library, progress: Progress, now: datetime, tz: tzinfo | None
) -> tuple[TodayLine, ...]:
    """A sitting that is open, and the newest one with parts that wait for marks."""
    lines: list[TodayLine] = []
    sittings = progress.sittings()
    if any(line.finished is None for line in sittings):
        sitting = progress.open_sitting()
        if sitting is not None:
            title = _resume(library.exam, sitting)
            lines.append(TodayLine(kind="resume", title=title, sitting=sitting.id))
    marking = next((line for line in sittings if line.finished and line.parts_open), None)
    if marking is not None:
        title = wording.marking_left(marking.started, marking.parts_open, now, tz)
        lines.append(TodayLine(kind="marking", title=title, sitting=marking.id))
    return tuple(lines)


def _planned(found: Plan, *, sitting_open: bool) -> tuple[TodayLine, ...]:
    """The lines of the plan; the numbers of those of a first run stand in their words."""
    minutes = adding_up([item.minutes for item in found.items])
    worth = adding_up([10 * item.worth for item in found.items])
    return tuple(
        TodayLine(
            kind=item.kind,
            title=item.title,
            reason=item.reason,
            minutes="" if item.kind in _FIRST else f"{minutes[at]}",
            worth="" if item.kind in _FIRST else f"{worth[at] / 10:.1f}",
            cards=item.cards,
        )
        for at, item in enumerate(found.items)
        if not (sitting_open and item.kind == "look")
    )


_FIRST = ("start", "date", "look")


def _sums(found: Plan) -> tuple[str, str]:
    if not any(item.kind not in _FIRST for item in found.items):
        return ("", "")
    left = max(round(found.minutes - found.used), round(found.planned))
    return (f"{found.planned:.0f} of {left}", f"{round(10 * found.worth) / 10:.1f}")


def adding_up(numbers: Sequence[float]) -> list[int]:
    """Whole numbers that add up to their rounded sum, each next to what it stands for.

    >>> adding_up([3.5, 3.7, 4.9, 12.2]), adding_up([])
    ([3, 4, 5, 12], [])
    """
    whole = [int(number) for number in numbers]
    missing = round(sum(numbers)) - sum(whole)
    by_rest = sorted(range(len(whole)), key=lambda at: whole[at] - numbers[at])
    for at in by_rest[:missing]:
        whole[at] += 1
    return whole


def _resume(exam: Exam, sitting: Sitting) -> str:
    """ "Resume the sitting: question 9 of 20"; question 1 where that one is gone."""
    ids = [question.id for question in exam.questions]
    number = ids.index(sitting.at) + 1 if sitting.at in ids else 1
    return f"Resume the sitting: question {number} of {len(ids)}"


# ------------------------------------------------------------------ where the points are


def _weeks(deck: Deck, ready: Readiness) -> tuple[WeekPoints, ...]:
    return tuple(
        WeekPoints(
            week=line.week,
            title=deck.topics.get(line.week, ""),
            possible=line.possible,
            expected=line.expected if ready.enough else None,
        )
        for line in ready.weeks
    )


def shortened(weeks: Sequence[WeekPoints], most: int) -> tuple[WeekPoints, ...]:
    """At most so many lines: the last ones become one, "six other weeks"."""
    if len(weeks) <= most:
        return tuple(weeks)
    shown, rest = weeks[: most - 1], weeks[most - 1 :]
    known = [week.expected for week in rest if week.expected is not None]
    others = WeekPoints(
        week=None,
        title=f"{_WORDS.get(len(rest), len(rest))} other weeks",
        possible=sum(week.possible for week in rest),
        expected=sum(known) if known else None,
    )
    return (*shown, others)


_NUMBERS = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_WORDS = dict(enumerate(_NUMBERS, 2))
