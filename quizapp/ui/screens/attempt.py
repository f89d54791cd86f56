"""One attempt again: the question with its numbers, the response, the verdict, the steps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.content import Content

from quizapp.content.model import Part, Question
from quizapp.errors import QuizappError
from quizapp.solving import Plan
from quizapp.study import wording
from quizapp.study.attempts import Attempt
from quizapp.study.history import Names
from quizapp.study.session import question_of
from quizapp.ui import glyphs
from quizapp.ui.keys import SCROLLING, Key
from quizapp.ui.marker import variant_of
from quizapp.ui.screens.page import Page
from quizapp.ui.screens.progress_view import NO_COMMAND
from quizapp.ui.widgets.prose import Prose
from quizapp.ui.widgets.verdict import model_answer_lines, step_lines
from quizapp.variants import Variant, as_printed, fresh

_LONGEST = 20_000  # letters of a response that are shown
_KINDS = {"drill": "drill", "review": "review", "sitting": "practice exam"}


class AttemptPage(Page):
    """What was asked, answered and earned; nothing can be changed."""

    MODE = "progress"
    ABOUT = (
        "An attempt as it was: the question with its numbers, your response, the verdict and all "
        "worked steps. c copies the command that asks the same numbers again."
    )
    DEFAULT_CSS = "AttemptPage #all { max-width: 100; margin: 1 0 0 0; }"
    KEYS: ClassVar[tuple[Key, ...]] = (
        Key("enter", "out", "Back to the list"),
        Key("n", "turn(1)", "Older"),
        Key("p", "turn(-1)", "Newer"),
        Key("c", "copy", "Copy the command"),
        *SCROLLING,
    )

    def __init__(self, attempts: Sequence[int], index: int) -> None:
        super().__init__()
        self.attempts = attempts  # ids, newest first
        self.index = index
        self.attempt: Attempt | None = None

    def content(self) -> ComposeResult:
        yield Prose(id="all")

    def on_mount(self) -> None:
        self.show_attempt()

    def show_attempt(self) -> None:
        """What was recorded at once, what has to be computed as soon as it is there."""
        attempt = self.services.progress.attempt(self.attempts[self.index])
        self.attempt = attempt
        now, names = self.services.now(), Names(self.services.library, self.services.templates)
        name = names.of(attempt.question, attempt.grade.part)
        when = wording.moment_text(attempt.at, now)
        self.title_line(
            f"{name} · {_KINDS.get(attempt.kind, attempt.kind)} · {when}", _points(attempt)
        )
        self.status.say("")
        self.show_text(None)
        self.query_one("#content").scroll_home(animate=False)
        self.fetch_question(attempt)

    def _asked(self, attempt: Attempt) -> Plan[Variant]:
        """The question with the numbers of the attempt; raises KeyError where it is gone."""
        services = self.services
        if attempt.sitting is not None:
            question = services.library.question(attempt.question)
            return variant_of(question, services.progress.sitting(attempt.sitting))
        card = services.deck.card(attempt.question)
        if card is None:
            raise KeyError(attempt.question)
        question = question_of(card, services.library, services.templates)
        return as_printed(question) if attempt.seed is None else fresh(question, attempt.seed)

    @work(exclusive=True, group="attempt")
    async def fetch_question(self, attempt: Attempt) -> None:
        """The numbers and the steps, from the solver."""
        slow = self.set_timer(0.3, lambda: self.say("Preparing the question …"))
        try:
            variant = await self.services.solver.run(self._asked(attempt))
        except KeyError:
            self.say("This question is no longer in the question files.")
        except QuizappError as problem:
            self.say(str(problem))
        else:
            self.say("")
            self.show_text(variant)
        finally:
            slow.stop()

    # ------------------------------------------------------------------------- painting

    def show_text(self, variant: Variant | None) -> None:
        attempt = self.attempt
        if attempt is None:
            return
        blocks = [_asked_text(variant, attempt)] if variant else []
        blocks.append(_answered(attempt))
        if variant is not None:
            blocks += self._explained(variant, attempt)
        self.query_one("#all", Prose).say(Content("\n\n").join(blocks))

    def _explained(self, variant: Variant, attempt: Attempt) -> list[Content]:
        part = _part(variant.question, attempt)
        if part is None:
            return []
        if part.kind == "text":
            criteria = [
                _criterion(criterion.credit, earned=_earned(attempt, criterion.id))
                for criterion in part.rubric
            ]
            model = model_answer_lines(part, several=False)
            return [Content("\n").join(lines) for lines in (criteria, model) if lines]
        width = min(self.query_one("#content").content_size.width, 100)
        lines = step_lines(variant, part, attempt.grade, width, all_steps=True)
        return [Content("\n").join(lines)] if lines else []

    # -------------------------------------------------------------------------- actions

    def action_turn(self, by: int) -> None:
        if 0 <= self.index + by < len(self.attempts):
            self.index += by
            self.show_attempt()

    def action_copy(self) -> None:
        if self.attempt is not None:
            names = Names(self.services.library, self.services.templates)
            command = names.command(self.attempt.question, self.attempt.seed)
            if command:
                self.app.copy_to_clipboard(command)
            self.status.say(f"Copied: {command}" if command else NO_COMMAND)


def _points(attempt: Attempt) -> str:
    grade = attempt.grade
    of = wording.points_phrase(grade.max_points)
    return f"{wording.points_text(grade.points)} of {of}"


def _part(question: Question, attempt: Attempt) -> Part | None:
    """The part that was answered; None where the question has changed since."""
    return next((part for part in question.parts if part.id == attempt.grade.part), None)


def _asked_text(variant: Variant, attempt: Attempt) -> Content:
    part = _part(variant.question, attempt)
    asked = variant.prompts.get(part.id, "").strip() if part else ""
    name = f"({part.id})  " if part and len(variant.question.parts) > 1 else ""
    lines = [variant.prompt.strip(), f"{name}{asked}" if asked else ""]
    return Content("\n\n".join(line for line in lines if line))


def _answered(attempt: Attempt) -> Content:
    """The response with its verdict, and what was said about it."""
    grade = attempt.grade
    role = glyphs.VERDICTS.get(grade.verdict, glyphs.PARTLY)
    word = grade.verdict if grade.verdict in ("empty", "unreadable") else role.word
    hints = f"   {wording.count(attempt.hints, 'hint')}" if attempt.hints else ""
    response = attempt.response
    if len(response) > _LONGEST:
        response = f"{response[:_LONGEST]} … ({len(response):,} letters)"
    lines = [
        Content.assemble(("Your response: ", "bold"), response or "nothing was written"),
        Content.assemble((f"{role.sign} {word}", role.style), f"   {_points(attempt)}{hints}"),
    ]
    if grade.feedback not in ("", "Right."):
        lines.append(Content(grade.feedback))
    elif grade.misconception:
        lines.append(Content(f"It matched {grade.misconception.rpartition('/')[2]}."))
    return Content("\n").join(lines)


def _earned(attempt: Attempt, criterion: str) -> bool:
    return attempt.grade.verdict == "right" or criterion in attempt.grade.criteria


def _criterion(credit: str, *, earned: bool) -> Content:
    role = glyphs.RIGHT if earned else glyphs.WRONG
    return Content.assemble("  ", (role.sign, role.style), f"  {credit}")
