"""optimizers.clip_norm and .clip_value: gradients cut to size before a step.

    by norm:   g ← g·c/‖g‖ where ‖g‖ > c, else g    keeps the direction
    by value:  g ← min(max(g, −c), c) entrywise     may turn it

g (n) is the gradient, c the threshold; ‖g‖ is the Euclidean norm over all parameters together,
not tensor by tensor. torch.nn.utils.clip_grad_norm_ divides by ‖g‖ + 10⁻⁶; the 10⁻⁶ is left out
here. Source: Pascanu, Mikolov and Bengio, On the difficulty of training recurrent neural
networks, ICML 2013.

>>> from solvers import find
>>> find("optimizers.clip_norm").solve({"gradient": [6, -8], "threshold": 5}).quantities
{'norm': 10.0, 'clipped': [3.0, -4.0]}
>>> find("optimizers.clip_value").solve({"gradient": [6, -8], "threshold": 7}).quantities
{'clipped': [6.0, -7.0]}
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from solvers._written import factor, number, sum_of
from solvers.contract import (
    BadInput,
    Inputs,
    Misconception,
    Quantity,
    Solver,
    Work,
    array,
    real,
    whole,
)
from solvers.device import Device
from solvers.optimizers.arrays import clip_grad_norm, clip_grad_value

Array: TypeAlias = npt.NDArray[np.float64]

SOURCE = "Pascanu, Mikolov and Bengio, ICML 2013"


@dataclass(frozen=True, kw_only=True)
class Clipped(Inputs):
    """A gradient and its threshold."""

    gradient: Array = array("n", -1000, 1000, "gradient g of all parameters, one after another")
    threshold: float = real(1e-3, 1000, "threshold c")


@dataclass(frozen=True, kw_only=True)
class ClippedTogether(Clipped):
    """A gradient that may belong to two tensors."""

    first: int = whole(0, 64, "entries of the first of two tensors; 0 for a single", default=0)

    def check(self) -> None:
        most = len(self.gradient) - 1
        if self.first > most:
            raise BadInput("first", self.first, f"at most {most}, which leaves one for the second")

    @property
    def tensors(self) -> list[Array]:
        parts = (self.gradient[: self.first], self.gradient[self.first :])
        return [part for part in parts if len(part)]

    @property
    def norm(self) -> float:
        return float(np.linalg.norm(self.gradient))


# ------------------------------------------------------------------- optimizers.clip_norm


def _by_norm(given: ClippedTogether, work: Work) -> None:
    g, c = given.gradient, given.threshold
    formula = "Σg² = " + sum_of(g**2)
    squares = work.step("norm", "sum of squares", formula, float((g**2).sum()))
    norm = work.step("norm", "norm", f"√{number(squares)}", math.sqrt(squares))
    norm = work.give("norm", norm)
    if norm > c:
        formula = f"c/‖g‖ = {number(c)}/{number(norm)}"
    else:
        formula = f"1, because ‖g‖ = {number(norm)} is not above c = {number(c)}"
    scale = work.step("clipped", "scale", formula, c / norm if norm > c else 1.0)
    formula = f"scale·g, first {number(scale)}·{factor(g[0])}"
    work.give("clipped", work.step("clipped", "clipped gradient", formula, scale * g))


def _norm_kernel(given: ClippedTogether, device: Device) -> Mapping[str, Any]:
    """torch clips; a threshold of c(‖g‖ + 10⁻⁶)/‖g‖ undoes the 10⁻⁶ that it adds to the norm."""
    import torch

    parameters = [torch.nn.Parameter(device.tensor(part)) for part in given.tensors]
    for parameter in parameters:
        parameter.grad = parameter.detach().clone()
    norm = float(torch.nn.utils.clip_grad_norm_(parameters, math.inf))
    threshold = given.threshold * (norm + 1e-6) / norm if norm else given.threshold
    torch.nn.utils.clip_grad_norm_(parameters, threshold)
    clipped = [parameter.grad for parameter in parameters if parameter.grad is not None]
    return {"norm": norm, "clipped": torch.cat(clipped)}


def _l1(given: ClippedTogether) -> dict[str, Any]:
    norm = np.abs(given.gradient).sum()
    return {"norm": norm, "clipped": given.gradient * given.threshold / norm}


def _each_alone(given: ClippedTogether) -> dict[str, Any]:
    parts = [clip_grad_norm([part], given.threshold)[0] for part in given.tensors]
    return {"clipped": np.concatenate(parts)}


def _rescaled(rule: Callable[[ClippedTogether], float]) -> Callable[[ClippedTogether], Any]:
    """A wrong scale for the whole gradient."""
    return lambda given: {"clipped": rule(given) * given.gradient}


def _is_long(given: ClippedTogether) -> bool:
    return given.norm > given.threshold


def _not_above(given: ClippedTogether) -> str:
    return (
        f"‖g‖ = {number(given.norm)} is not above {number(given.threshold)}, so the gradient"
        " stays as it is."
    )


by_norm = Solver(
    id="optimizers.clip_norm",
    concepts=("grad-clip-norm",),
    inputs=ClippedTogether,
    quantities={
        "norm": Quantity("real", "Euclidean norm ‖g‖ over all parameters"),
        "clipped": Quantity("vector", "gradient after clipping", uses=("norm",)),
    },
    reference=_by_norm,
    kernel=_norm_kernel,
    misconceptions=(
        Misconception(
            "grad-clip-norm/by-value",
            slip="when each entry is cut to ±c",
            correction=lambda g: (
                f"All entries are scaled by the same {number(g.threshold / g.norm)}, which keeps"
                " the direction."
            ),
            wrong=lambda g: {"clipped": clip_grad_value([g.gradient], g.threshold)[0]},
            departs_at="scale",
            applies=_is_long,
        ),
        Misconception(
            "grad-clip-norm/always-rescale",
            slip="when a short gradient is stretched to the threshold",
            correction=_not_above,
            wrong=_rescaled(lambda g: g.threshold / g.norm),
            departs_at="scale",
            applies=lambda g: 0 < g.norm < g.threshold,
        ),
        Misconception(
            "grad-clip-norm/squared-norm",
            slip="when the root of the sum of squares is not taken",
            correction=lambda g: f"The norm is the root: √{number(g.norm**2)} = {number(g.norm)}.",
            wrong=_rescaled(lambda g: g.threshold / g.norm**2),
            departs_at="scale",
            applies=_is_long,
        ),
        Misconception(
            "grad-clip-norm/l1-norm",
            slip="when the sizes of the entries are added for the norm",
            correction=lambda g: (
                f"The Euclidean norm is √Σg² = {number(g.norm)}; Σ|g| is another norm."
            ),
            wrong=_l1,
            departs_at="norm",
            applies=lambda g: bool(np.abs(g.gradient).sum() > g.threshold),
        ),
        Misconception(
            "grad-clip-norm/per-tensor",
            slip="when each tensor is clipped by its own norm",
            correction=lambda g: (
                f"One norm is taken over all parameters together, ‖g‖ = {number(g.norm)}."
            ),
            wrong=_each_alone,
            departs_at="norm",
            applies=lambda g: g.first > 0 and _is_long(g),
        ),
        Misconception(
            "grad-clip-norm/unit",
            slip="when the gradient is scaled to length 1",
            correction=lambda g: (
                f"A gradient longer than c = {number(g.threshold)} is scaled to length c, and a"
                " shorter one is left as it is."
            ),
            wrong=_rescaled(lambda g: 1 / g.norm),
            departs_at="scale",
            applies=lambda g: g.norm > 0 and (g.threshold != 1 or g.norm < 1),
        ),
    ),
    source=SOURCE,
)

# ------------------------------------------------------------------ optimizers.clip_value


def _by_value(given: Clipped, work: Work) -> None:
    c = number(given.threshold)
    capped = np.minimum(given.gradient, given.threshold)
    capped = work.step("clipped", "cut from above", f"min(g, {c})", capped)
    clipped = np.maximum(capped, -given.threshold)
    work.give("clipped", work.step("clipped", "clipped gradient", f"max(…, −{c})", clipped))


def _value_kernel(given: Clipped, device: Device) -> Mapping[str, Any]:
    import torch

    parameter = torch.nn.Parameter(device.tensor(given.gradient))
    parameter.grad = device.tensor(given.gradient)
    torch.nn.utils.clip_grad_value_([parameter], given.threshold)
    return {"clipped": parameter.grad}


def _beyond(given: Clipped) -> npt.NDArray[np.bool_]:
    beyond: npt.NDArray[np.bool_] = np.abs(given.gradient) > given.threshold
    return beyond


by_value = Solver(
    id="optimizers.clip_value",
    concepts=("grad-clip-value",),
    inputs=Clipped,
    quantities={"clipped": Quantity("vector", "gradient after clipping")},
    reference=_by_value,
    kernel=_value_kernel,
    misconceptions=(
        Misconception(
            "grad-clip-value/by-norm",
            slip="when the whole gradient is scaled to length c",
            correction="By value, each entry is cut to ±c on its own, and the rest stay.",
            wrong=lambda g: {"clipped": clip_grad_norm([g.gradient], g.threshold)[0]},
            departs_at="cut from above",
        ),
        Misconception(
            "grad-clip-value/zero-out",
            slip="when entries beyond ±c are set to 0",
            correction="An entry beyond ±c becomes ±c; it is not lost.",
            wrong=lambda g: {"clipped": np.where(_beyond(g), 0.0, g.gradient)},
            departs_at="cut from above",
            applies=lambda g: bool(_beyond(g).any()),
        ),
        Misconception(
            "grad-clip-value/sign-lost",
            slip="when the signs are lost",
            correction="A negative entry keeps its sign: it is cut at −c.",
            wrong=lambda g: {"clipped": np.minimum(np.abs(g.gradient), g.threshold)},
            departs_at="cut from above",
            applies=lambda g: bool((g.gradient < 0).any()),
        ),
        Misconception(
            "grad-clip-value/upper-only",
            slip="when only large positive entries are cut",
            correction=lambda g: f"The other side is cut too, at −{number(g.threshold)}.",
            wrong=lambda g: {"clipped": np.minimum(g.gradient, g.threshold)},
            departs_at="clipped gradient",
            applies=lambda g: bool((g.gradient < -g.threshold).any()),
        ),
    ),
    source=SOURCE,
)
