"""The command line: finds the command and lets it read its own words.

Only the module of the command that was typed is imported.
"""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Sequence
from io import TextIOWrapper
from typing import NoReturn, Protocol, cast

from quizapp import __version__
from quizapp.errors import UnknownName, UsageError

COMMANDS = {
    "today": "what to do now, and how ready you are",
    "ask": "one question, or the cards that are due, in plain text",
    "templates": "what comes with fresh numbers",
    "generate": "fresh variants, as JSON lines or Markdown",
    "grade": "grades for JSON lines of responses",
    "exam": "the practice exam: open it, or print the paper",
    "solve": "quantities, steps and misconceptions of one solver",
    "solvers": "what can be computed",
    "lint": "every problem of a question folder",
    "schema": "the JSON Schema of the question files",
    "progress": "your data: export, import, backup, path, fit",
    "doctor": "versions, devices, kernels, terminal, database",
}


class Command(Protocol):
    """What a module of `quizapp.commands` offers."""

    __doc__: str | None

    def arguments(self, parser: argparse.ArgumentParser) -> None: ...
    def run(self, args: argparse.Namespace) -> int: ...


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one line, as a UsageError."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message}. See: {self.prog} --help")


def run(words: Sequence[str]) -> int:
    """Run ``quizapp WORDS``; returns the exit status, raises QuizappError."""
    _print_what_the_terminal_can()
    if words[0].startswith("-"):
        return _options(words)
    name, *rest = words
    command = _find(name)
    parser = Parser(prog=f"quizapp {name}", description=COMMANDS[name], allow_abbrev=False)
    command.arguments(parser)
    args = _parsed(parser, rest)
    return command.run(args) if args else 0


def _parsed(parser: argparse.ArgumentParser, words: Sequence[str]) -> argparse.Namespace | None:
    """The words as arguments, or None where they were answered: --help, --version."""
    try:
        args, unknown = parser.parse_known_intermixed_args(words)
    except SystemExit:
        return None
    if unknown:
        parser.error(f"not understood: {' '.join(unknown)}")
    return args


def _find(name: str) -> Command:
    if name not in COMMANDS:
        import difflib

        near = difflib.get_close_matches(name, COMMANDS, 1)
        hint = f"did you mean {near[0]}?" if near else f"commands: {', '.join(COMMANDS)}"
        raise UnknownName(f"no command {name!r}; {hint}")
    return cast(Command, importlib.import_module(f"quizapp.commands.{name}"))


def _options(words: Sequence[str]) -> int:
    commands = "\n".join(f"  {name:<10} {does}" for name, does in COMMANDS.items())
    parser = Parser(
        prog="quizapp",
        usage="quizapp [COMMAND …]",
        description="Without a command, quizapp opens the app.",
        epilog=f"commands:\n{commands}\n\nquizapp COMMAND --help says more.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"quizapp {__version__}")
    _parsed(parser, words)
    return 0


def _print_what_the_terminal_can() -> None:
    """A sign that an encoding does not have becomes ?, no reason to stop."""
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
