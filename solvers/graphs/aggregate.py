"""graphs.aggregate, graphs.separation: neighbours put together, and what is lost in it.

    sum: Σ_j h_j      mean: Σ_j h_j / |N(i)|      max: the largest of each entry

Neighbours are a set in which vectors may repeat, so nothing may depend on their order. The sum
keeps how many there are, the mean keeps proportions, the max keeps the strongest; suitably
encoded, only the sum tells all multisets apart. (Attention is a mean with learned weights: see
graphs.gat_attention.) Source: Xu et al., How powerful are graph neural networks?,
arXiv:1810.00826, section 5.

>>> from solvers import find
>>> find("graphs.separation").solve({"first": [[1], [1]], "second": [[1]]}).quantities
{'sum_separates': 'yes', 'mean_separates': 'no', 'max_separates': 'no'}
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from solvers.contract import (
    BadInput,
    Inputs,
    Misconception,
    Quantity,
    Solver,
    Work,
    array,
    one_of,
    whole,
)
from solvers.device import Device
from solvers.graphs.arrays import READOUTS, Array, readout

SOURCE = "Xu et al., How powerful are graph neural networks?, arXiv:1810.00826, section 5"

# ------------------------------------------------------------------------ graphs.aggregate


@dataclass(frozen=True, kw_only=True)
class Neighbourhood(Inputs):
    """The vectors of one node's neighbours, in a graph of so many nodes."""

    neighbours: Array = array("k F", -100, 100, "the neighbours' vectors, a row each")
    nodes: int = whole(2, 1_000_000, "nodes n of the whole graph")
    how: str = one_of(READOUTS, "how they are put together")

    def check(self) -> None:
        least = len(self.neighbours) + 1
        if self.nodes < least:
            raise BadInput("nodes", self.nodes, f"at least {least}: the neighbours and the node")


def _aggregate(given: Neighbourhood, work: Work) -> None:
    rows = given.neighbours
    if given.how == "max":
        formula = "the largest of each column"
        total = work.step("aggregate", "largest entries", formula, rows.max(axis=0))
    else:
        total = work.step("aggregate", "sum", "of each column", rows.sum(axis=0))
    if given.how == "mean":
        k = work.step("aggregate", "neighbours", "|N(i)|, the number of rows", len(rows))
        total = work.step("aggregate", "mean", f"the sum divided by {k}", total / k)
    work.give("aggregate", total)


def _aggregate_kernel(given: Neighbourhood, device: Device) -> Mapping[str, Any]:
    """Every neighbour's edge leads to node 0."""
    import torch

    h = device.tensor(given.neighbours)
    how = {"sum": "sum", "mean": "mean", "max": "amax"}[given.how]
    aggregate = torch.zeros_like(h[:1]).scatter_reduce(
        0, torch.zeros_like(h, dtype=torch.long), h, how, include_self=False
    )
    return {"aggregate": aggregate[0]}


def _asked(how: str) -> Callable[[Neighbourhood], bool]:
    return lambda given: given.how == how


aggregate = Solver(
    id="graphs.aggregate",
    concepts=("aggregators",),
    inputs=Neighbourhood,
    quantities={"aggregate": Quantity("vector", "the neighbours put together")},
    reference=_aggregate,
    kernel=_aggregate_kernel,
    misconceptions=(
        Misconception(
            "aggregators/sum-for-mean",
            slip="when the sum is not divided",
            correction=lambda g: (
                f"A mean divides by the number of neighbours, {len(g.neighbours)}."
            ),
            wrong=lambda g: {"aggregate": g.neighbours.sum(axis=0)},
            departs_at="mean",
            applies=_asked("mean"),
        ),
        Misconception(
            "aggregators/mean-for-sum",
            slip="when the sum is divided by the number of neighbours",
            correction="A sum is not divided: it keeps how many neighbours there are.",
            wrong=lambda g: {"aggregate": g.neighbours.mean(axis=0)},
            departs_at="sum",
            applies=_asked("sum"),
        ),
        Misconception(
            "aggregators/divide-by-n",
            slip="when the sum is divided by all nodes of the graph",
            correction=lambda g: (
                f"The mean is over the {len(g.neighbours)} neighbours, not all {g.nodes} nodes."
            ),
            wrong=lambda g: {"aggregate": g.neighbours.sum(axis=0) / g.nodes},
            departs_at="mean",
            applies=_asked("mean"),
        ),
        Misconception(
            "aggregators/first-neighbour",
            slip="when the first neighbour stands for all",
            correction="Every neighbour counts, and none is the first: their order is arbitrary.",
            wrong=lambda g: {"aggregate": g.neighbours[0]},
            departs_at=lambda g: "largest entries" if g.how == "max" else "sum",
        ),
        Misconception(
            "aggregators/min-for-max",
            slip="when the smallest entries are taken",
            correction="Max keeps the largest number of each column.",
            wrong=lambda g: {"aggregate": g.neighbours.min(axis=0)},
            departs_at="largest entries",
            applies=_asked("max"),
        ),
        Misconception(
            "aggregators/sum-for-max",
            slip="when the columns are added up",
            correction="Max keeps one number of each column, the largest; nothing is added.",
            wrong=lambda g: {"aggregate": g.neighbours.sum(axis=0)},
            departs_at="largest entries",
            applies=_asked("max"),
        ),
    ),
    source=SOURCE,
)

# ----------------------------------------------------------------------- graphs.separation


@dataclass(frozen=True, kw_only=True)
class Multisets(Inputs):
    """Two neighbourhoods; whole numbers, so that equal means are equal exactly."""

    first: Array = array("k F", -1000, 1000, "vectors of the first", whole_numbers=True)
    second: Array = array("l F", -1000, 1000, "vectors of the second", whole_numbers=True)


def _separation(given: Multisets, work: Work) -> None:
    k, m = len(given.first), len(given.second)
    for how in READOUTS:
        name = f"{how}_separates"
        values = [readout(rows, how=how)[0] for rows in (given.first, given.second)]
        for word, value in zip(("first", "second"), values, strict=True):
            work.step(name, f"{how} of the {word}", f"{how} of each column", value)
        # Of means k·m times both are compared: whole numbers, with no rounding.
        scaled = [v * k * m for v in values] if how == "mean" else values
        differ = bool((scaled[0].round() != scaled[1].round()).any())
        formula = "they differ" if differ else "they are the same"
        work.give(name, work.step(name, f"told apart by the {how}", formula, _word(differ)))


def _word(differ: bool) -> str:
    return "yes" if differ else "no"


def _separation_kernel(given: Multisets, device: Device) -> Mapping[str, Any]:
    """Different means of whole numbers lie at least 1/64² apart, far more than rounding."""
    import torch

    first, second = device.tensor(given.first), device.tensor(given.second)
    pairs = {
        "sum": (first.sum(0), second.sum(0)),
        "mean": (first.mean(0), second.mean(0)),
        "max": (first.amax(0), second.amax(0)),
    }
    return {
        f"{how}_separates": _word(not torch.allclose(a, b, rtol=0, atol=1e-4))
        for how, (a, b) in pairs.items()
    }


separation = Solver(
    id="graphs.separation",
    concepts=("aggregators",),
    inputs=Multisets,
    quantities={
        f"{how}_separates": Quantity("word", f"whether the {how} tells them apart: yes or no")
        for how in READOUTS
    },
    reference=_separation,
    kernel=_separation_kernel,
    source=SOURCE,
)
