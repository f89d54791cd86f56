"""What Progress shows first: sums, retention, time, and confirmed against suggested points."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from quizapp.content.model import Library, Part, Template, TemplateSet
from quizapp.marking.grade import Grade, PartGrade
from quizapp.study.history import EVERYTHING, look, search
from quizapp.study.marks import Mark
from quizapp.study.memory import Rating
from quizapp.study.overview import confirmed_more, overview, retention
from quizapp.study.progress import Progress
from quizapp.study.reviews import History
from quizapp.study.study_calendar import year
from quizapp.study.times import micros
from tests import invented_course
from tests.study.test_study_speed import best

NONE = TemplateSet(())


def template(name: str, week: int, difficulty: int = 1) -> Template:
    part = Part(id="a", points=1, kind="integer", ask="x")
    return Template(
        id=name, week=week, concepts=("c",), prompt="…", parts=(part,), difficulty=difficulty
    )


def test_nothing_recorded(progress: Progress, library: Library, now: datetime) -> None:
    found = overview(library, NONE, progress, now=now, tz=UTC)
    assert (found.since, found.attempts, found.seconds, found.sittings) == (None, 0, 0, ())
    assert found.title(now, UTC) == ""
    assert (found.confirmed, found.misconceptions) == ("", {})
    assert {week.text for week in found.retention} == {"too little"}
    assert found.balance.sentence == "No claim has enough evidence yet."


def test_sums_over_what_was_recorded(progress: Progress, library: Library, now: datetime) -> None:
    sat = now - timedelta(days=5)
    sitting = progress.start_sitting(now=sat)
    progress.save_sitting(sitting.id, now=sat, window="w", seconds_used=5400)
    progress.finish_sitting(sitting.id, now=sat, exam=library.exam)
    wrong = PartGrade(
        part="b", verdict="wrong", points=0, max_points=2.5, misconception="conv/no-bias"
    )
    right = PartGrade(part="a", verdict="right", points=2.5, max_points=2.5)
    progress.record_grades(sitting.id, [Grade(question="q04", parts=(right, wrong))], now=sat)
    open_one = progress.start_sitting(now=now)
    progress.record_attempt("t", right, now=now, kind="drill", response="7", seconds=600)

    found = overview(library, NONE, progress, now=now, tz=UTC)
    assert found.title(now, UTC) == "since 15 November · 3 attempts · 1 h 40 min"
    assert found.misconceptions == {"conv/no-bias": 1}
    assert [(line.id, line.points) for line in found.sittings] == [(sitting.id, 2.5)]
    assert open_one.id not in [line.id for line in found.sittings]
    assert dict(found.spent) == {
        "today": 600, "this week": 600, "last week": 5400, "in all": 6000,
    }  # fmt: skip  # 20 November is a Friday, 15 November a Sunday


def test_misconceptions_are_those_of_the_last_fortnight(
    progress: Progress, library: Library, now: datetime
) -> None:
    for days, name in ((13, "a/x"), (2, "b/y"), (1, "b/y"), (15, "b/y"), (20, "c/z")):
        slip = PartGrade(part="a", verdict="wrong", points=0, max_points=1, misconception=name)
        when = now - timedelta(days=days)
        progress.record_attempt("t", slip, now=when, kind="drill", response="7")
    found = overview(library, NONE, progress, now=now, tz=UTC).misconceptions
    assert list(found.items()) == [("b/y", 2), ("a/x", 1)]


# ---------------------------------------------------------------------------- retention


def history(tests: int, passed: int) -> History:
    return History(reviews=tests + 1, lapses=tests - passed, tests=tests, passed=passed)


def test_retention_by_the_week_of_the_card(library: Library) -> None:
    templates = TemplateSet((template("t4", 4),))
    weeks = retention(
        library,
        templates,
        {
            "t4": history(3, 3),
            "q04": history(4, 2),  # a practice question of week 3 or 4, see the outline
            "w5-1": history(4, 4),
            "gone": history(9, 0),
        },
    )
    found = {week.name: (week.tests, week.passed, week.text) for week in weeks}
    week_of_q04 = f"week {library.question('q04').week}"
    assert week_of_q04 == "week 4"
    assert found["week 4"] == (7, 5, "71 %")
    assert found["week 5"] == (4, 4, "too little")  # under 5, no percentage
    assert found["week 6"] == (0, 0, "too little")
    assert list(found) == [f"week {number}" for number in range(2, 12)]


def test_a_card_counts_once_it_had_been_learnt(
    progress: Progress, library: Library, now: datetime
) -> None:
    when = now - timedelta(days=60)
    for days in (0, 3, 12, 30):
        model = progress.model(when)
        at = when + timedelta(days=days)
        progress.rate("q04", Rating.EASY, suggested=None, model=model, now=at)
    weeks = overview(library, NONE, progress, now=now, tz=UTC).retention
    assert {(week.tests, week.passed) for week in weeks if week.tests} == {(3, 3)}


# ---------------------------------------------------------- confirmed against suggested


@pytest.mark.parametrize(
    ("raised", "lowered", "same", "said"),
    [
        (0, 0, 0, False),
        (4, 0, 15, False),  # 19 criteria are too few
        (4, 0, 16, True),
        (3, 0, 17, False),  # may be an accident
        (9, 3, 40, False),
        (12, 2, 40, True),
        (2, 12, 40, False),  # confirms less: nothing to say
        (0, 0, 40, False),
    ],
)
def test_the_gap_is_told_where_it_is_no_accident(
    raised: int, lowered: int, same: int, said: bool
) -> None:
    marks = [(0.0, 1.0)] * raised + [(1.0, 0.0)] * lowered + [(1.0, 1.0)] * same
    assert bool(confirmed_more(marks)) is said


def test_the_latest_mark_of_each_criterion_counts(
    progress: Progress, library: Library, now: datetime
) -> None:
    sitting = progress.start_sitting(now=now)
    for points in (None, 0.5, 1.0):  # open at first, then decided, then decided again
        marks = {f"c{n}": Mark(suggested=0.5, level="partly", points=points) for n in range(24)}
        progress.record_marks(sitting.id, "q13", "b", marks, now=now)
    unsure = {"open": Mark(suggested=1.0), "unsure": Mark(suggested=None, points=1.0)}
    progress.record_marks(sitting.id, "q13", "a", unsure, now=now)
    assert overview(library, NONE, progress, now=now, tz=UTC).confirmed == (
        "Over 24 criteria you confirmed 24 points where 12 were suggested."
    )


# --------------------------------------------------------------------------------- cost


@pytest.mark.long
def test_a_million_attempts_cost_no_more_than_a_thousand(
    tmp_path: Path, now: datetime, capsys: pytest.CaptureFixture[str]
) -> None:
    library, templates = invented_course.library(), invented_course.templates()
    parts = [(template.id, part.id) for template in templates.templates for part in template.parts]
    took: dict[int, list[float]] = {}
    for attempts in (1_000, 1_000_000):
        with Progress.open(tmp_path / str(attempts), now=now) as progress:
            fill(progress, parts, attempts, now)
            middle = (micros(now - timedelta(days=100)), 0)
            wanted = search("week 4 wrong no-such-word", library, templates)
            took[attempts] = [
                best(partial(overview, library, templates, progress, now=now)),
                best(partial(look, progress, EVERYTHING)),
                best(partial(look, progress, EVERYTHING, middle)),
                best(partial(look, progress, wanted, middle)),
                best(partial(year, progress, now=now)),
            ]
    with capsys.disabled():
        for attempts, times in took.items():
            shown = "  ".join(f"{time:6.1f}" for time in times)
            print(f"\n  {attempts:>9,} attempts: {shown} ms", end="")
        print("   (overview, first page, a page of last summer, a search there, calendar)")
    assert max(took[1_000_000]) < 150  # loose, for busy machines


def fill(
    progress: Progress, parts: Sequence[tuple[str, str]], attempts: int, now: datetime
) -> None:
    """So many attempts, in the evenings of a year."""
    rng = random.Random(1)
    start, step = micros(now - timedelta(days=365)), 365 * 3 * 3600 * 1_000_000 // attempts
    evening, day = 3 * 3600 * 1_000_000, 86_400_000_000
    rows = (
        (number + 1, start + number * step // evening * day + number * step % evening,
         *rng.choice(parts), rng.choice(["right", "wrong"]), rng.choice(["", "", "c/slip"]))
        for number in range(attempts)
    )  # fmt: skip
    with progress.writing() as db:
        db.executemany(
            "INSERT INTO attempt VALUES (?, ?, 'drill', ?, ?, 7, '7', ?, 0, 1, ?, 0, 12.5, NULL,"
            " '{}')",
            rows,
        )
