"""``quizapp schema [KIND]``: the JSON Schema of the question files."""

from __future__ import annotations

import argparse
import json

from quizapp.content.schema import KINDS, schema


def arguments(parser: argparse.ArgumentParser) -> None:
    kinds = ", ".join(KINDS)
    parser.add_argument("kind", nargs="?", default="", help=f"{kinds}; left out: any of them")


def run(args: argparse.Namespace) -> int:
    print(json.dumps(schema(args.kind), indent=2, ensure_ascii=False))
    return 0
