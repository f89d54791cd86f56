"""``quizapp exam``: opens the practice exam, or prints the paper."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from quizapp.errors import QuizappError, UsageError

if TYPE_CHECKING:
    from quizapp.export.paper import Style


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--fresh", type=seed, metavar="SEED", help="fresh numbers: a whole number from 0"
    )
    parser.add_argument("--print", action="store_true", help="print the paper")
    parser.add_argument("--answers", action="store_true", help="print it with its answers")
    parser.add_argument("--format", choices=("text", "markdown"), help="of the printed paper")


def seed(text: str) -> int:
    """A seed from the command line."""
    if not (text.isdecimal() and len(text) < 19):
        raise argparse.ArgumentTypeError(f"a seed is a whole number from 0, not {text!r}")
    return int(text)


def run(args: argparse.Namespace) -> int:
    if args.print:
        print(_paper(args.fresh, answers=args.answers, style=args.format or "text"), end="")
        return 0
    if args.answers or args.format:
        raise UsageError("--answers and --format go with --print. See: quizapp exam --help")
    from quizapp import terminal

    terminal.require()
    from quizapp.ui.app import run

    return run(start="exam", fresh=args.fresh)


def _paper(fresh: int | None, *, answers: bool, style: Style) -> str:
    from quizapp import variants
    from quizapp.content import bank
    from quizapp.export.paper import paper
    from quizapp.solving import here

    library = bank.load()
    if not library.exam.questions:
        raise QuizappError("there is no practice exam to print; quizapp lint says why")
    plans = [
        variants.as_printed(question) if fresh is None else variants.fresh(question, fresh)
        for question in library.exam.questions
    ]
    return paper(library.exam, [here(plan) for plan in plans], answers=answers, style=style)
