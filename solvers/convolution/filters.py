"""convolution.sobel_vertical, sobel_horizontal, laplacian, averaging: filters made by hand.

    Sobel vertical   Sobel horizontal   Laplacian    averaging
     1  0  −1          1  2  1           0  1  0     1/9 1/9 1/9
     2  0  −2          0  0  0           1 −4  1     1/9 1/9 1/9
     1  0  −1         −1 −2 −1           0  1  0     1/9 1/9 1/9

The response R = Σ_m Σ_n P[m, n]·K[m, n] of a filter K to a patch P of whole intensities, the
filter not turned (cross-correlation). The first three have weights that sum to 0, so a flat patch
gives 0; the last sums to 1. A Sobel filter is named after the edges that it finds: the vertical
one takes differences along the rows, and is positive where the left is bright. Source: Gonzalez
and Woods, Digital Image Processing (2018), sections 3.5, 3.6 and 10.2 (signs turned there for
Sobel); Sobel and Feldman (1968).

>>> from solvers import find
>>> edge = {"patch": [[10, 10, 0], [10, 10, 0], [10, 10, 0]]}
>>> names = "sobel_vertical", "sobel_horizontal", "laplacian"
>>> [find(f"convolution.{name}").solve(edge).quantities["response"] for name in names]
[40, 0, -10]
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from solvers._written import factor, number, sum_of
from solvers.contract import BadInput, Inputs, Misconception, Quantity, Solver, Work, array
from solvers.convolution.arrays import Array
from solvers.device import Device

_SOURCE = "Gonzalez and Woods, Digital Image Processing (2018)"
_RESPONSE = {"response": Quantity("integer", "response of the filter to the patch")}

SOBEL_VERTICAL = np.array([[1, 0, -1], [2, 0, -2], [1, 0, -1]])
SOBEL_HORIZONTAL = SOBEL_VERTICAL.T


@dataclass(frozen=True, kw_only=True)
class Patch(Inputs):
    """Nine intensities."""

    patch: Array = array(
        "f f", -255, 255, "the 3 × 3 patch P", max_side=3, whole_numbers=True
    )  # fmt: skip

    def check(self) -> None:
        if self.patch.shape != (3, 3):
            raise BadInput("patch", self.patch.tolist(), "3 rows of 3 whole numbers")


def _response(weights: Any) -> Callable[[Patch], dict[str, int]]:
    """What a filter with other weights would give."""
    return lambda g: {"response": int((g.patch * np.array(weights)).sum())}


def _correlate(given: Patch, device: Device, *filters: Any) -> Any:
    """torch's convolution with one filter after the other, small ones here."""
    import torch

    image = device.tensor(given.patch)[None, None]
    for weights in filters:
        image = torch.nn.functional.conv2d(image, device.tensor(weights)[None, None])
    return float(image[0, 0, 0, 0])


def _weighted(work: Work, label: str, three: Array) -> int:
    """Three neighbours, the middle one twice."""
    a, b, c = (int(x) for x in three)
    formula = f"{number(a)} + 2·{factor(b)} + {factor(c)}"
    total: int = work.step("response", label, formula, a + 2 * b + c)
    return total


def _difference(work: Work, first: str, one: int, second: str, other: int) -> None:
    formula = f"{first} − {second} = {number(one)} − {factor(other)}"
    work.give("response", work.step("response", "response", formula, one - other))


# -------------------------------------------------------------- convolution.sobel_vertical


def _vertical(given: Patch, work: Work) -> None:
    left = _weighted(work, "left column, weighted 1 2 1", given.patch[:, 0])
    right = _weighted(work, "right column, weighted 1 2 1", given.patch[:, 2])
    _difference(work, "left", left, "right", right)


def _vertical_kernel(given: Patch, device: Device) -> Mapping[str, Any]:
    """Sobel's filter is a blur along the edge and a difference across it."""
    return {"response": _correlate(given, device, [[1], [2], [1]], [[1, 0, -1]])}


