"""pooling.max_volume: max pooling of several channels, each for itself.

    O[c, i, j] = max over m, n of I[c, i·s + m, j·s + n]

I (C × H × W) is the input, f the side of the window, s the stride, which is f unless another one
is given; O is C × ⌊(H − f)/s⌋ + 1 × ⌊(W − f)/s⌋ + 1. Channels never mix. No padding; indices from
0. Source: Goodfellow, Bengio and Courville, Deep Learning (2016), section 9.3; convention of
torch.nn.MaxPool2d.

>>> from solvers import find
>>> two = {"image": [[[1, 2], [3, 4]], [[8, 7], [6, 5]]], "window": 2}
>>> find("pooling.max_volume").solve(two).quantities
{'maps': [[[4.0]], [[8.0]]]}
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from solvers.contract import BadInput, Inputs, Misconception, Quantity, Solver, Work, array, whole
from solvers.device import Device
from solvers.pooling.arrays import Array, max_pool2d


@dataclass(frozen=True, kw_only=True)
class Volume(Inputs):
    """Several maps and the window that moves over each."""

    image: Array = array("C H W", -1000, 1000, "the input I", max_side=16)
    window: int = whole(1, 16, "side f of the window")
    stride: int = whole(1, 16, "stride s; left out, the side of the window", same_as="window")

    def check(self) -> None:
        room = min(self.image.shape[1:])
        if self.window > room:
            raise BadInput("window", self.window, f"at most {room}, the shorter side of a map")


def _reference(given: Volume, work: Work) -> None:
    pooled = max_pool2d(given.image[None], given.window, given.stride)[0]  # (C, H_o, W_o)
    for channel, one in enumerate(pooled):
        work.step("maps", f"channel {channel}", "the largest number of each window", one)
    work.give("maps", work.step("maps", "maps", "as many as there are channels", pooled))


def _kernel(given: Volume, device: Device) -> Mapping[str, Any]:
    import torch

    image = device.tensor(given.image)[None]
    return {"maps": torch.nn.functional.max_pool2d(image, given.window, given.stride)[0]}


def _joined(join: Callable[..., Any]) -> Callable[[Volume], dict[str, Array]]:
    """The maps when windows are joined by this function of numpy's."""

    def wrong(given: Volume) -> dict[str, Array]:
        f, s = given.window, given.stride
        windows = np.lib.stride_tricks.sliding_window_view(given.image, (f, f), axis=(1, 2))
        return {"maps": join(windows[:, ::s, ::s], axis=(3, 4))}

    return wrong


def _crowded(given: Volume) -> dict[str, Array]:
    """As many entries as asked for, from windows one pixel apart."""
    high, wide = _sides(given)
    return {"maps": max_pool2d(given.image[None], given.window, 1)[0, :, :high, :wide]}


def _sides(given: Volume) -> tuple[int, int]:
    high, wide = ((n - given.window) // given.stride + 1 for n in given.image.shape[1:])
    return high, wide


def _several(given: Volume) -> bool:
    return given.window >= 2


solver = Solver(
    id="pooling.max_volume",
    concepts=("max-pool",),
    inputs=Volume,
    quantities={"maps": Quantity("tensor", "the pooled maps, one for each channel")},
    reference=_reference,
    kernel=_kernel,
    misconceptions=(
        Misconception(
            "max-pool/across-channels",
            slip="when the largest number of all channels is taken at each pixel",
            correction=lambda g: (
                "A window lies in one channel and spans pixels:"
                f" {len(g.image)} channels stay {len(g.image)}."
            ),
            wrong=lambda g: {"maps": g.image.max(axis=0)},
            departs_at="channel 0",
        ),
        Misconception(
            "max-pool/average",
            slip="when the windows are averaged",
            correction="Max pooling keeps the largest number of each window.",
            wrong=_joined(np.mean),
            departs_at="channel 0",
            applies=_several,
        ),
        Misconception(
            "max-pool/stride-1",
            slip="when the window moves one pixel at a time",
            correction=lambda g: (
                f"With stride {g.stride} neighbouring windows start {g.stride} pixels apart."
            ),
            wrong=_crowded,
            departs_at="channel 0",
            applies=lambda g: g.stride >= 2 and _sides(g) != (1, 1),
        ),
        Misconception(
            "max-pool/min",
            slip="when the smallest number is kept",
            correction="Max pooling keeps the largest number of each window.",
            wrong=_joined(np.min),
            departs_at="channel 0",
            applies=_several,
        ),
        Misconception(
            "max-pool/sum",
            slip="when the windows are added up",
            correction="Max pooling keeps one number of each window and drops the others.",
            wrong=_joined(np.sum),
            departs_at="channel 0",
            applies=_several,
        ),
    ),
    source="Goodfellow, Bengio and Courville, Deep Learning (2016), section 9.3",
)
