"""o: all questions with their state; Enter goes there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult

from quizapp.study import wording
from quizapp.ui.keys import Key
from quizapp.ui.screens.page import Page
from quizapp.ui.widgets.rows import Row, Rows
from quizapp.ui.widgets.strip import SIGNS, State


class Overview(Page):
    """The twenty questions of a sitting; closes with the id of the one chosen."""

    MODE = "exam"
    ABOUT = "All questions of this sitting: what is answered, begun, empty or put off for later."
    AUTO_FOCUS = "Rows"
    KEYS: ClassVar[tuple[Key, ...]] = (Key("enter", "choose", "Open"),)

    def __init__(self, states: Sequence[State], at: str) -> None:
        super().__init__()
        self.states, self.at = states, at

    def content(self) -> ComposeResult:
        yield Rows()

    def on_mount(self) -> None:
        self.title_line("Practice exam · all questions")
        rows = self.query_one(Rows)
        rows.set_rows([self._row(number, state) for number, state in enumerate(self.states, 1)])
        rows.go_to(self.at)

    def _row(self, number: int, state: State) -> Row:
        question_id, written, later = state
        question = self.services.library.question(question_id)
        sign = SIGNS[written]
        words = f"{sign.word}, later" if later else sign.word
        left = f"{number:>2} {sign.sign} {question.title}"
        right = f"{words}   week {question.week:>2}   {wording.points_phrase(question.points):>9}"
        return Row(left, right, question_id)

    def on_rows_chosen(self) -> None:
        self.action_choose()

    def action_choose(self) -> None:
        self.dismiss(self.query_one(Rows).key)
