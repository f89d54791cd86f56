"""One table of keys per screen: bindings, footer, help and palette all come from it.

The rule that avoids every conflict is "Esc, then a letter"; a chord is a short cut for it while
a box has the focus. Esc and a letter typed within the terminal's escape delay arrive as one key,
``alt+letter``, which a box would type: so every letter is also bound as ``alt+letter`` with
priority.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from textual.binding import Binding

_SHOWN = {
    "enter": "Enter",
    "escape": "esc",
    "tab": "Tab",
    "shift+tab": "⇧Tab",
    "space": "Space",
    "question_mark": "?",
    "colon": ":",
    "slash": "/",
    "left,right": "←→",
    "up,down": "↑↓",
    "f1": "f1",
}


@dataclass(frozen=True, slots=True)
class Key:
    """One thing a key does on a screen."""

    key: str
    action: str
    label: str
    chord: str = ""  # does the same while a box has the focus
    footer: bool = True
    shown: str = ""  # how the key is written, where that is not its name
    listed: bool = True  # in the help; one entry may stand for nine digits

    @property
    def name(self) -> str:
        return self.shown or shown(self.key)

    @property
    def chord_name(self) -> str:
        return shown(self.chord.split(",")[0])

    def bindings(self) -> Iterator[Binding]:
        """The key, its chord, and Esc + letter typed as one."""
        # Esc at once, so that a letter typed right after it is a key already.
        out = self.key == "escape"
        yield Binding(self.key, self.action, self.label, show=False, priority=out)
        if self.chord not in ("", self.key):
            yield Binding(self.chord, self.action, self.label, show=False, priority=True)
        if len(self.key) == 1 and self.key.isalpha():
            both = f"esc_then({self.action!r})"
            yield Binding(f"alt+{self.key}", both, self.label, show=False, priority=True)


def shown(key: str) -> str:
    """How a key is written in the footer: ^n for ctrl+n."""
    if key.startswith("ctrl+"):
        return "^" + key.removeprefix("ctrl+")
    return _SHOWN.get(key, key)


EVERYWHERE = (
    Key("g", "go_to", "Go to", chord="ctrl+g"),
    Key("question_mark", "help", "Help", chord="f1"),
    Key("colon", "app.command_palette", "Commands"),
    Key("escape", "out", "One step out", footer=False),
    Key("q", "quit_twice", "Quit, pressed twice", footer=False),
)

# Of a page that is one long text; the page itself scrolls.
SCROLLING = (
    Key("down,j", "scroll(2)", "Scroll", shown="↑↓"),
    Key("up,k", "scroll(-2)", "Scroll up", footer=False, shown="↑"),
    Key("pagedown,space", "scroll(16)", "A page down", footer=False, shown="PgDn"),
    Key("pageup", "scroll(-16)", "A page up", footer=False, shown="PgUp"),
)


def digits(action: str, label: str) -> tuple[Key, ...]:
    """1-9, each calling ``action(digit)``; one entry in footer and help."""
    first = Key("1", f"{action}(1)", label, shown="1-9")
    others = (
        Key(str(d), f"{action}({d})", label, footer=False, listed=False) for d in range(2, 10)
    )
    return (first, *others)
