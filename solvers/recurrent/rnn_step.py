"""recurrent.rnn: a state that is carried from step to step.

    h_t = tanh(W_xh x_t + W_hh h_{t−1} + b),  t = 1 … T

x (T, D) is the sequence, h_0 (H) the state it starts from, W_xh (H, D), W_hh (H, H), b (H). The
same weights serve every step. What the network says at a step is read off the state,
y_t = σ_y(W_y h_t + b_y). There is one bias; torch keeps two and adds them.
Source: Elman, Finding structure in time, Cognitive Science 14 (1990).

>>> from solvers import find
>>> network = {"x": [[1], [2]], "start": [5], "input_weights": [[0]],
...            "recurrent_weights": [[0]], "biases": [0]}
>>> find("recurrent.rnn").solve(network).quantities
{'hidden_states': [[0.0], [0.0]], 'hidden': [0.0]}
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from solvers._written import factor, number, sum_of_products
from solvers.activations import sigmoid
from solvers.contract import Inputs, Misconception, Quantity, Solver, Work, array
from solvers.device import Device
from solvers.recurrent.arrays import Array

# Large weights over many steps make a network chaotic: what rounding leaves would decide.
LIMIT = 10  # of weights and inputs
SIDE = 8  # units, inputs and steps, at most


@dataclass(frozen=True, kw_only=True)
class Network(Inputs):
    """A sequence, the state before it, and the weights that every step shares."""

    x: Array = array("T D", -LIMIT, LIMIT, "inputs x_t, a row for each step", max_side=SIDE)
    start: Array = array("H", -LIMIT, LIMIT, "state h_0", max_side=SIDE)
    input_weights: Array = array("H D", -LIMIT, LIMIT, "weights W_xh", max_side=SIDE)
    recurrent_weights: Array = array("H H", -LIMIT, LIMIT, "weights W_hh", max_side=SIDE)
    biases: Array = array("H", -LIMIT, LIMIT, "biases b", max_side=SIDE)

    @property
    def steps(self) -> int:
        return len(self.x)

    def sums(self, x: Array, h: Array) -> Array:
        """What tanh sees: W_xh x + W_hh h + b."""
        return self.input_weights @ x + self.recurrent_weights @ h + self.biases


def _reference(given: Network, work: Work) -> None:
    h, states = given.start, []
    for t, x in enumerate(given.x, start=1):
        z = _written_sums(t, x, h, given, work)
        formula = f"tanh(z_{t}), first tanh({number(z[0])})"
        h = work.step("hidden_states", f"state at t = {t}", formula, np.tanh(z))
        states.append(h)
    formula = "h_1 … h_T, a row each"
    rows = work.step("hidden_states", "states", formula, np.stack(states))
    rows = work.give("hidden_states", rows)
    last = work.step("hidden", "last state", f"h_{given.steps}", np.asarray(rows)[-1])
    work.give("hidden", last)


def _written_sums(t: int, x: Array, h: Array, given: Network, work: Work) -> Array:
    """The three terms of z_t, a line each."""
    quantity = "hidden_states"
    formula = f"W_xh x_{t}, first " + sum_of_products(given.input_weights[0], x)
    seen = work.step(quantity, f"input at t = {t}", formula, given.input_weights @ x)
    formula = f"W_hh h_{t - 1}, first " + sum_of_products(given.recurrent_weights[0], h)
    kept = work.step(quantity, f"memory at t = {t}", formula, given.recurrent_weights @ h)
    formula = (
        f"z_{t} = W_xh x + W_hh h + b,"
        f" first {factor(seen[0])} + {factor(kept[0])} + {factor(given.biases[0])}"
    )
    z: Array = work.step(quantity, f"sum at t = {t}", formula, seen + kept + given.biases)
    return z


def _kernel(given: Network, device: Device) -> Mapping[str, Any]:
    """torch.nn.RNNCell, step by step, with b as its first bias and 0 as its second."""
    import torch

    w_ih, w_hh = device.tensor(given.input_weights), device.tensor(given.recurrent_weights)
    b_ih = device.tensor(given.biases)
    h, states = device.tensor(given.start)[None], []
    for x in device.tensor(given.x):
        h = torch.rnn_tanh_cell(x[None], h, w_ih, w_hh, b_ih, torch.zeros_like(b_ih))
        states.append(h[0])
    return {"hidden_states": torch.stack(states), "hidden": states[-1]}


Cell: TypeAlias = Callable[[Network, Array, Array], Array]  # of network, x_t, h_{t−1}


def _by(cell: Cell) -> Callable[[Network], dict[str, Array]]:
    """The states that a wrong step leads to."""

    def wrong(given: Network) -> dict[str, Array]:
        h, states = given.start, []
        for x in given.x:
            h = cell(given, x, h)
            states.append(h)
        return {"hidden_states": np.stack(states), "hidden": h}

    return wrong


def _never_carried(given: Network) -> dict[str, Array]:
    states = np.stack([np.tanh(given.sums(x, given.start)) for x in given.x])
    return {"hidden_states": states, "hidden": states[-1]}


def _swapped(given: Network, x: Array, h: Array) -> Array:
    z = given.input_weights @ h + given.recurrent_weights @ x + given.biases
    return np.asarray(np.tanh(z))


solver = Solver(
    id="recurrent.rnn",
    concepts=("rnn-step",),
    inputs=Network,
    quantities={
        "hidden_states": Quantity("matrix", "states h_1 … h_T, a row each"),
        "hidden": Quantity("vector", "last state h_T", uses=("hidden_states",)),
    },
    reference=_reference,
    kernel=_kernel,
    misconceptions=(
        Misconception(
            "rnn-step/no-recurrence",
            slip="when the state before is left out",
            correction="The state remembers: W_hh h_{t−1} is added to what the input brings.",
            wrong=_by(lambda g, x, _: np.tanh(g.input_weights @ x + g.biases)),
            departs_at="memory at t = 1",
        ),
        Misconception(
            "rnn-step/no-tanh",
            slip="without the tanh",
            correction="The sum passes through tanh, so every entry of a state is in [−1, 1].",
            wrong=_by(lambda g, x, h: g.sums(x, h)),
            departs_at="state at t = 1",
        ),
        Misconception(
            "rnn-step/sigmoid",
            slip="when σ is used in place of tanh",
            correction="The state of a plain recurrent network is tanh of the sum; σ is for gates.",
            wrong=_by(lambda g, x, h: sigmoid(g.sums(x, h))),
            departs_at="state at t = 1",
        ),
        Misconception(
            "rnn-step/swap-matrices",
            slip="when the two weight matrices are exchanged",
            correction="W_xh multiplies the input and W_hh the state before.",
            wrong=_by(_swapped),
            departs_at="input at t = 1",
            applies=lambda g: g.x.shape[1] == len(g.start),
        ),
        Misconception(
            "rnn-step/reset-each-step",
            slip="when every step starts from h_0 again",
            correction="Each step starts from the state that the step before it left.",
            wrong=_never_carried,
            departs_at="memory at t = 2",
            applies=lambda g: g.steps >= 2,
        ),
    ),
    source="Elman, Finding structure in time, Cognitive Science 14 (1990)",
)
