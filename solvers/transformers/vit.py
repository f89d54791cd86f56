"""transformers.vit and vit_tokens: an image as a sentence of patches.

    N = (H/P)·(W/P) patches, N + 1 tokens with the class token
    a patch: P²·C numbers, projected to d: P²·C·d + d parameters; positions: (N + 1)·d

H and W are the sides of the image and P the side of a patch, in pixels, with P dividing both; C is
the number of channels, d the model width. ViT learns its positions (a table, not sines) and
has little built in about images, so it needs much data. Source: Dosovitskiy et al., An image is
worth 16×16 words, arXiv:2010.11929, section 3.1.

>>> from solvers import find
>>> find("transformers.vit").solve({"height": 224, "patch": 16}).quantities
... # doctest: +NORMALIZE_WHITESPACE
{'patches': 196, 'tokens': 197, 'patch_length': 768, 'embedding_parameters': 590592,
 'position_parameters': 151296}
>>> find("transformers.vit_tokens").solve({"height": 224, "patch": 16}).quantities
{'tokens': 197}
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from solvers.contract import BadInput, Inputs, Misconception, Quantity, Solver, Work, whole
from solvers.device import Device


@dataclass(frozen=True, kw_only=True)
class Patches(Inputs):
    """An image, and the patches it is cut into."""

    height: int = whole(1, 4096, "height H of the image, in pixels")
    width: int = whole(1, 4096, "width W; left out, the height", same_as="height")
    patch: int = whole(1, 512, "side P of a square patch, a divisor of H and W")

    def check(self) -> None:
        if self.height % self.patch or self.width % self.patch:
            sides = f"H = {self.height} and W = {self.width}"
            raise BadInput("patch", self.patch, f"a divisor of {sides}")

    @property
    def area(self) -> int:
        return self.height * self.width

    @property
    def count(self) -> int:
        return self.area // self.patch**2


@dataclass(frozen=True, kw_only=True)
class Embedding(Patches):
    """An image, the patches it is cut into, and the width they are projected to."""

    channels: int = whole(1, 64, "channels C of the image", default=3)
    d_model: int = whole(1, 16_384, "model width d", default=768)

    @property
    def length(self) -> int:
        return self.patch**2 * self.channels


def _count_patches(given: Patches, quantity: str, work: Work) -> int:
    high, wide, p = given.height // given.patch, given.width // given.patch, given.patch
    work.step(quantity, "patches down", f"H/P = {given.height}/{p}", high)
    work.step(quantity, "patches across", f"W/P = {given.width}/{p}", wide)
    patches: int = work.step(quantity, "patches", f"{high}·{wide}", high * wide)
    return patches


def _vit(given: Embedding, work: Work) -> None:
    patches = work.give("patches", _count_patches(given, "patches", work))
    formula = f"N + 1 = {patches} + 1, with the class token"
    tokens = work.give("tokens", work.step("tokens", "tokens", formula, patches + 1))

    p, c, d = given.patch, given.channels, given.d_model
    formula = f"P²·C = {p}²·{c}"
    length = work.step("patch_length", "numbers in a patch", formula, given.length)
    length = work.give("patch_length", length)
    name = "embedding_parameters"
    weights = work.step(name, "weights of the projection", f"{length}·{d}", length * d)
    formula = f"{weights} + {d} biases"
    total = work.step(name, "parameters of the projection", formula, weights + d)
    work.give(name, total)
    name, formula = "position_parameters", f"(N + 1)·d = {tokens}·{d}"
    work.give(name, work.step(name, "position table", formula, tokens * d))


def _vit_kernel(given: Embedding, _: Device) -> Mapping[str, Any]:
    """The convolution that codes use for it, on the meta device, which stores no numbers."""
    import torch

    c, d, p = given.channels, given.d_model, given.patch
    layer = torch.nn.Conv2d(c, d, p, stride=p, device="meta")
    image = torch.empty(1, c, given.height, given.width, device="meta")
    patches = layer(image).flatten(2).mT  # (1, N, d)
    start = torch.empty(1, 1, d, device="meta")
    sequence = torch.cat((start, patches), dim=1)
    return {
        "patches": patches.shape[1],
        "tokens": sequence.shape[1],
        "patch_length": layer.weight[0].numel(),
        "embedding_parameters": sum(parameter.numel() for parameter in layer.parameters()),
        "position_parameters": sequence.numel(),
    }


vit = Solver(
    id="transformers.vit",
    concepts=("vit",),
    inputs=Embedding,
    quantities={
        "patches": Quantity("integer", "number N of patches"),
        "tokens": Quantity("integer", "tokens with the class token", uses=("patches",)),
        "patch_length": Quantity("integer", "numbers in a flattened patch"),
        "embedding_parameters": Quantity(
            "integer", "parameters of the projection, bias included", uses=("patch_length",)
        ),
        "position_parameters": Quantity(
            "integer", "entries of the position table", uses=("patches", "tokens")
        ),
    },
    reference=_vit,
    kernel=_vit_kernel,
    misconceptions=(
        Misconception(
            "vit/per-side",
            slip="when the patches of one side are counted",
            correction="Patches fill the image: those down times those across.",
            wrong=lambda g: {"patches": g.height // g.patch},
            departs_at="patches",
        ),
        Misconception(
            "vit/area-over-p",
            slip="when the area is divided by the side of a patch",
            correction=lambda g: f"A patch covers P² = {g.patch**2} pixels: N = H·W/P².",
            wrong=lambda g: {"patches": g.area // g.patch},
            departs_at="patches",
            applies=lambda g: g.patch >= 2,
        ),
        Misconception(
            "vit/forgot-cls",
            slip="when the class token is forgotten",
            correction="A learned class token stands before the patches: N + 1 tokens.",
            wrong=lambda g: {"tokens": g.count, "position_parameters": g.count * g.d_model},
            departs_at="tokens",
        ),
        Misconception(
            "vit/forgot-channels",
            slip="when the channels are forgotten",
            correction=lambda g: f"Each pixel has {g.channels} numbers: P²·C = {g.length}.",
            wrong=lambda g: {
                "patch_length": g.patch**2,
                "embedding_parameters": g.patch**2 * g.d_model + g.d_model,
            },
            departs_at="numbers in a patch",
            applies=lambda g: g.channels >= 2,
        ),
        Misconception(
            "vit/no-bias",
            slip="when the biases are left out",
            correction=lambda g: f"The projection has {g.d_model} biases.",
            wrong=lambda g: {"embedding_parameters": g.length * g.d_model},
            departs_at="parameters of the projection",
        ),
    ),
    source="Dosovitskiy et al., arXiv:2010.11929, section 3.1",
)


# -------------------------------------------------------------------- transformers.vit_tokens


def _tokens(given: Patches, work: Work) -> None:
    patches = _count_patches(given, "tokens", work)
    formula = f"{patches} + 1, with the class token"
    work.give("tokens", work.step("tokens", "tokens", formula, patches + 1))


def _tokens_kernel(given: Patches, _: Device) -> Mapping[str, Any]:
    import torch

    layer = torch.nn.Conv2d(1, 1, given.patch, stride=given.patch, device="meta")
    return {"tokens": layer(torch.empty(1, given.height, given.width, device="meta")).numel() + 1}


vit_tokens = Solver(
    id="transformers.vit_tokens",
    concepts=("vit-tokens",),
    inputs=Patches,
    quantities={"tokens": Quantity("integer", "length of the sequence, class token included")},
    reference=_tokens,
    kernel=_tokens_kernel,
    misconceptions=(
        Misconception(
            "vit-tokens/forgot-cls",
            slip="when the class token is forgotten",
            correction="A learned class token stands before the patches: N + 1 tokens.",
            wrong=lambda g: {"tokens": g.count},
            departs_at="tokens",
        ),
        Misconception(
            "vit-tokens/per-side",
            slip="when the patches of one side are counted",
            correction="Patches fill the image: those down times those across.",
            wrong=lambda g: {"tokens": g.height // g.patch + 1},
            departs_at="patches",
        ),
        Misconception(
            "vit-tokens/area-over-p",
            slip="when the area is divided by the side of a patch",
            correction=lambda g: f"A patch covers P² = {g.patch**2} pixels: N = H·W/P².",
            wrong=lambda g: {"tokens": g.area // g.patch + 1},
            departs_at="patches",
            applies=lambda g: g.patch >= 2,
        ),
        Misconception(
            "vit-tokens/pixels",
            slip="when every pixel is taken for a token",
            correction=lambda g: f"A token is a patch of {g.patch} × {g.patch} pixels.",
            wrong=lambda g: {"tokens": g.area},
            departs_at="patches",
        ),
    ),
    source="Dosovitskiy et al., arXiv:2010.11929, section 3.1",
)
