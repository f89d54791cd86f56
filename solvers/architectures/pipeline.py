"""architectures.cnn_pipeline: a shape on its way through an encoder, up to the classifier.

    [convolution → activation → pooling] × L → flatten → dense → softmax

    after convolution  H + 2p − f + 1,   after pooling  ⌊H/q⌋,   flatten length  C·H·W

Stride 1 in the convolutions, p zeros on each side; pools of q × q do not overlap and drop what
is left over. Activations keep shapes. With global average pooling in place of flatten, C
numbers are left. Source: Goodfellow, Bengio and Courville, Deep Learning (2016), chapter 9.

>>> from solvers import find
>>> image = {"height": 32, "channels": 3, "filters": [16, 32], "kernels": [3, 3], "padding": 1}
>>> find("architectures.cnn_pipeline").solve(image).quantities["flatten"]
2048
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from solvers.activations.arrays import Array
from solvers.contract import BadInput, Inputs, Misconception, Quantity, Solver, Work, array, whole
from solvers.device import Device

Shape = list[int]
Side = Callable[[int, int, "Pipeline"], int]  # side before, side of the filter, pipeline


@dataclass(frozen=True, kw_only=True)
class Pipeline(Inputs):
    """An image, and the blocks it passes through."""

    height: int = whole(1, 1024, "input height H")
    width: int = whole(1, 1024, "input width W; left out, the height", same_as="height")
    channels: int = whole(1, 64, "input channels")
    filters: Array = array(
        "blocks", 1, 1024, "filters of each block", max_side=8, whole_numbers=True
    )
    kernels: Array = array(
        "blocks", 1, 15, "side f of the filters of each block", max_side=8, whole_numbers=True
    )
    padding: int = whole(0, 7, "zeros p added on each side before each convolution", default=0)
    pool: int = whole(1, 8, "side q of the pools; 1 for none", default=2)

    @property
    def blocks(self) -> list[tuple[int, int]]:
        """Filters, and their side, block by block."""
        return [(int(k), int(f)) for k, f in zip(self.filters, self.kernels, strict=True)]

    def trace(self, conv: Side, pool: Side) -> list[Shape] | None:
        """Shapes after each block under rules for one side; None where nothing is left."""
        shapes, (high, wide) = [], (self.height, self.width)
        for filters, f in self.blocks:
            high, wide = (pool(conv(n, f, self), f, self) for n in (high, wide))
            if min(high, wide) < 1:
                return None
            shapes.append([high, wide, filters])
        return shapes

    def check(self) -> None:
        if self.trace(_conv_side, _pool_side) is None:
            raise BadInput("height", [self.height, self.width], "sides that leave at least a pixel")


def _conv_side(n: int, f: int, given: Pipeline) -> int:
    return n + 2 * given.padding - f + 1


def _pool_side(n: int, _: int, given: Pipeline) -> int:
    return n // given.pool


def _reference(given: Pipeline, work: Work) -> None:
    trace, (high, wide) = [], (given.height, given.width)
    for number, (filters, f) in enumerate(given.blocks, start=1):
        formula = f"{high} + 2·{given.padding} − {f} + 1, {filters} filters"
        high, wide = _conv_side(high, f, given), _conv_side(wide, f, given)
        work.step("trace", f"after convolution {number}", formula, [high, wide, filters])
        formula = f"⌊{high}/{given.pool}⌋, the channels stay"
        high, wide = high // given.pool, wide // given.pool
        shape = [high, wide, filters]
        trace.append(work.step("trace", f"after pool {number}", formula, shape))
    formula = "height, width, channels after each block"
    trace = work.give("trace", work.step("trace", "shapes", formula, trace))
    high, wide, deep = trace[-1]
    formula = f"H·W·C = {high}·{wide}·{deep}"
    work.give("flatten", work.step("flatten", "flatten length", formula, high * wide * deep))
    formula = "one mean per channel"
    work.give("pooled", work.step("pooled", "length after global pooling", formula, deep))


def _kernel(given: Pipeline, _: Device) -> Mapping[str, Any]:
    """Real blocks on the meta device, and an image that passes through them."""
    import torch
    from torch import nn

    trace, before = [], given.channels
    with torch.device("meta"), torch.no_grad():
        x = torch.empty(1, given.channels, given.height, given.width)
        for filters, f in given.blocks:
            conv = nn.Conv2d(before, filters, f, padding=given.padding)
            x = nn.Sequential(conv, nn.ReLU(), nn.MaxPool2d(given.pool))(x)
            trace.append([x.shape[2], x.shape[3], x.shape[1]])
            before = filters
        flat = nn.Flatten()(x).shape[1]
        pooled = nn.Flatten()(nn.AdaptiveAvgPool2d(1)(x)).shape[1]
    return {"trace": trace, "flatten": flat, "pooled": pooled}


def _following(conv: Side, pool: Side) -> Callable[[Pipeline], dict[str, Any]]:
    """Shapes and flatten length that follow from rules for one side."""

    def wrong(given: Pipeline) -> dict[str, Any]:
        trace = given.trace(conv, pool)
        if trace is None:
            return {}
        high, wide, deep = trace[-1]
        return {"trace": trace, "flatten": high * wide * deep}

    return wrong


def _last(given: Pipeline) -> Shape:
    trace = given.trace(_conv_side, _pool_side)
    assert trace is not None  # checked when the inputs were read
    return trace[-1]


def _first_change(given: Pipeline) -> int:
    """The first block, from 0, whose convolution changes a side; −1 when none does."""
    changes = (i for i, (_, f) in enumerate(given.blocks) if f != 2 * given.padding + 1)
    return next(changes, -1)


def _changed_side(given: Pipeline) -> str:
    f = given.blocks[_first_change(given)][1]
    change = 2 * given.padding + 1 - f
    verb = f"adds {change} to" if change > 0 else f"takes {-change} from"
    return f"With padding {given.padding} a {f} × {f} convolution {verb} each side."


solver = Solver(
    id="architectures.cnn_pipeline",
    concepts=("cnn-pipeline",),
    inputs=Pipeline,
    quantities={
        "trace": Quantity("matrix", "height, width and channels after each block"),
        "flatten": Quantity("integer", "inputs of the dense layer", uses=("trace",)),
        "pooled": Quantity("integer", "its inputs after global average pooling", uses=("trace",)),
    },
    reference=_reference,
    kernel=_kernel,
    misconceptions=(
        Misconception(
            "cnn-pipeline/forgot-pool",
            slip="when the pools are left out",
            correction=lambda g: f"Each pool divides height and width by {g.pool}.",
            wrong=_following(_conv_side, lambda n, *_: n),
            departs_at="after pool 1",
            applies=lambda g: g.pool >= 2,
        ),
        Misconception(
            "cnn-pipeline/forgot-channels",
            slip="when the channels are left out",
            correction=lambda g: (
                f"There are {_last(g)[2]} maps of that size, and all are flattened."
            ),
            wrong=lambda g: {"flatten": _last(g)[0] * _last(g)[1]},
            departs_at="flatten length",
            applies=lambda g: _last(g)[2] >= 2,
        ),
        Misconception(
            "cnn-pipeline/spatial-not-squared",
            slip="when only the height is multiplied by the channels",
            correction=lambda g: (
                f"A map is {_last(g)[0]} × {_last(g)[1]} pixels: height and width both count."
            ),
            wrong=lambda g: {"flatten": _last(g)[0] * _last(g)[2]},
            departs_at="flatten length",
            applies=lambda g: _last(g)[1] >= 2,
        ),
        Misconception(
            "cnn-pipeline/same-padding-assumed",
            slip="when the convolutions are taken to keep height and width",
            correction=_changed_side,
            wrong=_following(lambda n, *_: n, _pool_side),
            departs_at=lambda g: f"after convolution {_first_change(g) + 1}",
            applies=lambda g: _first_change(g) >= 0,
        ),
    ),
    source="Goodfellow, Bengio and Courville, Deep Learning (2016), chapter 9",
)
