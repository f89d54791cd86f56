"""Everything a solver raises on purpose."""

from __future__ import annotations

from solvers._values import Value, short


class SolverError(Exception):
    """Base of everything a solver raises on purpose.

    SolverError
    ├── UnknownSolver   no solver has this id
    ├── BadInput        an input is missing, unknown, of the wrong type or out of bounds
    ├── Unsuitable      valid numbers that would make a bad question
    └── Disagreement    reference and kernel differ: a bug, never shown as an answer

    ``kind`` is the word that crosses a pipe in its place.
    """

    kind = "internal"


class UnknownSolver(SolverError):
    """No solver has this id."""

    kind = "unknown-solver"


class BadInput(SolverError):
    """An input that can't be used: names the field, the value and what is allowed."""

    kind = "bad-input"

    def __init__(self, field_name: str, value: object, allowed: str) -> None:
        self.field = field_name
        self.value = value
        self.allowed = allowed
        name = " ".join(field_name.split())[:60]  # an unknown one is whatever somebody wrote
        super().__init__(f"{name} is {short(value)}; allowed: {allowed}")


class Unsuitable(SolverError):
    """These inputs are valid, but a question with them would be a bad one."""

    kind = "unsuitable"


class Disagreement(SolverError):
    """Reference and kernel computed different numbers."""

    kind = "disagreement"

    def __init__(self, solver: str, quantity: str, reference: Value, kernel: Value) -> None:
        self.solver = solver
        self.quantity = quantity
        super().__init__(
            f"{solver}: {quantity} is {short(reference)} by the reference"
            f" and {short(kernel)} by the kernel"
        )
