"""Recurrent cells and sequences of arrays against torch; ONNX's vectors: test_onnx_recurrent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from solvers import recurrent
from solvers.contract import BadInput


def weights(gates: int, inputs: int, units: int, seed: int = 0) -> list[Any]:
    """weight_ih, weight_hh, bias_ih, bias_hh."""
    rng = np.random.default_rng(seed)
    rows = gates * units
    shapes = [(rows, inputs), (rows, units), (rows,), (rows,)]
    return [rng.normal(size=shape) for shape in shapes]


def tensors(*arrays: Any) -> list[Any]:
    return [torch.tensor(np.asarray(array)) for array in arrays]


@pytest.mark.parametrize("batch", [(), (3,)])
@pytest.mark.parametrize("units", [1, 4])
def test_cells_are_torchs(units: int, batch: tuple[int, ...]) -> None:
    rng = np.random.default_rng(1)
    x, h, c = rng.normal(size=(*batch, 2)), *rng.normal(size=(2, *batch, units))

    def torchs(kind: Any, parameters: list[Any], state: Any, **options: Any) -> Any:
        cell = kind(2, units, dtype=torch.float64, **options)
        names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        cell.load_state_dict(dict(zip(names, tensors(*parameters), strict=True)))
        with torch.no_grad():
            return cell(*tensors(x), state)

    (state,) = tensors(h)
    one, three, four = (weights(gates, 2, units) for gates in (1, 3, 4))
    np.testing.assert_allclose(
        recurrent.rnn_cell(x, h, *one), torchs(torch.nn.RNNCell, one, state), rtol=1e-12
    )
    np.testing.assert_allclose(
        recurrent.rnn_cell(x, h, *one, nonlinearity="relu"),
        torchs(torch.nn.RNNCell, one, state, nonlinearity="relu"),
        rtol=1e-12,
    )
    np.testing.assert_allclose(
        recurrent.gru_cell(x, h, *three), torchs(torch.nn.GRUCell, three, state), rtol=1e-12
    )
    ours = recurrent.lstm_cell(x, (h, c), *four)
    theirs = torchs(torch.nn.LSTMCell, four, (state, *tensors(c)))
    for mine, other in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(mine, other, rtol=1e-12)


@pytest.mark.parametrize("steps", [1, 5])
@pytest.mark.parametrize(
    ("gates", "kind", "run"),
    [
        (1, torch.nn.RNN, recurrent.rnn),
        (3, torch.nn.GRU, recurrent.gru),
        (4, torch.nn.LSTM, recurrent.lstm),
    ],
)
def test_sequences_in_both_directions_are_torchs(
    gates: int, kind: Any, run: Callable[..., Any], steps: int
) -> None:
    rng = np.random.default_rng(2)
    x, starts = rng.normal(size=(steps, 2, 3)), rng.normal(size=(2, 2, 4))
    cells = rng.normal(size=(2, 2, 4))
    both = [weights(gates, 3, 4, seed) for seed in (3, 4)]
    network = kind(3, 4, bidirectional=True, dtype=torch.float64)
    names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    network.load_state_dict(
        {
            f"{name}_l0{suffix}": value
            for suffix, parameters in zip(("", "_reverse"), both, strict=True)
            for name, value in zip(names, tensors(*parameters), strict=True)
        }
    )
    is_lstm = kind is torch.nn.LSTM
    start, memory = tensors(starts, cells)
    with torch.no_grad():
        states, last = network(*tensors(x), (start, memory) if is_lstm else start)
    for way, parameters in enumerate(both):
        state = (starts[way], cells[way]) if is_lstm else starts[way]
        ours, final = run(x, state, *parameters, reverse=way == 1)
        np.testing.assert_allclose(ours, states[..., 4 * way : 4 * way + 4], rtol=1e-12)
        for mine, theirs in zip(*((final, last) if is_lstm else ([final], [last])), strict=True):
            np.testing.assert_allclose(mine, theirs[way], rtol=1e-12)


def test_biases_may_be_left_out() -> None:
    w_ih, w_hh, *_ = weights(3, 2, 2)
    zero = np.zeros(6)
    np.testing.assert_array_equal(
        recurrent.gru_cell([1, 2], [3, 4], w_ih, w_hh),
        recurrent.gru_cell([1, 2], [3, 4], w_ih, w_hh, zero, zero),
    )


def test_where_the_gru_resets() -> None:
    # With one unit and no bias on the state it makes no difference (curriculum, gru-cell) …
    w_ih, w_hh, bias, _ = weights(3, 2, 1)
    one = recurrent.gru_cell([1, 2], [0.5], w_ih, w_hh, bias)
    np.testing.assert_allclose(
        one, recurrent.gru_cell([1, 2], [0.5], w_ih, w_hh, bias, reset_after=False)
    )
    # … with several it does.
    w_ih, w_hh, bias, other = weights(3, 2, 4)
    after, before = (
        recurrent.gru_cell([1, 2], [1, -1, 2, 0.5], w_ih, w_hh, bias, other, reset_after=way)
        for way in (True, False)
    )
    assert abs(after - before).max() > 0.01


def test_extreme_gates() -> None:
    # Forget gate open, input gate shut: the memory stays; output gate shut: nothing is shown.
    bias = np.array([-50.0, 50, 0, -50])
    h, c = recurrent.lstm_cell([0.3], ([0.2], [1.7]), np.ones((4, 1)), np.ones((4, 1)), bias)
    assert c == pytest.approx([1.7], abs=1e-15)
    assert abs(h).max() < 1e-15
    # z open: torch's GRU keeps the old state.
    bias = np.array([0.0, 50, 0])
    kept = recurrent.gru_cell([0.3], [0.9], np.ones((3, 1)), np.ones((3, 1)), bias)
    assert kept == pytest.approx([0.9], abs=1e-15)
    # Logits of ±1000 are finite.
    for size in (-1000.0, 1000.0):
        h, c = recurrent.lstm_cell([size], ([0], [0]), np.ones((4, 1)), np.ones((4, 1)))
        assert np.isfinite([h, c]).all()
        assert np.isfinite(recurrent.gru_cell([size], [0], np.ones((3, 1)), np.ones((3, 1)))).all()


def test_the_state_given_is_not_changed() -> None:
    h, c = np.array([0.5]), np.array([2.0])
    recurrent.lstm([[1.0], [2.0]], (h, c), np.ones((4, 1)), np.ones((4, 1)))
    recurrent.gru([[1.0], [2.0]], h, np.ones((3, 1)), np.ones((3, 1)))
    assert (h.tolist(), c.tolist()) == ([0.5], [2.0])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: recurrent.rnn_cell([1], [1], [[1]], [[1], [1]]), r"weight_hh is \(2, 1\)"),
        (lambda: recurrent.rnn_cell([1, 2], [1], [[1]], [[1]]), r"x is \(2,\); allowed: \(…, 1\)"),
        (lambda: recurrent.rnn_cell([1], [1], [[1]], [[1]], [1, 2]), r"bias_ih is \(2,\)"),
        (lambda: recurrent.rnn_cell([1], [1], [[1]], [[1]], nonlinearity="σ"), "one of tanh, relu"),
        (lambda: recurrent.gru_cell([1], [1], [[1]] * 4, [[1]] * 3), r"weight_ih is \(4, 1\)"),
        (lambda: recurrent.lstm_cell([1], ([1], [1, 2]), [[1]] * 4, [[1]] * 4), r"state is \(2,\)"),
        (lambda: recurrent.rnn([1], [1], [[1]], [[1]]), "one step at least"),
        (lambda: recurrent.rnn(np.zeros((0, 1)), [1], [[1]], [[1]]), "one step at least"),
    ],
)
def test_bad_shapes_are_named(call: Callable[[], Any], message: str) -> None:
    with pytest.raises(BadInput, match=message):
        call()
