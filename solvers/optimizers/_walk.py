"""What the lessons share: one parameter, walked along by gradients that are given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt

from solvers.contract import Inputs, Work, array, real
from solvers.device import Device

if TYPE_CHECKING:
    import torch

Array: TypeAlias = npt.NDArray[np.float64]

MOST_STEPS = 10


@dataclass(frozen=True, kw_only=True)
class Walk(Inputs):
    """The gradients that one parameter meets, one a step, and the learning rate."""

    gradients: Array = array(
        "steps", -1000, 1000, "gradients g₁, g₂, …, one a step", max_side=MOST_STEPS
    )
    rate: float = real(1e-6, 10, "learning rate η")

    @property
    def steps(self) -> list[float]:
        return [float(gradient) for gradient in self.gradients]


def write(work: Work, step: int, steps: int, quantity: str, formula: str, value: float) -> float:
    """One line of one step; at the last step it is also the result."""
    line: float = work.step(
        quantity, f"{quantity.replace('_', ' ')} after step {step}", formula, value
    )
    return line if step < steps else work.give(quantity, line)


def walked(
    given: Walk,
    device: Device,
    optimizer: Callable[..., torch.optim.Optimizer],
    **settings: float | tuple[float, float],
) -> tuple[torch.Tensor, dict[str, Any]]:
    """How far an optimizer of torch moves the parameter, and what it then remembers."""
    import torch

    parameter = torch.nn.Parameter(device.tensor(0.0))  # from zero: a displacement
    moves = optimizer([parameter], lr=given.rate, **settings)
    for gradient in given.steps:
        parameter.grad = device.tensor(gradient)
        moves.step()
    return parameter.detach(), moves.state[parameter]
