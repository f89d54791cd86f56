"""transformers.bert_masking: which tokens BERT has to guess, and what it sees in their place.

    chosen: 0.15·n, of which 80 % are shown as [MASK], 10 % as a random token, 10 % as they are

n is the number of tokens; the counts are expected values and need not be whole. The loss counts
the chosen tokens only. BERT is an encoder: every token sees those to its left and to its right,
and [CLS] serves for classification. It was also trained to tell whether the second sentence
follows the first, which RoBERTa dropped (arXiv:1907.11692). Source: Devlin et al., BERT,
arXiv:1810.04805, section 3.1.

>>> from solvers import find
>>> find("transformers.bert_masking").solve({"tokens": 200}).quantities
{'chosen': 30.0, 'masked': 24.0, 'random': 3.0, 'unchanged': 3.0}
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from solvers._written import number
from solvers.contract import Inputs, Misconception, Quantity, Solver, Work, whole
from solvers.device import Device


@dataclass(frozen=True, kw_only=True)
class Text(Inputs):
    """A text for pre-training."""

    tokens: int = whole(1, 1_000_000_000, "number of tokens n")


def _reference(given: Text, work: Work) -> None:
    n = given.tokens
    chosen = work.step("chosen", "chosen tokens", f"15 % of n = 15·{n}/100", 15 * n / 100)
    chosen = work.give("chosen", chosen)
    of_these = number(chosen)
    formula = f"80 % of these: 0.8·{of_these}"
    work.give("masked", work.step("masked", "shown as [MASK]", formula, 80 * chosen / 100))
    formula = f"10 % of these: 0.1·{of_these}"
    work.give("random", work.step("random", "shown as a random token", formula, 10 * chosen / 100))
    label = "shown as they are"
    work.give("unchanged", work.step("unchanged", label, formula, 10 * chosen / 100))


def _kernel(given: Text, device: Device) -> Mapping[str, Any]:
    """Expected counts of a distribution over what happens to a token; nothing is drawn."""
    import torch

    chosen = torch.distributions.Binomial(given.tokens, device.tensor(0.15)).mean
    kinds = torch.distributions.Categorical(device.tensor([8.0, 1.0, 1.0]))
    masked, random, unchanged = chosen * kinds.probs
    return {"chosen": chosen, "masked": masked, "random": random, "unchanged": unchanged}


solver = Solver(
    id="transformers.bert_masking",
    concepts=("bert",),
    inputs=Text,
    quantities={
        "chosen": Quantity("real", "tokens chosen to be predicted, on average"),
        "masked": Quantity("real", "tokens shown as [MASK], on average", uses=("chosen",)),
        "random": Quantity("real", "tokens shown as a random one, on average", uses=("chosen",)),
        "unchanged": Quantity("real", "chosen tokens shown as they are", uses=("chosen",)),
    },
    reference=_reference,
    kernel=_kernel,
    misconceptions=(
        Misconception(
            "bert/all-masked",
            slip="when every chosen token is shown as [MASK]",
            correction="Of the chosen tokens 80 % become [MASK]; 10 % are random, 10 % unchanged.",
            wrong=lambda g: {"masked": 0.15 * g.tokens, "random": 0.0, "unchanged": 0.0},
            departs_at="shown as [MASK]",
        ),
        # Choices: there is no number to get wrong.
        Misconception(
            "bert/causal",
            slip="when BERT is taken to read from left to right",
            correction="BERT has no causal mask: every token sees both sides.",
            wrong=lambda _: {},
        ),
        Misconception(
            "bert/decoder",
            slip="when BERT is taken for a generating decoder",
            correction="BERT is a stack of encoder blocks and is fine-tuned with a small head.",
            wrong=lambda _: {},
        ),
        Misconception(
            "bert/mask-85",
            slip="when 85 % of the tokens are hidden",
            correction="15 % are chosen; the other 85 % stay, as the context to guess from.",
            wrong=lambda g: {"chosen": 0.85 * g.tokens, "masked": 0.68 * g.tokens},
            departs_at="chosen tokens",
        ),
    ),
    source="Devlin et al., arXiv:1810.04805, section 3.1",
)
