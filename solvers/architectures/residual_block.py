"""architectures.residual_block and .residual_slope: what a shortcut adds.

    y = F(x) + x,   ∂y/∂x = F′(x) + I

F learns the difference H(x) − x from the identity; with F = 0 the block passes x on unchanged.
Here y is taken before the final ReLU of the original block; where F changes the shape, x would
first go through a 1×1 projection. In the lesson with vectors F(x) = W₂·ReLU(W₁x + b₁) + b₂, in
that with one number F(x) = ax² + bx. Shapes: x (n,), W₁ (m, n), W₂ (n, m). The slope of ReLU at
0 is 0. Source: He, Zhang, Ren and Sun, arXiv:1512.03385.

>>> from solvers import find
>>> find("architectures.residual_slope").solve({"x": 2, "square": 0.5, "linear": -1}).quantities
{'branch': 0.0, 'y': 2.0, 'slope': 2.0}
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from solvers._written import factor, number
from solvers.activations.arrays import Array
from solvers.contract import (
    Inputs,
    Misconception,
    Quantity,
    Solver,
    Unsuitable,
    Work,
    array,
    real,
)
from solvers.device import Device

# ------------------------------------------------------------- architectures.residual_block


@dataclass(frozen=True, kw_only=True)
class Block(Inputs):
    """Two layers with a shortcut around them."""

    x: Array = array("n", -100, 100, "input x", max_side=16)
    first_weights: Array = array("m n", -100, 100, "W₁, a row for each hidden unit", max_side=16)
    first_biases: Array = array("m", -100, 100, "b₁", max_side=16)
    second_weights: Array = array("n m", -100, 100, "W₂, a row for each output", max_side=16)
    second_biases: Array = array("n", -100, 100, "b₂", max_side=16)

    @property
    def hidden(self) -> Array:
        """Before the ReLU."""
        z: Array = self.first_weights @ self.x + self.first_biases
        return z

    @property
    def branch(self) -> Array:
        y: Array = self.second_weights @ np.maximum(self.hidden, 0) + self.second_biases
        return y

    @property
    def slopes(self) -> Array:
        """F′(x): W₂·diag(1 where the unit is active)·W₁."""
        jacobian: Array = (self.second_weights * (self.hidden > 0)) @ self.first_weights
        return jacobian


def _block(given: Block, work: Work) -> None:
    z = work.step("branch", "hidden units before ReLU", "W₁x + b₁", given.hidden)
    if ((z != 0) & (np.abs(z) < 1e-9)).any():
        raise Unsuitable("a unit is so close to 0 that rounding decides whether it is active")
    a = work.step("branch", "hidden units", "ReLU", np.maximum(z, 0))
    branch = given.second_weights @ a + given.second_biases
    branch = work.give("branch", work.step("branch", "residual branch", "F(x) = W₂a + b₂", branch))
    work.give("y", work.step("y", "with the shortcut", "F(x) + x", branch + given.x))

    active = work.step("jacobian", "slopes of ReLU", "1 where a unit is active", (z > 0) * 1.0)
    formula = "W₂·diag(slopes)·W₁"
    inner = (given.second_weights * active) @ given.first_weights
    inner = work.step("jacobian", "derivative of the branch", formula, inner)
    total = inner + np.eye(len(given.x))
    work.give("jacobian", work.step("jacobian", "derivative", "F′(x) + I", total))


def _block_kernel(given: Block, device: Device) -> Mapping[str, Any]:
    """torch's layers, and autograd through the block."""
    import torch
    from torch.nn.functional import linear

    w1, b1 = device.tensor(given.first_weights), device.tensor(given.first_biases)
    w2, b2 = device.tensor(given.second_weights), device.tensor(given.second_biases)

    def branch(x: torch.Tensor) -> torch.Tensor:
        return linear(torch.relu(linear(x, w1, b1)), w2, b2)

    x = device.tensor(given.x)
    jacobian = torch.func.jacrev(lambda x: branch(x) + x)(x)
    return {"branch": branch(x), "y": branch(x) + x, "jacobian": jacobian}


