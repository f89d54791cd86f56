"""attention.score_additive: a small network says how well a key fits a query.

    s = vᵀ tanh(W₁q + W₂k)

q (d_q), k (d_k), W₁ (h × d_q), W₂ (h × d_k), v (h); s is one number without a unit. The form
vᵀ tanh(W[q; k]) is the same with W = [W₁ W₂]. Queries and keys may differ in width.
Source: Bahdanau et al., arXiv:1409.0473, appendix A.1.2.

>>> from solvers import find
>>> network = {"w_query": [[1]], "w_key": [[-1]], "v": [3]}
>>> find("attention.score_additive").solve({"query": [2], "key": [2], **network}).quantities
{'hidden': [0.0], 'score': 0.0}
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from solvers._written import sum_of_products
from solvers.attention.arrays import Array
from solvers.contract import Inputs, Misconception, Quantity, Solver, Work, array
from solvers.device import Device


@dataclass(frozen=True, kw_only=True)
class Network(Inputs):
    """A query, a key, and the weights of the network that scores them."""

    query: Array = array("d_q", -10, 10, "query q", max_side=16)
    key: Array = array("d_k", -10, 10, "key k", max_side=16)
    w_query: Array = array("h d_q", -10, 10, "W₁, applied to the query", max_side=16)
    w_key: Array = array("h d_k", -10, 10, "W₂, applied to the key", max_side=16)
    v: Array = array("h", -10, 10, "v, which turns the hidden units into a score", max_side=16)

    @property
    def parts(self) -> tuple[Array, Array]:
        return self.w_query @ self.query, self.w_key @ self.key


def _reference(given: Network, work: Work) -> None:
    from_query = work.step("hidden", "query through W₁", "W₁ q", given.w_query @ given.query)
    from_key = work.step("hidden", "key through W₂", "W₂ k", given.w_key @ given.key)
    total = work.step("hidden", "sum", "W₁q + W₂k", from_query + from_key)
    hidden = work.give("hidden", work.step("hidden", "hidden units", "tanh", np.tanh(total)))
    formula = sum_of_products(given.v, hidden)
    work.give("score", work.step("score", "score", formula, float(given.v @ hidden)))


def _kernel(given: Network, device: Device) -> Mapping[str, Any]:
    """The other way to write it: one matrix for query and key together."""
    import torch
    from torch.nn.functional import linear

    both = torch.cat([device.tensor(given.query), device.tensor(given.key)])
    weights = torch.cat([device.tensor(given.w_query), device.tensor(given.w_key)], dim=1)
    hidden = torch.tanh(linear(both, weights))
    return {"hidden": hidden, "score": torch.dot(device.tensor(given.v), hidden)}


def _from_hidden(hidden: Callable[[Network], Array]) -> Callable[[Network], dict[str, Any]]:
    """Quantities that follow from wrong hidden units."""
    return lambda g: {"hidden": hidden(g), "score": float(g.v @ hidden(g))}


solver = Solver(
    id="attention.score_additive",
    concepts=("score-additive",),
    inputs=Network,
    quantities={
        "hidden": Quantity("vector", "hidden units tanh(W₁q + W₂k)"),
        "score": Quantity("real", "score s = vᵀ tanh(W₁q + W₂k)", uses=("hidden",)),
    },
    reference=_reference,
    kernel=_kernel,
    misconceptions=(
        Misconception(
            "score-additive/no-tanh",
            slip="when the tanh is left out",
            correction="The sum goes through tanh before v weighs it.",
            wrong=_from_hidden(lambda g: g.parts[0] + g.parts[1]),
            departs_at="hidden units",
        ),
        Misconception(
            "score-additive/no-v",
            slip="when the hidden units are added up without v",
            correction="v weighs each hidden unit before they are added.",
            wrong=lambda g: {"score": float(np.tanh(g.parts[0] + g.parts[1]).sum())},
            departs_at="score",
        ),
        Misconception(
            "score-additive/product",
            slip="when W₁q and W₂k are multiplied",
            correction="The two parts are added, which gives the score its name.",
            wrong=_from_hidden(lambda g: np.tanh(g.parts[0] * g.parts[1])),
            departs_at="sum",
        ),
        Misconception(
            "score-additive/tanh-each",
            slip="when each part has a tanh of its own",
            correction="Add first: one tanh over W₁q + W₂k.",
            wrong=_from_hidden(lambda g: np.tanh(g.parts[0]) + np.tanh(g.parts[1])),
            departs_at="sum",
        ),
        Misconception(
            "score-additive/swap",
            slip="when W₁ is applied to the key and W₂ to the query",
            correction="W₁ belongs to the query and W₂ to the key.",
            wrong=_from_hidden(lambda g: np.tanh(g.w_query @ g.key + g.w_key @ g.query)),
            departs_at="query through W₁",
            applies=lambda g: len(g.query) == len(g.key),
        ),
    ),
    source="Bahdanau et al., arXiv:1409.0473, appendix A.1.2",
)
