"""backpropagation.weight_gradient: from the error of a layer to the gradients it learns from.

    ∂L/∂Wˡ = δˡ (aˡ⁻¹)ᵀ,  ∂L/∂bˡ = δˡ

δ (m) is the error of the layer, a (n) what the layer before gave out; the gradient of W has the
shape of W, (m, n). For one example; over a batch both are summed over the examples (or averaged,
as the loss is). Source: Nielsen, Neural Networks and Deep Learning (2015), equations BP3 and BP4.

>>> from solvers import find
>>> find("backpropagation.weight_gradient").solve({"error": [1, -2], "before": [3, 4]}).quantities
{'weight_gradient': [[3.0, 4.0], [-6.0, -8.0]], 'bias_gradient': [1.0, -2.0]}
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from solvers._written import factor
from solvers.backpropagation.arrays import Array
from solvers.contract import Inputs, Misconception, Quantity, Solver, Work, array
from solvers.device import Device


@dataclass(frozen=True, kw_only=True)
class Layer(Inputs):
    """A layer's error and the activations it was computed from."""

    error: Array = array("m", -1000, 1000, "error δ of the layer")
    before: Array = array("n", -1000, 1000, "activations a of the layer before")


def _reference(given: Layer, work: Work) -> None:
    first = f"{factor(given.error[0])}·{factor(given.before[0])}"
    gradient = np.outer(given.error, given.before)
    gradient = work.step("weight_gradient", "weight gradient", f"δ aᵀ (first: {first})", gradient)
    work.give("weight_gradient", gradient)
    work.give("bias_gradient", work.step("bias_gradient", "bias gradient", "δ", given.error))


def _kernel(given: Layer, device: Device) -> Mapping[str, Any]:
    """Autograd through a real linear layer; its gradient does not depend on its weights."""
    import torch

    error, before = device.tensor(given.error), device.tensor(given.before)
    weight = torch.zeros(len(error), len(before), dtype=error.dtype, device=error.device)
    weight, bias = weight.requires_grad_(), torch.zeros_like(error).requires_grad_()
    z = torch.nn.functional.linear(before, weight, bias)
    gradients = torch.autograd.grad(z, (weight, bias), error)
    return {"weight_gradient": gradients[0], "bias_gradient": gradients[1]}


solver = Solver(
    id="backpropagation.weight_gradient",
    concepts=("backprop-weight-grad",),
    inputs=Layer,
    quantities={
        "weight_gradient": Quantity("matrix", "∂L/∂W, of the shape of W"),
        "bias_gradient": Quantity("vector", "∂L/∂b"),
    },
    reference=_reference,
    kernel=_kernel,
    misconceptions=(
        Misconception(
            "backprop-weight-grad/transposed",
            slip="when the product is turned round, a δᵀ",
            correction="A gradient has the shape of W, a row for each unit with its δ: δ aᵀ.",
            wrong=lambda g: {"weight_gradient": np.outer(g.before, g.error)},
            departs_at="weight gradient",
        ),
        Misconception(
            "backprop-weight-grad/uses-delta-twice",
            slip="when δ is multiplied with itself, δ δᵀ",
            correction="A weight was multiplied by the activation before it, so that is its slope.",
            wrong=lambda g: {"weight_gradient": np.outer(g.error, g.error)},
            departs_at="weight gradient",
        ),
        Misconception(
            "backprop-weight-grad/elementwise",
            slip="when δ ⊙ a is repeated in every row",
            correction="Every unit pairs its own δ with all of a: the outer product δ aᵀ.",
            wrong=lambda g: {
                "weight_gradient": np.tile(g.error * g.before, (len(g.error), 1)),
            },
            departs_at="weight gradient",
            applies=lambda g: len(g.error) == len(g.before) >= 2,
        ),
        Misconception(
            "backprop-weight-grad/bias-zero",
            slip="when the biases are taken for constants",
            correction="A bias is added to z with slope 1, so its gradient is δ itself.",
            wrong=lambda g: {"bias_gradient": np.zeros_like(g.error)},
            departs_at="bias gradient",
        ),
    ),
    source="Nielsen, Neural Networks and Deep Learning (2015), equations BP3 and BP4",
)
