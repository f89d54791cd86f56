"""One question of a finished sitting: response, marks, worked steps, model answer."""

from __future__ import annotations

from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.content import Content

from quizapp.content.model import Criterion, Part, Question
from quizapp.errors import QuizappError
from quizapp.marking.grade import PartGrade
from quizapp.marking.numbers import shown
from quizapp.study import wording
from quizapp.study.marks import Mark
from quizapp.study.sittings import Sitting
from quizapp.ui import glyphs
from quizapp.ui.keys import SCROLLING, Key
from quizapp.ui.marker import variant_of
from quizapp.ui.screens.page import Page
from quizapp.ui.widgets.prose import Prose
from quizapp.variants.text import filled
from solvers.contract import Solution


class LookingBack(Page):
    """Everything about one question of one sitting."""

    MODE = "exam"
    ABOUT = (
        "Your response to one question with its marks, the worked steps of its numeric parts, and "
        "the model answer."
    )
    DEFAULT_CSS = "LookingBack #all { max-width: 84; margin: 1 0 0 0; }"
    KEYS: ClassVar[tuple[Key, ...]] = (
        Key("enter", "out", "Back to the report"),
        Key("n", "turn(1)", "Next question"),
        Key("p", "turn(-1)", "Previous question"),
        Key("e", "mark", "Mark again"),
        *SCROLLING,
    )

    def __init__(self, sitting: Sitting, question_id: str) -> None:
        super().__init__()
        self.sitting = sitting
        self.question_id = question_id

    def content(self) -> ComposeResult:
        yield Prose(id="all")

    def on_mount(self) -> None:
        self.show_question()

    def on_screen_resume(self) -> None:
        if self.query("#all"):
            self.show_question()

    @property
    def question(self) -> Question:
        return self.services.library.question(self.question_id)

    def show_question(self) -> None:
        question = self.question
        number = [q.id for q in self.services.library.exam.questions].index(question.id) + 1
        grades = self.services.progress.part_grades(self.sitting.id)
        points = sum(g.points for (q, _), g in grades.items() if q == question.id)
        self.title_line(
            f"Question {number} · {question.title} · week {question.week}",
            f"{wording.points_text(points)} of {wording.points_phrase(question.points)}",
        )
        self.show_text(None)
        self.query_one("#content").scroll_home(animate=False)
        if question.solver:
            self.fetch_steps()

    @work(exclusive=True, group="steps")
    async def fetch_steps(self) -> None:
        """The worked steps, from the solver."""
        question = self.question
        try:
            variant = await self.services.solver.run(variant_of(question, self.sitting))
        except QuizappError as problem:
            self.status.say(str(problem))
            return
        if question.id == self.question_id:
            self.show_text(variant.solution)

    def show_text(self, solution: Solution | None) -> None:
        question = self.question
        given = self.sitting.givens.get(question.id) or question.given
        blocks = [Content(filled(question.prompt, given))]
        marks = self.services.progress.marks(self.sitting.id)
        grades = self.services.progress.part_grades(self.sitting.id)
        for part in question.parts:
            key = (question.id, part.id)
            blocks.append(
                self._part(
                    part, filled(part.prompt, given), grades.get(key), marks.get(key, {}), solution
                )
            )
        self.query_one("#all", Prose).say(Content("\n\n").join(blocks))

    def _part(
        self,
        part: Part,
        prompt: str,
        grade: PartGrade | None,
        marks: dict[str, Mark],
        solution: Solution | None,
    ) -> Content:
        alone = len(self.question.parts) == 1
        name = "" if alone else f"({part.id}) {prompt or part.title}"
        lines = [_head(name, part, grade)]
        response = self.sitting.text(self.question.id, part.id)
        lines.append(
            Content.assemble(("Your response: ", "bold"), response or "nothing was written")
        )
        if grade is not None and grade.feedback not in ("", "Right."):
            lines.append(Content(grade.feedback))
        if part.kind == "text":
            lines += [_criterion(criterion, marks.get(criterion.id)) for criterion in part.rubric]
        if solution is not None and part.ask:
            lines += _steps(solution, part, grade)
        elif part.model_answer:
            lines.append(Content.assemble(("Model answer: ", "bold"), part.model_answer.strip()))
        return Content("\n").join(lines)

    # -------------------------------------------------------------------------- actions

    def action_turn(self, by: int) -> None:
        ids = [question.id for question in self.services.library.exam.questions]
        at = ids.index(self.question_id) + by
        if 0 <= at < len(ids):
            self.question_id = ids[at]
            self.show_question()

    def action_mark(self) -> None:
        from quizapp.ui.screens.marking import MarkingPage

        keys = [(self.question_id, p.id) for p in self.question.parts if p.kind == "text"]
        if keys:
            self.app.push_screen(MarkingPage(self.sitting, keys))
        else:
            self.status.say("This question has no free text to mark.")


def _head(name: str, part: Part, grade: PartGrade | None) -> Content:
    if grade is None:
        waiting = Content.styled(f"{wording.points_phrase(part.points)} wait for you", "$quiet")
        return Content.assemble((name, "bold"), "\n" if name else "", waiting)
    role = glyphs.VERDICTS.get(grade.verdict, glyphs.PARTLY)
    points = f"{wording.points_text(grade.points)} of {wording.points_text(grade.max_points)}"
    word = grade.verdict if grade.verdict in ("empty", "unreadable") else role.word
    return Content.assemble(
        (name, "bold"), "\n" if name else "", (f"{role.sign} {word}", role.style), f"  {points}"
    )


def _criterion(criterion: Criterion, mark: Mark | None) -> Content:
    if mark is None or mark.points is None:
        return Content(f"  ·  {criterion.credit}")
    full = mark.points == criterion.points
    role = glyphs.RIGHT if full else glyphs.PARTLY if mark.points else glyphs.WRONG
    given = f"{wording.points_text(mark.points)} of {wording.points_text(criterion.points)}"
    return Content.assemble("  ", (role.sign, role.style), f"  {given:<9} {criterion.credit}")


def _steps(solution: Solution, part: Part, grade: PartGrade | None) -> list[Content]:
    steps = solution.steps_to(part.ask)
    departs = grade.departs_at if grade else ""
    lines = [Content.styled("Worked steps", "bold")]
    for number, step in enumerate(steps, 1):
        mark = "   ← here yours departs" if step.label == departs else ""
        text = f"  {number}  {step.label:<28} {step.formula}  =  {shown(step.value, part)}"
        lines.append(Content.assemble(text, (mark, "$partly")))
    return lines
