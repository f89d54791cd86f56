"""g: the footer becomes the list of modes, and one letter goes."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.events import Key as KeyEvent
from textual.screen import ModalScreen

from quizapp.ui.widgets.frame import MODES, Hint, KeyBar


class GoTo(ModalScreen[None]):
    """Waits for one letter, without a time limit; Esc or any other key leaves."""

    DEFAULT_CSS = """
    GoTo { background: transparent; }
    GoTo KeyBar { dock: bottom; background: $panel; }
    """

    # A letter typed at once after g reaches the app as a key of this screen, not as an event of it.
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(letter, f"go({mode!r})", name, show=False) for mode, name, letter in MODES
    ]

    def compose(self) -> ComposeResult:
        yield KeyBar()

    def on_mount(self) -> None:
        hints = [Hint(letter, name, f"screen.go({mode!r})") for mode, name, letter in MODES]
        self.query_one(KeyBar).show([Hint("Go to:", "", "screen.go('')"), *hints])

    def on_key(self, event: KeyEvent) -> None:
        event.stop()
        letter = (event.character or event.key.removeprefix("alt+")).lower()
        self.action_go(next((mode for mode, _, key in MODES if key == letter), ""))

    def action_go(self, mode: str) -> None:
        self.dismiss()
        if mode:
            self.app.call_later(self.app.switch_mode, mode)
