"""recurrent.bidirectional: one network reads from the left, another from the right.

    →h_t = tanh(W x_t + U →h_{t−1} + b),  ←h_t = tanh(W′ x_t + U′ ←h_{t+1} + b′)
    h_t = [→h_t; ←h_t],  2H numbers

x (T, D); W, W′ (H, D), U, U′ (H, H), b, b′ (H); both start from 0. The backward network reads
x_T first, and its state at t is the one *after* it has read x_t. The parameters double. The whole
sequence must be there, so a text can't be generated this way.
Source: Schuster and Paliwal, IEEE Transactions on Signal Processing 45 (1997).

>>> from solvers import find
>>> echo = {"x": [[1], [0]], "input_weights": [[1]], "recurrent_weights": [[1]], "biases": [0],
...         "back_input_weights": [[0]], "back_recurrent_weights": [[0]], "back_biases": [0]}
>>> find("recurrent.bidirectional").solve(echo).quantities["width"]
2
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from solvers.contract import Inputs, Misconception, Quantity, Solver, Work, array
from solvers.device import Device
from solvers.recurrent import arrays
from solvers.recurrent._modules import loaded
from solvers.recurrent.arrays import Array

LIMIT = 10  # of weights and inputs
SIDE = 8  # units, inputs and steps, at most


@dataclass(frozen=True, kw_only=True)
class TwoWays(Inputs):
    """A sequence, and two plain recurrent networks of the same size."""

    x: Array = array("T D", -LIMIT, LIMIT, "inputs x_t, a row for each step", max_side=SIDE)
    input_weights: Array = array("H D", -LIMIT, LIMIT, "forward weights W", max_side=SIDE)
    recurrent_weights: Array = array("H H", -LIMIT, LIMIT, "forward weights U", max_side=SIDE)
    biases: Array = array("H", -LIMIT, LIMIT, "forward biases b", max_side=SIDE)
    back_input_weights: Array = array("H D", -LIMIT, LIMIT, "backward weights W′", max_side=SIDE)
    back_recurrent_weights: Array = array(
        "H H", -LIMIT, LIMIT, "backward weights U′", max_side=SIDE
    )
    back_biases: Array = array("H", -LIMIT, LIMIT, "backward biases b′", max_side=SIDE)

    @property
    def forward(self) -> tuple[Array, Array, Array]:
        return self.input_weights, self.recurrent_weights, self.biases

    @property
    def backward(self) -> tuple[Array, Array, Array]:
        return self.back_input_weights, self.back_recurrent_weights, self.back_biases

    def states(self, weights: tuple[Array, Array, Array], *, reverse: bool) -> Array:
        """The states (T, H) of one network, standing where their inputs do."""
        zero = np.zeros(len(self.biases))
        return arrays.rnn(self.x, zero, *weights, reverse=reverse)[0]

    @property
    def to_the_right(self) -> Array:
        return self.states(self.forward, reverse=False)

    @property
    def to_the_left(self) -> Array:
        return self.states(self.backward, reverse=True)


def _reference(given: TwoWays, work: Work) -> None:
    right = _written(">", given.to_the_right, work)
    left = _written("<", given.to_the_left, work)
    both = np.concatenate([right, left], axis=1)
    both = work.step("states", "states", "[→h_t; ←h_t], a row for each step", both)
    work.give("states", both)

    units, inputs = given.input_weights.shape
    formula = f"2H = 2·{units}"
    work.give("width", work.step("width", "width", formula, 2 * units))
    one = units * (inputs + units + 1)
    formula = f"H(D + H + 1) = {units}·({inputs} + {units} + 1)"
    one = work.step("parameters", "parameters of one direction", formula, one)
    work.give("parameters", work.step("parameters", "parameters", f"2·{one}", 2 * one))


def _written(direction: str, states: Array, work: Work) -> Array:
    """One direction's states, in the order in which they are computed."""
    if direction == ">":
        order, arrow, name = range(len(states)), "→", "forward"
    else:
        order, arrow, name = range(len(states) - 1, -1, -1), "←", "backward"
    for t in order:
        label = f"{name} state at t = {t + 1}"
        work.step("states", label, f"{arrow}h_{t + 1}, from x_{t + 1} and the state", states[t])
    label, formula = f"{name} states", f"{arrow}h_1 … {arrow}h_T, a row each"
    return np.asarray(work.step("states", label, formula, states))


