"""adversarial.discriminator_loss and adversarial.generator_loss: what each network minimises.

    L_D = −mean ln D(x) − mean ln(1 − D(G(z)))         = BCE(D(x), 1) + BCE(D(G(z)), 0) = −V
    L_G = −mean ln D(G(z))                             "non-saturating", = BCE(D(G(z)), 1)
    L_G = mean ln(1 − D(G(z)))                         "minimax", G's part of V

x are real examples (n), G(z) made ones (m), D(·) between 0 and 1; natural logarithms, means over
the batch. The two parts of L_D are added; some texts halve the sum. G(z) is detached in L_D.
Source: Goodfellow et al., Generative adversarial nets, arXiv:1406.2661, algorithm 1, section 3.

>>> from solvers import find
>>> loss = find("adversarial.generator_loss").solve({"real": [0.9], "fake": [0.5]})
>>> round(loss.quantities["loss"], 4)
0.6931
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from solvers._written import factor, number
from solvers.adversarial._scores import Batch, ln, ln_rest, mean_of
from solvers.adversarial.arrays import Array
from solvers.contract import Misconception, Quantity, Solver, Work, one_of
from solvers.device import Device

SOURCE = "Goodfellow et al., Generative adversarial nets, arXiv:1406.2661, section 3"

# ----------------------------------------------------------- adversarial.discriminator_loss


def _discriminator(given: Batch, work: Work) -> None:
    formula = "−" + mean_of(given.real, "ln ")
    real = work.step("real_loss", "real examples, label 1", formula, -ln(given.real))
    real = work.give("real_loss", real)
    formula = "−" + mean_of(given.fake, "ln(1 − ", ")")
    fake = work.step("fake_loss", "made examples, label 0", formula, -ln_rest(given.fake))
    fake = work.give("fake_loss", fake)
    formula = f"{number(real)} + {factor(fake)}"
    work.give("loss", work.step("loss", "loss", formula, real + fake))


def _discriminator_kernel(given: Batch, device: Device) -> Mapping[str, Any]:
    """From logits, as in practice."""
    import torch
    from torch.nn.functional import binary_cross_entropy_with_logits as cross_entropy

    real, fake = (torch.logit(device.tensor(scores)) for scores in (given.real, given.fake))
    real_loss = cross_entropy(real, torch.ones_like(real))
    fake_loss = cross_entropy(fake, torch.zeros_like(fake))
    return {"real_loss": real_loss, "fake_loss": fake_loss, "loss": real_loss + fake_loss}


def _parts(
    real: Callable[[Array], float], fake: Callable[[Array], float]
) -> Callable[[Batch], dict[str, float]]:
    """Wrong parts, and their sum."""
    return lambda g: {
        "real_loss": real(g.real),
        "fake_loss": fake(g.fake),
        "loss": real(g.real) + fake(g.fake),
    }


discriminator = Solver(
    id="adversarial.discriminator_loss",
    concepts=("gan-d-loss",),
    inputs=Batch,
    quantities={
        "real_loss": Quantity("real", "BCE(D(x), 1)"),
        "fake_loss": Quantity("real", "BCE(D(G(z)), 0)"),
        "loss": Quantity("real", "L_D, their sum", uses=("real_loss", "fake_loss")),
    },
    reference=_discriminator,
    kernel=_discriminator_kernel,
    misconceptions=(
        Misconception(
            "gan-d-loss/labels-swapped",
            slip="when real examples get the label 0 and made ones the label 1",
            correction="The discriminator learns to say 1 to real examples and 0 to made ones.",
            wrong=_parts(lambda real: -ln_rest(real), lambda fake: -ln(fake)),
            departs_at="real examples, label 1",
        ),
        Misconception(
            "gan-d-loss/real-only",
            slip="when the made examples are left out",
            correction="The discriminator also has to say no to made examples: add their part.",
            wrong=lambda g: {"loss": -ln(g.real)},
            departs_at="loss",
        ),
        Misconception(
            "gan-d-loss/halved",
            slip="when the two parts are averaged",
            correction="Here the two parts are added; some texts halve the sum.",
            wrong=lambda g: {"loss": -(ln(g.real) + ln_rest(g.fake)) / 2},
            departs_at="loss",
        ),
        Misconception(
            "gan-d-loss/fake-as-real",
            slip="when made examples get the label 1 as well",
            correction="Made examples get the label 0: their part is −ln(1 − D(G(z))).",
            wrong=lambda g: {"fake_loss": -ln(g.fake), "loss": -ln(g.real) - ln(g.fake)},
            departs_at="made examples, label 0",
        ),
        Misconception(
            "gan-d-loss/sum-not-mean",
            slip="when the batch is added up, not averaged",
            correction="Each part is a mean over its batch.",
            wrong=_parts(
                lambda real: -ln(real) * len(real), lambda fake: -ln_rest(fake) * len(fake)
            ),
            departs_at="real examples, label 1",
            applies=lambda g: len(g.real) >= 2 or len(g.fake) >= 2,
        ),
    ),
    source=SOURCE,
)

# --------------------------------------------------------------- adversarial.generator_loss


@dataclass(frozen=True, kw_only=True)
class Made(Batch):
    """The scores, and which of the two losses is meant."""

    form: str = one_of(("non-saturating", "minimax"), "form of the loss", default="non-saturating")

    @property
    def saturates(self) -> bool:
        return self.form == "minimax"

    @property
    def loss(self) -> float:
        return ln_rest(self.fake) if self.saturates else -ln(self.fake)


def _generator(given: Made, work: Work) -> None:
    if given.saturates:
        formula, value = mean_of(given.fake, "ln(1 − ", ")"), ln_rest(given.fake)
    else:
        formula, value = mean_of(given.fake, "ln "), ln(given.fake)
    value = work.step("loss", "mean over the batch", formula, value)
    formula = "minimax: as it is" if given.saturates else "non-saturating: the sign turned"
    loss = value if given.saturates else -value
    work.give("loss", work.step("loss", "loss", formula, loss))


def _generator_kernel(given: Made, device: Device) -> Mapping[str, Any]:
    import torch
    from torch.nn.functional import binary_cross_entropy_with_logits as cross_entropy

    logits = torch.logit(device.tensor(given.fake))
    if given.saturates:
        return {"loss": -cross_entropy(logits, torch.zeros_like(logits))}
    return {"loss": cross_entropy(logits, torch.ones_like(logits))}


def _with_real(given: Made) -> dict[str, float]:
    real = ln(given.real)
    return {"loss": given.loss + (real if given.saturates else -real)}


generator = Solver(
    id="adversarial.generator_loss",
    concepts=("gan-g-loss",),
    inputs=Made,
    quantities={"loss": Quantity("real", "L_G in the form asked for")},
    reference=_generator,
    kernel=_generator_kernel,
    misconceptions=(
        Misconception(
            "gan-g-loss/saturating",
            slip="when the minimax form is taken",
            correction="The non-saturating loss is −mean ln D(G(z)).",
            wrong=lambda g: {"loss": ln_rest(g.fake)},
            departs_at="mean over the batch",
            applies=lambda g: not g.saturates,
        ),
        Misconception(
            "gan-g-loss/non-saturating",
            slip="when the non-saturating form is taken",
            correction="The minimax loss of the generator is mean ln(1 − D(G(z))).",
            wrong=lambda g: {"loss": -ln(g.fake)},
            departs_at="mean over the batch",
            applies=lambda g: g.saturates,
        ),
        Misconception(
            "gan-g-loss/target-zero",
            slip="when made examples get the label 0",
            correction="The generator wants its examples to pass for real: the label is 1.",
            wrong=lambda g: {"loss": -ln_rest(g.fake)},
            departs_at="mean over the batch",
            applies=lambda g: not g.saturates,
        ),
        Misconception(
            "gan-g-loss/plus-real",
            slip="when the real examples are counted too",
            correction="Real examples do not depend on the generator; only D(G(z)) counts.",
            wrong=_with_real,
            departs_at="loss",
        ),
        Misconception(
            "gan-g-loss/sign",
            slip="when the sign is turned",
            correction=lambda g: (
                "The minimax form is a logarithm of a probability: never positive."
                if g.saturates
                else "The loss is minus a logarithm of a probability: never negative."
            ),
            wrong=lambda g: {"loss": -g.loss},
            departs_at="loss",
        ),
    ),
    source=SOURCE,
)
