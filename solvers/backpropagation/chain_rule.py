"""backpropagation.chain_rule: the derivative of a function of a function of a function.

    d/dx f(g(h(x))) = f′(g(h(x)))·g′(h(x))·h′(x)

Here h(x) = ax + c, g(u) = u^p, and f is a square, a cube, the exponential or the sigmoid. All are
numbers without unit. Source: Goodfellow, Bengio and Courville, Deep Learning (2016),
section 6.5.2.

>>> from solvers import find
>>> inputs = {"a": 2, "c": -1, "power": 2, "outer": "square", "x": 2}
>>> find("backpropagation.chain_rule").solve(inputs).quantities["derivative"]  # 4u³·2, u = 3
216.0
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from solvers._written import factor, number, product_of
from solvers.backpropagation.arrays import activate, slope
from solvers.contract import (
    BadInput,
    Inputs,
    Misconception,
    Quantity,
    Solver,
    Work,
    one_of,
    real,
    whole,
)
from solvers.device import Device

LARGEST_EXPONENT = 20  # of the outer exponential


@dataclass(frozen=True, kw_only=True)
class Nested(Inputs):
    """f(g(h(x))) with h(x) = ax + c and g(u) = u^p, and the point where it is differentiated."""

    a: float = real(-10, 10, "slope a of the inner function")
    c: float = real(-10, 10, "constant c of the inner function")
    power: int = whole(2, 3, "exponent p of the middle function")
    outer: str = one_of(("square", "cube", "exp", "sigmoid"), "outer function f")
    x: float = real(-10, 10, "point x")

    def check(self) -> None:
        if self.outer == "exp" and self.middle > LARGEST_EXPONENT:
            message = f"anything but exp where g(h(x)) is above {LARGEST_EXPONENT}"
            raise BadInput("outer", self.outer, message)

    @property
    def inner(self) -> float:
        return self.a * self.x + self.c

    @property
    def middle(self) -> float:
        return self.inner**self.power

    def middle_slope(self, at: float) -> float:
        return self.power * at ** (self.power - 1)

    def outer_value(self, at: float) -> float:
        match self.outer:
            case "square":
                return at**2
            case "cube":
                return at**3
            case "exp":
                return math.exp(at)
        return float(activate("sigmoid", at))

    def outer_slope(self, at: float) -> float:
        match self.outer:
            case "square":
                return 2 * at
            case "cube":
                return 3 * at**2
            case "exp":
                return math.exp(at)
        return float(slope("sigmoid", at))


_OUTER_SLOPES = {
    "square": "f′(v) = 2v",
    "cube": "f′(v) = 3v²",
    "exp": "f′(v) = e^v",
    "sigmoid": "f′(v) = σ(v)(1 − σ(v))",
}


def _reference(given: Nested, work: Work) -> None:
    p = given.power
    formula = f"u = ax + c = {factor(given.a)}·{factor(given.x)} + {factor(given.c)}"
    u = work.give("inner", work.step("inner", "inner value", formula, given.inner))
    v = work.give("middle", work.step("middle", "middle value", f"v = {factor(u)}^{p}", u**p))
    value = work.step("value", "outer value", f"{given.outer} of {number(v)}", given.outer_value(v))
    work.give("value", value)

    h = work.give("inner_slope", work.step("inner_slope", "inner slope", "h′(x) = a", given.a))
    formula = f"g′(u) = {p}·u^{p - 1} = {p}·{factor(u)}^{p - 1}"
    g = work.step("middle_slope", "middle slope", formula, given.middle_slope(u))
    g = work.give("middle_slope", g)
    formula = f"{_OUTER_SLOPES[given.outer]} at v = {number(v)}"
    f = work.step("outer_slope", "outer slope", formula, given.outer_slope(v))
    f = work.give("outer_slope", f)

    formula = f"f′(v)·g′(u)·h′(x) = {product_of([f, g, h])}"
    work.give("derivative", work.step("derivative", "derivative", formula, f * g * h))


def _kernel(given: Nested, device: Device) -> Mapping[str, Any]:
    """Autograd, through all three functions at once and through each alone."""
    import torch

    outer: dict[str, Callable[[torch.Tensor], torch.Tensor]] = {
        "square": torch.square,
        "cube": partial(torch.pow, exponent=3),
        "exp": torch.exp,
        "sigmoid": torch.sigmoid,
    }
    x = device.tensor(given.x).requires_grad_()
    u = x * given.a + given.c
    v = torch.pow(u, given.power)
    value = outer[given.outer](v)
    gradients = torch.autograd.grad(value, (v, x), retain_graph=True)
    return {
        "inner": u,
        "middle": v,
        "value": value,
        "inner_slope": torch.autograd.grad(u, x, retain_graph=True)[0],
        "middle_slope": torch.autograd.grad(v, u, retain_graph=True)[0],
        "outer_slope": gradients[0],
        "derivative": gradients[1],
    }


def _right_slopes(given: Nested) -> tuple[float, float]:
    """f′(g(h(x))) and g′(h(x))."""
    return given.outer_slope(given.middle), given.middle_slope(given.inner)


def _all_at_x(given: Nested) -> dict[str, float]:
    f, g = given.outer_slope(given.x), given.middle_slope(given.x)
    return {"outer_slope": f, "middle_slope": g, "derivative": f * g * given.a}


_VALUES = ("inner", "middle")

solver = Solver(
    id="backpropagation.chain_rule",
    concepts=("chain-rule",),
    inputs=Nested,
    quantities={
        "inner": Quantity("real", "u = h(x)"),
        "middle": Quantity("real", "v = g(h(x))", uses=_VALUES[:1]),
        "value": Quantity("real", "f(g(h(x)))", uses=_VALUES),
        "inner_slope": Quantity("real", "h′(x)"),
        "middle_slope": Quantity("real", "g′(h(x))", uses=_VALUES[:1]),
        "outer_slope": Quantity("real", "f′(g(h(x)))", uses=_VALUES),
        "derivative": Quantity(
            "real",
            "d/dx f(g(h(x)))",
            uses=(*_VALUES, "inner_slope", "middle_slope", "outer_slope"),
        ),
    },
    reference=_reference,
    kernel=_kernel,
    misconceptions=(
        Misconception(
            "chain-rule/missing-inner",
            slip="when the derivative of the inner function is forgotten",
            correction=lambda g: (
                f"The inner function ax + c changes {number(g.a)} times as fast as x:"
                f" multiply by h′(x) = {number(g.a)}."
            ),
            wrong=lambda g: {"derivative": math.prod(_right_slopes(g))},
            departs_at="inner slope",
            applies=lambda g: g.a != 1,
        ),
        Misconception(
            "chain-rule/outer-at-x",
            slip="when every derivative is taken at x itself",
            correction=lambda g: (
                "Each function is differentiated where it is applied: g at"
                f" u = {number(g.inner)}, f at v = {number(g.middle)}."
            ),
            wrong=_all_at_x,
            departs_at="middle slope",
        ),
        Misconception(
            "chain-rule/sum",
            slip="when the derivatives are added",
            correction="Rates of change along a chain multiply: f′·g′·h′.",
            wrong=lambda g: {"derivative": sum(_right_slopes(g)) + g.a},
            departs_at="derivative",
        ),
        Misconception(
            "chain-rule/only-outer",
            slip="when only the outer function is differentiated",
            correction="Multiply by the derivatives of the functions inside as well: f′·g′·h′.",
            wrong=lambda g: {"derivative": g.outer_slope(g.middle)},
            departs_at="derivative",
        ),
    ),
    source="Goodfellow, Bengio and Courville, Deep Learning (2016), section 6.5.2",
)
