"""Attention against the operator test vectors that ship with ONNX (its operator set 23 and later).

Left out: masks of numbers that are added to the scores and a cap on the scores (ours attends or
does not), windows and causal masks counted from the end of a cache, and half precision. Outputs
other than the attention itself (the cache, the scores) are not compared. Heads that share keys and
values are given to ours as copies.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from solvers.attention import scaled_dot_product_attention
from tests.solvers.onnx_vectors import Vector, check, vectors

FILE, OPERATOR = "attention", "Attention"


def _left_out(vector: Vector) -> str:
    _, _, _, mask, past, _, lengths = _inputs(vector.inputs)
    causal = vector.options.get("is_causal", 0) == 1
    windows = (vector.options.get(f"{side}_window_size", -1) for side in ("left", "right"))
    reasons = {
        "half precision": vector.inputs[0].dtype != np.float32,
        "a mask of numbers": mask is not None and mask.dtype != np.bool_,
        "a cap on the scores": vector.options.get("softcap", 0) > 0,
        "a window": max(windows) >= 0,
        "causal, counted from the end of a cache": causal
        and not (past is None and lengths is None),
    }
    return next((reason for reason, applies in reasons.items() if applies), "")


def _inputs(inputs: list[Any]) -> list[Any]:
    return [*inputs, *[None] * 7][:7]


def _attention(inputs: list[Any], options: dict[str, Any]) -> list[Any]:
    q, k, v, mask, past_key, past_value, lengths = _inputs(inputs)
    merged = q.ndim == 3
    if merged:  # (B, n, h·d)
        q = _heads(q, options["q_num_heads"])
        k, v = (_heads(x, options["kv_num_heads"]) for x in (k, v))
    if past_key is not None:
        k, v = np.concatenate([past_key, k], axis=2), np.concatenate([past_value, v], axis=2)
    shared = q.shape[1] // k.shape[1]
    k, v = np.repeat(k, shared, axis=1), np.repeat(v, shared, axis=1)
    if lengths is not None:
        there = (np.arange(k.shape[2]) < lengths[:, None])[:, None, None, :]
        mask = there if mask is None else mask & there
    causal = options.get("is_causal", 0) == 1
    y = scaled_dot_product_attention(
        q, k, v, mask, is_causal=causal, scale=options.get("scale")
    )  # (B, h, n, d_v)
    return [y.swapaxes(1, 2).reshape(*y.shape[:1], y.shape[2], -1) if merged else y]


def _heads(x: Any, heads: int) -> Any:
    """(B, n, h·d) as (B, h, n, d)."""
    return x.reshape(*x.shape[:2], heads, -1).swapaxes(1, 2)


def test_vectors() -> None:
    check(FILE, OPERATOR, 20, _attention, _left_out)


def test_what_is_left_out_is_left_out_for_one_of_the_reasons_above() -> None:
    reasons = {_left_out(vector) for vector in vectors(FILE, OPERATOR)}
    assert reasons - {""} == {
        "half precision",
        "a mask of numbers",
        "a cap on the scores",
        "a window",
        "causal, counted from the end of a cache",
    }
