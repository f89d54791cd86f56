"""Steps of optimizers against the operator test vectors that ship with ONNX.

Its conventions differ from torch's: the coefficient "norm" is a weight decay; Momentum multiplies
the gradient by a beta of its own from the second step on; Adagrad lowers its rate by the step; and
at step 0, which all Adam vectors are, Adam leaves the correction for starting at zero out.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import pytest

from solvers.optimizers import adagrad_step, adam_step, momentum_step, nesterov_step
from tests.solvers.onnx_vectors import Run, Vector, check

# The rate, the number of the step, the options, then parameter, gradient and memory.
Step: TypeAlias = Callable[..., tuple[Any, ...]]


def _each(step: Step, memories: int = 1) -> Run:
    """R, T, then all the parameters, all their gradients, all their memories; out likewise."""

    def run(inputs: list[Any], options: dict[str, Any]) -> list[Any]:
        rate, time, *rest = inputs
        parameters = len(rest) // (2 + memories)
        groups = [rest[i::parameters] for i in range(parameters)]
        results = [step(float(rate), int(time), options, *group) for group in groups]
        return [part for parts in zip(*results, strict=True) for part in parts]

    return run


def _momentum(rate: float, time: int, options: Any, x: Any, g: Any, v: Any) -> tuple[Any, ...]:
    kind = {b"standard": momentum_step, b"nesterov": nesterov_step}[options["mode"]]
    decay, beta = options["norm_coefficient"], options["beta"]
    scale = beta if time > 0 else 1.0  # of the gradient within the velocity
    return kind(x, scale * g, v, lr=rate, momentum=options["alpha"], weight_decay=scale * decay)


def _adagrad(rate: float, time: int, options: Any, x: Any, g: Any, h: Any) -> tuple[Any, ...]:
    rate = rate / (1 + time * options["decay_factor"])
    decay = options["norm_coefficient"]
    return adagrad_step(x, g, h, lr=rate, eps=options["epsilon"], weight_decay=decay)


def _adam(rate: float, _time: int, options: Any, x: Any, g: Any, v: Any, h: Any) -> tuple[Any, ...]:
    """Our first step with a rate and an ε that take its corrections back."""
    betas = options["alpha"], options["beta"]
    root = (1 - betas[1]) ** 0.5
    rate, eps = rate * (1 - betas[0]) / root, options["epsilon"] / root
    decay = options["norm_coefficient"]
    return adam_step(x, g, v, h, 1, lr=rate, betas=betas, eps=eps, weight_decay=decay)


def _adam_left_out(vector: Vector) -> str:
    later = int(vector.inputs[1]) > 0
    return "after the first step, where ε stands elsewhere" if later else ""


# ONNX's file of vectors, its operator, how many we run at least, and ours.
OPERATORS: list[tuple[str, str, int, Run]] = [
    ("momentum", "Momentum", 3, _each(_momentum)),
    ("adagrad", "Adagrad", 2, _each(_adagrad)),
    ("adam", "Adam", 2, _each(_adam, memories=2)),
]


@pytest.mark.parametrize(("file", "operator", "at_least", "run"), OPERATORS)
def test_vectors(file: str, operator: str, at_least: int, run: Run) -> None:
    check(file, operator, at_least, run, _adam_left_out if operator == "Adam" else lambda _: "")
