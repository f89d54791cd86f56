"""Recurrent cells and sequences of arrays, with torch's conventions, in float64.

A weight holds the rows of all gates below each other: weight_ih (gates·H, D) meets the input,
weight_hh (gates·H, H) the state, and each has its own bias (gates·H,), 0 where it is not given.
The order of the gates is i, f, g, o for the LSTM and r, z, n for the GRU.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from solvers.activations import relu, sigmoid
from solvers.contract import BadInput

Array: TypeAlias = npt.NDArray[np.float64]
Bias: TypeAlias = "npt.ArrayLike | None"

NONLINEARITIES: dict[str, Callable[[Array], Array]] = {"tanh": np.tanh, "relu": relu}


def rnn_cell(
    x: npt.ArrayLike,
    h: npt.ArrayLike,
    weight_ih: npt.ArrayLike,
    weight_hh: npt.ArrayLike,
    bias_ih: Bias = None,
    bias_hh: Bias = None,
    *,
    nonlinearity: str = "tanh",
) -> Array:
    """h′ = tanh(W_ih x + b_ih + W_hh h + b_hh), or ReLU in place of tanh.

    Shapes: x (…, D), h (…, H), result (…, H). Raises BadInput where they do not fit.
    Conventions of torch.nn.RNNCell. Source: Elman, Finding structure in time (1990).
    """
    if nonlinearity not in NONLINEARITIES:
        raise BadInput("nonlinearity", nonlinearity, "one of " + ", ".join(NONLINEARITIES))
    state = np.asarray(h, dtype=np.float64)
    from_input = _product("x", x, "weight_ih", weight_ih, bias_ih, state.shape[-1])
    from_state = _product("h", state, "weight_hh", weight_hh, bias_hh, state.shape[-1])
    return NONLINEARITIES[nonlinearity](from_input + from_state)


def lstm_cell(
    x: npt.ArrayLike,
    state: tuple[npt.ArrayLike, npt.ArrayLike],
    weight_ih: npt.ArrayLike,
    weight_hh: npt.ArrayLike,
    bias_ih: Bias = None,
    bias_hh: Bias = None,
) -> tuple[Array, Array]:
    """(h′, C′) with C′ = f⊙C + i⊙g and h′ = o⊙tanh(C′); state is (h, C).

    i, f, o are σ of their sums, the candidate g is tanh of its sum; rows in the order i, f, g, o.
    Shapes: x (…, D), h and C (…, H). Raises BadInput where they do not fit.
    Conventions of torch.nn.LSTMCell. Source: Hochreiter and Schmidhuber (1997), with the forget
    gate of Gers, Schmidhuber and Cummins (2000).
    """
    h, c = (np.asarray(part, dtype=np.float64) for part in state)
    if c.shape != h.shape:
        raise BadInput("state", c.shape, f"C of shape {h.shape}, as h")
    sums = _product("x", x, "weight_ih", weight_ih, bias_ih, 4 * h.shape[-1])
    sums = sums + _product("h", h, "weight_hh", weight_hh, bias_hh, 4 * h.shape[-1])
    (i, f, _, o), g = _parts(sigmoid(sums), 4), np.tanh(_parts(sums, 4)[2])
    c = f * c + i * g
    return o * np.tanh(c), c


def gru_cell(
    x: npt.ArrayLike,
    h: npt.ArrayLike,
    weight_ih: npt.ArrayLike,
    weight_hh: npt.ArrayLike,
    bias_ih: Bias = None,
    bias_hh: Bias = None,
    *,
    reset_after: bool = True,
) -> Array:
    """h′ = (1 − z)⊙n + z⊙h: here z is the share of the *old* state, as in torch.

    r and z are σ of their sums, n = tanh(W_in x + b_in + r⊙(W_hn h + b_hn)); rows in the order
    r, z, n. With ``reset_after`` false the reset comes before the matrix, W_hn(r⊙h) + b_hn, as
    Cho et al. have it. Shapes: x (…, D), h (…, H). Raises BadInput where they do not fit.
    Conventions of torch.nn.GRUCell. Source: Cho et al., arXiv:1406.1078.
    """
    state = np.asarray(h, dtype=np.float64)
    rows = 3 * state.shape[-1]
    from_input = _product("x", x, "weight_ih", weight_ih, bias_ih, rows)
    from_state = _product("h", state, "weight_hh", weight_hh, bias_hh, rows)
    r, z, _ = _parts(sigmoid(from_input + from_state), 3)
    recalled = r * _parts(from_state, 3)[2]
    if not reset_after:
        reset = _product("h", r * state, "weight_hh", weight_hh, bias_hh, rows)
        recalled = _parts(reset, 3)[2]
    n = np.tanh(_parts(from_input, 3)[2] + recalled)
    updated: Array = (1 - z) * n + z * state
    return updated


def rnn(
    x: npt.ArrayLike,
    h: npt.ArrayLike,
    weight_ih: npt.ArrayLike,
    weight_hh: npt.ArrayLike,
    bias_ih: Bias = None,
    bias_hh: Bias = None,
    *,
    nonlinearity: str = "tanh",
    reverse: bool = False,
) -> tuple[Array, Array]:
    """(states, last state) of a sequence x (T, …, D) from the state h (…, H).

    The states (T, …, H) stand where their inputs do; read in ``reverse``, the last state is that
    of the first input. Conventions of torch.nn.RNN, one layer.
    """
    state = np.asarray(h, dtype=np.float64)
    states = []
    for now in _in_order(x, reverse):
        state = rnn_cell(
            now, state, weight_ih, weight_hh, bias_ih, bias_hh, nonlinearity=nonlinearity
        )
        states.append(state)
    return _stacked(states, reverse), state


def lstm(
    x: npt.ArrayLike,
    state: tuple[npt.ArrayLike, npt.ArrayLike],
    weight_ih: npt.ArrayLike,
    weight_hh: npt.ArrayLike,
    bias_ih: Bias = None,
    bias_hh: Bias = None,
    *,
    reverse: bool = False,
) -> tuple[Array, tuple[Array, Array]]:
    """(states, (last h, last C)) of a sequence x (T, …, D) from state (h, C), each (…, H).

    Conventions of torch.nn.LSTM, one layer; ``reverse`` as in ``rnn``.
    """
    h, c = (np.asarray(part, dtype=np.float64) for part in state)
    states = []
    for now in _in_order(x, reverse):
        h, c = lstm_cell(now, (h, c), weight_ih, weight_hh, bias_ih, bias_hh)
        states.append(h)
    return _stacked(states, reverse), (h, c)


def gru(
    x: npt.ArrayLike,
    h: npt.ArrayLike,
    weight_ih: npt.ArrayLike,
    weight_hh: npt.ArrayLike,
    bias_ih: Bias = None,
    bias_hh: Bias = None,
    *,
    reset_after: bool = True,
    reverse: bool = False,
) -> tuple[Array, Array]:
    """(states, last state) of a sequence x (T, …, D) from the state h (…, H).

    Conventions of torch.nn.GRU, one layer; ``reset_after`` as in ``gru_cell``, ``reverse`` as in
    ``rnn``.
    """
    state = np.asarray(h, dtype=np.float64)
    states = []
    for now in _in_order(x, reverse):
        state = gru_cell(
            now, state, weight_ih, weight_hh, bias_ih, bias_hh, reset_after=reset_after
        )
        states.append(state)
    return _stacked(states, reverse), state


def _product(
    name: str, x: npt.ArrayLike, weight_name: str, weight: npt.ArrayLike, bias: Bias, rows: int
) -> Array:
    """x Wᵀ + b, once it is known that they fit."""
    inputs, w = np.asarray(x, dtype=np.float64), np.asarray(weight, dtype=np.float64)
    if w.ndim != 2 or len(w) != rows:
        raise BadInput(weight_name, w.shape, f"({rows}, …), all gates below each other")
    if inputs.ndim == 0 or inputs.shape[-1] != w.shape[1]:
        raise BadInput(name, inputs.shape, f"(…, {w.shape[1]})")
    product: Array = inputs @ w.T
    if bias is None:
        return product
    b = np.asarray(bias, dtype=np.float64)
    if b.shape != (rows,):
        raise BadInput(weight_name.replace("weight", "bias"), b.shape, f"({rows},)")
    return product + b


def _parts(stacked: Array, gates: int) -> list[Array]:
    """The gates of (…, gates·H), each (…, H)."""
    size = stacked.shape[-1] // gates
    return [stacked[..., gate * size : (gate + 1) * size] for gate in range(gates)]


def _in_order(x: npt.ArrayLike, reverse: bool) -> Array:
    sequence = np.asarray(x, dtype=np.float64)
    if sequence.ndim < 2 or not len(sequence):
        raise BadInput("x", sequence.shape, "(T, …, D), one step at least")
    return sequence[::-1] if reverse else sequence


def _stacked(states: list[Array], reverse: bool) -> Array:
    return np.stack(states[::-1] if reverse else states)
