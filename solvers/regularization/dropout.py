"""regularization.dropout: units switched off at random in training, none in testing.

    training: a′ = m ⊙ a/(1 − p),  m ~ Bernoulli(1 − p);  testing: a′ = a

a (n) are activations, m (n) the mask (1 keeps a unit), p the probability of *zeroing*, as in torch.
This is inverted dropout: dividing in training keeps the mean, so nothing is left to do at test.
The original form scales nothing in training and multiplies by 1 − p at test: one or the other,
never both. Source: Srivastava et al., Dropout, JMLR 15 (2014).

>>> from solvers import find
>>> layer = {"activations": [1, 2, 3, 4], "mask": [1, 0, 1, 1], "p": 0.5}
>>> find("regularization.dropout").solve(layer).quantities["train_output"]
[2.0, 0.0, 6.0, 8.0]
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from solvers._written import number
from solvers.contract import BadInput, Inputs, Misconception, Quantity, Solver, Work, binary, real
from solvers.contract import array as array_of
from solvers.device import Device

Array: TypeAlias = npt.NDArray[np.float64]


def dropout(
    a: npt.ArrayLike, mask: npt.ArrayLike, p: float = 0.5, *, training: bool = True
) -> Array:
    """m ⊙ a/(1 − p) in training, a itself otherwise; p = 1 leaves zeros, as in torch.

    The mask has the shape of a: 1 keeps, 0 drops. Raises BadInput where it does not fit or p is
    no probability.
    """
    activations, kept = np.asarray(a, dtype=np.float64), np.asarray(mask, dtype=np.float64)
    if not 0 <= p <= 1:
        raise BadInput("p", p, "a number from 0 to 1")
    if kept.shape != activations.shape:
        raise BadInput("mask", kept.shape, f"{activations.shape}, the shape of a")
    if not training:
        return activations.copy()
    return np.zeros_like(activations) if p == 1 else kept * activations / (1 - p)


@dataclass(frozen=True, kw_only=True)
class Layer(Inputs):
    """A layer's activations, the mask that was drawn for them, and how likely a zero was."""

    activations: Array = array_of("n", -1000, 1000, "activations a")
    mask: Array = binary("n", "mask m: 1 keeps a unit, 0 drops it")
    p: float = real(0, 0.95, "probability p of dropping a unit")

    @property
    def scale(self) -> float:
        return 1 - self.p

    @property
    def masked(self) -> Array:
        return self.mask * self.activations


def _reference(given: Layer, work: Work) -> None:
    a, keep = given.activations, given.scale
    chance = work.step("expected_kept", "chance of keeping", f"1 − p = 1 − {number(given.p)}", keep)
    formula = f"n(1 − p) = {len(a)}·{number(chance)}"
    work.give("expected_kept", work.step("expected_kept", "kept units", formula, len(a) * keep))
    masked = work.step("train_output", "masked activations", "m ⊙ a", given.masked)
    formula = f"m ⊙ a/(1 − p), divided by {number(keep)}"
    output = work.step("train_output", "output in training", formula, masked / keep)
    work.give("train_output", output)
    label, formula = "output at test", "a, unchanged"
    work.give("test_output", work.step("test_output", label, formula, a))
    label, formula = "mean of m ⊙ a over all masks", f"(1 − p)·a = {number(keep)}·a"
    mean = work.step("unscaled_mean", label, formula, keep * a)
    work.give("unscaled_mean", mean)


def _kernel(given: Layer, device: Device) -> Mapping[str, Any]:
    """torch's own masking, given the mask: `F.dropout` would draw another."""
    import torch

    a, mask = device.tensor(given.activations), device.tensor(given.mask) == 1
    scale = 1 / (1 - given.p)
    kept = torch.distributions.Bernoulli(probs=device.tensor([1 - given.p] * len(a)))
    return {
        "expected_kept": kept.mean.sum(),
        "train_output": torch.ops.aten.native_dropout_backward(a, mask, scale),
        "test_output": torch.nn.functional.dropout(a, given.p, training=False),
        "unscaled_mean": kept.mean * a,
    }


def _p_as_keep(given: Layer) -> dict[str, Any]:
    wrong: dict[str, Any] = {
        "expected_kept": len(given.activations) * given.p,
        "unscaled_mean": given.p * given.activations,
    }
    if given.p > 0:
        wrong["train_output"] = given.masked / given.p
    return wrong


def _sum_kept(given: Layer) -> dict[str, Any]:
    total = given.masked.sum()
    return {"train_output": given.masked * given.activations.sum() / total}


solver = Solver(
    id="regularization.dropout",
    concepts=("dropout",),
    inputs=Layer,
    quantities={
        "expected_kept": Quantity("real", "units kept on average, n(1 − p)"),
        "train_output": Quantity("vector", "what the layer passes on in training, with this mask"),
        "test_output": Quantity("vector", "what the layer passes on at test"),
        "unscaled_mean": Quantity(
            "vector", "mean of m ⊙ a over all masks; what the original form outputs at test"
        ),
    },
    reference=_reference,
    kernel=_kernel,
    misconceptions=(
        Misconception(
            "dropout/p-as-keep",
            slip="when p is taken for the probability of keeping a unit",
            correction=lambda g: (
                f"p = {number(g.p)} is the chance of being dropped; a unit is kept with 1 − p"
                f" = {number(g.scale)}."
            ),
            wrong=_p_as_keep,
            departs_at="chance of keeping",
            applies=lambda g: g.p != 0.5,
        ),
        Misconception(
            "dropout/no-scale",
            slip="when the units that are kept are not scaled up",
            correction=lambda g: (
                f"Inverted dropout divides what is kept by 1 − p = {number(g.scale)},"
                " so that the mean stays the same."
            ),
            wrong=lambda g: {"train_output": g.masked},
            departs_at="output in training",
            applies=lambda g: g.p > 0,
        ),
        Misconception(
            "dropout/scale-both",
            slip="when the output is scaled at test as well",
            correction="The division in training did that already: at test nothing changes.",
            wrong=lambda g: {"test_output": g.scale * g.activations},
            departs_at="output at test",
            applies=lambda g: g.p > 0,
        ),
        Misconception(
            "dropout/drop-at-test",
            slip="when units are dropped at test too",
            correction="At test every unit takes part: dropout is for training only.",
            wrong=lambda g: {"test_output": g.masked / g.scale},
            departs_at="output at test",
            applies=lambda g: not g.mask.all(),
        ),
        Misconception(
            "dropout/divide-before-mask-sum",
            slip="when the kept units are rescaled so that this very sum is preserved",
            correction=lambda g: (
                f"The factor is 1/(1 − p) = {number(1 / g.scale)} whatever the mask:"
                " the sum is preserved on average only."
            ),
            wrong=_sum_kept,
            departs_at="output in training",
            applies=lambda g: bool(abs(g.masked.sum()) > 1e-9 and not g.mask.all()),
        ),
    ),
    source="Srivastava et al., Dropout, JMLR 15 (2014)",
)
