"""What a solver is, and what it gives back.

A solver answers one family of questions with numbers. It is written once, as a lesson:

* **inputs**: a frozen dataclass whose fields are typed and bounded (``whole``, ``real``,
  ``array``, ``one_of``), so that no request can be nonsense or exhaust memory;
* **reference**: a numpy float64 computation that writes down its steps on a ``Work`` sheet;
* **kernel**: the torch operation a practitioner would use, independent of the reference;
* **misconceptions**: named wrong procedures for the same inputs.

This module imports neither numpy nor torch: the process that paints the screen uses it to
read solutions that another process computed. It has the results and errors at once; what only
a solver needs is imported on its first use, since the screen would wait for it.

>>> from solvers import find
>>> find("convolution.layer").solve({"height": 28, "channels": 3, "filters": 8, "kernel": 5}
... ).quantities["output_shape"]
[24, 24, 8]
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from solvers._errors import BadInput, Disagreement, SolverError, UnknownSolver, Unsuitable
from solvers._values import Value, agree, plain

if TYPE_CHECKING:
    from solvers._inputs import Bounds, Inputs, array, binary, one_of, real, whole
    from solvers._solver import Misconception, Quantity, QuantityKind, Solver, Work

__all__ = [
    "LINE_LIMIT",
    "BadInput",
    "Bounds",
    "Disagreement",
    "Inputs",
    "Misconception",
    "Quantity",
    "QuantityKind",
    "Solution",
    "Solver",
    "SolverError",
    "Step",
    "UnknownSolver",
    "Unsuitable",
    "Value",
    "Work",
    "WrongAnswer",
    "agree",
    "array",
    "binary",
    "one_of",
    "plain",
    "real",
    "whole",
]

_LATER = {
    **dict.fromkeys(("Bounds", "Inputs", "array", "binary", "one_of", "real", "whole"), "_inputs"),
    **dict.fromkeys(("Misconception", "Quantity", "QuantityKind", "Solver", "Work"), "_solver"),
}

# The longest request that may cross a pipe, in bytes.
LINE_LIMIT = 8 * 2**20


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    value = getattr(importlib.import_module(f"solvers.{_LATER[name]}"), name)
    globals()[name] = value
    return value


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a worked solution, as a teacher would write it on the board."""

    quantity: str  # the quantity this line leads to
    label: str  # what is computed: "weights of one filter"
    formula: str  # symbols, then numbers: "f·f·C_in = 5·5·3"
    value: Value


@dataclass(frozen=True, slots=True)
class WrongAnswer:
    """What one misconception makes of these very inputs, for one quantity."""

    id: str  # concept-id/misconception-id
    quantity: str
    value: Value
    slip: str  # completes "{value} is what you get …": "when the biases are left out"
    correction: str  # one sentence
    departs_at: str  # label of the first step that goes wrong; "" when none can be named


@dataclass(frozen=True, slots=True)
class Solution:
    """Quantities, the steps that lead to them, and the wrong answers that apply."""

    solver: str
    inputs: dict[str, Value]
    quantities: dict[str, Value]
    steps: tuple[Step, ...]
    wrong_answers: tuple[WrongAnswer, ...]
    device: str = ""  # where the kernel confirmed it; "" while only the reference has spoken
    uses: dict[str, tuple[str, ...]] = field(default_factory=dict)  # as in `Quantity.uses`

    def steps_to(self, quantity: str) -> tuple[Step, ...]:
        """The lines that lead to a quantity, with those of the quantities it is made from."""
        wanted = {quantity, *self.uses.get(quantity, ())}
        return tuple(step for step in self.steps if step.quantity in wanted)

    def wrong_answers_for(self, quantity: str) -> tuple[WrongAnswer, ...]:
        return tuple(wrong for wrong in self.wrong_answers if wrong.quantity == quantity)
