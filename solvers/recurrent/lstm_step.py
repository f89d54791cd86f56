"""recurrent.lstm_cell and recurrent.lstm: a memory that gates open and close.

    f = σ(W_f [h_{t−1}; x_t] + b_f)        how much of the old memory stays
    i = σ(W_i [h_{t−1}; x_t] + b_i)        how much of the new is let in
    C̃ = tanh(W_C [h_{t−1}; x_t] + b_C)     the new, the candidate
    o = σ(W_o [h_{t−1}; x_t] + b_o)        how much of the memory is shown
    C_t = f ⊙ C_{t−1} + i ⊙ C̃,  h_t = o ⊙ tanh(C_t)

x_t (D), h and C (H), each W (H, H+D) with the columns of the state first, each b (H). torch keeps
the four apart by input and state and stacks them in the order i, f, g, o, where g is C̃.
Source: Hochreiter and Schmidhuber, Neural Computation 9 (1997); the forget gate is of Gers,
Schmidhuber and Cummins (2000).

>>> from solvers import find
>>> half_open = {"x": [3], "hidden": [1], "cell": [2]}
>>> for gate in ("forget", "input", "candidate", "output"):
...     half_open |= {f"{gate}_weights": [[0, 0]], f"{gate}_biases": [0]}
>>> find("recurrent.lstm_cell").solve(half_open).quantities["cell"]
[1.0]
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from solvers._written import factor, number
from solvers.activations import sigmoid
from solvers.contract import BadInput, Inputs, Misconception, Quantity, Solver, Work, array
from solvers.device import Device
from solvers.recurrent._modules import loaded
from solvers.recurrent.arrays import Array

if TYPE_CHECKING:
    import torch

LIMIT = 10  # of weights, inputs and states
SIDE = 8  # units, inputs and steps, at most
GATES = ("forget", "input", "candidate", "output")


@dataclass(frozen=True, kw_only=True)
class Cell(Inputs):
    """The state before a step, and the weights on [h; x]."""

    hidden: Array = array("H", -LIMIT, LIMIT, "state h before the first step", max_side=SIDE)
    cell: Array = array("H", -LIMIT, LIMIT, "memory C before the first step", max_side=SIDE)
    forget_weights: Array = array(
        "H H+D", -LIMIT, LIMIT, "weights W_f, columns of h first", max_side=2 * SIDE
    )
    input_weights: Array = array("H H+D", -LIMIT, LIMIT, "weights W_i", max_side=2 * SIDE)
    candidate_weights: Array = array("H H+D", -LIMIT, LIMIT, "weights W_C", max_side=2 * SIDE)
    output_weights: Array = array("H H+D", -LIMIT, LIMIT, "weights W_o", max_side=2 * SIDE)
    forget_biases: Array = array("H", -LIMIT, LIMIT, "biases b_f", max_side=SIDE)
    input_biases: Array = array("H", -LIMIT, LIMIT, "biases b_i", max_side=SIDE)
    candidate_biases: Array = array("H", -LIMIT, LIMIT, "biases b_C", max_side=SIDE)
    output_biases: Array = array("H", -LIMIT, LIMIT, "biases b_o", max_side=SIDE)

    def need_width(self, inputs: int) -> None:
        """Raise BadInput where the weights do not meet a state and so many inputs."""
        width = len(self.hidden) + inputs
        if self.forget_weights.shape[1] != width:
            message = f"rows of H + D = {width} weights"
            raise BadInput("forget_weights", self.forget_weights.tolist(), message)

    def sums(self, x: Array, h: Array) -> Sums:
        """W [h; x] + b for each gate and the candidate."""
        joined = np.concatenate([h, x])
        return Sums(
            *(getattr(self, f"{g}_weights") @ joined + getattr(self, f"{g}_biases") for g in GATES)
        )


@dataclass(frozen=True)
class Sums:
    """What the gates and the candidate are computed from."""

    forget: Array
    input: Array
    candidate: Array
    output: Array


@dataclass(frozen=True, kw_only=True)
class OneStep(Cell):
    """One step of an LSTM."""

    x: Array = array("D", -LIMIT, LIMIT, "input x_t", max_side=SIDE)

    def check(self) -> None:
        self.need_width(len(self.x))


@dataclass(frozen=True, kw_only=True)
class Sequence(Cell):
    """A sequence that an LSTM reads."""

    x: Array = array("T D", -LIMIT, LIMIT, "inputs x_t, a row for each step", max_side=SIDE)

    def check(self) -> None:
        self.need_width(self.x.shape[1])


def _one_step(given: OneStep, work: Work) -> None:
    sums = given.sums(given.x, given.hidden)

    def gate(quantity: str, name: str, z: Array, squash: Callable[[Array], Array]) -> Array:
        work.step(quantity, f"sum of the {name}", "W [h; x] + b", z)
        formula = f"{'tanh' if squash is np.tanh else 'σ'} of the sum, first of {number(z[0])}"
        value: Array = work.give(quantity, work.step(quantity, name, formula, squash(z)))
        return value

    f = gate("forget_gate", "forget gate", sums.forget, sigmoid)
    i = gate("input_gate", "input gate", sums.input, sigmoid)
    g = gate("candidate", "candidate", sums.candidate, np.tanh)
    o = gate("output_gate", "output gate", sums.output, sigmoid)

    kept = work.step("cell", "kept memory", "f ⊙ C_{t−1}", f * given.cell)
    new = work.step("cell", "new memory", "i ⊙ C̃", i * g)
    formula = f"f ⊙ C_{{t−1}} + i ⊙ C̃, first {factor(kept[0])} + {factor(new[0])}"
    c = work.give("cell", work.step("cell", "memory", formula, kept + new))
    shown = work.step("hidden", "squashed memory", "tanh(C_t)", np.tanh(c))
    work.give("hidden", work.step("hidden", "state", "o ⊙ tanh(C_t)", o * shown))


def _sequence(given: Sequence, work: Work) -> None:
    h, c, cells, shares = given.hidden, given.cell, [], []
    for t, x in enumerate(given.x, start=1):
        sums = given.sums(x, h)
        f, i, o = sigmoid(sums.forget), sigmoid(sums.input), sigmoid(sums.output)
        g = np.tanh(sums.candidate)
        for name, value in (("forget gate", f), ("input gate", i), ("candidate", g)):
            work.step("cell_states", f"{name} at t = {t}", "of [h; x]", value)
        work.step("cell_states", f"output gate at t = {t}", "of [h; x]", o)
        formula = f"C_{t} = f ⊙ C_{t - 1} + i ⊙ C̃"
        c = work.step("cell_states", f"memory at t = {t}", formula, f * c + i * g)
        formula = f"h_{t} = o ⊙ tanh(C_{t})"
        h = work.step("cell_states", f"state at t = {t}", formula, o * np.tanh(c))
        cells.append(c)
        shares.append(o)
    formula = "C_1 … C_T, a row each"
    rows = work.step("cell_states", "memories", formula, np.stack(cells))
    rows = work.give("cell_states", rows)
    states = np.stack(shares) * np.tanh(rows)
    states = work.step("hidden_states", "states", "o ⊙ tanh(C), a row for each step", states)
    work.give("hidden_states", states)


# ---------------------------------------------------------------------------- the kernels


def _stacked(given: Cell, device: Device) -> list[torch.Tensor]:
    """weight_ih, weight_hh, bias_ih and bias_hh in torch's order: i, f, g, o."""
    import torch

    order, units = ("input", "forget", "candidate", "output"), len(given.hidden)
    both = torch.cat([device.tensor(getattr(given, f"{gate}_weights")) for gate in order])
    biases = torch.cat([device.tensor(getattr(given, f"{gate}_biases")) for gate in order])
    return [
        both[:, units:].contiguous(),
        both[:, :units].contiguous(),
        biases,
        torch.zeros_like(biases),
    ]


