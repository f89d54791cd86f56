"""architectures.lenet5: the first famous pipeline of convolutions and pools, traced and counted.

    side → −4 (C1, 5×5) → ÷2 (S2) → −4 (C3, 5×5) → ÷2 (S4) → flatten → C5 → F6 → output

Convolutions are valid, pools are 2×2 and drop an odd row, each filter sees every map before it.
The modern re-creation: the network of 1998 connected C3 in part, gave each pooled map a scale and
a shift, and had a fixed output layer (60,000 parameters; architectures.parameters has it).
MNIST's digits are 28×28 and are padded to 32×32.
Source: LeCun, Bottou, Bengio and Haffner, Proceedings of the IEEE 86(11), 1998.

>>> from solvers import find
>>> find("architectures.lenet5").solve({}).quantities["parameters"]
61706
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from solvers._written import sum_of
from solvers.contract import Inputs, Misconception, Quantity, Solver, Work, whole
from solvers.device import Device

LAYERS = ("C1", "C3", "C5", "F6", "output")
FILTER = 5


@dataclass(frozen=True, kw_only=True)
class LeNet(Inputs):
    """LeNet-5, or a sibling of other widths."""

    side: int = whole(16, 512, "side of the square image", default=32)
    channels: int = whole(1, 64, "channels of the image", default=1)
    c1: int = whole(1, 512, "maps of C1", default=6)
    c3: int = whole(1, 512, "maps of C3", default=16)
    c5: int = whole(1, 4096, "units of C5", default=120)
    f6: int = whole(1, 4096, "units of F6", default=84)
    classes: int = whole(1, 4096, "units of the output", default=10)


def _reference(given: LeNet, work: Work) -> None:
    trace = work.give("trace", _trace(given, work))
    side, _, maps = trace[-1]
    formula = f"height × width × maps = {side}·{side}·{maps}"
    flat = work.give("flatten", work.step("flatten", "flatten", formula, side * side * maps))

    each = [_write(layer, *size, work) for layer, size in _sizes(given, flat).items()]
    each = work.give("breakdown", work.step("breakdown", "all layers", ", ".join(LAYERS), each))
    total = work.step("parameters", "parameters", sum_of(each), sum(each))
    work.give("parameters", total)


def _trace(given: LeNet, work: Work) -> list[list[int]]:
    """Height, width and maps after C1, S2, C3 and S4."""
    side, shapes = given.side, []
    for number, maps in ((1, given.c1), (3, given.c3)):
        formula = f"{side} − {FILTER} + 1, {maps} filters"
        side += 1 - FILTER
        shapes.append(work.step("trace", f"shape after C{number}", formula, [side, side, maps]))
        formula = f"half of {side}, the maps stay"
        side //= 2
        label = f"shape after S{number + 1}"
        shapes.append(work.step("trace", label, formula, [side, side, maps]))
    all_shapes: list[list[int]] = work.step("trace", "all shapes", "C1, S2, C3, S4", shapes)
    return all_shapes


def _sizes(given: LeNet, flat: int) -> dict[str, tuple[int, int]]:
    """What each unit sees, and how many units (or filters) there are."""
    area = FILTER * FILTER
    return {
        "C1": (area * given.channels, given.c1),
        "C3": (area * given.c1, given.c3),
        "C5": (flat, given.c5),
        "F6": (given.c5, given.f6),
        "output": (given.f6, given.classes),
    }


def _write(layer: str, sees: int, units: int, work: Work) -> int:
    formula = f"{sees}·{units} + {units}"
    if layer.startswith("C") and layer != "C5":
        formula = f"{FILTER}·{FILTER}·{sees // FILTER**2}·{units} + {units}"
    count: int = work.step("breakdown", f"parameters of {layer}", formula, (sees + 1) * units)
    return count


def _kernel(given: LeNet, _: Device) -> Mapping[str, Any]:
    """A real network on the meta device, its shapes and parameters as torch reports them."""
    import torch
    from torch import nn

    with torch.device("meta"):
        x = torch.empty(1, given.channels, given.side, given.side)
        c1, c3 = nn.Conv2d(given.channels, given.c1, FILTER), nn.Conv2d(given.c1, given.c3, FILTER)
        shapes = []
        for layer in (c1, nn.AvgPool2d(2), c3, nn.AvgPool2d(2)):
            x = layer(x)
            shapes.append([x.shape[2], x.shape[3], x.shape[1]])
        flat = x.flatten(1).shape[1]
        c5, f6 = nn.Linear(flat, given.c5), nn.Linear(given.c5, given.f6)
        layers = nn.ModuleList([c1, c3, c5, f6, nn.Linear(given.f6, given.classes)])
    each = [sum(p.numel() for p in layer.parameters()) for layer in layers]
    total = sum(p.numel() for p in layers.parameters())
    return {"trace": shapes, "flatten": flat, "breakdown": each, "parameters": total}


# -------------------------------------------------------------------------- misconceptions


def _quantities(given: LeNet) -> dict[str, Any]:
    work = Work()
    _reference(given, work)
    return work.quantities


def _recounted(given: LeNet, changes: Mapping[str, int]) -> dict[str, Any]:
    right = _quantities(given)["breakdown"]
    each = [n + changes.get(layer, 0) for layer, n in zip(LAYERS, right, strict=True)]
    return {"breakdown": each, "parameters": sum(each)}


def _without_biases(given: LeNet) -> dict[str, Any]:
    units = (given.c1, given.c3, given.c5, given.f6, given.classes)
    return _recounted(given, {layer: -n for layer, n in zip(LAYERS, units, strict=True)})


solver = Solver(
    id="architectures.lenet5",
    concepts=("lenet5",),
    inputs=LeNet,
    quantities={
        "trace": Quantity("matrix", "height, width and maps after C1, S2, C3 and S4"),
        "flatten": Quantity("integer", "inputs of C5", uses=("trace",)),
        "breakdown": Quantity(
            "vector", "parameters of C1, C3, C5, F6 and output", uses=("trace", "flatten")
        ),
        "parameters": Quantity(
            "integer", "trainable parameters", uses=("trace", "flatten", "breakdown")
        ),
    },
    reference=_reference,
    kernel=_kernel,
    misconceptions=(
        Misconception(
            "lenet5/no-bias",
            slip="when the biases are left out",
            correction=lambda g: (
                "Every map and every dense unit has a bias, which makes"
                f" {g.c1 + g.c3 + g.c5 + g.f6 + g.classes} more."
            ),
            wrong=_without_biases,
            departs_at="parameters of C1",
        ),
        Misconception(
            "lenet5/input-28",
            slip="when MNIST's 28 × 28 is not padded to 32 × 32",
            correction="MNIST digits get two zeros on each side, which make them 32 × 32.",
            wrong=lambda g: _quantities(replace(g, side=28)),
            departs_at="shape after C1",
            applies=lambda g: g.side == 32,
        ),
        Misconception(
            "lenet5/pool-params",
            slip="when each pooled map is given a scale and a shift, as in 1998",
            correction="Pooling as it is used today has nothing to learn.",
            wrong=lambda g: {
                "parameters": _quantities(g)["parameters"] + 2 * g.c1 + 2 * g.c3,
            },
            departs_at="parameters",
        ),
        Misconception(
            "lenet5/c3-forgot-cin",
            slip="when the filters of C3 are taken to see one map",
            correction=lambda g: (
                f"Each filter of C3 sees all {g.c1} maps of S2:"
                f" 5·5·{g.c1} = {25 * g.c1} weights, not 25."
            ),
            wrong=lambda g: _recounted(g, {"C3": -(FILTER**2) * (g.c1 - 1) * g.c3}),
            departs_at="parameters of C3",
            applies=lambda g: g.c1 >= 2,
        ),
    ),
    source="LeCun et al., Proceedings of the IEEE 86(11), 1998",
)
