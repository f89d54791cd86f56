"""The weeks: what the learner claims beside what the evidence says, and the study notes."""

from __future__ import annotations

from typing import ClassVar

from textual import on, work

from quizapp.content.model import ChecklistItem, Resource
from quizapp.errors import CannotSave
from quizapp.study import evidence
from quizapp.ui import glyphs
from quizapp.ui.keys import Key
from quizapp.ui.screens import week_rows
from quizapp.ui.screens.checklist import ChecklistPage, Listed
from quizapp.ui.widgets.rows import Rows


class Weeks(ChecklistPage):
    """One week at a time: claim its items, drill them, read about them."""

    MODE = "weeks"
    ABOUT = (
        "The checklist of each week: your claim beside what your graded attempts say. A tick is "
        "yours; it is saved at once, and evidence never changes it."
    )
    SIGNS = tuple(glyphs.EVIDENCE.values())
    KEYS: ClassVar[tuple[Key, ...]] = (
        Key("enter", "choose", "Drill it"),
        Key("space", "claim", "Claim"),
        Key("right", "week(1)", "Week", shown="←→"),
        Key("left", "week(-1)", "Week before", footer=False, shown="←"),
        Key("s", "notes", "Notes"),
        Key("slash", "filter", "Filter"),
        Key("o", "overview", "All weeks", footer=False),
        Key("d", "drill", "Drill it", footer=False),
        Key("u", "undo", "Undo the last tick", footer=False),
        Key("c", "copy", "Copy the link", footer=False),
    )

    def __init__(self) -> None:
        super().__init__()
        self._undo: list[tuple[str, bool]] = []

    # ------------------------------------------------------------------------- choosing

    def keys(self) -> tuple[Key, ...]:
        """Enter and Space as they act on the focused line."""
        line = self.line
        hidden = {"copy"} if not isinstance(line, Resource) else {"drill"}
        enter, claim, *others = (key for key in self.KEYS if key.action not in hidden)
        if isinstance(line, Resource):
            enter, claim = Key("enter", "choose", "Open link"), Key("space", "claim", "Tick")
        elif line is not None and not self._drills(line):
            enter = Key("enter", "choose", "Review it")
        return (enter, claim, *others)

    def _drills(self, item: ChecklistItem) -> bool:
        return item.id not in self.found or self.found[item.id].templates > 0

    @on(Rows.Chosen)
    def clicked(self, event: Rows.Chosen) -> None:
        """A click on the box ticks it; elsewhere it only moves the cursor."""
        rows = self.query_one(Rows)
        right = rows.rows[rows.cursor].right
        start = rows.size.width - len(right if isinstance(right, str) else right.plain)
        if start <= event.x < start + week_rows.CLAIM - 1:
            self.action_claim()

    async def action_choose(self) -> None:
        """Drill the item; one that no template drills is a card of its own."""
        from quizapp.ui.commands import open_review

        line = self.line
        if isinstance(line, Resource):
            self.open_link(line)
        elif line is not None and self._drills(line):
            self.action_drill()
        elif line is not None:
            await open_review(self.quizapp, [line.id])

    def action_drill(self) -> None:
        """Fresh numbers on the concepts of this very item."""
        from quizapp.study.drill import on_concepts
        from quizapp.ui.screens.drill import DrillPage

        line = self.line
        found = on_concepts(self.services.templates.templates, line.concepts) if line else []
        if found:
            self.app.push_screen(DrillPage(found))
        else:
            self.status.say("There is no numeric template on this item. Enter reviews it.")

    @work(exclusive=True, group="link")
    async def open_link(self, resource: Resource) -> None:
        from quizapp.ui.browser import opened

        if not resource.url:
            self.say(f"{resource.title} has no link.")
            return
        self.say(f"Opening {resource.url}")
        if await opened(resource.url):
            self.say(f"Opened in your browser: {resource.url}")
        else:
            self.say(f"No browser opens from here. c copies the link: {resource.url}")

    def action_copy(self) -> None:
        line = self.line
        if isinstance(line, Resource) and line.url:
            self.app.copy_to_clipboard(line.url)
            self.status.say(f"Copied: {line.url}")
        else:
            self.status.say("There is no link here to copy.")

    # -------------------------------------------------------------------------- claiming

    def action_claim(self) -> None:
        line = self.line
        if line is not None:
            claimed = line.id not in self.services.progress.claims()
            if self._claim(line, claimed):
                self._undo.append((line.id, not claimed))

    def _claim(self, line: Listed, claimed: bool) -> bool:
        now = self.services.now()
        try:
            self.services.progress.claim(line.id, claimed, now=now)
        except CannotSave as problem:
            self.status.say(str(problem))
            self.status.not_saved()
            return False
        self.status.say(self._said(line, claimed))
        self.show_saved(now)
        self.show_all()
        return True

    def _said(self, line: Listed, claimed: bool) -> str:
        if isinstance(line, Resource):
            return "Ticked." if claimed else "No longer ticked."
        if not claimed:
            return "No longer claimed."
        return "Claimed. The evidence is against it." if self._against(line) else "Claimed."

    def _against(self, item: ChecklistItem) -> bool:
        return bool(self.found) and evidence.disagrees(item.id, self.found, {item.id})

    def action_undo(self) -> None:
        if not self._undo:
            self.status.say("Nothing to undo.")
            return
        line_id, claimed = self._undo.pop()
        week, line = self.places[line_id]
        rows = self.query_one(Rows)
        if all(row.key != line_id for row in rows.rows):
            self.action_open_week(week.week)
        rows.go_to(line_id)
        self._claim(line, claimed)

    # ---------------------------------------------------------------------------- moving

    def action_week(self, step: int) -> None:
        numbers = [week.week for week in self.services.library.weeks]
        at = numbers.index(self.number) + step if numbers else -1
        if 0 <= at < len(numbers):
            self.action_open_week(numbers[at])

    def action_open_week(self, number: int) -> None:
        self.show_week(number)
        try:
            self.services.progress.set_setting("week", number, now=self.services.now())
        except CannotSave as problem:
            self.status.say(str(problem))

    def action_overview(self) -> None:
        from quizapp.ui.screens.all_weeks import AllWeeks

        self.app.push_screen(AllWeeks(self.number), self._open)

    def _open(self, number: int | None) -> None:
        if number is not None:
            self.action_open_week(number)

    def action_notes(self) -> None:
        from quizapp.ui.screens.notes import Notes

        line = self.line
        week = self.places[line.id][0] if line else None
        if week is not None and week.notes:
            self.app.push_screen(Notes(week, self._note(line)))
        else:
            self.status.say("There are no study notes on this.")
