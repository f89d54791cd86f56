"""Marking a text part of a reviewed card: the same sheet as after a sitting."""

from __future__ import annotations

from collections.abc import Iterable

from quizapp.content.model import Part, Question
from quizapp.study import wording
from quizapp.study.marks import Mark, decided
from quizapp.ui.screens.sheet import SheetPage
from quizapp.ui.widgets.prose import Prose


class CardMarking(SheetPage):
    """Returns the part's grade, or None where the learner went back to the question."""

    MODE = "review"
    ABOUT = (
        "Compare your answer with the model answer and decide what it holds, by the digits. What "
        "you answered in your head counts as you tick it."
    )

    def __init__(self, question: Question, part: Part, response: str, asked: str) -> None:
        super().__init__()
        self.question, self.part = question, part
        self.given, self.asked = response, asked

    def on_mount(self) -> None:
        name = f" ({self.part.id})" if len(self.question.parts) > 1 else ""
        points = wording.points_phrase(self.part.points)
        self.title_line(f"Marking · {self.question.title}{name} · {points}")
        self.show_response(self.part, self.given, self.asked)
        if not self.given.strip():
            self.query_one("#response", Prose).say("Nothing was written: tick what you thought of.")
            self.add_class("-model")

    def save(self, indexes: Iterable[int]) -> bool:
        """Nothing is saved before the whole card is marked; leaving forgets nothing but ticks."""
        del indexes
        return True

    def confirmed(self) -> None:
        if self.sheet is None:
            return
        marks = {
            line.criterion.id: Mark(suggested=line.suggestion.points, points=line.points)
            for line in self.sheet.lines
        }
        self.dismiss(decided(self.question.id, self.part, marks, self.given))
