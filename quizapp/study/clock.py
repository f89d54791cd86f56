"""The clock of a sitting: counts the seconds a learner was there, and notices when not."""

from __future__ import annotations

# A tick comes every second; a gap of this length means that the computer slept.
SLEEP_SECONDS = 30.0


class SittingClock:
    """Active seconds of one sitting.

    It is told two times, since on some systems the monotonic clock stands still while the
    computer sleeps and on others it runs on: ``monotonic`` and ``wall``, both in seconds.
    """

    def __init__(self, *, seconds_used: float, minutes: int | None, interruptions: int = 0) -> None:
        self.seconds_used = seconds_used
        self.interruptions = interruptions
        self.minutes = minutes
        self._last: tuple[float, float] | None = None

    @property
    def running(self) -> bool:
        return self._last is not None

    @property
    def seconds_left(self) -> float | None:
        """Seconds until the time is over, 0 when it is; None without a clock."""
        if self.minutes is None:
            return None
        return max(self.minutes * 60 - self.seconds_used, 0.0)

    def start(self, monotonic: float, wall: float) -> None:
        """Count from here; starting twice changes nothing."""
        if self._last is None:
            self._last = (monotonic, wall)

    def tick(self, monotonic: float, wall: float) -> float:
        """Count what has passed; returns the seconds slept, 0 when none."""
        if self._last is None:
            return 0.0
        passed, by_the_wall = monotonic - self._last[0], wall - self._last[1]
        self._last = (monotonic, wall)
        gap = max(passed, by_the_wall)
        if gap > SLEEP_SECONDS:
            self.interruptions += 1
            return gap
        self.seconds_used += max(passed, 0.0)
        return 0.0

    def stop(self, monotonic: float, wall: float, *, left: bool = True) -> None:
        """Stand still; where the learner ``left``, it is an interruption. Twice counts once."""
        if self._last is not None:
            self.tick(monotonic, wall)
            self._last = None
            self.interruptions += left
