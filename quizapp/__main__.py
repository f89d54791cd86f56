"""The program: without words it opens the app, with words it runs a command.

Errors become one line on stderr here, and nowhere else.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Sequence

from quizapp.errors import QuizappError

INTERRUPTED = 130  # 128 + SIGINT
CLOSED_PIPE = 141  # 128 + SIGPIPE


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line; returns the exit status."""
    words = sys.argv[1:] if argv is None else list(argv)
    try:
        status = _command(words) if words else _open()
        sys.stdout.flush()  # here, where a closed pipe can still be handled
    except QuizappError as error:
        return _fail(str(error), error.exit_status)
    except KeyboardInterrupt:
        if sys.stderr.isatty():
            print(file=sys.stderr)  # the shell's prompt belongs on a line of its own
        return INTERRUPTED
    except BrokenPipeError:
        _discard_output()
        return CLOSED_PIPE
    except OSError as error:
        _discard_output()
        where = f"{error.filename}: " if error.filename else ""
        return _fail(f"{where}{error.strerror or error}", 1)
    return status


def _open() -> int:
    from quizapp.terminal import require

    require()
    from quizapp.ui.app import run

    return run()


def _command(words: list[str]) -> int:
    from quizapp.cli import run

    return run(words)


def _fail(message: str, status: int) -> int:
    with contextlib.suppress(OSError):  # nobody can be told
        print(f"quizapp: {message}", file=sys.stderr)
    return status


def _discard_output() -> None:
    """Nobody reads stdout any more: what is left in its buffer must not fail at exit again."""
    with contextlib.suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    sys.exit(main())
