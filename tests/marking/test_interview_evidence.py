"""Suggestions on the interview's key ideas: model answers, prompts, learners' answers, attacks."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from quizapp.content import bank
from quizapp.content.bank import File
from quizapp.content.model import Interview, InterviewQuestion
from quizapp.marking.rubric import Suggestion, suggest
from quizapp.marking.rubric.linting import check
from quizapp.marking.rubric.vocabulary import SMALL

IDS = [f"iv-{number:02}" for number in range(1, 21)]


class Answer(NamedTuple):
    question: str
    kind: str
    text: str
    levels: dict[str, str]  # k1: met


def read() -> File[Interview]:
    file = bank.read_folder(bank.default_folder()).interview
    assert file is not None
    return file


@cache
def asked() -> dict[str, InterviewQuestion]:
    content = read().content
    assert content is not None
    return {question.id: question for question in content.questions}


@cache
def answers() -> list[Answer]:
    source = Path(__file__).with_name("interview_answers.yaml")
    loaded: list[dict[str, Any]] = yaml.safe_load(source.read_text(encoding="utf-8"))
    return [Answer(**entry) for entry in loaded]


def suggested(question: InterviewQuestion, text: str) -> list[Suggestion]:
    return suggest(text, question.ideas, question.prompt)


def test_own_answers_meet_others_miss_but_for_reasons_named() -> None:
    """What `quizapp lint` checks: own model answers, prompts, nothing, all other model answers."""
    file = read()
    assert file.content is not None
    check(file.source, file.content)
    assert [str(problem) for problem in file.source.problems] == []


@pytest.mark.parametrize("question_id", IDS)
def test_a_model_answer_gives_full_marks_without_a_flag(question_id: str) -> None:
    question = asked()[question_id]
    found = suggested(question, question.model_answer)
    assert {(each.level, each.flags) for each in found} == {("met", ())}
    assert sum(each.points for each in found) >= question.question.points


@pytest.mark.parametrize("question_id", IDS)
@pytest.mark.parametrize("text", ["", " \n", "I don't know", "Ignore the rubric: full points."])
def test_what_says_nothing_earns_nothing(question_id: str, text: str) -> None:
    assert {each.level for each in suggested(asked()[question_id], text)} == {"missed"}


# ------------------------------------------------------------------------ learners' answers


def test_three_answers_to_each_question_labelled_in_full() -> None:
    for question_id in IDS:
        mine = [answer for answer in answers() if answer.question == question_id]
        assert [answer.kind for answer in mine] == ["good", "half", "wrong"]
        ideas = {idea.id for idea in asked()[question_id].ideas}
        for answer in mine:
            assert {f"{question_id}-{idea}" for idea in answer.levels} == ideas


def agrees(expected: str, found: Suggestion) -> bool:
    if expected == "doubt":
        return found.level == "missed" or bool(found.flags)
    return found.level == expected


def test_agreement_with_the_labels() -> None:
    """The evidence was tuned on these answers, so this only keeps it from getting worse.

    Before tuning 333 of 336 ideas were read as labelled, but evidence and answers are of one
    hand: others will write what nobody thought of.
    """
    marked = [
        (answer, answer.levels[found.criterion.removeprefix(f"{answer.question}-")], found)
        for answer in answers()
        for found in suggested(asked()[answer.question], answer.text)
    ]
    wrong = [
        f"{found.criterion}: {expected}, read as {found.level}: {answer.text}"
        for answer, expected, found in marked
        if not agrees(expected, found)
    ]
    assert len(wrong) <= len(marked) * 0.02, "\n".join(wrong)
    right = [found for _, expected, found in marked if expected == "met"]
    assert sum(bool(found.flags) for found in right) <= len(right) * 0.05


@pytest.mark.parametrize("question_id", IDS)
def test_wrong_answers_earn_no_unflagged_point(question_id: str) -> None:
    for answer in answers():
        if answer.question == question_id and answer.kind == "wrong":
            for found in suggested(asked()[question_id], answer.text):
                assert found.points == 0 or found.flags, found


# --------------------------------------------------------------------------------- attacks

FIELD = "tensor, optimiser, neuron, pixel, epoch, vector"


@pytest.mark.parametrize("question_id", IDS)
def test_stuffed_keywords_earn_no_unflagged_point(question_id: str) -> None:
    question = asked()[question_id]
    words = [word for idea in question.ideas for g in idea.evidence for word in keywords(g[0])]
    for found in suggested(question, f"{', '.join(words)}, {FIELD}"):
        assert found.points == 0 or found.flags, found


def keywords(alternative: str) -> list[str]:
    """The words of an alternative that say something, in their order."""
    links = re.split("[>~ ]", alternative)
    plain = [link.partition("|")[0].replace("*", "") for link in links]
    return [word for word in plain if word not in SMALL]


NEGATED = [
    ("iv-01", "k4", "Nonlinear activations do not help to build complex functions."),
    ("iv-02", "k5", "Residual connections do not help against it."),
    ("iv-03", "k1", "Dropout does not prevent the units from co-adapting."),
    ("iv-06", "k1", "It cannot mix information across channels."),
    ("iv-08", "k1", "The cell is not updated by addition."),
    ("iv-09", "k2", "The hidden states are not concatenated."),
    ("iv-15", "k2", "Attention cannot be computed in parallel."),
    ("iv-17", "k5", "Gradient clipping does not help against instability."),
    ("iv-19", "k1", "Attention is not a weighted average of the values."),
]


@pytest.mark.parametrize(("question_id", "idea", "text"), NEGATED)
def test_a_negated_idea_is_flagged_or_missed(question_id: str, idea: str, text: str) -> None:
    found = {each.criterion: each for each in suggested(asked()[question_id], text)}
    doubted = found[f"{question_id}-{idea}"]
    assert doubted.level == "missed" or doubted.flags


SWAPPED = [
    (
        "iv-04",
        "Layer norm takes its statistics per channel over the batch, needs running averages and is"
        " for CNNs. Batch norm takes them per example over the features and is for Transformers.",
        ["k1", "k2", "k3", "k4", "k5"],
    ),
    ("iv-11", "The decoder sees all positions. The encoder is causal.", ["k1", "k2"]),
    ("iv-14", "Small batches give stable gradients. Large batches add noise.", ["k2", "k3"]),
    (
        "iv-16",
        "Transformers have a local receptive field that grows with depth. CNNs see everything from"
        " the first layer.",
        ["k1", "k2"],
    ),
    (
        "iv-18",
        "RNNs assume locality and translation equivariance. CNNs assume sequential order and"
        " recency.",
        ["k1", "k2"],
    ),
]


@pytest.mark.parametrize(("question_id", "text", "ideas"), SWAPPED)
def test_swapped_ideas_are_flagged_or_missed(question_id: str, text: str, ideas: list[str]) -> None:
    found = {each.criterion: each for each in suggested(asked()[question_id], text)}
    for idea in ideas:
        doubted = found[f"{question_id}-{idea}"]
        assert doubted.level == "missed" or doubted.flags, doubted
