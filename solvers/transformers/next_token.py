"""transformers.next_token: the loss of a language model, and its perplexity.

    L = −(1/n) Σ_t ln p(x_t | x_<t),  perplexity e^L

p holds the probability that the model gave to each of the n tokens that really came next; L is
in nats (natural logarithm). The perplexity is the geometric mean of 1/p: as unsure as a fair
choice among that many tokens. GPT is a stack of decoder blocks without cross-attention; its causal
mask lets position t see itself and what came before. Larger is better only as far as data and
compute grow too (arXiv:2001.08361, arXiv:2203.15556). Source: Radford et al., Improving language
understanding by generative pre-training (2018), equation 1.

>>> from solvers import find
>>> find("transformers.next_token").solve({"probabilities": [0.5, 0.125]}).quantities
{'nll': 1.3862943611198906, 'perplexity': 4.0}
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from solvers._written import number, sum_of
from solvers.attention.arrays import Array
from solvers.contract import Inputs, Misconception, Quantity, Solver, Work, array
from solvers.device import Device


@dataclass(frozen=True, kw_only=True)
class Tokens(Inputs):
    """What a model gave to the tokens that came."""

    probabilities: Array = array("n", 1e-12, 1, "probability of each token that came next")

    @property
    def p(self) -> Array:
        return self.probabilities


def _reference(given: Tokens, work: Work) -> None:
    n = len(given.p)
    losses = work.step("nll", "loss of each token", "−ln p_t", 0.0 - np.log(given.p))
    total = work.step("nll", "sum", sum_of(losses), float(losses.sum()))
    nll = work.step("nll", "mean", f"{number(total)}/{n}", total / n)
    nll = work.give("nll", nll)
    formula = f"e^{number(nll)}"
    work.give("perplexity", work.step("perplexity", "perplexity", formula, math.exp(nll)))


def _kernel(given: Tokens, device: Device) -> Mapping[str, Any]:
    """Two classes a token: the one that came, and all others together."""
    import torch
    from torch.nn.functional import nll_loss

    p = device.tensor(given.p)
    came = torch.zeros(len(p), dtype=torch.int64, device=device.name)
    nll = nll_loss(torch.stack((p, 1 - p), dim=1).log(), came)
    return {"nll": nll, "perplexity": torch.exp(nll)}


def _nll(rule: Callable[[Array], float]) -> Callable[[Tokens], dict[str, float]]:
    """A wrong loss from the probabilities."""
    return lambda given: {"nll": float(rule(given.p))}


solver = Solver(
    id="transformers.next_token",
    concepts=("gpt",),
    inputs=Tokens,
    quantities={
        "nll": Quantity("real", "mean negative log-likelihood, in nats"),
        "perplexity": Quantity("real", "perplexity e^L", uses=("nll",)),
    },
    reference=_reference,
    kernel=_kernel,
    misconceptions=(
        Misconception(
            "gpt/mean-of-p",
            slip="when the probabilities are averaged before the logarithm",
            correction="Take the logarithm of each probability, then the mean.",
            wrong=_nll(lambda p: -np.log(p.mean())),
            departs_at="loss of each token",
        ),
        Misconception(
            "gpt/sum",
            slip="when the losses are added up but not averaged",
            correction=lambda g: f"The loss is a mean over the n = {len(g.p)} tokens.",
            wrong=_nll(lambda p: -np.log(p).sum()),
            departs_at="mean",
            applies=lambda g: len(g.p) >= 2,
        ),
        Misconception(
            "gpt/log2",
            slip="when the logarithm is to base 2",
            correction="The logarithm is natural; to base 2 the loss is in bits.",
            wrong=_nll(lambda p: -np.log2(p).mean()),
            departs_at="loss of each token",
        ),
        Misconception(
            "gpt/product",
            slip="when the probabilities are multiplied",
            correction="The product is the likelihood; the loss is −ln of it, divided by n.",
            wrong=_nll(lambda p: p.prod()),
            departs_at="loss of each token",
        ),
        Misconception(
            "gpt/arith-perplexity",
            slip="when 1/p is averaged",
            correction="Perplexity is e^L, the geometric mean of 1/p, not the arithmetic one.",
            wrong=lambda g: {"perplexity": float((1 / g.p).mean())},
            departs_at="perplexity",
        ),
    ),
    source="Radford et al., Improving language understanding by generative pre-training (2018)",
)
