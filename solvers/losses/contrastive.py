"""losses.triplet, info_nce, nt_xent: what belongs together is to lie closer than the rest.

>>> from solvers import find
>>> same = {"anchor": [0, 0], "positive": [3, 4], "negative": [0, 6], "margin": 2}
>>> find("losses.triplet").solve(same).quantities
{'distance_positive': 5.0, 'distance_negative': 6.0, 'loss': 1.0}
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from solvers.activations.arrays import Array, exponentials, log_softmax
from solvers.contract import (
    BadInput,
    Inputs,
    Misconception,
    Quantity,
    Solver,
    Work,
    array,
    real,
    whole,
)
from solvers.device import Device

# ------------------------------------------------------------------------- losses.triplet


@dataclass(frozen=True, kw_only=True)
class Triplet(Inputs):
    """An anchor, one vector that belongs to it, and one that does not."""

    anchor: Array = array("d", -1000, 1000, "the anchor a")
    positive: Array = array("d", -1000, 1000, "the positive p, of the same kind")
    negative: Array = array("d", -1000, 1000, "the negative n, of another kind")
    margin: float = real(0.001, 1000, "how much closer p must be than n", default=1)

    @property
    def near(self) -> float:
        """d(a, p)"""
        return _distance(self.anchor, self.positive)

    @property
    def far(self) -> float:
        """d(a, n)"""
        return _distance(self.anchor, self.negative)


def _distance(x: Array, y: Array) -> float:
    return float(np.sqrt(((x - y) ** 2).sum()))


def _triplet(given: Triplet, work: Work) -> None:
    near = _distance_lines("distance_positive", "p", given.positive, given, work)
    far = _distance_lines("distance_negative", "n", given.negative, given, work)
    formula = f"d(a, p) − d(a, n) + margin = {near:.6g} − {far:.6g} + {given.margin:g}"
    gap = work.step("loss", "before the hinge", formula, near - far + given.margin)
    work.give("loss", work.step("loss", "loss", f"max(0, {gap:.6g})", max(0.0, gap)))


def _distance_lines(name: str, letter: str, other: Array, given: Triplet, work: Work) -> float:
    label = f"squared differences from {letter}"
    squares = work.step(name, label, f"(aᵢ − {letter}ᵢ)²", (given.anchor - other) ** 2)
    formula = f"√Σ = √{squares.sum():.6g}"
    label = f"distance to {letter}"
    distance: float = work.give(name, work.step(name, label, formula, math.sqrt(squares.sum())))
    return distance


def _triplet_kernel(given: Triplet, device: Device) -> Mapping[str, Any]:
    """torch's loss, without the 1e-6 that it adds to every difference by default."""
    import torch

    a, p, n = (device.tensor(x) for x in (given.anchor, given.positive, given.negative))
    loss = torch.nn.functional.triplet_margin_loss(a, p, n, margin=given.margin, eps=0)
    return {
        "distance_positive": torch.dist(a, p),
        "distance_negative": torch.dist(a, n),
        "loss": loss,
    }


def _squared(given: Triplet) -> dict[str, float]:
    near, far = given.near**2, given.far**2
    return {
        "distance_positive": near,
        "distance_negative": far,
        "loss": max(0.0, near - far + given.margin),
    }


def _from_positive(given: Triplet) -> dict[str, float]:
    far = _distance(given.positive, given.negative)
    return {"distance_negative": far, "loss": max(0.0, given.near - far + given.margin)}


_TRIPLET_MISCONCEPTIONS: tuple[Misconception[Triplet], ...] = (
    Misconception(
        "triplet-loss/swap",
        slip="when positive and negative change places and nothing is cut off at 0",
        correction="The distance to the positive is to shrink, so it counts with a plus.",
        wrong=lambda g: {"loss": g.far - g.near + g.margin},
        departs_at="before the hinge",
    ),
    Misconception(
        "triplet-loss/no-hinge",
        slip="when a negative value is not cut off at 0",
        correction="Once the negative is far enough away nothing is left to do: max(0, ·).",
        wrong=lambda g: {"loss": g.near - g.far + g.margin},
        departs_at="loss",
        applies=lambda g: g.near - g.far + g.margin < 0,
    ),
    Misconception(
        "triplet-loss/margin-subtracted",
        slip="when the margin is subtracted and nothing is cut off at 0",
        correction=lambda g: (
            f"The margin is added: the loss is 0 only when n is {g.margin:g} farther away than p."
        ),
        wrong=lambda g: {"loss": g.near - g.far - g.margin},
        departs_at="before the hinge",
    ),
    Misconception(
        "triplet-loss/squared",
        slip="when the distances are squared",
        correction="The distance here is the Euclidean one, with its root; FaceNet squared it.",
        wrong=_squared,
        departs_at="distance to p",
    ),
    Misconception(
        "triplet-loss/p-n",
        slip="when the negative is measured from the positive",
        correction="Both distances are measured from the anchor: d(a, p) and d(a, n).",
        wrong=_from_positive,
        departs_at="squared differences from n",
    ),
)

