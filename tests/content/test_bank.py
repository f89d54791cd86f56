"""From YAML to the library: strict, every problem at once, nothing that crashes."""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import platformdirs
import pytest

from quizapp.content import bank, cache
from quizapp.content.model import Library, Problem

EXAM = """\
title: Small
minutes: 10
questions:
  - id: q1
    title: One
    week: 2
    points: 1
    concepts: [one]
    prompt: Say one.
    parts:
      - id: a
        kind: text
        points: 1
        model_answer: One.
        rubric:
          - {id: q1-c1, points: 1, credit: says one, evidence: [[one]]}
"""

WEEK = """\
week: 2
title: Two
insight: Two.
checklist:
  - {id: w2-1, claim: I can say one., concepts: [one], questions: [q1]}
notes: []
"""


INTERVIEW = """\
title: Small interview
questions:
  - id: i1
    title: One
    origin: guide 1.1
    week: 2
    concepts: [one]
    prompt: Say one, and why.
    model_answer: One, because it is the first.
    ideas:
      - {id: i1-k1, points: 1, credit: says one, evidence: [[one]]}
"""

RESOURCES = """\
resources:
  - {id: watch-one, title: One, kind: watch, series: Numbers, order: 1, url: https://one.org}
"""


def write(folder: Path, exam: str | bytes = EXAM, **weeks: str) -> Path:
    (folder / "weeks").mkdir(parents=True, exist_ok=True)
    content = exam if isinstance(exam, bytes) else exam.encode()
    (folder / "exam.yaml").write_bytes(content)
    for name, text in weeks.items():
        (folder / "weeks" / f"{name.replace('_', '-')}.yaml").write_text(text, encoding="utf-8")
    return folder


def problems(folder: Path, exam: str | bytes) -> list[tuple[int, str, str]]:
    """Line, path and message of each problem of an exam file."""
    library = bank.load([write(folder, exam)])
    return [(p.line, p.path, p.message) for p in library.problems]


# ------------------------------------------------------------------------------ reading


def test_a_sound_folder(samples: Path) -> None:
    library = bank.load([samples])
    assert library.problems == ()
    assert [q.id for q in library.exam.questions] == ["s01", "s02", "s03"]
    assert library.exam.points == 8.5
    assert library.question("s02").given["filters"] == 16
    assert library.question("s02").draw["padding"].range == (0, 2)
    assert [week.week for week in library.weeks] == [2, 4]
    assert library.week(2).notes[0].body.endswith("| sigmoid | at most 0.25 |\n")


def test_the_default_folder_lies_beside_the_packages() -> None:
    assert bank.default_folder() == Path(bank.__file__).parents[2] / "questions"


def test_folders_are_added_by_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QUIZAPP_QUESTIONS", f"{tmp_path}{os.pathsep}{os.pathsep}~/mine")
    assert bank.folders() == (bank.default_folder(), tmp_path, Path.home() / "mine")


# ------------------------------------------------------- everything that can be wrong

