"""Beside the checklist of a wide window: the focused item in full, and its study note."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.timer import Timer

from quizapp.content.model import Note
from quizapp.ui.widgets.prose import Prose

if TYPE_CHECKING:
    from textual.widgets import Markdown

_FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
_PAUSE = 0.12  # seconds on an item before its note is set: the cursor may only pass by


class WeekAside(VerticalScroll, can_focus=True):
    """What stands on the right; it takes the focus so that it can be scrolled."""

    DEFAULT_CSS = """
    WeekAside {
        display: none; width: 1fr; max-width: 88; height: 1fr; padding: 1 1 0 1;
        border-left: solid $panel; scrollbar-size-vertical: 1;
    }
    WeekAside:focus { border-left: solid $primary; }
    WeekAside Markdown { padding: 0; margin: 1 0 0 0; }
    WeekAside MarkdownH2 { margin: 0 0 1 0; text-style: bold; color: $foreground; }
    WeekAside MarkdownFence { margin: 0 0 1 0; max-height: 100; }
    WeekAside MarkdownFence > Label { padding: 0 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "scroll_down", "Down", show=False),
        Binding("k", "scroll_up", "Up", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._shown: tuple[Note | None, int] = (None, 0)  # the note, and the cells it has
        self._timer: Timer | None = None

    def compose(self) -> ComposeResult:
        yield Prose()

    def show(self, text: Content, note: Note | None) -> None:
        """The text at once; the note when the cursor has stayed."""
        self.query_one(Prose).say(text)
        if self._timer is not None:
            self._timer.stop()
        if (note, self._room) != self._shown:
            self._timer = self.set_timer(_PAUSE, lambda: self.show_note(note))

    @property
    def _room(self) -> int:
        return self.content_size.width

    async def show_note(self, note: Note | None) -> None:
        self._shown = (note, self._room)
        text = f"## {note.title}\n\n{_fitting(note.body, self._room - 2)}" if note else ""
        await (await self._markdown()).update(text)
        self.scroll_home(animate=False)

    async def _markdown(self) -> Markdown:
        # Imported when the first note is shown: it costs more than the rest of the screen.
        from textual.widgets import Markdown

        for shown in self.query(Markdown):
            return shown
        made = Markdown(open_links=False)
        await self.mount(made)
        return made


def _fitting(body: str, room: int) -> str:
    r"""The note without the blocks that are too wide: cut or wrapped they would say another thing.

    >>> _fitting("So\n\n```\nabcd\n```\n", 3)
    'So\n\n*Too wide here; s shows it.*\n'
    """

    def shown(block: re.Match[str]) -> str:
        widest = max(map(cell_len, block[0].splitlines()))
        return block[0] if widest <= room else "*Too wide here; s shows it.*"

    return _FENCED.sub(shown, body)
