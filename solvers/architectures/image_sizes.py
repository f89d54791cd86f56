"""architectures.spatial_pyramid and .fully_convolutional: images of any size.

    pyramid   length = C·Σ n_l²,  whatever height and width are
    head as convolution   side = ⌊S/s⌋ − w + 1

A dense layer needs a fixed number of inputs. Spatial pyramid pooling takes the largest value in
each cell of n_l × n_l grids over each of C maps. Or the dense layer, which was trained on w × w
maps, is slid over larger ones as a w × w convolution; s is the encoder's total stride, S the
side of the image. Sources: He et al., arXiv:1406.4729; Long et al., arXiv:1411.4038.

>>> from solvers import find
>>> pyramid = {"channels": 256, "side": 13, "levels": [1, 2, 3, 6]}
>>> find("architectures.spatial_pyramid").solve(pyramid).quantities
{'bins': 50, 'length': 12800}
>>> find("architectures.fully_convolutional").solve({"side": 384}).quantities
{'map': 12, 'output': 6}
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from solvers._written import sum_of
from solvers.activations.arrays import Array
from solvers.contract import BadInput, Inputs, Misconception, Quantity, Solver, Work, array, whole
from solvers.device import Device

# ------------------------------------------------------------ architectures.spatial_pyramid


@dataclass(frozen=True, kw_only=True)
class Pyramid(Inputs):
    """Maps of any size, and the grids laid over them."""

    channels: int = whole(1, 4096, "channels C of the maps")
    side: int = whole(1, 512, "side of the square maps")
    levels: Array = array(
        "levels", 1, 16, "cells n along the side of each grid", max_side=8, whole_numbers=True
    )

    def check(self) -> None:
        if max(self.grids) > self.side:
            raise BadInput("levels", self.grids, f"at most {self.side}, the side of the maps")

    @property
    def grids(self) -> list[int]:
        return [int(n) for n in self.levels]


def _pyramid(given: Pyramid, work: Work) -> None:
    grids = ", ".join(f"{n}·{n}" for n in given.grids)
    cells = work.step("bins", "cells of each grid", grids, [n * n for n in given.grids])
    bins = work.give("bins", work.step("bins", "cells of all grids", sum_of(cells), sum(cells)))
    formula = f"C·Σn² = {given.channels}·{bins}"
    work.give("length", work.step("length", "length", formula, given.channels * bins))


def _pyramid_kernel(given: Pyramid, _: Device) -> Mapping[str, Any]:
    """Maps on the meta device, pooled and put together."""
    import torch
    from torch.nn.functional import adaptive_max_pool2d

    maps = torch.empty(1, given.channels, given.side, given.side, device="meta")
    pooled = [adaptive_max_pool2d(maps, n).flatten(2) for n in given.grids]
    joined = torch.cat(pooled, dim=2)
    return {"bins": joined.shape[2], "length": joined.flatten(1).shape[1]}


def _several_cells(given: Pyramid) -> bool:
    return max(given.grids) >= 2


spatial_pyramid = Solver(
    id="architectures.spatial_pyramid",
    concepts=("image-size-handling",),
    inputs=Pyramid,
    quantities={
        "bins": Quantity("integer", "cells of all grids, for one channel"),
        "length": Quantity("integer", "inputs of the dense layer", uses=("bins",)),
    },
    reference=_pyramid,
    kernel=_pyramid_kernel,
    misconceptions=(
        Misconception(
            "image-size-handling/not-squared",
            slip="when only one side of each grid is counted",
            correction="A grid with n cells along each side has n² cells.",
            wrong=lambda g: {"bins": sum(g.grids), "length": g.channels * sum(g.grids)},
            departs_at="cells of each grid",
            applies=_several_cells,
        ),
        Misconception(
            "image-size-handling/largest-only",
            slip="when only the finest grid is counted",
            correction="The pyramid keeps the cells of every level, one after the other.",
            wrong=lambda g: {
                "bins": max(g.grids) ** 2,
                "length": g.channels * max(g.grids) ** 2,
            },
            departs_at="cells of all grids",
            applies=lambda g: len(g.grids) >= 2,
        ),
        Misconception(
            "image-size-handling/depends-on-hw",
            slip="when the maps are flattened as they are",
            correction="Each grid gives the same number of cells whatever the maps' size.",
            wrong=lambda g: {"length": g.channels * g.side**2},
            departs_at="length",
        ),
        Misconception(
            "image-size-handling/no-channels",
            slip="when the channels are left out",
            correction=lambda g: f"Each of the {g.channels} channels is pooled on its own.",
            wrong=lambda g: {"length": sum(n * n for n in g.grids)},
            departs_at="length",
            applies=lambda g: g.channels >= 2,
        ),
    ),
    source="He et al., Spatial pyramid pooling, arXiv:1406.4729",
)

# -------------------------------------------------------- architectures.fully_convolutional


@dataclass(frozen=True, kw_only=True)
class SlidHead(Inputs):
    """An encoder without dense layers, and a head turned into a convolution."""

    side: int = whole(1, 4096, "side S of the square image")
    stride: int = whole(1, 64, "total stride s of the encoder", default=32)
    window: int = whole(1, 64, "side w of the maps the head was trained on", default=7)

    def check(self) -> None:
        least = self.stride * self.window
        if self.side < least:
            raise BadInput("side", self.side, f"at least {least}, one window of the head")


def _slid(given: SlidHead, work: Work) -> None:
    s, w = given.stride, given.window
    formula = f"⌊S/s⌋ = ⌊{given.side}/{s}⌋"
    side = work.give(
        "map", work.step("map", "side of the encoder's maps", formula, given.side // s)
    )
    output = work.step("output", "side of the output map", f"{side} − {w} + 1", side - w + 1)
    work.give("output", output)


def _slid_kernel(given: SlidHead, _: Device) -> Mapping[str, Any]:
    """Real convolutions on the meta device: one with the encoder's stride, then the head."""
    import torch
    from torch import nn

    with torch.device("meta"), torch.no_grad():
        maps = nn.Conv2d(1, 1, given.stride, given.stride)(torch.empty(1, 1, *[given.side] * 2))
        output = nn.Conv2d(1, 1, given.window)(maps)
    return {"map": maps.shape[-1], "output": output.shape[-1]}


fully_convolutional = Solver(
    id="architectures.fully_convolutional",
    concepts=("image-size-handling",),
    inputs=SlidHead,
    quantities={
        "map": Quantity("integer", "side of the maps before the head"),
        "output": Quantity("integer", "side of the map of class scores", uses=("map",)),
    },
    reference=_slid,
    kernel=_slid_kernel,
    source="Long, Shelhamer and Darrell, arXiv:1411.4038",
    example={"side": 384},
)
