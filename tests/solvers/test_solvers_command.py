"""`python -m solvers`: one answer in plain text or JSON."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from solvers.__main__ import main

LAYER = ["convolution.layer", "height=28", "channels=3", "filters=8", "kernel=5"]


def test_one_answer_in_plain_text(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*LAYER, "--device", "cpu"]) == 0
    text = capsys.readouterr().out
    assert text.startswith("convolution.layer: reference and kernel agree (cpu)\n")
    assert "\noutput_shape = [24, 24, 8]\n" in text
    assert "\n  weights of one filter: f·f·C_in = 5·5·3 = 75\n" in text
    assert "\n  parameters = 600 when the biases are left out (conv-params/no-bias). Each" in text


def test_json(capsys: pytest.CaptureFixture[str]) -> None:
    queries = ["queries=[[1, 0]]", "keys=[[1, 0], [0, 1]]", "values=[[1], [3]]"]
    words = ["attention.scaled_dot_product", *queries, "--json", "--device", "none"]
    assert main(words) == 0
    solution = json.loads(capsys.readouterr().out)
    assert solution["quantities"]["scores"] == [[1, 0]]
    assert solution["device"] == ""


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (["convolution.none"], "solvers: no solver 'convolution.none'; in convolution:"),
        ([*LAYER, "stride=x"], "solvers: stride is 'x'; allowed: a whole number from 1 to 64"),
        ([*LAYER, "stride"], "solvers: 'stride' is no input; write name=value"),
        ([*LAYER[:-1], "kernel=[[[["], "solvers: kernel is '[[[['; allowed: a whole number"),
    ],
)
def test_what_is_refused(words: list[str], error: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*words, "--device", "none"]) == 1
    said = capsys.readouterr()
    assert said.err.startswith(error)
    assert (said.out, said.err.count("\n")) == ("", 1)


def test_without_a_name_all_solvers_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "convolution.layer height width channels filters kernel stride padding" in lines


def test_torch_missing_is_said_beside_the_answer() -> None:
    code = "import sys; sys.modules['torch'] = None; from solvers.__main__ import main; main()"
    ran = subprocess.run(
        [sys.executable, "-c", code, *LAYER], capture_output=True, text=True, check=True
    )
    assert ran.stdout.startswith("convolution.layer: by the reference alone: import of torch")
    assert "parameters = 608" in ran.stdout


def test_wrong_words() -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["--nothing"])
    assert stopped.value.code == 2
