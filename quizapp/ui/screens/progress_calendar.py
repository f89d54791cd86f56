"""The calendar of Progress: the study days of a year, or their minutes as a table."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.content import Content

from quizapp.study import study_calendar, wording
from quizapp.study.days import study_date
from quizapp.study.study_calendar import LEVELS, StudyWeek
from quizapp.ui import glyphs
from quizapp.ui.keys import Key
from quizapp.ui.screens.progress_view import View
from quizapp.ui.widgets.heatmap import Heatmap
from quizapp.ui.widgets.long_list import LongList
from quizapp.ui.widgets.prose import Prose

_HEAD = "week of       Mon  Tue  Wed  Thu  Fri  Sat  Sun"


class CalendarView(View):
    """Weeks as columns, weekdays as rows."""

    NAME: ClassVar[str] = "calendar"
    LETTERS: ClassVar[frozenset[str]] = frozenset({"table", "filter"})
    DEFAULT_CSS = """
    CalendarView { height: 1fr; padding: 0 0 0 0; }
    CalendarView Heatmap { margin: 1 0 1 0; }
    CalendarView #day { margin: 0 0 1 0; }
    CalendarView #head, CalendarView LongList { display: none; }
    CalendarView.-table #head { display: block; margin: 0 0 0 3; }
    CalendarView.-table LongList { display: block; }
    CalendarView.-table Heatmap, CalendarView.-table #day, CalendarView.-table #legend,
    CalendarView.-table #sum { display: none; }
    """

    def compose(self) -> ComposeResult:
        yield Heatmap()
        yield Prose(id="day")
        yield Prose(_legend(), id="legend")
        yield Prose(id="sum")
        yield Prose(Content.styled(f"{_HEAD}    minutes in all", "$quiet"), id="head")
        yield LongList[StudyWeek](_week)

    def title(self) -> tuple[str, str]:
        return "Progress · calendar", "study days, from 4 am to 4 am"

    def show_all(self) -> None:
        if not self.display:
            return
        year = study_calendar.year(self.services.progress, now=self.services.now())
        self.query_one(Heatmap).show(year)
        self.query_one("#sum", Prose).say(Content.styled(f"{year.text}.", "$quiet"))
        self.set_class(self.as_table, "-table")
        if self.as_table:
            self.query_one(LongList).set_items(year.weeks[::-1])
        self.tell_day()

    @on(Heatmap.Moved)
    def tell_day(self) -> None:
        """The day under the cursor in words."""
        day = self.query_one(Heatmap).current
        if day is not None:
            self.query_one("#day", Prose).say(day.text(study_date(self.services.now())))
            self.page.refresh_keys()

    def take_focus(self) -> None:
        self.query_one(LongList if self.as_table else Heatmap).focus()

    def turn(self) -> None:
        super().turn()
        self.take_focus()

    def enter(self) -> Key | None:
        day = self.query_one(Heatmap).current
        if self.as_table or day is None or not day.done.attempts:
            return None
        return Key("enter", "open", "Attempts of this day")

    def open(self) -> None:
        day = self.query_one(Heatmap).current
        if self.enter() is not None and day is not None:
            self.page.show_history_of(day.day)

    @on(Heatmap.Chosen)
    def clicked(self) -> None:
        self.page.refresh_keys()


def _legend() -> Content:
    steps = zip(glyphs.SHADES, glyphs.SHADE_STYLES, LEVELS, strict=True)
    return Content("   ").join(
        Content.assemble((sign, style), f" {words}") for sign, style, words in steps
    )


def _week(week: StudyWeek, width: int) -> Content:
    """A row of the table: the minutes of each day."""
    del width
    minutes = [f"{day.minutes:>5}" if day.level else f"{glyphs.SHADES[0]:>5}" for day in week.days]
    monday = f"{week.monday.day} {wording.MONTHS[week.monday.month - 1][:3]} {week.monday.year}"
    total = round(week.seconds / 60)
    return Content(f"{monday:<12}{''.join(minutes):<35}{total:>10,}")
