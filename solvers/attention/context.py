"""attention.context: a weighted average of states, the more relevant ones counting more.

    α = softmax(e),  c = Σ_j α_j h_j,  Σ_j α_j = 1

e (m) are the scores of the m positions for one query, h (m × d) their states, α (m) the weights,
c (d) the context vector; no units. How a score is computed is another choice: see
attention.score_dot, score_cosine, score_bilinear and score_additive.
Source: Bahdanau et al., Neural machine translation by jointly learning to align and translate,
arXiv:1409.0473, equations 5 and 6.

>>> from solvers import find
>>> find("attention.context").solve({"scores": [0, 0], "states": [[1, 2], [3, 4]]}).quantities
{'weights': [0.5, 0.5], 'context': [2.0, 3.0]}
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from solvers._written import number
from solvers.attention.arrays import Array, exponentials
from solvers.contract import Inputs, Misconception, Quantity, Solver, Work, array
from solvers.device import Device


@dataclass(frozen=True, kw_only=True)
class Scored(Inputs):
    """States, and how well each one fits the query."""

    scores: Array = array("m", -1000, 1000, "scores e, one for each position")
    states: Array = array("m d", -100, 100, "states h, a row for each position")


def _reference(given: Scored, work: Work) -> None:
    formula = "exp(e_j − largest)"
    grown = work.step("weights", "exponentials", formula, exponentials(given.scores))
    total = work.step("weights", "sum of exponentials", "Σ_j", float(grown.sum()))
    formula = f"α_j, each by the sum {number(total)}"
    weights = work.give("weights", work.step("weights", "weights", formula, grown / total))
    context = work.step("context", "context vector", "Σ_j α_j h_j", weights @ given.states)
    work.give("context", context)


def _kernel(given: Scored, device: Device) -> Mapping[str, Any]:
    import torch

    weights = torch.softmax(device.tensor(given.scores), dim=0)
    context = torch.matmul(device.tensor(given.states).T, weights)
    return {"weights": weights, "context": context}


def _from_weights(weights: Callable[[Array], Array]) -> Callable[[Scored], dict[str, Array]]:
    """Quantities that follow from a wrong rule for the weights."""

    def wrong(given: Scored) -> dict[str, Array]:
        alpha = weights(given.scores)
        return {"weights": alpha, "context": alpha @ given.states}

    return wrong


def _one_hot(scores: Array) -> Array:
    return np.where(np.arange(len(scores)) == scores.argmax(), 1.0, 0.0)


solver = Solver(
    id="attention.context",
    concepts=("attention-context",),
    inputs=Scored,
    quantities={
        "weights": Quantity("vector", "attention weights α"),
        "context": Quantity("vector", "context vector c", uses=("weights",)),
    },
    reference=_reference,
    kernel=_kernel,
    misconceptions=(
        Misconception(
            "attention-context/raw-scores",
            slip="when the scores themselves are taken for weights",
            correction="Scores go through a softmax first, so that the weights add up to 1.",
            wrong=_from_weights(lambda e: e),
            departs_at="exponentials",
        ),
        Misconception(
            "attention-context/hard",
            slip="when only the state with the largest score is taken",
            correction="Every state takes part, with the share that the softmax gives it.",
            wrong=_from_weights(_one_hot),
            departs_at="weights",
        ),
        Misconception(
            "attention-context/uniform",
            slip="when every state counts the same",
            correction="The weights come from the scores: a larger score, a larger share.",
            wrong=_from_weights(lambda e: np.full(len(e), 1 / len(e))),
            departs_at="exponentials",
        ),
        Misconception(
            "attention-context/linear-normalise",
            slip="when the scores are divided by their sum",
            correction="Divide exp(e_j) by the sum of the exponentials, not e_j by the sum of e.",
            wrong=_from_weights(lambda e: e / e.sum()),
            departs_at="exponentials",
            applies=lambda g: bool(abs(g.scores.sum()) > 1e-9),
        ),
    ),
    source="Bahdanau et al., arXiv:1409.0473, equations 5 and 6",
)