sobel_vertical = Solver(
    id="convolution.sobel_vertical",
    concepts=("sobel-vertical",),
    inputs=Patch,
    quantities=_RESPONSE,
    reference=_vertical,
    kernel=_vertical_kernel,
    misconceptions=(
        Misconception(
            "sobel-vertical/horizontal-instead",
            slip="when the filter for horizontal edges is used",
            correction="A vertical edge parts left from right, so the columns are compared.",
            wrong=_response(SOBEL_HORIZONTAL),
            departs_at="left column, weighted 1 2 1",
        ),
        Misconception(
            "sobel-vertical/flipped",
            slip="when the filter is turned by 180°",
            correction="The filter is laid on as it is: left column minus right column.",
            wrong=_response(-SOBEL_VERTICAL),
            departs_at="response",
        ),
        Misconception(
            "sobel-vertical/prewitt",
            slip="when the middle row counts once only",
            correction="Sobel's middle row counts twice; with once it is the Prewitt filter.",
            wrong=_response([[1, 0, -1]] * 3),
            departs_at="left column, weighted 1 2 1",
        ),
    ),
    source=f"{_SOURCE}, section 10.2; Sobel and Feldman (1968)",
)


# ------------------------------------------------------------ convolution.sobel_horizontal


def _horizontal(given: Patch, work: Work) -> None:
    top = _weighted(work, "top row, weighted 1 2 1", given.patch[0])
    bottom = _weighted(work, "bottom row, weighted 1 2 1", given.patch[2])
    _difference(work, "top", top, "bottom", bottom)


def _horizontal_kernel(given: Patch, device: Device) -> Mapping[str, Any]:
    """Sobel's filter is a blur along the edge and a difference across it."""
    return {"response": _correlate(given, device, [[1, 2, 1]], [[1], [0], [-1]])}


sobel_horizontal = Solver(
    id="convolution.sobel_horizontal",
    concepts=("sobel-horizontal",),
    inputs=Patch,
    quantities=_RESPONSE,
    reference=_horizontal,
    kernel=_horizontal_kernel,
    misconceptions=(
        Misconception(
            "sobel-horizontal/vertical-instead",
            slip="when the filter for vertical edges is used",
            correction="A horizontal edge parts top from bottom, so the rows are compared.",
            wrong=_response(SOBEL_VERTICAL),
            departs_at="top row, weighted 1 2 1",
        ),
        Misconception(
            "sobel-horizontal/flipped",
            slip="when the filter is turned by 180°",
            correction="The filter is laid on as it is: top row minus bottom row.",
            wrong=_response(-SOBEL_HORIZONTAL),
            departs_at="response",
        ),
        Misconception(
            "sobel-horizontal/prewitt",
            slip="when the middle column counts once only",
            correction="Sobel's middle column counts twice; with once it is the Prewitt filter.",
            wrong=_response([[1, 1, 1], [0, 0, 0], [-1, -1, -1]]),
            departs_at="top row, weighted 1 2 1",
        ),
    ),
    source=f"{_SOURCE}, section 10.2; Sobel and Feldman (1968)",
)


# ------------------------------------------------------------------- convolution.laplacian


def _around(patch: Array) -> list[int]:
    """The neighbours above, left, right and below."""
    return [int(patch[i, j]) for i, j in ((0, 1), (1, 0), (1, 2), (2, 1))]


def _laplacian(given: Patch, work: Work) -> None:
    around, centre = _around(given.patch), int(given.patch[1, 1])
    total = work.step("response", "four neighbours", sum_of(around), sum(around))
    four = work.step("response", "centre, four times", f"4·{factor(centre)}", 4 * centre)
    _difference(work, "neighbours", total, "4·centre", four)


def _laplacian_kernel(given: Patch, device: Device) -> Mapping[str, Any]:
    """The second differences along the middle column and the middle row, added."""
    down = _correlate(given, device, [[0, 1, 0]], [[1], [-2], [1]])
    across = _correlate(given, device, [[0], [1], [0]], [[1, -2, 1]])
    return {"response": down + across}


