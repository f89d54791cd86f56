"""Laws that hold for every solver, and the device on which the kernels run.

    pytest tests/solvers --device cuda

runs every kernel of the suite there; it needs numpy, torch, pytest and hypothesis only.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import pytest

from solvers import find
from solvers.contract import Solution, plain
from solvers.device import NAMES, Device, choose
from tests.solvers.differences import Differences

Lawful: TypeAlias = Callable[[str, Mapping[str, Any]], Solution]

_asked = "cpu"  # by --device, for tests that fixtures can't reach: one draw is one call
_differences = Differences()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--device", choices=NAMES, help="where the solvers' kernels run; else cpu")


def pytest_configure(config: pytest.Config) -> None:
    global _asked
    if name := config.getoption("--device", default=None):
        try:
            _asked = choose(name).name
        except ValueError as absent:
            raise pytest.UsageError(f"--device: {absent}") from None


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("gpu"):
        import torch

        if not torch.cuda.is_available():
            pytest.skip("needs a CUDA device")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if terminalreporter.config.getoption("--device", default=None) and _differences.solutions:
        terminalreporter.write_line(f"kernels on {kernel_device().name}: {_differences}")


def kernel_device() -> Device:
    """The device of this run: cpu, or what --device asked for."""
    return choose(_asked)


@pytest.fixture
def lawful() -> Lawful:
    """Solve, check every law, and return the solution as the kernel confirmed it."""
    return check


def check(solver_id: str, inputs: Mapping[str, Any]) -> Solution:
    solver, device = find(solver_id), kernel_device()
    solution = solver.solve(inputs)
    assert list(solution.quantities) == list(solver.quantities)
    confirmed = solver.kernel(solver.inputs.read(inputs), device)
    assert set(confirmed) == set(solver.quantities), "the kernel confirms every quantity"
    _differences.add(solution, {name: plain(value) for name, value in confirmed.items()})

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
    return solver.verify(solution, device)
