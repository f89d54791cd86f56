"""One setting in a box at the foot of the screen: what is written, and how it is read."""

from __future__ import annotations

from collections.abc import Callable
from string import ascii_lowercase
from typing import ClassVar

from msgspec import Struct
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.events import Key
from textual.screen import ModalScreen
from textual.widgets import Input

from quizapp.errors import QuizappError
from quizapp.ui.widgets.frame import Hint, KeyBar
from quizapp.ui.widgets.line import Line
from quizapp.ui.widgets.prose import Prose


class Asked(Struct, frozen=True, kw_only=True):
    """What a box asks for."""

    title: str
    about: str  # what it is good for, and how it may be written
    text: str  # as it is now
    read: Callable[[str], str]  # how a text is read; raises QuizappError where it can't be
    save: Callable[[str], str]  # saves it, and returns the sentence to say; may raise, too


class SettingBox(ModalScreen[str]):
    """Enter saves and gives the sentence to say; Esc leaves everything as it is."""

    DEFAULT_CSS = """
    SettingBox { background: transparent; }
    SettingBox Vertical {
        dock: bottom; height: auto; background: $surface; border-top: solid $quiet;
    }
    SettingBox Prose { padding: 0 1; min-height: 1; max-height: 4; }
    SettingBox Input, SettingBox Input:focus {
        border: none; height: 1; margin: 0 1; padding: 0; width: 1fr; background: $panel;
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "keep", "Keep", show=False, priority=True),
        # Esc and a letter that the terminal reported as one key.
        *(
            Binding(f"alt+{letter}", f"keep_then({letter!r})", show=False, priority=True)
            for letter in ascii_lowercase
        ),
    ]

    def __init__(self, asked: Asked) -> None:
        super().__init__()
        self.asked = asked

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Line(Content.styled(self.asked.title, "bold"))
            yield Prose(Content.styled(self.asked.about, "$quiet"))
            yield Input(self.asked.text)
            yield Prose(id="read")
            yield KeyBar()

    def on_mount(self) -> None:
        hints = [Hint("Enter", "Save", "screen.save"), Hint("esc", "Keep it", "screen.keep")]
        self.query_one(KeyBar).show(hints)
        self.show_reading()

    @on(Input.Changed)
    def show_reading(self) -> None:
        """How it is read so far; blank while it can't be, since it is being typed."""
        try:
            read = self.asked.read(self.query_one(Input).value)
        except QuizappError:
            read = ""
        self._say(Content.styled(f"read as {read}" if read else "", "$quiet"))

    @on(Input.Submitted)
    def action_save(self) -> None:
        try:
            self.dismiss(self.asked.save(self.query_one(Input).value))
        except QuizappError as problem:
            self._say(Content(str(problem)))

    def action_keep(self) -> None:
        self.dismiss("")

    def action_keep_then(self, letter: str) -> None:
        self.action_keep()
        self.app.call_later(self.app.post_message, Key(letter, letter))

    def _say(self, sentence: Content) -> None:
        self.query_one("#read", Prose).say(sentence)
