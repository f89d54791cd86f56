"""Answer boxes: one line for numbers and shapes, a growing line for formulas, a field for text.

Every box has the same face: ``part``, ``text``, ``cursor``, `restore`, and posts `Changed`,
`HandIn` (Enter in the last row of a grid; a one-line box calls the page itself) and `TooLong` (a
paste that does not fit).
"""

from __future__ import annotations

import unicodedata
from typing import ClassVar, cast

from textual.binding import Binding, BindingType
from textual.events import Key, Paste
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input, TextArea
from textual.widgets.text_area import Document

from quizapp.content.model import Part

LINE_LIMIT = 500
TEXT_LIMIT = 20_000


# With priority, so that the keys that follow at once go to the box that has the focus then.
HAND_IN = Binding("enter", "screen.hand_in", "Next", show=False, priority=True)


class BoxMessage(Message):
    """Something happened in the box of one part."""

    def __init__(self, part: str) -> None:
        super().__init__()
        self.part = part


class Changed(BoxMessage):
    """The text changed."""


class HandIn(BoxMessage):
    """Enter in a one-line box."""


class TooLong(BoxMessage):
    """A paste was refused; nothing changed."""

    def __init__(self, part: str, length: int, limit: int) -> None:
        super().__init__(part)
        self.length = length
        self.limit = limit


def cleaned(pasted: str) -> str:
    """Without the control characters that a terminal would obey instead of showing."""
    lines = pasted.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c for c in lines if c in "\n\t" or unicodedata.category(c) != "Cc")


def leave_on_esc(box: Widget, event: Key) -> None:
    """Esc and a key that means nothing here, reported by the terminal as one, type nothing."""
    if event.key.startswith("alt+"):
        event.prevent_default()
        box.screen.set_focus(None)


class LineBox(Input):
    """One line: integer, shape, real."""

    DEFAULT_CSS = """
    LineBox {
        width: 1fr; max-width: 40; height: 1; border: none; padding: 0; background: $surface;
    }
    LineBox:focus { background: $panel; border: none; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [HAND_IN]

    def __init__(self, part: Part, text: str = "", cursor: int = 0) -> None:
        super().__init__(text, compact=True, select_on_focus=False)
        self.part = part.id
        self.kind = part.kind
        self.cursor_position = min(cursor, len(text))

    @property
    def text(self) -> str:
        return self.value

    def take_focus(self) -> None:
        # At once: `focus` would let the keys that are typed meanwhile go to the box before.
        self.screen.set_focus(self)

    @property
    def cursor(self) -> int:
        return self.cursor_position

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(Changed(self.part))

    async def _on_key(self, event: Key) -> None:
        leave_on_esc(self, event)

    def _on_paste(self, event: Paste) -> None:
        event.text = " ".join(cleaned(event.text).split("\n")).strip()
        if len(self.value) + len(event.text) > LINE_LIMIT:
            event.stop()
            event.prevent_default()
            self.post_message(TooLong(self.part, len(event.text), LINE_LIMIT))


class TextBox(TextArea):
    """Free text; Enter is a new line."""

    DEFAULT_CSS = """
    TextBox {
        height: 1fr; min-height: 5; max-height: 20; border: round $quiet; padding: 0 1;
        background: $background;
    }
    TextBox:focus { border: round $primary; background: $surface; }
    """
    limit = TEXT_LIMIT

    def __init__(self, part: Part, text: str = "", cursor: int = 0) -> None:
        super().__init__(
            text,
            soft_wrap=True,
            show_line_numbers=False,
            tab_behavior="focus",
            highlight_cursor_line=False,
        )
        self.part = part.id
        self.kind = part.kind
        self.move_cursor(self._plain.get_location_from_index(min(cursor, len(text))))

    @property
    def cursor(self) -> int:
        return self._plain.get_index_from_location(self.cursor_location)

    @property
    def _plain(self) -> Document:
        return cast(Document, self.document)

    def take_focus(self) -> None:
        # At once: `focus` would let the keys that are typed meanwhile go to the box before.
        self.screen.set_focus(self)

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        event.stop()
        self.post_message(Changed(self.part))

    async def _on_key(self, event: Key) -> None:
        leave_on_esc(self, event)

    async def _on_paste(self, event: Paste) -> None:
        event.text = cleaned(event.text)
        if len(self.text) + len(event.text) > self.limit:
            event.stop()
            event.prevent_default()
            self.post_message(TooLong(self.part, len(event.text), self.limit))


class FormulaBox(TextBox):
    """A formula: grows to three rows; Enter hands in, definitions are separated by ;"""

    DEFAULT_CSS = """
    FormulaBox {
        height: auto; min-height: 1; max-height: 3; border: none; padding: 0;
        background: $surface;
    }
    FormulaBox:focus { border: none; background: $panel; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [HAND_IN]
    limit = 2_000
