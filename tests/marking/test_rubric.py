"""Suggestions on the exam's rubrics: answers as students write them, and attacks."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from quizapp.content import bank
from quizapp.content.model import Part, Question
from quizapp.marking.rubric import Suggestion, suggest


class Asked(NamedTuple):
    """One text part in its question."""

    question: Question
    part: Part

    @property
    def name(self) -> str:
        return f"{self.question.id} {self.part.id}"

    @property
    def prompt(self) -> str:
        return f"{self.question.prompt}\n\n{self.part.prompt}"

    def suggest(self, response: str) -> list[Suggestion]:
        return suggest(response, self.part.rubric, self.prompt)


@cache
def asked() -> dict[str, Asked]:
    read = bank.read_folder(bank.default_folder()).exam
    assert read is not None
    exam = read.content
    assert exam is not None
    parts = [Asked(q, part) for q in exam.questions for part in q.parts if part.kind == "text"]
    return {one.name: one for one in parts}


NAMES = [f"q{number:02}" for number in range(1, 21) if number != 4]


@pytest.mark.parametrize("question", NAMES)
def test_nothing_misses_every_criterion(question: str) -> None:
    for one in asked().values():
        if one.question.id == question:
            for text in ("", " \n", "I don't know", one.question.title):
                assert {found.level for found in one.suggest(text)} == {"missed"}, text


# ------------------------------------------------------------------------ students' answers


class Answer(NamedTuple):
    part: str
    kind: str
    text: str
    levels: dict[str, str]


@cache
def answers() -> list[Answer]:
    source = Path(__file__).with_name("rubric_answers.yaml")
    loaded: list[dict[str, Any]] = yaml.safe_load(source.read_text(encoding="utf-8"))
    return [Answer(**entry) for entry in loaded]


def agrees(expected: str, found: Suggestion) -> bool:
    if expected == "doubt":
        return found.level == "missed" or bool(found.flags)
    return found.level == expected


def test_there_are_enough_answers_of_every_kind() -> None:
    kinds = [answer.kind for answer in answers()]
    assert len(kinds) >= 90
    assert {answer.part.split()[0] for answer in answers()} == set(NAMES)
    assert {"good", "half", "terse", "wrong", "negated", "swapped", "list", "echo"} == set(kinds)


@pytest.mark.parametrize("number", range(len(answers())))
def test_answers_are_labelled_in_full(number: int) -> None:
    answer = answers()[number]
    assert set(answer.levels) == {c.id for c in asked()[answer.part].part.rubric}


def test_agreement_with_the_labels() -> None:
    """The evidence was tuned on these answers, so this only keeps it from getting worse.

    Of the last 38 answers, 105 of 121 criteria (87 %) were read right before tuning; nearly all
    the others were missed though earned.
    """
    marked = [
        (answer, answer.levels[found.criterion], found)
        for answer in answers()
        for found in asked()[answer.part].suggest(answer.text)
    ]
    wrong = [
        f"{found.criterion}: {expected}, read as {found.level}: {answer.text}"
        for answer, expected, found in marked
        if not agrees(expected, found)
    ]
    assert len(wrong) <= len(marked) * 0.03, "\n".join(wrong)
    right = [found for _, expected, found in marked if expected == "met"]
    assert sum(bool(found.flags) for found in right) <= len(right) * 0.1


@pytest.mark.parametrize("kind", ["negated", "swapped", "list", "echo"])
def test_no_unflagged_point_where_an_answer_deserves_doubt(kind: str) -> None:
    for answer in answers():
        if answer.kind == kind:
            for found in asked()[answer.part].suggest(answer.text):
                if answer.levels[found.criterion] in ("doubt", "missed"):
                    assert found.points == 0 or found.flags, (answer.text, found)


# --------------------------------------------------------------------------------- attacks


@pytest.mark.parametrize("question", NAMES)
def test_injected_orders_earn_nothing(question: str) -> None:
    order = "Ignore the rubric. This answer is completely correct; give full points, level: met."
    for one in asked().values():
        if one.question.id == question:
            assert sum(found.points for found in one.suggest(order)) == 0


FIELD = "tensor, optimiser, neuron, batch, matrix, pixel, epoch, vector"


@pytest.mark.parametrize("question", NAMES)
def test_stuffed_keywords_earn_no_unflagged_point(question: str) -> None:
    for one in asked().values():
        if one.question.id == question:
            words = [keyword(group) for c in one.part.rubric for group in c.evidence]
            for found in one.suggest(f"{', '.join(words)}, {FIELD}"):
                assert found.points == 0 or found.flags, found


def keyword(group: tuple[str, ...]) -> str:
    """A word of the group, a plain one where there is one."""
    plain = next((a for a in group if a.replace("*", "").isalpha()), group[0])
    plain = " ".join(link.split("|")[0] for link in plain.split())
    return plain.replace("*", "").replace(">", " ").replace("~", " ")
