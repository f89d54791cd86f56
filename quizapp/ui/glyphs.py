"""The signs of screens.md's token table: a glyph, a word and a colour for each role.

Never colour alone: whatever is painted in a role's colour carries its glyph or its word too.
"""

from __future__ import annotations

import locale
import os
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Role:
    """How one state looks: style is a Textual style string, theme variables included."""

    word: str
    glyph: str
    ascii: str
    style: str

    @property
    def sign(self) -> str:
        return self.ascii if PLAIN else self.glyph


def plain_terminal() -> bool:
    """Whether only ASCII signs are safe: the Linux console, or a locale that is not UTF-8."""
    encoding = locale.getpreferredencoding(do_setlocale=False).lower().replace("-", "")
    return os.environ.get("TERM") == "linux" or encoding not in ("utf8", "cp65001")


PLAIN = plain_terminal()

RIGHT = Role("right", "✓", "+", "$right")
PARTLY = Role("partly", "◧", "~", "$partly")
WRONG = Role("wrong", "✗", "x", "$wrong")
SUGGESTED = Role("suggested", "?", "?", "italic $suggested")
FLAGGED = Role("flagged", "!", "!", "bold $flagged")
FULL = Role("answered", "■", "#", "bold")
SOME = Role("some parts", "◧", "~", "bold")
EMPTY = Role("empty", "□", ".", "")
HERE = ">" if PLAIN else "›"

VERDICTS = {"right": RIGHT, "partly": PARTLY, "wrong": WRONG, "unreadable": WRONG, "empty": WRONG}
LEVELS = {"met": RIGHT, "partly": PARTLY, "missed": WRONG}
EVIDENCE = {
    "evidenced": Role("evidenced", "■", "#", "$right"),
    "shaky": Role("partly evidenced", "◧", "~", "$partly"),
    "against": Role("evidence against it", "✗", "x", "$wrong"),
    "little": Role("too little to tell", "□", ".", ""),
    "none": Role("no attempts", "□", ".", "$quiet"),
}

# How much was done on a day: nothing, then four steps; a shade each, and a colour beside it.
SHADES = ".-+*#" if PLAIN else "·░▒▓█"
DAY_HERE = "@" if PLAIN else "◆"
SHADE_STYLES = ("$quiet", "$primary 55%", "$primary 70%", "$primary 85%", "$primary")

_EIGHTHS = " ▏▎▍▌▋▊▉█"


def bar(share: float, width: int) -> str:
    """A bar of so many cells, in eighths of a cell; the rest is dots."""
    share = min(max(share, 0.0), 1.0)
    if PLAIN:
        return ("#" * round(share * width)).ljust(width, ".")
    full, eighth = divmod(round(share * width * 8), 8)
    part = _EIGHTHS[eighth] if eighth else ""
    return ("█" * full + part).ljust(width, "·")
