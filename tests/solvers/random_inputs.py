"""Inputs drawn from what a solver declares to allow: the same for every solver."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

import numpy as np

from solvers.contract import BadInput, Bounds, Inputs, Solution, Solver, Unsuitable

# Inputs that random ones hardly ever are.
MORE: dict[str, list[dict[str, Any]]] = {
    "architectures.alexnet": [
        {"side": 227, "padding": 0, "channels": 3, "filters": 96, "gpus": 2, "classes": 1000},
    ],
    "convolution.by_hand": [
        {
            "image": [[1, 2, 3], [4, 5, 6], [7, 8, 9]],
            "filter": [[1, 2], [3, 4]],
            **{"stride": 1, "padding": 0, "bias": 0, "row": 0, "column": 0},
        },
    ],
    "embeddings.analogy": [{"table": [[1, 0], [1, 3], [0, 1], [0, 8], [1, 5]]}],
    "selection.data_split": [
        {"examples": examples, "validation": 15, "test": test}
        for examples, test in [(20, 5), (100, 15), (1000, 10), (50_000, 1)]
    ],
}


def solutions(solver: Solver[Any], tries: int) -> Iterator[Solution]:
    """Of the inputs above, then of random ones."""
    return chain(map(solver.solve, MORE.get(solver.id, [])), solved(solver, tries))


def drawn(inputs: type[Inputs], rng: np.random.Generator) -> dict[str, Any]:
    """Small friendly inputs for the most part, and now and then the ends of what is allowed."""
    bounds, required = inputs.bounds(), inputs.required()
    sides = _sides(bounds, rng)
    return {
        name: _value(bound, rng, sides)
        for name, bound in bounds.items()
        if name in required or rng.random() < 0.6
    }


def solved_at_its_largest(solver: Solver[Any], rng: np.random.Generator) -> Solution | None:
    """With every side and every whole number as large as it may be, but for what is refused."""
    bounds, sides = solver.inputs.bounds(), {"ends": 2}
    for bound in bounds.values():
        for axis in bound.axes:
            *_, parts = _parts(axis)
            for part in parts:
                sides[part] = min(sides.get(part, bound.max_side), bound.max_side // len(parts))
    inputs = {
        name: int(bound.high) if bound.kind == "whole" else _value(bound, rng, sides)
        for name, bound in bounds.items()
    }
    for _ in range(40):
        try:
            return solver.solve(inputs)
        except BadInput as refused:
            if refused.field in bounds:
                inputs[refused.field] = _value(bounds[refused.field], rng, sides)
        except Unsuitable:
            inputs = {name: _value(bound, rng, sides) for name, bound in bounds.items()}
    return None


def solved(solver: Solver[Any], tries: int, seed: int = 0) -> Iterator[Solution]:
    """The solutions of those of so many draws that the solver does not refuse."""
    rng = np.random.default_rng(seed)
    for _ in range(tries):
        try:
            yield solver.solve(drawn(solver.inputs, rng))
        except (BadInput, Unsuitable):
            continue


def _sides(bounds: Mapping[str, Bounds], rng: np.random.Generator) -> dict[str, int]:
    """A side for each name of an axis; "ends" are two."""
    sides = {"ends": 2}
    for bound in bounds.values():
        for axis in bound.axes:
            for name in _parts(axis)[1]:
                sides.setdefault(name, min(int(rng.integers(1, 5)), bound.max_side))
    return sides


def _parts(axis: str) -> tuple[int, list[str]]:
    """ "H+D" is the sum of two sides, "2F" twice one."""
    factor, names = re.fullmatch(r"(\d*)(.*)", axis).groups()  # type: ignore[union-attr]
    return int(factor or 1), names.split("+")


def _side(axis: str, sides: dict[str, int]) -> int:
    factor, names = _parts(axis)
    return factor * sum(sides[name] for name in names)


def _value(bound: Bounds, rng: np.random.Generator, sides: dict[str, int]) -> Any:
    match bound.kind:
        case "word":
            return str(rng.choice(bound.words))
        case "array":
            return _array(bound, rng, sides).tolist()
        case "whole":
            return _whole(bound, rng)
        case "real":
            return float(_entries(bound, rng, ()))


def _whole(bound: Bounds, rng: np.random.Generator) -> int:
    low, high = int(bound.low), int(bound.high)
    chosen = int(rng.integers(0, 12))
    if chosen < 7:
        return int(rng.integers(low, min(high, low + 4) + 1))
    if chosen < 10:
        return int(rng.integers(low, min(high, low + 40) + 1))
    return low + int(math.exp(rng.uniform(0, math.log(high - low + 1)))) - 1


def _array(bound: Bounds, rng: np.random.Generator, sides: dict[str, int]) -> Any:
    shape = tuple(_side(axis, sides) for axis in bound.axes)
    entries = np.asarray(_entries(bound, rng, shape))
    if len(shape) == 1 and bound.low == 0 and bound.high >= shape[0] - 1 and rng.random() < 0.3:
        return rng.permutation(shape[0])
    if bound.low == 0 and len(set(bound.axes)) == 1 and len(shape) == 2:
        return _between_nodes(entries, rng)
    return entries


def _between_nodes(entries: Any, rng: np.random.Generator) -> Any:
    """A square array as a graph would have it: often symmetric, often without loops."""
    if rng.random() < 0.6:
        entries = np.minimum(entries, entries.T)
    if rng.random() < 0.8:
        entries = entries * (1 - np.eye(len(entries), dtype=entries.dtype))
    return entries


def _entries(bound: Bounds, rng: np.random.Generator, shape: tuple[int, ...]) -> Any:
    """Numbers of one of five kinds: whole, halves, fine, all alike, at an end."""
    low, high = max(bound.low, -1e3), min(bound.high, 1e3)
    if bound.binary:
        return rng.integers(0, 2, shape)
    if bound.whole_numbers:
        return rng.integers(math.ceil(low), min(math.floor(high), math.ceil(low) + 5) + 1, shape)
    small_low = max(low, -3.0)
    fine = rng.uniform(small_low, min(high, max(small_low, 0.0) + 3.0), shape)
    kind = int(rng.integers(0, 10))
    if kind < 3:
        return np.clip(np.round(fine), low, high)
    if kind < 6:
        return np.clip(np.round(2 * fine) / 2, low, high)
    if kind < 8:
        return fine
    if kind == 8:
        return np.full(shape, np.ravel(fine)[0])
    return np.full(shape, rng.choice([bound.low, bound.high]))
