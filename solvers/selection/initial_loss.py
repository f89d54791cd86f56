"""selection.initial_loss: what a classifier's loss should be before it has learnt anything.

    L₀ ≈ ln K

A network with small random weights gives all K classes about the same probability 1/K, and the
cross-entropy of the true one is −ln(1/K) = ln K (natural log, in nats). A first loss far from it
points to the labels, the loss or the initialisation: the first entry of a checklist for models
that will not train. Source: Karpathy, A recipe for training neural networks (2019).

>>> from solvers import find
>>> round(find("selection.initial_loss").solve({"classes": 10}).quantities["loss"], 4)
2.3026
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from solvers._written import number
from solvers.contract import Inputs, Misconception, Quantity, Solver, Work, whole
from solvers.device import Device


@dataclass(frozen=True, kw_only=True)
class Classifier(Inputs):
    """A classifier that knows nothing yet."""

    classes: int = whole(2, 1_000_000, "classes K")


def _reference(given: Classifier, work: Work) -> None:
    k = given.classes
    share = work.step("loss", "probability of each class", f"1/K = 1/{k}", 1 / k)
    formula = f"−ln {number(share)} = ln {k}"
    work.give("loss", work.step("loss", "expected first loss", formula, math.log(k)))


def _kernel(given: Classifier, device: Device) -> Mapping[str, Any]:
    import torch

    logits = torch.zeros(1, given.classes, dtype=device.dtype, device=device.name)
    target = torch.zeros(1, dtype=torch.long, device=device.name)
    return {"loss": torch.nn.functional.cross_entropy(logits, target)}


def _loss(rule: Callable[[int], float]) -> Callable[[Classifier], dict[str, float]]:
    return lambda g: {"loss": rule(g.classes)}


solver = Solver(
    id="selection.initial_loss",
    concepts=("debug-checklist",),
    inputs=Classifier,
    quantities={"loss": Quantity("real", "cross-entropy expected before training, in nats")},
    reference=_reference,
    kernel=_kernel,
    misconceptions=(
        Misconception(
            "debug-checklist/log2",
            slip="when the logarithm is taken to base 2",
            correction="Losses are in nats: take the natural logarithm, ln K.",
            wrong=_loss(math.log2),
            departs_at="expected first loss",
        ),
        Misconception(
            "debug-checklist/log10",
            slip="when the logarithm is taken to base 10",
            correction="Losses are in nats: take the natural logarithm, ln K.",
            wrong=_loss(math.log10),
            departs_at="expected first loss",
        ),
        Misconception(
            "debug-checklist/one-over-k",
            slip="when the probability of a class is given in its place",
            correction="The loss is the negative logarithm of that probability: −ln(1/K).",
            wrong=_loss(lambda k: 1 / k),
            departs_at="expected first loss",
        ),
        Misconception(
            "debug-checklist/one-minus",
            slip="when the share of wrong guesses is given in its place",
            correction="1 − 1/K is the error rate of guessing; the cross-entropy is −ln(1/K).",
            wrong=_loss(lambda k: 1 - 1 / k),
            departs_at="expected first loss",
        ),
    ),
    source="Karpathy, A recipe for training neural networks (2019)",
)
