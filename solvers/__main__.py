"""``python -m solvers NAME name=value …`` one answer; ``python -m solvers serve`` JSON lines."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict

from solvers import find, in_topic, topics
from solvers.contract import Solution, SolverError, Value
from solvers.device import NAMES

_THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


def main(words: Sequence[str] | None = None) -> int:
    """Exit status 0: answered; 1: refused; 2: wrong words."""
    asked = _parser().parse_args(words)
    # On small arrays a second thread only waits for the first; read when numpy is imported.
    os.environ.update(dict.fromkeys(_THREADS, "1"))
    if asked.name == "serve":
        from solvers._serve import serve

        serve(asked.device)
    if not asked.name:
        for topic in topics():
            for solver in in_topic(topic):
                print(solver.id, *solver.inputs.bounds())
        return 0
    try:
        inputs = dict(_input(word) for word in asked.inputs)
        solution = find(asked.name).solve(inputs)
        solution, note = _confirmed(solution, asked.device)
    except (SolverError, ValueError) as problem:
        print(f"solvers: {problem}", file=sys.stderr)
        return 1
    print(json.dumps(asdict(solution), ensure_ascii=False) if asked.json else _text(solution, note))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m solvers", description=__doc__)
    parser.add_argument("name", nargs="?", default="", help="a solver id, or serve; else a list")
    parser.add_argument("inputs", nargs="*", metavar="name=value", help="values as JSON")
    parser.add_argument("--device", choices=("none", *NAMES), default="auto", help="of the kernel")
    parser.add_argument("--json", action="store_true", help="one line of JSON")
    return parser


def _input(word: str) -> tuple[str, Value]:
    name, equals, text = word.partition("=")
    if not equals:
        raise ValueError(f"{word!r} is no input; write name=value")
    try:
        return name, json.loads(text)
    except (ValueError, RecursionError):
        return name, text  # a bare word


def _confirmed(solution: Solution, device: str) -> tuple[Solution, str]:
    """The solution as the kernel confirms it, and how to say so."""
    if device == "none":
        return solution, "by the reference alone"
    try:
        confirmed = find(solution.solver).verify(solution, device)
    except (ImportError, OSError) as missing:
        return solution, f"by the reference alone: {missing}"
    return confirmed, f"reference and kernel agree ({confirmed.device})"


def _text(solution: Solution, note: str) -> str:
    lines = [f"{solution.solver}: {note}", ""]
    lines += [f"{name} = {_value(value)}" for name, value in solution.quantities.items()]
    for name in solution.quantities:
        own = [step for step in solution.steps if step.quantity == name]
        lines += ["", f"{name}, step by step"] if own else []
        lines += [f"  {step.label}: {step.formula} = {_value(step.value)}" for step in own]
    lines += ["", "what else you may get"] if solution.wrong_answers else []
    lines += [
        f"  {wrong.quantity} = {_value(wrong.value)} {wrong.slip} ({wrong.id}). {wrong.correction}"
        for wrong in solution.wrong_answers
    ]
    return "\n".join(lines)


def _value(value: Value) -> str:
    """A value as a person writes it: shapes with ×, tensors in brackets, six digits."""
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, list):
        return "[" + ", ".join(_value(item) for item in value) + "]"
    return str(value)


if __name__ == "__main__":
    sys.exit(main())
