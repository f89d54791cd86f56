"""The same networks as torch modules, built without storing a single weight.

On the meta device a tensor has a shape and no numbers, so GPT-2 XL is built in an instant. The
children of a network carry the names of the parts in ``tables``; importing this costs no torch.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import nn


def build(name: str) -> nn.Module:
    """The network of this name on the meta device; KeyError for one that is not known."""
    import torch

    with torch.device("meta"):
        return _builders()[name]()


def counts(network: nn.Module) -> dict[str, int]:
    """Parameters of each child; one that shares a tensor with a child before adds nothing."""
    seen: set[int] = set()
    counted: dict[str, int] = {}
    for name, child in network.named_children():
        new = [p for p in child.parameters() if id(p) not in seen]
        seen.update(id(p) for p in new)
        counted[name] = sum(p.numel() for p in new)
    return counted


def _builders() -> dict[str, Callable[[], nn.Module]]:
    from solvers.architectures.networks import attending, branching, plain

    return {
        "lenet5-modern": plain.lenet5_modern,
        "lenet5-1998": plain.lenet5_1998,
        "alexnet-2012-grouped": lambda: plain.alexnet(groups=2),
        "alexnet-ungrouped": lambda: plain.alexnet(groups=1),
        "alexnet-torchvision": plain.alexnet_one_tower,
        "vgg11": lambda: plain.vgg("64 M 128 M 256 256 M 512 512 M 512 512 M"),
        "vgg13": lambda: plain.vgg("64 64 M 128 128 M 256 256 M 512 512 M 512 512 M"),
        "vgg16": lambda: plain.vgg("64 64 M 128 128 M 256 256 256 M 512 512 512 M 512 512 512 M"),
        "vgg19": lambda: plain.vgg(
            "64 64 M 128 128 M 256 256 256 256 M 512 512 512 512 M 512 512 512 512 M"
        ),
        "googlenet-paper-bias": lambda: branching.googlenet(bias=True),
        "googlenet-paper-no-bias": lambda: branching.googlenet(bias=False),
        "googlenet-5x5-bn": lambda: branching.googlenet(bias=False, batch_norm=True),
        "googlenet-torchvision-3x3bug": lambda: branching.googlenet(
            bias=False, batch_norm=True, largest=3
        ),
        "resnet18": lambda: branching.resnet(branching.Basic, [2, 2, 2, 2]),
        "resnet34": lambda: branching.resnet(branching.Basic, [3, 4, 6, 3]),
        "resnet50": lambda: branching.resnet(branching.Bottleneck, [3, 4, 6, 3]),
        "resnet101": lambda: branching.resnet(branching.Bottleneck, [3, 4, 23, 3]),
        "resnet152": lambda: branching.resnet(branching.Bottleneck, [3, 8, 36, 3]),
        "efficientnet-b0": branching.efficientnet_b0,
        "transformer-base-blocks": lambda: attending.Translator(512, 8, 2048),
        "transformer-base-37k-shared": lambda: attending.Translator(512, 8, 2048, tokens=37_000),
        "transformer-big-37k-shared": lambda: attending.Translator(1024, 16, 4096, tokens=37_000),
        "torch-nn-Transformer-default": attending.torch_transformer,
        "bert-base": lambda: attending.Bert(768, 12, 12),
        "bert-large": lambda: attending.Bert(1024, 16, 24),
        "gpt2": lambda: attending.GPT2(768, 12, 12),
        "gpt2-xl": lambda: attending.GPT2(1600, 25, 48),
        "t5-small": lambda: attending.T5(512, 8, 2048, 6),
        "t5-base": lambda: attending.T5(768, 12, 3072, 12),
        "vit-b16": lambda: attending.ViT(768, 12, 12),
        "vit-b16-21k-free-backbone": lambda: attending.ViT(768, 12, 12, head=False),
        "vit-l16": lambda: attending.ViT(1024, 16, 24),
    }
