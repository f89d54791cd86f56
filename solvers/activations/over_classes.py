"""activations.softmax: scores of classes become probabilities that add up to 1.

>>> from solvers import find
>>> find("activations.softmax").solve({"z": [1, 1, 1, 1]}).quantities["probability"]
0.25
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from solvers.activations import arrays
from solvers.activations.arrays import Array
from solvers.contract import (
    BadInput,
    Inputs,
    Misconception,
    Quantity,
    Solver,
    Unsuitable,
    Work,
    array,
    whole,
)
from solvers.device import Device

SATURATED = 0.99995  # from here on four decimals read 1.0000


@dataclass(frozen=True, kw_only=True)
class Logits(Inputs):
    """The scores of K classes, and one class that may be asked for alone."""

    z: Array = array("K", -1000, 1000, "the logits z")
    index: int = whole(0, 63, "the class asked for alone, counted from 0", default=0)

    def check(self) -> None:
        if self.index >= len(self.z):
            raise BadInput("index", self.index, f"at most {len(self.z) - 1}, the last class")


def _softmax(given: Logits, work: Work) -> None:
    """Raises Unsuitable where one class gets everything, and any rounding gives that away."""
    largest = work.step("probabilities", "largest logit", "m = max z", given.z.max())
    grown = arrays.exponentials(given.z)
    formula = f"exp(zᵢ − m) = exp(zᵢ − ({largest:g}))"
    grown = work.step("probabilities", "exponentials", formula, grown)
    total = work.step("probabilities", "sum", "Σⱼ exp(zⱼ − m)", grown.sum())
    formula = f"each exponential divided by {total:.6g}"
    probabilities = work.step("probabilities", "probabilities", formula, grown / total)
    if probabilities.max() >= SATURATED:
        raise Unsuitable("the softmax is saturated: to four decimals one class has it all")
    probabilities = work.give("probabilities", probabilities)

    formula = f"class {given.index}, counted from 0"
    one = work.step("probability", "its entry", formula, float(probabilities[given.index]))
    work.give("probability", one)


def _softmax_kernel(given: Logits, device: Device) -> Mapping[str, Any]:
    import torch

    probabilities = torch.softmax(device.tensor(given.z), dim=-1)
    return {"probabilities": probabilities, "probability": probabilities[given.index]}


def _instead(rule: Callable[[Array], Array]) -> Callable[[Logits], dict[str, Any]]:
    """Quantities that follow from a wrong rule; what overflows is no answer and is left out."""

    def wrong(given: Logits) -> dict[str, Any]:
        with np.errstate(all="ignore"):
            values = rule(given.z)
        return {"probabilities": values, "probability": float(values[given.index])}

    return wrong


def _hard_max(z: Array) -> Array:
    return np.asarray(np.arange(len(z)) == z.argmax(), dtype=np.float64)


_MISCONCEPTIONS: tuple[Misconception[Logits], ...] = (
    Misconception(
        "softmax/no-exp",
        slip="when the logits are divided by their sum without exp",
        correction="Each logit is exponentiated first, so that every probability is positive.",
        wrong=_instead(lambda z: z / z.sum()),
        departs_at="exponentials",
        applies=lambda g: bool(g.z.sum() != 0),
    ),
    Misconception(
        "softmax/sigmoid-each",
        slip="when every logit goes through its own sigmoid",
        correction="Softmax divides by one common sum, so that the probabilities add up to 1.",
        wrong=_instead(arrays.sigmoid),
        departs_at="exponentials",
    ),
    Misconception(
        "softmax/hard-max",
        slip="when the largest logit gets everything",
        correction="Softmax shares: every class keeps a positive probability.",
        wrong=_instead(_hard_max),
        departs_at="exponentials",
    ),
    Misconception(
        "softmax/exp-over-sum-z",
        slip="when the exponentials are divided by the sum of the logits",
        correction="The exponentials are divided by the sum of the exponentials.",
        wrong=_instead(lambda z: np.exp(z) / z.sum()),
        departs_at="sum",
        applies=lambda g: bool(g.z.sum() != 0),
    ),
    Misconception(
        "softmax/base-2",
        slip="when powers of 2 are taken in place of powers of e",
        correction="The base is e ≈ 2.718: a logit that is larger by 1 weighs e times as much.",
        wrong=_instead(lambda z: arrays.softmax(z * np.log(2))),
        departs_at="exponentials",
    ),
)

softmax = Solver(
    id="activations.softmax",
    concepts=("softmax",),
    inputs=Logits,
    quantities={
        "probabilities": Quantity("vector", "softmax(z)"),
        "probability": Quantity("real", "one entry of softmax(z)", uses=("probabilities",)),
    },
    reference=_softmax,
    kernel=_softmax_kernel,
    misconceptions=_MISCONCEPTIONS,
    source="Bridle, Probabilistic interpretation of feedforward classification network outputs"
    " (1990); stable form: Goodfellow, Bengio and Courville, Deep Learning, section 4.1",
)
