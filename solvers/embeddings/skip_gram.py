"""embeddings.skip_gram: which words are likely around a word.

    P(o | c) = exp(u_o·v_c) / Σ_w exp(u_w·v_c)

v (V, d) is the table of words as centres, u (V, d) the table of words as contexts; words are
numbered from 0. The model predicts each context word from the centre, and v is kept. Negative
sampling replaces the softmax by σ(u_o·v_c), one word at a time.
Source: Mikolov et al., arXiv:1301.3781; Distributed representations, arXiv:1310.4546.

>>> from solvers import find
>>> words = {"centres": [[1, 0], [0, 1]], "contexts": [[0, 5], [0, 7]], "centre": 0, "context": 1}
>>> find("embeddings.skip_gram").solve(words).quantities["probability"]
0.5
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from solvers._written import number, sum_of_products
from solvers.activations import sigmoid, softmax
from solvers.contract import Inputs, Misconception, Quantity, Solver, Work, array, whole
from solvers.device import Device
from solvers.embeddings._checks import need_row
from solvers.embeddings.arrays import Array, cosine_similarity


@dataclass(frozen=True, kw_only=True)
class Words(Inputs):
    """The two tables, a centre word and a context word."""

    centres: Array = array("V d", -20, 20, "table v of centres, a row for each word")
    contexts: Array = array("V d", -20, 20, "table u of contexts, a row for each word")
    centre: int = whole(0, 63, "number c of the centre word, from 0")
    context: int = whole(0, 63, "number o of the context word, from 0")

    def check(self) -> None:
        need_row("centre", self.centre, self.centres)
        need_row("context", self.context, self.contexts)

    @property
    def vector(self) -> Array:
        """v_c."""
        vector: Array = self.centres[self.centre]
        return vector

    @property
    def scores(self) -> Array:
        """u_w·v_c of every word w."""
        return self.contexts @ self.vector


def _reference(given: Words, work: Work) -> None:
    c, o = given.centre, given.context
    vector = work.step("scores", "centre vector", f"v_{c}", given.vector)
    formula = "u_w·v_c, first " + sum_of_products(given.contexts[0], vector)
    scores = work.step("scores", "scores", formula, given.scores)
    scores = work.give("scores", scores)
    grown = np.exp(scores - scores.max())
    formula = "exp(score − largest), which changes no share"
    grown = work.step("probabilities", "exponentials", formula, grown)
    total = work.step("probabilities", "their sum", "over all words", float(grown.sum()))
    formula = f"each by {number(total)}"
    shares = work.step("probabilities", "probabilities", formula, grown / total)
    shares = work.give("probabilities", shares)
    probability = work.step("probability", "of the context word", f"word {o}", float(shares[o]))
    work.give("probability", probability)


def _kernel(given: Words, device: Device) -> Mapping[str, Any]:
    """The loss of a classifier over all words, undone: P = e^−L."""
    import torch
    from torch.nn import functional

    scores = torch.mv(device.tensor(given.contexts), device.tensor(given.vector))
    every = torch.arange(len(scores), device=device.name)
    losses = functional.cross_entropy(scores.expand(len(scores), -1), every, reduction="none")
    shares = torch.exp(-losses)
    return {"scores": scores, "probabilities": shares, "probability": shares[given.context]}


def _shares(rule: Callable[[Words], Array]) -> Callable[[Words], dict[str, Any]]:
    """Wrong probabilities of all words, and of the one asked for."""
    return lambda g: {"probabilities": rule(g), "probability": float(rule(g)[g.context])}


def _without_exp(given: Words) -> Array:
    shares: Array = given.scores / given.scores.sum()
    return shares


solver = Solver(
    id="embeddings.skip_gram",
    concepts=("skip-gram",),
    inputs=Words,
    quantities={
        "scores": Quantity("vector", "u_w·v_c of every word"),
        "probabilities": Quantity("vector", "P(w | c) of every word", uses=("scores",)),
        "probability": Quantity("real", "P(o | c)", uses=("scores", "probabilities")),
    },
    reference=_reference,
    kernel=_kernel,
    misconceptions=(
        Misconception(
            "skip-gram/same-table",
            slip="when one table serves as centres and contexts",
            correction="A context word is looked up in the second table: u_o, not v_o.",
            wrong=lambda g: {
                "scores": g.centres @ g.vector,
                **_shares(lambda g: softmax(g.centres @ g.vector))(g),
            },
            departs_at="scores",
        ),
        Misconception(
            "skip-gram/sigmoid",
            slip="when each score goes through σ by itself",
            correction="That is the factor of negative sampling; the full model is a softmax.",
            wrong=_shares(lambda g: sigmoid(g.scores)),
            departs_at="exponentials",
        ),
        Misconception(
            "skip-gram/no-exp",
            slip="when scores are divided by their sum without exp",
            correction="A softmax takes exp of every score first, so that shares are positive.",
            wrong=_shares(_without_exp),
            departs_at="exponentials",
            applies=lambda g: abs(g.scores.sum()) > 1e-6,
        ),
        Misconception(
            "skip-gram/cosine-first",
            slip="when cosines are taken in place of dot products",
            correction="The score is the plain dot product u_w·v_c, lengths included.",
            wrong=lambda g: {
                "scores": cosine_similarity(g.contexts, g.vector),
                **_shares(lambda g: softmax(cosine_similarity(g.contexts, g.vector)))(g),
            },
            departs_at="scores",
        ),
    ),
    source="Mikolov et al., arXiv:1301.3781",
)
