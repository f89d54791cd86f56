"""A progress bar on stderr, for a person who waits; nothing is shown to a pipe or a quick run."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import Self

WAIT = 0.5  # seconds before it appears
EVERY = 0.1  # seconds between two looks
WIDTH = 30


class Bar:
    """``with Bar(2000) as bar: … bar.step()``; ``total`` 0 where it is not known.

    It is for work whose result does not go to the same terminal line by line.
    """

    def __init__(self, total: int, what: str) -> None:
        self._total = total
        self._what = what
        self._done = 0
        self._shown = False
        # A clock, not a date: only how long it takes matters here.
        self._next = time.monotonic() + WAIT if self._wanted() else float("inf")

    @staticmethod
    def _wanted() -> bool:
        return sys.stderr is not None and sys.stderr.isatty() and not sys.stdout.isatty()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._shown:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)

    def step(self) -> None:
        """One more is done."""
        self._done += 1
        if self._next != float("inf") and (now := time.monotonic()) >= self._next:
            self._next = now + EVERY
            self._shown = True
            print(f"\r{self._line()}\x1b[K", end="", file=sys.stderr, flush=True)

    def _line(self) -> str:
        if not self._total:
            return f"{self._done:,} {self._what}"
        filled = WIDTH * self._done // self._total
        bar = "█" * filled + "░" * (WIDTH - filled)
        return f"{bar} {self._done:,} of {self._total:,} {self._what}"
