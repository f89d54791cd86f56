"""Today: the plan of the day, its minutes, the exam date, and what Enter starts."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from quizapp.study import settings
from quizapp.study.memory import Rating
from quizapp.study.progress import Progress
from quizapp.ui.commands import commands
from quizapp.ui.screens.drill import DrillPage
from quizapp.ui.screens.review import ReviewPage
from quizapp.ui.screens.today import Today
from quizapp.ui.services import Services
from quizapp.ui.widgets.boxes import LineBox
from quizapp.ui.widgets.frame import MODES
from tests.ui.conftest import Open, Student

NOW = datetime(2026, 11, 20, 14, 2, tzinfo=UTC)  # a Friday
QUESTIONS = tuple(f"q{number:02}" for number in range(1, 21))


@pytest.fixture
def services(data_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Services]:
    """A window whose clock stands still; its zone is UTC."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield Services(folder=data_folder, clock=lambda: NOW)
    monkeypatch.undo()
    time.tzset()


def study(folder: Path, *, exam: str = "in 14 days", cards: tuple[str, ...] = QUESTIONS) -> None:
    """Cards asked two or three times in the last three weeks, some of them forgotten."""
    rng = random.Random(1)
    with Progress.open(folder, now=NOW) as progress:
        for card in cards:
            for days in sorted(rng.sample(range(2, 20), 3), reverse=True):
                when = NOW - timedelta(days=days)
                rating = rng.choice([Rating.HARD, Rating.GOOD, Rating.AGAIN])
                model = progress.model(when)
                progress.rate(card, rating, suggested=None, model=model, now=when, seconds=60)
        settings.set_exam_date(progress, exam, NOW)


def learn(folder: Path, *cards: str) -> None:
    """Cards asked once, six days ago, so that they are due."""
    past = NOW - timedelta(days=6)
    with Progress.open(folder, now=past) as progress:
        for card in cards:
            model = progress.model(past)
            progress.rate(card, Rating.HARD, suggested=None, model=model, now=past)


# ----------------------------------------------------------------------------- first run


async def test_the_first_run_sets_a_date(
    open_app: Open, services: Services, saved: Callable[[], Progress]
) -> None:
    async with open_app(services=services) as student:
        await student.sees("no evidence yet")
        assert student.title.split("  ")[0] == "Friday 20 November"
        assert student.title.endswith("45 minutes, 0 used today")
        assert "worth" not in student.text
        assert "expected" not in student.text
        assert "left" not in student.rows[0]
        await student.press("2", "enter")
        await student.sees("Exam date")
        assert "Find out where you stand" in student.text  # the page stays in sight
        await student.write("in 14 days")
        await student.sees("read as Friday 4 December, in 14 days")
        await student.press("enter")
        await student.sees("Exam: Friday 4 December, in 14 days.")
        assert "saved 14:02" in student.status
        assert student.rows[0].rstrip().endswith("14 days left")
        assert "Friday 20 November · exam Friday 4 December" in student.title
        assert "2  Look at the practice exam." in student.text
        assert saved().setting("exam_date") == "2026-12-04"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("4 Dex", "Not read as a date: 4 Dex. Write it like 2026-12-04, 4.12., 4 Dec or in 14"),
        ("2026-11-13", "Friday 13 November has passed. Write a day from today on"),
        ("h[t] [MASK] [/x]", "Not read as a date: h[t] [MASK] [/x]."),
    ],
)
async def test_what_is_no_date_is_told_and_changes_nothing(
    open_app: Open,
    services: Services,
    saved: Callable[[], Progress],
    text: str,
    sentence: str,
) -> None:
    study(services_folder(services))
    async with open_app(services=services) as student:
        await student.sees("14 days left")
        await student.press("e")
        await student.sees("read as Friday 4 December, in 14 days")
        await student.press("ctrl+u")
        await student.write(text)
        await student.press("enter")
        await student.sees(sentence)
        await student.press("escape")
        await student.until(lambda: isinstance(student.app.screen, Today))
        assert saved().setting("exam_date") == "2026-12-04"
        await student.press("e")
        await student.sees("Exam date")
        await student.press("ctrl+u", "enter")
        await student.sees("No exam date; reviews are spread as usual.")
        assert saved().setting("exam_date") is None
        assert "left" not in student.rows[0]


