"""energy.affine_flow: the density of what a flow makes of noise.

    x = f(z) = a z + b,  z ~ N(0, 1):   ln p(x) = ln p_z(f⁻¹(x)) − ln|a|

In general ln|det ∂f/∂z| is subtracted: where f stretches space, the density thins out. Natural
logarithms; a of either sign. Source: Rezende and Mohamed, Variational inference with normalizing
flows, arXiv:1505.05770, section 3.

>>> from solvers import find
>>> known = find("energy.affine_flow").solve({"scale": -2, "shift": 1, "x": 1}).quantities
>>> known["z"], round(known["log_density"], 4)
(0.0, -1.6121)
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from solvers._written import factor, number
from solvers.contract import BadInput, Inputs, Misconception, Quantity, Solver, Work, real
from solvers.device import Device


@dataclass(frozen=True, kw_only=True)
class Flow(Inputs):
    """A flow x = a z + b, and a place x."""

    scale: float = real(-1000, 1000, "scale a, not 0")
    shift: float = real(-1000, 1000, "shift b")
    x: float = real(-1000, 1000, "the place x")

    def check(self) -> None:
        if abs(self.scale) < 0.001:
            raise BadInput("scale", self.scale, "0.001 or more, with either sign")

    @property
    def z(self) -> float:
        """f⁻¹(x)"""
        return (self.x - self.shift) / self.scale + 0.0  # no −0

    @property
    def log_stretch(self) -> float:
        """ln|a|"""
        return math.log(abs(self.scale))

    @property
    def stretches(self) -> bool:
        return abs(self.scale) != 1


def log_normal(z: float) -> float:
    """ln N(z; 0, 1) = −(z² + ln 2π)/2"""
    return -(z * z + math.log(2 * math.pi)) / 2


def _reference(given: Flow, work: Work) -> None:
    a, name = given.scale, "log_density"
    formula = f"(x − b)/a = ({number(given.x)} − {factor(given.shift)})/{factor(a)}"
    z = work.give("z", work.step("z", "back to the noise", formula, given.z))
    formula = f"−(z² + ln 2π)/2 = −({factor(z)}² + 1.83788)/2"
    base = work.step(name, "ln p_z(z)", formula, log_normal(z))
    stretch = work.step(name, "stretch", f"ln|a| = ln {number(abs(a))}", given.log_stretch)
    formula = f"{number(base)} − {factor(stretch)}"
    work.give(name, work.step(name, "log-density", formula, base - stretch))


def _kernel(given: Flow, device: Device) -> Mapping[str, Any]:
    """Normal noise sent through the flow, as torch keeps account of its density."""
    import torch
    from torch.distributions import AffineTransform, Normal, TransformedDistribution

    a, b, x = (device.tensor(value) for value in (given.scale, given.shift, given.x))
    flow = AffineTransform(b, a)
    noise = Normal(torch.zeros_like(x), torch.ones_like(x))
    made: Any = TransformedDistribution(noise, flow)
    return {"z": flow.inv(x), "log_density": made.log_prob(x)}


def _density(rule: Callable[[Flow], float]) -> Callable[[Flow], dict[str, float]]:
    return lambda given: {"log_density": rule(given)}


solver = Solver(
    id="energy.affine_flow",
    concepts=("flow-change-of-variables",),
    inputs=Flow,
    quantities={
        "z": Quantity("real", "z = f⁻¹(x), the noise that leads to x"),
        "log_density": Quantity("real", "ln p(x)", uses=("z",)),
    },
    reference=_reference,
    kernel=_kernel,
    misconceptions=(
        Misconception(
            "flow-change-of-variables/sign-of-logdet",
            slip="when ln|a| is added",
            correction="Stretching thins the density out: ln|a| of the forward map is subtracted.",
            wrong=_density(lambda g: log_normal(g.z) + g.log_stretch),
            departs_at="log-density",
            applies=lambda g: g.stretches,
        ),
        Misconception(
            "flow-change-of-variables/no-logdet",
            slip="when ln|a| is left out",
            correction="A density changes where space is stretched: subtract ln|a|.",
            wrong=_density(lambda g: log_normal(g.z)),
            departs_at="stretch",
            applies=lambda g: g.stretches,
        ),
        Misconception(
            "flow-change-of-variables/forgot-inverse",
            slip="when the density of the noise is taken at x",
            correction="p_z belongs to z: go back to z = (x − b)/a first.",
            wrong=lambda g: {"z": g.x, "log_density": log_normal(g.x) - g.log_stretch},
            departs_at="back to the noise",
            applies=lambda g: g.x != g.z,
        ),
        Misconception(
            "flow-change-of-variables/no-log",
            slip="when |a| is subtracted without its logarithm",
            correction="Of a log-density the logarithm ln|a| is subtracted.",
            wrong=_density(lambda g: log_normal(g.z) - abs(g.scale)),
            departs_at="stretch",
        ),
    ),
    source="Rezende and Mohamed, arXiv:1505.05770, section 3",
)
