"""Cuts a formula as people type it into tokens: plain, Python, Unicode or LaTeX.

LaTeX is overwritten by plain signs of the same length first, so every token still knows where
it stands in what was typed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from msgspec import Struct

from quizapp.marking.tokens import Unread

MAX_LENGTH = 1500

Kind = Literal["number", "word", "sign", "raised", "lowered", "dots", "line", "frac", "end"]


class Token(Struct, frozen=True):
    """One piece of a formula and where it stands."""

    kind: Kind
    text: str
    start: int
    end: int
    spaced: bool = False  # a blank stands before it


_WRAPPERS = "text|mathrm|operatorname|mathbf|mathit|mathbb|mathcal|mathsf|textbf|boldsymbol|bm"
_WRAPPED = re.compile(rf"(\\(?:{_WRAPPERS})\*?\s*\{{)([^{{}}]*)(\}})")
_HATS = re.compile(r"\\?\b(?:wide)?(hat|tilde|bar)\s*(?:\{\s*(\w)\s*\}|\(\s*(\w)\s*\))")
_HATS_BARE = re.compile(r"\\(?:wide)?(hat|tilde|bar)\s+(\w)")
_MARKS = {"hat": "\u0302", "tilde": "\u0303", "bar": "\u0304"}
_COMMANDS = {
    **dict.fromkeys(("cdot", "times", "ast"), "*"),
    **dict.fromkeys(("odot", "circ"), "⊙"),
    **dict.fromkeys(("top", "intercal", "mathsf{T}"), "T"),
    **dict.fromkeys(("ldots", "dots", "cdots"), "…"),
    **dict.fromkeys(("Vert", "parallel", "oplus", "lVert", "rVert"), "‖"),
    **dict.fromkeys(("left", "right", "big", "Big", "bigl", "bigr", "displaystyle", "quad"), ""),
    **dict.fromkeys(("qquad", "limits", "nolimits", "middle"), ""),
    "sqrt": "√",
    "sigma": "σ",
    "sum": "Σ",
    "pi": "π",
    "Theta": "Θ",
}
_COMMAND = re.compile(r"\\([A-Za-z]+)")
_BLANK = re.compile(r"\\[,;:! ]|\\(?:begin|end)\s*\{[^{}]*\}|[$&]|\\[(\[\])]")
_PREFIX = re.compile(
    r"\b(?:np|numpy|torch|nn|math|tf|jnp|F)\.(?:linalg\.|nn\.|functional\.)*(?=[a-z]{2})"
)

_LOW = "₀₁₂₃₄₅₆₇₈₉ₐₑₒₓₕₖₗₘₙₚₛₜᵢⱼᵣᵤᵥ₊₋"
_LOW_PLAIN = "0123456789aeoxhklmnpstijruv+-"
_HIGH = "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻½ᐟ⁄ᵀᴷⱽᴼꟴᵏᵛᵒᵗⁱʰⁿᵈˡ⁽⁾"
_HIGH_PLAIN = "0123456789+-h//TKVOQkvotihndl()"
LOWERED = str.maketrans(_LOW, _LOW_PLAIN)
RAISED = {ord(high): plain for high, plain in zip(_HIGH, _HIGH_PLAIN, strict=True)} | {
    ord("½"): "1/2"
}

_PATTERNS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    ("dots", re.compile(r"\.\.\.?|…|⋯|⋱")),
    (
        "number",
        re.compile(r"[1-9]\d{0,2}(?:,\d{3})+(?!\d)|(?:\d+(?:\.(?!\.)\d*)?|\.\d+)(?:[eE][+-]?\d+)?"),
    ),
    ("lowered", re.compile(f"[{_LOW}]+")),
    ("raised", re.compile(f"[{_HIGH.replace('½', '')}]+½?|(?<=[^\\s(+*/=^-])½")),
    ("number", re.compile("½")),
    (
        "word",
        re.compile(rf"(?:(?![{_LOW}{_HIGH}])[^\W\d_][\u0300-\u036f\u20d6\u20d7]*)+[0-9]*|Σ|∑"),
    ),
    ("sign", re.compile(r"\*\*|\|\||:=|[-+*/^_@(){}\[\],;=.'|‖∥⊙⊕∘√~:]")),
)
_SAME = {
    "**": "^", "||": "‖", "|": "‖", "∥": "‖", "⊕": "‖", "∘": "⊙", ":=": "=", "×": "*",
    "·": "*", "⋅": "*", "∙": "*", "−": "-", "–": "-", "÷": "/", "′": "'", "’": "'", "⊤": "T",
    "⟨": "(", "⟩": ")", "≈": "=",
}  # fmt: skip
_ONE_SIGN = {ord(a): b for a, b in _SAME.items() if len(a) == 1 and a not in "|∥⊕∘"}


def tokens(text: str) -> list[Token]:
    """The tokens of a formula, with an end token; raises Unread."""
    if len(text) > MAX_LENGTH:
        raise Unread("long", 0)
    plain = without_latex(text)
    found = list(_cut(plain))
    place = len(text.rstrip())
    return [*found, Token("end", "", place, place)]


def without_latex(text: str) -> str:
    """The same formula in plain signs, every sign where it stood."""
    text = text.replace("\\\\", "\n ").replace("\r", "\n").replace("\\|", "‖ ")
    for _ in range(3):
        text = _WRAPPED.sub(lambda m: " " * len(m[1]) + m[2] + " ", text)
    text = _HATS.sub(lambda m: _padded((m[2] or m[3]) + _MARKS[m[1]], m[0]), text)
    text = _HATS_BARE.sub(lambda m: _padded(m[2] + _MARKS[m[1]], m[0]), text)
    text = _COMMAND.sub(lambda m: _command(m[1], m[0]), text)
    text = _BLANK.sub(lambda m: " " * len(m[0]), text)
    text = _PREFIX.sub(lambda m: " " * len(m[0]), text)
    return text.translate(_ONE_SIGN)


def _command(name: str, whole: str) -> str:
    if name in ("frac", "tfrac", "dfrac"):
        return whole
    return _padded(_COMMANDS.get(name, name), whole, left=name not in _COMMANDS)


def _padded(text: str, whole: str, *, left: bool = False) -> str:
    return text.rjust(len(whole)) if left else text.ljust(len(whole))


def _cut(text: str) -> Iterator[Token]:
    position, depth, spaced = 0, 0, False
    while position < len(text):
        if text[position].isspace():
            if text[position] == "\n" and depth <= 0:
                yield Token("line", "\n", position, position + 1)
            position, spaced = position + 1, True
            continue
        token = _next(text, position, spaced)
        depth += (token.text in ("(", "[", "{")) - (token.text in (")", "]", "}"))
        yield token
        position, spaced = token.end, False


def _next(text: str, start: int, spaced: bool) -> Token:
    if found := re.compile(r"\\[tdT]?frac").match(text, start):
        return Token("frac", found[0], start, found.end(), spaced)
    for kind, pattern in _PATTERNS:
        if found := pattern.match(text, start):
            return Token(kind, _SAME.get(found[0], found[0]), start, found.end(), spaced)
    raise Unread("syntax", start)
