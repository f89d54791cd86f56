"""Reads arithmetic safely: a small whitelisted tree, computed within bounds.

Never `eval`: text becomes tokens (`tokens.py`), tokens a frozen tree, and the tree a number.
Whole numbers and decimals are computed exactly, as fractions; roots and functions in floats.

>>> reading = read("(25*3+1)*16")
>>> show(reading), compute(reading)
('(25·3 + 1)·16', Fraction(1216, 1))
"""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import TypeAlias

from quizapp.marking.expression_tree import (
    Call,
    Constant,
    Negative,
    Numeral,
    Operation,
    Percent,
    Tree,
    show,
)
from quizapp.marking.tokens import Token, Unread, tokens

__all__ = ["Tree", "Unread", "compute", "read", "read_list", "show"]

MAX_DEPTH = 80  # of nested brackets, signs and roots, two for each bracket
MAX_OPERATIONS = 120
MAX_BITS = 1200  # of a numerator or denominator: about as many as a float can have

Number: TypeAlias = "Fraction | float"


def _sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x))


CONSTANTS = {"pi": math.pi, "π": math.pi, "e": math.e}
_ONE: dict[str, Callable[[float], float]] = {
    "exp": math.exp,
    "ln": math.log,
    "log": math.log,
    "log2": math.log2,
    "log10": math.log10,
    "sqrt": math.sqrt,
    "sin": math.sin,
    "cos": math.cos,
    "tan": math.tan,
    "tanh": math.tanh,
    "sigmoid": _sigmoid,
    "σ": _sigmoid,
}
_EXACT: dict[str, Callable[[Number], Number]] = {
    "abs": lambda x: max(x, -x),
    "relu": lambda x: max(x, Fraction(0)),
    "floor": lambda x: Fraction(math.floor(x)),
    "ceil": lambda x: Fraction(math.ceil(x)),
}
_MANY: dict[str, Callable[[list[Number]], Number]] = {"min": min, "max": max}
FUNCTIONS = frozenset(_ONE) | frozenset(_EXACT) | frozenset(_MANY)
_ENDLESS = {"inf", "infinity", "∞", "nan", "infty"}


# ----------------------------------------------------------------------------- reading


def read(text: str) -> Tree:
    """The tree of an expression; raises Unread with the position of the trouble."""
    reader = _Reader(tokens(text), len(text))
    tree = reader.sum()
    reader.expect_end()
    return tree


def read_list(text: str) -> tuple[Tree, ...]:
    """The trees of expressions separated by `,` or `;` inside one pair of brackets' content."""
    reader = _Reader(tokens(f"max({text})"), len(text) + 5)
    tree = reader.sum()
    reader.expect_end()
    if not isinstance(tree, Call):
        raise Unread("syntax", 0)
    return tree.arguments


class _Reader:
    """Recursive descent: sum → product → signed → power → atom."""

    def __init__(self, tokens: list[Token], length: int) -> None:
        self.tokens = tokens
        self.length = length
        self.place = 0
        self.depth = 0
        self.operations = 0

    def sum(self) -> Tree:
        self._deeper()
        tree = self._product()
        while sign := self._take("+", "-"):
            tree = self._operation(sign, tree, self._product())
        self.depth -= 1
        return tree

    def _product(self) -> Tree:
        tree = self._signed()
        divided = False
        while True:
            if sign := self._take("*", "/"):
                tree = self._operation(sign, tree, self._signed())
                divided = sign == "/"
            elif self._begins_factor():
                if divided:  # 1/2π: is π above or below the bar?
                    raise Unread("syntax", self._position(), "Write the * or a bracket here.")
                tree = self._operation("*", tree, self._power())
            else:
                return tree

    def _operation(self, sign: str, left: Tree, right: Tree) -> Tree:
        self.operations += 1
        if self.operations > MAX_OPERATIONS:
            raise Unread("long", self._position())
        return Operation(sign, left, right)

    def _begins_factor(self) -> bool:
        token = self._peek()
        return token is not None and (token.kind == "name" or token.text in ("(", "√"))

    def _signed(self) -> Tree:
        self._deeper()
        if self._take("-"):
            tree: Tree = Negative(self._signed())
        elif self._take("+"):
            tree = self._signed()
        else:
            tree = self._power()
        self.depth -= 1
        return tree

    def _power(self) -> Tree:
        tree = self._atom()
        while (token := self._peek()) is not None:
            if token.kind == "power":
                self.place += 1
                exponent = Numeral(token.value, str(token.value))
                tree = self._operation("^", tree, exponent)
            elif token.text == "%" and not isinstance(tree, Percent):
                self.place += 1
                tree = Percent(tree)
            elif token.text == "^":
                self.place += 1
                return self._operation("^", tree, self._signed())
            else:
                break
        return tree

    def _atom(self) -> Tree:
        token = self._peek()
        if token is None:
            raise Unread("syntax", self.length)
        self.place += 1
        if token.kind == "number":
            return Numeral(token.value, token.text)
        if token.kind == "name":
            return self._named(token)
        if token.text == "(":
            tree = self.sum()
            self._close()
            return tree
        if token.text == "√":
            self._deeper()
            tree = Call("sqrt", (self._atom(),))
            self.depth -= 1
            return tree
        raise Unread("syntax", token.start)

    def _named(self, token: Token) -> Tree:
        name = token.text if token.text in ("e", "π", "σ") else token.text.lower()
        if name in _ENDLESS:
            raise Unread("infinite", token.start)
        if name in CONSTANTS:
            return Constant(name)
        if name not in FUNCTIONS:
            raise Unread("name", token.start)
        if not self._take("("):
            raise Unread("syntax", token.end, f"Write {token.text} with brackets: {name}(2).")
        arguments = [self.sum()]
        while self._take(",", ";"):
            arguments.append(self.sum())
        self._close()
        if len(arguments) > 1 and name not in _MANY:
            raise Unread("syntax", token.end, f"{name} takes one number.")
        return Call(name, tuple(arguments))

    def _close(self) -> None:
        if self._take(")"):
            return
        if self._peek() is None:
            raise Unread("open", self.length)
        raise Unread("syntax", self._position())

    def expect_end(self) -> None:
        if self._peek() is not None:
            raise Unread("syntax", self._position())

    def _peek(self) -> Token | None:
        return self.tokens[self.place] if self.place < len(self.tokens) else None

    def _position(self) -> int:
        token = self._peek()
        return self.length if token is None else token.start

    def _take(self, *signs: str) -> str:
        token = self._peek()
        if token is None or token.kind != "sign" or token.text not in signs:
            return ""
        self.place += 1
        return token.text

    def _deeper(self) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise Unread("long", self._position())


