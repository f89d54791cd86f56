"""losses.mse, mae, huber: how far numbers are off; losses.best_constant: what MSE settles for.

>>> from solvers import find
>>> find("losses.mse").solve({"target": [1, 4], "predicted": [1, 2]}).quantities
{'loss': 2.0, 'gradient': [0.0, -2.0]}
>>> find("losses.best_constant").solve({"values": [0, 1], "weights": [1, 3]}).quantities
{'constant': 0.75}
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from solvers.activations.arrays import Array
from solvers.contract import BadInput, Inputs, Misconception, Quantity, Solver, Work, array, real
from solvers.device import Device


@dataclass(frozen=True, kw_only=True)
class Predictions(Inputs):
    """Numbers that should have come out, and those that did."""

    target: Array = array("n", -1000, 1000, "the true values y")
    predicted: Array = array("n", -1000, 1000, "the predictions ŷ")

    @property
    def errors(self) -> Array:
        return self.target - self.predicted

    @property
    def n(self) -> int:
        return len(self.target)


def _loss(rule: Callable[[Array], float]) -> Callable[[Predictions], dict[str, float]]:
    """The loss that follows from a wrong rule for the errors y − ŷ."""
    return lambda given: {"loss": float(rule(given.errors))}


# ----------------------------------------------------------------------------- losses.mse


def _mse(given: Predictions, work: Work) -> None:
    n = given.n
    errors = work.step("loss", "errors", "yᵢ − ŷᵢ", given.errors)
    squares = work.step("loss", "squared errors", "(yᵢ − ŷᵢ)²", errors**2)
    total = work.step("loss", "sum of squares", "Σ (yᵢ − ŷᵢ)²", float(squares.sum()))
    work.give("loss", work.step("loss", "mean", f"{total:.6g} / n = {total:.6g}/{n}", total / n))

    turned = work.step(
        "gradient", "errors, prediction first", "ŷᵢ − yᵢ", given.predicted - given.target
    )
    factor = work.step("gradient", "factor", f"2/n = 2/{n}, the 2 from the square", 2 / n)
    formula = f"(2/n)(ŷᵢ − yᵢ) = {factor:.6g}·(ŷᵢ − yᵢ)"
    work.give("gradient", work.step("gradient", "gradient", formula, factor * turned))


def _mse_kernel(given: Predictions, device: Device) -> Mapping[str, Any]:
    """torch's own loss, and autograd through it."""
    import torch

    predicted = device.tensor(given.predicted).requires_grad_()
    loss = torch.nn.functional.mse_loss(predicted, device.tensor(given.target))
    (gradient,) = torch.autograd.grad(loss, predicted)
    return {"loss": loss, "gradient": gradient}


_MSE_MISCONCEPTIONS: tuple[Misconception[Predictions], ...] = (
    Misconception(
        "mse-loss/sum-not-mean",
        slip="when the squares are added up but not averaged",
        correction=lambda g: f"The M is for mean: the sum is divided by n = {g.n}.",
        wrong=_loss(lambda e: (e**2).sum()),
        departs_at="mean",
        applies=lambda g: g.n >= 2,
    ),
    Misconception(
        "mse-loss/half-factor",
        slip="when an extra factor of ½ is put in front",
        correction="The mean squared error is Σ(y − ŷ)²/n; the ½ belongs to another definition.",
        wrong=_loss(lambda e: (e**2).mean() / 2),
        departs_at="mean",
    ),
    Misconception(
        "mse-loss/signed",
        slip="when the errors are averaged without being squared",
        correction="Each error is squared first, so that errors of opposite sign can't cancel.",
        wrong=_loss(lambda e: e.mean()),
        departs_at="squared errors",
    ),
    Misconception(
        "mse-loss/rmse",
        slip="when the root is taken at the end",
        correction="The mean squared error has no root; with it, it is called RMSE.",
        wrong=_loss(lambda e: np.sqrt((e**2).mean())),
        departs_at="mean",
    ),
    Misconception(
        "mse-loss/mae",
        slip="when absolute values are taken in place of squares",
        correction="Each error is squared; the mean of absolute values is the MAE.",
        wrong=_loss(lambda e: np.abs(e).mean()),
        departs_at="squared errors",
    ),
    Misconception(
        "mse-loss/square-of-sum",
        slip="when the errors are added up before squaring",
        correction="Square first, then add: the square of a sum is not the sum of the squares.",
        wrong=_loss(lambda e: e.sum() ** 2 / len(e)),
        departs_at="squared errors",
        applies=lambda g: g.n >= 2,
    ),
    Misconception(
        "mse-gradient/drop-2",
        slip="when the 2 from the square is forgotten",
        correction="The derivative of a square brings down a 2: (2/n)(ŷ − y).",
        wrong=lambda g: {"gradient": -g.errors / g.n},
        departs_at="factor",
    ),
    Misconception(
        "mse-gradient/drop-n",
        slip="when the mean's 1/n is forgotten",
        correction=lambda g: f"The loss is a mean, so each derivative is divided by n = {g.n}.",
        wrong=lambda g: {"gradient": -2 * g.errors},
        departs_at="factor",
    ),
    Misconception(
        "mse-gradient/sign-flip",
        slip="when the target comes first in the difference",
        correction="The derivative with respect to ŷ is (2/n)(ŷ − y): too high gives a plus.",
        wrong=lambda g: {"gradient": 2 * g.errors / g.n},
        departs_at="errors, prediction first",
    ),
)