def _one_step_kernel(given: OneStep, device: Device) -> Mapping[str, Any]:
    """torch.nn.LSTMCell; the gates by themselves are linear layers."""
    import torch
    from torch.nn.functional import linear

    parameters = _stacked(given, device)
    x, h, c = (device.tensor(t)[None] for t in (given.x, given.hidden, given.cell))
    sums = linear(x, parameters[0], parameters[2]) + linear(h, parameters[1])
    i, f, g, o = sums[0].chunk(4)
    hidden, cell = torch.lstm_cell(x, [h, c], *parameters)
    return {
        "forget_gate": f.sigmoid(),
        "input_gate": i.sigmoid(),
        "candidate": g.tanh(),
        "output_gate": o.sigmoid(),
        "cell": cell[0],
        "hidden": hidden[0],
    }


def _sequence_kernel(given: Sequence, device: Device) -> Mapping[str, Any]:
    """torch.nn.LSTM for the states; of the memories it tells the last, so it reads each start."""
    import torch

    names = ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0")
    parameters = dict(zip(names, _stacked(given, device), strict=True))
    sizes = given.x.shape[1], len(given.hidden)
    network = loaded(torch.nn.LSTM, sizes, parameters, device)
    x, h, c = (device.tensor(t) for t in (given.x, given.hidden, given.cell))
    runs = [network(x[:t], (h[None], c[None])) for t in range(1, len(x) + 1)]
    states, _ = runs[-1]
    return {"cell_states": torch.cat([last for _, (_, last) in runs]), "hidden_states": states}


