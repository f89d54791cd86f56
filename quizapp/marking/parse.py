"""Reads a response as the kind of answer asked, or says in one sentence why it can't be read.

Anything a person might reasonably write is understood; nothing is guessed. A format error costs
nothing, so its sentence quotes what was typed and gives an example that is accepted. The JSON
text of any answer (`[24, 24, 8]`, `0.7311`, `"a"`) is a response, too.
"""

from __future__ import annotations

import json
import re
from fractions import Fraction

from msgspec import Struct

from quizapp.content.model import Given, Part
from quizapp.marking import choices, tables
from quizapp.marking.expression import Tree, Unread, compute, read, show
from quizapp.marking.expression_tree import Negative, Numeral, Operation
from quizapp.marking.formats import FormatError, too_long, unread
from quizapp.marking.numbers import leaves, quote, shown

MAX_RESPONSE = 20_000  # characters; a 64 × 64 matrix with 4 decimals fits
MAX_AXES = 8
MAX_BRACKETS = 8  # pairs around a shape

_PREFIX = re.compile(r"^\s*[=≈~:]\s*")
_ENDLESS = re.compile(r"^[+\-−]?(inf(inity)?|nan|∞)$", re.IGNORECASE)


class Reading(Struct, frozen=True):
    """A response as it is read.

    ``decimals`` and ``digits`` (significant) count what was typed where the response is a plain
    number; a computed expression has as many as anyone could ask for.
    """

    value: Given
    shown: str
    decimals: int | None = None
    digits: int | None = None
    bad_cells: tuple[tuple[int, int], ...] = ()  # row and column of cells left out
    objection: str = ""  # a format error, unless a misconception explains the number (15.5 sides)


def parse(
    part: Part, text: str, sides: tuple[tuple[int, ...], ...] = (), *, lenient: bool = False
) -> Reading:
    """Read a response; raises FormatError with the sentence to show.

    ``sides``: the shapes a vector or matrix may have, the asked one first. ``lenient`` leaves
    out cells that can't be read (a sitting gives the others their credit).
    """
    if len(text) > MAX_RESPONSE:
        raise too_long(text)
    match part.kind:
        case "integer":
            return _integer(text)
        case "real":
            return _real(part, text)
        case "shape":
            return _shape(text)
        case "vector" | "matrix":
            return _table(part, text, sides, lenient=lenient)
        case "choice":
            option = choices.one(part, text)
            return Reading(option, choices.text_of(part, option))
        case "choices":
            marked = choices.several(part, text)
            return Reading(list(marked), ", ".join(str(choices.place(part, m)) for m in marked))
        case "ordering":
            order = choices.in_order(part, text)
            return Reading(list(order), ", ".join(str(choices.place(part, m)) for m in order))
        case _:
            return Reading(text, "")


def read_as(part: Part, text: str, sides: tuple[tuple[int, ...], ...] = ()) -> str:
    """The quiet line under a box: how the text is read; "" while it can't be."""
    if part.kind == "formula" and part.formula is not None:
        # Imported here: the reader of formulas is large, and the first screen needs none of it.
        from quizapp.marking.formula import read_as as formula_read_as

        return formula_read_as(part.formula, text)
    try:
        return parse(part, text, sides).shown if text.strip() else ""
    except FormatError:
        return ""


def read_cell(text: str) -> str:
    """The quiet line of one grid cell: `1/3 = 0.3333`; "" while it can't be read."""
    try:
        tree, value = _computed(text, "number")
    except FormatError:
        return ""
    number = _plain_number(value)
    return shown(number) if _is_numeral(tree) else f"{show(tree)} = {number:.4g}"


def format_error(part: Part, text: str, sides: tuple[tuple[int, ...], ...] = ()) -> str:
    """The sentence for a response that can't be read; "" for one that can, or is empty."""
    if part.kind == "formula" and part.formula is not None:
        from quizapp.marking.formula import format_error as formula_error

        return formula_error(part.formula, text)
    if not text.strip():
        return ""
    try:
        return parse(part, text, sides).objection
    except FormatError as error:
        return str(error)


# ------------------------------------------------------------------------------ numbers


def _integer(text: str) -> Reading:
    typed = quote(text)
    tree, value = _computed(text, "whole number")
    whole = _as_whole(value)
    if whole is None:
        number = float(value)
        objection = f"A whole number is asked; {typed} is {shown(number)}."
        if re.fullmatch(r"\s*\d{1,3}(\.\d{3})+\s*", text):  # thousands, in some countries
            objection = str(unread("whole number", text))
        return Reading(number, "", objection=objection)
    plain = _is_numeral(tree)
    return Reading(whole, shown(whole) if plain else f"{show(tree)} = {shown(whole)}")


def _as_whole(value: Fraction | float) -> int | None:
    if isinstance(value, Fraction):
        return int(value) if value.denominator == 1 else None
    return int(value) if value.is_integer() else None


def _real(part: Part, text: str) -> Reading:
    if "%" in text and not part.proportion:
        raise FormatError(
            f"Not read as a number: {quote(text)}. A plain number is asked, without %: 0.7311."
        )
    tree, value = _computed(text, "number")
    number = _plain_number(value)
    if _is_numeral(tree) or _is_scientific(tree):
        decimals, digits = _digits(text)
        typed = text.strip().lstrip("=≈~ ")
        plain = _is_numeral(tree) and len(typed) <= 12
        return Reading(number, typed if plain else shown(number, part), decimals, digits)
    return Reading(number, shown(number, part))


