"""The practice exam: points, numbers and rubrics, as the course states them."""

from __future__ import annotations

import itertools
import math
from pathlib import Path

import msgspec
import pytest
import yaml

from quizapp.content import bank
from quizapp.content.model import Exam, Formula, Library, Part, Question
from quizapp.marking.grading import grade
from quizapp.solving import here
from quizapp.variants import as_printed, fresh
from solvers import find

# id: week, points, then each part with its criteria and their points.
RUBRICS: dict[str, tuple[int, float, dict[str, dict[str, float]]]] = {
    "q01": (2, 3, {"a": {"c1": 1, "c2": 0.5, "c3": 0.5, "c4": 1}}),
    "q02": (3, 3, {"a": {"c1": 0.5, "c2": 0.5, "c3": 1, "c4": 1}}),
    "q03": (3, 4, {"a": {"c1": 1, "c2": 1.5, "c3": 1, "c4": 0.5}}),
    "q04": (4, 5, {"a": {"c1": 0.5, "c2": 1, "c3": 1}, "b": {"c4": 1, "c5": 0.5, "c6": 1}}),
    "q05": (5, 3, {"a": {"c1": 1, "c2": 1, "c3": 0.5, "c4": 0.5}}),
    "q06": (
        5,
        6,
        {"a1": {"c1": 1}, "b1": {"c2": 1}, "a2": {"c3": 1}, "b2": {"c4": 1}, "a3": {"c5": 1},
         "b3": {"c6": 1}},
    ),
    "q07": (5, 5, {"a": {"c1": 1, "c2": 1, "c3": 0.5, "c4": 1, "c5": 1, "c6": 0.5}}),
    "q08": (6, 5, {"a": {"c1": 1, "c2": 1, "c3": 0.5}, "b": {"c4": 1, "c5": 1, "c6": 0.5}}),
    "q09": (7, 3, {"a": {"c1": 1, "c2": 1, "c3": 0.5, "c4": 0.5}}),
    "q10": (7, 3, {"a": {"c1": 1, "c2": 1, "c3": 0.5, "c4": 0.5}}),
    "q11": (8, 6, {"a": {"c1": 1, "c5": 1}, "b": {"c2": 1, "c3": 1, "c4": 1}, "c": {"c6": 1}}),
    "q12": (9, 4, {"a": {"c1": 1, "c2": 1, "c3": 1, "c4": 1}}),
    "q13": (
        10,
        7,
        {"a": {"c1": 1.5}, "b": {"c2": 1, "c3": 0.5, "c4": 1, "c5": 1}, "c": {"c6": 1},
         "d": {"c7": 1}},
    ),
    "q14": (10, 5, {"a": {"c1": 1.5, "c2": 1}, "b": {"c3": 1, "c5": 0.5}, "c": {"c4": 1}}),
    "q15": (10, 5, {"a": {"c1": 1, "c2": 1, "c3": 1, "c4": 1, "c5": 0.5, "c6": 0.5}}),
    "q16": (10, 4, {"a": {"c1": 1, "c2": 1}, "b": {"c3": 1.5}, "c": {"c4": 0.5}}),
    "q17": (11, 5, {"a": {"c1": 1}, "b": {"c2": 1, "c3": 1, "c4": 1}, "c": {"c5": 1}}),
    "q18": (11, 6, {"a": {"c1": 1, "c2": 1, "c3": 1}, "b": {"c4": 1}, "c": {"c5": 1.5, "c6": 0.5}}),
    "q19": (
        11,
        8,
        {"a": {"c1": 1}, "b": {"c2": 0.5, "c3": 1, "c4": 1, "c5": 0.5, "c6": 0.5},
         "c": {"c7": 1, "c8": 1}, "d": {"c9": 1, "c10": 0.5}},
    ),
    "q20": (
        9,
        8,
        {"a": {"c1": 0.5, "c2": 0.5, "c3": 0.5, "c4": 0.5},
         "b": {"c6": 1, "c7": 0.5, "c8": 1, "c9": 1, "c10": 1}, "c": {"c11": 0.5, "c12": 1}},
    ),
}  # fmt: skip

