"""architectures.vgg_stack: why VGG stacks small filters.

    k layers of 3×3 filters, C channels in and out:  9kC² weights, receptive field 2k + 1
    one layer that sees as much:                     (2k + 1)²C² weights

Stride 1; biases are left out on both sides, as in the paper. The stack also has k activations
in place of one. Source: Simonyan and Zisserman, arXiv:1409.1556, section 2.3.

>>> from solvers import find
>>> find("architectures.vgg_stack").solve({"layers": 3, "channels": 64}).quantities
{'field': 7, 'stack': 110592, 'single': 200704}
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from solvers.contract import Inputs, Misconception, Quantity, Solver, Work, whole
from solvers.device import Device


@dataclass(frozen=True, kw_only=True)
class Stack(Inputs):
    """3×3 convolutions in a row, all of one width."""

    layers: int = whole(1, 16, "3×3 convolutions k")
    channels: int = whole(1, 4096, "channels C, in and out of each")


def _reference(given: Stack, work: Work) -> None:
    k, c = given.layers, given.channels
    formula = f"1 + 2k = 1 + 2·{k}: each layer adds a pixel on each side"
    field = work.give("field", work.step("field", "receptive field", formula, 1 + 2 * k))
    one = work.step("stack", "weights of one 3×3 layer", f"3·3·C·C = 9·{c}·{c}", 9 * c * c)
    work.give("stack", work.step("stack", "weights of the stack", f"{k}·{one}", k * one))
    formula = f"{field}·{field}·C·C = {field}·{field}·{c}·{c}"
    single = work.step("single", "weights of one large layer", formula, field * field * c * c)
    work.give("single", single)


def _kernel(given: Stack, _: Device) -> Mapping[str, Any]:
    """Real layers on the meta device; the field is the smallest image that gives one pixel."""
    import torch
    from torch import nn

    k, c = given.layers, given.channels
    with torch.device("meta"), torch.no_grad():
        stack = nn.Sequential(*(nn.Conv2d(c, c, 3, bias=False) for _ in range(k)))
        lost = 64 - stack(torch.empty(1, c, 64, 64)).shape[-1]
        single = nn.Conv2d(c, c, lost + 1, bias=False)
    return {
        "field": lost + 1,
        "stack": sum(p.numel() for p in stack.parameters()),
        "single": single.weight.numel(),
    }


def _deep(given: Stack) -> bool:
    return given.layers >= 2


solver = Solver(
    id="architectures.vgg_stack",
    concepts=("vgg",),
    inputs=Stack,
    quantities={
        "field": Quantity("integer", "side of the receptive field"),
        "stack": Quantity("integer", "weights of the stack, without biases"),
        "single": Quantity(
            "integer", "weights of one layer with the same receptive field", uses=("field",)
        ),
    },
    reference=_reference,
    kernel=_kernel,
    misconceptions=(
        Misconception(
            "vgg/one-3x3",
            slip="when a single 3×3 layer is counted",
            correction=lambda g: f"Each of the {g.layers} layers has weights of its own.",
            wrong=lambda g: {"stack": 9 * g.channels**2},
            departs_at="weights of the stack",
            applies=_deep,
        ),
        Misconception(
            "vgg/c-not-squared",
            slip="when the channels are counted once",
            correction=lambda g: (
                f"There are {g.channels} filters, and each sees {g.channels} channels: C²."
            ),
            wrong=lambda g: {
                "stack": 9 * g.layers * g.channels,
                "single": (2 * g.layers + 1) ** 2 * g.channels,
            },
            departs_at="weights of one 3×3 layer",
            applies=lambda g: g.channels >= 2,
        ),
        Misconception(
            "vgg/linear-kernel",
            slip="when only one side of the filters is counted",
            correction="A 3×3 filter has 9 weights per channel, not 3: both sides count.",
            wrong=lambda g: {
                "stack": 3 * g.layers * g.channels**2,
                "single": (2 * g.layers + 1) * g.channels**2,
            },
            departs_at="weights of one 3×3 layer",
        ),
        Misconception(
            "vgg/rf-3k",
            slip="when each layer is taken to add 3 pixels to the receptive field",
            correction=lambda g: (
                "A 3×3 layer adds one pixel on each side:"
                f" {g.layers} of them see {2 * g.layers + 1} × {2 * g.layers + 1}."
            ),
            wrong=lambda g: {"field": 3 * g.layers, "single": (3 * g.layers * g.channels) ** 2},
            departs_at="receptive field",
            applies=_deep,
        ),
    ),
    source="Simonyan and Zisserman, arXiv:1409.1556, section 2.3",
)
