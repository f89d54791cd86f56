"""schedules.step_decay: the same rate for a while, then a fraction of it.

    η_e = η₀ γ^⌊e/s⌋

η₀ is the rate at the start, γ the factor of one drop, s the epochs between drops, e the epoch,
counted from 0. Without the floor the curve would be exponential decay. torch: StepLR.
Source: Krizhevsky, Sutskever and Hinton, NIPS 2012, who dropped the rate by hand.

>>> from solvers import find
>>> find("schedules.step_decay").solve({"initial": 8, "gamma": 0.5, "every": 10, "epoch": 25}
... ).quantities
{'drops': 2, 'rate': 2.0}
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from solvers._written import number
from solvers.contract import Inputs, Misconception, Quantity, Solver, Work, real, whole
from solvers.device import Device
from solvers.schedules._torch import MOST_EPOCHS, scheduled


@dataclass(frozen=True, kw_only=True)
class StepDecay(Inputs):
    """A rate that drops every few epochs."""

    initial: float = real(1e-6, 10, "learning rate η₀ at the start")
    gamma: float = real(0.001, 0.999, "factor γ of one drop")
    every: int = whole(1, MOST_EPOCHS, "epochs s between drops")
    epoch: int = whole(0, MOST_EPOCHS, "epoch e, counted from 0")


def _reference(given: StepDecay, work: Work) -> None:
    formula = f"⌊e/s⌋ = ⌊{given.epoch}/{given.every}⌋"
    drops = work.step("drops", "drops so far", formula, given.epoch // given.every)
    drops = work.give("drops", drops)
    formula = f"η₀γ^⌊e/s⌋ = {number(given.initial)}·{number(given.gamma)}^{drops}"
    rate = given.initial * float(np.power(given.gamma, drops, dtype=np.float64))
    work.give("rate", work.step("rate", "learning rate", formula, rate))


def _kernel(given: StepDecay, _: Device) -> Mapping[str, Any]:
    import torch

    rate = scheduled(
        given.initial,
        given.epoch,
        lambda moves: torch.optim.lr_scheduler.StepLR(moves, given.every, given.gamma),
    )
    drops = torch.div(torch.tensor(given.epoch), given.every, rounding_mode="floor")
    return {"drops": drops, "rate": rate}


def _drops(rule: Callable[[StepDecay], float]) -> Callable[[StepDecay], dict[str, float]]:
    """Quantities that follow from a wrong number of drops."""
    return lambda g: {"drops": rule(g), "rate": g.initial * g.gamma ** rule(g)}


def _is_between(given: StepDecay) -> bool:
    return given.epoch % given.every != 0


def _between(given: StepDecay) -> str:
    drops, e, s = given.epoch // given.every, given.epoch, given.every
    last = f"the last one was at epoch {drops * s}" if drops else f"the first comes at epoch {s}"
    return f"The rate drops only every {s} epochs: at epoch {e} {last}, so ⌊e/s⌋ = {drops}."


solver = Solver(
    id="schedules.step_decay",
    concepts=("lr-step-decay",),
    inputs=StepDecay,
    quantities={
        "drops": Quantity("integer", "how often the rate has dropped, ⌊e/s⌋"),
        "rate": Quantity("real", "learning rate at epoch e", uses=("drops",)),
    },
    reference=_reference,
    kernel=_kernel,
    misconceptions=(
        Misconception(
            "lr-step-decay/no-floor",
            slip="when e/s is not rounded down",
            correction=_between,
            wrong=_drops(lambda g: g.epoch / g.every),
            departs_at="drops so far",
            applies=_is_between,
        ),
        Misconception(
            "lr-step-decay/every-epoch",
            slip="when the rate drops at every epoch",
            correction=_between,
            wrong=_drops(lambda g: g.epoch),
            departs_at="drops so far",
            applies=lambda g: g.every > 1 and g.epoch > 0,
        ),
        Misconception(
            "lr-step-decay/subtractive",
            slip="when γ is subtracted at each drop",
            correction=lambda g: f"A drop multiplies the rate by γ = {number(g.gamma)}.",
            wrong=lambda g: {"rate": g.initial - g.gamma * (g.epoch // g.every)},
            departs_at="learning rate",
            applies=lambda g: g.epoch >= g.every,
        ),
        Misconception(
            "lr-step-decay/ceil",
            slip="when e/s is rounded up",
            correction=_between,
            wrong=_drops(lambda g: math.ceil(g.epoch / g.every)),
            departs_at="drops so far",
            applies=_is_between,
        ),
        Misconception(
            "lr-step-decay/linear",
            slip="when γ is multiplied by the number of drops",
            correction="Each drop multiplies by γ again, so the number of drops is an exponent.",
            wrong=lambda g: {"rate": g.initial * g.gamma * (g.epoch // g.every)},
            departs_at="learning rate",
            applies=lambda g: g.epoch >= 2 * g.every,
        ),
    ),
    source="torch.optim.lr_scheduler.StepLR; Krizhevsky, Sutskever and Hinton, NIPS 2012",
)
