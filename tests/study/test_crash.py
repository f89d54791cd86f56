"""kill -9 while a real process saves: every acknowledged save is there afterwards."""

from __future__ import annotations

import random
import signal
import sqlite3
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from quizapp.study.files import NAME
from quizapp.study.progress import Progress
from tests.study import replay

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)

# Types into a sitting as fast as it can, appends an attempt with each save, and says so after.
WRITER = """
import pathlib, sys
from datetime import UTC, datetime
from quizapp.marking.grade import PartGrade
from quizapp.study.progress import Progress

folder, window, start, number = pathlib.Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), 0
progress = Progress.open(folder, now=datetime.now(UTC))
sitting = progress.start_sitting(now=datetime.now(UTC))
print(f"sitting {sitting.id}", flush=True)
for number in range(start, start + 1_000_000):
    text = f"{number} " + "we compare each query with each key " * (number % 200)
    progress.save_sitting(
        sitting.id, now=datetime.now(UTC), window=window, seconds_used=float(number),
        responses={("q13", "b"): (text, len(text)), ("q04", "a"): (str(number), 0)},
    )
    grade = PartGrade(part=str(number), verdict="wrong", points=0, max_points=1)
    progress.record_attempt(window, grade, now=datetime.now(UTC), kind="drill", response=text)
    progress.claim(f"{window}-{number % 7}", True, now=datetime.now(UTC))
    print(number, flush=True)
"""

# Reviews as fast as it can: a drill that rates its template, then a review's attempt and rating;
# every fifth review is taken back and given again. What it is told about is `seconds`.
REVIEWER = """
import pathlib, sys
from datetime import UTC, datetime, timedelta
from quizapp.marking.grade import Grade, PartGrade
from quizapp.study.memory import Rating
from quizapp.study.progress import Progress

folder, window, start = pathlib.Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
progress = Progress.open(folder, now=datetime.now(UTC))
sitting = progress.start_sitting(now=datetime.now(UTC))
progress.rate("warm", Rating.GOOD, suggested=None, model=progress.model(datetime.now(UTC)),
              now=datetime.now(UTC), kind="drill")
print(f"sitting {sitting.id}", flush=True)
for number in range(start, start + 1_000_000):
    now = datetime.now(UTC) + timedelta(days=number % 40)
    parts = tuple(
        PartGrade(part=part, verdict="wrong", points=number % 3, max_points=2) for part in "ab"
    )
    card = f"{window}-{number % 7}"
    grade = Grade(question=f"drill-{card}", parts=parts)
    progress.record_variant(grade, {"a": "x" * number}, now=now, kind="drill", seed=number,
                            first_try=True)
    model = progress.model(now)
    for _ in range(1 + (number % 5 == 0)):
        seen = progress.memory(card)
        progress.rate(card, Rating(1 + number % 4), suggested=Rating.GOOD, model=model, now=now,
                      seconds=number, seen=seen)
        if number % 5 == 0:
            assert progress.undo_rating(now) == card
            assert progress.memory(card) == seen
    if number % 5 == 0:
        progress.rate(card, Rating.EASY, suggested=None, model=model, now=now, seconds=number)
    print(number, flush=True)
"""


class Writer:
    """A process that saves without end, and what it has acknowledged."""

    def __init__(self, folder: Path, window: str, start: int, program: str = WRITER) -> None:
        command = [sys.executable, "-c", program, str(folder), window, str(start)]
        self.window, self.start = window, start
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE)
        assert self.process.stdout is not None
        self.sitting = int(self.process.stdout.readline().split()[1])

    def kill(self) -> int:
        """kill -9; returns the last number that was acknowledged, ``start - 1`` for none."""
        self.process.send_signal(signal.SIGKILL)
        assert self.process.stdout is not None
        said = self.process.stdout.read().decode()
        self.process.stdout.close()
        self.process.wait()
        whole = said[: said.rfind("\n") + 1].split()  # a line may be cut in the middle
        return int(whole[-1]) if whole else self.start - 1