mse = Solver(
    id="losses.mse",
    concepts=("mse-loss", "mse-gradient"),
    inputs=Predictions,
    quantities={
        "loss": Quantity("real", "mean squared error"),
        "gradient": Quantity("vector", "∂L/∂ŷ"),
    },
    reference=_mse,
    kernel=_mse_kernel,
    misconceptions=_MSE_MISCONCEPTIONS,
    source="Goodfellow, Bengio and Courville, Deep Learning (2016), section 5.1.4",
)


# ----------------------------------------------------------------------------- losses.mae


def _mae(given: Predictions, work: Work) -> None:
    errors = work.step("loss", "errors", "yᵢ − ŷᵢ", given.errors)
    sizes = work.step("loss", "absolute errors", "∣yᵢ − ŷᵢ∣", np.abs(errors))
    total = work.step("loss", "sum", "Σ ∣yᵢ − ŷᵢ∣", float(sizes.sum()))
    mean = work.step("loss", "mean", f"{total:.6g} / n = {total:.6g}/{given.n}", total / given.n)
    work.give("loss", mean)


def _mae_kernel(given: Predictions, device: Device) -> Mapping[str, Any]:
    import torch

    predicted, target = device.tensor(given.predicted), device.tensor(given.target)
    return {"loss": torch.nn.functional.l1_loss(predicted, target)}


_MAE_MISCONCEPTIONS: tuple[Misconception[Predictions], ...] = (
    Misconception(
        "mae-loss/signed",
        slip="when the errors keep their signs and cancel",
        correction="The sign of each error is dropped before the mean is taken.",
        wrong=_loss(lambda e: e.mean()),
        departs_at="absolute errors",
        applies=lambda g: bool(g.errors.min() < 0 < g.errors.max()),
    ),
    Misconception(
        "mae-loss/mse",
        slip="when squares are taken in place of absolute values",
        correction="The A is for absolute: the errors are not squared.",
        wrong=_loss(lambda e: (e**2).mean()),
        departs_at="absolute errors",
    ),
    Misconception(
        "mae-loss/sum-not-mean",
        slip="when the absolute errors are added up but not averaged",
        correction=lambda g: f"The M is for mean: the sum is divided by n = {g.n}.",
        wrong=_loss(lambda e: np.abs(e).sum()),
        departs_at="mean",
    ),
    Misconception(
        "mae-loss/median",
        slip="when the median of the absolute errors is taken",
        correction="The M is for mean: every absolute error counts, not only the middle one.",
        wrong=_loss(lambda e: float(np.median(np.abs(e)))),
        departs_at="sum",
        applies=lambda g: g.n >= 3,
    ),
)

mae = Solver(
    id="losses.mae",
    concepts=("mae-loss",),
    inputs=Predictions,
    quantities={"loss": Quantity("real", "mean absolute error")},
    reference=_mae,
    kernel=_mae_kernel,
    misconceptions=_MAE_MISCONCEPTIONS,
    source="Hastie, Tibshirani and Friedman, The elements of statistical learning (2009),"
    " section 10.6",
)


