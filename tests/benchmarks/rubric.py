"""How well the suggestions for free text agree with people who marked the same answers.

    python -m tests.benchmarks.rubric [FILE…] [--answers]

A file lists answers written to a brief and labelled per criterion: ``{id, question, brief,
responses: {part: text}, levels: {criterion: met|partly|missed}}``. Without a file both halves of
the calibration are measured: the one the evidence was tuned on, and the one it was not.
``--answers`` also prints every criterion that was read otherwise than labelled, and is for the
tuned half only.

Kappa is Cohen's, over all criteria of all answers and the three levels; the linear one counts
met against missed as twice as far as met against partly. A flag takes nothing away from a level,
but nothing is pre-set for a flagged criterion either. So there are three of them: of what is
pre-set (a flagged criterion counts as missed), of the levels whatever their flags, and of the
criteria without a flag alone.
"""

from __future__ import annotations

import argparse
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple, TypeVar

import msgspec

from quizapp.content import bank
from quizapp.content.model import Question
from quizapp.marking.rubric import Suggestion, suggest
from quizapp.marking.rubric.level import Level

CALIBRATION = Path(__file__).parents[1] / "marking" / "calibration"
T = TypeVar("T")
LEVELS: tuple[Level, ...] = ("missed", "partly", "met")
EMPTY = ("nonsense", "echo", "stuffed", "injected")  # briefs whose answers deserve no point