# ----------------------------------------------------------------- what learners get wrong
#
# A slip is a wrong step from the sums and the old memory. Run once it answers for one step; run
# again and again, for a sequence.

Quantities: TypeAlias = dict[str, Array]
Step: TypeAlias = Callable[[Sums, Array], Quantities]


@dataclass(frozen=True)
class _Slip:
    id: str
    slip: str
    correction: str
    step: Step  # must give cell and hidden
    departs_at: str  # as one step labels it
    in_sequence: str  # as a sequence labels it
    changes: tuple[str, ...]


def _step(
    *,
    memory: Callable[[Array, Array, Array, Array], Array] = lambda f, i, g, c: f * c + i * g,
    shown: Callable[[Array, Array], Array] = lambda o, c: o * np.tanh(c),
    gates: Callable[[Sums], tuple[Array, Array, Array]] = lambda s: (
        sigmoid(s.forget),
        sigmoid(s.input),
        np.tanh(s.candidate),
    ),
) -> Step:
    """A step in which one of memory(f, i, C̃, C), shown(o, C) and gates(sums) may be wrong."""

    def step(sums: Sums, before: Array) -> Quantities:
        f, i, g = gates(sums)
        cell = memory(f, i, g, before)
        hidden = shown(sigmoid(sums.output), cell)
        return {"forget_gate": f, "input_gate": i, "candidate": g, "cell": cell, "hidden": hidden}

    return step


_MEMORY = ("cell", "hidden")

