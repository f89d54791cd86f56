"""What lint says of template files before any number is drawn."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from quizapp.content import bank
from quizapp.content.lint import folder_of, lint

FILE = "numeric/convolution.yaml"


@pytest.fixture
def folder(tmp_path: Path, samples: Path) -> Path:
    """A copy of the sample folder, to be broken."""
    return Path(shutil.copytree(samples, tmp_path / "questions"))


def change(folder: Path, before: str, after: str) -> None:
    path = folder / FILE
    text = path.read_text(encoding="utf-8")
    assert text.count(before) == 1, f"{before!r} is there {text.count(before)} times"
    path.write_text(text.replace(before, after), encoding="utf-8")


def found(folder: Path) -> list[tuple[str, str]]:
    """Path and message of each problem."""
    return [(problem.path, problem.message) for problem in lint(folder)]


# What is changed in the sample template, where the problem stands, and what is said.
CASES = [
    # the solver
    (
        "solver: convolution.layer",
        "solver: convolution.layers",
        "[0].solver",
        "no solver 'convolution.layers'; in convolution: convolution.layer",
    ),
    (
        "solver: convolution.layer",
        "solver: pooling.layer",
        "[0].solver",
        "a template of pooling.layer belongs in numeric/pooling.yaml",
    ),
    ("  solver: convolution.layer\n", "", "[0]", "solver is missing: it computes the answers"),
    # inputs
    (
        "    channels: {choice: [3, 4, 16]}\n",
        "",
        "[0]",
        "the input channels of convolution.layer is neither given nor drawn:"
        " a whole number from 1 to 4096",
    ),
    (
        "    channels: {choice: [3, 4, 16]}\n",
        "    channels: {choice: [3, 4, 16]}\n    depth: {choice: [1]}\n",
        "[0].draw.depth",
        "convolution.layer has no input depth; did you mean width?",
    ),
    (
        "set: {width: height}",
        "set: {width: hight}",
        "[0].set.width",
        "hight is not given or drawn; did you mean height?",
    ),
    (
        "set: {width: height}",
        "set: {width: height, stride: height}",
        "[0].set.stride",
        "stride is a copy, so it can't be given or drawn",
    ),
    (
        "  set: {width: height}",
        "  sizes: {width: {range: [2, 3]}}",
        "[0].sizes.width",
        "width is an input of convolution.layer, so it stands under draw",
    ),
    (
        "  set: {width: height}",
        "  set: {width: height}\n  given: {stride: 1}",
        "[0].draw.stride",
        "stride is given, so it can't be drawn",
    ),
    # draws
    (
        "stride: {choice: [1, 2, 3]}",
        "stride: {choice: [1, 2], range: [1, 2]}",
        "[0].draw.stride",
        "expected one of choice, range, graph, one_hot, permutation; there is choice, range",
    ),
    (
        "stride: {choice: [1, 2, 3]}",
        "stride: {distinct: true}",
        "[0].draw.stride",
        "expected one of choice, range, graph, one_hot, permutation; there is none of them",
    ),
    (
        "range: [3, 7]",
        "range: [7, 3]",
        "[0].draw.kernel.range",
        "range goes from 7 down to 3",
    ),
    (
        "range: [3, 7]",
        "range: [3, 8]",
        "[0].draw.kernel.range",
        "8 is never reached from 3 in steps of 2",
    ),
    (
        "range: [3, 7], step: 2",
        "range: [3, 7], step: 0.5",
        "[0].draw.kernel",
        "kernel is 3.0; allowed: a whole number from 1 to ",
    ),
    (
        "range: [3, 7], step: 2",
        "range: [3, 7], step: 0.00001",
        "[0].draw.kernel.step",
        "more than 100,000 steps from 3 to 7; take larger ones",
    ),
    ("step: 2", "step: 0", "[0].draw.kernel.step", "step is 0, expected more than 0"),
    (
        "choice: [28, 32, 64]",
        "choice: [28, 32, 64], step: 2",
        "[0].draw.height.step",
        "step is for a range",
    ),
    (
        "choice: [28, 32, 64]",
        "choice: [28, 32, 64], distinct: true",
        "[0].draw.height.distinct",
        "distinct is for the entries of an array with a shape",
    ),
    (
        "choice: [28, 32, 64]",
        "choice: [28], not: [28]",
        "[0].draw.height",
        "1 different values are needed, but there are 0",
    ),
    (
        "choice: [28, 32, 64]",
        "choice: [28, 0]",
        "[0].draw.height",
        "height is 0; allowed: a whole number from 1 to 4096",
    ),
    (
        "choice: [28, 32, 64]",
        "choice: [28], shape: [n]",
        "[0].draw.height",
        "the size n is not drawn before it is used; there is none",
    ),
    (
        "choice: [28, 32, 64]",
        "graph: 4, edges: [2, 9]",
        "[0].draw.height.edges",
        "a graph of 4 nodes has from 3 to 6 edges",
    ),
    # prompts
    ("stride {stride}", "stride {strid}", "[0].prompt", "{strid} is not given or drawn; did"),
    (
        "stride {stride}",
        "stride 1",
        "[0].draw.stride",
        "stride is drawn, but {stride} stands in no prompt",
    ),
    # parts
    (
        "ask: parameters, kind: integer",
        "ask: params, kind: integer",
        "[0].parts[1].ask",
        "convolution.layer has no quantity params; did you mean",
    ),
    (
        "ask: parameters, kind: integer",
        "ask: parameters, kind: shape",
        "[0].parts[1].kind",
        "kind is shape, but parameters is of kind integer",
    ),
    (
        "ask: parameters, kind: integer",
        "ask: parameters, kind: integer, follows: c",
        "[0].parts[1].follows",
        'follows is "c", expected an earlier part: a',
    ),
    ("- {id: b,", "- {id: a,", "[0].parts", "part id a is there twice"),
    (
        "ask: parameters, kind: integer",
        "kind: formula",
        "[0].parts[1].kind",
        "kind is formula, but a template asks for choice, integer, matrix, real, shape, vector",
    ),
    (
        "ask: parameters, kind: integer",
        "kind: choice, options: [{id: y, text: so}, {id: n, text: not}], answer: [y]",
        "[0].parts[1]",
        "ask is missing: the solver's quantity, one of the options",
    ),
    # everything else
    (
        "concepts: [conv-output-size, conv-params]",
        "concepts: [conv-outputs]",
        "[0].concepts[0]",
        "no week covers conv-outputs; did you mean conv-output-size?",
    ),
    ("concepts: [conv-output-size, conv-params]", "concepts: []", "[0].concepts", "a question"),
    ("id: sample-layer", "id: s01", "[0].id", "id s01 is already taken in "),
    (
        "  set: {width: height}",
        "  set: {width: height}\n  rare: {conv-params/none: because}",
        "[0].rare.conv-params/none",
        "no misconception conv-params/none; did you mean conv-params/",
    ),
    (
        "  set: {width: height}",
        '  set: {width: height}\n  rare: {conv-params/no-bias: " "}',
        "[0].rare.conv-params/no-bias",
        "say why it is live on few variants",
    ),
    ("difficulty: 2", "difficulty: 4", "[0].difficulty", "difficulty is 4, expected a whole"),
]


@pytest.mark.parametrize(("before", "after", "path", "message"), CASES)
def test_what_is_wrong(folder: Path, before: str, after: str, path: str, message: str) -> None:
    change(folder, before, after)
    problems = found(folder)
    assert any(where == path and said.startswith(message) for where, said in problems), problems


REAL = """
- id: sigmoid-sample
  week: 4
  difficulty: 1
  concepts: [conv-output-size]
  solver: activations.sigmoid
  draw: {x: {range: [-3, 3], step: 0.5, not: [0]}}
  prompt: The weighted sum is x = {x}.
  parts:
    - {id: a, points: 1, ask: y, kind: real, decimals: 4, prompt: "What comes out, to 4 decimals?"}
