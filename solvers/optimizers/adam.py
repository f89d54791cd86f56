"""optimizers.adam: momentum and RMSprop together, both corrected for having begun at zero.

    m ← β₁m + (1 − β₁)g     m̂ = m/(1 − β₁ᵗ)
    v ← β₂v + (1 − β₂)g²    v̂ = v/(1 − β₂ᵗ)     θ ← θ − ηm̂/(√v̂ + ε)

m averages gradients, v their squares (not their variance: no mean is subtracted); both are 0 at
the start, and t is 1 at the first step, which therefore has length η whatever the gradient.
Convention: ε outside the root, after the correction, as in torch.optim.Adam.
Source: Kingma and Ba, Adam: a method for stochastic optimization, arXiv:1412.6980, algorithm 1.

>>> from solvers import find
>>> first = find("optimizers.adam").solve({"gradients": [4], "rate": 0.1}).quantities
>>> round(first["displacement"], 6), first["corrected_first_moment"]
(-0.1, 4.0)
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from solvers._written import factor, number
from solvers.contract import Misconception, Quantity, Solver, Work, real
from solvers.device import Device
from solvers.optimizers._walk import Walk, walked, write


@dataclass(frozen=True, kw_only=True)
class Adam(Walk):
    """Gradients of one parameter, and Adam's settings."""

    beta1: float = real(0.1, 0.9999, "decay β₁ of the first moment", default=0.9)
    beta2: float = real(0.1, 0.9999, "decay β₂ of the second moment", default=0.999)
    epsilon: float = real(1e-12, 1, "ε, added to the root", default=1e-8)


def _reference(given: Adam, work: Work) -> None:
    m = v = displacement = 0.0
    for t, g in enumerate(given.steps, 1):
        m = _average(work, given, t, "first_moment", "₁", m, g)
        v = _average(work, given, t, "second_moment", "₂", v, g)
        m_hat = _correction(work, given, t, "first_moment", "₁", m)
        v_hat = _correction(work, given, t, "second_moment", "₂", v)
        formula = f"{number(displacement)} − ηm̂/(√v̂ + ε) = {number(displacement)}"
        formula += f" − {number(given.rate)}·{factor(m_hat)}/"
        formula += f"(√{number(v_hat)} + {number(given.epsilon)})"
        displacement -= given.rate * m_hat / (float(np.sqrt(v_hat)) + given.epsilon)
        displacement = write(work, t, len(given.steps), "displacement", formula, displacement)


def _average(
    work: Work, given: Adam, t: int, quantity: str, which: str, before: float, gradient: float
) -> float:
    first = which == "₁"
    beta, symbol = (given.beta1, "m") if first else (given.beta2, "v")
    square, term = ("", gradient) if first else ("²", gradient**2)
    formula = f"β{which}{symbol} + (1 − β{which})g{square} = {number(beta)}·{factor(before)}"
    formula += f" + {number(1 - beta)}·{factor(gradient)}{square}"
    after = beta * before + (1 - beta) * term
    return write(work, t, len(given.steps), quantity, formula, after)


def _correction(work: Work, given: Adam, t: int, quantity: str, which: str, moment: float) -> float:
    beta, symbol = (given.beta1, "m") if which == "₁" else (given.beta2, "v")
    formula = f"{symbol}/(1 − β{which}ᵗ) = {number(moment)}/(1 − {number(beta)}^{t})"
    corrected = moment / (1 - beta**t)
    return write(work, t, len(given.steps), f"corrected_{quantity}", formula, corrected)


def _kernel(given: Adam, device: Device) -> Mapping[str, Any]:
    import torch

    displacement, state = walked(
        given, device, torch.optim.Adam, betas=(given.beta1, given.beta2), eps=given.epsilon
    )
    t = float(state["step"])
    return {
        "first_moment": state["exp_avg"],
        "second_moment": state["exp_avg_sq"],
        "corrected_first_moment": state["exp_avg"] / (1 - given.beta1**t),
        "corrected_second_moment": state["exp_avg_sq"] / (1 - given.beta2**t),
        "displacement": displacement,
    }


# A wrong step differs in how the moments are kept, how they are corrected, or what is divided by.


@dataclass(frozen=True, kw_only=True)
class _Habits:
    """Adam as someone does it; as it stands here, rightly."""

    swapped: bool = False  # β and 1 − β change places
    squares_m: bool = False  # the second moment is built from m
    early: int = 0  # added to t in the corrections
    corrects: tuple[bool, bool] = (True, True)
    root: Callable[[float], float] = math.sqrt


