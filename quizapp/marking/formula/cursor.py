"""A place among the tokens of a formula, and what hangs on the word there.

Scripts belong to a name (`W_i^Q`), are a power (`D^-1/2`) or a transpose (`K^T`); runs of names
(`QK`) are cut. Which it is depends on the names of the question, so it is settled here.
"""

from __future__ import annotations

from typing import NoReturn

from quizapp.marking.formula.names import Names
from quizapp.marking.formula.tokens import LOWERED, RAISED, Token
from quizapp.marking.formula.tree import Span
from quizapp.marking.tokens import Unread

MAX_NODES = 200
MAX_SCRIPTS = 4  # of one name
OPEN = {"(": ")", "[": "]", "{": "}"}

_LETTERS = ("word", "number", "lowered")

Script = tuple[str, int]  # its letters, and how many tokens it takes


class Cursor:
    """Goes through the tokens of one side of one statement."""

    def __init__(self, tokens: list[Token], names: Names) -> None:
        self.tokens = tokens
        self.names = names
        self.place = 0
        self.depth = 0
        self.nodes = 0

    def peek(self, ahead: int = 0) -> Token:
        return self.tokens[min(self.place + ahead, len(self.tokens) - 1)]

    def take(self, *texts: str) -> str:
        token = self.peek()
        if token.kind not in ("sign", "dots") or token.text not in texts:
            return ""
        self.place += 1
        return token.text

    def fail(self, hint: str = "") -> NoReturn:
        token = self.peek()
        raise Unread("syntax", token.start, hint)

    def span(self, start: int) -> Span:
        return start, self.tokens[self.place - 1].end

    def count(self) -> None:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise Unread("long", self.peek().start)

    # ----------------------------------------------------------------------- scripts

    def scripts(self) -> list[Script]:
        """Scripts after the current word: their letters, and how many tokens they take."""
        found: list[Script] = []
        ahead = 1
        while True:
            text, length = self._script(ahead)
            if not length or len(found) == MAX_SCRIPTS:
                return found
            found.append((text, length))
            ahead += length

    def _script(self, ahead: int) -> tuple[str, int]:
        token, inner = self.peek(ahead), self.peek(ahead + 1)
        if token.kind == "lowered":
            return token.text.translate(LOWERED), 1
        if token.kind == "raised":
            return token.text.translate(RAISED), 1
        if token.text == "~" or (token.text == "^" and self._is_hat(inner)):
            return token.text, 1
        if token.text not in ("_", "^"):
            return "", 0
        if inner.kind in ("word", "number"):
            return inner.text, 2
        if inner.text not in ("{", "("):
            return "", 0
        nested = inner.text == "{" and self.peek(ahead + 2).text == "("  # W^{(i)}
        letters, length = self._letters(ahead + 2 + nested)
        length += 2 + nested
        closing = [self.peek(ahead + length + k).text for k in range(1 + nested)]
        if not letters or closing != ([")", "}"] if nested else [OPEN[inner.text]]):
            return "", 0
        return letters, length + 1 + nested

    def _letters(self, ahead: int) -> Script:
        letters, length = "", 0
        while (part := self.peek(ahead + length)).kind in _LETTERS or part.text == ",":
            letters += part.text.translate(LOWERED) if part.text != "," else ""
            length += 1
        return letters, length

    def _is_hat(self, after: Token) -> bool:
        """Whether ^ is the hat of `A^ X`, not a power."""
        known = self.names.find(self.peek().text + "^", fold=False) is not None
        return known and (
            after.spaced or after.text in ("^", ")", "*", "@", "=") or after.kind == "end"
        )

    def function_scripts(self) -> list[tuple[str, int]]:
        """Scripts of a function: softmax_row, Concat_{i=1}^{h}; also with signs inside."""
        found, ahead = [], 1
        while self.peek(ahead).text in ("_", "^") or self.peek(ahead).kind in ("lowered", "raised"):
            length = self._script_length(ahead)
            text = "".join(self.peek(ahead + k).text for k in range(length))
            found.append((text, length))
            ahead += length
        return found

    def _script_length(self, ahead: int) -> int:
        if self.peek(ahead).kind in ("lowered", "raised"):
            return 1
        if self.peek(ahead + 1).text not in OPEN:
            return 2
        length, depth = 2, 1
        while depth and self.peek(ahead + length).kind != "end":
            text = self.peek(ahead + length).text
            depth += (text in OPEN) - (text in OPEN.values())
            length += 1
        return length

    # -------------------------------------------------------------------------- runs

    def cut_run(self, token: Token, scripts: list[tuple[str, int]]) -> bool:
        """Cut `QK` into Q, K, or the `kV` of `d_kV` into k, V; the tokens are replaced."""
        for count in range(len(scripts), -1, -1):
            ending = "".join(text for text, _ in scripts[:count])
            pieces = self.names.split(token.text, ending)
            if pieces is not None and len(pieces) > 1:
                self.replace(pieces)
                return True
        return self._cut_script(token)

    def _cut_script(self, token: Token) -> bool:
        inner = self.peek(2)
        if self.peek(1).text not in ("_", "^") or inner.kind != "word":
            return False
        for cut in range(len(inner.text) - 1, 0, -1):
            head, rest = inner.text[:cut], inner.text[cut:]
            known = self.names.find(token.text + head, fold=False) is not None
            if known and (self.names.split(rest) or rest == "T"):
                self.place += 2
                self.replace([head, rest])
                self.place -= 2
                return True
        return False

    def replace(self, pieces: list[str]) -> None:
        """Put several words in the place of the current one; a lone T becomes a transpose."""
        token = self.peek()
        start = token.start
        cut: list[Token] = []
        for piece in pieces:
            end = start + len(piece)
            is_turn = piece == "T" and self.names.find("T", fold=False) is None and bool(cut)
            cut.append(
                Token("sign", "'", start, end) if is_turn else Token("word", piece, start, end)
            )
            start = end
        self.tokens[self.place : self.place + 1] = cut
