"""selection.random_search: the chance that a random trial lands among the best, and what it takes.

    P(at least one of N trials in the best fraction q) = 1 − (1 − q)^N
    N needed for a chance P = ⌈ln(1 − P)/ln(1 − q)⌉

q and P are shares from 0 to 1. 59 trials reach the best 5 % with a chance of 95 %, whatever the
number of hyperparameters. Source: Bergstra and Bengio, Random search for hyper-parameter
optimization, JMLR 13 (2012).

>>> from solvers import find
>>> search = {"fraction": 0.05, "trials": 10, "chance": 0.95}
>>> find("selection.random_search").solve(search).quantities["trials_needed"]
59
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from solvers._written import number
from solvers.contract import Inputs, Misconception, Quantity, Solver, Work, real, whole
from solvers.device import Device

# A count that is whole but for rounding (0.19 is reached by 2 trials of 0.1) is that count.
ROUNDING = 1e-9


@dataclass(frozen=True, kw_only=True)
class Search(Inputs):
    """A random search, and what is hoped of it."""

    fraction: float = real(0.001, 0.9, "fraction q of settings that count as good")
    trials: int = whole(1, 10_000, "random trials N", default=60)
    chance: float = real(0.01, 0.999, "wanted chance P of a good trial", default=0.95)


def _reference(given: Search, work: Work) -> None:
    q, n = given.fraction, given.trials
    miss = work.step("chance_hit", "chance of a miss", f"1 − q = 1 − {number(q)}", 1 - q)
    formula = f"{number(miss)}^{n}"
    all_miss = work.step("chance_hit", "chance that all miss", formula, miss**n)
    formula = f"1 − {number(all_miss)}"
    work.give("chance_hit", work.step("chance_hit", "chance of a hit", formula, 1 - all_miss))

    formula = f"ln(1 − P)/ln(1 − q) = ln {number(1 - given.chance)}/ln {number(1 - q)}"
    exact = math.log(1 - given.chance) / math.log(1 - q)
    exact = work.step("trials_needed", "trials before rounding", formula, exact)
    needed = math.ceil(exact - ROUNDING)
    formula = f"⌈{number(exact)}⌉"
    work.give("trials_needed", work.step("trials_needed", "trials needed", formula, needed))


def _kernel(given: Search, device: Device) -> Mapping[str, Any]:
    """The chance after every number of trials; what is needed is found by looking."""
    import torch

    rate = torch.log1p(-device.tensor(given.fraction))
    longest = math.ceil(math.log(1 - 0.999) / math.log(1 - 0.001)) + 1
    trials = torch.arange(1, longest + 1, device=device.name).to(device.dtype)
    hit = -torch.expm1(trials * rate)
    too_few = int((hit < given.chance - 1e-12).sum())
    return {"chance_hit": 1 - torch.exp(given.trials * rate), "trials_needed": too_few + 1}


solver = Solver(
    id="selection.random_search",
    concepts=("random-search-hit",),
    inputs=Search,
    quantities={
        "chance_hit": Quantity("real", "chance that one of N trials at least is good"),
        "trials_needed": Quantity("integer", "trials that reach the wanted chance"),
    },
    reference=_reference,
    kernel=_kernel,
    misconceptions=(
        Misconception(
            "random-search-hit/union-bound",
            slip="when the chances of the trials are added",
            correction="Trials can succeed together, so their chances do not add: 1 − (1 − q)^N.",
            wrong=lambda g: {
                "chance_hit": g.trials * g.fraction,
                "trials_needed": math.ceil(g.chance / g.fraction - ROUNDING),
            },
            departs_at="chance of a miss",
            applies=lambda g: g.trials >= 2,
        ),
        Misconception(
            "random-search-hit/complement-lost",
            slip="when the chance that all trials miss is given in its place",
            correction="(1 − q)^N is the chance of no hit at all; take it from 1.",
            wrong=lambda g: {"chance_hit": (1 - g.fraction) ** g.trials},
            departs_at="chance of a hit",
        ),
        Misconception(
            "random-search-hit/power-of-q",
            slip="when q itself is raised to the power N",
            correction="All trials miss with (1 − q)^N; q^N is the chance that all hit.",
            wrong=lambda g: {"chance_hit": 1 - g.fraction**g.trials},
            departs_at="chance of a miss",
            applies=lambda g: g.trials >= 2,
        ),
        Misconception(
            "random-search-hit/q-to-n",
            slip="when every trial has to be a hit",
            correction="One hit is enough: 1 less the chance that all miss.",
            wrong=lambda g: {"chance_hit": g.fraction**g.trials},
            departs_at="chance of a miss",
            applies=lambda g: g.trials >= 2,
        ),
    ),
    source="Bergstra and Bengio, Random search for hyper-parameter optimization, JMLR 13 (2012)",
)
