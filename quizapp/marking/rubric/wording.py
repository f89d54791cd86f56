"""How a written answer is read: words with their places, clauses, sentences, formulas.

Case, accents, combining marks, British or American spelling, hyphens and apostrophes do not
matter; every word remembers the characters it came from. ``3 × 3`` and ``3x3`` are one word,
``hyper-parameter`` and ``hyper parameter`` are ``hyperparameter``. Formulas are kept a second
time with everything squeezed out that people leave away: ``√(d_k)``, ``sqrt(dk)`` and
``\\sqrt{d_k}`` all read ``sqrtdk``.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from msgspec import Struct

from quizapp.marking.rubric.vocabulary import (
    ABBREVIATIONS,
    GREEK,
    LOOSE_PREFIXES,
    PREFIXES,
    SHORT,
)

# What is read of an answer; about 50 words are asked for.
MOST_CHARACTERS = 4_000
MOST_WORDS = 500
MOST_SENTENCES = 60

_SYMBOLS = {"−": "-", "–": "-", "‐": "-", "‑": "-", "÷": "/", "⁄": "/", "’": "'", "‘": "'",
            "ʼ": "'", "√": " sqrt "}  # fmt: skip

_TOKEN = re.compile(
    r"\bw/o?(?!\w)|\bb/c\b"  # w/ and w/o
    r"|\d+(?:\s?[x×*]\s?\d+)+(?![^\W_])"  # 3 × 3
    r"|\d{1,3}(?:,\d{3})+(?!\d)|\d+(?:\.\d+)*"  # 1,216 and 0.25
    r"|[^\W\d_]+(?:'[^\W\d_]+|\d+)*"  # doesn't, conv2
)


class Word(NamedTuple):
    """One word or number of the answer, and where it stands."""

    text: str
    start: int
    end: int
    sentence: int
    clause: int
    joined: bool  # only a blank, a hyphen or a subscript sign stands between it and the one before


class Reading(Struct, frozen=True):
    """An answer as it was read."""

    words: tuple[Word, ...]
    formulas: str  # all words and signs without blanks, brackets and signs of multiplication
    formula_words: tuple[int, ...]  # for each character of `formulas` the word it is of, or -1
    cut: bool  # the answer was longer than what is read

    @property
    def sentences(self) -> int:
        return self.words[-1].sentence + 1 if self.words else 0


@lru_cache(maxsize=4096)
def _folded(char: str) -> str:
    """One character in its plainest form; "" for accents and invisible ones."""
    if char in _SYMBOLS:
        return _SYMBOLS[char]
    category = unicodedata.category(char)
    if category in ("Mn", "Me", "Cf"):
        return ""
    if category == "Cc":
        return "\n" if char == "\n" else " "
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", char).casefold())
    plain = "".join(c for c in plain if unicodedata.category(c) != "Mn")
    return "".join(GREEK.get(c, _SYMBOLS.get(c, c)) for c in plain)


def fold(text: str) -> tuple[str, list[int]]:
    """The text folded, and for each of its characters the place in the original."""
    if text.isascii():
        return text.lower(), list(range(len(text)))
    pieces = [_folded(char) for char in text]
    places = [place for place, piece in enumerate(pieces) for _ in piece]
    return "".join(pieces), places


# ------------------------------------------------------------------------------- spelling

_SPELLINGS = (
    (re.compile(r"(?<=\w{4})([iy])z(?=[eia]|$)"), r"\1s"),  # normalize → normalise
    (re.compile(r"^(un)?(neighb|col|behavi|fav|flav|lab)our"), r"\1\2or"),
    (re.compile(r"^centre"), "center"),
    (re.compile(r"^(model|label|signal|cancel|channel|pool|travel)l(?=ed|ing|er|$)"), r"\1"),
    (re.compile(r"^(learn|burn|spel)t$"), r"\1ed"),
)
_SAME = {"epsilon": "eps", "grey": "gray", "artefact": "artifact", "artefacts": "artifacts"}


@lru_cache(maxsize=8192)
def spelled(word: str) -> str:
    """The word in the one spelling used for comparing.

    >>> spelled("neighbours"), spelled("normalized"), spelled("params")
    ('neighbors', 'normalised', 'parameters')
    """
    return spelled_stem(SHORT.get(word, word))


def spelled_stem(word: str) -> str:
    """The same for the beginning of a word, which is not short for anything.

    >>> spelled_stem("neighbour"), spelled_stem("param")
    ('neighbor', 'param')
    """
    word = word.removesuffix("'s").replace("'", "")
    if word[:1].isdigit():
        return re.sub(r"[\s,]", "", word).replace("×", "x").replace("*", "x")
    word = _SAME.get(word, word)
    for pattern, replacement in _SPELLINGS:
        word = pattern.sub(replacement, word)
    return word


# ---------------------------------------------------------------------------------- words


def read(text: str) -> Reading:
    """Read an answer; of a very long one only the beginning."""
    folded, places = fold(text[:MOST_CHARACTERS])
    raw, more = _raw_words(folded[:MOST_CHARACTERS])
    words, kept = _placed(raw, folded, places)
    cut = more or max(len(text), len(folded)) > MOST_CHARACTERS or kept < len(raw)
    formulas, formula_words = _squeezed(words, raw[:kept], folded)
    return Reading(tuple(words), formulas, formula_words, cut)


class _Raw(NamedTuple):
    text: str
    start: int
    end: int


def _raw_words(folded: str) -> tuple[list[_Raw], bool]:
    """Words with places in the folded text, prefixes like hyper- glued to what follows.

    And whether there are more than are read.
    """
    raw: list[_Raw] = []
    for match in _TOKEN.finditer(folded):
        if len(raw) == MOST_WORDS:
            return raw, True
        text, start, end = spelled(match[0]), match.start(), match.end()
        if raw and raw[-1].text in PREFIXES and text[0].isalpha() and start - raw[-1].end == 1:
            gap = folded[raw[-1].end]
            if gap == "-" or (gap.isspace() and raw[-1].text in LOOSE_PREFIXES):
                before = raw.pop()
                text, start = spelled(before.text + text), before.start
        raw.append(_Raw(text, start, end))
    return raw, False


_CLAUSE_SIGNS = frozenset(",;:()[]→⇒—|•\n")
_END = re.compile(r"\.['\")\]]*\s|[!?…]")
_NEW_LINE = re.compile(r"\n\s*(?:\n|[-*•→>])")


def _placed(raw: list[_Raw], folded: str, places: list[int]) -> tuple[list[Word], int]:
    """Words with sentence and clause; stops after MOST_SENTENCES."""
    words: list[Word] = []
    sentence = clause = 0
    opened_at = 0  # index of the sentence's first word
    for index, (text, start, end) in enumerate(raw):
        gap = folded[raw[index - 1].end : start] if index else ""
        if index and _ends_sentence(gap, raw, index, opened_at):
            sentence, clause, opened_at = sentence + 1, clause + 1, index
        elif not _CLAUSE_SIGNS.isdisjoint(gap):
            clause += 1
        if sentence == MOST_SENTENCES:
            return words, index
        joined = bool(index) and not gap.strip("-_^{} \t\n")
        words.append(Word(text, places[start], places[end - 1] + 1, sentence, clause, joined))
    return words, len(raw)


def _ends_sentence(gap: str, raw: list[_Raw], index: int, opened_at: int) -> bool:
    before = raw[index - 1].text
    if index - 1 == opened_at and before.isdigit():  # "1. First"
        return False
    if _END.search(gap):
        shortened = before in ABBREVIATIONS or (
            before in ("e", "g") and index > 1 and raw[index - 2].text in ("e", "i")
        )
        return not (shortened and gap.startswith("."))
    if gap == "." and len(before) > 2 and len(raw[index].text) > 1:  # no blank after the stop
        return True
    return bool(_NEW_LINE.search(gap)) or ("\n" in gap and raw[index].text.isdigit())


# ------------------------------------------------------------------------------- formulas

_FORMULA_SIGNS = frozenset("+-/=,<>")


def _squeezed(words: list[Word], raw: list[_Raw], folded: str) -> tuple[str, tuple[int, ...]]:
    characters: list[str] = []
    of_word: list[int] = []
    for index, word in enumerate(words):
        gap = folded[raw[index - 1].end if index else 0 : raw[index].start]
        for sign in gap:
            if sign in _FORMULA_SIGNS:
                characters.append(sign)
                of_word.append(-1)
        characters.extend(word.text)
        of_word.extend([index] * len(word.text))
    return "".join(characters), tuple(of_word)


@lru_cache(maxsize=2048)
def squeezed(formula: str) -> str:
    """A formula of the evidence, squeezed as those of an answer are.

    >>> squeezed("1/√(d_k)"), squeezed("F(x) + x"), squeezed("Q·K^T")
    ('1/sqrtdk', 'fx+x', 'qkt')
    """
    folded, _ = fold(formula)
    raw, _ = _raw_words(folded)
    words = [Word(item.text, 0, 0, 0, 0, False) for item in raw]
    return _squeezed(words, raw, folded)[0] + "".join(
        sign for sign in folded[raw[-1].end if raw else 0 :] if sign in _FORMULA_SIGNS
    )
