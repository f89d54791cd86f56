"""Finding the stems, formulas and word groups of a criterion in an answer.

A group is a list of alternatives, one of which must be found. An alternative is one or more
links separated by blanks, all of which must occur:

* ``saturat*``: a word that starts so; without the star the word itself or its plural;
* ``finetun*`` also reads "fine-tuning" and "fine tuning", and one slip of the pen is forgiven
  in a long word;
* ``not``: any word of negation;
* ``1/√(d_k)``: a formula, with whatever blanks, brackets and signs of multiplication it is typed;
* ``predict*>context*``: in this order, in one sentence and at most six words on;
* ``predict*~context*``: in this order and side by side, but for small words and one other; no
  "from" or "given" between them, which would turn the meaning round.

The same group twice asks for two different things of it.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple, TypeAlias

from quizapp.content.model import Group
from quizapp.marking.rubric.negation import negated_words
from quizapp.marking.rubric.vocabulary import ARTICLES, NEGATIONS, OWN_WORDS, REVERSING, TURNING
from quizapp.marking.rubric.wording import Reading, fold, spelled, squeezed

Match: TypeAlias = tuple[int, ...]  # indexes of words, rising

NEAR = 6  # words from one link of a chain to the next
LONG = 7  # letters from which one slip of the pen is forgiven

_LINKING = re.compile("([>~])")
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
        self._starting: dict[str, list[str]] = defaultdict(list)  # words by their first letter
        for text in self._at:
            self._starting[text[0]].append(text)
        self._found: dict[str, tuple[Match, ...]] = {}

    def link(self, link: str) -> tuple[Match, ...]:
        """Every place of one stem, formula or chain, in reading order."""
        if link not in self._found:
            self._found[link] = tuple(sorted(set(self._look_up(link))))
        return self._found[link]

    def _look_up(self, link: str) -> Iterable[Match]:
        link, _ = fold(link)
        if _LINKING.search(link):
            return self._chain(*_LINKING.split(link))
        if link == "not":
            words = enumerate(self.reading.words)
            return [(index,) for index, word in words if word.text in NEGATIONS]
        return self._formula(squeezed(link)) if _FORMULA.search(link) else self._stem(link)

    def _stem(self, stem: str) -> list[Match]:
        words, letters = self.reading.words, len(stem.rstrip("*"))
        return [
            match
            for word in self._starting.get(spelled(stem)[:1], ())
            if reads_as(word, stem)
            for match in self._at[word]
            if len(match) == 1 or letters > len(words[match[0]].text)
        ]

    def _chain(self, first: str, *rest: str) -> list[Match]:
        chains = list(self.link(first))
        for sign, stem in zip(rest[::2], rest[1::2], strict=True):
            places = self.link(stem)
            reached = ((chain, self._next(chain[-1], places, sign)) for chain in chains)
            chains = [chain + place for chain, place in reached if place]
        return chains

    def _next(self, last: int, places: Sequence[Match], sign: str) -> Match | None:
        """The first of ``places`` after word ``last`` that is near enough."""
        words = self.reading.words
        start = bisect_left(places, (last + 1,))
        for place in places[start : start + 1]:
            if words[last].sentence != words[place[0]].sentence or place[0] - last > NEAR:
                return None
            between = [words[i].text for i in range(last + 1, place[0])]
            negated = words[last].text in NEGATIONS
            if negated and any(word.startswith(REVERSING) for word in between):
                return None
            if sign == ">" or _beside(between):
                return place
        return None

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


def _beside(between: Sequence[str]) -> bool:
    """Whether two words count as side by side with these between them."""
    return TURNING.isdisjoint(between) and sum(word not in ARTICLES for word in between) <= 1


# ---------------------------------------------------------------------------------- words


@lru_cache(maxsize=65536)
def reads_as(word: str, stem: str) -> bool:
    """Whether a word of the answer is meant by a stem.

    >>> reads_as("saturates", "saturat*"), reads_as("biases", "bias"), reads_as("wieghts", "weight")
    (True, True, True)
    """
    body = spelled(stem.rstrip("*"))
    if stem.endswith("*"):
        if word.startswith(body):
            return True
    elif word in (body, _plural(body), body + "s"):
        return True
    return _slipped(word, body, prefix=stem.endswith("*"))


def _plural(word: str) -> str:
    """The plural of a word by the rules: biases, matrices, frequencies, weights."""
    for ending, plural in (("ix", "ices"), ("ex", "ices"), ("y", "ies")):
        if word.endswith(ending):
            return word.removesuffix(ending) + plural
    return word + ("es" if word.endswith(("s", "x", "z", "ch", "sh")) else "s")


def _slipped(word: str, body: str, *, prefix: bool) -> bool:
    """Whether a long word has one letter wrong, missing, added or swapped; never the first."""
    if max(len(word), len(body)) < LONG or len(body) < LONG - 1 or word[0] != body[0]:
        return False
    if word in OWN_WORDS or not word.isalpha():
        return False
    if not prefix:
        return one_edit(word, body) or one_edit(word, body + "s")
    return any(one_edit(word[: len(body) + more], body) for more in (-1, 0, 1))


def one_edit(one: str, other: str) -> bool:
    """Whether two words differ by one letter added, left out or changed, or two swapped."""
    if abs(len(one) - len(other)) > 1 or one == other:
        return False
    pairs = enumerate(zip(one, other, strict=False))
    start = next((place for place, (a, b) in pairs if a != b), None)
    if start is None:
        return True
    a, b = one[start:], other[start:]
    swapped = a[:2] == b[1::-1] and a[2:] == b[2:] and len(a) > 1
    return swapped or a[1:] == b or a == b[1:] or a[1:] == b[1:]


# --------------------------------------------------------------------------------- groups


class Found(NamedTuple):
    """What was found of a criterion's groups, in the best place of the answer."""

    matches: tuple[Match | None, ...]  # one per group
    negated: tuple[int, ...] = ()  # words of the matches that a negation reaches

    @property
    def groups(self) -> int:
        return sum(match is not None for match in self.matches)

    @property
    def words(self) -> tuple[int, ...]:
        """All words of the matches, in reading order."""
        return tuple(sorted({index for match in self.matches for index in match or ()}))


