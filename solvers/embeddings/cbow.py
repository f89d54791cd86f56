"""embeddings.cbow: which word fits between its neighbours.

    h = (1/C) Σ_j v_j,  P(w | context) = softmax(U h)_w

v (V, d) is the table of context words, U (V, d) that of the words to predict, C the number of
context words; words are numbered from 0. The order of the context does not count: a bag of words.
It trains faster than Skip-gram and does better on frequent words.
Source: Mikolov et al., arXiv:1301.3781.

>>> from solvers import find
>>> bag = {"inputs": [[1, 0], [3, 2]], "outputs": [[0, 0], [0, 0]], "context": [0, 1], "centre": 0}
>>> find("embeddings.cbow").solve(bag).quantities["hidden"]
[2.0, 1.0]
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from solvers._written import number, sum_of
from solvers.contract import Inputs, Misconception, Quantity, Solver, Work, array, whole
from solvers.device import Device
from solvers.embeddings._checks import need_row, need_words
from solvers.embeddings.arrays import Array


@dataclass(frozen=True, kw_only=True)
class Bag(Inputs):
    """The two tables, the context and the word it surrounds."""

    inputs: Array = array("V d", -20, 20, "table v of context words, a row for each word")
    outputs: Array = array("V d", -20, 20, "table U of words to predict")
    context: Array = array(
        "C", 0, 63, "numbers of the context words, from 0", max_side=20, whole_numbers=True
    )
    centre: int = whole(0, 63, "number of the word in the middle, from 0")

    def check(self) -> None:
        need_words("context", self.context, len(self.inputs))
        need_row("centre", self.centre, self.inputs)

    @property
    def vectors(self) -> Array:
        """v_j of the context words (C, d)."""
        vectors: Array = self.inputs[self.context.astype(int)]
        return vectors

    @property
    def with_centre(self) -> Array:
        return np.vstack([self.vectors, self.inputs[self.centre]])


def _reference(given: Bag, work: Work) -> None:
    vectors = work.step("hidden", "context vectors", "v_j, a row each", given.vectors)
    formula = "Σ_j v_j, first " + sum_of(vectors[:, 0])
    total = work.step("hidden", "sum of the context", formula, vectors.sum(axis=0))
    formula = f"divided by C = {len(vectors)}"
    hidden = work.step("hidden", "mean of the context", formula, total / len(vectors))
    hidden = work.give("hidden", hidden)
    scores = work.step("probability", "scores", "U h", given.outputs @ hidden)
    grown = np.exp(scores - scores.max())
    grown = work.step("probability", "exponentials", "exp(score − largest)", grown)
    formula = f"{number(grown[given.centre])}/{number(grown.sum())}"
    share = float(grown[given.centre] / grown.sum())
    work.give("probability", work.step("probability", "probability", formula, share))


def _kernel(given: Bag, device: Device) -> Mapping[str, Any]:
    import torch
    from torch.nn import functional

    context = torch.tensor(given.context, device=device.name).long()
    hidden = functional.embedding_bag(context[None], device.tensor(given.inputs), mode="mean")
    scores = functional.linear(hidden, device.tensor(given.outputs))
    centre = torch.tensor([given.centre], device=device.name)
    return {
        "hidden": hidden[0],
        "probability": torch.exp(-functional.cross_entropy(scores, centre)),
    }


def _several(given: Bag) -> bool:
    return len(given.context) >= 2


solver = Solver(
    id="embeddings.cbow",
    concepts=("cbow",),
    inputs=Bag,
    quantities={
        "hidden": Quantity("vector", "h, the mean of the context"),
        "probability": Quantity("real", "P(centre | context)", uses=("hidden",)),
    },
    reference=_reference,
    kernel=_kernel,
    misconceptions=(
        Misconception(
            "cbow/sum",
            slip="when the context vectors are added, not averaged",
            correction=lambda g: (
                f"Divide the sum by the number of context words, {len(g.context)}."
            ),
            wrong=lambda g: {"hidden": g.vectors.sum(axis=0)},
            departs_at="mean of the context",
            applies=_several,
        ),
        Misconception(
            "cbow/includes-centre",
            slip="when the word in the middle is averaged too",
            correction="The word in the middle is what is predicted; only its neighbours count.",
            wrong=lambda g: {"hidden": g.with_centre.mean(axis=0)},
            departs_at="context vectors",
        ),
        Misconception(
            "cbow/concatenate",
            slip="when the context vectors are put one after the other",
            correction=lambda g: (
                f"A bag of words has no order: h is a mean, of {g.inputs.shape[1]} numbers."
            ),
            wrong=lambda g: {"hidden": g.vectors.ravel()},
            departs_at="sum of the context",
            applies=_several,
        ),
        Misconception(
            "cbow/max",
            slip="when the largest entry is taken in each place",
            correction="The context vectors are averaged, place by place.",
            wrong=lambda g: {"hidden": g.vectors.max(axis=0)},
            departs_at="sum of the context",
            applies=_several,
        ),
    ),
    source="Mikolov et al., arXiv:1301.3781",
)
