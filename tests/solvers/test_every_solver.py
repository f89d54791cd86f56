"""Laws that every solver keeps, on inputs drawn from what it declares to allow."""

from __future__ import annotations

import inspect
import math
import sys
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from solvers import in_topic, topics
from solvers.contract import BadInput, Quantity, Solution, Solver, Value
from tests.solvers.conftest import check
from tests.solvers.random_inputs import solutions

SOLVERS = [solver for topic in topics() for solver in in_topic(topic)]
IDS = [solver.id for solver in SOLVERS]
EACH = pytest.mark.parametrize("solver", SOLVERS, ids=IDS)

TRIES, ENOUGH = 600, 20
ENTRIES_LIMIT = 2**18  # of one array: 2 MiB

# Misconceptions that no number of their solver can show; the curriculum has them for choices.
WITHOUT_A_NUMBER: dict[str, str] = {
    "bert/causal": "about what a token may see, not about how many are hidden",
    "bert/decoder": "about what BERT is for",
    "bn-vs-ln/ln-needs-running": "about what is kept for testing, not about how many means",
    "bn-vs-ln/same-at-eval": "about testing; the counts are those of training",
    "efficient-attention/flash-approximate": "about whether FlashAttention is exact: it counts n²",
}


@EACH
def test_laws_hold_and_reference_and_kernel_agree(solver: Solver[Any]) -> None:
    checked, silent = 0, {m.id for m in solver.misconceptions} - set(WITHOUT_A_NUMBER)
    for solution in solutions(solver, TRIES):
        if checked < ENOUGH:
            check(solver.id, solution.inputs)
            assert_kinds(solver, solution)
            checked += 1
        truth = solution.quantities
        silent -= {w.id for w in solution.wrong_answers if w.value != truth[w.quantity]}
        if checked >= ENOUGH and not silent:
            break
    assert checked >= 5, "hardly any input is accepted"
    assert not silent, "these misconceptions never change their quantity"


def assert_kinds(solver: Solver[Any], solution: Solution) -> None:
    for name, quantity in solver.quantities.items():
        assert _fits(quantity, solution.quantities[name]), (name, solution.quantities[name])
    for wrong in solution.wrong_answers:
        is_word = solver.quantities[wrong.quantity].kind == "word"
        assert isinstance(wrong.value, str) == is_word, wrong


def _fits(quantity: Quantity, value: Value) -> bool:
    """Whether a value is what its quantity says it is."""
    match quantity.kind:
        case "integer":
            return isinstance(value, int) and not isinstance(value, bool)
        case "real":
            return isinstance(value, int | float) and not isinstance(value, bool)
        case "word":
            return isinstance(value, str)
        case "shape":
            assert isinstance(value, list)
            whole = all(isinstance(side, int) and side >= 0 for side in value)
            return whole and len(quantity.axes) in (0, len(value))
        case "vector" | "matrix" | "tensor":
            array = np.array(value, dtype=np.float64)  # ragged rows raise ValueError
            dimensions = {"vector": (1,), "matrix": (2,)}.get(quantity.kind, (1, 2, 3, 4, 5))
            return array.ndim in dimensions


@EACH
def test_sentences_and_sources(solver: Solver[Any]) -> None:
    module = sys.modules[solver.reference.__module__]
    assert solver.source, "says nothing of a paper or book"
    assert len(module.__doc__ or "") > 100, "the lesson begins with the formula"
    assert solver.id.partition(".")[0] == module.__name__.split(".")[1]
    assert inspect.getdoc(solver.inputs)
    assert solver.concepts
    for name, bound in solver.inputs.bounds().items():
        assert bound.about, name
    for name, quantity in solver.quantities.items():
        assert quantity.about, name
        assert not quantity.about.endswith("."), name
        assert set(quantity.uses) <= set(list(solver.quantities)[: _position(solver, name)])


def _position(solver: Solver[Any], quantity: str) -> int:
    return list(solver.quantities).index(quantity)


@EACH
def test_misconceptions_say_what_was_done_and_what_is_right(solver: Solver[Any]) -> None:
    for misconception in solver.misconceptions:
        assert misconception.id.partition("/")[0] in solver.concepts
        assert misconception.slip.startswith(("when ", "without "))
        assert not misconception.slip.endswith((".", " ", "…"))
    for solution in _some(solver, 5):
        for wrong in solution.wrong_answers:
            assert wrong.correction[:1].strip()
            assert wrong.correction.endswith(".")
            assert not wrong.correction.endswith("..")
            assert wrong.departs_at in {step.label for step in solution.steps} | {""}


def _some(solver: Solver[Any], count: int) -> Sequence[Solution]:
    return [solution for _, solution in zip(range(count), solutions(solver, TRIES), strict=False)]


@EACH
def test_no_array_can_be_large(solver: Solver[Any]) -> None:
    for name, bound in solver.inputs.bounds().items():
        if bound.kind == "array":
            assert 1 <= bound.max_side ** len(bound.axes) <= ENTRIES_LIMIT, name
            assert math.isfinite(bound.low) and math.isfinite(bound.high), name  # noqa: PT018
        elif bound.kind in ("whole", "real"):
            assert math.isfinite(bound.low) and math.isfinite(bound.high), name  # noqa: PT018


def nested(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = [value]
    return value


# What no input is, whatever its kind.
NEVER: dict[str, Any] = {
    "nothing": None,
    "an object": {"a": 1},
    "not a number": math.nan,
    "infinite": math.inf,
    "beyond float": 10**400,
    "large": 10**12,
    "no word": "\ud800 no such word",
    "empty": [],
    "rows of different lengths": [[1, 2], [1]],
    "words in rows": [["a"]],
    "not a number in a row": [math.nan],
    "beyond float in a row": [[10**400]],
    "deep": nested(900),
    "long": [1] * 300_000,
    "wide": [[1] * 1000] * 1000,
}


@EACH
def test_what_no_input_is_gets_refused_by_name(solver: Solver[Any]) -> None:
    (good,) = _some(solver, 1)
    for name in solver.inputs.bounds():
        for what, value in NEVER.items():
            with pytest.raises(BadInput) as refused:
                solver.solve({**good.inputs, name: value})
            assert refused.value.field == name, what
            assert "\n" not in str(refused.value)


@EACH
def test_what_nobody_states_is_refused(solver: Solver[Any]) -> None:
    (good,) = _some(solver, 1)
    for name in solver.quantities:
        for what, value in NEVER.items():
            if what == "large":
                continue
            with pytest.raises(BadInput):
                solver.solve(good.inputs, stated={name: value})