CHANGED = [
    pytest.param(
        "week: 2",
        "week: 1",
        6,
        "questions[0].week",
        "week is 1, expected a whole number from 2 to 12",
        id="out-of-bounds",
    ),
    pytest.param(
        "kind: text",
        "kind: tekst",
        12,
        "questions[0].parts[0].kind",
        'kind is "tekst", expected text',
        id="nearest-kind",
    ),
    pytest.param(
        "points: 1\n    concepts",
        "points: 0.3\n    concepts",
        7,
        "questions[0].points",
        "points is 0.3, expected a number above 0, at most 20 in steps of ½",
        id="half-points",
    ),
    pytest.param(
        "    week:",
        "    wek:",
        6,
        "questions[0].wek",
        "wek is not a key here; did you mean week?",
        id="unknown-key",
    ),
    pytest.param(
        "    prompt: Say one.\n",
        "",
        4,
        "questions[0]",
        "prompt is missing, expected a text",
        id="missing-key",
    ),
    pytest.param(
        "prompt: Say one.",
        "prompt: [MASK]",
        9,
        "questions[0].prompt",
        "prompt is a list of 1, expected a text; one that starts with [ needs quotes",
        id="mask",
    ),
    pytest.param(
        "id: q1\n",
        "id: Q 1\n",
        4,
        "questions[0].id",
        'id is "Q 1", expected small letters, digits and hyphens, at most 80',
        id="key-pattern",
    ),
    pytest.param(
        "minutes: 10",
        "minutes: 010",
        2,
        "minutes",
        '010 is a whole number to YAML; write plain digits, or "010" in quotes',
        id="octal",
    ),
    pytest.param(
        "minutes: 10",
        "minutes: 12:30",
        2,
        "minutes",
        '12:30 is a whole number to YAML; write plain digits, or "12:30" in quotes',
        id="sexagesimal",
    ),
    pytest.param(
        "minutes: 10",
        "minutes: 1e2",
        2,
        "minutes",
        "1e2 is a word to YAML; write it as 100.0, or in quotes",
        id="exponent",
    ),
    pytest.param(
        "title: One",
        "title: no",
        5,
        "questions[0].title",
        'no is true or false to YAML; write true or false, or "no" in quotes',
        id="norway",
    ),
    pytest.param(
        "title: One",
        "title: 2026-12-04",
        5,
        "questions[0].title",
        '2026-12-04 is a date to YAML; write "2026-12-04" in quotes',
        id="date",
    ),
    pytest.param(
        "title: One",
        "title: 7",
        5,
        "questions[0].title",
        "title is 7, expected a text in quotes",
        id="number-for-text",
    ),
    pytest.param(
        "title: One",
        "title:",
        5,
        "questions[0].title",
        "title is empty, expected a text",
        id="empty",
    ),
    pytest.param(
        "title: One",
        "title: One\n    title: Two",
        6,
        "questions[0].title",
        "title is there twice, first in line 5",
        id="duplicate-key",
    ),
    pytest.param(
        "title: One",
        "title: &t One",
        5,
        "questions[0].title",
        "&t: anchors are not read",
        id="anchor",
    ),
    pytest.param(
        "title: One",
        "title: !!python/object/apply:os.system [x]",
        5,
        "questions[0].title",
        "!!python/object/apply:os.system: tags are not read; only data is",
        id="python-tag",
    ),
    pytest.param(
        "concepts: [one]",
        "concepts: one",
        8,
        "questions[0].concepts",
        'concepts is "one", expected a list',
        id="not-a-list",
    ),
    pytest.param(
        "- {id: q1-c1,",
        "- {id: q1-c1, entry: 1,",
        16,
        "questions[0].parts[0].rubric[0].entry",
        "entry is not a key here; did you mean entries?",
        id="deep-key",
    ),
    pytest.param(
        "minutes: 10",
        "minutes: 99999999999999999999",
        2,
        "minutes",
        "99999999999999999999 … is too large for a number",
        id="huge-number",
    ),
]


@pytest.mark.parametrize(("before", "after", "line", "path", "message"), CHANGED)
def test_one_thing_wrong(
    tmp_path: Path, before: str, after: str, line: int, path: str, message: str
) -> None:
    assert EXAM.count(before) == 1
    assert (line, path, message) in problems(tmp_path, EXAM.replace(before, after))


def test_all_problems_of_a_file_at_once(tmp_path: Path) -> None:
    broken = EXAM.replace("week: 2", "week: 40").replace("kind: text", "kind: shap")
    broken = broken.replace("minutes: 10\n", "minutes: ten\nmintues: 4\n")
    assert [(line, path) for line, path, _ in problems(tmp_path, broken)] == [
        (2, "minutes"),
        (3, "mintues"),
        (7, "questions[0].week"),
        (13, "questions[0].parts[0].kind"),
    ]


def test_problems_of_all_files_at_once(tmp_path: Path) -> None:
    folder = write(tmp_path, "title: [", week_02=WEEK.replace("Two", "yes"), week_03="")
    assert {(Path(p.file).name, p.line) for p in bank.load([folder]).problems} == {
        ("exam.yaml", 1),
        ("week-02.yaml", 2),
        ("week-03.yaml", 0),
    }


