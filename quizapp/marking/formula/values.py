"""Computes a settled formula on drawn numbers, within a budget of operations."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import TypeAlias

from msgspec import Struct

from quizapp.marking.formula import matrices
from quizapp.marking.formula.matrices import Matrix
from quizapp.marking.formula.tree import (
    Apply,
    Each,
    Index,
    Joined,
    Minus,
    Num,
    Own,
    Power,
    Product,
    Quotient,
    Ref,
    Span,
    Sum,
    Transposed,
    Tree,
)
from quizapp.marking.tokens import Unread

BUDGET = 200_000  # multiplications in one formula on one draw

Value: TypeAlias = "float | Matrix"
Family: TypeAlias = "list[Matrix]"


def _sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x))


_ENTRYWISE: dict[str, Callable[[float], float]] = {
    "exp": math.exp,
    "log": math.log,
    "sqrt": math.sqrt,
    "rsqrt": lambda x: 1 / math.sqrt(x),
    "sin": math.sin,
    "cos": math.cos,
    "tan": math.tan,
    "tanh": math.tanh,
    "sigmoid": _sigmoid,
    "relu": lambda x: max(x, 0.0),
    "abs": abs,
    "floor": lambda x: float(math.floor(x)),
    "ceil": lambda x: float(math.ceil(x)),
}


class Numbers(Struct):
    """What the names stand for in one draw; families as lists of members."""

    values: Mapping[str, Value]
    families: Mapping[str, Family]
    definitions: Mapping[str, Tree]
    members: int = 1  # of a family
    spent: int = 0


class Evaluator:
    """Computes trees on one draw."""

    def __init__(self, numbers: Numbers) -> None:
        self.numbers = numbers
        self._under_way: list[str] = []

    def compute(self, tree: Tree, index: int = 0) -> Value:
        """The value; ``index`` is the member of a family that i stands for. Raises Unread."""
        try:
            value = self._value(tree, index)
        except OverflowError:
            raise Unread("large", tree.span[0]) from None
        except (ValueError, ZeroDivisionError):
            raise Unread("undefined", tree.span[0]) from None
        return value

    def _value(self, tree: Tree, index: int) -> Value:
        match tree:
            case Num(value=number):
                return float(number)
            case Ref():
                return self._ref(tree, index)
            case Own(name=name, index=own_index):
                return self._defined(name, self._member(own_index, index))
            case Apply():
                return self._apply(tree, [self._value(a, index) for a in tree.arguments])
            case Joined(items=items):
                return self._joined([self._value(item, index) for item in items])
            case Each(of=of):
                members = range(1, self.numbers.members + 1)
                return self._joined([self._value(of, member) for member in members])
            case _:
                return self._operation(tree, index)

    def _operation(self, tree: Tree, index: int) -> Value:
        match tree:
            case Minus(of=of):
                return self._scaled(self._value(of, index), -1.0)
            case Transposed(of=of):
                value = self._value(of, index)
                return matrices.transposed(value) if isinstance(value, list) else value
            case Sum(sign=sign, left=left, right=right):
                return self._sum(sign, self._value(left, index), self._value(right, index))
            case Product():
                return self._product(tree, index)
            case Quotient(left=left, right=right):
                return self._quotient(tree, self._value(left, index), self._value(right, index))
            case Power(base=base, exponent=exponent):
                return self._power(tree, self._value(base, index), self._value(exponent, index))
        raise AssertionError(tree)

    # ------------------------------------------------------------------------- names

    def _ref(self, ref: Ref, index: int) -> Value:
        numbers = self.numbers
        if ref.name in numbers.definitions and ref.name not in self._under_way:
            return self._defined(ref.name, self._member(ref.index, index))
        if ref.name in numbers.families:
            family = numbers.families[ref.name]
            member = self._member(ref.index, index)
            if not 1 <= member <= len(family):
                raise Unread("shape", ref.span[1], f"There is no head {member} here.")
            return family[member - 1]
        return numbers.values[ref.name]

    def _member(self, written: Index, bound: int) -> int:
        if isinstance(written, int):
            return written
        return self.numbers.members if written == "h" else bound

    def _defined(self, name: str, index: int) -> Value:
        self._under_way.append(name)
        value = self._value(self.numbers.definitions[name], index)
        self._under_way.pop()
        return value

    # -------------------------------------------------------------------- operations

    def _spend(self, amount: int) -> None:
        self.numbers.spent += amount
        if self.numbers.spent > BUDGET:
            raise OverflowError

    def _sum(self, sign: str, left: Value, right: Value) -> Value:
        factor = 1.0 if sign == "+" else -1.0
        if isinstance(left, list) and isinstance(right, list):
            self._spend(len(left) * len(left[0]))
            return matrices.paired(lambda x, y: x + factor * y, left, right)
        assert isinstance(left, float)
        assert isinstance(right, float)
        return left + factor * right

    def _product(self, tree: Product, index: int) -> Value:
        left, right = self._value(tree.left, index), self._value(tree.right, index)
        if isinstance(left, float):
            return self._scaled(right, left)
        if isinstance(right, float):
            return self._scaled(left, right)
        if tree.read == "entries":
            self._spend(len(left) * len(left[0]))
            return matrices.paired(lambda x, y: x * y, left, right)
        self._spend(len(left) * len(right) * len(right[0]))
        return matrices.product(left, right)

    def _scaled(self, value: Value, factor: float) -> Value:
        if isinstance(value, float):
            return _finite(value * factor)
        self._spend(len(value) * len(value[0]))
        return matrices.each(lambda x: x * factor, value)

    def _quotient(self, tree: Quotient, left: Value, right: Value) -> Value:
        if isinstance(right, float):
            if right == 0:
                raise ZeroDivisionError
            return self._scaled(left, 1 / right)
        return self._scaled(self._inverse(tree.right.span, right), _number(left))

    def _inverse(self, span: Span, value: Matrix) -> Matrix:
        self._spend(len(value) ** 3)
        inverse = matrices.inverse(value)
        if inverse is None:
            raise Unread("shape", span[1], "This matrix has no inverse.")
        return inverse

    def _power(self, tree: Power, base: Value, exponent: Value) -> Value:
        number = _number(exponent)
        if isinstance(base, float):
            result = base**number
            if isinstance(result, complex):
                raise ValueError
            return _finite(float(result))
        self._spend(8 * len(base) ** 3)
        powered = matrices.power(base, number)
        if powered is None:
            hint = f"This matrix has no power {number:g} here; a diagonal one has."
            raise Unread("shape", tree.span[1], hint)
        return powered

    # --------------------------------------------------------------------- functions

    def _apply(self, tree: Apply, values: list[Value]) -> Value:
        first = values[0]
        if tree.function == "attention":
            return self._attention(values)
        if isinstance(first, float):
            return (
                _finite(_ENTRYWISE.get(tree.function, _same)(first))
                if tree.function != "inverse"
                else 1 / first
            )
        self._spend(4 * len(first) * len(first[0]))
        match tree.function:
            case "softmax" if tree.axis == "columns":
                return matrices.transposed(matrices.softmax_rows(matrices.transposed(first)))
            case "softmax":
                return matrices.softmax_rows(first)
            case "inverse":
                return self._inverse(tree.span, first)
            case "degree" | "rowsum":
                return matrices.diagonal([math.fsum(row) for row in first])
            case "diag":
                return first
            case "rsqrt":
                return self._inverse(tree.span, matrices.each(math.sqrt, first))
        return matrices.each(_ENTRYWISE[tree.function], first)

    def _attention(self, values: list[Value]) -> Matrix:
        q, k, v = (value for value in values if isinstance(value, list))
        self._spend(len(q) * len(k) * (len(k[0]) + len(v[0])))
        scores = matrices.product(q, matrices.transposed(k))
        root = math.sqrt(len(k[0]))
        return matrices.product(matrices.softmax_rows(matrices.each(lambda x: x / root, scores)), v)

    def _joined(self, items: list[Value]) -> Matrix:
        blocks = [item for item in items if isinstance(item, list)]
        self._spend(sum(len(block) * len(block[0]) for block in blocks))
        return [[x for block in blocks for x in block[r]] for r in range(len(blocks[0]))]


def _same(x: float) -> float:
    return x


def _number(value: Value) -> float:
    if isinstance(value, float):
        return value
    raise ValueError


def _finite(value: float) -> float:
    if not math.isfinite(value):
        raise OverflowError
    return value
