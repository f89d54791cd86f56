"""``quizapp grade``: one line of responses in, one line of grades out."""

from __future__ import annotations

import io
import json
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from quizapp.__main__ import main

TEMPLATE = "sample-layer"  # seed 1: 64 × 64 × 16 and 2368


@pytest.fixture(autouse=True)
def sample_questions(samples: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUIZAPP_QUESTIONS", str(samples))


class Graded:
    """What the command said."""

    def __init__(self, status: int, out: str, err: str) -> None:
        self.status = status
        self.lines: list[dict[str, Any]] = [json.loads(line) for line in out.splitlines()]
        self.errors = err.splitlines()


@pytest.fixture
def grade(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    def run(*lines: str | bytes) -> Graded:
        path = tmp_path / "responses.jsonl"
        path.write_bytes(b"\n".join(x.encode() if isinstance(x, str) else x for x in lines))
        status = main(["grade", str(path)])
        return Graded(status, *capsys.readouterr())

    return run


def line(**responses: object) -> str:
    return json.dumps({"template": TEMPLATE, "seed": 1, "responses": responses})


def test_right_wrong_and_unreadable(grade: Any) -> None:
    graded = grade(line(a="64x64x16", b="2352"), line(a="64 x 64 by", b="2368"))
    assert (graded.status, graded.errors) == (0, [])
    first, second = graded.lines
    assert first == {
        "template": TEMPLATE,
        "seed": 1,
        "points": 2,
        "max_points": 5,
        "parts": [
            {
                "id": "a",
                "correct": True,
                "points": 2,
                "format_error": "",
                "misconception": "",
                "feedback": "Right.",
            },
            {
                "id": "b",
                "correct": False,
                "points": 0,
                "format_error": "",
                "misconception": "conv-params/no-bias",
                "feedback": "2,352 is what you get when the biases are left out (no-bias)."
                " Each filter also has one bias: 16 filters add 16.",
            },
        ],
    }
    assert second["points"] == 3
    assert second["parts"][0]["format_error"].startswith("Not read as a shape: 64 x 64 by.")


def test_answers_are_responses_as_they_are(grade: Any) -> None:
    (graded,) = grade(line(a=[64, 64, 16], b=2368)).lines
    assert graded["points"] == 5


def test_a_part_left_out_is_empty(grade: Any) -> None:
    (graded,) = grade(line(b="2368")).lines
    assert [part["points"] for part in graded["parts"]] == [0, 3]


def test_letters_of_the_multiple_choice_form(grade: Any) -> None:
    told = {"template": TEMPLATE, "seed": 1, "choices": True, "responses": {"a": "b", "b": "d"}}
    (graded,) = grade(json.dumps(told)).lines
    assert [part["correct"] for part in graded["parts"]] == [True, False]
    assert graded["parts"][1]["misconception"] == "conv-params/no-bias"


BROKEN: list[tuple[str | bytes, str]] = [
    ("{bad", "line 2: not JSON: "),
    (b'{"template": "\xff"}', "line 2: not JSON: "),
    ("[1, 2]", "line 2: Expected `object`, got `array`; a line is {"),
    ('{"template": "sample-layer"}', "line 2: Object missing required field `seed`"),
    (line(a="1").replace("1,", '"1",'), "line 2: Expected `int`, got `str`"),
    (line(a="1").replace("1,", "-1,"), "line 2: Expected `int` >= 0"),
    (line(a="1").replace("1,", "9" * 40 + ","), "line 2: "),
    (line(a="1").replace('"seed"', '"sead"'), "line 2: Object contains unknown field `sead`"),
    (line(z="1"), "line 2: no part 'z'; parts: a, b"),
    (line(a="1").replace(TEMPLATE, "simple-layer"), "line 2: no template 'simple-layer'; did you"),
    ('{"responses": ' + "[" * 100_000, "line 2: "),
    ('{"a": ' + "1" * 5_000_000 + "}", "line 2: longer than 4,000,000 bytes"),
]


@pytest.mark.parametrize(("broken", "message"), BROKEN)
def test_a_broken_line_is_told_and_the_rest_graded(
    grade: Any, broken: str | bytes, message: str
) -> None:
    graded = grade(line(b=2368), broken, "", line(a=[64, 64, 16]))
    assert graded.status == 1
    assert [one["points"] for one in graded.lines] == [3, 2]
    (error,) = graded.errors
    assert error.startswith(f"quizapp: {message}")


HOSTILE = [
    "9**9**9",
    "__import__('os')",
    "().__class__.__bases__",
    "[" * 10_000,
    "(" * 10_000 + ")" * 10_000,
    "1" * 100_000,
    "1+" * 9_000 + "1",
    "\x00\x1b[31m",
    "NaN",
    "-" * 15_000 + "1",
]


@pytest.mark.parametrize("part", ["a", "b"])
@pytest.mark.parametrize("response", HOSTILE)
def test_hostile_responses(grade: Any, part: str, response: str) -> None:
    started = time.monotonic()
    graded = grade(line(**{part: response}))
    assert time.monotonic() - started < 2
    assert graded.status == 0
    (one,) = graded.lines
    marked = next(each for each in one["parts"] if each["id"] == part)
    assert not marked["correct"]
    assert marked["points"] == 0
    assert len(marked["feedback"]) < 400


@pytest.mark.parametrize("value", [None, True, {}, {"x": 1}, [[["deep"]]], 1e308, [], "", 10**30])
def test_json_values_that_are_no_answer(grade: Any, value: object) -> None:
    graded = grade(line(b=value))
    assert graded.status == 0
    assert graded.lines[0]["points"] == 0


def test_from_stdin(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(line(b=2368).encode())))
    assert main(["grade"]) == 0
    assert json.loads(capsys.readouterr().out)["points"] == 3


def test_a_file_that_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["grade", "nowhere.jsonl"]) == 1
    assert capsys.readouterr().err == "quizapp: nowhere.jsonl: No such file or directory\n"


def test_nothing_to_grade(grade: Any) -> None:
    graded = grade("")
    assert (graded.status, graded.lines, graded.errors) == (0, [], [])
