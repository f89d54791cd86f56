"""pooling.max, pooling.average: each window of a map becomes one number.

    max      O[i, j] = max over m, n of I[i·s + m, j·s + n]
    average  O[i, j] = (1/f²) Σ_m Σ_n I[i·s + m, j·s + n]

I (H × W) is the map, f the side of the window, s the stride, which is f unless another one is
given; O is ⌊(H − f)/s⌋ + 1 by ⌊(W − f)/s⌋ + 1: what is left over at the end is dropped. No
padding; indices from 0; nothing is learned. Source: Goodfellow, Bengio and Courville, Deep
Learning (2016), section 9.3; conventions of torch.nn.MaxPool2d and AvgPool2d.

>>> from solvers import find
>>> pooled = {"image": [[1, 3, 2, 0], [4, 6, 1, 1], [0, 2, 5, 7], [1, 1, 3, 1]], "window": 2}
>>> find("pooling.max").solve(pooled).quantities
{'map': [[6.0, 2.0], [2.0, 7.0]]}
>>> find("pooling.average").solve(pooled).quantities
{'map': [[3.5, 1.0], [1.0, 4.0]]}
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from solvers._written import number, sum_of
from solvers.contract import BadInput, Inputs, Misconception, Quantity, Solver, Work, array, whole
from solvers.device import Device
from solvers.pooling.arrays import Array, avg_pool2d, max_pool2d

_SOURCE = "Goodfellow, Bengio and Courville, Deep Learning (2016), section 9.3"
_WRITTEN_OUT = 9  # windows; of a larger map the first few and the last


@dataclass(frozen=True, kw_only=True)
class OneMap(Inputs):
    """A map and the window that moves over it."""

    image: Array = array("H W", -1000, 1000, "the map I", max_side=16)
    window: int = whole(1, 16, "side f of the window")
    stride: int = whole(1, 16, "stride s; left out, the side of the window", same_as="window")

    def check(self) -> None:
        room = min(self.image.shape)
        if self.window > room:
            raise BadInput("window", self.window, f"at most {room}, the shorter side of the map")

    @property
    def windows(self) -> Array:
        """Every window: (H_o, W_o, f, f)."""
        return _windows(self.image, self.window, self.stride)

    @property
    def output_shape(self) -> tuple[int, int]:
        high, wide = ((n - self.window) // self.stride + 1 for n in self.image.shape)
        return high, wide


def _windows(image: Array, f: int, s: int) -> Array:
    return np.lib.stride_tricks.sliding_window_view(image, (f, f))[::s, ::s]


def _over(join: Callable[..., Any]) -> Callable[[OneMap], dict[str, Array]]:
    """The map when windows are joined by this function of numpy's."""
    return lambda g: {"map": join(g.windows, axis=(2, 3))}


def _board(given: OneMap, work: Work, written: Callable[[list[float]], str], map_: Array) -> None:
    """The size, the windows one by one, and the map."""
    f, s = given.window, given.stride
    high, wide = given.output_shape
    rule = f"⌊(n − f)/s⌋ + 1 for each side, f = {f}, s = {s}"
    work.step("map", "size of the output", rule, [high, wide])
    for i in range(high):
        for j in range(wide):
            if _is_written_out(i * wide + j, high * wide):
                formula = written(given.windows[i, j].ravel().tolist())
                work.step("map", f"entry ({i}, {j})", formula, float(map_[i, j]))
    work.give("map", work.step("map", "map", "all entries", map_))


def _is_written_out(place: int, count: int) -> bool:
    return count <= _WRITTEN_OUT or place < _WRITTEN_OUT - 1 or place == count - 1


# ----------------------------------------------------------------------------- pooling.max


def _max(given: OneMap, work: Work) -> None:
    pooled = max_pool2d(given.image[None, None], given.window, given.stride)[0, 0]
    _board(given, work, lambda xs: f"max({_listed(xs)})", pooled)


def _listed(xs: list[float]) -> str:
    shown = xs if len(xs) <= 9 else [*xs[:8], xs[-1]]
    words = [number(x) for x in shown]
    return ", ".join(words if len(xs) <= 9 else [*words[:-1], "…", words[-1]])


def _max_kernel(given: OneMap, device: Device) -> Mapping[str, Any]:
    import torch

    image = device.tensor(given.image)[None, None]
    return {"map": torch.nn.functional.max_pool2d(image, given.window, given.stride)[0, 0]}


def _crowded(given: OneMap) -> dict[str, Array]:
    """As many entries as asked for, from windows one pixel apart."""
    high, wide = given.output_shape
    pooled: Array = _windows(given.image, given.window, 1).max(axis=(2, 3))
    return {"map": pooled[:high, :wide]}