def _kernel(given: TwoWays, device: Device) -> Mapping[str, Any]:
    """torch.nn.RNN(bidirectional=True), its second biases 0 and not counted."""
    import torch

    units, inputs = given.input_weights.shape
    zero = torch.zeros(units, dtype=device.dtype, device=device.name)
    parameters: dict[str, torch.Tensor] = {}
    for suffix, weights in (("_l0", given.forward), ("_l0_reverse", given.backward)):
        w_ih, w_hh, b_ih = (device.tensor(t) for t in weights)
        values = {"weight_ih": w_ih, "weight_hh": w_hh, "bias_ih": b_ih, "bias_hh": zero}
        parameters |= {name + suffix: value for name, value in values.items()}
    network = loaded(torch.nn.RNN, (inputs, units), parameters, device, bidirectional=True)
    states, _ = network(device.tensor(given.x))
    names = network.named_parameters()
    return {
        "states": states,
        "width": states.shape[1],
        "parameters": sum(p.numel() for name, p in names if not name.startswith("bias_hh")),
    }


def _states(rule: Callable[[TwoWays], Array]) -> Callable[[TwoWays], dict[str, Array]]:
    """Wrong states."""
    return lambda g: {"states": rule(g)}


def _joined(right: Array, left: Array) -> Array:
    return np.concatenate([right, left], axis=1)


def _one_network(given: TwoWays) -> bool:
    return all(map(np.array_equal, given.forward, given.backward))


solver = Solver(
    id="recurrent.bidirectional",
    concepts=("bidirectional-rnn",),
    inputs=TwoWays,
    quantities={
        "states": Quantity("matrix", "[→h_t; ←h_t], a row for each step"),
        "width": Quantity("integer", "numbers in a state"),
        "parameters": Quantity("integer", "trainable parameters, one bias for each unit"),
    },
    reference=_reference,
    kernel=_kernel,
    misconceptions=(
        Misconception(
            "bidirectional-rnn/sum",
            slip="when the two states are added",
            correction="The two states are put side by side: 2H numbers.",
            wrong=_states(lambda g: g.to_the_right + g.to_the_left),
            departs_at="states",
        ),
        Misconception(
            "bidirectional-rnn/average",
            slip="when the two states are averaged",
            correction="The two states are put side by side: 2H numbers.",
            wrong=_states(lambda g: (g.to_the_right + g.to_the_left) / 2),
            departs_at="states",
        ),
        Misconception(
            "bidirectional-rnn/not-reversed",
            slip="when the second network reads in the same order",
            correction="The backward network starts at x_T and reads towards x_1.",
            wrong=_states(lambda g: _joined(g.to_the_right, g.states(g.backward, reverse=False))),
            departs_at="backward states",
            applies=lambda g: len(g.x) >= 2,
        ),
        Misconception(
            "bidirectional-rnn/end-aligned",
            slip="when the backward states are paired in the order they were computed",
            correction="At t both states have read x_t last: ←h_t belongs to x_t.",
            wrong=_states(lambda g: _joined(g.to_the_right, g.to_the_left[::-1])),
            departs_at="states",
            applies=lambda g: len(g.x) >= 2,
        ),
        Misconception(
            "bidirectional-rnn/same-weights",
            slip="when the forward weights are used in both directions",
            correction="The backward network has weights of its own.",
            wrong=_states(lambda g: _joined(g.to_the_right, g.states(g.forward, reverse=True))),
            departs_at="backward states",
            applies=lambda g: not _one_network(g),
        ),
    ),
    source="Schuster and Paliwal, Bidirectional recurrent neural networks (1997)",
)