UNREADABLE = [
    ("a: 1\n\tb: 2\n", "a tab; YAML indents with blanks"),
    ("title: this: that", "a colon in a text; put the text in quotes"),
    ("title: 'open", "a quote or bracket is not closed"),
    ("a: [1, 2\nb: 3\n", "a bracket is not closed, or a comma is missing"),
    ("title: @here", "a text can't start with this sign; put it in quotes"),
    ("title: \x07", "a control character"),
    ("", "is empty"),
    ("---\na: 1\n---\nb: 2\n", "a second document (---) is not read"),
    ("? [a]\n: b\n", "a key must be a word, not a list or mapping"),
    ("? *a\n: b\n", "a key must be a word, not an anchor"),
    ("[" * 100_000, "nested more than 24 levels"),
    ("- " * 5_000, "nested more than 24 levels"),
    (b"title: caf\xe9", "not UTF-8 text; save the file as UTF-8"),
    ("title: x".encode("utf-16"), "not UTF-8 text; save the file as UTF-8"),
    (b"#" * 4_000_001, "is 4.0 MB, at most 4 MB are read"),
]


@pytest.mark.parametrize(("content", "message"), UNREADABLE)
def test_files_that_are_no_yaml(tmp_path: Path, content: str | bytes, message: str) -> None:
    assert message in [said for _, _, said in problems(tmp_path, content)]


def test_an_alias_bomb_is_refused_at_once(tmp_path: Path) -> None:
    names = "abcdefghi"
    bomb = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n"
        for before, name in itertools.pairwise(names)
    )
    before = time.perf_counter()
    found = problems(tmp_path, bomb)
    assert time.perf_counter() - before < 5
    assert (2, "b[0]", "*a: anchors are not read; write it out here") in found


def test_a_folder_where_a_file_belongs(tmp_path: Path) -> None:
    (tmp_path / "exam.yaml").mkdir()
    (problem,) = bank.load([tmp_path]).problems
    assert problem.message == "can't be read: Is a directory"


# ------------------------------------------------------------- what is left of a folder


def test_a_broken_file_is_left_out_and_the_rest_works(tmp_path: Path) -> None:
    folder = write(tmp_path, week_02=WEEK, week_03="week: three")
    library = bank.load([folder])
    assert library.exam.points == 1
    assert [week.week for week in library.weeks] == [2]
    assert library.problems


def test_a_missing_exam_is_survived(tmp_path: Path) -> None:
    library = bank.load([tmp_path])
    assert library.exam.questions == ()
    assert [p.message for p in library.problems] == ["is not there, so there is no practice exam"]


def test_a_missing_folder_is_told(tmp_path: Path, samples: Path) -> None:
    library = bank.load([samples, tmp_path / "nowhere"])
    assert library.problems == (
        Problem(str(tmp_path / "nowhere"), 0, "", "there is no such folder"),
    )
    assert len(library.exam.questions) == 3


def test_several_folders_add_up(tmp_path: Path, samples: Path) -> None:
    mine = write(tmp_path, week_02=WEEK)
    library = bank.load([samples, mine])
    assert library.problems == ()
    assert library.exam.title == "Sample exam"
    assert [q.id for q in library.exam.questions] == ["s01", "s02", "s03", "q1"]
    assert [item.id for item in library.week(2).checklist] == ["s02-1", "w2-1"]
    assert library.week(2).title == "Foundations"


def test_the_interview_set(tmp_path: Path) -> None:
    folder = write(tmp_path, week_02=WEEK)
    (folder / "interview.yaml").write_text(INTERVIEW, encoding="utf-8")
    library = bank.load([folder])
    assert library.problems == ()
    (asked,) = library.interview
    assert (asked.id, asked.week, asked.ideas[0].id) == ("i1", 2, "i1-k1")
    question = asked.question
    assert (question.prompt, question.points) == ("Say one, and why.", 1)
    assert question.part("a").model_answer == "One, because it is the first."


