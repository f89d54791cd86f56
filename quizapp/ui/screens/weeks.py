"""The weeks: what the learner claims, and the study notes beside it."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content

from quizapp.content.model import ChecklistItem, WeekFile
from quizapp.errors import CannotSave
from quizapp.study import wording
from quizapp.ui.keys import Key
from quizapp.ui.screens.page import Page
from quizapp.ui.widgets.body import Body
from quizapp.ui.widgets.frame import KeyBar, ModeBar, StatusLine
from quizapp.ui.widgets.line import Line
from quizapp.ui.widgets.prose import Prose
from quizapp.ui.widgets.rows import Row, Rows
from quizapp.ui.widgets.side_list import Entry, SideList


class Weeks(Page):
    """One week at a time."""

    MODE = "weeks"
    ABOUT = (
        "The checklist of each week, and its study notes. A tick is your own claim; it is saved at "
        "once and never changed by anything but you."
    )
    AUTO_FOCUS = "Rows"
    DEFAULT_CSS = """
    Weeks #middle { height: 1fr; }
    Weeks #items { height: auto; margin: 1 0 0 0; }
    Weeks #detail { margin: 1 1 0 1; max-width: 84; }
    """
    KEYS: ClassVar[tuple[Key, ...]] = (
        Key("enter", "notes", "Study notes"),
        Key("space", "claim", "Claim"),
        Key("d", "drill", "Drill it"),
        Key("right", "week(1)", "Week", shown="←→"),
        Key("left", "week(-1)", "Week before", footer=False, shown="←"),
        Key("o", "overview", "All weeks"),
        Key("u", "undo", "Undo"),
        Key("s", "notes", "Study notes", footer=False),
    )

    def __init__(self) -> None:
        super().__init__()
        self.number = 2
        self._undo: list[tuple[str, bool]] = []

    def compose(self) -> ComposeResult:
        yield ModeBar(self.MODE)
        yield Line(id="title")
        with Horizontal(id="middle"):
            yield SideList()
            with Body(id="content"), Vertical(id="items"):
                yield Rows()
                yield Prose(id="detail")
        yield StatusLine(id="status")
        yield KeyBar()

    def on_mount(self) -> None:
        self.show_week(self.services.progress.setting("week", 2))

    @property
    def week(self) -> WeekFile:
        return self.services.library.week(self.number)

    def show_week(self, number: int) -> None:
        numbers = [week.week for week in self.services.library.weeks]
        if not numbers:
            self.title_line("Weeks")
            self.status.say("No week could be read. All problems: quizapp lint.")
            return
        self.number = number if number in numbers else numbers[0]
        rows = self.query_one(Rows)
        rows.set_rows([])
        self.show_items()
        rows.action_move(-99)
        at = numbers.index(self.number)
        entries = [
            Entry(
                f"{week.week:>2}  {week.topic}",
                f"screen.open_week({week.week})",
                week.week == self.number,
            )
            for week in self.services.library.weeks
        ]
        self.query_one(SideList).show(entries)
        before = f"‹{numbers[at - 1]}  " if at else ""
        after = f"{numbers[at + 1]}›" if at + 1 < len(numbers) else ""
        claimed = sum(item.id in self.services.progress.claims() for item in self.week.checklist)
        self.title_line(
            f"Week {self.number} · {self.week.topic}",
            f"claimed {claimed} of {len(self.week.checklist)}   {before}{after}",
        )

    def show_items(self) -> None:
        claims = self.services.progress.claims()
        head = Row(
            Content.styled("   I can …", "$quiet"),
            Content.styled(
                "claimed  " + " " * len(self._tested_by(self.week.checklist[0])), "$quiet"
            ),
        )
        rows = [
            self._row(number, item, item.id in claims)
            for number, item in enumerate(self.week.checklist, 1)
        ]
        self.query_one(Rows).set_rows([head, *rows])
        self.show_detail()

    def _row(self, number: int, item: ChecklistItem, claimed: bool) -> Row:
        box = "[x]" if claimed else "[ ]"
        claim = item.claim.removeprefix("I can ")
        return Row(f"{number:>2}  {claim}", f"{box}      {self._tested_by(item)}", item.id)

    def _tested_by(self, item: ChecklistItem) -> str:
        """Q5 Q6, as wide as the longest of the week."""
        width = max(len(_questions(other)) for other in self.week.checklist)
        return _questions(item).ljust(width)

    @property
    def item(self) -> ChecklistItem | None:
        key = self.query_one(Rows).key
        return next((item for item in self.week.checklist if item.id == key), None)

    @on(Rows.Moved)
    def show_detail(self) -> None:
        item = self.item
        if item is None:
            return
        number = self.week.checklist.index(item) + 1
        when = self.services.progress.claims().get(item.id)
        claimed = (
            f"Claimed {wording.day_text(when, self.services.now())}."
            if when
            else "Not claimed yet."
        )
        tests = ", ".join(f"question {int(question[1:])}" for question in item.questions)
        tested = (
            f" Tested by {tests} of the practice exam."
            if tests
            else " No practice question tests it."
        )
        self.query_one("#detail", Prose).say(
            Content.assemble((f"{number}  {item.claim}", ""), "\n   ", (claimed + tested, "$quiet"))
        )

    @on(Rows.Chosen)
    def clicked(self, event: Rows.Chosen) -> None:
        width = self.query_one(Rows).size.width
        if event.x >= width - 20:
            self.action_claim()

    # -------------------------------------------------------------------------- actions

    def action_claim(self) -> None:
        item = self.item
        if item is not None:
            claimed = item.id not in self.services.progress.claims()
            if self._claim(item.id, claimed):
                self._undo.append((item.id, not claimed))

    def _claim(self, item_id: str, claimed: bool) -> bool:
        now = self.services.now()
        try:
            self.services.progress.claim(item_id, claimed, now=now)
        except CannotSave as problem:
            self.status.say(str(problem))
            self.status.not_saved()
            return False
        self.status.say("Claimed." if claimed else "No longer claimed.")
        self.show_saved(now)
        at = self.query_one(Rows).key
        self.show_week(self.number)
        self.query_one(Rows).go_to(at)
        return True

    def action_undo(self) -> None:
        if not self._undo:
            self.status.say("Nothing to undo.")
            return
        item_id, claimed = self._undo.pop()
        weeks = self.services.library.weeks
        number = next(w.week for w in weeks if any(item.id == item_id for item in w.checklist))
        if number != self.number:
            self.action_open_week(number)
        self.query_one(Rows).go_to(item_id)
        self._claim(item_id, claimed)

    def action_week(self, step: int) -> None:
        numbers = [week.week for week in self.services.library.weeks]
        at = numbers.index(self.number) + step
        if 0 <= at < len(numbers):
            self.action_open_week(numbers[at])

    def action_open_week(self, number: int) -> None:
        self.status.say("")
        self.show_week(number)
        try:
            self.services.progress.set_setting("week", number, now=self.services.now())
        except CannotSave as problem:
            self.status.say(str(problem))

    def action_drill(self) -> None:
        """Fresh numbers on the concepts of this very item."""
        from quizapp.study.drill import on_concepts
        from quizapp.ui.screens.drill import DrillPage

        item = self.item
        templates = self.services.templates.templates
        found = on_concepts(templates, item.concepts) if item else []
        if found:
            self.app.push_screen(DrillPage(found))
        else:
            self.status.say("There is no numeric template on this item.")

    def action_overview(self) -> None:
        from quizapp.ui.screens.all_weeks import AllWeeks

        self.app.push_screen(AllWeeks(self.number), self._open)

    def _open(self, number: int | None) -> None:
        if number is not None:
            self.action_open_week(number)

    def action_notes(self) -> None:
        from quizapp.ui.screens.notes import Notes

        self.app.push_screen(Notes(self.week))


def _questions(item: ChecklistItem) -> str:
    return " ".join(f"Q{int(question[1:])}" for question in item.questions)
