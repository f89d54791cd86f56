"""Checks of every text: what a terminal of 80 columns can show."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import Any

from quizapp.content.yaml_source import Place, Source

WIDEST_TABLE = 76  # columns that are left for content in a terminal of 80


def check(source: Source) -> None:
    """Note invisible characters anywhere, and tables and code too wide in Markdown."""
    for place, text in _texts(source.data, ()):
        for number, line in enumerate(text.split("\n")):
            _invisible(source, place, number, line)
        if place[-1:] == ("body",):
            _too_wide(source, place, text)


def _texts(value: Any, place: Place) -> Iterator[tuple[Place, str]]:
    """Every text, the keys of mappings included."""
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _texts(item, (*place, index))
    elif isinstance(value, dict):
        for key, item in value.items():
            yield (*place, key), key
            yield from _texts(item, (*place, key))


def _line(source: Source, place: Place, number: int) -> int:
    """The file's line of a text's line, where the text is a `|` block."""
    if place in source.blocks:
        return source.blocks[place] + number
    return source.line(place)


def _invisible(source: Source, place: Place, number: int, line: str) -> None:
    for sign in sorted(set(line)):
        if unicodedata.category(sign) in ("Cc", "Cf", "Co", "Cs", "Zl", "Zp"):
            name = unicodedata.name(sign, "control character")
            message = f"U+{ord(sign):04X} ({name}) can't be seen; remove it"
            source.add(place, message, line=_line(source, place, number))


def _too_wide(source: Source, place: Place, text: str) -> None:
    fenced = False
    for number, line in enumerate(text.split("\n")):
        if line.lstrip().startswith("```"):
            fenced = not fenced
        elif (fenced or line.lstrip().startswith("|")) and width(line) > WIDEST_TABLE:
            what = "code" if fenced else "a table row"
            message = f"{what} of {width(line)} columns, at most {WIDEST_TABLE} fit"
            source.add(place, message, line=_line(source, place, number))
    if fenced:
        source.add(place, "a code block (```) is not closed")


def width(line: str) -> int:
    """Columns that a line takes in a terminal.

    >>> width("σ = 漢")
    6
    """
    return sum(_cells(sign) for sign in line)


def _cells(sign: str) -> int:
    if unicodedata.combining(sign):
        return 0
    return 2 if unicodedata.east_asian_width(sign) in "WF" else 1
