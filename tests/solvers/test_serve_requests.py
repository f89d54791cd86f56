"""What a careless or hostile program may write to `python -m solvers serve`.

Every line gets one line back on the same connection, and the next request is answered as ever.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from solvers.contract import LINE_LIMIT

GOOD = {"solver": "losses.mse", "inputs": {"predicted": [1, 2], "target": [0, 4]}}  # (1 + 4)/2
LAYER = {"height": 28, "channels": 3, "filters": 8, "kernel": 5}


class Pipe:
    """The process, a line at a time; its kernels are off, which the requests never reach."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "solvers", "serve", "--device", "none"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.stdin, self.stdout = self.process.stdin, self.process.stdout

    def write(self, text: bytes) -> None:
        self.stdin.write(text)
        self.stdin.flush()

    def reply(self) -> dict[str, Any]:
        while "event" in (message := json.loads(self.stdout.readline())):
            pass
        return dict(message)

    def error(self, text: bytes) -> dict[str, str]:
        """The one error that answers these bytes, whether of the request or of its only ask."""
        self.write(text + b"\n")
        reply = self.reply()
        answer = reply if "error" in reply else reply["answers"][0]
        error: dict[str, str] = answer["error"]
        assert "\n" not in error["message"]
        assert len(error["message"]) < 500
        return error

    def still_answers(self) -> bool:
        self.write(json.dumps({"id": "next", "asks": [GOOD]}).encode() + b"\n")
        reply = self.reply()
        value = reply["answers"][0]["solution"]["quantities"]["loss"]
        return bool((reply["id"], value) == ("next", 2.5))


@pytest.fixture(scope="module")
def pipe() -> Iterator[Pipe]:
    pipe = Pipe()
    yield pipe
    pipe.stdin.close()
    assert pipe.process.wait(timeout=20) == 0
    pipe.stdout.close()


def asking(solver: str, **inputs: Any) -> bytes:
    return json.dumps({"id": 1, "asks": [{"solver": solver, "inputs": inputs}]}).encode()


def stating(**stated: Any) -> bytes:
    ask = {"solver": "convolution.layer", "inputs": LAYER, "stated": stated}
    return json.dumps({"id": 1, "asks": [ask]}).encode()


BAD_REQUESTS = {
    "half a line": b'{"id": 1, "asks": [{"solver": "losses.mse", "inp',
    "the rest of a line": b'uts": {}}]}',
    "two objects": b'{"id": 1, "asks": []} {"id": 2, "asks": []}',
    "a word": b"quit",
    "a number of a million digits": b'{"id": ' + b"9" * 1_000_000 + b', "asks": []}',
    "no text": bytes(range(128, 256)),
    "a zero byte": b'{"id": 1, "asks": []}\0',
    "deep lists": b"[" * 50_000 + b"]" * 50_000,
    "deep objects": b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
    "a list": b"[1, 2]",
    "no asks": b'{"id": 1}',
    "asks as an object": b'{"id": 1, "asks": {}}',
    "an ask as a word": b'{"id": 1, "asks": ["losses.mse"]}',
    "a solver as a number": b'{"id": 1, "asks": [{"solver": 7, "inputs": {}}]}',
    "inputs as a list": b'{"id": 1, "asks": [{"solver": "losses.mse", "inputs": [1]}]}',
    "stated as a list": stating().replace(b'"stated": {}', b'"stated": []'),
    "stated as a word": stating().replace(b'"stated": {}', b'"stated": "no"'),
    "a line beyond the limit": b'{"id": 1, "asks": "' + b"x" * LINE_LIMIT + b'"}',
}
BAD_INPUTS = {
    "an array of 100 GB": asking("convolution.layer", **{**LAYER, "height": 12_500_000_000}),
    "a list in place of a size": asking("convolution.layer", **{**LAYER, "kernel": [5]}),
    "not a number": b'{"asks": [{"solver": "losses.mse", "inputs": {"predicted": [NaN]}}]}',
    "infinite": b'{"asks": [{"solver": "losses.mse", "inputs": {"target": [1e999, -Infinity]}}]}',
    "a word": asking("losses.mse", predicted="two", target=[1]),
    "words": asking("losses.mse", predicted=["two"], target=[1]),
    "a boolean size": asking("convolution.layer", **{**LAYER, "kernel": True}),
    "nothing": asking("losses.mse", predicted=None, target=None),
    "an object": asking("losses.mse", predicted={"0": 1}, target=[1]),
    "rows of different lengths": asking("attention.causal_mask", queries=[[1, 2], [3]]),
    "a million numbers": asking("losses.mse", predicted=[1] * 1_000_000, target=[1]),
    "a deep list": asking("losses.mse", predicted=json.loads("[" * 400 + "]" * 400), target=[1]),
    "unknown": asking("losses.mse", **{"predictd\n": [1], "target": [1]}),
    "unknown and long": asking("losses.mse", **{"x" * 1_000_000: 1}),
    "missing": asking("losses.mse"),
    "a size of 4000 digits": asking("convolution.layer", **{**LAYER, "height": 10**3999}),
    "stated, not a number": stating(output_shape=[1, 2, float("nan")]),
    "stated, another form": stating(output_shape=[[24, 24, 8]]),
    "stated, a deep list": stating(output_shape=json.loads("[" * 400 + "]" * 400)),
    "stated, long": stating(output_shape=[1] * 500_000),
    "stated, unknown": stating(depth=3),
}


