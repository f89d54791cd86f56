"""Every problem of a question folder, with its line and what would be right."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from quizapp.content import bank, lint_text
from quizapp.content.lint import lint


@pytest.fixture
def folder(tmp_path: Path, samples: Path) -> Path:
    """A copy of the sample folder, to be broken."""
    return Path(shutil.copytree(samples, tmp_path / "questions"))


def change(folder: Path, file: str, before: str, after: str) -> None:
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert text.count(before) == 1, f"{before!r} is there {text.count(before)} times"
    path.write_text(text.replace(before, after), encoding="utf-8")


def found(folder: Path) -> list[tuple[str, str]]:
    """Path and message of each problem."""
    return [(problem.path, problem.message) for problem in lint(folder)]


def test_the_samples_have_no_problems(samples: Path) -> None:
    assert lint(samples) == []


def test_the_questions_of_quizapp_have_no_problems() -> None:
    assert [str(problem) for problem in lint(bank.default_folder())] == []


CONVOLUTION = "convolution.layer"

# What is changed in the sample exam, where the problem stands, and what is said.
EXAM = [
    # points
    (
        "    points: 5\n",
        "    points: 4\n",
        "questions[1].points",
        "points is 4, but the parts have 5",
    ),
    (
        "            points: 0.5\n",
        "            points: 1\n",
        "questions[0].parts[0].rubric",
        "the criteria have 2 points, expected 1.5",
    ),
    # ids
    (
        "id: s01-c2",
        "id: s01-c1",
        "questions[0].parts[0].rubric[1].id",
        "criterion id s01-c1 is there twice",
    ),
    (
        "      - id: b\n        kind: integer",
        "      - id: a\n        kind: integer",
        "questions[1].parts",
        "part id a is there twice",
    ),
    (
        "id: s03",
        "id: s02",
        "questions[2].id",
        "id s02 is already a question in {exam}, line 30; choose another",
    ),
    ("{id: valid,", "{id: same,", "questions[2].parts[0].options", "option id same is there twice"),
    # text parts
    (
        "        model_answer: >\n          Each layer",
        "        prompt: >\n          Each layer",
        "questions[0].parts[0]",
        "model_answer is missing: a text part shows one",
    ),
    (
        "              - [gradient*, derivative*]\n",
        "              - []\n",
        "questions[0].parts[0].rubric[0].evidence[0]",
        "an empty group, expected alternatives",
    ),
    (
        "[product*, multipl*]",
        "[product*, prod*uct]",
        "questions[0].parts[0].rubric[1].evidence[0][1]",
        '"prod*uct": a stem is at least one letter, with * at its end only',
    ),
    (
        "[product*, multipl*]",
        "[product*, Product*]",
        "questions[0].parts[0].rubric[1].evidence[0]",
        '"product*" is there twice in one group',
    ),
    (
        "[product*, multipl*]",
        "[product*>]",
        "questions[0].parts[0].rubric[1].evidence[0][0]",
        '"product*>": a stem is missing before or after >, ~ or |',
    ),
    (
        "[product*, multipl*]",
        "[product*, multi|*pl]",
        "questions[0].parts[0].rubric[1].evidence[0][1]",
        '"*pl": a stem is at least one letter, with * at its end only',
    ),
    # chosen parts
    (
        "answer: [same]",
        "answer: [sme]",
        "questions[2].parts[0].answer[0]",
        "no option sme; did you mean same?",
    ),
    (
        "answer: [same]",
        "answer: [same, valid]",
        "questions[2].parts[0]",
        "answer has 2 options, expected 1",
    ),
    (
        "answer: [forward, backward, update]",
        "answer: [forward, backward]",
        "questions[2].parts[1]",
        "answer has to name every option once, in order",
    ),
    # numeric parts
    (
        "    solver: convolution.layer\n",
        "",
        "questions[1]",
        "solver is missing: it computes part (a)",
    ),
    (
        CONVOLUTION,
        "convolution.layr",
        "questions[1].solver",
        "no solver 'convolution.layr'; in convolution: convolution.layer",
    ),
    (
        "ask: parameters",
        "ask: parametres",
        "questions[1].parts[1].ask",
        "convolution.layer has no quantity parametres; did you mean parameters?",
    ),
    (
        "kind: integer",
        "kind: shape",
        "questions[1].parts[1].kind",
        "kind is shape, but parameters is of kind integer",
    ),
    (
        "kind: integer",
        "kind: real",
        "questions[1].parts[1]",
        "decimals or significant is missing: a real says its precision",
    ),
    (
        "ask: parameters",
        "model_answer: '1216'\n        ask: parameters",
        "questions[1].parts[1].model_answer",
        "a numeric answer is computed, never stored",
    ),
    (
        "ask: parameters",
        "ask: parameters\n        answer: ['1216']",
        "questions[1].parts[1].answer",
        "answer means nothing for a part of kind integer",
    ),
    (
        "ask: parameters",
        "ask: parameters\n        follows: c",
        "questions[1].parts[1].follows",
        'follows is "c", expected an earlier part: a',
    ),
    # numbers
    (
        "filters: 16,",
        "filters: 0,",
        "questions[1].given",
        "filters is 0; allowed: a whole number from 1 to 4096",
    ),
    (
        "filters: 16,",
        "filtres: 16,",
        "questions[1].given.filtres",
        "convolution.layer has no input filtres; did you mean filters?",
    ),
    (
        "filters: 16,",
        "",
        "questions[1].given",
        "filters is None; allowed: a whole number from 1 to 4096",
    ),
    (
        "kernel: 5,",
        "kernel: 60,",
        "questions[1].given",
        "kernel is 60; allowed: at most 36, the input with its padding",
    ),
    (
        "{choice: [8, 16, 32]}",
        "{choice: [8, 0.5]}",
        "questions[1].draw.filters",
        "filters is 0.5; allowed: a whole number from 1 to 4096",
    ),
    (
        "{range: [0, 2]}",
        "{range: [0, 99]}",
        "questions[1].draw.padding",
        "padding is 99; allowed: a whole number from 0 to 64",
    ),
    (
        "{range: [0, 2]}",
        "{range: [2, 0]}",
        "questions[1].draw.padding.range",
        "range goes from 2 down to 0",
    ),
    ("{range: [0, 2]}", "{}", "questions[1].draw.padding", "expected either choice or range"),
    (
        "set: {width: height}",
        "set: {width: hight}",
        "questions[1].set.width",
        "hight is not given or drawn; did you mean height?",
    ),
    (
        "set: {width: height}",
        "set: {filters: height}",
        "questions[1].set.filters",
        "filters is a copy, so it can't be drawn",
    ),
    (
        "set: {width: height}",
        "set: {channels: height}",
        "questions[1].set.channels",
        "channels is a copy of height, but another number is given",
    ),
    (
        "(stride {stride},",
        "(stride {strid},",
        "questions[1].prompt",
        "{strid} is not given or drawn; did you mean stride?",
    ),
    # links and texts
    (
        "concepts: [vanishing-gradient]\n",
        "concepts: [vanishing-gradients]\n",
        "questions[0].concepts[0]",
        "no week covers vanishing-gradients; did you mean vanishing-gradient?",
    ),
]


@pytest.mark.parametrize(("before", "after", "path", "message"), EXAM)
def test_one_thing_wrong_in_the_exam(
    folder: Path, before: str, after: str, path: str, message: str
) -> None:
    change(folder, "exam.yaml", before, after)
    message = message.replace("{exam}", (folder / "exam.yaml").as_posix())
    assert (path, message) in found(folder)


WEEKS = [
    ("claim: I can say", "claim: Say", "checklist[0].claim", 'claim has to start with "I can "'),
    (
        "questions: [s01]",
        "questions: [s01, s01x]",
        "checklist[0].questions[1]",
        "no question s01x; did you mean s01?",
    ),
    ("week: 2\n", "week: 3\n", "week", "week is 3, but the file is called week-02.yaml"),
    (
        "    concepts: [vanishing-gradient]\n    body",
        "    concepts: [vanishing-grad]\n    body",
        "notes[0].concepts[0]",
        "no checklist item of this week covers vanishing-grad; did you mean vanishing-gradient?",
    ),
    (
        "at most 0.25",
        "at most 0.25" + " and so on" * 6,
        "notes[0].body",
        "a table row of 86 columns, at most 76 fit",
    ),
    (
        "multiply.",
        "multiply\u200b.",
        "notes[0].body",
        "U+200B (ZERO WIDTH SPACE) can't be seen; remove it",
    ),
    ("multiply.\n", "multiply.\n      ```\n", "notes[0].body", "a code block (```) is not closed"),
]


@pytest.mark.parametrize(("before", "after", "path", "message"), WEEKS)
def test_one_thing_wrong_in_a_week(
    folder: Path, before: str, after: str, path: str, message: str
) -> None:
    change(folder, "weeks/week-02.yaml", before, after)
    assert (path, message) in found(folder)


INTERVIEW = """\
title: Small
questions:
  - id: i1
    title: vanishing
    origin: guide 1.1
    week: 2
    concepts: [vanishing-gradient]
    prompt: Why do gradients vanish?
    model_answer: The derivatives are small and there is one for each layer.
    ideas:
      - {id: i1-k1, points: 1, credit: derivatives are small, evidence: [[small]]}
      - {id: i1-k2, points: 1, credit: one for each layer, evidence: [["each>layer"]]}
