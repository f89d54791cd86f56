"""graphs.gcn_coefficient: how much one edge weighs in the normalised GCN layer.

    c_ij = 1/√(d̂_i d̂_j) = 1/√((d_i + 1)(d_j + 1))

d_i and d_j are the degrees of the two ends without self-loops, at least 1 because of the edge
itself. Source: Kipf and Welling, arXiv:1609.02907, equation 2.

>>> from solvers import find
>>> find("graphs.gcn_coefficient").solve({"degree_i": 3, "degree_j": 8}).quantities
{'coefficient': 0.16666666666666666}
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from solvers.contract import Inputs, Misconception, Quantity, Solver, Work, whole
from solvers.device import Device


@dataclass(frozen=True, kw_only=True)
class Edge(Inputs):
    """An edge, by the degrees of its ends."""

    degree_i: int = whole(1, 1000, "degree d_i without self-loops")
    degree_j: int = whole(1, 1000, "degree d_j without self-loops")


def _reference(given: Edge, work: Work) -> None:
    name = "coefficient"
    i = work.step(name, "looped degree of i", f"d_i + 1 = {given.degree_i} + 1", given.degree_i + 1)
    j = work.step(name, "looped degree of j", f"d_j + 1 = {given.degree_j} + 1", given.degree_j + 1)
    product = work.step(name, "product", f"d̂_i d̂_j = {i}·{j}", i * j)
    root = work.step(name, "root", f"√{product}", math.sqrt(product))
    work.give(name, work.step(name, "edge weight", f"1/{root:.6g}", 1 / root))


def _kernel(given: Edge, device: Device) -> Mapping[str, Any]:
    """A real graph: node 0 with d_i neighbours, node 1 with d_j, an edge between the two.

    Self-loops are added to its list of edges, and degrees are counted from it.
    """
    import torch

    leaves_i = torch.arange(2, given.degree_i + 1)
    leaves_j = torch.arange(given.degree_i + 1, given.degree_i + given.degree_j)
    start = torch.cat((torch.zeros(1), torch.zeros(len(leaves_i)), torch.ones(len(leaves_j))))
    end = torch.cat((torch.ones(1), leaves_i, leaves_j))
    loops = torch.arange(given.degree_i + given.degree_j)
    to = torch.cat((start, end, loops)).long()
    degrees = torch.bincount(to).to(device.name, device.dtype)
    return {"coefficient": degrees[0].rsqrt() * degrees[1].rsqrt()}


def _differ(given: Edge) -> bool:
    return given.degree_i != given.degree_j


solver = Solver(
    id="graphs.gcn_coefficient",
    concepts=("gcn-coefficient",),
    inputs=Edge,
    quantities={"coefficient": Quantity("real", "c_ij, the weight of the edge")},
    reference=_reference,
    kernel=_kernel,
    misconceptions=(
        Misconception(
            "gcn-coefficient/no-plus-1",
            slip="when the self-loops are not counted",
            correction="The degrees are those of A + I: each is one more than in A.",
            wrong=lambda g: {"coefficient": 1 / math.sqrt(g.degree_i * g.degree_j)},
            departs_at="looped degree of i",
        ),
        Misconception(
            "gcn-coefficient/row",
            slip="when only the receiving node's degree divides",
            correction="Both ends count, each with its root: 1/√(d̂_i d̂_j).",
            wrong=lambda g: {"coefficient": 1 / (g.degree_i + 1)},
            departs_at="product",
            applies=_differ,
        ),
        Misconception(
            "gcn-coefficient/no-sqrt",
            slip="without the square root",
            correction="The exponent is −½ on each side: divide by the root of the product.",
            wrong=lambda g: {"coefficient": 1 / ((g.degree_i + 1) * (g.degree_j + 1))},
            departs_at="root",
        ),
        Misconception(
            "gcn-coefficient/arithmetic",
            slip="when the two degrees are averaged",
            correction="It is the root of their product that divides, not half of their sum.",
            wrong=lambda g: {"coefficient": 2 / (g.degree_i + g.degree_j + 2)},
            departs_at="product",
            applies=_differ,
        ),
    ),
    source="Kipf and Welling, arXiv:1609.02907, equation 2",
)
