"""Today: what to do now, how ready one is, and where the points are.

The frame and the labels are painted before anything is read; the rest follows at once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.events import DescendantFocus, Resize
from textual.message import Message

from quizapp.ui.keys import Key, digits
from quizapp.ui.screens.page import Page
from quizapp.ui.widgets.frame import ModeBar
from quizapp.ui.widgets.prose import Prose
from quizapp.ui.widgets.rows import Row, Rows

if TYPE_CHECKING:
    from quizapp.study.today import Today as TodayData
    from quizapp.study.today import TodayLine
    from quizapp.ui.screens.exam import ExamStart
    from quizapp.ui.services import Services

STEP = 5  # minutes that ← and → take or add


def _planning(_: Services) -> None:
    """What planning needs but the first frame does not."""
    import fsrs  # noqa: F401

    import quizapp.study.today  # noqa: F401


_PIECES: tuple[Callable[[Services], object], ...] = (
    lambda services: services.library,
    lambda services: services.progress,
    lambda services: services.deck,
    _planning,
)


class Part(Rows):
    """One of the two lists; the cursor can leave it at either end."""

    class Left(Message):
        """The cursor was moved beyond the end."""

        def __init__(self, part: Part, by: int) -> None:
            super().__init__()
            self.part, self.by = part, by

    def action_move(self, by: int) -> None:
        before = self.cursor
        super().action_move(by)
        if self.cursor == before:
            self.post_message(self.Left(self, by))


class Today(Page):
    """The screen of the day."""

    MODE = "today"
    ABOUT = (
        "What to do now: the lines that raise the points you can expect on the exam's day most, "
        "in the minutes you have. Enter starts the focused line; then the plan is made anew."
    )
    AUTO_FOCUS = "#plan"
    DEFAULT_CSS = """
    Today.-narrow #content { scrollbar-gutter: stable; }
    Today #ready { margin: 1 0 1 0; padding: 0 0 0 3; }
    Today #weeks { margin: 0; }
    Today.-wide #ready, Today.-wide #plan { max-width: 84; }
    Today.-wide #weeks { dock: right; width: 42%; min-width: 50; max-width: 72; margin: 1 0; }
    """
    KEYS: ClassVar[tuple[Key, ...]] = (
        Key("enter", "start", "Start"),
        *digits("choose", "Choose"),
        Key("right", f"minutes({STEP})", "Minutes", shown="←→"),
        Key("left", f"minutes(-{STEP})", "Fewer minutes", footer=False, shown="←"),
        Key("e", "exam_date", "Exam date"),
        Key("d", "drill", "Drill the week", footer=False),
    )

    def __init__(self) -> None:
        super().__init__()
        self.found: TodayData | None = None
        self.compact = False  # only the focused line's reason is shown
        self.started = False  # a line of the plan: when back, the next one stands first

    def content(self) -> ComposeResult:
        yield Prose(Content.styled("Expected              …", "$quiet"), id="ready")
        yield Part([Row(Content.styled("Now", "bold")), Row("…")], id="plan")
        yield Part([Row(Content.styled("Where the points are", "bold"))], id="weeks")

    @property
    def plan(self) -> Part:
        return self.query_one("#plan", Part)

    @property
    def weeks(self) -> Part:
        return self.query_one("#weeks", Part)

    def on_mount(self) -> None:
        self.weeks.in_use = False
        # A timer, since callbacks "after refresh" run before the very first paint.
        self.set_timer(0.02, partial(self.read_next, list(_PIECES)))

    def read_next(self, pieces: list[Callable[[Services], object]]) -> None:
        """Read what is needed, piece by piece: keys pressed meanwhile are answered in between.

        What they open is painted first.
        """
        if not pieces:
            self.show_today()
            return
        pieces.pop(0)(self.services)
        self.set_timer(0.01 if self.is_current else 0.1, partial(self.read_next, pieces))

    def on_screen_resume(self) -> None:
        if self.found is not None:
            self.show_today()

    def on_resize(self, event: Resize) -> None:
        super().on_resize(event)
        if self.found is not None:
            self.call_after_refresh(self.show_rows)

    # -------------------------------------------------------------------------- showing

    def show_today(self) -> None:
        """Plan the day, and say what is due; what a key said before that stays."""
        first = self.found is None
        self.read_plan()
        if self.started:
            self.started = False
            self.plan.focus()
            self.plan.go_to(0)
        if self.found is not None and not (first and self.status.left.plain):
            self.status.say(self._notice() or self.found.due)

    def read_plan(self) -> None:
        from quizapp.study.today import today

        services = self.services
        self.found = today(services.library, services.deck, services.progress, now=services.now())
        self.query_one(ModeBar).show_days()
        self.show_rows()

    def _notice(self) -> str:
        """What is wrong with the learner's file or with the questions."""
        from quizapp.content import bank

        library = self.services.library
        problems = [bank.sentence(problem) for problem in library.problems[:1]]
        if not library.exam.questions:
            problems.append("The practice exam could not be read. All problems: quizapp lint.")
        return next(iter([*self.services.progress.notices, *problems]), "")

    def show_rows(self) -> None:
        """Fill title and lists; where rows are few, only the focused line's reason is shown."""
        from quizapp.ui.screens import today_rows as rows

        found = self.found
        if found is None:
            return
        wide, narrow = self.has_class("-wide"), self.has_class("-narrow")
        exam = f" · {found.exam}" if found.exam and not narrow else ""  # else the header tells it
        self.title_line(found.date + exam, found.time)
        ready = rows.readiness(found, self.plan.size.width - rows.MARK)
        self.query_one("#ready", Prose).say(ready)
        plan = self._plan_rows(compact=False)
        # Below the plan: the margins above it, a blank row, a heading.
        left = self.query_one("#content").size.height - ready.plain.count("\n") - 3 - len(plan) - 2
        self.compact = not wide and left + 1 < rows.FEWEST_WEEKS
        self.plan.set_rows(self._plan_rows(compact=True) if self.compact else plan)
        most = None if wide else max(left, rows.FEWEST_WEEKS)
        weeks = rows.week_rows(found, self.weeks.size.width, most)
        self.weeks.set_rows([Row(""), *weeks] if most == left else weeks)
        self.refresh_keys()

    def _plan_rows(self, *, compact: bool) -> list[Row]:
        from quizapp.ui.screens.today_rows import plan_rows

        assert self.found is not None
        key = self.plan.key
        at = key if isinstance(key, int) else 0
        width, worth = self.plan.size.width, not self.has_class("-narrow")
        return plan_rows(self.found, width, worth=worth, at=at if compact else None)

    # --------------------------------------------------------------------- the two lists

    @property
    def in_use(self) -> Part:
        return self.weeks if self.weeks.in_use else self.plan

    @on(DescendantFocus)
    def show_cursor(self, event: DescendantFocus) -> None:
        if isinstance(event.widget, Part):
            for part in self.query(Part):
                part.in_use = part is event.widget
        self.refresh_keys()

    @on(Part.Left)
    def cross(self, message: Part.Left) -> None:
        """From the plan on to the weeks, and back; above the plan is what to expect."""
        if message.by > 0 and message.part is self.plan:
            self.weeks.focus()
            self.weeks.scroll_visible_row()
        elif message.by < 0 and message.part is self.weeks:
            self.plan.focus()
            self.plan.scroll_visible_row()
        elif message.by < 0:
            self.query_one("#content").scroll_home(animate=False)

    @on(Rows.Moved)
    def show_reason(self) -> None:
        if self.compact:
            self.plan.set_rows(self._plan_rows(compact=True))

    @property
    def line(self) -> TodayLine | None:
        """The focused line of what to do now."""
        key = self.plan.key
        if self.found is None or self.in_use is not self.plan or not isinstance(key, int):
            return None
        return self.found.lines[key] if key < len(self.found.lines) else None

    def keys(self) -> tuple[Key, ...]:
        """As many digits as there are lines, and no start without one; in the weeks Enter opens."""
        lines = len(self.found.lines) if self.found else 0
        shown = f"1-{lines}" if lines > 1 else "1"
        digit = Key("1", "choose(1)", "Choose", shown=shown, footer=lines > 1)
        keys = tuple(digit if key.action == digit.action else key for key in self.KEYS)
        if self.in_use is self.plan:
            return keys if lines or self.found is None else keys[1:]
        rest = [key for key in keys if key.action not in ("start", "drill")]
        return (Key("enter", "start", "Open week"), Key("d", "drill", "Drill the week"), *rest)

    # -------------------------------------------------------------------------- actions

    def action_choose(self, number: int) -> None:
        self.plan.focus()
        self.plan.go_to(number - 1)

    def action_minutes(self, by: int) -> None:
        """Change this day's minutes, and plan anew."""
        from quizapp.errors import CannotSave
        from quizapp.study import settings
        from quizapp.study.today import changed_minutes

        if self.found is None:
            return
        now, minutes = self.services.now(), changed_minutes(self.found, by)
        try:
            settings.set_minutes_today(self.services.progress, minutes, now)
        except CannotSave as problem:
            self.status.say(str(problem))
            self.status.not_saved()
            return
        self.read_plan()
        self.status.say(self.found.due)
        self.show_saved(now)

    def action_exam_date(self) -> None:
        from quizapp.ui import asking_settings

        asking_settings.ask(self.quizapp, asking_settings.exam_date(self.quizapp))

    @on(Rows.Chosen)
    async def clicked(self) -> None:
        await self.action_start()

    async def action_start(self) -> None:
        line, week = self.line, self.weeks.key
        if line is not None:
            self.started = True
            await self._start(line)
        elif self.in_use is self.weeks and isinstance(week, int):
            from quizapp.ui.commands import open_week

            await open_week(self.quizapp, week)

    async def _start(self, line: TodayLine) -> None:
        match line.kind:
            case "resume":
                await self._exam_start(lambda start: start.resume_unless_held())
            case "marking":
                await self._exam_start(lambda start: start.mark(line.sitting))
            case "look":
                await self.app.switch_mode("exam")
            case "date":
                self.action_exam_date()
            case "drill":
                await self._drill(line.cards)
            case _:
                await self._review(line.cards)

    async def _exam_start(self, then: Callable[[ExamStart], object]) -> None:
        """Go to the practice exam and do the next thing there, unless it is open already."""
        from quizapp.ui.screens.exam import ExamStart

        await self.app.switch_mode("exam")
        if isinstance(self.app.screen, ExamStart):
            then(self.app.screen)

    async def _review(self, cards: Sequence[str]) -> None:
        from quizapp.ui.commands import open_review

        await open_review(self.quizapp, cards)

    async def _drill(self, cards: Sequence[str]) -> None:
        """Each of the templates until it is right; what has no numbers is asked in Review."""
        from quizapp.ui.screens.drill import DrillPage

        wanted = set(cards)
        found = [t for t in self.services.templates.templates if t.id in wanted]
        if len(found) == len(wanted):
            self.app.push_screen(
                DrillPage(sorted(found, key=lambda t: cards.index(t.id)), once=True)
            )
        else:
            await self._review(cards)

    def action_drill(self) -> None:
        """Fresh numbers of the focused week."""
        from quizapp.ui.screens.drill import DrillPage

        week = self.weeks.key if self.in_use is self.weeks else None
        found = [t for t in self.services.templates.templates if t.week == week]
        if found:
            self.app.push_screen(DrillPage(found))
        elif week is None:
            self.status.say("d drills a week: go down to where the points are.")
        else:
            self.status.say(f"There is no numeric template in week {week}.")