"""
INTERVIEWS = [
    (
        "[vanishing-gradient]",
        "[vanishing-gradients]",
        "questions[0].concepts[0]",
        "no week covers vanishing-gradients; did you mean vanishing-gradient?",
    ),
    (
        "[vanishing-gradient]",
        "[]",
        "questions[0].concepts",
        "a question names at least one concept",
    ),
    (
        "week: 2",
        "week: 13",
        "questions[0].week",
        "week is 13, expected a whole number from 2 to 12",
    ),
    (
        "Why do gradients vanish?",
        "''",
        "questions[0].prompt",
        "prompt is empty, expected a text",
    ),
    (
        "The derivatives are small and there is one for each layer.",
        "' '",
        "questions[0].model_answer",
        "model_answer is empty, expected a text",
    ),
    (
        "i1-k2, points: 1",
        "i1-k2, points: 2",
        "questions[0].ideas[1].points",
        "points is 2, but every key idea counts 1",
    ),
    (
        ", evidence: [[small]]",
        "",
        "questions[0].ideas[0]",
        "evidence is missing: the words to look for",
    ),
    ("[[small]]", "[[sm*ll]]", "questions[0].ideas[0].evidence[0][0]", '"sm*ll": a stem is '),
    ("i1-k2,", "i1-k1,", "questions[0].ideas[1].id", "idea id i1-k1 is there twice"),
    (
        "credit: derivatives are small,",
        "credit: '',",
        "questions[0].ideas[0].credit",
        "credit is empty, expected what earns the points",
    ),
    ("i1\n", "s01\n", "questions[0].id", "id s01 is already a question in "),
    ("i1\n", "s02-1\n", "checklist[0].id", "id s02-1 is already an interview question in "),
    (
        "title: vanishing",
        'title: "vani\\u200bshing"',
        "questions[0].title",
        "U+200B (ZERO WIDTH SPACE) can't be seen; remove it",
    ),
]


def test_an_interview_without_problems(folder: Path) -> None:
    (folder / "interview.yaml").write_text(INTERVIEW, encoding="utf-8")
    assert found(folder) == []


@pytest.mark.parametrize(("before", "after", "path", "message"), INTERVIEWS)
def test_one_thing_wrong_in_the_interview(
    folder: Path, before: str, after: str, path: str, message: str
) -> None:
    (folder / "interview.yaml").write_text(INTERVIEW, encoding="utf-8")
    change(folder, "interview.yaml", before, after)
    assert any(p == path and m.startswith(message) for p, m in found(folder)), found(folder)


def test_at_most_nine_ideas(folder: Path) -> None:
    one = "      - {id: i1-kX, points: 1, credit: x, evidence: [[x]]}\n"
    many = "".join(one.replace("X", str(number)) for number in range(3, 11))
    (folder / "interview.yaml").write_text(INTERVIEW + many, encoding="utf-8")
    assert found(folder) == [("questions[0].ideas", "10 key ideas, at most 9: one key each")]
    head = INTERVIEW.partition("    ideas:")[0]
    (folder / "interview.yaml").write_text(f"{head}    ideas: []\n", encoding="utf-8")
    assert found(folder) == [("questions[0].ideas", "a question has at least one key idea")]


RESOURCE = """\
resources:
  - id: watch-one
    title: One
    kind: watch
    series: Foundations
    order: 1
    url: https://www.youtube.com/watch?v=AsNTP8Kwu80
    concepts: [vanishing-gradient]
