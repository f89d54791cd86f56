"""optimizers.adagrad and .rmsprop: a learning rate that each parameter earns by its gradients.

    AdaGrad:  s ← s + g²             θ ← θ − ηg/(√s + ε)
    RMSprop:  s ← βs + (1 − β)g²     θ ← θ − ηg/(√s + ε)

AdaGrad's sum s only grows, so its steps only shrink; RMSprop averages and so forgets. g is the
gradient, s the accumulator (0 at the start), η the learning rate, β the decay (torch calls it
alpha). Convention: ε outside the root and no correction of s for its start, as in torch.optim.
Sources: Duchi, Hazan and Singer, JMLR 12 (2011); Hinton, Neural networks for machine learning,
lecture 6e (2012).

>>> from solvers import find
>>> find("optimizers.adagrad").solve({"gradients": [3, 4], "rate": 0.5}).quantities["accumulator"]
25.0
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from solvers._written import factor, number
from solvers.contract import Misconception, Quantity, Solver, Work, real
from solvers.device import Device
from solvers.optimizers._walk import Walk, walked, write


@dataclass(frozen=True, kw_only=True)
class AdaGrad(Walk):
    """Gradients of one parameter; ε keeps the first division safe."""

    epsilon: float = real(1e-12, 1, "ε, added to the root", default=1e-10)


@dataclass(frozen=True, kw_only=True)
class RMSprop(Walk):
    """Gradients of one parameter, and how much of the average survives a step."""

    decay: float = real(0, 0.9999, "decay β of the average", default=0.99)
    epsilon: float = real(1e-12, 1, "ε, added to the root", default=1e-8)


Adaptive: TypeAlias = AdaGrad | RMSprop
Sum: TypeAlias = Callable[[float, float, int], float]  # from s, g and t


def _move(
    work: Work, given: Adaptive, t: int, accumulator: float, gradient: float, before: float
) -> float:
    """The line that moves the parameter; the same for both."""
    divisor = float(np.sqrt(accumulator)) + given.epsilon
    formula = f"{number(before)} − ηg/(√s + ε) = {number(before)} − {number(given.rate)}"
    formula += f"·{factor(gradient)}/(√{number(accumulator)} + {number(given.epsilon)})"
    after = before - given.rate * gradient / divisor
    return write(work, t, len(given.steps), "displacement", formula, after)


def _adagrad(given: AdaGrad, work: Work) -> None:
    total = displacement = 0.0
    for t, g in enumerate(given.steps, 1):
        formula = f"s + g² = {number(total)} + {factor(g)}²"
        total = write(work, t, len(given.steps), "accumulator", formula, total + g**2)
        displacement = _move(work, given, t, total, g, displacement)


def _rmsprop(given: RMSprop, work: Work) -> None:
    beta, average, displacement = given.decay, 0.0, 0.0
    for t, g in enumerate(given.steps, 1):
        formula = f"βs + (1 − β)g² = {number(beta)}·{number(average)}"
        formula += f" + {number(1 - beta)}·{factor(g)}²"
        average = beta * average + (1 - beta) * g**2
        average = write(work, t, len(given.steps), "accumulator", formula, average)
        displacement = _move(work, given, t, average, g, displacement)


def _adagrad_kernel(given: AdaGrad, device: Device) -> Mapping[str, Any]:
    import torch

    displacement, state = walked(given, device, torch.optim.Adagrad, eps=given.epsilon)
    return {"accumulator": state["sum"], "displacement": displacement}


def _rmsprop_kernel(given: RMSprop, device: Device) -> Mapping[str, Any]:
    import torch

    displacement, state = walked(
        given, device, torch.optim.RMSprop, alpha=given.decay, eps=given.epsilon
    )
    return {"accumulator": state["square_avg"], "displacement": displacement}


# A wrong rule for the accumulator moves the parameter wrongly too.


def _walk(given: Adaptive, add: Sum, root: Callable[[float], float]) -> dict[str, float]:
    accumulator = displacement = 0.0
    for t, g in enumerate(given.steps, 1):
        accumulator = add(accumulator, g, t)
        displacement -= given.rate * g / (root(accumulator) + given.epsilon)
    return {"accumulator": accumulator, "displacement": displacement}


def _without_root(given: Adaptive, add: Sum) -> dict[str, float]:
    return {"displacement": _walk(given, add, lambda s: s)["displacement"]}


def _root_of_squared_sum(given: AdaGrad) -> dict[str, float]:
    """√(Σg)², which can't be divided by where the gradients cancel."""
    total = displacement = 0.0
    for g in given.steps:
        total += g
        if abs(total) < 1e-9:
            return {}
        displacement -= given.rate * g / (abs(total) + given.epsilon)
    return {"accumulator": total**2, "displacement": displacement}


