"""recurrent.gru_cell and recurrent.gru: a state that is partly kept and partly renewed.

    z = σ(W_z [h_{t−1}; x_t] + b_z)                     how much is renewed
    r = σ(W_r [h_{t−1}; x_t] + b_r)                     how much of the past the candidate sees
    h̃ = tanh(W_x x_t + b + r ⊙ (W_h h_{t−1}))           the candidate, W = [W_h, W_x]
    h_t = (1 − z) ⊙ h_{t−1} + z ⊙ h̃                     update = "new"

Two conventions differ between texts, so both are inputs, and a prompt must print its lines.
``update``: z is the share of the *new* state here; in torch and in Cho et al. it is that of the
*old*, h_t = z ⊙ h_{t−1} + (1 − z) ⊙ h̃. ``reset``: torch resets *after* the matrix, as above; Cho
et al. *before* it, h̃ = tanh(W [r ⊙ h_{t−1}; x_t] + b). With one unit the two are the same.

x_t (D), h (H), each W (H, H+D) with the columns of the state first, each b (H); one bias each.
Source: Cho et al., Learning phrase representations using RNN encoder–decoder, arXiv:1406.1078.

>>> from solvers import find
>>> halfway = {"x": [3], "hidden": [2]}
>>> for gate in ("update", "reset", "candidate"):
...     halfway |= {f"{gate}_weights": [[0, 0]], f"{gate}_biases": [0]}
>>> find("recurrent.gru_cell").solve(halfway).quantities["hidden"]
[1.0]
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from solvers._written import number
from solvers.activations import sigmoid
from solvers.contract import BadInput, Inputs, Misconception, Quantity, Solver, Work, array, one_of
from solvers.device import Device
from solvers.recurrent._modules import loaded
from solvers.recurrent.arrays import Array

if TYPE_CHECKING:
    import torch

LIMIT = 10  # of weights, inputs and states
SIDE = 8  # units, inputs and steps, at most


@dataclass(frozen=True, kw_only=True)
class Cell(Inputs):
    """The state before a step, the weights on [h; x], and which conventions are meant."""

    hidden: Array = array("H", -LIMIT, LIMIT, "state h before the first step", max_side=SIDE)
    update_weights: Array = array(
        "H H+D", -LIMIT, LIMIT, "weights W_z, columns of h first", max_side=2 * SIDE
    )
    reset_weights: Array = array("H H+D", -LIMIT, LIMIT, "weights W_r", max_side=2 * SIDE)
    candidate_weights: Array = array("H H+D", -LIMIT, LIMIT, "weights W", max_side=2 * SIDE)
    update_biases: Array = array("H", -LIMIT, LIMIT, "biases b_z", max_side=SIDE)
    reset_biases: Array = array("H", -LIMIT, LIMIT, "biases b_r", max_side=SIDE)
    candidate_biases: Array = array("H", -LIMIT, LIMIT, "biases b", max_side=SIDE)
    update: str = one_of(("new", "old"), "the state that z is the share of", default="new")
    reset: str = one_of(("after", "before"), "r meets h after or before W", default="after")

    def need_width(self, inputs: int) -> None:
        """Raise BadInput where the weights do not meet a state and so many inputs."""
        width = len(self.hidden) + inputs
        if self.update_weights.shape[1] != width:
            message = f"rows of H + D = {width} weights"
            raise BadInput("update_weights", self.update_weights.tolist(), message)

    @property
    def recalling(self) -> Array:
        """The candidate's weights on the state, W_h."""
        return self.candidate_weights[:, : len(self.hidden)]

    @property
    def seeing(self) -> Array:
        """The candidate's weights on the input, W_x."""
        return self.candidate_weights[:, len(self.hidden) :]

    def gates(self, x: Array, h: Array) -> tuple[Array, Array]:
        """z and r."""
        joined = np.concatenate([h, x])
        z = sigmoid(self.update_weights @ joined + self.update_biases)
        return z, sigmoid(self.reset_weights @ joined + self.reset_biases)

    def recalled(self, r: Array, h: Array) -> Array:
        """What the candidate sees of the past."""
        if self.reset == "after":
            return r * (self.recalling @ h)
        return self.recalling @ (r * h)

    def mixed(self, z: Array, h: Array, candidate: Array) -> Array:
        """The update line."""
        new = z if self.update == "new" else 1 - z
        return (1 - new) * h + new * candidate

    @property
    def update_line(self) -> str:
        if self.update == "new":
            return "(1 − z) ⊙ h_{t−1} + z ⊙ h̃"
        return "z ⊙ h_{t−1} + (1 − z) ⊙ h̃"


