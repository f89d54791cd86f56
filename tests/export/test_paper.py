"""The practice exam on paper."""

from __future__ import annotations

from pathlib import Path

import pytest

from quizapp.content import bank
from quizapp.content.model import Library
from quizapp.export.paper import paper
from quizapp.solving import here
from quizapp.variants import Variant, as_printed, fresh


@pytest.fixture
def library(samples: Path) -> Library:
    return bank.load([samples])


@pytest.fixture
def variants(library: Library) -> list[Variant]:
    return [here(as_printed(question)) for question in library.exam.questions]


def test_the_paper_has_every_question_with_its_points(
    library: Library, variants: list[Variant]
) -> None:
    text = paper(library.exam, variants)
    assert text.startswith("Sample exam\n===========\n\n3 questions, 8½ points, 30 minutes\n")
    assert "Question 2: A convolution layer" in text
    assert "(b) Counting one bias per filter, how many numbers are trained?" in text
    assert "h[t], [MASK] and [/x]" in text
    assert "32 × 32 × 3 volume" in text


def test_the_paper_gives_nothing_away(library: Library, variants: list[Variant]) -> None:
    text = paper(library.exam, variants)
    assert "1,216" not in text
    assert "shrinks with depth" not in text
    assert "....." in text


def test_the_answers_are_computed_with_their_steps(
    library: Library, variants: list[Variant]
) -> None:
    text = paper(library.exam, variants, answers=True)
    assert "Answer: 32 × 32 × 16" in text
    assert "Answer: 1,216" in text
    assert "- weights of one filter: f·f·C_in = 5·5·3 = 75" in text
    assert "Model answer: Each layer multiplies the gradient" in text
    assert "- ½ point: Names the product of factors" in text
    assert "Answer: 2. same" in text
    assert "2. forward pass, 3. backward pass, 1. update the weights" in text
    assert "....." not in text


@pytest.mark.parametrize("answers", [False, True])
def test_plain_text_fits_a_terminal(
    library: Library, variants: list[Variant], answers: bool
) -> None:
    lines = paper(library.exam, variants, answers=answers).splitlines()
    assert max(len(line) for line in lines) == 80
    assert not any(line != line.rstrip() for line in lines)
    assert "2½ points" in "\n".join(lines)


def test_points_stand_at_the_right_edge(library: Library, variants: list[Variant]) -> None:
    lines = paper(library.exam, variants).splitlines()
    edged = [line for line in lines if line.startswith(("Question", "(a)", "(b)"))]
    assert {len(line) for line in edged} == {80}


def test_markdown_shows_texts_as_typed(library: Library, variants: list[Variant]) -> None:
    text = paper(library.exam, variants, answers=True, style="markdown")
    assert text.startswith("# Sample exam: answers\n")
    assert "## Question 2: A convolution layer\n\n*week 4, 5 points*\n" in text
    assert r"h\[t\], \[MASK\] and \[/x\]" in text
    assert r"f·f·C\_in" in text
    assert r"- 1\. update the weights" in text


def test_fresh_numbers_say_their_seed(library: Library) -> None:
    variants = [here(fresh(question, 7)) for question in library.exam.questions]
    text = paper(library.exam, variants, answers=True)
    assert "30 minutes, numbers of seed 7" in text
    given = variants[1].given
    assert f"{given['height']} × {given['height']} × 3 volume" in text


def test_the_real_exam_prints() -> None:
    exam = bank.load().exam
    variants = [here(as_printed(question)) for question in exam.questions]
    text = paper(exam, variants, answers=True)
    assert "20 questions, 98 points" in text
    assert "Answer: 32 × 32 × 16" in text
    assert "Answer: 1,216" in text
