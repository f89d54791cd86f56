"""A list of any length with a cursor; only the rows on the screen are painted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar, Generic, TypeVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.events import Click, Resize
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.visual import Visual

from quizapp.ui import glyphs

Item = TypeVar("Item")
_NEAR = 60  # rows: so close to its end, a list asks for more


class LongList(ScrollView, Generic[Item], can_focus=True, inherit_bindings=False):
    """Items of one row each, painted by ``paint(item, width)``. The page acts on the current."""

    DEFAULT_CSS = "LongList { height: 1fr; width: 1fr; scrollbar-size-vertical: 1; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "Up", show=False),
        Binding("down,j", "move(1)", "Down", show=False),
        Binding("pageup", "page(-1)", "A page up", show=False),
        Binding("pagedown", "page(1)", "A page down", show=False),
        Binding("home", "move(-1000000000)", "First", show=False),
        Binding("end", "move(1000000000)", "Last so far", show=False),
    ]
    cursor: reactive[int] = reactive(0)

    class Chosen(Message):
        """An item was clicked."""

    class NearEnd(Message):
        """The cursor, or the window, is close to the last item."""

    def __init__(
        self,
        paint: Callable[[Item, int], Content],
        *,
        id: str | None = None,  # noqa: A002
    ) -> None:
        super().__init__(id=id)
        self.paint = paint
        self.items: list[Item] = []

    @property
    def current(self) -> Item | None:
        """The item under the cursor."""
        return self.items[self.cursor] if self.cursor < len(self.items) else None

    def set_items(self, items: Sequence[Item]) -> None:
        """Show these, from the first on."""
        self.items = list(items)
        self.cursor = 0
        self.scroll_home(animate=False)
        self._resized()

    def add_items(self, items: Sequence[Item]) -> None:
        """Put these at the end; nothing moves."""
        self.items += items
        self._resized()

    def _resized(self) -> None:
        self.virtual_size = Size(self.scrollable_content_region.width, len(self.items))
        self.refresh()

    def on_resize(self, event: Resize) -> None:
        del event
        self._resized()

    def validate_cursor(self, cursor: int) -> int:
        return min(max(cursor, 0), max(len(self.items) - 1, 0))

    def watch_cursor(self) -> None:
        if self.is_mounted:
            self.scroll_to_region(Region(0, self.cursor, 1, 1), animate=False)
            self._tell_near_end(self.cursor)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        self._tell_near_end(round(new_value) + self.size.height)

    def _tell_near_end(self, row: int) -> None:
        if row >= len(self.items) - _NEAR:
            self.post_message(self.NearEnd())

    def action_move(self, by: int) -> None:
        self.cursor += by

    def action_page(self, by: int) -> None:
        self.cursor += by * max(self.size.height - 1, 1)

    def on_click(self, event: Click) -> None:
        row = event.y + self.scroll_offset.y
        if row < len(self.items):
            self.focus()
            self.cursor = row
            self.post_message(self.Chosen())

    def render_line(self, y: int) -> Strip:
        index = y + self.scroll_offset.y
        width = self.scrollable_content_region.width
        text = self._row(index, width) if index < len(self.items) else Content("")
        strips = Visual.to_strips(
            self, text, width, 1, self.visual_style, apply_selection=False, pad=True
        )
        return strips[0] if strips else Strip.blank(width)

    def _row(self, index: int, width: int) -> Content:
        here = index == self.cursor
        row = Content.assemble(
            (f" {glyphs.HERE} " if here else "   ", "bold"),
            self.paint(self.items[index], max(width - 3, 1)),
        )
        row = row.truncate(width, ellipsis=True, pad=True)
        return row.stylize("on $panel") if here else row