"""
RESOURCES = [
    (
        "https://www",
        "http://www",
        "resources[0].url",
        "url is http://www.youtube.com/watch?v=AsNTP8Kwu80, expected https:// and an address",
    ),
    (
        "https://www.youtube.com/watch?v=AsNTP8Kwu80",
        "https://a b",
        "resources[0].url",
        "url is https://a b, expected https:// and an address",
    ),
    (
        "[vanishing-gradient]",
        "[vanishing]",
        "resources[0].concepts[0]",
        "no week covers vanishing; ",
    ),
    ("watch-one", "s02-1", "resources[0].id", "id s02-1 is already a checklist item in "),
    ("order: 1", "order: 0", "resources[0].order", "order is 0, expected a whole number"),
    ("kind: watch", "kind: listen", "resources[0].kind", 'kind is "listen", expected one of '),
]


def test_a_resource_without_problems(folder: Path) -> None:
    week = folder / "weeks" / "week-02.yaml"
    week.write_text(week.read_text(encoding="utf-8") + RESOURCE, encoding="utf-8")
    assert found(folder) == []
    change(folder, "weeks/week-02.yaml", RESOURCE.splitlines()[6] + "\n", "")
    assert found(folder) == []  # named only


@pytest.mark.parametrize(("before", "after", "path", "message"), RESOURCES)
def test_one_thing_wrong_in_a_resource(
    folder: Path, before: str, after: str, path: str, message: str
) -> None:
    week = folder / "weeks" / "week-02.yaml"
    broken = RESOURCE.replace(before, after)
    week.write_text(week.read_text(encoding="utf-8") + broken, encoding="utf-8")
    assert any(p == path and m.startswith(message) for p, m in found(folder)), found(folder)


def test_a_wide_table_row_is_found_by_its_own_line(folder: Path) -> None:
    change(folder, "weeks/week-02.yaml", "at most 0.25", "at most 0.25" + " and so on" * 6)
    (problem,) = lint(folder)
    text = (folder / "weeks/week-02.yaml").read_text(encoding="utf-8").splitlines()
    assert "0.25" in text[problem.line - 1]


def test_a_control_character_in_an_escape(folder: Path) -> None:
    change(folder, "exam.yaml", "title: Vanishing gradients", r'title: "Vanishing\e[31m gradients"')
    assert found(folder) == [
        ("questions[0].title", "U+001B (control character) can't be seen; remove it")
    ]


def test_at_most_nine_criteria(folder: Path) -> None:
    one = "          - {id: s01-cX, points: 0.5, credit: x, evidence: [[x]]}\n"
    many = "".join(one.replace("X", str(number)) for number in range(3, 12))
    text = (folder / "exam.yaml").read_text(encoding="utf-8")
    head, rubric, tail = text.partition("        rubric:\n")
    (folder / "exam.yaml").write_text(head + rubric + many + tail, encoding="utf-8")
    messages = [message for _, message in found(folder)]
    assert "11 criteria, at most 9: one key each" in messages


def test_files_that_are_never_read(folder: Path) -> None:
    (folder / "weeks" / "week-05.yml").write_text("", encoding="utf-8")
    (folder / "exams.yaml").write_text("", encoding="utf-8")
    (folder / "weeks" / "week5.yaml").write_text(
        (folder / "weeks" / "week-04.yaml").read_text(encoding="utf-8").replace("s04", "s05"),
        encoding="utf-8",
    )
    messages = {Path(p.file).name: p.message for p in lint(folder)}
    assert messages == {
        "exams.yaml": "is not read; files are exam.yaml, interview.yaml, weeks/week-NN.yaml,"
        " weeks/beyond.yaml and numeric/<topic>.yaml",
        "week-05.yml": "is empty",
        "week5.yaml": "the file has to be called week-04.yaml",
    }


def test_everything_at_once(folder: Path) -> None:
    change(folder, "exam.yaml", "    points: 5\n", "    points: 4\n")
    change(folder, "exam.yaml", "answer: [same]", "answer: [sme]")
    change(folder, "weeks/week-02.yaml", "claim: I can say", "claim: Say")
    change(folder, "weeks/week-04.yaml", "week: 4", "week: four")
    assert [(Path(p.file).name, p.line) for p in lint(folder)] == [
        ("exam.yaml", 33),
        ("exam.yaml", 67),
        ("week-02.yaml", 6),
        ("week-04.yaml", 1),
    ]


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    (problem,) = lint(tmp_path / "nowhere")
    assert str(problem) == f"{tmp_path}/nowhere: there is no such folder"


@pytest.mark.parametrize(
    ("line", "columns"), [("", 0), ("| σ′ ≤ ¼ |", 10), ("漢字", 4), ("e\u0301", 1)]
)
def test_width(line: str, columns: int) -> None:
    assert lint_text.width(line) == columns


FORMULA = """\
title: Formulas
minutes: 10
questions:
  - id: f01
    title: Attention
    week: 10
    points: 1
    concepts: [scaled-dot-product-attention]
    prompt: Write it.
    parts:
      - id: a
        kind: formula
        points: 1
        model_answer: softmax(Q Kᵀ / √d_k) V
        formula:
          solver: attention.scaled_dot_product
          targets: [{ask: output}]
          sizes: {n: [2, 4], d_k: [2, 5]}
          names:
            Q: {shape: [n, d_k], input: queries}
            K: {shape: [n, d_k], input: keys}
            V: {shape: [n, d_k], input: values}
            d_k: {size: d_k}
