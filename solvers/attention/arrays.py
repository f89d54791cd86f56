"""Attention of arrays, with torch's conventions; a mask is boolean and True means may attend."""

from __future__ import annotations

import math
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from solvers.contract import BadInput

Array: TypeAlias = npt.NDArray[np.float64]
Mask: TypeAlias = npt.NDArray[np.bool_]

# Scores beyond this are so large that their rounding errors show in the softmax.
SCORE_LIMIT = 1e5


def softmax(scores: Array, mask: Mask | None = None, axis: int = -1) -> Array:
    """exp(s) / Σ exp(s) over an axis, over the entries that the mask allows.

    The maximum is taken off first, which changes nothing but keeps exp in range. Where nothing
    is allowed the result is 0, as in torch.
    """
    shifted = exponentials(scores, mask, axis)
    total = shifted.sum(axis=axis, keepdims=True)
    return shifted / np.where(total == 0, 1.0, total)


def exponentials(scores: Array, mask: Mask | None = None, axis: int = -1) -> Array:
    """exp(s − max s) over an axis; 0 where the mask forbids."""
    allowed = scores if mask is None else np.where(mask, scores, -np.inf)
    largest = allowed.max(axis=axis, keepdims=True)
    return np.exp(allowed - np.where(np.isfinite(largest), largest, 0.0))


def scaled_dot_product_attention(
    query: npt.ArrayLike,
    key: npt.ArrayLike,
    value: npt.ArrayLike,
    attn_mask: npt.ArrayLike | None = None,
    *,
    is_causal: bool = False,
    scale: float | None = None,
) -> Array:
    """softmax(Q Kᵀ · scale) V, the softmax over the keys; scale is 1/√d_k unless given.

    Shapes: query (…, n, d_k), key (…, m, d_k), value (…, m, d_v), mask broadcast to (…, n, m),
    result (…, n, d_v). Raises BadInput where they do not fit.
    Source: Vaswani et al., Attention is all you need, arXiv:1706.03762, equation 1.

    >>> scaled_dot_product_attention([[0.0, 0.0]], [[1.0, 2.0], [3.0, 4.0]], [[1.0], [3.0]])
    array([[2.]])
    """
    q, k, v = _rows("query", query), _rows("key", key), _rows("value", value)
    if q.shape[-1] != k.shape[-1]:
        raise BadInput("key", k.shape, f"(…, m, {q.shape[-1]}), as wide as the queries")
    if k.shape[-2] != v.shape[-2]:
        raise BadInput("value", v.shape, f"(…, {k.shape[-2]}, d_v), a row for each key")
    scores = q @ k.swapaxes(-1, -2) * (1 / math.sqrt(q.shape[-1]) if scale is None else scale)
    mask = None if attn_mask is None else _boolean(attn_mask)
    if is_causal:
        causal = np.tri(*scores.shape[-2:], dtype=np.bool_)
        mask = causal if mask is None else causal & mask
    return softmax(scores, mask) @ v


def multi_head_attention(
    query: npt.ArrayLike,
    key: npt.ArrayLike,
    value: npt.ArrayLike,
    in_proj_weight: npt.ArrayLike,
    out_proj_weight: npt.ArrayLike,
    num_heads: int,
    *,
    in_proj_bias: npt.ArrayLike | None = None,
    out_proj_bias: npt.ArrayLike | None = None,
    attn_mask: npt.ArrayLike | None = None,
    is_causal: bool = False,
) -> Array:
    """Concat(head_1, …, head_h) W^O with head_i = Attention(Q W_i^Q, K W_i^K, V W_i^V).

    Weights as torch.nn.MultiheadAttention stores them, that is, transposed: in_proj_weight
    (3d, d) holds W^Q, W^K, W^V below each other, head by head; out_proj_weight is (d, d).
    Shapes: query (…, n, d), key and value (…, m, d), result (…, n, d). Unlike there, a mask
    (n, m) is True where a query may attend. Raises BadInput where shapes do not fit.
    """
    w_in, w_out = np.asarray(in_proj_weight, float), np.asarray(out_proj_weight, float)
    d = w_in.shape[-1]
    if w_in.shape != (3 * d, d) or w_out.shape != (d, d):
        raise BadInput("in_proj_weight", w_in.shape, "(3d, d), and out_proj_weight (d, d)")
    if num_heads < 1 or d % num_heads:
        raise BadInput("num_heads", num_heads, f"a divisor of {d}")
    bias = np.zeros(3 * d) if in_proj_bias is None else np.asarray(in_proj_bias, float)
    q, k, v = (
        _split_heads(np.asarray(x, float) @ w.T + b, num_heads)
        for x, w, b in zip((query, key, value), np.split(w_in, 3), np.split(bias, 3), strict=True)
    )
    heads = scaled_dot_product_attention(q, k, v, attn_mask, is_causal=is_causal)
    joined = heads.swapaxes(-3, -2)  # (…, n, h, d/h)
    output: Array = joined.reshape(*joined.shape[:-2], d) @ w_out.T
    return output if out_proj_bias is None else output + np.asarray(out_proj_bias, float)


