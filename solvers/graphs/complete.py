"""graphs.complete: self-attention is message passing on a complete graph.

    n tokens, each hears every token and itself: n² directed edges, n(n − 1) without the loops

The weights of the edges come from the content. Positions left aside, that is a Transformer's
layer; a GAT has the same idea with the adjacency as its mask. Source: Joshi, Transformers are
graph neural networks, The Gradient (2020); Veličković, arXiv:2301.08210.

>>> from solvers import find
>>> find("graphs.complete").solve({"tokens": 10}).quantities
{'edges': 100, 'edges_without_loops': 90}
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from solvers.contract import Inputs, Misconception, Quantity, Solver, Work, whole
from solvers.device import Device


@dataclass(frozen=True, kw_only=True)
class Tokens(Inputs):
    """How many tokens attend to one another."""

    tokens: int = whole(1, 4096, "tokens n")


def _reference(given: Tokens, work: Work) -> None:
    n = given.tokens
    formula = f"n·n = {n}·{n}: every token hears n"
    edges = work.give("edges", work.step("edges", "directed edges", formula, n * n))
    name, formula = "edges_without_loops", f"{edges} − {n}, one loop for each token"
    work.give(name, work.step(name, "without the loops", formula, edges - n))


def _kernel(given: Tokens, device: Device) -> Mapping[str, Any]:
    """The entries of the mask under which all may attend, and of that without its diagonal."""
    import torch

    mask = torch.ones(given.tokens, given.tokens, dtype=torch.bool, device=device.name)
    edges = int(mask.count_nonzero())
    return {
        "edges": edges,
        "edges_without_loops": int(mask.fill_diagonal_(False).count_nonzero()),
    }


solver = Solver(
    id="graphs.complete",
    concepts=("transformer-as-graph",),
    inputs=Tokens,
    quantities={
        "edges": Quantity("integer", "directed edges, self-loops included"),
        "edges_without_loops": Quantity("integer", "directed edges to others", uses=("edges",)),
    },
    reference=_reference,
    kernel=_kernel,
    misconceptions=(
        Misconception(
            "transformer-as-graph/undirected",
            slip="when every pair of tokens has one edge",
            correction="α_ij and α_ji differ, and each token hears itself: n² directed edges.",
            wrong=lambda g: {"edges": g.tokens * (g.tokens - 1) // 2},
            departs_at="directed edges",
        ),
        Misconception(
            "transformer-as-graph/no-loops",
            slip="when no token hears itself",
            correction="A token attends to itself too: the diagonal of the n × n weights counts.",
            wrong=lambda g: {"edges": g.tokens * (g.tokens - 1)},
            departs_at="directed edges",
        ),
        Misconception(
            "transformer-as-graph/linear",
            slip="when one edge is counted for each token",
            correction="Each of the n tokens hears all n, so there are n² weights.",
            wrong=lambda g: {"edges": g.tokens},
            departs_at="directed edges",
            applies=lambda g: g.tokens >= 2,
        ),
    ),
    source="Joshi, Transformers are graph neural networks, The Gradient (2020)",
)
