"""Today: what to do now, and the weeks at a glance.

The frame and the labels are painted before anything is read; the rest follows at once.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.content import Content

from quizapp.ui import glyphs
from quizapp.ui.keys import Key
from quizapp.ui.screens.page import Page
from quizapp.ui.widgets.rows import Row, Rows

if TYPE_CHECKING:
    from quizapp.study.today import Today as TodayData
    from quizapp.study.today import WeekLine
    from quizapp.ui.screens.exam import ExamStart


class Today(Page):
    """The screen of the day."""

    MODE = "today"
    ABOUT = (
        "What there is to do now: go on with a sitting, mark what waits, begin, or study a week. "
        "Enter starts the focused line."
    )
    AUTO_FOCUS = "Rows"
    DEFAULT_CSS = "Today Rows { margin: 1 0 0 0; }"
    KEYS: ClassVar[tuple[Key, ...]] = (Key("enter", "start", "Start"),)

    def content(self) -> ComposeResult:
        yield Rows([Row(Content.styled("Now", "bold")), Row("…")])

    def on_mount(self) -> None:
        # A timer, since callbacks "after refresh" run before the very first paint.
        self.set_timer(0.02, self.show_today)

    def on_screen_resume(self) -> None:
        if self.query(Rows) and self.query_one(Rows).key is not None:
            self.show_today()

    def show_today(self) -> None:
        """Read the library and the progress, and fill the labels."""
        from quizapp.study.today import today
        from quizapp.ui.wording import weekday

        services, now = self.services, self.services.now()
        found = today(services.library, services.progress, now=now)
        self.title_line(weekday(now), self._last(found))
        exam = services.library.exam
        choices = self._choices(found)
        rows = [Row(Content.styled("Now", "bold"))]
        rows += [Row(f"{i}  {text}", "", key) for i, (text, key) in enumerate(choices, 1)]
        rows += [
            Row(""),
            Row(Content.styled("Weeks", "bold"), Content.styled(self._columns(found), "$quiet")),
            *map(self._week, found.weeks),
        ]
        self.query_one(Rows).set_rows(rows)
        notices = [*services.progress.notices, *self._content_problems()]
        if notices:
            self.status.say(notices[0])
        elif not exam.questions:
            self.status.say("The practice exam could not be read. All problems: quizapp lint.")
        self.refresh_keys()

    def _content_problems(self) -> list[str]:
        from quizapp.content import bank

        return [bank.sentence(problem) for problem in self.services.library.problems[:1]]

    def _choices(self, found: TodayData) -> list[tuple[str, object]]:
        exam = self.services.library.exam
        choices: list[tuple[str, object]] = []
        if found.open is not None:
            choices.append((found.resume, "resume"))
        if found.marking is not None:
            choices.append((found.marking_left, ("marking", found.marking.id)))
        if found.open is None:
            what = f"Practice exam: {len(exam.questions)} questions, {exam.points:g} points"
            choices.append((what, "exam"))
        if not found.sittings and found.open is None:
            first = min((week.week for week in found.weeks), default=2)
            choices.append((f"Study: notes and checklist of week {first}", first))
        return choices

    def _last(self, found: TodayData) -> str:
        from quizapp.study import wording

        done = next((line for line in found.sittings if line.points is not None), None)
        if done is None or done.points is None:
            return "no evidence yet"
        return f"last sitting {wording.result(done.points, done.max_points)}"

    def _columns(self, found: TodayData) -> str:
        marked = any(week.earned is not None for week in found.weeks)
        return f"claimed{'points':>14}{'':10}" if marked else f"claimed{'points':>10}"

    def _week(self, week: WeekLine) -> Row:
        from quizapp.study import wording

        claimed = f"{week.claimed} of {week.items}"
        possible = wording.points_text(week.possible)
        if week.earned is None:
            right = f"{claimed:>8}{possible:>9}"
        else:
            share = week.earned / week.possible if week.possible else 0.0
            points = f"{wording.points_text(week.earned)} of {possible}"
            right = f"{claimed:>8}{points:>13} {glyphs.bar(share, 9)}"
        return Row(f"week {week.week:<3} {week.title}", right, week.week)

    # -------------------------------------------------------------------------- actions

    async def _exam_start(self, then: Callable[[ExamStart], object]) -> None:
        """Go to the practice exam and do the next thing there, unless it is open already."""
        from quizapp.ui.screens.exam import ExamStart

        await self.app.switch_mode("exam")
        if isinstance(self.app.screen, ExamStart):
            then(self.app.screen)

    @on(Rows.Chosen)
    async def clicked(self) -> None:
        await self.action_start()

    async def action_start(self) -> None:
        match self.query_one(Rows).key:
            case "exam":
                await self.app.switch_mode("exam")
            case "resume":
                await self._exam_start(lambda start: start.resume_unless_held())
            case ("marking", int(sitting_id)):
                await self._exam_start(lambda start: start.mark(sitting_id))
            case int(week):
                from quizapp.ui.commands import open_week

                await open_week(self.quizapp, week)
            case _:
                pass
