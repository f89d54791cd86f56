"""The whitelisted tree of a formula: nothing but these can ever be computed."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Literal, TypeAlias, cast

from msgspec import Struct, structs

# An index of a family: a number from 1, "i" for each, "h" for the last.
Index: TypeAlias = "int | str"

Span: TypeAlias = tuple[int, int]


class Num(Struct, frozen=True):
    """A number as typed."""

    value: Fraction
    span: Span = (0, 0)


class Ref(Struct, frozen=True):
    """A name of the question; of a family, one member."""

    name: str
    index: Index = ""
    span: Span = (0, 0)


class Own(Struct, frozen=True):
    """A name that the learner defined."""

    name: str
    index: Index = ""
    span: Span = (0, 0)


class Minus(Struct, frozen=True):
    """-x"""

    of: Tree
    span: Span = (0, 0)


class Sum(Struct, frozen=True):
    """x + y, x - y"""

    sign: Literal["+", "-"]
    left: Tree
    right: Tree
    span: Span = (0, 0)


class Product(Struct, frozen=True):
    """x y: as written (a sign, or "" for side by side), then as read."""

    left: Tree
    right: Tree
    sign: str = ""
    read: Literal["", "scale", "matrix", "entries"] = ""
    span: Span = (0, 0)


class Quotient(Struct, frozen=True):
    """x / y"""

    left: Tree
    right: Tree
    span: Span = (0, 0)


class Power(Struct, frozen=True):
    """x to the power y; of a matrix, a matrix power."""

    base: Tree
    exponent: Tree
    span: Span = (0, 0)


class Transposed(Struct, frozen=True):
    """xᵀ"""

    of: Tree
    span: Span = (0, 0)


class Apply(Struct, frozen=True):
    """A function and its arguments; ``axis`` of a softmax: "rows" or "columns"."""

    function: str
    arguments: tuple[Tree, ...]
    axis: str = "rows"
    span: Span = (0, 0)


class Joined(Struct, frozen=True):
    """Matrices side by side: [x; y]"""

    items: tuple[Tree, ...]
    span: Span = (0, 0)


class Each(Struct, frozen=True):
    """Every member of a family side by side: [head_1; …; head_h]"""

    of: Tree
    span: Span = (0, 0)


Tree: TypeAlias = (
    "Num | Ref | Own | Minus | Sum | Product | Quotient | Power | Transposed | Apply"
    " | Joined | Each"
)


class Statement(Struct, frozen=True):
    """`left = right`; ``left`` is "" where nothing is defined."""

    left: str  # letters and digits of the left-hand side, without brackets and signs
    right: Tree
    called: bool = False  # the left-hand side is a call: PE(pos, 2i)
    span: Span = (0, 0)


def general(tree: Tree) -> Tree:
    """The tree with member 1 of each family as its general member: head_1 becomes head_i."""
    return _reindexed(tree, (1,), "i")


def member(tree: Tree, index: Index) -> Tree:
    """The tree with the general member of each family as one of them."""
    return _reindexed(tree, ("i",), index)


def nodes(tree: Tree) -> Iterator[Tree]:
    """The tree and everything in it."""
    yield tree
    for name in tree.__struct_fields__:
        value = getattr(tree, name)
        for item in value if isinstance(value, tuple) else (value,):
            if isinstance(item, Struct):
                yield from nodes(cast(Tree, item))


def _reindexed(tree: Tree, old: tuple[Index, ...], new: Index) -> Tree:
    if isinstance(tree, Ref | Own):
        return structs.replace(tree, index=new) if tree.index in old else tree
    changed: dict[str, object] = {}
    for name in tree.__struct_fields__:
        value = getattr(tree, name)
        if isinstance(value, Struct):
            changed[name] = _reindexed(cast(Tree, value), old, new)
        elif isinstance(value, tuple) and value and isinstance(value[0], Struct):
            changed[name] = tuple(_reindexed(item, old, new) for item in value)
    return structs.replace(tree, **changed) if changed else tree
