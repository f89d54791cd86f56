"""The history of Progress: a line per attempt, loaded as it is scrolled."""

from __future__ import annotations

import asyncio
from datetime import date
from functools import cached_property
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Input
from textual.worker import Worker

from quizapp.study import history, wording
from quizapp.study.history import EVERYTHING, NEWEST, HistoryLine, Names, Place, Search
from quizapp.ui.keys import Key
from quizapp.ui.screens import progress_rows as paint
from quizapp.ui.screens.progress_view import View
from quizapp.ui.widgets.long_list import LongList
from quizapp.ui.widgets.prose import Prose


class HistoryView(View):
    """Attempts, newest first; a filter looks through all of them, some thousand at a time."""

    NAME: ClassVar[str] = "history"
    LETTERS: ClassVar[frozenset[str]] = frozenset({"filter", "copy"})
    DEFAULT_CSS = """
    HistoryView { height: 1fr; }
    HistoryView Input { border: none; height: 1; margin: 0 1; display: none; }
    HistoryView.-filtering Input { display: block; }
    HistoryView #nothing { display: none; margin: 1 0 0 3; color: $quiet; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.wanted: Search = EVERYTHING
        self.begins: date | None = None  # the study day to begin at
        self.next: Place | None = NEWEST  # None: all is loaded
        self._loading: Worker[None] | None = None
        self._attempts = -1  # recorded when the list was begun

    def compose(self) -> ComposeResult:
        yield Input(placeholder="template, concept, week 4, question 13, wrong …", compact=True)
        yield Prose(id="nothing")
        yield LongList[HistoryLine](self._paint)

    @property
    def listed(self) -> LongList[HistoryLine]:
        return self.query_one(LongList)

    @cached_property
    def names(self) -> Names:
        return Names(self.services.library, self.services.templates)

    def _paint(self, line: HistoryLine, width: int) -> Content:
        return paint.history_line(line, self.names, width, self.services.now())

    def title(self) -> tuple[str, str]:
        loaded, all_of_them = len(self.listed.items), self._attempts
        if self.begins is not None:
            return "Progress · history", f"from {self._day} back"
        if self.wanted.everything:
            return "Progress · history", wording.count(max(all_of_them, 0), "attempt")
        more = "" if self.next is None else " so far"
        return "Progress · history", f"{loaded:,} found{more}"

    @property
    def narrowed(self) -> bool:
        """Whether a filter leaves some out."""
        return not self.wanted.everything

    @property
    def _day(self) -> str:
        day = self.begins
        return f"{day.day} {wording.MONTHS[day.month - 1]} {day.year}" if day else ""

    # -------------------------------------------------------------------------- loading

    def show_all(self) -> None:
        """Begin again where something was recorded meanwhile; else only paint."""
        if not self.display or self.found is None:
            return
        if self.found.attempts != self._attempts:
            self.begin()
        self.listed.refresh()

    def begin(self) -> None:
        """Load the list from its start."""
        self._attempts = self.found.attempts if self.found else 0
        text = self.query_one(Input).value
        self.set_class(bool(text.strip()) or self.query_one(Input).has_focus, "-filtering")
        services = self.services
        self.wanted = history.search(text, services.library, services.templates)
        self.next = history.end_of(self.begins) if self.begins else NEWEST
        self.listed.set_items([])
        self._loading = self.load()

    @on(LongList.NearEnd)
    def load_more(self) -> None:
        if self.next is not None and (self._loading is None or self._loading.is_finished):
            self._loading = self.load()

    @work(exclusive=True, group="history")
    async def load(self) -> None:
        """One more page; a search goes on until it has one, and lets keys through meanwhile."""
        loaded = 0
        while self.next is not None and loaded < history.PAGE:
            found = history.look(self.services.progress, self.wanted, self.next)
            self.next = found.until
            loaded += len(found.lines)
            self.listed.add_items(found.lines)
            self.tell()
            await asyncio.sleep(0)

    def tell(self) -> None:
        """The title, and that nothing was found."""
        nothing = self.query_one("#nothing", Prose)
        nothing.display = not self.listed.items
        more = "Looking further back …" if self.next is not None else "/ changes the filter."
        nothing.say(f"No attempt found. {more}")
        self.page.show_title()

    # -------------------------------------------------------------------------- filter

    def search(self, text: str) -> None:
        """Show the attempts that these words find."""
        self.begins = None
        self.query_one(Input).value = text
        self.begin()

    def show_from(self, day: date | None) -> None:
        """Show the attempts of this day and the older ones; None: from the newest on."""
        self.begins = day
        self.query_one(Input).value = ""
        self.begin()

    def filter(self) -> None:
        self.add_class("-filtering")
        self.query_one(Input).focus()

    @on(Input.Changed)
    def filter_changed(self) -> None:
        if self.query_one(Input).has_focus:
            self.begins = None
            self.begin()

    @on(Input.Submitted)
    def filter_done(self) -> None:
        self.take_focus()
        self.set_class(bool(self.query_one(Input).value.strip()), "-filtering")

    # --------------------------------------------------------------------------- acting

    def take_focus(self) -> None:
        self.listed.focus()

    def enter(self) -> Key | None:
        return Key("enter", "open", "Open") if self.listed.items else None

    def open(self) -> None:
        if self.listed.items:
            self.page.open_attempt(self.listed.items, self.listed.cursor)

    def command(self) -> str:
        line = self.listed.current
        return self.names.command(line.question, line.seed) if line else ""

    @on(LongList.Chosen)
    def clicked(self) -> None:
        self.open()
