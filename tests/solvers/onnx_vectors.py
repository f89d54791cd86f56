"""The operator test vectors that ship with ONNX, and how a function of ours is run on them.

They are other people's numbers for other people's conventions: an adapter turns the inputs of an
operator into those of our function, and says which vectors it can't serve, and why.
"""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import pytest


@dataclass(frozen=True)
class Vector:
    """One call of an operator: its inputs by position, None where one is not given."""

    name: str
    options: dict[str, Any]
    inputs: list[Any]
    outputs: list[Any]


# Vectors that are written out with four decimals only.
ROUNDED = {"test_averagepool_2d_ceil_last_window_starts_on_pad"}

# Our outputs by position, None where we have none.
Run: TypeAlias = Callable[[list[Any], dict[str, Any]], list[Any]]
# Why a vector is left out; "" where it is not.
LeftOut: TypeAlias = Callable[[Vector], str]


def vectors(file: str, operator: str) -> list[Vector]:
    """The vectors of one of ONNX's files that call this operator alone; skips without ONNX.

    Its "_expanded" vectors, the same for a graph of simpler operators, are not among them.
    """
    pytest.importorskip("onnx", reason="onnx is not installed (an extra for tests)")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its own deprecations, and numbers that overflow
        attribute = importlib.import_module("onnx.helper").get_attribute_value
        node_tests = importlib.import_module("onnx.backend.test.case.node")
        importlib.import_module(f"onnx.backend.test.case.node.{file}")
        found = []
        for case in node_tests._NodeTestCases:
            nodes = case.model.graph.node
            if [node.op_type for node in nodes] != [operator]:
                continue
            options = {a.name: attribute(a) for a in nodes[0].attribute}
            for inputs, outputs in case.data_sets:
                given, expected = list(nodes[0].input), list(nodes[0].output)
                sides = _placed(given, inputs), _placed(expected, outputs)
                found.append(Vector(case.name, options, *sides))
        return found


def _placed(names: list[str], values: list[Any]) -> list[Any]:
    """The values at their positions: an operator's unused inputs and outputs have no name."""
    rest = iter(values)
    return [next(rest) if name else None for name in names]


def check(
    file: str, operator: str, at_least: int, run: Run, left_out: LeftOut = lambda _: ""
) -> None:
    """Our outputs are those of every vector that is not left out, of which there are enough."""
    served = [vector for vector in vectors(file, operator) if not left_out(vector)]
    assert len(served) >= at_least, [vector.name for vector in served]
    for vector in served:
        ours = run(list(vector.inputs), vector.options)
        atol, compared = 6e-5 if vector.name in ROUNDED else 2e-6, 0
        for mine, theirs in zip(ours, vector.outputs, strict=False):
            if mine is not None and theirs is not None:
                np.testing.assert_allclose(mine, theirs, 2e-5, atol, err_msg=vector.name)
                compared += 1
        assert compared, f"{vector.name}: nothing to compare"