triplet = Solver(
    id="losses.triplet",
    concepts=("triplet-loss",),
    inputs=Triplet,
    quantities={
        "distance_positive": Quantity("real", "Euclidean distance d(a, p)"),
        "distance_negative": Quantity("real", "Euclidean distance d(a, n)"),
        "loss": Quantity("real", "triplet loss", uses=("distance_positive", "distance_negative")),
    },
    reference=_triplet,
    kernel=_triplet_kernel,
    misconceptions=_TRIPLET_MISCONCEPTIONS,
    source="Schroff, Kalenichenko and Philbin, FaceNet, arXiv:1503.03832; Euclidean distance as"
    " in torch, where FaceNet squares it",
)


# ------------------------------------------------------------------------ losses.info_nce


@dataclass(frozen=True, kw_only=True)
class QueryAndKeys(Inputs):
    """A query, its keys, and which of them belongs to it."""

    query: Array = array("d", -10, 10, "the query q")
    keys: Array = array("K d", -10, 10, "the keys, a row each")
    temperature: float = real(0.01, 10, "the temperature τ")
    positive: int = whole(0, 63, "the row of the positive key, counted from 0", default=0)

    def check(self) -> None:
        if self.positive >= len(self.keys):
            raise BadInput("positive", self.positive, f"from 0 to {len(self.keys) - 1}, K − 1")

    @property
    def similarities(self) -> Array:
        products: Array = self.keys @ self.query
        return products

    def loss(self, logits: Array) -> float:
        """−ln of the softmax at the positive key."""
        return -float(log_softmax(logits)[self.positive])


def _info_nce(given: QueryAndKeys, work: Work) -> None:
    tau, i = given.temperature, given.positive
    label, formula = "similarities", "q·kⱼ for every key"
    similarities = work.step("similarities", label, formula, given.similarities)
    similarities = work.give("similarities", similarities)
    formula = f"q·kⱼ/τ = q·kⱼ/{tau:g}"
    logits = work.step("logits", "divided by the temperature", formula, similarities / tau)
    logits = work.give("logits", logits)

    top = logits.max()
    label, formula = "exponentials", f"exp(· − {top:.6g}), the largest taken off"
    grown = work.step("loss", label, formula, exponentials(logits))
    label, formula = "sum", "over all keys, the positive included"
    total = work.step("loss", label, formula, float(grown.sum()))
    formula = f"−ln(positive / sum) = {top:.6g} + ln {total:.6g} − ({logits[i]:.6g})"
    work.give("loss", work.step("loss", "loss", formula, given.loss(logits)))


def _info_nce_kernel(given: QueryAndKeys, device: Device) -> Mapping[str, Any]:
    """Cross-entropy with the positive key as the right class."""
    import torch

    products = torch.mv(device.tensor(given.keys), device.tensor(given.query))
    logits = products / given.temperature
    positive = torch.tensor(given.positive, device=device.name)
    loss = torch.nn.functional.cross_entropy(logits, positive)
    return {"similarities": products, "logits": logits, "loss": loss}


def _without(row: Array, indices: list[int]) -> Array:
    return np.delete(row, np.array(indices, dtype=np.int64))


def _log_sum_exp(x: Array) -> float:
    return float(x.max() + np.log(exponentials(x).sum()))


def _at_temperature(
    logits: Callable[[QueryAndKeys], Array],
) -> Callable[[QueryAndKeys], dict[str, Any]]:
    """Logits and loss that follow from a wrong use of the temperature."""
    return lambda g: {"logits": logits(g), "loss": g.loss(logits(g))}


def _right_logits(given: QueryAndKeys) -> Array:
    return given.similarities / given.temperature


def _negatives_only(given: QueryAndKeys) -> dict[str, float]:
    logits, i = _right_logits(given), given.positive
    return {"loss": _log_sum_exp(_without(logits, [i])) - float(logits[i])}


