"""Lines in and out of a conversation in plain text: a terminal, a pipe or a screen reader."""

from __future__ import annotations

import sys

LEAVE = "q"


class Pressed(Exception):
    """A letter that stands for an action was typed in place of a response.

    The end of the input (Ctrl+D in a terminal) leaves.
    """

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


def say(*lines: str) -> None:
    for line in lines:
        print(line)


def complain(problem: object) -> None:
    """One line on stderr, after which one can go on."""
    print(f"quizapp: {problem}", file=sys.stderr)


def read_line(keys: str = LEAVE) -> str:
    """One line; raises Pressed where it is one of the letters in ``keys``, or there is none."""
    try:
        line = _line()
    except EOFError:
        raise Pressed(LEAVE) from None
    word = line.strip()
    if len(word) == 1 and word in keys:
        raise Pressed(word)
    return line


def _line() -> str:
    if sys.stdin.isatty():
        print("> ", end="")  # input() writes it to stderr
    sys.stdout.flush()
    line = sys.stdin.readline()
    if not line:
        raise EOFError
    return line.rstrip("\r\n")


def read_rows(keys: str = LEAVE) -> str:
    """A matrix: one line, or rows until an empty line."""
    rows = [read_line(keys)]
    while rows[-1].strip() and ";" not in rows[0] and "[[" not in rows[0]:
        rows.append(read_line(""))
    return "\n".join(row for row in rows if row.strip())


def read_block(keys: str = LEAVE) -> str:
    """Lines until an empty one, or until the input ends after the first."""
    lines = [read_line(keys)]
    while lines[-1].strip():
        try:
            lines.append(_line())
        except EOFError:
            break
    return "\n".join(line for line in lines if line.strip())
