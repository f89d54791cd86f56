"""autoencoders.vae_kl, .reparameterisation and .vae_loss: codes that are distributions.

    D_KL(N(μ, diag σ²) ‖ N(0, I)) = ½Σ(μ² + σ² − 1 − ln σ²)
    z = μ + σ⊙ε,  ε ~ N(0, I),  σ = exp(½·logvar),   ∂z/∂logvar = ½σ⊙ε
    L = Σ(x − x̂)² + D_KL

Natural logs; logvar = ln σ², which may be any number while σ must be positive. The second
argument of N is the variance. In the loss both parts are summed: averaging the squared errors
while summing the divergence would weigh the divergence n times as much. Squared errors are the
likelihood of a Gaussian with variance ½, up to a constant. Shapes: μ, σ, logvar, ε (d,), x and
x̂ (n,). Source: Kingma and Welling, arXiv:1312.6114, section 2.4 and appendix B.

>>> from solvers import find
>>> find("autoencoders.vae_kl").solve({"mu": [1, -2], "sigma": [1, 1]}).quantities["kl"]
2.5
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from solvers._written import factor, number, sum_of
from solvers.activations.arrays import Array
from solvers.autoencoders.arrays import gaussian_kl
from solvers.contract import Inputs, Misconception, Quantity, Solver, Work, array
from solvers.device import Device

# --------------------------------------------------------------------- autoencoders.vae_kl


@dataclass(frozen=True, kw_only=True)
class Posterior(Inputs):
    """The distribution that the encoder gives for one input."""

    mu: Array = array("d", -1000, 1000, "means μ")
    sigma: Array = array("d", 1e-6, 1000, "standard deviations σ")


def _write_kl(mu: Array, sigma: Array, work: Work) -> float:
    """The divergence, term by term."""
    means = work.step("kl", "squared means", "μ²", mu**2)
    variances = work.step("kl", "variances", "σ²", sigma**2)
    logs = work.step("kl", "logs of the variances", "ln σ²", 2 * np.log(sigma))
    each = means + variances - 1 - logs
    each = work.step("kl", "for each dimension", "μ² + σ² − 1 − ln σ²", each)
    total = work.step("kl", "sum over the dimensions", sum_of(each), float(each.sum()))
    half = work.step("kl", "divergence", f"½·{factor(total)}", total / 2)
    kl: float = work.give("kl", half)
    return kl


def _kl(given: Posterior, work: Work) -> None:
    _write_kl(given.mu, given.sigma, work)


def _kl_of_torch(mu: Any, sigma: Any) -> Any:
    from torch.distributions import Normal, kl_divergence

    prior = Normal(mu.new_zeros(()), mu.new_ones(()))
    return kl_divergence(Normal(mu, sigma), prior).sum()


def _kl_kernel(given: Posterior, device: Device) -> Mapping[str, Any]:
    """torch's own divergence between normal distributions."""
    return {"kl": _kl_of_torch(device.tensor(given.mu), device.tensor(given.sigma))}


def _terms(rule: Callable[[Array, Array], Array]) -> Callable[[Posterior], dict[str, float]]:
    """A wrong divergence that is a sum over the dimensions."""
    return lambda given: {"kl": float(rule(given.mu, given.sigma).sum())}


_SPREAD = "The variance σ² is what counts, both alone and inside the logarithm."

vae_kl = Solver(
    id="autoencoders.vae_kl",
    concepts=("vae-kl",),
    inputs=Posterior,
    quantities={"kl": Quantity("real", "divergence from the standard normal distribution")},
    reference=_kl,
    kernel=_kl_kernel,
    misconceptions=(
        Misconception(
            "vae-kl/sigma-unsquared",
            slip="when σ is put where σ² belongs",
            correction=_SPREAD,
            wrong=_terms(lambda m, s: (m**2 + s - 1 - np.log(s)) / 2),
            departs_at="variances",
            applies=lambda g: bool((g.sigma != 1).any()),
        ),
        Misconception(
            "vae-kl/sign",
            slip="when the sign is turned around",
            correction="A divergence is never negative; it is 0 only for μ = 0 and σ = 1.",
            wrong=_terms(lambda m, s: -(m**2 + s**2 - 1 - 2 * np.log(s)) / 2),
            departs_at="divergence",
        ),
        Misconception(
            "vae-kl/no-half",
            slip="without the ½ in front",
            correction="The ½ comes from the exponent of the normal density and stays in front.",
            wrong=_terms(lambda m, s: m**2 + s**2 - 1 - 2 * np.log(s)),
            departs_at="divergence",
        ),
        Misconception(
            "vae-kl/log-sigma",
            slip="when the logarithm is that of σ",
            correction="The logarithm is that of the variance: ln σ² = 2·ln σ.",
            wrong=_terms(lambda m, s: (m**2 + s**2 - 1 - np.log(s)) / 2),
            departs_at="logs of the variances",
            applies=lambda g: bool((g.sigma != 1).any()),
        ),
        Misconception(
            "vae-kl/mean-over-dims",
            slip="when the dimensions are averaged",
            correction="The dimensions are independent, so their divergences add up.",
            wrong=lambda g: {"kl": gaussian_kl(g.mu, g.sigma) / len(g.mu)},
            departs_at="sum over the dimensions",
            applies=lambda g: len(g.mu) >= 2,
        ),
        Misconception(
            "vae-kl/forgot-one",
            slip="when the − 1 is forgotten",
            correction="The − 1 makes the divergence 0 where σ = 1 and μ = 0.",
            wrong=_terms(lambda m, s: (m**2 + s**2 - 2 * np.log(s)) / 2),
            departs_at="for each dimension",
        ),
        Misconception(
            "vae-kl/reverse-kl",
            slip="when the two distributions change places",
            correction="The encoder's distribution comes first: D_KL(q ‖ p), and p is N(0, I).",
            wrong=_terms(lambda m, s: ((1 + m**2) / s**2 - 1 + 2 * np.log(s)) / 2),
            departs_at="for each dimension",
        ),
    ),
    source="Kingma and Welling, arXiv:1312.6114, appendix B",
)

