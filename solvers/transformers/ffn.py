"""transformers.ffn and ffn_params: the same small network for each token, alone.

    FFN(x) = max(0, x W₁ + b₁) W₂ + b₂,  P = 2·d·d_ff + d_ff + d

x (d) one token, W₁ (d × d_ff), b₁ (d_ff), W₂ (d_ff × d), b₂ (d); no units. d_ff is usually 4d.
The ReLU is the paper's; BERT, GPT and ViT have GELU in its place (arXiv:1606.08415).
Source: Vaswani et al., arXiv:1706.03762, equation 2.

>>> from solvers import find
>>> network = {"w_1": [[1, -1]], "b_1": [0, 0], "w_2": [[2], [3]], "b_2": [1]}
>>> find("transformers.ffn").solve({"token": [2], **network}).quantities
{'hidden': [2.0, 0.0], 'output': [5.0]}
>>> find("transformers.ffn_params").solve({"d_model": 512, "d_ff": 2048}).quantities
{'parameters': 2099712}
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from solvers.attention.arrays import Array
from solvers.contract import Inputs, Misconception, Quantity, Solver, Work, array, whole
from solvers.device import Device


@dataclass(frozen=True, kw_only=True)
class Network(Inputs):
    """One token, and the two layers it goes through."""

    token: Array = array("d", -10, 10, "token x", max_side=16)
    w_1: Array = array("d d_ff", -10, 10, "W₁", max_side=64)
    b_1: Array = array("d_ff", -10, 10, "b₁", max_side=64)
    w_2: Array = array("d_ff d", -10, 10, "W₂", max_side=64)
    b_2: Array = array("d", -10, 10, "b₂", max_side=16)

    @property
    def before(self) -> Array:
        return self.token @ self.w_1 + self.b_1


def _ffn(given: Network, work: Work) -> None:
    before = work.step("hidden", "first layer", "x W₁ + b₁", given.before)
    hidden = work.step("hidden", "hidden units", "max(0, ·)", np.maximum(before, 0.0))
    hidden = work.give("hidden", hidden)
    output = hidden @ given.w_2 + given.b_2
    work.give("output", work.step("output", "second layer", "hidden · W₂ + b₂", output))


def _ffn_kernel(given: Network, device: Device) -> Mapping[str, Any]:
    from torch.nn.functional import linear, relu

    hidden = relu(
        linear(device.tensor(given.token), device.tensor(given.w_1).T, device.tensor(given.b_1))
    )
    output = linear(hidden, device.tensor(given.w_2).T, device.tensor(given.b_2))
    return {"hidden": hidden, "output": output}


def _no_relu(given: Network) -> dict[str, Array]:
    return {"hidden": given.before, "output": given.before @ given.w_2 + given.b_2}


ffn = Solver(
    id="transformers.ffn",
    concepts=("transformer-ffn",),
    inputs=Network,
    quantities={
        "hidden": Quantity("vector", "hidden units after the ReLU"),
        "output": Quantity("vector", "FFN(x)", uses=("hidden",)),
    },
    reference=_ffn,
    kernel=_ffn_kernel,
    misconceptions=(
        Misconception(
            "transformer-ffn/no-relu",
            slip="when the ReLU is left out",
            correction="Between the layers negative units become 0: max(0, x W₁ + b₁).",
            wrong=_no_relu,
            departs_at="hidden units",
        ),
        Misconception(
            "transformer-ffn/relu-last",
            slip="when the ReLU comes after the second layer",
            correction="The ReLU stands between the layers; the output may be negative.",
            wrong=lambda g: {"output": np.maximum(_no_relu(g)["output"], 0.0)},
            departs_at="hidden units",
        ),
    ),
    source="Vaswani et al., arXiv:1706.03762, equation 2",
)


# -------------------------------------------------------------------- transformers.ffn_params


@dataclass(frozen=True, kw_only=True)
class Widths(Inputs):
    """The widths of a feed-forward network."""

    d_model: int = whole(1, 65_536, "model width d")
    d_ff: int = whole(1, 262_144, "hidden width d_ff")


def _params(given: Widths, work: Work) -> None:
    d, wide = given.d_model, given.d_ff
    formula = f"d·d_ff + d_ff = {d}·{wide} + {wide}"
    first = work.step("parameters", "first layer", formula, d * wide + wide)
    formula = f"d_ff·d + d = {wide}·{d} + {d}"
    second = work.step("parameters", "second layer", formula, wide * d + d)
    total = work.step("parameters", "parameters", f"{first} + {second}", first + second)
    work.give("parameters", total)


def _params_kernel(given: Widths, _: Device) -> Mapping[str, Any]:
    """Real layers on the meta device, which stores no numbers."""
    import torch

    layers = torch.nn.Sequential(
        torch.nn.Linear(given.d_model, given.d_ff, device="meta"),
        torch.nn.ReLU(),
        torch.nn.Linear(given.d_ff, given.d_model, device="meta"),
    )
    return {"parameters": sum(parameter.numel() for parameter in layers.parameters())}


def _count(rule: Callable[[int, int], int]) -> Callable[[Widths], dict[str, int]]:
    """A wrong number of parameters from d and d_ff."""
    return lambda given: {"parameters": rule(given.d_model, given.d_ff)}


ffn_params = Solver(
    id="transformers.ffn_params",
    concepts=("transformer-ffn",),
    inputs=Widths,
    quantities={"parameters": Quantity("integer", "trainable parameters, biases included")},
    reference=_params,
    kernel=_params_kernel,
    misconceptions=(
        Misconception(
            "transformer-ffn/no-bias",
            slip="when the biases are left out",
            correction=lambda g: f"The layers have {g.d_ff} and {g.d_model} biases.",
            wrong=_count(lambda d, wide: 2 * d * wide),
            departs_at="first layer",
        ),
        Misconception(
            "transformer-ffn/one-matrix",
            slip="when only the first layer is counted",
            correction=lambda g: f"A second layer leads back to d = {g.d_model} channels.",
            wrong=_count(lambda d, wide: d * wide + wide),
            departs_at="second layer",
        ),
        Misconception(
            "transformer-ffn/bias-swapped",
            slip="when both layers are given d biases",
            correction=lambda g: (
                f"A layer has a bias for each of its outputs: the first one has {g.d_ff}."
            ),
            wrong=_count(lambda d, wide: 2 * d * wide + 2 * d),
            departs_at="first layer",
            applies=lambda g: g.d_model != g.d_ff,
        ),
    ),
    source="Vaswani et al., arXiv:1706.03762, equation 2",
)
