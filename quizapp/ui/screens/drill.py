"""Drilling: fresh numbers until it sticks. Answer, diagnosis, worked steps, next."""

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

from quizapp.content.model import Question, Template
from quizapp.errors import CannotSave, QuizappError
from quizapp.marking.grade import Grade
from quizapp.marking.grading import asked_sides, grade
from quizapp.study import drill, wording
from quizapp.ui import wording as phrases
from quizapp.ui.keys import Key
from quizapp.ui.screens.page import Page
from quizapp.ui.widgets.boxes import Changed, HandIn, TooLong
from quizapp.ui.widgets.grid import Misfit
from quizapp.ui.widgets.prose import Prose
from quizapp.ui.widgets.question import QuestionView
from quizapp.ui.widgets.verdict import hint_lines, result_lines, step_lines
from quizapp.variants import Variant, fresh
from quizapp.variants.choices import Offered, offered

SIDE = 50  # columns beside the question in a wide window


class DrillPage(Page):
    """One question at a time; the next one is prepared while this one is answered."""

    MODE = "drill"
    ABOUT = (
        "A numeric question with fresh numbers. A wrong answer is diagnosed where a known "
        "misconception gives it; hints cost a quarter of the part each, and say so first."
    )
    DEFAULT_CSS = """
    DrillPage #pair { height: auto; layout: vertical; }
    DrillPage.-wide #pair { layout: horizontal; }
    DrillPage #question { height: auto; width: 1fr; }
    DrillPage #result { margin: 1 0 0 0; }
    DrillPage #side { height: auto; width: 1fr; margin: 0 0 0 0; }
    DrillPage.-wide #side {
        width: 54; margin: 1 0 0 2; padding: 0 0 0 1; border-left: solid $panel;
    }
    """
    KEYS: ClassVar[tuple[Key, ...]] = (
        Key("enter", "go_on", "Check", chord="ctrl+s,ctrl+j,ctrl+enter"),
        Key("h", "hint", "Hint", chord="ctrl+t"),
        Key("s", "steps", "All steps"),
        Key("r", "again", "Try these again"),
        Key("n", "skip", "Fresh numbers", chord="ctrl+n"),
        Key("right", "level(1)", "Harder", footer=False, shown="→"),
        Key("left", "level(-1)", "Easier", footer=False, shown="←"),
        Key("w", "why", "Why: the study note", footer=False),
        Key("m", "choices", "Multiple choice, or type it", footer=False),
        Key("c", "copy", "Copy the command for this question", footer=False),
        Key("e", "write", "Write", footer=False),
        Key("down,j", "scroll(2)", "Scroll", footer=False, shown="↓"),
        Key("up,k", "scroll(-2)", "Scroll up", footer=False, shown="↑"),
    )

    def __init__(self, templates: Sequence[Template]) -> None:
        super().__init__()
        self.templates = list(templates)
        self.index = 0
        self.variant: Variant | None = None
        self.prepared: Variant | None = None
        self.grade: Grade | None = None
        self.taken: dict[str, int] = {}
        self.asked_price = ""  # the part whose next hint was priced
        self.steps_seen = False
        self.second_try = False
        self.started = 0.0
        self.checking = False
        self.offered: Offered | None = None  # the options, in the multiple-choice form
        self.with_choices = False

    def content(self) -> ComposeResult:
        with Vertical(id="pair"):
            yield Vertical(id="question")
            yield Prose(id="side")

    def on_mount(self) -> None:
        self.next_question()

    @property
    def template(self) -> Template:
        return self.templates[self.index]

    @property
    def view(self) -> QuestionView | None:
        return next(iter(self.query(QuestionView)), None)

    # ------------------------------------------------------------------------ questions

    @work(exclusive=True, group="question")
    async def next_question(self) -> None:
        """Show the prepared question, or prepare one; then prepare the one after it."""
        variant, self.prepared = self.prepared, None
        if variant is None or variant.question.id != self.template.id:
            slow = self.set_timer(0.3, lambda: self.status.say("Preparing the question …"))
            variant = await self.draw(self.template)
            slow.stop()
        if variant is None:
            return
        await self.show_variant(variant)
        self.prepared = await self.draw(self.template, quiet=True)

    async def draw(self, template: Template, *, quiet: bool = False) -> Variant | None:
        """A variant of this template that was not asked for before."""
        seed = int.from_bytes(os.urandom(4), "big")
        try:
            return await self.services.solver.run(fresh(template, seed))
        except QuizappError as problem:
            if not quiet:
                self.status.say(str(problem))
            return None

    async def show_variant(self, variant: Variant, *, keep: dict[str, str] | None = None) -> None:
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
        self.offered = offered(variant) if self.with_choices else None
        view = QuestionView(self.asked(variant), variant.prompt, variant.prompts, texts, "", shapes)
        holder = self.query_one("#question", Vertical)
        with self.app.batch_update():
            await holder.remove_children()
            await holder.mount(view)
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

    def show_title(self) -> None:
        template = self.template
        if self.grade is None:
            right = wording.points_phrase(template.points)
        else:
            points = wording.points_text(self.grade.points)
            right = f"{points} of {wording.points_phrase(self.grade.max_points)}"
        self.title_line(f"{template.id} · week {template.week}", right)
        self.refresh_keys()

    # ------------------------------------------------------------------------- checking

    @on(Changed)
    def typing_again(self) -> None:
        self.asked_price = ""

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
        """Check; after a check, fresh numbers, or the next template once it was right."""
        if self.checking:
            return
        if self.grade is None:
            self.check()
            return
        if self.grade.points == self.grade.max_points and not self.second_try:
            self.index = (self.index + 1) % len(self.templates)
        self.next_question()

    @work(exclusive=True, group="check")
    async def check(self) -> None:
        """Mark the responses, save the attempt, then show the verdict."""
        view, variant = self.view, self.variant
        if view is None or variant is None:
            return
        responses = {part: text for part, (text, _) in view.texts.items()}
        if self.offered is not None:
            responses = {part: self.offered.response(part, t) for part, t in responses.items()}
        if not any(text.strip() for text in responses.values()):
            self.status.say("Nothing is written yet. s shows the steps, n takes fresh numbers.")
            return
        self.checking = True
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
        await self.verdict(self._charged(marked), responses)

    def _charged(self, marked: Grade) -> Grade:
        parts = tuple(
            drill.charged(
                graded,
                self.template.part(graded.part),
                self.taken.get(graded.part, 0),
                all_steps=self.steps_seen,
            )
            for graded in marked.parts
        )
        return structs.replace(marked, parts=parts)

    async def verdict(self, marked: Grade, responses: dict[str, str]) -> None:
        view, variant = self.view, self.variant
        if view is None or variant is None:
            return
        if self.second_try:
            parts = tuple(structs.replace(part, points=0.0) for part in marked.parts)
            marked = structs.replace(marked, parts=parts)
        self.record(marked, responses)
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
            await holder.mount(Prose(result, id="result"))
        self.show_side()
        self.show_title()

    def record(self, marked: Grade, responses: dict[str, str]) -> None:
        """Save the attempt before its verdict is shown."""
        now = self.services.now()
        variant = self.variant
        try:
            for part in marked.parts:
                self.services.progress.record_attempt(
                    self.template.id,
                    part,
                    now=now,
                    kind="drill",
                    response=responses.get(part.part, ""),
                    seed=variant.seed if variant else None,
                    hints=self.taken.get(part.part, 0),
                    seconds=time.monotonic() - self.started,
                )
        except CannotSave as problem:
            self.status.say(str(problem))
            self.status.not_saved()
            return
        self.show_saved(now)

    # -------------------------------------------------------------------- what is shown

    def show_side(self) -> None:
        """Hints that were taken, or after a check the worked steps."""
        variant = self.variant
        if variant is None:
            return
        width = SIDE if self.has_class("-wide") else max(self.size.width - 4, 40)
        lines: list[Content] = []
        for part in self.template.parts:
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

    def keys(self) -> tuple[Key, ...]:
        if self.grade is None:
            hidden = {"again"}
            return tuple(key for key in self.KEYS if key.action not in hidden)
        right = self.grade.points == self.grade.max_points
        label = "Next" if right and len(self.templates) > 1 else "Fresh numbers"
        first = Key("enter", "go_on", label)
        hidden = {"go_on", "hint", "skip", "write"} | ({"again"} if right else set())
        return (first, *(key for key in self.KEYS if key.action not in hidden))

    def action_hint(self) -> None:
        """The first press tells the price, the second shows the hint."""
        view = self.view
        if view is None or self.grade is not None or self.variant is None:
            return
        part = self.template.part(view.open_part)
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

    def action_again(self) -> None:
        """The same numbers once more, the wrong parts emptied: recorded, worth no points."""
        if self.grade is None or self.variant is None:
            return
        kept = {
            part.part: text
            for part in self.grade.parts
            if part.correct and (text := self._last_response(part.part))
        }
        self.retry(kept)

    def _last_response(self, part: str) -> str:
        attempts = self.services.progress.attempts_on(self.template.id, limit=20)
        return next((a.response for a in attempts if a.grade.part == part), "")

    @work(exclusive=True, group="question")
    async def retry(self, kept: dict[str, str]) -> None:
        if self.variant is not None:
            await self.show_variant(self.variant, keep=kept)

    def action_skip(self) -> None:
        if not self.checking:
            self.next_question()

    def action_level(self, step: int) -> None:
        found = drill.harder(self.services.templates.templates, self.template, step)
        if found is None:
            self.status.say("There is no harder one." if step > 0 else "There is no easier one.")
            return
        if found not in self.templates:
            self.templates.insert(self.index + 1, found)
        self.index = self.templates.index(found)
        self.next_question()

    def action_why(self) -> None:
        """The study note of this concept."""
        from quizapp.ui.screens.notes import Notes

        for week in self.services.library.weeks:
            for number, note in enumerate(week.notes):
                if set(note.concepts) & set(self.template.concepts[:1]):
                    self.app.push_screen(Notes(week, number))
                    return
        self.status.say("There is no study note on this yet.")

    async def action_choices(self) -> None:
        """The same question with options to choose from, or with boxes again."""
        if self.variant is None or self.checking:
            return
        self.with_choices = not self.with_choices
        if self.grade is None:
            await self.show_variant(self.variant)
        form = "Multiple choice" if self.with_choices else "Boxes to type into"
        self.status.say(f"{form}. m changes it back.")

    def action_copy(self) -> None:
        if self.variant is not None:
            command = f"quizapp ask {self.template.id} --seed {self.variant.seed}"
            self.app.copy_to_clipboard(command)
            self.status.say(f"Copied: {command}")

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

    def action_scroll(self, rows: int) -> None:
        self.query_one("#content").scroll_relative(y=rows, animate=False)
