"""normalization.parameters, .token_means and .image_means: what norm layers own and compute.

    batch norm owns 2C numbers that learn (γ, β) and 2C that do not (running mean and variance)
    on (N, C, H, W):  batch norm takes a mean per channel, C; layer norm one per example, N
    on (B, T, d):     batch norm takes a mean per feature, d; layer norm one per token, B·T

torch also counts the batches it has seen, in one number that is left out here. Layer norm on
images is taken over C, H and W together. Layer norm has no running statistics and is the same at
test; batch norm has, and is not. Sources: Ioffe and Szegedy, arXiv:1502.03167; Ba, Kiros and
Hinton, arXiv:1607.06450.

>>> from solvers import find
>>> find("normalization.parameters").solve({"channels": 64}).quantities
{'learnable': 128, 'buffers': 128}
>>> find("normalization.token_means").solve({"batch": 8, "tokens": 10, "features": 512}).quantities
{'batch_norm': 512, 'layer_norm': 80}
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from solvers.contract import Inputs, Misconception, Quantity, Solver, Work, whole
from solvers.device import Device

SOURCE = "Ioffe and Szegedy, arXiv:1502.03167; Ba, Kiros and Hinton, arXiv:1607.06450"

# --------------------------------------------------------------- normalization.parameters


@dataclass(frozen=True, kw_only=True)
class Channels(Inputs):
    """A batch-norm layer, and the maps it is applied to."""

    channels: int = whole(1, 65536, "channels C")
    height: int = whole(1, 4096, "height H of the maps", default=1)
    width: int = whole(1, 4096, "width W of the maps", default=1)


def _parameters(given: Channels, work: Work) -> None:
    c = given.channels
    work.step("learnable", "gains γ, one per channel", "C", c)
    work.step("learnable", "shifts β, one per channel", "C", c)
    work.give("learnable", work.step("learnable", "learnable numbers", f"2C = 2·{c}", 2 * c))
    formula = f"running mean and variance of each channel: 2C = 2·{c}"
    work.give("buffers", work.step("buffers", "numbers that do not learn", formula, 2 * c))


def _parameters_kernel(given: Channels, _: Device) -> Mapping[str, Any]:
    import torch

    layer = torch.nn.BatchNorm2d(given.channels, device="meta")
    buffers = {name: buffer.numel() for name, buffer in layer.named_buffers()}
    counter = buffers.pop("num_batches_tracked")
    assert counter == 1
    learnable = sum(parameter.numel() for parameter in layer.parameters())
    return {"learnable": learnable, "buffers": sum(buffers.values())}


parameters = Solver(
    id="normalization.parameters",
    concepts=("batch-norm-params",),
    inputs=Channels,
    quantities={
        "learnable": Quantity("integer", "learnable numbers of the layer, γ and β"),
        "buffers": Quantity("integer", "running statistics, which are kept but not learned"),
    },
    reference=_parameters,
    kernel=_parameters_kernel,
    misconceptions=(
        Misconception(
            "batch-norm-params/counts-buffers",
            slip="when the running mean and variance are counted too",
            correction="The running statistics are averaged, not learned: only γ and β learn.",
            wrong=lambda g: {"learnable": 4 * g.channels},
            departs_at="learnable numbers",
        ),
        Misconception(
            "batch-norm-params/one-per-pixel",
            slip="when every pixel is given its own γ and β",
            correction="A channel shares one γ and one β over all of its pixels.",
            wrong=lambda g: {"learnable": 2 * g.channels * g.height * g.width},
            departs_at="gains γ, one per channel",
            applies=lambda g: g.height * g.width > 1,
        ),
        Misconception(
            "batch-norm-params/gamma-only",
            slip="when only the gains are counted",
            correction=lambda g: f"Each channel has a shift β as well: {g.channels} more.",
            wrong=lambda g: {"learnable": g.channels},
            departs_at="shifts β, one per channel",
        ),
        Misconception(
            "batch-norm-params/bias-of-conv-too",
            slip="when the biases of the convolution before it are counted too",
            correction=(
                "Those belong to the convolution, which needs none before a batch norm: β shifts."
            ),
            wrong=lambda g: {"learnable": 3 * g.channels},
            departs_at="learnable numbers",
        ),
    ),
    source=SOURCE,
)

# ------------------------------------- normalization.token_means, normalization.image_means


@dataclass(frozen=True, kw_only=True)
class Sequences(Inputs):
    """A batch of sequences, (B, T, d)."""

    batch: int = whole(1, 65536, "sequences B")
    tokens: int = whole(1, 65536, "tokens T of each")
    features: int = whole(1, 65536, "features d of each token")


@dataclass(frozen=True, kw_only=True)
class Images(Inputs):
    """A batch of images or maps, (N, C, H, W)."""

    batch: int = whole(1, 65536, "images N")
    channels: int = whole(1, 65536, "channels C")
    height: int = whole(1, 4096, "height H")
    width: int = whole(1, 4096, "width W; left out, the height", same_as="height")


def _token_means(given: Sequences, work: Work) -> None:
    b, t = given.batch, given.tokens
    label = "means of batch norm"
    work.give("batch_norm", work.step("batch_norm", label, "one per feature, d", given.features))
    formula = f"one per token, B·T = {b}·{t}"
    work.give("layer_norm", work.step("layer_norm", "means of layer norm", formula, b * t))


def _image_means(given: Images, work: Work) -> None:
    label = "means of batch norm"
    work.give("batch_norm", work.step("batch_norm", label, "one per channel, C", given.channels))
    label = "means of layer norm"
    work.give("layer_norm", work.step("layer_norm", label, "one per image, N", given.batch))


def _token_means_kernel(given: Sequences, _: Device) -> Mapping[str, Any]:
    """The means that torch's own operations keep for the backward pass; nothing is stored."""
    import torch

    d = given.features
    x = torch.empty(given.batch, given.tokens, d, device="meta")
    layer_means = torch.native_layer_norm(x, [d], None, None, 1e-5)[1]
    flat = x.flatten(0, 1)
    batch_means = torch.native_batch_norm(flat, None, None, None, None, True, 0.1, 1e-5)[1]
    return {"batch_norm": batch_means.numel(), "layer_norm": layer_means.numel()}


