"""recurrent.lstm_path and recurrent.lstm_memory: the gradient along the memory of an LSTM.

    C_t = f_t ⊙ C_{t−1} + i_t ⊙ C̃_t,  direct path ∂C_T/∂C_0 = Π f_t

A gate f_t is between 0 and 1, and no weight or slope stands in between: with f near 1 the gradient
hardly shrinks, but it does, 0.9¹⁰⁰ ≈ 2.7·10⁻⁵. The gates depend on h as well, which adds paths
that this product leaves out. After n steps of one f less than θ is left when
f^n < θ, that is, n > ln θ/ln f. Source: Hochreiter and Schmidhuber (1997); Gers, Schmidhuber
and Cummins, Learning to forget, Neural Computation 12 (2000).

>>> from solvers import find
>>> gates = {"forget_gates": [0.5, 0.5], "input_gates": [1, 1]}
>>> find("recurrent.lstm_path").solve(gates).quantities
{'gradient': 0.25}
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from solvers._written import number, product_of
from solvers.contract import Inputs, Misconception, Quantity, Solver, Work, array, real, whole
from solvers.device import Device
from solvers.recurrent.arrays import Array

SOURCE = "Gers, Schmidhuber and Cummins, Learning to forget, Neural Computation 12 (2000)"
# A number of steps that is whole but for rounding (0.5³ = 0.125) is that number.
ROUNDING = 1e-9

# ------------------------------------------------------------------- recurrent.lstm_path


@dataclass(frozen=True, kw_only=True)
class Path(Inputs):
    """The gates of one memory cell over time."""

    forget_gates: Array = array("T", 0, 1, "forget gate f_t at each step")
    input_gates: Array = array("T", 0, 1, "input gate i_t at each step")


def _path(given: Path, work: Work) -> None:
    gradient = 1.0
    for t, f in enumerate(given.forget_gates, start=1):
        formula = f"{number(gradient)}·{number(f)}"
        gradient = work.step("gradient", f"factor f_{t}", formula, gradient * f)
    formula = product_of(given.forget_gates)
    work.give("gradient", work.step("gradient", "product of the gates", formula, gradient))


def _through(forget: Any, enter: Any, device: Device) -> Any:
    """Autograd through the memory, the gates being numbers."""
    import torch

    start = device.tensor(0.5).requires_grad_()
    memory = start
    for f, i in zip(forget, enter, strict=True):
        memory = f * memory + i * 0.5
    return torch.autograd.grad(memory, start)[0]


def _path_kernel(given: Path, device: Device) -> Mapping[str, Any]:
    forget, enter = device.tensor(given.forget_gates), device.tensor(given.input_gates)
    return {"gradient": _through(forget, enter, device)}


path = Solver(
    id="recurrent.lstm_path",
    concepts=("lstm-gradient-path",),
    inputs=Path,
    quantities={"gradient": Quantity("real", "∂C_T/∂C_0 along the memory")},
    reference=_path,
    kernel=_path_kernel,
    misconceptions=(
        Misconception(
            "lstm-gradient-path/sum",
            slip="when the forget gates are added",
            correction="Each step multiplies the memory by its gate, so the gates multiply.",
            wrong=lambda g: {"gradient": float(g.forget_gates.sum())},
            departs_at="product of the gates",
            applies=lambda g: len(g.forget_gates) >= 2,
        ),
        Misconception(
            "lstm-gradient-path/always-1",
            slip="when the memory is taken to pass everything on",
            correction="A forget gate below 1 still shrinks the gradient at every step.",
            wrong=lambda _: {"gradient": 1.0},
            departs_at="factor f_1",
        ),
        Misconception(
            "lstm-gradient-path/i-gates",
            slip="when the input gates are multiplied",
            correction="The old memory passes through the forget gate; i_t is for what is new.",
            wrong=lambda g: {"gradient": float(np.prod(g.input_gates))},
            departs_at="factor f_1",
        ),
        Misconception(
            "lstm-gradient-path/quarter",
            slip="when each factor is f(1 − f), the slope of a sigmoid",
            correction="The gate itself multiplies the memory; the path does not pass its sigmoid.",
            wrong=lambda g: {"gradient": float(np.prod(g.forget_gates * (1 - g.forget_gates)))},
            departs_at="factor f_1",
        ),
    ),
    source=SOURCE,
)

# ----------------------------------------------------------------- recurrent.lstm_memory


@dataclass(frozen=True, kw_only=True)
class Memory(Inputs):
    """A memory cell whose gates stay the same."""

    forget_gate: float = real(0.01, 0.9999, "forget gate f of every step")
    input_gate: float = real(0, 1, "input gate i of every step", default=0.5)
    steps: int = whole(1, 1000, "steps T", default=100)
    threshold: float = real(1e-6, 0.99, "what is left at most, θ", default=0.01)


def _memory(given: Memory, work: Work) -> None:
    f, t = given.forget_gate, given.steps
    gradient = work.step("gradient", "after T steps", f"f^T = {number(f)}^{t}", f**t)
    work.give("gradient", gradient)
    formula = f"ln θ/ln f = ln {number(given.threshold)}/ln {number(f)}"
    exact = math.log(given.threshold) / math.log(f)
    exact = work.step("steps_until", "steps before rounding", formula, exact)
    steps = math.floor(exact + ROUNDING) + 1
    formula = f"the next whole number after {number(exact)}"
    steps = work.step("steps_until", "steps until below the threshold", formula, steps)
    work.give("steps_until", steps)


def _memory_kernel(given: Memory, device: Device) -> Mapping[str, Any]:
    """Autograd for the gradient; the steps are found by looking at every power."""
    import torch

    f, i = device.tensor(given.forget_gate), device.tensor(given.input_gate)
    longest = math.ceil(math.log(given.threshold) / math.log(given.forget_gate)) + 2
    n = torch.arange(1, longest + 1, device=device.name).to(device.dtype)
    still_above = torch.pow(f, n) >= given.threshold * f**ROUNDING
    return {
        "gradient": _through([f] * given.steps, [i] * given.steps, device),
        "steps_until": int(still_above.sum()) + 1,
    }


memory = Solver(
    id="recurrent.lstm_memory",
    concepts=("lstm-gradient-path",),
    inputs=Memory,
    quantities={
        "gradient": Quantity("real", "f^T, what is left of a gradient after T steps"),
        "steps_until": Quantity("integer", "steps until less than the threshold is left"),
    },
    reference=_memory,
    kernel=_memory_kernel,
    misconceptions=(
        Misconception(
            "lstm-gradient-path/sum",
            slip="when the forget gates are added",
            correction=lambda g: (
                f"Each step multiplies by f: the power {g.steps}, not {g.steps}·f."
            ),
            wrong=lambda g: {"gradient": g.steps * g.forget_gate},
            departs_at="after T steps",
            applies=lambda g: g.steps >= 2,
        ),
        Misconception(
            "lstm-gradient-path/always-1",
            slip="when the memory is taken to pass everything on",
            correction="A forget gate below 1 still shrinks the gradient at every step.",
            wrong=lambda _: {"gradient": 1.0},
            departs_at="after T steps",
        ),
        Misconception(
            "lstm-gradient-path/i-gates",
            slip="when the input gates are multiplied",
            correction="The old memory passes through the forget gate; i is for what is new.",
            wrong=lambda g: {"gradient": g.input_gate**g.steps},
            departs_at="after T steps",
        ),
        Misconception(
            "lstm-gradient-path/quarter",
            slip="when each factor is f(1 − f), the slope of a sigmoid",
            correction="The gate itself multiplies the memory; the path does not pass its sigmoid.",
            wrong=lambda g: {"gradient": (g.forget_gate * (1 - g.forget_gate)) ** g.steps},
            departs_at="after T steps",
        ),
    ),
    source=SOURCE,
)
