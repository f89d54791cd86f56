"""Drilling: fresh numbers until it sticks. Answer, diagnosis, worked steps, next."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import ClassVar

from textual import work

from quizapp.content.model import Template
from quizapp.errors import CannotSave
from quizapp.marking.grade import Grade
from quizapp.study import drill, wording
from quizapp.ui import wording as phrases
from quizapp.ui.keys import Key
from quizapp.ui.screens.asking import AskingPage
from quizapp.variants import Variant


class DrillPage(AskingPage):
    """One question at a time; the next one is prepared while this one is answered."""

    MODE = "drill"
    ABOUT = (
        "A numeric question with fresh numbers. A wrong answer is diagnosed where a known "
        "misconception gives it; hints cost a quarter of the part each, and say so first."
    )
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
        *AskingPage.BOX_KEYS,
    )

    def __init__(self, templates: Sequence[Template], *, once: bool = False) -> None:
        """``once``: the drill is over when each template was right, and gives way."""
        super().__init__()
        self.templates = list(templates)
        self.once = once
        self.index = 0
        self.prepared: Variant | None = None

    def on_mount(self) -> None:
        self.next_question()

    @property
    def template(self) -> Template:
        return self.templates[self.index]

    @property
    def asking(self) -> Template:
        return self.template

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

    def show_title(self) -> None:
        template = self.template
        if self.grade is None:
            right = wording.points_phrase(template.points)
        else:
            points = wording.points_text(self.grade.points)
            right = f"{points} of {wording.points_phrase(self.grade.max_points)}"
        self.title_line(f"{template.id} · {phrases.week_text(template.week)}", right)
        self.refresh_keys()

    # ------------------------------------------------------------------------- checking

    def go_on_after_check(self) -> None:
        """Fresh numbers, or the next template once it was right."""
        if self.is_over:
            self.dismiss()
            return
        if self.is_right:
            self.index = (self.index + 1) % len(self.templates)
        self.next_question()

    @property
    def is_right(self) -> bool:
        """Whether this variant was right at the first try."""
        grade = self.grade
        return grade is not None and grade.points == grade.max_points and not self.second_try

    @property
    def is_over(self) -> bool:
        """Whether every template was right once, where that is all that was asked for."""
        return self.once and self.is_right and self.index == len(self.templates) - 1

    def record(self, marked: Grade, responses: dict[str, str]) -> None:
        """Save the attempt, which rates the template, before its verdict is shown."""
        now = self.services.now()
        variant = self.variant
        try:
            self.services.progress.record_variant(
                marked,
                responses,
                now=now,
                kind="drill",
                seed=variant.seed if variant else None,
                hints=self.taken,
                seconds=time.monotonic() - self.started,
                first_try=not self.second_try,
            )
        except CannotSave as problem:
            self.status.say(str(problem))
            self.status.not_saved()
            return
        self.show_saved(now)

    def keys(self) -> tuple[Key, ...]:
        if self.grade is None:
            hidden = {"again"}
            return tuple(key for key in self.KEYS if key.action not in hidden)
        right = self.grade.points == self.grade.max_points
        label = "Next" if right and len(self.templates) > 1 else "Fresh numbers"
        first = Key("enter", "go_on", "Today's plan" if self.is_over else label)
        hidden = {"go_on", "hint", "skip", "write"} | ({"again"} if right else set())
        return (first, *(key for key in self.KEYS if key.action not in hidden))

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
            self.forget_text()
            self.next_question()

    def action_level(self, step: int) -> None:
        found = drill.harder(self.services.templates.templates, self.template, step)
        if found is None:
            self.status.say("There is no harder one." if step > 0 else "There is no easier one.")
            return
        self.keep_text()
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

    def action_copy(self) -> None:
        if self.variant is not None:
            command = f"quizapp ask {self.template.id} --seed {self.variant.seed}"
            self.app.copy_to_clipboard(command)
            self.status.say(f"Copied: {command}")
