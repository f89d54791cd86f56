"""Which words of an answer a negation reaches: "does not saturate", "no order", "instead of".

"not" reaches on over what is said, "no" over the thing it stands before. A negated verb also
reaches back to its subject ("the gates do not help"), and where it denies that something works,
is used or is true, to all that is named in the sentence before it.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from quizapp.marking.rubric.vocabulary import (
    ALONE,
    AND,
    AUXILIARIES,
    BREAKS,
    COMPARING,
    CONTRACTED,
    DENYING,
    FALSE,
    NEGATIONS,
    NEXT_ONLY,
    NOT_HAVE,
    NOT_OF_ALL,
    NOT_THAT,
    NOTHING,
    OTHERWISE,
    SMALL,
    SUBJECTS,
)
from quizapp.marking.rubric.wording import Reading

_REACH = 5  # words that say something and that "not" reaches
_FARTHEST = 12  # words in all
_FAR_BACK = 16
_SO_FAR = 14  # words from "without" to what would be then


def negated_words(reading: Reading) -> dict[int, int]:
    """The words that a negation reaches, each with the index of the negation."""
    negated: dict[int, int] = {}
    for index in range(len(reading.words)):
        start = _negation_before(reading, index)
        if start is not None:
            for reached in (*_ahead(reading, index, start), *_back(reading, index)):
                negated.setdefault(reached, index)
    return negated


def _negation_before(reading: Reading, index: int) -> int | None:
    """Where the reach of a negation at ``index`` begins; None where there is none."""
    words = reading.words
    following = words[index + 1].text if index + 1 < len(words) else ""
    if (words[index].text, following) in (("instead", "of"), ("rather", "than")):
        return index + 2
    if words[index].text in FALSE and following in ("that", "to"):
        return index + 2
    if words[index].text not in NEGATIONS or denies_little(reading, index):
        return None
    return None if is_other_case(reading, index) else index + 1


def denies_little(reading: Reading, index: int) -> bool:
    """Whether a negation is one like "not only", "not all", "isn't the only", "don't have to"."""
    following = _same_clause(reading, index)
    texts = following[:2]
    if texts in NOT_THAT or not NOT_OF_ALL.isdisjoint(texts[:1]):
        return True
    if reading.words[index].text in NOTHING and texts[:1] in (["but"], ["except"], ["other"]):
        return True
    if any(list(pair) in NOT_HAVE for pair in itertools.pairwise(following)):
        return True
    return not ALONE.isdisjoint(following)


def _same_clause(reading: Reading, index: int) -> list[str]:
    """The words that follow in the same clause, as far as a negation is looked at."""
    words = reading.words
    clause = words[index].clause
    return [word.text for word in words[index + 1 : index + 7] if word.clause == clause]


def is_other_case(reading: Reading, index: int) -> bool:
    """Whether a word tells what would be otherwise: "without the trick no gradient would flow".

    "even without it" is no other case.
    """
    words = reading.words
    if words[index].text in OTHERWISE:
        return False
    return any(
        words[before].text in OTHERWISE
        and words[before].sentence == words[index].sentence
        and not (before and words[before - 1].text == "even")
        for before in range(max(index - _SO_FAR, 0), index)
    )


def _ahead(reading: Reading, index: int, start: int) -> Iterator[int]:
    words = reading.words
    reason_first = start < len(words) and words[start].text in BREAKS  # "not because it …"
    thing_only = _is_of_a_thing(reading, index, start)
    said = 0
    for reached in range(start, min(start + _FARTHEST, len(words))):
        word = words[reached]
        ends = word.text in BREAKS and not (reason_first and reached == start)
        ends = ends or word.text in NEGATIONS or word.text == "and"
        if word.clause != words[index].clause or ends:
            return
        if thing_only and said and word.text in SMALL and word.text not in AND:
            return
        yield reached
        said += word.text not in SMALL
        if said == (_REACH if words[index].text != "without" else 2):
            return


def _is_of_a_thing(reading: Reading, index: int, start: int) -> bool:
    """Whether a negation is one like "no order", and none like "nor does it order"."""
    words = reading.words
    if start < len(words) and words[start].text in AUXILIARIES:
        return False
    return words[index].text in NEXT_ONLY or words[index].text in ("instead", "rather")


def _back(reading: Reading, index: int) -> Iterator[int]:
    """The subject of a negated verb: "its scores do not", "they are never"."""
    words = reading.words
    if words[index].text == "no" and _is_verb_before(reading, index):
        yield index - 1
    verb = index if words[index].text in CONTRACTED | {"never"} else index - 1
    if verb < 1 or (verb != index and words[verb].text not in AUXILIARIES):
        return
    if words[verb - 1].text in AND:  # "it saturates and is not used"
        return
    following = words[index + 1].text if index + 1 < len(words) else ""
    if following in COMPARING:  # "is not more than"
        return
    denied = _denied(reading, index)
    for reached in range(verb - 1, max(verb - _FAR_BACK, -1), -1):
        word = words[reached]
        if word.sentence != words[index].sentence or word.text in BREAKS or word.text in SUBJECTS:
            return
        if not denied and (word.clause != words[index].clause or word.text in AND):
            return
        yield reached


def _is_verb_before(reading: Reading, index: int) -> bool:
    """Whether "no" follows what may be its verb: "carries no meaning"; not "almost no"."""
    if not index or reading.words[index - 1].clause != reading.words[index].clause:
        return False
    return reading.words[index - 1].text.endswith("s")


def _denied(reading: Reading, index: int) -> bool:
    """Whether the next word that says something is one like helps, works, is used, is true."""
    words = reading.words
    for word in words[index + 1 : index + 4]:
        if word.clause != words[index].clause:
            return False
        if word.text not in SMALL:
            return word.text.startswith(DENYING)
    return False
