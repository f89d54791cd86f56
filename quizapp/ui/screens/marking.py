"""Marking the text parts of a sitting: the app suggests, the learner decides."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from quizapp.content.model import Part, Question
from quizapp.errors import CannotSave
from quizapp.study import wording
from quizapp.study.marks import Mark
from quizapp.study.sittings import Sitting
from quizapp.ui.keys import Key
from quizapp.ui.screens.sheet import SheetPage
from quizapp.variants.text import filled


class MarkingPage(SheetPage):
    """One text part at a time: response, criteria with suggestions, model answer."""

    MODE = "exam"
    KEYS: ClassVar[tuple[Key, ...]] = (
        *SheetPage.KEYS,
        Key("n", "next_part", "Next part", footer=False),
        Key("p", "previous_part", "Previous part", footer=False),
    )

    def __init__(self, sitting: Sitting, keys: list[tuple[str, str]]) -> None:
        super().__init__()
        self.sitting = sitting
        self.parts = keys  # (question id, part id), in the order of the exam
        self.index = 0

    def on_mount(self) -> None:
        self.show_part()

    # ---------------------------------------------------------------------- what is shown

    @property
    def question(self) -> Question:
        return self.services.library.question(self.parts[self.index][0])

    @property
    def part(self) -> Part:
        return self.question.part(self.parts[self.index][1])

    def show_part(self) -> None:
        question, part = self.question, self.part
        given = self.sitting.givens.get(question.id) or question.given
        asked = filled(f"{question.prompt}\n{part.prompt}", given)
        marks = self.services.progress.marks(self.sitting.id).get((question.id, part.id), {})
        decided = {key: mark.points for key, mark in marks.items() if mark.points is not None}
        number = [q.id for q in self.services.library.exam.questions].index(question.id) + 1
        name = f" ({part.id}), {part.title}" if len(question.parts) > 1 else f", {question.title}"
        self.title_line(
            f"Marking · question {number}{name} · {wording.points_phrase(part.points)}",
            f"{wording.count(len(self.parts) - self.index, 'part')} left",
        )
        response = self.sitting.text(question.id, part.id)
        self.show_response(part, response, asked, decided)

    # --------------------------------------------------------------------------- deciding

    def save(self, indexes: Iterable[int]) -> bool:
        if self.sheet is None:
            return False
        marks = {}
        for index in indexes:
            line = self.sheet.lines[index]
            marks[line.criterion.id] = Mark(
                suggested=line.suggestion.points,
                level=line.suggestion.level,
                points=line.points if line.decided else None,
                flagged=bool(line.suggestion.flags),
            )
        try:
            self.services.progress.record_marks(
                self.sitting.id, self.question.id, self.part.id, marks, now=self.services.now()
            )
        except CannotSave as problem:
            self.status.say(str(problem))
            self.status.not_saved()
            return False
        return True

    def confirmed(self) -> None:
        """Decide the part by its marks and open the next one."""
        try:
            self.services.progress.confirm_part(
                self.sitting.id, self.question.id, self.part, now=self.services.now()
            )
        except CannotSave as problem:
            self.status.say(str(problem))
            return
        self.step(1)

    def action_next_part(self) -> None:
        self.step(1)

    def action_previous_part(self) -> None:
        self.step(-1)

    def step(self, by: int) -> None:
        at = self.index + by
        if at < 0:
            self.status.say("This is the first part.")
        elif at >= len(self.parts):
            self.dismiss()
        else:
            self.index = at
            self.show_part()
