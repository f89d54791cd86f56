"""The claims that the evidence is against: what was claimed, what was shown, and a drill on it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.events import ScreenResume

from quizapp.content.model import ChecklistItem
from quizapp.study import evidence, wording
from quizapp.ui import glyphs
from quizapp.ui.keys import Key
from quizapp.ui.screens.page import Page
from quizapp.ui.widgets.prose import Prose
from quizapp.ui.widgets.rows import Row, Rows


class Disagreeing(Page):
    """A row for each of these checklist items."""

    MODE = "progress"
    ABOUT = (
        "Checklist items that you claim and your last attempts speak against. Enter drills the "
        "item with fresh numbers; s shows it in its week, where you may take the tick back."
    )
    AUTO_FOCUS = "Rows"
    DEFAULT_CSS = """
    Disagreeing Rows { margin: 1 0 1 0; }
    Disagreeing #detail { margin: 0 0 0 3; max-width: 84; }
    """
    KEYS: ClassVar[tuple[Key, ...]] = (
        Key("enter", "drill", "Drill it"),
        Key("s", "week", "Its week"),
        Key("d", "drill", "Drill it", footer=False, listed=False),
    )

    def __init__(self, items: Sequence[ChecklistItem]) -> None:
        super().__init__()
        self.items = {item.id: item for item in items}

    def content(self) -> ComposeResult:
        yield Rows()
        yield Prose(id="detail")

    def on_mount(self) -> None:
        self.show_items()

    @on(ScreenResume)
    def show_items(self) -> None:
        """What was drilled meanwhile counts."""
        services = self.services
        self.found = evidence.evidence(
            services.library, services.templates, services.progress, self.items.values()
        )
        self.title_line("Progress · claims that disagree", wording.count(len(self.items), "item"))
        self.query_one(Rows).set_rows([self._row(item) for item in self.items.values()])
        self.show_detail()

    def _row(self, item: ChecklistItem) -> Row:
        found = self.found[item.id]
        role = glyphs.EVIDENCE[found.status]
        week = next(w for w in self.services.library.weeks if item in w.checklist)
        right = Content.styled(f"{role.sign} {found.text}", role.style)
        return Row(f"{week.name:<8}  {item.claim.removeprefix('I can ')}", right, item.id)

    @property
    def item(self) -> ChecklistItem | None:
        return self.items.get(str(self.query_one(Rows).key))

    @on(Rows.Moved)
    def show_detail(self) -> None:
        item = self.item
        if item is not None:
            claimed = self.services.progress.claims().get(item.id)
            found = self.found[item.id]
            said = evidence.beside_claim(claimed, found, self.services.now())
            text = Content.assemble(item.claim, (f"\n{said}", "$quiet"))
            self.query_one("#detail", Prose).say(text)

    @on(Rows.Chosen)
    def clicked(self) -> None:
        self.action_drill()

    # -------------------------------------------------------------------------- actions

    def action_drill(self) -> None:
        from quizapp.study.drill import on_concepts
        from quizapp.ui.screens.drill import DrillPage

        item = self.item
        found = on_concepts(self.services.templates.templates, item.concepts) if item else []
        if found:
            self.app.push_screen(DrillPage(found))
        elif item:
            self.status.say("There is no numeric template on this item. s shows it in its week.")

    async def action_week(self) -> None:
        from quizapp.ui.commands import open_week

        item = self.item
        if item is None:
            return
        week = next(w for w in self.services.library.weeks if item in w.checklist)
        await open_week(self.quizapp, week.week)
        for rows in self.app.screen.query(Rows):
            rows.go_to(item.id)
