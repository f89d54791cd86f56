"""What a table of parameters is made of: lines, one a layer, and groups that may repeat."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Line:
    """One layer, or a few of one form: weights (with norm gains and tables), and biases."""

    label: str
    formula: str
    weights: int
    biases: int = 0

    @property
    def name(self) -> str:
        return self.label

    @property
    def parameters(self) -> int:
        return self.weights + self.biases


@dataclass(frozen=True, slots=True)
class Group:
    """Layers in a row; the row may come several times, each time with weights of its own."""

    label: str
    parts: tuple[Part, ...]
    times: int = 1

    @property
    def name(self) -> str:
        return self.label if self.times == 1 else f"{self.times} {self.label}s"

    @property
    def weights(self) -> int:
        return self.times * sum(part.weights for part in self.parts)

    @property
    def biases(self) -> int:
        return self.times * sum(part.biases for part in self.parts)

    @property
    def parameters(self) -> int:
        return self.weights + self.biases


Part: TypeAlias = "Line | Group"
Table: TypeAlias = tuple[Part, ...]


def conv(
    label: str, side: int, before: int, here: int, *, bias: bool = True, groups: int = 1
) -> Line:
    """A filter looks at ``before/groups`` channels; there are ``here`` filters."""
    depth = f"{before}" if groups == 1 else f"({before}/{groups})"
    weights = side * side * (before // groups) * here
    return _with_biases(label, f"{side}·{side}·{depth}·{here}", weights, here if bias else 0)


def dense(label: str, before: int, here: int, *, bias: bool = True) -> Line:
    """A weight from every unit to every unit of the next layer."""
    return _with_biases(label, f"{before}·{here}", before * here, here if bias else 0)


def norm(label: str, width: int, *, shift: bool = True, count: int = 1) -> Line:
    """A gain and a shift for each channel; running statistics are not trained."""
    several = "" if count == 1 else f"{count}·"
    formula = f"{several}2·{width}" if shift else f"{several}{width}"
    return Line(label, formula, count * width, count * width if shift else 0)


def table(label: str, rows: int, width: int) -> Line:
    """One learned vector for each row."""
    return Line(label, f"{rows}·{width}", rows * width)


def free(label: str, formula: str) -> Line:
    """A layer without parameters of its own, such as pooling."""
    return Line(label, formula, 0)


def _with_biases(label: str, formula: str, weights: int, biases: int) -> Line:
    return Line(label, f"{formula} + {biases}" if biases else formula, weights, biases)
