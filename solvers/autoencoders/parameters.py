"""autoencoders.parameters: what a symmetric autoencoder learns.

    encoder  Σ_l (n_{l−1}·n_l + n_l),   decoder  Σ_l (n_l·n_{l−1} + n_{l−1})

n_0 is the width of the input, the last width that of the code; the decoder mirrors the encoder
with weights of its own. Both halves have as many weights, but biases belong to the units that
are computed, so the widths that count differ. Source: Hinton and Salakhutdinov, Science 313
(2006), whose 784-1000-500-250-30 network is the example in the tests.

>>> from solvers import find
>>> find("autoencoders.parameters").solve({"widths": [784, 128, 32]}).quantities
{'encoder': 104608, 'decoder': 105360, 'parameters': 209968}
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from solvers._written import sum_of
from solvers.activations.arrays import Array
from solvers.contract import BadInput, Inputs, Misconception, Quantity, Solver, Work, array
from solvers.device import Device


@dataclass(frozen=True, kw_only=True)
class Symmetric(Inputs):
    """The widths of the encoder, from the input to the code."""

    widths: Array = array(
        "layers",
        1,
        1_000_000,
        "numbers of units, from the input to the code",
        max_side=8,
        whole_numbers=True,
    )

    def check(self) -> None:
        if len(self.widths) < 2:
            raise BadInput("widths", self.widths.tolist(), "at least an input and a code")

    @property
    def down(self) -> list[tuple[int, int]]:
        """Width before and width of every layer of the encoder."""
        return list(pairwise(int(width) for width in self.widths))

    @property
    def up(self) -> list[tuple[int, int]]:
        """Width before and width of every layer of the decoder."""
        return [(here, before) for before, here in reversed(self.down)]

    @property
    def weights(self) -> int:
        """Weights of one half."""
        return sum(before * here for before, here in self.down)

    @property
    def down_biases(self) -> int:
        return sum(here for _, here in self.down)

    @property
    def up_biases(self) -> int:
        return sum(here for _, here in self.up)


def _reference(given: Symmetric, work: Work) -> None:
    encoder = work.give("encoder", _half("encoder", given.down, work))
    decoder = work.give("decoder", _half("decoder", given.up, work))
    total = work.step("parameters", "parameters", f"{encoder} + {decoder}", encoder + decoder)
    work.give("parameters", total)


def _half(name: str, layers: list[tuple[int, int]], work: Work) -> int:
    formula = " + ".join(f"{before}·{here}" for before, here in layers)
    products = sum(before * here for before, here in layers)
    weights = work.step(name, f"weights of the {name}", formula, products)
    units = [here for _, here in layers]
    formula = f"one per computed unit, {sum_of(units, most=8)}"
    biases = work.step(name, f"biases of the {name}", formula, sum(units))
    total: int = work.step(name, name, f"{weights} + {biases}", weights + biases)
    return total


def _kernel(given: Symmetric, _: Device) -> Mapping[str, Any]:
    """Real layers on the meta device, where arrays have sizes but no numbers to store."""
    import torch
    from torch import nn

    with torch.device("meta"):
        encoder = nn.Sequential(*(nn.Linear(*sizes) for sizes in given.down))
        decoder = nn.Sequential(*(nn.Linear(*sizes) for sizes in given.up))
        network = nn.Sequential(encoder, decoder)
        network(torch.empty(1, given.down[0][0]))  # raises unless each layer fits the next
    halves = [sum(p.numel() for p in half.parameters()) for half in network]
    total = sum(p.numel() for p in network.parameters())
    return {"encoder": halves[0], "decoder": halves[1], "parameters": total}


solver = Solver(
    id="autoencoders.parameters",
    concepts=("autoencoder-params",),
    inputs=Symmetric,
    quantities={
        "encoder": Quantity("integer", "parameters of the encoder"),
        "decoder": Quantity("integer", "parameters of the decoder"),
        "parameters": Quantity("integer", "trainable parameters", uses=("encoder", "decoder")),
    },
    reference=_reference,
    kernel=_kernel,
    misconceptions=(
        Misconception(
            "autoencoder-params/tied",
            slip="when the decoder is taken to share the encoder's weights",
            correction=lambda g: (
                f"Unless weights are tied, the decoder has {g.weights:,} weights of its own."
            ),
            wrong=lambda g: {"parameters": g.weights + g.down_biases + g.up_biases},
            departs_at="weights of the decoder",
        ),
        Misconception(
            "autoencoder-params/no-bias",
            slip="when the biases are left out",
            correction=lambda g: (
                f"Every computed unit has a bias: {g.down_biases} in the encoder and"
                f" {g.up_biases} in the decoder."
            ),
            wrong=lambda g: {
                "encoder": g.weights,
                "decoder": g.weights,
                "parameters": 2 * g.weights,
            },
            departs_at="biases of the encoder",
        ),
        Misconception(
            "autoencoder-params/encoder-only",
            slip="when only the encoder is counted",
            correction="The decoder is trained with it: the whole network has both halves.",
            wrong=lambda g: {"parameters": g.weights + g.down_biases},
            departs_at="parameters",
        ),
        Misconception(
            "autoencoder-params/mirror-bias",
            slip="when the decoder is given the encoder's biases",
            correction=lambda g: (
                f"The decoder ends at the input's width: its biases are {g.up_biases} in number,"
                f" not {g.down_biases}."
            ),
            wrong=lambda g: {
                "decoder": g.weights + g.down_biases,
                "parameters": 2 * (g.weights + g.down_biases),
            },
            departs_at="biases of the decoder",
            applies=lambda g: g.down_biases != g.up_biases,
        ),
    ),
    source="Hinton and Salakhutdinov, Science 313 (2006)",
)
