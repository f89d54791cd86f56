"""Batch and layer normalization against the operator test vectors that ship with ONNX.

ONNX's momentum is the share of the old statistics (torch's is that of the batch), and its running
variance takes that of the batch as it is, divided by m (torch: by m − 1). Left out: vectors of
operators that no solver covers (GroupNormalization, InstanceNormalization, RMSNormalization), and
the mean and deviation beside a layer norm, which ours does not return.
"""

from __future__ import annotations

from typing import Any

import pytest

from solvers.normalization import batch_norm, layer_norm
from tests.solvers.onnx_vectors import Run, check


def _batch(inputs: list[Any], options: dict[str, Any]) -> list[Any]:
    x, weight, bias, mean, variance = inputs
    training, old = options.get("training_mode", 0) == 1, options.get("momentum", 0.9)
    eps = options.get("epsilon", 1e-5)
    y, mean, after = batch_norm(x, mean, variance, weight, bias, training, 1 - old, eps)
    numbers = x.size // x.shape[1]
    kept = old * variance
    return [y, mean, kept + (after - kept) * (numbers - 1) / numbers]


def _layer(inputs: list[Any], options: dict[str, Any]) -> list[Any]:
    x, weight, bias = inputs
    shape = x.shape[options.get("axis", -1) :]
    return [layer_norm(x, shape, weight, bias, options.get("epsilon", 1e-5))]


# ONNX's file of vectors, its operator, how many we run at least, and ours.
OPERATORS: list[tuple[str, str, int, Run]] = [
    ("batch_normalization", "BatchNormalization", 4, _batch),
    ("layernormalization", "LayerNormalization", 19, _layer),
]


@pytest.mark.parametrize(("file", "operator", "at_least", "run"), OPERATORS)
def test_vectors(file: str, operator: str, at_least: int, run: Run) -> None:
    check(file, operator, at_least, run)
