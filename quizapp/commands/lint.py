"""``quizapp lint [FOLDER]``: every problem of a question folder."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import msgspec

from quizapp.content import bank
from quizapp.content.model import Problem


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "folder",
        nargs="?",
        type=Path,
        metavar="FOLDER",
        help="a question folder; left out: those that quizapp reads",
    )
    parser.add_argument("--json", action="store_true", help="one JSON line for each problem")


def run(args: argparse.Namespace) -> int:
    from quizapp.content.lint import lint

    folders = bank.folders() if args.folder is None else (args.folder,)
    problems = [problem for folder in folders for problem in lint(folder)]
    for problem in problems:
        print(json.dumps(msgspec.to_builtins(problem)) if args.json else problem)
    if not args.json:
        print(_summary(problems, sum(len(bank.files(folder)) for folder in folders)))
    return 1 if problems else 0


def _summary(problems: list[Problem], files: int) -> str:
    checked = "1 file" if files == 1 else f"{files} files"
    if not problems:
        return f"{checked}, no problems"
    count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
    return f"{count} in {len({problem.file for problem in problems})} of {checked}"
