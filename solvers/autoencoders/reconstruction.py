"""autoencoders.reconstruction and .denoising: through a narrow code and back.

    h = Ex,  x̂ = Dh,  L = (1/n)Σ(x − x̂)²            the target is the input
    h = Ex̃,  x̂ = Dh,  L = (1/n)Σ(x − x̂)²  x̃ = x + ν  the target is the clean x

Linear, without biases. Shapes: x, x̃ (n,), E (k, n), D (n, k), with a code narrower than the
input, k < n. Noise makes copying useless: what was added would be copied too. Sources: Hinton
and Salakhutdinov, Science 313 (2006); Vincent et al., Extracting and composing robust features
with denoising autoencoders (ICML 2008).

>>> from solvers import find
>>> weights = {"encoder": [[0.5, 0.5]], "decoder": [[1], [1]]}
>>> find("autoencoders.reconstruction").solve({"x": [1, 3], **weights}).quantities
{'code': [2.0], 'reconstruction': [2.0, 2.0], 'loss': 1.0, 'compression': 2.0}
>>> find("autoencoders.denoising").solve({"x": [2, 2], "noisy": [1, 5], **weights}).quantities
{'code': [3.0], 'reconstruction': [3.0, 3.0], 'loss': 1.0}
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from solvers._written import number, sum_of, sum_of_products
from solvers.activations.arrays import Array
from solvers.contract import BadInput, Inputs, Misconception, Quantity, Solver, Work, array
from solvers.device import Device

# -------------------------------------------------------------- autoencoders.reconstruction


@dataclass(frozen=True, kw_only=True)
class Linear(Inputs):
    """A linear autoencoder and an input."""

    x: Array = array("n", -1000, 1000, "input x, which is the target too")
    encoder: Array = array("k n", -100, 100, "E, a row for each number of the code")
    decoder: Array = array("n k", -100, 100, "D, a row for each number of the reconstruction")

    def check(self) -> None:
        n = len(self.x)
        if len(self.encoder) >= n:
            raise BadInput("encoder", self.encoder.tolist(), f"fewer rows than x has numbers, {n}")

    @property
    def code(self) -> Array:
        h: Array = self.encoder @ self.x
        return h

    def through(self, x: Array) -> Array:
        """dec(enc(x))."""
        y: Array = self.decoder @ (self.encoder @ x)
        return y


def _mean_square(error: Array) -> float:
    return float((error**2).mean())


def _write_loss(x: Array, reconstruction: Array, work: Work) -> None:
    n = len(x)
    errors = work.step("loss", "errors", "x − x̂", x - reconstruction)
    squares = work.step("loss", "squared errors", "(x − x̂)²", errors**2)
    total = work.step("loss", "sum of squares", sum_of(squares), float(squares.sum()))
    work.give(
        "loss", work.step("loss", "mean", f"{number(total)} / n = {number(total)}/{n}", total / n)
    )


def _decoded(given: Linear, code: Array, work: Work) -> Array:
    formula = f"Dh; its first number is {sum_of_products(given.decoder[0], code)}"
    read: Array = work.step("reconstruction", "reconstruction", formula, given.decoder @ code)
    return read


def _reconstruction(given: Linear, work: Work) -> None:
    formula = f"Ex; its first number is {sum_of_products(given.encoder[0], given.x)}"
    code = work.give("code", work.step("code", "code", formula, given.code))
    reconstruction = work.give("reconstruction", _decoded(given, code, work))
    _write_loss(given.x, reconstruction, work)
    n, k = len(given.x), len(given.encoder)
    work.give("compression", work.step("compression", "compression", f"n/k = {n}/{k}", n / k))


def _layers(given: Linear, device: Device) -> Any:
    """The encoder and the decoder as torch's layers, with the weights that are given."""
    from torch import nn

    k, n = given.encoder.shape
    settings: dict[str, Any] = {"bias": False, "device": device.name, "dtype": device.dtype}
    encoder, decoder = nn.Linear(n, k, **settings), nn.Linear(k, n, **settings)
    encoder.load_state_dict({"weight": device.tensor(given.encoder)})
    decoder.load_state_dict({"weight": device.tensor(given.decoder)})
    return nn.Sequential(encoder, decoder).requires_grad_(False)


def _reconstruction_kernel(given: Linear, device: Device) -> Mapping[str, Any]:
    """Two linear layers, and torch's own loss."""
    from torch.nn.functional import mse_loss

    x, network = device.tensor(given.x), _layers(given, device)
    code = network[0](x)
    reconstruction = network[1](code)
    return {
        "code": code,
        "reconstruction": reconstruction,
        "loss": mse_loss(reconstruction, x),
        "compression": x.numel() / code.numel(),
    }


def _padded_code(given: Linear) -> Array:
    return np.pad(given.code, (0, len(given.x) - len(given.code)))


