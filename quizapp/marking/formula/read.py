"""Reads one side of a formula into a whitelisted tree.

Precedence, from loose to tight: ‖ joins; + -; products and quotients from left to right, side by
side counting as a product; signs; powers, transposes and indices.
"""

from __future__ import annotations

from fractions import Fraction

from quizapp.marking.formula.cursor import OPEN, Cursor
from quizapp.marking.formula.tokens import RAISED, Token
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
    general,
    nodes,
)
from quizapp.marking.tokens import Unread

MAX_DEPTH = 40
MAX_NUMBER = 10**12

_TURNED = {"T", "t", "mT", "transpose"}


class Reader(Cursor):
    """Recursive descent over the tokens of one side of one statement."""

    def whole(self) -> Tree:
        """The tree of all tokens; raises Unread."""
        tree = self.joined()
        if self.peek().kind != "end":
            self.fail()
        return tree

    # ----------------------------------------------------------------------- grammar

    def joined(self) -> Tree:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise Unread("long", self.peek().start)
        start = self.peek().start
        items = self._items(("‖",))
        self.depth -= 1
        alone = items[0] if len(items) == 1 else None
        return self._join(items, start) if alone is None else alone

    def _items(self, separators: tuple[str, ...]) -> list[Tree | None]:
        """Trees between separators; None stands for the dots in `head_1, …, head_h`."""
        items: list[Tree | None] = [self.sum()]
        while True:
            if self.peek().kind == "dots":
                self.place += 1
                items.append(None)
                self.take(*separators)
                items.append(self._last_of_range() or self.sum())
            elif self.take(*separators):
                if self.peek().kind == "dots":
                    continue
                items.append(self.sum())
            else:
                return items

    def _last_of_range(self) -> Tree | None:
        """The h of `head_1..h`, which is no factor but an index."""
        token = self.peek()
        if token.text in (self._family_sizes() | {"n", "H"}) or token.kind == "number":
            self.place += 1
            return Num(Fraction(0), (token.start, token.end))
        return None

    def _family_sizes(self) -> set[str]:
        return {name.family for name in self.names.formula.names.values() if name.family}

    def _join(self, items: list[Tree | None], start: int) -> Tree:
        span = self.span(start)
        kept = [item for item in items if item is not None]
        if None in items:
            return Each(general(kept[0]), span)
        if len(kept) == 1 and self._is_family(kept[0]):
            return Each(general(kept[0]), span)
        return Joined(tuple(kept), span)

    def _is_family(self, tree: Tree) -> bool:
        """Whether a tree stands for every member of a family, or the general one."""
        known = self.names.formula.names
        return any(
            isinstance(node, Ref | Own)
            and (
                node.index == "i"
                if isinstance(node, Own)
                else _all_of(node, known[node.name].family)
            )
            for node in nodes(tree)
        )

    def sum(self) -> Tree:
        start = self.peek().start
        tree = self._product()
        while sign := self.take("+", "-"):
            self.count()
            right = self._product()
            tree = Sum("+" if sign == "+" else "-", tree, right, self.span(start))
        return tree

    def _product(self) -> Tree:
        start = self.peek().start
        tree = self._signed()
        while True:
            sign = self.take("*", "/", "@", "⊙", ".")
            if not sign and not self._begins_factor(after=tree):
                return tree
            self.count()
            right = self._signed() if sign else self._postfix()
            span = self.span(start)
            tree = (
                Quotient(tree, right, span) if sign == "/" else Product(tree, right, sign, "", span)
            )

    def _begins_factor(self, *, after: Tree) -> bool:
        token = self.peek()
        if token.kind == "number":
            return token.spaced and not isinstance(after, Num)
        return token.kind in ("word", "frac") or token.text in ("(", "[", "{", "√")

    def _signed(self) -> Tree:
        start = self.peek().start
        if self.take("-"):
            self.count()
            return Minus(self._signed(), self.span(start))
        return self._signed() if self.take("+") else self._postfix()

    def _postfix(self) -> Tree:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise Unread("long", self.peek().start)
        start = self.peek().start
        tree = self._atom()
        while (after := self._one_postfix(tree, start)) is not None:
            self.count()
            tree = after
        self.depth -= 1
        return tree

    def _one_postfix(self, tree: Tree, start: int) -> Tree | None:
        token = self.peek()
        if token.kind == "raised":
            self.place += 1
            return self._raised(tree, token, start)
        if self.take("'"):
            return Transposed(tree, self.span(start))
        if token.text == "." and self._is_method(self.peek(1)):
            return self._method(tree, start)
        if self.take("^"):
            return self._exponent(tree, start)
        return None

    def _raised(self, tree: Tree, token: Token, start: int) -> Tree:
        plain = token.text.translate(RAISED).replace("//", "/")
        if plain in _TURNED:
            return Transposed(tree, self.span(start))
        above, _, below = plain.partition("/")
        try:
            value = Fraction(int(above or "1"), int(below or "1"))
        except (ValueError, ZeroDivisionError):
            raise Unread("syntax", token.start) from None
        return Power(tree, Num(value, (token.start, token.end)), self.span(start))

    def _is_method(self, word: Token) -> bool:
        """Whether the word after a point is Python's, as in K.T; in Q.K it is a product."""
        return word.text in _TURNED or self.names.function(word.text) == "matmul"

    def _method(self, tree: Tree, start: int) -> Tree:
        """Python: `K.T`, `K.transpose(-2, -1)`, `Q.dot(x)`."""
        self.place += 1
        word = self.peek()
        self.place += 1
        if word.text in _TURNED:
            if self.take("("):
                while self.peek().kind != "end" and not self.take(")"):
                    self.place += 1
            return Transposed(tree, self.span(start))
        if self.names.function(word.text) == "matmul" and self.take("("):
            right = self.joined()
            self._close(")")
            return Product(tree, right, "@", "", self.span(start))
        raise Unread("syntax", word.start)

    def _exponent(self, tree: Tree, start: int) -> Tree:
        token = self.peek()
        if token.kind == "word" and token.text in _TURNED and not self._own_letter(token.text):
            self.place += 1
            return Transposed(tree, self.span(start))
        if token.kind == "word" and token.text[0] == "T" and self.names.split(token.text[1:]):
            self.replace(["T", token.text[1:]])
            return self._exponent(tree, start)
        if token.text in OPEN and self._bracketed_turn():
            return Transposed(tree, self.span(start))
        return Power(tree, self._half() or self._signed(), self.span(start))

    def _own_letter(self, text: str) -> bool:
        return text != "T" and self.names.find(text, fold=False) is not None

    def _bracketed_turn(self) -> bool:
        inside, closing = self.peek(1), self.peek(2)
        if inside.text in _TURNED and closing.text == OPEN[self.peek().text]:
            self.place += 3
            return True
        return False

    def _half(self) -> Tree | None:
        """`^-1/2` without brackets: everybody who writes it means the inverse root."""
        start = self.peek().start
        ahead = 1 if self.peek().text == "-" else 0
        one, bar, two = self.peek(ahead), self.peek(ahead + 1), self.peek(ahead + 2)
        if (one.text, bar.text, two.text) != ("1", "/", "2") or two.spaced:
            return None
        self.place += ahead + 3
        return Num(Fraction(-1 if ahead else 1, 2), self.span(start))

    # ------------------------------------------------------------------------- atoms

    def _atom(self) -> Tree:
        token = self.peek()
        self.count()
        if token.kind == "number":
            return self._number(token)
        if token.kind == "word":
            return self._word(token)
        if token.kind == "frac":
            return self._fraction(token)
        if token.text == "√":
            self.place += 1
            inside = self._rooted()
            return Apply("sqrt", (inside,), span=self.span(token.start))
        if token.text in OPEN:
            return self._bracket(token)
        if token.kind == "end":
            raise Unread("syntax", token.start, "Something is missing here.")
        raise Unread("syntax", token.start)

    def _rooted(self) -> Tree:
        """What stands under a √ without a bar: one number, name or bracket, with its indices."""
        return self._atom()

    def _number(self, token: Token) -> Tree:
        self.place += 1
        if token.text == "½":
            return Num(Fraction(1, 2), (token.start, token.end))
        plain = token.text.replace(",", "")
        if "e" in plain.lower() and int(plain.lower().partition("e")[2]) > 12:
            raise Unread("large", token.start)
        value = Fraction(plain.rstrip(".")) if len(plain) <= 20 else Fraction(MAX_NUMBER + 1)
        if value > MAX_NUMBER:
            raise Unread("large", token.start)
        return Num(value, (token.start, token.end))

    def _fraction(self, token: Token) -> Tree:
        self.place += 1
        above = self._group()
        below = self._group()
        return Quotient(above, below, self.span(token.start))

    def _group(self) -> Tree:
        if not self.take("{"):
            self.fail("Write \\frac{above}{below}.")
        tree = self.joined()
        self._close("}")
        return tree

    def _bracket(self, token: Token) -> Tree:
        self.place += 1
        if token.text == "[" and "concat" in self.names.functions.values():
            items = self._items((";", ",", "‖"))
            self._close("]")
            kept = [item for item in items if item is not None]
            return (
                kept[0]
                if len(items) == 1 and not self._is_family(kept[0])
                else self._join(items, token.start)
            )
        tree = self.joined()
        self._close(OPEN[token.text])
        return tree

    def _close(self, bracket: str) -> None:
        if self.take(bracket):
            return
        if self.peek().kind == "end":
            raise Unread("open", self.peek().start)
        self.fail()

    # ------------------------------------------------------------------------- words

    def _word(self, token: Token) -> Tree:
        function = self.names.function(token.text)
        if function and self._opens_after_scripts():
            return self._call(token, function)
        scripts = self.scripts()
        for count in range(len(scripts), -1, -1):
            ending = "".join(text for text, _ in scripts[:count])
            found = self.names.find(token.text + ending)
            if found is not None:
                self.place += 1 + sum(length for _, length in scripts[:count])
                return self._named(found, token)
        if self.cut_run(token, scripts):
            return self._word(self.peek())
        if function:
            raise Unread("syntax", token.end, f"Write {token.text} with brackets: {token.text}(…).")
        written = token.text + "".join("_" + text for text, _ in scripts[:1])
        raise Unread("name", token.start, written)

    def _named(self, found: Ref | Own, token: Token) -> Tree:
        span = self.span(token.start)
        if isinstance(found, Own):
            return Own(found.name, found.index, span)
        return Ref(found.name, found.index, span)

    # ------------------------------------------------------------------------- calls

    def _opens_after_scripts(self) -> bool:
        ahead = 1 + sum(length for _, length in self.function_scripts())
        token = self.peek(ahead)
        joined = self.names.function(self.peek().text) == "concat" and token.kind == "word"
        return token.text in OPEN or joined

    def _call(self, token: Token, function: str) -> Tree:
        scripts = self.function_scripts()
        self.place += 1 + sum(length for _, length in scripts)
        axis = "columns" if any("col" in text or "quer" in text for text, _ in scripts) else "rows"
        opening = self.peek().text
        if opening not in OPEN:
            return self._join([self._postfix()], token.start)
        self.place += 1
        items, axis = self._arguments(function, axis)
        self._close(OPEN[opening])
        return self._applied(token, function, items, axis)

    def _applied(self, token: Token, function: str, items: list[Tree | None], axis: str) -> Tree:
        if function == "concat":
            first = items[0]
            if isinstance(first, Joined | Each) and len(items) == 1:
                return first
            return self._join(items, token.start)
        kept = tuple(item for item in items if item is not None)
        if function == "max":  # max(0, x) is the ReLU
            rest = tuple(item for item in kept if not (isinstance(item, Num) and item.value == 0))
            function, kept = "relu", rest if len(kept) == 2 else ()
        wanted = {"attention": 3, "matmul": 2}.get(function, 1)
        if len(kept) != wanted:
            raise Unread("syntax", token.end, f"{token.text} takes {wanted}, not {len(kept)}.")
        span = self.span(token.start)
        if function == "matmul":
            return Product(kept[0], kept[1], "@", "", span)
        if function == "transpose":
            return Transposed(kept[0], span)
        return Apply(function, kept, axis, span)

    def _arguments(self, function: str, axis: str) -> tuple[list[Tree | None], str]:
        if function == "concat":
            return self._items((",", ";", "‖")), axis
        items: list[Tree | None] = [self.joined()]
        while self.take(",", ";"):
            if self.peek().kind == "word" and self.peek(1).text == "=":
                axis = self._axis(axis)
            elif function in ("transpose", "softmax") and self._is_number_argument():
                axis = self._axis_number()
            else:
                items.append(self.joined())
        return items, axis

    def _is_number_argument(self) -> bool:
        ahead = 1 if self.peek().text == "-" else 0
        return self.peek(ahead).kind == "number" and self.peek(ahead + 1).text in (",", ")")

    def _axis(self, axis: str) -> str:
        name = self.peek()
        self.place += 2
        if name.text in ("dim", "axis"):
            return self._axis_number()
        self.place += 1  # keepdims=True and the like change no value
        return axis

    def _axis_number(self) -> str:
        minus = bool(self.take("-"))
        token = self.peek()
        self.place += 1
        if token.kind != "number":
            raise Unread("syntax", token.start, "Write the axis as a number: dim=-1.")
        return "columns" if (minus, token.text) in ((False, "0"), (True, "2")) else "rows"


def _all_of(ref: Ref, family: str) -> bool:
    return bool(family) and ref.index in ("i", "")
