"""transformers.permutation: without positions, self-attention does not see the order.

    f(PX) = P f(X)  (equivariant: outputs move with their tokens)
    mean of f(PX) = mean of f(X)  (invariant: a bag of words)

f is self-attention with Q = K = V = X, X (n × d) a token in each row, P the permutation that puts
token order_i in place i. A causal mask breaks the symmetry: a token's output then depends on
which ones come before it, so a decoder can infer order even without encodings (Haviv et al.,
arXiv:2203.16634). Source: Vaswani et al., arXiv:1706.03762, section 3.5.

>>> from solvers import find
>>> swap = {"tokens": [[1, 0], [0, 1]], "order": [1, 0]}
>>> find("transformers.permutation").solve(swap).quantities["order_matters"]
'no'
>>> find("transformers.permutation").solve({**swap, "mask": "causal"}).quantities["order_matters"]
'yes'
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from solvers.attention import scaled_dot_product_attention
from solvers.attention.arrays import Array
from solvers.contract import (
    BadInput,
    Inputs,
    Misconception,
    Quantity,
    Solver,
    Unsuitable,
    Work,
    array,
    one_of,
)
from solvers.device import Device

# Deviations relative to the largest entry: below the first it is rounding, above the second a
# difference; in between nobody could tell.
_ROUNDING, _DIFFERENCE = 1e-11, 1e-6


@dataclass(frozen=True, kw_only=True)
class Reordered(Inputs):
    """Tokens, a new order for them, and whether they may look ahead."""

    tokens: Array = array("n d", -10, 10, "tokens X, a row each")
    order: Array = array("n", 0, 63, "the new order: which token comes first, second, …, from 0")
    mask: str = one_of(("none", "causal"), "whether later tokens are masked", default="none")

    def check(self) -> None:
        if sorted(self.order.tolist()) != list(range(len(self.order))):
            last = len(self.order) - 1
            raise BadInput("order", self.order.tolist(), f"each of 0 to {last} once")

    @property
    def permutation(self) -> npt.NDArray[np.int64]:
        return self.order.astype(np.int64)

    def attend(self, x: Array) -> Array:
        return scaled_dot_product_attention(x, x, x, is_causal=self.mask == "causal")


def _order_matters(deviation: float, largest: float) -> str:
    if deviation <= _ROUNDING * largest:
        return "no"
    if deviation < _DIFFERENCE * largest:
        raise Unsuitable("the order makes a difference too small to see")
    return "yes"


def _reference(given: Reordered, work: Work) -> None:
    output = work.step("output", "output", "f(X)", given.attend(given.tokens))
    output = work.give("output", output)
    reordered = work.step(
        "permuted_output", "reordered tokens", "P X", given.tokens[given.permutation]
    )
    after = work.step(
        "permuted_output", "output of the reordered", "f(P X)", given.attend(reordered)
    )
    after = work.give("permuted_output", after)

    label, formula = "reordered output", "P f(X)"
    moved = work.step("order_matters", label, formula, output[given.permutation])
    deviation = float(np.abs(after - moved).max())
    label, formula = "largest difference", "f(P X) − P f(X), 0 but for rounding where equivariant"
    work.step("order_matters", label, formula, deviation)
    word = _order_matters(deviation, float(np.abs(given.tokens).max()))
    work.give("order_matters", work.step("order_matters", "does order matter", "is it not 0", word))

    pooled = after.mean(axis=0)
    work.give("pooled", work.step("pooled", "mean over the tokens", "mean of f(P X)", pooled))


def _kernel(given: Reordered, device: Device) -> Mapping[str, Any]:
    import torch
    from torch.nn.functional import scaled_dot_product_attention as attend

    x = device.tensor(given.tokens)
    order = torch.tensor(given.permutation, device=device.name)
    causal = given.mask == "causal"
    y = x.index_select(0, order)
    output, after = (attend(z[None], z[None], z[None], is_causal=causal)[0] for z in (x, y))
    same = torch.allclose(
        after, output.index_select(0, order), rtol=0, atol=1e-8 * max(float(x.abs().max()), 1e-300)
    )
    return {
        "output": output,
        "permuted_output": after,
        "order_matters": "no" if same else "yes",
        "pooled": after.mean(dim=0),
    }


solver = Solver(
    id="transformers.permutation",
    concepts=("why-positional-encoding",),
    inputs=Reordered,
    quantities={
        "output": Quantity("matrix", "output f(X) of the tokens as given"),
        "permuted_output": Quantity("matrix", "output f(PX) of the reordered tokens"),
        "order_matters": Quantity(
            "word",
            "whether a token's output depends on the order: yes or no",
            uses=("output", "permuted_output"),
        ),
        "pooled": Quantity("vector", "mean output of the reordered", uses=("permuted_output",)),
    },
    reference=_reference,
    kernel=_kernel,
    misconceptions=(
        Misconception(
            "why-positional-encoding/still-ordered",
            slip="when rows are taken to carry their position",
            correction="Attention compares contents only: a row's number enters no formula.",
            wrong=lambda _: {"order_matters": "yes"},
            departs_at="does order matter",
            applies=lambda g: g.mask == "none",
        ),
        Misconception(
            "why-positional-encoding/invariant-per-token",
            slip="when the outputs are taken to stay where they were",
            correction="Outputs move with their tokens; only what is pooled over them stays.",
            wrong=lambda g: {"permuted_output": g.attend(g.tokens)},
            departs_at="output of the reordered",
            applies=lambda g: g.mask == "none",
        ),
        Misconception(
            "why-positional-encoding/causal-no-effect",
            slip="when the causal mask is forgotten",
            correction="With a causal mask a token sees only those before it, so order matters.",
            wrong=lambda g: {
                "permuted_output": g.attend(g.tokens)[g.permutation],
                "order_matters": "no",
            },
            departs_at="output of the reordered",
            applies=lambda g: g.mask == "causal",
        ),
    ),
    source="Vaswani et al., arXiv:1706.03762, section 3.5",
)