def find(
    finder: Finder,
    groups: Sequence[Group],
    *,
    apart: frozenset[int] = frozenset(),
    reach: int = 2,
    known: Mapping[int, Collection[int]] | None = None,
) -> Found:
    """The groups found within ``reach`` neighbouring sentences, where most of them are.

    Words in ``apart`` are not looked at. ``known`` says of a group in which sentences it goes
    without saying.
    """
    known = known or {}
    best = Found((None,) * len(groups))
    for first in _sentences_to_try(finder, groups):
        for last in range(first, first + reach):
            sentences = range(first, last + 1)
            found = _in_sentences(finder, groups, sentences, apart, known)
            if (found.groups, -len(found.negated)) > (best.groups, -len(best.negated)):
                best = found
            if best.groups == len(groups) and not best.negated:
                return best
    return best


def _sentences_to_try(finder: Finder, groups: Sequence[Group]) -> list[int]:
    words = finder.reading.words
    every = {link for group in groups for alternative in group for link in alternative.split()}
    return sorted({words[match[0]].sentence for link in every for match in finder.link(link)})


def _in_sentences(
    finder: Finder,
    groups: Sequence[Group],
    sentences: range,
    apart: frozenset[int],
    known: Mapping[int, Collection[int]],
) -> Found:
    matches: list[Match | None] = []
    taken: dict[Group, list[tuple[str, Match]]] = {}  # a group asked twice gives two things
    for number, group in enumerate(groups):
        used = taken.setdefault(group, [])
        match = _of_group(finder, group, sentences, apart, used)
        if match is None and not set(sentences).isdisjoint(known.get(number, ())):
            match = ()
        matches.append(match)
    together = {index for match in matches for index in match or ()}
    negated = [i for i in sorted(together) if finder.negated.get(i, i) not in {i} | together]
    return Found(tuple(matches), tuple(negated))


def _of_group(
    finder: Finder,
    group: Group,
    sentences: range,
    apart: frozenset[int],
    used: list[tuple[str, Match]],
) -> Match | None:
    """The first alternative found, one that no negation reaches if there is one."""
    best: tuple[str, Match] | None = None
    for alternative in group:
        if any(alternative == name for name, _ in used):
            continue
        match = _alternative(finder, alternative, sentences, apart)
        if match is None or any(not set(match).isdisjoint(other) for _, other in used):
            continue
        plain = all(finder.negated.get(i, match[0]) in match for i in match)
        if best is None or plain:
            best = (alternative, match)
        if plain:
            break
    if best is None:
        return None
    used.append(best)
    return best[1]


def _alternative(
    finder: Finder, alternative: str, sentences: range, apart: frozenset[int]
) -> Match | None:
    words = finder.reading.words
    chosen: set[int] = set()
    for link in alternative.split():
        places = [
            place
            for place in finder.link(link)
            if words[place[0]].sentence in sentences and apart.isdisjoint(place)
        ]
        if not places:
            return None
        plain = (p for p in places if all(finder.negated.get(i, p[0]) in p for i in p))
        chosen.update(next(plain, places[0]))
    return tuple(sorted(chosen))
