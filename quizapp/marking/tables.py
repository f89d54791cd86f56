"""Reads vectors and matrices: rows by newline or `;`, cells by tab, comma or blank."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from fractions import Fraction
from typing import cast

from quizapp.content.model import Given, Part
from quizapp.marking.expression import Unread, compute, read, read_list
from quizapp.marking.formats import FormatError, unread
from quizapp.marking.numbers import number, quote, shape

MAX_SIDE = 512

Row = list[float | int | None]


def split_outside(text: str, separator: str) -> list[str]:
    """Split where ``separator`` matches outside every bracket; cells are stripped."""
    pattern = re.compile(separator)
    parts, depth, begin, place = [], 0, 0, 0
    while place < len(text):
        found = pattern.match(text, place) if depth == 0 else None
        if found and found.end() > place:
            parts.append(text[begin:place])
            begin = place = found.end()
            continue
        depth += (text[place] in "([{") - (text[place] in ")]}")
        place += 1
    return [part.strip() for part in [*parts, text[begin:]]]


def read_rows(text: str, *, lenient: bool) -> tuple[list[Row], tuple[tuple[int, int], ...]]:
    """Rows of numbers, and the (row, column) of cells left out; raises FormatError.

    A cell left out is None; that happens only when lenient.
    """
    if found := re.fullmatch(r"\s*(softmax)\s*\((.*)\)\s*", text, re.IGNORECASE | re.DOTALL):
        return [_softmax(found[2], text)], ()
    lines = _lines(text)
    if not lines:
        raise FormatError(f"Not read as numbers: {quote(text)}. Write them like 1 2; 3 4.")
    rows, bad = [], []
    for r, line in enumerate(lines, start=1):
        row: Row = []
        for c, cell in enumerate(_cells(line), start=1):
            try:
                row.append(_cell(cell, r, c))
            except FormatError:
                if not lenient:
                    raise
                row.append(None)
                bad.append((r, c))
        rows.append(row)
    widths = [len(row) for row in rows]
    for r, width in enumerate(widths, start=1):
        if width != widths[0]:
            raise FormatError(
                f"Row {r} has {_count(width)}, row 1 has {widths[0]}."
                " Rows end with ; or a new line: 1 2; 3 4."
            )
    return rows, tuple(bad)


def _softmax(inside: str, text: str) -> Row:
    try:
        scores = [float(compute(tree)) for tree in read_list(inside.strip().strip("[]"))]
    except Unread as trouble:
        raise unread("number", text, trouble) from None
    except OverflowError:
        raise unread("number", text, Unread("large", 0)) from None
    powers = [math.exp(score - max(scores)) for score in scores]
    return [power / sum(powers) for power in powers]


_WRAPPED = re.compile(r"(?:np\.array|torch\.tensor|array|tensor)\s*\((.*)\)", re.DOTALL)


def _lines(text: str) -> list[str]:
    """The rows as text, their brackets gone."""
    body = re.sub(r"^[=≈]\s*", "", text.strip(" "))
    if found := _WRAPPED.fullmatch(body.strip()):
        body = found[1]
    body = _inside(body.strip()) if encloses(body.strip()) else body
    pieces = split_outside(body.strip(), r"\s*[,;]\s*|\s+")
    if all(encloses(piece) and _is_row(piece) for piece in pieces):
        return [_inside(piece) for piece in pieces]
    return [line for line in re.split(r"[;\n\r]+", body) if line.strip(" ")]


def encloses(text: str) -> bool:
    """Whether one pair of brackets holds the whole text."""
    if len(text) < 2 or text[0] + text[-1] not in ("()", "[]", "{}"):
        return False
    depth = 0
    for place, sign in enumerate(text):
        depth += (sign in "([{") - (sign in ")]}")
        if depth == 0:
            return place == len(text) - 1
    return False


def _inside(text: str) -> str:
    return text[1:-1].strip(" \n\r")


def _is_row(piece: str) -> bool:
    """`[1]` and `(1, 2)` are rows; `(1)` is a number in brackets."""
    return piece[0] == "[" or len(split_outside(_inside(piece), r"\s*[,;]\s*|\s+")) > 1


def _cells(line: str) -> list[str]:
    """The cells of a row: by tab, else by comma, else by blanks."""
    if "\t" in line:
        return [cell.strip() for cell in line.split("\t")]
    by_comma = split_outside(line, r"\s*,\s*")
    if len(by_comma) > 1:
        if re.search(r"\d,\d", line) and any(re.search(r"\d\s+\d", cell) for cell in by_comma):
            pointed = re.sub(r"(?<=\d),(?=\d)", ".", line.strip())
            raise FormatError(f"Not read as numbers: {quote(line)}. Use a point: {quote(pointed)}.")
        return by_comma[:-1] if by_comma[-1] == "" else by_comma
    # `1 + 2` is one cell, `1 -2` are two: a sign with blanks on both sides joins.
    joined = re.sub(r"\s+([+\-−*/×·^])\s+", r"\1", line.strip())
    return split_outside(joined, r"\s+")


def _cell(cell: str, row: int, column: int) -> int | float:
    place = f"row {row}, column {column}"
    if not cell:
        raise FormatError(f"{place.capitalize()} is empty. Write a number like 0.7311 or 1/3.")
    try:
        value = compute(read(cell))
        if isinstance(value, Fraction) and value.denominator == 1 and abs(value) < 10**15:
            return int(value)
        return float(value)
    except Unread as trouble:
        error = unread("number", cell, trouble)
    except OverflowError:
        error = unread("number", cell, Unread("large", 0))
    raise FormatError(f"{place.capitalize()}: {error}")


def _count(width: int) -> str:
    return "1 number" if width == 1 else f"{width} numbers"


def arrange(part: Part, rows: Sequence[Row], sides: tuple[tuple[int, ...], ...]) -> Given:
    """Rows as the value asked: a vector may be written as one row or one column."""
    asked = sides[0] if sides else ()
    flat = [cell for row in rows for cell in row]
    as_vector = len(asked) == 1 if asked else part.kind == "vector"
    if as_vector and (len(rows) == 1 or len(rows[0]) == 1):
        return cast(Given, flat)
    return cast(Given, [list(row) for row in rows])


def sides_of(value: Given) -> tuple[int, ...]:
    """The sides of what was read."""
    return shape(value)


def numbers_only(value: object, depth: int = 0) -> Given | None:
    """Nested lists with nothing but finite numbers and equal sides, or None."""
    if isinstance(value, list):
        if depth > 4 or len(value) > MAX_SIDE:
            return None
        items = [numbers_only(item, depth + 1) for item in value]
        even = len({shape(item) for item in items if item is not None}) == 1
        return [item for item in items if item is not None] if even and None not in items else None
    if number(value) is None:
        return None
    return cast(Given, value)


def other_size(read_sides: tuple[int, ...], asked: tuple[int, ...]) -> FormatError:
    """`Read as 2 × 3; a 3 × 2 matrix is asked.`, with an example of that size."""
    read_text = " × ".join(str(side) for side in read_sides)
    if len(asked) == 1:
        count = "Read as " + (read_text if len(read_sides) > 1 else _count(read_sides[0]))
        example = ", ".join(str(n) for n in range(1, min(asked[0], 6) + 1))
        example += ", …" if asked[0] > 6 else ""
        verb = "is" if asked[0] == 1 else "are"
        return FormatError(f"{count}; {_count(asked[0])} {verb} asked. Write them like {example}.")
    asked_text = " × ".join(str(side) for side in asked)
    read_text = read_text if len(read_sides) > 1 else _count(read_sides[0])
    sentence = f"Read as {read_text}; a {asked_text} matrix is asked."
    return FormatError(f"{sentence} Rows end with ; or a new line: {_example(asked)}.")


def _example(asked: tuple[int, ...]) -> str:
    """A matrix of the asked size, small enough to print; else of the usual one."""
    height, width = asked if len(asked) == 2 and asked[0] * asked[1] <= 12 else (2, 2)
    rows = [[str(r * width + c + 1) for c in range(width)] for r in range(height)]
    return "; ".join(" ".join(row) for row in rows)
