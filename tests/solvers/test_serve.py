"""`python -m solvers serve` as a real process: its lines, and everything that can go wrong."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from solvers.contract import LINE_LIMIT

LAYER = {"height": 28, "channels": 3, "filters": 8, "kernel": 5}
ASK = {"solver": "convolution.layer", "inputs": LAYER}


class Served:
    """The process, and the messages it has written so far."""

    def __init__(self, *options: str, path: Path | None = None) -> None:
        env = {**os.environ, "PYTHONPATH": str(path or "")}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "solvers", "serve", *options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=env,
        )
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.stdin, self.stdout = self.process.stdin, self.process.stdout
        self.events: list[dict[str, Any]] = []

    def write(self, line: bytes) -> None:
        self.stdin.write(line + b"\n")
        self.stdin.flush()

    def read(self) -> dict[str, Any]:
        message: dict[str, Any] = json.loads(self.stdout.readline())
        return message

    def reply(self) -> dict[str, Any]:
        while "event" in (message := self.read()):
            self.events.append(message)
        return message

    def ask(self, *asks: dict[str, Any], number: object = 1) -> dict[str, Any]:
        self.write(json.dumps({"id": number, "asks": asks}).encode())
        return self.reply()

    def event(self, name: str) -> dict[str, Any]:
        """The next event of this name."""
        while not any(event["event"] == name for event in self.events):
            self.events.append(self.read())
        return next(event for event in self.events if event["event"] == name)

    def end(self) -> tuple[int, bytes]:
        """Close its input; its exit status and what it wrote to stderr."""
        assert self.process.stderr
        self.stdin.close()
        errors = self.process.stderr.read()
        self.stdout.close()
        self.process.stderr.close()
        return self.process.wait(timeout=20), errors


@pytest.fixture
def served() -> Iterator[Served]:
    process = Served("--device", "none")
    yield process
    if not process.stdin.closed:
        assert process.end() == (0, b"")


def test_an_answer_and_the_events_around_it() -> None:
    served = Served("--device", "cpu")
    assert served.read() == {"event": "started"}
    reply = served.ask(ASK, number=7)
    assert reply["id"] == 7
    (answer,) = reply["answers"]
    assert answer["solution"]["quantities"]["output_shape"] == [24, 24, 8]
    assert answer["solution"]["device"] == ""  # the reference alone: torch is not up yet
    assert served.event("confirmed") == {"event": "confirmed", "id": 7, "device": "cpu"}
    assert served.event("torch") == {"event": "torch", "state": "ready", "device": "cpu"}
    # From now on nothing is answered before the kernel agreed.
    assert served.ask(ASK)["answers"][0]["solution"]["device"] == "cpu"
    stated = {**ASK, "stated": {"output_shape": [24, 24, 3]}}
    solution = served.ask(stated)["answers"][0]["solution"]
    assert (solution["quantities"]["activations"], solution["device"]) == (1728, "")
    assert served.end() == (0, b"")


def test_a_batch_is_answered_in_order_each_for_itself(served: Served) -> None:
    unknown = {"solver": "convolution.nothing", "inputs": {}}
    topic = {"solver": "os.path", "inputs": {}}
    bad = {"solver": "convolution.layer", "inputs": {**LAYER, "kernel": 50}}
    answers = served.ask(unknown, ASK, bad, topic)["answers"]
    kinds = [answer.get("error", {}).get("kind") for answer in answers]
    assert kinds == ["unknown-solver", None, "bad-input", "unknown-solver"]
    assert answers[2]["error"]["message"].startswith("kernel is 50; allowed: at most 28")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b"garbage", "a line is not JSON"),
        (b"\xff\xfe", "a line is not JSON"),
        (b"[" * 100_000, "a line is not JSON"),
        (b"7", "a request is an object with id and asks"),
        (b'{"id": 3}', "asks is a list"),
        (b'{"id": 3, "asks": [1]}', "an ask has solver (a word), inputs and stated (objects)"),
        (
            b'{"id": 3, "asks": [{"solver": "convolution.layer", "inputs": []}]}',
            "an ask has solver (a word), inputs and stated (objects)",
        ),
    ],
)
def test_lines_that_are_no_request(line: bytes, message: str, served: Served) -> None:
    served.write(line)
    error = served.reply()["error"]
    assert error == {"kind": "bad-request", "message": message}
    assert "solution" in served.ask(ASK)["answers"][0]


def test_a_line_that_is_too_long(served: Served) -> None:
    served.write(b" " * (3 * LINE_LIMIT))
    assert "longer than" in served.reply()["error"]["message"]
    assert "solution" in served.ask(ASK)["answers"][0]


def test_empty_lines_and_text_that_is_no_unicode(served: Served) -> None:
    served.write(b"")
    lone = b'{"id": 1, "asks": [{"solver": "\\ud800", "inputs": {}}]}'
    served.write(lone)
    assert served.reply()["answers"][0]["error"]["kind"] == "unknown-solver"


def test_ctrl_c_in_the_terminal_is_not_for_the_solver(served: Served) -> None:
    served.ask(ASK)
    served.process.send_signal(signal.SIGINT)
    assert "solution" in served.ask(ASK)["answers"][0]


def test_it_ends_quietly_when_nobody_reads(served: Served) -> None:
    served.ask(ASK)
    served.stdout.close()
    served.write(json.dumps({"id": 1, "asks": [ASK]}).encode())
    assert served.process.wait(timeout=10) == 0
    assert served.process.stderr is not None
    assert served.process.stderr.read() == b""
    served.process.stderr.close()
    served.stdin.close()


def test_it_ends_while_torch_is_still_loading() -> None:
    served = Served()
    served.ask(ASK)
    started = time.monotonic()
    status, errors = served.end()
    assert (status, errors) == (0, b"")
    assert time.monotonic() - started < 5


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="reads the process table in /proc")
def test_it_ends_with_the_program_that_started_it() -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT], stdout=subprocess.PIPE, stdin=subprocess.PIPE
    )
    assert parent.stdout is not None
    assert parent.stdin is not None
    child = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    parent.stdout.close()
    parent.stdin.close()
    deadline = time.monotonic() + 10
    while _runs(child):
        assert time.monotonic() < deadline, "the solver outlived its parent"
        time.sleep(0.05)


PARENT = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-m", "solvers", "serve"],
                         stdin=subprocess.PIPE, stdout=subprocess.PIPE)
child.stdout.readline()
print(child.pid, flush=True)
time.sleep(60)
"""