def _is_numeral(tree: Tree) -> bool:
    """Whether a tree is a number as typed, with or without a sign."""
    return isinstance(tree, Numeral) or (isinstance(tree, Negative) and _is_numeral(tree.of))


def _is_scientific(tree: Tree) -> bool:
    """Whether a tree is 7.3·10^-1: a plain number after all."""
    match tree:
        case Operation(sign="*", left=Numeral(), right=Operation(sign="^", left=Numeral(value=v))):
            return v == 10
    return False


def _digits(text: str) -> tuple[int, int]:
    """Decimals and significant digits of a number as typed."""
    mantissa, _, exponent = re.sub(r"[^\d.e+\-]", "", text.lower()).partition("e")
    mantissa = mantissa.lstrip("+-")
    whole, _, after = mantissa.partition(".")
    shift = int(exponent) if re.fullmatch(r"[+-]?\d{1,3}", exponent) else 0
    return max(0, len(after) - shift), len((whole + after).lstrip("0")) or 1


def _plain_number(value: Fraction | float) -> int | float:
    if isinstance(value, Fraction) and value.denominator == 1:
        return int(value)
    return float(value)


def _computed(text: str, kind: str) -> tuple[Tree, Fraction | float]:
    """The tree and the number of an expression; what stands after `=` where there are several."""
    body = _PREFIX.sub("", text)
    if _ENDLESS.match(body.strip()):
        raise FormatError(f"{quote(text)} can't be an answer here. Write a number like 7.311e-1.")
    sides = re.split(r"\s*[=≈]\s*", body)
    read_sides = [_one(side, text, kind) for side in sides]
    value = read_sides[-1][1]
    for side, (_, other) in zip(sides, read_sides, strict=True):
        if abs(float(other) - float(value)) > 0.01 * abs(float(value)):
            raise FormatError(
                f"Read as two numbers: {quote(side)} and {quote(sides[-1])} differ. Write one."
            )
    return read_sides[-1] if len(sides) == 1 else (read_sides[0][0], value)


def _one(body: str, text: str, kind: str) -> tuple[Tree, Fraction | float]:
    try:
        tree = read(body)
        value = compute(tree)
        float(value)
    except Unread as trouble:
        raise unread(kind, text, trouble, body) from None
    except OverflowError:
        raise unread(kind, text, Unread("large", 0), body) from None
    return tree, value


# ------------------------------------------------------------------------------- shapes


def _shape(text: str) -> Reading:
    body = re.sub(r"^\s*(torch\.Size|shape|size)\s*[:=]?\s*", "", text, flags=re.IGNORECASE)
    body = _without_brackets(_PREFIX.sub("", body).strip())
    entries = _entries(body)
    if not entries or len(entries) > MAX_AXES:
        raise unread("shape", text)
    sizes = [_side(entry, text) for entry in entries]
    broken = next((side for side in sizes if not isinstance(side, int)), None)
    objection = f"Each side of a shape is a whole number; {broken} is not." if broken else ""
    return Reading(list(sizes), shown(list(sizes), kind="shape"), objection=objection)


def _without_brackets(text: str) -> str:
    """Take away one pair of brackets that holds everything, and again; nobody needs many."""
    for _ in range(MAX_BRACKETS):
        if not tables.encloses(text):
            break
        text = text[1:-1].strip()
    return text.rstrip(",")


def _entries(text: str) -> list[str]:
    """The entries of a shape: by x, ×, `by`; else by commas or ;, else by * or blanks."""
    for separator in (r"\s*(?:[xX×⨯]|\bby\b)\s*", r"\s*[,;]\s*"):
        parts = tables.split_outside(text, separator)
        if len(parts) > 1:
            return [part for part in parts if part] if all(parts) else []
    for separator in (r"\s*[*·⋅∙]\s*", r"\s+"):
        parts = re.split(separator, text)
        if all(re.fullmatch(r"\d+", part) for part in parts):
            return parts
    return [text]


def _side(entry: str, text: str) -> int | float:
    try:
        value = compute(read(entry))
        side: int | float | None = _as_whole(value)
        side = float(value) if side is None else side
    except Unread as trouble:
        known = trouble.trouble in ("large", "open")
        raise unread("shape", text, trouble if known else None, entry) from None
    except OverflowError:
        raise unread("shape", text, Unread("large", 0), entry) from None
    if side < 0:
        raise unread("shape", text)
    return side


# ------------------------------------------------------------------------------- tables


def _table(part: Part, text: str, sides: tuple[tuple[int, ...], ...], *, lenient: bool) -> Reading:
    value = _json_lists(text)
    bad: tuple[tuple[int, int], ...] = ()
    if value is None:
        rows, bad = tables.read_rows(text, lenient=lenient)
        value = tables.arrange(part, rows, sides)
    if () in sides and isinstance(value, list) and len(list(leaves(value))) == 1:
        # One number, where a live misconception gives one instead of a table.
        (alone,) = leaves(value)
        return Reading(alone, shown(alone, part))
    read_sides = tables.sides_of(value)
    if sides and read_sides not in sides:
        raise tables.other_size(read_sides, sides[0])
    return Reading(value, shown(value, part), bad_cells=bad)


def _json_lists(text: str) -> Given | None:
    """Nested lists of numbers deeper than a matrix, or empty, or None for any other text."""
    if not text.lstrip().startswith("[[["):
        return None
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return tables.numbers_only(value)
