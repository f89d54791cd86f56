"""Suggestions for marking free text: per criterion a level, the words that led to it, and doubts.

A suggestion is never the last word: the learner decides every criterion. Flags say why one
should be looked at; they take nothing away. Pure and deterministic; a few milliseconds.

Met: every word group found within two neighbouring sentences. Partly: at least half of them.
A criterion of half a point is all or nothing; otherwise partly gives the found share of the
points, in half points, at least ½ and at most ½ less than all.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Literal, TypeAlias

from msgspec import Struct

from quizapp.content.model import Criterion, Group
from quizapp.marking.rubric.evidence import Finder, Found, find
from quizapp.marking.rubric.topics import Topic, topics
from quizapp.marking.rubric.vocabulary import SMALL
from quizapp.marking.rubric.wording import Reading, Word, read

Level: TypeAlias = Literal["met", "partly", "missed"]
FlagName: TypeAlias = Literal["negated", "opposite", "contradicts", "list", "echo", "long"]

MANY_WORDS = 300  # an answer of about 50 words is asked for
ECHO = 5  # words in a row that the question has too
SHORTEST_LIST = 6  # words
STEP = 0.5  # points are given in halves


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
    by_id = {criterion.id: criterion for criterion in criteria}
    doubts = _Doubts(finder, response, prompt)
    return [_suggestion(criterion, by_id, finder, doubts) for criterion in criteria]


def _suggestion(
    criterion: Criterion, by_id: Mapping[str, Criterion], finder: Finder, doubts: _Doubts
) -> Suggestion:
    sibling = by_id.get(criterion.opposite_of)
    if sibling is None or min(len(criterion.evidence), len(sibling.evidence)) < 2:
        found, swapped = find(finder, criterion.evidence), None
    else:
        found, swapped = _find_beside_sibling(finder, criterion, sibling)
    level = level_of(criterion, found)
    flags: list[Flag] = []
    if level != "missed":
        flags = doubts.about(criterion, found)
        if swapped and sibling is not None:
            flags.append(doubts.opposite(sibling, swapped))
    return Suggestion(
        criterion=criterion.id,
        level=level,
        points=points_of(criterion, found),
        evidence=doubts.spans(found.words),
        flags=tuple(flags),
    )


# ----------------------------------------------------------------------------------- level


def level_of(criterion: Criterion, found: Found) -> Level:
    """Met, partly or missed; half a point is all or nothing."""
    groups = len(found.matches)
    if groups and found.groups == groups:
        return "met"
    half = groups and found.groups * 2 >= groups
    return "partly" if half and criterion.points > STEP else "missed"


def points_of(criterion: Criterion, found: Found) -> float:
    """The points of a level: in half-point steps, between ½ and ½ less than all when partly."""
    match level_of(criterion, found):
        case "met":
            return criterion.points
        case "missed":
            return 0.0
    share = criterion.points * found.groups / len(found.matches)
    return min(max(math.floor(share / STEP) * STEP, STEP), criterion.points - STEP)


# -------------------------------------------------------------------------------- opposites


def _find_beside_sibling(
    finder: Finder, criterion: Criterion, sibling: Criterion
) -> tuple[Found, tuple[int, ...]]:
    """What was found of a criterion that is easily swapped with another, and what was swapped.

    The first group of both names what they are about, the rest says what is true of it. The
    rest decides the level, looked for where the answer is not about the sibling. An answer that
    names neither is about something else.
    """
    right, wrong = criterion.evidence[1:], sibling.evidence[1:]
    about = topics(finder, criterion.evidence[0], sibling.evidence[0])
    if not any(about):
        return Found((None,) * len(right)), ()
    mine, theirs = _words_about(about, "one"), _words_about(about, "other")
    found = find(finder, right, apart=theirs)
    swapped = _said_instead(finder, right, wrong, _all_but(about, theirs))
    if swapped and level_of(criterion, found) == "missed":
        found = find(finder, right)
    swapped = swapped or _said_instead(finder, wrong, right, _all_but(about, mine))
    return found, swapped


def _said_instead(
    finder: Finder, wrong: Sequence[Group], right: Sequence[Group], apart: frozenset[int]
) -> tuple[int, ...]:
    """Words that say all of the wrong thing, where not all of the right is said."""
    instead = find(finder, wrong, apart=apart, reach=1)
    if instead.groups < len(wrong) or find(finder, right, apart=apart).groups == len(right):
        return ()
    return instead.words


def _words_about(about: Sequence[Topic], wanted: Topic) -> frozenset[int]:
    return frozenset(index for index, topic in enumerate(about) if topic == wanted)


def _all_but(about: Sequence[Topic], kept: frozenset[int]) -> frozenset[int]:
    return frozenset(range(len(about))) - kept


# ------------------------------------------------------------------------------------ flags


class _Doubts:
    """What makes one look twice: computed once per answer, asked per criterion."""

    def __init__(self, finder: Finder, response: str, prompt: str) -> None:
        self._finder = finder
        self._reading = finder.reading
        self._response = response
        self._echoed = _echoed(finder.reading, read(prompt))
        self._is_list = _is_list(finder.reading, response)

    def about(self, criterion: Criterion, found: Found) -> list[Flag]:
        flags = [
            self._negated(found),
            self._contradicts(criterion),
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

    def opposite(self, sibling: Criterion, words: Sequence[int]) -> Flag:
        return Flag(
            "opposite",
            f"{self._quoted(words)} may belong to the other one: {sibling.credit}",
            self._span(words),
        )

    def _negated(self, found: Found) -> Flag | None:
        if not found.negated:
            return None
        word = found.negated[0]
        words = (self._finder.negated[word], word)
        negation, negated = (self._reading.words[i].text for i in words)
        return Flag("negated", f'"{negation}" stands before "{negated}"', self._span(words))

    def _contradicts(self, criterion: Criterion) -> Flag | None:
        if not criterion.contradicted_by:
            return None
        found = find(self._finder, criterion.contradicted_by, reach=1)
        if found.groups < len(criterion.contradicted_by) or found.negated:
            return None
        reason = f"you wrote {self._quoted(found.words)}; the criterion says: {criterion.credit}"
        return Flag("contradicts", reason, self._span(found.words))

    def _list(self) -> Flag | None:
        if not self._is_list:
            return None
        return Flag("list", "the words are there, but as a list that says nothing of them")

    def _echo(self, found: Found) -> Flag | None:
        echoed = [index for index in found.words if index in self._echoed]
        if not echoed or 2 * len(echoed) <= len(found.words):
            return None
        return Flag("echo", f"{self._quoted(echoed)} repeats the question", self._span(echoed))

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


def _is_list(reading: Reading, response: str) -> bool:
    """Whether an answer is keywords in a row: hardly a small word or sign, and no clauses."""
    words = reading.words
    if len(words) < SHORTEST_LIST:
        return False
    links = sum(word.text in SMALL for word in words)
    links += sum(sign in _LINKING_SIGNS for sign in response[: words[-1].end])
    clauses = len({word.clause for word in words})
    return links < len(words) / 10 and (len(words) / clauses <= 3 or (clauses == 1 and not links))
