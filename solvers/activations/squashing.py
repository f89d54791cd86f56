"""activations.sigmoid, activations.tanh: curves that squash any number into a short range.

Both flatten out on either side, where their slope is nearly 0: a gradient that passes through
many of them vanishes.

>>> from solvers import find
>>> find("activations.sigmoid").solve({"z": 0}).quantities
{'value': 0.5, 'derivative': 0.25}
>>> find("activations.tanh").solve({"z": 0}).quantities
{'value': 0.0, 'derivative': 1.0}
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from solvers.activations import arrays
from solvers.contract import Inputs, Misconception, Quantity, Solver, Work, real
from solvers.device import Device

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True, kw_only=True)
class Point(Inputs):
    """Where the function is evaluated."""

    z: float = real(-1000, 1000, "the pre-activation z")

    @property
    def sigmoid(self) -> float:
        return float(arrays.sigmoid(self.z))

    @property
    def tanh(self) -> float:
        return math.tanh(self.z)


def _value_and_slope(
    function: Callable[[torch.Tensor], torch.Tensor], given: Point, device: Device
) -> Mapping[str, Any]:
    """A torch function at z, and its derivative by autograd."""
    import torch

    z = device.tensor(given.z).requires_grad_()
    value = function(z)
    (slope,) = torch.autograd.grad(value, z)
    return {"value": value, "derivative": slope}


# --------------------------------------------------------------------- activations.sigmoid


def _sigmoid(given: Point, work: Work) -> None:
    z = given.z
    if z >= 0:
        formula = f"e^(−z) = e^({-z:g})"
        shrunk = work.step("value", "exponential", formula, math.exp(-z))
        formula = f"1/(1 + e^(−z)) = 1/(1 + {shrunk:.6g})"
    else:  # the same fraction times e^z/e^z, so that the exponential stays small
        shrunk = work.step("value", "exponential", f"e^z = e^({z:g})", math.exp(z))
        formula = f"e^z/(e^z + 1) = {shrunk:.6g}/({shrunk:.6g} + 1)"
    s = work.give("value", work.step("value", "sigmoid", formula, given.sigmoid))

    rest = work.step("derivative", "what is left to 1", f"1 − σ(z) = 1 − {s:.6g}", 1 - s)
    formula = f"σ(z)·(1 − σ(z)) = {s:.6g}·{rest:.6g}"
    work.give("derivative", work.step("derivative", "derivative", formula, s * rest))


def _sigmoid_kernel(given: Point, device: Device) -> Mapping[str, Any]:
    import torch

    return _value_and_slope(torch.sigmoid, given, device)


_SIGMOID_MISCONCEPTIONS: tuple[Misconception[Point], ...] = (
    Misconception(
        "sigmoid/sigma-only",
        slip="when σ itself is given as its derivative",
        correction=lambda g: (
            f"The derivative is σ(1 − σ): {g.sigmoid:.4g} is still to be multiplied"
            f" by {1 - g.sigmoid:.4g}."
        ),
        wrong=lambda g: {"derivative": g.sigmoid},
        departs_at="what is left to 1",
    ),
    Misconception(
        "sigmoid/tanh-rule",
        slip="when the rule of tanh is used, 1 − σ²",
        correction="The sigmoid's derivative is σ(1 − σ); one minus the square belongs to tanh.",
        wrong=lambda g: {"derivative": 1 - g.sigmoid**2},
        departs_at="derivative",
    ),
    Misconception(
        "sigmoid/z-rule",
        slip="when z is put where σ(z) belongs",
        correction=lambda g: (
            f"The rule σ(1 − σ) takes the value of the sigmoid, {g.sigmoid:.4g}, not z = {g.z:g}."
        ),
        wrong=lambda g: {"derivative": g.z * (1 - g.z)},
        departs_at="what is left to 1",
    ),
    Misconception(
        "sigmoid/exp-sign",
        slip="when the minus in the exponent is lost",
        correction=lambda g: (
            f"The sigmoid is 1/(1 + e^(−z)) and rises with z: at z = {g.z:g} it lies"
            f" {'above' if g.z > 0 else 'below'} ½."
        ),
        wrong=lambda g: {"value": float(arrays.sigmoid(-g.z))},
        departs_at="exponential",
        applies=lambda g: g.z != 0,
    ),
    Misconception(
        "sigmoid/derivative-for-value",
        slip="when the derivative is given for the value",
        correction="σ(1 − σ) is the slope of the curve; the value asked for is σ(z) itself.",
        wrong=lambda g: {"value": g.sigmoid * (1 - g.sigmoid)},
        departs_at="sigmoid",
    ),
)

sigmoid = Solver(
    id="activations.sigmoid",
    concepts=("sigmoid",),
    inputs=Point,
    quantities={
        "value": Quantity("real", "σ(z)"),
        "derivative": Quantity("real", "σ′(z)", uses=("value",)),
    },
    reference=_sigmoid,
    kernel=_sigmoid_kernel,
    misconceptions=_SIGMOID_MISCONCEPTIONS,
    source="Rumelhart, Hinton and Williams, Learning representations by back-propagating errors"
    " (1986)",
)


# ------------------------------------------------------------------------ activations.tanh


def _tanh(given: Point, work: Work) -> None:
    z = given.z
    twice = f"e^(−2·∣z∣) = e^({-2 * abs(z):g})"
    shrunk = work.step("value", "exponential", twice, math.exp(-2 * abs(z)))
    sign = "−" if z < 0 else ""
    formula = f"(e^z − e^(−z))/(e^z + e^(−z)) = {sign}(1 − {shrunk:.6g})/(1 + {shrunk:.6g})"
    t = work.give("value", work.step("value", "tanh", formula, given.tanh))

    square = work.step("derivative", "square", f"tanh²(z) = ({t:.6g})²", t * t)
    formula = f"1 − tanh²(z) = 1 − {square:.6g}"
    work.give("derivative", work.step("derivative", "derivative", formula, 1 - square))


def _tanh_kernel(given: Point, device: Device) -> Mapping[str, Any]:
    import torch

    return _value_and_slope(torch.tanh, given, device)


_TANH_MISCONCEPTIONS: tuple[Misconception[Point], ...] = (
    Misconception(
        "tanh/sigmoid-rule",
        slip="when the rule of the sigmoid is used, t(1 − t)",
        correction="The derivative of tanh is 1 − tanh²; t(1 − t) belongs to the sigmoid.",
        wrong=lambda g: {"derivative": g.tanh * (1 - g.tanh)},
        departs_at="derivative",
    ),
    Misconception(
        "tanh/no-square",
        slip="when the square is forgotten",
        correction=lambda g: f"tanh is squared before it is taken from 1: {g.tanh**2:.4g}.",
        wrong=lambda g: {"derivative": 1 - g.tanh},
        departs_at="square",
    ),
    Misconception(
        "tanh/half-argument",
        slip="when z is not doubled in 2σ(2z) − 1",
        correction=lambda g: (
            f"tanh(z) is 2σ(2z) − 1: the sigmoid is taken at 2·({g.z:g}) = {2 * g.z:g}."
        ),
        wrong=lambda g: {"value": math.tanh(g.z / 2)},  # 2σ(z) − 1
        departs_at="exponential",
    ),
    Misconception(
        "tanh/no-derivative",
        slip="when tanh itself is given as its derivative",
        correction="The derivative is 1 − tanh²: the value is yet to be squared and taken from 1.",
        wrong=lambda g: {"derivative": g.tanh},
        departs_at="square",
    ),
    Misconception(
        "tanh/derivative-for-value",
        slip="when the derivative is given for the value",
        correction="1 − tanh² is the slope of the curve; the value asked for is tanh(z) itself.",
        wrong=lambda g: {"value": 1 - g.tanh**2},
        departs_at="tanh",
    ),
)

tanh = Solver(
    id="activations.tanh",
    concepts=("tanh",),
    inputs=Point,
    quantities={
        "value": Quantity("real", "tanh z"),
        "derivative": Quantity("real", "tanh′(z)", uses=("value",)),
    },
    reference=_tanh,
    kernel=_tanh_kernel,
    misconceptions=_TANH_MISCONCEPTIONS,
    source="LeCun et al., Efficient BackProp (1998)",
)
