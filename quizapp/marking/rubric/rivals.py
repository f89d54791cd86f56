"""Things that are easily swapped: Skip-gram's description given for CBOW, a gate's for another.

Of criteria linked by ``opposite_of``, the first group names what each is about, the rest says what
is true of it. The rest decides the level, looked for where the answer is not about one of the
others. A criterion alone says under ``contradicted_by`` what it is not true of:
in ``relu<>sigmoid*|tanh`` the words before the sign name the wrong thing, the others the right one.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from quizapp.content.model import Criterion, Group
from quizapp.marking.rubric.evidence import INSTEAD_OF, Found, find
from quizapp.marking.rubric.level import level_of
from quizapp.marking.rubric.lookup import Finder
from quizapp.marking.rubric.topics import SEVERAL, sentences_naming, topics
from quizapp.marking.rubric.vocabulary import GOING_ON


class Swapped(NamedTuple):
    """Words that say of a thing what is true of another one."""

    rival: Criterion
    words: tuple[int, ...]


def rivals(criterion: Criterion, criteria: Sequence[Criterion]) -> list[Criterion]:
    """The criteria that one is easily swapped with: all that ``opposite_of`` links, over others."""
    linked = {criterion.id}
    for _ in criteria:
        for each in criteria:
            if each.id in linked and each.opposite_of:
                linked.add(each.opposite_of)
            elif each.opposite_of in linked:
                linked.add(each.id)
    found = [each for each in criteria if each.id in linked and each is not criterion]
    return found if min(len(each.evidence) for each in (criterion, *found)) >= 2 else []


def find_beside(
    finder: Finder, criterion: Criterion, others: Sequence[Criterion]
) -> tuple[Found, Swapped | None]:
    """What was found of a criterion that has rivals, and what is swapped with one of them.

    An answer that does not name what the criterion is about is about something else.
    """
    right = criterion.evidence[1:]
    about = topics(finder, [each.evidence[0] for each in (criterion, *others)])
    if not {0, SEVERAL} & {*about}:
        return Found((None,) * len(right)), None
    theirs = frozenset(index for index, topic in enumerate(about) if topic > 0)
    found = find(finder, right, apart=theirs)
    swapped = _given_away(finder, right, others, about)
    if swapped and level_of(criterion, found) == "missed":
        found = find(finder, right)
    return found, swapped or _taken_over(finder, right, others, about)


def _given_away(
    finder: Finder, right: Sequence[Group], others: Sequence[Criterion], about: Sequence[int]
) -> Swapped | None:
    """Where all that is right is said of a rival, and not what is true of that."""
    for number, other in enumerate(others, start=1):
        apart = _all_but(about, number)
        if words := _said_instead(finder, right, other.evidence[1:], apart):
            return Swapped(other, words)
    return None


def _taken_over(
    finder: Finder, right: Sequence[Group], others: Sequence[Criterion], about: Sequence[int]
) -> Swapped | None:
    """Where all that is true of a rival is said of this, and not what is right."""
    apart = _all_but(about, 0)
    for other in others:
        if words := _said_instead(finder, other.evidence[1:], right, apart):
            return Swapped(other, words)
    return None


def _said_instead(
    finder: Finder, wrong: Sequence[Group], right: Sequence[Group], apart: frozenset[int]
) -> tuple[int, ...]:
    """Words that say all of the wrong thing, where not all of the right is said."""
    instead = find(finder, wrong, apart=apart, reach=1)
    if (
        instead.negated
        or instead.groups < len(wrong)
        or find(finder, right, apart=apart).groups == len(right)
    ):
        return ()
    return instead.words


def said_of_another(finder: Finder, criterion: Criterion, found: Found) -> tuple[int, ...]:
    """Evidence without which less is found, said of a thing that the criterion is not about."""
    for wrong, right in _things(criterion.contradicted_by):
        about = topics(finder, [right, wrong])
        named = _going_on(finder, sentences_naming(finder, wrong))
        elsewhere = frozenset(
            index
            for index, topic in enumerate(about)
            if topic == 1 and finder.reading.words[index].sentence in named
        )
        words = tuple(index for index in found.words if index in elsewhere)
        if not words or {0, SEVERAL}.isdisjoint(about):
            continue
        if find(finder, criterion.evidence, apart=elsewhere).groups < found.groups:
            return words
    return ()


def _going_on(finder: Finder, sentences: set[int]) -> set[int]:
    """Those sentences, and the ones that go on about the same: "This gives …", "It …"."""
    words, found = finder.reading.words, set(sentences)
    for before, word in itertools.pairwise(words):
        if word.sentence != before.sentence and before.sentence in found and word.text in GOING_ON:
            found.add(word.sentence)
    return found


def _things(groups: Sequence[Group]) -> Iterator[tuple[Group, Group]]:
    for alternative in (alternative for group in groups for alternative in group):
        wrong, sign, right = alternative.partition(INSTEAD_OF)
        if sign:
            yield tuple(wrong.split(",")), tuple(right.split(","))


def _all_but(about: Sequence[int], kept: int) -> frozenset[int]:
    return frozenset(index for index, topic in enumerate(about) if topic != kept)
