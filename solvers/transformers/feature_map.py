"""transformers.feature_map: self-attention over the positions of a feature map.

    tokens H·W (each of C channels), scores (H·W)²

H and W are the sides of the map, C its channels. Over the states of an RNN it is the same with T
states for tokens: T² scores for self-attention, T for each step of a decoder that looks back.
Sources: Wang et al., Non-local neural networks, arXiv:1711.07971, section 3.2; Bahdanau et al.,
arXiv:1409.0473 (over RNN states).

>>> from solvers import find
>>> find("transformers.feature_map").solve({"height": 14, "channels": 256}).quantities
{'tokens': 196, 'scores': 38416}
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from solvers.contract import Inputs, Misconception, Quantity, Solver, Work, whole
from solvers.device import Device


@dataclass(frozen=True, kw_only=True)
class FeatureMap(Inputs):
    """A feature map of a convolutional network."""

    height: int = whole(1, 1024, "height H of the map")
    width: int = whole(1, 1024, "width W; left out, the height", same_as="height")
    channels: int = whole(1, 4096, "channels C", default=64)

    @property
    def positions(self) -> int:
        return self.height * self.width


def _reference(given: FeatureMap, work: Work) -> None:
    formula = f"one for each position, H·W = {given.height}·{given.width}"
    tokens = work.give("tokens", work.step("tokens", "tokens", formula, given.positions))
    formula = f"(H·W)² = {tokens}²"
    work.give("scores", work.step("scores", "scores", formula, tokens**2))


def _kernel(given: FeatureMap, _: Device) -> Mapping[str, Any]:
    """Shapes on the meta device, where arrays have sizes but no numbers to store."""
    import torch

    image = torch.empty(given.channels, given.height, given.width, device="meta")
    tokens = image.flatten(1).T  # (H·W, C)
    return {"tokens": len(tokens), "scores": (tokens @ tokens.T).numel()}


solver = Solver(
    id="transformers.feature_map",
    concepts=("self-attention-on-cnn-rnn",),
    inputs=FeatureMap,
    quantities={
        "tokens": Quantity("integer", "tokens, one for each position"),
        "scores": Quantity("integer", "attention scores of one head", uses=("tokens",)),
    },
    reference=_reference,
    kernel=_kernel,
    misconceptions=(
        Misconception(
            "self-attention-on-cnn-rnn/side-only",
            slip="when the positions along one side are compared",
            correction="A token is a position, and there are H·W of them.",
            wrong=lambda g: {"tokens": g.height, "scores": g.height**2},
            departs_at="tokens",
            applies=lambda g: g.width >= 2,
        ),
        Misconception(
            "self-attention-on-cnn-rnn/channels-as-tokens",
            slip="when channels are compared in place of positions",
            correction=lambda g: (
                f"The {g.channels} channels are the width of a token; a token is a position."
            ),
            wrong=lambda g: {"tokens": g.channels, "scores": g.channels**2},
            departs_at="tokens",
        ),
        Misconception(
            "self-attention-on-cnn-rnn/linear",
            slip="when each position is given one score",
            correction="Every position is compared with every position: (H·W)² scores.",
            wrong=lambda g: {"scores": g.positions},
            departs_at="scores",
            applies=lambda g: g.positions >= 2,
        ),
    ),
    source="Wang et al., Non-local neural networks, arXiv:1711.07971, section 3.2",
)
