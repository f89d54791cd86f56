"""``quizapp solve SOLVER name=value …``: quantities, steps and misconceptions."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

import msgspec

from quizapp.content.model import Given
from quizapp.errors import SolverRefused, UsageError
from quizapp.marking.numbers import shown
from quizapp.solving import Ask, Plan, here
from solvers import find
from solvers.contract import Solution

DEVICES = ("auto", "cpu", "cuda", "mps", "none")
# What a person can put right by typing something else.
_MISTYPED = ("unknown-solver", "bad-input")


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("solver", metavar="SOLVER", help="its id; quizapp solvers lists them")
    parser.add_argument(
        "inputs",
        nargs="*",
        metavar="name=value",
        help="numbers, words, or arrays like [[1,2],[3,4]]",
    )
    parser.add_argument(
        "--device", choices=DEVICES, default="auto", help="of the kernel; none: the reference alone"
    )
    parser.add_argument("--json", action="store_true", help="one JSON line")


def run(args: argparse.Namespace) -> int:
    solution = _solved(args.solver, dict(_input(word) for word in args.inputs), args.device)
    if args.json:
        print(msgspec.json.encode(solution).decode())
    else:
        print("\n".join(_lines(solution)))
    return 0


def _input(word: str) -> tuple[str, Given]:
    name, equals, text = word.partition("=")
    if not name or not equals:
        raise UsageError(f"{word!r} is no input; write name=value")
    try:
        value: Any = json.loads(text)
    except (ValueError, RecursionError):
        return name, text
    try:
        return name, msgspec.convert(value, Given)
    except msgspec.ValidationError:
        raise UsageError(f"{name} has to be a number, a word or an array") from None


def _solved(solver: str, inputs: dict[str, Given], device: str) -> Solution:
    try:
        if device == "none":
            return here(_plan(solver, inputs))
        return here(_plan(solver, inputs), device=device)
    except SolverRefused as refused:
        if refused.kind in _MISTYPED:
            raise UsageError(f"{solver}: {refused}") from None
        raise
    except (ImportError, OSError) as error:
        print(f"quizapp: no kernel, the reference answers alone: {error}", file=sys.stderr)
        return here(_plan(solver, inputs))
    except ValueError as error:  # a device that is not here
        raise UsageError(str(error)) from None


def _plan(solver: str, inputs: dict[str, Given]) -> Plan[Solution]:
    (solution,) = yield (Ask(solver, inputs),)
    return solution


def _lines(solution: Solution) -> list[str]:
    agreed = f"reference and kernel agree ({solution.device})" if solution.device else "reference"
    lines = [f"{solution.solver}: {agreed}"]
    quantities = find(solution.solver).quantities
    for name, value in solution.quantities.items():
        kind = quantities[name].kind
        lines += ["", f"{name} = {shown(value, kind=kind)}"]
        for step in solution.steps:
            if step.quantity == name:
                lines.append(f"  {step.label}: {step.formula} = {shown(step.value, kind=kind)}")
        for wrong in solution.wrong_answers_for(name):
            lines.append(
                f"  {shown(wrong.value, kind=kind)} is what you get {wrong.slip} ({wrong.id})."
            )
            lines.append(f"    {wrong.correction}")
    return lines
