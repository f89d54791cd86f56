"""Which words of an answer a stem of the evidence means: endings, plurals, slips of the pen."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from functools import lru_cache

from quizapp.marking.rubric.vocabulary import NO_PLURAL, OWN_WORDS, SMALL
from quizapp.marking.rubric.wording import spelled, spelled_stem

LONG = 7  # letters from which one slip of the pen is forgiven
WHOLE = 6  # the same for a stem that is a whole word
SWAPPED = 4  # letters from which two that changed places are forgiven in a whole word


class Vocabulary:
    """The different words of one answer, so ordered that a stem finds those it means.

    Slips are forgiven in the words that were ``typed`` so, not in two read as one.
    """

    def __init__(self, words: Iterable[str], typed: Collection[str]) -> None:
        self._words = sorted(set(words))
        self._known = frozenset(self._words)
        self._sharing: dict[tuple[str, ...], list[str]] = defaultdict(list)  # letters with a stem
        for word in typed:
            if len(word) >= SWAPPED:
                for key in _letters(word, (2, 3, 4)):
                    self._sharing[key].append(word)

    def meant_by(self, stem: str) -> set[str]:
        """The words that a stem means.

        >>> words = ["saturates", "satrated", "sat"]
        >>> sorted(Vocabulary(words, words).meant_by("saturat*"))
        ['satrated', 'saturates']
        """
        body, prefix = _body(stem), stem.endswith("*")
        found = set(self._starting(body) if prefix and body else self._known & _forms(body))
        if len(body) >= SWAPPED:
            shared = (word for key in _letters(body, (3,)) for word in self._sharing.get(key, ()))
            found |= {word for word in shared if _slipped(word, body, prefix=prefix)}
        return found

    def _starting(self, body: str) -> Iterator[str]:
        for place in range(bisect_left(self._words, body), len(self._words)):
            if not self._words[place].startswith(body):
                return
            yield self._words[place]


def _letters(word: str, places: Iterable[int]) -> Iterator[tuple[str, ...]]:
    """Letters of which two words one slip apart share some: the first two, or two later on."""
    yield (word[:2],)
    for place in places:
        yield word[0], word[place : place + 2]


def reads_as(word: str, stem: str) -> bool:
    """Whether a word of the answer is meant by a stem.

    >>> reads_as("saturates", "saturat*"), reads_as("biases", "bias"), reads_as("wieghts", "weight")
    (True, True, True)
    """
    return word in Vocabulary([word], [word]).meant_by(stem)


@lru_cache(maxsize=8192)
def _body(stem: str) -> str:
    return spelled_stem(stem.rstrip("*")) if stem.endswith("*") else spelled(stem)


@lru_cache(maxsize=8192)
def _forms(word: str) -> frozenset[str]:
    """A word and its plural by the rules: biases, matrices, frequencies, weights."""
    if word in NO_PLURAL:
        return frozenset({word})
    plural = word + ("es" if word.endswith(("s", "x", "z", "ch", "sh")) else "s")
    for ending, irregular in (("ix", "ices"), ("ex", "ices"), ("y", "ies")):
        if word.endswith(ending):
            plural = word.removesuffix(ending) + irregular
            break
    return frozenset({word, plural, word + "s"} if word else ())


def _slipped(word: str, body: str, *, prefix: bool) -> bool:
    """Whether one letter is wrong, missing, added or two are swapped; never the first.

    In short words only two letters that changed places are forgiven.
    """
    if word in OWN_WORDS or word in SMALL or not word.isalpha() or word[0] != body[0]:
        return False
    if body == word + "s":  # the evidence asks for the plural
        return False
    longer = max(len(word), len(body))
    if prefix and longer >= LONG and len(body) >= LONG - 1:
        return any(one_edit(word[: len(body) + more], body) for more in (-1, 0, 1))
    if not prefix and longer >= WHOLE and len(body) >= WHOLE - 1:
        return one_edit(word, body) or one_edit(word, body + "s")
    return len(word) == len(body) and sorted(word) == sorted(body) and one_edit(word, body)


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
