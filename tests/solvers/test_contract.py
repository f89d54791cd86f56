"""The contract on a small solver of its own: inputs, agreement, work, misconceptions."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from solvers import find, in_topic, topics
from solvers.contract import (
    BadInput,
    Disagreement,
    Inputs,
    Misconception,
    Quantity,
    Solver,
    SolverError,
    UnknownSolver,
    Work,
    agree,
    array,
    binary,
    one_of,
    plain,
    real,
    whole,
)
from solvers.device import Device, choose


@dataclass(frozen=True, kw_only=True)
class Weighing(Inputs):
    """Weights and what they weigh."""

    count: int = whole(1, 9, "how many")
    extra: int = whole(1, 9, "how many more", same_as="count")
    scale: float = real(-2, 2, "a factor", default=0.5)
    how: str = one_of(["sum", "mean"], "how to put together", default="sum")
    x: Any = array("n d", -10, 10, "a matrix", max_side=3)
    w: Any = array("d", -10, 10, "a vector", max_side=3)
    on: Any = binary("n", "which rows count", optional=True)


GOOD: dict[str, Any] = {"count": 2, "x": [[1, 2], [3, 4]], "w": [1, -1]}


def reference(given: Weighing, work: Work) -> None:
    rows = work.give("rows", work.step("rows", "rows", "x · w", given.x @ given.w))
    total = work.step("total", "total", "their sum", rows.sum())
    work.give("total", work.step("total", "scaled", "· scale", total * given.scale))


def solver(kernel: Mapping[str, Any] | None = None, **changes: Any) -> Solver[Weighing]:
    right = {"rows": [-1.0, -1.0], "total": -1.0}
    return Solver(
        id="test.weighing",
        concepts=("weighing",),
        inputs=Weighing,
        quantities={
            "rows": Quantity("vector", "a number for each row"),
            "total": Quantity("real", "their scaled sum", uses=("rows",)),
        },
        reference=reference,
        kernel=lambda *_: right if kernel is None else kernel,
        **changes,
    )


# ------------------------------------------------------------------------------- inputs


def test_inputs_are_read_and_filled_in() -> None:
    given = Weighing.read(GOOD)
    assert (given.count, given.extra, given.scale, given.how, given.on) == (2, 2, 0.5, "sum", None)
    assert given.x.dtype == np.float64
    with pytest.raises(ValueError, match="read-only"):
        given.x[0] = 7
    assert Weighing.required() == ("count", "x", "w")


def test_the_callers_array_is_not_taken_over() -> None:
    mine = np.array([[1.0, 2.0]])
    given = Weighing.read({**GOOD, "x": mine})
    mine[0, 0] = 9
    assert given.x[0, 0] == 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"count": 10}, "count is 10; allowed: a whole number from 1 to 9"),
        ({"count": None}, "count is None; allowed: a whole number from 1 to 9"),
        ({"scale": 2.1}, "scale is 2.1; allowed: a number from -2 to 2"),
        ({"scale": math.nan}, "scale is nan; allowed: a number from -2 to 2"),
        ({"scale": True}, "scale is True; allowed: a number from -2 to 2"),
        ({"scale": 10**400}, "scale is 1000"),
        ({"how": "max"}, "how is 'max'; allowed: one of sum, mean"),
        ({"how": ["sum"]}, "how is ['sum']; allowed: one of sum, mean"),
        ({"x": [[1, 2], [3]]}, "x is [[1, 2], [3]]; allowed: n × d numbers from -10 to 10"),
        ({"x": [[1, 2]] * 4}, "x is [[1, 2], [1, 2], [1, 2], [1, 2]]; allowed: n × d numbers"),
        ({"x": [[[1]]]}, "x is [[[1]]]; allowed: n × d numbers"),
        ({"x": [[]]}, "x is [[]]; allowed: n × d numbers"),
        ({"x": [[11, 0]]}, "x is [[11, 0]]; allowed: n × d numbers from -10 to 10, each side at"),
        ({"x": [[None, 0]]}, "x is [[None, 0]]; allowed: n × d numbers"),
        ({"x": [["a", 0]]}, "x is [['a', 0]]; allowed: n × d numbers"),
        ({"x": [[10**30, 0]]}, "x is [[1000000000000000000000000000000, 0]]; allowed: n × d numb"),
        ({"x": {"a": 1}}, "x is {'a': 1}; allowed: n × d numbers"),
        ({"w": [1, 2, 3]}, "w is [1, 2, 3]; allowed: d = 2, as in x"),
        ({"on": [1, 0, 1]}, "on is [1, 0, 1]; allowed: n = 2, as in x"),
        ({"on": [1, 2]}, "on is [1, 2]; allowed: n entries 0 or 1, each side at most 64"),
        ({"on": None}, "on is None; allowed: n entries 0 or 1"),
        ({"y": 1}, "y is 1; allowed: inputs are count, extra, scale, how, x, w, on"),
        ({"count": "9" * 1000}, "count is '" + "9" * 56 + "...; allowed"),
    ],
)
def test_bad_inputs_name_field_value_and_what_is_allowed(
    change: dict[str, Any], message: str
) -> None:
    with pytest.raises(BadInput) as refused:
        Weighing.read({**GOOD, **change})
    assert str(refused.value).startswith(message)
    assert refused.value.field == next(iter(change))


def test_booleans_are_zeros_and_ones_of_an_array() -> None:
    assert Weighing.read({**GOOD, "on": [True, False]}).on.tolist() == [1, 0]


# ------------------------------------------------------------------------------ solving


def test_a_solution() -> None:
    solution = solver().solve(GOOD)
    assert solution.quantities == {"rows": [-1, -1], "total": -1}
    assert solution.inputs == {
        **{"count": 2, "extra": 2, "scale": 0.5, "how": "sum"},
        **{"x": [[1, 2], [3, 4]], "w": [1, -1]},
    }
    assert [step.label for step in solution.steps_to("rows")] == ["rows"]
    assert [step.label for step in solution.steps_to("total")] == ["rows", "total", "scaled"]
    assert solver().solve(solution.inputs) == solution


def test_follow_through() -> None:
    solution = solver().solve(GOOD, stated={"rows": [2, 3]})
    assert solution.quantities == {"rows": [-1, -1], "total": 2.5}


@pytest.mark.parametrize("stated", [[1], [1, 2, 3], [[1, 2]], ["1", 2], [math.inf, 1], 3])
def test_what_is_stated_has_the_form_of_the_quantity(stated: Any) -> None:
    with pytest.raises(BadInput, match=r"rows is .*; allowed: 2 numbers"):
        solver().solve(GOOD, stated={"rows": stated})


def test_a_quantity_that_is_not_finite_is_a_bug_and_never_an_answer() -> None:
    def diverge(_: Weighing, work: Work) -> None:
        work.give("total", np.float64(1) / 0)

    broken = Solver("test.x", (), Weighing, {}, diverge, lambda *_: {})
    with pytest.raises(ValueError, match="total is not finite"):
        broken.solve(GOOD)


# ---------------------------------------------------------------------------- agreement


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        (3, 3, True),
        (3, 4, False),
        (3, 3.0, True),
        (1.0, 1.0 + 1e-12, True),
        (1.0, 1.0 + 1e-6, False),
        ("word", "word", True),
        ("word", 1.0, False),
        ([1.0, 1e-12], [1.0, 0.0], True),  # relative to the largest entry
        ([1e-12, 1e-12], [1e-12, 2e-12], False),
        ([1, 2], [1, 2, 3], False),
        ([[1], [2, 3]], [[1, 2], [3]], False),
        ([], [], True),
        (math.nan, math.nan, False),
    ],
)
def test_agree(a: Any, b: Any, same: bool) -> None:
    assert agree(a, b, 1e-9) is same


def test_what_rounding_leaves_of_larger_numbers_agrees() -> None:
    assert not agree(0.0, 1e-14, 1e-9)
    assert agree(0.0, 1e-14, 1e-9, floor=1e-13)


def test_a_disagreement_raises() -> None:
    cpu = Device("cpu", double=True)
    right = solver()
    assert right.verify(right.solve(GOOD), cpu).device == "cpu"
    wrong = solver({"rows": [-1.0, -1.0], "total": -1.001})
    with pytest.raises(Disagreement, match=r"total is -1.0 by the reference and -1.001 by the"):
        wrong.verify(wrong.solve(GOOD), cpu)
    other_shape = solver({"rows": [-1.0]})
    with pytest.raises(Disagreement, match="rows"):
        other_shape.verify(other_shape.solve(GOOD), cpu)


def test_devices() -> None:
    assert choose("cpu") == Device("cpu", double=True)
    assert choose().name in ("cpu", "cuda", "mps")
    with pytest.raises(ValueError, match=r"device is 'tpu'; present: cpu"):
        choose("tpu")
    assert Device("mps", double=False).sparse == Device("cpu", double=True)
    assert Device("cuda", double=True).sparse.name == "cuda"
    assert Device("mps", double=False).tolerance > Device("cpu", double=True).tolerance


# ----------------------------------------------------------------------- misconceptions


def test_misconceptions_run_on_the_numbers() -> None:
    wrong: Misconception[Weighing] = Misconception(
        "weighing/no-scale",
        slip="without the factor",
        correction=lambda g: f"Multiply by {g.scale}.",
        wrong=lambda g: {"total": (g.x @ g.w).sum(), "rows": np.array([1.0, math.inf])},
        departs_at=lambda g: f"scaled by {g.scale}",
        applies=lambda g: g.scale != 1,
    )
    (answer,) = solver(misconceptions=(wrong,)).solve(GOOD).wrong_answers  # ∞ is left out
    assert (answer.value, answer.quantity, answer.slip) == (-2.0, "total", "without the factor")
    assert (answer.correction, answer.departs_at) == ("Multiply by 0.5.", "scaled by 0.5")
    assert solver(misconceptions=(wrong,)).solve({**GOOD, "scale": 1}).wrong_answers == ()


def test_plain_values() -> None:
    assert plain(np.float64(2)) == 2
    assert plain((1, np.array([2, 3]))) == [1, [2, 3]]
    with pytest.raises(TypeError, match="a solver may not give a dict"):
        plain({})


# --------------------------------------------------------------------------- the package


def test_topics_and_ids() -> None:
    found = topics()
    assert {"attention", "convolution", "graphs"} <= set(found)
    assert not {"contract", "device"} & set(found)
    assert not any(name.startswith("_") for name in found)
    for topic in ("attention", "convolution", "graphs"):
        ids = [solver.id for solver in in_topic(topic)]
        assert len(ids) == len(set(ids)) > 0
        assert all(name.startswith(f"{topic}.") for name in ids)
        assert all(find(name).id == name for name in ids)


@pytest.mark.parametrize(
    ("solver_id", "message"),
    [
        ("graphs.none", "no solver 'graphs.none'; in graphs: graphs."),
        ("contract.x", "no solver topic 'contract'; topics: "),
        ("..os", "no solver topic ''; topics: "),
        ("_serve.x", "no solver topic '_serve'"),
        ("x" * 999, "no solver topic 'xxx"),
    ],
)
def test_unknown_solvers(solver_id: str, message: str) -> None:
    with pytest.raises(UnknownSolver) as unknown:
        find(solver_id)
    assert str(unknown.value).startswith(message)
    assert len(str(unknown.value)) < 600


def test_array_functions_stay_functions_after_the_lessons_are_imported() -> None:
    import solvers.attention
    import solvers.convolution

    for module in (solvers.attention, solvers.convolution):
        list(in_topic(module.__name__.partition(".")[2]))
        assert all(callable(getattr(module, name)) for name in module.__all__)


def test_kinds_of_errors_differ() -> None:
    kinds = [error.kind for error in SolverError.__subclasses__()]
    assert sorted(kinds) == ["bad-input", "disagreement", "unknown-solver", "unsuitable"]
