"""What the start and a save cost, and that they cost the same with more of a history.

Measured as time of the processor, which a busy machine changes little; the numbers are printed.
"""

from __future__ import annotations

import random
import re
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from quizapp.content.model import Library, TemplateSet
from quizapp.marking.grade import PartGrade
from quizapp.study import evidence, history
from quizapp.study.cards import deck
from quizapp.study.files import NAME
from quizapp.study.memory import Rating
from quizapp.study.overview import overview
from quizapp.study.progress import Progress
from quizapp.study.times import micros
from quizapp.study.today import today


def fill(folder: Path, library: Library, now: datetime, attempts: int) -> None:
    """A history with as many attempts on 500 parts, six sittings and some claims."""
    rng = random.Random(1)
    with Progress.open(folder, now=now) as progress:
        for _ in range(6):
            sitting = progress.start_sitting(now=now)
            progress.save_sitting(sitting.id, now=now, window="w", responses={
                (q.id, p.id): ("x" * 400, 0) for q in library.exam.questions for p in q.parts
            })  # fmt: skip
            if sitting.id != progress.sittings()[-1].id:
                progress.finish_sitting(sitting.id, now=now, exam=library.exam)
        for week in range(2, 12):
            progress.claim(f"w{week}-1", True, now=now)
        start = micros(now - timedelta(days=365))
        step = 365 * 86_400_000_000 // attempts
        rows = [
            (number + 1, start + number * step, f"template-{rng.randrange(250)}",
             rng.choice("ab"), rng.choice(["", "", "conv/no-bias"]))
            for number in range(attempts)
        ]  # fmt: skip
        with progress.writing() as db:
            db.executemany(
                "INSERT INTO attempt VALUES (?, ?, 'drill', ?, ?, 7, '24x24x8', 'wrong', 0, 2, ?,"
                ' 0, 12.5, NULL, \'{"feedback": "Not right."}\')',
                rows,
            )


def best(action: Callable[[], object], times: int = 7) -> float:
    """The shortest of several runs, in milliseconds: what it costs when nobody disturbs."""
    return min(cost(action) for _ in range(times))


def cost(action: Callable[[], object]) -> float:
    begin = time.thread_time()
    action()
    return (time.thread_time() - begin) * 1000


def start(folder: Path, library: Library, now: datetime) -> None:
    with Progress.open(folder, now=now) as progress:
        today(library, deck(library, TemplateSet(())), progress, now=now)


def save_times(progress: Progress, now: datetime, number: int) -> list[float]:
    """Milliseconds of each save of a 2,000 character response, sorted."""
    sitting = progress.start_sitting(now=now)

    def save(index: int) -> None:
        progress.save_sitting(
            sitting.id, now=now, window="w", seconds_used=float(index),
            responses={("q13", "b"): (f"{index} " * 500, 0)},
        )  # fmt: skip

    return sorted(cost(partial(save, index)) for index in range(number))


def record_times(progress: Progress, now: datetime, number: int) -> list[float]:
    grade = PartGrade(part="a", verdict="right", points=2, max_points=2, feedback="Right.")

    def record() -> None:
        progress.record_attempt("template-3", grade, now=now, kind="drill", response="24x24x8")

    return sorted(cost(record) for _ in range(number))


def test_start_and_save_cost_the_same_with_ten_times_the_attempts(
    tmp_path: Path, library: Library, now: datetime, capsys: pytest.CaptureFixture[str]
) -> None:
    costs = []
    for attempts in (1_000, 10_000):
        folder = tmp_path / str(attempts)
        fill(folder, library, now, attempts)
        opened = best(partial(start, folder, library, now))
        with Progress.open(folder, now=now) as progress:
            saves = save_times(progress, now, 300)
            records = record_times(progress, now, 300)
        costs.append((opened, saves[150], records[150]))
        with capsys.disabled():
            print(
                f"\n  {attempts:,} attempts: open and Today {opened:.1f} ms;"
                f" a save {saves[150]:.2f} ms, an attempt {records[150]:.2f}",
                end="",
            )
    for few, many in zip(*costs, strict=True):
        assert many < 2 * few + 0.2


@pytest.mark.long
def test_a_million_attempts(
    folder: Path, library: Library, now: datetime, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(folder, library, now, 1_000_000)
    opened = best(partial(start, folder, library, now))
    with Progress.open(folder, now=now) as progress:
        seen = best(lambda: overview(library, TemplateSet(()), progress, now=now))
        records = record_times(progress, now, 1000)
    size = (folder / NAME).stat().st_size / 2**20
    with capsys.disabled():
        print(
            f"\n  1,000,000 attempts ({size:.0f} MiB): open and Today {opened:.1f} ms; Progress"
            f" {seen:.1f} ms; an attempt {records[500]:.2f} ms, p99 {records[990]:.2f}"
        )
    assert opened < 50
    assert records[500] < 5


def test_no_query_of_a_screen_reads_the_whole_history(
    progress: Progress, library: Library, now: datetime
) -> None:
    """What is asked of the database, as it is asked: through an index, or of a summary."""
    progress.rate("q01", Rating.GOOD, suggested=None, model=progress.model(now), now=now)
    asked: list[str] = []
    with progress.writing() as db:
        db.set_trace_callback(asked.append)
    none = TemplateSet(())
    today(library, deck(library, none), progress, now=now)
    overview(library, none, progress, now=now)
    evidence.weeks(library, none, progress, now=now)
    history.look(progress, history.search("week 4 wrong", library, none))
    progress.attempts_on("q01", limit=20)
    progress.due(now)
    progress.undo_rating(now)
    progress.rate("q01", Rating.GOOD, suggested=None, model=progress.model(now), now=now)
    db.set_trace_callback(None)
    queries = {sql for sql in asked if sql.lstrip().startswith(("SELECT", "WITH"))}
    assert len(queries) > 15
    for query in queries:
        plan = [row[3] for row in progress.rows(f"EXPLAIN QUERY PLAN {query}")]
        scanned = any(re.match(r"SCAN (attempt|review|response)\b", step) for step in plan)
        only_its_end = "ORDER BY id DESC LIMIT" in query and "USE TEMP B-TREE" not in str(plan)
        assert not scanned or only_its_end, query


def test_the_start_imports_no_more_than_it_needs() -> None:
    program = (
        "import sys\n"
        "import quizapp.study.today\n"
        "for name in ('numpy', 'torch', 'textual', 'platformdirs', 'json', 'hashlib',\n"
        "             'quizapp.study.records', 'quizapp.study.importing', 'importlib.metadata'):\n"
        "    assert name not in sys.modules, name\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_sqlite_is_new_enough() -> None:
    assert sqlite3.sqlite_version_info >= (3, 24)  # upsert
