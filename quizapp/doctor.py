"""Whether this installation works: what `quizapp doctor` reports.

Nothing here changes anything: no database is created, migrated or moved.
"""

from __future__ import annotations

import os
import platform
import random
import shutil
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from importlib import metadata
from typing import Any, Literal, TypeAlias

from msgspec import Struct

from quizapp import __version__
from quizapp.content import bank
from quizapp.content.model import BEYOND, Given, Library
from solvers import in_topic, topics
from solvers.contract import BadInput, Bounds, Disagreement, Solution, Solver, Unsuitable

State: TypeAlias = Literal["ok", "note", "fails"]

PACKAGES = ("textual", "numpy", "torch", "pyyaml", "msgspec", "platformdirs")
DEVICES = ("cpu", "cuda", "mps")
TRIES = 200  # of drawing inputs that a solver accepts


class Finding(Struct, frozen=True):
    """One line of the report."""

    room: str  # versions, devices, kernels, terminal, database, content
    name: str
    state: State
    says: str


def findings(device: str = "auto") -> Iterator[Finding]:
    """Look at everything, one finding after the other; the first ones come at once."""
    library = bank.load()
    yield from versions()
    yield from terminal()
    yield from database()
    yield from content(library)
    solved = list(_solutions(library))
    yield from devices(solved)
    yield from kernels(solved, device)


# ----------------------------------------------------------------------------- versions


def versions() -> Iterator[Finding]:
    """quizapp, Python and the packages it stands on."""
    python = f"{platform.python_version()} ({platform.platform(terse=True)})"
    yield Finding("versions", "quizapp", "ok", __version__)
    yield Finding("versions", "python", "ok", python)
    for package in PACKAGES:
        try:
            yield Finding("versions", package, "ok", metadata.version(package))
        except metadata.PackageNotFoundError:
            needed = package != "torch"
            says = "not installed" if needed else "not installed: answers come without kernels"
            yield Finding("versions", package, "fails" if needed else "note", says)


# ----------------------------------------------------------------------------- terminal


def terminal() -> Iterator[Finding]:
    """Size, colours and signs of the terminal, where there is one."""
    if not sys.stdout.isatty():
        yield Finding("terminal", "terminal", "note", "none here; quizapp ask works without")
        return
    columns, rows = shutil.get_terminal_size()
    large = columns >= 60 and rows >= 16
    needs = "" if large else "; quizapp needs 60 × 16, quizapp ask does not"
    yield Finding("terminal", "size", "ok" if large else "note", f"{columns} × {rows}{needs}")
    yield Finding("terminal", "colours", "ok", _colours())
    encoding = (sys.stdout.encoding or "unknown").lower()
    signs = encoding.replace("-", "") == "utf8"
    says = encoding if signs else f"{encoding}: signs are replaced by ASCII"
    yield Finding("terminal", "signs", "ok" if signs else "note", says)


def _colours() -> str:
    kind = os.environ.get("TERM", "unknown")
    if "NO_COLOR" in os.environ:
        return f"none: NO_COLOR is set ({kind})"
    if os.environ.get("COLORTERM", "").lower() in ("truecolor", "24bit"):
        return f"16 million ({kind})"
    return f"{256 if '256' in kind else 16} ({kind})"


# ----------------------------------------------------------------------------- database


def database() -> Iterator[Finding]:
    """Where the learner's data is, and whether it can be read and written."""
    from quizapp.study import files

    path = files.data_folder() / files.NAME
    folder = next(place for place in path.parents if place.exists())
    if not os.access(folder, os.W_OK):
        says = f"{folder} can't be written. Set QUIZAPP_DATA_DIR to another folder."
        yield Finding("database", "folder", "fails", says)
    if not path.exists():
        yield Finding("database", "progress", "ok", f"none yet; will be {path}")
        return
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as db:
            (sound,) = db.execute("PRAGMA quick_check(1)").fetchone()
            (attempts,) = db.execute("SELECT count(*) FROM attempt").fetchone()
    except sqlite3.Error as error:
        yield Finding("database", "progress", "fails", f"{path} can't be read: {error}")
        return
    counted = "1 attempt" if attempts == 1 else f"{attempts:,} attempts"
    says = f"{path}, {counted}" if sound == "ok" else f"{path} is damaged: {sound}"
    yield Finding("database", "progress", "ok" if sound == "ok" else "fails", says)