@dataclass(frozen=True, kw_only=True)
class OneStep(Cell):
    """One step of a GRU."""

    x: Array = array("D", -LIMIT, LIMIT, "input x_t", max_side=SIDE)

    def check(self) -> None:
        self.need_width(len(self.x))


@dataclass(frozen=True, kw_only=True)
class Sequence(Cell):
    """A sequence that a GRU reads."""

    x: Array = array("T D", -LIMIT, LIMIT, "inputs x_t, a row for each step", max_side=SIDE)

    def check(self) -> None:
        self.need_width(self.x.shape[1])


def _one_step(given: OneStep, work: Work) -> None:
    z, r = given.gates(given.x, given.hidden)
    formula = "σ(W_z [h; x] + b_z)"
    z = work.give("update_gate", work.step("update_gate", "update gate", formula, z))
    formula = "σ(W_r [h; x] + b_r)"
    r = work.give("reset_gate", work.step("reset_gate", "reset gate", formula, r))

    formula = "r ⊙ (W_h h)" if given.reset == "after" else "W_h (r ⊙ h)"
    past = work.step("candidate", "recalled past", formula, given.recalled(r, given.hidden))
    seen = given.seeing @ given.x + given.candidate_biases
    seen = work.step("candidate", "input seen", "W_x x + b", seen)
    formula = f"tanh of their sum, first of {number(past[0] + seen[0])}"
    new = work.step("candidate", "candidate", formula, np.tanh(past + seen))
    new = work.give("candidate", new)

    h = work.step("hidden", "state", given.update_line, given.mixed(z, given.hidden, new))
    work.give("hidden", h)


def _sequence(given: Sequence, work: Work) -> None:
    h, states = given.hidden, []
    for t, x in enumerate(given.x, start=1):
        z, r = given.gates(x, h)
        work.step("hidden_states", f"update gate at t = {t}", "z, of [h; x]", z)
        work.step("hidden_states", f"reset gate at t = {t}", "r, of [h; x]", r)
        new = np.tanh(given.recalled(r, h) + given.seeing @ x + given.candidate_biases)
        work.step("hidden_states", f"candidate at t = {t}", "h̃, of r, h and x", new)
        h = given.mixed(z, h, new)
        work.step("hidden_states", f"state at t = {t}", given.update_line, h)
        states.append(h)
    formula = "h_1 … h_T, a row each"
    rows = work.step("hidden_states", "states", formula, np.stack(states))
    rows = work.give("hidden_states", rows)
    last = work.step("hidden", "last state", f"h_{len(given.x)}", rows[-1])
    work.give("hidden", last)


# ---------------------------------------------------------------------------- the kernels


def _stacked(given: Cell, device: Device) -> list[torch.Tensor]:
    """weight_ih, weight_hh, bias_ih and bias_hh in torch's order r, z, n.

    torch's z is the share of the old state: σ(−a) = 1 − σ(a), so the rows of another z turn sign.
    """
    import torch

    sign, units = -1 if given.update == "new" else 1, len(given.hidden)
    weights = [given.reset_weights, sign * given.update_weights, given.candidate_weights]
    biases = [given.reset_biases, sign * given.update_biases, given.candidate_biases]
    both, bias = (torch.cat([device.tensor(t) for t in parts]) for parts in (weights, biases))
    return [
        both[:, units:].contiguous(),
        both[:, :units].contiguous(),
        bias,
        torch.zeros_like(bias),
    ]