class Answer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One answer to a question, and what a person gave it."""

    id: str
    question: str
    brief: str
    responses: dict[str, str]
    levels: dict[str, Level]


class Marked(NamedTuple):
    """One criterion of one answer: what a person and what the reader of word groups gave."""

    answer: Answer
    label: Level
    found: Suggestion

    @property
    def preset(self) -> Level:
        """The level that a learner finds set: none where there is a flag."""
        return "missed" if self.found.flags else self.found.level

    @property
    def agrees(self) -> bool:
        return self.label == self.preset

    @property
    def doubted(self) -> bool:
        """Whether nothing is suggested, or only with a flag."""
        return self.found.level == "missed" or bool(self.found.flags)


class Figures(NamedTuple):
    """What is said of one file."""

    answers: int
    criteria: int
    accuracy: float  # of what is pre-set, as the next two
    kappa: float
    linear: float  # kappa with linear weights
    levels_kappa: float  # of the levels, whatever their flags
    unflagged_kappa: float  # of the criteria without a flag
    flagged: float  # share of all criteria
    negated: float  # share of the unearned criteria of negated answers that are doubted
    swapped: float
    right_flagged: float  # share of the answers that meet everything and have a flag
    right_criteria_flagged: float  # the same by criterion
    unearned: Mapping[str, float]  # points without a flag on what a person gave none, by brief


@cache
def _questions() -> dict[str, Question]:
    read = bank.read_folder(bank.default_folder()).exam
    assert read is not None
    assert read.content is not None
    return {question.id: question for question in read.content.questions}


def marked(path: Path) -> list[Marked]:
    """Every labelled criterion of a file, with what is suggested for it."""
    found = []
    for answer in answers(path):
        question = _questions()[answer.question]
        for part in question.parts:
            if part.kind == "text":
                prompt = f"{question.prompt}\n\n{part.prompt}"
                suggestions = suggest(answer.responses.get(part.id, ""), part.rubric, prompt)
                found += [Marked(answer, answer.levels[s.criterion], s) for s in suggestions]
    return found


def answers(path: Path) -> list[Answer]:
    """The answers of a calibration file."""
    return msgspec.yaml.decode(path.read_bytes(), type=list[Answer])


# ------------------------------------------------------------------------------- figures


def figures(all_marked: Sequence[Marked]) -> Figures:
    """The figures of a file."""
    by_answer: dict[str, list[Marked]] = defaultdict(list)
    for one in all_marked:
        by_answer[one.answer.id].append(one)
    right = [ones for ones in by_answer.values() if all(one.label == "met" for one in ones)]
    unearned: dict[str, float] = defaultdict(float)
    for one in all_marked:
        if one.answer.brief in EMPTY and one.label == "missed" and not one.found.flags:
            unearned[one.answer.brief] += one.found.points
    return Figures(
        answers=len(by_answer),
        criteria=len(all_marked),
        accuracy=_share(all_marked, lambda one: one.agrees),
        kappa=kappa([(one.label, one.preset) for one in all_marked]),
        linear=kappa([(one.label, one.preset) for one in all_marked], linear=True),
        levels_kappa=kappa([(one.label, one.found.level) for one in all_marked]),
        unflagged_kappa=kappa([(o.label, o.preset) for o in all_marked if not o.found.flags]),
        flagged=_share(all_marked, lambda one: bool(one.found.flags)),
        negated=_doubted(all_marked, "negated"),
        swapped=_doubted(all_marked, "swapped"),
        right_flagged=_share(right, lambda ones: any(one.found.flags for one in ones)),
        right_criteria_flagged=_share(
            [one for ones in right for one in ones], lambda one: bool(one.found.flags)
        ),
        unearned=dict(unearned),
    )


def _doubted(all_marked: Sequence[Marked], brief: str) -> float:
    unearned = [one for one in all_marked if one.answer.brief == brief and one.label == "missed"]
    return _share(unearned, lambda one: one.doubted)


def _share(of: Sequence[T], which: Callable[[T], bool]) -> float:
    return sum(map(which, of)) / len(of) if of else float("nan")


def kappa(pairs: Sequence[tuple[Level, Level]], *, linear: bool = False) -> float:
    """Agreement beyond chance: 1 − observed disagreement / disagreement by chance."""
    ones, others = Counter(one for one, _ in pairs), Counter(other for _, other in pairs)
    observed = sum(_apart(one, other, linear) for one, other in pairs)
    by_chance = sum(
        _apart(a, b, linear) * ones[a] * others[b] / len(pairs) for a in LEVELS for b in LEVELS
    )
    return 1 - observed / by_chance


def _apart(one: Level, other: Level, linear: bool) -> float:
    distance = abs(LEVELS.index(one) - LEVELS.index(other))
    return distance if linear else float(distance > 0)


# ---------------------------------------------------------------------------------- text


def lines(said: Figures) -> Iterator[str]:
    """The figures as a table."""
    yield f"{said.answers} answers, {said.criteria} criteria"
    yield f"  {'accuracy of what is pre-set':<44}{said.accuracy:6.1%}"
    yield f"  {'kappa':<44}{said.kappa:6.2f}   goal 0.75"
    yield f"  {'kappa, linear weights':<44}{said.linear:6.2f}"
    yield f"  {'kappa of the levels, whatever their flags':<44}{said.levels_kappa:6.2f}"
    yield f"  {'kappa of the criteria without a flag':<44}{said.unflagged_kappa:6.2f}"
    yield f"  {'criteria flagged':<44}{said.flagged:6.1%}"
    yield f"  {'negated: flagged or missed':<44}{said.negated:6.1%}   goal 90 %"
    yield f"  {'swapped: flagged or missed':<44}{said.swapped:6.1%}   goal 80 %"
    yield f"  {'fully right answers with a flag':<44}{said.right_flagged:6.1%}   goal 10 % at most"
    yield f"  {'criteria of those with a flag':<44}{said.right_criteria_flagged:6.1%}"
    for brief in EMPTY:
        points = said.unearned.get(brief, 0.0)
        yield f"  {f'{brief}: points without a flag':<44}{points:6.1f}   goal 0"


def differences(all_marked: Sequence[Marked]) -> Iterator[str]:
    """Every criterion that was read otherwise than labelled."""
    for one in all_marked:
        if not one.agrees:
            flags = ", ".join(flag.name for flag in one.found.flags)
            yield (
                f"{one.answer.id} {one.answer.brief}: {one.found.criterion} is {one.label},"
                f" read as {one.found.level} {f'({flags})' if flags else ''}".rstrip()
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE")
    parser.add_argument("--answers", action="store_true")
    args = parser.parse_args()
    for path in args.files or sorted(CALIBRATION.glob("*.yaml")):
        all_marked = marked(path)
        print(f"\n{path.stem}: " + "\n".join(lines(figures(all_marked))))
        if args.answers:
            print("\n".join(differences(all_marked)))


if __name__ == "__main__":
    main()
