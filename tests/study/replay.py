"""What is remembered of each card, worked out from the reviews alone."""

from __future__ import annotations

from typing import Any

from quizapp.study.progress import Progress


def replayed(rows: list[tuple[Any, ...]]) -> dict[str, tuple[Any, ...]]:
    """The latest rating of each card that was not taken back, and how many there are."""
    undone = {row["before"] for row in map(_named, rows) if row["what"] == "undone"}
    memory: dict[str, tuple[Any, ...]] = {}
    for row in map(_named, sorted(rows)):
        if row["what"] == "rated" and row["id"] not in undone:
            count = memory.get(row["card"], (0,))[-1] + 1
            values = (row[n] for n in ("id", "state", "stability", "difficulty", "due", "at"))
            memory[row["card"]] = (*values, count)
    return memory


_FIELDS = (
    "id", "at", "card", "what", "rating", "state", "stability", "difficulty", "due", "before",
)  # fmt: skip


def _named(row: tuple[Any, ...]) -> dict[str, Any]:
    return dict(zip(_FIELDS, row, strict=True))


def check(progress: Progress) -> None:
    """The table `memory` against the reviews."""
    kept = {
        card: tuple(rest)
        for card, *rest in progress.rows(
            "SELECT card, review, state, stability, difficulty, due, last, reviews FROM memory"
            " WHERE review IS NOT NULL"
        )
    }
    assert kept == replayed(progress.rows(f"SELECT {', '.join(_FIELDS)} FROM review"))
