"""transformers.relative_shift: a step of k positions is one rotation, wherever it starts.

    [sin ω(p + k)]   [ cos ωk  sin ωk] [sin ωp]
    [cos ω(p + k)] = [−sin ωk  cos ωk] [cos ωp],   ω_i = 1/10000^(2i/d)

    PE(p)·PE(p + k) = Σ_i cos(ω_i k), whatever p is

p is a position from 0, k the shift, i = 0 … d/2 − 1 the pair of channels, d the model width, ω in
radians per position. A linear layer can therefore learn to look k positions ahead.
Source: Vaswani et al., arXiv:1706.03762, section 3.5.

>>> from solvers import find
>>> shift = {"position": 5, "shift": 0, "index": 0, "d_model": 4}
>>> found = find("transformers.relative_shift").solve(shift).quantities
>>> found["matrix"], found["dot_product"]
([[1.0, 0.0], [0.0, 1.0]], 2.0)
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from solvers._written import number
from solvers.attention import positional_encoding
from solvers.attention.arrays import Array
from solvers.contract import BadInput, Inputs, Misconception, Quantity, Solver, Work, whole
from solvers.device import Device


@dataclass(frozen=True, kw_only=True)
class Shift(Inputs):
    """Two positions, and one pair of channels."""

    position: int = whole(0, 2000, "position p, from 0")
    shift: int = whole(0, 2000, "shift k")
    index: int = whole(0, 511, "index i of the pair of channels 2i and 2i + 1, from 0")
    d_model: int = whole(2, 1024, "number of channels d, even")

    def check(self) -> None:
        if self.d_model % 2:
            raise BadInput("d_model", self.d_model, "an even number, a sine for each cosine")
        if self.index >= self.d_model // 2:
            raise BadInput("index", self.index, f"at most {self.d_model // 2 - 1}, the last pair")

    @property
    def omega(self) -> float:
        return float(10000 ** (-2 * self.index / self.d_model))

    @property
    def pair(self) -> Array:
        return _pair(self.omega * self.position)


def _pair(angle: float) -> Array:
    return np.array([math.sin(angle), math.cos(angle)])


def _rotation(angle: float) -> Array:
    sine, cosine = math.sin(angle), math.cos(angle)
    return np.array([[cosine, sine], [0.0 - sine, cosine]])


def _reference(given: Shift, work: Work) -> None:
    i, d, p, k = given.index, given.d_model, given.position, given.shift
    formula = f"ω = 1/10000^(2i/d) = 1/10000^({2 * i}/{d})"
    omega = work.give("omega", work.step("omega", "frequency", formula, given.omega))
    formula = f"ωk = {number(omega)}·{k}"
    angle = work.step("matrix", "angle of the shift", formula, omega * k)
    formula = "cos ωk, sin ωk; −sin ωk, cos ωk"
    matrix = work.give("matrix", work.step("matrix", "rotation", formula, _rotation(angle)))

    pair = work.step("shifted", "pair at p", f"sin and cos of ω·{p}", _pair(omega * p))
    shifted = work.step("shifted", f"pair at p + {k}", "rotation · pair", matrix @ pair)
    work.give("shifted", shifted)

    every = 10000 ** (-2 * np.arange(d // 2) / d)
    label, formula = "cosines of all pairs", "cos(ω_i k) for i = 0 … d/2 − 1"
    cosines = work.step("dot_product", label, formula, np.cos(every * k))
    formula = "Σ_i cos(ω_i k), without p"
    work.give("dot_product", work.step("dot_product", "sum", formula, float(cosines.sum())))


def _kernel(given: Shift, device: Device) -> Mapping[str, Any]:
    """The map found from two positions and where they go, and the sum from two encodings."""
    import torch

    even = torch.arange(0, given.d_model, 2, dtype=device.dtype, device=device.name)
    omegas = torch.exp(even * (-math.log(10000.0) / given.d_model))
    omega = omegas[given.index]

    def encoded(angle: torch.Tensor) -> torch.Tensor:
        return torch.stack((torch.sin(angle), torch.cos(angle)))

    # Position 0 and a quarter of a wave later.
    start = torch.tensor([0.0, math.pi / 2], dtype=device.dtype, device=device.name)
    matrix = torch.linalg.solve(encoded(start).T, encoded(start + omega * given.shift).T).T
    later = given.position + given.shift
    here, there = encoded(omegas * given.position), encoded(omegas * later)
    return {
        "omega": omega,
        "matrix": matrix,
        "shifted": there[:, given.index],
        "dot_product": torch.sum(here * there),
    }


def _from_angle(angle: Callable[[Shift], float]) -> Callable[[Shift], dict[str, Any]]:
    """Quantities that follow from a wrong angle of the rotation."""

    def wrong(given: Shift) -> dict[str, Any]:
        matrix = _rotation(angle(given))
        return {"matrix": matrix, "shifted": matrix @ given.pair}

    return wrong


def _added(given: Shift) -> dict[str, Any]:
    """PE(p) + PE(k) in place of PE(p + k)."""
    table = positional_encoding(max(given.position, given.shift) + 1, given.d_model)
    here, step = table[given.position], table[given.shift]
    pair = given.pair + _pair(given.omega * given.shift)
    return {"shifted": pair, "dot_product": float(here @ (here + step))}


solver = Solver(
    id="transformers.relative_shift",
    concepts=("pe-relative-shift",),
    inputs=Shift,
    quantities={
        "omega": Quantity("real", "frequency ω of the pair, in radians per position"),
        "matrix": Quantity("matrix", "the 2 × 2 matrix that shifts by k", uses=("omega",)),
        "shifted": Quantity("vector", "sine and cosine at p + k", uses=("omega", "matrix")),
        "dot_product": Quantity("real", "dot product of the encodings at p and p + k"),
    },
    reference=_reference,
    kernel=_kernel,
    misconceptions=(
        Misconception(
            "pe-relative-shift/transposed",
            slip="when the rotation goes the other way",
            correction="sin(a + b) = sin a cos b + cos a sin b: the top row is cos ωk, sin ωk.",
            wrong=_from_angle(lambda g: -g.omega * g.shift),
            departs_at="rotation",
            applies=lambda g: g.shift >= 1,
        ),
        Misconception(
            "pe-relative-shift/depends-on-p",
            slip="when the position goes into the angle as well",
            correction="The matrix depends on the shift k alone: that is what makes it useful.",
            wrong=_from_angle(lambda g: g.omega * g.shift * g.position),
            departs_at="angle of the shift",
            applies=lambda g: g.position != 1,
        ),
        Misconception(
            "pe-relative-shift/additive",
            slip="when PE(p) + PE(k) is taken for PE(p + k)",
            correction="Angles add up, and sines do not: the shift is a rotation.",
            wrong=_added,
            departs_at=lambda g: f"pair at p + {g.shift}",
        ),
        Misconception(
            "pe-relative-shift/no-omega",
            slip="when the angle is k itself",
            correction=lambda g: f"The pair turns by ω = {number(g.omega)} a position: angle ωk.",
            wrong=_from_angle(lambda g: g.shift),
            departs_at="angle of the shift",
            applies=lambda g: g.index >= 1,
        ),
    ),
    source="Vaswani et al., arXiv:1706.03762, section 3.5",
)
