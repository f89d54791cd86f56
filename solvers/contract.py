"""What a solver is, and what it gives back.

A solver answers one family of questions with numbers. It is written once, as a lesson:

* **inputs**: a frozen dataclass whose fields are typed and bounded (``whole``, ``real``,
  ``array``, ``one_of``), so that no request can be nonsense or exhaust memory;
* **reference**: a numpy float64 computation that writes down its steps on a ``Work`` sheet;
* **kernel**: the torch operation a practitioner would use, independent of the reference;
* **misconceptions**: named wrong procedures for the same inputs.

This module imports neither numpy nor torch: the process that paints the screen uses it to
read solutions that another process computed.

>>> from solvers import find
>>> find("convolution.layer").solve({"height": 28, "channels": 3, "filters": 8, "kernel": 5}
... ).quantities["output_shape"]
[24, 24, 8]
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields
from typing import TYPE_CHECKING, Any, Generic, Literal, Self, TypeAlias, TypeVar

if TYPE_CHECKING:
    from solvers.device import Device

# What crosses a pipe: a number, a word, a shape (list of whole numbers) or a tensor (nested
# lists). Arrays become nested lists in `plain`.
Value: TypeAlias = "int | float | bool | str | list[Value]"

QuantityKind: TypeAlias = Literal["integer", "shape", "real", "vector", "matrix", "tensor", "word"]


class SolverError(Exception):
    """Base of everything a solver raises on purpose.

    SolverError
    ├── UnknownSolver   no solver has this id
    ├── BadInput        an input is missing, unknown, of the wrong type or out of bounds
    ├── Unsuitable      valid numbers that would make a bad question
    └── Disagreement    reference and kernel differ: a bug, never shown as an answer
    """


class UnknownSolver(SolverError):
    """No solver has this id."""


class BadInput(SolverError):
    """An input that can't be used: names the field, the value and what is allowed."""

    def __init__(self, field_name: str, value: object, allowed: str) -> None:
        self.field = field_name
        self.value = value
        self.allowed = allowed
        super().__init__(f"{field_name} is {_short(value)}; allowed: {allowed}")


class Unsuitable(SolverError):
    """These inputs are valid, but a question with them would be a bad one."""


class Disagreement(SolverError):
    """Reference and kernel computed different numbers."""

    def __init__(self, solver: str, quantity: str, reference: Value, kernel: Value) -> None:
        self.solver = solver
        self.quantity = quantity
        super().__init__(
            f"{solver}: {quantity} is {_short(reference)} by the reference"
            f" and {_short(kernel)} by the kernel"
        )


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


# ------------------------------------------------------------------------------ results


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

    def steps_to(self, quantity: str) -> tuple[Step, ...]:
        return tuple(step for step in self.steps if step.quantity == quantity)

    def wrong_answers_for(self, quantity: str) -> tuple[WrongAnswer, ...]:
        return tuple(wrong for wrong in self.wrong_answers if wrong.quantity == quantity)