_INFO_NCE_MISCONCEPTIONS: tuple[Misconception[QueryAndKeys], ...] = (
    Misconception(
        "infonce/no-positive-in-denominator",
        slip="when the positive key is left out of the sum",
        correction="The sum runs over all keys, the positive one included, as in softmax.",
        wrong=_negatives_only,
        departs_at="sum",
        applies=lambda g: len(g.keys) >= 2,
    ),
    Misconception(
        "infonce/no-temperature",
        slip="when the temperature is left out",
        correction=lambda g: f"Every similarity is divided by τ = {g.temperature:g} first.",
        wrong=_at_temperature(lambda g: g.similarities),
        departs_at="divided by the temperature",
        applies=lambda g: g.temperature != 1,
    ),
    Misconception(
        "infonce/multiply-temperature",
        slip="when the similarities are multiplied by the temperature",
        correction=lambda g: (
            f"The similarities are divided by τ = {g.temperature:g}: a small τ sharpens."
        ),
        wrong=_at_temperature(lambda g: g.similarities * g.temperature),
        departs_at="divided by the temperature",
        applies=lambda g: g.temperature != 1,
    ),
    Misconception(
        "infonce/log10",
        slip="when the logarithm is taken to base 10",
        correction="The logarithm is the natural one, which is 2.303 times as large.",
        wrong=lambda g: {"loss": g.loss(_right_logits(g)) / math.log(10)},
        departs_at="loss",
    ),
    Misconception(
        "infonce/probability",
        slip="when the share of the positive key itself is given",
        correction="The loss is −ln of that share: it is 0 when the positive key gets everything.",
        wrong=lambda g: {"loss": math.exp(-g.loss(_right_logits(g)))},
        departs_at="loss",
    ),
)

info_nce = Solver(
    id="losses.info_nce",
    concepts=("infonce",),
    inputs=QueryAndKeys,
    quantities={
        "similarities": Quantity("vector", "q·k for every key"),
        "logits": Quantity("vector", "similarities over the temperature", uses=("similarities",)),
        "loss": Quantity("real", "InfoNCE of one query", uses=("similarities", "logits")),
    },
    reference=_info_nce,
    kernel=_info_nce_kernel,
    misconceptions=_INFO_NCE_MISCONCEPTIONS,
    source="van den Oord, Li and Vinyals, Contrastive predictive coding, arXiv:1807.03748,"
    " equation 4",
)


# ------------------------------------------------------------------------- losses.nt_xent


@dataclass(frozen=True, kw_only=True)
class Views(Inputs):
    """Two views of each of N examples: rows i and i + N show the same example."""

    views: Array = array(
        "2N d", -10, 10, "the views z: first views in rows 0 to N − 1, then second"
    )
    temperature: float = real(0.01, 10, "the temperature τ")

    def check(self) -> None:
        if len(self.views) % 2:
            raise BadInput("views", self.views.tolist(), "an even number of rows, 2N")
        if np.linalg.norm(self.views, axis=1).min() < 1e-6:
            raise BadInput("views", self.views.tolist(), "rows of length at least 0.000001")

    @property
    def examples(self) -> int:
        return len(self.views) // 2

    @property
    def cosines(self) -> Array:
        unit = self.views / np.linalg.norm(self.views, axis=1, keepdims=True)
        cosines: Array = unit @ unit.T
        return cosines

    def losses(self, logits: Array, without: Callable[[int, int], set[int]]) -> Array:
        """−ln[exp(l_ij)/Σ_k exp(l_ik)] for each view i and its partner j; some k left out."""
        each = []
        for i, row in enumerate(logits):
            j = (i + self.examples) % len(row)
            others = _without(row, sorted(without(i, j)))
            each.append(_log_sum_exp(others) - float(row[j]))
        return np.array(each)

    @property
    def right_losses(self) -> Array:
        return self.losses(self.cosines / self.temperature, _itself)


def _itself(i: int, _: int) -> set[int]:
    return {i}


