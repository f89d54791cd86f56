"""Which of two things each stretch of an answer is about: Skip-gram or CBOW, BERT or GPT.

A stretch is a clause, or the part of one up to where the other thing is named. One that names
neither goes on about what was named last; one that begins with "when", "with", … belongs to
what is named next: "with little data, freeze the encoder".
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Literal, NamedTuple, TypeAlias

from quizapp.content.model import Group
from quizapp.marking.rubric.evidence import Finder
from quizapp.marking.rubric.vocabulary import ASIDE, FORWARD, SMALL, TURNS
from quizapp.marking.rubric.wording import Word

Topic: TypeAlias = Literal["one", "other", "both", ""]


class _Stretch(NamedTuple):
    words: range
    topic: Topic


def topics(finder: Finder, one: Group, other: Group) -> tuple[Topic, ...]:
    """For each word of the answer what it is about; "" where nothing tells."""
    named: dict[int, Topic] = {}
    for index in _named(finder, other):
        named[index] = "other"
    for index in _named(finder, one):
        named[index] = "one"
    stretches = [
        stretch for clause in _clauses(finder) for stretch in _stretches(finder, clause, named)
    ]
    told = _inherited(finder, stretches)
    return tuple(
        topic for stretch, topic in zip(stretches, told, strict=True) for _ in stretch.words
    )


def _named(finder: Finder, group: Group) -> list[int]:
    """Where a thing is named as what the text is about; not "unlike GPT", "than CBOW"."""
    words = finder.reading.words
    places = {match[0] for name in group for match in finder.link(name.split()[0])}
    return [i for i in sorted(places) if not _is_aside(words[max(i - 2, 0) : i], words[i].clause)]


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
    """Cut a clause where it turns from one thing to the other."""
    words = finder.reading.words
    mentions = [index for index in clause if index in named]
    stretches: list[_Stretch] = []
    start, topic = clause.start, (named[mentions[0]] if mentions else "")
    for before, index in itertools.pairwise(mentions):
        if named[index] == named[before]:
            continue
        between = [i for i in range(before + 1, index) if words[i].text not in SMALL]
        if not between:  # "BERT and GPT"
            topic = "both"
            continue
        cut = between[-1] + 1
        stretches.append(_Stretch(range(start, cut), topic))
        start, topic = cut, named[index]
    return [*stretches, _Stretch(range(start, clause.stop), topic)]


def _inherited(finder: Finder, stretches: Sequence[_Stretch]) -> list[Topic]:
    words = finder.reading.words
    told: list[Topic] = []
    last: Topic = ""
    for number, stretch in enumerate(stretches):
        topic = stretch.topic
        if not topic:
            sentence = words[stretch.words.start].sentence
            later = (s for s in stretches[number + 1 :] if s.topic)
            ahead = next(later, None)
            here = ahead is not None and words[ahead.words.start].sentence == sentence
            forward = here and (not last or words[stretch.words.start].text in FORWARD)
            topic = ahead.topic if ahead and forward else last
        told.append(topic)
        last = stretch.topic or last
    return told
