"""Laws that hold for every solver; a topic's own tests add the numbers that are known."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import pytest

from solvers import find
from solvers.contract import Solution, plain
from solvers.device import choose

Lawful: TypeAlias = Callable[[str, Mapping[str, Any]], Solution]


@pytest.fixture
def lawful() -> Lawful:
    """Solve, check every law, and return the solution as the kernel confirmed it."""
    return check


def check(solver_id: str, inputs: Mapping[str, Any]) -> Solution:
    solver, cpu = find(solver_id), choose("cpu")
    solution = solver.solve(inputs)
    assert list(solution.quantities) == list(solver.quantities)
    confirmed = solver.kernel(solver.inputs.read(inputs), cpu)
    assert set(confirmed) == set(solver.quantities), "the kernel confirms every quantity"

    labels = {step.label for step in solution.steps}
    for name, quantity in solver.quantities.items():
        assert set(quantity.uses) < set(solver.quantities)
        last = solution.steps_to(name)[-1]
        assert (last.quantity, last.value) == (name, solution.quantities[name])
    for wrong in solution.wrong_answers:
        assert wrong.id.partition("/")[0] in solver.concepts
        assert re.fullmatch(r"[a-z0-9-]+/[a-z0-9-]+", wrong.id)
        assert wrong.slip.startswith(("when ", "without "))
        assert not wrong.slip.endswith(".")
        assert wrong.correction.endswith(".")
        assert wrong.departs_at in labels | {""}
        assert wrong.quantity in solver.quantities
    json.dumps(plain([*solution.quantities.values()]), allow_nan=False)
    return solver.verify(solution, cpu)