# ------------------------------------------------------------------------------ content


def content(library: Library) -> Iterator[Finding]:
    """How much there is to ask, and what was left out."""
    exam = library.exam
    weeks = sum(week.week != BEYOND for week in library.weeks)
    says = f"{len(exam.questions)} questions, {exam.points:g} points, {weeks} weeks"
    if library.interview:
        says += f", {len(library.interview)} interview questions"
    yield Finding("content", "questions", "ok" if exam.questions else "fails", says)
    for problem in library.problems:
        yield Finding("content", "left out", "fails", str(problem))
    for folder in bank.folders()[1:]:
        yield Finding("content", "also from", "ok" if folder.is_dir() else "fails", str(folder))


# -------------------------------------------------------------------- devices and kernels

Solved: TypeAlias = "tuple[Solver[Any], Solution | None]"


def _solutions(library: Library) -> Iterator[Solved]:
    """Each solver with one answer of its reference: for a question's numbers, or for any."""
    asked = {question.solver: question.given for question in library.exam.questions}
    for topic in topics():
        for solver in in_topic(topic):
            inputs = asked.get(solver.id)
            yield solver, solver.solve(inputs) if inputs else sample(solver)


def devices(solved: list[Solved]) -> Iterator[Finding]:
    """Which devices torch can use here."""
    for solver, solution in solved:
        if solution is not None:
            yield from _devices(partial(solver.verify, solution))
            return


def _devices(verify: Callable[[str], object]) -> Iterator[Finding]:
    for name in DEVICES:
        try:
            verify(name)
        except (ImportError, OSError) as error:
            yield Finding("devices", "torch", "note", f"can't be used: {error}")
            return
        except ValueError:
            yield Finding("devices", name, "note", "not here")
        except Disagreement:
            yield Finding("devices", name, "ok", "present")
        else:
            yield Finding("devices", name, "ok", "present")


def kernels(solved: list[Solved], device: str) -> Iterator[Finding]:
    """Whether reference and kernel of each solver agree."""
    for solver, solution in solved:
        if solution is None:
            yield Finding("kernels", solver.id, "note", "no inputs found to try it with")
            continue
        try:
            confirmed = solver.verify(solution, device)
        except (ImportError, OSError):
            return  # said among the devices
        except (Disagreement, ValueError) as error:
            yield Finding("kernels", solver.id, "fails", str(error))
        else:
            yield Finding("kernels", solver.id, "ok", f"agree ({confirmed.device})")


def sample(solver: Solver[Any]) -> Solution | None:
    """An answer for some inputs that the solver accepts; None where none were found."""
    if solver.example:
        return solver.solve(solver.example)
    rng = random.Random(solver.id)
    for attempt in range(TRIES):
        sides: dict[str, int] = {}
        whole = attempt % 2 == 1  # some solvers take arrays of whole numbers only
        bounds = solver.inputs.bounds().items()
        required = solver.inputs.required()
        inputs = {name: _any(b, rng, sides, whole) for name, b in bounds if name in required}
        try:
            return solver.solve(inputs)
        except (BadInput, Unsuitable):
            continue
    return None


def _any(bounds: Bounds, rng: random.Random, sides: dict[str, int], whole: bool) -> Given:
    """A small value within bounds."""
    match bounds.kind:
        case "whole":
            return rng.randint(int(bounds.low), int(min(bounds.high, bounds.low + 6)))
        case "word":
            return rng.choice(bounds.words)
        case "real":
            return _number(bounds, rng, whole)
        case "array":
            shape = [sides.setdefault(axis, rng.randint(2, 4)) for axis in bounds.axes]
            return _array(shape, bounds, rng, whole)


def _number(bounds: Bounds, rng: random.Random, whole: bool) -> float:
    if bounds.binary:
        return rng.randint(0, 1)
    low = max(bounds.low, -2)
    number = rng.uniform(low, min(bounds.high, low + 4))
    return round(number) if whole else round(number, 2)


def _array(shape: list[int], bounds: Bounds, rng: random.Random, whole: bool) -> Given:
    if not shape:
        return _number(bounds, rng, whole)
    return [_array(shape[1:], bounds, rng, whole) for _ in range(shape[0])]
