"""Every error quizapp raises on purpose, in one small tree.

QuizappError                the sentence is shown to the person as it is; exit status 1
├── UsageError              wrong words on the command line; exit status 2
│   └── UnknownName         no question, template, solver or exercise has this name
├── ContentError            question files with problems: all of them, not the first
├── SolverUnavailable       the solver process does not start or keeps stopping
├── SolverRefused           the solver answered: bad input, unsuitable, disagreement
└── ProgressError           the learner's data
    ├── CannotSave          the file can't be written just now; nothing already saved is lost
    ├── NewerProgress       written by a newer quizapp; left untouched
    └── BadImport           an import file that is cut off, damaged or from a newer version
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from quizapp.content.model import Problem


class QuizappError(Exception):
    """A sentence a student can act on."""

    exit_status = 1


class UsageError(QuizappError):
    """Wrong words on the command line."""

    exit_status = 2


class UnknownName(UsageError):
    """No question, template, solver or exercise has this name."""


class ContentError(QuizappError):
    """Question files with problems."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in problems))


class SolverUnavailable(QuizappError):
    """The solver process does not start or keeps stopping."""


class SolverRefused(QuizappError):
    """The solver answered that it won't: ``kind`` says why."""

    def __init__(self, kind: str, message: str) -> None:
        self.kind = kind  # "bad-input", "unsuitable", "disagreement", "unknown-solver", "internal"
        super().__init__(message)


class ProgressError(QuizappError):
    """Something about the learner's data."""


class CannotSave(ProgressError):
    """The progress file can't be written just now."""


class NewerProgress(ProgressError):
    """The progress file was written by a newer quizapp."""


class BadImport(ProgressError):
    """An import file that is cut off, damaged or from a newer version."""
