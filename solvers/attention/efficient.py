"""attention.efficient: how many scores cheaper variants compute.

    full       n²
    window     n(2w + 1) − w(w + 1)     w neighbours on each side, fewer at both ends
    Linformer  n·k                      keys and values projected from n to k rows

n is the number of tokens, w < n, k ≤ n. Window and Linformer are approximations, and so are linear
attention and the Performer, which compute no score at all. FlashAttention is exact: it computes
all n² scores block by block and never stores them (see attention.online_softmax). Sources: Beltagy
et al., Longformer, arXiv:2004.05150; Wang et al., Linformer, arXiv:2006.04768; Dao et al.,
FlashAttention, arXiv:2205.14135.

>>> from solvers import find
>>> find("attention.efficient").solve({"tokens": 5, "window": 1, "projected": 2}).quantities
{'full': 25, 'banded': 13, 'linformer': 10}
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from solvers.contract import BadInput, Inputs, Misconception, Quantity, Solver, Work, whole
from solvers.device import Device


@dataclass(frozen=True, kw_only=True)
class Variants(Inputs):
    """A number of tokens, a window and a projected length."""

    tokens: int = whole(1, 131_072, "number of tokens n")
    window: int = whole(0, 131_071, "neighbours w on each side, fewer than n")
    projected: int = whole(1, 131_072, "rows k that keys and values are projected to, at most n")

    def check(self) -> None:
        if self.window >= self.tokens:
            raise BadInput("window", self.window, f"at most n − 1 = {self.tokens - 1}")
        if self.projected > self.tokens:
            raise BadInput("projected", self.projected, f"at most n = {self.tokens}")


def _reference(given: Variants, work: Work) -> None:
    n, w, k = given.tokens, given.window, given.projected
    work.give("full", work.step("full", "all scores", f"n·n = {n}·{n}", n * n))
    formula = f"n(2w + 1) = {n}·{2 * w + 1}"
    band = work.step("banded", "window of every token", formula, n * (2 * w + 1))
    formula = f"w(w + 1) = {w}·{w + 1}, as 1 + … + w at each end"
    missing = work.step("banded", "beyond the ends", formula, w * (w + 1))
    formula = f"{band} − {missing}"
    work.give("banded", work.step("banded", "scores in the windows", formula, band - missing))
    label, formula = "scores with projected keys", f"n·k = {n}·{k}"
    work.give("linformer", work.step("linformer", label, formula, n * k))


def _kernel(given: Variants, _: Device) -> Mapping[str, Any]:
    """The mask summed row by row, and shapes on the meta device."""
    import torch

    n = given.tokens
    position = torch.arange(n)
    first = (position - given.window).clamp(min=0)
    last = (position + given.window).clamp(max=n - 1)
    q = torch.empty(n, 1, device="meta")
    shorter = torch.empty(given.projected, n, device="meta") @ q  # (k, 1)
    return {
        "full": (q @ q.T).numel(),
        "banded": (last - first + 1).sum(),
        "linformer": (q @ shorter.T).numel(),
    }


solver = Solver(
    id="attention.efficient",
    concepts=("efficient-attention",),
    inputs=Variants,
    quantities={
        "full": Quantity("integer", "scores of full attention"),
        "banded": Quantity("integer", "scores inside windows of w tokens to each side"),
        "linformer": Quantity("integer", "scores with keys projected to k rows"),
    },
    reference=_reference,
    kernel=_kernel,
    misconceptions=(
        Misconception(
            "efficient-attention/still-n2",
            slip="when all pairs are counted",
            correction="The variant leaves pairs out, and that is what makes it cheaper.",
            wrong=lambda g: {"banded": g.tokens**2, "linformer": g.tokens**2},
        ),
        Misconception(
            "efficient-attention/k-squared",
            slip="when the queries are projected too",
            correction=lambda g: (
                f"Only keys and values are projected: {g.tokens} queries meet {g.projected} keys."
            ),
            wrong=lambda g: {"linformer": g.projected**2},
            departs_at="scores with projected keys",
        ),
        # A choice: there is no number to get wrong.
        Misconception(
            "efficient-attention/flash-approximate",
            slip="when FlashAttention is taken for an approximation",
            correction="FlashAttention is exact: n² scores, computed in blocks and never stored.",
            wrong=lambda _: {},
        ),
        Misconception(
            "efficient-attention/no-edges",
            slip="when the ends are forgotten",
            correction=lambda g: (
                f"The first and last tokens have fewer than {g.window} neighbours on one side."
            ),
            wrong=lambda g: {"banded": g.tokens * (2 * g.window + 1)},
            departs_at="beyond the ends",
            applies=lambda g: g.window >= 1,
        ),
    ),
    source="Beltagy et al., arXiv:2004.05150; Wang et al., arXiv:2006.04768",
)
