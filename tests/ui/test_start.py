"""How the app starts and what its process holds."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.ui.conftest import OpenWindow

# Prints, after the app has ended, which of these modules the screen process has ever loaded.
WATCHED = """
import sys
from quizapp.__main__ import main
status = main(sys.argv[1:])
loaded = {name.split(".")[0] for name in sys.modules}
heavy = sorted(loaded & {"numpy", "torch", "scipy", "pydantic"})
print(f"loaded: {heavy}")
sys.exit(status)
"""


def test_the_screen_process_never_loads_numpy_or_torch(open_window: OpenWindow) -> None:
    """A whole sitting: formula, number, marking by the solver process, report, worked steps."""
    window = open_window(code=WATCHED)
    window.sees("Find out where you stand")
    window.type("g")
    window.sees("Go to:")
    window.type("e")
    window.sees("New sitting")
    window.type("\x1b[C")  # fresh numbers, drawn by the solver
    window.sees("fresh numbers, seed")
    window.type("\r")
    window.sees("Question 1 of 20")
    for _ in range(3):
        window.type("\x0e")
    window.sees("Question 4 of 20")
    window.type("32x32x16\r1216")
    window.sees("read as 1,216")
    window.type("\x1b")
    window.sees("f Finish")
    window.type("f")
    window.sees("before you finish")
    window.type("\x1b[B\r")
    window.sees("Report · sitting of")
    mapped = Path(f"/proc/{window.process.pid}/maps").read_text(encoding="utf-8")
    assert not re.search(r"numpy|torch", mapped)
    window.type("\x1b[A" * 20 + "\x1b[B" * 3 + "\r")
    window.sees("Question 4 · convolution arithmetic")
    window.sees("height with padding")
    window.type("\x11")
    assert window.wait() == 0
    assert "loaded: []" in window.said.decode()


@pytest.mark.parametrize("words", [(), ("exam",)])
def test_no_terminal(data_folder: Path, words: tuple[str, ...]) -> None:
    result = subprocess.run(
        [sys.executable, "-m", "quizapp", *words],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert result.returncode == 2
    assert result.stderr == (
        "quizapp: no terminal here. Use quizapp ask for plain text, or quizapp --help.\n"
    )
    assert result.stdout == ""
    assert not data_folder.exists()


def test_fresh_numbers_from_the_command_line(open_window: OpenWindow) -> None:
    window = open_window("exam", "--fresh", "7")
    window.sees("fresh numbers, seed 7")
    window.type("\r")
    window.sees("Question 1 of 20")
    for _ in range(3):
        window.type("\x0e")
    window.sees("Question 4 of 20")
    prompt = " ".join(window.text.split())
    assert "A layer takes a 32 × 32 × 3 volume and convolves it with 16 filters" not in prompt
    window.type("\x11")
    assert window.wait() == 0
