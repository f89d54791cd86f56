"""Study notes of a week, one section at a time."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.widgets import Markdown

from quizapp.content.model import WeekFile
from quizapp.ui.keys import SCROLLING, Key
from quizapp.ui.screens.page import Page
from quizapp.ui.widgets.body import Body


class Notes(Page):
    """The sections of one week; n and p turn the page."""

    MODE = "weeks"
    ABOUT = "The study notes of one week, section by section: formulas, tables, worked numbers."
    DEFAULT_CSS = """
    Notes Markdown { max-width: 84; padding: 0; margin: 1 0 0 0; }
    Notes MarkdownH2 { margin: 0 0 1 0; text-style: bold; color: $foreground; }
    Notes MarkdownFence { margin: 0 0 1 0; max-height: 100; }
    Notes MarkdownFence > Label { padding: 0 1; }
    """
    KEYS: ClassVar[tuple[Key, ...]] = (
        Key("enter", "turn(1)", "Next section"),
        Key("n", "turn(1)", "Next", footer=False),
        Key("p", "turn(-1)", "Previous"),
        Key("right", "turn(1)", "Next", footer=False, shown="→"),
        Key("left", "turn(-1)", "Previous", footer=False, shown="←"),
        *SCROLLING,
    )

    def __init__(self, week: WeekFile, section: int = 0) -> None:
        super().__init__()
        self.week = week
        self.section = section

    def content(self) -> ComposeResult:
        yield Markdown(open_links=False)

    async def on_mount(self) -> None:
        await self.show_section()

    async def show_section(self) -> None:
        note = self.week.notes[self.section]
        insight = f"*{self.week.insight.strip()}*\n\n" if self.section == 0 else ""
        await self.query_one(Markdown).update(f"{insight}## {note.title}\n\n{note.body}")
        self.query_one("#content", Body).scroll_home(animate=False)
        self.title_line(
            f"{self.week.name.capitalize()} · study notes · {note.title}",
            f"{self.section + 1} of {len(self.week.notes)}",
        )
        self.refresh_keys()

    async def action_turn(self, by: int) -> None:
        at = self.section + by
        if at >= len(self.week.notes):
            self.dismiss()
        elif at >= 0:
            self.section = at
            await self.show_section()

    def keys(self) -> tuple[Key, ...]:
        if self.section + 1 == len(self.week.notes):
            return (Key("enter", "turn(1)", "Back to the checklist"), *self.KEYS[1:])
        return self.KEYS
