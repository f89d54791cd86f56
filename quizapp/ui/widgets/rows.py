"""A list of rows with a cursor: › in column 2 and a background."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.events import Click
from textual.geometry import Region
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from quizapp.ui import glyphs
from quizapp.ui.widgets.line import as_content, spread


@dataclass(frozen=True, slots=True)
class Row:
    """One row; ``key`` is None for headings and blank rows, which the cursor skips."""

    left: Content | str
    right: Content | str = ""
    key: object = None


class Rows(Widget, can_focus=True):
    """Rows of one line each. Up, down and the mouse move the cursor; the page acts on it."""

    DEFAULT_CSS = "Rows { height: auto; width: 1fr; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "Up", show=False),
        Binding("down,j", "move(1)", "Down", show=False),
        Binding("home", "move(-1000)", "First", show=False),
        Binding("end", "move(1000)", "Last", show=False),
        Binding("pageup", "move(-10)", "Ten up", show=False),
        Binding("pagedown", "move(10)", "Ten down", show=False),
    ]
    cursor: reactive[int] = reactive(-1, layout=False)
    in_use: reactive[bool] = reactive(True, layout=False)  # of several lists, one shows its cursor

    class Moved(Message):
        """The cursor stands on another row."""

        def __init__(self, key: object) -> None:
            super().__init__()
            self.key = key

    class Chosen(Message):
        """A row was clicked; ``x`` is the column of the click."""

        def __init__(self, key: object, x: int) -> None:
            super().__init__()
            self.key = key
            self.x = x

    def __init__(self, rows: Sequence[Row] = (), *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.rows: Sequence[Row] = ()
        self.set_rows(rows)

    @property
    def key(self) -> object:
        """The key of the row under the cursor; None without rows."""
        return self.rows[self.cursor].key if 0 <= self.cursor < len(self.rows) else None

    def set_rows(self, rows: Sequence[Row]) -> None:
        """Replace the rows; the cursor stays on its key, or its place, or the first row."""
        key, place = self.key, self.cursor
        self.rows = tuple(rows)
        keys = [row.key for row in self.rows]
        if key is not None and key in keys:
            self.cursor = keys.index(key)
        else:
            self.cursor = self._nearest(max(place, 0), 1)
        self.refresh(layout=True)

    def go_to(self, key: object) -> None:
        """Put the cursor on the row with this key, if there is one."""
        for index, row in enumerate(self.rows):
            if row.key == key and key is not None:
                self.cursor = index

    def action_move(self, by: int) -> None:
        steps = 1 if by > 0 else -1
        for _ in range(abs(by)):
            following = self._next(self.cursor, steps)
            if following == self.cursor:
                break
            self.cursor = following

    def _next(self, index: int, step: int) -> int:
        at = index + step
        while 0 <= at < len(self.rows):
            if self.rows[at].key is not None:
                return at
            at += step
        return index

    def _nearest(self, index: int, step: int) -> int:
        if index < len(self.rows) and self.rows[index].key is not None:
            return index
        found = self._next(index, step)
        return found if found != index else self._next(index, -step) if self.rows else -1

    def watch_cursor(self) -> None:
        if not self.is_mounted:
            return
        self.scroll_visible_row()
        self.post_message(self.Moved(self.key))

    @property
    def container(self) -> Widget | None:
        """What scrolls; the list itself is as high as its rows."""
        parent = self.parent
        while isinstance(parent, Widget) and parent.styles.overflow_y == "hidden":
            parent = parent.parent
        return parent if isinstance(parent, Widget) else None

    def scroll_visible_row(self) -> None:
        """Scroll the container to the cursor."""
        parent = self.container
        if parent is not None:
            row = Region(0, max(self.cursor, 0), max(self.size.width, 1), 1)
            parent.scroll_to_region(row.translate(self.virtual_region.offset), animate=False)

    def on_click(self, event: Click) -> None:
        if 0 <= event.y < len(self.rows) and self.rows[event.y].key is not None:
            self.focus()
            self.cursor = event.y
            self.post_message(self.Chosen(self.key, event.x))

    def get_content_height(self, *_: object) -> int:
        return max(len(self.rows), 1)

    def render(self) -> Content:
        width = self.content_size.width
        return Content("\n").join(self._row(index, width) for index in range(len(self.rows)))

    def _row(self, index: int, width: int) -> Content:
        row = self.rows[index]
        here = self.in_use and index == self.cursor and row.key is not None
        mark = f" {glyphs.HERE} " if here else "   "
        line = spread(
            Content.assemble((mark, "bold"), as_content(row.left)), as_content(row.right), width
        )
        return line.stylize("on $panel") if here else line


class ScrollingRows(Rows):
    """Rows between other text: beyond the first and the last one, the arrows scroll to it."""

    def action_move(self, by: int) -> None:
        before, container = self.cursor, self.container
        super().action_move(by)
        if self.cursor == before and container is not None:
            container.scroll_relative(y=2 if by > 0 else -2, animate=False)
