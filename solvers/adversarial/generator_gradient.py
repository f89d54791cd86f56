"""adversarial.generator_gradient: why the generator does not use the loss of the game.

    D = σ(a):  ∂/∂a ln(1 − D) = −D,  ∂/∂a (−ln D) = −(1 − D)

a is the logit that the discriminator gives a made example. Early on D(G(z)) is near 0: the
gradient of the minimax loss vanishes just then, while that of the non-saturating loss is near −1.
Both are negative: going down them raises D(G(z)).
Source: Goodfellow et al., Generative adversarial nets, arXiv:1406.2661, section 3.

>>> from solvers import find
>>> find("adversarial.generator_gradient").solve({"score": 0.25}).quantities
{'minimax': -0.25, 'non_saturating': -0.75}
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from solvers._written import number
from solvers.contract import Inputs, Misconception, Quantity, Solver, Work, real
from solvers.device import Device


@dataclass(frozen=True, kw_only=True)
class Score(Inputs):
    """A discriminator's score of one made example."""

    score: float = real(0.0001, 0.9999, "score D(G(z)) = σ(a)")


def _reference(given: Score, work: Work) -> None:
    d = given.score
    for quantity, loss, in_score, outer, short, gradient in (
        ("minimax", "ln(1 − D)", "−1/(1 − D)", -1 / (1 - d), "−D", -d),
        ("non_saturating", "−ln D", "−1/D", -1 / d, "−(1 − D)", -(1 - d)),
    ):
        formula = f"σ′(a) = D(1 − D) = {number(d)}·{number(1 - d)}"
        slope = work.step(quantity, "slope of the sigmoid", formula, d * (1 - d))
        formula = f"of {loss} in D: {in_score}"
        outer = work.step(quantity, "slope of the loss", formula, outer)
        formula = f"{number(outer)}·{number(slope)} = {short}"
        work.give(quantity, work.step(quantity, "gradient", formula, gradient))


def _kernel(given: Score, device: Device) -> Mapping[str, Any]:
    """Autograd through the sigmoid."""
    import torch

    logit = torch.logit(device.tensor(given.score)).requires_grad_()
    score = torch.sigmoid(logit)
    minimax, non_saturating = torch.log(1 - score), -torch.log(score)
    return {
        "minimax": torch.autograd.grad(minimax, logit, retain_graph=True)[0],
        "non_saturating": torch.autograd.grad(non_saturating, logit)[0],
    }


def _of(
    minimax: Callable[[float], float], non_saturating: Callable[[float], float]
) -> Callable[[Score], dict[str, float]]:
    """Wrong gradients, of the score D."""
    return lambda g: {"minimax": minimax(g.score), "non_saturating": non_saturating(g.score)}


solver = Solver(
    id="adversarial.generator_gradient",
    concepts=("gan-g-gradient",),
    inputs=Score,
    quantities={
        "minimax": Quantity("real", "∂/∂a ln(1 − σ(a))"),
        "non_saturating": Quantity("real", "∂/∂a (−ln σ(a))"),
    },
    reference=_reference,
    kernel=_kernel,
    misconceptions=(
        Misconception(
            "gan-g-gradient/swap",
            slip="when the gradients of the two losses are exchanged",
            correction="ln(1 − D) has the gradient −D, −ln D has −(1 − D).",
            wrong=_of(lambda d: -(1 - d), lambda d: -d),
            departs_at="slope of the loss",
            applies=lambda g: g.score != 0.5,
        ),
        Misconception(
            "gan-g-gradient/wrt-d",
            slip="when the derivative is taken in D, not in the logit",
            correction="The logit passes the sigmoid: multiply by its slope D(1 − D).",
            wrong=_of(lambda d: -1 / (1 - d), lambda d: -1 / d),
            departs_at="gradient",
        ),
        Misconception(
            "gan-g-gradient/sigma-prime",
            slip="when the slope of the sigmoid alone is given",
            correction="The slope of the loss multiplies it: −1/(1 − D) or −1/D.",
            wrong=_of(lambda d: d * (1 - d), lambda d: d * (1 - d)),
            departs_at="gradient",
        ),
        Misconception(
            "gan-g-gradient/positive",
            slip="when the sign is lost",
            correction="Both losses fall as the logit rises, so both gradients are negative.",
            wrong=_of(lambda d: d, lambda d: 1 - d),
            departs_at="gradient",
        ),
    ),
    source="Goodfellow et al., Generative adversarial nets, arXiv:1406.2661, section 3",
)