"""
PLACE = "questions[0].parts[0].formula"
FORMULAS = [
    (
        "scaled_dot_product\n",
        "scaled\n",
        ".solver",
        "no solver 'attention.scaled'; in attention: ",
    ),
    (
        "{ask: output}",
        "{ask: outputs}",
        ".targets[0].ask",
        "attention.scaled_dot_product has no quantity outputs; did you mean output?",
    ),
    ("[{ask: output}]", "[]", ".targets", "a formula part has at least one target"),
    (
        "{ask: output}",
        "{ask: output, points: 0.5}",
        ".targets",
        "the targets' points have to be all there and sum to 1",
    ),
    (
        "{ask: output}",
        "{ask: output, defines: P}",
        ".targets[0].defines",
        "no name P; there is Q, K, V, d_k",
    ),
    ("n: [2, 4]", "n: [4, 2]", ".sizes.n", "n is from 4 to 2, expected 1 ≤ from ≤ to ≤ 64"),
    ("V: {shape: [n, d_k]", "V: {shape: [n, dk]", ".names.V", "no size dk; did you mean d_k?"),
    ("d_k: {size: d_k}", "d_k: {}", ".names.d_k", "d_k needs one of shape, size, quantity"),
    ("input: values", "input: valeus", ".names.V.input", "no input valeus; did you mean values?"),
    (
        "            V: {shape: [n, d_k], input: values}\n",
        "",
        ".names",
        "no name fills the input values of attention.scaled_dot_product",
    ),
    ("input: values}", "input: values, low: 3}", ".names.V.low", "V is drawn from 3 down to 2"),
]


@pytest.mark.parametrize(("before", "after", "path", "message"), FORMULAS)
def test_one_thing_wrong_in_a_formula(
    tmp_path: Path, before: str, after: str, path: str, message: str
) -> None:
    (tmp_path / "exam.yaml").write_text(FORMULA, encoding="utf-8")
    assert [m for p, m in found(tmp_path) if p.startswith(PLACE)] == []
    change(tmp_path, "exam.yaml", before, after)
    assert any(p == PLACE + path and m.startswith(message) for p, m in found(tmp_path))
