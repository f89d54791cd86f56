"""architectures.efficientnet_scaling: one number φ for depth, width and resolution.

    depth ×α^φ,  width ×β^φ,  resolution ×γ^φ,  operations ×(α·β²·γ²)^φ

The operations of a convolution grow with depth once, and with width and resolution squared. The
search gave α = 1.2, β = 1.1, γ = 1.15, for which α·β²·γ² = 1.9203; the design target was 2, and
2^φ is only close. B0 alone was found by architecture search. Source: Tan and Le,
arXiv:1905.11946, equation 3.

>>> from solvers import find
>>> find("architectures.efficientnet_scaling").solve({"phi": 1}).quantities["flops"]
1.92027
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from solvers._written import number
from solvers.contract import Inputs, Misconception, Quantity, Solver, Work, real
from solvers.device import Device


@dataclass(frozen=True, kw_only=True)
class Scaling(Inputs):
    """How far a baseline is scaled up."""

    phi: float = real(0, 20, "compound coefficient φ")
    alpha: float = real(1, 4, "α, for the depth", default=1.2)
    beta: float = real(1, 4, "β, for the width", default=1.1)
    gamma: float = real(1, 4, "γ, for the resolution", default=1.15)

    @property
    def base(self) -> float:
        """What the operations are multiplied by at φ = 1."""
        return self.alpha * self.beta**2 * self.gamma**2


def _reference(given: Scaling, work: Work) -> None:
    power = number(given.phi)
    for name, symbol, base in (
        ("depth", "α", given.alpha),
        ("width", "β", given.beta),
        ("resolution", "γ", given.gamma),
    ):
        formula = f"{symbol}^φ = {number(base)}^{power}"
        work.give(name, work.step(name, f"{name} multiplier", formula, base**given.phi))
    a, b, c = number(given.alpha), number(given.beta), number(given.gamma)
    base = work.step("flops", "factor at φ = 1", f"α·β²·γ² = {a}·{b}²·{c}²", given.base)
    formula = f"{number(base)}^{power}"
    work.give("flops", work.step("flops", "factor of operations", formula, base**given.phi))


def _kernel(given: Scaling, device: Device) -> Mapping[str, Any]:
    """Logarithms add: φ(ln α + 2 ln β + 2 ln γ)."""
    import torch

    logs = given.phi * torch.log(device.tensor([given.alpha, given.beta, given.gamma]))
    depth, width, resolution = torch.exp(logs)
    flops = torch.exp(logs @ device.tensor([1.0, 2.0, 2.0]))
    return {"depth": depth, "width": width, "resolution": resolution, "flops": flops}


def _scaled(given: Scaling) -> bool:
    return given.phi > 0


solver = Solver(
    id="architectures.efficientnet_scaling",
    concepts=("efficientnet-scaling",),
    inputs=Scaling,
    quantities={
        "depth": Quantity("real", "how many times as many layers"),
        "width": Quantity("real", "how many times as many channels"),
        "resolution": Quantity("real", "how many times the side of the image"),
        "flops": Quantity("real", "how many times as many operations"),
    },
    reference=_reference,
    kernel=_kernel,
    misconceptions=(
        Misconception(
            "efficientnet-scaling/no-squares",
            slip="when width and resolution are not squared",
            correction="Width acts on channels in and out, resolution on both sides: β² and γ².",
            wrong=lambda g: {"flops": (g.alpha * g.beta * g.gamma) ** g.phi},
            departs_at="factor at φ = 1",
            applies=_scaled,
        ),
        Misconception(
            "efficientnet-scaling/linear-in-phi",
            slip="when the factor is multiplied by φ",
            correction="φ is an exponent: each step of φ multiplies the operations again.",
            wrong=lambda g: {"flops": g.phi * g.base},
            departs_at="factor of operations",
            applies=lambda g: g.phi >= 2,
        ),
        Misconception(
            "efficientnet-scaling/depth-only",
            slip="when only the depth is taken to grow",
            correction="All three grow together: depth, width and resolution.",
            wrong=lambda g: {"flops": g.alpha**g.phi},
            departs_at="factor at φ = 1",
            applies=_scaled,
        ),
        Misconception(
            "efficientnet-scaling/params-instead",
            slip="when the growth of the parameters is given",
            correction="More resolution adds operations but no weights: γ² counts here too.",
            wrong=lambda g: {"flops": (g.alpha * g.beta**2) ** g.phi},
            departs_at="factor at φ = 1",
            applies=_scaled,
        ),
    ),
    source="Tan and Le, arXiv:1905.11946, equation 3",
)
