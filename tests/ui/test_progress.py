"""Progress: its views, their tables, and how one gets from a number to what is behind it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from quizapp.content import bank
from quizapp.marking.grade import PartGrade
from quizapp.study import history
from quizapp.study.history import HistoryLine
from quizapp.study.progress import Progress
from quizapp.ui.screens.attempt import AttemptPage
from quizapp.ui.screens.disagreeing import Disagreeing
from quizapp.ui.screens.drill import DrillPage
from quizapp.ui.screens.progress import ProgressPage
from quizapp.ui.screens.report import ReportPage
from quizapp.ui.screens.weeks import Weeks
from quizapp.ui.services import Services
from quizapp.ui.widgets.heatmap import Heatmap
from quizapp.ui.widgets.long_list import LongList
from tests import invented_course
from tests.invented_year import live
from tests.ui.conftest import Open, OpenWindow, Student

LOOKS = Path(__file__).parent / "looks"
SIZES = [(80, 24), (120, 40), (60, 16)]
NOW = datetime(2026, 11, 20, 14, 2, tzinfo=UTC)
SIGNS = "h[t] [MASK] [/x] [bold]no[/bold]"


@pytest.fixture(autouse=True)
def in_utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Times on the screens are local; here that is UTC."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def services(data_folder: Path) -> Services:
    return Services(folder=data_folder, clock=lambda: NOW)


def on_invented_course(folder: Path, days: int) -> Services:
    services = Services(folder=folder, clock=lambda: NOW)
    course = {"library": invented_course.library(), "templates": invented_course.templates()}
    services.__dict__.update(course)
    live(services.progress, services.library, services.templates, now=NOW, days=days)
    return services


@pytest.fixture
def lived(data_folder: Path) -> Services:
    """Eight weeks of drills and five sittings, on an invented course."""
    return on_invented_course(data_folder, days=56)


def record(services: Services, question: str, part: str = "a", **said: object) -> None:
    grade = PartGrade(part=part, verdict="wrong", points=0, max_points=1, misconception="c/slip")
    given = {"response": "7", "seed": 5, **said}
    services.progress.record_attempt(question, grade, now=NOW, kind="drill", **given)  # type: ignore[arg-type]


def listed(student: Student) -> LongList[HistoryLine]:
    return student.app.screen.query_one(LongList)


def current(student: Student) -> HistoryLine:
    """The attempt under the cursor."""
    line = listed(student).current
    assert line is not None
    return line


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_looks(open_app: Open, data_folder: Path, size: tuple[int, int]) -> None:
    services = on_invented_course(data_folder, days=365)
    async with open_app(size, start="progress", services=services) as student:
        await student.sees("Retention")
        await student.looks_as("progress")
        await student.press("right")
        await student.sees("Progress · history")
        await student.looks_as("progress-history")
        await student.press("right")
        await student.sees("an hour or more")
        await student.looks_as("progress-calendar")


async def test_the_views_go_round(open_app: Open, lived: Services) -> None:
    async with open_app(start="progress", services=lived) as student:
        await student.sees("since 2")
        for key, title in (
            ("right", "Progress · history"),
            ("right", "Progress · calendar"),
            ("right", "Progress · sittings"),
            ("right", "Progress · since"),
            ("left", "Progress · sittings"),
            ("left", "Progress · calendar"),
        ):
            await student.press(key)
            assert student.title.startswith(title)
        await student.press("escape")
        assert student.title.startswith("Progress · since")
        await student.press("escape")
        await student.until(lambda: not isinstance(student.app.screen, ProgressPage))


async def test_a_view_is_found_as_it_was_left(open_app: Open, lived: Services) -> None:
    async with open_app(start="progress", services=lived) as student:
        await student.sees("Enter Open the")
        await student.press("down")
        assert student.footer.startswith("Enter Open its attempts")
        await student.press("right", "down", "down", "down", "left")
        assert student.footer.startswith("Enter Open its attempts")
        await student.press("right")
        assert listed(student).cursor == 3
        await student.press("g", "d", "g", "p")
        await student.sees("Progress · history")
        assert listed(student).cursor == 3


async def test_nothing_yet_starts_with_ten_questions(open_app: Open, services: Services) -> None:
    async with open_app(start="progress", services=services) as student:
        await student.sees("No attempts yet. Enter starts with 10 questions.")
        await student.press("right", "t", "slash", "c")  # nothing to turn to
        assert student.footer.startswith("Enter Start with 10 questions")
        await student.press("enter")
        await student.until(lambda: isinstance(student.app.screen, DrillPage))
        page = student.app.screen
        assert isinstance(page, DrillPage)
        assert len({template.id for template in page.templates}) == 10
        assert len({template.week for template in page.templates}) == 10
        record(services, "conv-layer")
        while isinstance(student.app.screen, DrillPage):
            await student.press("escape")
        await student.sees("1 attempt ·")


async def test_what_is_done_meanwhile_is_counted(open_app: Open, lived: Services) -> None:
    async with open_app(start="progress", services=lived) as student:
        await student.press("right")
        await student.sees("Progress · history")
        await student.press("down", "g", "w")
        await student.sees("Week 2 · ")
        record(lived, "brand-new-template")
        await student.press("g", "p")
        await student.sees("brand-new-template")


# ------------------------------------------------------------------------- the overview


async def test_the_claims_that_disagree(open_app: Open, lived: Services) -> None:
    async with open_app(start="progress", services=lived) as student:
        await student.sees("Claims against evidence")
        assert student.footer.startswith("Enter Open the ")
        await student.press("enter")
        await student.until(lambda: isinstance(student.app.screen, Disagreeing))
        await student.sees("right")
        page = student.app.screen
        assert isinstance(page, Disagreeing)
        item = page.item
        assert item is not None
        assert item.claim[:40] in student.said
        assert "Claimed " in student.text
        await student.press("s")
        await student.until(lambda: isinstance(student.app.screen, Weeks))
        await student.sees("Week ")
        assert item.claim.removeprefix("I can ")[:30] in student.text
        await student.press("g", "p", "enter")
        await student.until(lambda: isinstance(student.app.screen, DrillPage))
        drill = student.app.screen
        assert isinstance(drill, DrillPage)
        assert set(drill.templates[0].concepts) & set(item.concepts)


async def test_sittings_open_their_report(open_app: Open, lived: Services) -> None:
    async with open_app(start="progress", services=lived) as student:
        await student.sees("18 Nov")
        await student.press("home", "enter")
        await student.until(lambda: isinstance(student.app.screen, ReportPage))
        await student.sees("Report · sitting of 18 November")
        await student.press("escape")
        await student.sees("all 5 sittings")
        while "All sittings" not in student.footer:
            await student.press("down")
        await student.press("enter")
        await student.sees("6 Oct")
        assert student.title.startswith("Progress · sittings")
        await student.press("end", "enter")
        await student.sees("Report · sitting of 6 October")


async def test_with_the_mouse(open_app: Open, lived: Services) -> None:
    async with open_app(start="progress", services=lived) as student:
        await student.click("18 Nov")
        await student.sees("Report · sitting of 18 November")
        await student.press("escape")
        await student.click("←→ History")
        await student.sees("Progress · history")
        await student.click(" Nov ", row=4)
        await student.until(lambda: isinstance(student.app.screen, AttemptPage))
        await student.click("Back to the list")
        await student.click("←→ Calendar")
        await student.click("t Table")
        await student.sees("minutes in all")
        await student.press("question_mark")
        await student.sees("View before")


async def test_a_misconception_leads_to_its_attempts(open_app: Open, lived: Services) -> None:
    async with open_app(start="progress", services=lived) as student:
        await student.sees("Misconceptions, last 14 days")
        line = next(row for row in student.rows if "Misconceptions" in row)
        name = line.split("days")[1].split()[0]
        await student.press("end", "enter")
        await student.sees("found")
        assert current(student).misconception.endswith(name)


async def test_the_numbers_behind_the_bars(open_app: Open, lived: Services) -> None:
    async with open_app(start="progress", services=lived) as student:
        await student.sees("Retention")
        assert "█" in student.text
        await student.press("t")
        assert "█" not in student.text
        found = student.app.screen.query_one("OverviewView").found  # type: ignore[attr-defined]
        week = found.retention[0]
        assert f"{week.passed} of {week.tests}" in student.text
        assert "t Picture" in student.footer
        await student.press("t")
        assert "█" in student.text


async def test_confirming_more_than_suggested_is_told(open_app: Open, lived: Services) -> None:
    async with open_app(start="progress", services=lived) as student:
        await student.sees("criteria you confirmed")
        assert " were suggested." in student.said


async def test_wide_with_two_lists(open_app: Open, lived: Services) -> None:
    async with open_app((120, 40), start="progress", services=lived) as student:
        await student.sees("History")
        assert student.text.count("›") == 1
        assert student.footer.startswith("Enter Open the ")  # claims, on the right
        await student.press("down")
        assert student.footer.startswith("Enter Open the attempt")
        await student.press("tab")
        await student.press("home")
        assert student.footer.startswith("Enter Open the report")
        await student.press("end", "down")  # goes over to the right
        assert student.footer.startswith("Enter Open the attempt")
        assert student.text.count("›") == 1
        await student.press("enter")
        await student.until(lambda: isinstance(student.app.screen, AttemptPage))


async def test_another_size_keeps_the_place(open_app: Open, lived: Services) -> None:
    async with open_app((120, 40), start="progress", services=lived) as student:
        await student.sees("History")
        await student.press("tab", "home")
        await student.pilot.resize_terminal(80, 24)
        await student.sees("not claimed")
        assert student.footer.startswith("Enter Open the report")
        await student.pilot.resize_terminal(50, 12)
        await student.sees("quizapp needs 60 × 16")
        await student.pilot.resize_terminal(60, 16)
        await student.until(lambda: len(student.rows) == 16)
        await student.sees("not claimed")
        assert not [row for row in student.rows[2:-2] if "…" in row]


async def test_what_is_below_can_be_reached(open_app: Open, lived: Services) -> None:
    async with open_app((60, 16), start="progress", services=lived) as student:
        await student.sees("Retention")
        await student.press("end", *["down"] * 9)
        assert "this week" in student.text


# -------------------------------------------------------------------------- the history


async def test_history_is_loaded_as_it_is_scrolled(open_app: Open, lived: Services) -> None:
    async with open_app(start="progress", services=lived) as student:
        await student.press("right")
        await student.sees("Progress · history")
        lines = listed(student)
        await student.until(lambda: len(lines.items) == history.PAGE)
        everything = len(list(lived.progress.attempts()))
        assert everything > 2 * history.PAGE
        while len(lines.items) < everything:
            await student.press("end")
            await student.pilot.pause(0.02)
        ids = [attempt.id for attempt in lived.progress.attempts()]
        assert [line.id for line in lines.items] == ids
        await student.press("end", "home", "pagedown")
        assert lines.cursor > 10


async def test_the_filter(open_app: Open, lived: Services) -> None:
    async with open_app(start="progress", services=lived) as student:
        await student.sees("Retention")
        await student.press("slash")
        await student.sees("template, concept, week 4")
        await student.write("question 13 partly")
        assert "Enter To the list" in student.footer
        await student.press("enter")
        await student.sees("found")
        lines = listed(student)
        assert {line.question for line in lines.items} == {"q13"}
        assert {line.verdict for line in lines.items} == {"partly"}
        await student.press("slash")
        await student.write("zzz")
        await student.sees("No attempt found. / changes the filter.")
        await student.press("enter", "enter", "c")  # nothing to open or copy
        assert isinstance(student.app.screen, ProgressPage)
        await student.press("escape")
        await student.until(lambda: len(lines.items) == history.PAGE)
        await student.esc_then("g")
        await student.press("t")
        await student.until(lambda: not isinstance(student.app.screen, ProgressPage))


async def test_letters_are_text_while_the_filter_is_typed(open_app: Open, lived: Services) -> None:
    async with open_app(start="progress", services=lived) as student:
        await student.sees("Retention")
        await student.press("slash")
        await student.write("ctqg?/")
        assert getattr(student.app.focused, "value", "") == "ctqg?/"
        await student.esc_then("t")
        assert getattr(student.app.focused, "value", None) is None


async def test_copying_the_command(open_app: Open, services: Services) -> None:
    record(services, "iv-01", seed=None)
    template = services.templates.templates[0]
    record(services, template.id, seed=41)
    async with open_app(start="progress", services=services) as student:
        await student.press("right")
        await student.sees(template.id)
        await student.press("c")
        command = f"quizapp ask {template.id} --seed 41"
        assert student.app.clipboard == command
        assert student.status == f"Copied: {command}"
        await student.press("end", "c")
        assert student.app.clipboard == command
        await student.sees("No command asks this: quizapp ask knows practice questions")


async def test_an_attempt_in_full(open_app: Open, services: Services) -> None:
    template = next(t for t in services.templates.templates if len(t.parts) == 2)
    for part in template.parts:
        record(services, template.id, part.id, response=f"{SIGNS} {part.id}", seed=7)
    async with open_app((100, 60), start="progress", services=services) as student:
        await student.press("right")
        await student.sees(f"{template.id} (b)")
        assert "h[t] [MASK] [/x]" in student.text
        await student.press("enter")
        await student.sees("Steps of (b)", seconds=40)
        assert f"Your response: {SIGNS} b" in student.said
        assert "It matched slip." in student.text
        assert "✗ wrong   0 of 1 point" in student.text
        await student.press("n")
        await student.sees("Steps of (a)")
        await student.press("n")  # there is no older one
        assert f"Your response: {SIGNS} a" in student.said
        await student.press("c")
        assert student.app.clipboard == f"quizapp ask {template.id} --seed 7"
        await student.press("enter")
        await student.sees("Progress · history")


async def test_a_text_of_a_sitting_in_full(open_app: Open, lived: Services) -> None:
    async with open_app((100, 50), start="progress", services=lived) as student:
        await student.sees("Retention")
        await student.press("slash")
        await student.write("question 13")
        await student.press("enter")
        await student.until(lambda: current(student).question == "q13")
        lines = listed(student)
        lines.cursor = next(n for n, line in enumerate(lines.items) if line.part == "b")
        await student.press("enter")
        await student.sees("Model answer", seconds=40)
        assert "practice exam" in student.title
        assert "Your response: Some words." in student.text


async def test_an_attempt_on_what_is_gone(open_app: Open, services: Services) -> None:
    record(services, "no-longer-there")
    async with open_app(start="progress", services=services) as student:
        await student.press("right", "enter")
        await student.sees("This question is no longer in the question files.")
        assert "Your response: 7" in student.text


# ------------------------------------------------------------------------- the calendar


async def test_the_days_of_the_calendar(open_app: Open, lived: Services) -> None:
    async with open_app(start="progress", services=lived) as student:
        await student.press("left", "left")
        await student.sees("Friday 20 November: ")
        await student.press("up", "up")
        await student.sees("Wednesday 18 November: ")
        await student.press("pageup")
        await student.sees("Wednesday 11 November: ")
        await student.press("home")
        await student.sees("Monday 17 November 2025: nothing recorded.")
        assert not student.footer.startswith("Enter")
        await student.press("enter", "end")
        await student.sees("Friday 20 November: ")
        await student.pilot.click(Heatmap, offset=(4 + 52, 1 + 2))
        await student.sees("Wednesday 18 November: ")
        await student.press("enter")
        await student.sees("from 18 November 2026 back")
        assert current(student).at.date() == NOW.date() - timedelta(days=2)
        await student.press("escape")
        await student.sees("Wednesday 18 November: ")


async def test_the_calendar_as_a_table(open_app: Open, lived: Services) -> None:
    async with open_app(start="progress", services=lived) as student:
        await student.press("left", "left", "t")
        await student.sees("minutes in all")
        year = [row for row in student.rows if "Nov 2026" in row]
        assert [row.split("Nov")[0].split()[-1] for row in year] == ["16", "9", "2"]
        cells = year[1].split("2026")[1].split()
        days = [int(cell) for cell in cells[:-1] if cell != "·"]
        assert abs(sum(days) - int(cells[-1])) <= len(days)  # each is rounded
        await student.press("t")
        await student.sees("an hour or more")


# ---------------------------------------------------------------- poor terminals, speed


@pytest.mark.parametrize("env", [{"NO_COLOR": "1"}, {"TERM": "linux"}], ids=["no colour", "ASCII"])
def test_shades_and_words_without_colour(
    data_folder: Path, open_window: OpenWindow, env: dict[str, str]
) -> None:
    now = datetime.now(UTC)
    with Progress.open(data_folder, now=now) as progress:
        live(progress, bank.load(), bank.templates(), now=now, days=30)
    window = open_window(**env)
    window.sees("Today")
    window.type("g")
    window.sees("Go to:")
    window.type("p")
    window.sees("Retention")
    window.type("t")
    window.sees("Picture")
    window.type("\x1b[D")
    window.sees("sittings")
    window.type("\x1b[D")
    window.sees("an hour or more")
    signs = "-+*" if "TERM" in env else "░▒▓"
    assert all(window.text.count(sign) > 1 for sign in signs)
    if "TERM" in env:
        picture = window.text.split("none")[0]
        assert not set("░▒▓█◆›") & set(picture)
    window.type("\x11")
    assert window.wait() == 0
