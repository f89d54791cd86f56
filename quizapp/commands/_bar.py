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
    """``with Bar(2000, "variants") as bar: … bar.step()``; ``total`` 0 where it is not known.

    Where stdout is the same terminal there is no bar, unless little is printed there (``quiet``)
    and `clear` is called before it is.
    """

    def __init__(self, total: int, what: str, *, quiet: bool = False) -> None:
        self._total = total
        self._what = what
        self._done = 0
        self._shown = False
        # A clock, not a date: only how long it takes matters here.
        wanted = sys.stderr is not None and sys.stderr.isatty()
        wanted = wanted and (quiet or not sys.stdout.isatty())
        self._next = time.monotonic() + WAIT if wanted else float("inf")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.clear()

    def clear(self) -> None:
        """Take the bar away; the next step shows it again."""
        if self._shown:
            self._shown = False
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
