"""A column of links beside the content, shown from 120 columns on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from textual.content import Content

from quizapp.ui.widgets.frame import Links, link


class Entry(NamedTuple):
    """One line of the column."""

    text: str
    action: str
    current: bool


class SideList(Links):
    """The questions of a sitting, the weeks of the course; the current one on a background."""

    DEFAULT_CSS = """
    SideList { width: 30; height: 1fr; padding: 1 1; display: none; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.entries: Sequence[Entry] = ()

    def show(self, entries: Sequence[Entry]) -> None:
        if list(entries) != list(self.entries):
            self.entries = tuple(entries)
            self.refresh()

    def render(self) -> Content:
        width = self.content_size.width
        return Content("\n").join(self._line(entry, width) for entry in self.entries)

    def _line(self, entry: Entry, width: int) -> Content:
        cut = Content(entry.text).truncate(width, ellipsis=True, pad=True)
        return link(cut.plain, entry.action, "bold on $panel" if entry.current else "")
