"""architectures.inception_module: parallel branches, put one after the other by channel.

    C_out = 1×1 + 3×3 + 5×5 + pool projection

Every branch keeps height and width, so the maps can be concatenated. The 1×1 convolutions before
3×3 and 5×5 reduce the channels inside their branch and do not reach the output. Every
convolution has biases, as in the paper; there is no batch norm.
Source: Szegedy et al., Going deeper with convolutions, arXiv:1409.4842, Table 1.

>>> from solvers import find
>>> module = {"channels": 192, "one": 64, "reduce_three": 96, "three": 128}
>>> module |= {"reduce_five": 16, "five": 32, "pool": 32}
>>> find("architectures.inception_module").solve(module).quantities
{'out_channels': 256, 'parameters': 163696}
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from solvers._written import sum_of
from solvers.architectures.tables.branching import inception
from solvers.contract import Inputs, Misconception, Quantity, Solver, Work, whole
from solvers.device import Device


@dataclass(frozen=True, kw_only=True)
class Module(Inputs):
    """The widths of a module, in the order of the paper's table."""

    channels: int = whole(1, 4096, "channels of the input")
    one: int = whole(1, 4096, "1×1 filters")
    reduce_three: int = whole(1, 4096, "1×1 filters before the 3×3")
    three: int = whole(1, 4096, "3×3 filters")
    reduce_five: int = whole(1, 4096, "1×1 filters before the 5×5")
    five: int = whole(1, 4096, "5×5 filters")
    pool: int = whole(1, 4096, "1×1 filters after pooling")

    @property
    def branches(self) -> tuple[int, ...]:
        return self.one, self.three, self.five, self.pool

    @property
    def widths(self) -> tuple[int, ...]:
        narrow_3, narrow_5 = self.reduce_three, self.reduce_five
        return self.one, narrow_3, self.three, narrow_5, self.five, self.pool


def _reference(given: Module, work: Work) -> None:
    names = "1×1, 3×3, 5×5, pool projection"
    widths = work.step("out_channels", "channels of each branch", names, list(given.branches))
    total = work.step("out_channels", "concatenated", sum_of(widths), sum(widths))
    work.give("out_channels", total)

    lines = inception(given.channels, given.widths)
    each = [work.step("parameters", x.label, x.formula, x.parameters) for x in lines]
    work.give("parameters", work.step("parameters", "parameters", sum_of(each), sum(each)))


def _kernel(given: Module, _: Device) -> Mapping[str, Any]:
    """A real module on the meta device, and an image that passes through it."""
    import torch

    from solvers.architectures.networks.branching import Inception, unit

    with torch.device("meta"), torch.no_grad():
        module = Inception(
            given.channels,
            given.one,
            (given.reduce_three, given.three),
            (given.reduce_five, given.five),
            given.pool,
            largest=5,
            unit=unit(bias=True),
        )
        y = module(torch.empty(1, given.channels, 7, 7))
    return {
        "out_channels": y.shape[1],
        "parameters": sum(p.numel() for p in module.parameters()),
    }


solver = Solver(
    id="architectures.inception_module",
    concepts=("inception-module",),
    inputs=Module,
    quantities={
        "out_channels": Quantity("integer", "channels of the output"),
        "parameters": Quantity("integer", "trainable parameters, biases included"),
    },
    reference=_reference,
    kernel=_kernel,
    misconceptions=(
        Misconception(
            "inception-module/max-branch",
            slip="when the widest branch is taken",
            correction="The branches are put one after the other, so their channels add up.",
            wrong=lambda g: {"out_channels": max(g.branches)},
            departs_at="concatenated",
        ),
        Misconception(
            "inception-module/plus-input",
            slip="when the channels of the input are added",
            correction="There is no shortcut here: only the four branches reach the output.",
            wrong=lambda g: {"out_channels": sum(g.branches) + g.channels},
            departs_at="concatenated",
        ),
        Misconception(
            "inception-module/includes-reducers",
            slip="when the 1×1 reductions are counted too",
            correction="The reductions feed the 3×3 and 5×5 filters and end inside their branch.",
            wrong=lambda g: {"out_channels": sum(g.widths)},
            departs_at="channels of each branch",
        ),
        Misconception(
            "inception-module/average",
            slip="when the branches are averaged",
            correction="The branches are concatenated: every map of every branch is kept.",
            wrong=lambda g: {"out_channels": sum(g.branches) / 4},
            departs_at="concatenated",
        ),
    ),
    source="Szegedy et al., arXiv:1409.4842, Table 1",
)
