"""The random inputs on which a formula is compared with its solver."""

from __future__ import annotations

from msgspec import Struct

from quizapp.content.model import Formula, Given, Name
from quizapp.marking.formula.matrices import diagonal
from quizapp.marking.formula.values import Numbers, Value
from quizapp.solving import Ask
from quizapp.variants.drawing import Stream
from solvers.contract import Solution

DRAWS = 6
DISTINCT = 3  # of them with sizes that all differ, where the ranges allow it
TRIES = 40


class Inputs(Struct, frozen=True):
    """One draw: the sizes, and an array (or a stack of them) for every drawn name."""

    sizes: dict[str, int]
    arrays: dict[str, Given]
    ask: Ask


def draws(formula: Formula, seed: str) -> tuple[Inputs, ...]:
    """The inputs of every draw; the same for the same seed."""
    stream = Stream(seed, 0)
    return tuple(_draw(formula, stream, distinct=k < DISTINCT) for k in range(DRAWS))


def _draw(formula: Formula, stream: Stream, *, distinct: bool) -> Inputs:
    sizes = _sizes(formula, stream, distinct=distinct)
    arrays = {
        key: _array(name, sizes, stream)
        for key, name in formula.names.items()
        if name.shape is not None and not name.quantity
    }
    given = dict(formula.given)
    for key, name in formula.names.items():
        if name.size and name.input:
            given[name.input] = sizes[name.size]
        elif key in arrays and name.draw != "identity":
            given[name.input or key] = arrays[key]
    return Inputs(sizes, arrays, Ask(formula.solver, given))


def _sizes(formula: Formula, stream: Stream, *, distinct: bool) -> dict[str, int]:
    sizes: dict[str, int] = {}
    for _ in range(TRIES):
        sizes = {name: stream.between(*ends) for name, ends in formula.sizes.items()}
        if not distinct or len(set(sizes.values())) == len(sizes):
            break
    for name, parts in formula.products.items():
        sizes[name] = 1
        for part in parts:
            sizes[name] *= sizes[part]
    return sizes


def _array(name: Name, sizes: dict[str, int], stream: Stream) -> Given:
    sides = [sizes[side] for side in name.shape or ()]
    if name.family:
        sides = [sizes[name.family], *sides]
    if name.draw == "identity":
        return [[int(r == c) for c in range(sides[1])] for r in range(sides[0])]
    if name.draw == "adjacency":
        return _adjacency(sides[0], stream)
    return _filled(sides, name, stream)


def _filled(sides: list[int], name: Name, stream: Stream) -> Given:
    if sides:
        return [_filled(sides[1:], name, stream) for _ in range(sides[0])]
    if name.draw == "whole":
        return stream.between(round(name.low), round(name.high))
    if name.draw == "even":
        return 2 * stream.between(round(name.low / 2), round(name.high / 2))
    return round(name.low + (name.high - name.low) * stream.fraction(), 2)


def _adjacency(size: int, stream: Stream) -> Given:
    """An undirected graph without self-loops in which every node has a neighbour."""
    rows = [[0] * size for _ in range(size)]
    for r in range(1, size):
        c = stream.below(r)  # a tree first, then some more edges
        rows[r][c] = rows[c][r] = 1
    for r in range(size):
        for c in range(r):
            if stream.fraction() < 0.3:
                rows[r][c] = rows[c][r] = 1
    return [list(row) for row in rows]


def numbers(
    formula: Formula, inputs: Inputs, solution: Solution, otherwise: frozenset[str] = frozenset()
) -> Numbers:
    """What every name stands for in one draw; those in ``otherwise`` by their second meaning."""
    values: dict[str, Value] = {}
    families: dict[str, list[list[list[float]]]] = {}
    for key, name in formula.names.items():
        meant = formula.names[name.otherwise] if key in otherwise else name
        raw = _raw(key, meant, inputs, solution)
        if name.family:
            assert isinstance(raw, list)
            families[key] = [_matrix(member) for member in raw]
        else:
            values[key] = _matrix(raw) if isinstance(raw, list) else float(raw)
    sizes = [inputs.sizes[name.family] for name in formula.names.values() if name.family]
    return Numbers(values, families, {}, members=sizes[0] if sizes else 1)


def _raw(key: str, name: Name, inputs: Inputs, solution: Solution) -> Given:
    if name.quantity:
        return solution.quantities[name.quantity]
    return inputs.sizes[name.size] if name.size else inputs.arrays[key]


def _matrix(value: Given) -> list[list[float]]:
    assert isinstance(value, list)
    if value and not isinstance(value[0], list):  # a diagonal given as a vector
        return diagonal([float(entry) for entry in value if not isinstance(entry, list)])
    return [
        [float(x) for x in row if not isinstance(x, list)] for row in value if isinstance(row, list)
    ]
