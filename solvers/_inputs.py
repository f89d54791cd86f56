"""Inputs of a solver: typed and bounded, so that no request is nonsense or exhausts memory."""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields
from typing import Any, Literal, Self

from solvers._errors import BadInput


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one input may be; kept as metadata of the dataclass field."""

    kind: Literal["whole", "real", "array", "word"]
    about: str
    low: float = -math.inf
    high: float = math.inf
    axes: tuple[str, ...] = ()  # of an array: names shared by axes that must agree
    max_side: int = 0
    binary: bool = False  # of an array: nothing between 0 and 1
    words: tuple[str, ...] = ()
    same_as: str = ""  # where it is not given: the value of this input before it
    whole_numbers: bool = False  # of an array: no fractions

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
                numbers = f"whole numbers {span}" if self.whole_numbers else f"numbers {span}"
                numbers = "entries 0 or 1" if self.binary else numbers
                return f"{shape} {numbers}, each side at most {self.max_side}"

    def read(self, name: str, value: object) -> object:
        """Check and convert one input by itself; raises BadInput."""
        return _read(name, value, self, {})


def _number(x: float) -> str:
    return str(int(x)) if math.isfinite(x) and x == int(x) else str(x)


def whole(low: int, high: int, about: str, *, default: int | None = None, same_as: str = "") -> Any:
    """A whole number from low to high; left out, ``default`` or the input ``same_as``."""
    return _bounded(Bounds("whole", about, low, high, same_as=same_as), default)


def real(low: float, high: float, about: str, *, default: float | None = None) -> Any:
    """A finite number from low to high."""
    return _bounded(Bounds("real", about, low, high), default)


def array(
    axes: str,
    low: float,
    high: float,
    about: str,
    *,
    max_side: int = 64,
    whole_numbers: bool = False,
) -> Any:
    """An array; ``axes`` names its sides ("n d_k"), and sides of one name must agree.

    Its entries are floats even where only ``whole_numbers`` are allowed.
    """
    names = tuple(axes.split())
    bounds = Bounds("array", about, low, high, names, max_side, whole_numbers=whole_numbers)
    return _bounded(bounds, None)


def binary(axes: str, about: str, *, max_side: int = 64, optional: bool = False) -> Any:
    """An array of 0 and 1 (false and true); an optional one that is not given is None."""
    bounds = Bounds("array", about, 0, 1, tuple(axes.split()), max_side, binary=True)
    return field(default=None if optional else MISSING, metadata={"bounds": bounds})


def one_of(words: Sequence[str], about: str, *, default: str | None = None) -> Any:
    """One of a few words."""
    return _bounded(Bounds("word", about, words=tuple(words)), default)


def _bounded(bounds: Bounds, default: object) -> Any:
    return field(default=MISSING if default is None else default, metadata={"bounds": bounds})


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """Base of every solver's inputs; ``read`` is the only way in."""

    @classmethod
    @functools.cache
    def bounds(cls) -> Mapping[str, Bounds]:
        return {f.name: f.metadata["bounds"] for f in fields(cls)}

    @classmethod
    @functools.cache
    def required(cls) -> tuple[str, ...]:
        bounds = cls.bounds()
        without = (f.name for f in fields(cls) if f.default is MISSING)
        return tuple(name for name in without if not bounds[name].same_as)

    @classmethod
    def read(cls, values: Mapping[str, object]) -> Self:
        """Check and convert; raises BadInput naming field, value and what is allowed."""
        bounds = cls.bounds()
        for name, value in values.items():
            if name not in bounds:
                raise BadInput(name, value, "inputs are " + ", ".join(bounds))
        for name in cls.required():
            if name not in values:
                raise BadInput(name, None, bounds[name].allowed)
        sides: dict[str, tuple[int, str]] = {}
        read: dict[str, Any] = {}
        for name, bound in bounds.items():
            if name in values:
                read[name] = _read(name, values[name], bound, sides)
            elif bound.same_as:
                read[name] = read[bound.same_as]
        given = cls(**read)
        given.check()
        return given

    def check(self) -> None:
        """Raise BadInput where inputs that are fine alone do not go together."""


def _read(name: str, value: object, bounds: Bounds, sides: dict[str, tuple[int, str]]) -> object:
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


def _read_array(
    name: str, value: object, bounds: Bounds, sides: dict[str, tuple[int, str]]
) -> object:
    import numpy as np

    if not isinstance(value, list | np.ndarray) or _too_large(value, bounds):
        raise BadInput(name, value, bounds.allowed)
    try:
        read = np.array(value)
    except ValueError:  # rows of different lengths
        raise BadInput(name, value, bounds.allowed) from None
    if read.dtype.kind not in "biuf" or read.ndim != len(bounds.axes) or not _within(read, bounds):
        raise BadInput(name, value, bounds.allowed)
    for axis, side in zip(bounds.axes, read.shape, strict=True):
        expected, before = sides.setdefault(axis, (side, name))
        if side != expected:
            raise BadInput(name, value, f"{axis} = {expected}, as in {before}")
    read = read.astype(np.float64)
    read.setflags(write=False)
    return read


def _within(read: Any, bounds: Bounds) -> bool:
    """Whether every side and every entry of an array is allowed."""
    if not 1 <= min(read.shape) <= max(read.shape) <= bounds.max_side:
        return False
    # Comparisons with NaN are false, so it fails here too.
    inside = bool(((bounds.low <= read) & (read <= bounds.high)).all())
    if bounds.whole_numbers and not (inside and bool((read % 1 == 0).all())):
        return False
    return inside and (not bounds.binary or bool(((read == 0) | (read == 1)).all()))


def _too_large(value: object, bounds: Bounds, depth: int = 0) -> bool:
    """Whether a nested list is longer or deeper than allowed, seen without copying it."""
    if not isinstance(value, list):
        return False
    if depth >= len(bounds.axes) or len(value) > bounds.max_side:
        return True
    if list not in map(type, value):  # a row of numbers, as most lists are
        return False
    return any(_too_large(item, bounds, depth + 1) for item in value)
