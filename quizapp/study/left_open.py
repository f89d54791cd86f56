"""Questions that were left with something written: their numbers and what was typed so far.

Kept as settings until the question is checked, so that leaving a screen, quitting or a crash
loses nothing. A sitting keeps its responses itself.
"""

from __future__ import annotations

from datetime import datetime

import msgspec
from msgspec import Struct

from quizapp.study.claims import Settings


class LeftOpen(Struct, frozen=True, kw_only=True):
    """A question as it was left."""

    seed: int | None  # of its numbers; None: as printed
    texts: dict[str, tuple[str, int]]  # by part: what is written, and the cursor
    hints: dict[str, int] = {}  # by part, how many were taken
    steps_seen: bool = False


def left_open(progress: Settings, question: str) -> LeftOpen | None:
    """What was written to this question when it was left; None where nothing was."""
    try:
        return msgspec.convert(progress.setting(_name(question)), LeftOpen | None)
    except msgspec.ValidationError:  # from an import or another version
        return None


def keep(progress: Settings, question: str, left: LeftOpen | None, now: datetime) -> None:
    """Keep what is written, or forget it with None; raises CannotSave."""
    if left_open(progress, question) != left:
        progress.set_setting(_name(question), left, now=now)


def _name(question: str) -> str:
    """A setting for each question, so that two windows keep theirs apart."""
    return f"left_open/{question}"
