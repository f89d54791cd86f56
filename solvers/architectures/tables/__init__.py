"""The parameters of known networks by arithmetic, a line a layer.

Trainable numbers: weights, biases, gains and shifts of norms, tables; not running statistics.
Image networks have 1,000 classes, LeNet-5 has 10.

>>> parameter_count("vgg16")
138357544
"""

from __future__ import annotations

import functools
from collections.abc import Callable

from solvers.architectures.tables.attending import bert, gpt2, t5, transformer, transformer_blocks
from solvers.architectures.tables.attending import vit as vit_table
from solvers.architectures.tables.branching import efficientnet_b0, googlenet, resnet
from solvers.architectures.tables.lines import Table
from solvers.architectures.tables.plain import (
    alexnet,
    alexnet_one_tower,
    lenet5_1998,
    lenet5_modern,
    vgg,
)
from solvers.contract import BadInput

_TABLES: dict[str, Callable[[], Table]] = {
    "lenet5-modern": lenet5_modern,
    "lenet5-1998": lenet5_1998,
    "alexnet-2012-grouped": lambda: alexnet(groups=2),
    "alexnet-ungrouped": lambda: alexnet(groups=1),
    "alexnet-torchvision": alexnet_one_tower,
    "vgg11": lambda: vgg(11),
    "vgg13": lambda: vgg(13),
    "vgg16": lambda: vgg(16),
    "vgg19": lambda: vgg(19),
    "googlenet-paper-bias": lambda: googlenet(after="bias"),
    "googlenet-paper-no-bias": lambda: googlenet(after="nothing"),
    "googlenet-5x5-bn": lambda: googlenet(after="batch norm"),
    "googlenet-torchvision-3x3bug": lambda: googlenet(after="batch norm", largest=3),
    "resnet18": lambda: resnet(18),
    "resnet34": lambda: resnet(34),
    "resnet50": lambda: resnet(50),
    "resnet101": lambda: resnet(101),
    "resnet152": lambda: resnet(152),
    "efficientnet-b0": efficientnet_b0,
    "transformer-base-blocks": lambda: transformer_blocks(512, 2048),
    "transformer-base-37k-shared": lambda: transformer(512, 2048),
    "transformer-big-37k-shared": lambda: transformer(1024, 4096),
    "torch-nn-Transformer-default": lambda: transformer_blocks(512, 2048, final_norms=True),
    "bert-base": lambda: bert(768, 12),
    "bert-large": lambda: bert(1024, 24),
    "gpt2": lambda: gpt2(768, 12),
    "gpt2-xl": lambda: gpt2(1600, 48),
    "t5-small": lambda: t5(512, 2048, 6, 8),
    "t5-base": lambda: t5(768, 3072, 12, 12),
    "vit-b16": lambda: vit_table(768, 12),
    "vit-b16-21k-free-backbone": lambda: vit_table(768, 12, head=False),
    "vit-l16": lambda: vit_table(1024, 24),
}

NAMES = tuple(_TABLES)


@functools.cache
def table_of(name: str) -> Table:
    """The parts of a network, in the order in which an input meets them."""
    if name not in _TABLES:
        raise BadInput("name", name, "one of " + ", ".join(NAMES))
    return _TABLES[name]()


def parameter_count(name: str) -> int:
    """How many numbers a network learns; raises BadInput for a name not in NAMES."""
    return sum(part.parameters for part in table_of(name))
