"""schedules.cosine: from the largest rate to the smallest along half a wave.

    η_t = η_min + (η_max − η_min)·½(1 + cos(πt/T)),  0 ≤ t ≤ T, the angle in radians

t is the epoch, counted from 0, T the epoch at which η_min is reached. torch: CosineAnnealingLR.
Source: Loshchilov and Hutter, SGDR, arXiv:1608.03983, equation 5.

>>> from solvers import find
>>> find("schedules.cosine").solve({"peak": 0.5, "floor": 0.25, "epoch": 5, "period": 10}
... ).quantities
{'rate': 0.375}
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from solvers._written import number
from solvers.contract import BadInput, Inputs, Misconception, Quantity, Solver, Work, real, whole
from solvers.device import Device
from solvers.schedules._torch import MOST_EPOCHS, scheduled


@dataclass(frozen=True, kw_only=True)
class Cosine(Inputs):
    """Half a wave from η_max to η_min."""

    peak: float = real(1e-6, 10, "largest learning rate η_max")
    floor: float = real(0, 10, "smallest learning rate η_min", default=0.0)
    epoch: int = whole(0, MOST_EPOCHS, "epoch t, counted from 0")
    period: int = whole(1, MOST_EPOCHS, "epoch T at which η_min is reached")

    def check(self) -> None:
        if self.epoch > self.period:
            raise BadInput("epoch", self.epoch, f"at most {self.period}, the period")
        if self.floor > self.peak:
            raise BadInput("floor", self.floor, f"at most {number(self.peak)}, the peak")

    @property
    def progress(self) -> float:
        return self.epoch / self.period


def _reference(given: Cosine, work: Work) -> None:
    formula = f"πt/T = π·{given.epoch}/{given.period}"
    angle = work.step("rate", "angle in radians", formula, math.pi * given.progress)
    cosine = work.step("rate", "cosine", f"cos {number(angle)}", math.cos(angle))
    formula = f"½(1 + cos) = ½(1 + {number(cosine)})"
    share = work.step("rate", "share of the range", formula, (1 + cosine) / 2)
    low, high = number(given.floor), number(given.peak)
    formula = f"η_min + (η_max − η_min)·share = {low} + ({high} − {low})·{number(share)}"
    rate = given.floor + (given.peak - given.floor) * share
    work.give("rate", work.step("rate", "learning rate", formula, rate))


def _kernel(given: Cosine, _: Device) -> Mapping[str, Any]:
    import torch

    rate = scheduled(
        given.peak,
        given.epoch,
        lambda moves: torch.optim.lr_scheduler.CosineAnnealingLR(
            moves, T_max=given.period, eta_min=given.floor
        ),
    )
    return {"rate": rate}


def _share(rule: Callable[[float], float]) -> Callable[[Cosine], dict[str, float]]:
    """A wrong share of the range, from t/T."""
    return lambda g: {"rate": g.floor + (g.peak - g.floor) * rule(g.progress)}


def _wave(angle: float) -> float:
    return (1 + math.cos(angle)) / 2


solver = Solver(
    id="schedules.cosine",
    concepts=("lr-cosine",),
    inputs=Cosine,
    quantities={"rate": Quantity("real", "learning rate at epoch t")},
    reference=_reference,
    kernel=_kernel,
    misconceptions=(
        Misconception(
            "lr-cosine/no-half",
            slip="when the ½ is dropped",
            correction="1 + cos runs from 2 to 0; the ½ makes it a share from 1 to 0.",
            wrong=_share(lambda x: 2 * _wave(math.pi * x)),
            departs_at="share of the range",
        ),
        Misconception(
            "lr-cosine/two-pi",
            slip="when the angle runs through a whole turn, 2πt/T",
            correction="The angle runs from 0 to π: half a wave, from the top to the bottom.",
            wrong=_share(lambda x: _wave(2 * math.pi * x)),
            departs_at="angle in radians",
        ),
        Misconception(
            "lr-cosine/degrees",
            slip="when the angle is taken in degrees",
            correction=lambda g: (
                f"πt/T = {math.pi * g.progress:.4g} is in radians; in degrees it is"
                f" {180 * g.progress:.4g}."
            ),
            wrong=_share(lambda x: _wave(math.radians(math.pi * x))),
            departs_at="cosine",
        ),
        Misconception(
            "lr-cosine/no-min",
            slip="when η_min is left out",
            correction=lambda g: (
                f"The wave runs between η_max and η_min, so it ends at {number(g.floor)}, not at 0."
            ),
            wrong=lambda g: {"rate": g.peak * _wave(math.pi * g.progress)},
            departs_at="learning rate",
            applies=lambda g: g.floor > 0,
        ),
        Misconception(
            "lr-cosine/sine",
            slip="when the sine is taken in place of the cosine",
            correction="The rate starts at its largest, where the cosine is 1 and the sine 0.",
            wrong=_share(lambda x: (1 + math.sin(math.pi * x)) / 2),
            departs_at="cosine",
        ),
        Misconception(
            "lr-cosine/linear",
            slip="when the rate falls along a straight line",
            correction="The cosine is flat at both ends and steep in the middle; a line is not.",
            wrong=_share(lambda x: 1 - x),
            departs_at="share of the range",
        ),
    ),
    source="Loshchilov and Hutter, SGDR, arXiv:1608.03983, equation 5",
)