laplacian = Solver(
    id="convolution.laplacian",
    concepts=("laplacian-filter",),
    inputs=Patch,
    quantities=_RESPONSE,
    reference=_laplacian,
    kernel=_laplacian_kernel,
    misconceptions=(
        Misconception(
            "laplacian-filter/eight-neighbour",
            slip="when all eight neighbours are counted",
            correction="The neighbours are the four beside the centre; corners have weight 0.",
            wrong=_response([[1, 1, 1], [1, -8, 1], [1, 1, 1]]),
            departs_at="four neighbours",
        ),
        Misconception(
            "laplacian-filter/negated",
            slip="when the signs are turned round",
            correction="The centre has weight −4 and the neighbours +1.",
            wrong=_response([[0, -1, 0], [-1, 4, -1], [0, -1, 0]]),
            departs_at="response",
        ),
        Misconception(
            "laplacian-filter/no-centre",
            slip="when the centre is left out",
            correction=lambda g: (
                f"The neighbours are compared with the centre:"
                f" 4·{factor(g.patch[1, 1])} is taken away."
            ),
            wrong=_response([[0, 1, 0], [1, 0, 1], [0, 1, 0]]),
            departs_at="response",
        ),
        Misconception(
            "laplacian-filter/divide-4",
            slip="when the differences to the four neighbours are averaged",
            correction="The four differences are added up, not averaged.",
            wrong=lambda g: {"response": sum(_around(g.patch)) / 4 - g.patch[1, 1].item()},
            departs_at="four neighbours",
        ),
    ),
    source=f"{_SOURCE}, section 3.6",
)


# ------------------------------------------------------------------- convolution.averaging


@dataclass(frozen=True, kw_only=True)
class Square(Inputs):
    """A square patch of intensities."""

    patch: Array = array(
        "f f", -255, 255, "the f × f patch P", max_side=9, whole_numbers=True
    )  # fmt: skip


def _averaging(given: Square, work: Work) -> None:
    pixels = [int(x) for x in given.patch.ravel()]
    total = work.step("response", "sum of the patch", sum_of(pixels, most=9), sum(pixels))
    f, count = len(given.patch), given.patch.size
    count = work.step("response", "number of weights", f"f·f = {f}·{f}", count)
    mean = work.step("response", "response", f"{number(total)}/{count}", total / count)
    work.give("response", mean)


def _averaging_kernel(given: Square, device: Device) -> Mapping[str, Any]:
    import torch

    patch = device.tensor(given.patch)[None, None]
    return {"response": float(torch.nn.functional.avg_pool2d(patch, len(given.patch)))}


def _total(given: Square) -> float:
    return float(given.patch.sum())


def _every_weight(given: Square) -> str:
    return f"The filter has {given.patch.size} weights of 1/{given.patch.size} each."


averaging = Solver(
    id="convolution.averaging",
    concepts=("averaging-filter",),
    inputs=Square,
    quantities={"response": Quantity("real", "response of the filter to the patch")},
    reference=_averaging,
    kernel=_averaging_kernel,
    misconceptions=(
        Misconception(
            "averaging-filter/sum",
            slip="when the sum is not divided",
            correction=_every_weight,
            wrong=lambda g: {"response": _total(g)},
            departs_at="response",
            applies=lambda g: len(g.patch) >= 2,
        ),
        Misconception(
            "averaging-filter/divide-3",
            slip="when the sum is divided by the side of the filter",
            correction=_every_weight,
            wrong=lambda g: {"response": _total(g) / len(g.patch)},
            departs_at="number of weights",
            applies=lambda g: len(g.patch) >= 2,
        ),
        Misconception(
            "averaging-filter/divide-8",
            slip="when the centre is not counted",
            correction=lambda g: (
                f"The centre has the same weight as the others: divide by {g.patch.size}."
            ),
            wrong=lambda g: {"response": _total(g) / (g.patch.size - 1)},
            departs_at="number of weights",
            applies=lambda g: len(g.patch) >= 2,
        ),
        Misconception(
            "averaging-filter/median",
            slip="when the median is taken",
            correction="The averaging filter takes the mean; a median is no weighted sum at all.",
            wrong=lambda g: {"response": float(np.median(g.patch))},
            departs_at="sum of the patch",
            applies=lambda g: len(g.patch) >= 2,
        ),
    ),
    source=f"{_SOURCE}, section 3.5",
)