def services_folder(services: Services) -> Path:
    folder = services._folder
    assert folder is not None
    return folder


async def test_esc_and_a_letter_typed_fast_leave_the_box_and_act(
    open_app: Open, services: Services, data_folder: Path
) -> None:
    study(data_folder)
    async with open_app(services=services) as student:
        await student.sees("14 days left")
        await student.press("e")
        await student.sees("read as")
        await student.esc_then("g")
        await student.sees("Go to:")
        await student.press("escape", "e")
        await student.sees("read as")
        await student.click("Keep it")
        await student.until(lambda: isinstance(student.app.screen, Today))


# ------------------------------------------------------------------------- a day's plan


async def test_a_normal_day(open_app: Open, services: Services, data_folder: Path) -> None:
    study(data_folder)
    async with open_app(services=services) as student:
        await student.sees("Expected on the day")
        text = student.text
        assert " of 98 points, likely " in text
        assert "After today's plan" in text
        assert "minutes  worth" in text
        assert re.match(r"\d+ cards due, (all|\d+) of them late", student.status)
        planned, left = student_sums(student)
        assert planned <= left == 45
        assert "other weeks" in text
        assert student.footer.startswith("Enter Start  1-")
        for width, column in ((60, False), (120, True)):
            await student.pilot.resize_terminal(width, 40)
            await student.until(lambda: len(student.rows) == 40)
            await student.pilot.pause(0.05)
            assert ("worth" in student.text.replace("new: worth", "")) is column
            assert "Where the points are" in student.text


def student_sums(student: Student) -> tuple[int, int]:
    """The minutes below the plan: those planned, of those that are left."""
    page = student.app.screen
    assert isinstance(page, Today)
    assert page.found is not None
    assert page.found.sums[0] in student.text
    planned, left = page.found.sums[0].split(" of ")
    return int(planned), int(left)


async def test_minutes_are_changed_for_this_day_and_planned_anew(
    open_app: Open, services: Services, data_folder: Path, saved: Callable[[], Progress]
) -> None:
    study(data_folder)
    async with open_app(services=services) as student:
        await student.sees("Expected on the day")
        before, _ = student_sums(student)
        await student.press("right", "right")
        assert student.title.endswith("55 minutes, 0 used today")
        assert "saved 14:02" in student.status
        more, left = student_sums(student)
        assert before < more <= left == 55
        assert settings.minutes_today(saved(), NOW) == 55
        assert settings.minutes_per_day(saved()) == 45
        assert settings.minutes_today(saved(), NOW + timedelta(days=1)) == 45
        await student.press(*["left"] * 12)
        assert student.title.endswith("0 minutes, 0 used today")
        assert "Today's minutes are used. → adds some." in student.text
        assert re.search(r"Left for another day: \d+ cards due", student.text)
        assert "After today's plan" not in student.text


async def test_the_reason_of_each_line_is_there_or_one_key_away(
    open_app: Open, services: Services, data_folder: Path
) -> None:
    study(data_folder)
    async with open_app((120, 40), services=services) as student:
        await student.sees("Expected on the day")
        page = student.app.screen
        assert isinstance(page, Today)
        assert page.found is not None
        for line in page.found.lines:
            assert line.reason in student.said
        await student.pilot.resize_terminal(80, 16)
        await student.until(lambda: len(student.rows) == 16)
        for number, line in enumerate(page.found.lines, 1):
            await student.press(str(number))
            await student.pilot.pause()
            assert page.plan.key == number - 1
            rows = [str(row.left).strip() for row in page.plan.rows]
            assert any(line.reason.startswith(row.split("  ", 1)[-1]) for row in rows if row)


