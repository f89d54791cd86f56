"""Parameter counts and shapes of recurrent networks: published figures, wrong counts, torch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solvers import find
from solvers.contract import BadInput, Solution
from tests.solvers.conftest import kernel_device

Solve = Callable[[str, Mapping[str, Any]], Solution]


def wrong(solver: str, inputs: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    values: dict[str, dict[str, Any]] = {}
    for answer in find(f"recurrent.{solver}").solve(inputs).wrong_answers:
        values.setdefault(answer.quantity, {})[answer.id.partition("/")[2]] = answer.value
    return values


@pytest.mark.parametrize(
    ("solver", "inputs", "parameters"),
    [
        # The summaries of models in the Keras guide "Working with RNNs".
        ("lstm_params", {"inputs": 64, "units": 128}, 98_816),
        ("gru_params", {"inputs": 64, "units": 256, "biases": "two"}, 247_296),
        ("rnn_params", {"inputs": 256, "units": 128}, 49_280),
        ("rnn_params", {"inputs": 256, "units": 128, "outputs": 10}, 49_280 + 1_290),
        # By hand: 2·(3 + 2 + 1)
        ("rnn_params", {"inputs": 3, "units": 2}, 12),
        ("rnn_params", {"inputs": 3, "units": 2, "biases": "two", "outputs": 1}, 14 + 3),
        ("lstm_params", {"inputs": 3, "units": 2, "biases": "two"}, 56),
        ("gru_params", {"inputs": 3, "units": 2}, 36),
    ],
)
def test_known_counts(lawful: Solve, solver: str, inputs: Any, parameters: int) -> None:
    assert lawful(f"recurrent.{solver}", inputs).quantities["parameters"] == parameters


def test_a_gru_is_three_quarters_of_an_lstm(lawful: Solve) -> None:
    quantities = lawful("recurrent.gru_params", {"inputs": 3, "units": 2}).quantities
    assert quantities == {"parameters": 36, "lstm_parameters": 48, "ratio": 0.75}
    stated = find("recurrent.gru_params").solve(
        {"inputs": 3, "units": 2}, stated={"parameters": 24}
    )
    assert stated.quantities["ratio"] == 0.5


def test_wrong_counts() -> None:
    sizes = {"inputs": 3, "units": 2}
    assert wrong("rnn_params", {**sizes, "steps": 5}) == {
        "parameters": {
            "times-t": 60,
            "no-bias": 10,
            "no-recurrent": 8,
            "square-d": 18,
            "torch-biases": 14,
        }
    }
    assert wrong("rnn_params", {**sizes, "steps": 5, "outputs": 2})["parameters"]["times-t"] == 66
    assert wrong("lstm_params", sizes) == {
        "parameters": {
            "three-gates": 36,
            "no-bias": 40,
            "single": 12,
            "torch-biases": 56,
            "no-recurrent": 32,
        }
    }
    assert wrong("gru_params", sizes) == {
        "parameters": {"two-gates": 24, "four": 48, "no-bias": 30, "torch-biases": 42},
        "ratio": {"two-gates": 2 / 3, "four": 1.0},
    }


def test_counts_with_two_biases() -> None:
    two = {"inputs": 2, "units": 2, "biases": "two", "steps": 1}
    assert wrong("rnn_params", two) == {"parameters": {"no-bias": 8, "no-recurrent": 8}}
    del two["steps"]
    assert wrong("lstm_params", two)["parameters"]["three-gates"] == 36
    assert "torch-biases" not in wrong("gru_params", two)["parameters"]


@settings(max_examples=60, deadline=None)
@given(
    inputs=st.integers(1, 4096),
    units=st.integers(1, 4096),
    biases=st.sampled_from(["one", "two"]),
    outputs=st.integers(0, 4096),
)
def test_counts_agree_with_torch(inputs: int, units: int, biases: str, outputs: int) -> None:
    given = {"inputs": inputs, "units": units, "biases": biases}
    for name in ("lstm_params", "gru_params"):
        solver = find(f"recurrent.{name}")
        solver.verify(solver.solve(given), kernel_device())
    solver = find("recurrent.rnn_params")
    solver.verify(solver.solve({**given, "outputs": outputs}), kernel_device())


# ---------------------------------------------------------- recurrent.classifier_shapes

MODEL = {"batch": 32, "steps": 50, "embedding": 100, "units": 128, "classes": 5}


def test_shapes_of_a_classifier(lawful: Solve) -> None:
    assert lawful("recurrent.classifier_shapes", MODEL).quantities == {
        "embedded": [32, 50, 100],
        "output": [32, 50, 128],
        "final_states": [1, 32, 128],
        "logits": [32, 5],
    }
    deep = {**MODEL, "layers": 2, "directions": 2, "steps": 7}
    assert lawful("recurrent.classifier_shapes", deep).quantities == {
        "embedded": [32, 7, 100],
        "output": [32, 7, 256],
        "final_states": [4, 32, 128],
        "logits": [32, 5],
    }
    assert wrong("classifier_shapes", deep) == {
        "final_states": {
            "batch-first-hn": [32, 4, 128],
            "uses-output-mean": [32, 7, 256],
            "forgets-directions": [2, 32, 128],
        }
    }
    assert wrong("classifier_shapes", {**MODEL, "batch": 1}) == {
        "final_states": {"uses-output-mean": [1, 50, 128]}
    }


@settings(max_examples=25, deadline=None)
@given(
    batch=st.integers(1, 4096),
    steps=st.integers(1, 6),
    embedding=st.integers(1, 4096),
    units=st.integers(1, 4096),
    classes=st.integers(1, 10_000),
    layers=st.integers(1, 4),
    directions=st.integers(1, 2),
)
def test_shapes_agree_with_torch(**model: int) -> None:
    solver = find("recurrent.classifier_shapes")
    solver.verify(solver.solve(model), kernel_device())


@pytest.mark.parametrize(
    ("solver", "inputs", "message"),
    [
        ("lstm_params", {"inputs": 0, "units": 1}, "inputs is 0; allowed: a whole number from 1"),
        ("gru_params", {"inputs": 1, "units": 5000}, "units is 5000"),
        ("rnn_params", {"inputs": 1, "units": 1, "biases": 2}, "biases is 2; allowed: one of one"),
        ("rnn_params", {"inputs": 1}, "units is None"),
        ("classifier_shapes", {**MODEL, "directions": 3}, "directions is 3"),
        ("classifier_shapes", {**MODEL, "steps": 1e9}, "steps is 1000000000.0; allowed: a whole"),
    ],
)
def test_bad_inputs_are_named(solver: str, inputs: dict[str, Any], message: str) -> None:
    with pytest.raises(BadInput, match=message):
        find(f"recurrent.{solver}").solve(inputs)
