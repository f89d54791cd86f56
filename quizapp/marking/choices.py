"""Reads marks on options: their number, their id, a letter, or JSON text of these."""

from __future__ import annotations

import json
import re

from quizapp.content.model import Part
from quizapp.marking.formats import FormatError


def place(part: Part, option_id: str) -> int:
    """The number before an option on screen, from 1."""
    return [option.id for option in part.options].index(option_id) + 1


def text_of(part: Part, option_id: str) -> str:
    """An option as it is shown."""
    return part.options[place(part, option_id) - 1].text


def one(part: Part, text: str) -> str:
    """The id of the one option marked; raises FormatError."""
    marked = _marked(part, text)
    if len(marked) != 1 or marked[0] is None:
        raise FormatError(f"Choose one of 1 to {len(part.options)}.")
    return marked[0]


def several(part: Part, text: str) -> tuple[str, ...]:
    """The ids of all options marked, in the order they are shown; raises FormatError."""
    marked = [] if text.strip() == "[]" else _marked(part, text)
    known = {m for m in marked if m is not None}
    if None in marked:
        raise FormatError(f"Choose from 1 to {len(part.options)}, like 1, {len(part.options)}.")
    return tuple(option.id for option in part.options if option.id in known)


def in_order(part: Part, text: str) -> tuple[str, ...]:
    """The ids of all options in the order given; raises FormatError."""
    marked = _marked(part, text)
    known = list(dict.fromkeys(m for m in marked if m is not None))
    if len(known) != len(part.options) or len(marked) != len(known):
        count = "none has" if not known else f"{len(known)} have"
        count = "1 has" if len(known) == 1 else count
        raise FormatError(f"Give all {len(part.options)} a place; {count} one.")
    return tuple(known)


def _marked(part: Part, text: str) -> list[str | None]:
    return [_option(part, word) for word in _words(part, text)]


def _words(part: Part, text: str) -> list[str]:
    whole = text.strip()
    if _option(part, whole) is not None:
        return [whole]
    try:
        value = json.loads(whole)
    except (ValueError, RecursionError):
        return [w for w in re.split(r"[\s,;>→\[\]()\"'.]+", whole) if w]
    items = value if isinstance(value, list) else [value]
    return [str(item) for item in items]


def _option(part: Part, word: str) -> str | None:
    ids = [option.id for option in part.options]
    if word in ids:
        return word
    for option in part.options:
        if option.text.strip().casefold() == word.casefold():
            return option.id
    if re.fullmatch(r"[0-9]{1,2}", word) and 1 <= int(word) <= len(ids):
        return ids[int(word) - 1]
    letter = ord(word.lower()) - ord("a") if re.fullmatch(r"[a-zA-Z]", word) else -1
    return ids[letter] if 0 <= letter < len(ids) else None
