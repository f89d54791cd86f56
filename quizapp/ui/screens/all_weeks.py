"""o: all weeks at a glance; Enter opens one."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.content import Content
from textual.events import Resize

from quizapp.content.model import BEYOND
from quizapp.study import evidence, wording
from quizapp.study.evidence import WeekSummary
from quizapp.ui import glyphs
from quizapp.ui.keys import Key
from quizapp.ui.screens.page import Page
from quizapp.ui.widgets.rows import Row, Rows


class AllWeeks(Page):
    """Every week with its points in the practice exam, what is claimed, evidenced and due."""

    MODE = "weeks"
    ABOUT = (
        "All weeks: points in the practice exam, checklist items that you claim and that your "
        "attempts evidence, and the cards that are due today."
    )
    AUTO_FOCUS = "Rows"
    KEYS: ClassVar[tuple[Key, ...]] = (Key("enter", "choose", "Open"),)

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number
        self.summaries: list[WeekSummary] = []

    def content(self) -> ComposeResult:
        yield Rows()

    def on_mount(self) -> None:
        self.title_line("Weeks", "points and claims")
        services = self.services
        self.summaries = evidence.weeks(
            services.library, services.templates, services.progress, now=services.now()
        )
        self.show_rows()
        self.query_one(Rows).go_to(self.number)

    def on_resize(self, event: Resize) -> None:
        super().on_resize(event)
        self.show_rows()

    def show_rows(self) -> None:
        """The list; a narrow window drops its last column."""
        with_due = self.size.width >= 80
        head = "points   claimed  evidenced" + "   due" * with_due
        heading = Row(Content.styled("week", "$quiet"), Content.styled(head, "$quiet"))
        rows = [_row(summary, with_due=with_due) for summary in self.summaries]
        self.query_one(Rows).set_rows([heading, *rows])

    def on_rows_chosen(self) -> None:
        self.action_choose()

    def action_choose(self) -> None:
        self.dismiss(self.query_one(Rows).key)


def _row(summary: WeekSummary, *, with_due: bool) -> Row:
    week, items = summary.week, len(summary.week.checklist)
    number = f"{week.week:>2}" if week.week != BEYOND else " +"
    points = wording.points_text(summary.points) if summary.points else ""
    claimed = f"{summary.claimed} of {items}"
    role = glyphs.EVIDENCE["evidenced" if summary.evidenced else "none"]
    evidenced = f"{role.sign} {summary.evidenced}"
    due = f"{summary.due or '':>6}" * with_due
    right = Content.assemble(f"{points:>6}{claimed:>10}", (f"{evidenced:>11}", role.style), due)
    return Row(f"{number}  {week.topic}", right, week.week)
