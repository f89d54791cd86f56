"""normalization.inference: what batch norm remembers of its batches, and uses at test.

    in training:  running ← (1 − ρ)·running + ρ·batch
    at test:      y = γ(x − running mean)/√(running variance + ε) + β

One feature: a batch (m) is seen in training, then test values (n) are normalised. Convention:
torch's. ρ ("momentum", 0.1) weighs the new batch, not the past; the batch's variance enters with
m − 1, although normalising divides by m. Test values never change the statistics.
Source: Ioffe and Szegedy, arXiv:1502.03167, algorithm 2; torch.nn.BatchNorm1d.

>>> from solvers import find
>>> seen = {"batch": [2, 4], "test": [0.2], "rho": 0.5}
>>> statistics = find("normalization.inference").solve(seen).quantities
>>> statistics["running_mean"], statistics["running_variance"]
(1.5, 1.5)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from solvers._written import factor, number, sum_of
from solvers.contract import BadInput, Inputs, Misconception, Quantity, Solver, Work, array, real
from solvers.device import Device
from solvers.normalization.arrays import Array, batch_norm, centre


@dataclass(frozen=True, kw_only=True)
class Feature(Inputs):
    """One feature of a batch-norm layer: what it remembers, a batch, and values at test.

    The running variance stays well above 0, so that the division at test does not blow up rounding.
    """

    batch: Array = array("m", -100, 100, "values of the feature in a training batch")
    test: Array = array("n", -100, 100, "values x of the feature at test")
    running_mean: float = real(-100, 100, "running mean before the batch", default=0.0)
    running_variance: float = real(0.01, 1e4, "running variance before the batch", default=1.0)
    rho: float = real(0.001, 0.9, "weight ρ of the new batch", default=0.1)
    gamma: float = real(-10, 10, "gain γ", default=1.0)
    beta: float = real(-100, 100, "shift β", default=0.0)
    epsilon: float = real(1e-12, 1, "ε, added to the variance", default=1e-5)

    def check(self) -> None:
        if len(self.batch) < 2:
            raise BadInput("batch", self.batch.tolist(), "at least two values")


def _reference(given: Feature, work: Work) -> None:
    batch, m = given.batch, len(given.batch)
    mean, centred = centre(batch, 0)
    formula = f"({sum_of(batch)})/{m}"
    mean = work.step("running_mean", "mean of the batch", formula, float(mean[0]))
    new_mean = _updated(work, given, "running_mean", given.running_mean, mean)
    formula = f"Σ(x − μ)²/(m − 1) = ({sum_of(centred**2)})/{m - 1}"
    variance = float((centred**2).sum() / (m - 1))
    variance = work.step("running_variance", "variance of the batch", formula, variance)
    new_variance = _updated(work, given, "running_variance", given.running_variance, variance)
    root = float(np.sqrt(new_variance + given.epsilon))
    formula = f"√(variance + ε) = √({number(new_variance)} + {number(given.epsilon)})"
    root = work.step("output", "divisor at test", formula, root)
    formula = f"γ(x − mean)/divisor + β, first {number(given.gamma)}·({number(given.test[0])}"
    formula += f" − {factor(new_mean)})/{number(root)} + {factor(given.beta)}"
    output = given.gamma * (given.test - new_mean) / root + given.beta
    work.give("output", work.step("output", "output at test", formula, output))


def _updated(work: Work, given: Feature, quantity: str, before: float, batch: float) -> float:
    rho = given.rho
    formula = f"(1 − ρ)·running + ρ·batch = {number(1 - rho)}·{factor(before)}"
    formula += f" + {number(rho)}·{factor(batch)}"
    after = (1 - rho) * before + rho * batch
    after = work.step(quantity, quantity.replace("_", " "), formula, after)
    updated: float = work.give(quantity, after)
    return updated


def _kernel(given: Feature, device: Device) -> Mapping[str, Any]:
    """A real layer, trained on the batch and then switched to evaluation."""
    import torch

    layer = torch.nn.BatchNorm1d(
        1, eps=given.epsilon, momentum=given.rho, device=device.name, dtype=device.dtype
    )
    layer.load_state_dict(
        {
            "weight": device.tensor([given.gamma]),
            "bias": device.tensor([given.beta]),
            "running_mean": device.tensor([given.running_mean]),
            "running_var": device.tensor([given.running_variance]),
            "num_batches_tracked": torch.tensor(0),
        }
    )
    with torch.no_grad():
        layer.train()(device.tensor(given.batch)[:, None])
        output = layer.eval()(device.tensor(given.test)[:, None])
    state = layer.state_dict()
    return {
        "running_mean": state["running_mean"][0],
        "running_variance": state["running_var"][0],
        "output": output[:, 0],
    }


def _swapped(given: Feature) -> dict[str, float]:
    rho, batch = given.rho, given.batch
    return {
        "running_mean": rho * given.running_mean + (1 - rho) * batch.mean(),
        "running_variance": rho * given.running_variance + (1 - rho) * batch.var(ddof=1),
    }


def _biased(given: Feature) -> dict[str, float]:
    old = (1 - given.rho) * given.running_variance
    return {"running_variance": old + given.rho * given.batch.var()}


def _by_the_test_batch(given: Feature) -> dict[str, Any]:
    x = given.test[:, None]
    y, _, _ = batch_norm(
        x, weight=[given.gamma], bias=[given.beta], training=True, eps=given.epsilon
    )
    return {"output": y[:, 0]}


solver = Solver(
    id="normalization.inference",
    concepts=("batch-norm-inference",),
    inputs=Feature,
    quantities={
        "running_mean": Quantity("real", "running mean after the batch"),
        "running_variance": Quantity("real", "running variance after the batch"),
        "output": Quantity(
            "vector", "what the test values become", uses=("running_mean", "running_variance")
        ),
    },
    reference=_reference,
    kernel=_kernel,
    misconceptions=(
        Misconception(
            "batch-norm-inference/momentum-swap",
            slip="when ρ weighs the past in place of the new batch",
            correction=lambda g: (
                f"The batch enters with ρ = {number(g.rho)}, the past with 1 − ρ ="
                f" {number(1 - g.rho)}."
            ),
            wrong=_swapped,
            departs_at="running mean",
            applies=lambda g: g.rho != 0.5,
        ),
        Misconception(
            "batch-norm-inference/biased-running-var",
            slip="when the variance of the batch is divided by m",
            correction=lambda g: (
                f"What is remembered is the unbiased variance: m − 1 = {len(g.batch) - 1}."
            ),
            wrong=_biased,
            departs_at="variance of the batch",
        ),
        Misconception(
            "batch-norm-inference/batch-stats-at-eval",
            slip="when the test values are normalised by their own mean and variance",
            correction="At test the running statistics are used, whatever else is in the batch.",
            wrong=_by_the_test_batch,
            departs_at="divisor at test",
            applies=lambda g: len(g.test) >= 2,
        ),
        Misconception(
            "batch-norm-inference/replace",
            slip="when the batch replaces what was remembered",
            correction=lambda g: (
                f"A batch moves the running statistics only part of the way: ρ = {number(g.rho)}."
            ),
            wrong=lambda g: {
                "running_mean": np.mean(g.batch),
                "running_variance": np.var(g.batch, ddof=1),
            },
            departs_at="running mean",
        ),
    ),
    source="Ioffe and Szegedy, arXiv:1502.03167, algorithm 2; torch.nn.BatchNorm1d",
)
