"""Which words of an answer a negation reaches: "does not saturate", "no order", "instead of"."""

from __future__ import annotations

from quizapp.marking.rubric.vocabulary import BREAKS, NEGATIONS, NEXT_ONLY, SMALL
from quizapp.marking.rubric.wording import Reading

_REACH = 4  # words that "not" reaches


def negated_words(reading: Reading) -> dict[int, int]:
    """The words that a negation reaches, each with the index of the negation."""
    negated: dict[int, int] = {}
    words = reading.words
    for index, word in enumerate(words):
        start = _negation_before(reading, index)
        if start is None:
            continue
        next_only = word.text in NEXT_ONLY or word.text not in NEGATIONS
        for reached in range(start, min(start + _REACH, len(words))):
            if words[reached].clause != word.clause or words[reached].text in BREAKS:
                break
            negated.setdefault(reached, index)
            if next_only and words[reached].text not in SMALL:
                break
    return negated


def _negation_before(reading: Reading, index: int) -> int | None:
    """Where the reach of a negation at ``index`` begins; None where there is none."""
    words = reading.words
    following = words[index + 1].text if index + 1 < len(words) else ""
    if (words[index].text, following) in (("instead", "of"), ("rather", "than")):
        return index + 2
    if words[index].text not in NEGATIONS or following in ("only", "just", "necessarily"):
        return None
    return index + 1
