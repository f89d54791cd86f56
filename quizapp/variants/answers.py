"""How far two answers must lie apart to be told from each other.

The tolerance of a number is 1 % of it, or half a unit in the last digit asked where that is
larger; an entry that is 0 gets a floor from the variant's own scale. Whole numbers and shapes
are exact, and so are arrays of whole numbers that are asked to 0 decimals. Two answers are apart
when they differ by four tolerances in some entry, the tolerance taken at the larger of the two,
or when their shapes differ.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import combinations, pairwise
from typing import NamedTuple, TypeAlias

from quizapp.content.model import Given, Part
from solvers.contract import Solution, WrongAnswer

APART = 4  # tolerances between two answers that are told apart
RELATIVE = 0.01
FLOOR = 1e-6  # of the largest entry: what an entry that is 0 may differ by

EXACT = ("integer", "shape")


def tolerance(part: Part, key: Given, solution: Solution | None = None) -> float:
    """How far a response may be from the key; of a tensor, that of its strictest entry."""
    return min(tolerances(part, key, solution), default=0.0)


def tolerances(part: Part, key: Given, solution: Solution | None = None) -> list[float]:
    """The tolerance of every entry of the key, row by row."""
    entries = [entry for entry in leaves(key) if not isinstance(entry, str)]
    if part.kind in EXACT:
        return [0.0] * len(entries)
    return _rooms(part, entries, solution)


def _rooms(part: Part, entries: Sequence[float], solution: Solution | None) -> list[float]:
    if part.decimals == 0 and part.kind != "real" and all(x == int(x) for x in entries):
        return [0.0] * len(entries)
    sizes = [abs(entry) for entry in entries]
    scale = max(sizes, default=0.0) or _scale(solution)
    least = FLOOR * scale
    if part.significant is not None:
        return [
            max(RELATIVE * size, _half_unit(part.significant, size or scale), least)
            for size in sizes
        ]
    if part.decimals is not None:
        least = max(least, _HALF_UNITS[part.decimals])
    return [RELATIVE * size if RELATIVE * size > least else least for size in sizes]


_HALF_UNITS = [0.5 * 10.0**-decimals for decimals in range(11)]


def _half_unit(significant: int, size: float) -> float:
    """Half a unit in the last of so many significant digits."""
    if not size:
        return 0.0
    return 0.5 * 10.0 ** (math.floor(math.log10(size)) - significant + 1)


def _scale(solution: Solution | None) -> float:
    """The largest number that the solution works with: the scale when the key is 0."""
    if solution is None:
        return 0.0
    values = [*solution.inputs.values(), *solution.quantities.values()]
    sizes = [abs(v) for value in values for v in leaves(value) if not isinstance(v, str)]
    return max(sizes, default=0.0)


def leaves(value: Given) -> list[int | float | str]:
    """Every number or word of a value, row by row."""
    if not isinstance(value, list):
        return [value]
    if value and isinstance(value[0], list):
        return [leaf for item in value for leaf in leaves(item)]
    return value  # type: ignore[return-value]  # a row of numbers


def _sides(value: Given) -> tuple[int, ...]:
    if isinstance(value, list):
        return (len(value), *(_sides(value[0]) if value else ()))
    return ()


class _Answer:
    """An answer taken to pieces once, to be compared with many others."""

    __slots__ = ("entries", "rooms", "sides", "value")

    def __init__(self, part: Part, value: Given, solution: Solution | None) -> None:
        self.value = value
        if part.kind not in EXACT:
            self.sides = _sides(value)
            self.entries = leaves(value)
            self.rooms = tolerances(part, value, solution)

    def apart(self, other: _Answer, part: Part, by: int) -> bool:
        if part.kind in EXACT:
            return self.value != other.value
        if self.sides != other.sides or len(self.entries) != len(other.entries):
            return True
        if len(self.rooms) < len(self.entries) or len(other.rooms) < len(other.entries):
            return self.entries != other.entries  # words
        pairs = zip(self.entries, other.entries, self.rooms, other.rooms, strict=True)
        for x, y, room, others_room in pairs:
            if x != y and not abs(x - y) < by * max(room, others_room):  # type: ignore[operator]
                return True
        return False


_Live: TypeAlias = tuple[WrongAnswer, _Answer]


def apart(part: Part, a: Given, b: Given, solution: Solution | None, by: int = APART) -> bool:
    """Whether two answers differ by that many tolerances in an entry, or in their shape."""
    return _Answer(part, a, solution).apart(_Answer(part, b, solution), part, by)


def live(part: Part, solution: Solution) -> tuple[WrongAnswer, ...]:
    """The misconceptions that this variant can tell from the truth, for what the part asks."""
    return tuple(wrong for wrong, _ in _live(part, solution))


def _live(part: Part, solution: Solution) -> list[_Live]:
    key = _Answer(part, solution.quantities[part.ask], solution)
    wrong = [(w, _Answer(part, w.value, solution)) for w in solution.wrong_answers_for(part.ask)]
    return [(w, answer) for w, answer in wrong if key.apart(answer, part, APART)]


def is_suitable(part: Part, solution: Solution) -> bool:
    """Whether two misconceptions (or all, where there are fewer) are live, all pairwise apart."""
    return not judged(part, solution).unsuitable


class Judged(NamedTuple):
    """What the misconceptions of a part make of its numbers."""

    live: tuple[WrongAnswer, ...]
    unsuitable: str  # why the numbers make a bad question; "" where they don't


def judged(part: Part, solution: Solution) -> Judged:
    """The live misconceptions of a part, and whether they make a good question."""
    alive = _live(part, solution)
    return Judged(tuple(wrong for wrong, _ in alive), _why_unsuitable(part, solution, alive))


def _why_unsuitable(part: Part, solution: Solution, alive: Sequence[_Live]) -> str:
    there = {wrong.id for wrong in solution.wrong_answers_for(part.ask)}
    if len(alive) < min(2, len(there)):
        count = "none" if not alive else f"only {alive[0][0].id}"
        return f"({part.id}): {count} of {len(there)} misconceptions is live"
    same = _too_close(part, alive)
    return f"({part.id}): {same[0]} and {same[1]} give one answer" if same else ""


def _too_close(part: Part, alive: Sequence[_Live]) -> tuple[str, str] | None:
    """Two live misconceptions that can't be told apart."""
    pairs: Iterable[tuple[_Live, _Live]] = combinations(alive, 2)
    if part.kind not in EXACT and all(isinstance(a.value, int | float) for _, a in alive):
        # Of numbers in order only neighbours need a look: tolerances grow with the distance.
        pairs = pairwise(sorted(alive, key=lambda one: float(one[1].value)))  # type: ignore[arg-type]
    for (wrong, answer), (other, another) in pairs:
        if not answer.apart(another, part, APART):
            return wrong.id, other.id
    return None
