"""``quizapp progress export|import|backup|path|fit``: the learner's data."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path

from quizapp.errors import UsageError
from quizapp.study.progress import Progress
from quizapp.study.wording import count

_ACTIONS = {
    "export": "writes all of it as JSON lines: sittings, attempts, marks, ratings, settings",
    "import": "adds what an export has and is not here yet; says how much that was",
    "backup": "copies the database and prints where to",
    "path": "prints where the database is",
    "fit": "fits the forgetting curve to your ratings, once there are enough",
}


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    does = "\n".join(f"  {name:<8} {does}" for name, does in _ACTIONS.items())
    parser.epilog = f"actions:\n{does}"
    parser.add_argument("action", choices=_ACTIONS, help="what to do, see below")
    parser.add_argument(
        "file",
        nargs="?",
        metavar="FILE",
        help="of export and import; - is stdout or stdin, which export takes unless told",
    )


def run(args: argparse.Namespace) -> int:
    if args.file is not None and args.action in ("backup", "path", "fit"):
        raise UsageError(f"progress {args.action} takes no file")
    if args.action == "path":
        from quizapp.study import files

        print(files.data_folder() / files.NAME)
        return 0
    now = datetime.now(UTC)
    with Progress.open(now=now) as progress:
        for notice in progress.notices:
            print(f"quizapp: {notice}", file=sys.stderr)
        if args.action == "export":
            _export(progress, args.file or "-", now)
        elif args.action == "import":
            _import(progress, args.file)
        elif args.action == "fit":
            _fit(progress, now)
        else:
            print(progress.backup(now=now))
    return 0


def _export(progress: Progress, file: str, now: datetime) -> None:
    if file == "-":
        progress.export(sys.stdout.buffer, now=now)
        return
    records = progress.export_to(Path(file), now=now)
    print(f"{count(records, 'record')} written to {file}", file=sys.stderr)


def _import(progress: Progress, file: str | None) -> None:
    if file is None:
        raise UsageError("progress import needs a file; - is stdin")
    if file == "-":
        done = progress.import_lines(sys.stdin.buffer)
    else:
        done = progress.import_from(Path(file))
    print(f"{count(done.new, 'record')} new, {done.known:,} known already")


def _fit(progress: Progress, now: datetime) -> None:
    import asyncio

    from quizapp.study.fitting import fit

    print("Fitting the forgetting curve to your ratings …", file=sys.stderr, flush=True)
    print(asyncio.run(fit(progress, now)))
