"""losses.one_hot, cross_entropy, label_smoothing: one of K classes is right.

>>> from solvers import find
>>> find("losses.one_hot").solve({"label": 2, "classes": 4}).quantities
{'vector': [0, 0, 1, 0]}
>>> find("losses.cross_entropy").solve({"logits": [0, 0], "label": 1}).quantities
{'probabilities': [0.5, 0.5], 'loss': 0.6931471805599453, 'gradient': [0.5, -0.5]}
>>> find("losses.label_smoothing").solve({"logits": [0, 0], "label": 1, "smoothing": 0.2}
... ).quantities["target"]
[0.1, 0.9]
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from solvers.activations.arrays import Array, exponentials, log_softmax, softmax
from solvers.contract import (
    BadInput,
    Inputs,
    Misconception,
    Quantity,
    Solver,
    Work,
    array,
    real,
    whole,
)
from solvers.device import Device
from solvers.losses import arrays

# ------------------------------------------------------------------------- losses.one_hot


@dataclass(frozen=True, kw_only=True)
class Label(Inputs):
    """A class, and how many there are."""

    label: int = whole(0, 63, "the class k, counted from 0")
    classes: int = whole(1, 64, "the number of classes K")

    def check(self) -> None:
        if self.label >= self.classes:
            raise BadInput("label", self.label, f"from 0 to {self.classes - 1}, K − 1")

    @property
    def encoded(self) -> arrays.Labels:
        return arrays.one_hot(self.label, self.classes)


def _one_hot(given: Label, work: Work) -> None:
    k, last = given.label, given.classes - 1
    work.step("vector", "positions", f"classes 0 to K − 1 = {last}", list(range(given.classes)))
    formula = f"1 at position {k}, 0 elsewhere"
    work.give("vector", work.step("vector", "one-hot vector", formula, given.encoded))


def _one_hot_kernel(given: Label, device: Device) -> Mapping[str, Any]:
    import torch

    label = torch.tensor(given.label, device=device.name)
    return {"vector": torch.nn.functional.one_hot(label, given.classes)}


_ONE_HOT_MISCONCEPTIONS: tuple[Misconception[Label], ...] = (
    Misconception(
        "one-hot/one-based",
        slip="when the classes are counted from 1",
        correction=lambda g: f"Counted from 0, class {g.label} is entry number {g.label + 1}.",
        wrong=lambda g: {"vector": arrays.one_hot(g.label - 1, g.classes)},
        departs_at="positions",
        applies=lambda g: g.label >= 1,
    ),
    Misconception(
        "one-hot/integer-label",
        slip="when the number of the class is given in place of a vector",
        correction=lambda g: (
            f"One-hot is a vector with one entry for each of the {g.classes} classes."
        ),
        wrong=lambda g: {"vector": g.label},
        departs_at="one-hot vector",
    ),
    Misconception(
        "one-hot/all-but-k",
        slip="when 0 and 1 are swapped",
        correction="The right class gets the 1, and all others get 0.",
        wrong=lambda g: {"vector": 1 - g.encoded},
        departs_at="one-hot vector",
    ),
)

one_hot = Solver(
    id="losses.one_hot",
    concepts=("one-hot",),
    inputs=Label,
    quantities={"vector": Quantity("vector", "y, with a 1 at the class")},
    reference=_one_hot,
    kernel=_one_hot_kernel,
    misconceptions=_ONE_HOT_MISCONCEPTIONS,
    source="Goodfellow, Bengio and Courville, Deep Learning (2016), section 15.4;"
    " classes counted from 0",
)


# ------------------------------------------------------------------- losses.cross_entropy


@dataclass(frozen=True, kw_only=True)
class Scores(Inputs):
    """The scores of one example for K classes, and which class is right."""

    logits: Array = array("K", -1000, 1000, "the logits z")
    label: int = whole(0, 63, "the right class c, counted from 0")

    def check(self) -> None:
        if self.label >= len(self.logits):
            raise BadInput("label", self.label, f"from 0 to {len(self.logits) - 1}, K − 1")

    @property
    def probabilities(self) -> Array:
        return softmax(self.logits)

    @property
    def classes(self) -> int:
        return len(self.logits)

    @property
    def target(self) -> Array:
        """y: 1 for the right class, else 0."""
        return arrays.one_hot(self.label, self.classes).astype(np.float64)

    @property
    def loss(self) -> float:
        return float(arrays.cross_entropy(self.logits, self.label))


def _cross_entropy(given: Scores, work: Work) -> None:
    z, c = given.logits, given.label
    label, formula = "exponentials", f"exp(zᵢ − m), m = max z = {z.max():g}"
    grown = work.step("probabilities", label, formula, exponentials(z))
    total = work.step("probabilities", "sum", "Σⱼ exp(zⱼ − m)", float(grown.sum()))
    label, formula = "probabilities", f"p = softmax(z): each divided by {total:.6g}"
    true = work.step("probabilities", label, formula, grown / total)
    p = work.give("probabilities", true)

    if p is true:  # ln Σ exp(z) − z_c is −ln p_c too, and exact where p_c is rounded to 0 or 1
        formula = (
            f"−ln p_c = m + ln Σⱼ exp(zⱼ − m) − z_c = {z.max():g} + ln {total:.6g} − ({z[c]:g})"
        )
        loss = -float(log_softmax(z)[c])
    else:
        formula = f"−ln p_c = −ln {p[c]:.6g}"
        loss = _surprise(float(p[c]))
    work.give("loss", work.step("loss", "loss", formula, loss))

    y = work.step("gradient", "target", f"y: 1 for class {c}, else 0", given.target)
    work.give("gradient", work.step("gradient", "gradient", "∂L/∂z = p − y", p - y))


def _surprise(probability: float) -> float:
    """−ln p; not finite where a learner stated a probability of 0 or less."""
    return -math.log(probability) if probability > 0 else math.inf


def _cross_entropy_kernel(given: Scores, device: Device) -> Mapping[str, Any]:
    """torch's loss on the logits, and autograd through it."""
    import torch

    logits = device.tensor(given.logits).requires_grad_()
    label = torch.tensor(given.label, device=device.name)
    loss = torch.nn.functional.cross_entropy(logits, label)
    (gradient,) = torch.autograd.grad(loss, logits)
    return {
        "probabilities": torch.softmax(logits.detach(), dim=-1),
        "loss": loss,
        "gradient": gradient,
    }


