"""A week's checklist: the claim beside the evidence, and a filter over all weeks."""

from __future__ import annotations

from typing import TypeAlias

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.events import Resize, ScreenResume
from textual.widgets import Input

from quizapp.content.model import ChecklistItem, Resource, WeekFile
from quizapp.study import evidence, wording
from quizapp.study.evidence import Evidence
from quizapp.ui.screens import week_rows
from quizapp.ui.screens.page import Page
from quizapp.ui.screens.week_aside import WeekAside
from quizapp.ui.widgets.body import Body
from quizapp.ui.widgets.frame import KeyBar, ModeBar, StatusLine
from quizapp.ui.widgets.line import Line
from quizapp.ui.widgets.prose import Prose
from quizapp.ui.widgets.rows import Rows
from quizapp.ui.widgets.side_list import Entry, SideList

Listed: TypeAlias = ChecklistItem | Resource
SIDE = 27  # cells of the column of weeks


class ChecklistPage(Page):
    """What is shown of a week, or of the items that a filter finds; a subclass acts on it."""

    AUTO_FOCUS = "Rows"
    DEFAULT_CSS = f"""
    ChecklistPage #middle {{ height: 1fr; }}
    ChecklistPage SideList {{ width: {SIDE}; padding: 0 0 1 1; }}
    ChecklistPage.-wide #content {{ min-width: 58; }}
    ChecklistPage.-wide WeekAside {{ display: block; }}
    ChecklistPage #detail {{ height: auto; min-height: 4; margin: 1 1 0 1; max-width: 84; }}
    ChecklistPage.-low #detail {{ min-height: 3; margin: 0 1 0 1; }}
    ChecklistPage.-wide #detail {{ display: none; }}
    ChecklistPage #number {{ width: 4; }}
    ChecklistPage Input {{ border: none; height: 1; margin: 0 1 1 1; display: none; }}
    ChecklistPage.-filtering Input {{ display: block; }}
    """

    def __init__(self) -> None:
        super().__init__()
        self.number = 2
        self.found: dict[str, Evidence] = {}  # empty until the first frame is shown
        self.places: dict[str, tuple[WeekFile, Listed]] = {}  # by id of the item or resource

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
            lines: tuple[Listed, ...] = (*week.checklist, *week.resources)
            self.places |= {line.id: (week, line) for line in lines}
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
    def line(self) -> Listed | None:
        """The focused item or resource."""
        place = self.places.get(str(self.query_one(Rows).key))
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
            notes = self.places[line.id][0].notes if line else ()
            self.query_one(WeekAside).show(
                Content.assemble(lead, text), notes[note] if note < len(notes) else None
            )
        self.refresh_keys()

    def _number(self, line: Listed | None) -> str:
        if not isinstance(line, ChecklistItem):
            return ""
        week, _ = self.places[line.id]
        return f"{week.checklist.index(line) + 1:>2}"

    def _full(self, line: Listed | None) -> Content:
        if line is None:
            return Content("")
        if isinstance(line, Resource):
            return week_rows.resource_in_full(line)
        claimed = self.services.progress.claims().get(line.id)
        now, wide = self.services.now(), self.has_class("-wide")
        return week_rows.item_in_full(line, claimed, self.found.get(line.id), now, wide=wide)

    def _note(self, line: Listed | None) -> int:
        """The section of the study notes on this line."""
        return week_rows.section_on(self.places[line.id][0], line.concepts) if line else 0

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
            week = self.places[line.id][0] if line else self.week
            self.show_week(week.week)
            self.query_one(Rows).go_to(line.id if line else None)
        else:
            super().action_out()