"""


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("decimals: 4, ", "", "decimals or significant is missing: how precise the answer is"),
        ("to 4 decimals", "roughly", 'the prompt has to say the precision: "to 4 decimals"'),
        ("to 4 decimals", "to 3 decimals", 'the prompt has to say the precision: "to 4'),
        ("decimals: 4", "significant: 4", 'the prompt has to say the precision: "to 4 signif'),
        ("to 4 decimals", "to four decimals", ""),
    ],
)
def test_the_precision_asked(folder: Path, before: str, after: str, message: str) -> None:
    path = folder / "numeric" / "activations.yaml"
    path.write_text(REAL.replace(before, after), encoding="utf-8")
    said = [problem.message for problem in lint(folder, path) if problem.path == "[0].parts[0]"]
    assert [s for s in said if s.startswith(message)] if message else not said, said


def test_an_id_in_two_files(folder: Path) -> None:
    text = (folder / FILE).read_text(encoding="utf-8")
    (folder / "numeric" / "convolution-more.yaml").write_text(text, encoding="utf-8")
    said = [problem.message for problem in lint(folder)]
    taken = f"id sample-layer is already taken in {folder}/numeric/convolution-more.yaml"
    assert any(message.startswith(taken) for message in said), said


def test_one_file_alone(folder: Path) -> None:
    change(folder, "difficulty: 2", "difficulty: 9")
    (folder / "exam.yaml").write_text("title: 1\n", encoding="utf-8")
    (problem,) = lint(folder, folder / FILE)
    assert problem.path == "[0].difficulty"
    assert folder_of(folder / FILE) == folder
    assert folder_of(folder / "exam.yaml") == folder


def test_a_template_file_that_is_no_list(folder: Path) -> None:
    (folder / FILE).write_text("templates: []\n", encoding="utf-8")
    assert found(folder) == [("", "the file is a mapping, expected a list")]


def test_templates_are_read_in_order_and_broken_files_left_out(
    folder: Path, tmp_path: Path
) -> None:
    (folder / "numeric" / "a.yaml").write_text("- id: 1\n", encoding="utf-8")
    known = bank.templates([folder], cache=tmp_path / "cache")
    assert [template.id for template in known.templates] == ["sample-layer"]
    assert {problem.file for problem in known.problems} == {f"{folder}/numeric/a.yaml"}
    assert known.template("sample-layer").points == 5