# --------------------------------------------------------------------------- losses.huber


@dataclass(frozen=True, kw_only=True)
class PredictionsWithDelta(Predictions):
    """Predictions, and the size at which an error starts to count linearly."""

    delta: float = real(0.001, 1000, "the size δ from which an error counts linearly", default=1)

    @property
    def inner(self) -> Array:
        """1 where the error is smaller than δ, else 0."""
        return (np.abs(self.errors) < self.delta).astype(np.float64)

    def mean_of(self, inside: Array, outside: Array) -> dict[str, float]:
        """The loss, from what errors cost on either branch."""
        return {"loss": float(np.where(self.inner == 1, inside, outside).mean())}

    @property
    def quadratic(self) -> Array:
        return 0.5 * self.errors**2

    @property
    def linear(self) -> Array:
        return self.delta * (np.abs(self.errors) - 0.5 * self.delta)


def _huber(given: PredictionsWithDelta, work: Work) -> None:
    d = given.delta
    work.step("loss", "errors", "e = yᵢ − ŷᵢ", given.errors)
    work.step("loss", "inner branch", f"1 where ∣e∣ < δ = {d:g}, else 0", given.inner)
    formula = f"½e² on the inner branch, δ(∣e∣ − ½δ) = {d:g}(∣e∣ − {d / 2:g}) on the outer"
    each = np.where(given.inner == 1, given.quadratic, given.linear)
    each = work.step("loss", "loss of each", formula, each)
    formula = f"Σ/n = {each.sum():.6g}/{given.n}"
    work.give("loss", work.step("loss", "mean", formula, float(each.sum() / given.n)))


def _huber_kernel(given: PredictionsWithDelta, device: Device) -> Mapping[str, Any]:
    import torch

    predicted, target = device.tensor(given.predicted), device.tensor(given.target)
    return {"loss": torch.nn.functional.huber_loss(predicted, target, delta=given.delta)}


def _reaches_out(given: PredictionsWithDelta) -> bool:
    return bool((given.inner == 0).any())


_HUBER_MISCONCEPTIONS: tuple[Misconception[PredictionsWithDelta], ...] = (
    Misconception(
        "huber-loss/no-half",
        slip="when the ½ of the inner branch is left out",
        correction="A small error costs ½e²: the ½ makes both branches meet with the same slope.",
        wrong=lambda g: g.mean_of(g.errors**2, g.linear),
        departs_at="loss of each",
        applies=lambda g: bool((g.inner == 1).any()),
    ),
    Misconception(
        "huber-loss/always-quadratic",
        slip="when every error is squared",
        correction=lambda g: f"From ∣e∣ = δ = {g.delta:g} on, the loss grows linearly.",
        wrong=lambda g: {"loss": float(g.quadratic.mean())},
        departs_at="inner branch",
        applies=_reaches_out,
    ),
    Misconception(
        "huber-loss/no-offset",
        slip="when the ½δ of the outer branch is left out",
        correction="A large error costs δ(∣e∣ − ½δ), so that both branches meet at ∣e∣ = δ.",
        wrong=lambda g: g.mean_of(g.quadratic, g.delta * np.abs(g.errors)),
        departs_at="loss of each",
        applies=_reaches_out,
    ),
    Misconception(
        "huber-loss/smooth-l1",
        slip="when smooth L1 is used, which divides by δ",
        correction=lambda g: f"Huber is δ = {g.delta:g} times smooth L1 with β = δ.",
        wrong=lambda g: {"loss": g.mean_of(g.quadratic, g.linear)["loss"] / g.delta},
        departs_at="loss of each",
        applies=lambda g: g.delta != 1,
    ),
    Misconception(
        "huber-loss/delta-factor-lost",
        slip="when the factor δ of the outer branch is left out",
        correction=lambda g: f"The outer branch has slope δ = {g.delta:g}: δ(∣e∣ − ½δ).",
        wrong=lambda g: g.mean_of(g.quadratic, np.abs(g.errors) - 0.5 * g.delta),
        departs_at="loss of each",
        applies=lambda g: g.delta != 1 and _reaches_out(g),
    ),
)