# ------------------------------------------------------------------------------- inputs


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one input may be; kept as metadata of the dataclass field."""

    kind: Literal["whole", "real", "array", "word"]
    about: str
    low: float = -math.inf
    high: float = math.inf
    axes: tuple[str, ...] = ()  # of an array: names shared by axes that must agree
    max_side: int = 0
    words: tuple[str, ...] = ()

    @property
    def allowed(self) -> str:
        """What would be right, in words."""
        span = f"from {_number(self.low)} to {_number(self.high)}"
        match self.kind:
            case "whole":
                return f"a whole number {span}"
            case "real":
                return f"a number {span}"
            case "word":
                return "one of " + ", ".join(self.words)
            case "array":
                shape = " × ".join(self.axes)
                return f"{shape} numbers {span}, each side at most {self.max_side}"


def _number(x: float) -> str:
    return str(int(x)) if math.isfinite(x) and x == int(x) else str(x)


def whole(low: int, high: int, about: str, *, default: int | None = None) -> Any:
    """A whole number from low to high."""
    return _bounded(Bounds("whole", about, low, high), default)


def real(low: float, high: float, about: str, *, default: float | None = None) -> Any:
    """A finite number from low to high."""
    return _bounded(Bounds("real", about, low, high), default)


def array(axes: str, low: float, high: float, about: str, *, max_side: int = 64) -> Any:
    """An array; ``axes`` names its sides ("n d_k"), and sides of one name must agree."""
    return _bounded(Bounds("array", about, low, high, tuple(axes.split()), max_side), None)


def one_of(words: Sequence[str], about: str, *, default: str | None = None) -> Any:
    """One of a few words."""
    return _bounded(Bounds("word", about, words=tuple(words)), default)


def _bounded(bounds: Bounds, default: object) -> Any:
    return field(default=MISSING if default is None else default, metadata={"bounds": bounds})


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """Base of every solver's inputs; ``read`` is the only way in."""

    @classmethod
    def bounds(cls) -> dict[str, Bounds]:
        return {f.name: f.metadata["bounds"] for f in fields(cls)}

    @classmethod
    def required(cls) -> tuple[str, ...]:
        return tuple(f.name for f in fields(cls) if f.default is MISSING)

    @classmethod
    def read(cls, values: Mapping[str, object]) -> Self:
        """Check and convert; raises BadInput naming field, value and what is allowed."""
        bounds = cls.bounds()
        for name, value in values.items():
            if name not in bounds:
                raise BadInput(name, value, "inputs are " + ", ".join(bounds))
        sides: dict[str, int] = {}
        read = {name: _read(name, value, bounds[name], sides) for name, value in values.items()}
        for name in cls.required():
            if name not in read:
                raise BadInput(name, None, bounds[name].allowed)
        given = cls(**read)
        given.check()
        return given

    def check(self) -> None:
        """Raise BadInput where inputs that are fine alone do not go together."""


def _read(name: str, value: object, bounds: Bounds, sides: dict[str, int]) -> object:
    match bounds.kind:
        case "whole":
            ok = isinstance(value, int) and not isinstance(value, bool)
            ok = ok and bounds.low <= value <= bounds.high  # type: ignore[operator]
        case "real":
            ok = isinstance(value, int | float) and not isinstance(value, bool)
            ok = ok and bounds.low <= value <= bounds.high  # type: ignore[operator]
            value = float(value) if ok else value  # type: ignore[arg-type]
        case "word":
            ok = value in bounds.words
        case "array":
            return _read_array(name, value, bounds, sides)
    if not ok:
        raise BadInput(name, value, bounds.allowed)
    return value


def _read_array(name: str, value: object, bounds: Bounds, sides: dict[str, int]) -> object:
    import numpy as np

    if not isinstance(value, list | np.ndarray) or _too_large(value, bounds):
        raise BadInput(name, value, bounds.allowed)
    try:
        read = np.array(value, dtype=np.float64)
    except (ValueError, TypeError):
        raise BadInput(name, value, bounds.allowed) from None
    in_range = read.size and np.isfinite(read).all()
    in_range = in_range and bounds.low <= read.min() and read.max() <= bounds.high
    if read.ndim != len(bounds.axes) or not in_range:
        raise BadInput(name, value, bounds.allowed)
    for axis, side in zip(bounds.axes, read.shape, strict=True):
        if sides.setdefault(axis, side) != side:
            raise BadInput(name, value, f"{axis} = {sides[axis]}, as in the inputs before it")
    read.setflags(write=False)
    return read


def _too_large(value: object, bounds: Bounds, depth: int = 0) -> bool:
    """Whether a nested list is longer or deeper than allowed, seen without copying it."""
    if not isinstance(value, list):
        return False
    if depth >= len(bounds.axes) or len(value) > bounds.max_side:
        return True
    return any(_too_large(item, bounds, depth + 1) for item in value)


# ------------------------------------------------------------------------------- solver

I = TypeVar("I", bound=Inputs)  # noqa: E741


class Work:
    """The sheet on which a reference writes its steps and quantities.

    ``stated`` holds quantities as the learner stated them. A quantity that is stated is taken
    over by everything computed after it: that is follow-through, and a reference gets it for
    nothing by using what ``give`` returns.
    """

    def __init__(self, stated: Mapping[str, Value] | None = None) -> None:
        self.steps: list[Step] = []
        self.quantities: dict[str, Value] = {}
        self._stated = dict(stated or {})

    def step(self, quantity: str, label: str, formula: str, value: Any) -> Any:
        """Write one line; returns the value, so that a computation reads as one."""
        self.steps.append(Step(quantity, label, formula, plain(value)))
        return value

    def give(self, quantity: str, value: Any) -> Any:
        """State a result; returns it, or what the learner stated in its place."""
        self.quantities[quantity] = plain(value)
        return self._stated.get(quantity, value)