def _advance(given: Cell, x: torch.Tensor, h: torch.Tensor, device: Device) -> Mapping[str, Any]:
    """One step. torch.nn.GRUCell resets after the matrix; before it, an RNN cell with r ⊙ h."""
    import torch
    from torch.nn.functional import linear

    w_ih, w_hh, b_ih, b_hh = _stacked(given, device)
    units = len(given.hidden)
    r, old, _ = (linear(x, w_ih, b_ih) + linear(h, w_hh)).sigmoid().chunk(3)
    if given.reset == "before":
        new = torch.rnn_tanh_cell(
            x[None], (r * h)[None], w_ih[-units:], w_hh[-units:], b_ih[-units:], b_hh[-units:]
        )[0]
        hidden = torch.lerp(new, h, old)
    else:
        hidden = torch.gru_cell(x[None], h[None], w_ih, w_hh, b_ih, b_hh)[0]
        shut = torch.zeros_like(b_hh)
        shut[units : 2 * units] = -1e4  # nothing of the old state: what is left is the candidate
        new = torch.gru_cell(x[None], h[None], w_ih, w_hh, b_ih, shut)[0]
    z = 1 - old if given.update == "new" else old
    return {"update_gate": z, "reset_gate": r, "candidate": new, "hidden": hidden}


def _one_step_kernel(given: OneStep, device: Device) -> Mapping[str, Any]:
    return _advance(given, device.tensor(given.x), device.tensor(given.hidden), device)


def _sequence_kernel(given: Sequence, device: Device) -> Mapping[str, Any]:
    """torch.nn.GRU, which resets after the matrix; otherwise step by step."""
    import torch

    x, h = device.tensor(given.x), device.tensor(given.hidden)
    if given.reset == "after":
        names = ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0")
        parameters = dict(zip(names, _stacked(given, device), strict=True))
        network = loaded(torch.nn.GRU, (x.shape[1], len(h)), parameters, device)
        states, last = network(x, h[None])
        return {"hidden_states": states, "hidden": last[0]}
    rows = []
    for now in x:
        h = _advance(given, now, h, device)["hidden"]
        rows.append(h)
    return {"hidden_states": torch.stack(rows), "hidden": h}


# ----------------------------------------------------------------- what learners get wrong
#
# A slip is a wrong step. Run once it answers for one step; run again and again, for a sequence.

Quantities: TypeAlias = dict[str, Array]
Step: TypeAlias = Callable[[Cell, Array, Array], Quantities]  # of cell, x_t, h_{t−1}


def _right(given: Cell, x: Array, h: Array) -> Quantities:
    z, r = given.gates(x, h)
    new = np.tanh(given.recalled(r, h) + given.seeing @ x + given.candidate_biases)
    return {"update_gate": z, "reset_gate": r, "candidate": new}


def _with_update(line: Callable[[Cell, Array, Array, Array], Array]) -> Step:
    """A wrong update line, of z, h and the candidate."""

    def step(given: Cell, x: Array, h: Array) -> Quantities:
        right = _right(given, x, h)
        return {"hidden": line(given, right["update_gate"], h, right["candidate"])}

    return step


def _with_candidate(rule: Callable[[Cell, Array, Array, Array], Array]) -> Step:
    """A wrong candidate, of r, x and h."""

    def step(given: Cell, x: Array, h: Array) -> Quantities:
        z, r = given.gates(x, h)
        new = rule(given, r, x, h)
        return {"candidate": new, "hidden": given.mixed(z, h, new)}

    return step


def _without_reset(given: Cell, _r: Array, x: Array, h: Array) -> Array:
    z = given.recalling @ h + given.seeing @ x + given.candidate_biases
    return np.asarray(np.tanh(z))


def _input_reset(given: Cell, r: Array, x: Array, h: Array) -> Array:
    seen = r * (given.seeing @ x) if given.reset == "after" else given.seeing @ (r * x)
    return np.asarray(np.tanh(given.recalling @ h + seen + given.candidate_biases))


def _squashed_by_sigmoid(given: Cell, r: Array, x: Array, h: Array) -> Array:
    return sigmoid(given.recalled(r, h) + given.seeing @ x + given.candidate_biases)


def _gates_exchanged(given: Cell, x: Array, h: Array) -> Quantities:
    r, z = given.gates(x, h)
    new = np.tanh(given.recalled(r, h) + given.seeing @ x + given.candidate_biases)
    hidden = given.mixed(z, h, new)
    return {"update_gate": z, "reset_gate": r, "candidate": new, "hidden": hidden}


def _added(given: Cell, z: Array, h: Array, new: Array) -> Array:
    return h + (z if given.update == "new" else 1 - z) * new