def _corrected(given: RMSprop) -> dict[str, float]:
    """s stays as it is, and s/(1 − βᵗ) is used, as in Adam."""
    average = displacement = 0.0
    for t, g in enumerate(given.steps, 1):
        average = given.decay * average + (1 - given.decay) * g**2
        corrected = average / (1 - given.decay**t)
        displacement -= given.rate * g / (math.sqrt(corrected) + given.epsilon)
    return {"accumulator": corrected, "displacement": displacement}


def _averaging(beta: float, weight: float) -> Sum:
    return lambda s, g, _: beta * s + weight * g**2


_DISPLACEMENT = Quantity("real", "how far the parameter has moved, θ_k − θ₀", uses=("accumulator",))

adagrad = Solver(
    id="optimizers.adagrad",
    concepts=("adagrad",),
    inputs=AdaGrad,
    quantities={
        "accumulator": Quantity("real", "sum s of the squared gradients after the last step"),
        "displacement": _DISPLACEMENT,
    },
    reference=_adagrad,
    kernel=_adagrad_kernel,
    misconceptions=(
        Misconception(
            "adagrad/ema",
            slip="when the squares are averaged with β = 0.9, as RMSprop does",
            correction="AdaGrad adds each g² to s in full and forgets nothing.",
            wrong=lambda g: _walk(g, _averaging(0.9, 0.1), math.sqrt),
            departs_at="accumulator after step 1",
        ),
        Misconception(
            "adagrad/no-root",
            slip="when the root of s is not taken",
            correction="s adds up squares; its root is what has the size of a gradient.",
            wrong=lambda g: _without_root(g, lambda s, x, _: s + x**2),
            departs_at="displacement after step 1",
        ),
        Misconception(
            "adagrad/no-accumulate",
            slip="when each step uses its own square alone",
            correction=lambda g: (
                f"s keeps the squares of all steps: at step 2 it is {factor(g.steps[0])}²"
                f" + {factor(g.steps[1])}²."
            ),
            wrong=lambda g: _walk(g, lambda _, x, __: x**2, math.sqrt),
            departs_at="accumulator after step 2",
            applies=lambda g: len(g.steps) >= 2,
        ),
        Misconception(
            "adagrad/sum-of-g",
            slip="when the gradients are added before they are squared",
            correction="Square first, then add: gradients of opposite signs must not cancel.",
            wrong=_root_of_squared_sum,
            departs_at="accumulator after step 2",
            applies=lambda g: len(g.steps) >= 2,
        ),
    ),
    source="Duchi, Hazan and Singer, JMLR 12 (2011)",
)

rmsprop = Solver(
    id="optimizers.rmsprop",
    concepts=("rmsprop",),
    inputs=RMSprop,
    quantities={
        "accumulator": Quantity("real", "average s of the squared gradients after the last step"),
        "displacement": _DISPLACEMENT,
    },
    reference=_rmsprop,
    kernel=_rmsprop_kernel,
    misconceptions=(
        Misconception(
            "rmsprop/no-one-minus-beta",
            slip="when g² enters in full, without 1 − β",
            correction=lambda g: (
                f"An average weighs both parts: {number(g.decay)} of s and"
                f" {number(1 - g.decay)} of g²."
            ),
            wrong=lambda g: _walk(g, _averaging(g.decay, 1), math.sqrt),
            departs_at="accumulator after step 1",
            applies=lambda g: g.decay > 0,
        ),
        Misconception(
            "rmsprop/beta-swap",
            slip="when β and 1 − β change places",
            correction=lambda g: (
                f"β = {number(g.decay)} belongs to the past, 1 − β = {number(1 - g.decay)} to"
                " the new g²."
            ),
            wrong=lambda g: _walk(g, _averaging(1 - g.decay, g.decay), math.sqrt),
            departs_at="accumulator after step 1",
            applies=lambda g: g.decay != 0.5,
        ),
        Misconception(
            "rmsprop/no-root",
            slip="when the root of s is not taken",
            correction="s averages squares; its root is what has the size of a gradient.",
            wrong=lambda g: _without_root(g, _averaging(g.decay, 1 - g.decay)),
            departs_at="displacement after step 1",
        ),
        Misconception(
            "rmsprop/bias-corrected",
            slip="when s is divided by 1 − βᵗ, as in Adam",
            correction="RMSprop uses s as it is; the correction for its start is Adam's.",
            wrong=_corrected,
            departs_at="displacement after step 1",
            applies=lambda g: g.decay > 0,
        ),
    ),
    source="Hinton, Neural networks for machine learning, lecture 6e (2012)",
)
