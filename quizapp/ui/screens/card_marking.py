"""Marking a text part of a reviewed card: the same sheet as after a sitting."""

from __future__ import annotations

from collections.abc import Iterable

from textual.widgets import Markdown

from quizapp.content.model import Part, Question
from quizapp.study import wording
from quizapp.study.marks import Mark, decided
from quizapp.ui.keys import Key
from quizapp.ui.screens.sheet import SheetPage
from quizapp.ui.widgets.prose import Prose


class CardMarking(SheetPage):
    """Returns the part's grade, or None where the learner went back to the question."""

    MODE = "review"
    ABOUT = (
        "Compare your answer with the model answer and decide what it holds, by the digits. What "
        "you answered in your head counts as you tick it."
    )

    DEFAULT_CSS = """
    CardMarking.-notes #pair { layout: vertical; }
    CardMarking.-notes Rows, CardMarking.-notes #model { display: none; }
    CardMarking Markdown { max-width: 84; padding: 0; }
    CardMarking MarkdownFence { margin: 0 0 1 0; max-height: 100; }
    """

    def __init__(
        self,
        question: Question,
        part: Part,
        response: str,
        asked: str,
        ticks: dict[str, float],
    ) -> None:
        """``ticks``: points by criterion, decided before this sheet was left."""
        super().__init__()
        self.ticks = ticks
        self.question, self.part = question, part
        self.given, self.asked = response, asked

    async def on_mount(self) -> None:
        name = f" ({self.part.id})" if len(self.question.parts) > 1 else ""
        points = f" · {wording.points_phrase(self.part.points)}" if self.part.rubric else ""
        self.title_line(f"Marking · {self.question.title}{name}{points}")
        self.show_response(self.part, self.given, self.asked, self.ticks)
        if not self.part.rubric:
            await self.show_notes()
        elif not self.given.strip():
            self.query_one("#response", Prose).say("Nothing was written: tick what you thought of.")
            self.add_class("-model")

    async def show_notes(self) -> None:
        """Without criteria there is only the study note to compare with."""
        self.add_class("-notes")
        self.status.show(right="")
        notes = Markdown(f"**Model answer**\n\n{self.part.model_answer}", open_links=False)
        await self.query_one("#pair").mount(notes)

    def keys(self) -> tuple[Key, ...]:
        """Without criteria there is nothing to decide."""
        return super().keys() if self.part.rubric else (self.KEYS[0], *self.KEYS[-2:])

    def save(self, indexes: Iterable[int]) -> bool:
        """Kept until the whole card is marked, then saved with it."""
        del indexes
        lines = self.sheet.lines if self.sheet else []
        self.ticks.clear()
        self.ticks.update(
            {
                line.criterion.id: line.points
                for line in lines
                if line.decided and line.points is not None
            }
        )
        return True

    def confirmed(self) -> None:
        if self.sheet is None:
            return
        marks = {
            line.criterion.id: Mark(suggested=line.suggestion.points, points=line.points)
            for line in self.sheet.lines
        }
        self.dismiss(decided(self.question.id, self.part, marks, self.given))
