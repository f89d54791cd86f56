"""A solver: what it computes, how it is checked, and what learners get wrong about it."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeAlias, TypeVar

from solvers._errors import BadInput, Disagreement
from solvers._inputs import Inputs
from solvers._values import Value, agree, is_finite, largest, leaves, plain, same_form, sides_of
from solvers.contract import Solution, Step, WrongAnswer

if TYPE_CHECKING:
    from solvers.device import Device

QuantityKind: TypeAlias = Literal["integer", "shape", "real", "vector", "matrix", "tensor", "word"]

I = TypeVar("I", bound=Inputs)  # noqa: E741


class Work:
    """The sheet on which a reference writes its steps and quantities.

    ``stated`` holds quantities as the learner stated them. A quantity that is stated is taken
    over by everything computed after it: that is follow-through, and a reference gets it for
    nothing by using what ``give`` returns.
    """

    def __init__(self, stated: Mapping[str, Any] | None = None) -> None:
        self.steps: list[Step] = []
        self.quantities: dict[str, Value] = {}
        self._stated = dict(stated or {})

    def step(self, quantity: str, label: str, formula: str, value: Any) -> Any:
        """Write one line; returns the value, so that a computation reads as one."""
        self.steps.append(Step(quantity, label, formula, self._finite(label, value)))
        return value

    def give(self, quantity: str, value: Any) -> Any:
        """State a result; returns it, or what the learner stated in its place."""
        self.quantities[quantity] = self._finite(quantity, value)
        if quantity not in self._stated:
            return value
        return _as_stated(quantity, self._stated[quantity], value)

    def _finite(self, name: str, value: Any) -> Value:
        read = plain(value)
        if is_finite(read):
            return read
        if self._stated:
            (quantity, value), *_ = self._stated.items()
            raise BadInput(quantity, value, f"values that leave {name} finite")
        raise ValueError(f"{name} is not finite")


def _as_stated(quantity: str, stated: Value, value: Any) -> Any:
    """What the learner stated, in the type of the value it replaces; raises BadInput."""
    true = plain(value)
    if not same_form(stated, true) or not all(_is_number(x) for x in leaves(stated)):
        sides = " × ".join(str(side) for side in sides_of(true))
        raise BadInput(quantity, stated, f"{sides} numbers" if sides else "a number")
    if not hasattr(value, "dtype"):
        return stated
    import numpy as np

    return np.array(stated, dtype=np.float64)


def _is_number(x: object) -> bool:
    return isinstance(x, int | float) and abs(x) <= 1e300  # not so for NaN, ∞ and longer integers


@dataclass(frozen=True, slots=True)
class Quantity:
    """Something a solver can be asked for."""

    kind: QuantityKind
    about: str
    axes: tuple[str, ...] = ()  # of a shape: what each side is, in the order asked
    uses: tuple[str, ...] = ()  # every quantity whose steps come before its own


@dataclass(frozen=True)
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
    departs_at: str | Callable[[I], str] = ""
    applies: Callable[[I], bool] = lambda _: True

    def run(self, given: I) -> list[WrongAnswer]:
        if not self.applies(given):
            return []
        correction = _text(self.correction, given)
        departs_at = _text(self.departs_at, given)
        answers = []
        for quantity, wrong in self.wrong(given).items():
            value = plain(wrong)
            if is_finite(value):  # nobody types NaN or ∞
                answers.append(
                    WrongAnswer(self.id, quantity, value, self.slip, correction, departs_at)
                )
        return answers


def _text(text: str | Callable[[I], str], given: I) -> str:
    return text if isinstance(text, str) else text(given)


@dataclass(frozen=True)
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
    example: Mapping[str, Any] = field(default_factory=dict)  # where any numbers won't do

    @functools.cached_property
    def _uses(self) -> dict[str, tuple[str, ...]]:
        return {name: quantity.uses for name, quantity in self.quantities.items()}

    def solve(
        self, values: Mapping[str, object], *, stated: Mapping[str, Any] | None = None
    ) -> Solution:
        """Answer from the reference alone; raises BadInput or Unsuitable."""
        import numpy as np

        given = self.inputs.read(values)
        for quantity, value in (stated or {}).items():
            if quantity not in self.quantities:
                raise BadInput(quantity, value, "quantities are " + ", ".join(self.quantities))
        work, wrong = Work(stated), []
        with np.errstate(all="ignore"):  # numbers that are not finite are refused by name
            self.reference(given, work)
            for misconception in self.misconceptions:
                wrong += misconception.run(given)
        return Solution(
            self.id,
            _plain_inputs(given),
            work.quantities,
            tuple(work.steps),
            tuple(wrong),
            uses=self._uses,
        )

    def verify(self, solution: Solution, device: Device | str = "auto") -> Solution:
        """The solution with the device on which the kernel computed the same quantities.

        Raises Disagreement where they differ, ImportError or OSError where torch is missing or
        broken, ValueError for a device that is not there. A solution that follows through from
        what a learner stated can't be confirmed: the kernel knows the inputs alone.
        """
        if isinstance(device, str):
            from solvers.device import choose

            device = choose(device)
        confirmed = self.kernel(self.inputs.read(solution.inputs), device)
        floor = device.rounding * largest(
            [*solution.inputs.values(), *solution.quantities.values()]
        )
        for quantity, value in confirmed.items():
            reference, kernel = solution.quantities[quantity], plain(value)
            if not agree(reference, kernel, device.tolerance, floor):
                raise Disagreement(self.id, quantity, reference, kernel)
        return replace(solution, device=device.name)


def _plain_inputs(given: Inputs) -> dict[str, Value]:
    # In the order of the fields, as the generated __init__ of a dataclass sets them.
    return {name: plain(value) for name, value in vars(given).items() if value is not None}
