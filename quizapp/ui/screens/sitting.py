"""A sitting: one question at a time, everything typed saved within a second, nothing marked."""

from __future__ import annotations

import time
from contextlib import suppress
from datetime import datetime
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.events import Key as KeyEvent
from textual.timer import Timer

from quizapp.content.model import Question
from quizapp.errors import CannotSave, QuizappError, SittingMoved
from quizapp.marking.grading import asked_sides
from quizapp.study import report, wording
from quizapp.study.clock import SittingClock
from quizapp.study.sittings import Sitting
from quizapp.ui import wording as phrases
from quizapp.ui.keys import Key
from quizapp.ui.marker import variant_of
from quizapp.ui.screens.page import Page
from quizapp.ui.widgets.body import Body
from quizapp.ui.widgets.boxes import Changed, HandIn, TooLong
from quizapp.ui.widgets.frame import KeyBar, ModeBar, StatusLine
from quizapp.ui.widgets.grid import Misfit
from quizapp.ui.widgets.line import Line
from quizapp.ui.widgets.question import PartView, QuestionView
from quizapp.ui.widgets.side_list import Entry, SideList
from quizapp.ui.widgets.strip import SIGNS, QuestionStrip, State
from quizapp.variants.text import filled

SAVE_AFTER = 0.3  # seconds of quiet
HEARTBEAT = 5.0  # the clock is saved at least so often
TRY_AGAIN = 5.0  # after a save failed


