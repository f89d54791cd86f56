"""The start of the practice exam: resume, a new sitting, marking that is left, earlier results."""

from __future__ import annotations

from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.events import Resize

from quizapp.content.model import Given
from quizapp.errors import CannotSave, QuizappError
from quizapp.study import wording
from quizapp.study.sittings import Sitting, SittingLine
from quizapp.ui.keys import Key
from quizapp.ui.screens.page import Page
from quizapp.ui.widgets.prose import Prose
from quizapp.ui.widgets.rows import Row, Rows


class ExamStart(Page):
    """Where a sitting begins, goes on, and is looked back at."""

    MODE = "exam"
    ABOUT = (
        "The practice exam: 20 questions, 98 points. Nothing is marked until you finish; you can "
        "leave and come back, and everything you type is kept."
    )
    AUTO_FOCUS = "Rows"
    DEFAULT_CSS = """
    ExamStart Rows { margin: 1 0 1 0; }
    """
    KEYS: ClassVar[tuple[Key, ...]] = (
        Key("enter", "choose", "Open"),
        Key("right", "fresh", "Fresh numbers", shown="←→"),
        Key("left", "fresh", "Numbers as printed", footer=False, shown="←"),
        Key("t", "clock", "Clock on or off"),
    )

    def __init__(self) -> None:
        super().__init__()
        self.fresh = False
        self.with_clock = True
        self.seed: int | None = None
        self.finished: int | None = None  # a sitting whose marking comes next

    def content(self) -> ComposeResult:
        yield Rows()
        yield Prose(id="hint")

    def on_mount(self) -> None:
        if self.quizapp.fresh is not None:
            self.fresh, self.seed = True, self.quizapp.fresh
            self.quizapp.fresh = None
        self.show_rows()

    def on_screen_resume(self) -> None:
        if self.is_mounted and self.query(Rows):
            self.show_rows()
            self.go_on()

    def on_resize(self, event: Resize) -> None:  # noqa: ARG002
        if self.query_one(Rows).rows:
            self.show_rows()

    # ----------------------------------------------------------------------------- rows

    def show_rows(self) -> None:
        exam = self.services.library.exam
        self.title_line(
            f"Practice exam · {wording.count(len(exam.questions), 'question')}"
            f" · {wording.points_phrase(exam.points)}"
        )
        if not exam.questions:
            self.status.say("The practice exam could not be read. All problems: quizapp lint.")
            return
        open_sitting = self.services.progress.open_sitting()
        lines = self.services.progress.sittings()
        rows = self._now(open_sitting, lines)
        waiting = next((row.key for row in rows if row.key != "new"), "new")
        earlier = [self._earlier(line) for line in lines if line.finished]
        if earlier:
            rows += [Row(""), Row("Earlier"), *earlier]
        listed = self.query_one(Rows)
        fresh_start, before = not listed.rows, [row.key for row in listed.rows]
        listed.set_rows(rows)
        if fresh_start and self.fresh:
            listed.go_to("new")
        elif listed.key == "new" and (fresh_start or waiting not in before):
            listed.go_to(waiting)
        hint = "" if lines else "Nothing is marked until you finish. You can leave and come back."
        self.query_one("#hint", Prose).say(hint)
        if open_sitting:
            self._offer(open_sitting)

    def _now(self, open_sitting: Sitting | None, lines: list[SittingLine]) -> list[Row]:
        rows: list[Row] = []
        if open_sitting:
            rows.append(Row(f"{len(rows) + 1}  {self._resume_line(open_sitting)}", "", "resume"))
        rows.append(Row(f"{len(rows) + 1}  New sitting  {self._options()}", "", "new"))
        for line in lines:
            if line.finished and line.parts_open:
                left = wording.marking_left(line.started, line.parts_open, self.services.now())
                rows.append(Row(f"{len(rows) + 1}  {left}", "", ("marking", line.id)))
        return rows

    def _options(self) -> str:
        """How a new sitting would be; the keys that change it where there is room for them."""
        roomy = self.size.width >= 80
        numbers = "fresh numbers" if self.fresh else "numbers as printed"
        if self.fresh and self.seed is not None:
            numbers += f", seed {self.seed}"
        elif roomy:
            numbers += " (→ fresh)"
        minutes = self.services.library.exam.minutes
        clock = f"clock {minutes} minutes" if self.with_clock else "no clock"
        turn = (" (t off)" if self.with_clock else " (t on)") if roomy else ""
        return f"{numbers}  {clock}{turn}"

    def _place(self, sitting: Sitting) -> tuple[int, int]:
        ids = [question.id for question in self.services.library.exam.questions]
        return (ids.index(sitting.at) + 1 if sitting.at in ids else 1), len(ids)

    def _resume_line(self, sitting: Sitting) -> str:
        number, total = self._place(sitting)
        saved = sitting.saved or sitting.started
        now = self.services.now()
        return wording.resume_line(number, total, sitting.seconds_used, saved, now)

    def _held_elsewhere(self, sitting: Sitting) -> str:
        """The sentence about the other window; "" where there is none."""
        holder = self.services.progress.holder(sitting.id)
        return wording.held_elsewhere(holder, self.services.window, self.services.now())

    def _offer(self, sitting: Sitting) -> None:
        now = self.services.now()
        elsewhere = self._held_elsewhere(sitting)
        number, total = self._place(sitting)
        saved = sitting.saved or sitting.started
        offer = wording.resume_offer(number, total, sitting.seconds_used, saved, now)
        self.status.say(elsewhere or offer)

    def _earlier(self, line: SittingLine) -> Row:
        day = wording.short_day_text(line.started, self.services.now())
        points = wording.result(line.points or 0.0, line.max_points)
        minutes = wording.count(wording.minutes_used(line.seconds_used), "minute")
        waiting = f"   {wording.count(line.parts_open, 'part')} to mark" if line.parts_open else ""
        return Row(f"   {day:<7} {points:<18}{minutes}{waiting}", "", ("report", line.id))

    # -------------------------------------------------------------------------- actions

    @on(Rows.Chosen)
    def clicked(self) -> None:
        self.action_choose()

    def action_choose(self) -> None:
        match self.query_one(Rows).key:
            case "resume":
                self.resume()
            case "new":
                self.new_sitting()
            case ("marking", int(sitting_id)):
                self.quizapp.call_later(self.mark, sitting_id)
            case ("report", int(sitting_id)):
                self.open_report(sitting_id)
            case _:
                pass

    def action_fresh(self) -> None:
        self.fresh = not self.fresh
        if self.fresh and self.seed is None:
            # Any number will do; it is shown, saved, and brings the same numbers again.
            self.seed = int(self.services.now().timestamp()) % 100_000
        self.show_rows()

    def action_clock(self) -> None:
        self.with_clock = not self.with_clock
        self.show_rows()

    def resume_unless_held(self) -> None:
        """Resume at once, but ask first where another window that is alive holds the sitting."""
        sitting = self.services.progress.open_sitting()
        if sitting is not None and not self._held_elsewhere(sitting):
            self.resume()

    def resume(self) -> None:
        sitting = self.services.progress.open_sitting()
        if sitting is None:
            self.show_rows()
            return
        try:
            self.services.progress.take_sitting(
                sitting.id, now=self.services.now(), window=self.services.window
            )
        except QuizappError as problem:
            self.status.say(str(problem))
        self.open_sitting(self.services.progress.sitting(sitting.id))

    @work(exclusive=True, group="new-sitting")
    async def new_sitting(self) -> None:
        """Draw fresh numbers where they are asked for, then begin."""
        try:
            givens = await self._fresh_numbers() if self.fresh else {}
            now = self.services.now()
            sitting = self.services.progress.start_sitting(
                now=now,
                seed=self.seed if self.fresh else None,
                minutes=self.services.library.exam.minutes if self.with_clock else None,
                givens=givens,
            )
            self.services.progress.take_sitting(sitting.id, now=now, window=self.services.window)
        except QuizappError as problem:
            self.status.say(str(problem))
            if not isinstance(problem, CannotSave):
                self.seed = None
            return
        self.show_saved(now)
        self.open_sitting(sitting)

    async def _fresh_numbers(self) -> dict[str, dict[str, Given]]:
        from quizapp.variants import fresh

        self.status.say("Drawing fresh numbers …")
        givens = {}
        for question in self.services.library.exam.questions:
            if question.draw and self.seed is not None:
                variant = await self.services.solver.run(fresh(question, self.seed))
                givens[question.id] = variant.given
        return givens

    def open_sitting(self, sitting: Sitting) -> None:
        from quizapp.ui.screens.sitting import SittingPage

        self.fresh, self.seed = False, None
        self.app.push_screen(SittingPage(sitting), self._after_sitting)

    def _after_sitting(self, finished: object) -> None:
        if finished == "finished":
            self.finished = self.services.progress.sittings()[0].id
            self.quizapp.call_later(self.go_on)

    def go_on(self) -> None:
        """From a finished sitting to its marking, once nothing else is being looked at."""
        if self.finished is not None and self.app.screen is self:
            sitting_id, self.finished = self.finished, None
            self.mark(sitting_id)

    def mark(self, sitting_id: int) -> None:
        """The text parts that wait for the learner, then the report."""
        from quizapp.ui.marker import waiting_text_parts
        from quizapp.ui.screens.marking import MarkingPage

        sitting = self.services.progress.sitting(sitting_id)
        keys = waiting_text_parts(self.services, sitting_id)
        if keys:
            self.app.push_screen(MarkingPage(sitting, keys), lambda _: self.open_report(sitting_id))
        else:
            self.open_report(sitting_id)

    def open_report(self, sitting_id: int) -> None:
        from quizapp.ui.screens.report import ReportPage

        self.app.push_screen(ReportPage(self.services.progress.sitting(sitting_id)))
