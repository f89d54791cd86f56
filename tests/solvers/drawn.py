"""Inputs for any solver, drawn by hypothesis from the bounds that its inputs declare."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from hypothesis import assume
from hypothesis import strategies as st

from solvers.contract import BadInput, Bounds, Solver, Unsuitable
from tests.solvers.conftest import kernel_device


def check(
    solver: Solver[Any], data: st.DataObject, given: Mapping[str, Any], *, most: int = 4
) -> None:
    """Reference and kernel agree on drawn inputs; sides of arrays go up to ``most``."""
    inputs = data.draw(inputs_of(solver, given, most), label=solver.id)
    try:
        solution = solver.solve(inputs)
    except (BadInput, Unsuitable):
        assume(False)
    solver.verify(solution, kernel_device())


def inputs_of(
    solver: Solver[Any], given: Mapping[str, st.SearchStrategy[Any]], most: int
) -> st.SearchStrategy[dict[str, Any]]:
    """All inputs within their bounds; ``given`` draws some of them instead."""

    @st.composite
    def build(draw: st.DrawFn) -> dict[str, Any]:
        sides: dict[str, int] = {}
        return {
            name: draw(given[name] if name in given else _one(bounds, sides, most, draw))
            for name, bounds in solver.inputs.bounds().items()
        }

    return build()


def _one(
    bounds: Bounds, sides: dict[str, int], most: int, draw: st.DrawFn
) -> st.SearchStrategy[Any]:
    match bounds.kind:
        case "whole":
            return st.integers(int(bounds.low), int(bounds.high))
        case "real":
            return st.floats(bounds.low, bounds.high)
        case "word":
            return st.sampled_from(bounds.words)
        case "array":
            shape = [
                sides.setdefault(axis, draw(st.integers(1, min(most, bounds.max_side))))
                for axis in bounds.axes
            ]
            return st.integers(0, 2**32 - 1).map(
                lambda seed: _entries(bounds, shape, np.random.default_rng(seed)).tolist()
            )


def _entries(bounds: Bounds, shape: list[int], rng: np.random.Generator) -> Any:
    """Ends of the range, zeros, ties, small whole numbers and decimals; or anything within.

    From a seed, since drawing every entry by itself is slow.
    """
    if bounds.binary:
        return rng.integers(0, 2, size=shape)
    low, high = bounds.low, bounds.high
    usual = [low, high, 0.0, 0.1, -0.1, 1 / 3, 0.7, 1.0, -1.0, 2.0, -3.0]
    usual = [x for x in usual if low <= x <= high]
    few = rng.choice(usual, size=rng.integers(1, 4))  # few different ones, so that some cancel
    anything = rng.uniform(low, high, size=shape)
    return np.where(
        rng.random(shape) < rng.choice([0.0, 0.5, 1.0]), anything, rng.choice(few, shape)
    )