def _input_can_be_reset(given: OneStep | Sequence) -> bool:
    """Whether r fits the input: it has an entry for each unit, not for each input."""
    units = len(given.hidden)
    return given.reset == "after" or units in (1, given.x.shape[-1])


def _always(_: OneStep | Sequence) -> bool:
    return True


@dataclass(frozen=True)
class _Slip:
    id: str
    slip: str
    correction: str | Callable[[Any], str]
    step: Step
    departs_at: str  # as one step labels it
    applies: Callable[[OneStep | Sequence], bool] = _always


_SLIPS = (
    _Slip(
        "gru-cell/torch-convention",
        slip="when the shares of the old and the new state are exchanged",
        correction=lambda g: f"Texts differ in what z stands for; here h_t = {g.update_line}.",
        step=_with_update(lambda g, z, h, new: g.mixed(1 - z, h, new)),
        departs_at="state",
    ),
    _Slip(
        "gru-cell/no-reset",
        slip="when the reset gate is left out",
        correction="The candidate sees the past through the reset gate r.",
        step=_with_candidate(_without_reset),
        departs_at="recalled past",
    ),
    _Slip(
        "gru-cell/reset-on-input",
        slip="when the reset gate is applied to the input",
        correction="The reset gate forgets the past: it acts on h_{t−1}, and x_t comes in whole.",
        step=_with_candidate(_input_reset),
        departs_at="recalled past",
        applies=_input_can_be_reset,
    ),
    _Slip(
        "gru-cell/swap-r-z",
        slip="when the update gate and the reset gate are exchanged",
        correction="r acts inside the candidate; z mixes the candidate with the old state.",
        step=_gates_exchanged,
        departs_at="update gate",
    ),
    _Slip(
        "gru-cell/sum",
        slip="when the old state is kept whole",
        correction=lambda g: f"What is renewed replaces the old, share by share: {g.update_line}.",
        step=_with_update(_added),
        departs_at="state",
    ),
    _Slip(
        "gru-cell/sigmoid-candidate",
        slip="when the candidate is squashed by σ",
        correction="The candidate is no gate: tanh gives it both signs.",
        step=_with_candidate(_squashed_by_sigmoid),
        departs_at="candidate",
    ),
)


def _once(slip: _Slip) -> Misconception[OneStep]:
    return Misconception(
        slip.id,
        slip.slip,
        slip.correction,
        wrong=lambda g: slip.step(g, g.x, g.hidden),
        departs_at=slip.departs_at,
        applies=slip.applies,
    )


def _throughout(slip: _Slip) -> Misconception[Sequence]:
    def wrong(given: Sequence) -> Quantities:
        h, states = given.hidden, []
        for x in given.x:
            h = slip.step(given, x, h)["hidden"]
            states.append(h)
        return {"hidden_states": np.stack(states), "hidden": h}

    label = {"recalled past": "candidate"}.get(slip.departs_at, slip.departs_at)
    return Misconception(
        slip.id, slip.slip, slip.correction, wrong, f"{label} at t = 1", slip.applies
    )


_SOURCE = "Cho et al., arXiv:1406.1078; conventions of torch.nn.GRUCell"

cell = Solver(
    id="recurrent.gru_cell",
    concepts=("gru-cell",),
    inputs=OneStep,
    quantities={
        "update_gate": Quantity("vector", "update gate z"),
        "reset_gate": Quantity("vector", "reset gate r"),
        "candidate": Quantity("vector", "candidate h̃", uses=("reset_gate",)),
        "hidden": Quantity("vector", "state h_t", uses=("update_gate", "reset_gate", "candidate")),
    },
    reference=_one_step,
    kernel=_one_step_kernel,
    misconceptions=tuple(_once(slip) for slip in _SLIPS),
    source=_SOURCE,
)

sequence = Solver(
    id="recurrent.gru",
    concepts=("gru-cell",),
    inputs=Sequence,
    quantities={
        "hidden_states": Quantity("matrix", "states h_1 … h_T, a row each"),
        "hidden": Quantity("vector", "last state h_T", uses=("hidden_states",)),
    },
    reference=_sequence,
    kernel=_sequence_kernel,
    misconceptions=tuple(_throughout(slip) for slip in _SLIPS),
    source=_SOURCE,
)
