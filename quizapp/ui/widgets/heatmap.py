"""A calendar of study days: weeks as columns, weekdays as rows, a shade for each day."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.events import Click
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from quizapp.study.study_calendar import StudyDay, StudyWeek, Year
from quizapp.study.wording import MONTHS
from quizapp.ui import glyphs

_NAMES = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_LABEL = 4  # columns of the weekdays' names


class Heatmap(Widget, can_focus=True):
    """The cursor moves by days and weeks; the day under it is told in words by the page."""

    DEFAULT_CSS = "Heatmap { height: 8; width: 1fr; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "move(1)", "A day later", show=False),
        Binding("up,k", "move(-1)", "A day earlier", show=False),
        Binding("pagedown", "move(7)", "A week later", show=False),
        Binding("pageup", "move(-7)", "A week earlier", show=False),
        Binding("home", "move(-1000)", "The first day", show=False),
        Binding("end", "move(1000)", "Today", show=False),
    ]
    cursor: reactive[int] = reactive(-1)

    class Moved(Message):
        """The cursor stands on another day."""

    class Chosen(Message):
        """A day was clicked."""

    def __init__(self) -> None:
        super().__init__()
        self.days: tuple[StudyDay, ...] = ()
        self.weeks: tuple[StudyWeek, ...] = ()

    def show(self, year: Year) -> None:
        """Show this year; the cursor begins at its last day, then stays on its day."""
        day = self.current.day if self.current else None
        self.weeks, self.days = year.weeks, year.days
        days = [shown.day for shown in self.days]
        self.cursor = days.index(day) if day in days else len(days) - 1
        self.refresh()

    @property
    def current(self) -> StudyDay | None:
        """The day under the cursor."""
        return self.days[self.cursor] if 0 <= self.cursor < len(self.days) else None

    def action_move(self, days: int) -> None:
        """Move by so many days, as far as there are any."""
        self.cursor = min(max(self.cursor + days, 0), len(self.days) - 1)

    def watch_cursor(self) -> None:
        if self.is_mounted:
            self.post_message(self.Moved())

    # ------------------------------------------------------------------------- painting

    @property
    def _cell(self) -> int:
        """Columns of a week: two where they fit."""
        return 2 if self.content_size.width >= _LABEL + 2 * len(self.weeks) else 1

    @property
    def _shown(self) -> tuple[StudyWeek, ...]:
        """The newest weeks that fit."""
        room = max((self.content_size.width - _LABEL) // self._cell, 1)
        return self.weeks[-room:]

    def render(self) -> Content:
        weeks = self._shown
        rows = [Content.styled(" " * _LABEL + self._months(weeks), "$quiet")]
        for weekday, name in enumerate(_NAMES):
            cells = [self._day(week, weekday) for week in weeks]
            rows.append(Content.assemble((f"{name:<{_LABEL}}", "$quiet"), *cells))
        return Content("\n").join(rows)

    def _months(self, weeks: tuple[StudyWeek, ...]) -> str:
        """The months' names above the weeks in which they begin, where there is room."""
        row = ""
        for number, week in enumerate(weeks):
            first = next((day.day for day in week.days if day.day.day == 1), None)
            if first is not None and len(row) <= number * self._cell:
                row = row.ljust(number * self._cell) + MONTHS[first.month - 1][:3] + " "
        return row[: len(weeks) * self._cell]

    def _day(self, week: StudyWeek, weekday: int) -> Content:
        if weekday >= len(week.days):
            return Content(" " * self._cell)
        day = week.days[weekday]
        if self.current and day.day == self.current.day:
            return Content.styled(glyphs.DAY_HERE * self._cell, "bold on $panel")
        sign = glyphs.SHADES[day.level] * self._cell
        return Content.styled(sign, glyphs.SHADE_STYLES[day.level])

    # ---------------------------------------------------------------------------- mouse

    def on_click(self, event: Click) -> None:
        column, weekday = (event.x - _LABEL) // self._cell, event.y - 1
        weeks = self._shown
        if 0 <= column < len(weeks) and 0 <= weekday < len(weeks[column].days):
            self.focus()
            self.cursor = self.days.index(weeks[column].days[weekday])
            self.post_message(self.Chosen())