def _every_class_yes_or_no(given: Scores) -> float:
    """−Σ [y ln p + (1 − y) ln(1 − p)]: binary cross-entropy on every entry of a softmax."""
    p = given.probabilities
    with np.errstate(divide="ignore"):
        return float(-np.log(np.where(given.target == 1, p, 1 - p)).sum())


def _slope_in_p(given: Scores) -> Array:
    """−y/p, the gradient with respect to the probabilities."""
    with np.errstate(divide="ignore", over="ignore"):
        return np.where(given.target == 1, -1 / given.probabilities[given.label], 0.0)


_CROSS_ENTROPY_MISCONCEPTIONS: tuple[Misconception[Scores], ...] = (
    Misconception(
        "cross-entropy/log10",
        slip="when the logarithm is taken to base 10",
        correction="Cross-entropy uses the natural logarithm, which is 2.303 times as large.",
        wrong=lambda g: {"loss": g.loss / math.log(10)},
        departs_at="loss",
    ),
    Misconception(
        "cross-entropy/log2",
        slip="when the logarithm is taken to base 2",
        correction="Cross-entropy uses the natural logarithm: the loss is in nats, not bits.",
        wrong=lambda g: {"loss": g.loss / math.log(2)},
        departs_at="loss",
    ),
    Misconception(
        "cross-entropy/double-softmax",
        slip="when softmax is applied twice",
        correction="Softmax is applied once: a loss that takes logits has it inside.",
        wrong=lambda g: {"loss": float(arrays.cross_entropy(g.probabilities, g.label))},
        departs_at="loss",
    ),
    Misconception(
        "cross-entropy/no-log",
        slip="when 1 − p is taken in place of −ln p",
        correction="The loss is −ln p of the right class: it grows without limit as p goes to 0.",
        wrong=lambda g: {"loss": 1 - float(g.probabilities[g.label])},
        departs_at="loss",
    ),
    Misconception(
        "cross-entropy/all-class-bce",
        slip="when the wrong classes add −ln(1 − p) too",
        correction="With one-hot y only the right class counts; the others act through softmax.",
        wrong=lambda g: {"loss": _every_class_yes_or_no(g)},
        departs_at="loss",
    ),
    Misconception(
        "cross-entropy/negative-logit",
        slip="when softmax and logarithm are forgotten",
        correction=lambda g: (
            f"The logit {g.logits[g.label]:g} is no loss yet: it goes through softmax, then −ln."
        ),
        wrong=lambda g: {"loss": -float(g.logits[g.label])},
        departs_at="exponentials",
    ),
    Misconception(
        "ce-softmax-gradient/sign-flip",
        slip="when the target comes first in the difference",
        correction="The gradient is p − y: negative for the right class, whose logit must rise.",
        wrong=lambda g: {"gradient": g.target - g.probabilities},
        departs_at="gradient",
    ),
    Misconception(
        "ce-softmax-gradient/p-only",
        slip="when the target is not subtracted",
        correction=lambda g: f"The gradient is p − y: 1 is still to be taken from class {g.label}.",
        wrong=lambda g: {"gradient": g.probabilities},
        departs_at="target",
    ),
    Misconception(
        "ce-softmax-gradient/diag-jacobian",
        slip="when only the diagonal p(1 − p) of softmax's derivative is taken",
        correction="Every logit moves every probability; together with −ln it comes to p − y.",
        wrong=lambda g: {"gradient": g.probabilities * (1 - g.probabilities)},
        departs_at="gradient",
    ),
    Misconception(
        "ce-softmax-gradient/minus-inverse",
        slip="when the derivative stops at the probabilities",
        correction="−y/p is the gradient in p; carried on through softmax to z it becomes p − y.",
        wrong=lambda g: {"gradient": _slope_in_p(g)},
        departs_at="gradient",
    ),
)

