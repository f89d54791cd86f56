"""Marking goes on when the solver process is killed, and without torch."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from quizapp.study.progress import Progress
from quizapp.ui.services import Services
from tests.ui.conftest import Open, Student

NO_TORCH = (
    "torch is not installed. Responses are checked by the reference alone; everything works. "
    "Details: quizapp doctor."
)


async def ready_to_finish(student: Student) -> None:
    await student.begin()
    await student.question(4)
    await student.write("32x32x16")
    await student.press("enter")
    await student.write("1216")
    await student.press("escape", "f")
    await student.sees("before you finish")


def killed(student: Student) -> bool:
    """kill -9 the solver process of this app, if it is there already."""
    solver = student.app.services.__dict__.get("solver")
    process = getattr(solver, "_process", None)
    if process is None or process.returncode is not None:
        return False
    os.kill(process.pid, signal.SIGKILL)
    return True


async def test_the_solver_is_killed_while_it_marks(
    open_app: Open, saved: Callable[[], Progress]
) -> None:
    async with open_app() as student:
        await ready_to_finish(student)
        await student.press("down", "enter")
        async with asyncio.timeout(10):
            while not killed(student) and "Report" not in student.title:
                await asyncio.sleep(0)
        await student.sees("Report · sitting of", seconds=20)
        await student.sees("Q4       5 of 5", seconds=20)
        assert student.title.endswith("5 of 98, 5 %")
        assert saved().sittings()[0].parts_open == 0


async def test_without_torch_all_is_marked_and_it_is_said_once(
    open_app: Open, data_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    modules = tmp_path / "modules"
    modules.mkdir()
    (modules / "torch.py").write_text(
        'raise ModuleNotFoundError("No module named \'torch\'", name="torch")'
    )
    monkeypatch.setenv("PYTHONPATH", str(modules))
    async with open_app(services=Services(folder=data_folder)) as student:
        await ready_to_finish(student)
        await student.press("down", "enter")
        await student.sees("Q4       5 of 5", seconds=20)
        await student.until(lambda: NO_TORCH in student.said)
        await student.press(*["up"] * 20, *["down"] * 3, "enter")
        await student.sees("Question 4 · convolution arithmetic")
        await student.sees("height with padding")
        assert NO_TORCH not in student.said


async def test_another_mode_while_it_marks(open_app: Open) -> None:
    """Marking runs on; it opens nothing over what the learner is reading."""
    async with open_app() as student:
        await ready_to_finish(student)
        await student.press("down", "enter")
        await student.press("g", "w")
        await student.sees("Week 2 · ")
        await student.pilot.pause(3.0)
        assert "Week 2 · " in student.title
        await student.press("g", "e")
        await student.sees("5 of 98", seconds=20)
