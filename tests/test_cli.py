"""The command line as scripts and people meet it: real processes, real pipes, a real pty."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from quizapp import __version__
from quizapp.__main__ import main
from quizapp.cli import COMMANDS

CONVOLUTION = ["convolution.layer", "height=32", "channels=3", "filters=16", "kernel=5"]
NO_TERMINAL = "quizapp: no terminal here. Use quizapp ask for plain text, or quizapp --help.\n"


def quizapp(*words: str, stdin: str | None = None, **env: str) -> subprocess.CompletedProcess[str]:
    """Run the program in a process of its own, without a terminal."""
    return subprocess.run(
        [sys.executable, "-m", "quizapp", *words],
        input=stdin,
        stdin=subprocess.DEVNULL if stdin is None else None,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, **env},
        timeout=60,
        check=False,
    )


# ------------------------------------------------------------------------- wrong usage

MISTYPED = [
    (["lnit"], "no command 'lnit'; did you mean lint?"),
    (["frobnicate"], f"no command 'frobnicate'; commands: {', '.join(COMMANDS)}"),
    (["--verison"], "not understood: --verison. See: quizapp --help"),
    (["lint", "--jsn"], "not understood: --jsn. See: quizapp lint --help"),
    (["lint", "a", "b"], "not understood: b. See: quizapp lint --help"),
    (["schema", "exams"], "no kind of file is called exams; kinds: exam, interview, week"),
    (["solve"], "the following arguments are required: SOLVER"),
    (
        ["solve", "convolution.layr"],
        "convolution.layr: no solver 'convolution.layr'; in convolution: convolution.layer",
    ),
    (["solve", *CONVOLUTION[:2], "stride"], "'stride' is no input; write name=value"),
    (
        ["solve", "convolution.layer", "height={}"],
        "height has to be a number, a word or an array",
    ),
    (
        ["solve", *CONVOLUTION, "stride=0"],
        "convolution.layer: stride is 0; allowed: a whole number from 1 to 64",
    ),
    (["exam", "--fresh", "x"], "argument --fresh: a seed is a whole number from 0, not 'x'."),
    (["exam", "--fresh", "-1"], "argument --fresh: a seed is a whole number from 0, not '-1'."),
    (["exam", "--answers"], "--answers and --format go with --print. See: quizapp exam --help"),
    (["ask", "q1x"], "no question 'q1x'; did you mean q1"),
    (["progress"], "the following arguments are required: action."),
    (["progress", "import"], "progress import needs a file; - is stdin"),
    (["progress", "path", "x"], "progress path takes no file"),
    (["progress", "erase"], "argument action: invalid choice: 'erase' (choose from 'export',"),
]


@pytest.mark.parametrize(("words", "message"), MISTYPED)
def test_wrong_usage_is_one_line_and_status_2(
    words: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"quizapp: {message}")
    assert err.count("\n") == 1


def test_version_and_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"quizapp {__version__}\n"
    assert main(["--help"]) == 0
    out = capsys.readouterr().out
    assert all(f"\n  {name} " in out for name in COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([name, "--help"]) == 0
    out = capsys.readouterr().out
    assert out.startswith(f"usage: quizapp {name}")
    assert COMMANDS[name] in out


# --------------------------------------------------------------------------- no terminal


@pytest.mark.parametrize("words", [[], ["exam"], ["exam", "--fresh", "3"]])
def test_the_app_without_a_terminal(words: list[str]) -> None:
    run = quizapp(*words)
    assert (run.returncode, run.stdout, run.stderr) == (2, "", NO_TERMINAL)


@pytest.mark.parametrize("missing", ["stdin", "stdout", "stderr"])
def test_the_app_needs_all_three_streams(missing: str, tmp_path: Path) -> None:
    """Textual reads stdin and paints on stderr: a file there would be filled with escapes."""
    ours, theirs = pty.openpty()
    streams: dict[str, int] = dict.fromkeys(["stdin", "stdout", "stderr"], theirs)
    with (tmp_path / "file").open("w+b") as file:
        streams[missing] = file.fileno()
        run = subprocess.run([sys.executable, "-m", "quizapp"], **streams, timeout=60, check=False)  # type: ignore[call-overload]
    os.close(theirs)
    assert run.returncode == 2
    said = (tmp_path / "file").read_text() if missing == "stderr" else os.read(ours, 1000).decode()
    assert said.replace("\r\n", "\n") == NO_TERMINAL
    os.close(ours)


# --------------------------------------------------------------------- pipes and signals


def test_a_closed_pipe_is_quiet() -> None:
    run = subprocess.Popen(
        [sys.executable, "-m", "quizapp", "schema"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert run.stdout is not None
    run.stdout.close()
    _, err = run.communicate(timeout=60)
    assert (run.returncode, err) == (141, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux")
def test_a_full_disk_is_one_line() -> None:
    with Path("/dev/full").open("wb") as full:
        run = subprocess.run(
            [sys.executable, "-m", "quizapp", "schema"],
            stdout=full,
            stderr=subprocess.PIPE,
            timeout=60,
            check=False,
        )
    assert (run.returncode, run.stderr) == (1, b"quizapp: No space left on device\n")


def test_ctrl_c_is_quiet(samples: Path) -> None:
    run = subprocess.Popen(
        [sys.executable, "-u", "-m", "quizapp", "ask", "s02"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "QUIZAPP_QUESTIONS": str(samples)},
    )
    assert run.stdout is not None
    while b"(a)" not in run.stdout.readline():
        pass
    time.sleep(0.1)
    run.send_signal(signal.SIGINT)
    _, err = run.communicate(timeout=60)
    assert (run.returncode, err) == (130, b"")


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_signs_that_the_output_lacks_become_question_marks(encoding: str) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "quizapp", "solvers"],
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": encoding},
        timeout=60,
        check=False,
    )
    assert (run.returncode, run.stderr) == (0, b"")
    assert b"  ? output_shape" in run.stdout


# -------------------------------------------------------------------------- lint, schema


def test_lint_of_a_sound_folder(samples: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lint", str(samples)]) == 0
    assert capsys.readouterr().out == "4 files, no problems\n"


def test_lint_of_a_broken_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "exam.yaml").write_text("title: no\nminutes: 1e2\nquestions: []\n")
    assert main(["lint", str(tmp_path)]) == 1
    lines = capsys.readouterr().out.splitlines()
    where = f"{tmp_path}/exam.yaml, line"
    assert lines == [
        f'{where} 1: title: no is true or false to YAML; write true or false, or "no" in quotes',
        f"{where} 2: minutes: 1e2 is a word to YAML; write it as 100.0, or in quotes",
        "2 problems in 1 of 1 file",
    ]


def test_lint_as_json_lines(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "exam.yaml").write_text("title: no\nminutes: 10\nquestions: []\n")
    assert main(["lint", "--json", str(tmp_path)]) == 1
    (problem,) = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert (problem["line"], problem["path"]) == (1, "title")


def test_schema_is_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema", "week"]) == 0
    assert json.loads(capsys.readouterr().out)["$ref"] == "#/$defs/WeekFile"


# ------------------------------------------------------------------------ solve, solvers


def test_solve_shows_steps_and_misconceptions(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["solve", *CONVOLUTION, "padding=2", "--device", "cpu"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("convolution.layer: reference and kernel agree (cpu)\n")
    assert "\noutput_shape = 32 × 32 × 16\n" in out
    assert "\nparameters = 1,216\n" in out
    assert "\n  weights of one filter: f·f·C_in = 5·5·3 = 75\n" in out
    assert "\n  1,200 is what you get when the biases are left out (conv-params/no-bias).\n" in out


def test_solve_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["solve", *CONVOLUTION, "padding=2", "--json", "--device", "none"]) == 0
    solution = json.loads(capsys.readouterr().out)
    assert solution["quantities"]["output_shape"] == [32, 32, 16]
    assert solution["quantities"]["parameters"] == 1216
    assert solution["device"] == ""


def test_a_device_that_is_not_here(capsys: pytest.CaptureFixture[str]) -> None:
    torch = pytest.importorskip("torch")
    if torch.backends.mps.is_available():
        pytest.skip("this machine has it")
    assert main(["solve", *CONVOLUTION, "--device", "mps"]) == 2
    assert capsys.readouterr().err.startswith("quizapp: device is 'mps'; present: cpu")


def test_solvers_as_json_lines(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["solvers", "--json"]) == 0
    records = {r["id"]: r for r in map(json.loads, capsys.readouterr().out.splitlines())}
    convolution = records["convolution.layer"]
    assert set(convolution) == {"id", "concepts", "inputs", "quantities", "misconceptions"}
    assert convolution["quantities"]["parameters"]["kind"] == "integer"
    assert "conv-params/no-bias" in convolution["misconceptions"]


# --------------------------------------------------------------------------- exam --print


def test_print_the_paper(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["exam", "--print"]) == 0
    out = capsys.readouterr().out
    assert "20 questions, 98 points" in out
    assert "1,216" not in out


def test_print_the_answers_of_fresh_numbers(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["exam", "--print", "--answers", "--fresh", "5", "--format", "markdown"]
    assert main(words) == 0
    first = capsys.readouterr().out
    assert "numbers of seed 5" in first
    assert main(words) == 0
    assert capsys.readouterr().out == first


# ------------------------------------------------------------------------------------ ask


def ask(samples: Path, *words: str, stdin: str) -> subprocess.CompletedProcess[str]:
    return quizapp("ask", *words, stdin=stdin, QUIZAPP_QUESTIONS=str(samples))


def test_ask_grades_numbers_and_diagnoses(samples: Path) -> None:
    run = ask(samples, "s02", stdin="32x32x16\n1200\n")
    assert (run.returncode, run.stderr) == (0, "")
    lines = run.stdout.splitlines()
    assert "read as 32 × 32 × 16" in lines
    assert "right, 2½ of 2½" in lines
    assert "wrong, 0 of 2½" in lines
    assert (
        "1,200 is what you get when the biases are left out (no-bias)."
        " Each filter also has one bias: 16 filters add 16." in lines
    )
    assert "Answer: 1,216" in lines
    departs = "    biases, one per filter: K = 16  (your response departs here)"
    assert departs in lines
    assert lines[-2:] == ["2½ of 5 points.", "Again: quizapp ask s02"]


def test_ask_asks_again_after_a_format_error(samples: Path) -> None:
    run = ask(samples, "s02", stdin="32y\n32x32x16\n12a6\n1216\n")
    assert "Not read as a shape: 32y. Write it like 32x32x16. This costs nothing." in run.stdout
    assert "5 of 5 points." in run.stdout


def test_ask_marks_choices_and_orderings(samples: Path) -> None:
    run = ask(samples, "s03", stdin="2\n2 3 1\n")
    assert "2 of 2 points." in run.stdout


MARKED_BY_THE_LEARNER = [
    # the response, what is decided, and the points that stand at the end
    ("The gradients\nshrink.\n\n", "\n\n", "1"),  # as suggested: met, missed
    ("The gradients\nshrink.\n\n", "h\ny\n", "1"),
    ("The gradients\nshrink.\n\n", "n\nu\ny\n½\n", "1½"),  # u goes one back
    ("The gradients\nshrink.\n\n", "2\n0.3\n.5\nh\n0\n", "½"),  # no points: asked again
    ("They do not shrink, the gradients.\n\n", "\ny\nn\n", "1"),  # flagged: Enter decides nothing
    ("\n", "\ny\n", "½"),  # thought of, not written
]  # fmt: skip


@pytest.mark.parametrize(("response", "decisions", "points"), MARKED_BY_THE_LEARNER)
def test_ask_has_text_marked(samples: Path, response: str, decisions: str, points: str) -> None:
    run = ask(samples, "s01", stdin=response + decisions)
    assert (run.returncode, run.stderr) == (0, "")
    assert "Mind h[t], [MASK] and [/x]." in run.stdout
    assert "Model answer:\nEach layer multiplies the gradient" in run.stdout
    assert run.stdout.splitlines()[-2] == f"{points} of 1½ points."


def test_ask_says_why_it_suggests(samples: Path) -> None:
    run = ask(samples, "s01", stdin="The gradients\nshrink.\n\n\n\n")
    assert "Criterion 1 of 2, 1 point: Gradients shrink with depth" in run.stdout
    assert 'suggested: met, 1 (found "gradients", "shrink").' in run.stdout
    assert "partly, 1 of 1½" in run.stdout
    run = ask(samples, "s01", stdin="They do not shrink, the gradients.\n\n\n")
    assert 'Flagged: "not" stands before "shrink". This one is yours to decide.' in run.stdout
    assert "It is flagged, so Enter can't decide it. Type y, h or n, or points" in run.stdout
    assert run.stdout.endswith("\nStopped. What was marked is saved.\n")


def test_ask_takes_an_interview_question() -> None:
    answer = "Stacked linear maps are a linear map again,\nso depth adds nothing.\n\n"
    run = quizapp("ask", "iv-01", stdin=answer + "y\ny\ny\nn\n")
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout.splitlines()[-2:] == ["3 of 4 points.", "Again: quizapp ask iv-01"]
    records = [json.loads(line) for line in quizapp("progress", "export").stdout.splitlines()]
    (attempt,) = [r for r in records if r["record"] == "attempt"]
    assert (attempt["question"], attempt["points"]) == ("iv-01", 3)
    assert attempt["response"] == answer.strip()
    assert [(r["card"], r["rating"]) for r in records if r["record"] == "review"] == [("iv-01", 2)]


def test_ask_stops_at_q(samples: Path) -> None:
    run = ask(samples, "s02", stdin="32x32x16\nq\n")
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout.endswith("\nStopped. What was marked is saved.\n")


def test_ask_with_fresh_numbers_is_reproducible(samples: Path) -> None:
    first, second = (ask(samples, "s02", "--seed", "3", stdin="\n\n") for _ in range(2))
    assert first.stdout == second.stdout
    assert first.stdout.splitlines()[-1] == "Again: quizapp ask s02 --seed 3"


@pytest.mark.parametrize("stdin", ["", "32x32x16\n"])
def test_ask_ends_with_its_input(samples: Path, stdin: str) -> None:
    run = ask(samples, "s02", stdin=stdin)
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout.endswith("\nStopped. What was marked is saved.\n")


def test_ask_saves_attempts(samples: Path) -> None:
    ask(samples, "s02", stdin="32x32x16\n1200\n")
    records = [json.loads(line) for line in quizapp("progress", "export").stdout.splitlines()]
    attempts = [r for r in records if r["record"] == "attempt"]
    assert [(a["question"], a["part"], a["verdict"]) for a in attempts] == [
        ("s02", "a", "right"),
        ("s02", "b", "wrong"),
    ]
    assert attempts[1]["misconception"] == "conv-params/no-bias"


@pytest.mark.parametrize(
    ("words", "stdin", "ratings"),
    [
        ((), "1x1x1\n1\n", [1]),
        (("--seed", "3"), "1x1x1\n1\n", []),  # its numbers may have been seen before
        ((), "\n\n", []),  # nothing was answered
        ((), "1x1x1\n", []),  # stopped half-way
    ],
)
def test_ask_rates_a_template(
    samples: Path, words: tuple[str, ...], stdin: str, ratings: list[int]
) -> None:
    run = ask(samples, "sample-layer", *words, stdin=stdin)
    assert (run.returncode, run.stderr) == (0, "")
    records = [json.loads(line) for line in quizapp("progress", "export").stdout.splitlines()]
    reviews = [r for r in records if r["record"] == "review"]
    assert [(r["card"], r["kind"], r["rating"]) for r in reviews] == [
        ("sample-layer", "drill", rating) for rating in ratings
    ]


def test_progress_fit_needs_ratings() -> None:
    run = quizapp("progress", "fit")
    assert (run.returncode, run.stdout) == (1, "")
    assert "0 ratings of a later day are too few to fit the forgetting curve" in run.stderr
    assert quizapp("progress", "fit", "file").returncode == 2


def test_ask_without_a_question_takes_one() -> None:
    run = quizapp("ask", stdin="")
    assert run.returncode == 0
    assert "(week " in run.stdout.splitlines()[0]


def test_ask_survives_bytes_that_are_no_text(samples: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "quizapp", "ask", "s02"],
        input=b"\xff\xfe\n" + b"9" * 1_000_000 + b"\n",
        capture_output=True,
        env={**os.environ, "QUIZAPP_QUESTIONS": str(samples)},
        timeout=60,
        check=False,
    )
    assert (run.returncode, run.stderr) == (0, b"")


# ------------------------------------------------------------------------------- progress


def test_progress_goes_out_and_comes_back(samples: Path, tmp_path: Path) -> None:
    ask(samples, "s02", stdin="32x32x16\n1216\n")
    file = tmp_path / "mine.jsonl"
    out = quizapp("progress", "export", str(file))
    assert (out.returncode, out.stdout) == (0, "")
    assert out.stderr == f"3 records written to {file}\n"
    other = str(tmp_path / "other")
    back = quizapp("progress", "import", str(file), QUIZAPP_DATA_DIR=other)
    assert (back.returncode, back.stdout) == (0, "3 records new, 0 known already\n")
    again = quizapp("progress", "import", "-", stdin=file.read_text(), QUIZAPP_DATA_DIR=other)
    assert again.stdout == "0 records new, 3 known already\n"


def test_progress_help_says_what_each_action_does(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["progress", "--help"]) == 0
    out = capsys.readouterr().out
    for action in ("export", "import", "backup", "path", "fit"):
        assert f"\n  {action} " in out


def test_progress_path_and_backup(data_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["progress", "path"]) == 0
    path = Path(capsys.readouterr().out.strip())
    assert path.parent == data_folder
    assert not path.exists()
    assert main(["progress", "backup"]) == 0
    assert Path(capsys.readouterr().out.strip()).is_file()


def test_an_import_that_is_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "x.jsonl").write_text("nothing\n")
    assert main(["progress", "import", str(tmp_path / "x.jsonl")]) == 1
    assert capsys.readouterr().err.count("\n") == 1
    assert main(["progress", "import", str(tmp_path / "nowhere")]) == 1
    assert (
        capsys.readouterr().err
        == f"quizapp: {tmp_path}/nowhere can't be read: No such file or directory\n"
    )


# --------------------------------------------------------------------------------- doctor


def test_doctor_reports_everything(capsys: pytest.CaptureFixture[str], data_folder: Path) -> None:
    assert main(["doctor", "--json", "--device", "cpu"]) == 0
    findings = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert all(set(f) == {"room", "name", "state", "says"} for f in findings)
    assert {f["room"] for f in findings} == {
        "versions", "terminal", "database", "content", "devices", "kernels"
    }  # fmt: skip
    by_name = {f["name"]: f for f in findings}
    assert by_name["quizapp"]["says"] == __version__
    assert (
        by_name["questions"]["says"] == "20 questions, 98 points, 10 weeks, 20 interview questions"
    )
    assert by_name["convolution.layer"]["says"] == "agree (cpu)"
    assert by_name["cpu"]["says"] == "present"
    assert not (data_folder / "progress.sqlite3").exists()


def test_doctor_fails_when_something_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "exam.yaml").write_text("title: no\n")
    monkeypatch.setenv("QUIZAPP_QUESTIONS", str(tmp_path))
    assert main(["doctor"]) == 1
    out = capsys.readouterr().out
    assert f"{tmp_path}/exam.yaml, line 1: title: no is true or false to YAML" in out
    assert out.rstrip().endswith("fail.")


def test_doctor_sees_a_damaged_database(
    data_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data_folder.mkdir()
    damaged = data_folder / "progress.sqlite3"
    damaged.write_bytes(b"not a database" * 100)
    assert main(["doctor", "--json"]) == 1
    findings = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    (progress,) = [f for f in findings if f["name"] == "progress"]
    assert progress["state"] == "fails"
    assert damaged.read_bytes() == b"not a database" * 100


# ------------------------------------------------------------------------- torch missing


@pytest.fixture
def without_torch(tmp_path: Path) -> str:
    """A PYTHONPATH on which torch can't be imported."""
    (tmp_path / "blocked").mkdir()
    (tmp_path / "blocked" / "torch.py").write_text("raise ImportError('No module named torch')\n")
    return str(tmp_path / "blocked")


def test_solve_answers_without_torch(without_torch: str) -> None:
    run = quizapp("solve", *CONVOLUTION, "padding=2", PYTHONPATH=without_torch)
    assert run.returncode == 0
    assert run.stdout.startswith("convolution.layer: reference\n")
    assert "parameters = 1,216" in run.stdout
    said = "quizapp: no kernel, the reference answers alone: No module named torch\n"
    assert run.stderr == said


def test_doctor_says_that_torch_is_missing(without_torch: str) -> None:
    run = quizapp("doctor", "--json", PYTHONPATH=without_torch)
    findings = [json.loads(line) for line in run.stdout.splitlines()]
    (torch,) = [f for f in findings if f["room"] == "devices"]
    assert (torch["state"], torch["says"]) == ("note", "can't be used: No module named torch")
    assert [f for f in findings if f["room"] == "kernels" and f["state"] == "fails"] == []


def test_ask_needs_no_torch(without_torch: str, samples: Path) -> None:
    run = quizapp(
        "ask",
        "s02",
        stdin="32x32x16\n1216\n",
        PYTHONPATH=without_torch,
        QUIZAPP_QUESTIONS=str(samples),
    )
    assert "5 of 5 points." in run.stdout
    assert run.stderr == ""
