"""Numbers drawn from a seed: the same name and seed give the same numbers everywhere, for ever.

Everything rests on `random.Random.random`, whose sequence Python promises to keep; what is made
of it stands in the few lines below. The order of the draws is the order of the file.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Mapping, Sequence
from typing import TypeVar

from quizapp.content.model import Draw, Given, Number, Question, Side
from quizapp.errors import QuizappError

T = TypeVar("T")

TRIES = 1000  # of one number until it is none of those excluded, or not drawn yet


class Undrawable(QuizappError):
    """A draw that leaves nothing to draw, or asks for a size that is not known."""


class Stream:
    """Random draws that never change: built on `random.Random.random` alone.

    >>> stream = Stream("conv-layer-shape-and-parameters", 1)
    >>> 0 <= stream.below(10) < 10
    True
    """

    def __init__(self, name: str, seed: int) -> None:
        digest = hashlib.sha256(f"{name}:{seed}".encode()).digest()
        self._random = random.Random(int.from_bytes(digest[:8], "big"))

    def fraction(self) -> float:
        """A number from 0 up to, not including, 1."""
        return self._random.random()

    def below(self, count: int) -> int:
        """A whole number from 0 to count - 1."""
        return int(self._random.random() * count)

    def between(self, low: int, high: int) -> int:
        """A whole number from low to high, both included."""
        return low + self.below(high - low + 1)

    def one_of(self, values: Sequence[T]) -> T:
        """One of the values."""
        return values[self.below(len(values))]

    def shuffled(self, count: int) -> list[int]:
        """0 … count - 1 in any order (Fisher and Yates, from the end)."""
        order = list(range(count))
        for last in range(count - 1, 0, -1):
            at = self.below(last + 1)
            order[last], order[at] = order[at], order[last]
        return order


def drawn(question: Question, stream: Stream) -> dict[str, Given]:
    """Fresh numbers: sizes first, then inputs in the order of the file, then copies."""
    given = dict(question.given)
    for draws in (question.sizes, question.draw):
        for name, draw in draws.items():
            given[name] = draw_one(draw, stream, given)
    return with_copies(question, given)


def with_copies(question: Question, given: Mapping[str, Given]) -> dict[str, Given]:
    """The numbers, with the inputs that copy another one."""
    copies = {name: given[other] for name, other in question.set.items() if other in given}
    return {**given, **copies}


def draw_one(draw: Draw, stream: Stream, given: Mapping[str, Given]) -> Given:
    """One input; ``given`` holds what was drawn before, for shapes that name it."""
    if draw.graph is not None:
        return _graph(draw, _side(draw.graph, given), stream)
    if draw.one_hot is not None:
        count = _side(draw.one_hot, given)
        at = stream.below(count)
        return [int(place == at) for place in range(count)]
    if draw.permutation is not None:
        return list(stream.shuffled(_side(draw.permutation, given)))
    if draw.shape:
        return _array(draw, [_side(side, given) for side in draw.shape], stream, [])
    return _entry(draw, stream)


def _side(side: Side, given: Mapping[str, Given]) -> int:
    """A side of an array: a number, or one that was drawn before."""
    value = given.get(side) if isinstance(side, str) else side
    if not isinstance(value, int) or value < 1:
        raise Undrawable(f"{side} is no size that is drawn before it is used")
    return value


def _array(draw: Draw, sides: list[int], stream: Stream, seen: list[Given]) -> list[Given]:
    if len(sides) > 1:
        return [_array(draw, sides[1:], stream, seen) for _ in range(sides[0])]
    entries: list[Given] = []
    for _ in range(sides[0]):
        entry = _entry(draw, stream, seen if draw.distinct else ())
        seen.append(entry)
        entries.append(entry)
    return entries


def _entry(draw: Draw, stream: Stream, seen: Sequence[Given] = ()) -> Given:
    """One number or word that is not excluded and, where all differ, was not seen yet."""
    for _ in range(TRIES):
        value = _number(draw, stream) if draw.range is not None else stream.one_of(draw.choice)
        if value not in draw.exclude and value not in seen:
            return value
    raise Undrawable("a draw leaves nothing to draw: too much is excluded or has to differ")


def _number(draw: Draw, stream: Stream) -> Number:
    """A multiple of the step above the low end, without the noise of binary fractions."""
    assert draw.range is not None
    low, high = draw.range
    if isinstance(low, int) and isinstance(draw.step, int):
        return low + draw.step * stream.below(int(high - low) // draw.step + 1)
    steps = int((high - low) / draw.step + 1e-9)
    return round(low + draw.step * stream.below(steps + 1), _digits(low, draw.step))


def _digits(*values: Number) -> int:
    """Decimals that write these numbers in full: 2 for 0.25."""
    written = (f"{value:.10f}".rstrip("0").partition(".")[2] for value in values)
    return max(map(len, written))


def _graph(draw: Draw, nodes: int, stream: Stream) -> list[Given]:
    """A symmetric 0/1 adjacency matrix with a zero diagonal.

    A connected one starts from a random tree: each node after the first, in a shuffled order,
    is joined to one before it. Further edges are drawn among the pairs that are left.
    """
    order = stream.shuffled(nodes)
    tree = {_pair(order[i], order[stream.below(i)]) for i in range(1, nodes)}
    edges = tree if draw.connected else set()
    pairs = [(a, b) for a in range(nodes) for b in range(a + 1, nodes) if (a, b) not in edges]
    low, high = draw.edges or (len(edges), len(edges) + len(pairs))
    wanted = stream.between(max(low, len(edges)), min(high, len(edges) + len(pairs)))
    extra = stream.shuffled(len(pairs))[: max(wanted - len(edges), 0)]
    edges = edges | {pairs[at] for at in extra}
    return [[int(_pair(a, b) in edges) for b in range(nodes)] for a in range(nodes)]


def _pair(a: int, b: int) -> tuple[int, int]:
    return (a, b) if a < b else (b, a)
