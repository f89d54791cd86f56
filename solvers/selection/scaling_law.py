"""selection.scaling_law: how much lower the loss of a larger model is.

    L(N) = (N_c/N)^α,  so  L(kN)/L(N) = k^−α

N counts parameters, N_c is a constant that cancels; α ≈ 0.076 for parameters. The law holds where
data and compute are not what limits the model. Source: Kaplan et al., Scaling laws for neural
language models, arXiv:2001.08361, equation 1.1.

>>> from solvers import find
>>> round(find("selection.scaling_law").solve({"growth": 2}).quantities["loss_ratio"], 3)
0.949
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from solvers._written import number
from solvers.contract import Inputs, Misconception, Quantity, Solver, Work, real
from solvers.device import Device


@dataclass(frozen=True, kw_only=True)
class Growth(Inputs):
    """A model that is made larger."""

    growth: float = real(1, 1e6, "factor k by which the model grows")
    exponent: float = real(0.001, 2, "exponent α of the power law", default=0.076)


def _reference(given: Growth, work: Work) -> None:
    k, alpha = given.growth, given.exponent
    formula = f"k^α = {number(k)}^{number(alpha)}"
    power = work.step("loss_ratio", "power of the growth", formula, k**alpha)
    formula = f"k^−α = 1/{number(power)}"
    work.give("loss_ratio", work.step("loss_ratio", "loss ratio", formula, 1 / power))


def _kernel(given: Growth, device: Device) -> Mapping[str, Any]:
    """The law itself, for a model of size 1 and one k times as large."""
    import torch

    sizes = device.tensor([1.0, given.growth])
    losses = torch.pow(1 / sizes, given.exponent)
    return {"loss_ratio": losses[1] / losses[0]}


def _grows(given: Growth) -> bool:
    return given.growth > 1


solver = Solver(
    id="selection.scaling_law",
    concepts=("scaling-laws",),
    inputs=Growth,
    quantities={"loss_ratio": Quantity("real", "loss of the larger model over that before")},
    reference=_reference,
    kernel=_kernel,
    misconceptions=(
        Misconception(
            "scaling-laws/linear",
            slip="when the loss is taken to fall in proportion to the size",
            correction=lambda g: (
                f"The exponent is small: the loss falls with k to the power {number(g.exponent)}."
            ),
            wrong=lambda g: {"loss_ratio": 1 / g.growth},
            departs_at="power of the growth",
            applies=lambda g: _grows(g) and g.exponent != 1,
        ),
        Misconception(
            "scaling-laws/exponential",
            slip="when an exponential e^−αk is taken for the power law",
            correction="In a power law the growth k is the base and α the exponent: k^−α.",
            wrong=lambda g: {"loss_ratio": math.exp(-g.exponent * g.growth)},
            departs_at="power of the growth",
        ),
        Misconception(
            "scaling-laws/positive-exponent",
            slip="when the exponent loses its minus sign",
            correction="A larger model has a lower loss, so the ratio is below 1: k^−α.",
            wrong=lambda g: {"loss_ratio": g.growth**g.exponent},
            departs_at="loss ratio",
            applies=_grows,
        ),
    ),
    source="Kaplan et al., Scaling laws for neural language models, arXiv:2001.08361",
)
