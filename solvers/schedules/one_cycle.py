"""schedules.one_cycle: a straight line up, half a cosine wave down.

    t < W:  η_t = η₀ + (η_max − η₀)·t/W
    t ≥ W:  η_t = η_min + (η_max − η_min)·½(1 + cos(π(t − W)/(T − W)))

t is the step, counted from 0, W the steps of the rise, T those of the whole cycle. Convention:
line and wave, as many course notes have it. Smith's policy also cycles the momentum, and torch's
OneCycleLR uses a cosine both ways unless told otherwise.
Source: Smith and Topin, Super-convergence, arXiv:1708.07120.

>>> from solvers import find
>>> cycle = {"start": 0.25, "peak": 1, "floor": 0, "warmup": 4, "total": 12, "step": 8}
>>> round(find("schedules.one_cycle").solve(cycle).quantities["rate"], 12)
0.5
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
class OneCycle(Inputs):
    """A rise to η_max and a longer fall to η_min."""

    start: float = real(1e-6, 10, "learning rate η₀ at the start")
    peak: float = real(1e-6, 10, "largest learning rate η_max")
    floor: float = real(0, 10, "learning rate η_min at the end", default=0.0)
    warmup: int = whole(1, MOST_EPOCHS - 1, "steps W of the rise")
    total: int = whole(2, MOST_EPOCHS, "steps T of the whole cycle")
    step: int = whole(0, MOST_EPOCHS, "step t, counted from 0")

    def check(self) -> None:
        for name, value in (("start", self.start), ("floor", self.floor)):
            if value > self.peak:
                raise BadInput(name, value, f"at most {number(self.peak)}, the peak")
        if self.warmup >= self.total:
            raise BadInput("warmup", self.warmup, f"below {self.total}, the whole cycle")
        if self.step > self.total:
            raise BadInput("step", self.step, f"at most {self.total}, the whole cycle")

    @property
    def falling(self) -> float:
        """The share of the fall that is done."""
        return (self.step - self.warmup) / (self.total - self.warmup)

    @property
    def falls(self) -> bool:
        return self.step > self.warmup


def _reference(given: OneCycle, work: Work) -> None:
    t, w = given.step, given.warmup
    if t < w:
        share = work.step("rate", "share of the rise", f"t/W = {t}/{w}", t / w)
        low, high = number(given.start), number(given.peak)
        formula = f"η₀ + (η_max − η₀)·t/W = {low} + ({high} − {low})·{number(share)}"
        rate = given.start + (given.peak - given.start) * share
    else:
        formula = f"(t − W)/(T − W) = ({t} − {w})/({given.total} − {w})"
        done = work.step("rate", "share of the fall", formula, given.falling)
        formula = f"½(1 + cos(π·{number(done)}))"
        left = work.step("rate", "share of the range left", formula, _wave(done))
        low, high = number(given.floor), number(given.peak)
        formula = (
            f"η_min + (η_max − η_min)·{number(left)} = {low} + ({high} − {low})·{number(left)}"
        )
        rate = given.floor + (given.peak - given.floor) * left
    work.give("rate", work.step("rate", "learning rate", formula, rate))


def _wave(share: float) -> float:
    return (1 + math.cos(math.pi * share)) / 2


def _kernel(given: OneCycle, _: Device) -> Mapping[str, Any]:
    """A line and a wave, one after the other."""
    import torch
    from torch.optim.lr_scheduler import CosineAnnealingLR, LinearLR, SequentialLR

    def cycle(moves: torch.optim.Optimizer) -> SequentialLR:
        line = LinearLR(moves, start_factor=given.start / given.peak, total_iters=given.warmup)
        wave = CosineAnnealingLR(moves, given.total - given.warmup, eta_min=given.floor)
        return SequentialLR(moves, [line, wave], milestones=[given.warmup])

    return {"rate": scheduled(given.peak, given.step, cycle)}


def _left(rule: Callable[[OneCycle], float]) -> Callable[[OneCycle], dict[str, float]]:
    """A wrong share of the range that is left during the fall."""
    return lambda g: {"rate": g.floor + (g.peak - g.floor) * rule(g)}


solver = Solver(
    id="schedules.one_cycle",
    concepts=("lr-one-cycle",),
    inputs=OneCycle,
    quantities={"rate": Quantity("real", "learning rate at step t")},
    reference=_reference,
    kernel=_kernel,
    misconceptions=(
        Misconception(
            "lr-one-cycle/phase-from-zero",
            slip="when the wave is counted from the start of the training, πt/T",
            correction=lambda g: (
                f"The fall starts at step {g.warmup}: {g.step - g.warmup} of its"
                f" {g.total - g.warmup} steps are done."
            ),
            wrong=_left(lambda g: _wave(g.step / g.total)),
            departs_at="share of the fall",
            applies=lambda g: g.falls and g.step < g.total,
        ),
        Misconception(
            "lr-one-cycle/linear-down",
            slip="when the rate falls along a straight line",
            correction="The fall is half a cosine wave: flat at both ends, steep in the middle.",
            wrong=_left(lambda g: 1 - g.falling),
            departs_at="share of the range left",
            applies=lambda g: g.falls,
        ),
        Misconception(
            "lr-one-cycle/phase-over-total",
            slip="when the steps of the fall are divided by those of the whole cycle",
            correction=lambda g: (
                f"The fall takes T − W = {g.total - g.warmup} steps, not {g.total}."
            ),
            wrong=_left(lambda g: _wave((g.step - g.warmup) / g.total)),
            departs_at="share of the fall",
            applies=lambda g: g.falls,
        ),
        Misconception(
            "lr-one-cycle/no-decay",
            slip="when the rate stays at its peak",
            correction=lambda g: f"After step {g.warmup} the rate falls again, to η_min at step T.",
            wrong=_left(lambda _: 1.0),
            departs_at="share of the range left",
            applies=lambda g: g.falls,
        ),
    ),
    source="Smith and Topin, Super-convergence, arXiv:1708.07120",
)
