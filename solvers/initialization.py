"""Initialization: how widely the first weights of a layer are spread, and draws that obey it.

    Xavier (Glorot):  Var(w) = 2/(n_in + n_out)     for tanh and sigmoid
    He (Kaiming):     Var(w) = 2/n_in               for ReLU

n_in and n_out are the numbers a unit reads and feeds (for a convolution f²·C_in and f²·C_out).
std = √Var; a uniform draw from −b to b has variance b²/3, so its bound is b = √3·std. N(0, 2/n_in)
names the variance: numpy and torch want its root. Weights have no unit. Sources: Glorot and
Bengio, AISTATS 2010; He et al., Delving deep into rectifiers, arXiv:1502.01852.

>>> from solvers import find
>>> find("initialization.xavier").solve({"inputs": 4, "outputs": 2}).quantities["bound"]
1.0
>>> find("initialization.he").solve({"inputs": 8}).quantities["std"]
0.5
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from solvers._written import number
from solvers.contract import BadInput, Inputs, Misconception, Quantity, Solver, Work, whole
from solvers.device import Device

__all__ = ["fans", "he", "he_solver", "xavier", "xavier_solver"]

Array: TypeAlias = npt.NDArray[np.float64]
Spread: TypeAlias = Literal["normal", "uniform"]

LARGEST_FAN = 1_000_000

# ---------------------------------------------------------------------------- for arrays


def fans(shape: Sequence[int]) -> tuple[int, int]:
    """n_in and n_out of a weight (out, in) or (out, in, *kernel); raises BadInput.

    >>> fans((64, 3, 7, 7))
    (147, 3136)
    """
    if len(shape) < 2 or min(shape) < 1:
        raise BadInput("shape", tuple(shape), "(out, in) or (out, in, *kernel), sides from 1")
    positions = math.prod(shape[2:])
    return shape[1] * positions, shape[0] * positions


def xavier(shape: Sequence[int], rng: np.random.Generator, spread: Spread = "normal") -> Array:
    """A weight of this shape with variance 2/(n_in + n_out), normal or uniform."""
    return _draw(shape, 2 / sum(fans(shape)), rng, spread)


def he(
    shape: Sequence[int],
    rng: np.random.Generator,
    spread: Spread = "normal",
    mode: Literal["fan_in", "fan_out"] = "fan_in",
) -> Array:
    """A weight of this shape with variance 2/n_in (keeps the forward pass in size), or 2/n_out
    (keeps the backward pass)."""
    n_in, n_out = fans(shape)
    return _draw(shape, 2 / (n_in if mode == "fan_in" else n_out), rng, spread)


def _draw(shape: Sequence[int], variance: float, rng: np.random.Generator, spread: str) -> Array:
    if spread not in ("normal", "uniform"):
        raise BadInput("spread", spread, "one of normal, uniform")
    if spread == "normal":
        return rng.normal(0.0, math.sqrt(variance), size=tuple(shape))
    bound = math.sqrt(3 * variance)
    return rng.uniform(-bound, bound, size=tuple(shape))


# ------------------------------------------------------------- what both solvers write down

_QUANTITIES = {
    "variance": Quantity("real", "variance of the weights"),
    "std": Quantity("real", "standard deviation of the weights", uses=("variance",)),
    "bound": Quantity("real", "bound of a uniform draw from −b to b", uses=("variance",)),
}


def _write_spread(work: Work, label: str, n: int) -> None:
    variance = work.step("variance", "variance", f"2/{label} = 2/{n}", 2 / n)
    variance = work.give("variance", variance)
    if variance < 0:  # only where a learner stated it
        raise BadInput("variance", variance, "a number from 0")
    formula = f"√variance = √{number(variance)}"
    work.give("std", work.step("std", "standard deviation", formula, math.sqrt(variance)))
    formula = f"√(3·variance) = √(3·{number(variance)})"
    work.give("bound", work.step("bound", "uniform bound", formula, math.sqrt(3 * variance)))


def _spread_of(variance: float) -> dict[str, float]:
    """All quantities that follow from a variance."""
    return {"variance": variance, "std": math.sqrt(variance), "bound": math.sqrt(3 * variance)}


# ----------------------------------------------------------------- initialization.xavier


@dataclass(frozen=True, kw_only=True)
class Fans(Inputs):
    """A layer's number of inputs and outputs."""

    inputs: int = whole(1, LARGEST_FAN, "inputs n_in of each unit")
    outputs: int = whole(1, LARGEST_FAN, "outputs n_out: units that each input feeds")

    @property
    def fan_sum(self) -> int:
        return self.inputs + self.outputs

    @property
    def variance(self) -> float:
        return 2 / self.fan_sum


