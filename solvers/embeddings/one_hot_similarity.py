"""embeddings.one_hot_similarity: what one-hot vectors cannot say about two words.

    e_i·e_j = 0,  cos(e_i, e_j) = 0,  ‖e_i − e_j‖ = √2,  for any two different words

e_i (V) has one 1 among V entries, V the size of the vocabulary. Any two words are equally far
apart, and n tokens take n·V entries, n of them not 0. Source: Bengio et al., A neural
probabilistic language model, JMLR 3 (2003).

>>> from solvers import find
>>> words = {"vocabulary": 50_000, "first": 3, "second": 7, "tokens": 10}
>>> find("embeddings.one_hot_similarity").solve(words).quantities["entries"]
500000
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from solvers.contract import BadInput, Inputs, Misconception, Quantity, Solver, Work, whole
from solvers.device import Device


@dataclass(frozen=True, kw_only=True)
class Words(Inputs):
    """Two words of a vocabulary, numbered from 0, and the length of a text."""

    vocabulary: int = whole(2, 100_000, "words V in the vocabulary")
    first: int = whole(0, 99_999, "number i of a word, from 0")
    second: int = whole(0, 99_999, "number j of another word")
    tokens: int = whole(1, 1_000_000, "tokens n of a text", default=1)

    def check(self) -> None:
        for name in ("first", "second"):
            if getattr(self, name) >= self.vocabulary:
                message = f"a word, from 0 to {self.vocabulary - 1}"
                raise BadInput(name, getattr(self, name), message)
        if self.first == self.second:
            raise BadInput("second", self.second, "a word other than the first")


def _reference(given: Words, work: Work) -> None:
    i, j, n, v = given.first, given.second, given.tokens, given.vocabulary
    formula = f"(1 − 0)² at {i}, (0 − 1)² at {j}, 0 elsewhere"
    squares = work.step("distance", "sum of squares", formula, 2)
    work.give("distance", work.step("distance", "distance", f"√{squares}", math.sqrt(squares)))
    formula = "no place where both are 1"
    product = work.step("cosine", "dot product", formula, 0.0)
    work.give("cosine", work.step("cosine", "cosine", f"{product:g}/(1·1)", product))
    work.give("entries", work.step("entries", "entries", f"n·V = {n}·{v}", n * v))
    work.give("ones", work.step("ones", "entries that are not 0", "one for each token", n))


def _kernel(given: Words, device: Device) -> Mapping[str, Any]:
    """Two real one-hot vectors, compared; a text's matrix on the meta device, counted."""
    import torch
    from torch.nn import functional

    numbers = torch.tensor([given.first, given.second], device=device.name)
    a, b = functional.one_hot(numbers, given.vocabulary).to(device.dtype)
    text = torch.empty(given.tokens, given.vocabulary, device="meta")
    return {
        "distance": torch.dist(a, b),
        "cosine": functional.cosine_similarity(a, b, dim=0),
        "entries": text.numel(),
        "ones": given.tokens * int(a.count_nonzero()),
    }


solver = Solver(
    id="embeddings.one_hot_similarity",
    concepts=("one-hot-similarity",),
    inputs=Words,
    quantities={
        "distance": Quantity("real", "Euclidean distance of the two vectors"),
        "cosine": Quantity("real", "their cosine"),
        "entries": Quantity("integer", "entries of the vectors of all tokens"),
        "ones": Quantity("integer", "those that are not 0"),
    },
    reference=_reference,
    kernel=_kernel,
    misconceptions=(
        Misconception(
            "one-hot-similarity/two",
            slip="without the root",
            correction="The two vectors differ in two places, so the distance is √2.",
            wrong=lambda _: {"distance": 2.0},
            departs_at="distance",
        ),
        Misconception(
            "one-hot-similarity/one",
            slip="when only one of the two places is counted",
            correction="Two places differ: the 1 of the first word and the 1 of the second.",
            wrong=lambda _: {"distance": 1.0},
            departs_at="sum of squares",
        ),
        Misconception(
            "one-hot-similarity/index-gap",
            slip="when the numbers of the words are subtracted",
            correction="The number of a word only says where its 1 is: any two are √2 apart.",
            wrong=lambda g: {"distance": float(abs(g.first - g.second))},
            departs_at="sum of squares",
        ),
        Misconception(
            "one-hot-similarity/sqrt-v",
            slip="when every entry is taken to differ",
            correction="All entries are 0 in both but two, however large the vocabulary.",
            wrong=lambda g: {"distance": math.sqrt(g.vocabulary)},
            departs_at="sum of squares",
            applies=lambda g: g.vocabulary > 2,
        ),
    ),
    source="Bengio et al., A neural probabilistic language model, JMLR 3 (2003)",
)