def check(progress: Progress, writer: Writer, last: int) -> None:
    """Everything up to ``last`` is there, and at most the one save that was under way."""
    back = progress.sitting(writer.sitting)
    if last >= writer.start:
        number = int(back.text("q04", "a"))
        assert number in (last, last + 1)
        assert back.seconds_used == number
        text = f"{number} " + "we compare each query with each key " * (number % 200)
        assert back.text("q13", "b") == text  # of one save, never of two
    recorded = {
        int(attempt.grade.part)
        for attempt in progress.attempts_on(writer.window)
        if int(attempt.grade.part) >= writer.start
    }
    assert set(range(writer.start, last + 1)) <= recorded
    assert len(recorded) - (last + 1 - writer.start) in (0, 1)


def kill_and_check(folder: Path, kills: int, seed: int) -> None:
    rng = random.Random(seed)
    start = acknowledged = 0
    for _ in range(kills):
        writer = Writer(folder, "one", start)
        time.sleep(rng.uniform(0, 0.08))
        last = writer.kill()
        acknowledged += last + 1 - start
        db = sqlite3.connect(folder / NAME)
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert db.execute("PRAGMA foreign_key_check").fetchall() == []
        db.close()
        with Progress.open(folder, now=NOW) as progress:
            assert progress.notices == ()
            check(progress, writer, last)
            tallies = progress.attempt_counts().values()
            assert sum(t.attempts for t in tallies) == len(list(progress.attempts()))
        start = last + 2
    assert acknowledged > kills  # it did save something


def test_ten_kills(tmp_path: Path) -> None:
    kill_and_check(tmp_path, kills=10, seed=1)


@pytest.mark.long
def test_two_hundred_kills(tmp_path: Path) -> None:
    kill_and_check(tmp_path, kills=200, seed=2)


# ------------------------------------------------------------------------------- reviews


def check_reviews(progress: Progress, writer: Writer, last: int) -> None:
    """Every acknowledged review is there, each drill with its rating, and memory is theirs."""
    rows = progress.rows(
        "SELECT CAST(seconds AS INTEGER) FROM review WHERE what = 'rated' AND kind = 'review'"
        " AND card LIKE ? AND seconds >= ? AND NOT EXISTS (SELECT 1 FROM review AS undone"
        " WHERE undone.what = 'undone' AND undone.before = review.id)",
        f"{writer.window}-%",
        writer.start,
    )
    numbers = {number for (number,) in rows}
    assert set(range(writer.start, last + 1)) <= numbers <= set(range(writer.start, last + 2))
    drilled = progress.rows(
        "SELECT question, count(*) / 2.0 FROM attempt WHERE kind = 'drill' GROUP BY question"
    )
    rated = progress.rows(
        "SELECT card, count(*) FROM review WHERE kind = 'drill' AND card <> 'warm' GROUP BY card"
    )
    assert drilled == rated
    replay.check(progress)


def kill_reviewers_and_check(folder: Path, kills: int, seed: int) -> None:
    rng = random.Random(seed)
    start = acknowledged = 0
    for _ in range(kills):
        writer = Writer(folder, "one", start, REVIEWER)
        time.sleep(rng.uniform(0, 0.08))
        last = writer.kill()
        acknowledged += last + 1 - start
        with Progress.open(folder, now=NOW) as progress:
            assert progress.notices == ()
            check_reviews(progress, writer, last)
            assert progress.rows("PRAGMA integrity_check") == [("ok",)]
            assert progress.rows("PRAGMA foreign_key_check") == []
        start = last + 2
    assert acknowledged > kills


def test_ten_kills_while_reviewing(tmp_path: Path) -> None:
    kill_reviewers_and_check(tmp_path, kills=10, seed=4)


