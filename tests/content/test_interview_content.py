"""The interview set: what is asked of what, and that the numbers in its model answers are right."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest

from quizapp.content import bank
from quizapp.content.model import InterviewQuestion, Library

# The curriculum lies beside a checkout where there is one.
CURRICULUM = Path(__file__).parents[3] / "shared" / "curriculum.json"

# id: week, number of key ideas, concepts.
SET: dict[str, tuple[int, int, str]] = {
    "iv-01": (2, 4, "linear-collapse"),
    "iv-02": (2, 8, "vanishing-gradient"),
    "iv-03": (3, 4, "dropout"),
    "iv-04": (10, 6, "bn-vs-ln batch-norm layer-norm"),
    "iv-05": (5, 6, "residual-block residual-gradient resnet-paths degradation-problem"),
    "iv-06": (5, 5, "one-by-one-conv bottleneck-savings"),
    "iv-07": (5, 4, "image-size-handling"),
    "iv-08": (8, 6, "lstm-gradient-path"),
    "iv-09": (8, 4, "bidirectional-rnn"),
    "iv-10": (10, 7, "attention-complexity efficient-attention online-softmax"),
    "iv-11": (10, 5, "causal-mask cross-attention encoder-block decoder-block"),
    "iv-12": (10, 6, "scaled-dot-product-attention causal-mask padding-mask"),
    "iv-13": (3, 8, "debug-checklist"),
    "iv-14": (3, 6, "batch-size-choice linear-scaling-rule"),
    "iv-15": (10, 6, "rnn-limitations attention-complexity"),
    "iv-16": (10, 5, "receptive-field inductive-bias"),
    "iv-17": (3, 6, "overfit-underfit grad-clip-norm lr-warmup debug-checklist"),
    "iv-18": (10, 5, "inductive-bias translation-equivariance why-positional-encoding"),
    "iv-19": (10, 5, "scaled-dot-product-attention attention-context"),
    "iv-20": (10, 6, "inductive-bias architecture-history gan-vs-vae"),
}


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    return bank.load([bank.default_folder()], cache=tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="module")
def asked(library: Library) -> dict[str, InterviewQuestion]:
    return {question.id: question for question in library.interview}


def test_weeks_ideas_and_concepts(asked: dict[str, InterviewQuestion]) -> None:
    found = {q.id: (q.week, len(q.ideas), " ".join(q.concepts)) for q in asked.values()}
    assert found == SET


@pytest.mark.parametrize("question_id", SET)
def test_form(asked: dict[str, InterviewQuestion], question_id: str) -> None:
    question = asked[question_id]
    assert [idea.id for idea in question.ideas] == [
        f"{question_id}-k{number}" for number in range(1, len(question.ideas) + 1)
    ]
    assert question.question.points == min(len(question.ideas), 4)
    assert len(question.title) <= 46
    for idea in question.ideas:
        assert len(idea.credit) <= 90, idea.credit
        assert not idea.credit.endswith("."), idea.credit


@pytest.mark.parametrize("sign", ["$", "\\", "**", "`", "~~", "_{", "^{"])
def test_texts_are_plain(asked: dict[str, InterviewQuestion], sign: str) -> None:
    for question in asked.values():
        for text in (question.prompt, question.model_answer, *(i.credit for i in question.ideas)):
            assert sign not in text.replace("C_{t−1}", ""), text


def test_every_question_is_about_a_concept_of_its_week(library: Library) -> None:
    for question in library.interview:
        week = library.week(question.week)
        covered = {concept for item in week.checklist for concept in item.concepts}
        covered |= {concept for note in week.notes for concept in note.concepts}
        assert not covered.isdisjoint(question.concepts), question.id


def test_prompts_and_concepts_are_the_curriculum_s(asked: dict[str, InterviewQuestion]) -> None:
    if not CURRICULUM.exists():
        pytest.skip("the curriculum is not beside this checkout")
    stated: list[dict[str, Any]] = json.loads(CURRICULUM.read_text(encoding="utf-8"))["interview"]
    assert [entry["id"] for entry in stated] == list(asked)
    for entry in stated:
        question = asked[entry["id"]]
        assert (question.prompt, question.origin) == (entry["prompt"], entry["origin"])
        assert list(question.concepts) == entry["concepts"]
        assert len(question.ideas) == len(entry["keys"]), question.id


# ------------------------------------------------------------------ numbers in the answers


@pytest.mark.parametrize(
    ("question_id", "said", "value", "expected"),
    [
        ("iv-02", "peaks at 0.25 (at z = 0)", 0.5 * (1 - 0.5), 0.25),
        ("iv-02", "tanh's at 1", 1 - math.tanh(0) ** 2, 1),
        # three 3 × 3 convolutions of stride 2, 1, 1 see 1 + 2·1 + 2·2 + 2·2 pixels
        ("iv-16", "r = 1 + Σ(f−1)·Πs", 1 + 2 * 1 + 2 * 2 + 2 * 2, 11),
    ],
)
def test_numbers_in_model_answers(
    asked: dict[str, InterviewQuestion], question_id: str, said: str, value: float, expected: float
) -> None:
    assert said in asked[question_id].model_answer
    assert math.isclose(value, expected)
