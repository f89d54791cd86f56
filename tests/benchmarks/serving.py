"""`python -m solvers serve`: the first answer after its start, and a small request once warm."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from typing import Any, NamedTuple

FIRST_GOAL, WARM_GOAL = 150.0, 1.0  # milliseconds
STARTS, REQUESTS = 7, 500
FLOOR = "import sys, numpy; sys.stdout.write(sys.stdin.readline())"
REQUEST = (
    json.dumps(
        {
            "id": 1,
            "asks": [
                {
                    "solver": "convolution.layer",
                    "inputs": {"height": 28, "channels": 3, "filters": 8, "kernel": 5},
                }
            ],
        }
    ).encode()
    + b"\n"
)


class Served(NamedTuple):
    """Of one start, in milliseconds."""

    first: float
    torch: float  # until the kernels are ready
    warm: float  # median of the requests after that, each confirmed by its kernel


def start() -> Served:
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "solvers", "serve", "--device", "cpu"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdin
    assert process.stdout
    process.stdin.write(REQUEST)
    process.stdin.flush()
    _until(process.stdout, "answers")
    first = time.perf_counter()
    while _until(process.stdout, "event")["event"] != "torch":
        pass
    ready = time.perf_counter()
    took = []
    for _ in range(REQUESTS):
        asked = time.perf_counter()
        process.stdin.write(REQUEST)
        process.stdin.flush()
        process.stdout.readline()
        took.append(time.perf_counter() - asked)
    process.stdin.close()
    process.wait()
    process.stdout.close()
    return Served((first - began) * 1e3, (ready - began) * 1e3, statistics.median(took) * 1e3)


def _until(lines: Any, key: str) -> dict[str, Any]:
    while key not in (message := json.loads(lines.readline())):
        pass
    return dict(message)


def floor() -> float:
    """Python with numpy, which echoes one line: what no first answer can be faster than."""
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", FLOOR], input=REQUEST, check=True, capture_output=True)
    return (time.perf_counter() - began) * 1e3


def show() -> None:
    print("\nThe served process, milliseconds, best of", STARTS, "starts in turn\n")
    measured = [(start(), floor()) for _ in range(STARTS + 1)][1:]  # the first warms the caches
    first, ready, warm = (min(values) for values in zip(*(s for s, _ in measured), strict=True))
    least = min(f for _, f in measured)
    rows = [("first answer", first, FIRST_GOAL), ("a small request once warm", warm, WARM_GOAL)]
    for name, took, goal in rows:
        print(f"{name:<28}{took:9.2f}   goal {goal:g}{' *' if took > goal else ''}")
    print(f"{'python and numpy alone':<28}{least:9.2f}   ratio {first / least:.2f}")
    print(f"{'kernels ready':<28}{ready:9.2f}")
