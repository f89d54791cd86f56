"""``quizapp lint [FOLDER | FILE]``: every problem of a question folder or of one of its files.

Templates are read and then measured: drawn over many seeds, to see that they make good questions.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

import msgspec

from quizapp.commands._bar import Bar
from quizapp.content import bank
from quizapp.content.model import Problem, Template
from quizapp.content.yaml_source import Source
from quizapp.variants.measuring import Measured

FEW_SEEDS = 200


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "folder",
        nargs="?",
        type=Path,
        metavar="FOLDER",
        help="a question folder, or one file in it; left out: the folders that quizapp reads",
    )
    parser.add_argument(
        "--seeds",
        type=seeds,
        default=FEW_SEEDS,
        metavar="N",
        help=f"measure each template over N seeds ({FEW_SEEDS} unless told; 0: don't)",
    )
    parser.add_argument(
        "--measures", action="store_true", help="what was measured, also where it is good"
    )
    parser.add_argument("--json", action="store_true", help="one JSON line for each problem")


def seeds(text: str) -> int:
    """A number of seeds from the command line."""
    if not (text.isdecimal() and int(text[:7]) <= 100_000):
        raise argparse.ArgumentTypeError(f"a number of seeds is from 0 to 100000, not {text!r}")
    return int(text)


def run(args: argparse.Namespace) -> int:
    folders = bank.folders() if args.folder is None else (args.folder,)
    problems: list[Problem] = []
    files = 0
    for folder in folders:
        found, count = _checked(folder, args)
        problems += found
        files += count
    if not args.json:
        print(_summary(problems, files))
    return 1 if problems else 0


def _checked(folder: Path, args: argparse.Namespace) -> tuple[list[Problem], int]:
    """Print the problems of a folder or file; returns them, and how many files were read."""
    from quizapp.content.lint import folder_of, lint

    only = folder if folder.is_file() else None
    if only is not None:
        folder = folder_of(only)
    problems = lint(folder, only)
    broken = {problem.file for problem in problems}
    problems += _evidence(folder, only, broken)
    for problem in problems:
        _print(problem, args)
    sound = [
        (file.source, index, template)
        for path in bank.template_files(folder)
        if only in (None, path) and bank.shown(path, folder) not in broken and args.seeds
        for file in [bank.read_template_file(path, folder)]
        for index, template in enumerate(file.content or ())
    ]
    with Bar(len(sound), "templates", quiet=True) as bar:
        for source, index, template in sound:
            problems += _measured(source, index, template, args, bar)
            bar.step()
    return problems, 1 if only else len(bank.files(folder)) + len(bank.template_files(folder))


def _evidence(folder: Path, only: Path | None, broken: set[str]) -> list[Problem]:
    """Of the sound files with rubrics: whether the evidence finds its answers and no others."""
    from quizapp.marking.rubric import linting

    read = bank.read_folder(folder)
    problems: list[Problem] = []
    for file in (read.exam, read.interview):
        if file is None or file.content is None or file.source.file in broken:
            continue
        if only is None or file.source.file == bank.shown(only, folder):
            linting.check(file.source, file.content)
            problems += file.source.problems
    return sorted(problems)


def _measured(
    source: Source, index: int, template: Template, args: argparse.Namespace, bar: Bar
) -> list[Problem]:
    from quizapp.variants.measuring import measure, shortcomings

    measured = measure(template, range(args.seeds))
    if args.measures:
        bar.clear()
        print("\n".join(_lines(measured)) if not args.json else _json(measured))
    problems = []
    for key, message in shortcomings(template, measured):
        place = (index, key)
        where = f"[{index}].{key}"
        line = source.line(place)
        problems.append(Problem(source.file, line, where, f"{template.id}: {message}"))
    for problem in problems:
        bar.clear()
        _print(problem, args)
    return problems


def _json(value: object) -> str:
    return json.dumps(msgspec.to_builtins(value), ensure_ascii=False)


def _print(problem: Problem, args: argparse.Namespace) -> None:
    print(_json(problem) if args.json else problem, flush=True)


def _lines(measured: Measured) -> Iterator[str]:
    refused = f"{measured.refused_share:.0%} of {measured.draws} draws refused"
    variants = f"{measured.distinct} variants over {measured.seeds} seeds"
    yield f"{measured.template}: {variants}, {refused}"
    for reason, count in list(measured.reasons.items())[:4]:
        yield f"    {count / measured.draws:7.1%} refused: {reason}"
    for answers in measured.answers:
        spread = f"{answers.distinct} answers"
        if answers.lowest is not None and answers.highest is not None:
            spread += f" from {answers.lowest:.6g} to {answers.highest:.6g}"
        commonest = answers.commonest[:40]
        yield f"    ({answers.part}) {spread}; {answers.share:.1%} are {commonest}"
    for misconception, share in measured.live.items():
        yield f"    {share:7.1%} live: {misconception}"


def _summary(problems: list[Problem], files: int) -> str:
    checked = "1 file" if files == 1 else f"{files} files"
    if not problems:
        return f"{checked}, no problems"
    count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
    return f"{count} in {len({problem.file for problem in problems})} of {checked}"
