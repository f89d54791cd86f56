"""adversarial.value: what the two networks of a GAN play for.

    min_G max_D V = mean ln D(x) + mean ln(1 − D(G(z)))

D(x), between 0 and 1, is how real the discriminator finds x; x are real examples (n), G(z) made
ones (m); ln is the natural logarithm. D pushes V up, towards 0; G pushes it down by making
D(G(z)) large. With D = ½ everywhere V = −ln 4.
Source: Goodfellow et al., Generative adversarial nets, arXiv:1406.2661, equation 1.

>>> from solvers import find
>>> round(find("adversarial.value").solve({"real": [0.5], "fake": [0.5]}).quantities["value"], 4)
-1.3863
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from solvers._written import factor
from solvers.adversarial._scores import Batch, ln, ln_rest, mean_of
from solvers.adversarial.arrays import Array
from solvers.contract import Misconception, Quantity, Solver, Work
from solvers.device import Device


def _reference(given: Batch, work: Work) -> None:
    formula = mean_of(given.real, "ln ")
    real = work.step("real_term", "real examples", formula, ln(given.real))
    real = work.give("real_term", real)
    formula = mean_of(given.fake, "ln(1 − ", ")")
    fake = work.step("fake_term", "made examples", formula, ln_rest(given.fake))
    fake = work.give("fake_term", fake)
    formula = f"{factor(real)} + {factor(fake)}"
    work.give("value", work.step("value", "value", formula, real + fake))


def _kernel(given: Batch, device: Device) -> Mapping[str, Any]:
    """Minus binary cross-entropies: real examples have the label 1, made ones 0."""
    import torch
    from torch.nn.functional import binary_cross_entropy

    real, fake = device.tensor(given.real), device.tensor(given.fake)
    real_term = -binary_cross_entropy(real, torch.ones_like(real))
    fake_term = -binary_cross_entropy(fake, torch.zeros_like(fake))
    return {"real_term": real_term, "fake_term": fake_term, "value": real_term + fake_term}


def _value(given: Batch) -> float:
    return ln(given.real) + ln_rest(given.fake)


def _both(
    real: Callable[[Array], float], fake: Callable[[Array], float]
) -> Callable[[Batch], dict[str, float]]:
    """Wrong terms, and their sum."""
    return lambda g: {
        "real_term": real(g.real),
        "fake_term": fake(g.fake),
        "value": real(g.real) + fake(g.fake),
    }


solver = Solver(
    id="adversarial.value",
    concepts=("gan-minimax",),
    inputs=Batch,
    quantities={
        "real_term": Quantity("real", "mean ln D(x)"),
        "fake_term": Quantity("real", "mean ln(1 − D(G(z)))"),
        "value": Quantity("real", "V", uses=("real_term", "fake_term")),
    },
    reference=_reference,
    kernel=_kernel,
    misconceptions=(
        Misconception(
            "gan-minimax/fake-term-ln-d",
            slip="when ln D(G(z)) is taken for the made examples",
            correction="Of a made example the discriminator should say no: ln(1 − D(G(z))).",
            wrong=lambda g: {"fake_term": ln(g.fake), "value": ln(g.real) + ln(g.fake)},
            departs_at="made examples",
        ),
        Misconception(
            "gan-minimax/minus",
            slip="when the sign is turned, as in a loss",
            correction="V is a sum of logarithms of probabilities, so it is never positive.",
            wrong=lambda g: {"value": -_value(g)},
            departs_at="value",
        ),
        Misconception(
            "gan-minimax/log10",
            slip="when the logarithms are taken to base 10",
            correction="The logarithm is the natural one.",
            wrong=_both(
                lambda real: float(np.log10(real).mean()),
                lambda fake: float(np.log10(1 - fake).mean()),
            ),
            departs_at="real examples",
        ),
        Misconception(
            "gan-minimax/average-of-d",
            slip="without the logarithms",
            correction="What is averaged is ln D(x) and ln(1 − D(G(z))), not the scores.",
            wrong=_both(lambda real: float(real.mean()), lambda fake: float((1 - fake).mean())),
            departs_at="real examples",
        ),
        Misconception(
            "gan-minimax/halved",
            slip="when the two terms are averaged",
            correction="The two means are added, not averaged.",
            wrong=lambda g: {"value": _value(g) / 2},
            departs_at="value",
        ),
    ),
    source="Goodfellow et al., Generative adversarial nets, arXiv:1406.2661, equation 1",
)
