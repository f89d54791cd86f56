"""Which shapes a formula's parts have, and what that makes of each product in it.

A side is a tuple of size names, so that h·d_k and d are the same side wherever the question says
so, and two sizes are never confused because a draw made them equal.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from msgspec import Struct, structs

from quizapp.content.model import Formula
from quizapp.marking.formula.show import show
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
    Span,
    Sum,
    Transposed,
    Tree,
)
from quizapp.marking.tokens import Unread

Side: TypeAlias = tuple[str, ...]
Shape: TypeAlias = tuple[Side, ...]  # () is a number, (rows, columns) a matrix

_ENTRYWISE = {"exp", "log", "sin", "cos", "tan", "tanh", "sigmoid", "relu", "abs", "floor", "ceil"}
MAX_DEFINITIONS = 12  # nested in each other


class Shaped(Struct, frozen=True):
    """A tree whose products are settled, and its shape."""

    tree: Tree
    shape: Shape


class Shapes:
    """Settles the trees of one response."""

    def __init__(self, formula: Formula, definitions: Mapping[str, Tree]) -> None:
        self.formula = formula
        self.definitions = definitions
        self.settled: dict[str, Shaped] = {}
        self._under_way: list[str] = []
        self._each_of = 0  # how many families are being gone through

    def settle(self, tree: Tree) -> Shaped:
        """The tree with its products read, and its shape; raises Unread where shapes don't fit."""
        match tree:
            case Num():
                return Shaped(tree, ())
            case Ref():
                return Shaped(tree, self._ref(tree))
            case Own():
                return Shaped(tree, self._definition(tree.name, tree.span).shape)
            case Minus(of=of) | Transposed(of=of):
                inner = self.settle(of)
                shape = inner.shape[::-1] if isinstance(tree, Transposed) else inner.shape
                return Shaped(structs.replace(tree, of=inner.tree), shape)
            case Sum():
                return self._sum(tree)
            case Product():
                return self._product(tree)
            case Quotient():
                return self._quotient(tree)
            case Power():
                return self._power(tree)
            case Apply():
                return self._apply(tree)
            case Joined():
                return self._joined(tree)
            case Each():
                return self._each(tree)

    # ------------------------------------------------------------------------- names

    def _ref(self, ref: Ref) -> Shape:
        name = self.formula.names[ref.name]
        if ref.name in self.definitions and name.quantity and ref.name not in self._under_way:
            return self._definition(ref.name, ref.span).shape
        if name.family and ref.index in ("", "i") and not (self._under_way or self._each_of):
            raise Unread(
                "shape", ref.span[1], f"{ref.name} has one for each head: write its index."
            )
        return tuple(self.side(side) for side in name.shape or ())

    def _definition(self, name: str, span: Span) -> Shaped:
        if name in self._under_way or len(self._under_way) > MAX_DEFINITIONS:
            raise Unread("shape", span[1], f"{name} is defined by itself.")
        if name not in self.settled:
            self._under_way.append(name)
            self.settled[name] = self.settle(self.definitions[name])
            self._under_way.pop()
        return self.settled[name]

    def settled_definition(self, name: str) -> Shaped:
        """A definition with its products read; inside it, i may stand for any member."""
        return self._definition(name, (0, 0))

    def settle_member(self, tree: Tree) -> Shaped:
        """The definition of a family's general member, which no other tree uses."""
        self._each_of += 1
        settled = self.settle(tree)
        self._each_of -= 1
        return settled

    def side(self, size: str) -> Side:
        """A size as the sizes it is made of: d is h and d_k."""
        if size in self.formula.products:
            return tuple(sorted(s for part in self.formula.products[size] for s in self.side(part)))
        return (size,)

    def written(self, shape: Shape) -> str:
        """`n × d_v`; "a number" for a scalar."""
        if not shape:
            return "a number"
        return " × ".join(self._side_written(side) for side in shape)

    def _side_written(self, side: Side) -> str:
        for name in (*self.formula.products, *self.formula.sizes):
            if self.side(name) == side:
                return name
        return "·".join(side)

    # -------------------------------------------------------------------- operations

    def _sum(self, tree: Sum) -> Shaped:
        left, right = self.settle(tree.left), self.settle(tree.right)
        if left.shape != right.shape:
            word = "added" if tree.sign == "+" else "subtracted"
            self._misfit(tree.right, left, right, f"can't be {word}")
        return Shaped(structs.replace(tree, left=left.tree, right=right.tree), left.shape)

    def _product(self, tree: Product) -> Shaped:
        left, right = self.settle(tree.left), self.settle(tree.right)
        made = structs.replace(tree, left=left.tree, right=right.tree)
        if not left.shape or not right.shape:
            return Shaped(structs.replace(made, read="scale"), left.shape or right.shape)
        if tree.sign != "⊙" and left.shape[1] == right.shape[0]:
            return Shaped(structs.replace(made, read="matrix"), (left.shape[0], right.shape[1]))
        if tree.sign in ("⊙", "*") and left.shape == right.shape:
            return Shaped(structs.replace(made, read="entries"), left.shape)
        self._misfit(tree.right, left, right, "can't be multiplied")
        raise AssertionError

    def _quotient(self, tree: Quotient) -> Shaped:
        left, right = self.settle(tree.left), self.settle(tree.right)
        made = structs.replace(tree, left=left.tree, right=right.tree)
        if not right.shape or (not left.shape and _is_square(right.shape)):
            return Shaped(made, left.shape or right.shape)
        self._misfit(tree.right, left, right, "can't be divided")
        raise AssertionError

    def _power(self, tree: Power) -> Shaped:
        base, exponent = self.settle(tree.base), self.settle(tree.exponent)
        if exponent.shape:
            raise Unread("shape", tree.exponent.span[1], f"{show(tree.exponent)} is no exponent.")
        if base.shape and not _is_square(base.shape):
            what = f"{show(tree.base)} is {self.written(base.shape)}"
            raise Unread("shape", tree.span[1], f"{what}; only a square matrix has powers.")
        return Shaped(structs.replace(tree, base=base.tree, exponent=exponent.tree), base.shape)

    def _misfit(self, at: Tree, left: Shaped, right: Shaped, what: str) -> None:
        pair = (
            f"{show(left.tree)} is {self.written(left.shape)} and {show(right.tree)} is"
            f" {self.written(right.shape)}, which {what}."
        )
        raise Unread("shape", at.span[1], pair)

    # --------------------------------------------------------------------- functions

    def _apply(self, tree: Apply) -> Shaped:
        inner = [self.settle(argument) for argument in tree.arguments]
        made = structs.replace(tree, arguments=tuple(item.tree for item in inner))
        shape = inner[0].shape
        if tree.function == "attention":
            return Shaped(made, self._attention(tree, inner))
        if tree.function in ("softmax", "rowsum", "degree", "diag") and not shape:
            raise Unread(
                "shape", tree.span[1], f"{show(tree.arguments[0])} is a number, not a matrix."
            )
        if tree.function in ("inverse", "degree", "diag") and shape and not _is_square(shape):
            what = f"{show(tree.arguments[0])} is {self.written(shape)}, not square."
            raise Unread("shape", tree.span[1], what)
        if tree.function == "rowsum":
            return Shaped(made, (shape[0], shape[0]))
        return Shaped(made, shape)

    def _attention(self, tree: Apply, inner: list[Shaped]) -> Shape:
        q, k, v = (item.shape for item in inner)
        if not q or not k or not v:
            raise Unread("shape", tree.span[1], "Attention takes three matrices.")
        if q[1] != k[1]:
            self._misfit(tree.arguments[1], inner[0], inner[1], "can't be compared row by row")
        if k[0] != v[0]:
            self._misfit(tree.arguments[2], inner[1], inner[2], "don't have the same rows")
        return q[0], v[1]

    def _joined(self, tree: Joined) -> Shaped:
        items = [self.settle(item) for item in tree.items]
        made = structs.replace(tree, items=tuple(item.tree for item in items))
        if any(not item.shape or item.shape[0] != items[0].shape[0] for item in items):
            raise Unread("shape", tree.span[1], "Only matrices with the same rows can be joined.")
        if len(items) == 1:
            return Shaped(made, items[0].shape)
        if len({item.shape for item in items}) == 1:  # as many as there are heads, or not: a guess
            return Shaped(made, (items[0].shape[0], _times(str(len(items)), items[0].shape[1])))
        return Shaped(made, (items[0].shape[0], tuple(s for i in items for s in i.shape[1])))

    def _each(self, tree: Each) -> Shaped:
        self._each_of += 1
        inner = self.settle(tree.of)
        self._each_of -= 1
        if not inner.shape:
            raise Unread("shape", tree.span[1], "Only matrices can be joined.")
        size = self._family()
        rows, columns = inner.shape
        return Shaped(structs.replace(tree, of=inner.tree), (rows, _times(size, columns)))

    def _family(self) -> str:
        """The size that counts the members of the families."""
        return next((name.family for name in self.formula.names.values() if name.family), "")


def _times(size: str, side: Side) -> Side:
    return tuple(sorted((size, *side)))


def _is_square(shape: Shape) -> bool:
    return len(shape) == 2 and shape[0] == shape[1]
