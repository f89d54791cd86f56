"""Finding the word groups of a criterion in an answer.

A group is a list of alternatives, one of which must be found. An alternative is one or more
links separated by blanks (see `quizapp.marking.rubric.lookup`), all of which must occur. The
same group twice asks for two different things of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from quizapp.content.model import Group
from quizapp.marking.rubric.lookup import Finder, Match
from quizapp.marking.rubric.negation import denies_little, is_other_case
from quizapp.marking.rubric.vocabulary import (
    ASIDE,
    AVOIDING,
    BREAKS,
    COMPARED,
    NEGATIONS,
    SCARCE,
    TURNS,
)

INSTEAD_OF = "<>"  # see `quizapp.marking.rubric.rivals`


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
    finder: Finder, groups: Sequence[Group], *, apart: frozenset[int] = frozenset(), reach: int = 2
) -> Found:
    """The groups found within ``reach`` neighbouring sentences, where most of them are.

    Words in ``apart`` are not looked at.
    """
    best = Found((None,) * len(groups))
    for hits in _windows(finder, groups, apart, reach):
        if sum(map(bool, hits)) >= max(best.groups, 1):
            found = _in_window(finder, groups, hits)
            if (found.groups, -len(found.negated)) > (best.groups, -len(best.negated)):
                best = found
        if best.groups == len(groups) and not best.negated:
            return best
    return best


def contradiction(finder: Finder, groups: Sequence[Group]) -> Match:
    """Words of one sentence in which every group is found; () where it does not say so.

    It does not where a negation reaches them, where the sentence turns between them ("the sum
    grows with the degree, while the mean does not") or goes on in another clause, where they
    are said of the other case ("without the skip …", "unlike GPT …"), or only of a few.
    """
    matches = [_first_said(finder, group) for group in groups]
    together = tuple(sorted({index for match in matches for index in match}))
    sentences = {finder.reading.words[index].sentence for index in together}
    return together if all(matches) and len(sentences) == 1 else ()


def _first_said(finder: Finder, group: Group) -> Match:
    for alternative in group:
        if INSTEAD_OF in alternative:
            continue
        links = [finder.link(link) for link in alternative.split()]
        for chosen in zip(*links, strict=False):
            match = tuple(sorted({index for place in chosen for index in place}))
            if (
                _is_plain(finder, match)
                and not _turns(finder, match)
                and not _denied(finder, match)
                and not _is_other_case(finder, match)
            ):
                return match
    return ()


def _denied(finder: Finder, match: Match) -> bool:
    """Whether a negation stands before the words, or one of them denies little.

    "not all of them matter", "does not have to pass"
    """
    words = finder.reading.words
    if match[0] > 0 and words[match[0] - 1].text in NEGATIONS:
        return True
    return any(words[i].text in NEGATIONS and denies_little(finder.reading, i) for i in match)


def _is_other_case(finder: Finder, match: Match) -> bool:
    """Whether a sentence tells what would be otherwise: "without the skip the gradient dies"."""
    words, first = finder.reading.words, match[0]
    clause = words[first].clause
    before = {w.text for w in words[max(first - 14, 0) : first] if w.clause == clause}
    return is_other_case(finder.reading, first) or not COMPARED.isdisjoint(before)


def _turns(finder: Finder, match: Match) -> bool:
    """Whether a sentence goes over to something else between the first and last of its words."""
    words = finder.reading.words
    first = match[1] if _is_heading(finder, match[0]) and len(match) > 1 else match[0]
    if words[first].clause != words[match[-1]].clause:
        return True
    between = (words[index].text for index in range(match[0], match[-1]) if index not in match)
    said = list(between)
    turned = any(word.startswith(AVOIDING) for word in said)
    return turned or not (TURNS | BREAKS | ASIDE | SCARCE | NEGATIONS).isdisjoint(said)


def _is_heading(finder: Finder, index: int) -> bool:
    """Whether a word stands alone at the beginning of a sentence: "Update: the node …"."""
    words = finder.reading.words
    opens = not index or words[index - 1].sentence != words[index].sentence
    return opens and index + 1 < len(words) and words[index + 1].clause != words[index].clause


class _Hit(NamedTuple):
    """An alternative found within some sentences."""

    alternative: str
    match: Match
    plain: bool  # no negation reaches it, but for one that it asks for


class _Place(NamedTuple):
    """Where a link is taken from in one sentence: the first place that no negation reaches."""

    match: Match
    plain: bool


# ------------------------------------------------------------------------------- windows


def _windows(
    finder: Finder, groups: Sequence[Group], apart: frozenset[int], reach: int
) -> Iterator[list[list[_Hit]]]:
    """For each stretch of up to ``reach`` sentences what each group has in it.

    Looks at each alternative once and then only where it is, so that the time grows with what
    is there to be found.
    """
    places = _Places(finder, apart)
    tables = [_table(finder, places, group, reach) for group in groups]
    for window in sorted({window for table in tables for window in table}):
        yield [table.get(window, []) for table in tables]


def _table(
    finder: Finder, places: _Places, group: Group, reach: int
) -> dict[tuple[int, int], list[_Hit]]:
    """The hits of a group by their first and last sentence."""
    table: dict[tuple[int, int], list[_Hit]] = {}
    for alternative in group:
        found = [places.of(link) for link in alternative.split()]
        if not found or not all(found):
            continue
        for window in _shared_windows(found, reach):
            table.setdefault(window, []).append(_hit(finder, alternative, found, window))
    return table


def _shared_windows(found: Sequence[dict[int, _Place]], reach: int) -> Iterator[tuple[int, int]]:
    """Stretches of sentences in which every link is, and one of them at the beginning or end."""
    first, *others = found
    starts = {sentence - back for sentence in first for back in range(reach)}
    for start in sorted(start for start in starts if start >= 0):
        for last in range(start, start + reach):
            window = range(start, last + 1)
            if _meets(first, window) and all(_meets(other, window) for other in others):
                yield start, last


def _meets(places: dict[int, _Place], window: range) -> bool:
    return any(sentence in places for sentence in window)


def _hit(
    finder: Finder, alternative: str, found: Sequence[dict[int, _Place]], window: tuple[int, int]
) -> _Hit:
    chosen: set[int] = set()
    for places in found:
        here = [places[s] for s in range(window[0], window[1] + 1) if s in places]
        chosen.update(next((place for place in here if place.plain), here[0]).match)
    match = tuple(sorted(chosen))
    return _Hit(alternative, match, _is_plain(finder, match))


def _is_plain(finder: Finder, match: Match) -> bool:
    return all(finder.negated.get(index, match[0]) in match for index in match)


class _Places:
    """Where links are, outside of some words, by sentence."""

    def __init__(self, finder: Finder, apart: frozenset[int]) -> None:
        self._finder = finder
        self._apart = apart
        self._known: dict[str, dict[int, _Place]] = {}

    def of(self, link: str) -> dict[int, _Place]:
        if link not in self._known:
            self._known[link] = self._look(link)
        return self._known[link]

    def _look(self, link: str) -> dict[int, _Place]:
        words, places = self._finder.reading.words, dict[int, _Place]()
        for match in self._finder.link(link):
            known = places.get(words[match[0]].sentence)
            if (known and known.plain) or not self._apart.isdisjoint(match):
                continue
            plain = _is_plain(self._finder, match)
            if known is None or plain:
                places[words[match[0]].sentence] = _Place(match, plain)
        return places


# ------------------------------------------------------------------------------ a window


def _in_window(finder: Finder, groups: Sequence[Group], hits: Sequence[list[_Hit]]) -> Found:
    matches: list[Match | None] = []
    taken: dict[Group, list[_Hit]] = {}  # a group asked twice gives two things
    for group, candidates in zip(groups, hits, strict=True):
        used = taken.setdefault(group, [])
        best = _best(candidates, used)
        used += [best] if best else []
        matches.append(best.match if best else None)
    together = {index for match in matches for index in match or ()}
    negated = [i for i in sorted(together) if finder.negated.get(i, i) not in {i} | together]
    return Found(tuple(matches), tuple(negated))


def _best(candidates: Sequence[_Hit], used: Sequence[_Hit]) -> _Hit | None:
    """The first alternative found, one that no negation reaches if there is one."""
    best: _Hit | None = None
    for hit in candidates:
        if best and not hit.plain:
            continue
        if any(hit.alternative == u.alternative or set(hit.match) & set(u.match) for u in used):
            continue
        if hit.plain:
            return hit
        best = hit
    return best
