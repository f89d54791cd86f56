"""Time to the first painted frame and the first answered key, and memory, beside an empty app.

    python tests/benchmarks/first_frame.py [RUNS]

Both programs are started in turn in a pseudo-terminal of 120 × 40, over a data folder with
10,000 recorded attempts, and the medians are printed with their ratio, so that a busy machine
slows both alike. Goals: paint at most 1.15, key at most 1.2, memory at most 1.5 times the empty
app's.
"""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import statistics
import struct
import sys
import tempfile
import termios
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from quizapp.marking.grade import PartGrade
from quizapp.study.progress import Progress

COLUMNS, ROWS = 120, 40
QUIET, LIMIT = 0.6, 20.0  # seconds without output until settled; of a whole run
ESCAPE = re.compile(
    rb"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[P_^X].*?\x1b\\|\x1b.", re.S
)
BACKGROUND = re.compile(rb"\x1b\[(?:[0-9;:]*[;:])?(?:48[;:]|4[0-7]|10[0-7]|7)[0-9;:]*m")
# What a terminal answers when it is asked what it is and what it can do.
ANSWERS = {b"\x1b[c": b"\x1b[?62;22c", b"\x1b[6n": b"\x1b[1;1R", b"\x1b[?2026$p": b"\x1b[?2026;2$y"}
EMPTY_APP = "from textual.app import App\nApp().run()"


class Program(NamedTuple):
    """A command, a key, and what is on the screen when the key is answered."""

    name: str
    command: Sequence[str]
    key: bytes
    answer: bytes


class Measured(NamedTuple):
    """Of one start, in milliseconds and MiB."""

    paint: float
    key: float
    memory: float


def run(program: Program, folder: Path) -> Measured:
    """Start, press the key at the first paint, wait until all is quiet, end."""
    started = time.perf_counter()
    pid, terminal = pty.fork()
    if pid == 0:
        os.environ.update(
            QUIZAPP_DATA_DIR=str(folder), TERM="xterm-256color", COLORTERM="truecolor"
        )
        os.execv(program.command[0], list(program.command))
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    paint = key = 0.0
    shown = b""
    last = started
    while time.perf_counter() - started < LIMIT:
        if not select.select([terminal], [], [], 0.005)[0]:
            if key and time.perf_counter() - last > QUIET:
                break
            continue
        data = os.read(terminal, 1 << 16)
        last = time.perf_counter()
        for question, answer in ANSWERS.items():
            if question in data:
                os.write(terminal, answer)
        text = ESCAPE.sub(b"", data)
        if not paint and (text.strip() or BACKGROUND.search(data)):
            paint = last
            os.write(terminal, program.key)
        elif paint and not key:
            shown += text
            key = last if program.answer in shown else 0.0
    memory = resident(pid)
    os.killpg(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    os.close(terminal)
    return Measured((paint - started) * 1e3, (key - started) * 1e3, memory)


def resident(pid: int) -> float:
    """Resident memory of the screen process, MiB."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    found = re.search(r"VmRSS:\s+(\d+)", status)
    return int(found[1]) / 1024 if found else 0.0


def fill(folder: Path, attempts: int = 10_000) -> None:
    """A data folder with a history."""
    now = datetime(2026, 9, 1, tzinfo=UTC)
    with Progress.open(folder, now=now) as progress:
        for number in range(attempts):
            grade = PartGrade(part="a", verdict="right", points=1, max_points=1)
            when = now + timedelta(minutes=number)
            question = f"template-{number % 200}"
            progress.record_attempt(question, grade, now=when, kind="drill", response="1")


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    python = sys.executable
    # The empty app answers Ctrl+P with its palette, the only key that it has.
    programs = [
        Program("empty app", (python, "-c", EMPTY_APP), b"\x10", b"Search for"),
        Program("quizapp", (python, "-m", "quizapp"), b"g", b"Go to:"),
    ]
    with tempfile.TemporaryDirectory() as folder:
        fill(Path(folder))
        measured: dict[str, list[Measured]] = {program.name: [] for program in programs}
        for turn in range(runs + 1):
            for program in programs:
                one = run(program, Path(folder))
                if turn:  # the first start of each only warms the caches
                    measured[program.name].append(one)
    print(f"medians of {runs} starts, in turn      paint ms    key ms    memory MiB")
    rows = {
        name: [statistics.median(v) for v in zip(*m, strict=True)] for name, m in measured.items()
    }
    for name, row in rows.items():
        print(f"{name:<32}" + "".join(f"{value:>12.1f}" for value in row))
    ratios = [mine / floor for mine, floor in zip(rows["quizapp"], rows["empty app"], strict=True)]
    print(
        f"{'ratio (goals 1.15, 1.20, 1.50)':<32}" + "".join(f"{ratio:>12.2f}" for ratio in ratios)
    )


if __name__ == "__main__":
    main()
