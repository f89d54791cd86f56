"""The whitelisted tree of arithmetic, and how it is shown."""

from __future__ import annotations

from fractions import Fraction
from typing import TypeAlias

from msgspec import Struct


class Numeral(Struct, frozen=True):
    """A number as typed."""

    value: Fraction
    text: str


class Constant(Struct, frozen=True):
    """π or e."""

    name: str


class Negative(Struct, frozen=True):
    """-x"""

    of: Tree


class Percent(Struct, frozen=True):
    """x %"""

    of: Tree


class Operation(Struct, frozen=True):
    """Two trees and the sign between them: + - * / ^"""

    sign: str
    left: Tree
    right: Tree


class Call(Struct, frozen=True):
    """A function and its arguments."""

    name: str
    arguments: tuple[Tree, ...]


Tree: TypeAlias = "Numeral | Constant | Negative | Percent | Operation | Call"


# ----------------------------------------------------------------------------- showing

_TIGHT = {"+": 1, "-": 1, "*": 2, "/": 2, "^": 4}
_RAISED = {ord(low): high for high, low in zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-", strict=True)}


def show(tree: Tree) -> str:
    """The expression as it is read: `(25·3 + 1)·16`."""
    return _show(tree)[0]


def _show(tree: Tree) -> tuple[str, int]:
    """The text, and how tightly it holds together (5: needs no brackets anywhere)."""
    match tree:
        case Numeral(value=value, text=text):
            return (text.strip() if value.denominator != 1 else str(value)), 5
        case Constant(name=name):
            return ("π" if name == "pi" else name), 5
        case Negative(of=of):
            return "-" + _within(of, 3), 1
        case Percent(of=of):
            return _within(of, 5) + " %", 4
        case Call(name="sqrt", arguments=(of,)):
            return "√" + _within(of, 5), 5
        case Call(name=name, arguments=arguments):
            return f"{name}({', '.join(show(a) for a in arguments)})", 5
        case Operation(sign="^", left=left, right=right):
            return _within(left, 5) + _exponent(right), 4
        case Operation(sign=sign, left=left, right=right):
            tight = _TIGHT[sign]
            between = {"+": " + ", "-": " - ", "*": "·", "/": "/"}[sign]
            after = tight if sign in "+*" else tight + 1
            return _within(left, tight) + between + _within(right, after), tight


def _exponent(tree: Tree) -> str:
    shown = show(tree)
    if set(shown) <= set("0123456789-"):
        return shown.translate(_RAISED)
    return "^" + (shown if _show(tree)[1] == 5 else f"({shown})")


def _within(tree: Tree, tightness: int) -> str:
    shown, holds = _show(tree)
    return shown if holds >= tightness else f"({shown})"
