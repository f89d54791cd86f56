"""The multiple-choice form: the key among what misconceptions give, each option its own."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import pytest

from quizapp.content import bank
from quizapp.content.model import Given, Part, Question
from quizapp.marking.grading import grade
from quizapp.solving import here
from quizapp.variants import Variant, fresh, with_given
from quizapp.variants.answers import apart, live
from quizapp.variants.choices import OFFERED, offered
from quizapp.variants.text import as_asked
from solvers.contract import Solution


@pytest.fixture
def layer(samples: Path, tmp_path: Path) -> Question:
    return bank.templates([samples], cache=tmp_path).template("sample-layer")


def test_one_variant_for_ever(layer: Question) -> None:
    form = offered(here(fresh(layer, 1)))
    assert [(c.id, c.text, c.misconception) for c in form.choices["b"]] == [
        ("a", "9699328", "conv-params/times-positions"),
        ("b", "800", "conv-params/forgot-c-in"),
        ("c", "2368", ""),
        ("d", "2352", "conv-params/no-bias"),
    ]
    assert form.key("b") == "c"


@pytest.mark.parametrize("seed", range(25))
def test_options_are_the_key_and_live_misconceptions(layer: Question, seed: int) -> None:
    variant = here(fresh(layer, seed))
    form = offered(variant)
    for part in layer.parts:
        choices = form.choices[part.id]
        assert [c.id for c in choices] == list("abcd")
        assert [c.value for c in choices].count(variant.key(part)) == 1
        assert variant.solution is not None
        wrong = {w.id: w.value for w in live(part, variant.solution)}
        for choice in choices:
            if choice.value != variant.key(part):
                assert choice.value == wrong[choice.misconception]
        for one, other in combinations(choices, 2):
            assert one.text != other.text
            assert apart(part, one.value, other.value, variant.solution)


def test_the_right_option_has_no_favourite_place(layer: Question) -> None:
    keys = [offered(here(fresh(layer, seed))).key("b") for seed in range(80)]
    assert all(8 <= keys.count(letter) <= 36 for letter in "abcd")


def test_picking_is_typing(layer: Question) -> None:
    variant = here(fresh(layer, 1))
    form = offered(variant)
    responses = {"a": form.response("a", "B"), "b": form.response("b", "(d)")}
    graded = here(grade(variant, responses))
    assert graded.part("a").correct
    assert graded.part("b").misconception == "conv-params/no-bias"
    assert form.response("b", "2352") == "2352"
    assert form.response("b", "e") == "e"


def test_as_a_part_of_kind_choice(layer: Question) -> None:
    part = offered(here(fresh(layer, 1))).as_choice(layer.part("b"))
    assert (part.kind, part.answer) == ("choice", ("c",))
    assert [option.text for option in part.options] == ["9699328", "800", "2368", "2352"]


def _variant(part: Part, key: Given) -> Variant:
    """A variant of a solver that knows no misconception."""
    question = Question(
        id="plain", title="", week=2, points=1, concepts=("c",), prompt="", parts=(part,)
    )
    solution = Solution("s.s", {"x": 3}, {"y": key}, (), ())
    return Variant(
        question=question, seed=1, given={}, prompt="", prompts={"a": ""}, solution=solution
    )


FILLED: list[tuple[Part, Given]] = [
    (Part(id="a", points=1, kind="integer", ask="y"), 1),
    (Part(id="a", points=1, kind="integer", ask="y"), 0),
    (Part(id="a", points=1, kind="integer", ask="y"), 1216),
    (Part(id="a", points=1, kind="real", ask="y", decimals=4), 0.7311),
    (Part(id="a", points=1, kind="real", ask="y", decimals=4), 0.5),
    (Part(id="a", points=1, kind="real", ask="y", decimals=2), 0.0),
    (Part(id="a", points=1, kind="real", ask="y", significant=3), -1.5e-7),
    (Part(id="a", points=1, kind="shape", ask="y"), [24, 24, 24]),
    (Part(id="a", points=1, kind="vector", ask="y", decimals=2), [1.0, 2.0]),
    (Part(id="a", points=1, kind="vector", ask="y", decimals=2), [0.0, 0.0]),
    (Part(id="a", points=1, kind="matrix", ask="y", decimals=2), [[1.0, 0.0], [0.0, 1.0]]),
]


@pytest.mark.parametrize(("part", "key"), FILLED)
def test_fillers_where_no_misconception_is_live(part: Part, key: Given) -> None:
    variant = _variant(part, key)
    choices = offered(variant).choices["a"]
    assert len(choices) == OFFERED
    assert {c.misconception for c in choices} == {""}
    assert len({c.text for c in choices}) == OFFERED
    for one, other in combinations(choices, 2):
        assert apart(part, one.value, other.value, variant.solution)


@pytest.mark.parametrize(
    ("part", "value", "text"),
    [
        (Part(id="a", points=1, kind="integer"), 1216, "1216"),
        (Part(id="a", points=1, kind="shape"), [24, 24, 8], "24 × 24 × 8"),
        (Part(id="a", points=1, kind="real", decimals=4), 0.73105857, "0.7311"),
        (Part(id="a", points=1, kind="real", decimals=4), -0.00001, "0.0000"),
        (Part(id="a", points=1, kind="real", significant=4), 602214076.0, "6.022e+08"),
        (
            Part(id="a", points=1, kind="vector", decimals=2),
            [1, -0.005, 1 / 3],
            "1.00, -0.01, 0.33",
        ),
        (
            Part(id="a", points=1, kind="matrix", decimals=1),
            [[1, 2], [3, 4.25]],
            "1.0 2.0; 3.0 4.2",
        ),
        (
            Part(id="a", points=1, kind="matrix", decimals=1),
            [[[1, 2]], [[3, 4]]],
            "[[[1.0, 2.0]], [[3.0, 4.0]]]",
        ),
        (Part(id="a", points=1, kind="choice"), "explodes", "explodes"),
    ],
)
def test_answers_as_they_are_typed(part: Part, value: Given, text: str) -> None:
    assert as_asked(part, value) == text


def test_printed_numbers_have_a_form_too(layer: Question) -> None:
    given = here(fresh(layer, 3)).given
    variant = here(with_given(layer, given, None))
    assert offered(variant) == offered(variant)


def test_every_template_can_be_asked_with_choices(tmp_path: Path) -> None:
    """The key is right, no other option is, and a misconception's option is named."""
    for template in bank.templates([bank.default_folder()], cache=tmp_path).templates:
        variant = here(fresh(template, 0))
        form = offered(variant)
        for part_id, choices in form.choices.items():
            assert len(choices) == OFFERED, template.id
            for choice in choices:
                told = {part_id: form.response(part_id, choice.id)}
                marked = here(grade(variant, told)).part(part_id)
                assert marked.correct == (choice.id == form.key(part_id)), (template.id, choice)
                assert choice.misconception in ("", marked.misconception), (template.id, choice)
