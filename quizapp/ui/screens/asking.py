"""Asking one question: boxes, hints, check, verdict, worked steps; for drilling and reviewing."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from typing import ClassVar

from msgspec import structs
from textual import on, work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.timer import Timer
from textual.widget import Widget

from quizapp.content.model import Question
from quizapp.errors import CannotSave, QuizappError
from quizapp.marking.grade import Grade
from quizapp.marking.grading import asked_sides, grade
from quizapp.study import drill, left_open, wording
from quizapp.study.left_open import LeftOpen
from quizapp.ui import wording as phrases
from quizapp.ui.keys import Key
from quizapp.ui.screens.page import Page
from quizapp.ui.widgets.boxes import Changed, HandIn, TooLong
from quizapp.ui.widgets.grid import Misfit
from quizapp.ui.widgets.prose import Prose
from quizapp.ui.widgets.question import PartView, QuestionView
from quizapp.ui.widgets.verdict import hint_lines, model_answer_lines, result_lines, step_lines
from quizapp.variants import Variant, as_printed, fresh
from quizapp.variants.choices import Offered, offered

SIDE = 50  # columns beside the question in a wide window
KEEP_AFTER = 0.3  # seconds after the last key


class AskingPage(Page):
    """A variant is shown, answered and checked; a subclass says which, and what follows.

    It gives `asking`, `record`, `show_title` and `go_on_after_check`.
    """

    DEFAULT_CSS = """
    AskingPage #pair { height: auto; layout: vertical; }
    AskingPage.-wide #pair { layout: horizontal; }
    AskingPage #question { height: auto; width: 1fr; }
    AskingPage #result { margin: 1 0 0 0; }
    AskingPage #side { height: auto; width: 1fr; margin: 0 0 0 0; }
    AskingPage.-wide #side {
        width: 54; margin: 1 0 0 2; padding: 0 0 0 1; border-left: solid $panel;
    }
    """
    BOX_KEYS: ClassVar[tuple[Key, ...]] = (
        Key("e", "write", "Write", footer=False),
        Key("down,j", "scroll(2)", "Scroll", footer=False, shown="↓"),
        Key("up,k", "scroll(-2)", "Scroll up", footer=False, shown="↑"),
    )

    def __init__(self) -> None:
        super().__init__()
        self.variant: Variant | None = None
        self.grade: Grade | None = None
        self.taken: dict[str, int] = {}
        self.asked_price = ""  # the part whose next hint was priced
        self.steps_seen = False
        self.second_try = False
        self.started = 0.0
        self.checking = False
        self.offered: Offered | None = None  # the options, in the multiple-choice form
        self.with_choices = False
        self.texts: dict[str, tuple[str, int]] = {}  # by part, what is written and the cursor
        self._keep_timer: Timer | None = None

    def content(self) -> ComposeResult:
        with Vertical(id="pair"):
            yield Vertical(id="question")
            yield Prose(id="side")

    @property
    def asking(self) -> Question:
        """The question or template that is asked now."""
        raise NotImplementedError

    def record(self, marked: Grade, responses: dict[str, str]) -> None:
        """Save the attempt; called before its verdict is shown."""
        raise NotImplementedError

    def show_title(self) -> None:
        raise NotImplementedError

    def go_on_after_check(self) -> None:
        """What Enter does once the verdict stands there."""
        raise NotImplementedError

    @property
    def may_stay_empty(self) -> bool:
        """Whether a question may be checked with nothing written."""
        return False

    def below_result(self) -> Sequence[Widget]:
        """What stands under the verdict."""
        return ()

    async def decide_open(self, marked: Grade, responses: dict[str, str]) -> Grade | None:
        """Have the learner mark what no program can; None where they went back instead."""
        del responses
        return marked

    @property
    def view(self) -> QuestionView | None:
        return next(iter(self.query(QuestionView)), None)

    @property
    def was_left(self) -> bool:
        """Whether the page was taken away while something was waited for."""
        return len(self.query("#title, #question, #side, #status")) < 4

    @property
    def begun(self) -> bool:
        """Whether something is written, or checked already."""
        return self.grade is not None or any(text.strip() for text, _ in self.texts.values())

    async def draw(self, question: Question, *, quiet: bool = False) -> Variant | None:
        """A variant with numbers not asked before, or those it was left open with."""
        here = self.variant is not None and self.variant.question.id == question.id
        left = None if here else left_open.left_open(self.services.progress, question.id)
        seed = left.seed if left else int.from_bytes(os.urandom(4), "big")
        plan = as_printed(question) if seed is None else fresh(question, seed)
        try:
            return await self.services.solver.run(plan)
        except QuizappError as problem:
            if not quiet:
                self.say(str(problem))
            return None

    async def show_variant(self, variant: Variant, *, keep: dict[str, str] | None = None) -> None:
        if self._keep_timer is not None:
            self._keep_timer.stop()
        self.variant, self.grade = variant, None
        self.taken, self.asked_price, self.steps_seen = {}, "", False
        self.second_try = keep is not None
        self.started = time.monotonic()
        shapes = {
            part.id: sides[0]
            for part in variant.question.parts
            if (sides := asked_sides(variant, part))
        }
        texts = {part: (text, 0) for part, text in (keep or {}).items()}
        left = left_open.left_open(self.services.progress, variant.question.id)
        if keep is None and left is not None and left.seed == variant.seed:
            texts, self.taken, self.steps_seen = left.texts, dict(left.hints), left.steps_seen
        self.offered = offered(variant) if self.with_choices else None
        view = QuestionView(self.asked(variant), variant.prompt, variant.prompts, texts, "", shapes)
        self.texts = view.texts
        if self.was_left:
            return
        holder = self.query_one("#question", Vertical)
        with self.app.batch_update():
            await holder.remove_children()
            await holder.mount(view)
        if self.was_left:
            return
        view.focus_open()
        self.status.say("")
        self.show_side()
        self.show_title()

    def asked(self, variant: Variant) -> Question:
        """The question as it is asked: with boxes, or with options to choose from."""
        if self.offered is None:
            return variant.question
        parts = tuple(self.offered.as_choice(part) for part in variant.question.parts)
        # A plain question: a template would sum up its points again.
        return Question(
            id=variant.question.id,
            title=variant.question.title,
            week=variant.question.week,
            points=variant.question.points,
            concepts=variant.question.concepts,
            prompt=variant.question.prompt,
            parts=parts,
        )

    # ------------------------------------------------------------------------- checking

    @on(Changed)
    def typing_again(self) -> None:
        self.asked_price = ""
        if self._keep_timer is not None:
            self._keep_timer.stop()
        self._keep_timer = self.set_timer(KEEP_AFTER, self.keep_text)

    def keep_text(self) -> None:
        """What is written so far outlives this screen and this window."""
        variant = self.variant
        if variant is None or self.grade is not None or self.second_try or self.offered:
            return
        texts = {part: given for part, given in self.texts.items() if given[0].strip()}
        left = LeftOpen(
            seed=variant.seed, texts=texts, hints=self.taken, steps_seen=self.steps_seen
        )
        self._keep(variant.question.id, left if texts else None)

    def forget_text(self) -> None:
        """What was written is saved as an attempt, or given up."""
        if self.variant is not None:
            self._keep(self.variant.question.id, None)

    def _keep(self, question: str, left: LeftOpen | None) -> None:
        now = self.services.now()
        try:
            left_open.keep(self.services.progress, question, left, now)
        except CannotSave as problem:
            self.say(str(problem))
            return
        if left is not None and not self.was_left:
            self.show_saved(now)

    async def settle(self) -> None:
        """What the boxes have taken is written, too."""
        await super().settle()
        for part in self.query(PartView):
            self.texts[part.part.id] = (part.box.text, part.box.cursor)

    def on_screen_suspend(self) -> None:
        self.keep_text()

    def on_unmount(self) -> None:
        self.keep_text()

    @on(HandIn)
    async def action_hand_in(self) -> None:
        """Enter in a box: the next empty one; when none is empty, check."""
        view = self.view
        following = view.next_empty() if view else None
        if view and following:
            await view.open(following)
        else:
            self.action_go_on()

    def action_go_on(self) -> None:
        """Check; after a check, what follows."""
        if self.checking:
            return
        if self.grade is None:
            self.check()
        else:
            self.go_on_after_check()

    @work(exclusive=True, group="check")
    async def check(self) -> None:
        """Mark the responses, save the attempt, then show the verdict."""
        view, variant = self.view, self.variant
        if view is None or variant is None:
            return
        responses = {part: text for part, (text, _) in view.texts.items()}
        if self.offered is not None:
            responses = {part: self.offered.response(part, t) for part, t in responses.items()}
        if not self.may_stay_empty and not any(text.strip() for text in responses.values()):
            self.status.say("Nothing is written yet. s shows the steps, n takes fresh numbers.")
            return
        self.checking = True
        self.status.say("")
        slow = self.set_timer(5.0, lambda: self.status.say("Still working. Esc cancels."))
        try:
            marked = await self.services.solver.run(grade(variant, responses))
        except QuizappError as problem:
            self.status.say(str(problem))
            return
        finally:
            self.checking = False
            slow.stop()
        unread = [part for part in marked.parts if part.verdict == "unreadable"]
        if unread:
            once = "" if self.quizapp.format_errors_said else " This costs nothing."
            self.quizapp.format_errors_said = True
            self.status.say(unread[0].format_error + once)
            return
        decided = await self.decide_open(marked, responses)
        if decided is not None:
            await self.verdict(self._charged(decided), responses)

    def _charged(self, marked: Grade) -> Grade:
        parts = tuple(
            drill.charged(
                graded,
                self.asking.part(graded.part),
                self.taken.get(graded.part, 0),
                all_steps=self.steps_seen,
            )
            for graded in marked.parts
        )
        return structs.replace(marked, parts=parts)

    async def verdict(self, marked: Grade, responses: dict[str, str]) -> None:
        """Save the attempt, then show its verdict."""
        if self.second_try:
            parts = tuple(structs.replace(part, points=0.0) for part in marked.parts)
            marked = structs.replace(marked, parts=parts)
        self.record(marked, responses)
        self.forget_text()
        await self.show_verdict(marked, responses)

    async def show_verdict(self, marked: Grade, responses: dict[str, str]) -> None:
        """In place of the boxes: responses, verdicts and steps."""
        view, variant = self.view, self.variant
        if view is None or variant is None:
            return
        self.grade = marked
        view.disabled = True
        self.set_focus(None)
        holder = self.query_one("#question", Vertical)
        result = Content("\n").join(
            [
                Content(variant.prompt.rstrip()),
                Content(""),
                *result_lines(variant, marked, responses),
            ]
        )
        with self.app.batch_update():
            await holder.remove_children()
            await holder.mount(Prose(result, id="result"), *self.below_result())
        self.show_side()
        self.show_title()

    # -------------------------------------------------------------------- what is shown

    def show_side(self) -> None:
        """Hints that were taken, or after a check the worked steps."""
        variant = self.variant
        if variant is None:
            return
        width = SIDE if self.has_class("-wide") else max(self.size.width - 4, 40)
        lines: list[Content] = []
        for part in self.asking.parts:
            if part.kind == "text" and self.grade is not None and self.steps_seen:
                lines += model_answer_lines(part, several=len(self.asking.parts) > 1)
            if part.ask:
                graded = self.grade.part(part.id) if self.grade else None
                taken = self.taken.get(part.id, 0)
                lines += hint_lines(variant, part, taken)
                if self.steps_seen or (graded is not None and not graded.correct):
                    lines += step_lines(variant, part, graded, width, all_steps=self.steps_seen)
        self.query_one("#side", Prose).say(Content("\n").join(lines))

    # -------------------------------------------------------------------------- actions

    def enter_label(self) -> str:
        view = self.view
        return "Next box" if view and view.next_empty() else "Check"

    # -------------------------------------------------------------------------- actions

    def action_hint(self) -> None:
        """The first press tells the price, the second shows the hint."""
        view = self.view
        if view is None or self.grade is not None or self.variant is None:
            return
        part = self.asking.part(view.open_part)
        taken = self.taken.get(part.id, 0)
        if not part.ask or taken >= drill.HINTS:
            self.status.say(f"There is no further hint for ({part.id}). s shows all steps.")
        elif self.asked_price != part.id:
            self.asked_price = part.id
            self.status.say(drill.price(part, taken))
        else:
            self.asked_price = ""
            self.taken[part.id] = taken + 1
            left = wording.points_phrase(drill.worth(part, taken + 1))
            self.status.say(f"({part.id}) is worth {left} now.")
            self.show_side()

    def action_steps(self) -> None:
        """All steps; before an answer that costs all of the credit, and says so first."""
        if self.grade is None and not self.steps_seen and self.asked_price != "steps":
            self.asked_price = "steps"
            self.status.say("All steps before an answer leave no points. s again shows them.")
            return
        self.steps_seen = True
        self.status.say("")
        self.show_side()
        self.call_after_refresh(self.query_one("#side").scroll_visible, animate=False)

    def action_out(self) -> None:
        """While a check is under way Esc cancels it."""
        if self.checking:
            self.workers.cancel_group(self, "check")
            self.status.say("Not checked. Your response is kept.")
        else:
            super().action_out()

    async def action_choices(self) -> None:
        """The same question with options to choose from, or with boxes again."""
        if self.variant is None or self.checking:
            return
        self.with_choices = not self.with_choices
        if self.grade is None:
            await self.show_variant(self.variant)
        form = "Multiple choice" if self.with_choices else "Boxes to type into"
        self.status.say(f"{form}. m changes it back.")

    def action_write(self) -> None:
        if self.view is not None:
            self.view.focus_open()

    async def action_open_part(self, part_id: str) -> None:
        if self.view:
            await self.view.open(part_id)

    @on(TooLong)
    def paste_refused(self, event: TooLong) -> None:
        self.status.say(phrases.paste_refused(event.length, event.limit))

    @on(Misfit)
    def block_refused(self, event: Misfit) -> None:
        self.status.say(phrases.block_refused(event.block, event.room))
