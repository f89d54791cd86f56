"""convolution.same_padding, valid_output: the two usual answers to what happens at the border.

    same   p = (f − 1)/2, at stride 1 and for odd f: the side stays n
    valid  p = 0: the side becomes ⌊(n − f)/s⌋ + 1

n is the side of the input, f that of the filter, s the stride, p the zeros added on each side,
all in pixels. An even f has no such p: f − 1 zeros can't be shared out evenly. Source: Dumoulin
and Visin, arXiv:1603.07285, where "same" is called half padding.

>>> from solvers import find
>>> find("convolution.same_padding").solve({"kernel": 5}).quantities
{'padding': 2}
>>> find("convolution.valid_output").solve({"size": 28, "kernel": 5}).quantities
{'side': 24}
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from solvers.contract import BadInput, Inputs, Misconception, Quantity, Solver, Work, whole
from solvers.device import Device

_SOURCE = "Dumoulin and Visin, A guide to convolution arithmetic, arXiv:1603.07285"

# ---------------------------------------------------------------- convolution.same_padding


@dataclass(frozen=True, kw_only=True)
class OddFilter(Inputs):
    """A filter with a centre, moved pixel by pixel."""

    kernel: int = whole(1, 63, "side f of the filter, odd")

    def check(self) -> None:
        if self.kernel % 2 == 0:
            raise BadInput("kernel", self.kernel, "an odd number: f − 1 must be even")


def _same(given: OddFilter, work: Work) -> None:
    f = given.kernel
    label = "pixels lost without padding"
    lost = work.step("padding", label, f"n − (n − f + 1) = f − 1 = {f} − 1", f - 1)
    padding = work.step("padding", "padding on each side", f"{lost}/2", lost // 2)
    work.give("padding", padding)


def _same_kernel(given: OddFilter, _: Device) -> Mapping[str, Any]:
    """Try every p until the size is what torch makes of ``padding="same"``."""
    import torch

    conv1d = torch.nn.functional.conv1d
    row = torch.empty(1, 1, 2 * given.kernel, device="meta")
    weights = torch.empty(1, 1, given.kernel, device="meta")
    kept = conv1d(row, weights, padding="same").shape
    tries = range(given.kernel)
    return {"padding": next(p for p in tries if conv1d(row, weights, padding=p).shape == kept)}


def _half_of_the_rest(given: OddFilter) -> str:
    return f"The {given.kernel} − 1 pixels that are lost are made up for on two sides, half each."


same_padding = Solver(
    id="convolution.same_padding",
    concepts=("padding-same-valid",),
    inputs=OddFilter,
    quantities={"padding": Quantity("integer", "zeros on each side that keep the size")},
    reference=_same,
    kernel=_same_kernel,
    misconceptions=(
        Misconception(
            "padding-same-valid/half-f",
            slip="when the whole filter is halved",
            correction=_half_of_the_rest,
            wrong=lambda g: {"padding": g.kernel / 2},
            departs_at="pixels lost without padding",
        ),
        Misconception(
            "padding-same-valid/f-minus-1",
            slip="when the padding of both sides is counted together",
            correction=_half_of_the_rest,
            wrong=lambda g: {"padding": g.kernel - 1},
            departs_at="padding on each side",
        ),
        Misconception(
            "padding-same-valid/f-plus-1",
            slip="when 1 is added to the filter's side before it is halved",
            correction=_half_of_the_rest,
            wrong=lambda g: {"padding": (g.kernel + 1) // 2},
            departs_at="pixels lost without padding",
        ),
        Misconception(
            "padding-same-valid/always-1",
            slip="when the padding of a 3 × 3 filter is used for every filter",
            correction=lambda g: (
                f"A filter of side {g.kernel} loses {g.kernel} − 1 = {g.kernel - 1} pixels,"
                f" so it needs {(g.kernel - 1) // 2} on each side."
            ),
            wrong=lambda _: {"padding": 1},
            departs_at="pixels lost without padding",
            applies=lambda g: g.kernel != 3,
        ),
    ),
    source=_SOURCE,
)


# ---------------------------------------------------------------- convolution.valid_output


@dataclass(frozen=True, kw_only=True)
class Unpadded(Inputs):
    """One axis of an input without padding."""

    size: int = whole(1, 65_536, "side n of the input")
    kernel: int = whole(1, 64, "side f of the filter")
    stride: int = whole(1, 64, "stride s", default=1)

    def check(self) -> None:
        if self.kernel > self.size:
            raise BadInput("kernel", self.kernel, f"at most {self.size}, the side of the input")


def _valid(given: Unpadded, work: Work) -> None:
    n, f, s = given.size, given.kernel, given.stride
    steps = work.step("side", "steps", f"⌊(n − f)/s⌋ = ⌊({n} − {f})/{s}⌋", (n - f) // s)
    work.give("side", work.step("side", "output side", f"{steps} + 1", steps + 1))


def _valid_kernel(given: Unpadded, _: Device) -> Mapping[str, Any]:
    import torch

    row = torch.empty(1, 1, given.size, device="meta")
    weights = torch.empty(1, 1, given.kernel, device="meta")
    output = torch.nn.functional.conv1d(row, weights, stride=given.stride, padding="valid")
    return {"side": output.shape[2]}


def _side(rule: Callable[[Unpadded], int]) -> Callable[[Unpadded], dict[str, int]]:
    """A wrong side; nobody believes in one below 1."""
    return lambda g: {"side": rule(g)} if rule(g) >= 1 else {}


valid_output = Solver(
    id="convolution.valid_output",
    concepts=("padding-same-valid",),
    inputs=Unpadded,
    quantities={"side": Quantity("integer", "side of the output without padding")},
    reference=_valid,
    kernel=_valid_kernel,
    misconceptions=(
        Misconception(
            "padding-same-valid/valid-keeps-size",
            slip="when valid is taken to keep the size",
            correction=lambda g: (
                "Valid means no padding: the filter stays inside, so even its first step must"
                f" fit into {g.size} − {g.kernel} = {g.size - g.kernel} pixels."
            ),
            wrong=_side(lambda g: g.size),
            departs_at="steps",
            applies=lambda g: g.kernel >= 2 or g.stride >= 2,
        ),
        Misconception(
            "padding-same-valid/valid-no-plus-1",
            slip="when the + 1 is forgotten",
            correction=lambda g: (
                f"The starting position counts too: {(g.size - g.kernel) // g.stride} steps"
                f" lead to {(g.size - g.kernel) // g.stride + 1} positions."
            ),
            wrong=_side(lambda g: (g.size - g.kernel) // g.stride),
            departs_at="output side",
        ),
        Misconception(
            "padding-same-valid/valid-no-stride",
            slip="when the stride is left out",
            correction=lambda g: (
                f"The filter moves {g.stride} pixels at a time:"
                f" ⌊({g.size} − {g.kernel})/{g.stride}⌋ + 1."
            ),
            wrong=_side(lambda g: g.size - g.kernel + 1),
            departs_at="steps",
            applies=lambda g: g.stride >= 2,
        ),
    ),
    source=_SOURCE,
)