@pytest.mark.long
def test_two_hundred_kills_while_reviewing(tmp_path: Path) -> None:
    kill_reviewers_and_check(tmp_path, kills=200, seed=5)


def test_two_windows_review_and_one_is_killed(tmp_path: Path) -> None:
    """Both rate at once; the other goes on; both find everything."""
    for start in (0, 10_000):
        first = Writer(tmp_path, "first", start, REVIEWER)
        second = Writer(tmp_path, "second", start, WRITER)
        time.sleep(0.2)
        last_of_first = first.kill()
        time.sleep(0.1)
        assert second.process.poll() is None
        last_of_second = second.kill()
        assert min(last_of_first, last_of_second) > start
        with Progress.open(tmp_path, now=NOW) as progress:
            check(progress, second, last_of_second)
            replay.check(progress)
            assert progress.rows("PRAGMA integrity_check") == [("ok",)]


def test_two_processes_write_and_one_is_killed(tmp_path: Path) -> None:
    """The other one goes on; both find everything."""
    rng = random.Random(3)
    for start in (0, 10_000, 20_000):
        first, second = Writer(tmp_path, "first", start), Writer(tmp_path, "second", start)
        time.sleep(rng.uniform(0.05, 0.15))
        last_of_first = first.kill()
        time.sleep(0.1)
        assert second.process.poll() is None
        last_of_second = second.kill()
        assert last_of_second > start
        with Progress.open(tmp_path, now=NOW) as progress:
            check(progress, first, last_of_first)
            check(progress, second, last_of_second)
            assert progress.rows("PRAGMA integrity_check") == [("ok",)]


def test_six_first_starts_at_once(tmp_path: Path) -> None:
    """All create the same new file; all succeed."""
    program = (
        "import pathlib, sys\n"
        "from datetime import UTC, datetime\n"
        "from quizapp.study.progress import Progress\n"
        "sys.stdin.read()\n"
        "with Progress.open(pathlib.Path(sys.argv[1]), now=datetime.now(UTC)) as progress:\n"
        "    progress.claim(sys.argv[2], True, now=datetime.now(UTC))\n"
        "    print(progress.can_save, progress.notices)\n"
    )
    for attempt in range(3):
        folder = tmp_path / str(attempt)
        starts = [
            subprocess.Popen(
                [sys.executable, "-c", program, str(folder), f"w2-{number}"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            for number in range(6)
        ]
        time.sleep(0.5)  # until all wait on stdin
        for process in starts:
            assert process.stdin is not None
            process.stdin.close()
            process.stdin = None
        assert {process.communicate()[0].strip() for process in starts} == {"True ()"}
        with Progress.open(folder, now=NOW) as progress:
            assert sorted(progress.claims()) == [f"w2-{number}" for number in range(6)]


def test_six_starts_find_the_same_damaged_file(tmp_path: Path) -> None:
    """It is moved once; the new file of the fastest is not mistaken for the damaged one."""
    program = (
        "import pathlib, sys\n"
        "from datetime import UTC, datetime\n"
        "from quizapp.study.progress import Progress\n"
        "sys.stdin.read()\n"
        "with Progress.open(pathlib.Path(sys.argv[1]), now=datetime.now(UTC)) as progress:\n"
        "    progress.claim(sys.argv[2], True, now=datetime.now(UTC))\n"
    )
    (tmp_path / NAME).write_bytes(b"no database" * 1000)
    starts = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(tmp_path), f"w2-{number}"], stdin=subprocess.PIPE
        )
        for number in range(6)
    ]
    time.sleep(0.5)
    for process in starts:
        assert process.stdin is not None
        process.stdin.close()
    assert [process.wait() for process in starts] == [0] * 6
    with Progress.open(tmp_path, now=NOW) as progress:
        assert sorted(progress.claims()) == [f"w2-{number}" for number in range(6)]
    assert [path.read_bytes() for path in (tmp_path / "damaged").iterdir()] == [
        b"no database" * 1000
    ]
