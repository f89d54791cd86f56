"""optimizers.momentum: gradients that gather speed.

    v ← βv + g,  θ ← θ − ηv

θ is a parameter, g its gradient, v the velocity (0 at the start), β the momentum, η the learning
rate. Convention: the rate outside the velocity, as in torch.optim.SGD. Other texts write
v ← βv − ηg, θ ← θ + v: that v is −η times ours, and θ goes the same way while η stays the same.
Sources: Polyak, USSR Computational Mathematics and Mathematical Physics 4 (1964); Sutskever et
al., On the importance of initialization and momentum in deep learning (2013).

>>> from solvers import find
>>> find("optimizers.momentum").solve({"gradients": [2, 1], "rate": 0.5, "momentum": 0.5}
... ).quantities
{'velocity': 2.0, 'displacement': -2.0}
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from solvers._written import factor, number
from solvers.contract import Misconception, Quantity, Solver, Work, real
from solvers.device import Device
from solvers.optimizers._walk import Walk, walked, write


@dataclass(frozen=True, kw_only=True)
class Momentum(Walk):
    """Gradients of one parameter, and how much of the velocity survives a step."""

    momentum: float = real(0, 0.9999, "momentum β", default=0.9)


def _reference(given: Momentum, work: Work) -> None:
    beta, rate, steps = given.momentum, given.rate, len(given.steps)
    velocity = displacement = 0.0
    for t, gradient in enumerate(given.steps, 1):
        formula = f"βv + g = {number(beta)}·{factor(velocity)} + {factor(gradient)}"
        velocity = write(work, t, steps, "velocity", formula, beta * velocity + gradient)
        formula = f"{number(displacement)} − ηv = {number(displacement)}"
        formula += f" − {number(rate)}·{factor(velocity)}"
        displacement -= rate * velocity
        displacement = write(work, t, steps, "displacement", formula, displacement)


def _kernel(given: Momentum, device: Device) -> Mapping[str, Any]:
    """torch's SGD keeps no buffer without momentum: then the velocity is the last gradient."""
    import torch

    displacement, state = walked(given, device, torch.optim.SGD, momentum=given.momentum)
    velocity = state.get("momentum_buffer")
    if velocity is None:
        velocity = device.tensor(given.steps[-1])
    return {"velocity": velocity, "displacement": displacement}


# A wrong rule for one step: from v and g, the new v and the move. Most change both quantities.

Rule = Callable[[Momentum, float, float], tuple[float, float]]


def _rule(rule: Rule, *changes: str) -> Callable[[Momentum], dict[str, float]]:
    def wrong(given: Momentum) -> dict[str, float]:
        velocity = displacement = 0.0
        for gradient in given.steps:
            velocity, move = rule(given, velocity, gradient)
            displacement += move
        values = {"velocity": velocity, "displacement": displacement}
        return {name: values[name] for name in changes or values}

    return wrong


def _averaged(given: Momentum, velocity: float, gradient: float) -> tuple[float, float]:
    velocity = given.momentum * velocity + (1 - given.momentum) * gradient
    return velocity, -given.rate * velocity


def _rate_twice(given: Momentum, velocity: float, gradient: float) -> tuple[float, float]:
    velocity = given.momentum * velocity + given.rate * gradient
    return velocity, -given.rate * velocity


def _plain(given: Momentum, _: float, gradient: float) -> tuple[float, float]:
    return gradient, -given.rate * gradient


def _stale(given: Momentum, velocity: float, gradient: float) -> tuple[float, float]:
    return given.momentum * velocity + gradient, -given.rate * velocity


def _uphill(given: Momentum, velocity: float, gradient: float) -> tuple[float, float]:
    velocity = given.momentum * velocity + gradient
    return velocity, given.rate * velocity


solver = Solver(
    id="optimizers.momentum",
    concepts=("momentum",),
    inputs=Momentum,
    quantities={
        "velocity": Quantity("real", "velocity v after the last step"),
        "displacement": Quantity(
            "real", "how far the parameter has moved, θ_k − θ₀", uses=("velocity",)
        ),
    },
    reference=_reference,
    kernel=_kernel,
    misconceptions=(
        Misconception(
            "momentum/ema-form",
            slip="when the gradient enters the velocity with 1 − β",
            correction=lambda g: (
                f"This velocity is a running sum, βv + g: the gradient enters in full, not"
                f" with {number(1 - g.momentum)}."
            ),
            wrong=_rule(_averaged),
            departs_at="velocity after step 1",
            applies=lambda g: g.momentum > 0,
        ),
        Misconception(
            "momentum/double-lr",
            slip="when the learning rate is applied in the velocity and again in the step",
            correction="The rate is applied once: v ← βv + g has none, θ ← θ − ηv has it.",
            wrong=_rule(_rate_twice),
            departs_at="velocity after step 1",
            applies=lambda g: g.rate != 1,
        ),
        Misconception(
            "momentum/no-history",
            slip="when each step uses its own gradient alone",
            correction=lambda g: (
                f"A step keeps β = {number(g.momentum)} of the velocity before it and adds the"
                " new gradient."
            ),
            wrong=_rule(_plain),
            departs_at="velocity after step 2",
            applies=lambda g: g.momentum > 0 and len(g.steps) >= 2,
        ),
        Misconception(
            "momentum/stale-velocity",
            slip="when the parameter moves before the velocity is updated",
            correction="Update v first, then move with the new v: the first step is −ηg₁ already.",
            wrong=_rule(_stale, "displacement"),
            departs_at="displacement after step 1",
        ),
        Misconception(
            "momentum/sign",
            slip="when ηv is added in place of being subtracted",
            correction="v gathers gradients, which point uphill, so the step is −ηv.",
            wrong=_rule(_uphill, "displacement"),
            departs_at="displacement after step 1",
        ),
    ),
    source="Polyak (1964); Sutskever et al., ICML 2013",
)
