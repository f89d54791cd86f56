"""selection.updates, .gradient_noise and .scaled_rate: what the batch size decides.

    updates = E·⌈N/B⌉            (the last, smaller batch is kept)
    standard error = σ/√B        (of the mean gradient over B examples)
    η′ = η·B′/B                  (linear scaling of the learning rate)

N examples, B in a batch, E epochs; σ is the standard deviation of the gradient of one example.
B = 1 is stochastic, 1 < B < N mini-batch, B = N batch gradient descent. The scaling rule is a
heuristic for SGD with warm-up and breaks for very large batches. Sources: Bottou, Curtis and
Nocedal, arXiv:1606.04838, section 3; Goyal et al., arXiv:1706.02677.

>>> from solvers import find
>>> find("selection.updates").solve({"examples": 1000, "batch": 64, "epochs": 5}).quantities
{'per_epoch': 16, 'updates': 80}
>>> find("selection.gradient_noise").solve({"deviation": 3, "batch": 36}).quantities
{'standard_error': 0.5}
>>> find("selection.scaled_rate").solve({"rate": 0.1, "batch": 256, "new_batch": 1024}).quantities
{'factor': 4.0, 'new_rate': 0.4}
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from solvers._written import number
from solvers.contract import Inputs, Misconception, Quantity, Solver, Work, real, whole
from solvers.device import Device

# ---------------------------------------------------------------------- selection.updates


@dataclass(frozen=True, kw_only=True)
class Epochs(Inputs):
    """A data set, gone through in batches several times."""

    examples: int = whole(1, 100_000_000, "examples N")
    batch: int = whole(1, 1_000_000, "examples B in a batch")
    epochs: int = whole(1, 10_000, "epochs E", default=1)

    @property
    def per_epoch(self) -> int:
        return -(-self.examples // self.batch)

    @property
    def is_uneven(self) -> bool:
        """Whether the last batch is smaller."""
        return self.examples % self.batch != 0


def _updates(given: Epochs, work: Work) -> None:
    n, b, e = given.examples, given.batch, given.epochs
    batches = f"{n}/{b} = {number(n / b)}"
    work.step("per_epoch", "batches before rounding", batches, n / b)
    formula = f"⌈N/B⌉ = ⌈{number(n / b)}⌉, the last batch included"
    per_epoch = work.step("per_epoch", "updates per epoch", formula, given.per_epoch)
    per_epoch = work.give("per_epoch", per_epoch)
    formula = f"E·{per_epoch} = {e}·{per_epoch}"
    work.give("updates", work.step("updates", "updates", formula, e * per_epoch))


def _updates_kernel(given: Epochs, _: Device) -> Mapping[str, Any]:
    """The loader that deals out the batches; it counts them without dealing any."""
    from torch.utils.data import DataLoader

    loader: DataLoader[int] = DataLoader(range(given.examples), batch_size=given.batch)  # type: ignore[arg-type]
    return {"per_epoch": len(loader), "updates": len(loader) * given.epochs}


updates = Solver(
    id="selection.updates",
    concepts=("minibatch-updates",),
    inputs=Epochs,
    quantities={
        "per_epoch": Quantity("integer", "updates in one epoch"),
        "updates": Quantity("integer", "updates in all epochs", uses=("per_epoch",)),
    },
    reference=_updates,
    kernel=_updates_kernel,
    misconceptions=(
        Misconception(
            "minibatch-updates/floor",
            slip="when the last, smaller batch is thrown away",
            correction=lambda g: (
                f"The last {g.examples % g.batch} examples of an epoch make a batch as well:"
                " round up."
            ),
            wrong=lambda g: {
                "per_epoch": g.examples // g.batch,
                "updates": g.epochs * (g.examples // g.batch),
            },
            departs_at="updates per epoch",
            applies=lambda g: g.is_uneven,
        ),
        Misconception(
            "minibatch-updates/exact-division",
            slip="without rounding",
            correction="A part of a batch still makes a whole update: round up in each epoch.",
            wrong=lambda g: {
                "per_epoch": g.examples / g.batch,
                "updates": g.epochs * g.examples / g.batch,
            },
            departs_at="updates per epoch",
            applies=lambda g: g.is_uneven,
        ),
        Misconception(
            "minibatch-updates/forgot-epochs",
            slip="when only one epoch is counted",
            correction=lambda g: f"The data is gone through {g.epochs} times: multiply by E.",
            wrong=lambda g: {"updates": g.per_epoch},
            departs_at="updates",
            applies=lambda g: g.epochs >= 2,
        ),
        Misconception(
            "minibatch-updates/ceil-at-end",
            slip="when the result is rounded only after the epochs are multiplied in",
            correction="Every epoch ends with a smaller batch of its own: round up, then multiply.",
            wrong=lambda g: {"updates": -(-g.epochs * g.examples // g.batch)},
            departs_at="updates per epoch",
            applies=lambda g: g.epochs >= 2 and g.is_uneven,
        ),
        Misconception(
            "minibatch-updates/samples",
            slip="when an update is counted for every example",
            correction=lambda g: f"One update is made per batch of {g.batch}, not per example.",
            wrong=lambda g: {"per_epoch": g.examples, "updates": g.epochs * g.examples},
            departs_at="batches before rounding",
            applies=lambda g: g.batch >= 2,
        ),
    ),
    source="Bottou, Curtis and Nocedal, arXiv:1606.04838, section 3",
)

# --------------------------------------------------------------- selection.gradient_noise


@dataclass(frozen=True, kw_only=True)
class Noise(Inputs):
    """How much the gradients of single examples differ, and how many are averaged."""

    deviation: float = real(1e-6, 1e6, "standard deviation σ of one example's gradient")
    batch: int = whole(1, 1_000_000, "examples B in a batch")


def _noise(given: Noise, work: Work) -> None:
    root = math.sqrt(given.batch)
    root = work.step("standard_error", "root of the batch size", f"√B = √{given.batch}", root)
    formula = f"σ/√B = {number(given.deviation)}/{number(root)}"
    error = given.deviation / root
    work.give("standard_error", work.step("standard_error", "standard error", formula, error))


def _noise_kernel(given: Noise, device: Device) -> Mapping[str, Any]:
    """Each example adds σ/B of independent noise: the length of B such parts."""
    import torch

    part = given.deviation / given.batch
    parts = torch.full((given.batch,), part, dtype=device.dtype, device=device.name)
    return {"standard_error": torch.linalg.vector_norm(parts)}


gradient_noise = Solver(
    id="selection.gradient_noise",
    concepts=("sgd-variants",),
    inputs=Noise,
    quantities={"standard_error": Quantity("real", "standard error of the batch gradient")},
    reference=_noise,
    kernel=_noise_kernel,
    misconceptions=(
        Misconception(
            "sgd-variants/variance-not-sd",
            slip="when the variance is given in its place",
            correction="σ²/B is the variance of the mean; its root σ/√B is the standard error.",
            wrong=lambda g: {"standard_error": g.deviation**2 / g.batch},
            departs_at="standard error",
            applies=lambda g: g.deviation != 1,
        ),
        Misconception(
            "sgd-variants/linear",
            slip="when σ is divided by B itself",
            correction="Variances shrink with B, so deviations shrink with its root, √B.",
            wrong=lambda g: {"standard_error": g.deviation / g.batch},
            departs_at="root of the batch size",
            applies=lambda g: g.batch >= 2,
        ),
        Misconception(
            "sgd-variants/unchanged",
            slip="when averaging is taken to change nothing",
            correction=lambda g: (
                f"The noise of {g.batch} examples partly cancels in their mean: divide by √B."
            ),
            wrong=lambda g: {"standard_error": g.deviation},
            departs_at="root of the batch size",
            applies=lambda g: g.batch >= 2,
        ),
    ),
    source="Bottou, Curtis and Nocedal, arXiv:1606.04838, section 3",
)

# ------------------------------------------------------------------ selection.scaled_rate


@dataclass(frozen=True, kw_only=True)
class Scaling(Inputs):
    """A learning rate that works, and the change of the batch size."""

    rate: float = real(1e-9, 1000, "learning rate η")
    batch: int = whole(1, 1_000_000, "batch size B that it was tuned for")
    new_batch: int = whole(1, 1_000_000, "new batch size B′")

    @property
    def factor(self) -> float:
        return self.new_batch / self.batch


def _scaled(given: Scaling, work: Work) -> None:
    formula = f"k = B′/B = {given.new_batch}/{given.batch}"
    k = work.give("factor", work.step("factor", "growth of the batch", formula, given.factor))
    formula = f"k·η = {number(k)}·{number(given.rate)}"
    rate = k * given.rate
    work.give("new_rate", work.step("new_rate", "new learning rate", formula, rate))


def _scaled_kernel(given: Scaling, device: Device) -> Mapping[str, Any]:
    """What the rule keeps is the rate per example, η/B: solve for the rate that keeps it."""
    import torch

    batches = device.tensor([[given.batch]])
    solved = torch.linalg.solve(batches, device.tensor([[given.rate * given.new_batch]]))
    factor = torch.linalg.solve(batches, device.tensor([[given.new_batch]]))
    return {"factor": factor[0, 0], "new_rate": solved[0, 0]}


scaled_rate = Solver(
    id="selection.scaled_rate",
    concepts=("linear-scaling-rule",),
    inputs=Scaling,
    quantities={
        "factor": Quantity("real", "factor k by which the batch grows"),
        "new_rate": Quantity("real", "learning rate for the new batch size", uses=("factor",)),
    },
    reference=_scaled,
    kernel=_scaled_kernel,
    misconceptions=(
        Misconception(
            "linear-scaling-rule/sqrt",
            slip="when the rate grows with the root of k, as is common for Adam",
            correction="The linear rule for SGD multiplies the rate by k itself.",
            wrong=lambda g: {"new_rate": g.rate * math.sqrt(g.factor)},
            departs_at="new learning rate",
            applies=lambda g: g.factor != 1,
        ),
        Misconception(
            "linear-scaling-rule/inverse",
            slip="when the rate is divided by k",
            correction=(
                "A larger batch makes fewer and steadier steps, so each may be k times as long."
            ),
            wrong=lambda g: {"new_rate": g.rate / g.factor},
            departs_at="new learning rate",
            applies=lambda g: g.factor != 1,
        ),
        Misconception(
            "linear-scaling-rule/unchanged",
            slip="when the rate stays as it is",
            correction=lambda g: (
                f"The rate follows the batch size: multiply by {number(g.factor)}."
            ),
            wrong=lambda g: {"new_rate": g.rate},
            departs_at="new learning rate",
            applies=lambda g: g.factor != 1,
        ),
        Misconception(
            "linear-scaling-rule/additive",
            slip="when k times the rate is added to the rate",
            correction="The new rate is k times the old one, with nothing added.",
            wrong=lambda g: {"new_rate": g.rate + g.factor * g.rate},
            departs_at="new learning rate",
        ),
    ),
    source="Goyal et al., Accurate, large minibatch SGD, arXiv:1706.02677, section 2.1",
)
