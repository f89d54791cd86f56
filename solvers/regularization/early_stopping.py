"""regularization.early_stopping: when to stop training, and which weights to keep.

Keep the best validation loss so far. An epoch that does not beat it (an equal loss does not)
counts; after P of them in a row training stops, and the weights of the best epoch are restored.
Without P in a row the last epoch is the end. Epochs are numbered from 0. The rule compares with
the *best* value, not with the epoch before. Source: Prechelt, Early stopping, but when? (1998);
Goodfellow, Bengio and Courville, Deep Learning (2016), algorithm 7.1.

>>> from solvers import find
>>> run = {"losses": [0.9, 0.7, 0.8, 0.75, 0.6], "patience": 2}
>>> find("regularization.early_stopping").solve(run).quantities
{'stop_epoch': 3, 'best_epoch': 1}
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from solvers._written import number
from solvers.contract import BadInput, Inputs, Misconception, Quantity, Solver, Work, array, whole
from solvers.device import Device

Array: TypeAlias = npt.NDArray[np.float64]


def early_stop(losses: Sequence[float], patience: int) -> tuple[int, int]:
    """(epoch of the stop, best epoch), from 0; a NaN counts as no improvement.

    Raises BadInput for no losses or a patience below 1.
    """
    if len(losses) == 0:
        raise BadInput("losses", [], "at least one loss")
    if patience < 1:
        raise BadInput("patience", patience, "a whole number from 1")
    best, lowest = 0, float("inf")
    for epoch, loss in enumerate(losses):
        if loss < lowest:
            best, lowest = epoch, loss
        elif epoch - best >= patience:
            return epoch, best
    return len(losses) - 1, best


@dataclass(frozen=True, kw_only=True)
class Run(Inputs):
    """Validation losses, epoch by epoch, and the patience."""

    losses: Array = array("epochs", -1e6, 1e6, "validation losses, epoch 0 first", max_side=200)
    patience: int = whole(1, 200, "patience P: epochs in a row without a new best")


def _reference(given: Run, work: Work) -> None:
    losses = given.losses.tolist()
    stop, _ = early_stop(losses, given.patience)
    lowest, waited = losses[0], 0
    work.step("stop_epoch", "epoch 0", f"{number(lowest)}: first best", 0)
    for epoch in range(1, stop + 1):
        loss, before = losses[epoch], number(lowest)
        if loss < lowest:
            lowest, waited = loss, 0
            formula = f"{number(loss)} < {before}: new best"
        else:
            waited += 1
            formula = f"{number(loss)} ≥ {before}: {waited} of {given.patience}"
        work.step("stop_epoch", f"epoch {epoch}", formula, waited)
    formula = "patience is used up" if waited >= given.patience else "the losses end"
    stop = work.give("stop_epoch", work.step("stop_epoch", "stop", formula, stop))
    best = int(np.argmin(losses[: max(int(stop), 0) + 1]))
    formula = f"lowest loss until then, {number(losses[best])}"
    work.give("best_epoch", work.step("best_epoch", "restored epoch", formula, best))


def _kernel(given: Run, device: Device) -> Mapping[str, Any]:
    """Without a loop: cumulative minima, and how long ago the last of them was new."""
    import torch

    # On the CPU where float64 is missing elsewhere: rounding would make ties of close losses.
    name = device.name if device.double else "cpu"
    losses = torch.tensor(given.losses, dtype=torch.float64, device=name)
    epochs = torch.arange(len(losses), device=name)
    lowest = torch.cummin(losses, dim=0).values
    new = torch.cat((torch.ones(1, dtype=torch.bool, device=name), losses[1:] < lowest[:-1]))
    newest = torch.cummax(torch.where(new, epochs, 0), dim=0).values
    over = (epochs - newest >= given.patience).nonzero()
    stop = int(over[0]) if len(over) else len(losses) - 1
    return {"stop_epoch": stop, "best_epoch": int(newest[stop])}


def _best_until(losses: Array, stop: int) -> dict[str, int]:
    return {"stop_epoch": stop, "best_epoch": int(np.argmin(losses[: stop + 1]))}


def _stop_by_rises(given: Run) -> int:
    """The epoch at which the loss has risen P times running, each time on the epoch before."""
    rises = 0
    for epoch in range(1, len(given.losses)):
        rises = rises + 1 if given.losses[epoch] > given.losses[epoch - 1] else 0
        if rises == given.patience:
            return epoch
    return len(given.losses) - 1


def _first_without_best(given: Run) -> str:
    return f"epoch {early_stop(given.losses.tolist(), 1)[0]}"


def _first_told_apart(given: Run) -> str:
    """The first epoch that is no worse than the one before, yet no new best."""
    stop, _ = early_stop(given.losses.tolist(), given.patience)
    lowest = np.minimum.accumulate(given.losses)
    for epoch in range(1, stop + 1):
        fell = given.losses[epoch] <= given.losses[epoch - 1]
        if fell and given.losses[epoch] >= lowest[epoch - 1]:
            return f"epoch {epoch}"
    return "stop"


solver = Solver(
    id="regularization.early_stopping",
    concepts=("early-stopping",),
    inputs=Run,
    quantities={
        "stop_epoch": Quantity("integer", "last epoch that is trained, from 0"),
        "best_epoch": Quantity(
            "integer", "epoch whose weights are restored, from 0", uses=("stop_epoch",)
        ),
    },
    reference=_reference,
    kernel=_kernel,
    misconceptions=(
        Misconception(
            "early-stopping/first-rise",
            slip="when training stops at the first epoch that is not better",
            correction=lambda g: (
                f"Patience {g.patience} waits for {g.patience} such epochs in a row."
            ),
            wrong=lambda g: _best_until(g.losses, early_stop(g.losses.tolist(), 1)[0]),
            departs_at=_first_without_best,
            applies=lambda g: g.patience >= 2,
        ),
        Misconception(
            "early-stopping/versus-previous",
            slip="when a loss is compared with the epoch before in place of the best",
            correction="An epoch counts unless it beats the best loss so far, even if it fell.",
            wrong=lambda g: _best_until(g.losses, _stop_by_rises(g)),
            departs_at=_first_told_apart,
        ),
        Misconception(
            "early-stopping/returns-last",
            slip="when the last weights are kept",
            correction="The weights of the epoch with the best validation loss are restored.",
            wrong=lambda g: {"best_epoch": early_stop(g.losses.tolist(), g.patience)[0]},
            departs_at="restored epoch",
        ),
        Misconception(
            "early-stopping/runs-to-end",
            slip="when training never stops early",
            correction=lambda g: (
                f"Once {g.patience} epochs in a row bring no new best, training is over."
            ),
            wrong=lambda g: _best_until(g.losses, len(g.losses) - 1),
            departs_at="stop",
        ),
    ),
    source="Prechelt, Early stopping, but when? (1998)",
)
