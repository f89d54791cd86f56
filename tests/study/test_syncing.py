"""The disk is asked soon after a save, once for several, and nobody waits."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
import time
from datetime import datetime
from pathlib import Path

import pytest

from quizapp.study.files import NAME
from quizapp.study.progress import Progress
from quizapp.study.syncing import Syncing


@pytest.mark.skipif(shutil.which("strace") is None, reason="needs strace")
def test_saves_are_synced_within_a_second(folder: Path, tmp_path: Path) -> None:
    program = (
        "import pathlib, sys, time\n"
        "from datetime import UTC, datetime\n"
        "from quizapp.study.progress import Progress\n"
        "progress = Progress.open(pathlib.Path(sys.argv[1]), now=datetime.now(UTC))\n"
        "for number in range(20):\n"
        "    progress.claim(f'w2-{number}', True, now=datetime.now(UTC))\n"
        "time.sleep(1)\n"
        "import os; os._exit(0)\n"
    )
    log = tmp_path / "strace"
    command = ["strace", "-f", "-y", "-e", "trace=fsync,fdatasync", "-o", str(log)]
    subprocess.run([*command, sys.executable, "-c", program, str(folder)], check=True)
    synced = [line for line in log.read_text().splitlines() if f"{NAME}-wal>" in line]
    assert 1 <= sum("fsync(" in line for line in synced) <= 4


def test_the_thread_ends_with_the_store(folder: Path, now: datetime) -> None:
    before = threading.active_count()
    with Progress.open(folder, now=now) as progress:
        assert threading.active_count() == before  # reading needs none
        progress.claim("w4-5", True, now=now)
        assert threading.active_count() == before + 1
        time.sleep(0.3)
        progress.claim("w4-6", True, now=now)
    assert threading.active_count() == before


def test_leaving_without_closing_does_not_hang(folder: Path) -> None:
    program = (
        "import pathlib, sys\n"
        "from datetime import UTC, datetime\n"
        "from quizapp.study.progress import Progress\n"
        "progress = Progress.open(pathlib.Path(sys.argv[1]), now=datetime.now(UTC))\n"
        "progress.claim('w2-1', True, now=datetime.now(UTC))\n"
    )
    subprocess.run(
        [sys.executable, "-c", program, str(folder)],
        check=True,
        timeout=20,
        env=os.environ | {"PYTHONWARNINGS": "ignore"},
    )


def test_the_thread_ends_though_it_was_closed_between_two_steps(tmp_path: Path) -> None:
    """Closing right before the thread forgets what was saved: it must not wait for more."""
    syncing = Syncing(tmp_path / "log")

    class ClosedMeanwhile(threading.Event):
        def clear(self) -> None:
            syncing._closed.set()
            self.set()
            super().clear()

    syncing._saved = ClosedMeanwhile()
    syncing.saved()
    assert syncing._thread is not None
    syncing._thread.join(timeout=5)
    assert not syncing._thread.is_alive()
