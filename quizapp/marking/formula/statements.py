"""Cuts a response into statements: the formula, and the definitions and words beside it."""

from __future__ import annotations

from msgspec import Struct, structs

from quizapp.content.model import Formula
from quizapp.marking.formula.cursor import OPEN
from quizapp.marking.formula.names import Names, flat
from quizapp.marking.formula.read import Reader
from quizapp.marking.formula.tokens import LOWERED, RAISED, Token, tokens
from quizapp.marking.formula.tree import Ref, Statement
from quizapp.marking.tokens import Unread


class Sides(Struct, frozen=True):
    """One statement as tokens, before its right-hand side is read."""

    left: tuple[Token, ...]
    right: tuple[Token, ...]
    opener: str = ""  # the word before it: where, with, and
    note: str = ""  # words after it: "for even dimensions"


_BETWEEN = {"where", "with", "and", "for", "also", "then", "so", "if", "dann"}
_GOES_ON = set("+-*/=@^,⊙‖(")


def statements(text: str, formula: Formula) -> tuple[list[Statement], Names]:
    """Every statement of a text, definitions among them; raises Unread."""
    names = Names(formula)
    sides = _sides(tokens(text), names)
    names.define(_left(s.left) for s in sides if s.left and not _called(s.left))
    found = [_statement(s, names) for s in sides]
    return [statement for statement in found if statement is not None], names


def _statement(sides: Sides, names: Names) -> Statement | None:
    left = _left(sides.left)
    last = sides.right[-1].end
    reader = Reader([*sides.right, Token("end", "", last, last)], names)
    try:
        right = reader.whole()
    except Unread as trouble:
        if _is_prose(sides, left, names, trouble):
            return None
        raise
    span = (sides.right[0].start, last)
    return Statement(left + sides.note, right, _called(sides.left), span)


def _is_prose(sides: Sides, left: str, names: Names, trouble: Unread) -> bool:
    """Whether a statement that can't be read only says what a name of ours means anyway.

    `D̂ = the degree matrix of Â`, `D̂_ii = Σ_j Â_ij`, `and d_k the width of the keys`.
    """
    if not sides.left:
        return sides.opener != "" and trouble.trouble == "name"
    if _called(sides.left):
        return False
    return any(isinstance(names.find(n), Ref) for n in (left, left.removesuffix("ii")))


def _left(side: tuple[Token, ...]) -> str:
    texts = [t.text.translate(LOWERED).translate(RAISED) for t in side if t.text not in "()[]{},_"]
    return flat("".join(texts))


def _called(side: tuple[Token, ...]) -> bool:
    return any(t.text in ("(", "[", ",") for t in side)


def _sides(all_tokens: list[Token], names: Names) -> list[Sides]:
    found: list[Sides] = []
    for segment, opener in _segments(all_tokens, names):
        parts = _split(segment, {"=", ":"})
        words = [t.text.lower() for t in segment if t.kind == "word"]
        if len(parts) == 1 and opener and found:  # "where …", "for even …": words, no formula
            note = next((w for w in ("even", "odd") if w in words), "")
            if note or opener in ("where", "for", "if"):
                found[-1] = structs.replace(found[-1], note=note)
                continue
        parts = [part for part in parts if part]
        if not parts:
            continue
        left = tuple(parts[0]) if len(parts) > 1 else ()
        found.append(Sides(left, tuple(parts[1 if left else 0]), opener))
    if not found:
        raise Unread("syntax", 0, "Something is missing here.")
    return found


def _segments(all_tokens: list[Token], names: Names) -> list[tuple[list[Token], str]]:
    """The tokens between lines, `;`, `where` and the like, with the word that opens each."""
    found: list[tuple[list[Token], str]] = [([], "")]
    depth = 0
    for place, token in enumerate(all_tokens):
        depth += (token.text in OPEN) - (token.text in OPEN.values())
        if token.kind == "end":
            break
        opener = _opens_segment(all_tokens, place, names) if depth <= 0 else ""
        if opener:
            found.append(([], opener.strip()))
        elif token.kind != "line":
            found[-1][0].append(token)
    return [(_trimmed(segment), opener) for segment, opener in found if _trimmed(segment)]


def _trimmed(segment: list[Token]) -> list[Token]:
    while segment and segment[0].text.lower() in ("each", "every"):
        segment = segment[1:]
    end = len(segment)
    while end and segment[end - 1].text in (".", ",", ";"):
        end -= 1
    return segment[:end]


def _opens_segment(all_tokens: list[Token], place: int, names: Names) -> str:
    """Whether a token ends a statement: "" or the word that opens the next (" " for none)."""
    token, after = all_tokens[place], all_tokens[place + 1]
    before = all_tokens[place - 1].text if place else "+"
    if token.kind == "word" and token.text.lower() in _BETWEEN:
        return "" if names.find(token.text, fold=False) else token.text.lower()
    if token.kind == "line":
        goes_on = before in _GOES_ON or after.text in _GOES_ON - {"(", "-"}
        return "" if goes_on else " "
    if token.text == ";":
        return " "
    several = sum(not target.defines for target in names.formula.targets) > 1
    if token.text == "," and (several or _equals_before_comma(all_tokens, place + 1)):
        return " "
    return ""


def _equals_before_comma(all_tokens: list[Token], place: int) -> bool:
    depth = 0
    for token in all_tokens[place:]:
        depth += (token.text in OPEN) - (token.text in OPEN.values())
        if depth == 0 and token.text == "=":
            return True
        if depth == 0 and (token.text in (",", ";") or token.kind in ("line", "end")):
            return False
    return False


def _split(segment: list[Token], separators: set[str]) -> list[list[Token]]:
    parts: list[list[Token]] = [[]]
    depth = 0
    for token in segment:
        depth += (token.text in OPEN) - (token.text in OPEN.values())
        if depth == 0 and token.text in separators:
            parts.append([])
        else:
            parts[-1].append(token)
    return parts
