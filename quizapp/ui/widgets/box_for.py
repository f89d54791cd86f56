"""Which answer box fits a part."""

from __future__ import annotations

from collections.abc import Sequence

from quizapp.content.model import Part
from quizapp.ui.widgets.boxes import FormulaBox, LineBox, TextBox
from quizapp.ui.widgets.grid import GridBox
from quizapp.ui.widgets.options import OptionBox

Box = LineBox | TextBox | GridBox | OptionBox


def box_for(part: Part, text: str, cursor: int, shape: Sequence[int] = ()) -> Box:
    """The box of a part; ``shape`` is the size of the vector or matrix asked for.

    Without a size, and for a table with more than two axes, one line takes the numbers.
    """
    match part.kind:
        case "text":
            return TextBox(part, text, cursor)
        case "formula":
            return FormulaBox(part, text, cursor)
        case "choice" | "choices" | "ordering":
            return OptionBox(part, text)
        case "vector" | "matrix" if len(shape) in (1, 2):
            return GridBox(part, shape, text, cursor)
        case _:
            return LineBox(part, text, cursor)
