"""attention.complexity: what self-attention costs as the text grows.

    scores: h·n² numbers; multiply-adds: 2n²d for Q Kᵀ and the weighted sums, 4nd² for the
    projections, against n·d² for a recurrent layer; n times k: scores times k²

n is the number of tokens, d the model width, h the number of heads (they share out the d
channels, so they multiply the scores but not the multiply-adds). Path length is 1 against n − 1,
and all tokens are computed at once; the price is n². Per layer, n²·d is less than the n·d² of
recurrence only while n < d. Source: Vaswani et al., arXiv:1706.03762, table 1.

>>> from solvers import find
>>> cost = find("attention.complexity").solve({"tokens": 1024, "d_model": 512, "heads": 8})
>>> cost.quantities["score_entries"], cost.quantities["score_bytes"]
(8388608, 33554432)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from solvers.contract import BadInput, Inputs, Misconception, Quantity, Solver, Work, whole
from solvers.device import Device


@dataclass(frozen=True, kw_only=True)
class Size(Inputs):
    """A self-attention layer, and by how much its text is to grow."""

    tokens: int = whole(1, 131_072, "number of tokens n")
    d_model: int = whole(1, 16_384, "model width d", default=512)
    heads: int = whole(1, 256, "number of heads h, a divisor of d", default=8)
    number_bytes: int = whole(2, 8, "bytes of one number: 2, 4 or 8", default=4)
    growth: int = whole(2, 32, "factor k by which the number of tokens grows", default=3)

    def check(self) -> None:
        if self.d_model % self.heads:
            raise BadInput("heads", self.heads, f"a divisor of d = {self.d_model}")
        if self.number_bytes not in (2, 4, 8):
            raise BadInput("number_bytes", self.number_bytes, "2, 4 or 8")


def _reference(given: Size, work: Work) -> None:
    n, d, h, k = given.tokens, given.d_model, given.heads, given.growth
    one = work.step("score_entries", "scores of one head", f"n·n = {n}·{n}", n * n)
    entries = work.step("score_entries", "scores of all heads", f"h·n² = {h}·{one}", h * one)
    entries = work.give("score_entries", entries)
    formula = f"{entries}·{given.number_bytes}"
    size = work.step("score_bytes", "bytes", formula, entries * given.number_bytes)
    work.give("score_bytes", size)

    formula = f"n²·d for Q Kᵀ, n²·d for the weighted sums: 2·{n}²·{d}"
    count = work.step("multiply_adds", "multiply-adds of attention", formula, 2 * n * n * d)
    work.give("multiply_adds", count)
    formula = f"W_Q, W_K, W_V and W^O: 4·{n}·{d}²"
    name, label = "projection_multiply_adds", "multiply-adds of the projections"
    work.give(name, work.step(name, label, formula, 4 * n * d * d))
    name, label = "recurrent_multiply_adds", "multiply-adds of recurrence"
    work.give(name, work.step(name, label, f"n·d² = {n}·{d}²", n * d * d))
    formula = f"(k·n)²/n² = k² = {k}²"
    work.give("ratio", work.step("ratio", "growth of the scores", formula, k * k))


def _kernel(given: Size, _: Device) -> Mapping[str, Any]:
    """Real shapes on the meta device, where arrays have sizes but no numbers to store.

    A fused multiply-add counts as two of torch's operations.
    """
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    def counted(work: Callable[[], object]) -> int:
        with FlopCounterMode(display=False) as counter:
            work()
        return int(counter.get_total_flops()) // 2

    n, d, h = given.tokens, given.d_model, given.heads
    number = {2: torch.float16, 4: torch.float32, 8: torch.float64}[given.number_bytes]
    q = torch.empty(h, n, d // h, dtype=number, device="meta")
    longer = torch.empty(h, n * given.growth, d // h, dtype=number, device="meta")
    x, w = torch.empty(n, d, device="meta"), torch.empty(d, d, device="meta")
    scores = torch.bmm(q, q.mT)
    return {
        "score_entries": scores.numel(),
        "score_bytes": scores.nbytes,
        "multiply_adds": counted(lambda: torch.bmm(torch.bmm(q, q.mT), q)),
        "projection_multiply_adds": counted(lambda: [torch.mm(x, w) for _ in range(4)]),
        "recurrent_multiply_adds": counted(lambda: torch.mm(x, w)),
        "ratio": torch.bmm(longer, longer.mT).numel() // scores.numel(),
    }


def _entries(rule: Callable[[Size], int]) -> Callable[[Size], dict[str, int]]:
    """Quantities that follow from a wrong number of scores."""
    return lambda g: {"score_entries": rule(g), "score_bytes": rule(g) * g.number_bytes}


def _linear(given: Size) -> dict[str, int]:
    return {**_entries(lambda g: g.heads * g.tokens)(given), "ratio": given.growth}


solver = Solver(
    id="attention.complexity",
    concepts=("attention-complexity",),
    inputs=Size,
    quantities={
        "score_entries": Quantity("integer", "scores of all heads together"),
        "score_bytes": Quantity("integer", "bytes that all scores take", uses=("score_entries",)),
        "multiply_adds": Quantity("integer", "multiply-adds of Q Kᵀ and of the weighted sums"),
        "projection_multiply_adds": Quantity(
            "integer", "multiply-adds of the four projections, biases left out"
        ),
        "recurrent_multiply_adds": Quantity(
            "integer", "multiply-adds n·d² of a recurrent layer, one matrix a step"
        ),
        "ratio": Quantity("integer", "factor by which the scores grow"),
    },
    reference=_reference,
    kernel=_kernel,
    misconceptions=(
        Misconception(
            "attention-complexity/linear",
            slip="when the cost is taken to grow with n itself",
            correction="Every token is compared with every token: n·n scores in each head.",
            wrong=_linear,
            departs_at="scores of one head",
            applies=lambda g: g.tokens >= 2,
        ),
        Misconception(
            "attention-complexity/exponential",
            slip="when the growth is taken to be exponential",
            correction=lambda g: (
                f"The cost is quadratic: {g.growth} times the tokens, {g.growth}² times the scores."
            ),
            wrong=lambda g: {"ratio": 2**g.growth},
            departs_at="growth of the scores",
        ),
        Misconception(
            "attention-complexity/ignore-heads",
            slip="when one head is counted",
            correction=lambda g: f"Each of the {g.heads} heads has n² scores of its own.",
            wrong=_entries(lambda g: g.tokens**2),
            departs_at="scores of all heads",
            applies=lambda g: g.heads >= 2,
        ),
        Misconception(
            "attention-complexity/n-d",
            slip="when the scores are counted as n·d",
            correction="A score belongs to a pair of tokens: n·n of them, whatever the width.",
            wrong=_entries(lambda g: g.tokens * g.d_model),
            departs_at="scores of one head",
        ),
    ),
    source="Vaswani et al., arXiv:1706.03762, table 1",
)