cross_entropy = Solver(
    id="losses.cross_entropy",
    concepts=("cross-entropy", "ce-softmax-gradient"),
    inputs=Scores,
    quantities={
        "probabilities": Quantity("vector", "p = softmax(z)"),
        "loss": Quantity("real", "cross-entropy, natural logarithm", uses=("probabilities",)),
        "gradient": Quantity("vector", "∂L/∂z", uses=("probabilities",)),
    },
    reference=_cross_entropy,
    kernel=_cross_entropy_kernel,
    misconceptions=_CROSS_ENTROPY_MISCONCEPTIONS,
    source="Bridle, Probabilistic interpretation of feedforward classification network outputs"
    " (1990); natural logarithm, from logits as in torch",
)


# ----------------------------------------------------------------- losses.label_smoothing


@dataclass(frozen=True, kw_only=True)
class SmoothedScores(Scores):
    """The scores of one example, and how much of the target is spread over all classes."""

    smoothing: float = real(0, 1, "the share ε of the target that is spread evenly")

    def mixed(self, true: float, other: float) -> Array:
        """A target with one number for the right class and another for the rest."""
        return np.where(self.target == 1, true, other)


def _label_smoothing(given: SmoothedScores, work: Work) -> None:
    e, k = given.smoothing, given.classes
    share = work.step("target", "share of every class", f"ε/K = {e:g}/{k}", e / k)
    formula = f"(1 − ε) + ε/K = {1 - e:g} + {share:.6g} for class {given.label}, ε/K elsewhere"
    target = work.step("target", "smoothed target", formula, given.mixed(1 - e + share, share))
    target = work.give("target", target)

    log_p = work.step("loss", "log-probabilities", "ln softmax(z)", log_softmax(given.logits))
    work.step("loss", "terms", "−y′ᵢ·ln pᵢ", -target * log_p)
    loss = -float((target * log_p).sum())
    work.give("loss", work.step("loss", "loss", "−Σ y′ᵢ·ln pᵢ", loss))


