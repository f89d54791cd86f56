"""activations.relu, relu_gradient, leaky_relu, gelu: functions that let positive numbers pass.

>>> from solvers import find
>>> find("activations.relu").solve({"z": [-2, 3]}).quantities
{'output': [0.0, 3.0]}
>>> find("activations.relu_gradient").solve({"z": [-2, 3], "upstream": [5, 7]}).quantities
{'gradient': [0.0, 7.0]}
>>> find("activations.leaky_relu").solve({"z": [-2, 3], "slope": 0.1}).quantities
{'output': [-0.2, 3.0]}
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from solvers.activations import arrays
from solvers.activations.arrays import Array
from solvers.contract import Inputs, Misconception, Quantity, Solver, Work, array, real
from solvers.device import Device

# ------------------------------------------------------------------------ activations.relu


@dataclass(frozen=True, kw_only=True)
class Units(Inputs):
    """A layer of units before their activation."""

    z: Array = array("n", -1000, 1000, "the pre-activations z")


def _relu(given: Units, work: Work) -> None:
    formula = "max(0, zᵢ): positive entries stay, the others become 0"
    work.give("output", work.step("output", "output", formula, arrays.relu(given.z)))


def _relu_kernel(given: Units, device: Device) -> Mapping[str, Any]:
    import torch

    return {"output": torch.nn.functional.relu(device.tensor(given.z))}


_RELU_MISCONCEPTIONS: tuple[Misconception[Units], ...] = (
    Misconception(
        "relu/abs",
        slip="when negative entries lose their sign only",
        correction="ReLU is max(0, z), not ∣z∣: a negative entry becomes 0.",
        wrong=lambda g: {"output": np.abs(g.z)},
        departs_at="output",
    ),
    Misconception(
        "relu/identity",
        slip="when negative entries are kept",
        correction="ReLU is max(0, z): a negative entry becomes 0.",
        wrong=lambda g: {"output": g.z},
        departs_at="output",
    ),
    Misconception(
        "relu/cap-at-1",
        slip="when entries above 1 are cut off at 1",
        correction=lambda g: f"ReLU has no upper limit: {g.z.max():g} stays {g.z.max():g}.",
        wrong=lambda g: {"output": np.clip(g.z, 0, 1)},
        departs_at="output",
        applies=lambda g: bool((g.z > 1).any()),
    ),
)

relu = Solver(
    id="activations.relu",
    concepts=("relu",),
    inputs=Units,
    quantities={"output": Quantity("vector", "max(0, z)")},
    reference=_relu,
    kernel=_relu_kernel,
    misconceptions=_RELU_MISCONCEPTIONS,
    source="Nair and Hinton, Rectified linear units improve restricted Boltzmann machines (2010)",
)


# --------------------------------------------------------------- activations.relu_gradient


@dataclass(frozen=True, kw_only=True)
class UnitsWithGradient(Units):
    """A layer of units, and the gradient that arrives at their outputs."""

    upstream: Array = array("n", -1000, 1000, "the gradient g = ∂L/∂a that arrives from above")


def _relu_gradient(given: UnitsWithGradient, work: Work) -> None:
    formula = "1 where zᵢ > 0, else 0 (at 0 itself by convention)"
    open_units = (given.z > 0).astype(np.float64)
    slopes = work.step("gradient", "slopes", formula, open_units)
    formula = "∂L/∂zᵢ = gᵢ · slopeᵢ"
    passed = work.step("gradient", "gradient", formula, given.upstream * slopes)
    work.give("gradient", passed)


def _relu_gradient_kernel(given: UnitsWithGradient, device: Device) -> Mapping[str, Any]:
    """Autograd through torch's own ReLU."""
    import torch

    z = device.tensor(given.z).requires_grad_()
    output = torch.nn.functional.relu(z)
    (gradient,) = torch.autograd.grad(output, z, device.tensor(given.upstream))
    return {"gradient": gradient}


_RELU_GRADIENT_MISCONCEPTIONS: tuple[Misconception[UnitsWithGradient], ...] = (
    Misconception(
        "relu/abs",
        slip="when the gradient is turned round at negative units",
        correction="ReLU is flat for negative z, so its slope there is 0 and not −1.",
        wrong=lambda g: {"gradient": g.upstream * np.sign(g.z)},
        departs_at="slopes",
    ),
    Misconception(
        "relu/identity",
        slip="when z itself is given in place of the gradient",
        correction="z decides which entries of g pass, and those pass with their own value.",
        wrong=lambda g: {"gradient": g.z},
        departs_at="gradient",
    ),
    Misconception(
        "relu/keep-negative-grad",
        slip="when the gradient also passes through negative units",
        correction="A unit with negative z gives out 0 whatever happens to z, so nothing passes.",
        wrong=lambda g: {"gradient": g.upstream},
        departs_at="slopes",
    ),
)

relu_gradient = Solver(
    id="activations.relu_gradient",
    concepts=("relu",),
    inputs=UnitsWithGradient,
    quantities={"gradient": Quantity("vector", "∂L/∂z, the gradient behind the ReLU")},
    reference=_relu_gradient,
    kernel=_relu_gradient_kernel,
    misconceptions=_RELU_GRADIENT_MISCONCEPTIONS,
    source="Nair and Hinton, Rectified linear units improve restricted Boltzmann machines (2010);"
    " slope 0 at 0 as in torch's autograd",
)


# ------------------------------------------------------------------ activations.leaky_relu


@dataclass(frozen=True, kw_only=True)
class LeakyUnits(Units):
    """A layer of units, and the slope for negative ones."""

    slope: float = real(0, 1, "the slope α for negative z", default=0.01)


