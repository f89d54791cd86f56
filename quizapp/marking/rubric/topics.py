"""Which of several things each stretch of an answer is about: Skip-gram or CBOW, BERT or GPT.

A stretch is a clause, or the part of one up to where another thing is named. One that names
none goes on about what was named last; one that begins with "when", "with", … belongs to
what is named next: "with little data, freeze the encoder".
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

from quizapp.content.model import Group
from quizapp.marking.rubric.lookup import Finder
from quizapp.marking.rubric.vocabulary import (
    ASIDE,
    FORWARD,
    NAMING,
    ORDINALS,
    SHOWING,
    SMALL,
    TURNS,
)
from quizapp.marking.rubric.wording import Word

Topic: TypeAlias = int  # the number of the thing
NONE, SEVERAL = -1, -2


class _Stretch(NamedTuple):
    words: range
    topic: Topic


def topics(finder: Finder, things: Sequence[Group]) -> tuple[Topic, ...]:
    """For each word of the answer which thing it is about; NONE where nothing tells.

    Where one word names several things, the first of them counts.
    """
    named: dict[int, Topic] = {}
    for number, names in reversed(list(enumerate(things))):
        named |= dict.fromkeys(_named(finder, names), number)
    named |= _ordinals(finder, named)
    stretches = [
        stretch for clause in _clauses(finder) for stretch in _stretches(finder, clause, named)
    ]
    told = _inherited(finder, stretches)
    return tuple(
        topic for stretch, topic in zip(stretches, told, strict=True) for _ in stretch.words
    )


def sentences_naming(finder: Finder, names: Group) -> set[int]:
    """The sentences in which a thing is named as what they are about."""
    return {finder.reading.words[index].sentence for index in _named(finder, names)}


def _named(finder: Finder, group: Group) -> list[int]:
    """Where a thing is named as what the text is about; not "unlike GPT", "than CBOW".

    But what follows "than CBOW, which" is about it.
    """
    words = finder.reading.words
    named: list[int] = []
    for index in sorted({match[0] for name in group for match in finder.link(name.split()[0])}):
        if not _is_aside(_before(words, index), words[index].clause):
            named.append(index)
            continue
        for place in (index + 1, index + 2):
            if place < len(words) and words[place].text in ("which", "whose", "where"):
                named.append(place)
                break
    return named


def _before(words: Sequence[Word], index: int) -> Sequence[Word]:
    """The two words before, and more where they are small: "rather than by the grid"."""
    start = max(index - 2, 0)
    while start and index - start < 4 and words[start].text in SMALL:
        start -= 1
    return words[start:index]


def _ordinals(finder: Finder, named: dict[int, Topic]) -> dict[int, Topic]:
    """ "the former", "the second is": which of two things that were named before is meant."""
    words = finder.reading.words
    meant: dict[int, Topic] = {}
    for index, word in enumerate(words):
        if word.text not in ORDINALS or index == 0 or words[index - 1].text != "the":
            continue
        following = words[index + 1] if index + 1 < len(words) else None
        if following and following.clause == word.clause and following.text not in SMALL:
            continue
        before = list(dict.fromkeys(named[i] for i in sorted(named) if i < index))
        if len(before) == 2:
            meant[index] = before[ORDINALS[word.text]]
    return meant


def _is_aside(before: Sequence[Word], clause: int) -> bool:
    return any(word.text in ASIDE and word.clause == clause for word in before)


def _clauses(finder: Finder) -> list[range]:
    words = finder.reading.words
    if not words:
        return []
    starts = [
        index
        for index, word in enumerate(words)
        if not index or word.clause != words[index - 1].clause or word.text in TURNS
    ]
    return [range(a, b) for a, b in zip(starts, [*starts[1:], len(words)], strict=True)]


def _stretches(finder: Finder, clause: range, named: dict[int, Topic]) -> list[_Stretch]:
    """Cut a clause where it turns from one thing to another."""
    words = finder.reading.words
    mentions = [index for index in clause if index in named]
    stretches: list[_Stretch] = []
    start, topic = clause.start, (named[mentions[0]] if mentions else NONE)
    for before, index in itertools.pairwise(mentions):
        if named[index] == named[before]:
            continue
        between = [i for i in range(before + 1, index) if words[i].text not in SMALL]
        if not between:  # "BERT and GPT"
            topic = SEVERAL
            continue
        cut = between[-1] + 1
        stretches.append(_Stretch(range(start, cut), topic))
        start, topic = cut, named[index]
    return [*stretches, _Stretch(range(start, clause.stop), topic)]


def _inherited(finder: Finder, stretches: Sequence[_Stretch]) -> list[Topic]:
    words = finder.reading.words
    told: list[Topic] = []
    last: Topic = NONE
    for stretch, ahead in zip(stretches, _named_next(stretches), strict=True):
        topic = stretch.topic
        if topic == NONE:
            first = words[stretch.words.start]
            here = ahead if ahead and words[ahead.words.start].sentence == first.sentence else None
            forward = here and (
                last == NONE
                or _looks_forward(finder, stretch.words.start)
                or _only_names(finder, here.words)
            )
            topic = here.topic if here and forward else last
        told.append(topic)
        last = last if stretch.topic == NONE else stretch.topic
    return told


def _looks_forward(finder: Finder, index: int) -> bool:
    """Whether a stretch begins with "when", "with", …; not with "for example"."""
    words = finder.reading.words
    following = words[index + 1].text if index + 1 < len(words) else ""
    return words[index].text in FORWARD and following not in ("example", "instance")


def _only_names(finder: Finder, stretch: range) -> bool:
    """Whether a sentence ends in a clause that only gives a name: "…: those are parameters"."""
    words = finder.reading.words
    if stretch.stop < len(words) and words[stretch.stop].sentence == words[stretch.start].sentence:
        return False
    said = [words[i].text for i in stretch if words[i].text not in SMALL | NAMING]
    opening = words[stretch.start].text
    return len(said) <= 2 and (opening in SHOWING or opening in said)


def _named_next(stretches: Sequence[_Stretch]) -> list[_Stretch | None]:
    """For each stretch the next one that names what it is about."""
    coming: list[_Stretch | None] = [None]
    for stretch in reversed(stretches[1:]):
        coming.append(coming[-1] if stretch.topic == NONE else stretch)
    return coming[::-1][-len(stretches) :] if stretches else []
