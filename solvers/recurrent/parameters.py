"""recurrent.rnn_params, lstm_params and gru_params: what recurrent layers cost.

    one set of weights: H(D + H) + H      on the input, on the state, and a bias for each unit
    RNN 1 set, GRU 3 (reset, update, candidate), LSTM 4 (forget, input, candidate, output)

D inputs, H units. The length of the sequence does not matter: every step uses the same weights.
With ``biases`` "two" there is one on the input and one on the state, as torch keeps them:
H(D + H) + 2H each. An output layer with O units adds O(H + 1).
Sources: Elman (1990); Hochreiter and Schmidhuber (1997) with forget gate; Cho et al.,
arXiv:1406.1078.

>>> from solvers import find
>>> find("recurrent.lstm_params").solve({"inputs": 100, "units": 128}).quantities
{'parameters': 117248}
>>> find("recurrent.gru_params").solve({"inputs": 100, "units": 128}).quantities["ratio"]
0.75
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from solvers.contract import Inputs, Misconception, Quantity, Solver, Work, one_of, whole
from solvers.device import Device


@dataclass(frozen=True, kw_only=True)
class Layer(Inputs):
    """A recurrent layer and the sequences it reads."""

    inputs: int = whole(1, 4096, "input width D")
    units: int = whole(1, 4096, "units H")
    biases: str = one_of(("one", "two"), "biases of each unit in a set", default="one")

    @property
    def bias_count(self) -> int:
        return 1 if self.biases == "one" else 2

    @property
    def one_set(self) -> int:
        """H(D + H) weights and their biases."""
        return self.units * (self.inputs + self.units + self.bias_count)


@dataclass(frozen=True, kw_only=True)
class Network(Layer):
    """A plain recurrent network, with an output layer or without."""

    outputs: int = whole(0, 4096, "units O of an output layer; 0: there is none", default=0)
    steps: int = whole(1, 10_000, "length T of the sequences", default=10)

    @property
    def read_out(self) -> int:
        return self.outputs * (self.units + 1)


def _written_set(given: Layer, work: Work) -> int:
    d, h, count = given.inputs, given.units, given.bias_count
    seen = work.step("parameters", "weights on the input", f"H·D = {h}·{d}", h * d)
    kept = work.step("parameters", "weights on the state", f"H·H = {h}·{h}", h * h)
    formula = "H" if count == 1 else f"2·H = 2·{h}"
    biases = work.step("parameters", "biases", formula, count * h)
    formula = f"{seen} + {kept} + {biases}"
    total: int = work.step("parameters", "one set of weights", formula, seen + kept + biases)
    return total


def _times(sets: int, names: str, given: Layer, work: Work) -> int:
    one = _written_set(given, work)
    formula = f"{sets}·{one}: {names}"
    total: int = work.step("parameters", "parameters", formula, sets * one)
    return total


def _counted(kind: str, given: Layer) -> int:
    """The parameters of a real torch module, the second biases left out where one is meant."""
    import torch

    module = getattr(torch.nn, kind)(given.inputs, given.units, device="meta")
    names = module.named_parameters()
    return sum(
        p.numel() for name, p in names if given.biases == "two" or not name.startswith("bias_hh")
    )


def _no_bias(given: Layer) -> int:
    return given.units * (given.inputs + given.units)


def _two_biases(given: Layer) -> int:
    return given.units * (given.inputs + given.units + 2)


def _one_bias_is_asked(given: Layer) -> bool:
    return given.biases == "one"


# ------------------------------------------------------------------ recurrent.rnn_params


def _rnn(given: Network, work: Work) -> None:
    total = _written_set(given, work)
    if given.outputs:
        o, h = given.outputs, given.units
        formula = f"O(H + 1) = {o}·({h} + 1)"
        more = work.step("parameters", "output layer", formula, given.read_out)
        total = work.step("parameters", "parameters", f"{total} + {more}", total + more)
    work.give("parameters", total)


def _rnn_kernel(given: Network, _: Device) -> Mapping[str, Any]:
    import torch

    total = _counted("RNN", given)
    if given.outputs:
        read_out = torch.nn.Linear(given.units, given.outputs, device="meta")
        total += sum(parameter.numel() for parameter in read_out.parameters())
    return {"parameters": total}


def _total(rule: Callable[[Network], int]) -> Callable[[Network], dict[str, int]]:
    """A wrong number for the recurrent layer; the output layer stays right."""
    return lambda g: {"parameters": rule(g) + g.read_out}


rnn = Solver(
    id="recurrent.rnn_params",
    concepts=("rnn-params",),
    inputs=Network,
    quantities={"parameters": Quantity("integer", "trainable parameters")},
    reference=_rnn,
    kernel=_rnn_kernel,
    misconceptions=(
        Misconception(
            "rnn-params/times-t",
            slip="when the weights are counted again at every step",
            correction="All steps share one set of weights, so the length does not count.",
            wrong=_total(lambda g: g.one_set * g.steps),
            departs_at="one set of weights",
            applies=lambda g: g.steps >= 2,
        ),
        Misconception(
            "rnn-params/no-bias",
            slip="when the biases are left out",
            correction=lambda g: f"Each unit also has a bias: {g.units * g.bias_count} in all.",
            wrong=_total(_no_bias),
            departs_at="biases",
        ),
        Misconception(
            "rnn-params/no-recurrent",
            slip="when the weights on the state are left out",
            correction=lambda g: (
                f"Each unit also looks at all {g.units} entries of the state: {g.units**2} weights."
            ),
            wrong=_total(lambda g: g.units * (g.inputs + g.bias_count)),
            departs_at="weights on the state",
        ),
        Misconception(
            "rnn-params/square-d",
            slip="when inputs and units are exchanged",
            correction=lambda g: (
                f"There is a row of weights for each of the {g.units} units, not for each input."
            ),
            wrong=_total(lambda g: g.inputs * (g.inputs + g.units + g.bias_count)),
            departs_at="weights on the state",
            applies=lambda g: g.inputs != g.units,
        ),
        Misconception(
            "rnn-params/torch-biases",
            slip="when two biases are counted for each unit, as torch keeps them",
            correction=lambda g: f"One bias for each unit was asked: {g.units}.",
            wrong=_total(_two_biases),
            departs_at="biases",
            applies=_one_bias_is_asked,
        ),
    ),
    source="Elman, Finding structure in time, Cognitive Science 14 (1990)",
)

# ----------------------------------------------------------------- recurrent.lstm_params


def _lstm(given: Layer, work: Work) -> None:
    work.give("parameters", _times(4, "three gates and the candidate", given, work))


lstm = Solver(
    id="recurrent.lstm_params",
    concepts=("lstm-params",),
    inputs=Layer,
    quantities={"parameters": Quantity("integer", "trainable parameters")},
    reference=_lstm,
    kernel=lambda g, _: {"parameters": _counted("LSTM", g)},
    misconceptions=(
        Misconception(
            "lstm-params/three-gates",
            slip="when the candidate is forgotten",
            correction="The candidate has weights too: three gates and it make four sets.",
            wrong=lambda g: {"parameters": 3 * g.one_set},
            departs_at="parameters",
        ),
        Misconception(
            "lstm-params/no-bias",
            slip="when the biases are left out",
            correction=lambda g: (
                f"Each of the four sets has its biases: {4 * g.units * g.bias_count} in all."
            ),
            wrong=lambda g: {"parameters": 4 * _no_bias(g)},
            departs_at="biases",
        ),
        Misconception(
            "lstm-params/single",
            slip="when only one set of weights is counted",
            correction="Three gates and the candidate have a set of weights each: four times.",
            wrong=lambda g: {"parameters": g.one_set},
            departs_at="parameters",
        ),
        Misconception(
            "lstm-params/torch-biases",
            slip="when two biases are counted for each unit, as torch keeps them",
            correction=lambda g: f"One bias for each unit was asked: {g.units} in a set.",
            wrong=lambda g: {"parameters": 4 * _two_biases(g)},
            departs_at="biases",
            applies=_one_bias_is_asked,
        ),
        Misconception(
            "lstm-params/no-recurrent",
            slip="when the weights on the state are left out",
            correction=lambda g: (
                f"Every gate also looks at all {g.units} entries of the state:"
                f" {g.units**2} weights in a set."
            ),
            wrong=lambda g: {"parameters": 4 * g.units * (g.inputs + g.bias_count)},
            departs_at="weights on the state",
        ),
    ),
    source="Hochreiter and Schmidhuber, Long short-term memory, Neural Computation 9 (1997)",
)

# ------------------------------------------------------------------ recurrent.gru_params


def _gru(given: Layer, work: Work) -> None:
    total = work.give("parameters", _times(3, "two gates and the candidate", given, work))
    four = 4 * given.one_set
    four = work.step("lstm_parameters", "an LSTM of this size", f"4·{given.one_set}", four)
    four = work.give("lstm_parameters", four)
    work.give("ratio", work.step("ratio", "GRU to LSTM", f"{total}/{four}", total / four))


def _gru_kernel(given: Layer, _: Device) -> Mapping[str, Any]:
    three, four = _counted("GRU", given), _counted("LSTM", given)
    return {"parameters": three, "lstm_parameters": four, "ratio": three / four}


gru = Solver(
    id="recurrent.gru_params",
    concepts=("gru-params",),
    inputs=Layer,
    quantities={
        "parameters": Quantity("integer", "trainable parameters"),
        "lstm_parameters": Quantity("integer", "those of an LSTM of the same size"),
        "ratio": Quantity("real", "GRU to LSTM", uses=("parameters", "lstm_parameters")),
    },
    reference=_gru,
    kernel=_gru_kernel,
    misconceptions=(
        Misconception(
            "gru-params/two-gates",
            slip="when the candidate is forgotten",
            correction="The candidate has weights too: two gates and it make three sets.",
            wrong=lambda g: {"parameters": 2 * g.one_set, "ratio": 2 / 3},
            departs_at="parameters",
        ),
        Misconception(
            "gru-params/four",
            slip="when four sets are counted, as in an LSTM",
            correction="A GRU has two gates and a candidate: three sets.",
            wrong=lambda g: {"parameters": 4 * g.one_set, "ratio": 1.0},
            departs_at="parameters",
        ),
        Misconception(
            "gru-params/no-bias",
            slip="when the biases are left out",
            correction=lambda g: (
                f"Each of the three sets has its biases: {3 * g.units * g.bias_count} in all."
            ),
            wrong=lambda g: {"parameters": 3 * _no_bias(g)},
            departs_at="biases",
        ),
        Misconception(
            "gru-params/torch-biases",
            slip="when two biases are counted for each unit, as torch keeps them",
            correction=lambda g: f"One bias for each unit was asked: {g.units} in a set.",
            wrong=lambda g: {"parameters": 3 * _two_biases(g)},
            departs_at="biases",
            applies=_one_bias_is_asked,
        ),
    ),
    source="Cho et al., Learning phrase representations, arXiv:1406.1078",
)
