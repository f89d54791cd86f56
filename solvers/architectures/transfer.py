"""architectures.transfer_learning: what trains when a known encoder gets a new head.

    head = d·C + C

d is the width of the encoder's output (512 for ResNet-18 and 34, 2048 for 50, 101 and 152), C
the number of new classes. Feature extraction trains the head alone; fine-tuning also trains the
last stage of the encoder, or all of it, at a small rate. A frozen encoder stays in eval mode,
or its batch norm statistics drift. Source: Yosinski et al., How transferable are features in
deep neural networks?, arXiv:1411.1792; He et al., arXiv:1512.03385.

>>> from solvers import find
>>> transfer = find("architectures.transfer_learning")
>>> transfer.solve({"encoder": "resnet18", "classes": 10}).quantities
{'feature_extraction': 5130, 'last_stage': 8398858, 'fine_tuning': 11181642}
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from solvers.architectures.tables import table_of
from solvers.contract import Inputs, Misconception, Quantity, Solver, Work, one_of, whole
from solvers.device import Device

WIDTHS = {"resnet18": 512, "resnet34": 512, "resnet50": 2048, "resnet101": 2048, "resnet152": 2048}
OLD_CLASSES = 1000


@dataclass(frozen=True, kw_only=True)
class Transfer(Inputs):
    """A network trained on ImageNet that gets a new head."""

    encoder: str = one_of(tuple(WIDTHS), "trained network whose head is replaced")
    classes: int = whole(1, 100_000, "classes C of the new head")

    @property
    def width(self) -> int:
        return WIDTHS[self.encoder]

    @property
    def head(self) -> int:
        return (self.width + 1) * self.classes

    @property
    def encoder_parameters(self) -> int:
        return sum(part.parameters for part in table_of(self.encoder)[:-1])


def _reference(given: Transfer, work: Work) -> None:
    d, c = given.width, given.classes
    weights = work.step("feature_extraction", "weights of the new head", f"d·C = {d}·{c}", d * c)
    work.step("feature_extraction", "biases of the new head", "one per class, C", c)
    head = work.step("feature_extraction", "new head", f"{weights} + {c}", weights + c)
    head = work.give("feature_extraction", head)

    last = table_of(given.encoder)[-2].parameters
    last = work.step("last_stage", "last stage of the encoder", "the blocks of conv5_x", last)
    total = work.step("last_stage", "last stage and head", f"{last} + {head}", last + head)
    work.give("last_stage", total)

    old = (d + 1) * OLD_CLASSES
    whole_network = given.encoder_parameters + old
    formula = f"{whole_network} in all, less the old head {d}·{OLD_CLASSES} + {OLD_CLASSES}"
    encoder = work.step("fine_tuning", "encoder", formula, whole_network - old)
    total = work.step("fine_tuning", "encoder and head", f"{encoder} + {head}", encoder + head)
    work.give("fine_tuning", total)


def _kernel(given: Transfer, _: Device) -> Mapping[str, Any]:
    """A real network on the meta device: freeze it, replace its head, then thaw it again."""
    from torch import nn

    from solvers.architectures.networks import build

    def trainable() -> int:
        return sum(p.numel() for p in network.parameters() if p.requires_grad)

    network = build(given.encoder).requires_grad_(False)
    head = network.get_submodule("fc")
    assert isinstance(head, nn.Sequential)
    width = head[-1].get_parameter("weight").shape[1]
    head[-1] = nn.Linear(width, given.classes, device="meta")
    feature_extraction = trainable()
    network.get_submodule("conv5_x").requires_grad_(True)
    last_stage = trainable()
    network.requires_grad_(True)
    return {
        "feature_extraction": feature_extraction,
        "last_stage": last_stage,
        "fine_tuning": trainable(),
    }


solver = Solver(
    id="architectures.transfer_learning",
    concepts=("transfer-learning",),
    inputs=Transfer,
    quantities={
        "feature_extraction": Quantity("integer", "trainable with the encoder frozen"),
        "last_stage": Quantity(
            "integer",
            "trainable with the last stage of the encoder unfrozen",
            uses=("feature_extraction",),
        ),
        "fine_tuning": Quantity(
            "integer", "trainable with nothing frozen", uses=("feature_extraction",)
        ),
    },
    reference=_reference,
    kernel=_kernel,
    misconceptions=(
        Misconception(
            "transfer-learning/whole-network",
            slip="when the frozen encoder is counted too",
            correction=lambda g: (
                "Frozen parameters are not trained: in feature extraction only the"
                f" {g.head:,} of the head are."
            ),
            wrong=lambda g: {"feature_extraction": g.encoder_parameters + g.head},
            departs_at="new head",
        ),
        Misconception(
            "transfer-learning/no-bias",
            slip="when the biases of the head are left out",
            correction=lambda g: f"Each of the {g.classes} classes has a bias.",
            wrong=lambda g: {"feature_extraction": g.width * g.classes},
            departs_at="biases of the new head",
        ),
        Misconception(
            "transfer-learning/old-head",
            slip="when the old head for 1,000 classes is kept",
            correction=lambda g: (
                f"The new head has {g.classes} outputs in place of ImageNet's 1,000."
            ),
            wrong=lambda g: {"feature_extraction": (g.width + 1) * OLD_CLASSES},
            departs_at="weights of the new head",
            applies=lambda g: g.classes != OLD_CLASSES,
        ),
        Misconception(
            "transfer-learning/bias-per-weight",
            slip="when every weight is given a bias",
            correction=lambda g: f"A class has one bias in all: {g.classes} of them.",
            wrong=lambda g: {"feature_extraction": 2 * g.width * g.classes},
            departs_at="biases of the new head",
        ),
    ),
    source="Yosinski et al., arXiv:1411.1792; He et al., arXiv:1512.03385",
)
