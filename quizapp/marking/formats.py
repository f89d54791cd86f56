"""The sentences for responses that can't be read: what was typed, what is asked, an example."""

from __future__ import annotations

import re

from quizapp.marking.numbers import quote
from quizapp.marking.tokens import Unread

EXAMPLES = {
    "whole number": "Write it like 1216, 1,216 or (25*3+1)*16.",
    "number": "Write it like 0.7311, 3/4 or 7.311e-1.",
    "shape": "Write it like 32x32x16.",
}


class FormatError(Exception):
    """A response that can't be read as what is asked; the sentence is shown as it is."""


def unread(
    kind: str, text: str, trouble: Unread | None = None, body: str | None = None
) -> FormatError:
    """The sentence for a number or shape that can't be read."""
    if trouble is None:
        return FormatError(f"Not read as a {kind}: {quote(text)}. {EXAMPLES[kind]}")
    typed = quote(text if body is None else body)
    match trouble.trouble:
        case "large":
            return FormatError(f"{typed} is too large to compute. Write a smaller expression.")
        case "long":
            return FormatError(f"{typed} is too long to compute. Write a smaller expression.")
        case "undefined":
            return FormatError(f"{typed} has no value: a division by 0, or a root of less than 0.")
        case "infinite":
            return FormatError(f"{typed} can't be an answer here. Write a number like 7.311e-1.")
        case "open":
            return FormatError(
                f"{caret(body or text, trouble.position)} One bracket is still open."
            )
        case "comma" if kind == "number":
            return FormatError(f"Not read as a {kind}: {typed}. Use a point: {_pointed(typed)}.")
    hint = trouble.hint or EXAMPLES[kind]
    return FormatError(f"Not read as a {kind}: {quote(text)}. {hint}")


def _pointed(text: str) -> str:
    return re.sub(r"(?<=\d),(?=\d)", ".", text)


def caret(text: str, position: int) -> str:
    """`Not read from here: softmax(Q @ K.T‸.`: the text up to and a little after the caret."""
    before, after = text[:position], text[position : position + 12]
    before = before if len(before) <= 48 else "…" + before[-47:]
    line = "".join(c if c.isprintable() else " " for c in f"{before}‸{after}")
    return f"Not read from here: {line.strip()}."


def too_long(text: str) -> FormatError:
    """For a paste that no answer needs."""
    return FormatError(
        f"{quote(text, 20)} has {len(text):,} characters; an answer needs far fewer."
        " Write the answer alone."
    )
