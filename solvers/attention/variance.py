"""attention.dot_product_variance: why scores are divided by √d_k.

    Var(q·k) = d_k·σ_q²·σ_k²,  after the division by √d_k: σ_q²·σ_k²

d_k is the key width, σ_q and σ_k the standard deviations of the entries of q and k. This needs
entries that are independent and of mean 0; with σ = 1 a score has the standard deviation √d_k, and
1 once it is scaled, so that the softmax does not saturate as the width grows.
Source: Vaswani et al., arXiv:1706.03762, footnote 4.

>>> from solvers import find
>>> find("attention.dot_product_variance").solve({"d_k": 64}).quantities
{'variance': 64.0, 'deviation': 8.0, 'scaled_variance': 1.0, 'scaled_deviation': 1.0}
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from solvers._written import number
from solvers.contract import Inputs, Misconception, Quantity, Solver, Work, real, whole
from solvers.device import Device


@dataclass(frozen=True, kw_only=True)
class Entries(Inputs):
    """A key width, and the spread of the entries of queries and keys, whose mean is 0."""

    d_k: int = whole(1, 65_536, "key width d_k")
    sigma_q: float = real(0.01, 100, "standard deviation σ_q of a query's entries", default=1.0)
    sigma_k: float = real(0.01, 100, "standard deviation σ_k of a key's entries", default=1.0)

    @property
    def product(self) -> float:
        """The variance of one product q_i·k_i."""
        return self.sigma_q**2 * self.sigma_k**2


def _reference(given: Entries, work: Work) -> None:
    formula = f"σ_q²·σ_k² = {number(given.sigma_q)}²·{number(given.sigma_k)}²"
    one = work.step("variance", "variance of one product", formula, given.product)
    formula = f"d_k of them, added: {given.d_k}·{number(one)}"
    variance = work.step("variance", "variance", formula, given.d_k * one)
    variance = work.give("variance", variance)
    formula = f"√{number(variance)}"
    deviation = work.step("deviation", "standard deviation", formula, math.sqrt(variance))
    work.give("deviation", deviation)
    formula = f"variance/(√d_k)² = {number(variance)}/{given.d_k}"
    scaled = work.step("scaled_variance", "variance after scaling", formula, variance / given.d_k)
    scaled = work.give("scaled_variance", scaled)
    formula, label = f"√{number(scaled)}", "standard deviation after scaling"
    work.give("scaled_deviation", work.step("scaled_deviation", label, formula, math.sqrt(scaled)))


def _kernel(given: Entries, device: Device) -> Mapping[str, Any]:
    """No draw is needed: entries of ±σ with even chances have four equally likely products."""
    import torch

    entries = [device.tensor([-sigma, sigma]) for sigma in (given.sigma_q, given.sigma_k)]
    one = torch.var(torch.cartesian_prod(*entries).prod(dim=1), correction=0)
    variance = one.expand(given.d_k).sum()
    scale = torch.rsqrt(device.tensor(float(given.d_k)))
    deviation = variance.sqrt()
    return {
        "variance": variance,
        "deviation": deviation,
        "scaled_variance": (deviation * scale) ** 2,
        "scaled_deviation": deviation * scale,
    }


def _from_variance(variance: float) -> dict[str, float]:
    return {"variance": variance, "deviation": math.sqrt(variance)}


solver = Solver(
    id="attention.dot_product_variance",
    concepts=("dot-product-variance",),
    inputs=Entries,
    quantities={
        "variance": Quantity("real", "variance of a score q·k before scaling"),
        "deviation": Quantity(
            "real", "standard deviation of a score before scaling", uses=("variance",)
        ),
        "scaled_variance": Quantity(
            "real", "variance of a score after the division by √d_k", uses=("variance",)
        ),
        "scaled_deviation": Quantity(
            "real",
            "standard deviation of a score after the division by √d_k",
            uses=("variance", "scaled_variance"),
        ),
    },
    reference=_reference,
    kernel=_kernel,
    misconceptions=(
        Misconception(
            "dot-product-variance/sd-is-dk",
            slip="when the standard deviation is taken to grow like d_k",
            correction=lambda g: (
                f"The variance grows like d_k, its root like √{g.d_k} = {number(g.d_k**0.5)}."
            ),
            wrong=lambda g: {"deviation": g.d_k * math.sqrt(g.product)},
            departs_at="standard deviation",
            applies=lambda g: g.d_k >= 2,
        ),
        Misconception(
            "dot-product-variance/variance-sqrt",
            slip="when the variance is taken to grow like √d_k",
            correction="Variances of independent terms add up: the variance grows like d_k.",
            wrong=lambda g: _from_variance(math.sqrt(g.d_k) * g.product),
            departs_at="variance",
            applies=lambda g: g.d_k >= 2,
        ),
        Misconception(
            "dot-product-variance/no-growth",
            slip="when a sum is taken to vary no more than one of its terms",
            correction=lambda g: (
                f"A score is a sum of {g.d_k} products, and the variance of each is added."
            ),
            wrong=lambda g: _from_variance(g.product),
            departs_at="variance",
            applies=lambda g: g.d_k >= 2,
        ),
        Misconception(
            "dot-product-variance/square",
            slip="when the variance is taken to grow like d_k²",
            correction="Independent terms have no covariances: d_k variances are added, not d_k².",
            wrong=lambda g: {"variance": g.d_k**2 * g.product},
            departs_at="variance",
            applies=lambda g: g.d_k >= 2,
        ),
        Misconception(
            "dot-product-variance/scaled-variance",
            slip="when 1/√d_k is taken for what is left of the variance",
            correction="Dividing by √d_k divides the variance by d_k, which takes it off exactly.",
            wrong=lambda g: {"scaled_variance": g.product / math.sqrt(g.d_k)},
            departs_at="variance after scaling",
            applies=lambda g: g.d_k >= 2,
        ),
    ),
    source="Vaswani et al., arXiv:1706.03762, footnote 4",
)
