"""The twenty questions at a glance, in one row below the question."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypeAlias

from textual.content import Content

from quizapp.ui import glyphs
from quizapp.ui.widgets.frame import Links, link

# question id, what is written, whether put off for later
State: TypeAlias = tuple[str, Literal["empty", "some", "answered"], bool]

SIGNS = {"empty": glyphs.EMPTY, "some": glyphs.SOME, "answered": glyphs.FULL}


class QuestionStrip(Links):
    """One row: 1■ 2■ 3◧ … 9□l; a click goes there."""

    DEFAULT_CSS = """
    QuestionStrip { height: 1; width: 1fr; padding: 0 1; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.states: Sequence[State] = ()
        self.at = ""

    def show(self, states: Sequence[State], at: str) -> None:
        if (list(states), at) != (list(self.states), self.at):
            self.states, self.at = list(states), at
            self.refresh()

    def render(self) -> Content:
        entries = [self._entry(number, state) for number, state in enumerate(self.states, 1)]
        strip = Content(" ").join(entries)
        return strip if strip.cell_length <= self.content_size.width else self._around(entries)

    def _around(self, entries: list[Content]) -> Content:
        """As many entries around the current one as fit a narrow window."""
        here = next((i for i, state in enumerate(self.states) if state[0] == self.at), 0)
        first, last, width = here, here + 1, entries[here].cell_length
        while True:
            sides = [i for i in (first - 1, last) if 0 <= i < len(entries)]
            side = next(
                (i for i in sides if width + entries[i].cell_length + 1 <= self.content_size.width),
                None,
            )
            if side is None:
                return Content(" ").join(entries[first:last])
            width += entries[side].cell_length + 1
            first, last = min(first, side), max(last, side + 1)

    def _entry(self, number: int, state: State) -> Content:
        question, written, later = state
        style = "reverse" if question == self.at else SIGNS[written].style
        mark = "l" if later else ""
        return link(f"{number}{SIGNS[written].sign}{mark}", f"screen.jump({question!r})", style)
