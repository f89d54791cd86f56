"""convolution.layer: what a convolution layer gives out, and what it costs.

>>> from solvers import find
>>> layer = {"height": 32, "channels": 3, "filters": 16, "kernel": 5, "padding": 2}
>>> find("convolution.layer").solve(layer).quantities
{'output_shape': [32, 32, 16], 'activations': 16384, 'parameters': 1216, 'multiply_adds': 1228800}

A lesson reads from top to bottom: inputs, reference, kernel, misconceptions, solver.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from solvers.contract import (
    BadInput,
    Inputs,
    Misconception,
    Quantity,
    Solver,
    Value,
    Work,
    whole,
)
from solvers.device import Device


@dataclass(frozen=True, kw_only=True)
class Layer(Inputs):
    """A convolution layer and the input it is applied to."""

    height: int = whole(1, 4096, "input height H")
    width: int = whole(1, 4096, "input width W; left out, the height", same_as="height")
    channels: int = whole(1, 4096, "input channels C_in")
    filters: int = whole(1, 4096, "number of filters K")
    kernel: int = whole(1, 64, "side f of the square filter")
    stride: int = whole(1, 64, "stride s", default=1)
    padding: int = whole(0, 64, "zeros p added on each side", default=0)

    def check(self) -> None:
        room = min(self.height, self.width) + 2 * self.padding
        if self.kernel > room:
            raise BadInput("kernel", self.kernel, f"at most {room}, the input with its padding")


def _reference(given: Layer, work: Work) -> None:
    shape = work.give("output_shape", _output_shape(given, work))
    product = "·".join(str(side) for side in shape)
    work.give("activations", work.step("activations", "activations", product, math.prod(shape)))

    f, c, k = given.kernel, given.channels, given.filters
    one = work.step("parameters", "weights of one filter", f"f·f·C_in = {f}·{f}·{c}", f * f * c)
    weights = work.step("parameters", "weights of all filters", f"{one}·K = {one}·{k}", one * k)
    biases = work.step("parameters", "biases, one per filter", "K", k)
    total = work.step("parameters", "parameters", f"{weights} + {biases}", weights + biases)
    work.give("parameters", total)

    per_number = work.step("multiply_adds", "for one output number", f"{f}·{f}·{c}", f * f * c)
    formula = f"{per_number}·{product}"
    total = work.step("multiply_adds", "multiply-adds", formula, per_number * math.prod(shape))
    work.give("multiply_adds", total)


def _output_shape(given: Layer, work: Work) -> list[int]:
    """⌊(n − f + 2p)/s⌋ + 1 for each side, in the order of the three things that happen."""
    high = _side("height", "H", given.height, given, work)
    if given.width == given.height:
        wide = work.step("output_shape", "output width", "W = H, so the same", high)
    else:
        wide = _side("width", "W", given.width, given, work)
    deep = work.step("output_shape", "output depth", "one map per filter, K", given.filters)
    formula = "height × width × depth"
    shape: list[int] = work.step("output_shape", "output", formula, [high, wide, deep])
    return shape


def _side(name: str, symbol: str, n: int, given: Layer, work: Work) -> int:
    f, s, p = given.kernel, given.stride, given.padding
    formula = f"{symbol} + 2p = {n} + 2·{p}"
    padded = work.step("output_shape", f"{name} with padding", formula, n + 2 * p)
    formula = f"⌊({padded} − f)/s⌋ = ⌊({padded} − {f})/{s}⌋"
    steps = work.step("output_shape", f"steps along the {name}", formula, (padded - f) // s)
    side: int = work.step("output_shape", f"output {name}", f"{steps} + 1", steps + 1)
    return side


def _kernel(given: Layer, _: Device) -> Mapping[str, Any]:
    """A real layer on the meta device, where arrays have sizes but no numbers to store.

    Shapes, parameters and operations are those that torch reports; a fused multiply-add counts
    as two of its operations, and it leaves out the biases, as we do.
    """
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    layer = torch.nn.Conv2d(
        given.channels, given.filters, given.kernel, given.stride, given.padding, device="meta"
    )
    image = torch.empty(1, given.channels, given.height, given.width, device="meta")
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        _, depth, height, width = layer(image).shape
    return {
        "output_shape": [height, width, depth],
        "activations": height * width * depth,
        "parameters": sum(parameter.numel() for parameter in layer.parameters()),
        "multiply_adds": counter.get_total_flops() // 2,
    }


# What learners get wrong about it. A wrong rule for one side makes everything counted from
# the output wrong too, so a rule is written once and turned into quantities by a helper.


def _sides(rule: Callable[[int, Layer], float]) -> Callable[[Layer], dict[str, Value]]:
    """Quantities that follow from a wrong rule for one side of the output."""

    def wrong(given: Layer) -> dict[str, Value]:
        high, wide = rule(given.height, given), rule(given.width, given)
        if min(high, wide) < 1:
            return {}
        quantities: dict[str, Value] = {"output_shape": [high, wide, given.filters]}
        if isinstance(high, int) and isinstance(wide, int):
            activations = high * wide * given.filters
            quantities["activations"] = activations
            quantities["multiply_adds"] = given.kernel**2 * given.channels * activations
        return quantities

    return wrong


def _volume(rule: Callable[[Layer, int, int], list[int]]) -> Callable[[Layer], dict[str, Value]]:
    """Quantities that follow from a wrong volume around the right sides."""

    def wrong(given: Layer) -> dict[str, Value]:
        volume = rule(given, _output_side(given.height, given), _output_side(given.width, given))
        return {"output_shape": [*volume], "activations": math.prod(volume)}

    return wrong


def _parameters(rule: Callable[[int, int, int], int]) -> Callable[[Layer], dict[str, Value]]:
    """A wrong number of parameters from f, C_in and K."""
    return lambda g: {"parameters": rule(g.kernel, g.channels, g.filters)}


def _output_side(n: int, given: Layer) -> int:
    return (n - given.kernel + 2 * given.padding) // given.stride + 1


def _unrounded_side(n: int, given: Layer) -> float:
    steps, left = divmod(n - given.kernel + 2 * given.padding, given.stride)
    return steps + 1 if left == 0 else steps + left / given.stride + 1


def _uneven_axis(given: Layer) -> str:
    """The first axis along which the filter stops short of the edge; "" when none."""
    for name, n in (("height", given.height), ("width", given.width)):
        if (n - given.kernel + 2 * given.padding) % given.stride:
            return name
    return ""


def _rounded_down(given: Layer) -> str:
    n = given.height if _uneven_axis(given) == "height" else given.width
    room, s = n - given.kernel + 2 * given.padding, given.stride
    return f"The filter makes whole steps only: {room}/{s} = {room / s:.4g} becomes {room // s}."


def _room(given: Layer) -> str:
    padding = f" + 2·{given.padding}" if given.padding else ""
    return f"{given.height} − {given.kernel}{padding}"


_MISCONCEPTIONS: tuple[Misconception[Layer], ...] = (
    Misconception(
        "conv-output-size/forgot-2",
        slip="when the padding is counted on one side only",
        correction=lambda g: (
            f"Zeros are added on both sides: {g.height} grows by 2·{g.padding}"
            f" to {g.height + 2 * g.padding}."
        ),
        wrong=_sides(lambda n, g: (n - g.kernel + g.padding) // g.stride + 1),
        departs_at="height with padding",
        applies=lambda g: g.padding >= 1,
    ),
    Misconception(
        "conv-output-size/no-floor",
        slip="when the fraction is not rounded down",
        correction=_rounded_down,
        wrong=_sides(_unrounded_side),
        departs_at=lambda g: f"steps along the {_uneven_axis(g)}",
        applies=lambda g: _uneven_axis(g) != "",
    ),
    Misconception(
        "conv-output-size/round-up",
        slip="when the fraction is rounded up",
        correction=_rounded_down,
        wrong=_sides(lambda n, g: math.ceil(_unrounded_side(n, g))),
        departs_at=lambda g: f"steps along the {_uneven_axis(g)}",
        applies=lambda g: _uneven_axis(g) != "",
    ),
    Misconception(
        "conv-output-size/forgot-plus-1",
        slip="when the + 1 is forgotten",
        correction=lambda g: (
            f"The starting position counts too: {_output_side(g.height, g) - 1} steps"
            f" lead to {_output_side(g.height, g)} positions."
        ),
        wrong=_sides(lambda n, g: _output_side(n, g) - 1),
        departs_at="output height",
    ),
    Misconception(
        "conv-output-size/padding-after",
        slip="when the padding is added after dividing by the stride",
        correction=lambda g: (
            f"The filter steps over the padding too: ⌊({_room(g)})/{g.stride}⌋ + 1."
        ),
        wrong=_sides(lambda n, g: (n - g.kernel) // g.stride + 1 + 2 * g.padding),
        departs_at="height with padding",
        applies=lambda g: g.padding >= 1 and g.stride >= 2,
    ),
    Misconception(
        "conv-output-size/no-stride",
        slip="when the stride is left out",
        correction=lambda g: (
            f"The filter moves {g.stride} pixels at a time: ⌊({_room(g)})/{g.stride}⌋ + 1."
        ),
        wrong=_sides(lambda n, g: n - g.kernel + 2 * g.padding + 1),
        departs_at="steps along the height",
        applies=lambda g: g.stride >= 2,
    ),
    Misconception(
        "conv-output-size/f-added",
        slip="when the filter is added and the padding taken away",
        correction=lambda g: (
            f"The filter takes room and the padding makes room: {_room(g)}"
            f" = {g.height - g.kernel + 2 * g.padding}."
        ),
        wrong=_sides(lambda n, g: (n + g.kernel - 2 * g.padding) // g.stride + 1),
        departs_at="height with padding",
    ),
    Misconception(
        "conv-output-volume/depth-is-c-in",
        slip="when the depth is taken from the input",
        correction=lambda g: f"Each filter makes one map: {g.filters} filters make {g.filters}.",
        wrong=_volume(lambda g, high, wide: [high, wide, g.channels]),
        departs_at="output depth",
    ),
    Misconception(
        "conv-output-volume/depth-product",
        slip="when a filter makes a map for each input channel",
        correction=lambda g: (
            f"A filter adds up its {g.channels} channels into one map:"
            f" {g.filters} filters make {g.filters}."
        ),
        wrong=_volume(lambda g, high, wide: [high, wide, g.channels * g.filters]),
        departs_at="output depth",
    ),
    Misconception(
        "conv-output-volume/2d",
        slip="when the depth is left out",
        correction=lambda g: f"Each filter makes one such map, so the depth is {g.filters}.",
        wrong=_volume(lambda _, high, wide: [high, wide]),
        departs_at="output depth",
    ),
    Misconception(
        "conv-output-volume/spatial-is-f",
        slip="when the sides are taken from the filter",
        correction=lambda g: (
            f"A {g.kernel} × {g.kernel} filter gives one number at each of its positions,"
            " and the positions make the map."
        ),
        wrong=_volume(lambda g, *_: [g.kernel, g.kernel, g.filters]),
        departs_at="height with padding",
    ),
    Misconception(
        "conv-params/no-bias",
        slip="when the biases are left out",
        correction=lambda g: f"Each filter also has one bias: {g.filters} filters add {g.filters}.",
        wrong=_parameters(lambda f, c, k: f * f * c * k),
        departs_at="biases, one per filter",
    ),
    Misconception(
        "conv-params/forgot-c-in",
        slip="when the input channels are forgotten",
        correction=lambda g: (
            f"A filter reaches through all {g.channels} input channels:"
            f" {g.kernel}·{g.kernel}·{g.channels} = {g.kernel**2 * g.channels} weights."
        ),
        wrong=_parameters(lambda f, _, k: f * f * k + k),
        departs_at="weights of one filter",
        applies=lambda g: g.channels >= 2,
    ),
    Misconception(
        "conv-params/bias-per-weight",
        slip="when every weight is given a bias",
        correction=lambda g: f"A filter has one bias in all: {g.filters} filters have {g.filters}.",
        wrong=_parameters(lambda f, c, k: 2 * f * f * c * k),
        departs_at="biases, one per filter",
    ),
    Misconception(
        "conv-params/bias-c-in",
        slip="when the biases are counted by input channel",
        correction=lambda g: f"Biases belong to the filters: {g.filters}, not {g.channels}.",
        wrong=_parameters(lambda f, c, k: f * f * c * k + c),
        departs_at="biases, one per filter",
        applies=lambda g: g.channels >= 2,
    ),
    Misconception(
        "conv-params/bias-per-slice",
        slip="when every channel of a filter is given a bias",
        correction=lambda g: (
            f"The {g.channels} channels are added up first, and the sum gets one bias:"
            f" {g.filters} filters have {g.filters}."
        ),
        wrong=_parameters(lambda f, c, k: f * f * c * k + c * k),
        departs_at="biases, one per filter",
        applies=lambda g: g.channels >= 2,
    ),
    Misconception(
        "conv-params/f-not-squared",
        slip="when only one side of the filter is counted",
        correction=lambda g: (
            f"A filter is {g.kernel} × {g.kernel}: {g.kernel**2} weights per input channel."
        ),
        wrong=_parameters(lambda f, c, k: f * c * k + k),
        departs_at="weights of one filter",
        applies=lambda g: g.kernel >= 2,
    ),
    # The curriculum: live when the output size is given. Here it always follows from the inputs.
    Misconception(
        "conv-params/times-positions",
        slip="when the weights are counted again at every position",
        correction="A filter is the same at every position, so height and width do not count.",
        wrong=lambda g: {
            "parameters": (g.kernel**2 * g.channels + 1)
            * g.filters
            * _output_side(g.height, g)
            * _output_side(g.width, g)
        },
        departs_at="parameters",
    ),
    Misconception(
        "conv-params/bias-one",
        slip="when the whole layer is given a single bias",
        correction=lambda g: f"Each filter has its own bias: {g.filters} filters add {g.filters}.",
        wrong=_parameters(lambda f, c, k: f * f * c * k + 1),
        departs_at="biases, one per filter",
    ),
)

solver = Solver(
    id="convolution.layer",
    concepts=("conv-output-size", "conv-output-volume", "conv-params"),
    inputs=Layer,
    quantities={
        "output_shape": Quantity("shape", "output volume", axes=("height", "width", "channels")),
        "activations": Quantity("integer", "numbers in the output", uses=("output_shape",)),
        "parameters": Quantity("integer", "trainable parameters, biases included"),
        "multiply_adds": Quantity(
            "integer",
            "multiplications with their additions, biases left out",
            uses=("output_shape",),
        ),
    },
    reference=_reference,
    kernel=_kernel,
    misconceptions=_MISCONCEPTIONS,
    source="Dumoulin and Visin, A guide to convolution arithmetic, arXiv:1603.07285",
)