def _label_smoothing_kernel(given: SmoothedScores, device: Device) -> Mapping[str, Any]:
    """torch's loss; its slope in each log-probability is that entry of the smoothed target."""
    import torch

    cross_entropy = torch.nn.functional.cross_entropy
    label = torch.tensor(given.label, device=device.name)
    logits = device.tensor(given.logits)
    loss = cross_entropy(logits, label, label_smoothing=given.smoothing)
    # The gradient p − y′ at equal logits is 1/K − y′.
    even = torch.zeros_like(logits).requires_grad_()
    at_even = cross_entropy(even, label, label_smoothing=given.smoothing)
    (gradient,) = torch.autograd.grad(at_even, even)
    return {"target": 1 / given.classes - gradient, "loss": loss}


def _with_target(
    rule: Callable[[SmoothedScores], Array],
) -> Callable[[SmoothedScores], dict[str, Any]]:
    """Target and loss that follow from a wrong target."""

    def wrong(given: SmoothedScores) -> dict[str, Any]:
        target = rule(given)
        return {"target": target, "loss": -float((target * log_softmax(given.logits)).sum())}

    return wrong


_LABEL_SMOOTHING_MISCONCEPTIONS: tuple[Misconception[SmoothedScores], ...] = (
    Misconception(
        "label-smoothing/eps-over-k-minus-1",
        slip="when ε is spread over the wrong classes only",
        correction=lambda g: (
            f"ε is shared by all {g.classes} classes, the right one included: ε/K for each."
        ),
        wrong=_with_target(lambda g: g.mixed(1 - g.smoothing, g.smoothing / (g.classes - 1))),
        departs_at="share of every class",
        applies=lambda g: g.classes >= 2,
    ),
    Misconception(
        "label-smoothing/true-only",
        slip="when the right class does not get its share ε/K back",
        correction="The right class gets 1 − ε + ε/K, so that the target still adds up to 1.",
        wrong=_with_target(lambda g: g.mixed(1 - g.smoothing, g.smoothing / g.classes)),
        departs_at="smoothed target",
    ),
    Misconception(
        "label-smoothing/eps-not-divided",
        slip="when every class gets the whole ε",
        correction=lambda g: f"ε is shared: each of the {g.classes} classes gets ε/K.",
        wrong=_with_target(lambda g: g.mixed(1.0, g.smoothing)),
        departs_at="share of every class",
    ),
    Misconception(
        "label-smoothing/none",
        slip="without any smoothing",
        correction=lambda g: (
            f"The share ε = {g.smoothing:g} is taken from the right class and spread evenly."
        ),
        wrong=_with_target(lambda g: g.target),
        departs_at="smoothed target",
    ),
)

label_smoothing = Solver(
    id="losses.label_smoothing",
    concepts=("label-smoothing",),
    inputs=SmoothedScores,
    quantities={
        "target": Quantity("vector", "y′, the smoothed target"),
        "loss": Quantity("real", "cross-entropy with the smoothed target", uses=("target",)),
    },
    reference=_label_smoothing,
    kernel=_label_smoothing_kernel,
    misconceptions=_LABEL_SMOOTHING_MISCONCEPTIONS,
    source="Szegedy et al., Rethinking the inception architecture, arXiv:1512.00567, section 7",
)
