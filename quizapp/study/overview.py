"""What Progress shows first: sums over everything recorded, and what they say.

No query here grows with the attempts: the sums come from the summaries that are kept with them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta, tzinfo
from math import sqrt

from msgspec import Struct

from quizapp.content.model import BEYOND, Library, TemplateSet
from quizapp.study import evidence, wording
from quizapp.study.days import study_date
from quizapp.study.evidence import Balance
from quizapp.study.progress import Progress
from quizapp.study.reviews import DayLine, History
from quizapp.study.sittings import SittingLine

ENOUGH_TESTS = 5  # from so many on a share is named
ENOUGH_MARKS = 20
_FORTNIGHT = timedelta(days=14)


class Retention(Struct, frozen=True, kw_only=True):
    """How much of a week's cards was remembered when it was asked again."""

    name: str  # "week 4"
    tests: int = 0  # of cards that had been learnt, half a day or longer after the last
    passed: int = 0

    @property
    def share(self) -> float | None:
        """None where there is too little to tell."""
        return self.passed / self.tests if self.tests >= ENOUGH_TESTS else None

    @property
    def text(self) -> str:
        """ "88 %"."""
        if self.share is None:
            return "too little"
        return f"{wording.percent(self.passed, self.tests)} %"


class Overview(Struct, frozen=True, kw_only=True):
    """Everything of the first view."""

    since: datetime | None  # the first thing recorded
    attempts: int
    seconds: float  # in sittings, drills and reviews
    sittings: tuple[SittingLine, ...]  # marked at least in part, oldest first
    retention: tuple[Retention, ...]  # by week
    balance: Balance
    misconceptions: dict[str, int]  # of the last 14 days, most frequent first
    spent: tuple[tuple[str, float], ...]  # ("this week", seconds) and so on
    confirmed: str  # on confirmed against suggested points; "" where there is nothing to say

    def title(self, now: datetime, tz: tzinfo | None = None) -> str:
        """ "since 28 October · 214 attempts · 11 h 40 min"; "" before anything is recorded."""
        if self.since is None:
            return ""
        since = wording.day_text(self.since, now, tz)
        attempts = wording.count(self.attempts, "attempt")
        return f"since {since} · {attempts} · {wording.duration_text(self.seconds)}"


def overview(
    library: Library,
    templates: TemplateSet,
    progress: Progress,
    *,
    now: datetime,
    tz: tzinfo | None = None,
) -> Overview:
    """All of it, from a handful of queries."""
    lines = progress.sittings()
    marked = [line for line in lines if line.finished is not None and line.points is not None]
    seconds = _seconds(progress)
    return Overview(
        since=progress.first_recorded(),
        attempts=sum(tally.attempts for tally in progress.attempt_counts().values()),
        seconds=seconds,
        sittings=tuple(reversed(marked)),
        retention=retention(library, templates, progress.histories()),
        balance=evidence.balance(library, templates, progress),
        misconceptions=progress.misconceptions_since(now - _FORTNIGHT),
        spent=(*_weeks_spent(progress, now, tz), ("in all", seconds)),
        confirmed=confirmed_more(_latest_marks(progress)),
    )


# --------------------------------------------------------------------------- retention


def retention(
    library: Library, templates: TemplateSet, histories: Mapping[str, History]
) -> tuple[Retention, ...]:
    """The weeks of the course in order; "beyond" only where something of it was tested."""
    weeks = _weeks_of_cards(library, templates)
    tests: dict[int, int] = {}
    passed: dict[int, int] = {}
    for card, history in histories.items():
        if card in weeks:
            week = weeks[card]
            tests[week] = tests.get(week, 0) + history.tests
            passed[week] = passed.get(week, 0) + history.passed
    return tuple(
        Retention(name=week.name, tests=tests.get(week.week, 0), passed=passed.get(week.week, 0))
        for week in library.weeks
        if week.week != BEYOND or tests.get(week.week)
    )


def _weeks_of_cards(library: Library, templates: TemplateSet) -> dict[str, int]:
    weeks = {item.id: week.week for week in library.weeks for item in week.checklist}
    weeks |= {question.id: question.week for question in library.exam.questions}
    weeks |= {asked.id: asked.week for asked in library.interview}
    return weeks | {template.id: template.week for template in templates.templates}


# -------------------------------------------------------------------------------- time


def _seconds(progress: Progress) -> float:
    """All the time spent; one row for each quarter of an hour with something done in it."""
    ((milliseconds, clock),) = progress.rows(
        "SELECT (SELECT total(milliseconds) FROM spent), (SELECT total(seconds_used) FROM sitting)"
    )
    return float(milliseconds / 1000 + clock)


def _weeks_spent(
    progress: Progress, now: datetime, tz: tzinfo | None
) -> tuple[tuple[str, float], ...]:
    """Today, this week and the one before, which begin on Monday."""
    today = study_date(now, tz)
    monday = today - timedelta(days=today.weekday())
    last = monday - timedelta(days=7)
    days = progress.activity(last, tz)
    return (
        ("today", _sum(days[day] for day in days if day >= today)),
        ("this week", _sum(days[day] for day in days if day >= monday)),
        ("last week", _sum(days[day] for day in days if day < monday)),
    )


def _sum(days: Iterable[DayLine]) -> float:
    return sum(day.seconds for day in days)


# ---------------------------------------------------------- confirmed against suggested


def _latest_marks(progress: Progress) -> list[tuple[float, float]]:
    """Suggested and confirmed points of each criterion of each sitting, as marked last."""
    # Beside max(), SQLite takes the other columns from the row that has the maximum.
    rows = progress.rows(
        "SELECT suggested, points, max(id) FROM mark GROUP BY sitting, question, part, criterion"
    )
    return [
        (suggested, points)
        for suggested, points, _ in rows
        if suggested is not None and points is not None
    ]


def confirmed_more(marks: Sequence[tuple[float, float]]) -> str:
    """Where more is confirmed than was suggested, and not by accident: by how much.

    An accident is up to two standard deviations of a coin thrown for each criterion whose points
    were changed (sign test).

    >>> confirmed_more([(0.0, 1.0)] * 6 + [(1.0, 1.0)] * 20)
    'Over 26 criteria you confirmed 26 points where 20 were suggested.'
    >>> confirmed_more([(0.0, 1.0)] * 6 + [(1.0, 0.0)] * 4 + [(1.0, 1.0)] * 20)
    ''
    """
    raised = sum(points > suggested for suggested, points in marks)
    lowered = sum(points < suggested for suggested, points in marks)
    before = sum(suggested for suggested, _ in marks)
    after = sum(points for _, points in marks)
    by_chance = raised - lowered < max(2 * sqrt(raised + lowered), 1)
    if len(marks) < ENOUGH_MARKS or by_chance or after <= before:
        return ""
    return (
        f"Over {len(marks):,} criteria you confirmed {wording.points_phrase(after)}"
        f" where {wording.points_text(before)} {'was' if 0 < before <= 1 else 'were'} suggested."
    )
