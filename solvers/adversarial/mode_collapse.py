"""adversarial.mode_collapse: how many of the kinds of data a generator makes.

    covered = kinds with at least one sample,  H = −Σ p_k ln p_k,  from 0 to ln K

counts (K) is how many samples fell on each of K modes, p_k their shares; 0 ln 0 = 0 and ln is the
natural logarithm, so H is in nats. Collapse shows as few modes covered or H far below ln K.
Source: Metz et al., Unrolled generative adversarial networks, arXiv:1611.02163.

>>> from solvers import find
>>> find("adversarial.mode_collapse").solve({"counts": [10, 0, 0, 0]}).quantities
{'covered': 1, 'entropy': 0.0}
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from solvers._written import number, sum_of
from solvers.adversarial.arrays import Array
from solvers.contract import BadInput, Inputs, Misconception, Quantity, Solver, Work, array
from solvers.device import Device


@dataclass(frozen=True, kw_only=True)
class Histogram(Inputs):
    """Samples of a generator, counted by mode."""

    counts: Array = array("K", 0, 1_000_000, "samples on each mode", whole_numbers=True)

    def check(self) -> None:
        if not self.counts.any():
            raise BadInput("counts", self.counts.tolist(), "at least one sample")

    @property
    def covered(self) -> int:
        return int((self.counts > 0).sum())

    @property
    def entropy(self) -> float:
        shares = self.counts[self.counts > 0] / self.counts.sum()
        return abs(float(shares @ np.log(shares)))  # never −0


def _reference(given: Histogram, work: Work) -> None:
    formula = "how many counts are not 0"
    work.give("covered", work.step("covered", "modes covered", formula, given.covered))
    total = work.step("entropy", "samples", sum_of(given.counts), int(given.counts.sum()))
    formula = f"counts/{total}"
    shares = work.step("entropy", "shares", formula, given.counts / total)
    terms = -shares * np.log(np.where(shares == 0, 1.0, shares))
    work.step("entropy", "terms", "−p ln p, 0 where p = 0", np.abs(terms))
    formula = f"their sum; at most ln {len(shares)} = {number(math.log(len(shares)))}"
    work.give("entropy", work.step("entropy", "entropy", formula, given.entropy))


def _kernel(given: Histogram, device: Device) -> Mapping[str, Any]:
    import torch

    counts = device.tensor(given.counts)
    modes = torch.distributions.Categorical(probs=counts)
    entropy = modes.entropy()  # type: ignore[no-untyped-call]
    return {"covered": int(counts.count_nonzero()), "entropy": entropy}


solver = Solver(
    id="adversarial.mode_collapse",
    concepts=("mode-collapse",),
    inputs=Histogram,
    quantities={
        "covered": Quantity("integer", "modes with at least one sample"),
        "entropy": Quantity("real", "entropy H of the shares, in nats"),
    },
    reference=_reference,
    kernel=_kernel,
    misconceptions=(
        Misconception(
            "mode-collapse/counts-samples",
            slip="when the samples are counted",
            correction="What counts is how many different modes were hit, not how often.",
            wrong=lambda g: {"covered": int(g.counts.sum())},
            departs_at="modes covered",
        ),
        Misconception(
            "mode-collapse/max-entropy",
            slip="when the largest possible entropy, ln K, is given",
            correction="ln K is reached only when all modes are equally frequent.",
            wrong=lambda g: {"entropy": math.log(len(g.counts))},
            departs_at="entropy",
        ),
        Misconception(
            "mode-collapse/log2",
            slip="when the entropy is measured in bits",
            correction="With the natural logarithm the entropy is in nats.",
            wrong=lambda g: {"entropy": g.entropy / math.log(2)},
            departs_at="terms",
        ),
        Misconception(
            "mode-collapse/missing-modes",
            slip="when the modes that are missing are counted",
            correction="Asked are the modes that were hit.",
            wrong=lambda g: {"covered": len(g.counts) - g.covered},
            departs_at="modes covered",
        ),
    ),
    source="Metz et al., Unrolled generative adversarial networks, arXiv:1611.02163",
)
