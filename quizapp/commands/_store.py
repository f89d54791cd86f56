"""The learner's data, for a command that asks or shows."""

from __future__ import annotations

from datetime import UTC, datetime

from quizapp.commands._lines import complain
from quizapp.study.progress import Progress


def opened() -> Progress:
    """Open it, and say on stderr what there is to be said about it."""
    progress = Progress.open(now=datetime.now(UTC))
    for notice in progress.notices:
        complain(notice)
    return progress
