"""graphs.gat_heads: how wide several attention heads are, and what they have to learn.

    hidden layer: heads joined, width K·F′       output layer: heads averaged, width F′
    P = K(F·F′ + 2F′), biases left out: each head has a W (F′, F) and an a of 2F′ entries

Source: Veličković et al., Graph attention networks, arXiv:1710.10903, equations 5 and 6.

>>> from solvers import find
>>> find("graphs.gat_heads").solve({"features": 1433, "outputs": 8, "heads": 8}).quantities
{'hidden_width': 64, 'output_width': 8, 'parameters': 91840}
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from solvers.contract import Inputs, Misconception, Quantity, Solver, Work, whole
from solvers.device import Device


@dataclass(frozen=True, kw_only=True)
class Heads(Inputs):
    """A layer of K heads."""

    features: int = whole(1, 100_000, "input features F of a node")
    outputs: int = whole(1, 10_000, "output features F′ of one head")
    heads: int = whole(1, 64, "heads K")


def _reference(given: Heads, work: Work) -> None:
    f, out, k = given.features, given.outputs, given.heads
    formula = f"joined: K·F′ = {k}·{out}"
    work.give("hidden_width", work.step("hidden_width", "hidden width", formula, k * out))
    formula = "averaged: F′, as one head"
    work.give("output_width", work.step("output_width", "output width", formula, out))

    name = "parameters"
    weights = work.step(name, "weights of one head", f"F·F′ = {f}·{out}", f * out)
    vector = work.step(name, "attention vector of one head", f"2F′ = 2·{out}", 2 * out)
    formula = f"{weights} + {vector}"
    one = work.step(name, "parameters of one head", formula, weights + vector)
    work.give(name, work.step(name, "parameters of all heads", f"{k}·{one}", k * one))


def _kernel(given: Heads, _: Device) -> Mapping[str, Any]:
    """Real heads on the meta device, applied to one node and joined or averaged."""
    import torch

    node = torch.empty(1, given.features, device="meta")
    matrices = [
        torch.nn.Linear(given.features, given.outputs, bias=False, device="meta")
        for _ in range(given.heads)
    ]
    outputs = [matrix(node) for matrix in matrices]
    vectors = [torch.cat((output, output), dim=1) for output in outputs]  # as long as a
    return {
        "hidden_width": torch.cat(outputs, dim=1).shape[1],
        "output_width": torch.stack(outputs).mean(dim=0).shape[1],
        "parameters": sum(m.weight.numel() for m in matrices) + sum(v.numel() for v in vectors),
    }


def _several(given: Heads) -> bool:
    return given.heads >= 2


solver = Solver(
    id="graphs.gat_heads",
    concepts=("gat-multihead",),
    inputs=Heads,
    quantities={
        "hidden_width": Quantity("integer", "features of a node after a hidden layer"),
        "output_width": Quantity("integer", "features of a node after the output layer"),
        "parameters": Quantity("integer", "trainable parameters, biases left out"),
    },
    reference=_reference,
    kernel=_kernel,
    misconceptions=(
        Misconception(
            "gat-multihead/no-heads",
            slip="when one head is counted",
            correction=lambda g: f"There are {g.heads} heads, each with its own W and a.",
            wrong=lambda g: {
                "hidden_width": g.outputs,
                "parameters": g.features * g.outputs + 2 * g.outputs,
            },
            departs_at="hidden width",
            applies=_several,
        ),
        Misconception(
            "gat-multihead/add",
            slip="when heads and features are added",
            correction="Joining K vectors of F′ entries makes K·F′ entries.",
            wrong=lambda g: {"hidden_width": g.heads + g.outputs},
            departs_at="hidden width",
        ),
        Misconception(
            "gat-multihead/concat-output",
            slip="when the heads of the output layer are joined",
            correction="The output layer averages its heads, so the width stays F′.",
            wrong=lambda g: {"output_width": g.heads * g.outputs},
            departs_at="output width",
            applies=_several,
        ),
        Misconception(
            "gat-multihead/a-single",
            slip="when the attention vector has F′ entries only",
            correction="a is applied to two joined vectors, W h_i and W h_j: 2F′ entries.",
            wrong=lambda g: {"parameters": g.heads * (g.features * g.outputs + g.outputs)},
            departs_at="attention vector of one head",
        ),
    ),
    source="Veličković et al., arXiv:1710.10903, equations 5 and 6",
)
