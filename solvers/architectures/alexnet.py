"""architectures.alexnet: the network of 2012, from its first layer to its total.

    conv1  ⌊(side − 11 + 2p)/4⌋ + 1 wide, 11·11·C·K + K parameters

The paper prints 224 × 224, which gives 54.25 positions; 227 without padding gives the 55 that
everything after it needs (so does 224 with 2 pixels of padding). Pools are 3 × 3 with stride 2.
On two GPUs conv2, conv4 and conv5 see only the half of the channels that is on their GPU; the 96
filters of conv1 are both GPUs' together. Source: Krizhevsky, Sutskever and Hinton, ImageNet
classification with deep convolutional neural networks (2012).

>>> from solvers import find
>>> find("architectures.alexnet").solve({}).quantities
{'conv1_side': 55, 'conv1_parameters': 34944, 'flatten': 9216, 'parameters': 60965224}
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from solvers._written import sum_of
from solvers.architectures.tables.lines import Line, conv, dense
from solvers.contract import BadInput, Inputs, Misconception, Quantity, Solver, Work, whole
from solvers.device import Device


@dataclass(frozen=True, kw_only=True)
class AlexNet(Inputs):
    """AlexNet as published, or with another image or first layer."""

    side: int = whole(1, 512, "side of the square image", default=227)
    padding: int = whole(0, 5, "zeros added on each side before conv1", default=0)
    channels: int = whole(1, 64, "channels of the image", default=3)
    filters: int = whole(1, 512, "filters of conv1", default=96)
    gpus: int = whole(1, 2, "GPUs that share conv2, conv4 and conv5", default=2)
    classes: int = whole(1, 100_000, "units of the output", default=1000)

    def check(self) -> None:
        if self.side + 2 * self.padding < 67:
            raise BadInput("side", self.side, "at least 67 with its padding, so a pixel is left")
        if self.filters % self.gpus:
            raise BadInput("filters", self.filters, "an even number, half of it for each GPU")


def _reference(given: AlexNet, work: Work) -> None:
    padded = given.side + 2 * given.padding
    formula = f"side + 2p = {given.side} + 2·{given.padding}"
    work.step("conv1_side", "side with padding", formula, padded)
    formula = f"⌊({padded} − 11)/4⌋"
    steps = work.step("conv1_side", "steps of conv1", formula, (padded - 11) // 4)
    side = work.step("conv1_side", "side after conv1", f"{steps} + 1", steps + 1)
    side = work.give("conv1_side", side)

    k, c = given.filters, given.channels
    one = work.step("conv1_parameters", "weights of one filter", f"11·11·{c}", 121 * c)
    weights = work.step("conv1_parameters", "weights of conv1", f"{one}·{k}", one * k)
    formula = f"{weights} + {k} biases"
    conv1 = work.step("conv1_parameters", "parameters of conv1", formula, weights + k)
    conv1 = work.give("conv1_parameters", conv1)

    for after in ("conv1", "conv2", "conv5"):
        formula = f"⌊({side:g} − 3)/2⌋ + 1"
        side = work.step("flatten", f"side after the pool of {after}", formula, (side - 3) // 2 + 1)
    flat = work.step("flatten", "flatten", f"{side:g}·{side:g}·256", side * side * 256)
    flat = work.give("flatten", flat)

    counts = [conv1]
    for line in _after_conv1(given, flat):
        counts.append(work.step("parameters", line.label, line.formula, line.parameters))
    total = work.step("parameters", "parameters", sum_of(counts, most=8), sum(counts))
    work.give("parameters", total)


def _after_conv1(given: AlexNet, flat: int) -> tuple[Line, ...]:
    return (
        conv("conv2", 5, given.filters, 256, groups=given.gpus),
        conv("conv3", 3, 256, 384),
        conv("conv4", 3, 384, 384, groups=given.gpus),
        conv("conv5", 3, 384, 256, groups=given.gpus),
        dense("fc6", flat, 4096),
        dense("fc7", 4096, 4096),
        dense("fc8", 4096, given.classes),
    )


def _kernel(given: AlexNet, _: Device) -> Mapping[str, Any]:
    """A real network on the meta device; sizes are those of an image that passes through."""
    import torch

    from solvers.architectures.networks.plain import alexnet

    with torch.device("meta"), torch.no_grad():
        network = alexnet(
            given.gpus,
            side=given.side,
            padding=given.padding,
            channels=given.channels,
            filters=given.filters,
            classes=given.classes,
        )
        conv1 = network.get_submodule("conv1.0")
        image = torch.empty(1, given.channels, given.side, given.side)
        side = conv1(image).shape[-1]
    return {
        "conv1_side": side,
        "conv1_parameters": sum(p.numel() for p in conv1.parameters()),
        "flatten": network.get_submodule("fc6.1").get_parameter("weight").shape[1],
        "parameters": sum(p.numel() for p in network.parameters()),
    }


# -------------------------------------------------------------------------- misconceptions


def _quantities(given: AlexNet) -> dict[str, Any]:
    work = Work()
    _reference(given, work)
    return work.quantities


def _with_224(given: AlexNet) -> dict[str, Any]:
    changed = _quantities(replace(given, side=224))
    return {name: changed[name] for name in ("conv1_side", "flatten", "parameters")}


def _with_conv1(given: AlexNet, count: int) -> dict[str, Any]:
    right = _quantities(given)
    rest = right["parameters"] - right["conv1_parameters"]
    return {"conv1_parameters": count, "parameters": rest + count}


def _without_biases(given: AlexNet) -> dict[str, Any]:
    conv1 = 121 * given.channels * given.filters
    rest = sum(line.weights for line in _after_conv1(given, _quantities(given)["flatten"]))
    return {"conv1_parameters": conv1, "parameters": conv1 + rest}


solver = Solver(
    id="architectures.alexnet",
    concepts=("alexnet",),
    inputs=AlexNet,
    quantities={
        "conv1_side": Quantity("integer", "side of the maps of conv1"),
        "conv1_parameters": Quantity("integer", "parameters of conv1, biases included"),
        "flatten": Quantity("integer", "inputs of fc6", uses=("conv1_side",)),
        "parameters": Quantity(
            "integer",
            "trainable parameters",
            uses=("conv1_side", "conv1_parameters", "flatten"),
        ),
    },
    reference=_reference,
    kernel=_kernel,
    misconceptions=(
        Misconception(
            "alexnet/input-224",
            slip="when the paper's printed 224 is taken for the side of the image",
            correction="224 gives (224 − 11)/4 + 1 = 54.25; the layers after it fit 227, which"
            " gives 55.",
            wrong=_with_224,
            departs_at="side with padding",
            applies=lambda g: g.side == 227 and g.padding == 0,
        ),
        Misconception(
            "alexnet/no-bias",
            slip="when the biases are left out",
            correction=lambda g: f"Each of the {g.filters} filters of conv1 has a bias of its own.",
            wrong=_without_biases,
            departs_at="parameters of conv1",
        ),
        Misconception(
            "alexnet/forgot-rgb",
            slip="when the filters of conv1 are taken to see one channel",
            correction=lambda g: (
                f"The image has {g.channels} channels, and each filter sees all of them:"
                f" 11·11·{g.channels} weights."
            ),
            wrong=lambda g: _with_conv1(g, 121 * g.filters + g.filters),
            departs_at="weights of one filter",
            applies=lambda g: g.channels >= 2,
        ),
        Misconception(
            "alexnet/both-gpus-doubled",
            slip="when the filters are counted once for each GPU",
            correction=lambda g: (
                f"The {g.filters} filters are those of both GPUs together, half on each."
            ),
            wrong=lambda g: _with_conv1(g, 2 * (121 * g.channels + 1) * g.filters),
            departs_at="weights of conv1",
            applies=lambda g: g.gpus == 2,
        ),
    ),
    source="Krizhevsky, Sutskever and Hinton, ImageNet classification with deep CNNs (2012)",
)
