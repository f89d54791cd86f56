"""autoencoders.pca: the best that a linear autoencoder can do.

    error(k) = Σ_{i>k} σ_i²,   σ the singular values of the centred data, largest first

A linear autoencoder with mean squared error and a code of k numbers finds the space of the first
k principal components (not their axes), and no other rank-k reconstruction is closer. The error
is the total over rows and columns: n times the discarded eigenvalues of the covariance (divided
by n). Shapes: data (rows, columns), 1 ≤ k < columns. Sources: Eckart and Young, Psychometrika 1
(1936); Baldi and Hornik, Neural Networks 2 (1989).

>>> from solvers import find
>>> best = find("autoencoders.pca").solve({"data": [[3, 0], [-3, 0], [0, 1], [0, -1]]})
>>> round(best.quantities["error"], 9)
2.0
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from solvers._written import number, sum_of
from solvers.activations.arrays import Array
from solvers.contract import BadInput, Inputs, Misconception, Quantity, Solver, Work, array, whole
from solvers.device import Device


@dataclass(frozen=True, kw_only=True)
class Data(Inputs):
    """Examples in rows, and the width of the code."""

    data: Array = array("rows columns", -1000, 1000, "examples, one a row", max_side=32)
    kept: int = whole(1, 31, "numbers k in the code", default=1)

    def check(self) -> None:
        rows, columns = self.data.shape
        if rows < 2:
            raise BadInput("data", self.data.tolist(), "at least two rows")
        if self.kept >= columns:
            allowed = f"less than {columns}, the columns of the data"
            raise BadInput("kept", self.kept, allowed)

    @property
    def centred(self) -> Array:
        moved: Array = self.data - self.data.mean(axis=0)
        return moved

    def singular_values(self) -> Array:
        return np.asarray(np.linalg.svd(self.centred, compute_uv=False), dtype=np.float64)


def _reference(given: Data, work: Work) -> None:
    mean = work.step("total", "mean of each column", "over the rows", given.data.mean(axis=0))
    centred = work.step("total", "centred data", "x − mean", given.data - mean)
    formula = "sum of the squares of all entries, Σσ²"
    total = work.give("total", work.step("total", "total", formula, float((centred**2).sum())))

    values = np.linalg.svd(centred, compute_uv=False)
    values = work.step("error", "singular values", "σ of the centred data", values)
    squares = work.step("error", "squared", "σ², which add up to the total", values**2)
    left = squares[given.kept :]
    formula = f"all but the first {given.kept}: {sum_of(left) if len(left) else 'none'}"
    formula += f", out of {number(total)}"
    work.give("error", work.step("error", "discarded", formula, float(left.sum())))


def _kernel(given: Data, device: Device) -> Mapping[str, Any]:
    """torch's singular values of the centred data."""
    import torch

    data = device.tensor(given.data)
    squares = torch.linalg.svdvals(data - data.mean(dim=0)) ** 2
    return {"total": squares.sum(), "error": squares[given.kept :].sum()}


def _uncentred(given: Data) -> float:
    values = np.linalg.svd(given.data, compute_uv=False)
    return float((values[given.kept :] ** 2).sum())


solver = Solver(
    id="autoencoders.pca",
    concepts=("pca-vs-autoencoder",),
    inputs=Data,
    quantities={
        "total": Quantity("real", "squared distance of all examples from their mean"),
        "error": Quantity("real", "least total squared error of a code of k", uses=("total",)),
    },
    reference=_reference,
    kernel=_kernel,
    misconceptions=(
        Misconception(
            "pca-vs-autoencoder/kept-not-discarded",
            slip="when the squares that are kept are added",
            correction="What the code keeps is rebuilt; the error is what it discards.",
            wrong=lambda g: {"error": float((g.singular_values()[: g.kept] ** 2).sum())},
            departs_at="discarded",
        ),
        Misconception(
            "pca-vs-autoencoder/sqrt",
            slip="when the singular values are not squared",
            correction="σ is a length; the squared error adds up σ².",
            wrong=lambda g: {"error": float(g.singular_values()[g.kept :].sum())},
            departs_at="squared",
        ),
        Misconception(
            "pca-vs-autoencoder/no-centring",
            slip="when the mean is not removed",
            correction="Components are measured from the mean of the data, so it is removed first.",
            wrong=lambda g: {"error": _uncentred(g)},
            departs_at="centred data",
            applies=lambda g: bool((g.data.mean(axis=0) != 0).any()),
        ),
        Misconception(
            "pca-vs-autoencoder/mean-not-total",
            slip="when the total is divided by the number of rows",
            correction=lambda g: f"Asked is the total over all {len(g.data)} rows, not their mean.",
            wrong=lambda g: {
                "error": float((g.singular_values()[g.kept :] ** 2).sum() / len(g.data))
            },
            departs_at="discarded",
        ),
    ),
    source="Baldi and Hornik, Neural Networks 2 (1989)",
)