huber = Solver(
    id="losses.huber",
    concepts=("huber-loss",),
    inputs=PredictionsWithDelta,
    quantities={"loss": Quantity("real", "mean Huber loss")},
    reference=_huber,
    kernel=_huber_kernel,
    misconceptions=_HUBER_MISCONCEPTIONS,
    source="Huber, Robust estimation of a location parameter (1964); torch's huber_loss, which"
    " is δ times its smooth_l1_loss",
)


# ------------------------------------------------------------------- losses.best_constant


@dataclass(frozen=True, kw_only=True)
class Possibilities(Inputs):
    """What a pixel may be, and how likely each value is."""

    values: Array = array("n", -1000, 1000, "the possible values x, all different")
    weights: Array = array("n", 0, 1000, "their probabilities, or counts")

    def check(self) -> None:
        if len(np.unique(self.values)) < len(self.values):
            raise BadInput("values", self.values.tolist(), "all different")
        if self.weights.sum() < 1e-6:
            raise BadInput("weights", self.weights.tolist(), "a sum of at least 0.000001")

    @property
    def probabilities(self) -> Array:
        shares: Array = self.weights / self.weights.sum()
        return shares

    @property
    def median(self) -> float:
        """Half of the probability on either side; the middle, where a whole interval is."""
        order = self.values.argsort()
        values, reached = self.values[order], self.probabilities[order].cumsum()
        after = int((reached > 0.5 + 1e-12).argmax())
        before = int((reached > 0.5 - 1e-12).argmax())
        return float(values[before] + values[after]) / 2

    @property
    def modes(self) -> Array:
        modes: Array = self.values[self.weights == self.weights.max()]
        return modes


def _best_constant(given: Possibilities, work: Work) -> None:
    formula = f"weights divided by their sum, {given.weights.sum():.6g}"
    p = work.step("constant", "probabilities", formula, given.probabilities)
    products = work.step("constant", "values times probabilities", "pᵢ·xᵢ", p * given.values)
    formula = "d/dc E[(x − c)²] = 2(c − E[x]) = 0, so c = E[x] = Σ pᵢ·xᵢ"
    work.give("constant", work.step("constant", "mean", formula, float(products.sum())))


def _best_constant_kernel(given: Possibilities, device: Device) -> Mapping[str, Any]:
    """Newton's method by autograd; the loss is a parabola in c, so one step arrives."""
    import torch

    values, weights = device.tensor(given.values), device.tensor(given.weights)
    c = device.tensor(0.0).requires_grad_()
    loss = ((values - c) ** 2 * weights).sum()
    (slope,) = torch.autograd.grad(loss, c, create_graph=True)
    (curvature,) = torch.autograd.grad(slope, c)
    return {"constant": (c - slope / curvature).detach()}


_BEST_CONSTANT_MISCONCEPTIONS: tuple[Misconception[Possibilities], ...] = (
    Misconception(
        "mse-blur/median",
        slip="when the median is taken",
        correction="The median is best for absolute errors; for squared errors it is the mean.",
        wrong=lambda g: {"constant": g.median},
        departs_at="values times probabilities",
        applies=lambda g: len(g.values) >= 3,
    ),
    Misconception(
        "mse-blur/mode",
        slip="when the likeliest value is taken",
        correction="Squared errors are smallest at the mean, even where that value never occurs.",
        wrong=lambda g: {"constant": float(g.modes[0])},
        departs_at="values times probabilities",
        applies=lambda g: len(g.values) >= 3 and len(g.modes) == 1,
    ),
    Misconception(
        "mse-blur/midrange",
        slip="when the middle between the smallest and the largest value is taken",
        correction="Every value counts with its probability: the mean, not the middle.",
        wrong=lambda g: {"constant": float(g.values.min() + g.values.max()) / 2},
        departs_at="probabilities",
    ),
)

best_constant = Solver(
    id="losses.best_constant",
    concepts=("mse-blur",),
    inputs=Possibilities,
    quantities={"constant": Quantity("real", "the one answer with the smallest expected MSE")},
    reference=_best_constant,
    kernel=_best_constant_kernel,
    misconceptions=_BEST_CONSTANT_MISCONCEPTIONS,
    source="Bishop, Pattern recognition and machine learning (2006), section 1.5.5",
)
