"""losses.binary_cross_entropy, with or without logits, and losses.focal: yes or no.

>>> from solvers import find
>>> find("losses.binary_cross_entropy").solve({"probabilities": [0.5], "target": [1]}).quantities
{'loss': 0.6931471805599453}
>>> find("losses.binary_cross_entropy_with_logits").solve({"logits": [0], "target": [1]}
... ).quantities
{'probabilities': [0.5], 'loss': 0.6931471805599453}
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from solvers.activations.arrays import Array, sigmoid
from solvers.contract import (
    Inputs,
    Misconception,
    Quantity,
    Solver,
    Work,
    array,
    binary,
    real,
    whole,
)
from solvers.device import Device
from solvers.losses.arrays import softplus

CLOSE = 1e-6  # how near to 0 and 1 a probability may come

# ------------------------------------------------------------ losses.binary_cross_entropy


@dataclass(frozen=True, kw_only=True)
class Answers(Inputs):
    """What was true of n examples; how sure the model was is said by the classes below."""

    target: Array = binary("n", "the true answers y: 1 for yes, 0 for no")

    @property
    def log_yes(self) -> Array:
        """ln p"""
        raise NotImplementedError

    @property
    def log_no(self) -> Array:
        """ln(1 − p)"""
        raise NotImplementedError

    @property
    def n(self) -> int:
        return len(self.target)

    @property
    def each(self) -> Array:
        """−ln of the probability that was given to the truth."""
        return -np.where(self.target == 1, self.log_yes, self.log_no)


@dataclass(frozen=True, kw_only=True)
class Probabilities(Answers):
    """Probabilities of yes, and what was true."""

    probabilities: Array = array("n", CLOSE, 1 - CLOSE, "the probabilities p of yes")

    @property
    def log_yes(self) -> Array:
        return np.asarray(np.log(self.probabilities))

    @property
    def log_no(self) -> Array:
        return np.asarray(np.log1p(-self.probabilities))


@dataclass(frozen=True, kw_only=True)
class Logits(Answers):
    """Logits of yes, and what was true."""

    logits: Array = array("n", -1000, 1000, "the logits a, with p = σ(a)")

    @property
    def log_yes(self) -> Array:
        return -softplus(-self.logits)

    @property
    def log_no(self) -> Array:
        return -softplus(self.logits)


def _mean(given: Answers, each: Array, work: Work) -> None:
    """The last lines, the same with logits and without."""
    each = work.step("loss", "loss of each", "−ln p where y = 1, −ln(1 − p) where y = 0", each)
    total = work.step("loss", "sum", "of all examples", float(each.sum()))
    formula = f"Σ/n = {total:.6g}/{given.n}"
    work.give("loss", work.step("loss", "mean", formula, total / given.n))


def _from_probabilities(given: Probabilities, work: Work) -> None:
    p = given.probabilities
    formula = "p where y = 1, 1 − p where y = 0"
    work.step("loss", "probability of the truth", formula, np.where(given.target == 1, p, 1 - p))
    _mean(given, given.each, work)


def _probabilities_kernel(given: Probabilities, device: Device) -> Mapping[str, Any]:
    import torch

    p, y = device.tensor(given.probabilities), device.tensor(given.target)
    return {"loss": torch.nn.functional.binary_cross_entropy(p, y)}


# The same slips with logits and without: they need only ln p, ln(1 − p) and y.
_MISCONCEPTIONS: tuple[Misconception[Any], ...] = (
    Misconception(
        "binary-cross-entropy/first-term-only",
        slip="when examples with y = 0 cost nothing",
        correction="Where y = 0 the other term counts: −ln(1 − p).",
        wrong=lambda g: {"loss": float(-(g.target * g.log_yes).mean())},
        departs_at="loss of each",
        applies=lambda g: bool((g.target == 0).any()),
    ),
    Misconception(
        "binary-cross-entropy/terms-swapped",
        slip="when p and 1 − p change places",
        correction="y = 1 goes with ln p, and y = 0 with ln(1 − p).",
        wrong=lambda g: {
            "loss": float(-np.where(g.target == 1, g.log_no, g.log_yes).mean()),
        },
        departs_at="loss of each",
    ),
    Misconception(
        "binary-cross-entropy/sum-not-mean",
        slip="when the losses are added up but not averaged",
        correction=lambda g: f"The sum over the examples is divided by n = {g.n}.",
        wrong=lambda g: {"loss": float(g.each.sum())},
        departs_at="mean",
        applies=lambda g: g.n >= 2,
    ),
    Misconception(
        "binary-cross-entropy/log10",
        slip="when the logarithm is taken to base 10",
        correction="The logarithm is the natural one, which is 2.303 times as large.",
        wrong=lambda g: {"loss": float(g.each.mean()) / math.log(10)},
        departs_at="loss of each",
    ),
    Misconception(
        "binary-cross-entropy/missing-minus",
        slip="when the minus in front is lost",
        correction="The logarithm of a probability is negative; the minus makes the loss positive.",
        wrong=lambda g: {"loss": -float(g.each.mean())},
        departs_at="loss of each",
    ),
)


binary_cross_entropy = Solver(
    id="losses.binary_cross_entropy",
    concepts=("binary-cross-entropy",),
    inputs=Probabilities,
    quantities={"loss": Quantity("real", "mean binary cross-entropy, natural logarithm")},
    reference=_from_probabilities,
    kernel=_probabilities_kernel,
    misconceptions=_MISCONCEPTIONS,
    source="Goodfellow, Bengio and Courville, Deep Learning (2016), section 6.2.2.2",
)


# ------------------------------------------------ losses.binary_cross_entropy_with_logits


def _from_logits(given: Logits, work: Work) -> None:
    true = work.step("probabilities", "probabilities", "p = σ(a)", sigmoid(given.logits))
    p = work.give("probabilities", true)
    if p is true:  # from the logits, since ln p is lost where p is rounded to 0 or 1
        _mean(given, given.each, work)
    else:
        with np.errstate(all="ignore"):
            _mean(given, -np.log(np.where(given.target == 1, p, 1 - p)), work)


def _logits_kernel(given: Logits, device: Device) -> Mapping[str, Any]:
    import torch

    a, y = device.tensor(given.logits), device.tensor(given.target)
    loss = torch.nn.functional.binary_cross_entropy_with_logits(a, y)
    return {"probabilities": torch.sigmoid(a), "loss": loss}


binary_cross_entropy_with_logits = Solver(
    id="losses.binary_cross_entropy_with_logits",
    concepts=("binary-cross-entropy",),
    inputs=Logits,
    quantities={
        "probabilities": Quantity("vector", "p = σ(a)"),
        "loss": Quantity(
            "real", "mean binary cross-entropy, natural logarithm", uses=("probabilities",)
        ),
    },
    reference=_from_logits,
    kernel=_logits_kernel,
    misconceptions=_MISCONCEPTIONS,
    source="Goodfellow, Bengio and Courville, Deep Learning (2016), section 6.2.2.2;"
    " ln(1 + e^−a) as in torch",
)


# --------------------------------------------------------------------------- losses.focal


@dataclass(frozen=True, kw_only=True)
class OneAnswer(Inputs):
    """One example, and how the loss weighs it."""

    probability: float = real(CLOSE, 1 - CLOSE, "the probability p of class 1")
    label: int = whole(0, 1, "the true class y")
    gamma: float = real(0, 10, "the exponent γ that turns down easy examples", default=2)
    alpha: float = real(0, 1, "the weight α of class 1; class 0 has 1 − α", default=0.25)

    @property
    def p_t(self) -> float:
        """The probability of the true class."""
        return self.probability if self.label else 1 - self.probability

    @property
    def alpha_t(self) -> float:
        return self.alpha if self.label else 1 - self.alpha

    def loss(self, alpha_t: float, p_t: float) -> dict[str, float]:
        return {"loss": -alpha_t * (1 - p_t) ** self.gamma * math.log(p_t)}


def _focal(given: OneAnswer, work: Work) -> None:
    p, y, gamma = given.probability, given.label, given.gamma
    formula = f"p = {p:g}" if y else f"1 − p = 1 − {p:g}"
    p_t = work.step("loss", "probability of the true class", f"y = {y}: {formula}", given.p_t)
    formula = f"α = {given.alpha:g}" if y else f"1 − α = 1 − {given.alpha:g}"
    alpha_t = work.step("loss", "weight of the true class", f"y = {y}: {formula}", given.alpha_t)
    formula = f"(1 − p_t)^γ = (1 − {p_t:.6g})^{gamma:g}"
    focus = work.step("loss", "focusing factor", formula, (1 - p_t) ** gamma)
    surprise = work.step("loss", "cross-entropy", f"−ln p_t = −ln {p_t:.6g}", -math.log(p_t))
    formula = f"α_t·(1 − p_t)^γ·(−ln p_t) = {alpha_t:.6g}·{focus:.6g}·{surprise:.6g}"
    work.give("loss", work.step("loss", "focal loss", formula, alpha_t * focus * surprise))


def _focal_kernel(given: OneAnswer, device: Device) -> Mapping[str, Any]:
    """Binary cross-entropy from the logit, weighed again, as detection libraries do it."""
    import torch

    logit, y = torch.logit(device.tensor(given.probability)), device.tensor(given.label)
    surprise = torch.nn.functional.binary_cross_entropy_with_logits(logit, y, reduction="none")
    weight = given.alpha * y + (1 - given.alpha) * (1 - y)
    return {"loss": weight * (-torch.expm1(-surprise)) ** given.gamma * surprise}


_FOCAL_MISCONCEPTIONS: tuple[Misconception[OneAnswer], ...] = (
    Misconception(
        "focal-loss/no-alpha",
        slip="when the class weight α_t is left out",
        correction=lambda g: f"Class {g.label} is weighed with α_t = {g.alpha_t:g}.",
        wrong=lambda g: g.loss(1.0, g.p_t),
        departs_at="weight of the true class",
    ),
    Misconception(
        "focal-loss/gamma-on-pt",
        slip="when p_t takes the place of 1 − p_t under the exponent",
        correction="The factor (1 − p_t)^γ is small where p_t is near 1, for easy examples.",
        wrong=lambda g: {"loss": -g.alpha_t * g.p_t**g.gamma * math.log(g.p_t)},
        departs_at="focusing factor",
    ),
    Misconception(
        "focal-loss/plain-ce",
        slip="when neither α_t nor the focusing factor is used",
        correction="−ln p_t is plain cross-entropy; focal loss multiplies it by α_t(1 − p_t)^γ.",
        wrong=lambda g: {"loss": -math.log(g.p_t)},
        departs_at="weight of the true class",
    ),
    Misconception(
        "focal-loss/alpha-not-flipped",
        slip="when class 0 is weighed with α too",
        correction=lambda g: (
            f"α belongs to class 1; class 0 is weighed with 1 − α = {g.alpha_t:g}."
        ),
        wrong=lambda g: g.loss(g.alpha, g.p_t),
        departs_at="weight of the true class",
        applies=lambda g: g.label == 0 and g.alpha != 0.5,
    ),
    Misconception(
        "focal-loss/pt-is-p",
        slip="when p is used although the true class is 0",
        correction=lambda g: f"The true class is 0, which was given 1 − p = {g.p_t:g}.",
        wrong=lambda g: g.loss(g.alpha_t, g.probability),
        departs_at="probability of the true class",
        applies=lambda g: g.label == 0,
    ),
)

focal = Solver(
    id="losses.focal",
    concepts=("focal-loss",),
    inputs=OneAnswer,
    quantities={"loss": Quantity("real", "focal loss of one example")},
    reference=_focal,
    kernel=_focal_kernel,
    misconceptions=_FOCAL_MISCONCEPTIONS,
    source="Lin et al., Focal loss for dense object detection, arXiv:1708.02002, equation 5",
)
