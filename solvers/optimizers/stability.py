"""optimizers.stability: learning rates that are small enough, and those that are not.

    On L = ½aθ²:  θ ← θ − ηaθ = (1 − ηa)θ,  so  θ_t = (1 − ηa)ᵗ θ₀

a is the curvature, η the learning rate. θ shrinks to 0 if and only if |1 − ηa| < 1, that is
0 < η < 2/a: from one side while η ≤ 1/a (at 1/a in a single step), from side to side above it.
Source: LeCun et al., Efficient BackProp (1998), section 5; Goodfellow et al., Deep Learning (2016).

>>> from solvers import find
>>> find("optimizers.stability").solve({"curvature": 2, "start": 4, "rate": 0.75, "steps": 3}
... ).quantities
{'factor': -0.5, 'parameter': -0.5, 'limit': 1.0, 'behaviour': 'oscillates'}
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from solvers._written import factor, number
from solvers.contract import Inputs, Misconception, Quantity, Solver, Work, real, whole
from solvers.device import Device

BEHAVIOURS = ("one-sided", "oscillates", "swings", "diverges")

# As close as this to a border, rounding decides on which side: such a rate is at the border.
_BORDER = 1e-9


@dataclass(frozen=True, kw_only=True)
class Parabola(Inputs):
    """L = ½aθ², where descent begins on it, and the steps it takes."""

    curvature: float = real(0.001, 100, "curvature a of L = ½aθ²")
    start: float = real(-1000, 1000, "start θ₀", default=1.0)
    rate: float = real(1e-6, 10, "learning rate η")
    steps: int = whole(1, 30, "number of steps t")


def behaviour(shrink: float) -> str:
    """What repeated multiplication by 1 − ηa does.

    "one-sided": converges without changing sign; "oscillates": converges from side to side;
    "swings": between θ₀ and −θ₀ for ever; "diverges": from side to side, further each time.
    """
    if abs(shrink + 1) <= _BORDER:
        return "swings"
    if shrink < -1:
        return "diverges"
    return "oscillates" if shrink < -_BORDER else "one-sided"


def _reference(given: Parabola, work: Work) -> None:
    a, rate, t = given.curvature, given.rate, given.steps
    formula = f"1 − ηa = 1 − {number(rate)}·{number(a)}"
    shrink = work.give("factor", work.step("factor", "factor of one step", formula, 1 - rate * a))
    formula = f"(1 − ηa)ᵗ θ₀ = {factor(shrink)}^{t}·{factor(given.start)}"
    parameter = float(np.power(shrink, t)) * given.start
    work.give("parameter", work.step("parameter", "parameter", formula, parameter))
    formula = f"|1 − ηa| = 1 at 2/a = 2/{number(a)}"
    work.give("limit", work.step("limit", "largest stable rate", formula, 2 / a))
    formula = f"from the factor {number(shrink)}"
    word = work.step("behaviour", "behaviour", formula, behaviour(shrink))
    work.give("behaviour", word)


def _kernel(given: Parabola, device: Device) -> Mapping[str, Any]:
    """Steps by torch's SGD with autograd; curvature by differentiating twice.

    Where the walk leads is read off a step from 1, not from the rule.
    """
    import torch

    def loss(theta: torch.Tensor) -> torch.Tensor:
        return given.curvature / 2 * theta**2

    def walk(start: float, steps: int) -> torch.Tensor:
        theta = torch.nn.Parameter(device.tensor(start))
        descent = torch.optim.SGD([theta], lr=given.rate)
        for _ in range(steps):
            descent.zero_grad()
            loss(theta).backward()  # type: ignore[no-untyped-call]
            descent.step()
        return theta.detach()

    shrink = walk(1.0, 1)
    start = device.tensor(given.start)
    curvature = torch.autograd.functional.hessian(loss, start)  # type: ignore[no-untyped-call]
    return {
        "factor": shrink,
        "parameter": walk(given.start, given.steps),
        "limit": 2 / curvature,
        "behaviour": _seen(float(shrink)),
    }


def _seen(after: float) -> str:
    """The word for a step that led from 1 to ``after``."""
    if abs(abs(after) - 1) <= _BORDER and after < 0:
        return "swings"
    if abs(after) > 1:
        return "diverges"
    return "one-sided" if after >= -_BORDER else "oscillates"


def _with_limit_of_half(given: Parabola) -> dict[str, float | str]:
    word = "diverges" if given.rate * given.curvature > 1 else "one-sided"
    return {"limit": 1 / given.curvature, "behaviour": word}


def _walked(rule: Callable[[Parabola], float]) -> Callable[[Parabola], dict[str, float]]:
    return lambda given: {"parameter": rule(given)}


solver = Solver(
    id="optimizers.stability",
    concepts=("lr-stability",),
    inputs=Parabola,
    quantities={
        "factor": Quantity("real", "factor 1 − ηa by which each step multiplies θ"),
        "parameter": Quantity("real", "parameter θ_t after t steps", uses=("factor",)),
        "limit": Quantity("real", "learning rate above which descent diverges, 2/a"),
        "behaviour": Quantity("word", "one of " + ", ".join(BEHAVIOURS), uses=("factor",)),
    },
    reference=_reference,
    kernel=_kernel,
    misconceptions=(
        Misconception(
            "lr-stability/threshold-1-over-a",
            slip="when 1/a is taken for the limit",
            correction=lambda g: (
                f"Up to 1/a = {number(1 / g.curvature)} θ stays on one side; it still converges"
                f" up to 2/a = {number(2 / g.curvature)}, from side to side."
            ),
            wrong=_with_limit_of_half,
            departs_at="largest stable rate",
        ),
        Misconception(
            "lr-stability/linear-decay",
            slip="when every step takes off as much as the first",
            correction=(
                "Each step multiplies what is left: the factors (1 − ηa) make a power, not a line."
            ),
            wrong=_walked(lambda g: g.start * (1 - g.steps * g.rate * g.curvature)),
            departs_at="parameter",
            applies=lambda g: g.steps >= 2,
        ),
        Misconception(
            "lr-stability/plus-sign",
            slip="when the factor is taken as 1 + ηa",
            correction="Descent subtracts the gradient aθ, so the factor is 1 − ηa.",
            wrong=lambda g: {
                "factor": 1 + g.rate * g.curvature,
                "parameter": (1 + g.rate * g.curvature) ** g.steps * g.start,
            },
            departs_at="factor of one step",
        ),
        Misconception(
            "lr-stability/one-step",
            slip="when only one step is taken",
            correction=lambda g: f"The factor counts once a step, {g.steps} times in all.",
            wrong=_walked(lambda g: (1 - g.rate * g.curvature) * g.start),
            departs_at="parameter",
            applies=lambda g: g.steps >= 2,
        ),
    ),
    source="LeCun et al., Efficient BackProp (1998), section 5",
)