def _xavier(given: Fans, work: Work) -> None:
    formula = f"n_in + n_out = {given.inputs} + {given.outputs}"
    n = work.step("variance", "fan sum", formula, given.fan_sum)
    _write_spread(work, "(n_in + n_out)", n)


def _xavier_kernel(given: Fans, _: Device) -> Mapping[str, Any]:
    """Fans and gain as torch's own initialiser reads them, from an array without numbers."""
    import torch

    weight = torch.empty(given.outputs, given.inputs, device="meta")
    n_in, n_out = torch.nn.init._calculate_fan_in_and_fan_out(weight)
    std = torch.nn.init.calculate_gain("linear") * math.sqrt(2.0 / float(n_in + n_out))
    return {"variance": std**2, "std": std, "bound": math.sqrt(3.0) * std}


def _wrong_variance(rule: Callable[[Fans], float]) -> Callable[[Fans], dict[str, float]]:
    return lambda g: _spread_of(rule(g))


xavier_solver = Solver(
    id="initialization.xavier",
    concepts=("xavier-init",),
    inputs=Fans,
    quantities=_QUANTITIES,
    reference=_xavier,
    kernel=_xavier_kernel,
    misconceptions=(
        Misconception(
            "xavier-init/variance-as-std",
            slip="when the variance is given in its place",
            correction=lambda g: (
                f"2/(n_in + n_out) = {number(g.variance)} is the variance;"
                " the spread of the weights is measured by its root."
            ),
            wrong=lambda g: {"std": g.variance, "bound": g.variance},
            departs_at="variance",
        ),
        Misconception(
            "xavier-init/fan-in-only",
            slip="when only the inputs are counted, which is He's rule",
            correction=lambda g: (
                f"Xavier counts both sides: {g.inputs} + {g.outputs} = {g.fan_sum}."
            ),
            wrong=_wrong_variance(lambda g: 2 / g.inputs),
            departs_at="fan sum",
        ),
        Misconception(
            "xavier-init/one-over",
            slip="when 1 is divided by the sum in place of 2",
            correction="The variance is 1 over the mean of n_in and n_out: 2/(n_in + n_out).",
            wrong=_wrong_variance(lambda g: 1 / g.fan_sum),
            departs_at="variance",
        ),
        Misconception(
            "xavier-init/bound-as-std",
            slip="when the bound of the uniform draw is given in its place",
            correction="A uniform draw from −b to b has the standard deviation b/√3.",
            wrong=lambda g: {"std": math.sqrt(6 / g.fan_sum)},
            departs_at="standard deviation",
        ),
        Misconception(
            "xavier-init/std-as-bound",
            slip="when the standard deviation is given in its place",
            correction="A uniform draw reaches √3 standard deviations: b = √(6/(n_in + n_out)).",
            wrong=lambda g: {"bound": math.sqrt(2 / g.fan_sum)},
            departs_at="uniform bound",
        ),
        Misconception(
            "xavier-init/product",
            slip="when inputs and outputs are multiplied",
            correction=lambda g: f"The two are added: {g.inputs} + {g.outputs} = {g.fan_sum}.",
            wrong=_wrong_variance(lambda g: 2 / (g.inputs * g.outputs)),
            departs_at="fan sum",
        ),
    ),
    source="Glorot and Bengio, Understanding the difficulty of training deep networks (2010)",
)

# --------------------------------------------------------------------- initialization.he