def additive_attention(
    query: npt.ArrayLike,
    key: npt.ArrayLike,
    value: npt.ArrayLike,
    w_query: npt.ArrayLike,
    w_key: npt.ArrayLike,
    v: npt.ArrayLike,
    attn_mask: npt.ArrayLike | None = None,
) -> Array:
    """softmax(scores) V with score(q, k) = vᵀ tanh(W₁q + W₂k), the softmax over the keys.

    Shapes: query (…, n, d_q), key (…, m, d_k), value (…, m, d_v), w_query W₁ (h, d_q), w_key W₂
    (h, d_k), v (h,), mask broadcast to (…, n, m), result (…, n, d_v). A query that may attend to
    nothing gets zeros. Raises BadInput where shapes do not fit.
    Source: Bahdanau et al., arXiv:1409.0473, appendix A.1.2.

    >>> additive_attention([[0.0]], [[1.0], [1.0]], [[1.0], [3.0]], [[1.0]], [[1.0]], [1.0])
    array([[2.]])
    """
    q, k, values = _rows("query", query), _rows("key", key), _rows("value", value)
    w_1, w_2 = _rows("w_query", w_query), _rows("w_key", w_key)
    last = np.asarray(v, dtype=np.float64)
    if w_1.shape != (len(last), q.shape[-1]):
        raise BadInput("w_query", w_1.shape, f"({len(last)}, {q.shape[-1]}), that is (h, d_q)")
    if w_2.shape != (len(last), k.shape[-1]):
        raise BadInput("w_key", w_2.shape, f"({len(last)}, {k.shape[-1]}), that is (h, d_k)")
    if k.shape[-2] != values.shape[-2]:
        raise BadInput("value", values.shape, f"(…, {k.shape[-2]}, d_v), a row for each key")
    hidden = np.tanh((q @ w_1.T)[..., :, None, :] + (k @ w_2.T)[..., None, :, :])  # (…, n, m, h)
    mask = None if attn_mask is None else _boolean(attn_mask)
    return softmax(hidden @ last, mask) @ values


def score_bound(queries: Array, keys: Array, w_q: Array, w_k: Array) -> float:
    """The most that a scaled score, or a part of its sum, can be: all signs taken alike.

    Shapes: queries (n, d), keys (m, d), w_q and w_k (…, d, d_k).
    """
    q, k = np.abs(queries) @ np.abs(w_q), np.abs(keys) @ np.abs(w_k)
    return float((q @ k.swapaxes(-1, -2)).max()) / math.sqrt(w_q.shape[-1])


def positional_encoding(length: int, d_model: int) -> Array:
    """PE(pos, 2i) = sin(pos / 10000^(2i/d)), PE(pos, 2i+1) = cos of the same angle.

    Result (length, d_model); positions from 0. An odd width ends on a sine.
    Source: Vaswani et al., arXiv:1706.03762, section 3.5.
    """
    if length < 1 or d_model < 1:
        raise BadInput("length, d_model", (length, d_model), "whole numbers from 1")
    column = np.arange(d_model)
    angle = np.arange(length)[:, None] / 10000 ** (2 * (column // 2) / d_model)
    return np.where(column % 2 == 0, np.sin(angle), np.cos(angle))


def _split_heads(x: Array, heads: int) -> Array:
    split: Array = x.reshape(*x.shape[:-1], heads, -1)  # (…, n, h, d/h)
    return split.swapaxes(-3, -2)  # (…, h, n, d/h)


def _rows(name: str, value: npt.ArrayLike) -> Array:
    read = np.asarray(value, dtype=np.float64)
    if read.ndim < 2:
        raise BadInput(name, read.shape, "an array of at least two axes")
    return read


def _boolean(mask: npt.ArrayLike) -> Mask:
    read = np.asarray(mask)
    if read.dtype.kind not in "bui" or not np.isin(read, (0, 1)).all():
        raise BadInput("attn_mask", str(read.dtype), "true where a query may attend, else false")
    return read.astype(np.bool_)
