"""Which misconception made a response: the whole of it, a row, or a cell.

A response is compared with what every live misconception gives for these very numbers. Exactly
one match within tolerance is named; of several, none.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from quizapp.content.model import Given, Part
from quizapp.marking.numbers import leaves, shape, shown
from quizapp.variants.answers import APART, live, tolerances
from solvers.contract import Solution, WrongAnswer

SLACK = 1 + 1e-9  # a response rounded at exactly half a unit is within half a unit


class Finding(Struct, frozen=True):
    """One misconception found in a response, with the sentence about it."""

    wrong: WrongAnswer
    sentence: str


def matches(part: Part, value: Given, key: Given, solution: Solution | None) -> list[bool]:
    """Entry by entry, whether a value is within tolerance of a key; [] where shapes differ."""
    if shape(value) != shape(key):
        return []
    rooms = tolerances(part, key, solution)
    entries = zip(leaves(value), leaves(key), rooms, strict=True)
    return [_close(x, y, room) for x, y, room in entries]


def _close(x: object, y: object, room: float) -> bool:
    if not isinstance(x, int | float) or not isinstance(y, int | float):
        return x == y
    return x == y or abs(x - y) <= room * SLACK


def whole(part: Part, value: Given, solution: Solution) -> list[WrongAnswer]:
    """The live misconceptions that give this very response."""
    return [
        wrong
        for wrong in live(part, solution)
        if (cells := matches(part, value, wrong.value, solution)) and all(cells)
    ]


def sentence(wrong: WrongAnswer, value: Given, part: Part, place: str = "") -> str:
    """`600 is what you get when the biases are left out (no-bias). Each filter …`"""
    name = wrong.id.rpartition("/")[2]
    what = f"{place}: {shown(value, part)}" if place else shown(value, part)
    return f"{what} is what you get {wrong.slip} ({name}). {wrong.correction}"


def in_cells(part: Part, value: Given, solution: Solution, right: Sequence[bool]) -> list[Finding]:
    """What went wrong row by row, and cell by cell where a row has no one explanation."""
    key = solution.quantities[part.ask]
    rows = value if len(shape(value)) == 2 else [value]
    if not isinstance(rows, list) or len(shape(value)) > 2:
        return []
    candidates = _candidates(part, value, key, solution, right)
    width = len(right) // len(rows)
    findings: list[Finding] = []
    for r, row in enumerate(rows):
        cells = range(r * width, (r + 1) * width)
        name = f"Row {r + 1}" if len(shape(value)) == 2 else ""
        findings += _in_row(part, row, name, [candidates[c] for c in cells], cells, right)
    return findings


def _candidates(
    part: Part, value: Given, key: Given, solution: Solution, right: Sequence[bool]
) -> list[list[WrongAnswer]]:
    """For each wrong cell, the misconceptions that give it and are apart from the truth there."""
    found: list[list[WrongAnswer]] = [[] for _ in right]
    rooms = tolerances(part, key, solution)
    truth = list(leaves(key))
    for wrong in live(part, solution):
        wrong_leaves = list(leaves(wrong.value))
        for c, hit in enumerate(matches(part, value, wrong.value, solution)):
            if hit and not right[c] and _apart(wrong_leaves[c], truth[c], rooms[c]):
                found[c].append(wrong)
    return found


def _apart(x: object, y: object, room: float) -> bool:
    if not isinstance(x, int | float) or not isinstance(y, int | float):
        return x != y
    return x != y and abs(x - y) >= APART * room


def _in_row(
    part: Part,
    row: Given,
    name: str,
    candidates: list[list[WrongAnswer]],
    cells: range,
    right: Sequence[bool],
) -> list[Finding]:
    wrong_columns = [c for c, cell in enumerate(cells) if not right[cell]]
    shared = [w for w in _first(candidates) if all(w in candidates[c] for c in wrong_columns)]
    if name and len(shared) == 1 and len(wrong_columns) == len(cells) > 1:
        return [Finding(shared[0], sentence(shared[0], row, part, name))]
    entries = row if isinstance(row, list) else [row]
    findings = []
    for c in wrong_columns:
        if len(candidates[c]) == 1:
            place = f"{name}, column {c + 1}" if name else f"Entry {c + 1}"
            wrong = candidates[c][0]
            findings.append(Finding(wrong, sentence(wrong, entries[c], part, place)))
    return findings


def _first(candidates: list[list[WrongAnswer]]) -> list[WrongAnswer]:
    return next((found for found in candidates if found), [])
