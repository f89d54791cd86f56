"""Suggestions for marking free text: per criterion a level, the words that led to it, and doubts.

A suggestion is never the last word: the learner decides every criterion. Flags say why one
should be looked at; they take nothing away. Pure and deterministic; a few milliseconds.

Met: every word group found within two neighbouring sentences. Partly: at least half of them,
by more than a single word.
A criterion of half a point is all or nothing; otherwise partly gives the found share of the
points, in half points, at least ½ and at most ½ less than all.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from typing import Literal, TypeAlias

from msgspec import Struct

from quizapp.content.model import Criterion
from quizapp.marking.rubric.evidence import Found, contradiction, find
from quizapp.marking.rubric.level import Level, level_of, points_of
from quizapp.marking.rubric.lookup import Finder
from quizapp.marking.rubric.rivals import Swapped, find_beside, rivals, said_of_another
from quizapp.marking.rubric.vocabulary import FILLING, SMALL, VERBS
from quizapp.marking.rubric.wording import Reading, Word, read

FlagName: TypeAlias = Literal["negated", "opposite", "contradicts", "list", "echo", "long"]

MANY_WORDS = 300  # an answer of about 50 words is asked for
ECHO = 5  # words in a row that the question has too
LITTLE_NEW = 0.45  # share of words that the question has not
SAME = 4  # letters by which words of question and answer are compared
SHORTEST_LIST = 6  # words
SHORTEST_ECHO = 9  # different words; of fewer only half as many may be new
MOST_BARE = 12  # words of a list for each one that links them
ITEM = 3  # words between two commas, on average, up to which they are a list

_SEPARATE = frozenset(",;:.\n")  # between words that are not marked as one
_LINKING_SIGNS = frozenset("=+<>/:(→⇒~≈")


class Span(Struct, frozen=True, order=True):
    """Characters ``start`` up to ``end`` of the response."""

    start: int
    end: int


class Flag(Struct, frozen=True):
    """A reason to look twice at a suggestion, in words."""

    name: FlagName
    reason: str
    span: Span | None = None


class Suggestion(Struct, frozen=True, kw_only=True):
    """What the reader of word groups would give for one criterion."""

    criterion: str
    level: Level
    points: float  # that the level would give
    evidence: tuple[Span, ...]
    flags: tuple[Flag, ...]


def suggest(response: str, criteria: Sequence[Criterion], prompt: str) -> list[Suggestion]:
    """One suggestion per criterion, in their order. Never raises, whatever is typed."""
    finder = Finder(read(response))
    doubts = _Doubts(finder, response, prompt)
    return [_suggestion(each, rivals(each, criteria), finder, doubts) for each in criteria]


def _suggestion(
    criterion: Criterion, others: Sequence[Criterion], finder: Finder, doubts: _Doubts
) -> Suggestion:
    if others:
        found, swapped = find_beside(finder, criterion, others)
    else:
        found, swapped = find(finder, criterion.evidence), None
    level = level_of(criterion, found)
    flags: list[Flag] = []
    if level != "missed":
        flags = doubts.about(criterion, found)
        if swapped:
            flags.append(doubts.opposite(swapped))
    return Suggestion(
        criterion=criterion.id,
        level=level,
        points=points_of(criterion, found),
        evidence=doubts.spans(found.words),
        flags=tuple(flags),
    )


# ------------------------------------------------------------------------------------ flags


class _Doubts:
    """What makes one look twice: computed once per answer, asked per criterion."""

    def __init__(self, finder: Finder, response: str, prompt: str) -> None:
        self._finder = finder
        self._reading = finder.reading
        self._response = response
        asked = read(prompt)
        self._echoed = _echoed(finder.reading, asked)
        self._asked = {word.text[:SAME] for word in asked.words}
        self._says_nothing = _says_nothing(finder.reading, self._asked)
        self._is_list = _is_list(finder.reading, response)

    def about(self, criterion: Criterion, found: Found) -> list[Flag]:
        flags = [
            self._negated(found),
            self._contradicts(criterion),
            self._of_another(criterion, found),
            self._list(),
            self._echo(found),
            self._long(),
        ]
        return [flag for flag in flags if flag is not None]

    def spans(self, indexes: Sequence[int]) -> tuple[Span, ...]:
        """The characters of some words; neighbouring words are one span."""
        merged: list[Span] = []
        for previous, index in zip((-2, *indexes), indexes, strict=False):
            word = self._reading.words[index]
            if index == previous + 1 and not _SEPARATE & set(self._between(merged[-1].end, word)):
                merged[-1] = Span(merged[-1].start, word.end)
            else:
                merged.append(Span(word.start, word.end))
        return tuple(merged)

    def _between(self, end: int, word: Word) -> str:
        return self._response[end : word.start]

    def opposite(self, swapped: Swapped) -> Flag:
        quoted = self._quoted(swapped.words)
        reason = f"{quoted} may belong to the other one: {swapped.rival.credit}"
        return Flag("opposite", reason, self._span(swapped.words))

    def _negated(self, found: Found) -> Flag | None:
        if not found.negated:
            return None
        word = found.negated[0]
        negation = self._finder.negated[word]
        words = (self._reading.words[negation].text, self._reading.words[word].text)
        where = "before" if negation < word else "behind"
        span = self._span(sorted((negation, word)))
        return Flag("negated", f'"{words[0]}" stands {where} "{words[1]}"', span)

    def _contradicts(self, criterion: Criterion) -> Flag | None:
        words = contradiction(self._finder, criterion.contradicted_by)
        if not words:
            return None
        reason = f"you wrote {self._quoted(words)}; the criterion says: {criterion.credit}"
        return Flag("contradicts", reason, self._span(words))

    def _of_another(self, criterion: Criterion, found: Found) -> Flag | None:
        words = said_of_another(self._finder, criterion, found)
        if not words:
            return None
        reason = f"{self._quoted(words)} may be said of the wrong thing: {criterion.credit}"
        return Flag("opposite", reason, self._span(words))

    def _list(self) -> Flag | None:
        if not self._is_list:
            return None
        return Flag("list", "the words are there, but as a list that says nothing of them")

    def _echo(self, found: Found) -> Flag | None:
        asked = [index for index in found.words if self._is_asked(index)]
        if self._says_nothing and 2 * len(asked) >= len(found.words):
            return Flag("echo", "the answer has hardly a word that the question has not")
        echoed = [index for index in found.words if index in self._echoed]
        if not echoed or 2 * len(echoed) <= len(found.words):
            return None
        return Flag("echo", f"{self._quoted(echoed)} repeats the question", self._span(echoed))

    def _is_asked(self, index: int) -> bool:
        return self._reading.words[index].text[:SAME] in self._asked

    def _long(self) -> Flag | None:
        count = len(self._reading.words)
        if self._reading.cut:
            return Flag("long", "the answer is too long to read; only its beginning was looked at")
        if count > MANY_WORDS:
            return Flag("long", f"the answer has {count} words; long answers are read less well")
        return None

    def _span(self, words: Sequence[int]) -> Span:
        return Span(self._reading.words[words[0]].start, self._reading.words[words[-1]].end)

    def _quoted(self, words: Sequence[int]) -> str:
        span = self._span(words)
        text = " ".join(self._response[span.start : span.end].split())
        return f'"{text}"' if len(text) <= 60 else f'"{text[:30].rstrip()} … {text[-24:].lstrip()}"'


def _echoed(reading: Reading, prompt: Reading) -> frozenset[int]:
    """Words of the answer that stand in a run which the question has too."""
    asked = [word.text for word in prompt.words]
    runs = {tuple(asked[i : i + ECHO]) for i in range(len(asked) - ECHO + 1)}
    texts = [word.text for word in reading.words]
    starts = (i for i in range(len(texts) - ECHO + 1) if tuple(texts[i : i + ECHO]) in runs)
    return frozenset(index for start in starts for index in range(start, start + ECHO))


def _says_nothing(reading: Reading, asked: Set[str]) -> bool:
    """Whether an answer of some length only turns the words of the question about."""
    said = {word.text[:SAME] for word in reading.words if word.text not in SMALL}
    new = LITTLE_NEW if len(said) >= SHORTEST_ECHO else LITTLE_NEW / 2
    return len(said) >= SHORTEST_LIST and len(said - asked) <= new * len(said)


def _is_list(reading: Reading, response: str) -> bool:
    """Whether an answer is keywords in a row: hardly a small word or sign, and no clauses."""
    words = [word for word in reading.words if word.text not in FILLING]
    if len(words) < SHORTEST_LIST:
        return False
    links = sum(word.text in SMALL or word.text in VERBS for word in words)
    links += sum(sign in _LINKING_SIGNS for sign in response[: words[-1].end])
    clauses = len({word.clause for word in words})
    bare = clauses == 1 and not links and len(words) == len(reading.words)
    return links * MOST_BARE <= len(words) and (bare or len(words) / clauses <= ITEM)
