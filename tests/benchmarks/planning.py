"""The plan against other ways to spend the same minutes, and how often readiness was right.

`python -m tests.benchmarks.planning [LEARNERS] [PROCESSES]`: 200 simulated learners, as many
processes as there are cores. Every policy has the same learners with the same luck.
"""

from __future__ import annotations

import os
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from statistics import mean, stdev

from tests.simulated_learners import (
    POLICIES,
    SETTINGS,
    Prediction,
    Setting,
    predictions,
    result,
)

Results = dict[Setting, dict[str, list[float]]]


def results_of(seed: int) -> dict[tuple[Setting, str], float]:
    """True expected points on the exam day of one learner, by setting and policy."""
    return {
        (setting, name): result(setting, policy, seed)
        for setting in SETTINGS
        for name, policy in POLICIES.items()
    }


def predictions_of(seed: int) -> list[tuple[Setting, Prediction]]:
    """What readiness told one learner, and what came."""
    return [
        (setting, found) for setting in SETTINGS for found in predictions(setting, seed, every=3)
    ]


def collected(rows: Iterable[dict[tuple[Setting, str], float]]) -> Results:
    found: Results = {}
    for row in rows:
        for (setting, name), points in row.items():
            found.setdefault(setting, {}).setdefault(name, []).append(points)
    return found


def table(found: Results) -> Iterator[str]:
    """Mean points, and what the plan has more, with the standard error of the paired difference."""
    others = [name for name in POLICIES if name != "plan"]
    yield "Points of 98 to expect on the exam day; in brackets what the plan has more"
    yield f"  {'days':>4} {'minutes':>7} {'history':<8} {'plan':>6}" + "".join(
        f"{name:>26}" for name in others
    )
    for setting, by_policy in found.items():
        history = "half" if setting.history else "none"
        cells = [_cell(by_policy["plan"], by_policy[name]) for name in others]
        yield (
            f"  {setting.days:>4} {setting.minutes:>7} {history:<8}"
            f" {mean(by_policy['plan']):>6.1f}" + "".join(cells)
        )


def _cell(plan: list[float], other: list[float]) -> str:
    more, error = paired(plan, other)
    return f"{mean(other):>9.1f} ({more:+5.1f} ± {error:4.2f}) "


def paired(plan: list[float], other: list[float]) -> tuple[float, float]:
    """The mean of the differences and its standard error."""
    differences = [a - b for a, b in zip(plan, other, strict=True)]
    return mean(differences), stdev(differences) / len(differences) ** 0.5


def calibration(found: Iterable[tuple[Setting, Prediction]]) -> Iterator[str]:
    """How often the 80 % interval held the points of an exam, by day and by evidence."""
    groups: dict[str, list[Prediction]] = defaultdict(list)
    for setting, one in found:
        groups["all"].append(one)
        groups[f"history {'half' if setting.history else 'none'}"].append(one)
        groups[f"{_band(one.days, (1, 4, 8, 15, 22, 31))} days before"].append(one)
        groups[f"{_band(one.said.rated, (1, 5, 20, 40, 80, 999))} cards rated"].append(one)
    yield "How often the 80 % interval of readiness held the points of an exam"
    yield f"  {'':<22} {'predictions':>11} {'held':>7} {'width':>6} {'said − came':>12}"
    for name, group in sorted(groups.items(), key=lambda pair: _natural(pair[0])):
        held = mean(one.said.low <= one.sat <= one.said.high for one in group)
        width = mean(one.said.high - one.said.low for one in group)
        off = mean(one.said.points - one.sat for one in group)
        yield f"  {name:<22} {len(group):>11} {held:>6.1%} {width:>6.1f} {off:>+12.1f}"


def _band(value: int, ends: tuple[int, ...]) -> str:
    """ "1 to 3" of the bands that begin at 0 and at each end."""
    begins = (0, *ends)
    for begin, end in zip(begins, ends, strict=False):
        if value < end:
            return f"{begin} to {end - 1}" if end - begin > 1 else f"{begin}"
    return f"{ends[-1]} or more"


def _natural(name: str) -> tuple[str, int]:
    first, _, rest = name.partition(" ")
    return (rest.rpartition(" ")[2], int(first)) if first.isdigit() else (first, 0)


def show(learners: int, processes: int) -> None:
    seeds = range(learners)
    with ProcessPoolExecutor(processes) as pool:
        for line in table(collected(pool.map(results_of, seeds))):
            print(line)
        print()
        told = pool.map(predictions_of, (10_000 + seed for seed in seeds))
        for line in calibration(one for row in told for one in row):
            print(line)


if __name__ == "__main__":
    numbers = [int(word) for word in sys.argv[1:]]
    show(*numbers, *(200, os.cpu_count() or 1)[len(numbers) :])