def _with(habits: _Habits, *changes: str) -> Callable[[Adam], dict[str, float]]:
    """Quantities that ``habits`` lead to; ``changes`` names those that they alter."""

    def wrong(given: Adam) -> dict[str, float]:
        m = v = displacement = 0.0
        keep1, keep2 = given.beta1, given.beta2
        if habits.swapped:
            keep1, keep2 = 1 - keep1, 1 - keep2
        for t, g in enumerate(given.steps, 1 + habits.early):
            m = keep1 * m + (1 - keep1) * g
            v = keep2 * v + (1 - keep2) * (m if habits.squares_m else g) ** 2
            m_hat = m / (1 - given.beta1**t) if habits.corrects[0] else m
            v_hat = v / (1 - given.beta2**t) if habits.corrects[1] else v
            displacement -= given.rate * m_hat / (habits.root(v_hat) + given.epsilon)
        values = {
            "first_moment": m,
            "second_moment": v,
            "corrected_first_moment": m_hat,
            "corrected_second_moment": v_hat,
            "displacement": displacement,
        }
        return {name: values[name] for name in changes}

    return wrong


_BOTH = ("corrected_first_moment", "corrected_second_moment", "displacement")
_MOMENTS = ("first_moment", "second_moment")

solver = Solver(
    id="optimizers.adam",
    concepts=("adam",),
    inputs=Adam,
    quantities={
        "first_moment": Quantity("real", "average m of the gradients after the last step"),
        "second_moment": Quantity("real", "average v of their squares after the last step"),
        "corrected_first_moment": Quantity("real", "m̂ = m/(1 − β₁ᵗ)", uses=("first_moment",)),
        "corrected_second_moment": Quantity("real", "v̂ = v/(1 − β₂ᵗ)", uses=("second_moment",)),
        "displacement": Quantity(
            "real", "how far the parameter has moved, θ_t − θ₀", uses=(*_MOMENTS, *_BOTH[:2])
        ),
    },
    reference=_reference,
    kernel=_kernel,
    misconceptions=(
        Misconception(
            "adam/no-bias-correction",
            slip="without the bias correction",
            correction=(
                "Both averages begin at zero and are too small at first: divide m by 1 − β₁ᵗ"
                " and v by 1 − β₂ᵗ."
            ),
            wrong=_with(_Habits(corrects=(False, False)), *_BOTH),
            departs_at="corrected first moment after step 1",
        ),
        Misconception(
            "adam/beta-swap",
            slip="when β and 1 − β change places",
            correction=lambda g: (
                f"β₁ = {number(g.beta1)} belongs to the past, 1 − β₁ = {number(1 - g.beta1)} to"
                " the new gradient; likewise β₂."
            ),
            wrong=_with(_Habits(swapped=True), *_MOMENTS, *_BOTH),
            departs_at="first moment after step 1",
            applies=lambda g: g.beta1 != 0.5 or g.beta2 != 0.5,
        ),
        Misconception(
            "adam/no-root",
            slip="when the root of v̂ is not taken",
            correction="v̂ averages squares; its root is what has the size of a gradient.",
            wrong=_with(_Habits(root=lambda v: v), "displacement"),
            departs_at="displacement after step 1",
        ),
        Misconception(
            "adam/t-off-by-one",
            slip="when the correction uses t + 1",
            correction="t counts from 1: the first step divides by 1 − β₁ and 1 − β₂.",
            wrong=_with(_Habits(early=1), *_BOTH),
            departs_at="corrected first moment after step 1",
        ),
        Misconception(
            "adam/v-from-m",
            slip="when the second moment is built from m² in place of g²",
            correction="v averages the squares of the gradients themselves; m plays no part in it.",
            wrong=_with(
                _Habits(squares_m=True), "second_moment", "corrected_second_moment", "displacement"
            ),
            departs_at="second moment after step 1",
        ),
        Misconception(
            "adam/only-m-corrected",
            slip="when v is left uncorrected",
            correction="v begins at zero as m does: it is divided by 1 − β₂ᵗ.",
            wrong=_with(_Habits(corrects=(True, False)), "corrected_second_moment", "displacement"),
            departs_at="corrected second moment after step 1",
        ),
    ),
    source="Kingma and Ba, arXiv:1412.6980, algorithm 1",
)
