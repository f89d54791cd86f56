"""`quizapp lint` on evidence: it finds its own model answer, and nobody else's."""

from __future__ import annotations

from pathlib import Path

import pytest

from quizapp.__main__ import main
from quizapp.content import bank
from quizapp.marking.rubric import linting

EXAM = """\
title: Two questions
minutes: 10
questions:
  - id: q01
    title: saturation
    week: 2
    points: 1
    concepts: [sigmoid]
    prompt: What does the sigmoid do to its gradient?
    parts:
      - id: a
        points: 1
        kind: text
        model_answer: It saturates, so the gradient gets small.
        rubric:
          - id: q01-c1
            points: 1
            credit: It saturates
            evidence:
              - EVIDENCE
  - id: q02
    title: dropout
    week: 2
    points: 1
    concepts: [dropout]
    prompt: What does dropout do?
    parts:
      - id: a
        points: 1
        kind: text
        model_answer: It switches units off at random, like a sigmoid that saturates.
        rubric:
          - id: q02-c1
            points: 1
            credit: It switches units off
            evidence:
              - [switch*]
"""
EXCEPTED = "[saturat*]\n            also_met_by:\n              "


@pytest.mark.parametrize(
    ("evidence", "problems"),
    [
        ('["gradient>small"]', []),
        (EXCEPTED + "q02: speaks of saturation", []),
        ("[saturat*]", ["evidence: the model answer of q02 is read as met"]),
        ("[explod*]", ["evidence: its own model answer is read as missed, expected met"]),
        (
            '["gradient>small"]\n            contradicted_by:\n              - [small]',
            [
                'evidence: its own model answer is flagged: you wrote "small";'
                " the criterion says: It saturates"
            ],
        ),
        ("[gradient]", ["evidence: the question itself is read as met"]),
        (
            EXCEPTED + "q02: said there\n              q03: said there",
            ["also_met_by.q03: no question q03; did you mean q02?"],
        ),
        (EXCEPTED + 'q02: " "', ["also_met_by.q02: the reason is empty"]),
        (
            '["gradient>small"]\n            also_met_by: {q02: said there}',
            ["also_met_by.q02: the model answer of q02 misses it: leave this out"],
        ),
    ],
)
def test_problems_of_evidence(tmp_path: Path, evidence: str, problems: list[str]) -> None:
    (tmp_path / "exam.yaml").write_text(EXAM.replace("EVIDENCE", evidence), encoding="utf-8")
    read = bank.read_folder(tmp_path).exam
    assert read is not None
    assert read.content is not None, read.source.problems
    linting.check(read.source, read.content)
    where = "questions[0].parts[0].rubric[0]."
    found = [
        f"{problem.path.removeprefix(where)}: {problem.message}" for problem in read.source.problems
    ]
    assert found == problems


INTERVIEW = """\
title: Interview
questions:
  - id: iv-01
    title: dropout
    origin: guide
    week: 2
    concepts: [dropout]
    prompt: What does dropout do?
    model_answer: It switches units off at random, so that the sigmoid saturates.
    ideas:
      - id: iv-01-k1
        points: 1
        credit: It switches units off
        evidence:
          - [EVIDENCE]
"""


def test_ideas_are_checked_and_not_against_the_exam(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sound = EXAM.replace("EVIDENCE", '["gradient>small"]')
    (tmp_path / "exam.yaml").write_text(sound, encoding="utf-8")
    interview = tmp_path / "interview.yaml"
    interview.write_text(INTERVIEW.replace("EVIDENCE", "switch*"), encoding="utf-8")
    assert main(["lint", str(interview)]) == 0
    interview.write_text(INTERVIEW.replace("EVIDENCE", "what"), encoding="utf-8")
    capsys.readouterr()
    assert main(["lint", str(interview)]) == 1
    printed = capsys.readouterr().out
    assert "line 14: questions[0].ideas[0].evidence: its own model answer is read as" in printed
    assert "questions[0].ideas[0].evidence: the question itself is read as met" in printed


def test_a_file_with_other_problems_is_not_marked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = EXAM.replace("EVIDENCE", "[saturat*]").replace("points: 1\n", "points: 2\n", 1)
    (tmp_path / "exam.yaml").write_text(broken, encoding="utf-8")
    assert main(["lint", str(tmp_path)]) == 1
    printed = capsys.readouterr().out
    assert "points is 2, but the parts have 1" in printed
    assert "model answer" not in printed


def test_the_evidence_of_the_exam() -> None:
    read = bank.read_folder(bank.default_folder()).exam
    assert read is not None
    assert read.content is not None
    linting.check(read.source, read.content)
    assert read.source.problems == []
