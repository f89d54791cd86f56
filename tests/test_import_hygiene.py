"""Who imports whom, and what stays unimported where time counts."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def imported(code: str, *watched: str) -> list[str]:
    """Which of the watched modules a fresh interpreter has loaded after this code."""
    code += f"\nimport sys\nprint(*[m for m in {watched!r} if m in sys.modules])"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    return run.stdout.split()


def test_the_import_contracts() -> None:
    run = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout


def modules(*rooms: str) -> list[str]:
    """Every module of these rooms."""
    found = []
    for room in rooms:
        path = ROOT / room
        files = sorted(path.rglob("*.py")) if path.is_dir() else [path.with_suffix(".py")]
        names = [".".join(file.relative_to(ROOT).with_suffix("").parts) for file in files]
        found += [name.removesuffix(".__init__") for name in names]
    assert found
    return found


# What runs in the process that paints the screen. Linting imports solvers, but only when it runs.
SCREEN = [
    "quizapp/errors",
    "quizapp/content",
    "quizapp/solving",
    "quizapp/variants",
    "quizapp/marking",
    "quizapp/study",
    "quizapp/ui",
]


@pytest.mark.parametrize("room", SCREEN)
def test_the_screen_process_imports_neither_numpy_nor_torch(room: str) -> None:
    code = "\n".join(f"import {name}" for name in modules(room))
    assert imported(code, "numpy", "torch") == []


def test_only_screens_import_textual() -> None:
    code = "\n".join(f"import {name}" for name in modules(*SCREEN[:-1], "quizapp/export"))
    assert imported(code, "textual", "rich") == []


def test_the_contract_of_solvers_needs_no_numpy() -> None:
    code = "import solvers, solvers.contract, solvers.device; solvers.topics()"
    assert imported(code, "numpy", "torch", "quizapp") == []


def test_solvers_import_torch_only_for_kernels() -> None:
    code = "from solvers import find; find('convolution.layer')"
    assert imported(code, "torch", "quizapp", "msgspec", "yaml") == []


def test_a_start_with_cached_content_reads_no_yaml() -> None:
    load = "from quizapp.content import bank; bank.load()"
    assert imported(load, "yaml") == ["yaml"]
    assert imported(load, "yaml", "platformdirs", "numpy", "torch") == []


def test_a_bare_start_imports_no_command_line() -> None:
    code = "import quizapp.__main__"
    assert imported(code, "argparse", "textual", "msgspec", "yaml", "quizapp.cli") == []


def test_the_first_screen_imports_only_what_it_shows() -> None:
    """The app itself, without a terminal: what is loaded once the first screen is painted."""
    code = """
import asyncio
from quizapp.content import bank
from quizapp.ui.app import QuizApp

async def first_screen():
    app = QuizApp()
    async with app.run_test() as pilot:
        await pilot.pause()

asyncio.run(first_screen())
"""
    assert imported(code, "numpy") == []
    watched = ("yaml", "numpy", "torch", "quizapp.cli", "quizapp.content.strict")
    assert imported(code, *watched) == []
