"""A few screens as they look, kept as text at 80 × 24 and 120 × 40.

After a change that is meant: ``RENEW_LOOKS=1 python -m pytest tests/ui/test_looks.py``, then look
at the difference before it is committed.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from quizapp.ui.services import Services
from tests.ui.conftest import Open

SIZES = [(80, 24), (120, 40)]
NOW = datetime(2026, 11, 20, 14, 2, tzinfo=UTC)

ATTENTION = (
    "We compare each query with each key using a dot product, which gives an n × n table of "
    "scores. The scores are divided by the square root of d_k. Softmax turns them into weights "
    "that sum to 1 over the queries. Then we multiply the weights by the values and add up."
)


@pytest.fixture(autouse=True)
def in_utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Times on the screens are local; here that is UTC."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def services(folder: Path) -> Services:
    return Services(folder=folder, clock=lambda: NOW)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_today_and_a_week(open_app: Open, data_folder: Path, size: tuple[int, int]) -> None:
    async with open_app(size, services=services(data_folder)) as student:
        await student.sees("Find out where you stand")
        await student.looks_as("today")
        await student.press("g", "w", "right", "right")
        await student.sees("Week 4 · Convolution and filters")
        await student.press("space", "down")
        await student.sees("Claimed.")
        if size[0] >= 120:  # the study note follows when the cursor has stayed a moment
            await student.sees("Lay the kernel K on the input")
        await student.looks_as("week")


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_sitting_marking_and_report(
    open_app: Open, data_folder: Path, size: tuple[int, int]
) -> None:
    async with open_app(size, services=services(data_folder)) as student:
        await student.begin()
        await student.question(4)
        await student.write("32x32x16")
        await student.press("enter")
        await student.write("(25*3)*16")
        await student.sees("read as 25·3·16 = 1,200")
        await student.sees("saved 14:02")
        await student.looks_as("sitting-numbers")
        await student.question(13)
        await student.press("tab")
        await student.sitting.action_open_part("b")
        await student.write(ATTENTION)
        await student.sees("52 words")
        await student.sees("saved 14:02")
        await student.looks_as("sitting-text")
        await student.press("escape", "f", "down", "enter")
        await student.sees("Marking · question 13 (b), the steps")
        await student.sees("Flagged: you wrote")
        await student.looks_as("marking")
        while "Report ·" not in student.text:
            await student.press("0") if "open" in student.status else None
            await student.press("enter")
        await student.sees("Most points lost")
        await student.looks_as("report")