# --------------------------------------------------------------------------- computing


def compute(tree: Tree) -> Number:
    """The number a tree stands for; raises Unread when it is too large or undefined."""
    match tree:
        case Numeral(value=value):
            return _finite(value)
        case Constant(name=name):
            return CONSTANTS[name]
        case Negative(of=of):
            return -compute(of)
        case Percent(of=of):
            return compute(of) / 100
        case Call(name=name, arguments=arguments):
            return _finite(_call(name, [compute(a) for a in arguments]))
        case Operation(sign=sign, left=left, right=right):
            return _finite(_operate(sign, compute(left), compute(right)))


def _operate(sign: str, left: Number, right: Number) -> Number:
    try:
        match sign:
            case "+":
                return left + right
            case "-":
                return left - right
            case "*":
                return left * right
            case "/":
                return left / right
            case _:
                return _raise_to(left, right)
    except ZeroDivisionError:
        raise Unread("undefined", 0) from None
    except OverflowError:
        raise Unread("large", 0) from None


def _raise_to(base: Number, exponent: Number) -> Number:
    """A power; a base of 0 to a negative exponent is a division by 0."""
    whole = isinstance(exponent, Fraction) and exponent.denominator == 1
    if isinstance(base, Fraction) and isinstance(exponent, Fraction) and whole:
        if _bits(base) * abs(exponent) > MAX_BITS:
            raise Unread("large", 0)
        return Fraction(base ** int(exponent))
    if base == 0 and exponent < 0:
        raise ZeroDivisionError
    if base < 0 and not whole:
        raise Unread("undefined", 0)
    return math.pow(base, exponent)


def _bits(value: Fraction) -> int:
    if abs(value) == 1 or value == 0:
        return 0
    return max(value.numerator.bit_length(), value.denominator.bit_length())


def _call(name: str, arguments: list[Number]) -> Number:
    try:
        if name in _MANY:
            return _MANY[name](arguments)
        if name in _EXACT:
            return _EXACT[name](arguments[0])
        if name == "sqrt":
            return _root(arguments[0])
        return _ONE[name](float(arguments[0]))
    except ValueError:
        raise Unread("undefined", 0) from None
    except OverflowError:
        raise Unread("large", 0) from None


def _root(value: Number) -> Number:
    """√, exact where it can be: √16 is a whole number."""
    if isinstance(value, Fraction) and value >= 0:
        above, below = math.isqrt(value.numerator), math.isqrt(value.denominator)
        if above**2 == value.numerator and below**2 == value.denominator:
            return Fraction(above, below)
    return math.sqrt(value)


def _finite(value: Number) -> Number:
    if isinstance(value, Fraction):
        if _bits(value) > MAX_BITS:
            raise Unread("large", 0)
        return value
    if not math.isfinite(value):
        raise Unread("large", 0)
    return value
