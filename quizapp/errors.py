"""Every error quizapp raises on purpose, in one small tree.

QuizappError                the sentence is shown to the person as it is; exit status 1
├── UsageError              wrong words on the command line; exit status 2
│   ├── NoTerminal          the app can't be painted here
│   └── UnknownName         no question, template, solver or exercise has this name
├── SolverUnavailable       the solver process does not start or keeps stopping
├── SolverRefused           the solver answered: bad input, unsuitable, disagreement
└── ProgressError           the learner's data
    ├── CannotSave          the file can't be written just now; nothing already saved is lost
    ├── SittingMoved        another window holds or has finished the sitting: read-only here
    ├── ReviewedElsewhere   another window rated the card since it was shown here
    ├── NewerProgress       written by a newer quizapp; left untouched
    └── BadImport           an import file that is cut off, damaged or from a newer version
"""

from __future__ import annotations


class QuizappError(Exception):
    """A sentence a student can act on."""

    exit_status = 1


class UsageError(QuizappError):
    """Wrong words on the command line."""

    exit_status = 2


class NoTerminal(UsageError):
    """The app can't be painted here."""

    def __init__(self) -> None:
        super().__init__("no terminal here. Use quizapp ask for plain text, or quizapp --help.")


class UnknownName(UsageError):
    """No question, template, solver or exercise has this name."""


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


class SittingMoved(ProgressError):
    """Another window holds the sitting or has finished it; here it is read-only."""


class ReviewedElsewhere(ProgressError):
    """Another window rated the card since it was shown here."""


class NewerProgress(ProgressError):
    """The progress file was written by a newer quizapp."""


class BadImport(ProgressError):
    """An import file that is cut off, damaged or from a newer version."""