def test_an_interview_alone_is_a_folder(tmp_path: Path, samples: Path) -> None:
    (tmp_path / "interview.yaml").write_text(INTERVIEW, encoding="utf-8")
    library = bank.load([samples, tmp_path])
    assert library.problems == ()
    assert [asked.id for asked in library.interview] == ["i1"]


def test_interview_sets_and_resources_add_up(tmp_path: Path, samples: Path) -> None:
    mine = write(tmp_path / "mine", week_02=WEEK + RESOURCES)
    (mine / "interview.yaml").write_text(INTERVIEW, encoding="utf-8")
    other = tmp_path / "other"
    (other / "weeks").mkdir(parents=True)
    (other / "interview.yaml").write_text(INTERVIEW.replace("i1", "i2"), encoding="utf-8")
    week = WEEK.replace("w2-1", "w2-2") + RESOURCES.replace("watch-one", "watch-two")
    (other / "weeks" / "week-02.yaml").write_text(week, encoding="utf-8")
    library = bank.load([samples, mine, other])
    assert library.problems == ()
    assert [asked.id for asked in library.interview] == ["i1", "i2"]
    assert [resource.id for resource in library.week(2).resources] == ["watch-one", "watch-two"]


def test_beyond_is_the_last_week(tmp_path: Path) -> None:
    beyond = WEEK.replace("week: 2", "week: 12").replace("w2-1", "w12-1")
    library = bank.load([write(tmp_path, beyond=beyond, week_02=WEEK)])
    assert [week.name for week in library.weeks] == ["week 2", "beyond"]


@pytest.mark.parametrize(
    ("mine", "first"),
    [
        ("q1", "a question in {exam}, line 4"),
        ("w2-1", "an interview question in {interview}, line 3"),
        ("watch-one", "an interview question in {interview}, line 3"),
    ],
)
def test_ids_differ_over_all_kinds(tmp_path: Path, mine: str, first: str) -> None:
    folder = write(tmp_path, week_02=WEEK + RESOURCES)
    text = INTERVIEW.replace("id: i1\n", f"id: {mine}\n")
    (folder / "interview.yaml").write_text(text, encoding="utf-8")
    where = {name: f"{folder.as_posix()}/{name}.yaml" for name in ("exam", "interview")}
    messages = [problem.message for problem in bank.load([folder]).problems]
    assert messages == [f"id {mine} is already {first.format(**where)}; choose another"]


def test_an_id_that_is_taken_leaves_the_later_file_out(tmp_path: Path, samples: Path) -> None:
    mine = write(tmp_path, EXAM.replace("id: q1\n", "id: s02\n"))
    library = bank.load([samples, mine])
    first = f"{samples.as_posix()}/exam.yaml, line 30"
    assert [(p.line, p.message) for p in library.problems] == [
        (4, f"id s02 is already a question in {first}; choose another")
    ]
    assert len(library.exam.questions) == 3


def test_the_sentence_for_a_screen() -> None:
    problem = Problem("weeks/week-04.yaml", 31, "parts[0].kind", 'kind is "shap", expected shape')
    assert bank.sentence(problem) == (
        'weeks/week-04.yaml, line 31: kind is "shap", expected shape.'
        " This file is left out, the rest works. All problems: quizapp lint."
    )


# -------------------------------------------------------------------------------- cache


def only_cache(folder: Path) -> Path:
    (kept,) = folder.glob("*.msgpack")
    return kept


