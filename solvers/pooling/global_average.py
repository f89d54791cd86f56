"""pooling.global_average: each map becomes one number, so any H × W gives C numbers.

    g_c = (1/(H·W)) Σ_i Σ_j x[c, i, j]

x is C × H × W, g has length C. Source: Lin, Chen and Yan, Network in network, arXiv:1312.4400;
torch.nn.AdaptiveAvgPool2d(1) keeps two axes of length 1 that are left out here.

>>> from solvers import find
>>> two = {"maps": [[[1, 2], [3, 6]], [[0, 0], [0, 1]]]}
>>> find("pooling.global_average").solve(two).quantities
{'means': [3.0, 0.25]}
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from solvers._written import number, sum_of
from solvers.contract import Inputs, Misconception, Quantity, Solver, Work, array
from solvers.device import Device
from solvers.pooling.arrays import Array, global_avg_pool2d


@dataclass(frozen=True, kw_only=True)
class Maps(Inputs):
    """Maps, one for each channel."""

    maps: Array = array("C H W", -1000, 1000, "the maps x", max_side=16)

    @property
    def pixels(self) -> int:
        _, high, wide = self.maps.shape
        return int(high * wide)


def _reference(given: Maps, work: Work) -> None:
    _, high, wide = given.maps.shape
    label, formula = "numbers in one map", f"H·W = {high}·{wide}"
    count = work.step("means", label, formula, given.pixels)
    means = global_avg_pool2d(given.maps[None])[0, :, 0, 0]  # (C,)
    for channel, (one, mean) in enumerate(zip(given.maps, means, strict=True)):
        formula = f"({sum_of(one.ravel().tolist(), most=9)})/{number(count)}"
        work.step("means", f"mean of channel {channel}", formula, float(mean))
    work.give("means", work.step("means", "means", "one for each channel", means))


def _kernel(given: Maps, device: Device) -> Mapping[str, Any]:
    import torch

    pooled = torch.nn.functional.adaptive_avg_pool2d(device.tensor(given.maps)[None], 1)
    return {"means": pooled.flatten()}


def _all_pixels(given: Maps) -> str:
    return f"Each channel is averaged over its {given.pixels} pixels."


solver = Solver(
    id="pooling.global_average",
    concepts=("global-avg-pool",),
    inputs=Maps,
    quantities={"means": Quantity("vector", "a mean for each channel")},
    reference=_reference,
    kernel=_kernel,
    misconceptions=(
        Misconception(
            "global-avg-pool/over-channels",
            slip="when the channels are averaged at each pixel",
            correction=lambda g: (
                f"The mean is taken over the pixels of one channel, which leaves"
                f" {len(g.maps)} numbers."
            ),
            wrong=lambda g: {"means": g.maps.mean(axis=0)},
            departs_at="numbers in one map",
        ),
        Misconception(
            "global-avg-pool/sum",
            slip="when the sums are not divided",
            correction=_all_pixels,
            wrong=lambda g: {"means": g.maps.sum(axis=(1, 2))},
            departs_at="mean of channel 0",
            applies=lambda g: g.pixels >= 2,
        ),
        Misconception(
            "global-avg-pool/max",
            slip="when the largest number of each map is kept",
            correction=_all_pixels,
            wrong=lambda g: {"means": g.maps.max(axis=(1, 2))},
            departs_at="mean of channel 0",
            applies=lambda g: g.pixels >= 2,
        ),
        Misconception(
            "global-avg-pool/divide-by-c",
            slip="when the sums are divided by the number of channels",
            correction=_all_pixels,
            wrong=lambda g: {"means": g.maps.sum(axis=(1, 2)) / len(g.maps)},
            departs_at="numbers in one map",
            applies=lambda g: len(g.maps) != g.pixels,
        ),
    ),
    source="Lin, Chen and Yan, Network in network, arXiv:1312.4400",
)