def _runs(pid: int) -> bool:
    """Whether a process is there and not merely waiting to be collected."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.parametrize(
    ("code", "installed", "reason"),
    [
        (
            'raise ModuleNotFoundError("No module named \'torch\'", name="torch")',
            False,
            "No module",
        ),
        (
            'raise OSError("libtorch_cpu.so: cannot open\\nmore")',
            True,
            "libtorch_cpu.so: cannot open",
        ),
        ('raise ImportError("broken build")', True, "broken build"),
    ],
)
def test_without_torch_the_reference_answers(
    tmp_path: Path, code: str, installed: bool, reason: str
) -> None:
    (tmp_path / "torch.py").write_text(code)
    served = Served(path=tmp_path)
    event = served.event("torch")
    assert (event["state"], event["installed"]) == ("missing", installed)
    assert event["reason"].startswith(reason)
    assert "\n" not in event["reason"]
    solution = served.ask(ASK)["answers"][0]["solution"]
    assert (solution["quantities"]["parameters"], solution["device"]) == (608, "")
    assert served.end() == (0, b"")


@pytest.mark.skipif(sys.platform == "darwin", reason="has mps")
def test_a_device_that_is_not_there() -> None:
    served = Served("--device", "mps")
    event = served.event("torch")
    assert (event["state"], event["installed"]) == ("missing", True)
    assert event["reason"].startswith("device is 'mps'; present: cpu")
    assert served.end() == (0, b"")


LYING_TORCH = """
import solvers.convolution.layer as lesson
import dataclasses
lesson.solver = dataclasses.replace(lesson.solver, kernel=lambda *_: {KERNEL})
import solvers
solvers.find.cache_clear()
"""


@pytest.mark.parametrize(
    ("kernel", "name", "says"),
    [
        ('{"parameters": 609}', "disagreement", "parameters is 608 by the reference and 609"),
        ("1 / 0", "unconfirmed", "the kernel failed: ZeroDivisionError"),
    ],
)
def test_a_kernel_that_disagrees_or_fails(
    tmp_path: Path, kernel: str, name: str, says: str
) -> None:
    lying = LYING_TORCH.replace("{KERNEL}", kernel)
    (tmp_path / "sitecustomize.py").write_text(lying)
    served = Served("--device", "cpu", path=tmp_path)
    assert "solution" in served.ask(ASK, number=5)["answers"][0]
    event = served.event(name)
    assert (event["id"], event["ask"]) == (5, 0)
    assert says in event["message"]
    served.event("torch")
    (answer,) = served.ask(ASK)["answers"]
    if name == "disagreement":
        assert answer["error"]["kind"] == "disagreement"  # never an answer
    else:
        assert answer["solution"]["device"] == ""
    assert served.end() == (0, b"")


def test_what_a_library_prints_does_not_reach_the_lines(tmp_path: Path) -> None:
    (tmp_path / "torch.py").write_text('print("hello from torch")\nraise ImportError("no")')
    served = Served(path=tmp_path)
    assert served.event("torch")["state"] == "missing"
    status, errors = served.end()
    assert status == 0
    assert errors == b"hello from torch\n"
