"""How long calls take, measured in turn so that a busy machine slows all of them alike."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import TypeAlias

Call: TypeAlias = Callable[[], object]

ROUNDS, ROUND_SECONDS = 7, 0.004


def microseconds(calls: Mapping[str, Call]) -> dict[str, float]:
    """For each call the best of some rounds, each of many calls, the rounds taken in turn."""
    repeats = {name: _repeats(call) for name, call in calls.items()}
    best = dict.fromkeys(calls, float("inf"))
    for _ in range(ROUNDS):
        for name, call in calls.items():
            best[name] = min(best[name], _one_round(call, repeats[name]))
    return best


def _repeats(call: Call) -> int:
    """How many calls make a round; the first call only warms caches."""
    call()
    once = _one_round(call, 1) / 1e6
    return max(1, int(ROUND_SECONDS / once))


def _one_round(call: Call, repeats: int) -> float:
    started = time.perf_counter()
    for _ in range(repeats):
        call()
    return (time.perf_counter() - started) / repeats * 1e6
