"""Activations and losses against the operator test vectors that ship with ONNX.

Left out: OneHot (it writes any two values along any axis and counts negative classes from the
end, where torch has 0 and 1 along the last), HardSigmoid, Elu and others that no solver covers.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from solvers import activations, losses
from tests.solvers.onnx_vectors import Run, check


def _along_axis(function: Callable[..., Any]) -> Run:
    return lambda inputs, options: [function(inputs[0], dim=options.get("axis", -1))]


def _cross_entropy(inputs: list[Any], options: dict[str, Any]) -> list[Any]:
    axis = min(inputs[0].ndim - 1, 1)
    return [
        losses.cross_entropy(*inputs, **_loss_options(options)),
        activations.log_softmax(inputs[0], dim=axis),  # a second output that some vectors ask for
    ]


def _nll(inputs: list[Any], options: dict[str, Any]) -> list[Any]:
    return [losses.nll(*inputs, **_loss_options(options))]


def _loss_options(options: dict[str, Any]) -> dict[str, Any]:
    reduction = options.get("reduction", b"mean").decode()
    return {"reduction": reduction, "ignore_index": options.get("ignore_index", -100)}


def _leaky_relu(inputs: list[Any], options: dict[str, Any]) -> list[Any]:
    return [activations.leaky_relu(inputs[0], options.get("alpha", 0.01))]


def _gelu(inputs: list[Any], options: dict[str, Any]) -> list[Any]:
    approximate = options.get("approximate", b"none").decode()
    return [activations.gelu(inputs[0], approximate=approximate)]


# ONNX's file of vectors, its operator, how many vectors there are at least, and our function.
OPERATORS: list[tuple[str, str, int, Run]] = [
    ("sigmoid", "Sigmoid", 2, lambda inputs, _: [activations.sigmoid(inputs[0])]),
    ("tanh", "Tanh", 2, lambda inputs, _: [activations.tanh(inputs[0])]),
    ("relu", "Relu", 1, lambda inputs, _: [activations.relu(inputs[0])]),
    ("leakyrelu", "LeakyRelu", 3, _leaky_relu),
    ("gelu", "Gelu", 4, _gelu),
    ("softmax", "Softmax", 7, _along_axis(activations.softmax)),
    ("logsoftmax", "LogSoftmax", 7, _along_axis(activations.log_softmax)),
    ("softmax_cross_entropy_loss", "SoftmaxCrossEntropyLoss", 34, _cross_entropy),
    ("negativeloglikelihoodloss", "NegativeLogLikelihoodLoss", 18, _nll),
]


@pytest.mark.parametrize(("file", "operator", "at_least", "run"), OPERATORS)
def test_vectors(file: str, operator: str, at_least: int, run: Run) -> None:
    check(file, operator, at_least, run)
