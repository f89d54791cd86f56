"""The weeks: what the learner claims beside what the evidence says, and the study notes."""

from __future__ import annotations

from typing import ClassVar, TypeAlias

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.events import Resize, ScreenResume
from textual.widgets import Input

from quizapp.content.model import ChecklistItem, Resource, WeekFile
from quizapp.errors import CannotSave
from quizapp.study import evidence, wording
from quizapp.study.evidence import Evidence
from quizapp.ui import glyphs
from quizapp.ui.keys import Key
from quizapp.ui.screens import week_rows
from quizapp.ui.screens.page import Page
from quizapp.ui.screens.week_aside import WeekAside
from quizapp.ui.widgets.body import Body
from quizapp.ui.widgets.frame import KeyBar, ModeBar, StatusLine
from quizapp.ui.widgets.line import Line
from quizapp.ui.widgets.prose import Prose
from quizapp.ui.widgets.rows import Rows
from quizapp.ui.widgets.side_list import Entry, SideList

Line_: TypeAlias = ChecklistItem | Resource
SIDE = 27  # cells of the column of weeks


class Weeks(Page):
    """One week at a time."""

    MODE = "weeks"
    ABOUT = (
        "The checklist of each week: your claim beside what your graded attempts say. A tick is "
        "yours; it is saved at once, and evidence never changes it."
    )
    SIGNS = tuple(glyphs.EVIDENCE.values())
    AUTO_FOCUS = "Rows"
    DEFAULT_CSS = f"""
    Weeks #middle {{ height: 1fr; }}
    Weeks SideList {{ width: {SIDE}; padding: 0 0 1 1; }}
    Weeks.-wide #content {{ min-width: 58; }}
    Weeks.-wide WeekAside {{ display: block; }}
    Weeks #detail {{ height: auto; min-height: 4; margin: 1 1 0 1; max-width: 84; }}
    Weeks.-low #detail {{ min-height: 3; margin: 0 1 0 1; }}
    Weeks.-wide #detail {{ display: none; }}
    Weeks #number {{ width: 4; }}
    Weeks Input {{ border: none; height: 1; margin: 0 1 1 1; display: none; }}
    Weeks.-filtering Input {{ display: block; }}
    """
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
        self.number = 2
        self.found: dict[str, Evidence] = {}  # empty until the first frame is shown
        self._undo: list[tuple[str, bool]] = []
        self._places: dict[str, tuple[WeekFile, Line_]] = {}  # by id of the item or resource

    def compose(self) -> ComposeResult:
        yield ModeBar(self.MODE)
        yield Line(id="title")
        with Horizontal(id="middle"):
            yield SideList()
            with Body(id="content"):
                yield Input(placeholder="words of a checklist item, of any week", compact=True)
                yield Rows()
            yield WeekAside()
        with Horizontal(id="detail"):
            yield Prose(id="number")
            yield Prose(id="text")
        yield StatusLine(id="status")
        yield KeyBar()

    def on_mount(self) -> None:
        for week in self.services.library.weeks:
            lines: tuple[Line_, ...] = (*week.checklist, *week.resources)
            self._places |= {line.id: (week, line) for line in lines}
        self.show_week(self.services.progress.setting("week", 2))
        self.call_after_refresh(self.read_evidence)

    @on(ScreenResume)
    def come_back(self) -> None:
        """What was drilled meanwhile counts."""
        if self.found:
            self.read_evidence()

    def on_resize(self, event: Resize) -> None:
        super().on_resize(event)
        self.call_after_refresh(self.show_rows)

    # ------------------------------------------------------------------- what is shown

    @property
    def week(self) -> WeekFile:
        return self.services.library.week(self.number)

    @property
    def items(self) -> tuple[ChecklistItem, ...]:
        """Of all weeks: what the column of weeks, the filter and a change of week need."""
        return tuple(item for week in self.services.library.weeks for item in week.checklist)

    @property
    def line(self) -> Line_ | None:
        """The focused item or resource."""
        place = self._places.get(str(self.query_one(Rows).key))
        return place[1] if place else None

    @property
    def words(self) -> list[str]:
        """What the list is filtered by."""
        return self.query_one(Input).value.lower().split()

    def read_evidence(self) -> None:
        """What the attempts say of every item."""
        services = self.services
        self.found = evidence.evidence(
            services.library, services.templates, services.progress, self.items
        )
        if services.library.weeks:
            self.show_all()
            if not self.status.left.plain:
                self.say_of_week()

    def say_of_week(self) -> None:
        claims = self.services.progress.claims()
        self.status.say(evidence.of_week(self.week, self.found, claims) if self.found else "")

    def show_week(self, number: int) -> None:
        """Open a week at its first item."""
        numbers = [week.week for week in self.services.library.weeks]
        if not numbers:
            self.title_line("Weeks")
            self.status.say("No week could be read. All problems: quizapp lint.")
            return
        self.number = number if number in numbers else numbers[0]
        self.close_filter()
        self.query_one(Rows).set_rows([])
        self.show_all()
        self.query_one(Rows).action_move(-99)
        self.say_of_week()

    def show_all(self) -> None:
        self.show_title()
        self.show_side()
        self.show_rows()

    def show_title(self) -> None:
        week, weeks = self.week, self.services.library.weeks
        if self.words:
            count = wording.count(len(self._matches()), "item")
            self.title_line("Weeks · items with these words", count)
            return
        at = weeks.index(week)
        before = f"‹{week_rows.short_name(weeks[at - 1])}  " if at else ""
        after = f"{week_rows.short_name(weeks[at + 1])}›" if at + 1 < len(weeks) else ""
        claims = self.services.progress.claims()
        claimed = sum(item.id in claims for item in week.checklist)
        counts = f"claimed {claimed} of {len(week.checklist)}"
        if self.found:
            held = sum(self.found[item.id].status == "evidenced" for item in week.checklist)
            counts += f", evidenced {held}"
        name = week.name.capitalize()
        self.title_line(f"{name} · {week.topic}", f"{counts}   {before}{after}")

    def show_side(self) -> None:
        entries = [Entry("evidenced".rjust(SIDE - 1), "screen.nothing", False)]
        entries += [
            Entry(
                week_rows.side_entry(week, self.found, SIDE - 1),
                f"screen.open_week({week.week})",
                week.week == self.number,
            )
            for week in self.services.library.weeks
        ]
        self.query_one(SideList).show(entries)

    def show_rows(self) -> None:
        if not self.services.library.weeks:
            return
        claims, questions = self.services.progress.claims(), self._room_for_questions
        if self.words:
            rows = week_rows.of_matches(self._matches(), claims, self.found, questions=questions)
        else:
            rows = week_rows.of_week(self.week, claims, self.found, questions=questions)
        self.query_one(Rows).set_rows(rows)
        self.show_detail()

    def _matches(self) -> list[week_rows.Match]:
        """The items of all weeks that have the words of the filter."""
        return week_rows.matching(self.services.library.weeks, self.words)

    @property
    def _room_for_questions(self) -> bool:
        """Beside the list they stand with the focused item, so the claims get the room."""
        return 80 <= self.size.width < 120 or self.size.width >= 160

    @on(Rows.Moved)
    def show_detail(self) -> None:
        """The focused line in full: below the list, or beside it where there is room."""
        line = self.line
        number, text = self._number(line), self._full(line)
        self.query_one("#number", Prose).say(Content.styled(number, "bold"))
        self.query_one("#text", Prose).say(text)
        if self.has_class("-wide"):
            lead = Content.styled(f"{number.strip()}  ", "bold") if number.strip() else Content("")
            note = self._note(line)
            notes = self._places[line.id][0].notes if line else ()
            self.query_one(WeekAside).show(
                Content.assemble(lead, text), notes[note] if note < len(notes) else None
            )
        self.refresh_keys()

    def _number(self, line: Line_ | None) -> str:
        if not isinstance(line, ChecklistItem):
            return ""
        week, _ = self._places[line.id]
        return f"{week.checklist.index(line) + 1:>2}"

    def _full(self, line: Line_ | None) -> Content:
        if line is None:
            return Content("")
        if isinstance(line, Resource):
            return week_rows.resource_in_full(line)
        claimed = self.services.progress.claims().get(line.id)
        now, wide = self.services.now(), self.has_class("-wide")
        return week_rows.item_in_full(line, claimed, self.found.get(line.id), now, wide=wide)

    def _note(self, line: Line_ | None) -> int:
        """The section of the study notes on this line."""
        return week_rows.section_on(self._places[line.id][0], line.concepts) if line else 0

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

    def _claim(self, line: Line_, claimed: bool) -> bool:
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

    def _said(self, line: Line_, claimed: bool) -> str:
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
        week, line = self._places[line_id]
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
        week = self._places[line.id][0] if line else None
        if week is not None and week.notes:
            self.app.push_screen(Notes(week, self._note(line)))
        else:
            self.status.say("There are no study notes on this.")

    # ---------------------------------------------------------------------------- filter

    def enter_label(self) -> str:
        return "To the list"

    def action_filter(self) -> None:
        self.add_class("-filtering")
        self.query_one(Input).focus()

    @on(Input.Changed)
    def filter_changed(self) -> None:
        self.status.say("")
        self.show_title()
        self.show_rows()
        self.query_one(Rows).action_move(-999)

    @on(Input.Submitted)
    def filter_done(self) -> None:
        self.query_one(Rows).focus()

    def close_filter(self) -> None:
        self.remove_class("-filtering")
        with self.prevent(Input.Changed):
            self.query_one(Input).value = ""

    def action_out(self) -> None:
        """From the filter to the list, from the filtered list to the week."""
        if self.typing:
            self.query_one(Rows).focus()
        elif self.words:
            line = self.line
            week = self._places[line.id][0] if line else self.week
            self.show_week(week.week)
            self.query_one(Rows).go_to(line.id if line else None)
        else:
            super().action_out()
