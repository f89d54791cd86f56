"""embeddings.skip_gram_pairs: how many (centre, context) pairs a text holds.

    Σ_i [min(i, w) + min(n − 1 − i, w)] = 2wn − w(w + 1)  for w ≤ n − 1,  n(n − 1) for larger w

n tokens, w words on each side. Each of the 2w places beside a token counts, but those that hang
over an edge: w + (w − 1) + … + 1 on either side, together w(w + 1).
Source: Mikolov et al., arXiv:1301.3781.

>>> from solvers import find
>>> find("embeddings.skip_gram_pairs").solve({"tokens": 5, "window": 2}).quantities
{'pairs': 14}
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from solvers.contract import Inputs, Misconception, Quantity, Solver, Work, whole
from solvers.device import Device


@dataclass(frozen=True, kw_only=True)
class Text(Inputs):
    """A text and a window."""

    tokens: int = whole(1, 2000, "tokens n")
    window: int = whole(1, 2000, "words w on each side of the centre")

    @property
    def reach(self) -> int:
        """How far a window can reach inside the text."""
        return min(self.window, self.tokens - 1)

    @property
    def pairs(self) -> int:
        return 2 * self.reach * self.tokens - self.reach * (self.reach + 1)


def _reference(given: Text, work: Work) -> None:
    n, w = given.tokens, given.reach
    if w < given.window:
        formula = f"min(w, n − 1) = min({given.window}, {n - 1})"
        work.step("pairs", "longest reach", formula, w)
    places = work.step("pairs", "places beside all tokens", f"2wn = 2·{w}·{n}", 2 * w * n)
    formula = f"w(w + 1) = {w}·{w + 1}"
    lost = work.step("pairs", "places beyond the edges", formula, w * (w + 1))
    work.give("pairs", work.step("pairs", "pairs", f"{places} − {lost}", places - lost))


def _kernel(given: Text, device: Device) -> Mapping[str, Any]:
    """A band of ones around the diagonal, which is left out: each 1 is a pair."""
    import torch

    ones = torch.ones(given.tokens, given.tokens, dtype=torch.bool, device=device.name)
    band = ones.triu(-given.window).tril(given.window)
    return {"pairs": int(band.sum()) - given.tokens}


def _fits(given: Text) -> bool:
    return given.window <= given.tokens - 1


solver = Solver(
    id="embeddings.skip_gram_pairs",
    concepts=("skip-gram-pairs",),
    inputs=Text,
    quantities={"pairs": Quantity("integer", "(centre, context) pairs")},
    reference=_reference,
    kernel=_kernel,
    misconceptions=(
        Misconception(
            "skip-gram-pairs/no-edges",
            slip="when every token is given a full window",
            correction=lambda g: (
                f"Near the edges windows are cut off: {g.reach * (g.reach + 1)} places are missing."
            ),
            wrong=lambda g: {"pairs": 2 * g.window * g.tokens},
            departs_at="places beyond the edges",
        ),
        Misconception(
            "skip-gram-pairs/one-sided",
            slip="when only one side of the centre is counted",
            correction="The window reaches to the left and to the right.",
            wrong=lambda g: {"pairs": g.pairs // 2},
            departs_at="places beside all tokens",
        ),
        Misconception(
            "skip-gram-pairs/includes-centre",
            slip="when each token is paired with itself too",
            correction=lambda g: f"A centre is not its own context: {g.tokens} pairs too many.",
            wrong=lambda g: {"pairs": g.pairs + g.tokens},
            departs_at="places beside all tokens",
        ),
        Misconception(
            "skip-gram-pairs/all-pairs",
            slip="when every token is paired with every other",
            correction=lambda g: f"Only tokens at most {g.window} apart are paired.",
            wrong=lambda g: {"pairs": g.tokens * (g.tokens - 1)},
            departs_at="places beside all tokens",
            applies=lambda g: g.window < g.tokens - 1,
        ),
        Misconception(
            "skip-gram-pairs/edge-half",
            slip="when w² places are taken off for the edges",
            correction="Each edge cuts off w + (w − 1) + … + 1, so both together w(w + 1).",
            wrong=lambda g: {"pairs": 2 * g.window * g.tokens - g.window**2},
            departs_at="places beyond the edges",
            applies=_fits,
        ),
    ),
    source="Mikolov et al., arXiv:1301.3781",
)
