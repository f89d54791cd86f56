"""What studying costs as the history grows: 1,000, 30,000 and 1,000,000 attempts, 5,000 cards.

    python -m tests.benchmarks.study_speed [ATTEMPTS…]

Every line is printed for each size; the growth from the first to the last is what to look at: it
stays flat, since what a screen needs is kept in summaries (tally, latest, memory, spent) by the
transaction that appends.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from quizapp.content.bank import load
from quizapp.marking.grade import Grade, PartGrade
from quizapp.study import settings
from quizapp.study.cards import Card, Deck
from quizapp.study.memory import Rating
from quizapp.study.progress import Progress
from quizapp.study.times import micros
from quizapp.study.today import today

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
CARDS, TEMPLATES, DAYS = 5_000, 250, 400
SIZES = (1_000, 30_000, 1_000_000)
SAVES = 1_000  # for the 99th percentile


def fill(progress: Progress, attempts: int) -> None:
    """As many attempts, as many reviews (five thousand at least), spread over the days."""
    rng = random.Random(attempts)
    start, span = micros(NOW - timedelta(days=DAYS)), DAYS * 86_400_000_000
    with progress.writing() as db:
        db.executemany(
            "INSERT INTO attempt VALUES (?, ?, 'drill', ?, ?, ?, '24x24x8', ?, 1, 2, ?, 0, 12.5,"
            ' NULL, \'{"feedback": "Not right."}\')',
            (
                (
                    number + 1,
                    start + number * span // attempts,
                    f"template-{rng.randrange(TEMPLATES)}",
                    rng.choice("ab"),
                    rng.getrandbits(32),
                    rng.choice(["right", "wrong"]),
                    rng.choice(["", "", "conv/no-bias"]),
                )
                for number in range(attempts)
            ),
        )
        db.executemany(
            "INSERT INTO review (id, at, card, what, kind, rating, seconds, state, stability,"
            " difficulty, due, before) VALUES (?, ?, ?, 'rated', 'review', 3, 20, 2, ?, 5, ?, ?)",
            _reviews(rng, max(attempts, CARDS), start, span),
        )


def _reviews(
    rng: random.Random, number: int, start: int, span: int
) -> Iterator[tuple[object, ...]]:
    """Ratings of the cards in turn, each going on from the one before."""
    for index in range(number):
        at = start + index * span // number
        before = index + 1 - CARDS if index >= CARDS else None
        due = at + int(rng.expovariate(1 / 60) * 86_400_000_000)
        yield index + 1, at, f"card-{index % CARDS}", rng.uniform(1, 200), due, before


def best(action: Callable[[], object], times: int = 15) -> float:
    """Milliseconds of the shortest of some runs."""
    shortest = float("inf")
    for _ in range(times):
        begin = time.perf_counter()
        action()
        shortest = min(shortest, time.perf_counter() - begin)
    return shortest * 1000


def percentiles(name: str, action: Callable[[int], object]) -> dict[str, float]:
    """Milliseconds of many runs: the median and the 99th percentile.

    The latter once more as time of the processor: on a busy machine the other is the time that
    was spent waiting for it.
    """
    took, worked = [], []
    for number in range(SAVES):
        begin, begin_work = time.perf_counter(), time.thread_time()
        action(number)
        worked.append((time.thread_time() - begin_work) * 1000)
        took.append((time.perf_counter() - begin) * 1000)
    took.sort()
    worked.sort()
    high = SAVES * 99 // 100
    return {
        name: took[SAVES // 2],
        f"{name}, p99": took[high],
        f"{name}, p99 of work": worked[high],
    }


def measured(folder: Path) -> dict[str, float]:
    """What each thing costs with this history, in milliseconds."""
    lines = {"open the file": best(lambda: Progress.open(folder, now=NOW).close())}
    grade = Grade(
        question="template-3",
        parts=tuple(PartGrade(part=p, verdict="right", points=2, max_points=2) for p in "ab"),
    )
    library, cards = load(cache=folder / "content"), _deck()
    with Progress.open(folder, now=NOW) as progress:
        settings.set_exam_date(progress, "2026-12-04", NOW)
        week = (NOW - timedelta(days=7)).date()
        year = (NOW - timedelta(days=365)).date()
        lines |= {
            "all that Today shows": best(lambda: today(library, cards, progress, now=NOW)),
            "memories": best(progress.memories),
            "due": best(lambda: progress.due(NOW)),
            "due counts, 30 days": best(lambda: progress.due_counts(NOW, 30)),
            "start a review (due, memory, model)": best(lambda: _start(progress)),
            "seconds used today": best(lambda: settings.seconds_used_today(progress, NOW)),
            "activity of a week": best(lambda: progress.activity(week)),
            "activity of a year": best(lambda: progress.activity(year)),
            "histories (retention)": best(progress.histories),
            "first tries (evidence)": best(progress.first_tries),
        }
        model = progress.model(NOW)
        for name, action in {
            "two attempts and their rating": lambda number: progress.record_variant(
                grade, {"a": "1", "b": "2"}, now=NOW, kind="drill", seed=number, seconds=9.0,
                first_try=True,
            ),
            "a review's rating": lambda number: progress.rate(
                f"card-{number}", Rating.GOOD, suggested=Rating.GOOD, model=model, now=NOW,
                seconds=20.0,
            ),
            "undo": lambda _: progress.undo_rating(NOW),
        }.items():  # fmt: skip
            lines |= percentiles(name, action)
    return lines


def _deck() -> Deck:
    """Five thousand cards on the practice exam's points."""
    return Deck(
        cards=tuple(
            Card(
                id=f"card-{number}",
                kind="template",
                title=f"Card {number}",
                week=2 + number % 10,
                concepts=(f"concept-{number % 150}",),
                minutes=2.0,
                points=98 / CARDS,
                shares=((2 + number % 10, 98 / CARDS),),
            )
            for number in range(CARDS)
        ),
        possible=98.0,
    )


def _start(progress: Progress) -> None:
    progress.memory(progress.due(NOW)[0])
    progress.model(NOW)


def main() -> None:
    sizes = [int(size) for size in sys.argv[1:]] or SIZES
    columns: list[dict[str, float]] = []
    for size in sizes:
        with tempfile.TemporaryDirectory() as name:
            begin = time.perf_counter()
            with Progress.open(Path(name), now=NOW) as progress:
                fill(progress, size)
            print(f"{size:,} attempts written in {time.perf_counter() - begin:.0f} s", flush=True)
            columns.append(measured(Path(name)))
    print(f"\n{'milliseconds, attempts:':42}" + "".join(f"{size:>11,}" for size in sizes))
    for line in columns[0]:
        print(f"{line:42}" + "".join(f"{column[line]:11.3f}" for column in columns))


if __name__ == "__main__":
    main()