def test_the_second_load_reads_no_yaml(tmp_path: Path, samples: Path) -> None:
    first = bank.load([samples], cache=tmp_path)
    code = (
        "import sys; from pathlib import Path; from quizapp.content import bank\n"
        f"library = bank.load([Path({str(samples)!r})], cache=Path({str(tmp_path)!r}))\n"
        "print(library.exam.points, [m for m in ('yaml', 'platformdirs') if m in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "8.5 []\n"
    assert bank.load([samples], cache=tmp_path) == first


def test_a_change_of_a_file_is_seen(tmp_path: Path) -> None:
    folder = write(tmp_path / "questions", week_02=WEEK)
    assert bank.load([folder], cache=tmp_path).exam.title == "Small"
    write(folder, EXAM.replace("Small", "Large"))
    assert bank.load([folder], cache=tmp_path).exam.title == "Large"
    (folder / "weeks" / "week-02.yaml").unlink()
    assert bank.load([folder], cache=tmp_path).weeks == ()
    (folder / "interview.yaml").write_text(INTERVIEW, encoding="utf-8")
    assert len(bank.load([folder], cache=tmp_path).interview) == 1
    (folder / "interview.yaml").write_text(
        INTERVIEW.replace("title: One", "title: Uno"), encoding="utf-8"
    )
    assert bank.load([folder], cache=tmp_path).interview[0].title == "Uno"
    shutil.rmtree(folder)
    assert bank.load([folder], cache=tmp_path).exam.questions == ()


def test_a_library_with_problems_is_not_kept(tmp_path: Path) -> None:
    folder = write(tmp_path / "questions", week_02="week: 99")
    assert bank.load([folder], cache=tmp_path / "cache").problems
    assert not (tmp_path / "cache").exists()


@pytest.mark.parametrize("content", [b"", b"\x00", b"\xc1" * 50, b"\x93\xa1x\x90\x80"])
def test_a_damaged_cache_is_rebuilt(tmp_path: Path, samples: Path, content: bytes) -> None:
    first = bank.load([samples], cache=tmp_path)
    sound = only_cache(tmp_path).read_bytes()
    only_cache(tmp_path).write_bytes(content)
    assert bank.load([samples], cache=tmp_path) == first
    assert only_cache(tmp_path).read_bytes() == sound


def test_a_cache_of_another_version_is_rebuilt(
    tmp_path: Path, samples: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stamps = cache.stamps(bank.files(samples))
    old = Library(exam=bank.NO_EXAM, weeks=())
    monkeypatch.setattr("quizapp.__version__", "0.0.1")
    cache.put(tmp_path, stamps, old)
    assert cache.get(tmp_path, stamps, Library) == old
    monkeypatch.undo()
    assert cache.get(tmp_path, stamps, Library) is None
    assert len(bank.load([samples], cache=tmp_path).exam.questions) == 3


def test_a_cache_that_cannot_be_written_is_done_without(tmp_path: Path, samples: Path) -> None:
    (tmp_path / "file").write_text("")
    library = bank.load([samples], cache=tmp_path / "file" / "cache")
    assert len(library.exam.questions) == 3


def test_no_half_written_cache_stays(tmp_path: Path, samples: Path) -> None:
    bank.load([samples], cache=tmp_path)
    assert [path.suffix for path in tmp_path.iterdir()] == [".msgpack"]


def test_the_cache_lies_in_the_data_folder_of_the_environment(
    data_folder: Path, samples: Path
) -> None:
    bank.load([samples])
    assert only_cache(data_folder / "cache").exists()


def test_the_cache_lies_where_the_platform_keeps_caches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("QUIZAPP_DATA_DIR")
    assert cache.folder() == platformdirs.user_cache_path("quizapp")


def test_a_cached_load_is_fast(tmp_path: Path) -> None:
    """A few thousandths of a second; the bound is wide because machines differ."""
    questions = EXAM.partition("questions:\n")[2]
    many = "".join(questions.replace("q1", f"q{number}") for number in range(200))
    folder = write(tmp_path / "questions", EXAM.partition("  - id")[0] + many)
    assert len(bank.load([folder], cache=tmp_path).exam.questions) == 200
    times = []
    for _ in range(5):
        before = time.process_time()
        bank.load([folder], cache=tmp_path)
        times.append(time.process_time() - before)
    assert min(times) < 0.02


def test_the_cache_keeps_everything(tmp_path: Path, samples: Path) -> None:
    read = bank.load([samples], cache=tmp_path)
    kept = bank.load([samples], cache=tmp_path)
    assert msgspec.to_builtins(kept) == msgspec.to_builtins(read)
