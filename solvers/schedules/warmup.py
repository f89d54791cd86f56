"""schedules.warmup: small steps at first, while the gradients are still wild.

    η_t = η_max·min(1, t/W)

η_max is the rate after the warm-up, W its length in steps, t the step. Convention: t counts from
1, so that the first step has rate η_max/W, not 0, and step W the whole rate; after it another
schedule may take over. Source: Goyal et al., Accurate, large minibatch SGD, arXiv:1706.02677.

>>> from solvers import find
>>> find("schedules.warmup").solve({"peak": 0.5, "warmup": 10, "step": 4}).quantities
{'rate': 0.2}
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from solvers._written import number
from solvers.contract import Inputs, Misconception, Quantity, Solver, Work, real, whole
from solvers.device import Device
from solvers.schedules._torch import MOST_EPOCHS, scheduled


@dataclass(frozen=True, kw_only=True)
class Warmup(Inputs):
    """A rate that rises in a straight line, then stays."""

    peak: float = real(1e-6, 10, "learning rate η_max after the warm-up")
    warmup: int = whole(1, MOST_EPOCHS, "steps W of the warm-up")
    step: int = whole(1, MOST_EPOCHS, "step t, counted from 1")

    @property
    def progress(self) -> float:
        return self.step / self.warmup


def _reference(given: Warmup, work: Work) -> None:
    if given.step < given.warmup:
        formula = f"t/W = {given.step}/{given.warmup}"
    else:
        formula = f"1, because t = {given.step} is not below W = {given.warmup}"
    share = work.step("rate", "share of the full rate", formula, min(1.0, given.progress))
    formula = f"η_max·share = {number(given.peak)}·{number(share)}"
    work.give("rate", work.step("rate", "learning rate", formula, given.peak * share))


def _kernel(given: Warmup, _: Device) -> Mapping[str, Any]:
    """torch's LinearLR can't start from 0; it starts at step 1, with the factor 1/W."""
    import torch

    rate = scheduled(
        given.peak,
        given.step - 1,
        lambda moves: torch.optim.lr_scheduler.LinearLR(
            moves, start_factor=1 / given.warmup, total_iters=given.warmup - 1
        ),
    )
    return {"rate": rate}


solver = Solver(
    id="schedules.warmup",
    concepts=("lr-warmup",),
    inputs=Warmup,
    quantities={"rate": Quantity("real", "learning rate at step t")},
    reference=_reference,
    kernel=_kernel,
    misconceptions=(
        Misconception(
            "lr-warmup/no-cap",
            slip="when the rate goes on rising after the warm-up",
            correction=lambda g: (
                f"The warm-up ends at step {g.warmup} with the full rate {number(g.peak)}."
            ),
            wrong=lambda g: {"rate": g.peak * g.progress},
            departs_at="share of the full rate",
            applies=lambda g: g.step > g.warmup,
        ),
        Misconception(
            "lr-warmup/reversed",
            slip="when the rate falls during the warm-up",
            correction="A warm-up rises, from a small rate to the full one: the share is t/W.",
            wrong=lambda g: {"rate": g.peak * (1 - g.progress)},
            departs_at="share of the full rate",
        ),
        Misconception(
            "lr-warmup/off-by-one",
            slip="when the step is counted one too far",
            correction=lambda g: (
                f"Steps count from 1 here: step {g.step} has {g.step}/{g.warmup} of the rate."
            ),
            wrong=lambda g: {"rate": g.peak * min(1, (g.step + 1) / g.warmup)},
            departs_at="share of the full rate",
            applies=lambda g: g.step < g.warmup,
        ),
        Misconception(
            "lr-warmup/inverse",
            slip="when the fraction is turned over, W/t",
            correction="The share of the warm-up that is done is t/W; it can't exceed 1.",
            wrong=lambda g: {"rate": g.peak / g.progress},
            departs_at="share of the full rate",
        ),
    ),
    source="Goyal et al., arXiv:1706.02677, section 2.2",
)
