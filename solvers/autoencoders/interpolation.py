"""autoencoders.latent_interpolation and .decoded_interpolation: from one code to another.

    z(α) = (1 − α)z₁ + αz₂,  0 ≤ α ≤ 1,   image = ReLU(Wz + b)

At α = 0 it is the first code, at 1 the second. The decoder turns each z into an image; since it
is not linear, the image in between is not a mixture of the two images. Shapes: z₁, z₂ (d,),
W (pixels, d), b (pixels,). Source: Bengio et al., Better mixing via deep representations,
arXiv:1207.4404.

>>> from solvers import find
>>> codes = {"first": [0, 2], "second": [4, -2], "alpha": 0.25}
>>> find("autoencoders.latent_interpolation").solve(codes).quantities
{'z': [1.0, 1.0]}
>>> decoder = {"weights": [[1, 0], [0, 1]], "biases": [0, 0]}
>>> find("autoencoders.decoded_interpolation").solve(codes | decoder).quantities
{'z': [1.0, 1.0], 'image': [1.0, 1.0]}
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from solvers._written import factor, number
from solvers.activations.arrays import Array
from solvers.contract import Inputs, Misconception, Quantity, Solver, Work, array, real
from solvers.device import Device


@dataclass(frozen=True, kw_only=True)
class Codes(Inputs):
    """Two codes, and how far to go from the first to the second."""

    first: Array = array("d", -1000, 1000, "first code z₁")
    second: Array = array("d", -1000, 1000, "second code z₂")
    alpha: float = real(0, 1, "how far α towards the second")

    def between(self, one: Array, other: Array) -> Array:
        mixed: Array = (1 - self.alpha) * one + self.alpha * other
        return mixed


def _interpolated(given: Codes, work: Work) -> Array:
    a = number(given.alpha)
    rest = 1 - given.alpha
    formula = f"(1 − α)z₁ = {number(rest)}·z₁"
    near = work.step("z", "share of the first code", formula, rest * given.first)
    far = work.step("z", "share of the second code", f"αz₂ = {a}·z₂", given.alpha * given.second)
    formula = f"their sum; its first number is {number(near[0])} + {factor(far[0])}"
    z: Array = work.give("z", work.step("z", "interpolated code", formula, near + far))
    return z


def _codes(given: Codes, work: Work) -> None:
    _interpolated(given, work)


def _lerp(given: Codes, device: Device) -> Any:
    import torch

    return torch.lerp(device.tensor(given.first), device.tensor(given.second), given.alpha)


def _codes_kernel(given: Codes, device: Device) -> Mapping[str, Any]:
    """torch's linear interpolation."""
    return {"z": _lerp(given, device)}


_Rule = Callable[[Codes], Array]  # a wrong code; the lesson with a decoder decodes it too


def _slips(
    give: Callable[[_Rule], Callable[[Any], dict[str, Any]]],
) -> tuple[Misconception[Any], ...]:
    """What goes wrong with z, with the quantities that ``give`` makes of it."""
    return (
        Misconception(
            "latent-interpolation/swapped",
            slip="when α is given to the first code",
            correction="α is the share of the second code: at α = 0 nothing of it is there.",
            wrong=give(lambda g: g.alpha * g.first + (1 - g.alpha) * g.second),
            departs_at="share of the first code",
            applies=lambda g: g.alpha != 0.5,
        ),
        Misconception(
            "latent-interpolation/no-complement",
            slip="when the first code keeps its full weight",
            correction="The shares add up to 1: the first code has 1 − α.",
            wrong=give(lambda g: g.first + g.alpha * g.second),
            departs_at="share of the first code",
            applies=lambda g: g.alpha != 0,
        ),
        Misconception(
            "latent-interpolation/midpoint",
            slip="when the middle is taken, whatever α is",
            correction=lambda g: f"The middle is α = ½; here α is {number(g.alpha)}.",
            wrong=give(lambda g: (g.first + g.second) / 2),
            departs_at="share of the first code",
            applies=lambda g: g.alpha != 0.5,
        ),
    )


latent = Solver(
    id="autoencoders.latent_interpolation",
    concepts=("latent-interpolation",),
    inputs=Codes,
    quantities={"z": Quantity("vector", "the interpolated code z(α)")},
    reference=_codes,
    kernel=_codes_kernel,
    misconceptions=_slips(lambda rule: lambda g: {"z": rule(g)}),
    source="Bengio et al., Better mixing via deep representations, arXiv:1207.4404",
)

# ------------------------------------------------------- autoencoders.decoded_interpolation


@dataclass(frozen=True, kw_only=True)
class Decoded(Codes):
    """Two codes, and a decoder of one layer."""

    weights: Array = array("pixels d", -100, 100, "W, a row for each pixel")
    biases: Array = array("pixels", -100, 100, "b")

    def decode(self, z: Array) -> Array:
        image: Array = np.maximum(self.weights @ z + self.biases, 0)
        return image


def _image(given: Decoded, work: Work) -> None:
    z = _interpolated(given, work)
    before = work.step("image", "before the ReLU", "Wz + b", given.weights @ z + given.biases)
    work.give("image", work.step("image", "image", "ReLU", np.maximum(before, 0)))


def _image_kernel(given: Decoded, device: Device) -> Mapping[str, Any]:
    """torch's linear interpolation, and a layer."""
    import torch
    from torch.nn.functional import linear

    z = _lerp(given, device)
    weights, biases = device.tensor(given.weights), device.tensor(given.biases)
    return {"z": z, "image": torch.relu(linear(z, weights, biases))}


def _decode_too(rule: _Rule) -> Callable[[Decoded], dict[str, Any]]:
    return lambda given: {"z": rule(given), "image": given.decode(rule(given))}


decoded = Solver(
    id="autoencoders.decoded_interpolation",
    concepts=("latent-interpolation",),
    inputs=Decoded,
    quantities={
        "z": Quantity("vector", "the interpolated code z(α)"),
        "image": Quantity("vector", "the image decoded from it", uses=("z",)),
    },
    reference=_image,
    kernel=_image_kernel,
    misconceptions=(
        *_slips(_decode_too),
        Misconception(
            "latent-interpolation/pixel-space",
            slip="when the two images are mixed in place of their codes",
            correction="Mix the codes, then decode: mixing pixels shows two ghosts at once.",
            wrong=lambda g: {"image": g.between(g.decode(g.first), g.decode(g.second))},
            departs_at="before the ReLU",
        ),
    ),
    source="Bengio et al., Better mixing via deep representations, arXiv:1207.4404",
)