@pytest.mark.parametrize("what", BAD_REQUESTS)
def test_what_is_no_request(what: str, pipe: Pipe) -> None:
    assert pipe.error(BAD_REQUESTS[what])["kind"] == "bad-request"
    assert pipe.still_answers()


@pytest.mark.parametrize("what", BAD_INPUTS)
def test_inputs_that_are_refused(what: str, pipe: Pipe) -> None:
    assert pipe.error(BAD_INPUTS[what])["kind"] == "bad-input"
    assert pipe.still_answers()


@pytest.mark.parametrize("name", ["", ".", "os.path", "losses", "losses.", "x" * 10_000, "a\nb.c"])
def test_solvers_that_are_not_there(name: str, pipe: Pipe) -> None:
    assert pipe.error(asking(name))["kind"] == "unknown-solver"
    assert pipe.still_answers()


def test_a_line_that_comes_in_halves_is_one_request(pipe: Pipe) -> None:
    line = json.dumps({"id": 3, "asks": [GOOD]}).encode() + b"\n"
    pipe.write(line[:20])
    pipe.write(line[20:])
    assert pipe.reply()["id"] == 3


def test_many_lines_at_once_are_answered_in_order(pipe: Pipe) -> None:
    lines = [json.dumps({"id": number, "asks": [GOOD]}).encode() for number in range(200)]
    lines[50] = b"{"
    pipe.write(b"\n".join(lines) + b"\n")
    ids = [pipe.reply()["id"] for _ in lines]
    assert ids == [*range(50), None, *range(51, 200)]


def test_a_bad_ask_does_not_spoil_its_neighbours(pipe: Pipe) -> None:
    bad = {"solver": "losses.mse", "inputs": {"predicted": [1], "target": [float("nan")]}}
    pipe.write(json.dumps({"id": 4, "asks": [GOOD, bad, GOOD]}).encode() + b"\n")
    answers = pipe.reply()["answers"]
    assert ["solution" in answer for answer in answers] == [True, False, True]
    assert answers[1]["error"]["message"].startswith("target is [nan]; allowed: ")


@pytest.mark.parametrize("end", [b"", b'{"id": 9, "asks"'])
def test_half_a_line_at_the_end_of_the_input_ends_it_quietly(end: bytes) -> None:
    command = [sys.executable, "-m", "solvers", "serve", "--device", "none"]
    ran = subprocess.run(command, input=end, capture_output=True, check=True, timeout=20)
    lines = [json.loads(line) for line in ran.stdout.splitlines()]
    refused = [line["error"]["kind"] for line in lines if "error" in line]
    assert refused == ["bad-request"] * bool(end)
    assert ran.stderr == b""