@pytest.mark.parametrize(
    ("exam", "words", "header"),
    [
        ("today", "Your exam is today. 15 minutes of what you know, nothing new.", "today"),
        ("tomorrow", "Expected on the day", "tomorrow"),
    ],
)
async def test_the_last_days(
    open_app: Open, services: Services, data_folder: Path, exam: str, words: str, header: str
) -> None:
    study(data_folder, exam=exam)
    async with open_app(services=services) as student:
        await student.sees(words)
        assert student.rows[0].rstrip().endswith(f" {header}")


async def test_an_exam_that_is_over(open_app: Open, services: Services, data_folder: Path) -> None:
    study(data_folder)
    with Progress.open(data_folder, now=NOW) as progress:
        progress.set_setting("exam_date", "2026-11-13", now=NOW)
    async with open_app(services=services) as student:
        await student.sees(
            "Your exam date, 13 November, has passed. e sets a new one; without one, reviews are"
            " spread as usual."
        )
        assert student.rows[0].rstrip().endswith("Progress")
        assert "Expected in 30 days" in student.text


async def test_the_days_left_stand_on_every_screen(
    open_app: Open, services: Services, data_folder: Path
) -> None:
    study(data_folder, exam="2029-11-20", cards=())
    async with open_app(services=services) as student:
        await student.sees("1,096 days left")
        names = "  ".join(name for _, name, _ in MODES)
        for _, name, letter in MODES:
            await student.press("g", letter)
            await student.until(lambda: "Go to:" not in student.text)
            await student.sees("1,096 days left")
            assert names in student.rows[0], name


# ------------------------------------------------------------------------------ starting


async def test_a_review_leads_back_to_the_next_line(
    open_app: Open, services: Services, data_folder: Path
) -> None:
    learn(data_folder, "iv-01", "iv-02")
    async with open_app(services=services) as student:
        await student.sees("Review: 2 cards due")
        page = student.app.screen
        assert isinstance(page, Today)
        assert page.found is not None
        at = next(n for n, line in enumerate(page.found.lines) if line.kind == "review")
        await student.press(str(at + 1), "enter")
        await student.sees("Review · 1 of 2")
        assert isinstance(student.app.screen, ReviewPage)
        await student.press("escape", "n")
        await student.sees("Review · 1 of 1")
        await student.press("escape", "n")
        await student.until(lambda: student.footer.startswith("Enter Today's plan"))
        await student.press("enter")
        await student.until(lambda: student.app.screen is page)
        await student.until(lambda: "Review: 2 cards due" not in student.text)
        assert page.plan.key == 0
        assert student.footer.startswith("Enter Start")


async def test_a_drill_of_the_plan_can_be_left(
    open_app: Open, services: Services, data_folder: Path
) -> None:
    study(data_folder)
    async with open_app(services=services) as student:
        await student.sees("Drill: ")
        page = student.app.screen
        assert isinstance(page, Today)
        assert page.found is not None
        at = next(n for n, line in enumerate(page.found.lines) if line.kind == "drill")
        await student.press(str(at + 1), "enter")
        await student.until(lambda: isinstance(student.app.screen, DrillPage))
        drill = student.app.screen
        assert isinstance(drill, DrillPage)
        assert [t.id for t in drill.templates] == list(page.found.lines[at].cards)
        assert drill.once
        await student.until(lambda: drill.variant is not None)
        await student.press("escape", "escape")
        await student.until(lambda: student.app.screen is page)
        assert page.plan.key == 0


async def test_a_drill_of_the_plan_ends_when_each_template_was_right(
    open_app: Open, services: Services
) -> None:
    async with open_app(services=services) as student:
        await student.sees("no evidence yet")
        page = student.app.screen
        drill = DrillPage([services.templates.template("lstm-parameters")], once=True)
        student.app.push_screen(drill)
        for right in (False, True):
            await student.until(
                lambda: drill.grade is None and isinstance(student.app.focused, LineBox)
            )
            assert drill.variant is not None
            key = drill.variant.key(drill.variant.question.parts[0])
            await student.write(str(key) if right else "7")
            await student.press("enter")
            await student.until(lambda: drill.grade is not None)
            label = "Enter Today's plan" if right else "Enter Fresh numbers"
            assert student.footer.startswith(label)
            await student.press("enter")
        await student.until(lambda: student.app.screen is page)


