"""attention.qkv_projection: one input, three roles.

    Q = X W_Q,  K = X W_K,  V = X W_V;  the score of token i for token j is q_i · k_j

X (n × d) holds a token in each row, W_Q and W_K (d × d_k), W_V (d × d_v), scores (n × n); no
units. Weights stand on the right; torch's nn.Linear stores their transposes. The scores here are
not yet divided by √d_k. Source: Vaswani et al., arXiv:1706.03762, section 3.2.

>>> from solvers import find
>>> weights = {"w_q": [[1], [0]], "w_k": [[0], [1]], "w_v": [[1, 0], [0, 1]]}
>>> find("attention.qkv_projection").solve({"tokens": [[2, 3]], **weights}).quantities
{'queries': [[2.0]], 'keys': [[3.0]], 'values': [[2.0, 3.0]], 'scores': [[6.0]]}
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from solvers.attention.arrays import Array
from solvers.contract import Inputs, Misconception, Quantity, Solver, Work, array
from solvers.device import Device


@dataclass(frozen=True, kw_only=True)
class Projections(Inputs):
    """Tokens, and the three matrices that are learned for them."""

    tokens: Array = array("n d", -20, 20, "tokens X, a row each", max_side=16)
    w_q: Array = array("d d_k", -10, 10, "W_Q", max_side=16)
    w_k: Array = array("d d_k", -10, 10, "W_K", max_side=16)
    w_v: Array = array("d d_v", -10, 10, "W_V", max_side=16)


def _reference(given: Projections, work: Work) -> None:
    x = given.tokens
    queries = work.give("queries", work.step("queries", "queries", "X W_Q", x @ given.w_q))
    keys = work.give("keys", work.step("keys", "keys", "X W_K", x @ given.w_k))
    work.give("values", work.step("values", "values", "X W_V", x @ given.w_v))
    work.give("scores", work.step("scores", "scores", "Q Kᵀ", queries @ keys.T))


def _kernel(given: Projections, device: Device) -> Mapping[str, Any]:
    import torch
    from torch.nn.functional import linear

    x = device.tensor(given.tokens)
    q, k, v = (linear(x, device.tensor(w).T) for w in (given.w_q, given.w_k, given.w_v))
    return {"queries": q, "keys": k, "values": v, "scores": torch.einsum("ik,jk->ij", q, k)}


def _projected(
    project: Callable[[Array, Array], Array], fits: Callable[[Array, Array], bool]
) -> Callable[[Projections], dict[str, Array]]:
    """Quantities that follow from a wrong way to project, where the shapes allow it."""

    def wrong(given: Projections) -> dict[str, Array]:
        weights = {"queries": given.w_q, "keys": given.w_k, "values": given.w_v}
        x = given.tokens
        made = {name: project(x, w) for name, w in weights.items() if fits(x, w)}
        if "keys" in made:
            made["scores"] = made["queries"] @ made["keys"].T
        return made

    return wrong


def _shared(given: Projections) -> dict[str, Array]:
    both = given.tokens @ given.w_q
    return {"keys": both, "scores": both @ both.T}


def _square(x: Array, w: Array) -> bool:
    return bool(x.shape[1] == w.shape[1])


solver = Solver(
    id="attention.qkv_projection",
    concepts=("qkv-projection",),
    inputs=Projections,
    quantities={
        "queries": Quantity("matrix", "queries Q, a row for each token"),
        "keys": Quantity("matrix", "keys K, a row for each token"),
        "values": Quantity("matrix", "values V, a row for each token"),
        "scores": Quantity(
            "matrix",
            "dot product of each query with each key, not yet scaled",
            uses=("queries", "keys"),
        ),
    },
    reference=_reference,
    kernel=_kernel,
    misconceptions=(
        Misconception(
            "qkv-projection/left-multiply",
            slip="when the matrix stands on the left",
            correction="Tokens are rows, so the matrix stands on the right: X W.",
            wrong=_projected(lambda x, w: w @ x, lambda x, w: _square(x, w) and len(x) == len(w)),
            departs_at="queries",
        ),
        Misconception(
            "qkv-projection/transposed-w",
            slip="when the matrix is transposed",
            correction="W maps d channels to d_k and is used as it is: X W.",
            wrong=_projected(lambda x, w: x @ w.T, _square),
            departs_at="queries",
        ),
        Misconception(
            "qkv-projection/shared",
            slip="when the keys are made with W_Q too",
            correction="Queries and keys each have a matrix of their own: K = X W_K.",
            wrong=_shared,
            departs_at="keys",
        ),
        Misconception(
            "qkv-projection/no-projection",
            slip="when the tokens are used as they are",
            correction="Queries, keys and values are projections of the tokens, X times a matrix.",
            wrong=_projected(lambda x, _: x, lambda *_: True),
            departs_at="queries",
        ),
    ),
    source="Vaswani et al., arXiv:1706.03762, section 3.2",
)
