"""``quizapp generate``, ``templates`` and the multiple-choice form of ``ask``."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from quizapp.__main__ import main
from quizapp.content import bank
from quizapp.solving import here
from quizapp.variants import fresh
from quizapp.variants.answers import live, tolerance

TEMPLATE = "sample-layer"
RUN = [sys.executable, "-m", "quizapp"]


@pytest.fixture(autouse=True)
def sample_questions(samples: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUIZAPP_QUESTIONS", str(samples))


def lines(capsysbinary: pytest.CaptureFixture[bytes], *words: str) -> list[dict[str, Any]]:
    assert main(["generate", *words]) == 0
    return [json.loads(line) for line in capsysbinary.readouterr().out.splitlines()]


def test_a_variant_in_full(capsysbinary: pytest.CaptureFixture[bytes], samples: Path) -> None:
    (line,) = lines(capsysbinary, TEMPLATE, "--seed", "1")
    fields = "template seed week concepts prompt given parts steps misconceptions"
    assert list(line) == fields.split()
    assert (line["template"], line["seed"], line["week"]) == (TEMPLATE, 1, 4)
    assert line["concepts"] == ["conv-output-size", "conv-params"]
    assert line["given"]["width"] == line["given"]["height"] == 64
    shape, parameters = line["parts"]
    # 64 + 2·3 − 7 = 63 steps of 1; (7·7·3 + 1)·16 parameters.
    assert shape == {
        "id": "a",
        "ask": "output_shape",
        "kind": "shape",
        "points": 2,
        "prompt": "What is the size of the output?",
        "answer": [64, 64, 16],
        "tolerance": 0,
    }
    assert (parameters["answer"], parameters["points"]) == (2368, 3)
    assert line["steps"][-1]["value"] == 2368
    assert {"quantity", "label", "formula", "value"} == set(line["steps"][0])
    without_bias = [m for m in line["misconceptions"] if m["id"] == "conv-params/no-bias"]
    assert without_bias == [
        {
            "id": "conv-params/no-bias",
            "part": "b",
            "answer": 2352,
            "correction": "Each filter also has one bias: 16 filters add 16.",
        }
    ]
    variant = here(fresh(bank.templates([samples]).template(TEMPLATE), 1))
    assert variant.solution is not None
    alive = [(w.id, p.id) for p in variant.question.parts for w in live(p, variant.solution)]
    assert [(m["id"], m["part"]) for m in line["misconceptions"]] == alive
    assert tolerance(variant.question.parts[0], variant.key(variant.question.parts[0])) == 0


def test_seeds_count_up_from_the_first(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    found = lines(capsysbinary, TEMPLATE, "--seed", "7", "--count", "3")
    assert [line["seed"] for line in found] == [7, 8, 9]
    assert found[1:2] == lines(capsysbinary, TEMPLATE, "--seed", "8")


def test_without_a_seed_the_numbers_are_fresh(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    seeds = {lines(capsysbinary, TEMPLATE)[0]["seed"] for _ in range(5)}
    assert len(seeds) == 5


def test_the_kernel_confirms(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    (line,) = lines(capsysbinary, TEMPLATE, "--seed", "1", "--verify")
    assert line["device"] in ("cpu", "cuda", "mps")


def test_with_choices(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    (line,) = lines(capsysbinary, TEMPLATE, "--seed", "1", "--choices")
    part = line["parts"][1]
    assert (part["kind"], part["answer"], line["choices"]) == ("choice", "c", True)
    assert part["options"] == [
        {"id": "a", "text": "9699328"},
        {"id": "b", "text": "800"},
        {"id": "c", "text": "2368"},
        {"id": "d", "text": "2352"},
    ]


def test_as_markdown(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["generate", TEMPLATE, "--seed", "1", "--format", "markdown"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("## Question 1: sample-layer\n\n*week 4, 5 points, seed 1*\n")
    assert "**(b) How many trainable parameters, biases included?** *3 points*" in out
    assert "**Answer:** 2,368" in out
    assert "- parameters: 2352 + 16 = 2,368" in out


WRONG = [
    (["sample-layr"], "no template 'sample-layr'; did you mean sample-layer?"),
    (["zzz"], "no template 'zzz'; quizapp templates lists the "),
    ([TEMPLATE, "--count", "0"], "a count is a whole number from 1, not '0'"),
    ([TEMPLATE, "--count", "-1"], "a count is a whole number from 1, not '-1'"),
    ([TEMPLATE, "--count", "9" * 30], "a count is a whole number from 1, not '999"),
    ([TEMPLATE, "--seed", "one"], "a seed is a whole number from 0, not 'one'"),
    ([TEMPLATE, "--seed", "-1"], "a seed is a whole number from 0, not '-1'"),
    ([TEMPLATE, "--seed", "1.5"], "a seed is a whole number from 0, not '1.5'"),
    ([TEMPLATE, "--format", "pdf"], "invalid choice: 'pdf'"),
    ([], "the following arguments are required: TEMPLATE"),
]


@pytest.mark.parametrize(("words", "message"), WRONG)
def test_wrong_words(words: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["generate", *words]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert message in err
    assert err.count("\n") == 1


def test_a_template_that_makes_no_question(
    tmp_path: Path,
    samples: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    text = (samples / "numeric" / "convolution.yaml").read_text(encoding="utf-8")
    (tmp_path / "numeric").mkdir()
    broken = text.replace("range: [3, 7]", "range: [91, 95]").replace("sample-layer", "too-wide")
    (tmp_path / "numeric" / "convolution.yaml").write_text(broken, encoding="utf-8")
    monkeypatch.setenv("QUIZAPP_QUESTIONS", str(tmp_path))
    assert main(["generate", "too-wide", "--seed", "1"]) == 1
    assert "too-wide: none of 400 draws from seed 1 makes a good" in capsys.readouterr().err


# ------------------------------------------------------------------- processes and pipes


def test_a_closed_pipe_stops_it() -> None:
    words = [*RUN, "generate", TEMPLATE, "--count", "1000000", "--seed", "1"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert json.loads(process.stdout.readline())["seed"] == 1
        process.stdout.close()
        assert process.wait(timeout=30) == 141
        assert process.stderr.read() == b""


def test_an_interrupt_stops_it_after_whole_lines() -> None:
    words = [*RUN, "generate", TEMPLATE, "--count", "1000000", "--seed", "1"]
    pipe = subprocess.PIPE
    with subprocess.Popen(words, stdout=pipe, stderr=pipe, bufsize=0) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        rest, errors = process.communicate(timeout=30)
    assert process.returncode == 130
    assert errors == b""
    assert all(json.loads(line)["template"] == TEMPLATE for line in rest.splitlines())


def test_a_bar_for_who_waits(tmp_path: Path) -> None:
    """On stderr, where it is a terminal and stdout is none; it leaves nothing behind."""
    ours, theirs = pty.openpty()
    words = [*RUN, "generate", TEMPLATE, "--count", "200000", "--seed", "1"]
    with (tmp_path / "out.jsonl").open("wb") as out:
        process = subprocess.Popen(words, stdout=out, stderr=theirs)
        os.close(theirs)
        shown = b""
        try:
            while b"of 200,000 variants" not in shown:
                shown += os.read(ours, 4096)
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=30)
    os.close(ours)
    assert process.returncode == 130


def test_no_bar_in_a_pipe() -> None:
    words = [*RUN, "generate", TEMPLATE, "--count", "3000", "--seed", "1"]
    done = subprocess.run(words, capture_output=True, timeout=120, check=True)
    assert done.stderr == b""
    assert len(done.stdout.splitlines()) == 3000


@pytest.mark.long
def test_memory_is_flat_and_time_linear() -> None:
    few, many = (_peak_and_seconds(count) for count in (2_000, 20_000))
    assert many[0] - few[0] < 4_000  # KiB
    assert many[1] < 15 * few[1]


def _peak_and_seconds(count: int) -> tuple[int, float]:
    """Peak memory in KiB and seconds beyond the start, of a process of its own."""
    code = (
        "import resource, sys, time; from quizapp.__main__ import main; t = time.process_time();"
        f" main(['generate', {TEMPLATE!r}, '--count', '{count}', '--seed', '1']);"
        " t = time.process_time() - t;"
        " print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, t, file=sys.stderr)"
    )
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, timeout=300, check=True
    )
    assert time.monotonic() - started < 300
    peak, seconds = done.stderr.split()
    return int(peak), float(seconds)


# --------------------------------------------------------------------- templates and ask


def test_templates_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["templates", "--json"]) == 0
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert found[-1] == {
        "id": TEMPLATE,
        "week": 4,
        "concepts": ["conv-output-size", "conv-params"],
        "solver": "convolution.layer",
        "difficulty": 2,
        "kinds": ["shape", "integer"],
    }


def test_templates_to_read(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["templates"]) == 0
    last = capsys.readouterr().out.splitlines()[-1]
    assert last.split() == ["sample-layer", "week", "4", "difficulty", "2", "shape,", "integer"]


def test_templates_of_a_broken_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "numeric").mkdir()
    (tmp_path / "numeric" / "convolution.yaml").write_text("- id: a\n", encoding="utf-8")
    monkeypatch.setenv("QUIZAPP_QUESTIONS", str(tmp_path))
    assert main(["templates"]) == 1
    assert "This file is left out, the rest works." in capsys.readouterr().err


def ask(*words: str, stdin: str) -> str:
    done = subprocess.run(
        [*RUN, "ask", *words], input=stdin, text=True, capture_output=True, timeout=60, check=True
    )
    return done.stdout


def test_ask_a_template() -> None:
    out = ask(TEMPLATE, "--seed", "1", stdin="64x64x16\n2352\n")
    assert out.startswith("sample-layer (week 4, 5 points, seed 1)\n")
    assert "2,352 is what you get when the biases are left out (no-bias)." in out
    assert out.endswith("2 of 5 points.\nAgain: quizapp ask sample-layer --seed 1\n")


def test_ask_with_choices() -> None:
    out = ask(TEMPLATE, "--seed", "1", "--choices", stdin="b\nc\n")
    assert "    c) 2368\n" in out
    assert "5 of 5 points.\n" in out


def test_ask_without_a_seed_is_fresh() -> None:
    first, second = (ask(TEMPLATE, stdin="").splitlines()[0] for _ in range(2))
    assert first != second


def test_ask_for_what_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ask", "sample-lair"]) == 2
    assert "no question 'sample-lair'; did you mean sample-layer?" in capsys.readouterr().err
