"""backpropagation.linear_collapse: two linear layers without an activation are one.

    W₂(W₁x + b₁) + b₂ = (W₂W₁)x + (W₂b₁ + b₂)

W₁ (h, n), b₁ (h), W₂ (m, h), b₂ (m): depth without a non-linearity adds nothing. Source:
Goodfellow, Bengio and Courville, Deep Learning (2016), section 6.1.

>>> from solvers import find
>>> layers = {"first_weights": [[1, 2], [0, 1]], "first_biases": [1, 1],
...           "second_weights": [[1, 0], [3, 1]], "second_biases": [0, -1]}
>>> find("backpropagation.linear_collapse").solve(layers).quantities
{'weights': [[1.0, 2.0], [3.0, 7.0]], 'biases': [1.0, 3.0]}
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from solvers._written import sum_of_products
from solvers.backpropagation.arrays import Array
from solvers.contract import Inputs, Misconception, Quantity, Solver, Work, array
from solvers.device import Device


@dataclass(frozen=True, kw_only=True)
class TwoLayers(Inputs):
    """Two dense layers, one after the other, with nothing between them."""

    first_weights: Array = array("h n", -1000, 1000, "weights W₁ of the first layer")
    first_biases: Array = array("h", -1000, 1000, "biases b₁ of the first layer")
    second_weights: Array = array("m h", -1000, 1000, "weights W₂ of the second layer")
    second_biases: Array = array("m", -1000, 1000, "biases b₂ of the second layer")

    @property
    def turned_fits(self) -> bool:
        """Whether W₁W₂ exists."""
        return len(self.first_weights.T) == len(self.second_weights)

    @property
    def same_shape(self) -> bool:
        return self.first_weights.shape == self.second_weights.shape


def _reference(given: TwoLayers, work: Work) -> None:
    product = given.second_weights @ given.first_weights
    first = sum_of_products(given.second_weights[0], given.first_weights[:, 0])
    formula = f"W₂W₁ (first: {first})"
    work.give("weights", work.step("weights", "product of the weights", formula, product))

    carried = given.second_weights @ given.first_biases
    carried = work.step("biases", "first biases carried through", "W₂b₁", carried)
    biases = work.step("biases", "biases", "W₂b₁ + b₂", carried + given.second_biases)
    work.give("biases", biases)


def _kernel(given: TwoLayers, device: Device) -> Mapping[str, Any]:
    """Ask the two real layers themselves: their value at 0 and their Jacobian."""
    import torch
    from torch.nn.functional import linear

    w1, b1 = device.tensor(given.first_weights), device.tensor(given.first_biases)
    w2, b2 = device.tensor(given.second_weights), device.tensor(given.second_biases)

    def network(x: torch.Tensor) -> torch.Tensor:
        return linear(linear(x, w1, b1), w2, b2)

    zero = torch.zeros(w1.shape[1], dtype=w1.dtype, device=w1.device)
    jacobian = torch.autograd.functional.jacobian(network, zero)  # type: ignore[no-untyped-call]
    return {"weights": jacobian, "biases": network(zero)}


solver = Solver(
    id="backpropagation.linear_collapse",
    concepts=("linear-collapse",),
    inputs=TwoLayers,
    quantities={
        "weights": Quantity("matrix", "weights of the one layer that does the same, W₂W₁"),
        "biases": Quantity("vector", "biases of the one layer that does the same, W₂b₁ + b₂"),
    },
    reference=_reference,
    kernel=_kernel,
    misconceptions=(
        Misconception(
            "linear-collapse/wrong-order",
            slip="when the matrices are multiplied in the order of the layers, W₁W₂",
            correction="The first layer acts on x first, so it stands next to x: W₂W₁x.",
            wrong=lambda g: {"weights": g.first_weights @ g.second_weights},
            departs_at="product of the weights",
            applies=lambda g: g.turned_fits,
        ),
        Misconception(
            "linear-collapse/sum",
            slip="when the weights are added",
            correction="One layer acts on what the other gives out, so the matrices multiply.",
            wrong=lambda g: {"weights": g.first_weights + g.second_weights},
            departs_at="product of the weights",
            applies=lambda g: g.same_shape,
        ),
        Misconception(
            "linear-collapse/bias-sum",
            slip="when the biases are only added",
            correction="The first bias passes through the second layer: W₂b₁ + b₂.",
            wrong=lambda g: {"biases": g.first_biases + g.second_biases},
            departs_at="first biases carried through",
            applies=lambda g: len(g.first_biases) == len(g.second_biases),
        ),
        Misconception(
            "linear-collapse/hadamard",
            slip="when the weights are multiplied entry by entry",
            correction="It takes the matrix product: rows of W₂ with columns of W₁.",
            wrong=lambda g: {"weights": g.first_weights * g.second_weights},
            departs_at="product of the weights",
            applies=lambda g: g.same_shape and g.first_weights.size > 1,
        ),
    ),
    source="Goodfellow, Bengio and Courville, Deep Learning (2016), section 6.1",
)
