"""Points of the twenty questions in two columns, with a cursor."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.events import Click
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from quizapp.study.report import QuestionScore
from quizapp.ui import glyphs


class ScoreGrid(Widget, can_focus=True):
    """Q1 … Q10 on the left, Q11 … Q20 on the right; arrows move, Enter opens."""

    DEFAULT_CSS = "ScoreGrid { height: auto; width: 1fr; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "Up", show=False),
        Binding("down,j", "move(1)", "Down", show=False),
        Binding("left", "across(-1)", "Left", show=False),
        Binding("right", "across(1)", "Right", show=False),
    ]
    cursor: reactive[int] = reactive(0, layout=False)

    class Chosen(Message):
        """A question was clicked."""

    def __init__(self) -> None:
        super().__init__()
        self.scores: Sequence[QuestionScore] = ()

    def show(self, scores: Sequence[QuestionScore], begin_at: str) -> None:
        """Show these; the cursor begins at the question with this id, then stays where it is."""
        first = not self.scores
        self.scores = tuple(scores)
        if first and self.scores:
            self.cursor = [score.question for score in scores].index(begin_at)
        self.refresh(layout=True)

    @property
    def current(self) -> str:
        """Id of the question under the cursor."""
        return self.scores[self.cursor].question if self.scores else ""

    @property
    def half(self) -> int:
        return (len(self.scores) + 1) // 2

    def action_move(self, by: int) -> None:
        self.cursor = min(max(self.cursor + by, 0), max(len(self.scores) - 1, 0))

    def action_across(self, by: int) -> None:
        at = self.cursor + by * self.half
        if 0 <= at < len(self.scores):
            self.cursor = at

    def on_click(self, event: Click) -> None:
        column = 1 if event.x >= self._column else 0
        at = event.y + column * self.half
        if event.y < self.half and at < len(self.scores):
            self.focus()
            self.cursor = at
            self.post_message(self.Chosen())

    @property
    def _column(self) -> int:
        return min(self.content_size.width // 2, 60)

    def get_content_height(self, *_: object) -> int:
        return max(self.half, 1)

    def render(self) -> Content:
        rows = []
        for index in range(self.half):
            right = index + self.half
            other = self._score(right) if right < len(self.scores) else Content("")
            rows.append(Content.assemble(self._score(index), other))
        return Content("\n").join(rows)

    def _score(self, index: int) -> Content:
        score = self.scores[index]
        mark = glyphs.HERE if index == self.cursor else " "
        points = f"{score}" if not score.waiting else f"{score.points:g} + {score.waiting:g} open"
        head = f" {mark} {f'Q{score.number}':<4}{points:>11}  {glyphs.bar(score.share, 8)}  "
        room = max(self._column - len(head) - 1, 0)
        title = score.title if room >= 12 else ""
        cut = Content(head + title).truncate(self._column, ellipsis=True, pad=True)
        return cut.stylize("bold on $panel") if index == self.cursor else cut
