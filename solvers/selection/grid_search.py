"""selection.grid_search: what a grid costs, and how little of each axis it sees.

    trials N = k₁·k₂·…·k_d

k_i values are tried of hyperparameter i. However many trials, a grid sees only k_i different
values of it; N random trials see up to N. Source: Bergstra and Bengio, Random search for
hyper-parameter optimization, JMLR 13 (2012).

>>> from solvers import find
>>> find("selection.grid_search").solve({"values": [3, 3, 3]}).quantities
{'trials': 27, 'grid_distinct': [3, 3, 3], 'random_distinct': 27}
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from solvers._written import product_of
from solvers.contract import BadInput, Inputs, Misconception, Quantity, Solver, Work, array
from solvers.device import Device

Array: TypeAlias = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Grid(Inputs):
    """How many values of each hyperparameter are tried."""

    values: Array = array("axes", 1, 100, "values k tried of each hyperparameter", max_side=8)

    def check(self) -> None:
        if (self.values % 1).any():
            raise BadInput("values", self.values.tolist(), "whole numbers")

    @property
    def counts(self) -> list[int]:
        return [int(count) for count in self.values]

    @property
    def is_even(self) -> bool:
        """Whether every axis has as many values."""
        return len(set(self.counts)) == 1


def _reference(given: Grid, work: Work) -> None:
    formula = product_of(given.counts, most=8)
    trials = work.step("trials", "trials", formula, math.prod(given.counts))
    trials = work.give("trials", trials)
    formula = "the values of each axis, again and again"
    label = "different values of each axis, by grid"
    work.give("grid_distinct", work.step("grid_distinct", label, formula, given.counts))
    formula = f"up to one per trial, N = {trials}"
    label = "different values of each axis, at random"
    work.give("random_distinct", work.step("random_distinct", label, formula, trials))


def _kernel(given: Grid, _: Device) -> Mapping[str, Any]:
    """The table of all trials on the meta device, which stores none of them."""
    import torch

    axes = [torch.empty(count, device="meta") for count in given.counts]
    trials = torch.cartesian_prod(*axes).shape[0]
    return {
        "trials": trials,
        "grid_distinct": [axis.numel() for axis in axes],
        "random_distinct": torch.empty(trials, len(axes), device="meta")[:, 0].numel(),
    }


solver = Solver(
    id="selection.grid_search",
    concepts=("grid-search-cost",),
    inputs=Grid,
    quantities={
        "trials": Quantity("integer", "models that the grid trains"),
        "grid_distinct": Quantity(
            "shape", "different values of each hyperparameter in the grid", axes=()
        ),
        "random_distinct": Quantity(
            "integer",
            "most different values of one hyperparameter in as many random trials",
            uses=("trials",),
        ),
    },
    reference=_reference,
    kernel=_kernel,
    misconceptions=(
        Misconception(
            "grid-search-cost/additive",
            slip="when the numbers of values are added",
            correction="Every value of one axis meets every value of the others: multiply.",
            wrong=lambda g: {"trials": sum(g.counts)},
            departs_at="trials",
            applies=lambda g: len(g.counts) >= 2,
        ),
        Misconception(
            "grid-search-cost/base-exponent-swap",
            slip="when base and exponent are swapped",
            correction=lambda g: (
                f"Each of {len(g.counts)} axes multiplies by {g.counts[0]}:"
                f" {g.counts[0]} to the power {len(g.counts)}."
            ),
            wrong=lambda g: {"trials": len(g.counts) ** g.counts[0]},
            departs_at="trials",
            applies=lambda g: g.is_even and len(g.counts) != g.counts[0],
        ),
        Misconception(
            "grid-search-cost/axis-distinct",
            slip="when random trials are taken to share values as a grid does",
            correction=(
                "Each random trial draws a fresh value on every axis, so N trials see up to N."
            ),
            wrong=lambda g: {"random_distinct": g.counts[0]},
            departs_at="different values of each axis, at random",
            applies=lambda g: g.is_even,
        ),
    ),
    source="Bergstra and Bengio, Random search for hyper-parameter optimization, JMLR 13 (2012)",
)
