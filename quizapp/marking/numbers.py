"""How numbers are written in sentences and `read as` lines.

>>> shown(1216), shown([32, 32, 16], kind="shape"), shown([1, 0.5]), shown([[1, 2], [3, 4]])
('1,216', '32 × 32 × 16', '1, 0.5', '1 2; 3 4')
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from quizapp.content.model import Given, Part

NOISE = 1e-14  # what is left of numbers that cancel
_QUARTERS = {0.25: "¼", 0.5: "½", 0.75: "¾"}


def shown(value: Given | None, part: Part | None = None, *, kind: str = "") -> str:
    """A value as it stands in a sentence; shapes with ×, tensors by rows with ;.

    ``kind`` is that of the part unless told: a list of numbers alone does not say what it is.
    """
    kind = kind or (part.kind if part else "")
    if value is None:  # a cell left out
        return "·"
    if isinstance(value, bool | str):
        return str(value)
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return _real(value, part)
    if value and not any(isinstance(item, list) for item in value):
        if kind == "shape":
            return " × ".join(shown(item, part) for item in value)
        return ", ".join(shown(item, part) for item in value)
    return "; ".join(shown(item, part).replace(", ", " ") for item in value)


def _real(value: float, part: Part | None) -> str:
    if abs(value) < NOISE:
        value = 0.0
    if part is not None and part.decimals is not None:
        text = f"{value:.{part.decimals}f}"
        return text if float(text) or not value else f"{value:.3g}"
    digits = part.significant if part is not None and part.significant else 6
    text = f"{value:.{digits}g}"
    return f"{int(value):,}" if value == int(value) and abs(value) < 1e15 else text


def points(value: float) -> str:
    """Halves and quarters as fractions, anything else with two decimals.

    >>> points(2.5), points(0.5), points(3.0), points(4 / 3)
    ('2½', '½', '3', '1.33')
    """
    hundredths = round(value, 2)
    whole, rest = divmod(abs(hundredths), 1)
    sign = "-" if hundredths < 0 else ""
    if rest == 0:
        return f"{sign}{whole:.0f}"
    if rest in _QUARTERS:
        return f"{sign}{whole:.0f}{_QUARTERS[rest]}" if whole else sign + _QUARTERS[rest]
    return f"{hundredths:.2f}".rstrip("0")


def half_steps(points: float) -> float:
    """Rounded down to half points."""
    return math.floor(points * 2 + 1e-9) / 2


def leaves(value: Given) -> Iterator[int | float | bool | str]:
    """Every number of a value, row by row."""
    if isinstance(value, list):
        for item in value:
            yield from leaves(item)
    else:
        yield value


def shape(value: Given) -> tuple[int, ...]:
    """The sides of nested lists; () for a number. Ragged lists give the sides of the first row."""
    if isinstance(value, list):
        return (len(value), *(shape(value[0]) if value else ()))
    return ()


def number(value: object) -> float | None:
    """A finite number as a float, or None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        converted = float(value)
    except OverflowError:
        return None
    return converted if math.isfinite(converted) else None


def quote(text: str, limit: int = 40) -> str:
    """What was typed, in one line and shortened when long."""
    line = "".join(c if c.isprintable() else " " for c in text[: limit * 4]).strip()
    return line if len(line) <= limit and len(text) <= limit * 4 else line[: limit - 1] + "…"
