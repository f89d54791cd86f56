"""Vectors and matrices as tables that can be copied, wrong cells marked."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

from quizapp.content.model import Given
from quizapp.ui import glyphs


def table(rows: Sequence[Sequence[str]], right: Sequence[bool] = ()) -> Content:
    """Cells aligned at the right; wrong ones underlined, with their sign.

    ``right`` tells cell by cell, row after row; empty when nothing is marked.
    """
    width = max((len(cell) for row in rows for cell in row), default=1)
    lines: list[Content] = []
    number = 0
    for row in rows:
        cells: list[Content] = []
        for cell in row:
            wrong = bool(right) and number < len(right) and not right[number]
            cells.append(_cell(cell or "·", width, wrong=wrong))
            number += 1
        lines.append(Content(" ").join(cells))
    return Content("\n").join(lines)


def _cell(text: str, width: int, *, wrong: bool) -> Content:
    padding = " " * (width - len(text))
    if not wrong:
        return Content(f"{padding}{text} ")
    sign = Content.styled(glyphs.WRONG.sign, glyphs.WRONG.style)
    return Content.assemble(padding, (text, "underline"), sign)


def numbers_in_rows(value: Given) -> list[list[float]]:
    """The rows of a matrix of numbers; nothing for any other value."""
    if not isinstance(value, list) or not value:
        return []
    rows = [row for row in value if isinstance(row, list)]
    cells = [cell for row in rows for cell in row]
    if len(rows) < len(value) or not all(isinstance(cell, int | float) for cell in cells):
        return []
    return [[float(cell) for cell in row if isinstance(cell, int | float)] for row in rows]


def shaded(values: Sequence[Sequence[float]], *, decimals: int = 4) -> Content:
    """Numbers on a scale: from dark to light by size; signed, orange through grey to blue."""
    flat = [value for row in values for value in row]
    top = max((abs(value) for value in flat), default=0.0) or 1.0
    signed = min(flat, default=0.0) < 0
    texts = [[f"{value:.{decimals}g}" for value in row] for row in values]
    width = max((len(text) for row in texts for text in row), default=1)
    lines = [
        Content(" ").join(
            Content.styled(f" {text.rjust(width)} ", _style(value / top, signed=signed))
            for text, value in zip(row, numbers, strict=True)
        )
        for row, numbers in zip(texts, values, strict=True)
    ]
    return Content("\n").join(lines)


def _style(share: float, *, signed: bool) -> str:
    level = round(abs(share) * 45)
    if not signed:
        return f"on $primary {level}%"
    return f"on $wrong {level}%" if share < 0 else f"on $primary {level}%"
