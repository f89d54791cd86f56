"""``quizapp solvers``: what can be computed."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from typing import Any

from solvers import in_topic, topics
from solvers.contract import Solver


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="one JSON line for each solver")


def run(args: argparse.Namespace) -> int:
    for solver in _all():
        if args.json:
            print(json.dumps(_record(solver), ensure_ascii=False))
        else:
            _print(solver)
    return 0


def _all() -> Iterator[Solver[Any]]:
    for topic in topics():
        yield from in_topic(topic)


def _record(solver: Solver[Any]) -> dict[str, Any]:
    required = solver.inputs.required()
    return {
        "id": solver.id,
        "concepts": list(solver.concepts),
        "inputs": {
            name: {"about": b.about, "allowed": b.allowed, "required": name in required}
            for name, b in solver.inputs.bounds().items()
        },
        "quantities": {
            name: {"kind": q.kind, "about": q.about} for name, q in solver.quantities.items()
        },
        "misconceptions": [misconception.id for misconception in solver.misconceptions],
    }


def _print(solver: Solver[Any]) -> None:
    print(solver.id)
    for name, bounds in solver.inputs.bounds().items():
        needed = "" if name in solver.inputs.required() else ", may be left out"
        print(f"  {name:<16} {bounds.about}: {bounds.allowed}{needed}")
    for name, quantity in solver.quantities.items():
        print(f"  → {name:<14} {quantity.about} ({quantity.kind})")