class SittingPage(Page):
    """The learner writes; nothing is checked, hinted or marked here."""

    MODE = "exam"
    ABOUT = (
        "The practice exam. Write your responses; everything is saved as you type, and nothing is "
        "marked until you finish. You can leave at any time and come back."
    )
    KEYS: ClassVar[tuple[Key, ...]] = (
        Key("enter", "next_part", "Next"),
        Key("e", "write", "Write"),
        Key("n", "next_question", "Next question", chord="ctrl+n"),
        Key("p", "previous_question", "Previous question", footer=False),
        Key("l", "later", "Later", chord="ctrl+l"),
        Key("o", "overview", "All 20", footer=True),
        Key("f", "finish", "Finish"),
        Key("t", "clock", "Clock: show or hide", footer=False),
        Key("s", "save", "Save now", chord="ctrl+s,ctrl+j,ctrl+enter", footer=False),
        Key("up,k", "scroll(-2)", "Scroll up", footer=False, shown="↑"),
        Key("down,j", "scroll(2)", "Scroll down", footer=False, shown="↓"),
    )

    def __init__(self, sitting: Sitting) -> None:
        super().__init__()
        self.sitting = sitting
        self.texts: dict[str, dict[str, tuple[str, int]]] = {
            question: {part: (r.text, r.cursor) for part, r in parts.items()}
            for question, parts in sitting.responses.items()
        }
        self.later = set(sitting.later)
        self.at = sitting.at
        self.open_part = sitting.focus
        self.unsaved: set[tuple[str, str]] = set()
        self.read_only = False
        self.finished = False
        self.clock_hidden = False
        self.time_over_said = False
        self.clock = SittingClock(
            seconds_used=sitting.seconds_used,
            minutes=sitting.minutes,
            interruptions=sitting.interruptions,
        )
        self._save_timer: Timer | None = None
        self._last_save = 0.0
        self._trouble = ""  # why the last save failed

    # --------------------------------------------------------------------------- layout

    def compose(self) -> ComposeResult:
        yield ModeBar(self.MODE)
        yield Line(id="title")
        with Horizontal(id="middle"):
            yield SideList()
            yield Body(id="content")
        yield QuestionStrip()
        yield StatusLine(id="status")
        yield KeyBar()

    @property
    def exam_questions(self) -> tuple[str, ...]:
        return tuple(question.id for question in self.services.library.exam.questions)

    @property
    def question_view(self) -> QuestionView | None:
        return next(iter(self.query(QuestionView)), None)

    async def on_mount(self) -> None:
        questions = self.exam_questions
        if self.at not in questions:
            self.at = questions[0]
        await self.show_question(self.at, self.sitting.focus)
        self.set_interval(1.0, self.tick)
        if self.sitting.saved is not None:
            self.show_saved(self.sitting.saved)
        self.start_clock()

    async def show_question(self, question_id: str, focus: str = "") -> None:
        """Put another question on the screen, its first empty box focused."""
        library = self.services.library
        question = library.question(question_id)
        given = self.sitting.givens.get(question_id) or question.given
        prompts = {part.id: filled(part.prompt, given) for part in question.parts}
        self.at = question_id
        shapes = await self.table_shapes(question)
        view = QuestionView(
            question,
            filled(question.prompt, given),
            prompts,
            self.texts.get(question_id, {}),
            focus,
            shapes,
        )
        content = self.query_one("#content", Body)
        with self.app.batch_update():
            await content.remove_children()
            await content.mount(view)
        content.scroll_home(animate=False)
        self.open_part = view.open_part
        view.disabled = self.read_only
        view.focus_open()
        self.show_title()
        self.show_states()

    async def table_shapes(self, question: Question) -> dict[str, tuple[int, ...]]:
        """The sizes of the vectors and matrices asked for; none while nothing can be solved."""
        tables = [part for part in question.parts if part.kind in ("vector", "matrix")]
        if not tables:
            return {}
        try:
            variant = await self.services.solver.run(variant_of(question, self.sitting))
        except QuizappError as problem:
            self.status.say(str(problem))
            return {}
        return {part.id: asked_sides(variant, part)[0] for part in tables}

    def show_title(self) -> None:
        questions = self.exam_questions
        question = self.services.library.question(self.at)
        left = (
            f"Question {questions.index(self.at) + 1} of {len(questions)}"
            f" · {wording.points_phrase(question.points)} · week {question.week}"
        )
        self.title_line(left, self.clock_text())

    def clock_text(self) -> Content:
        """Whole minutes; bold from 5 minutes on; nothing when hidden or off."""
        left = self.clock.seconds_left
        if left is None or self.clock_hidden:
            return Content("")
        text = wording.time_left(self.clock.minutes, self.clock.seconds_used)
        return Content.styled(text, "bold" if left <= 300 else "not bold")

    def show_states(self) -> None:
        states: list[State] = [
            (
                question.id,
                report.state(question, self.typed(question.id)),
                question.id in self.later,
            )
            for question in self.services.library.exam.questions
        ]
        self.query_one(QuestionStrip).show(states, self.at)
        self.query_one(SideList).show([self._entry(i, state) for i, state in enumerate(states, 1)])

    def _entry(self, number: int, state: State) -> Entry:
        question, written, later = state
        title = self.services.library.question(question).title
        sign = SIGNS[written].sign + ("l" if later else " ")
        return Entry(
            f"{number:>2} {sign} {title}", f"screen.jump({question!r})", question == self.at
        )

    def typed(self, question_id: str) -> dict[str, str]:
        return {part: text for part, (text, _) in self.texts.get(question_id, {}).items()}

    def enter_label(self) -> str:
        view = self.question_view
        part = view.question.part(view.open_part) if view else None
        return "" if part is None or part.kind == "text" else "Next"

    # --------------------------------------------------------------------------- typing

    @on(Changed)
    def typed_something(self) -> None:
        self.remember()
        self.show_states()
        if self.unsaved:
            self.save_soon(SAVE_AFTER)

    def on_key(self, event: KeyEvent) -> None:  # noqa: ARG002
        """A key that only moves the cursor; it is saved as text is."""
        if self.typing:
            self.save_soon(SAVE_AFTER)

    @on(TooLong)
    def paste_refused(self, event: TooLong) -> None:
        self.status.say(phrases.paste_refused(event.length, event.limit))

    @on(Misfit)
    def block_refused(self, event: Misfit) -> None:
        self.status.say(phrases.block_refused(event.block, event.room))

    @on(HandIn)
    async def action_hand_in(self) -> None:
        await self.action_next_part()

    @on(QuestionView.Opened)
    def part_opened(self, event: QuestionView.Opened) -> None:
        self.open_part = event.part
        self.refresh_keys()

    # --------------------------------------------------------------------------- saving

    def save_soon(self, seconds: float) -> None:
        if self._save_timer is not None:
            self._save_timer.stop()
        self._save_timer = self.set_timer(seconds, self.save)

    def save(self) -> bool:
        """Save everything typed, the place, the later marks and the clock; says when it can't."""
        if self.read_only:
            return False
        self.remember()
        self.count_time()
        now = self.services.now()
        try:
            self.store(now)
        except SittingMoved as moved:
            self.become_read_only(str(moved))
            return False
        except CannotSave as problem:
            self._trouble = str(problem)
            self.status.say(self._trouble)
            self.status.not_saved()
            self.save_soon(TRY_AGAIN)
            return False
        if self._trouble and self.status.left.plain == self._trouble:
            self.status.say("")
        self._trouble = ""
        self.show_saved(now)
        return True

    def become_read_only(self, why: str) -> None:
        """Another window holds the sitting: what was typed stays to be read, and no more is."""
        self.read_only = True
        self.status.show(why, "read-only")
        for view in self.query(QuestionView):
            view.disabled = True
        self.refresh_keys()

    def store(self, now: datetime) -> None:
        """Write to the progress file; raises SittingMoved and CannotSave."""
        self.services.progress.save_sitting(
            self.sitting.id,
            now=now,
            window=self.services.window,
            responses={(q, p): self.texts[q][p] for q, p in self.unsaved},
            at=self.at,
            focus=self.open_part,
            later=frozenset(self.later),
            seconds_used=self.clock.seconds_used,
            interruptions=self.clock.interruptions,
        )
        self.unsaved.clear()
        self._last_save = time.monotonic()

    def remember(self) -> None:
        """Take over what the boxes hold; the cursor is saved with the text."""
        view = self.question_view
        if view is None:
            return
        question = view.question.id
        texts = self.texts.setdefault(question, {})
        for part_view in view.query(PartView):
            part, box = part_view.part.id, part_view.box
            now = (box.text, box.cursor)
            if now != texts.get(part, ("", 0)) and (box.text or part in texts):
                texts[part] = view.texts[part] = now
                self.unsaved.add((question, part))

    async def settle(self) -> None:
        """What the box has taken is remembered, too."""
        await super().settle()
        self.remember()

    # ---------------------------------------------------------------------------- clock

    def start_clock(self) -> None:
        self.clock.start(time.monotonic(), time.time())

    def stop_clock(self, *, left: bool = True) -> None:
        self.clock.stop(time.monotonic(), time.time(), left=left)

    @property
    def here(self) -> bool:
        """Whether the learner is in this mode: help or the list of questions on top counts."""
        return self.app.current_mode == self.MODE

    def follow_mode(self) -> None:
        """The clock stands still while the learner is in another mode."""
        if self.here and not self.read_only:
            self.start_clock()
        elif self.clock.running:
            self.stop_clock()
            self.save()

    def count_time(self) -> None:
        """Bring the clock up to now; says when the computer slept."""
        slept = self.clock.tick(time.monotonic(), time.time())
        if slept:
            self.status.say(wording.slept(slept))

    def tick(self) -> None:
        self.follow_mode()
        if not self.clock.running:
            return
        self.count_time()
        if self.clock.seconds_left == 0 and not self.time_over_said:
            self.time_over_said = True
            self.status.say(wording.time_over(self.clock.minutes or 0))
        self.show_title()
        if time.monotonic() - self._last_save >= HEARTBEAT:
            self.save()

    def on_screen_suspend(self) -> None:
        self.follow_mode()

    def on_screen_resume(self) -> None:
        if self.is_mounted:
            self.follow_mode()
            self.leave()

    def on_app_blur(self) -> None:
        if self.unsaved:
            self.save()

    def on_unmount(self) -> None:
        """Quitting, SIGTERM, SIGHUP: what is typed is saved before the app goes."""
        if self.clock.running:
            self.stop_clock()
        if not self.read_only:
            # There is no status line any more to say it on; what was saved before stays.
            with suppress(SittingMoved, CannotSave):
                self.store(self.services.now())
                self.services.progress.leave_sitting(self.sitting.id, window=self.services.window)
                self.quizapp.farewell = wording.left_at(self.exam_questions.index(self.at) + 1)

    # -------------------------------------------------------------------------- actions

    def on_descendant_blur(self) -> None:
        if self.unsaved:
            self.save()

    def action_save(self) -> None:
        self.save()

    async def action_next_part(self) -> None:
        """The next empty box of this question; after the last, the next question."""
        await self.settle()
        view = self.question_view
        following = view.next_empty() if view else None
        if view and following:
            await view.open(following)
        else:
            await self.action_next_question()

    async def action_open_part(self, part_id: str) -> None:
        await self.settle()
        if self.question_view:
            await self.question_view.open(part_id)

    def action_write(self) -> None:
        if self.question_view:
            self.question_view.focus_open()

    async def action_next_question(self) -> None:
        questions = self.exam_questions
        at = questions.index(self.at) + 1
        if at >= len(questions):
            self.save()
            self.action_finish()
        else:
            await self.go_to_question(questions[at])

    async def action_previous_question(self) -> None:
        questions = self.exam_questions
        at = questions.index(self.at) - 1
        if at < 0:
            self.status.say("This is the first question.")
        else:
            await self.go_to_question(questions[at])

    async def action_jump(self, question_id: str) -> None:
        await self.go_to_question(question_id)

    async def go_to_question(self, question_id: str) -> None:
        await self.settle()
        self.status.say("")
        await self.show_question(question_id)
        self.save()

    async def action_later(self) -> None:
        """Mark this question for later and go on; a second time takes the mark away."""
        if self.at in self.later:
            self.later.discard(self.at)
            self.status.say("The mark is taken away.")
            self.show_states()
            self.save()
        else:
            self.later.add(self.at)
            questions = self.exam_questions
            if self.at != questions[-1]:
                await self.action_next_question()
            self.show_states()
            self.save()

    def action_clock(self) -> None:
        self.clock_hidden = not self.clock_hidden
        self.show_title()

    def action_overview(self) -> None:
        from quizapp.ui.screens.overview import Overview

        states = self.query_one(QuestionStrip).states
        self.app.push_screen(Overview(states, self.at), self._jump)

    def action_finish(self) -> None:
        from quizapp.ui.screens.finish import BeforeFinishing

        if self.save():
            self.app.push_screen(BeforeFinishing(self), self._jump)

    async def _jump(self, question_id: str | None) -> None:
        if question_id == "finished":
            self.finished = True
            self.leave()
        elif question_id:
            await self.go_to_question(question_id)

    def leave(self) -> None:
        """Go on to the marking, once nothing else is being looked at."""
        if self.finished and self.app.screen is self:
            self.dismiss("finished")

    def action_out(self) -> None:
        """Esc: typing to keys, then back to the start of the exam; all is saved."""
        if self.typing:
            self.save()
        super().action_out()
