"""Whether there is a terminal to paint on."""

from __future__ import annotations

import sys

from quizapp.errors import NoTerminal


def require() -> None:
    """Raise NoTerminal unless stdin, stdout and stderr are all one.

    Textual reads keys from stdin and paints on stderr; what it prints at the end goes to stdout.
    """
    streams = (sys.stdin, sys.stdout, sys.stderr)
    if not all(stream is not None and stream.isatty() for stream in streams):
        raise NoTerminal
