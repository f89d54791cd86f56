"""Fitting the forgetting curve to the learner: FSRS's own optimizer, in a process of its own.

The optimizer needs torch and pandas (``pip install "quizapp[optimizer]"``) and takes seconds to
minutes, so that `quizapp.study.fitter` runs it apart. It is given the ratings of four fifths of
the cards, and what it finds is kept only where it foretells the others' better than what was used.
"""

from __future__ import annotations

import asyncio
import sys
from datetime import datetime, tzinfo
from importlib.util import find_spec
from itertools import groupby

import msgspec
from msgspec import Struct

from quizapp.errors import QuizappError
from quizapp.study import settings
from quizapp.study.days import study_date
from quizapp.study.reviews import Reviews
from quizapp.study.times import moment

# The optimizer takes mini-batches of 512 ratings of another day than the last, and gives back its
# defaults where there is not one of them; a fifth is held back.
ENOUGH = 640
_AGAIN_AFTER = 1.5  # times as many as at the last fitting
_MOST = 10_000  # of the newest; more take long and change little
_INSTALL = 'pip install "quizapp[optimizer]"'


class Histories(Struct, frozen=True):
    """What the process is given: of each card its study days and ratings, in order."""

    cards: list[list[tuple[int, int]]]
    parameters: tuple[float, ...]  # in use; none are those of the package


class Fitted(Struct, frozen=True, kw_only=True):
    """What it gives back; the losses are of the ratings held back, in nats a rating."""

    parameters: tuple[float, ...]
    before: float
    after: float


def offer(progress: Reviews) -> str:
    """The sentence that offers a fitting; "" where there is too little for it, or nothing new."""
    tests = _tests(progress)
    fitted = progress.setting("fsrs_fitted", 0)
    if tests < ENOUGH or (isinstance(fitted, int) and tests < _AGAIN_AFTER * fitted):
        return ""
    packages = "" if installed() else f" It needs more packages: {_INSTALL}"
    return (
        f"{tests:,} ratings are enough to fit the forgetting curve to you:"
        f" quizapp progress fit.{packages}"
    )


def installed() -> bool:
    """Whether the packages are there that the optimizer needs, told without importing them."""
    return all(find_spec(name) for name in ("torch", "pandas", "tqdm"))


async def fit(progress: Reviews, now: datetime, tz: tzinfo | None = None) -> str:
    """Fit, and keep what is better; returns the sentence to show.

    Raises QuizappError where it can't be done, and CannotSave.
    """
    tests = _tests(progress)
    if tests < ENOUGH:
        raise QuizappError(
            f"{tests:,} ratings of a later day are too few to fit the forgetting curve to you;"
            f" it takes {ENOUGH}."
        )
    if not installed():
        raise QuizappError(f"The optimizer needs more packages: {_INSTALL}")
    found = await _run(Histories(_histories(progress, tz), settings.parameters(progress)))
    progress.set_setting("fsrs_fitted", tests, now=now)
    if found.after >= found.before:
        return "The forgetting curve in use foretells your ratings best; nothing was changed."
    progress.set_setting("fsrs_parameters", found.parameters, now=now)
    return (
        "The forgetting curve is fitted to you: on ratings it was not fitted to its loss fell from"
        f" {found.before:.3f} to {found.after:.3f}."
    )


async def _run(histories: Histories) -> Fitted:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "quizapp.study.fitter",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        out, complaint = await process.communicate(msgspec.json.encode(histories))
    finally:
        if process.returncode is None:  # cancelled
            process.kill()
            await process.wait()
    if process.returncode:
        last = complaint.decode(errors="replace").strip().rpartition("\n")[2]
        raise QuizappError(f"The optimizer stopped: {last}. Nothing was changed.")
    return msgspec.json.decode(out, type=Fitted)


def _tests(progress: Reviews) -> int:
    return sum(history.tests for history in progress.histories().values())


def _histories(progress: Reviews, tz: tzinfo | None) -> list[list[tuple[int, int]]]:
    """The ratings of each card, of the cards rated last, as many as are wanted."""
    rows = progress.rows(
        "SELECT memory.card, at, rating FROM memory JOIN review ON review.card = memory.card"
        " WHERE memory.review IS NOT NULL AND what = 'rated' AND NOT EXISTS ("
        " SELECT 1 FROM review AS undone WHERE undone.before = review.id AND what = 'undone')"
        " ORDER BY memory.review DESC, review.id LIMIT ?",
        _MOST,
    )
    return [
        [(study_date(moment(at), tz).toordinal(), rating) for _, at, rating in ratings]
        for _, ratings in groupby(rows, key=lambda row: row[0])
    ]
