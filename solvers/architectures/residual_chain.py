"""architectures.residual_gradient and .resnet_paths: many residual blocks in a row.

    ∂y_n/∂x = Π_l (1 + F′_l),  against Π_l F′_l without the shortcuts

Multiplied out, the product has 2ⁿ terms, a path for each choice of branch or shortcut in each
block; C(n, k) of them go through k branches. The term of the path through shortcuts alone is 1,
so the gradient does not vanish with the branches. Scalar blocks; F′_l is the slope of branch l.
Sources: He et al., Identity mappings, arXiv:1603.05027; Veit et al., Residual networks behave
like ensembles of relatively shallow networks, arXiv:1605.06431.

>>> from solvers import find
>>> find("architectures.residual_gradient").solve({"slopes": [0.5, -0.5, 0.1]}).quantities
{'gradient': 0.8250000000000001, 'plain': -0.025}
>>> find("architectures.resnet_paths").solve({"blocks": 4, "branches": 2}).quantities
{'paths': 16, 'through': 6}
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from solvers._written import factor, product_of
from solvers.activations.arrays import Array
from solvers.contract import (
    BadInput,
    Inputs,
    Misconception,
    Quantity,
    Solver,
    Unsuitable,
    Work,
    array,
    whole,
)
from solvers.device import Device

# ---------------------------------------------------------- architectures.residual_gradient


@dataclass(frozen=True, kw_only=True)
class Chain(Inputs):
    """Scalar residual blocks in a row."""

    slopes: Array = array("blocks", -10, 10, "slope F′ of the branch of each block", max_side=50)


def _chain(given: Chain, work: Work) -> None:
    formula = "1 + F′: " + ", ".join(f"1 + {factor(slope)}" for slope in given.slopes[:6])
    formula += ", …" if len(given.slopes) > 6 else ""
    factors = work.step("gradient", "factor of each block", formula, 1 + given.slopes)
    if ((factors != 0) & (np.abs(factors) < 1e-6)).any():
        raise Unsuitable("a factor is so close to 0 that rounding decides what is left of it")
    formula = product_of(factors, most=12)
    gradient = work.step("gradient", "gradient", formula, float(np.prod(factors)))
    work.give("gradient", gradient)
    formula = product_of(given.slopes, most=12)
    plain = work.step("plain", "gradient without shortcuts", formula, float(np.prod(given.slopes)))
    work.give("plain", plain)


def _chain_kernel(given: Chain, device: Device) -> Mapping[str, Any]:
    """Autograd through the blocks, with and without their shortcuts."""
    import torch

    x = device.tensor(1.0).requires_grad_()
    y = plain = x
    for slope in given.slopes.tolist():
        y = slope * y + y
        plain = slope * plain
    return {
        "gradient": torch.autograd.grad(y, x)[0],
        "plain": torch.autograd.grad(plain, x)[0],
    }


gradient = Solver(
    id="architectures.residual_gradient",
    concepts=("residual-gradient",),
    inputs=Chain,
    quantities={
        "gradient": Quantity("real", "∂y_n/∂x with the shortcuts"),
        "plain": Quantity("real", "∂y_n/∂x of the same branches without shortcuts"),
    },
    reference=_chain,
    kernel=_chain_kernel,
    misconceptions=(
        Misconception(
            "residual-gradient/no-skip",
            slip="when the shortcuts are left out",
            correction="Each block passes on 1 + F′: the 1 is the derivative of its shortcut.",
            wrong=lambda g: {"gradient": float(np.prod(g.slopes))},
            departs_at="factor of each block",
        ),
        Misconception(
            "residual-gradient/sum",
            slip="when the slopes are added to 1, and their products left out",
            correction="1 + ΣF′ is the first-order part alone; the factors 1 + F′ multiply.",
            wrong=lambda g: {"gradient": float(1 + g.slopes.sum())},
            departs_at="gradient",
            applies=lambda g: len(g.slopes) >= 2,
        ),
        Misconception(
            "residual-gradient/one-plus-product",
            slip="when 1 is added once, after multiplying",
            correction="Every block has a shortcut of its own, so each factor is 1 + F′.",
            wrong=lambda g: {"gradient": float(1 + np.prod(g.slopes))},
            departs_at="factor of each block",
            applies=lambda g: len(g.slopes) >= 2,
        ),
        Misconception(
            "residual-gradient/power",
            slip="when every block is given the mean slope",
            correction="The slopes differ, and a product of factors is not a power of their mean.",
            wrong=lambda g: {"gradient": float((1 + g.slopes.mean()) ** len(g.slopes))},
            departs_at="gradient",
            applies=lambda g: len(set(g.slopes.tolist())) >= 2,
        ),
    ),
    source="He et al., Identity mappings in deep residual networks, arXiv:1603.05027",
)

# --------------------------------------------------------------- architectures.resnet_paths


@dataclass(frozen=True, kw_only=True)
class Paths(Inputs):
    """Residual blocks in a row, and how many of their branches a path takes."""

    blocks: int = whole(1, 20, "residual blocks n")
    branches: int = whole(0, 20, "residual branches k that a path goes through", default=1)

    def check(self) -> None:
        if self.branches > self.blocks:
            raise BadInput("branches", self.branches, f"at most {self.blocks}, one for each block")


def _paths(given: Paths, work: Work) -> None:
    n, k = given.blocks, given.branches
    work.step("paths", "choices in each block", "through the branch, or around it", 2)
    work.give("paths", work.step("paths", "paths", f"2ⁿ = 2^{n}", 2**n))
    formula = f"C(n, k) = C({n}, {k}) = {n}!/({k}!·{n - k}!)"
    through = work.step("through", "paths through k branches", formula, math.comb(n, k))
    work.give("through", through)


def _paths_kernel(given: Paths, device: Device) -> Mapping[str, Any]:
    """(1 + t)ⁿ multiplied out by convolution: the coefficient of tᵏ counts the paths."""
    from torch.nn.functional import conv1d

    polynomial, block = device.tensor([[[1.0]]]), device.tensor([[[1.0, 1.0]]])
    for _ in range(given.blocks):
        polynomial = conv1d(polynomial, block, padding=1)
    counts = polynomial.flatten().round().long()
    return {"paths": counts.sum(), "through": counts[given.branches]}


paths = Solver(
    id="architectures.resnet_paths",
    concepts=("resnet-paths",),
    inputs=Paths,
    quantities={
        "paths": Quantity("integer", "paths from input to output"),
        "through": Quantity("integer", "paths through exactly k residual branches"),
    },
    reference=_paths,
    kernel=_paths_kernel,
    misconceptions=(
        Misconception(
            "resnet-paths/n-plus-1",
            slip="when only the number of branches on a path is counted",
            correction="A path may take any of the branches: two choices in each block multiply.",
            wrong=lambda g: {"paths": g.blocks + 1},
            departs_at="paths",
            applies=lambda g: g.blocks >= 2,
        ),
        Misconception(
            "resnet-paths/two-n",
            slip="when the choices of the blocks are added",
            correction=lambda g: f"Choices multiply: 2·2·…·2 with {g.blocks} factors.",
            wrong=lambda g: {"paths": 2 * g.blocks},
            departs_at="paths",
            applies=lambda g: g.blocks >= 3,
        ),
        Misconception(
            "resnet-paths/n-squared",
            slip="when the number of blocks is squared",
            correction=lambda g: f"Two choices in each of {g.blocks} blocks make 2^{g.blocks}.",
            wrong=lambda g: {"paths": g.blocks**2},
            departs_at="paths",
            applies=lambda g: g.blocks not in (2, 4),
        ),
        Misconception(
            "resnet-paths/factorial",
            slip="when the orders of the blocks are counted",
            correction="The blocks keep their order; each is gone through or around.",
            wrong=lambda g: {"paths": math.factorial(g.blocks)},
            departs_at="paths",
        ),
    ),
    source="Veit, Wilber and Belongie, arXiv:1605.06431",
)
