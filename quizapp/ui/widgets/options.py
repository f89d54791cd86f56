"""Choosing: one option, several, or an order. Not typing, so letters act as keys."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.events import Click
from textual.reactive import reactive
from textual.widget import Widget

from quizapp.content.model import Part
from quizapp.ui import glyphs
from quizapp.ui.widgets.boxes import Changed


class OptionBox(Widget, can_focus=True):
    """The options of a choice, choices or ordering part.

    ``text`` holds the ids of the marked options, in the order they were given a place.
    """

    DEFAULT_CSS = "OptionBox { height: auto; width: 1fr; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "Up", show=False),
        Binding("down,j", "move(1)", "Down", show=False),
        Binding("space", "mark", "Mark", show=False),
        Binding("backspace", "take_back", "Take the last place back", show=False),
        *(Binding(str(d), f"mark_number({d})", f"Option {d}", show=False) for d in range(1, 10)),
    ]
    here: reactive[int] = reactive(0, layout=False)

    def __init__(self, part: Part, text: str = "") -> None:
        super().__init__()
        self.part = part.id
        self.kind = part.kind
        self.options = part.options
        known = [option.id for option in part.options]
        self.marked = [word for word in text.replace(",", " ").split() if word in known]

    @property
    def text(self) -> str:
        return ", ".join(self.marked)

    @property
    def cursor(self) -> int:
        return 0

    def take_focus(self) -> None:
        self.focus()

    def action_move(self, by: int) -> None:
        self.here = min(max(self.here + by, 0), len(self.options) - 1)

    def action_mark_number(self, number: int) -> None:
        if number <= len(self.options):
            self.here = number - 1
            self.action_mark()

    def action_mark(self) -> None:
        option = self.options[self.here].id
        if self.kind == "choice":
            self.marked = [option]
        elif option in self.marked:
            self.marked.remove(option)
        else:
            self.marked.append(option)
        self._changed()

    def action_take_back(self) -> None:
        if self.marked:
            self.marked.pop()
            self._changed()

    def _changed(self) -> None:
        self.refresh()
        self.post_message(Changed(self.part))

    def on_click(self, event: Click) -> None:
        if event.y < len(self.options):
            self.focus()
            self.here = event.y
            self.action_mark()

    def get_content_height(self, *_: object) -> int:
        return max(len(self.options), 1)

    def render(self) -> Content:
        return Content("\n").join(self._line(index) for index in range(len(self.options)))

    def _line(self, index: int) -> Content:
        option = self.options[index]
        here = index == self.here and self.has_focus
        pointer = glyphs.HERE if here else " "
        text = Content(f"{pointer} {index + 1} {self._sign(option.id)} {option.text}")
        return text.stylize("on $panel") if here else text

    def _sign(self, option_id: str) -> str:
        place = self.marked.index(option_id) + 1 if option_id in self.marked else 0
        if self.kind == "ordering":
            return f"{place}." if place else "· "
        if self.kind == "choices":
            return "[x]" if place else "[ ]"
        return f"({'*' if glyphs.PLAIN else '•'})" if place else "( )"

    def on_focus(self) -> None:
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()
