"""Recurrent sequences against the operator test vectors that ship with ONNX.

ONNX stacks the gates of an LSTM as i, o, f, c (torch: i, f, g, o) and those of a GRU as z, r, h
(torch: r, z, n); a GRU resets before the matrix unless linear_before_reset is 1 (torch: after it).
Left out: the LSTM with peepholes, which torch does not have.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from solvers.recurrent import gru, lstm, rnn
from tests.solvers.onnx_vectors import LeftOut, Run, Vector, check

# For each direction: x, W, R, their biases, h, C and what to pass on: (Y, Y_h, Y_c).
Layer = Callable[..., tuple[Any, Any, Any]]
OPTIONS = {"hidden_size", "direction", "layout", "linear_before_reset"}


def _left_out(vector: Vector) -> str:
    peepholes = len(vector.inputs) > 7 and vector.inputs[7] is not None
    lengths = vector.inputs[4] if len(vector.inputs) > 4 else None
    ragged = lengths is not None and len(set(lengths.tolist())) > 1
    other = set(vector.options) - OPTIONS
    if peepholes:
        return "peepholes"
    return "sequences of different lengths" if ragged else ", ".join(sorted(other))


def _sequence(layer: Layer, gates: list[int]) -> Run:
    """The operator's inputs X, W, R, B, lengths, h, C for our layer, in each direction."""

    def run(inputs: list[Any], options: dict[str, Any]) -> list[Any]:
        x, w, r, b, _lengths, h, c = [*inputs, *[None] * 7][:7]
        hidden, first_is_batch = options["hidden_size"], options.get("layout", 0) == 1
        x = x.swapaxes(0, 1) if first_is_batch else x  # (T, B, D)
        zeros = np.zeros((len(w), x.shape[1], hidden))
        backwards = {b"forward": [False], b"reverse": [True], b"bidirectional": [False, True]}
        outputs = []
        for i, reverse in enumerate(backwards[options.get("direction", b"forward")]):
            bias = np.zeros(2 * len(w[i])) if b is None else b[i]
            stacked = (_reordered(part, gates) for part in (w[i], r[i], *np.split(bias, 2)))
            state = (zeros if h is None else h)[i], (zeros if c is None else c)[i]
            outputs.append(layer(x, state, *stacked, reverse, options))
        y, y_h, y_c = (np.stack(parts, axis=-3) for parts in zip(*outputs, strict=True))
        if first_is_batch:  # (B, T, directions, H) and (B, directions, H)
            return [y.transpose(2, 0, 1, 3), y_h.swapaxes(0, 1), y_c.swapaxes(0, 1)]
        return [y, y_h, y_c]

    return run


def _reordered(stacked: Any, gates: list[int]) -> Any:
    """The gates of ONNX in the order of torch."""
    parts = np.split(stacked, len(gates))
    return np.concatenate([parts[gate] for gate in gates])


def _rnn(x: Any, state: Any, w: Any, r: Any, b: Any, c: Any, reverse: bool, _: Any) -> Any:
    y, last = rnn(x, state[0], w, r, b, c, reverse=reverse)
    return y, last, last


def _lstm(x: Any, state: Any, w: Any, r: Any, b: Any, c: Any, reverse: bool, _: Any) -> Any:
    y, (last, cell) = lstm(x, state, w, r, b, c, reverse=reverse)
    return y, last, cell


def _gru(x: Any, state: Any, w: Any, r: Any, b: Any, c: Any, reverse: bool, options: Any) -> Any:
    reset_after = options.get("linear_before_reset", 0) == 1
    y, last = gru(x, state[0], w, r, b, c, reset_after=reset_after, reverse=reverse)
    return y, last, last


# ONNX's file of vectors, its operator, how many we run at least, ours, and what is left out.
OPERATORS: list[tuple[str, str, int, Run, LeftOut]] = [
    ("rnn", "RNN", 6, _sequence(_rnn, [0]), _left_out),
    ("lstm", "LSTM", 5, _sequence(_lstm, [0, 2, 3, 1]), _left_out),
    ("gru", "GRU", 6, _sequence(_gru, [1, 0, 2]), _left_out),
]


@pytest.mark.parametrize(("file", "operator", "at_least", "run", "left_out"), OPERATORS)
def test_vectors(file: str, operator: str, at_least: int, run: Run, left_out: LeftOut) -> None:
    check(file, operator, at_least, run, left_out)