FORMULA_PARTS = {
    ("q13", "d"): "attention.scaled_dot_product",
    ("q14", "c"): "attention.multi_head",
    ("q16", "b"): "attention.positional_encoding",
    ("q18", "b"): "graphs.gcn_normalised",
}


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    return bank.load([bank.default_folder()], cache=tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="module")
def exam(library: Library) -> Exam:
    return library.exam


def all_parts(exam: Exam) -> list[tuple[Question, Part]]:
    return [(question, part) for question in exam.questions for part in question.parts]


def test_nothing_is_wrong_in_the_files(library: Library) -> None:
    assert [str(problem) for problem in library.problems] == []


def test_twenty_questions_98_points(exam: Exam) -> None:
    assert [question.id for question in exam.questions] == list(RUBRICS)
    assert exam.points == 98
    assert exam.minutes == 120


def test_points_of_the_weeks(exam: Exam) -> None:
    points: dict[int, float] = {}
    for question in exam.questions:
        points[question.week] = points.get(question.week, 0) + question.points
    assert points == {2: 3, 3: 7, 4: 5, 5: 14, 6: 5, 7: 6, 8: 6, 9: 12, 10: 21, 11: 19}


@pytest.mark.parametrize("question_id", RUBRICS)
def test_points_parts_and_criteria(exam: Exam, question_id: str) -> None:
    week, points, parts = RUBRICS[question_id]
    question = next(q for q in exam.questions if q.id == question_id)
    assert (question.week, question.points) == (week, points)
    found = {
        part.id: {c.id.removeprefix(f"{question_id}-"): c.points for c in part.rubric}
        for part in question.parts
    }
    assert found == parts
    assert {part.id: part.points for part in question.parts} == {
        part_id: sum(criteria.values()) for part_id, criteria in parts.items()
    }


def test_every_concept_is_one_that_a_week_covers(library: Library) -> None:
    covered = {c for week in library.weeks for item in week.checklist for c in item.concepts}
    named = {c for question in library.exam.questions for c in question.concepts}
    assert named <= covered
    assert len(named) == 86


def test_kinds_of_parts(exam: Exam) -> None:
    kinds = {(q.id, part.id): part.kind for q, part in all_parts(exam)}
    assert kinds.pop(("q04", "a")) == "shape"
    assert kinds.pop(("q04", "b")) == "integer"
    for place, solver in FORMULA_PARTS.items():
        assert kinds.pop(place) == "formula"
        question = next(q for q in exam.questions if q.id == place[0])
        formula = question.part(place[1]).formula
        assert formula is not None
        assert formula.solver == solver
        assert find(solver).id == solver
    assert set(kinds.values()) == {"text"}


def test_formula_parts_are_those_that_marking_is_tested_with(exam: Exam) -> None:
    tested = yaml.safe_load((Path(__file__).parents[1] / "marking/formula_parts.yaml").read_text())
    names = {part["formula"]["solver"]: part["formula"] for part in tested.values()}
    for question_id, part_id in FORMULA_PARTS:
        question = next(q for q in exam.questions if q.id == question_id)
        formula = question.part(part_id).formula
        assert formula is not None
        expected = msgspec.convert(names[formula.solver], Formula)
        assert formula.names == expected.names
        assert [target.ask for target in formula.targets] == [t.ask for t in expected.targets]


@pytest.mark.parametrize("sign", ["$", "\\", "**", "`", "<", "~~", "_{", "^{"])
def test_texts_are_plain(exam: Exam, sign: str) -> None:
    texts = [text for q, part in all_parts(exam) for text in (q.prompt, part.prompt, part.title)]
    texts += [part.model_answer for _, part in all_parts(exam)]
    allowed = {"<": ("f_t < 1",), "_{": ("h_{t−1}", "C_{t−1}")}
    for text in texts:
        for known in allowed.get(sign, ()):
            text = text.replace(known, "")
        assert sign not in text


def test_parts_say_what_they_ask(exam: Exam) -> None:
    for question in exam.questions:
        if len(question.parts) > 1:
            for part in question.parts:
                assert part.title, (question.id, part.id)
                assert part.prompt, (question.id, part.id)
                assert len(part.title) <= 26


