"""A formula as it is read: `softmax( Q Kᵀ / √d_k ) V`."""

from __future__ import annotations

from fractions import Fraction

from quizapp.marking.formula.tree import (
    Apply,
    Each,
    Joined,
    Minus,
    Num,
    Own,
    Power,
    Product,
    Quotient,
    Ref,
    Sum,
    Transposed,
    Tree,
    member,
)

_NAMES = {"relu": "ReLU", "attention": "Attention", "log": "ln", "inverse": "inv"}
_LOOSE, _SUM, _PRODUCT, _SIGN, _POWER, _WHOLE = range(6)


def show(tree: Tree) -> str:
    """The formula in one line."""
    return _show(tree)[0]


def _show(tree: Tree) -> tuple[str, int]:
    """The text, and how tightly it holds together."""
    match tree:
        case Num(value=value):
            return _number(value), _WHOLE if value.denominator == 1 and value >= 0 else _SIGN
        case Ref(name=name, index=index) | Own(name=name, index=index):
            return _member(name, index), _WHOLE
        case Minus(of=of):
            return "-" + _within(of, _SIGN), _SIGN
        case Sum(sign=sign, left=left, right=right):
            return f"{_within(left, _SUM)} {sign} {_within(right, _PRODUCT)}", _SUM
        case Quotient(left=left, right=right):
            return f"{_within(left, _PRODUCT)} / {_within(right, _POWER)}", _PRODUCT
        case Transposed(of=of):
            return _within(of, _POWER) + "ᵀ", _POWER
        case Power(base=base, exponent=exponent):
            return f"{_within(base, _WHOLE)}^{_exponent(exponent)}", _POWER
        case Product():
            return _product(tree)
        case Apply():
            return _apply(tree)
        case Joined(items=items):
            return f"Concat( {', '.join(show(item) for item in items)} )", _WHOLE
        case Each(of=of):
            first, last = show(member(of, 1)), show(member(of, "h"))
            return f"Concat( {first}, …, {last} )", _WHOLE


def _number(value: Fraction) -> str:
    if value.denominator == 1:
        return str(value.numerator)
    return (
        f"{value.numerator}/{value.denominator}" if value.denominator < 10 else f"{float(value):g}"
    )


def _member(name: str, index: int | str) -> str:
    if index in ("", "i"):
        return name
    head, _, tail = name.rpartition("i")
    return f"{head}{index}{tail}" if head else name


def _product(tree: Product) -> tuple[str, int]:
    left, right = _within(tree.left, _PRODUCT), _within(tree.right, _SIGN)
    if tree.read == "entries":
        return f"{left} ⊙ {right}", _PRODUCT
    if isinstance(tree.left, Num) and tree.left.value.denominator == 1:
        joint = "·" if right[:1].isdigit() else ""
        return f"{left}{joint}{right}", _PRODUCT
    return f"{left} {right}", _PRODUCT


def _apply(tree: Apply) -> tuple[str, int]:
    if tree.function == "sqrt":
        inside, holds = _show(tree.arguments[0])
        return ("√" + (inside if holds == _WHOLE else f"({inside})")), _WHOLE
    name = _NAMES.get(tree.function, tree.function)
    name += " over columns" if tree.axis == "columns" else ""
    inside = ", ".join(show(argument) for argument in tree.arguments)
    short = all(isinstance(argument, Ref | Own | Num) for argument in tree.arguments)
    return (f"{name}({inside})" if short else f"{name}( {inside} )"), _WHOLE


def _exponent(tree: Tree) -> str:
    shown, holds = _show(tree)
    return shown if holds == _WHOLE else f"({shown.replace(' / ', '/')})"


def _within(tree: Tree, tightness: int) -> str:
    shown, holds = _show(tree)
    return shown if holds >= tightness else f"({shown})"
