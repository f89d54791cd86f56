"""Suggestions on the exam's rubrics: model answers, prompts, answers as students write them."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from quizapp.content import bank
from quizapp.content.model import Part, Question
from quizapp.marking.rubric import Suggestion, suggest

# A model answer that meets a criterion of another part, and why that is right.
EXCEPTIONS: dict[str, dict[str, list[str]]] = {
    "another part of the same question, which has to speak of the same thing": {
        "q08-c1": ["q08 b"],
        "q11-c1": ["q11 b", "q11 c"],
        "q11-c2": ["q11 a"],
        "q11-c3": ["q11 c"],
        "q11-c4": ["q11 a"],
        "q13-c2": ["q13 c"],
        "q13-c4": ["q13 c"],
        "q14-c1": ["q14 b"],
        "q17-c2": ["q17 c"],
        "q18-c1": ["q18 c"],
        "q18-c5": ["q18 a"],
        "q19-c4": ["q19 d"],
        "q19-c9": ["q19 b"],
        "q20-c6": ["q20 a", "q20 c"],
        "q20-c11": ["q20 a"],
        "q06-c3": ["q06 b2"],
    },
    "the same fact is true of both": {
        "q01-c1": ["q11 c"],  # gradients that shrink over many steps
        "q01-c3": ["q13 c"],  # a function that saturates
        "q02-c2": ["q03 a"],  # what hyperparameters are
        "q02-c3": ["q06 b2"],  # weights and filters are parameters
        "q05-c2": ["q06 b2"],  # a larger receptive field, fewer weights
        "q08-c3": ["q20 a"],  # the smooth latent space of a VAE
        "q08-c6": ["q06 b3"],  # gradients flow through
        "q11-c6": ["q06 b3"],  # gradients flow through additions
        "q12-c1": ["q20 c"],  # mode collapse: nearly identical outputs
        "q13-c1": ["q14 a"],  # learned projections
        "q13-c4": ["q18 c"],  # softmax gives attention weights
        "q14-c1": ["q18 c"],  # several attention heads
        "q16-c1": ["q17 c", "q19 c"],  # permutation and order
        "q16-c4": ["q10 a"],  # values between −1 and 1
        "q17-c2": ["q09 a", "q18 a"],  # neighbours averaged or summed
        "q17-c3": ["q09 a", "q18 a"],  # the own vector
        "q17-c5": ["q16 a", "q19 c"],  # permutation and sets
        "q18-c1": ["q09 a"],  # neighbours averaged
        "q18-c6": ["q14 b"],  # several heads
        "q19-c2": ["q18 a"],  # features of a node
        "q19-c3": ["q17 b", "q18 a", "q18 c"],  # layers that aggregate neighbours
        "q19-c4": ["q05 a"],  # global pooling
        "q19-c8": ["q16 a", "q17 c"],  # permutation
        "q19-c9": ["q05 a"],  # global pooling
        "q20-c1": ["q08 a", "q12 a"],  # a VAE's latent space; diversity
        "q20-c6": ["q12 a"],  # noise and conditioning on labels
        "q20-c10": ["q12 a"],  # a generator that fools the discriminator
    },
    "a word of its own is all that is asked, and others use it too": {
        "q01-c2": ["q11 a"],  # sigmoid and tanh
        "q06-c1": ["q01 a", "q18 a", "q19 b", "q20 b"],  # ReLU
        "q11-c4": ["q17 c"],  # output
        "q17-c4": ["q19 b"],  # MLP
        "q19-c5": [
            "q01 a",
            "q06 a1",
            "q07 a",
            "q11 a",
            "q20 c",
        ],  # sigmoid, dense layers, classifier
        "q19-c6": ["q02 a", "q20 b"],  # validation, BCE
        "q19-c7": ["q05 a", "q08 a", "q09 a", "q13 b", "q14 b", "q17 b", "q18 a", "q20 a"],
    },
}


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


def excepted(criterion: str) -> set[str]:
    return {name for table in EXCEPTIONS.values() for name in table.get(criterion, [])}


NAMES = [f"q{number:02}" for number in range(1, 21) if number != 4]


@pytest.mark.parametrize("question", NAMES)
def test_the_own_model_answer_meets_every_criterion_without_a_flag(question: str) -> None:
    for one in asked().values():
        if one.question.id == question:
            for found in one.suggest(one.part.model_answer):
                assert (found.level, found.flags) == ("met", ()), found


@pytest.mark.parametrize("question", NAMES)
def test_other_model_answers_miss_but_for_known_exceptions(question: str) -> None:
    for one in asked().values():
        if one.question.id != question:
            continue
        touched: dict[str, set[str]] = {criterion.id: set() for criterion in one.part.rubric}
        for other in asked().values():
            if other is not one:
                for found in one.suggest(other.part.model_answer):
                    if found.level != "missed":
                        touched[found.criterion].add(other.name)
        assert touched == {criterion.id: excepted(criterion.id) for criterion in one.part.rubric}


def test_exceptions_are_of_criteria_that_exist() -> None:
    criteria = {criterion.id for one in asked().values() for criterion in one.part.rubric}
    assert {criterion for table in EXCEPTIONS.values() for criterion in table} <= criteria


@pytest.mark.parametrize("question", NAMES)
def test_the_prompt_and_nothing_miss_every_criterion(question: str) -> None:
    for one in asked().values():
        if one.question.id == question:
            for text in (
                one.question.prompt,
                one.part.prompt,
                one.prompt,
                "",
                " \n",
                "I don't know",
            ):
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
    return plain.replace("*", "").replace(">", " ").replace("~", " ")
