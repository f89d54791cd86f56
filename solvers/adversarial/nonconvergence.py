"""adversarial.nonconvergence: a game in which both players walk in circles.

    min_x max_y xy:  x′ = x − ηy,  y′ = y + ηx  (both at once)
    ‖(x′, y′)‖² = (1 + η²) ‖(x, y)‖²,  so ‖(x_k, y_k)‖ = ‖(x_0, y_0)‖ (1 + η²)^(k/2)

The equilibrium is (0, 0), and every step leads further away from it, however small the rate η.
When the players take turns the path cycles in place of growing.
Source: Goodfellow, NIPS 2016 tutorial: Generative adversarial networks, arXiv:1701.00160, 7.1.

>>> from solvers import find
>>> game = {"x": 3, "y": 4, "rate": 1, "steps": 2}
>>> find("adversarial.nonconvergence").solve(game).quantities
{'point': [-8.0, 6.0], 'norm': 10.0}
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from solvers._written import factor, number
from solvers.contract import BadInput, Inputs, Misconception, Quantity, Solver, Work, real, whole
from solvers.device import Device


@dataclass(frozen=True, kw_only=True)
class Game(Inputs):
    """Where the two players start and how they move."""

    x: float = real(-100, 100, "x at the start, which makes xy small", default=1.0)
    y: float = real(-100, 100, "y at the start, which makes xy large", default=0.0)
    rate: float = real(0.001, 2, "learning rate η")
    steps: int = whole(1, 50, "steps k")

    def check(self) -> None:
        if math.hypot(self.x, self.y) < 1e-3:
            raise BadInput("x", self.x, "a start at least 0.001 away from the equilibrium (0, 0)")

    @property
    def start(self) -> float:
        """How far from the equilibrium the game starts."""
        return math.hypot(self.x, self.y)

    @property
    def growth(self) -> float:
        return 1 + self.rate**2


def _reference(given: Game, work: Work) -> None:
    x, y, rate = given.x, given.y, given.rate
    for k in range(1, given.steps + 1):
        formula = (
            f"({number(x)} − {number(rate)}·{factor(y)}, {number(y)} + {number(rate)}·{factor(x)})"
        )
        x, y = x - rate * y, y + rate * x
        work.step("point", f"step {k}", formula, [x, y])
    point = work.step("point", "last point", f"after {given.steps} steps", np.array([x, y]))
    point = work.give("point", point)
    formula = f"√({factor(point[0])}² + {factor(point[1])}²)"
    norm = work.step("norm", "distance from (0, 0)", formula, float(np.hypot(*point)))
    work.give("norm", norm)


def _kernel(given: Game, device: Device) -> Mapping[str, Any]:
    """A step is a matrix; k steps are its power."""
    import torch

    step = device.tensor([[1.0, -given.rate], [given.rate, 1.0]])
    point = torch.linalg.matrix_power(step, given.steps) @ device.tensor([given.x, given.y])
    return {"point": point, "norm": torch.linalg.vector_norm(point)}


def _norm(rule: Callable[[Game], float]) -> Callable[[Game], dict[str, float]]:
    """A wrong distance after k steps."""
    return lambda g: {"norm": rule(g)}


solver = Solver(
    id="adversarial.nonconvergence",
    concepts=("gan-nonconvergence",),
    inputs=Game,
    quantities={
        "point": Quantity("vector", "(x, y) after k steps"),
        "norm": Quantity("real", "its distance from the equilibrium (0, 0)", uses=("point",)),
    },
    reference=_reference,
    kernel=_kernel,
    misconceptions=(
        Misconception(
            "gan-nonconvergence/converges",
            slip="when every step is taken to come closer",
            correction="Each step multiplies the squared distance by 1 + η², so it grows.",
            wrong=_norm(lambda g: g.start * (1 - g.rate**2) ** (g.steps / 2)),
            departs_at="distance from (0, 0)",
            applies=lambda g: g.rate < 1,
        ),
        Misconception(
            "gan-nonconvergence/constant",
            slip="when the players are taken to circle at the same distance",
            correction="Steps at the same time lead outwards; only taking turns keeps the circle.",
            wrong=_norm(lambda g: g.start),
            departs_at="distance from (0, 0)",
        ),
        Misconception(
            "gan-nonconvergence/one-plus-eta",
            slip="when every step is taken to stretch by 1 + η",
            correction="A step goes sideways, so the distance grows by √(1 + η²).",
            wrong=_norm(lambda g: g.start * (1 + g.rate) ** g.steps),
            departs_at="distance from (0, 0)",
        ),
        Misconception(
            "gan-nonconvergence/squared-norm",
            slip="without the root",
            correction="(1 + η²)^k is the growth of the squared distance; take the root.",
            wrong=_norm(lambda g: g.start**2 * g.growth**g.steps),
            departs_at="distance from (0, 0)",
        ),
    ),
    source="Goodfellow, NIPS 2016 tutorial, arXiv:1701.00160, section 7.1",
)
