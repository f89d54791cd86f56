"""What the doctor looks at."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from quizapp import doctor
from solvers import in_topic, topics
from solvers.contract import Solver

SOLVERS = [solver for topic in topics() for solver in in_topic(topic)]


@pytest.mark.parametrize("solver", SOLVERS, ids=lambda solver: solver.id)
def test_every_solver_can_be_tried(solver: Solver[Any]) -> None:
    """Else its kernel would go unchecked on the person's machine."""
    solution = doctor.sample(solver)
    assert solution is not None
    assert set(solution.quantities) == set(solver.quantities)
    assert doctor.sample(solver) == solution


@pytest.mark.parametrize(
    ("environment", "says"),
    [
        ({"TERM": "xterm-256color"}, "256 (xterm-256color)"),
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor"}, "16 million (xterm-256color)"),
        ({"TERM": "linux"}, "16 (linux)"),
        ({"TERM": "linux", "NO_COLOR": ""}, "none: NO_COLOR is set (linux)"),
    ],
)
def test_colours(environment: dict[str, str], says: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TERM", "COLORTERM", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert doctor._colours() == says


def test_a_database_that_is_not_there_is_not_made(data_folder: Path) -> None:
    (finding,) = doctor.database()
    assert finding.state == "ok"
    assert finding.says == f"none yet; will be {data_folder / 'progress.sqlite3'}"
    assert not data_folder.exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written(data_folder: Path) -> None:
    data_folder.mkdir(mode=0o500)
    first, *_ = doctor.database()
    assert first.state == "fails"
    assert first.says.endswith("can't be written. Set QUIZAPP_DATA_DIR to another folder.")
