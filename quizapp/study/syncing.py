"""Asks the disk to keep what was saved, without anyone waiting for it.

A commit hands its pages to the operating system: that survives `kill -9`. A power cut it survives
only after an fsync, which takes a fraction of a millisecond on an idle disk and tens of
milliseconds on a busy one: too long for a screen to stand still at each save.
"""

from __future__ import annotations

import os
import threading
from contextlib import suppress
from pathlib import Path

_TOGETHER_SECONDS = 0.25  # saves of this span are synced together


class Syncing:
    """A thread that syncs the write-ahead log soon after each save."""

    def __init__(self, log: Path) -> None:
        self._log = log
        self._saved = threading.Event()
        self._closed = threading.Event()
        self._thread: threading.Thread | None = None

    def saved(self) -> None:
        """Something was committed; returns at once."""
        self._saved.set()
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="sync", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """End the thread; closing the database syncs what is left."""
        self._closed.set()
        self._saved.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        while not self._closed.is_set():  # closing may come right before `clear`
            self._saved.wait()
            if self._closed.wait(_TOGETHER_SECONDS):
                return
            self._saved.clear()
            sync(self._log)


def sync(path: Path) -> None:
    """fsync a file by its name; a file that is not there has nothing to keep."""
    with suppress(OSError):
        descriptor = os.open(path, os.O_RDWR)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
