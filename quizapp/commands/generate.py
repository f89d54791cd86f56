"""``quizapp generate TEMPLATE…``: fresh variants, as JSON lines or Markdown.

Each variant is written before the next one is made, so memory stays flat whatever the count.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator

from quizapp.commands._bar import Bar
from quizapp.commands._templates import find, fresh_seed
from quizapp.commands.exam import seed
from quizapp.content import bank
from quizapp.content.model import Template
from quizapp.errors import QuizappError, SolverRefused
from quizapp.export.variants import json_line, markdown, record
from quizapp.solving import here
from quizapp.variants import Variant, fresh
from quizapp.variants.choices import offered

MOST = 10_000_000


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "templates", nargs="+", metavar="TEMPLATE", help="ids; quizapp templates lists them"
    )
    parser.add_argument(
        "--count", type=count, default=1, metavar="N", help="variants of each template (1)"
    )
    parser.add_argument(
        "--seed", type=seed, metavar="S", help="of the first variant; the next has S + 1 …"
    )
    parser.add_argument("--format", choices=("jsonl", "markdown"), default="jsonl")
    parser.add_argument(
        "--choices", action="store_true", help="with options to choose from instead of boxes"
    )
    parser.add_argument("--verify", action="store_true", help="run the kernel too: it has to agree")


def count(text: str) -> int:
    """How many variants, from the command line."""
    if not (text.isdecimal() and 1 <= int(text[:9]) <= MOST):
        raise argparse.ArgumentTypeError(f"a count is a whole number from 1, not {text[:40]!r}")
    return int(text)


def run(args: argparse.Namespace) -> int:
    known = bank.templates()
    templates = [find(known, name) for name in args.templates]
    first = fresh_seed() if args.seed is None else args.seed
    seeds = range(first, first + args.count)
    with Bar(len(templates) * args.count, "variants") as bar:
        for number, variant in enumerate(_variants(templates, seeds, args), 1):
            sys.stdout.buffer.write(_written(variant, number, args))
            bar.step()
    sys.stdout.buffer.flush()
    return 0


def _variants(
    templates: list[Template], seeds: range, args: argparse.Namespace
) -> Iterator[Variant]:
    device = "auto" if args.verify else ""
    for template in templates:
        for each in seeds:
            try:
                variant = here(fresh(template, each), device=device)
            except SolverRefused as refused:
                raise QuizappError(f"{template.id}, seed {each}: {refused}") from None
            except ImportError as error:
                raise QuizappError(f"--verify needs torch, which can't be used: {error}") from None
            yield variant


def _written(variant: Variant, number: int, args: argparse.Namespace) -> bytes:
    form = offered(variant) if args.choices else None
    if args.format == "markdown":
        return markdown(variant, number, form).encode(errors="replace")
    return json_line(record(variant, form))
