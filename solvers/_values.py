"""What crosses a pipe: plain numbers, words and nested lists of them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias

# A number, a word, a shape (list of whole numbers) or a tensor (nested lists).
Value: TypeAlias = "int | float | bool | str | list[Value]"


_PLAIN = frozenset({bool, int, float, str})


def plain(value: Any) -> Value:
    """Numpy and torch values as plain numbers and nested lists."""
    if type(value) in _PLAIN:  # most are, and every step and misconception comes through here
        number: Value = value
        return number
    if hasattr(value, "tolist"):
        listed: Value = value.tolist()
        return listed
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, bool | int | float | str):
        return value
    raise TypeError(f"a solver may not give a {type(value).__name__}")


def agree(a: Value, b: Value, tolerance: float, floor: float = 0.0) -> bool:
    """Whether two values are of one shape and equal within ``tolerance`` of the largest entry.

    ``floor`` is added for sums that cancel, where what is left is rounding of larger numbers.
    Whole numbers and words must be identical.
    """
    if shape_of(a) != shape_of(b):
        return False
    slack = tolerance * largest(a) + floor
    return all(_same(x, y, slack) for x, y in zip(leaves(a), leaves(b), strict=True))


def largest(value: Value) -> float:
    """The largest magnitude among the numbers; 0 where there is none."""
    numbers = (abs(x) for x in leaves(value) if isinstance(x, int | float))
    return max(numbers, default=0.0)


def _same(x: object, y: object, slack: float) -> bool:
    if isinstance(x, float) or isinstance(y, float):
        both = isinstance(x, int | float) and isinstance(y, int | float)
        return both and abs(x - y) <= slack  # type: ignore[operator]
    return x == y


def leaves(value: Value) -> Sequence[int | float | bool | str]:
    """The numbers and words of nested lists, from first to last."""
    if isinstance(value, list):
        return [leaf for item in value for leaf in leaves(item)]
    return [value]


def shape_of(value: Value) -> tuple[object, ...]:
    """The nesting of lists, ragged ones too: equal for values of one form."""
    if isinstance(value, list):
        return (len(value), *(shape_of(item) for item in value))
    return ()


def is_finite(value: Value) -> bool:
    """No NaN and no ∞ anywhere."""
    if not isinstance(value, list):
        return not isinstance(value, float) or math.isfinite(value)
    if {*map(type, value)} == {float}:  # a row; a sum with NaN or ∞ in it is never finite
        return math.isfinite(sum(value)) or all(map(math.isfinite, value))  # type: ignore[arg-type]
    return all(map(is_finite, value))


def sides_of(value: Value) -> Iterator[int]:
    """The sides of a tensor, outermost first."""
    while isinstance(value, list):
        yield len(value)
        value = value[0] if value else 0


def same_form(a: object, b: Value) -> bool:
    """Whether ``a`` is nested like ``b``; looks no deeper and no further than ``b`` goes."""
    if not isinstance(b, list):
        return not isinstance(a, list)
    return isinstance(a, list) and len(a) == len(b) and all(map(same_form, a, b))


def short(value: object) -> str:
    """A value as an error message can show it; of a long or deep list only the start is read."""
    text = ""
    for piece in _pieces(value):
        text += piece
        if len(text) > 60:
            return text[:57] + "..."
    return text


def _pieces(value: object) -> Iterator[str]:
    """The text of a value, part by part."""
    if not isinstance(value, list):
        yield repr(value[:61] if isinstance(value, str) else value)
        return
    yield "["
    for position, item in enumerate(value):
        yield ", " if position else ""
        yield from _pieces(item)
    yield "]"
