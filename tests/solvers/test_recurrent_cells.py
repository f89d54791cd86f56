"""The solvers of recurrent steps and sequences: numbers worked by hand, wrong ones, torch."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solvers import find, recurrent
from solvers.contract import BadInput, Solution
from tests.solvers.conftest import kernel_device

Solve = Callable[[str, Mapping[str, Any]], Solution]

tanh, ln = math.tanh, math.log


def sigmoid(z: float) -> float:
    return 1 / (1 + math.exp(-z))


def wrong(solver: str, inputs: Mapping[str, Any], quantity: str) -> dict[str, Any]:
    solution = find(solver).solve(inputs)
    return {w.id.partition("/")[2]: w.value for w in solution.wrong_answers_for(quantity)}


def flat(values: Mapping[str, Any]) -> dict[str, list[float]]:
    return {name: np.ravel(value).tolist() for name, value in values.items()}


def near(expected: Mapping[str, Any]) -> dict[str, Any]:
    return {name: pytest.approx(np.ravel(value).tolist()) for name, value in expected.items()}


# ------------------------------------------------------------------------ recurrent.rnn

# w = 0.5 on the input, u = 2 on the state, b = 0.1, h_0 = 0.3; x = 1, then −1.
RNN: dict[str, Any] = {
    "x": [[1], [-1]],
    "start": [0.3],
    "input_weights": [[0.5]],
    "recurrent_weights": [[2]],
    "biases": [0.1],
}


def test_two_steps_by_hand(lawful: Solve) -> None:
    solution = lawful("recurrent.rnn", RNN)
    first = tanh(0.5 + 0.6 + 0.1)  # 0.8337
    second = tanh(-0.5 + 2 * first + 0.1)  # 0.8531
    assert solution.quantities["hidden"] == pytest.approx([second])
    assert np.ravel(solution.quantities["hidden_states"]) == pytest.approx([first, second])
    assert second == pytest.approx(0.8531, abs=5e-5)


def test_wrong_steps_of_a_recurrent_network() -> None:
    one = tanh(0.5 + 0.6 + 0.1)
    assert flat(wrong("recurrent.rnn", RNN, "hidden")) == near(
        {
            "no-recurrence": tanh(-0.4),
            "no-tanh": -0.4 + 2 * 1.2,
            "sigmoid": sigmoid(-0.4 + 2 * sigmoid(1.2)),
            "swap-matrices": tanh(-2 + 0.5 * tanh(2 + 0.15 + 0.1) + 0.1),
            "reset-each-step": tanh(-0.4 + 0.6),
        }
    )
    states = flat(wrong("recurrent.rnn", RNN, "hidden_states"))
    assert states["reset-each-step"] == pytest.approx([one, tanh(0.2)])


def test_rnn_slips_that_do_not_fit() -> None:
    single = {**RNN, "x": [[1]]}
    assert "reset-each-step" not in wrong("recurrent.rnn", single, "hidden")
    wide = {**RNN, "x": [[1, 2]], "input_weights": [[1, 1]]}
    assert "swap-matrices" not in wrong("recurrent.rnn", wide, "hidden")


def test_the_last_state_follows_from_the_stated_ones() -> None:
    solution = find("recurrent.rnn").solve(RNN, stated={"hidden_states": [[0.1], [0.2]]})
    assert solution.quantities["hidden"] == [0.2]


# ----------------------------------------------------------------------- recurrent.lstm

# Gates that are easy numbers: σ(ln 3) = 3/4, σ(0) = 1/2, σ(−ln 4) = 1/5.
LSTM: dict[str, Any] = {
    "x": [1],
    "hidden": [0],
    "cell": [2],
    "forget_weights": [[5, 1]],
    "input_weights": [[5, 0]],
    "candidate_weights": [[5, 0.5]],
    "output_weights": [[5, 0]],
    "forget_biases": [ln(3) - 1],
    "input_biases": [0],
    "candidate_biases": [0],
    "output_biases": [-ln(4)],
}


def test_an_lstm_step_by_hand(lawful: Solve) -> None:
    quantities = flat(lawful("recurrent.lstm_cell", LSTM).quantities)
    memory = 0.75 * 2 + 0.5 * tanh(0.5)  # 1.7311
    assert quantities == near(
        {
            "forget_gate": 0.75,
            "input_gate": 0.5,
            "candidate": tanh(0.5),
            "output_gate": 0.2,
            "cell": memory,
            "hidden": 0.2 * tanh(memory),
        }
    )
    assert memory == pytest.approx(1.7311, abs=5e-5)


def test_wrong_lstm_steps() -> None:
    g = tanh(0.5)
    cells = {
        "swap-i-f": 0.5 * 2 + 0.75 * g,
        "no-forget": 2 + 0.5 * g,
        "no-new": 1.5,
        "sigmoid-candidate": 1.5 + 0.5 * sigmoid(0.5),
        "one-minus-f": 1.5 + 0.25 * g,
    }
    assert flat(wrong("recurrent.lstm_cell", LSTM, "cell")) == near(cells)
    right = 1.5 + 0.5 * g
    assert flat(wrong("recurrent.lstm_cell", LSTM, "hidden")) == near(
        {name: 0.2 * tanh(c) for name, c in cells.items()}
        | {"no-tanh-out": 0.2 * right, "no-output-gate": tanh(right)}
    )
    assert flat(wrong("recurrent.lstm_cell", LSTM, "forget_gate")) == near({"swap-i-f": 0.5})
    gates = flat(wrong("recurrent.lstm_cell", LSTM, "input_gate"))
    assert gates == near({"swap-i-f": 0.75, "one-minus-f": 0.25})
    candidates = flat(wrong("recurrent.lstm_cell", LSTM, "candidate"))
    assert candidates == near({"sigmoid-candidate": sigmoid(0.5)})


def test_the_state_follows_from_the_stated_memory() -> None:
    solution = find("recurrent.lstm_cell").solve(LSTM, stated={"cell": [1]})
    assert solution.quantities["hidden"] == pytest.approx([0.2 * tanh(1)])


def test_two_lstm_steps_by_hand(lawful: Solve) -> None:
    solution = lawful("recurrent.lstm", {**LSTM, "x": [[1], [0]]})
    one = 1.5 + 0.5 * tanh(0.5)
    h = 0.2 * tanh(one)
    forget, enter = sigmoid(5 * h + ln(3) - 1), sigmoid(5 * h)
    two = forget * one + enter * tanh(5 * h)
    shown = sigmoid(5 * h - ln(4)) * tanh(two)
    assert np.ravel(solution.quantities["cell_states"]) == pytest.approx([one, two])
    assert np.ravel(solution.quantities["hidden_states"]) == pytest.approx([h, shown])


def test_wrong_lstm_sequences() -> None:
    two = {**LSTM, "x": [[1], [0]]}
    cells = flat(wrong("recurrent.lstm", two, "cell_states"))
    assert set(cells) == {
        *("swap-i-f", "no-forget", "no-new", "sigmoid-candidate", "one-minus-f"),
        *("no-tanh-out", "no-output-gate"),  # by the state, they reach the memory at t = 2
    }
    forget = sigmoid(5 * 0.2 * tanh(1.5) + ln(3) - 1)
    assert cells["no-new"] == pytest.approx([1.5, forget * 1.5])
    one = {**LSTM, "x": [[1]]}
    once = flat(wrong("recurrent.lstm", one, "cell_states"))
    assert set(once) == set(cells) - {"no-tanh-out", "no-output-gate"}
    single = wrong("recurrent.lstm_cell", LSTM, "hidden")
    assert flat(wrong("recurrent.lstm", one, "hidden_states")) == near(single)


# ------------------------------------------------------------------------ recurrent.gru

# z = 3/4, r = 1/5 at the first step.
GRU: dict[str, Any] = {
    "x": [1],
    "hidden": [2],
    "update_weights": [[0, 1]],
    "reset_weights": [[0.5, 0]],
    "candidate_weights": [[1, 2]],
    "update_biases": [ln(3) - 1],
    "reset_biases": [-ln(4) - 1],
    "candidate_biases": [-2],
}
PAST = tanh(0.2 * 2 + 2 - 2)  # the candidate


@pytest.mark.parametrize(("update", "new"), [("new", 0.75), ("old", 0.25)])
@pytest.mark.parametrize("reset", ["after", "before"])  # one unit: the same
def test_a_gru_step_by_hand(lawful: Solve, update: str, new: float, reset: str) -> None:
    inputs = {**GRU, "update": update, "reset": reset}
    assert flat(lawful("recurrent.gru_cell", inputs).quantities) == near(
        {
            "update_gate": 0.75,
            "reset_gate": 0.2,
            "candidate": PAST,
            "hidden": (1 - new) * 2 + new * PAST,
        }
    )


def test_wrong_gru_steps() -> None:
    candidates = {
        "no-reset": tanh(2),
        "reset-on-input": tanh(2 + 0.2 * 2 - 2),
        "swap-r-z": tanh(0.75 * 2 + 2 - 2),
        "sigmoid-candidate": sigmoid(0.4),
    }
    assert flat(wrong("recurrent.gru_cell", GRU, "candidate")) == near(candidates)
    hidden = {name: 0.25 * 2 + 0.75 * new for name, new in candidates.items()}
    hidden["swap-r-z"] = 0.8 * 2 + 0.2 * candidates["swap-r-z"]
    hidden["torch-convention"] = 0.75 * 2 + 0.25 * PAST
    hidden["sum"] = 2 + 0.75 * PAST
    assert flat(wrong("recurrent.gru_cell", GRU, "hidden")) == near(hidden)
    assert flat(wrong("recurrent.gru_cell", GRU, "update_gate")) == near({"swap-r-z": 0.2})
    assert flat(wrong("recurrent.gru_cell", GRU, "reset_gate")) == near({"swap-r-z": 0.75})
    torchs = flat(wrong("recurrent.gru_cell", {**GRU, "update": "old"}, "hidden"))
    assert torchs["torch-convention"] == pytest.approx([0.25 * 2 + 0.75 * PAST])
    assert torchs["sum"] == pytest.approx([2 + 0.25 * PAST])


def test_what_z_stands_for_is_said() -> None:
    for update, line in (
        ("new", "(1 − z) ⊙ h_{t−1} + z ⊙ h̃"),
        ("old", "z ⊙ h_{t−1} + (1 − z) ⊙ h̃"),
    ):
        solution = find("recurrent.gru_cell").solve({**GRU, "update": update})
        assert solution.steps_to("hidden")[-1].formula == line
        slip = next(w for w in solution.wrong_answers if w.id.endswith("torch-convention"))
        assert slip.correction == f"Texts differ in what z stands for; here h_t = {line}."


def test_resetting_the_input_needs_an_entry_for_each() -> None:
    two_units = {
        "x": [1, 2, 3],
        "hidden": [1, 2],
        **{f"{gate}_weights": np.ones((2, 5)) for gate in ("update", "reset", "candidate")},
        **{f"{gate}_biases": [0, 0] for gate in ("update", "reset", "candidate")},
    }
    after = wrong("recurrent.gru_cell", two_units, "hidden")
    before = wrong("recurrent.gru_cell", {**two_units, "reset": "before"}, "hidden")
    assert set(after) - set(before) == {"reset-on-input"}


def test_two_gru_steps_by_hand(lawful: Solve) -> None:
    solution = lawful("recurrent.gru", {**GRU, "x": [[1], [0]]})
    h = 0.5 + 0.75 * PAST
    z, r = sigmoid(ln(3) - 1), sigmoid(0.5 * h - ln(4) - 1)
    second = (1 - z) * h + z * tanh(r * h - 2)
    assert np.ravel(solution.quantities["hidden_states"]) == pytest.approx([h, second])
    states = flat(wrong("recurrent.gru", {**GRU, "x": [[1]]}, "hidden"))
    assert states == near(wrong("recurrent.gru_cell", GRU, "hidden"))
    twice = flat(wrong("recurrent.gru", {**GRU, "x": [[1], [0]]}, "hidden"))
    one = 2 + 0.75 * PAST
    r = sigmoid(0.5 * one - ln(4) - 1)
    assert twice["sum"] == pytest.approx([one + z * tanh(r * one - 2)])


# -------------------------------------------------------------- recurrent.bidirectional

# →h = tanh(x + →h), ←h = tanh(2x − ←h); x = 1, 0.
TWO_WAYS: dict[str, Any] = {
    "x": [[1], [0]],
    "input_weights": [[1]],
    "recurrent_weights": [[1]],
    "biases": [0],
    "back_input_weights": [[2]],
    "back_recurrent_weights": [[-1]],
    "back_biases": [0.5],
}


def test_both_directions_by_hand(lawful: Solve) -> None:
    solution = lawful("recurrent.bidirectional", TWO_WAYS)
    right = [tanh(1), tanh(tanh(1))]
    left = [tanh(2.5 - tanh(0.5)), tanh(0.5)]
    rows = np.stack([right, left], axis=1)
    np.testing.assert_allclose(np.array(solution.quantities["states"]), rows)
    assert (solution.quantities["width"], solution.quantities["parameters"]) == (2, 6)
    values = wrong("recurrent.bidirectional", TWO_WAYS, "states")
    forward_again = [tanh(2.5), tanh(0.5 - tanh(2.5))]
    shared = [tanh(1 + tanh(0)), tanh(0)]
    expected: dict[str, Any] = {
        "sum": np.add(right, left)[:, None],
        "average": np.add(right, left)[:, None] / 2,
        "not-reversed": np.stack([right, forward_again], axis=1),
        "end-aligned": np.stack([right, left[::-1]], axis=1),
        "same-weights": np.stack([right, shared], axis=1),
    }
    assert set(values) == set(expected)
    for name, rows in expected.items():
        np.testing.assert_allclose(values[name], rows, err_msg=name)


def test_one_step_has_no_direction() -> None:
    values = wrong("recurrent.bidirectional", {**TWO_WAYS, "x": [[1]]}, "states")
    assert set(values) == {"sum", "average", "same-weights"}
    same = {**TWO_WAYS, "back_input_weights": [[1]], "back_recurrent_weights": [[1]]}
    assert "same-weights" in wrong("recurrent.bidirectional", same, "states")
    same["back_biases"] = [0]
    assert "same-weights" not in wrong("recurrent.bidirectional", same, "states")


# ---------------------------------------------------------- reference, kernel and bounds

side = st.integers(1, 4)
size = st.sampled_from([0.0, 0.5, 2.0, 10.0])


def draw(rng: np.random.Generator, size: float, *shape: int) -> Any:
    """Reals, or whole numbers, which cancel and saturate."""
    if rng.random() < 0.5:
        return rng.integers(-int(size), int(size) + 1, size=shape)
    return rng.uniform(-size, size, size=shape)


def cell_inputs(
    gates: tuple[str, ...], rng: np.random.Generator, scale: float, d: int, h: int
) -> dict[str, Any]:
    inputs: dict[str, Any] = {"hidden": draw(rng, scale, h)}
    for gate in gates:
        inputs[f"{gate}_weights"] = draw(rng, scale, h, h + d)
        inputs[f"{gate}_biases"] = draw(rng, scale, h)
    return inputs


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10**6), t=st.integers(1, 8), d=side, h=side, scale=size)
def test_networks_agree_with_torch(seed: int, t: int, d: int, h: int, scale: float) -> None:
    rng = np.random.default_rng(seed)
    network = {
        "x": draw(rng, scale, t, d),
        "start": draw(rng, scale, h),
        "input_weights": draw(rng, scale, h, d),
        "recurrent_weights": draw(rng, scale, h, h),
        "biases": draw(rng, scale, h),
    }
    solver = find("recurrent.rnn")
    solver.verify(solver.solve(network), kernel_device())
    back = {"x": network["x"], "back_input_weights": draw(rng, scale, h, d)}
    back["back_recurrent_weights"] = draw(rng, scale, h, h)
    back["back_biases"] = draw(rng, scale, h)
    del network["start"]
    solver = find("recurrent.bidirectional")
    solver.verify(solver.solve(network | back), kernel_device())


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10**6), t=st.integers(1, 8), d=side, h=side, scale=size)
def test_lstms_agree_with_torch(seed: int, t: int, d: int, h: int, scale: float) -> None:
    rng = np.random.default_rng(seed)
    inputs = cell_inputs(("forget", "input", "candidate", "output"), rng, scale, d, h)
    inputs["cell"], x = draw(rng, scale, h), draw(rng, scale, t, d)
    one, many = find("recurrent.lstm_cell"), find("recurrent.lstm")
    one.verify(one.solve({**inputs, "x": x[0]}), kernel_device())
    many.verify(many.solve({**inputs, "x": x}), kernel_device())


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    t=st.integers(1, 8),
    d=side,
    h=side,
    scale=size,
    update=st.sampled_from(["new", "old"]),
    reset=st.sampled_from(["after", "before"]),
)
def test_grus_agree_with_torch(
    seed: int, t: int, d: int, h: int, scale: float, update: str, reset: str
) -> None:
    rng = np.random.default_rng(seed)
    inputs = cell_inputs(("update", "reset", "candidate"), rng, scale, d, h)
    inputs |= {"update": update, "reset": reset}
    x = draw(rng, scale, t, d)
    one, many = find("recurrent.gru_cell"), find("recurrent.gru")
    one.verify(one.solve({**inputs, "x": x[0]}), kernel_device())
    many.verify(many.solve({**inputs, "x": x}), kernel_device())


def test_the_array_functions_say_the_same() -> None:
    rng = np.random.default_rng(5)
    w, x, h, c = rng.normal(size=(4, 2, 5)), rng.normal(size=3), *rng.normal(size=(2, 2))
    gates = {f"{gate}_weights": w[i] for i, gate in enumerate(("input", "forget"))}
    gates |= {"candidate_weights": w[2], "output_weights": w[3]}
    gates |= {f"{name.partition('_')[0]}_biases": [0, 0] for name in gates}
    stacked = np.concatenate(w)  # torch's order: i, f, g, o
    solution = find("recurrent.lstm_cell").solve({"x": x, "hidden": h, "cell": c, **gates})
    hidden, cell = recurrent.lstm_cell(x, (h, c), stacked[:, 2:], stacked[:, :2])
    assert solution.quantities["hidden"] == pytest.approx(hidden.tolist())
    assert solution.quantities["cell"] == pytest.approx(cell.tolist())


@pytest.mark.parametrize(
    ("solver", "inputs", "message"),
    [
        ("recurrent.rnn", {**RNN, "start": [0, 0]}, "input_weights is .*; allowed: H = 2, as in"),
        ("recurrent.rnn", {**RNN, "x": [[1, 2]]}, "input_weights is .*; allowed: D = 2, as in x"),
        ("recurrent.rnn", {**RNN, "x": [1]}, "T × D numbers from -10 to 10, each side at most 8"),
        ("recurrent.rnn", {**RNN, "x": [[11]]}, "x is"),
        ("recurrent.rnn", {**RNN, "x": [[1]] * 9}, "each side at most 8"),
        ("recurrent.lstm_cell", {**LSTM, "x": [1, 2]}, "rows of H \\+ D = 3 weights"),
        ("recurrent.lstm_cell", {**LSTM, "cell": [1, 2]}, "allowed: H = 1, as in hidden"),
        ("recurrent.lstm", {**LSTM, "x": [[1, 2]]}, "forget_weights is .*H \\+ D = 3"),
        ("recurrent.lstm", LSTM, "x is .*T × D numbers"),
        ("recurrent.gru_cell", {**GRU, "x": [1, 2]}, "update_weights is .*H \\+ D = 3"),
        ("recurrent.gru", {**GRU, "x": [[1, 2]]}, "update_weights is .*H \\+ D = 3"),
        ("recurrent.gru_cell", {**GRU, "update": "z"}, "update is 'z'; allowed: one of new, old"),
        ("recurrent.gru_cell", {**GRU, "reset": 1}, "reset is 1; allowed: one of after, before"),
        ("recurrent.bidirectional", {**TWO_WAYS, "back_biases": [1, 2]}, "allowed: H = 1"),
        ("recurrent.bidirectional", {**TWO_WAYS, "biases": [math.nan]}, "biases is"),
    ],
)
def test_bad_inputs_are_named(solver: str, inputs: dict[str, Any], message: str) -> None:
    with pytest.raises(BadInput, match=message):
        find(solver).solve(inputs)
