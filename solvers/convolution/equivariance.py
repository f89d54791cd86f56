"""convolution.shift, weight_sharing: the same weights everywhere, so the map moves with the input.

    conv(shift(x)) = shift(conv(x))

The equality is exact at stride 1 with circular padding, which is used here:

    O[i, j] = Σ_m Σ_n I[(i + m) mod H, (j + n) mod W] · K[m, n]

I (H × W) is the image, K (f × f) the filter, not turned; O is H × W. With zeros at the border, a
stride or pooling it holds only roughly, and for rotations not at all. Sharing is also what makes
the weights few: f²·C_in·C_out, where a locally connected layer has as many at each of its H·W
positions. Source: Goodfellow, Bengio and Courville, Deep Learning (2016), section 9.2; Zhang,
arXiv:1904.11486.

>>> from solvers import find
>>> step = {"image": [[0, 0, 1], [0, 0, 1], [0, 0, 1]], "filter": [[1, -1], [0, 0]], "right": 1}
>>> solution = find("convolution.shift").solve(step)
>>> solution.quantities["map"][0], solution.quantities["shifted_map"][0]
([0.0, -1.0, 1.0], [1.0, 0.0, -1.0])
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from solvers.contract import BadInput, Inputs, Misconception, Quantity, Solver, Work, array, whole
from solvers.convolution.arrays import Array
from solvers.device import Device

_SOURCE = "Goodfellow, Bengio and Courville, Deep Learning (2016), section 9.2"

# ----------------------------------------------------------------------- convolution.shift


@dataclass(frozen=True, kw_only=True)
class Moved(Inputs):
    """An image, a filter, and how far the image is moved."""

    image: Array = array("H W", -255, 255, "the image I", max_side=16)
    filter: Array = array("f f", -50, 50, "the square filter K", max_side=7)
    down: int = whole(0, 15, "rows by which the image is moved down", default=0)
    right: int = whole(0, 15, "columns by which the image is moved to the right", default=0)

    def check(self) -> None:
        room = min(self.image.shape)
        if len(self.filter) > room:
            raise BadInput("filter", self.filter.tolist(), f"at most {room} × {room}")


def _circular(image: Array, weights: Array) -> Array:
    """The map of an image whose borders meet: (H, W)."""
    f = len(weights)
    shifted = (weights[m, n] * np.roll(image, (-m, -n), (0, 1)) for m in range(f) for n in range(f))
    total: Array = sum(shifted, np.zeros_like(image))
    return total


def _shift(given: Moved, work: Work) -> None:
    formula = "sums of products, the borders joined"
    made = _circular(given.image, given.filter)
    made = work.give("map", work.step("map", "map of the image", formula, made))

    formula = f"the map moves along: {given.down} down, {given.right} to the right"
    moved = np.roll(made, (given.down, given.right), (0, 1))
    moved = work.step("shifted_map", "map of the moved image", formula, moved)
    work.give("shifted_map", moved)

    turned = work.step("turned_map", "turned image", "a quarter turn to the left", _turn(given))
    formula = "computed anew: the filter is not turned"
    new = _circular(turned, given.filter)
    work.give("turned_map", work.step("turned_map", "map of the turned image", formula, new))


def _turn(given: Moved) -> Array:
    return np.rot90(given.image)


def _shift_kernel(given: Moved, device: Device) -> Mapping[str, Any]:
    """Every map is computed from its own image: that they agree is the law, not an assumption."""
    import torch

    weights = device.tensor(given.filter)[None, None]
    over = len(given.filter) - 1

    def convolved(image: Any) -> Any:
        joined = torch.nn.functional.pad(image[None, None], (0, over, 0, over), mode="circular")
        return torch.nn.functional.conv2d(joined, weights)[0, 0]

    image = device.tensor(given.image)
    return {
        "map": convolved(image),
        "shifted_map": convolved(torch.roll(image, (given.down, given.right), (0, 1))),
        "turned_map": convolved(torch.rot90(image)),
    }


shift = Solver(
    id="convolution.shift",
    concepts=("translation-equivariance",),
    inputs=Moved,
    quantities={
        "map": Quantity("matrix", "map of the image"),
        "shifted_map": Quantity("matrix", "map of the moved image", uses=("map",)),
        "turned_map": Quantity("matrix", "map of the image after a quarter turn to the left"),
    },
    reference=_shift,
    kernel=_shift_kernel,
    misconceptions=(
        Misconception(
            "translation-equivariance/invariance",
            slip="when the map is taken not to move at all",
            correction="The map moves with its input; not to move would be invariance.",
            wrong=lambda g: {"shifted_map": _circular(g.image, g.filter)},
            departs_at="map of the moved image",
            applies=lambda g: g.down % g.image.shape[0] != 0 or g.right % g.image.shape[1] != 0,
        ),
        Misconception(
            "translation-equivariance/rotation-too",
            slip="when the map is taken to turn with the image",
            correction="A turned pattern is a new pattern for the filter, which is not turned.",
            wrong=lambda g: {"turned_map": np.rot90(_circular(g.image, g.filter))},
            departs_at="map of the turned image",
        ),
    ),
    source=f"{_SOURCE}; Zhang, Making convolutional networks shift-invariant again,"
    " arXiv:1904.11486",
)


# -------------------------------------------------------------- convolution.weight_sharing


@dataclass(frozen=True, kw_only=True)
class SharedLayer(Inputs):
    """A convolution layer and the number of its positions."""

    height: int = whole(1, 4096, "output height H")
    width: int = whole(1, 4096, "output width W; left out, the height", same_as="height")
    channels: int = whole(1, 4096, "input channels C_in")
    filters: int = whole(1, 4096, "filters C_out")
    kernel: int = whole(1, 64, "side f of the square filter")

    @property
    def shared(self) -> int:
        return self.kernel**2 * self.channels * self.filters


def _sharing(given: SharedLayer, work: Work) -> None:
    f, c, k, h, w = given.kernel, given.channels, given.filters, given.height, given.width
    one = work.step("weights", "weights of one filter", f"f·f·C_in = {f}·{f}·{c}", f * f * c)
    shared = work.step("weights", "weights", f"{one}·C_out = {one}·{k}", one * k)
    shared = work.give("weights", shared)

    positions = work.step("unshared_weights", "positions", f"H·W = {h}·{w}", h * w)
    formula = f"weights·positions = {shared}·{positions}"
    unshared = work.step("unshared_weights", "weights unshared", formula, shared * positions)
    work.give("unshared_weights", unshared)


def _sharing_kernel(given: SharedLayer, _: Device) -> Mapping[str, Any]:
    """Real layers on the meta device: unshared, each position is a dense layer of its own."""
    import torch

    conv = torch.nn.Conv2d(given.channels, given.filters, given.kernel, bias=False, device="meta")
    patch = torch.empty(given.channels, given.kernel, given.kernel, device="meta").numel()
    dense = torch.empty(given.height, given.width, given.filters, patch, device="meta")
    return {"weights": conv.weight.numel(), "unshared_weights": dense.numel()}


weight_sharing = Solver(
    id="convolution.weight_sharing",
    concepts=("translation-equivariance",),
    inputs=SharedLayer,
    quantities={
        "weights": Quantity("integer", "weights of the layer, biases left out"),
        "unshared_weights": Quantity(
            "integer", "weights if every position had its own", uses=("weights",)
        ),
    },
    reference=_sharing,
    kernel=_sharing_kernel,
    misconceptions=(
        Misconception(
            "translation-equivariance/unshared",
            slip="when every position has weights of its own",
            correction=lambda g: (
                f"All {g.height}·{g.width} = {g.height * g.width} positions share the same"
                f" {g.shared} weights."
            ),
            wrong=lambda g: {"weights": g.shared * g.height * g.width},
            departs_at="weights",
            applies=lambda g: g.height * g.width >= 2,
        ),
    ),
    source=_SOURCE,
)
