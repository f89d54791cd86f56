"""A grid of cells for vectors and matrices, of the size the question asks for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.events import Key, Paste
from textual.message import Message
from textual.widgets import Input

from quizapp.content.model import Part
from quizapp.ui.widgets.boxes import BoxMessage, Changed, HandIn, leave_on_esc

CELL_LIMIT = 60


class Misfit(BoxMessage):
    """A block was pasted that does not fit; nothing changed."""

    def __init__(self, part: str, block: tuple[int, int], room: tuple[int, int]) -> None:
        super().__init__(part)
        self.block = block
        self.room = room


class Cell(Input):
    """One number. Typing replaces it; arrows at its ends go to the next cell."""

    DEFAULT_CSS = """
    Cell { width: 10; height: 1; border: none; padding: 0 1 0 0; background: $surface; }
    Cell:focus { border: none; background: $panel; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "step(-1, 0)", "Row above", show=False),
        Binding("down", "step(1, 0)", "Row below", show=False),
        Binding("delete", "empty", "Empty the cell", show=False),
        # With priority, so that keys typed right after it go to the next cell.
        Binding("enter", "below", "Next row", show=False, priority=True),
    ]

    class Block(Message):
        """Several cells were pasted, from this one on."""

        def __init__(self, cell: Cell, rows: list[list[str]]) -> None:
            super().__init__()
            self.cell, self.rows = cell, rows

    def __init__(self, row: int, column: int, text: str) -> None:
        super().__init__(
            text, placeholder="·", compact=True, select_on_focus=True, max_length=CELL_LIMIT
        )
        self.row, self.column = row, column

    @property
    def grid(self) -> GridBox:
        """The grid that this cell belongs to."""
        return next(box for box in self.ancestors if isinstance(box, GridBox))

    def action_step(self, down: int, right: int) -> None:
        self.grid.step(self, down, right)

    def action_below(self) -> None:
        self.grid.below(self)

    def action_empty(self) -> None:
        self.value = ""

    async def _on_key(self, event: Key) -> None:
        leave_on_esc(self, event)
        whole = not self.selection.is_empty
        if event.key == "left" and (whole or self.cursor_position == 0):
            self._leave(event, -1)
        elif event.key == "right" and (whole or self.cursor_position == len(self.value)):
            self._leave(event, 1)

    def _leave(self, event: Key, right: int) -> None:
        event.stop()
        event.prevent_default()
        self.action_step(0, right)

    def _on_paste(self, event: Paste) -> None:
        rows = block(event.text)
        if len(rows) > 1 or (rows and len(rows[0]) > 1):
            event.stop()
            event.prevent_default()
            self.post_message(self.Block(self, rows))


class GridBox(Vertical):
    """Rows of cells; ``text`` is what marking reads: cells by comma, rows by semicolon."""

    DEFAULT_CSS = """
    GridBox { height: auto; width: auto; }
    GridBox Horizontal { height: 1; width: auto; }
    GridBox Cell { margin: 0 1 0 0; }
    """

    def __init__(self, part: Part, shape: Sequence[int], text: str, cursor: int) -> None:
        super().__init__()
        self.part = part.id
        self.kind = part.kind
        self.rows = shape[0] if len(shape) > 1 else 1
        self.columns = shape[-1]
        self._start = cells_of(text)
        self._cell = cursor  # the number of the cell that has or had the focus

    def compose(self) -> ComposeResult:
        for row in range(self.rows):
            with Horizontal():
                for column in range(self.columns):
                    yield Cell(row, column, self._text_at(row, column))

    def _text_at(self, row: int, column: int) -> str:
        try:
            return self._start[row][column]
        except IndexError:
            return ""

    def cell(self, row: int, column: int) -> Cell:
        return next(c for c in self.query(Cell) if (c.row, c.column) == (row, column))

    @property
    def text(self) -> str:
        texts = [["" for _ in range(self.columns)] for _ in range(self.rows)]
        for cell in self.query(Cell):
            texts[cell.row][cell.column] = cell.value.strip()
        if not any(text for row in texts for text in row):
            return ""
        return "; ".join(", ".join(row) for row in texts)

    @property
    def cursor(self) -> int:
        """The number of the cell that has or had the focus, so that the cursor comes back to it."""
        return self._cell

    @property
    def focused_text(self) -> str:
        """What stands in that cell."""
        return self.cell(*divmod(self._cell, self.columns)).value

    @property
    def place(self) -> str:
        row, column = divmod(self._cell, self.columns)
        return f"row {row + 1}, column {column + 1}"

    def on_descendant_focus(self) -> None:
        focused = self.screen.focused
        if isinstance(focused, Cell):
            self._cell = focused.row * self.columns + focused.column
            self.post_message(Changed(self.part))

    def take_focus(self) -> None:
        """Put the cursor into the cell where it was."""
        self.focus_cell(self._cell)

    def focus_cell(self, number: int = 0) -> None:
        row, column = divmod(max(min(number, self.rows * self.columns - 1), 0), self.columns)
        # At once: `focus` would let the keys that are typed meanwhile go to the cell before.
        self.screen.set_focus(self.cell(row, column))

    def step(self, cell: Cell, down: int, right: int) -> None:
        """To the cell below, above, or beside; the ends of rows lead on to the next row."""
        to = cell.row * self.columns + cell.column + right + down * self.columns
        if 0 <= to < self.rows * self.columns:
            self.focus_cell(to)

    def below(self, cell: Cell) -> None:
        """Enter: the row below; in the last row it hands in."""
        if cell.row + 1 < self.rows:
            self.step(cell, 1, 0)
        else:
            self.post_message(HandIn(self.part))

    def on_cell_block(self, event: Cell.Block) -> None:
        """Fill from the focused cell; a block that does not fit changes nothing."""
        event.stop()
        height, width = len(event.rows), max(map(len, event.rows))
        room = (self.rows - event.cell.row, self.columns - event.cell.column)
        ragged = any(len(row) != width for row in event.rows)
        if ragged or height > room[0] or width > room[1]:
            self.post_message(Misfit(self.part, (height, width), room))
            return
        for down, row in enumerate(event.rows):
            for right, text in enumerate(row):
                self.cell(event.cell.row + down, event.cell.column + right).value = text

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(Changed(self.part))


def block(text: str) -> list[list[str]]:
    r"""A pasted block: rows by line or semicolon, cells by tab, comma or blank.

    >>> block("1\t2\n3\t4\n"), block("[[1, 2], [3, 4]]"), block("0.5")
    ([['1', '2'], ['3', '4']], [['1', '2'], ['3', '4']], [['0.5']])
    """
    body = text.strip().replace("],", ";").replace("[", "").replace("]", "")
    rows = [row.strip() for row in re.split(r"[;\r\n]+", body)]
    return [_cells(row) for row in rows if row]


def _cells(row: str) -> list[str]:
    separator = r"\t" if "\t" in row else r"\s*,\s*" if "," in row else r"\s+"
    return [cell.strip() for cell in re.split(separator, row)]


def cells_of(text: str) -> list[list[str]]:
    """The cells of a saved response, empty ones included.

    >>> cells_of("1, , 3; , 5, ")
    [['1', '', '3'], ['', '5', '']]
    """
    return [[cell.strip() for cell in row.split(",")] for row in text.split(";")] if text else []