# ---------------------------------------------------------- autoencoders.reparameterisation


@dataclass(frozen=True, kw_only=True)
class Draw(Inputs):
    """What the encoder gives for one input, and noise that was drawn."""

    mu: Array = array("d", -1000, 1000, "means μ")
    logvar: Array = array("d", -20, 20, "ln σ²")
    eps: Array = array("d", -10, 10, "noise ε from N(0, I)")

    @property
    def sigma(self) -> Array:
        s: Array = np.exp(self.logvar / 2)
        return s


def _draw(given: Draw, work: Work) -> None:
    formula = "exp(½·logvar)"
    sigma = work.give("sigma", work.step("sigma", "standard deviations", formula, given.sigma))
    scaled = work.step("z", "scaled noise", "σ⊙ε", sigma * given.eps)
    work.give("z", work.step("z", "latent vector", "μ + σ⊙ε", given.mu + scaled))
    through = work.step("slope", "derivative of z by σ", "ε", given.eps)
    inner = work.step("slope", "derivative of σ by logvar", "½σ", sigma / 2)
    work.give("slope", work.step("slope", "derivative of z by logvar", "½σ⊙ε", inner * through))


def _draw_kernel(given: Draw, device: Device) -> Mapping[str, Any]:
    """The map by which torch turns standard noise into a normal sample, and autograd."""
    import torch
    from torch.distributions import AffineTransform

    logvar = device.tensor(given.logvar).requires_grad_()
    sigma = torch.exp(logvar).sqrt()
    z = AffineTransform(device.tensor(given.mu), sigma)(device.tensor(given.eps))
    (slope,) = torch.autograd.grad(z.sum(), logvar)
    return {"sigma": sigma, "z": z, "slope": slope}


def _z(rule: Callable[[Draw], Array]) -> Callable[[Draw], dict[str, Any]]:
    return lambda given: {"z": rule(given)}


reparameterisation = Solver(
    id="autoencoders.reparameterisation",
    concepts=("reparameterisation",),
    inputs=Draw,
    quantities={
        "sigma": Quantity("vector", "standard deviations σ"),
        "z": Quantity("vector", "the latent vector z", uses=("sigma",)),
        "slope": Quantity("vector", "∂z/∂logvar, entry by entry", uses=("sigma",)),
    },
    reference=_draw,
    kernel=_draw_kernel,
    misconceptions=(
        Misconception(
            "reparameterisation/variance-as-std",
            slip="when the variance is taken for the standard deviation",
            correction="exp(logvar) is σ²; the noise is scaled by its root, exp(½·logvar).",
            wrong=_z(lambda g: g.mu + np.exp(g.logvar) * g.eps),
            departs_at="standard deviations",
        ),
        Misconception(
            "reparameterisation/logvar-as-std",
            slip="when logvar is taken for the standard deviation",
            correction="logvar is a logarithm and may be negative; σ = exp(½·logvar).",
            wrong=_z(lambda g: g.mu + g.logvar * g.eps),
            departs_at="standard deviations",
        ),
        Misconception(
            "reparameterisation/double-exponent",
            slip="when the exponent is 2·logvar",
            correction="The root of exp(logvar) halves the exponent: exp(½·logvar).",
            wrong=_z(lambda g: g.mu + np.exp(2 * g.logvar) * g.eps),
            departs_at="standard deviations",
        ),
        Misconception(
            "reparameterisation/scale-mean",
            slip="when the mean is scaled by the noise",
            correction="The noise is scaled by σ, and μ is added: μ + σ⊙ε.",
            wrong=_z(lambda g: g.mu * g.eps + g.sigma),
            departs_at="scaled noise",
        ),
        Misconception(
            "reparameterisation/no-noise",
            slip="when the mean is taken for z",
            correction="z is drawn: without the noise σ⊙ε it is an ordinary autoencoder's code.",
            wrong=_z(lambda g: g.mu),
            departs_at="latent vector",
        ),
        Misconception(
            "reparameterisation/drop-half",
            slip="when the ½ in the exponent is not brought down",
            correction="The derivative of exp(½·logvar) is ½ times itself.",
            wrong=lambda g: {"slope": g.sigma * g.eps},
            departs_at="derivative of σ by logvar",
        ),
        Misconception(
            "reparameterisation/sigma-derivative",
            slip="when the derivative by σ is given",
            correction="By σ it is ε; logvar reaches z through σ = exp(½·logvar), a factor ½σ.",
            wrong=lambda g: {"slope": g.eps},
            departs_at="derivative of σ by logvar",
        ),
    ),
    source="Kingma and Welling, arXiv:1312.6114, section 2.4",
)

