"""embeddings.glove: word vectors whose dot products tell the logarithm of counts.

    r = w·w̃ + b + b̃ − ln X,  f(X) = min(1, (X/100)^¾),  term = f(X) r²,  J = Σ of all terms

w, w̃ (d) are the vectors of a word and of its context, b and b̃ their biases, X how often the two
meet; ln is the natural logarithm. Frequent pairs weigh no more than 1.
Source: Pennington, Socher and Manning, GloVe, EMNLP 2014, equations 8 and 9.

>>> from solvers import find
>>> pair = {"word": [1, 2], "context": [3, -1], "word_bias": 0.5, "context_bias": 1.5, "count": 1}
>>> find("embeddings.glove").solve(pair).quantities["residual"]
3.0
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from solvers._written import factor, number, sum_of_products
from solvers.contract import Inputs, Misconception, Quantity, Solver, Work, array, real
from solvers.device import Device
from solvers.embeddings.arrays import Array

LARGEST, POWER = 100.0, 0.75  # x_max and α of the paper


@dataclass(frozen=True, kw_only=True)
class Pair(Inputs):
    """A word, a context word, and how often they meet."""

    word: Array = array("d", -20, 20, "vector w of the word")
    context: Array = array("d", -20, 20, "vector w̃ of the context")
    word_bias: float = real(-20, 20, "bias b")
    context_bias: float = real(-20, 20, "bias b̃")
    count: float = real(0.001, 1e6, "how often X the two meet")

    @property
    def product(self) -> float:
        return float(self.word @ self.context)

    @property
    def biases(self) -> float:
        return self.word_bias + self.context_bias

    @property
    def weight(self) -> float:
        return float(min(1.0, (self.count / LARGEST) ** POWER))


def _reference(given: Pair, work: Work) -> None:
    formula = sum_of_products(given.word, given.context)
    product = work.step("residual", "dot product", formula, given.product)
    formula = f"{number(product)} + {factor(given.word_bias)} + {factor(given.context_bias)}"
    guess = work.step("residual", "with the biases", formula, product + given.biases)
    log = math.log(given.count)
    log = work.step("residual", "logarithm of the count", f"ln {number(given.count)}", log)
    formula = f"{number(guess)} − {factor(log)}"
    residual = work.give("residual", work.step("residual", "residual", formula, guess - log))
    formula = f"min(1, ({number(given.count)}/100)^0.75)"
    weight = work.give("weight", work.step("weight", "weight", formula, given.weight))
    formula = f"f·r² = {number(weight)}·{factor(residual)}²"
    work.give("term", work.step("term", "weighted term", formula, weight * residual**2))


def _kernel(given: Pair, device: Device) -> Mapping[str, Any]:
    import torch

    w, context = device.tensor(given.word), device.tensor(given.context)
    count = device.tensor(given.count)
    guess = torch.dot(w, context) + given.word_bias + given.context_bias
    residual = guess - torch.log(count)
    weight = (count / LARGEST).pow(POWER).clamp(max=1)
    error = torch.nn.functional.mse_loss(guess, torch.log(count))
    return {"residual": residual, "weight": weight, "term": weight * error}


def _residual(rule: Callable[[Pair], float]) -> Callable[[Pair], dict[str, float]]:
    """A wrong residual, and the term it leads to."""
    return lambda g: {"residual": rule(g), "term": g.weight * rule(g) ** 2}


def _against(target: Callable[[float], float]) -> Callable[[Pair], dict[str, float]]:
    """The residual against a wrong target, of X."""
    return _residual(lambda g: g.product + g.biases - target(g.count))


solver = Solver(
    id="embeddings.glove",
    concepts=("glove",),
    inputs=Pair,
    quantities={
        "residual": Quantity("real", "r = w·w̃ + b + b̃ − ln X"),
        "weight": Quantity("real", "f(X)"),
        "term": Quantity("real", "f(X) r²", uses=("residual", "weight")),
    },
    reference=_reference,
    kernel=_kernel,
    misconceptions=(
        Misconception(
            "glove/no-log",
            slip="when the count itself is the target",
            correction="The dot product is fitted to the logarithm of the count, ln X.",
            wrong=_against(lambda x: x),
            departs_at="logarithm of the count",
        ),
        Misconception(
            "glove/log10",
            slip="when the logarithm is taken to base 10",
            correction="The logarithm is the natural one.",
            wrong=_against(math.log10),
            departs_at="logarithm of the count",
            applies=lambda g: g.count != 1,
        ),
        Misconception(
            "glove/no-weight",
            slip="without the weight f(X)",
            correction=lambda g: (
                f"Rare pairs weigh less: f({number(g.count)}) = {number(g.weight)}."
            ),
            wrong=lambda g: {"term": (g.product + g.biases - math.log(g.count)) ** 2},
            departs_at="weighted term",
            applies=lambda g: g.count < LARGEST,
        ),
        Misconception(
            "glove/no-bias",
            slip="when the biases are left out",
            correction="Both words have a bias: w·w̃ + b + b̃.",
            wrong=_residual(lambda g: g.product - math.log(g.count)),
            departs_at="with the biases",
            applies=lambda g: g.biases != 0,
        ),
        Misconception(
            "glove/log1p",
            slip="when 1 is added to the count before the logarithm",
            correction="Only pairs that meet are summed, so ln X needs no 1 added.",
            wrong=_against(math.log1p),
            departs_at="logarithm of the count",
        ),
    ),
    source="Pennington, Socher and Manning, GloVe, EMNLP 2014",
)
