"""The overview of Progress: sittings, retention, claims, misconceptions and time."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.events import DescendantFocus
from textual.message import Message

from quizapp.study import history
from quizapp.study.history import HistoryLine, Names
from quizapp.study.overview import Overview
from quizapp.study.sittings import SittingLine
from quizapp.ui.keys import Key
from quizapp.ui.screens import progress_rows as paint
from quizapp.ui.screens.progress_view import View
from quizapp.ui.widgets.line import as_content, spread
from quizapp.ui.widgets.rows import Row, Rows

SIDE = 50  # columns of claims and history in a wide window, at least
_LEFT = 92  # columns of the pictures, at most
_SITTINGS = 3  # at least, where there are so many
_BLANK = Row("")


class Half(Rows):
    """One of two lists side by side: only the one with the focus shows its cursor."""

    class Edge(Message):
        """The cursor was to go on beyond the last row, or before the first."""

        def __init__(self, by: int) -> None:
            super().__init__()
            self.by = by

    def action_move(self, by: int) -> None:
        before = self.cursor
        super().action_move(by)
        if self.cursor == before:
            self.post_message(self.Edge(by))

    def on_focus(self) -> None:
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()

    def _row(self, index: int, width: int) -> Content:
        if self.has_focus:
            return super()._row(index, width)
        row = self.rows[index]
        left = Content.assemble("   ", as_content(row.left))
        return spread(left, as_content(row.right), width)


class OverviewView(View):
    """Pictures one below the other; in a wide window claims and history on the right."""

    NAME: ClassVar[str] = "overview"
    LETTERS: ClassVar[frozenset[str]] = frozenset({"table", "filter"})
    DEFAULT_CSS = """
    OverviewView { layout: horizontal; }
    OverviewView #right { display: none; }
    """

    def compose(self) -> ComposeResult:
        yield Half(id="left")
        yield Half(id="right")

    _last: Rows | None = None  # the list that had the focus

    @property
    def left(self) -> Rows:
        return self.query_one("#left", Rows)

    @property
    def right(self) -> Rows:
        return self.query_one("#right", Rows)

    @property
    def rows(self) -> Rows:
        """The list that the keys act on."""
        return self.right if self.right.has_focus else self.left

    def title(self) -> tuple[str, str]:
        """As much of it as fits."""
        about = self.found.title(self.services.now()) if self.found else ""
        parts = ["Progress", *about.split(" · ")]
        while len(title := " · ".join(filter(None, parts))) > self.page.room.width:
            parts.pop()
        return title, ""

    # ------------------------------------------------------------------------- painting

    def show_all(self) -> None:
        found = self.found
        if found is None:
            return
        wide = self.page.has_class("-wide")
        room = self.page.room
        side = max(SIDE, room.width - _LEFT) if wide else 0
        width = room.width - side
        self.right.styles.width = side
        claims = paint.claim_rows(found.balance, side or width)
        confirmed = paint.sentence(found.confirmed, side or width)
        middle = [] if wide else [claims + confirmed]
        self.left.set_rows(self._left(found, width, room.height, middle))
        self.right.set_rows(self._right([*claims, *confirmed], side, room.height) if wide else [])
        if not wide and self.right.has_focus:
            self.left.focus()

    def _left(self, found: Overview, width: int, height: int, middle: list[list[Row]]) -> list[Row]:
        """The groups, with blank rows between them where they fit."""
        room = width - paint.LABEL - 3
        groups = [
            paint.labelled(
                "Retention",
                paint.retention_texts(found.retention, room, as_table=self.as_table),
            ),
            *middle,
            paint.misconception_rows(found.misconceptions, width, as_table=self.as_table),
            paint.labelled("Time", [paint.time_text(found.spent[:3], room)]),
        ]
        spare = height - sum(map(len, groups)) - len(groups)
        sittings = self._sittings(found.sittings, room, max(spare, _SITTINGS))
        groups.insert(0, sittings)
        apart = sum(map(len, groups)) + len(groups) - 1 <= height
        rows: list[Row] = []
        for group in groups:
            rows += [*([_BLANK] if apart and rows else []), *group]
        return rows

    def _sittings(self, lines: tuple[SittingLine, ...], room: int, most: int) -> list[Row]:
        if not lines:
            none = Content.styled("none yet; Enter opens the practice exam", "$quiet")
            return paint.labelled("Sittings", [none], ["exam"])
        now = self.services.now()
        newest = lines[::-1][: most if len(lines) <= most else most - 1]
        texts = paint.sitting_texts(newest, room, now, as_table=self.as_table)
        keys: list[object] = list(newest)
        if len(newest) < len(lines):
            texts.append(f"all {len(lines)} sittings")
            keys.append("sittings")
        return paint.labelled("Sittings", texts, keys)

    def _right(self, claims: list[Row], width: int, height: int) -> list[Row]:
        names = Names(self.services.library, self.services.templates)
        found = history.look(self.services.progress, history.EVERYTHING)
        lines = found.lines[: max(height - len(claims) - 3, 0)]
        now = self.services.now()
        rows = [Row(paint.history_line(line, names, width - 3, now), key=line) for line in lines]
        return [*claims, _BLANK, Row(Content.styled("History", "bold")), *rows]

    # --------------------------------------------------------------------------- acting

    def take_focus(self) -> None:
        """At first on the claims that disagree with the evidence, which is what to act on."""
        if self._last is None:
            self.left.go_to("disagree")
            self.right.go_to("disagree")
            self._last = self.right if self.right.key == "disagree" else self.left
        self._last.focus()

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        if isinstance(event.widget, Rows):
            self._last = event.widget

    def enter(self) -> Key | None:
        match self.rows.key:
            case SittingLine():
                label = "Open the report"
            case HistoryLine():
                label = "Open the attempt"
            case "disagree" if self.found:
                label = paint.disagreeing(len(self.found.balance.disagree))
            case "misconceptions":
                label = "Open its attempts"
            case "sittings":
                label = "All sittings"
            case "exam":
                label = "Practice exam"
            case _:
                return None
        return Key("enter", "open", label)

    def open(self) -> None:
        match self.rows.key:
            case SittingLine() as line:
                self.page.open_report(line.id)
            case HistoryLine() as line:
                self.page.open_attempt([line], 0)
            case "disagree":
                self.page.open_disagreeing()
            case "misconceptions" if self.found:
                name = next(iter(self.found.misconceptions))
                self.page.search_history(name.rpartition("/")[2])
            case "sittings":
                self.page.show_view("sittings")
            case "exam":
                self.app.switch_mode("exam")

    @on(Half.Edge)
    def cross_over(self, event: Half.Edge) -> None:
        """From the end of the left list to the right one, and back; else to what is below."""
        other = self.right if event.by > 0 else self.left
        if other.display and other.key is not None and not other.has_focus:
            other.focus()
        else:
            self.page.query_one("#content").scroll_relative(y=event.by, animate=False)

    @on(Rows.Moved)
    def moved(self) -> None:
        self.page.refresh_keys()

    @on(Rows.Chosen)
    def clicked(self) -> None:
        self.open()