# -------------------------------------------------------------------- autoencoders.vae_loss


@dataclass(frozen=True, kw_only=True)
class Example(Inputs):
    """An example, its reconstruction, and the distribution of its code."""

    x: Array = array("n", -1000, 1000, "example x")
    reconstruction: Array = array("n", -1000, 1000, "reconstruction x̂")
    mu: Array = array("d", -1000, 1000, "means μ")
    logvar: Array = array("d", -20, 20, "ln σ²")

    @property
    def error(self) -> float:
        return float(((self.x - self.reconstruction) ** 2).sum())

    @property
    def kl(self) -> float:
        return gaussian_kl(self.mu, np.exp(self.logvar / 2))


def _loss(given: Example, work: Work) -> None:
    squares = (given.x - given.reconstruction) ** 2
    squares = work.step("error", "squared errors", "(x − x̂)²", squares)
    total = work.step("error", "sum of squares", sum_of(squares), float(squares.sum()))
    error = work.give("error", total)
    sigma = np.exp(given.logvar / 2)
    sigma = work.step("kl", "standard deviations", "exp(½·logvar)", sigma)
    kl = _write_kl(given.mu, sigma, work)
    formula = f"{number(error)} + {factor(kl)}"
    work.give("loss", work.step("loss", "loss", formula, error + kl))


def _loss_kernel(given: Example, device: Device) -> Mapping[str, Any]:
    """torch's own loss and divergence."""
    import torch
    from torch.nn.functional import mse_loss

    x, predicted = device.tensor(given.x), device.tensor(given.reconstruction)
    error = mse_loss(predicted, x, reduction="sum")
    kl = _kl_of_torch(device.tensor(given.mu), torch.exp(device.tensor(given.logvar) / 2))
    return {"error": error, "kl": kl, "loss": error + kl}


vae_loss = Solver(
    id="autoencoders.vae_loss",
    concepts=("vae-loss",),
    inputs=Example,
    quantities={
        "error": Quantity("real", "squared errors, summed"),
        "kl": Quantity("real", "divergence from the standard normal distribution"),
        "loss": Quantity("real", "sum of both", uses=("error", "kl")),
    },
    reference=_loss,
    kernel=_loss_kernel,
    misconceptions=(
        Misconception(
            "vae-loss/mean-recon",
            slip="when the squared errors are averaged and the divergence is summed",
            correction="Both parts are sums here; averaging one of them changes their balance.",
            wrong=lambda g: {"error": g.error / len(g.x), "loss": g.error / len(g.x) + g.kl},
            departs_at="sum of squares",
            applies=lambda g: len(g.x) >= 2,
        ),
        Misconception(
            "vae-loss/minus-kl",
            slip="when the divergence is subtracted",
            correction="The divergence is a cost: minimising the loss is to make it small too.",
            wrong=lambda g: {"loss": g.error - g.kl},
            departs_at="loss",
        ),
        Misconception(
            "vae-loss/no-kl",
            slip="without the divergence",
            correction="Without it the codes are free to leave holes, as in a plain autoencoder.",
            wrong=lambda g: {"loss": g.error},
            departs_at="loss",
        ),
        Misconception(
            "vae-loss/kl-averaged",
            slip="when the divergence is averaged over its dimensions",
            correction="The divergences of the dimensions add up.",
            wrong=lambda g: {
                "kl": g.kl / len(g.mu),
                "loss": g.error + g.kl / len(g.mu),
            },
            departs_at="sum over the dimensions",
            applies=lambda g: len(g.mu) >= 2,
        ),
        Misconception(
            "vae-loss/elbo-sign",
            slip="when the bound itself is given, which is to be maximised",
            correction="The loss is the negative of the bound, so that smaller is better.",
            wrong=lambda g: {"loss": -g.error - g.kl},
            departs_at="loss",
        ),
    ),
    source="Kingma and Welling, arXiv:1312.6114",
)