def _nt_xent(given: Views, work: Work) -> None:
    tau, n = given.temperature, given.examples
    lengths = np.linalg.norm(given.views, axis=1)
    work.step("similarities", "lengths", "‖zᵢ‖", lengths)
    label, formula = "cosine similarities", "s_ij = zᵢ·zⱼ / (‖zᵢ‖‖zⱼ‖)"
    cosines = work.step("similarities", label, formula, given.cosines)
    cosines = work.give("similarities", cosines)

    label, formula = "divided by the temperature", f"s_ij/τ = s_ij/{tau:g}"
    logits = work.step("anchor_losses", label, formula, cosines / tau)
    label, formula = "sums without the view itself", "Σ_{k≠i} exp(s_ik/τ)"
    with np.errstate(over="ignore"):  # a stated similarity may be anything
        others = np.exp(logits) * (1 - np.eye(2 * n))
    work.step("anchor_losses", label, formula, others.sum(axis=1))
    formula = f"−ln[exp(s_ij/τ) / sum], j the partner {n} rows away"
    each = given.losses(logits, _itself)
    each = work.step("anchor_losses", "loss of each view", formula, each)
    each = work.give("anchor_losses", each)

    formula = f"over all 2N = {2 * n} views"
    work.give("loss", work.step("loss", "mean", formula, float(each.mean())))


def _nt_xent_kernel(given: Views, device: Device) -> Mapping[str, Any]:
    """Cross-entropy on the matrix of similarities, with −∞ on its diagonal."""
    import torch

    unit = torch.nn.functional.normalize(device.tensor(given.views), dim=1)
    cosines = unit @ unit.T
    logits = (cosines / given.temperature).fill_diagonal_(-math.inf)
    partners = torch.arange(2 * given.examples, device=device.name).roll(given.examples)
    each = torch.nn.functional.cross_entropy(logits, partners, reduction="none")
    return {"similarities": cosines, "anchor_losses": each, "loss": each.mean()}


def _from_each(each: Callable[[Views], Array]) -> Callable[[Views], dict[str, Any]]:
    """Quantities that follow from wrong losses of the views."""
    return lambda g: {"anchor_losses": each(g), "loss": float(each(g).mean())}


def _dot_products(given: Views) -> dict[str, Any]:
    products = given.views @ given.views.T
    each = given.losses(products / given.temperature, _itself)
    return {"similarities": products, "anchor_losses": each, "loss": float(each.mean())}


_NT_XENT_MISCONCEPTIONS: tuple[Misconception[Views], ...] = (
    Misconception(
        "nt-xent/includes-self",
        slip="when a view is compared with itself too",
        correction=lambda g: (
            f"A view's similarity to itself is left out: the sum has {2 * g.examples - 1} terms."
        ),
        wrong=_from_each(lambda g: g.losses(g.cosines / g.temperature, lambda *_: set())),
        departs_at="sums without the view itself",
    ),
    Misconception(
        "nt-xent/no-positive-in-denominator",
        slip="when the partner is left out of the sum",
        correction="The sum runs over all other views, the partner included, as in softmax.",
        wrong=_from_each(lambda g: g.losses(g.cosines / g.temperature, lambda i, j: {i, j})),
        departs_at="sums without the view itself",
        applies=lambda g: g.examples >= 2,
    ),
    Misconception(
        "nt-xent/dot-not-cosine",
        slip="when the vectors are not divided by their lengths",
        correction="The similarity is the cosine: dot product over both lengths.",
        wrong=_dot_products,
        departs_at="cosine similarities",
    ),
    Misconception(
        "nt-xent/no-temperature",
        slip="when the temperature is left out",
        correction=lambda g: f"Every similarity is divided by τ = {g.temperature:g} first.",
        wrong=_from_each(lambda g: g.losses(g.cosines, _itself)),
        departs_at="divided by the temperature",
        applies=lambda g: g.temperature != 1,
    ),
    Misconception(
        "nt-xent/one-side",
        slip="when only the first view of each example is an anchor",
        correction=lambda g: f"Every view is an anchor once: the mean has {2 * g.examples} terms.",
        wrong=lambda g: {"loss": float(g.right_losses[: g.examples].mean())},
        departs_at="mean",
    ),
)

nt_xent = Solver(
    id="losses.nt_xent",
    concepts=("nt-xent",),
    inputs=Views,
    quantities={
        "similarities": Quantity("matrix", "cosine of every pair of views"),
        "anchor_losses": Quantity("vector", "loss of each view", uses=("similarities",)),
        "loss": Quantity("real", "NT-Xent", uses=("similarities", "anchor_losses")),
    },
    reference=_nt_xent,
    kernel=_nt_xent_kernel,
    misconceptions=_NT_XENT_MISCONCEPTIONS,
    source="Chen et al., SimCLR, arXiv:2002.05709, equation 1 and algorithm 1",
)
