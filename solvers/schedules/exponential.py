"""schedules.exponential and .exponential_time: the same fraction lost at every epoch.

    η_e = η₀ γ^e    or, with a decay constant,    η_t = η₀ e^(−kt),   γ = e^(−k),  k = −ln γ

η₀ is the rate at the start, γ the factor of one epoch, k the decay constant (per epoch, natural
logarithm), e or t the epoch, counted from 0. Both formulas are the same curve. torch:
ExponentialLR, which takes γ. Source: Goodfellow, Bengio and Courville, Deep Learning (2016), 8.3.

>>> from solvers import find
>>> find("schedules.exponential").solve({"initial": 8, "gamma": 0.5, "epoch": 3}).quantities["rate"]
1.0
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from solvers._written import number
from solvers.contract import Inputs, Misconception, Quantity, Solver, Work, real, whole
from solvers.device import Device
from solvers.schedules._torch import MOST_EPOCHS, scheduled

SOURCE = "Goodfellow, Bengio and Courville, Deep Learning (2016), section 8.3"


def _stepped(initial: float, gamma: float, epoch: int) -> float:
    import torch

    return scheduled(
        initial, epoch, lambda moves: torch.optim.lr_scheduler.ExponentialLR(moves, gamma)
    )


# ------------------------------------------------------------------ schedules.exponential


@dataclass(frozen=True, kw_only=True)
class ByFactor(Inputs):
    """A rate that is multiplied by γ at every epoch."""

    initial: float = real(1e-6, 10, "learning rate η₀ at the start")
    gamma: float = real(0.001, 0.9999, "factor γ of one epoch")
    epoch: int = whole(0, MOST_EPOCHS, "epoch e, counted from 0")


def _by_factor(given: ByFactor, work: Work) -> None:
    formula = f"η₀γ^e = {number(given.initial)}·{number(given.gamma)}^{given.epoch}"
    rate = given.initial * given.gamma**given.epoch
    work.give("rate", work.step("rate", "learning rate", formula, rate))
    constant = -math.log(given.gamma)
    formula = f"k = −ln γ = −ln {number(given.gamma)}"
    constant = work.step("decay_constant", "decay constant", formula, constant)
    work.give("decay_constant", constant)


def _by_factor_kernel(given: ByFactor, device: Device) -> Mapping[str, Any]:

    rate = _stepped(given.initial, given.gamma, given.epoch)
    return {"rate": rate, "decay_constant": -device.tensor(given.gamma).log()}


by_factor = Solver(
    id="schedules.exponential",
    concepts=("lr-exponential",),
    inputs=ByFactor,
    quantities={
        "rate": Quantity("real", "learning rate at epoch e"),
        "decay_constant": Quantity("real", "k with the same curve, η₀e^(−kt)"),
    },
    reference=_by_factor,
    kernel=_by_factor_kernel,
    misconceptions=(
        Misconception(
            "lr-exponential/gamma-times-e",
            slip="when γ is multiplied by the epoch",
            correction="Each epoch multiplies by γ again, so the epoch is an exponent.",
            wrong=lambda g: {"rate": g.initial * g.gamma * g.epoch},
            departs_at="learning rate",
        ),
        Misconception(
            "lr-exponential/linear",
            slip="when every epoch takes off as much as the first",
            correction=lambda g: (
                f"Each epoch keeps {number(g.gamma)} of what is left: the rates lie on a curve,"
                " not on a line."
            ),
            wrong=lambda g: {
                "rate": g.initial * (1 - (1 - g.gamma) * g.epoch),
                "decay_constant": 1 - g.gamma,
            },
            departs_at="learning rate",
            applies=lambda g: g.epoch >= 2,
        ),
        Misconception(
            "lr-exponential/growth",
            slip="when the sign of the exponent is lost and the rate grows",
            correction=lambda g: (
                f"γ = {number(g.gamma)} is below 1, so the rate shrinks, and k = −ln γ is positive."
            ),
            wrong=lambda g: {
                "rate": g.initial * g.gamma**-g.epoch,
                "decay_constant": math.log(g.gamma),
            },
            departs_at="learning rate",
            applies=lambda g: g.epoch >= 1 and g.gamma**g.epoch > 1e-300,
        ),
        Misconception(
            "lr-exponential/base-2",
            slip="when the logarithm is taken to base 2",
            correction="η₀e^(−kt) has base e, so k is a natural logarithm.",
            wrong=lambda g: {"decay_constant": -math.log2(g.gamma)},
            departs_at="decay constant",
        ),
    ),
    source=SOURCE,
)

# ------------------------------------------------------------- schedules.exponential_time


@dataclass(frozen=True, kw_only=True)
class ByConstant(Inputs):
    """A rate that decays with time."""

    initial: float = real(1e-6, 10, "learning rate η₀ at the start")
    decay: float = real(0.0001, 5, "decay constant k, per epoch")
    epoch: int = whole(0, MOST_EPOCHS, "epoch t, counted from 0")


def _by_constant(given: ByConstant, work: Work) -> None:
    formula = f"e^(−k) = e^(−{number(given.decay)})"
    gamma = work.step("gamma", "factor of one epoch", formula, math.exp(-given.decay))
    work.give("gamma", gamma)
    exponent = -given.decay * given.epoch
    formula = f"−kt = −{number(given.decay)}·{given.epoch}"
    exponent = work.step("rate", "exponent", formula, exponent)
    formula = f"η₀e^(−kt) = {number(given.initial)}·e^({number(exponent)})"
    rate = work.step("rate", "learning rate", formula, given.initial * math.exp(exponent))
    work.give("rate", rate)


def _by_constant_kernel(given: ByConstant, device: Device) -> Mapping[str, Any]:
    gamma = (-device.tensor(given.decay)).exp()
    return {"gamma": gamma, "rate": _stepped(given.initial, float(gamma), given.epoch)}


by_constant = Solver(
    id="schedules.exponential_time",
    concepts=("lr-exponential",),
    inputs=ByConstant,
    quantities={
        "gamma": Quantity("real", "factor γ of one epoch, e^(−k)"),
        "rate": Quantity("real", "learning rate at epoch t"),
    },
    reference=_by_constant,
    kernel=_by_constant_kernel,
    misconceptions=(
        Misconception(
            "lr-exponential/k-as-base",
            slip="when k itself is raised to the power t",
            correction=lambda g: (
                f"The base is e; k = {number(g.decay)} stands in the exponent, with a minus sign."
            ),
            wrong=lambda g: {"gamma": g.decay, "rate": g.initial * g.decay**g.epoch},
            departs_at="factor of one epoch",
            applies=lambda g: g.epoch >= 1 and g.epoch * math.log(g.decay) < 700,
        ),
        Misconception(
            "lr-exponential/growth",
            slip="without the minus sign in the exponent",
            correction="The exponent is −kt: the rate shrinks with time.",
            wrong=lambda g: {
                "gamma": math.exp(g.decay),
                "rate": g.initial * math.exp(g.decay * g.epoch),
            },
            departs_at="exponent",
            applies=lambda g: g.epoch >= 1 and g.decay * g.epoch < 700,
        ),
        Misconception(
            "lr-exponential/linear",
            slip="when the rate falls along a straight line",
            correction="1 − kt only starts like e^(−kt); the curve flattens and stays above 0.",
            wrong=lambda g: {"rate": g.initial * (1 - g.decay * g.epoch)},
            departs_at="learning rate",
            applies=lambda g: g.epoch >= 1,
        ),
        Misconception(
            "lr-exponential/base-2",
            slip="when the base is 2 in place of e",
            correction=lambda g: (
                f"The base is e = 2.71828…: one epoch leaves e^(−k) = {math.exp(-g.decay):.6g}."
            ),
            wrong=lambda g: {
                "gamma": 2**-g.decay,
                "rate": g.initial * 2 ** (-g.decay * g.epoch),
            },
            departs_at="factor of one epoch",
            applies=lambda g: g.epoch >= 1,
        ),
    ),
    source=SOURCE,
)