@dataclass(frozen=True, slots=True)
class Quantity:
    """Something a solver can be asked for."""

    kind: QuantityKind
    about: str
    axes: tuple[str, ...] = ()  # of a shape: what each side is, in the order asked


@dataclass(frozen=True, slots=True)
class Misconception(Generic[I]):
    """A named wrong procedure, executable, with one sentence that corrects it.

    ``wrong`` returns only the quantities it changes. ``applies`` says for which inputs the
    procedure means anything (a forgotten stride means nothing at stride 1); whether it is
    *live*, that is, far enough from the truth to be told apart, is decided by whoever knows
    the tolerance.
    """

    id: str
    slip: str
    correction: str | Callable[[I], str]
    wrong: Callable[[I], Mapping[str, Any]]
    departs_at: str = ""
    applies: Callable[[I], bool] = lambda _: True

    def run(self, given: I) -> list[WrongAnswer]:
        if not self.applies(given):
            return []
        correction = self.correction if isinstance(self.correction, str) else self.correction(given)
        return [
            WrongAnswer(self.id, quantity, plain(value), self.slip, correction, self.departs_at)
            for quantity, value in self.wrong(given).items()
        ]


@dataclass(frozen=True, slots=True)
class Solver(Generic[I]):
    """One family of quantities, computed twice, with what learners get wrong about it."""

    id: str  # <topic>.<name>
    concepts: tuple[str, ...]
    inputs: type[I]
    quantities: Mapping[str, Quantity]
    reference: Callable[[I, Work], None]
    kernel: Callable[[I, Device], Mapping[str, Any]]
    misconceptions: tuple[Misconception[I], ...] = ()
    source: str = ""

    def solve(
        self, values: Mapping[str, object], *, stated: Mapping[str, Value] | None = None
    ) -> Solution:
        """Answer from the reference alone."""
        given = self.inputs.read(values)
        work = Work(stated)
        self.reference(given, work)
        wrong = [w for misconception in self.misconceptions for w in misconception.run(given)]
        return Solution(
            self.id, _plain_inputs(given), work.quantities, tuple(work.steps), tuple(wrong)
        )

    def verify(self, solution: Solution, device: Device) -> None:
        """Compute the same quantities with the kernel; raises Disagreement where they differ."""
        confirmed = self.kernel(self.inputs.read(solution.inputs), device)
        for quantity, value in confirmed.items():
            if not agree(solution.quantities[quantity], plain(value), device.tolerance):
                raise Disagreement(self.id, quantity, solution.quantities[quantity], plain(value))


def _plain_inputs(given: Inputs) -> dict[str, Value]:
    return {f.name: plain(getattr(given, f.name)) for f in fields(given)}


def plain(value: Any) -> Value:
    """Numpy and torch values as plain numbers and nested lists."""
    if hasattr(value, "tolist"):
        listed: Value = value.tolist()
        return listed
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, bool | int | float | str):
        return value
    raise TypeError(f"a solver may not give a {type(value).__name__}")


def agree(a: Value, b: Value, tolerance: float) -> bool:
    """Whether two values are of one shape and equal; numbers relative to the largest entry.

    Whole numbers and words must be identical.
    """
    left, right = list(_leaves(a)), list(_leaves(b))
    if _shape(a) != _shape(b):
        return False
    scale = max((abs(x) for x in left if isinstance(x, int | float)), default=0.0)
    return all(_same(x, y, tolerance * scale) for x, y in zip(left, right, strict=True))


def _same(x: object, y: object, slack: float) -> bool:
    if isinstance(x, float) or isinstance(y, float):
        both = isinstance(x, int | float) and isinstance(y, int | float)
        return both and abs(x - y) <= slack  # type: ignore[operator]
    return x == y


def _leaves(value: Value) -> Sequence[int | float | bool | str]:
    if isinstance(value, list):
        return [leaf for item in value for leaf in _leaves(item)]
    return [value]


def _shape(value: Value) -> tuple[object, ...]:
    if isinstance(value, list):
        return (len(value), *(_shape(item) for item in value))
    return ()
