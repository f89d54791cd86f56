"""attention.positional_encoding: sines and cosines that tell positions apart.

    PE(pos, 2i) = sin(pos/10000^(2i/d)),  PE(pos, 2i + 1) = cos(pos/10000^(2i/d))

pos from 0, i = 0 … d/2 − 1 numbers the *pairs* of channels, which share one angle (in radians);
the row PE(pos) has d channels and is added to the token. Some codes put all sines before all
cosines: the same channels in another order. That such a code carries over to longer texts than
were trained on is a hope of the paper's, rarely met (Press et al., arXiv:2108.12409).
Source: Vaswani et al., arXiv:1706.03762, section 3.5.

>>> from solvers import find
>>> first = find("attention.positional_encoding").solve({"position": 0, "index": 1, "d_model": 4})
>>> first.quantities["encoding"]
[0.0, 1.0, 0.0, 1.0]
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from solvers.attention.arrays import Array
from solvers.contract import BadInput, Inputs, Misconception, Quantity, Solver, Work, whole
from solvers.device import Device


@dataclass(frozen=True, kw_only=True)
class Entry(Inputs):
    """A position, and a pair of channels: 2i and 2i + 1."""

    position: int = whole(0, 100_000, "position pos, from 0")
    index: int = whole(0, 511, "index i of the pair of channels 2i and 2i + 1, from 0")
    d_model: int = whole(2, 1024, "number of channels d")

    def check(self) -> None:
        last = (self.d_model - 2) // 2
        if self.index > last:
            raise BadInput("index", self.index, f"at most {last}, the last pair of channels")

    @property
    def columns(self) -> Array:
        return np.arange(self.d_model, dtype=np.float64)


def _encoding(given: Entry, work: Work) -> None:
    i, d, pos = given.index, given.d_model, given.position
    exponent = work.step("angle", "exponent", f"2i/d = 2·{i}/{d}", 2 * i / d)
    divisor = work.step("angle", "divisor", f"10000^{exponent:.4g}", 10000**exponent)
    angle = work.step("angle", "angle in radians", f"{pos} / {divisor:.6g}", pos / divisor)
    angle = work.give("angle", angle)
    work.give("even", work.step("even", f"channel {2 * i}", "sin(angle)", math.sin(angle)))
    work.give("odd", work.step("odd", f"channel {2 * i + 1}", "cos(angle)", math.cos(angle)))

    angles = pos / 10000 ** (2 * (given.columns // 2) / d)
    row = np.where(given.columns % 2 == 0, np.sin(angles), np.cos(angles))
    work.give("encoding", work.step("encoding", "all channels", "sin, cos, sin, cos, …", row))


def _encoding_kernel(given: Entry, device: Device) -> Mapping[str, Any]:
    """The vectorised form in log space, as models compute it."""
    import torch

    even = torch.arange(0, given.d_model, 2, dtype=device.dtype, device=device.name)
    angles = given.position * torch.exp(even * (-math.log(10000.0) / given.d_model))
    pairs = torch.stack((torch.sin(angles), torch.cos(angles)), dim=1)
    return {
        "angle": angles[given.index],
        "even": pairs[given.index, 0],
        "odd": pairs[given.index, 1],
        "encoding": pairs.flatten()[: given.d_model],
    }


def _from_exponent(
    exponent: Callable[[Array], Array], *, shift: int = 0, unit: float = 1.0
) -> Callable[[Entry], dict[str, Any]]:
    """Quantities that follow from a wrong exponent (from the column), position or unit."""

    def wrong(given: Entry) -> dict[str, Any]:
        position = given.position + shift
        angles = position / 10000 ** (exponent(given.columns) / given.d_model) * unit
        return _entries(given, np.where(given.columns % 2 == 0, np.sin(angles), np.cos(angles)))

    return wrong


def _entries(given: Entry, row: Array) -> dict[str, Any]:
    first = 2 * given.index
    return {"even": row[first], "odd": row[first + 1], "encoding": row}


def _swapped(given: Entry) -> dict[str, Any]:
    angles = given.position / 10000 ** (2 * (given.columns // 2) / given.d_model)
    return _entries(given, np.where(given.columns % 2 == 0, np.cos(angles), np.sin(angles)))


solver = Solver(
    id="attention.positional_encoding",
    concepts=("positional-encoding",),
    inputs=Entry,
    quantities={
        "angle": Quantity("real", "angle of the pair, in radians"),
        "even": Quantity("real", "PE(pos, 2i), the sine", uses=("angle",)),
        "odd": Quantity("real", "PE(pos, 2i + 1), the cosine", uses=("angle",)),
        "encoding": Quantity("vector", "the whole row of a position", uses=("angle",)),
    },
    reference=_encoding,
    kernel=_encoding_kernel,
    misconceptions=(
        Misconception(
            "positional-encoding/i-not-2i",
            slip="when the exponent is i/d",
            correction="The exponent is 2i/d: it runs from 0 to nearly 1 over the d/2 pairs.",
            wrong=_from_exponent(lambda column: column // 2),
            departs_at="exponent",
        ),
        Misconception(
            "positional-encoding/double-index",
            slip="when the number of the column is doubled",
            correction="Column 2i already holds the 2: the exponent is 2i/d, not 2·2i/d.",
            wrong=_from_exponent(lambda column: 2 * column),
            departs_at="exponent",
        ),
        Misconception(
            "positional-encoding/sin-cos-swapped",
            slip="when sine and cosine are swapped",
            correction="Even channels hold the sine, odd channels the cosine.",
            wrong=_swapped,
        ),
        Misconception(
            "positional-encoding/degrees",
            slip="when the angle is read in degrees",
            correction="The angle is in radians.",
            wrong=_from_exponent(lambda column: 2 * (column // 2), unit=math.pi / 180),
        ),
        Misconception(
            "positional-encoding/one-based",
            slip="when positions are counted from 1",
            correction="The first position is 0.",
            wrong=_from_exponent(lambda column: 2 * (column // 2), shift=1),
            departs_at="angle in radians",
        ),
        Misconception(
            "positional-encoding/odd-own-angle",
            slip="when the odd channel has an exponent of its own",
            correction="Channels 2i and 2i + 1 share one angle, with exponent 2i/d.",
            wrong=_from_exponent(lambda column: column),
            departs_at="exponent",
        ),
    ),
    source="Vaswani et al., Attention is all you need, arXiv:1706.03762, section 3.5",
)