def _leaky_relu(given: LeakyUnits, work: Work) -> None:
    formula = f"α·zᵢ = {given.slope:g}·zᵢ"
    label = "what negative entries become"
    scaled = work.step("output", label, formula, given.slope * given.z)
    formula = "zᵢ where it is positive, else α·zᵢ"
    output = np.where(given.z > 0, given.z, scaled)
    work.give("output", work.step("output", "output", formula, output))


def _leaky_relu_kernel(given: LeakyUnits, device: Device) -> Mapping[str, Any]:
    import torch

    z = device.tensor(given.z)
    return {"output": torch.nn.functional.leaky_relu(z, given.slope)}


_LEAKY_RELU_MISCONCEPTIONS: tuple[Misconception[LeakyUnits], ...] = (
    Misconception(
        "leaky-relu/alpha-on-positive",
        slip="when α is put on the positive entries",
        correction="Positive entries pass unchanged; α shrinks the negative ones.",
        wrong=lambda g: {"output": np.where(g.z > 0, g.slope * g.z, g.z)},
        departs_at="output",
    ),
    Misconception(
        "leaky-relu/zero-negative",
        slip="when plain ReLU is used",
        correction=lambda g: f"A negative entry is not lost: it is multiplied by α = {g.slope:g}.",
        wrong=lambda g: {"output": arrays.relu(g.z)},
        departs_at="what negative entries become",
    ),
    Misconception(
        "leaky-relu/alpha-constant",
        slip="when every negative entry becomes −α",
        correction=lambda g: f"α is a slope: a negative z becomes {g.slope:g}·z, not a constant.",
        wrong=lambda g: {"output": np.where(g.z < 0, -g.slope, g.z)},
        departs_at="what negative entries become",
    ),
    Misconception(
        "leaky-relu/alpha-both",
        slip="when α is put on all entries",
        correction="Positive entries pass unchanged; only the negative ones are multiplied by α.",
        wrong=lambda g: {"output": g.slope * g.z},
        departs_at="output",
    ),
)

leaky_relu = Solver(
    id="activations.leaky_relu",
    concepts=("leaky-relu",),
    inputs=LeakyUnits,
    quantities={"output": Quantity("vector", "z where positive, else αz")},
    reference=_leaky_relu,
    kernel=_leaky_relu_kernel,
    misconceptions=_LEAKY_RELU_MISCONCEPTIONS,
    source="Maas, Hannun and Ng, Rectifier nonlinearities improve neural network acoustic models"
    " (2013)",
)


# ------------------------------------------------------------------------ activations.gelu


@dataclass(frozen=True, kw_only=True)
class Point(Inputs):
    """Where the function is evaluated."""

    z: float = real(-1000, 1000, "the pre-activation z")

    @property
    def cdf(self) -> float:
        """Φ(z): how much of a standard normal distribution lies below z."""
        return float(arrays.normal_cdf(self.z))

    @property
    def pdf(self) -> float:
        """φ(z): the height of the bell curve at z."""
        return math.exp(-(self.z**2) / 2) / math.sqrt(2 * math.pi)


def _gelu(given: Point, work: Work) -> None:
    formula = f"Φ(z) = ½(1 + erf(z/√2)), z = {given.z:g}"
    share = work.step("value", "share of the bell curve below z", formula, given.cdf)
    formula = f"z·Φ(z) = ({given.z:g})·{share:.6g}"
    work.give("value", work.step("value", "GELU", formula, given.z * share))


def _gelu_kernel(given: Point, device: Device) -> Mapping[str, Any]:
    import torch

    return {"value": torch.nn.functional.gelu(device.tensor(given.z))}


_GELU_MISCONCEPTIONS: tuple[Misconception[Point], ...] = (
    Misconception(
        "gelu/pdf-not-cdf",
        slip="when z is multiplied by the height of the bell curve",
        correction=lambda g: (
            f"The factor is the area below z, Φ(z) = {g.cdf:.4g}, not the height"
            f" φ(z) = {g.pdf:.4g}."
        ),
        wrong=lambda g: {"value": g.z * g.pdf},
        departs_at="share of the bell curve below z",
    ),
    Misconception(
        "gelu/cdf-only",
        slip="when Φ(z) is not multiplied by z",
        correction=lambda g: f"Φ(z) is the share of z that passes: {g.cdf:.4g} times {g.z:g}.",
        wrong=lambda g: {"value": g.cdf},
        departs_at="GELU",
    ),
    Misconception(
        "gelu/relu",
        slip="when ReLU is used in its place",
        correction="GELU weighs z by Φ(z): it bends smoothly and lets a little negative through.",
        wrong=lambda g: {"value": max(0.0, g.z)},
        departs_at="share of the bell curve below z",
    ),
    Misconception(
        "gelu/sigmoid-gate",
        slip="when σ(z) takes the place of Φ(z), which is SiLU",
        correction="The gate of GELU is the normal distribution function Φ, not the sigmoid.",
        wrong=lambda g: {"value": g.z * float(arrays.sigmoid(g.z))},
        departs_at="share of the bell curve below z",
    ),
)

gelu = Solver(
    id="activations.gelu",
    concepts=("gelu",),
    inputs=Point,
    quantities={"value": Quantity("real", "z·Φ(z), exact form")},
    reference=_gelu,
    kernel=_gelu_kernel,
    misconceptions=_GELU_MISCONCEPTIONS,
    source="Hendrycks and Gimpel, Gaussian error linear units, arXiv:1606.08415",
)
