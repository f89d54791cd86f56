"""graphs.gcn_params: what a GCN layer has to learn.

    P = F·F′ + F′

The weights W (F, F′) and one bias for each output feature are shared by all nodes, so neither
their number n nor that of the edges |E| counts. Source: Kipf and Welling, arXiv:1609.02907,
section 3.1.

>>> from solvers import find
>>> cora = {"features": 1433, "outputs": 16, "nodes": 2708}
>>> find("graphs.gcn_params").solve(cora).quantities
{'parameters': 22944}
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from solvers.contract import Inputs, Misconception, Quantity, Solver, Work, whole
from solvers.device import Device


@dataclass(frozen=True, kw_only=True)
class Layer(Inputs):
    """A layer, and the graph it is applied to."""

    features: int = whole(1, 100_000, "input features F of a node")
    outputs: int = whole(1, 100_000, "output features F′ of a node")
    nodes: int = whole(1, 10_000_000, "nodes n")
    edges: int = whole(0, 1_000_000_000, "edges |E|", default=0)


def _reference(given: Layer, work: Work) -> None:
    f, out = given.features, given.outputs
    weights = work.step("parameters", "weights", f"F·F′ = {f}·{out}", f * out)
    biases = work.step("parameters", "biases", "F′, one for each output feature", out)
    formula = f"{weights} + {biases}"
    work.give("parameters", work.step("parameters", "parameters", formula, weights + biases))


def _kernel(given: Layer, _: Device) -> Mapping[str, Any]:
    """The linear layer inside, on the meta device: sizes without numbers to store."""
    import torch

    layer = torch.nn.Linear(given.features, given.outputs, device="meta")
    return {"parameters": sum(parameter.numel() for parameter in layer.parameters())}


def _parameters(rule: Callable[[Layer], int]) -> Callable[[Layer], dict[str, int]]:
    return lambda given: {"parameters": rule(given)}


def _right(given: Layer) -> int:
    return given.features * given.outputs + given.outputs


solver = Solver(
    id="graphs.gcn_params",
    concepts=("gcn-params",),
    inputs=Layer,
    quantities={"parameters": Quantity("integer", "trainable parameters, biases included")},
    reference=_reference,
    kernel=_kernel,
    misconceptions=(
        Misconception(
            "gcn-params/times-nodes",
            slip="when every node has weights of its own",
            correction="All nodes share one W: their number does not count.",
            wrong=_parameters(lambda g: g.nodes * g.features * g.outputs),
            departs_at="weights",
        ),
        Misconception(
            "gcn-params/adjacency-counted",
            slip="when the entries of the adjacency are counted too",
            correction="The adjacency is given, not learned: it adds no parameters.",
            wrong=_parameters(lambda g: _right(g) + g.nodes**2),
            departs_at="parameters",
        ),
        Misconception(
            "gcn-params/no-bias",
            slip="when the biases are left out",
            correction=lambda g: f"Each output feature has one bias: {g.outputs} more.",
            wrong=_parameters(lambda g: g.features * g.outputs),
            departs_at="biases",
        ),
        Misconception(
            "gcn-params/edges",
            slip="when every edge is counted as a weight",
            correction="An edge's weight follows from the degrees; nothing about it is learned.",
            wrong=_parameters(lambda g: _right(g) + g.edges),
            departs_at="parameters",
            applies=lambda g: g.edges >= 1,
        ),
    ),
    source="Kipf and Welling, arXiv:1609.02907, section 3.1",
)