def test_opposites_name_each_other(exam: Exam) -> None:
    """In pairs, or in a chain where three things are easily swapped."""
    linked = 0
    for _, part in all_parts(exam):
        of = {criterion.id: criterion.opposite_of for criterion in part.rubric}
        for criterion, other in of.items():
            if other:
                assert other != criterion
                assert of[other] in of
                linked += 1
    assert linked >= 24


# --------------------------------------------------------------------------- question 4


def test_question_4_as_printed(exam: Exam) -> None:
    variant = here(as_printed(exam.questions[3]))
    assert variant.solution is not None
    assert variant.solution.quantities["output_shape"] == [32, 32, 16]
    assert variant.solution.quantities["parameters"] == 1216  # (5·5·3 + 1)·16
    assert "32 × 32 × 3 volume" in variant.prompt
    assert "16 filters of 5 × 5 (stride 1, padding 2" in variant.prompt


@pytest.mark.parametrize(
    ("part", "response", "points"),
    [
        ("a", "32x32x16", 2.5),
        ("a", "32x32x3", 1.5),  # the side is right, the depth is not: c1 and c2
        ("a", "28x28x16", 1),  # padding forgotten: c3
        ("a", "32x32", 1.5),  # depth left out
        ("a", "5x5x3", 0),
        ("b", "1216", 2.5),
        ("b", "1200", 1),  # no biases: c4
        ("b", "1201", 1),  # one bias for all
        ("b", "1203", 1),  # a bias per input channel
        ("b", "1248", 1),  # a bias per slice: 1200 + 48
        ("b", "2400", 1),  # a bias per weight
        ("b", "416", 0.5),  # input channels forgotten, 25·16 + 16: c5
        ("b", "256", 0.5),  # side not squared, 5·3·16 + 16: c5
        ("b", "1216*32*32", 1.5),  # times the positions: c4 and c5
        ("b", "1000", 0),
    ],
)
def test_question_4_partial_credit(exam: Exam, part: str, response: str, points: float) -> None:
    variant = here(as_printed(exam.questions[3]))
    assert here(grade(variant, {part: response})).part(part).points == points


def test_question_4_misconceptions_exist(exam: Exam) -> None:
    known = {m.id for m in find("convolution.layer").misconceptions}
    for part in exam.questions[3].parts:
        for criterion in part.rubric:
            assert set(criterion.misconceptions) <= known


def test_question_4_fresh_numbers_are_all_possible(exam: Exam) -> None:
    question = exam.questions[3]
    solver = find("convolution.layer")
    choices = []
    for name, draw in question.draw.items():
        low, high = draw.range or (0, -1)
        choices.append([(name, value) for value in draw.choice or range(int(low), int(high) + 1)])
    assert {name for [(name, _), *_] in choices} | set(question.set) == set(question.given)
    for drawn in itertools.product(*choices):
        given = dict(drawn)
        solver.inputs.read({**given, "width": given["height"]})


def test_question_4_fresh_numbers_stand_in_the_prompt(exam: Exam) -> None:
    for seed in range(5):
        variant = here(fresh(exam.questions[3], seed))
        assert "{" not in variant.prompt
        assert f"{variant.given['filters']} filters" in variant.prompt


# ------------------------------------------------------------------ numbers in the answers


@pytest.mark.parametrize(
    ("question_id", "said", "value", "expected"),
    [
        ("q01", "0.25¹⁰ ≈ 9.5×10⁻⁷", 0.25**10, 9.5e-7),
        ("q03", "1 − 0.95⁶⁰ ≈ 95 %", 1 - 0.95**60, 0.95),
        ("q06", "18C² instead of 25C²", 2 * 3 * 3, 18),
        ("q14", "4d² weights", 4 * 512**2, 2 * 512 * 1024),
    ],
)
def test_numbers_in_model_answers(
    exam: Exam, question_id: str, said: str, value: float, expected: float
) -> None:
    question = next(q for q in exam.questions if q.id == question_id)
    assert any(said in part.model_answer for part in question.parts)
    assert math.isclose(value, expected, rel_tol=0.01)
