"""Progress: sittings over time, and what the record holds."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.content import Content

from quizapp.study import today, wording
from quizapp.study.sittings import SittingLine
from quizapp.ui import glyphs
from quizapp.ui.keys import Key
from quizapp.ui.screens.page import Page
from quizapp.ui.widgets.prose import Prose
from quizapp.ui.widgets.rows import Row, Rows


class ProgressPage(Page):
    """What has been done so far."""

    MODE = "progress"
    ABOUT = "Your sittings over time. Enter opens the report of one; nothing here can be changed."
    AUTO_FOCUS = "Rows"
    DEFAULT_CSS = """
    ProgressPage Rows { margin: 1 0; }
    """
    KEYS: ClassVar[tuple[Key, ...]] = (Key("enter", "open", "Open"),)

    def content(self) -> ComposeResult:
        yield Rows()
        yield Prose(id="sums")

    def on_mount(self) -> None:
        self.show_progress()

    def on_screen_resume(self) -> None:
        if self.query(Rows):
            self.show_progress()

    def show_progress(self) -> None:
        now = self.services.now()
        found = today.overview(self.services.progress, now=now)
        title = found.title(now)
        self.title_line(f"Progress · {title}" if title else "Progress")
        if not found.sittings:
            self.query_one(Rows).set_rows([])
            self.query_one("#sums", Prose).say(
                "No sittings yet. Enter opens the practice exam; each one you finish stands here."
            )
            self.refresh_keys()
            return
        head = Row(
            Content.styled("Sittings", "bold"),
            Content.styled(f"of {wording.points_text(found.sittings[-1].max_points)}", "$quiet"),
        )
        self.query_one(Rows).set_rows([head, *map(self._row, reversed(found.sittings))])
        slips = "   ".join(
            f"{name.split('/')[-1]} {times}" for name, times in found.misconceptions.items()
        )
        weeks = today.weeks(self.services.library, self.services.progress)
        claimed, items = sum(week.claimed for week in weeks), sum(week.items for week in weeks)
        lines = [
            Content.assemble(("Claimed   ", "bold"), f"{claimed} of {items} checklist items"),
        ]
        if slips:
            lines.append(Content.assemble(("Misconceptions, last 14 days   ", "bold"), slips))
        self.query_one("#sums", Prose).say(Content("\n").join(lines))
        self.refresh_keys()

    def _row(self, line: SittingLine) -> Row:
        points = line.points or 0.0
        share = points / line.max_points if line.max_points else 0.0
        day = wording.day_text(line.started, self.services.now())
        minutes = wording.count(wording.minutes_used(line.seconds_used), "minute")
        waiting = f"   {wording.count(line.parts_open, 'part')} to mark" if line.parts_open else ""
        bar = f"{wording.points_text(points):>5}  {glyphs.bar(share, 24)}"
        return Row(f"{day:<18} {bar}  {minutes}{waiting}", "", line.id)

    def keys(self) -> tuple[Key, ...]:
        if self.query(Rows) and self.query_one(Rows).key is None:
            return (Key("enter", "open", "Practice exam"),)
        return self.KEYS

    @on(Rows.Chosen)
    def clicked(self) -> None:
        self.action_open()

    def action_open(self) -> None:
        from quizapp.ui.screens.report import ReportPage

        key = self.query_one(Rows).key
        if isinstance(key, int):
            self.app.push_screen(ReportPage(self.services.progress.sitting(key)))
        else:
            self.app.switch_mode("exam")
