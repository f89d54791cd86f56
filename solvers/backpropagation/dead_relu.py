"""backpropagation.dead_relu: units that no example of a data set can teach.

    unit j is dead  ⇔  z_j(x) ≤ 0 for every example x

Z (B, H) holds z before the ReLU, a row for each example, a column for each unit. Where z ≤ 0 the
slope is 0 (at 0 by convention), so a dead unit gets no gradient at all. Source: Maas, Hannun and
Ng, Rectifier nonlinearities improve neural network acoustic models (2013).

>>> from solvers import find
>>> find("backpropagation.dead_relu").solve({"z": [[-1, 2, 0], [-3, -1, -2]]}).quantities
{'largest': [-1.0, 2.0, 0.0], 'dead': 2}
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from solvers.backpropagation.arrays import Array
from solvers.contract import Inputs, Misconception, Quantity, Solver, Work, array
from solvers.device import Device


@dataclass(frozen=True, kw_only=True)
class Layer(Inputs):
    """What a layer of ReLU units sees on a data set."""

    z: Array = array("examples units", -1000, 1000, "z before the ReLU, a row for each example")


def _reference(given: Layer, work: Work) -> None:
    formula = "maximum of each column of Z"
    largest = work.step("largest", "largest z of each unit", formula, given.z.max(axis=0))
    largest = work.give("largest", largest)
    dead = int(np.count_nonzero(largest <= 0))
    work.give("dead", work.step("dead", "dead units", "how many of them are ≤ 0", dead))


def _kernel(given: Layer, device: Device) -> Mapping[str, Any]:
    """Autograd: a unit is dead when its row of the weight gradient is all 0.

    Examples that are the rows of an identity let the weights be Zᵀ itself.
    """
    import torch

    z = device.tensor(given.z)
    weight = z.T.clone().requires_grad_()
    examples = torch.eye(len(z), dtype=z.dtype, device=z.device)
    out = torch.relu(torch.nn.functional.linear(examples, weight))
    gradient = torch.autograd.grad(out.sum(), weight)[0]
    dead = int((gradient == 0).all(dim=1).sum())
    return {"largest": torch.amax(z, dim=0), "dead": dead}


solver = Solver(
    id="backpropagation.dead_relu",
    concepts=("dead-relu",),
    inputs=Layer,
    quantities={
        "largest": Quantity("vector", "largest z of each unit over the examples"),
        "dead": Quantity("integer", "units that are dead on this data", uses=("largest",)),
    },
    reference=_reference,
    kernel=_kernel,
    misconceptions=(
        Misconception(
            "dead-relu/any-sample",
            slip="when one example with z ≤ 0 is enough to call a unit dead",
            correction="A unit is dead only if z ≤ 0 on every example; one above 0 teaches it.",
            wrong=lambda g: {"dead": int((g.z <= 0).any(axis=0).sum())},
            departs_at="largest z of each unit",
        ),
        Misconception(
            "dead-relu/count-entries",
            slip="when entries with z ≤ 0 are counted in place of units",
            correction="Count columns, not entries: a unit is dead when its whole column is ≤ 0.",
            wrong=lambda g: {"dead": int((g.z <= 0).sum())},
            departs_at="largest z of each unit",
        ),
        Misconception(
            "dead-relu/mean-negative",
            slip="when the mean of z decides",
            correction="The mean says nothing here: a single z above 0 keeps the unit learning.",
            wrong=lambda g: {"dead": int((g.z.mean(axis=0) <= 0).sum())},
            departs_at="largest z of each unit",
        ),
    ),
    source="Maas, Hannun and Ng, Rectifier nonlinearities (2013), section 2",
)