@dataclass(frozen=True, kw_only=True)
class Layer(Inputs):
    """A dense layer (kernel 1), or a convolution with square filters."""

    inputs: int = whole(1, LARGEST_FAN, "inputs of a dense layer, or input channels C_in")
    outputs: int = whole(
        1, LARGEST_FAN, "outputs, or filters; left out, as many as inputs", same_as="inputs"
    )
    kernel: int = whole(1, 31, "side f of the filters; 1 for a dense layer", default=1)

    @property
    def fan_in(self) -> int:
        return self.inputs * self.kernel**2

    @property
    def fan_out(self) -> int:
        return self.outputs * self.kernel**2


def _he(given: Layer, work: Work) -> None:
    f = given.kernel
    formula = "n_in" if f == 1 else f"f²·C_in = {f}²·{given.inputs}"
    fan_in = work.give("fan_in", work.step("fan_in", "fan-in", formula, given.fan_in))
    if fan_in <= 0:  # only where a learner stated it
        raise BadInput("fan_in", fan_in, "a number above 0")
    _write_spread(work, "n_in", fan_in)


def _he_kernel(given: Layer, _: Device) -> Mapping[str, Any]:
    """Fan and gain as torch's own initialiser reads them, from an array without numbers."""
    import torch

    sides = () if given.kernel == 1 else (given.kernel, given.kernel)
    weight = torch.empty(given.outputs, given.inputs, *sides, device="meta")
    fan_in, _fan_out = torch.nn.init._calculate_fan_in_and_fan_out(weight)
    std = torch.nn.init.calculate_gain("relu") / math.sqrt(fan_in)
    return {"fan_in": fan_in, "variance": std**2, "std": std, "bound": math.sqrt(3.0) * std}


_HE_QUANTITIES = {
    "fan_in": Quantity("integer", "numbers that each unit reads"),
    "variance": Quantity("real", "variance of the weights", uses=("fan_in",)),
    "std": Quantity("real", "standard deviation of the weights", uses=("fan_in", "variance")),
    "bound": Quantity("real", "bound of a uniform draw from −b to b", uses=("fan_in", "variance")),
}


def _outputs_differ(given: Layer) -> bool:
    return given.outputs != given.inputs


he_solver = Solver(
    id="initialization.he",
    concepts=("he-init",),
    inputs=Layer,
    quantities=_HE_QUANTITIES,
    reference=_he,
    kernel=_he_kernel,
    misconceptions=(
        Misconception(
            "he-init/variance-as-std",
            slip="when the variance is given in its place",
            correction=lambda g: (
                f"2/n_in = {number(2 / g.fan_in)} is the variance;"
                " the spread of the weights is measured by its root."
            ),
            wrong=lambda g: {"std": 2 / g.fan_in, "bound": 2 / g.fan_in},
            departs_at="variance",
        ),
        Misconception(
            "he-init/fan-out",
            slip="when the outputs are counted",
            correction=lambda g: f"To keep the forward pass in size, count the inputs: {g.fan_in}.",
            wrong=lambda g: _spread_of(2 / g.fan_out),
            departs_at="variance",
            applies=_outputs_differ,
        ),
        Misconception(
            "he-init/conv-fan-without-k2",
            slip="when only the channels of a convolution are counted",
            correction=lambda g: (
                f"A filter reads {g.kernel}² positions of every channel:"
                f" {g.kernel}²·{g.inputs} = {g.fan_in}."
            ),
            wrong=lambda g: {"fan_in": g.inputs, **_spread_of(2 / g.inputs)},
            departs_at="fan-in",
            applies=lambda g: g.kernel >= 2,
        ),
        Misconception(
            "he-init/gain-1",
            slip="when 1 is divided by n_in in place of 2",
            correction="ReLU sets half of the numbers to 0, and the 2 makes up for it: 2/n_in.",
            wrong=lambda g: _spread_of(1 / g.fan_in),
            departs_at="variance",
        ),
        Misconception(
            "he-init/xavier",
            slip="when inputs and outputs are both counted, which is Xavier's rule",
            correction=lambda g: f"He's rule counts the inputs alone: n_in = {g.fan_in}.",
            wrong=lambda g: _spread_of(2 / (g.fan_in + g.fan_out)),
            departs_at="variance",
            applies=_outputs_differ,
        ),
    ),
    source="He et al., Delving deep into rectifiers, arXiv:1502.01852, equation 10",
)