async def test_the_weeks_below_the_plan(
    open_app: Open, services: Services, data_folder: Path
) -> None:
    study(data_folder)
    async with open_app(services=services) as student:
        await student.sees("Expected on the day")
        page = student.app.screen
        assert isinstance(page, Today)
        await student.press("d")
        assert student.status.startswith("d drills a week")
        await student.press("end", "down")
        assert student.app.focused is page.weeks
        assert student.footer.startswith("Enter Open week  d Drill the week")
        week = page.weeks.key
        assert student.text.count("›") == 1
        await student.press("d")
        await student.until(lambda: isinstance(student.app.screen, DrillPage))
        drill = student.app.screen
        assert isinstance(drill, DrillPage)
        assert {template.week for template in drill.templates} == {week}
        await student.until(lambda: drill.variant is not None)
        await student.press("escape", "escape")
        await student.until(lambda: student.app.screen is page)
        await student.press("enter")
        await student.sees(f"Week {week} · ")
        await student.press("escape")
        await student.until(lambda: student.app.screen is page)
        await student.press("up")
        assert student.app.focused is page.plan
        await student.press("up")
        assert student.app.focused is page.plan


# ------------------------------------------------------------------------------- palette


def titles(student: Student) -> set[str]:
    return {command.title for command in commands(student.app, student.app.screen)}


async def choose(student: Student, title: str) -> None:
    found = {command.title: command for command in commands(student.app, student.app.screen)}
    result = found[title].callback()
    if result is not None:
        await result


async def test_the_palette_reaches_settings_questions_and_templates(
    open_app: Open, services: Services, saved: Callable[[], Progress]
) -> None:
    async with open_app(services=services) as student:
        await student.sees("no evidence yet")
        names = titles(student)
        assert {"Start a sitting", "Question 20", "Drill: lstm-parameters", "Import"} <= names
        assert "Resume the sitting" not in names
        for title, text, said in (
            ("Set minutes per day", "1 h 30 min", "90 minutes a day."),
            ("Set desired retention", "85 %", "From the next rating on, a card comes back when"),
            ("Set exam date", "4 Dec", "Exam: Friday 4 December, in 14 days."),
        ):
            await choose(student, title)
            await student.sees("Enter Save")
            await student.press("ctrl+u")
            await student.write(text)
            await student.press("enter")
            await student.sees(said)
        assert settings.minutes_per_day(saved()) == 90
        assert settings.retention(saved()) == 0.85
        assert student.title.endswith("90 minutes, 0 used today")
        await choose(student, "Question 4")
        await student.sees("Review · 1 of 1")
        assert isinstance(student.app.screen, ReviewPage)
        assert student.app.screen.card is not None
        assert student.app.screen.card.id == "q04"
        await choose(student, "Start a sitting")
        await student.sees("Question 1 of 20")
        assert "Resume the sitting" in titles(student)
        await choose(student, "Question 20")
        await student.sees("Question 20 of 20")
        await choose(student, "Drill: lstm-parameters")
        await student.until(lambda: isinstance(student.app.screen, DrillPage))


async def test_the_palette_imports_what_was_exported(
    open_app: Open, services: Services, tmp_path: Path, saved: Callable[[], Progress]
) -> None:
    exported = tmp_path / "other.jsonl"
    with Progress.open(tmp_path / "other", now=NOW) as other:
        other.claim("w04-1", True, now=NOW)
        other.export_to(exported, now=NOW)
    async with open_app(services=services) as student:
        await student.sees("no evidence yet")
        await choose(student, "Import")
        await student.press("ctrl+u")
        await student.write(str(tmp_path / "missing.jsonl"))
        await student.press("enter")
        await student.sees("can't be read")
        await student.press("ctrl+u")
        await student.write(str(exported))
        await student.sees("read as")
        await student.press("enter")
        await student.sees("1 record imported; 0 were here already.")
        assert list(saved().claims()) == ["w04-1"]
