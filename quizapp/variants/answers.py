"""How far two answers must lie apart to be told from each other.

The tolerance of a number is 1 % of it, or half a unit in the last digit asked where that is
larger; an entry that is 0 gets a floor from the variant's own scale. Whole numbers and shapes
are exact. Two answers are apart when they differ by four tolerances in some entry, the tolerance
taken at the larger of the two, or when their shapes differ.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import combinations, pairwise

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
    entries = [entry for entry in _entries(key) if not isinstance(entry, str)]
    if part.kind in EXACT:
        return [0.0] * len(entries)
    scale = max((abs(entry) for entry in entries), default=0.0) or _scale(solution)
    return [_tolerance(part, float(entry), scale) for entry in entries]


def _tolerance(part: Part, key: float, scale: float) -> float:
    half_unit = 0.0
    if part.decimals is not None:
        half_unit = 0.5 * 10.0**-part.decimals
    elif part.significant is not None and (key or scale):
        magnitude = math.floor(math.log10(abs(key) or scale))
        half_unit = 0.5 * 10.0 ** (magnitude - part.significant + 1)
    return max(RELATIVE * abs(key), half_unit, FLOOR * scale)


def _scale(solution: Solution | None) -> float:
    """The largest number that the solution works with: the scale when the key is 0."""
    if solution is None:
        return 0.0
    values = [*solution.inputs.values(), *solution.quantities.values()]
    sizes = [abs(v) for value in values for v in _entries(value) if not isinstance(v, str)]
    return max(sizes, default=0.0)


def _entries(value: Given) -> Iterator[int | float | str]:
    if isinstance(value, list):
        for item in value:
            yield from _entries(item)
    else:
        yield value


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
            self.entries = list(_entries(value))
            self.rooms = tolerances(part, value, solution)

    def apart(self, other: _Answer, part: Part, by: int) -> bool:
        if part.kind in EXACT:
            return self.value != other.value
        if self.sides != other.sides or len(self.entries) != len(other.entries):
            return True
        if len(self.rooms) < len(self.entries) or len(other.rooms) < len(other.entries):
            return self.entries != other.entries  # words
        rooms = zip(self.rooms, other.rooms, strict=True)
        pairs = zip(self.entries, other.entries, rooms, strict=True)
        return any(_differ(x, y, by * max(room)) for x, y, room in pairs)


def _differ(x: float | str, y: float | str, room: float) -> bool:
    if isinstance(x, str) or isinstance(y, str):
        return x != y
    return x != y if room == 0 else not abs(x - y) < room


def apart(part: Part, a: Given, b: Given, solution: Solution | None, by: int = APART) -> bool:
    """Whether two answers differ by that many tolerances in an entry, or in their shape."""
    return _Answer(part, a, solution).apart(_Answer(part, b, solution), part, by)


def live(part: Part, solution: Solution) -> tuple[WrongAnswer, ...]:
    """The misconceptions that this variant can tell from the truth, for what the part asks."""
    return tuple(wrong for wrong, _ in _live(part, solution))


def _live(part: Part, solution: Solution) -> list[tuple[WrongAnswer, _Answer]]:
    key = _Answer(part, solution.quantities[part.ask], solution)
    wrong = [(w, _Answer(part, w.value, solution)) for w in solution.wrong_answers_for(part.ask)]
    return [(w, answer) for w, answer in wrong if key.apart(answer, part, APART)]


def is_suitable(part: Part, solution: Solution) -> bool:
    """Whether two misconceptions (or all, where there are fewer) are live, all pairwise apart."""
    alive = [answer for _, answer in _live(part, solution)]
    if len(alive) < min(2, len(solution.wrong_answers_for(part.ask))):
        return False
    return _pairwise_apart(part, alive)


def _pairwise_apart(part: Part, answers: Sequence[_Answer]) -> bool:
    numbers = [a for a in answers if isinstance(a.value, int | float)]
    if part.kind not in EXACT and len(numbers) == len(answers):
        # Of numbers in order only neighbours need a look: tolerances grow with the distance.
        numbers.sort(key=lambda answer: float(answer.value))  # type: ignore[arg-type]
        return all(a.apart(b, part, APART) for a, b in pairwise(numbers))
    return all(a.apart(b, part, APART) for a, b in combinations(answers, 2))
