"""attention.mha_params: the parameters of multi-head attention do not depend on the heads.

    P = 4d² + 4d,  head width d_k = d/h

d is the model width and h the number of heads, which divides it. W_Q, W_K, W_V and W^O are d × d
each, all heads together, and each has a bias of d. Source: Vaswani et al., arXiv:1706.03762,
section 3.2.2; biases as in torch.nn.MultiheadAttention (the paper names none).

>>> from solvers import find
>>> find("attention.mha_params").solve({"d_model": 512, "heads": 8}).quantities
{'head_width': 64, 'parameters': 1050624}
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from solvers.contract import BadInput, Inputs, Misconception, Quantity, Solver, Work, whole
from solvers.device import Device


@dataclass(frozen=True, kw_only=True)
class Layer(Inputs):
    """A multi-head attention layer, all widths d."""

    d_model: int = whole(1, 16_384, "model width d")
    heads: int = whole(1, 256, "number of heads h, a divisor of d")

    def check(self) -> None:
        if self.d_model % self.heads:
            raise BadInput("heads", self.heads, f"a divisor of d = {self.d_model}")


def _reference(given: Layer, work: Work) -> None:
    d, h = given.d_model, given.heads
    work.give("head_width", work.step("head_width", "head width", f"d/h = {d}/{h}", d // h))
    formula = f"d·d = {d}·{d}, all heads together"
    one = work.step("parameters", "weights of one projection", formula, d * d)
    formula = f"W_Q, W_K, W_V and W^O: 4·{one}"
    weights = work.step("parameters", "weights of all projections", formula, 4 * one)
    biases = work.step("parameters", "biases", f"d for each of the four: 4·{d}", 4 * d)
    total = work.step("parameters", "parameters", f"{weights} + {biases}", weights + biases)
    work.give("parameters", total)


def _kernel(given: Layer, _: Device) -> Mapping[str, Any]:
    """A real layer on the meta device, which stores no numbers."""
    import torch

    layer = torch.nn.MultiheadAttention(given.d_model, given.heads, device="meta")
    parameters = sum(parameter.numel() for parameter in layer.parameters())
    return {"head_width": layer.head_dim, "parameters": parameters}


def _count(rule: Callable[[int, int], int]) -> Callable[[Layer], dict[str, int]]:
    """A wrong number of parameters from d and h."""
    return lambda given: {"parameters": rule(given.d_model, given.heads)}


solver = Solver(
    id="attention.mha_params",
    concepts=("mha-params",),
    inputs=Layer,
    quantities={
        "head_width": Quantity("integer", "width d_k of one head"),
        "parameters": Quantity("integer", "trainable parameters, biases included"),
    },
    reference=_reference,
    kernel=_kernel,
    misconceptions=(
        Misconception(
            "mha-params/times-h",
            slip="when every head is given matrices of the full width",
            correction=lambda g: (
                f"The heads share out the {g.d_model} channels, {g.d_model // g.heads} each."
            ),
            wrong=_count(lambda d, h: 4 * h * d * d),
            departs_at="weights of one projection",
            applies=lambda g: g.heads >= 2,
        ),
        Misconception(
            "mha-params/no-output-proj",
            slip="when the output projection is left out",
            correction=lambda g: f"W^O is a fourth matrix, {g.d_model} × {g.d_model}, with a bias.",
            wrong=_count(lambda d, _: 3 * d * d + 3 * d),
            departs_at="weights of all projections",
        ),
        Misconception(
            "mha-params/no-bias",
            slip="when the biases are left out",
            correction=lambda g: f"Each of the four projections has {g.d_model} biases.",
            wrong=_count(lambda d, _: 4 * d * d),
            departs_at="biases",
        ),
        Misconception(
            "mha-params/per-head-dk",
            slip="when the queries, keys and values of one head alone are counted",
            correction=lambda g: (
                f"There are {g.heads} heads of {g.d_model // g.heads} channels: together"
                f" W_Q is {g.d_model} × {g.d_model}."
            ),
            wrong=_count(lambda d, h: 3 * d * (d // h) + d * d),
            departs_at="weights of one projection",
            applies=lambda g: g.heads >= 2,
        ),
        Misconception(
            "mha-params/one-bias",
            slip="when one bias serves all four projections",
            correction=lambda g: f"Each of the four projections has {g.d_model} biases of its own.",
            wrong=_count(lambda d, _: 4 * d * d + d),
            departs_at="biases",
        ),
    ),
    source="Vaswani et al., arXiv:1706.03762, section 3.2.2",
)
