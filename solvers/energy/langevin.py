"""energy.langevin: one step downhill, with noise.

    x′ = x − (η/2)·E′(x) + √η·ε,  ε ~ N(0, 1),  E(x) = a x⁴ + b x² + c x

x is a number and η the step size. Many small steps draw samples from p ∝ e^−E. (Texts that step
by η·E′ have √(2η) before the noise: the same with another η.) Source: Welling and Teh, Bayesian
learning via stochastic gradient Langevin dynamics (2011), equation 3.

>>> from solvers import find
>>> known = {"quadratic": 0.5, "x": 2, "step": 0.25, "noise": 1}
>>> find("energy.langevin").solve(known).quantities
{'gradient': 2.0, 'new_x': 2.25}
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from solvers._written import factor, number
from solvers.contract import Inputs, Misconception, Quantity, Solver, Work, real
from solvers.device import Device


@dataclass(frozen=True, kw_only=True)
class Walk(Inputs):
    """An energy, a place, and the noise that was drawn."""

    quartic: float = real(-100, 100, "coefficient a of x⁴", default=0)
    quadratic: float = real(-100, 100, "coefficient b of x²")
    linear: float = real(-100, 100, "coefficient c of x", default=0)
    x: float = real(-100, 100, "where the walk is, x")
    step: float = real(1e-4, 100, "step size η")
    noise: float = real(-100, 100, "the noise ε")

    @property
    def gradient(self) -> float:
        """E′(x)"""
        return 4 * self.quartic * self.x**3 + 2 * self.quadratic * self.x + self.linear

    def to(self, downhill: float, noise: float) -> dict[str, float]:
        return {"new_x": self.x - downhill * self.gradient + noise * self.noise}


def _reference(given: Walk, work: Work) -> None:
    x = given.x
    terms = {
        "4a·x³": (4 * given.quartic, x**3),
        "2b·x": (2 * given.quadratic, x),
        "c": (given.linear, 1.0),
    }
    there = {symbol: pair for symbol, pair in terms.items() if pair[0]}
    symbols = " + ".join(there) or "0"
    numbers = " + ".join(f"{factor(a)}·{factor(b)}" for a, b in there.values()) or "0"
    formula = f"E′(x) = {symbols} = {numbers}"
    gradient = work.give("gradient", work.step("gradient", "slope", formula, given.gradient))

    formula = f"(η/2)·E′ = {number(given.step / 2)}·{factor(gradient)}"
    down = work.step("new_x", "way downhill", formula, given.step / 2 * gradient)
    formula = f"√η·ε = √{number(given.step)}·{factor(given.noise)}"
    kick = work.step("new_x", "noise", formula, math.sqrt(given.step) * given.noise)
    formula = f"{number(x)} − {factor(down)} + {factor(kick)}"
    work.give("new_x", work.step("new_x", "new place", formula, x - down + kick))


def _kernel(given: Walk, device: Device) -> Mapping[str, Any]:
    """Autograd for the slope, and one draw of a normal distribution in closed form."""
    import torch

    x = device.tensor(given.x).requires_grad_()
    energy = given.quartic * x**4 + given.quadratic * x**2 + given.linear * x
    gradient = torch.autograd.grad(energy, x)[0]
    step = device.tensor(given.step)
    there = torch.distributions.Normal(x.detach() - step / 2 * gradient, step.sqrt())
    return {"gradient": gradient, "new_x": there.mean + there.stddev * given.noise}


def _new_x(rule: Callable[[float], tuple[float, float]]) -> Callable[[Walk], dict[str, float]]:
    """Wrong factors of slope and noise from η."""
    return lambda given: given.to(*rule(given.step))


solver = Solver(
    id="energy.langevin",
    concepts=("ebm-langevin",),
    inputs=Walk,
    quantities={
        "gradient": Quantity("real", "E′(x), the slope of the energy"),
        "new_x": Quantity("real", "x′, where the walk is next", uses=("gradient",)),
    },
    reference=_reference,
    kernel=_kernel,
    misconceptions=(
        Misconception(
            "ebm-langevin/uphill",
            slip="when the step goes uphill",
            correction="Samples gather where the energy is low: the slope is subtracted.",
            wrong=_new_x(lambda step: (-step / 2, math.sqrt(step))),
            departs_at="new place",
        ),
        Misconception(
            "ebm-langevin/no-half",
            slip="when the slope is multiplied by η, not η/2",
            correction="With noise of variance η the slope is multiplied by η/2.",
            wrong=_new_x(lambda step: (step, math.sqrt(step))),
            departs_at="way downhill",
        ),
        Misconception(
            "ebm-langevin/eta-noise",
            slip="when the noise is multiplied by η without the root",
            correction="The noise has the variance η, so its factor is √η.",
            wrong=_new_x(lambda step: (step / 2, step)),
            departs_at="noise",
            applies=lambda g: g.step != 1,
        ),
        Misconception(
            "ebm-langevin/no-noise",
            slip="without the noise",
            correction="Without √η·ε it is gradient descent, and ends in a minimum.",
            wrong=_new_x(lambda step: (step / 2, 0.0)),
            departs_at="noise",
        ),
    ),
    source="Welling and Teh, Stochastic gradient Langevin dynamics (2011), equation 3",
)