_SLIPS = (
    _Slip(
        "lstm-cell/swap-i-f",
        slip="when the input gate and the forget gate are exchanged",
        correction="The forget gate f multiplies the old memory, the input gate i the candidate.",
        step=_step(
            gates=lambda s: (sigmoid(s.input), sigmoid(s.forget), np.tanh(s.candidate)),
        ),
        departs_at="forget gate",
        in_sequence="forget gate at t = 1",
        changes=("forget_gate", "input_gate", *_MEMORY),
    ),
    _Slip(
        "lstm-cell/no-forget",
        slip="when the old memory is kept whole",
        correction="The forget gate comes first: f ⊙ C_{t−1} is what stays of the old memory.",
        step=_step(memory=lambda _, i, g, c: c + i * g),
        departs_at="kept memory",
        in_sequence="memory at t = 1",
        changes=_MEMORY,
    ),
    _Slip(
        "lstm-cell/no-new",
        slip="when nothing new is written to the memory",
        correction="The candidate is added through the input gate: + i ⊙ C̃.",
        step=_step(memory=lambda f, _i, _g, c: f * c),
        departs_at="new memory",
        in_sequence="memory at t = 1",
        changes=_MEMORY,
    ),
    _Slip(
        "lstm-cell/no-tanh-out",
        slip="without the tanh around the memory",
        correction="The state shows the memory squashed: h_t = o ⊙ tanh(C_t).",
        step=_step(shown=lambda o, c: o * c),
        departs_at="squashed memory",
        in_sequence="state at t = 1",
        changes=("hidden",),
    ),
    _Slip(
        "lstm-cell/no-output-gate",
        slip="without the output gate",
        correction="The output gate decides how much is shown: h_t = o ⊙ tanh(C_t).",
        step=_step(shown=lambda _, c: np.tanh(c)),
        departs_at="state",
        in_sequence="state at t = 1",
        changes=("hidden",),
    ),
    _Slip(
        "lstm-cell/sigmoid-candidate",
        slip="when the candidate is squashed by σ",
        correction="The candidate is no gate: tanh lets it lower the memory as well as raise it.",
        step=_step(
            gates=lambda s: (sigmoid(s.forget), sigmoid(s.input), sigmoid(s.candidate)),
        ),
        departs_at="candidate",
        in_sequence="candidate at t = 1",
        changes=("candidate", *_MEMORY),
    ),
    _Slip(
        "lstm-cell/one-minus-f",
        slip="when 1 − f is taken for the input gate",
        correction="An LSTM has an input gate with weights of its own; 1 − z is the GRU's way.",
        step=_step(
            gates=lambda s: (sigmoid(s.forget), sigmoid(-s.forget), np.tanh(s.candidate)),
        ),
        departs_at="input gate",
        in_sequence="input gate at t = 1",
        changes=("input_gate", *_MEMORY),
    ),
)


def _once(slip: _Slip) -> Misconception[OneStep]:
    def wrong(given: OneStep) -> Quantities:
        everything = slip.step(given.sums(given.x, given.hidden), given.cell)
        return {quantity: everything[quantity] for quantity in slip.changes}

    return Misconception(slip.id, slip.slip, slip.correction, wrong, slip.departs_at)


def _throughout(slip: _Slip) -> Misconception[Sequence]:
    def wrong(given: Sequence) -> Quantities:
        h, c, cells, states = given.hidden, given.cell, [], []
        for x in given.x:
            after = slip.step(given.sums(x, h), c)
            h, c = after["hidden"], after["cell"]
            cells.append(c)
            states.append(h)
        quantities = {"cell_states": np.stack(cells), "hidden_states": np.stack(states)}
        if len(given.x) == 1 and "cell" not in slip.changes:
            del quantities["cell_states"]
        return quantities

    return Misconception(slip.id, slip.slip, slip.correction, wrong, slip.in_sequence)


_MADE_OF = ("forget_gate", "input_gate", "candidate")
_SOURCE = "Hochreiter and Schmidhuber, Long short-term memory, Neural Computation 9 (1997)"

cell = Solver(
    id="recurrent.lstm_cell",
    concepts=("lstm-cell",),
    inputs=OneStep,
    quantities={
        "forget_gate": Quantity("vector", "forget gate f"),
        "input_gate": Quantity("vector", "input gate i"),
        "candidate": Quantity("vector", "candidate C̃"),
        "output_gate": Quantity("vector", "output gate o"),
        "cell": Quantity("vector", "memory C_t", uses=_MADE_OF),
        "hidden": Quantity("vector", "state h_t", uses=(*_MADE_OF, "output_gate", "cell")),
    },
    reference=_one_step,
    kernel=_one_step_kernel,
    misconceptions=tuple(_once(slip) for slip in _SLIPS),
    source=_SOURCE,
)

sequence = Solver(
    id="recurrent.lstm",
    concepts=("lstm-cell",),
    inputs=Sequence,
    quantities={
        "cell_states": Quantity("matrix", "memories C_1 … C_T, a row each"),
        "hidden_states": Quantity("matrix", "states h_1 … h_T, a row each", uses=("cell_states",)),
    },
    reference=_sequence,
    kernel=_sequence_kernel,
    misconceptions=tuple(_throughout(slip) for slip in _SLIPS),
    source=_SOURCE,
)
