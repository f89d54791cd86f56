"""Prompts with their numbers filled in."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping

from quizapp.content.model import Given, Part

_NAME = re.compile(r"\{([A-Za-z_][A-Za-z_0-9]*)\}")
_INDENT = "    "


def filled(text: str, given: Mapping[str, Given]) -> str:
    """The text with its numbers; any other brace stays as it is.

    A vector stands in the line, a matrix as a table on lines of its own.

    >>> filled("{n} inputs, x = {x}, {other}", {"n": 3, "x": [1, -2.0, 0.5]})
    '3 inputs, x = (1, -2, 0.5), {other}'
    >>> print(filled("W = {W}, b = {b}.", {"W": [[1, -2], [10, 0.5]], "b": [0, 1]}))
    W =
         1   -2
        10  0.5
    b = (0, 1).
    """
    first, *named = _cut(text)
    pieces = [first]
    after_table = False
    for name, following in zip(named[::2], named[1::2], strict=True):
        if name not in given:
            pieces.append(f"{{{name}}}{following}")
            continue
        value = given[name]
        after_table = is_matrix(value)
        if after_table:
            pieces[-1] = pieces[-1].rstrip(" ")
            following = _continued(following)
        pieces += (_table(value) if after_table else written(value), following)
    return "".join(pieces).rstrip("\n") if after_table else "".join(pieces)


@functools.lru_cache(4096)  # the prompts of a few thousand templates
def _cut(text: str) -> list[str]:
    """The text cut at its placeholders: what is before, a name, what follows it, a name …"""
    return _NAME.split(text)


def _continued(text: str) -> str:
    """What follows a table begins a line; the comma or full stop after it is dropped."""
    return text.lstrip(" ").removeprefix(",").removeprefix(".").lstrip(" ")


def is_matrix(value: Given) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], list)


def written(value: Given) -> str:
    """A number as it can also be typed back; a list in brackets, whole floats without `.0`."""
    if isinstance(value, list):
        return "(" + ", ".join(written(item) for item in value) + ")"
    if isinstance(value, float):
        return f"{value:.0f}" if value == int(value) and abs(value) < 1e15 else repr(value)
    return str(value)


def as_asked(part: Part, value: Given) -> str:
    """An answer as a learner would type it, with the digits that the part asks for.

    >>> part = Part(id="a", points=1, kind="matrix", decimals=2)
    >>> as_asked(part, [[0.5, -0.001], [2, 1 / 3]])
    '0.50 0.00; 2.00 0.33'
    """
    if isinstance(value, list):
        if is_matrix(value) and is_matrix(value[0]):
            return _nested(part, value)
        if is_matrix(value):
            separator = "; "
        else:
            separator = {"shape": " × ", "vector": ", "}.get(part.kind, " ")
        return separator.join(as_asked(part, item) for item in value)
    if isinstance(value, bool | str) or part.kind in ("integer", "shape"):
        return written(value)
    return _rounded(part, value)


def _nested(part: Part, value: Given) -> str:
    """Deeper tensors, which rows and columns can't write, in brackets."""
    if isinstance(value, list):
        return "[" + ", ".join(_nested(part, item) for item in value) + "]"
    return as_asked(part, value)


def _rounded(part: Part, value: float) -> str:
    if part.decimals is not None:
        text = f"{value:.{part.decimals}f}"
    elif part.significant is not None:
        text = f"{value:.{part.significant}g}"
    else:
        return written(value)
    return text.removeprefix("-") if float(text) == 0 else text


def _table(value: Given) -> str:
    """Rows of a matrix, columns aligned at the right; deeper tensors block by block."""
    assert isinstance(value, list)
    if is_matrix(value[0]):
        return "".join(_table(block) for block in value)
    texts = [[written(cell) for cell in row] for row in value if isinstance(row, list)]
    widths = [max(map(len, column)) for column in zip(*texts, strict=True)]
    rows = [
        _INDENT + "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True))
        for row in texts
    ]
    return "\n" + "\n".join(rows) + "\n"
