"""regularization.data_augmentation: how many views random cropping and flipping make of an image.

    positions on each side: n + 2q − c + 1,  views = positions² (× 2 with a horizontal flip)

An n × n image is padded by q pixels on each side, and a c × c crop is cut at random; with c = n
there are (2q + 1)² positions. Views are counted by position and flip, so a symmetric image would
have fewer that differ. Augmentation is for training: an image is tested as it is, one view.
Source: Krizhevsky, Sutskever and Hinton, ImageNet classification (2012), section 4.1; the padding
of He et al., arXiv:1512.03385, section 4.2.

>>> from solvers import find
>>> find("regularization.data_augmentation").solve({"side": 32, "padding": 4}).quantities
{'positions': 81, 'views': 162, 'output_shape': [32, 32], 'test_views': 1}
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from solvers.contract import (
    BadInput,
    Inputs,
    Misconception,
    Quantity,
    Solver,
    Work,
    one_of,
    whole,
)
from solvers.device import Device


@dataclass(frozen=True, kw_only=True)
class Augmentation(Inputs):
    """A square image, and what is done to it at random."""

    side: int = whole(1, 512, "side n of the image")
    padding: int = whole(0, 64, "pixels q added on each side")
    crop: int = whole(1, 640, "side c of the crop; left out, that of the image", same_as="side")
    flip: str = one_of(("horizontal", "none"), "random flip", default="horizontal")

    def check(self) -> None:
        if self.crop > self.side + 2 * self.padding:
            largest = self.side + 2 * self.padding
            raise BadInput("crop", self.crop, f"at most {largest}, the image with its padding")

    @property
    def room(self) -> int:
        """Pixels by which the crop can be moved along one side."""
        return self.side + 2 * self.padding - self.crop

    @property
    def flips(self) -> int:
        return 2 if self.flip == "horizontal" else 1

    @property
    def views(self) -> int:
        return (self.room + 1) ** 2 * self.flips


def _reference(given: Augmentation, work: Work) -> None:
    n, q, c = given.side, given.padding, given.crop
    padded = work.step("positions", "side with padding", f"n + 2q = {n} + 2·{q}", n + 2 * q)
    formula = f"{padded} − c + 1 = {padded} − {c} + 1"
    along = work.step("positions", "positions along a side", formula, padded - c + 1)
    positions = work.step("positions", "positions", f"{along}²", along**2)
    positions = work.give("positions", positions)
    formula = f"{positions}·{given.flips}, " + ("flipped or not" if given.flips == 2 else "no flip")
    work.give("views", work.step("views", "views", formula, positions * given.flips))
    formula = "every crop is c × c"
    work.give("output_shape", work.step("output_shape", "size of a crop", formula, [c, c]))
    formula = "the image itself, without random changes"
    work.give("test_views", work.step("test_views", "views at test", formula, 1))


def _kernel(given: Augmentation, _: Device) -> Mapping[str, Any]:
    """Count the windows of real images on the meta device, which stores no pixels."""
    import torch

    image = torch.empty(1, 1, given.side, given.side, device="meta")
    images = image if given.flips == 1 else torch.cat((image, image.flip(-1)))
    windows = torch.nn.functional.unfold(images, given.crop, padding=given.padding)
    per_image = windows.shape[2]
    crops = windows.mT.reshape(len(images), per_image, given.crop, given.crop)
    return {
        "positions": per_image,
        "views": windows.shape[0] * per_image,
        "output_shape": list(crops.shape[2:]),
        "test_views": image.shape[0],
    }


def _from_positions(
    rule: Callable[[Augmentation], int],
) -> Callable[[Augmentation], dict[str, int]]:
    """Quantities that follow from a wrong number of positions."""
    return lambda g: {"positions": rule(g), "views": rule(g) * g.flips}


solver = Solver(
    id="regularization.data_augmentation",
    concepts=("data-augmentation",),
    inputs=Augmentation,
    quantities={
        "positions": Quantity("integer", "positions at which the crop can be cut"),
        "views": Quantity(
            "integer", "views of one image, by position and flip", uses=("positions",)
        ),
        "output_shape": Quantity("shape", "size of what is cut out", axes=("height", "width")),
        "test_views": Quantity("integer", "views of one image at test"),
    },
    reference=_reference,
    kernel=_kernel,
    misconceptions=(
        Misconception(
            "data-augmentation/q-squared",
            slip="when the position without a shift is not counted",
            correction=lambda g: (
                f"The crop can move by 0 to {g.room} pixels, which makes {g.room + 1} positions."
            ),
            wrong=_from_positions(lambda g: g.room**2),
            departs_at="positions along a side",
        ),
        Misconception(
            "data-augmentation/one-side",
            slip="when the padding is counted on one side only",
            correction=lambda g: (
                f"Padding is added on both sides: {g.side} grows to {g.side + 2 * g.padding}."
            ),
            wrong=_from_positions(lambda g: (g.room - g.padding + 1) ** 2),
            departs_at="side with padding",
            applies=lambda g: 1 <= g.padding <= g.room,
        ),
        Misconception(
            "data-augmentation/no-flip",
            slip="when the flip is forgotten",
            correction="Every crop comes in two forms, flipped or not, so multiply by 2.",
            wrong=lambda g: {"views": (g.room + 1) ** 2},
            departs_at="views",
            applies=lambda g: g.flips == 2,
        ),
        Misconception(
            "data-augmentation/flip-added",
            slip="when the flip adds 2 in place of doubling",
            correction="Flip and position are chosen independently, so their numbers multiply.",
            wrong=lambda g: {"views": (g.room + 1) ** 2 + 2},
            departs_at="views",
            applies=lambda g: g.flips == 2,
        ),
        Misconception(
            "data-augmentation/augment-test",
            slip="when images are changed at random at test as well",
            correction="Augmentation is for training; a test image is shown as it is, once.",
            wrong=lambda g: {"test_views": g.views},
            departs_at="views at test",
        ),
    ),
    source="Krizhevsky, Sutskever and Hinton (2012), section 4.1; He et al., arXiv:1512.03385",
)
