"""o: the ten weeks at a glance; Enter opens one."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.content import Content

from quizapp.study import wording
from quizapp.ui.keys import Key
from quizapp.ui.screens.page import Page
from quizapp.ui.widgets.rows import Row, Rows


class AllWeeks(Page):
    """Every week with its points in the practice exam and what is claimed."""

    MODE = "weeks"
    ABOUT = "All weeks: points in the practice exam, and how many checklist items you claim."
    AUTO_FOCUS = "Rows"
    KEYS: ClassVar[tuple[Key, ...]] = (Key("enter", "choose", "Open"),)

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number

    def content(self) -> ComposeResult:
        yield Rows()

    def on_mount(self) -> None:
        self.title_line("Weeks", "points and claims")
        library, claims = self.services.library, self.services.progress.claims()
        rows = [Row(Content.styled("week", "$quiet"), Content.styled("points   claimed", "$quiet"))]
        for week in library.weeks:
            points = sum(q.points for q in library.exam.questions if q.week == week.week)
            claimed = sum(item.id in claims for item in week.checklist)
            claims_text = f"{claimed} of {len(week.checklist)}"
            right = f"{wording.points_text(points):>6} {claims_text:>9}"
            rows.append(Row(f"{week.week:>2}  {week.topic}", right, week.week))
        listed = self.query_one(Rows)
        listed.set_rows(rows)
        listed.go_to(self.number)

    def on_rows_chosen(self) -> None:
        self.action_choose()

    def action_choose(self) -> None:
        self.dismiss(self.query_one(Rows).key)