reconstruction = Solver(
    id="autoencoders.reconstruction",
    concepts=("autoencoder",),
    inputs=Linear,
    quantities={
        "code": Quantity("vector", "the code h"),
        "reconstruction": Quantity("vector", "the reconstruction x̂", uses=("code",)),
        "loss": Quantity("real", "mean squared error", uses=("code", "reconstruction")),
        "compression": Quantity("real", "how many times narrower the code is"),
    },
    reference=_reconstruction,
    kernel=_reconstruction_kernel,
    misconceptions=(
        Misconception(
            "autoencoder/sum",
            slip="when the squares are added up but not averaged",
            correction=lambda g: f"The sum is divided by the number of entries, n = {len(g.x)}.",
            wrong=lambda g: {"loss": float(((g.x - g.through(g.x)) ** 2).sum())},
            departs_at="mean",
        ),
        Misconception(
            "autoencoder/latent-loss",
            slip="when the code is compared with 0",
            correction="The loss compares x̂ with x; the code itself has no target.",
            wrong=lambda g: {"loss": _mean_square(g.code)},
            departs_at="errors",
        ),
        Misconception(
            "autoencoder/encode-only",
            slip="when the code, filled up with zeros, is taken for x̂",
            correction="The code has to go through the decoder: x̂ = Dh.",
            wrong=lambda g: {
                "reconstruction": _padded_code(g),
                "loss": _mean_square(g.x - _padded_code(g)),
            },
            departs_at="reconstruction",
        ),
        Misconception(
            "autoencoder/zero",
            slip="when the copy is taken to be perfect",
            correction="Not everything fits through a narrower code, so x̂ differs from x.",
            wrong=lambda _: {"loss": 0.0},
            departs_at="errors",
        ),
    ),
    source="Hinton and Salakhutdinov, Science 313 (2006)",
)

# ------------------------------------------------------------------- autoencoders.denoising


@dataclass(frozen=True, kw_only=True)
class Noisy(Linear):
    """A linear autoencoder, a clean example, and what noise made of it."""

    x: Array = array("n", -1000, 1000, "clean example x, the target")
    noisy: Array = array("n", -1000, 1000, "x̃ = x + ν, which the encoder sees")


def _denoising(given: Noisy, work: Work) -> None:
    formula = f"Ex̃; its first number is {sum_of_products(given.encoder[0], given.noisy)}"
    code = work.give("code", work.step("code", "code", formula, given.encoder @ given.noisy))
    reconstruction = work.give("reconstruction", _decoded(given, code, work))
    _write_loss(given.x, reconstruction, work)


def _denoising_kernel(given: Noisy, device: Device) -> Mapping[str, Any]:
    """Two linear layers on the noisy input, and torch's own loss on the clean target."""
    from torch.nn.functional import mse_loss

    network = _layers(given, device)
    code = network[0](device.tensor(given.noisy))
    reconstruction = network[1](code)
    return {
        "code": code,
        "reconstruction": reconstruction,
        "loss": mse_loss(reconstruction, device.tensor(given.x)),
    }


def _is_noisy(given: Noisy) -> bool:
    return bool((given.x != given.noisy).any())


denoising = Solver(
    id="autoencoders.denoising",
    concepts=("denoising-autoencoder",),
    inputs=Noisy,
    quantities={
        "code": Quantity("vector", "the code h of the noisy x̃"),
        "reconstruction": Quantity("vector", "the reconstruction x̂", uses=("code",)),
        "loss": Quantity("real", "mean squared error", uses=("code", "reconstruction")),
    },
    reference=_denoising,
    kernel=_denoising_kernel,
    misconceptions=(
        Misconception(
            "denoising-autoencoder/noisy-target",
            slip="when the reconstruction is compared with the noisy x̃",
            correction="The target is the clean x: noise is to be removed, not copied.",
            wrong=lambda g: {"loss": _mean_square(g.noisy - g.through(g.noisy))},
            departs_at="errors",
            applies=_is_noisy,
        ),
        Misconception(
            "denoising-autoencoder/clean-input",
            slip="when the clean x is put through the network",
            correction="The encoder sees the noisy x̃; only the target is clean.",
            wrong=lambda g: {
                "code": g.code,
                "reconstruction": g.through(g.x),
                "loss": _mean_square(g.x - g.through(g.x)),
            },
            departs_at="code",
            applies=_is_noisy,
        ),
        Misconception(
            "denoising-autoencoder/noise-loss",
            slip="when the noise itself is measured",
            correction="The loss is about what the network gives out, x̂, not about its input x̃.",
            wrong=lambda g: {"loss": _mean_square(g.x - g.noisy)},
            departs_at="errors",
        ),
        Misconception(
            "denoising-autoencoder/sum",
            slip="when the squares are added up but not averaged",
            correction=lambda g: f"The sum is divided by the number of entries, n = {len(g.x)}.",
            wrong=lambda g: {"loss": float(((g.x - g.through(g.noisy)) ** 2).sum())},
            departs_at="mean",
        ),
    ),
    source="Vincent et al., Extracting and composing robust features (ICML 2008)",
)
