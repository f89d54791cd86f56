"""Cuts arithmetic as people type it into tokens: the many ways to write one number.

`1,216`, `1 216`, `1'216`, `7.311e-1`, `½`, `2³`, `×`, `·`, `−`, `√`, `π` are all understood. A
decimal comma is not guessed at: it raises, so that the learner is told.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from typing import Literal

from msgspec import Struct

MAX_LENGTH = 400  # characters of one expression: far more than any answer needs
MAX_EXPONENT = 330  # of ten: as far as floats go

Trouble = Literal[
    "syntax", "open", "comma", "name", "large", "long", "undefined", "infinite", "shape"
]


class Unread(Exception):
    """A text that can't be read: what is the trouble, where, and a sentence about it."""

    def __init__(self, trouble: Trouble, position: int, hint: str = "") -> None:
        self.trouble: Trouble = trouble
        self.position = position
        self.hint = hint
        super().__init__(hint or trouble)


class Token(Struct, frozen=True):
    """One piece of an expression; ``value`` where it is a number."""

    kind: Literal["number", "name", "sign", "power"]
    text: str
    start: int
    end: int
    value: Fraction = Fraction(0)


SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", "0123456789+-")
_FRACTIONS = {
    "½": Fraction(1, 2),
    "¼": Fraction(1, 4),
    "¾": Fraction(3, 4),
    "⅓": Fraction(1, 3),
    "⅔": Fraction(2, 3),
    "⅕": Fraction(1, 5),
    "⅛": Fraction(1, 8),
}
_SAME_SIGN = str.maketrans("×·∙⋅⨯∗−–÷[]{}", "******--/()()")
_GROUPED = re.compile(
    r"[1-9]\d{0,2}(?:,\d{3})+(?![\d,])(?:\.\d+)?"
    r"|[1-9]\d{0,2}(?:(?P<gap>[ '’_\u00a0\u2009\u202f])\d{3})(?:(?P=gap)\d{3})*(?!\d)(?:\.\d+)?"
)
_PLAIN = re.compile(r"(?:\d+\.?\d*|\.\d+)(?:[eE][+\-−–]?\d+)?")
_MIXED = re.compile(r"(\d*)([½¼¾⅓⅔⅕⅛])")
_COMMA = re.compile(r"\d+,\d+")
_SUPERSCRIPT = re.compile(r"[⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+")
_NAME = re.compile(r"log10|log2|[^\W\d_⁰¹²³⁴⁵⁶⁷⁸⁹½¼¾⅓⅔⅕⅛]+|∞")
_TIMES = re.compile(r"(?<=[\d)])\s*([xX])\s*(?=[\d(√])")


def tokens(text: str) -> list[Token]:
    """The tokens of one expression; raises Unread."""
    if len(text) > MAX_LENGTH:
        raise Unread("long", 0)
    # An x between two numbers is a multiplication sign; the length, so every position, stays.
    spaced = _TIMES.sub(lambda found: found[0].replace(found[1], "*"), text)
    return list(_cut(spaced))


def _cut(text: str) -> Iterator[Token]:
    calls: list[bool] = []  # for each open bracket, whether it is a function's
    position, before = 0, ""
    while position < len(text):
        if text[position].isspace():
            position += 1
            continue
        token = _next(text, position, in_call=bool(calls) and calls[-1])
        if token.text == "(":
            calls.append(before == "name")
        elif token.text == ")" and calls:
            calls.pop()
        yield token
        position, before = token.end, token.kind


def _next(text: str, start: int, *, in_call: bool) -> Token:
    number = _number(text, start, in_call=in_call)
    if number is not None:
        return number
    if found := _SUPERSCRIPT.match(text, start):
        value = Fraction(found[0].translate(SUPERSCRIPTS))
        return Token("power", found[0], start, found.end(), value)
    if found := _NAME.match(text, start):
        return Token("name", found[0], start, found.end())
    if text.startswith("**", start):
        return Token("sign", "^", start, start + 2)
    sign = text[start].translate(_SAME_SIGN)
    if sign not in "+-*/^(),;%√":
        raise Unread("syntax", start)
    return Token("sign", sign, start, start + 1)


def _number(text: str, start: int, *, in_call: bool) -> Token | None:
    if found := _MIXED.match(text, start):
        value = Fraction(int(found[1] or 0)) + _FRACTIONS[found[2]]
        return Token("number", found[0], start, found.end(), value)
    found = _GROUPED.match(text, start)
    if found and not (in_call and "," in found[0]):
        digits = re.sub(r"[^\d.]", "", found[0])
        return Token("number", found[0], start, found.end(), Fraction(digits))
    if not in_call and _COMMA.match(text, start):
        raise Unread("comma", start)
    if found := _PLAIN.match(text, start):
        return Token("number", found[0], start, found.end(), _plain(found[0], start))
    return None


def _plain(text: str, start: int) -> Fraction:
    mantissa, _, exponent = text.replace("−", "-").replace("–", "-").lower().partition("e")
    if len(exponent) > 4 or abs(int(exponent or 0)) > MAX_EXPONENT:
        raise Unread("large", start)
    return Fraction(mantissa.rstrip(".") or "0") * Fraction(10) ** int(exponent or 0)
