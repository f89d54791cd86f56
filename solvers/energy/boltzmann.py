"""energy.boltzmann: low energy means likely.

    p(x) = e^(−E(x)/T)/Z,  Z = Σ e^(−E(x)/T) over all states

E holds one energy for each of a few states, T is the temperature: a high one makes all states
alike. Only differences of energies count. With many states Z can't be summed, which is why
training draws samples. Source: LeCun et al., A tutorial on energy-based learning (2006), section
1.3.

>>> from solvers import find
>>> find("energy.boltzmann").solve({"energies": [2, 2, 2, 2]}).quantities["probabilities"]
[0.25, 0.25, 0.25, 0.25]
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from solvers._written import number
from solvers.contract import (
    BadInput,
    Inputs,
    Misconception,
    Quantity,
    Solver,
    Unsuitable,
    Work,
    array,
    real,
)
from solvers.device import Device

Array: TypeAlias = npt.NDArray[np.float64]

SATURATED = 0.99995  # from here on four decimals read 1.0000
_COMFORTABLE = 50.0  # exponents up to here are written as they are


@dataclass(frozen=True, kw_only=True)
class Energies(Inputs):
    """The energies of all states, and a temperature."""

    energies: Array = array("states", -1000, 1000, "energy E of each state")
    temperature: float = real(0.01, 1000, "temperature T", default=1)

    def check(self) -> None:
        if len(self.energies) < 2:
            raise BadInput("energies", self.energies.tolist(), "at least two states")

    @property
    def exponents(self) -> Array:
        """−E/T"""
        return -self.energies / self.temperature


def softmax(exponents: Array) -> Array:
    """e^z / Σ e^z; the largest is taken off first, which changes nothing."""
    grown = np.exp(exponents - exponents.max())
    return np.asarray(grown / grown.sum())


def _reference(given: Energies, work: Work) -> None:
    """Raises Unsuitable where one state has everything, and any rounding gives that away."""
    name, formula = "probabilities", f"−E/T, T = {number(given.temperature)}"
    exponents = work.step(name, "exponents", formula, given.exponents)
    if np.abs(exponents).max() <= _COMFORTABLE:
        formula, off = "e^(−E/T)", 0.0
    else:
        off = exponents.max()
        formula = f"e^(−E/T − ({number(off)})): the largest is taken off everywhere"
    factors = work.step(name, "Boltzmann factors", formula, np.exp(exponents - off))
    total = work.step(name, "sum of the factors", "over all states", factors.sum())
    formula = f"each factor divided by {number(total)}"
    probabilities = work.step(name, "probabilities", formula, factors / total)
    if probabilities.max() >= SATURATED:
        raise Unsuitable("the energies are too far apart: to four decimals one state has it all")
    work.give(name, probabilities)


def _kernel(given: Energies, device: Device) -> Mapping[str, Any]:
    """A categorical distribution whose logits are −E/T."""
    import torch

    logits = -device.tensor(given.energies) / given.temperature
    return {"probabilities": torch.softmax(logits, dim=0)}


def _instead(rule: Callable[[Energies], Array]) -> Callable[[Energies], dict[str, Array]]:
    return lambda given: {"probabilities": rule(given)}


solver = Solver(
    id="energy.boltzmann",
    concepts=("ebm-boltzmann",),
    inputs=Energies,
    quantities={"probabilities": Quantity("vector", "probability p of each state")},
    reference=_reference,
    kernel=_kernel,
    misconceptions=(
        Misconception(
            "ebm-boltzmann/positive-sign",
            slip="when the minus sign is left out",
            correction="Low energy means likely: the exponent is −E/T.",
            wrong=_instead(lambda g: softmax(-g.exponents)),
            departs_at="exponents",
        ),
        Misconception(
            "ebm-boltzmann/no-z",
            slip="when nothing is divided by Z",
            correction="The factors are divided by their sum, so that they add up to 1.",
            wrong=_instead(lambda g: np.exp(g.exponents)),
            departs_at="sum of the factors",
        ),
        Misconception(
            "ebm-boltzmann/inverse-energy",
            slip="when 1/E takes the place of e^(−E/T)",
            correction="The factor is exponential; 1/E would have no meaning for E ≤ 0.",
            wrong=_instead(lambda g: (1 / g.energies) / (1 / g.energies).sum()),
            departs_at="Boltzmann factors",
            applies=lambda g: bool((g.energies != 0).all()),
        ),
        Misconception(
            "ebm-boltzmann/temperature-multiplies",
            slip="when the energies are multiplied by T",
            correction="T divides: at a high temperature differences of energy matter less.",
            wrong=_instead(lambda g: softmax(-g.energies * g.temperature)),
            departs_at="exponents",
            applies=lambda g: g.temperature != 1,
        ),
    ),
    source="LeCun et al., A tutorial on energy-based learning (2006), section 1.3",
)
