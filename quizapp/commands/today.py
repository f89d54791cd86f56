"""``quizapp today``: what to do now, how ready you are, and where the points are.

``--exam`` and ``--minutes`` set what the plan is made for before it is shown.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from quizapp.commands._store import opened
from quizapp.content import bank
from quizapp.study import settings, wording, written
from quizapp.study.cards import deck
from quizapp.study.days import study_date
from quizapp.study.today import Today, TodayLine, WeekPoints, today

if TYPE_CHECKING:
    from quizapp.study.progress import Progress
    from quizapp.study.readiness import Readiness

_JSON = """\
--json prints one object:
  date         the study day, like "2026-11-20"
  exam         the exam date, or null
  minutes      for today; used: those already spent
  expected     {day, points, low, high, possible} on that day if nothing more is done;
               null with too little evidence
  after        the points expected once the items are done, or null
  items        [{line, kind, title, reason, minutes, worth, cards, command}]; minutes and worth
               are null where there are none; kind is one of resume, marking, review, drill,
               question, interview, start, date, look
  planned      minutes of all items; worth: their points
  due          cards due today; late: those of earlier days
  weeks        [{week, title, possible, expected}]; expected is null with too little evidence
  notice       what is special about today, or ""
  left_undone  what the minutes are too few for, or ""
"""
# Sentences of the screen name its keys.
_WITHOUT_KEYS = (
    ("e sets a new one", "quizapp today --exam DATE sets a new one"),
    ("→ adds some.", "quizapp today --minutes N sets more."),
)


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = _JSON
    parser.add_argument("--json", action="store_true", help="one JSON object")
    parser.add_argument(
        "--exam",
        metavar="DATE",
        help="set the exam date, like 2026-12-04 or 4 Dec; none removes it",
    )
    parser.add_argument("--minutes", metavar="N", help="set the minutes of this day")


def run(args: argparse.Namespace) -> int:
    now = datetime.now(UTC)
    library = bank.load()
    with opened() as progress:
        _set(progress, args, now)
        found = today(library, deck(library, bank.templates()), progress, now=now)
        exam = settings.exam_date(progress)
    if args.json:
        print(json.dumps(_record(found, exam, now), ensure_ascii=False))
    else:
        print("\n".join(_lines(found)))
    return 0


def _set(progress: Progress, args: argparse.Namespace, now: datetime) -> None:
    """The settings that were given; raises UsageError before anything is changed."""
    minutes = None if args.minutes is None else written.minutes(args.minutes)
    if args.exam is not None:
        wanted = "" if args.exam.strip().lower() == "none" else args.exam
        settings.set_exam_date(progress, wanted, now)
    if minutes is not None:
        settings.set_minutes_today(progress, minutes, now)


def does(line: TodayLine, number: int) -> str:
    """The command that starts a line of the plan."""
    if line.cards:
        return f"quizapp ask --today {number}"
    commands = {"date": "quizapp today --exam DATE", "look": "quizapp exam --print"}
    return commands.get(line.kind, "quizapp exam")


# ----------------------------------------------------------------------------- as text


def _lines(found: Today) -> Iterator[str]:
    yield " · ".join(filter(None, [found.date, found.exam]))
    yield found.time
    yield ""
    yield f"{found.expecting}: {found.expected}"
    if found.after:
        yield f"After today's plan: {found.after}"
    yield ""
    for number, line in enumerate(found.lines, 1):
        yield from _planned(number, line)
    planned, worth = found.sums
    if planned:
        yield f"In all: {planned} minutes, worth {worth}"
    remarks = (_without_keys(found.notice), found.undone, found.due and f"{found.due}.")
    yield from filter(None, remarks)
    yield ""
    yield "Where the points are:"
    for week in found.weeks:
        yield _week(week)


def _planned(number: int, line: TodayLine) -> Iterator[str]:
    about = ""
    if line.minutes:
        minutes = wording.count(int(line.minutes), "minute")
        about = f" ({minutes}, worth {line.worth})"
    yield f"{number}  {line.title}{about}"
    if line.reason:
        yield f"   {line.reason}"
    yield f"   {does(line, number)}"


def _week(week: WeekPoints) -> str:
    possible = wording.points_phrase(week.possible)
    expected = "" if week.expected is None else f"{week.expected:.1f} of "
    return f"   week {week.week}  {week.title}: {expected}{possible}"


def _without_keys(sentence: str) -> str:
    for key, command in _WITHOUT_KEYS:
        sentence = sentence.replace(key, command)
    return sentence


# ----------------------------------------------------------------------------- as JSON


def _record(found: Today, exam: date | None, now: datetime) -> dict[str, Any]:
    plan = found.plan
    return {
        "date": study_date(now).isoformat(),
        "exam": None if exam is None else exam.isoformat(),
        "minutes": found.minutes,
        "used": round(found.used, 1),
        "expected": _expected(plan.expected),
        "after": float(found.after) if found.after else None,
        "items": [_item(number, line) for number, line in enumerate(found.lines, 1)],
        "planned": round(plan.planned, 1) if found.sums[0] else 0.0,
        "worth": round(float(plan.worth), 1),
        "due": plan.due,
        "late": plan.late,
        "weeks": [_week_record(week) for week in found.weeks],
        "notice": _without_keys(found.notice),
        "left_undone": found.undone,
    }


def _expected(ready: Readiness) -> dict[str, Any] | None:
    if not ready.enough:
        return None
    return {
        "day": ready.day.isoformat(),
        "points": round(ready.points, 1),
        "low": round(ready.low, 1),
        "high": round(ready.high, 1),
        "possible": ready.possible,
    }


def _item(number: int, line: TodayLine) -> dict[str, Any]:
    return {
        "line": number,
        "kind": line.kind,
        "title": line.title,
        "reason": line.reason,
        "minutes": int(line.minutes) if line.minutes else None,
        "worth": float(line.worth) if line.worth else None,
        "cards": list(line.cards),
        "command": does(line, number),
    }


def _week_record(week: WeekPoints) -> dict[str, Any]:
    expected = None if week.expected is None else round(week.expected, 1)
    return {
        "week": week.week,
        "title": week.title,
        "possible": round(week.possible, 1),
        "expected": expected,
    }
