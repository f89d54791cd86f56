"""Finding the links of the evidence in an answer: stems, formulas and chains of them.

* ``saturat*``: a word that starts so; without the star the word itself or its plural;
* ``finetun*`` also reads "fine-tuning" and "fine tuning", and one slip of the pen is forgiven
  in a long word;
* ``weight*|bias``: one or the other;
* ``not``: any word of negation;
* ``1/√(d_k)``: a formula, with whatever blanks, brackets and signs of multiplication it is typed;
* ``predict*>context*|neighbor*``: in this order, in one sentence and at most six words on;
* ``predict*~context*``: in this order and side by side, but for small words and one other; no
  "from" or "given" between them, which would turn the meaning round, and no "and", which says
  nothing of them.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import TypeAlias

from quizapp.marking.rubric.negation import negated_words
from quizapp.marking.rubric.stems import Vocabulary
from quizapp.marking.rubric.vocabulary import ARTICLES, NEGATIONS, REVERSING, TURNING
from quizapp.marking.rubric.wording import Reading, fold, spelled, squeezed

Match: TypeAlias = tuple[int, ...]  # indexes of words, rising

NEAR = 6  # words from one link of a chain to the next

_LINKING = re.compile("([>~])")
_EITHER = re.compile(r"\w+\*?(?:\|\w+\*?)+")
_FORMULA = re.compile(r"[^\w*]|_")


class Finder:
    """Looks links up in one reading; remembers what it found."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.negated = negated_words(reading)
        self._at: dict[str, list[Match]] = defaultdict(list)  # words, and neighbours as one word
        for index, word in enumerate(reading.words):
            self._at[word.text].append((index,))
            if word.joined:
                both = spelled(reading.words[index - 1].text + word.text)
                self._at[both].append((index - 1, index))
        self._vocabulary = Vocabulary(self._at, {word.text for word in reading.words})
        self._negations = [(i,) for i, word in enumerate(reading.words) if word.text in NEGATIONS]
        self._found: dict[str, tuple[Match, ...]] = {}

    def link(self, link: str) -> tuple[Match, ...]:
        """Every place of one stem, formula or chain, in reading order."""
        if link not in self._found:
            found = set(self._look_up(_folded(link)))
            self._found[link] = tuple(sorted(found)) if found else ()
        return self._found[link]

    def _look_up(self, link: str) -> Iterable[Match]:
        if _LINKING.search(link):
            return self._chain(*_LINKING.split(link))
        if _EITHER.fullmatch(link):
            return [match for stem in link.split("|") for match in self.link(stem)]
        if link == "not":
            return self._negations
        return self._formula(squeezed(link)) if _FORMULA.search(link) else self._stem(link)

    def _stem(self, stem: str) -> list[Match]:
        words, letters = self.reading.words, len(stem.rstrip("*"))
        return [
            match
            for word in self._vocabulary.meant_by(stem)
            for match in self._at[word]
            if len(match) == 1 or letters > len(words[match[0]].text)
        ]

    def _chain(self, first: str, *rest: str) -> list[Match]:
        chains = list(self.link(first))
        for sign, stem in zip(rest[::2], rest[1::2], strict=True):
            places = self.link(stem) if chains else ()
            reached = ((chain, self._next(chain[-1], places, sign)) for chain in chains if places)
            chains = [chain + place for chain, place in reached if place]
        return [chain for chain in chains if not self._is_turned_round(chain[-1])]

    def _is_turned_round(self, last: int) -> bool:
        """Whether a chain ends in a negation that says the opposite: "its own are not lost"."""
        words = self.reading.words
        following = words[last + 1].text if last + 1 < len(words) else ""
        return words[last].text in NEGATIONS and following.startswith(REVERSING)

    def _next(self, last: int, places: Sequence[Match], sign: str) -> Match | None:
        """The first of ``places`` after word ``last``, if it is near enough."""
        words = self.reading.words
        start = bisect_left(places, (last + 1,))
        place = places[start] if start < len(places) else None
        if place is None or place[0] - last > NEAR:
            return None
        if words[last].sentence != words[place[0]].sentence:
            return None
        between = [words[i].text for i in range(last + 1, place[0])]
        if words[last].text in NEGATIONS and (
            words[last].clause != words[place[0]].clause
            or any(word == "and" or word.startswith(REVERSING) for word in between)
        ):
            return None
        return place if sign == ">" or _beside(between) else None

    def _formula(self, formula: str) -> list[Match]:
        text, of_word = self.reading.formulas, self.reading.formula_words
        found = []
        start = text.find(formula) if formula else -1
        while start >= 0:
            end = start + len(formula)
            if self._apart(start) and self._apart(end):
                found.append(tuple(sorted({i for i in of_word[start:end] if i >= 0})))
            start = text.find(formula, start + 1)
        return [match for match in found if match]

    def _apart(self, place: int) -> bool:
        """Whether a formula may begin or end here: not inside a word or a number."""
        text, of_word = self.reading.formulas, self.reading.formula_words
        if place in (0, len(text)) or of_word[place - 1] != of_word[place]:
            return True
        return of_word[place] < 0 or text[place - 1].isalpha() != text[place].isalpha()


@lru_cache(maxsize=8192)
def _folded(link: str) -> str:
    return fold(link)[0]


def _beside(between: Sequence[str]) -> bool:
    """Whether two words count as side by side with these between them."""
    return TURNING.isdisjoint(between) and sum(word not in ARTICLES for word in between) <= 1
