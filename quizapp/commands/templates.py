"""``quizapp templates``: what fresh numbers there are."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from quizapp.content import bank
from quizapp.content.model import BEYOND, Template


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="one JSON line for each template")


def run(args: argparse.Namespace) -> int:
    known = bank.templates()
    for problem in known.problems:
        print(f"quizapp: {bank.sentence(problem)}", file=sys.stderr)
    for template in known.templates:
        if args.json:
            print(json.dumps(_record(template), ensure_ascii=False))
        else:
            print(_line(template))
    return 1 if known.problems else 0


def _record(template: Template) -> dict[str, Any]:
    return {
        "id": template.id,
        "week": template.week,
        "concepts": list(template.concepts),
        "solver": template.solver,
        "difficulty": template.difficulty,
        "kinds": [part.kind for part in template.parts],
    }


def _line(template: Template) -> str:
    week = "beyond" if template.week == BEYOND else f"week {template.week}"
    kinds = ", ".join(dict.fromkeys(part.kind for part in template.parts))
    return f"{template.id:<40} {week:<8} difficulty {template.difficulty}  {kinds}"
