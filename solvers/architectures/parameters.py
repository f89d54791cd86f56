"""architectures.parameters: how many numbers a known network learns, layer by layer.

    convolution  f·f·C_in/groups·K + K    dense  n·m + m    norm  2·C    table  rows·width

f is the side of the filters, K their number. Counted are trainable numbers: running statistics
of batch norm are not. Published figures are often rounded, and one name can mean several
networks, so each name here says which (AlexNet of 2012 had two GPUs and grouped convolutions).
Sources: the papers named beside the tables.

>>> from solvers import find
>>> find("architectures.parameters").solve({"architecture": "lenet5-modern"}).quantities
{'breakdown': [156, 0, 2416, 0, 48120, 10164, 850], 'parameters': 61706}
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from solvers._written import sum_of
from solvers.architectures.networks import build, counts
from solvers.architectures.tables import NAMES, table_of
from solvers.architectures.tables.lines import Line, Part, Table
from solvers.contract import Inputs, Misconception, Quantity, Solver, Work, one_of
from solvers.device import Device


@dataclass(frozen=True, kw_only=True)
class Network(Inputs):
    """A known network."""

    architecture: str = one_of(NAMES, "name of the network")

    @property
    def table(self) -> Table:
        return table_of(self.architecture)


def _reference(given: Network, work: Work) -> None:
    table = given.table
    each = [_write(part, "", work) for part in table]
    names = ", ".join(part.name for part in table)
    each = work.give("breakdown", work.step("breakdown", "all parts", names, each))
    formula = sum_of(each, most=12)
    work.give("parameters", work.step("parameters", "parameters", formula, sum(each)))


def _write(part: Part, prefix: str, work: Work) -> int:
    """Write the lines of one part, with the sum of a group after what is in it."""
    label = f"{prefix}{part.label}"
    if isinstance(part, Line):
        count: int = work.step("breakdown", label, part.formula, part.parameters)
        return count
    inside = [_write(child, f"{label}: ", work) for child in part.parts]
    one: int = work.step("breakdown", label, sum_of(inside, most=10), sum(inside))
    if part.times > 1:
        name = f"{prefix}{part.name}"
        one = work.step("breakdown", name, f"{part.times}·{one}", part.times * one)
    return one


def _kernel(given: Network, _: Device) -> Mapping[str, Any]:
    """A real network on the meta device, its parameters counted by torch."""
    network = build(given.architecture)
    return {
        "breakdown": [*counts(network).values()],
        "parameters": sum(parameter.numel() for parameter in network.parameters()),
    }


def _without_biases(given: Network) -> dict[str, Any]:
    weights = [part.weights for part in given.table]
    return {"breakdown": weights, "parameters": sum(weights)}


def _changed(given: Network, changes: Mapping[str, int]) -> dict[str, Any]:
    each = [part.parameters + changes.get(part.name, 0) for part in given.table]
    return {"breakdown": each, "parameters": sum(each)}


def _is_modern_lenet(given: Network) -> bool:
    return given.architecture == "lenet5-modern"


solver = Solver(
    id="architectures.parameters",
    concepts=("lenet5", "alexnet", "vgg"),
    inputs=Network,
    quantities={
        "breakdown": Quantity("vector", "parameters of each part, from input to output"),
        "parameters": Quantity("integer", "trainable parameters", uses=("breakdown",)),
    },
    reference=_reference,
    kernel=_kernel,
    misconceptions=(
        Misconception(
            "lenet5/no-bias",
            slip="when the biases are left out",
            correction="Every map and every dense unit has a bias: 6 + 16 + 120 + 84 + 10 = 236.",
            wrong=_without_biases,
            departs_at="C1",
            applies=_is_modern_lenet,
        ),
        Misconception(
            "lenet5/pool-params",
            slip="when each pooled map is given a scale and a shift, as in 1998",
            correction="Pooling as it is used today has nothing to learn.",
            wrong=lambda g: _changed(g, {"S2": 2 * 6, "S4": 2 * 16}),
            departs_at="S2",
            applies=_is_modern_lenet,
        ),
        Misconception(
            "lenet5/c3-forgot-cin",
            slip="when the filters of C3 are taken to see one map",
            correction="Each filter of C3 sees all 6 maps of S2: 5·5·6 weights, not 5·5.",
            wrong=lambda g: _changed(g, {"C3": -5 * 5 * 5 * 16}),
            departs_at="C3",
            applies=_is_modern_lenet,
        ),
        Misconception(
            "alexnet/no-bias",
            slip="when the biases are left out",
            correction="Every filter and every dense unit has a bias of its own.",
            wrong=_without_biases,
            departs_at="conv1",
            applies=lambda g: g.architecture.startswith("alexnet"),
        ),
        Misconception(
            "alexnet/forgot-rgb",
            slip="when the filters of conv1 are taken to see one colour",
            correction="The image has 3 channels, and each filter of conv1 sees all of them.",
            wrong=lambda g: _changed(g, {"conv1": -2 * 11 * 11 * _conv1_filters(g)}),
            departs_at="conv1",
            applies=lambda g: g.architecture.startswith("alexnet"),
        ),
    ),
    source="LeCun et al. (1998) to Dosovitskiy et al. (2020), each beside its table",
)


def _conv1_filters(given: Network) -> int:
    return given.table[0].biases
