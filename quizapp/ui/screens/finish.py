"""Before finishing: what is still open; then the automatic marking."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult

from quizapp.errors import QuizappError
from quizapp.study import report
from quizapp.ui.keys import Key
from quizapp.ui.marker import mark_automatically
from quizapp.ui.screens.page import Page
from quizapp.ui.widgets.pairs import Pairs
from quizapp.ui.widgets.rows import Row, Rows

if TYPE_CHECKING:
    from quizapp.ui.screens.sitting import SittingPage


class BeforeFinishing(Page):
    """Closes with the id of a question to go to, or with "finished"."""

    MODE = "exam"
    ABOUT = (
        "What is still empty, begun or put off. When you finish, responses can't be changed; "
        "numbers and formulas are marked at once, your free text waits for you."
    )
    AUTO_FOCUS = "Rows"
    DEFAULT_CSS = "BeforeFinishing #open, BeforeFinishing Rows { margin: 1 0 0 0; }"
    KEYS: ClassVar[tuple[Key, ...]] = (Key("enter", "choose", "Choose"),)

    def __init__(self, sitting: SittingPage) -> None:
        super().__init__()
        self.sitting_page = sitting
        self.done = False

    def content(self) -> ComposeResult:
        yield Pairs(id="open")
        yield Rows()

    def on_mount(self) -> None:
        sitting = self.services.progress.sitting(self.sitting_page.sitting.id)
        before = report.before_finishing(self.services.library.exam, sitting)
        self.title_line("Practice exam · before you finish", self.sitting_page.clock_text())
        self.query_one(Pairs).show(before.lines())
        finish = Row("Finish and mark. Responses can't be changed after that.", "", "finish")
        first = before.first_open
        choices = [finish]
        if first:
            number = [q.id for q in self.services.library.exam.questions].index(first) + 1
            choices = [Row(f"Go to question {number}", "", ("go", first)), finish]
        self.query_one(Rows).set_rows(choices)

    @on(Rows.Chosen)
    def clicked(self) -> None:
        self.action_choose()

    def action_choose(self) -> None:
        if self.busy:
            return
        match self.query_one(Rows).key:
            case ("go", str(question_id)):
                self.dismiss(question_id)
            case "finish":
                self.finish()
            case _:
                pass

    @work(exclusive=True, group="finish")
    async def finish(self) -> None:
        """Close the responses for good, then mark what needs no one."""
        page, services = self.sitting_page, self.services
        page.stop_clock(left=False)
        if not page.save():
            self.status.say("Not everything is saved yet, so the sitting stays open. Try again.")
            page.start_clock()
            return
        try:
            services.progress.finish_sitting(
                page.sitting.id,
                now=services.now(),
                exam=services.library.exam,
                window=services.window,
            )
        except QuizappError as problem:
            self.status.say(str(problem))
            page.start_clock()
            return
        self.busy = True
        page.read_only = True
        try:
            await mark_automatically(services, page.sitting.id, self.say)
        except QuizappError as problem:
            # Nothing is lost: the report marks what is left.
            self.quizapp.notice = str(problem)
        self.done = True
        self.leave()

    def leave(self) -> None:
        """Go on to what waits for the learner, once nothing else is being looked at."""
        if self.done and self.app.screen is self:
            self.busy = False
            self.dismiss("finished")

    def on_screen_resume(self) -> None:
        self.leave()

    def action_out(self) -> None:
        if not self.busy:
            super().action_out()
