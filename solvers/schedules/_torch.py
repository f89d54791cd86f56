"""What the lessons share: a scheduler of torch, stepped as in a training loop."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

# The longest training that a scheduler is stepped through.
MOST_EPOCHS = 1000


def scheduled(
    rate: float,
    steps: int,
    scheduler: Callable[[torch.optim.Optimizer], torch.optim.lr_scheduler.LRScheduler],
) -> float:
    """The learning rate after so many steps of the scheduler; no tensor is involved."""
    import torch

    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(()))], lr=rate)
    schedule = scheduler(optimizer)
    for _ in range(steps):
        optimizer.step()  # torch warns where the scheduler goes first
        schedule.step()
    return float(optimizer.param_groups[0]["lr"])