def _several(given: OneMap) -> bool:
    return given.window >= 2


def _second_entry(given: OneMap) -> str:
    return "entry (0, 1)" if given.output_shape[1] > 1 else "entry (1, 0)"


max_pooling = Solver(
    id="pooling.max",
    concepts=("max-pool",),
    inputs=OneMap,
    quantities={"map": Quantity("matrix", "the pooled map")},
    reference=_max,
    kernel=_max_kernel,
    misconceptions=(
        Misconception(
            "max-pool/average",
            slip="when the windows are averaged",
            correction="Max pooling keeps the largest number of each window.",
            wrong=_over(np.mean),
            departs_at="entry (0, 0)",
            applies=_several,
        ),
        Misconception(
            "max-pool/stride-1",
            slip="when the window moves one pixel at a time",
            correction=lambda g: (
                f"With stride {g.stride} neighbouring windows start {g.stride} pixels apart."
            ),
            wrong=_crowded,
            departs_at=_second_entry,
            applies=lambda g: g.stride >= 2 and g.output_shape != (1, 1),
        ),
        Misconception(
            "max-pool/min",
            slip="when the smallest number is kept",
            correction="Max pooling keeps the largest number of each window.",
            wrong=_over(np.min),
            departs_at="entry (0, 0)",
            applies=_several,
        ),
        Misconception(
            "max-pool/sum",
            slip="when the windows are added up",
            correction="Max pooling keeps one number of each window and drops the others.",
            wrong=_over(np.sum),
            departs_at="entry (0, 0)",
            applies=_several,
        ),
    ),
    source=_SOURCE,
)


# ------------------------------------------------------------------------- pooling.average


def _average(given: OneMap, work: Work) -> None:
    pooled = avg_pool2d(given.image[None, None], given.window, given.stride)[0, 0]
    count = given.window**2
    _board(given, work, lambda xs: f"({sum_of(xs, most=9)})/{count}", pooled)


def _average_kernel(given: OneMap, device: Device) -> Mapping[str, Any]:
    import torch

    image = device.tensor(given.image)[None, None]
    return {"map": torch.nn.functional.avg_pool2d(image, given.window, given.stride)[0, 0]}


def _by_nonzero(given: OneMap) -> dict[str, Array]:
    """Sums divided by the number of entries other than 0; 0 where there is none."""
    counts = np.count_nonzero(given.windows, axis=(2, 3))
    return {"map": given.windows.sum(axis=(2, 3)) / np.maximum(counts, 1)}


def _first_with_zero(given: OneMap) -> str:
    """Label of the first window that has a zero, or of the whole map where it isn't written out."""
    high, wide = given.output_shape
    i, j = np.argwhere((given.windows == 0).any(axis=(2, 3)))[0].tolist()
    return f"entry ({i}, {j})" if _is_written_out(i * wide + j, high * wide) else "map"


def _all_counted(given: OneMap) -> str:
    f = given.window
    return f"A window of {f} × {f} has {f * f} numbers: divide its sum by {f * f}."


average = Solver(
    id="pooling.average",
    concepts=("avg-pool",),
    inputs=OneMap,
    quantities={"map": Quantity("matrix", "the pooled map")},
    reference=_average,
    kernel=_average_kernel,
    misconceptions=(
        Misconception(
            "avg-pool/max",
            slip="when the largest number is kept",
            correction="Average pooling takes the mean of each window.",
            wrong=_over(np.max),
            departs_at="entry (0, 0)",
            applies=_several,
        ),
        Misconception(
            "avg-pool/sum",
            slip="when the sums are not divided",
            correction=_all_counted,
            wrong=_over(np.sum),
            departs_at="entry (0, 0)",
            applies=_several,
        ),
        Misconception(
            "avg-pool/divide-by-f",
            slip="when the sums are divided by the side of the window",
            correction=_all_counted,
            wrong=lambda g: {"map": g.windows.sum(axis=(2, 3)) / g.window},
            departs_at="entry (0, 0)",
            applies=_several,
        ),
        Misconception(
            "avg-pool/median",
            slip="when the median is taken",
            correction="Average pooling takes the mean: every number of the window counts.",
            wrong=_over(np.median),
            departs_at="entry (0, 0)",
            applies=_several,
        ),
        Misconception(
            "avg-pool/nonzero-count",
            slip="when zeros are not counted",
            correction=_all_counted,
            wrong=_by_nonzero,
            departs_at=_first_with_zero,
            applies=lambda g: bool((g.windows == 0).any()) and _several(g),
        ),
    ),
    source=_SOURCE,
)
