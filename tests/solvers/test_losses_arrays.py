"""The array functions of losses against torch."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import torch
from torch.nn import functional

from solvers import losses
from solvers.activations import softmax
from solvers.contract import BadInput

REDUCTIONS = ["mean", "sum", "none"]
P, Y = np.random.default_rng(5).normal(size=(2, 2, 3, 4))
CHANCES, BITS = np.random.default_rng(6).uniform(size=(2, 4, 5))
BITS = BITS.round()
CHANCES[0, :2], BITS[0, :2] = [0, 1], [1, 0]  # torch clamps these logarithms at −100


def with_tensors(options: Any) -> Any:
    """The options for torch, which wants class weights as a tensor."""
    if "weight" not in options:
        return options
    return {**options, "weight": torch.tensor(options["weight"], dtype=torch.float64)}


def same(ours: np.ndarray[Any, Any], theirs: torch.Tensor) -> None:
    np.testing.assert_allclose(ours, theirs.numpy(), rtol=1e-10, atol=1e-14)


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize(
    ("ours", "theirs", "options"),
    [
        ("mse", functional.mse_loss, {}),
        ("mae", functional.l1_loss, {}),
        ("huber", functional.huber_loss, {"delta": 0.7}),
        ("smooth_l1", functional.smooth_l1_loss, {"beta": 0.7}),
    ],
)
def test_losses_of_numbers(ours: str, theirs: Any, options: Any, reduction: Any) -> None:
    expected = theirs(torch.tensor(P), torch.tensor(Y), reduction=reduction, **options)
    same(getattr(losses, ours)(P, Y, reduction=reduction, **options), expected)


def test_huber_and_smooth_l1_differ_by_delta() -> None:
    # e = 3, δ = 2: 4 and 2
    assert losses.huber([3.0], [0.0], delta=2).item() == 4
    assert losses.smooth_l1([3.0], [0.0], beta=2).item() == 2


@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_binary_losses(reduction: Any) -> None:
    rng = np.random.default_rng(7)
    p, y = torch.tensor(CHANCES), torch.tensor(BITS)
    same(
        losses.binary_cross_entropy(CHANCES, BITS, reduction),
        functional.binary_cross_entropy(p, y, reduction=reduction),
    )
    logits = rng.normal(size=(4, 5)) * 300
    soft = rng.uniform(size=(4, 5))
    same(
        losses.binary_cross_entropy_with_logits(logits, soft, reduction),
        functional.binary_cross_entropy_with_logits(
            torch.tensor(logits), torch.tensor(soft), reduction=reduction
        ),
    )


def test_binary_cross_entropy_is_clamped_on_probabilities_and_exact_on_logits() -> None:
    assert losses.binary_cross_entropy([0.0], [1.0]).item() == 100
    assert losses.binary_cross_entropy_with_logits([-200.0], [1.0]).item() == 200
    assert losses.binary_cross_entropy_with_logits([200.0], [1.0]).item() == math.exp(-200)


# (shape of the logits, options): with classes in the second axis, or the only one
CLASSES: list[tuple[tuple[int, ...], dict[str, Any]]] = [
    ((4,), {}),
    ((6, 4), {}),
    ((6, 4), {"weight": [0.5, 2.0, 0.1, 1.0]}),
    ((6, 4), {"ignore_index": 2}),
    ((6, 4, 3, 2), {"weight": [0.5, 2.0, 0.1, 1.0], "ignore_index": 1}),
    ((6, 4), {"label_smoothing": 0.2}),
    ((4,), {"label_smoothing": 1.0}),
    ((6, 4, 3), {"label_smoothing": 0.3, "weight": [0.5, 2.0, 0.1, 1.0], "ignore_index": 0}),
]


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize(("shape", "options"), CLASSES)
def test_cross_entropy(shape: tuple[int, ...], options: Any, reduction: Any) -> None:
    rng = np.random.default_rng(7)
    logits = rng.normal(size=shape) * 5
    target = rng.integers(0, 4, size=(*shape[:1], *shape[2:]) if len(shape) > 1 else ())
    tensors = with_tensors(options)
    expected = functional.cross_entropy(
        torch.tensor(logits), torch.tensor(target), reduction=reduction, **tensors
    )
    same(losses.cross_entropy(logits, target, reduction=reduction, **options), expected)


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("options", [{}, {"label_smoothing": 0.2}, {"weight": [0.5, 2.0, 3.0]}])
def test_cross_entropy_with_probabilities_as_target(options: Any, reduction: Any) -> None:
    rng = np.random.default_rng(7)
    logits, target = rng.normal(size=(5, 3, 2)), softmax(rng.normal(size=(5, 3, 2)), 1)
    tensors = with_tensors(options)
    expected = functional.cross_entropy(
        torch.tensor(logits), torch.tensor(target), reduction=reduction, **tensors
    )
    same(losses.cross_entropy(logits, target, reduction=reduction, **options), expected)


def test_cross_entropy_of_a_softmax_has_a_floor() -> None:
    """Fed with probabilities in place of logits the loss stays above −ln(e/(e + K − 1))."""
    for classes, floor in {2: 0.3133, 10: 1.4612, 1000: 5.9095}.items():
        perfect = 50.0 * np.eye(classes)[:1]
        assert losses.cross_entropy(perfect, [0]).item() < 1e-6
        assert losses.cross_entropy(softmax(perfect), [0]).item() == pytest.approx(floor, abs=5e-5)


def test_one_hot_and_nll() -> None:
    rng = np.random.default_rng(7)
    target = rng.integers(0, 5, size=(3, 2))
    same(losses.one_hot(target, 6), functional.one_hot(torch.tensor(target), 6))
    same(losses.one_hot(target), functional.one_hot(torch.tensor(target)))
    log_p = np.log(softmax(rng.normal(size=(7, 5))))
    labels = rng.integers(0, 5, size=7)
    same(losses.nll(log_p, labels), functional.nll_loss(torch.tensor(log_p), torch.tensor(labels)))


def test_focal() -> None:
    p, y = np.array([0.9, 0.2, 0.6]), np.array([1, 1, 0])
    by_hand = [
        0.25 * 0.1**2 * -math.log(0.9),
        0.25 * 0.8**2 * -math.log(0.2),
        0.75 * 0.6**2 * -math.log(0.4),
    ]
    np.testing.assert_allclose(losses.focal(p, y, reduction="none"), by_hand)
    np.testing.assert_allclose(losses.sigmoid_focal(np.log(p / (1 - p)), y), by_hand)
    half = losses.focal(p, y, alpha=0.5, gamma=0)
    assert half.item() == pytest.approx(losses.binary_cross_entropy(p, y).item() / 2)
    assert losses.sigmoid_focal([1000.0, -1000.0], [1, 1]).tolist() == [0, 250]


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("options", [{}, {"margin": 0.3, "p": 1.0}, {"eps": 0.0}])
def test_triplet(options: Any, reduction: Any) -> None:
    rng = np.random.default_rng(7)
    points = rng.normal(size=(3, 6, 4))
    a, p, n = points
    tensors = torch.tensor(a), torch.tensor(p), torch.tensor(n)
    expected = functional.triplet_margin_loss(*tensors, reduction=reduction, **options)
    same(losses.triplet(a, p, n, reduction=reduction, **options), expected)


def test_info_nce_and_nt_xent() -> None:
    rng = np.random.default_rng(7)
    q, k = rng.normal(size=(2, 5, 3))
    logits = torch.tensor(q) @ torch.tensor(k).T / 0.07
    same(losses.info_nce(q, k), functional.cross_entropy(logits, torch.arange(5)))
    assert losses.info_nce(q, np.ones((5, 3))).item() == pytest.approx(math.log(5))

    z = rng.normal(size=(6, 3))
    cosines = functional.cosine_similarity(torch.tensor(z)[:, None], torch.tensor(z)[None], dim=-1)
    logits = (cosines / 0.5).fill_diagonal_(-math.inf)
    same(losses.nt_xent(z), functional.cross_entropy(logits, torch.tensor([3, 4, 5, 0, 1, 2])))
    turn, _ = np.linalg.qr(rng.normal(size=(3, 3)))
    assert losses.nt_xent(z @ turn).item() == pytest.approx(losses.nt_xent(z).item())


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: losses.mse([1, 2], [1]), "target is"),
        (
            lambda: losses.mse([1], [1], "max"),  # type: ignore[arg-type]
            "reduction is 'max'; allowed: one of mean",
        ),
        (lambda: losses.huber([1], [1], delta=0), "delta is 0; allowed: a number above 0"),
        (lambda: losses.binary_cross_entropy([2], [1]), "probabilities is"),
        (lambda: losses.one_hot([3], 3), "target is .*classes from 0 to 2"),
        (lambda: losses.one_hot([0.5]), "target is .*whole numbers"),
        (lambda: losses.cross_entropy(1.0, 0), "logits is"),
        (lambda: losses.cross_entropy([[1, 2]], [2]), "target is .*classes from 0 to 1"),
        (lambda: losses.cross_entropy([[1, 2]], [0, 1]), "target is"),
        (lambda: losses.cross_entropy([[1, 2]], [0], [1, 2, 3]), "weight is"),
        (lambda: losses.cross_entropy([[1, 2]], [0], label_smoothing=2), "label_smoothing is 2"),
        (lambda: losses.triplet(1.0, 2.0, 3.0), "anchor is"),
        (lambda: losses.info_nce([1.0], [1.0]), "query is"),
        (lambda: losses.info_nce([[1.0]], [[1.0]], 0), "temperature is 0"),
        (lambda: losses.nt_xent([[1.0], [2.0], [3.0]]), "z is"),
        (lambda: losses.nt_xent([[1.0], [0.0]]), "rows that are not all 0"),
    ],
)
def test_what_does_not_fit_is_refused(call: Any, message: str) -> None:
    with pytest.raises(BadInput, match=message):
        call()
