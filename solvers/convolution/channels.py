"""convolution.channels: a filter is as deep as its input and gives out one map.

    O[o, i, j] = b_o + Σ_c Σ_m Σ_n I[c, i + m, j + n] · K[o, c, m, n]

I (C_in × H × W) is the input, K (C_out × C_in × f × f) the filters, b (C_out) their biases; O is
C_out × (H − f + 1) × (W − f + 1): stride 1, no padding, filters not turned, indices from 0. Each
channel is summed against its own slice of the filter, and the sums are added. Source: Goodfellow,
Bengio and Courville, Deep Learning (2016), equation 9.7; convention of torch.nn.Conv2d.

>>> from solvers import find
>>> two = {"image": [[[1, 2], [0, 1]], [[3, 1], [1, 2]]], "biases": [0.5]}
>>> two["filters"] = [[[[1, 0], [-1, 1]], [[0, 1], [2, -1]]]]
>>> find("convolution.channels").solve(two).quantities["entry"]
3.5
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from solvers._written import number, sum_of, sum_of_products
from solvers.contract import BadInput, Inputs, Misconception, Quantity, Solver, Work, array, whole
from solvers.convolution.arrays import Array, conv2d
from solvers.device import Device


@dataclass(frozen=True, kw_only=True)
class Channels(Inputs):
    """An input of several channels, filters as deep, and the entry that is asked for."""

    image: Array = array("C_in H W", -255, 255, "the input I", max_side=8)
    filters: Array = array("C_out C_in f f", -10, 10, "the filters K", max_side=8)
    biases: Array = array("C_out", -100, 100, "a bias b for each filter", max_side=8)
    filter: int = whole(0, 7, "filter o of the entry asked for, from 0", default=0)
    row: int = whole(0, 7, "row i of the entry asked for, from 0", default=0)
    column: int = whole(0, 7, "column j of the entry asked for, from 0", default=0)

    def check(self) -> None:
        room = min(self.image.shape[1:])
        if self.side > room:
            raise BadInput("filters", self.filters.tolist(), f"sides of at most {room}")
        _, high, wide = self.image.shape
        sizes = {
            "filter": len(self.filters),
            "row": high - self.side + 1,
            "column": wide - self.side + 1,
        }
        for name, size in sizes.items():
            if getattr(self, name) >= size:
                raise BadInput(name, getattr(self, name), f"at most {size - 1}: there are {size}")

    @property
    def depth(self) -> int:
        return len(self.image)

    @property
    def side(self) -> int:
        return int(self.filters.shape[3])

    @property
    def bias(self) -> float:
        """The bias of the filter asked for."""
        return float(self.biases[self.filter])


def _reference(given: Channels, work: Work) -> None:
    o, i, j, f = given.filter, given.row, given.column, given.side
    sums = []
    for c in range(given.depth):
        window, weights = given.image[c, i : i + f, j : j + f], given.filters[o, c]
        formula = sum_of_products(window.ravel().tolist(), weights.ravel().tolist(), most=9)
        sums.append(work.step("entry", f"channel {c}", formula, float((window * weights).sum())))
    added = work.step("entry", "sum over the channels", sum_of(sums), sum(sums))
    formula = f"sum + b = {number(added)} + {sum_of([given.bias])}"
    work.give("entry", work.step("entry", "entry asked for", formula, added + given.bias))

    maps = conv2d(given.image[None], given.filters, given.biases)[0]  # (C_out, H_o, W_o)
    for number_, one in enumerate(maps):
        formula = "channels added up at every position, + b"
        work.step("maps", f"map of filter {number_}", formula, one)
    work.give("maps", work.step("maps", "maps", "one for each filter", maps))


def _kernel(given: Channels, device: Device) -> Mapping[str, Any]:
    import torch

    image, filters = device.tensor(given.image)[None], device.tensor(given.filters)
    maps = torch.nn.functional.conv2d(image, filters, device.tensor(given.biases))[0]
    return {"entry": float(maps[given.filter, given.row, given.column]), "maps": maps}


def _by_channel(given: Channels) -> Array:
    """What each channel adds to each map, before the bias: (C_out, C_in, H_o, W_o)."""
    size = (given.side, given.side)
    windows = np.lib.stride_tricks.sliding_window_view(given.image, size, axis=(1, 2))
    sums: Array = np.einsum("cijmn,ocmn->ocij", windows, given.filters)
    return sums


def _joined(
    rule: Callable[[Array], Array], biases: int = 1
) -> Callable[[Channels], dict[str, Any]]:
    """Channels joined by a wrong rule, and the bias as often as said."""

    def wrong(given: Channels) -> dict[str, Any]:
        maps = rule(_by_channel(given)) + biases * given.biases[:, None, None]
        return {"entry": float(maps[given.filter, given.row, given.column]), "maps": maps}

    return wrong


def _bias_per_channel(given: Channels) -> dict[str, Any]:
    return _joined(lambda sums: sums.sum(axis=1), biases=given.depth)(given)


def _separate(given: Channels) -> dict[str, Any]:
    """A map, with the bias, for each channel of each filter."""
    maps = _by_channel(given) + given.biases[:, None, None, None]
    entry = maps[given.filter, :, given.row, given.column]
    return {"entry": entry, "maps": maps.reshape(-1, *maps.shape[2:])}


def _several(given: Channels) -> bool:
    return given.depth >= 2


solver = Solver(
    id="convolution.channels",
    concepts=("conv-multichannel",),
    inputs=Channels,
    quantities={
        "entry": Quantity("real", "the entry asked for"),
        "maps": Quantity("tensor", "the output, a map for each filter"),
    },
    reference=_reference,
    kernel=_kernel,
    misconceptions=(
        Misconception(
            "conv-multichannel/average-channels",
            slip="when the channels are averaged",
            correction=lambda g: f"The sums of the {g.depth} channels are added, not averaged.",
            wrong=_joined(lambda sums: sums.mean(axis=1)),
            departs_at="sum over the channels",
            applies=_several,
        ),
        Misconception(
            "conv-multichannel/first-channel-only",
            slip="when only the first channel is used",
            correction=lambda g: f"A filter has a slice for each of the {g.depth} channels.",
            wrong=_joined(lambda sums: sums[:, 0]),
            departs_at="sum over the channels",
            applies=_several,
        ),
        Misconception(
            "conv-multichannel/bias-per-channel",
            slip="when the bias is added once for each channel",
            correction=lambda g: (
                f"The bias belongs to the filter: {number(g.bias)} once, not {g.depth} times."
            ),
            wrong=_bias_per_channel,
            departs_at="entry asked for",
            applies=lambda g: _several(g) and bool(g.biases.any()),
        ),
        Misconception(
            "conv-multichannel/max-over-channels",
            slip="when the largest channel wins",
            correction="All channels count: their sums are added.",
            wrong=_joined(lambda sums: sums.max(axis=1)),
            departs_at="sum over the channels",
            applies=_several,
        ),
        Misconception(
            "conv-multichannel/separate-maps",
            slip="when every channel keeps a map of its own",
            correction=lambda g: (
                f"A filter adds its {g.depth} channels up into one map, one number at a position."
            ),
            wrong=_separate,
            departs_at="sum over the channels",
            applies=_several,
        ),
    ),
    source="Goodfellow, Bengio and Courville, Deep Learning (2016), equation 9.7",
)