def _image_means_kernel(given: Images, _: Device) -> Mapping[str, Any]:
    import torch

    x = torch.empty(given.batch, given.channels, given.height, given.width, device="meta")
    layer_means = torch.native_layer_norm(x, x.shape[1:], None, None, 1e-5)[1]
    batch_means = torch.native_batch_norm(x, None, None, None, None, True, 0.1, 1e-5)[1]
    return {"batch_norm": batch_means.numel(), "layer_norm": layer_means.numel()}


# The last two are statements to choose from: they change no number.
_STATEMENTS: tuple[Misconception[Any], ...] = (
    Misconception(
        "bn-vs-ln/ln-needs-running",
        slip="when layer norm is given running statistics",
        correction="Layer norm takes its statistics from the example at hand, at test too.",
        wrong=lambda _: {},
    ),
    Misconception(
        "bn-vs-ln/same-at-eval",
        slip="when batch norm is said to do the same at test",
        correction="At test batch norm uses its running statistics, not those of the batch.",
        wrong=lambda _: {},
    ),
)

_MEANS = {
    "batch_norm": Quantity("integer", "means that batch norm computes in training"),
    "layer_norm": Quantity("integer", "means that layer norm computes"),
}

token_means = Solver(
    id="normalization.token_means",
    concepts=("bn-vs-ln",),
    inputs=Sequences,
    quantities=_MEANS,
    reference=_token_means,
    kernel=_token_means_kernel,
    misconceptions=(
        Misconception(
            "bn-vs-ln/per-feature",
            slip="when layer norm takes one mean per feature, as batch norm does",
            correction="Layer norm averages over the features, so each token has one mean.",
            wrong=lambda g: {"layer_norm": g.features},
            departs_at="means of layer norm",
        ),
        Misconception(
            "bn-vs-ln/per-sequence",
            slip="when layer norm takes one mean per sequence",
            correction=lambda g: f"Each of the {g.tokens} tokens of a sequence has its own mean.",
            wrong=lambda g: {"layer_norm": g.batch},
            departs_at="means of layer norm",
            applies=lambda g: g.tokens >= 2,
        ),
        *_STATEMENTS,
    ),
    source=SOURCE,
)

image_means = Solver(
    id="normalization.image_means",
    concepts=("bn-vs-ln",),
    inputs=Images,
    quantities=_MEANS,
    reference=_image_means,
    kernel=_image_means_kernel,
    misconceptions=(
        Misconception(
            "bn-vs-ln/per-feature",
            slip="when layer norm takes one mean per channel, as batch norm does",
            correction="Layer norm averages over the channels too, so each image has one mean.",
            wrong=lambda g: {"layer_norm": g.channels},
            departs_at="means of layer norm",
        ),
        *_STATEMENTS,
    ),
    source=SOURCE,
)
