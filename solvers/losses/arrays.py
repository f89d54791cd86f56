"""Losses of arrays, with torch's conventions: the prediction first, then the target; natural logs.

``reduction`` is "mean" (of all entries), "sum" or "none"; any other raises BadInput, as do
shapes that do not fit. Everything is float64.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from solvers.activations.arrays import Array, log_softmax
from solvers.contract import BadInput

Reduction: TypeAlias = Literal["mean", "sum", "none"]
Labels: TypeAlias = npt.NDArray[np.int64]


def _reduced(losses: Array, reduction: Reduction) -> Array:
    match reduction:
        case "none":
            return losses
        case "sum":
            return np.asarray(losses.sum())
        case "mean":
            return np.asarray(losses.mean())
    raise BadInput("reduction", reduction, "one of mean, sum, none")


def _pair(predicted: npt.ArrayLike, target: npt.ArrayLike) -> tuple[Array, Array]:
    first, second = np.asarray(predicted, np.float64), np.asarray(target, np.float64)
    if first.shape != second.shape:
        raise BadInput("target", second.shape, f"{first.shape}, the shape of the prediction")
    return first, second


# -------------------------------------------------------------------------------- numbers


def mse(predicted: npt.ArrayLike, target: npt.ArrayLike, reduction: Reduction = "mean") -> Array:
    """(ŷ − y)². Convention of torch.nn.functional.mse_loss."""
    p, y = _pair(predicted, target)
    return _reduced((p - y) ** 2, reduction)


def mae(predicted: npt.ArrayLike, target: npt.ArrayLike, reduction: Reduction = "mean") -> Array:
    """∣ŷ − y∣. Convention of torch.nn.functional.l1_loss."""
    p, y = _pair(predicted, target)
    return _reduced(np.abs(p - y), reduction)


def huber(
    predicted: npt.ArrayLike,
    target: npt.ArrayLike,
    reduction: Reduction = "mean",
    delta: float = 1.0,
) -> Array:
    """½e² where ∣e∣ < δ, else δ(∣e∣ − ½δ), with e = ŷ − y and δ > 0.

    Convention of torch.nn.functional.huber_loss. Source: Huber, Robust estimation (1964).
    """
    p, y = _pair(predicted, target)
    if not delta > 0:
        raise BadInput("delta", delta, "a number above 0")
    size = np.abs(p - y)
    return _reduced(np.where(size < delta, 0.5 * size**2, delta * (size - 0.5 * delta)), reduction)


def smooth_l1(
    predicted: npt.ArrayLike,
    target: npt.ArrayLike,
    reduction: Reduction = "mean",
    beta: float = 1.0,
) -> Array:
    """Huber/β at δ = β: slope 1 far out. Convention of torch.nn.functional.smooth_l1_loss."""
    return huber(predicted, target, reduction, beta) / beta


# -------------------------------------------------------------------------------- classes


def one_hot(target: npt.ArrayLike, num_classes: int = -1) -> Labels:
    """1 at the class, else 0; classes are counted from 0.

    Shapes: target (…), result (…, K); K is the largest class + 1 unless ``num_classes`` is given.
    Raises BadInput for a class outside. Convention of torch.nn.functional.one_hot.
    """
    labels = _labels(target)
    classes = int(labels.max()) + 1 if num_classes == -1 else num_classes
    if labels.min() < 0 or labels.max() >= classes:
        raise BadInput("target", target, f"classes from 0 to {classes - 1}")
    return np.eye(classes, dtype=np.int64)[labels]


def cross_entropy(
    logits: npt.ArrayLike,
    target: npt.ArrayLike,
    weight: npt.ArrayLike | None = None,
    ignore_index: int = -100,
    reduction: Reduction = "mean",
    label_smoothing: float = 0.0,
) -> Array:
    """−Σ y′ₖ ln softmax(z)ₖ over the classes: softmax is part of the loss.

    Shapes: logits (K,), (N, K) or (N, K, d₁, …); target whole numbers of the same shape without
    K (classes from 0), or probabilities of the shape of the logits. Label smoothing ε mixes the
    target with the uniform distribution: y′ = (1 − ε)y + ε/K. With class weights, "mean" divides
    by the weights of the targets. Convention of torch.nn.functional.cross_entropy.
    """
    z = np.asarray(logits, dtype=np.float64)
    if z.ndim == 0:
        raise BadInput("logits", z.shape, "(K,), (N, K) or (N, K, d₁, …)")
    if not 0 <= label_smoothing <= 1:
        raise BadInput("label_smoothing", label_smoothing, "a number from 0 to 1")
    axis = min(z.ndim - 1, 1)
    log_p = log_softmax(z, axis)
    if np.shape(target) == z.shape and np.asarray(target).dtype.kind == "f":
        return _soft_target(log_p, np.asarray(target), weight, reduction, label_smoothing)
    hard = nll(log_p, target, weight, ignore_index, reduction)
    if label_smoothing == 0:
        return hard
    # Against the uniform distribution every class counts 1/K, with its weight.
    kept, labels = _kept(log_p, target, ignore_index)
    weights = _class_weights(weight, z.shape[axis])
    spread = -np.where(kept, np.moveaxis(log_p, axis, -1) @ weights, 0.0) / z.shape[axis]
    uniform = _weighted(spread, np.where(kept, weights[labels], 0.0), reduction)
    return (1 - label_smoothing) * hard + label_smoothing * uniform


def _soft_target(
    log_p: Array,
    target: Array,
    weight: npt.ArrayLike | None,
    reduction: Reduction,
    label_smoothing: float,
) -> Array:
    """Cross-entropy with probabilities as the target; "mean" divides by the number of examples."""
    axis = min(log_p.ndim - 1, 1)
    classes = log_p.shape[axis]
    smoothed = (1 - label_smoothing) * target + label_smoothing / classes
    weighted = np.moveaxis(smoothed * log_p, axis, -1) * _class_weights(weight, classes)
    return _reduced(-weighted.sum(axis=-1), reduction)


def nll(
    log_probabilities: npt.ArrayLike,
    target: npt.ArrayLike,
    weight: npt.ArrayLike | None = None,
    ignore_index: int = -100,
    reduction: Reduction = "mean",
) -> Array:
    """−ln p_c, the negative log likelihood of the right class.

    Shapes as in `cross_entropy`. Convention of torch.nn.functional.nll_loss.
    """
    log_p = np.asarray(log_probabilities, dtype=np.float64)
    kept, labels = _kept(log_p, target, ignore_index)
    counts = kept.astype(np.float64)
    if weight is not None:
        counts *= _class_weights(weight, log_p.shape[min(log_p.ndim - 1, 1)])[labels]
    rows = log_p if log_p.ndim <= 2 else np.moveaxis(log_p, 1, -1)
    rows = rows.reshape(-1, rows.shape[-1])  # (examples, K)
    chosen = rows[np.arange(len(rows)), labels.ravel()].reshape(labels.shape)
    return _weighted(-counts * chosen, counts, reduction)


def _weighted(losses: Array, weights: Array, reduction: Reduction) -> Array:
    """Losses that already hold their weights, which "mean" then divides by."""
    if reduction == "mean":
        return np.asarray(losses.sum() / weights.sum())
    return _reduced(losses, reduction)


def _kept(
    log_p: Array, target: npt.ArrayLike, ignore_index: int
) -> tuple[npt.NDArray[np.bool_], Labels]:
    """Which targets count, and the labels with 0 in place of those that do not."""
    labels = _labels(target)
    axis = min(log_p.ndim - 1, 1)
    expected = log_p.shape[:axis] + log_p.shape[axis + 1 :]
    if labels.shape != expected:
        raise BadInput("target", labels.shape, f"{expected}, the logits without their classes")
    kept = labels != ignore_index
    labels = np.where(kept, labels, 0)
    classes = log_p.shape[axis]
    if labels.min() < 0 or labels.max() >= classes:
        raise BadInput("target", target, f"classes from 0 to {classes - 1}")
    return kept, labels


def _labels(target: npt.ArrayLike) -> Labels:
    labels = np.asarray(target)
    if labels.dtype.kind not in "iu" or labels.size == 0:
        raise BadInput("target", target, "whole numbers, at least one")
    return labels.astype(np.int64)


def _class_weights(weight: npt.ArrayLike | None, classes: int) -> Array:
    weights = np.ones(classes) if weight is None else np.asarray(weight, dtype=np.float64)
    if weights.shape != (classes,):
        raise BadInput("weight", weights.shape, f"({classes},), one for each class")
    return weights


# ----------------------------------------------------------------------------- yes or no


def binary_cross_entropy(
    probabilities: npt.ArrayLike, target: npt.ArrayLike, reduction: Reduction = "mean"
) -> Array:
    """−[y ln p + (1 − y) ln(1 − p)].

    A logarithm below −100 counts as −100, so that p = 0 gives 100 and not infinity. Convention
    of torch.nn.functional.binary_cross_entropy; raises BadInput for p outside 0 … 1.
    """
    p, y = _pair(probabilities, target)
    if not ((p >= 0) & (p <= 1)).all():
        raise BadInput("probabilities", probabilities, "numbers from 0 to 1")
    with np.errstate(divide="ignore"):
        log_p, log_not_p = np.maximum(np.log(p), -100), np.maximum(np.log1p(-p), -100)
    return _reduced(-(y * log_p + (1 - y) * log_not_p), reduction)


def binary_cross_entropy_with_logits(
    logits: npt.ArrayLike, target: npt.ArrayLike, reduction: Reduction = "mean"
) -> Array:
    """−[y ln σ(a) + (1 − y) ln(1 − σ(a))], from the logit a and so exact for every a.

    Convention of torch.nn.functional.binary_cross_entropy_with_logits.
    """
    a, y = _pair(logits, target)
    return _reduced(y * softplus(-a) + (1 - y) * softplus(a), reduction)


def softplus(x: Array) -> Array:
    """ln(1 + e^x) = −ln σ(−x), finite and exact for every x."""
    return np.asarray(np.maximum(x, 0.0) + np.log1p(np.exp(-np.abs(x))))


def focal(
    probabilities: npt.ArrayLike,
    target: npt.ArrayLike,
    alpha: float = 0.25,
    gamma: float = 2.0,
    reduction: Reduction = "mean",
) -> Array:
    """−α_t (1 − p_t)^γ ln p_t: cross-entropy that counts easy examples less.

    p_t is p where y = 1, else 1 − p; α_t is α where y = 1, else 1 − α.
    Source: Lin et al., Focal loss for dense object detection, arXiv:1708.02002.
    """
    p, y = _pair(probabilities, target)
    p_t = p * y + (1 - p) * (1 - y)
    alpha_t = alpha * y + (1 - alpha) * (1 - y)
    return _reduced(alpha_t * (1 - p_t) ** gamma * binary_cross_entropy(p, y, "none"), reduction)


def sigmoid_focal(
    logits: npt.ArrayLike,
    target: npt.ArrayLike,
    alpha: float = 0.25,
    gamma: float = 2.0,
    reduction: Reduction = "none",
) -> Array:
    """`focal` from logits. Convention of torchvision.ops.sigmoid_focal_loss."""
    a, y = _pair(logits, target)
    losses = binary_cross_entropy_with_logits(a, y, "none")
    not_p_t = np.exp(-softplus(a)) * y + np.exp(-softplus(-a)) * (1 - y)
    alpha_t = alpha * y + (1 - alpha) * (1 - y)
    return _reduced(alpha_t * not_p_t**gamma * losses, reduction)


# ----------------------------------------------------------------------------- distances


def triplet(
    anchor: npt.ArrayLike,
    positive: npt.ArrayLike,
    negative: npt.ArrayLike,
    margin: float = 1.0,
    p: float = 2.0,
    eps: float = 1e-6,
    reduction: Reduction = "mean",
) -> Array:
    """max(0, d(a, p) − d(a, n) + margin) with d(x, y) = ‖x − y + ε‖ₚ over the last axis.

    Convention of torch.nn.functional.triplet_margin_loss, ε included; FaceNet
    (arXiv:1503.03832) used squared distances.
    """
    a, same = _pair(anchor, positive)
    _, other = _pair(anchor, negative)
    if a.ndim == 0:
        raise BadInput("anchor", a.shape, "(…, d), vectors along the last axis")
    near = np.linalg.norm(a - same + eps, ord=p, axis=-1)
    far = np.linalg.norm(a - other + eps, ord=p, axis=-1)
    return _reduced(np.asarray(np.maximum(0.0, near - far + margin)), reduction)


def info_nce(query: npt.ArrayLike, keys: npt.ArrayLike, temperature: float = 0.07) -> Array:
    """Mean over i of −ln[exp(qᵢ·kᵢ/τ) / Σⱼ exp(qᵢ·kⱼ/τ)]; the sum includes the positive kᵢ.

    Shapes: query and keys (B, d); the other rows are the negatives. Vectors are taken as given:
    normalise them first for cosine similarity. Source: van den Oord et al., arXiv:1807.03748.
    """
    q, k = _pair(query, keys)
    if q.ndim != 2:
        raise BadInput("query", q.shape, "(B, d), a row for each example")
    return cross_entropy(q @ k.T / _above_zero(temperature), np.arange(len(q)))


def nt_xent(z: npt.ArrayLike, temperature: float = 0.5) -> Array:
    """Mean over all 2N views of −ln[exp(s_ij/τ) / Σ_{k≠i} exp(s_ik/τ)], s the cosine.

    Shapes: z (2N, d), no row of zeros; view i and view i ± N show the same example, and j is
    that partner of i. Source: Chen et al., SimCLR, arXiv:2002.05709.
    """
    z = np.asarray(z, dtype=np.float64)
    if z.ndim != 2 or len(z) % 2 or len(z) == 0:
        raise BadInput("z", z.shape, "(2N, d), two views of each example")
    lengths = np.linalg.norm(z, axis=1, keepdims=True)
    if (lengths == 0).any():
        raise BadInput("z", z.tolist(), "rows that are not all 0")
    logits = (z / lengths) @ (z / lengths).T / _above_zero(temperature)
    np.fill_diagonal(logits, -np.inf)
    return cross_entropy(logits, np.roll(np.arange(len(z)), len(z) // 2))


def _above_zero(temperature: float) -> float:
    if not temperature > 0:
        raise BadInput("temperature", temperature, "a number above 0")
    return temperature