block = Solver(
    id="architectures.residual_block",
    concepts=("residual-block",),
    inputs=Block,
    quantities={
        "branch": Quantity("vector", "F(x), the residual branch"),
        "y": Quantity("vector", "the block's output before a final ReLU", uses=("branch",)),
        "jacobian": Quantity("matrix", "∂y/∂x, a row for each output", uses=("branch",)),
    },
    reference=_block,
    kernel=_block_kernel,
    misconceptions=(
        Misconception(
            "residual-block/no-skip",
            slip="when the shortcut is left out",
            correction="A residual block adds its input to what the layers make of it: F(x) + x.",
            wrong=lambda g: {"y": g.branch},
            departs_at="with the shortcut",
        ),
        Misconception(
            "residual-block/multiply",
            slip="when the input is multiplied with the branch",
            correction="The shortcut is added; a product would scale the gradient again.",
            wrong=lambda g: {"y": g.branch * g.x},
            departs_at="with the shortcut",
        ),
        Misconception(
            "residual-block/concat",
            slip="when the input is put beside the branch",
            correction=lambda g: (
                f"The two are added entry by entry, so y keeps its {len(g.x)} entries; DenseNet"
                " is the one that concatenates."
            ),
            wrong=lambda g: {"y": np.concatenate([g.branch, g.x])},
            departs_at="with the shortcut",
        ),
        Misconception(
            "residual-block/relu-before-add",
            slip="when a ReLU is applied to the branch before the addition",
            correction="The branch may be negative; the ReLU of the original comes after the sum.",
            wrong=lambda g: {"y": np.maximum(g.branch, 0) + g.x},
            departs_at="with the shortcut",
            applies=lambda g: bool((g.branch < 0).any()),
        ),
        Misconception(
            "residual-block/gradient-no-one",
            slip="when the shortcut is left out of the derivative",
            correction="x itself has the derivative I, which is added to that of the branch.",
            wrong=lambda g: {"jacobian": g.slopes},
            departs_at="derivative",
        ),
    ),
    source="He, Zhang, Ren and Sun, arXiv:1512.03385",
)

# ------------------------------------------------------------- architectures.residual_slope


@dataclass(frozen=True, kw_only=True)
class Scalar(Inputs):
    """A block of one number, with F(x) = ax² + bx."""

    x: float = real(-100, 100, "input x")
    square: float = real(-100, 100, "coefficient a of x²")
    linear: float = real(-100, 100, "coefficient b of x")

    @property
    def branch(self) -> float:
        return self.square * self.x**2 + self.linear * self.x

    @property
    def inner_slope(self) -> float:
        return 2 * self.square * self.x + self.linear


def _scalar(given: Scalar, work: Work) -> None:
    a, b, x = given.square, given.linear, given.x
    formula = f"ax² + bx = {number(a)}·{factor(x)}² + {factor(b)}·{factor(x)}"
    branch = work.give("branch", work.step("branch", "residual branch", formula, given.branch))
    formula = f"F(x) + x = {number(branch)} + {factor(x)}"
    work.give("y", work.step("y", "with the shortcut", formula, branch + x))
    formula = f"2ax + b = 2·{factor(a)}·{factor(x)} + {factor(b)}"
    inner = work.step("slope", "derivative of the branch", formula, given.inner_slope)
    total = work.step("slope", "derivative", f"F′(x) + 1 = {number(inner)} + 1", inner + 1)
    work.give("slope", total)


def _scalar_kernel(given: Scalar, device: Device) -> Mapping[str, Any]:
    """Autograd through the block."""
    import torch

    x = device.tensor(given.x).requires_grad_()
    branch = torch.addcmul(given.linear * x, x, x, value=given.square)
    y = branch + x
    return {"branch": branch, "y": y, "slope": torch.autograd.grad(y, x)[0]}


slope = Solver(
    id="architectures.residual_slope",
    concepts=("residual-block",),
    inputs=Scalar,
    quantities={
        "branch": Quantity("real", "F(x), the residual branch"),
        "y": Quantity("real", "the block's output before a final ReLU", uses=("branch",)),
        "slope": Quantity("real", "dy/dx"),
    },
    reference=_scalar,
    kernel=_scalar_kernel,
    misconceptions=(
        Misconception(
            "residual-block/no-skip",
            slip="when the shortcut is left out",
            correction="A residual block adds its input to what the layers make of it: F(x) + x.",
            wrong=lambda g: {"y": g.branch},
            departs_at="with the shortcut",
        ),
        Misconception(
            "residual-block/multiply",
            slip="when the input is multiplied with the branch",
            correction="The shortcut is added; a product would scale the gradient again.",
            wrong=lambda g: {"y": g.branch * g.x},
            departs_at="with the shortcut",
        ),
        Misconception(
            "residual-block/relu-before-add",
            slip="when a ReLU is applied to the branch before the addition",
            correction="The branch may be negative; the ReLU of the original comes after the sum.",
            wrong=lambda g: {"y": g.x},
            departs_at="with the shortcut",
            applies=lambda g: g.branch < 0,
        ),
        Misconception(
            "residual-block/gradient-no-one",
            slip="when the shortcut is left out of the derivative",
            correction="x itself has the derivative 1, which is added to that of the branch.",
            wrong=lambda g: {"slope": g.inner_slope},
            departs_at="derivative",
        ),
    ),
    source="He, Zhang, Ren and Sun, arXiv:1512.03385",
)
