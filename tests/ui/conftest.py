"""A student at the keyboard: in the app's own test window, and in a real pseudo-terminal."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import pyte
import pytest
from textual.events import Key, Paste
from textual.keys import _character_to_key
from textual.pilot import Pilot

from quizapp.solving import SolverEvent, SolverProcess
from quizapp.study.progress import Progress
from quizapp.ui.app import QuizApp
from quizapp.ui.screens.sitting import SittingPage
from quizapp.ui.services import Services
from quizapp.ui.widgets.frame import StatusLine

LOOKS = Path(__file__).parent / "looks"
PATIENCE = 15.0  # seconds; two cores are shared by much else


class Student:
    """Presses keys and clicks on words, and reads what stands on the screen."""

    def __init__(self, app: QuizApp, pilot: Pilot[Any]) -> None:
        self.app, self.pilot = app, pilot
        self._painted: list[str] = []

    # ------------------------------------------------------------------------ doing

    async def press(self, *keys: str) -> None:
        for key in keys:
            await self.pilot.press(key)

    async def write(self, text: str) -> None:
        """Type the text into the box that has the focus."""
        for character in text:
            self.app.post_message(Key(_character_to_key(character), character))
        await self.pilot.pause()
        await self.pilot.pause()

    async def esc_then(self, letter: str) -> None:
        """Esc and a letter typed so fast that the terminal reports them as one key."""
        self.app.post_message(Key(f"alt+{letter}", letter))
        await self.pilot.pause()
        await self.pilot.pause()

    async def paste(self, text: str) -> None:
        target = self.app.focused or self.app.screen
        target.post_message(Paste(text))
        await self.pilot.pause()

    async def click(self, words: str, *, row: int | None = None) -> None:
        """Click on the first place where the words stand."""
        await self.sees(words)
        for y, line in enumerate(self.rows):
            if words in line and row in (None, y):
                await self.pilot.click(offset=(line.index(words) + len(words) // 2, y))
                await self.pilot.pause()
                return
        raise AssertionError(f"{words!r} is not on the screen:\n{self.text}")

    async def begin(self) -> None:
        """Start a sitting from any screen."""
        await self.press("g", "e")
        await self.sees("New sitting")
        await self.press("enter")
        await self.sees("Question 1 of 20")

    async def question(self, number: int) -> None:
        """Go to a question of the sitting; its first empty box has the focus."""
        await self.sitting.go_to_question(f"q{number:02}")
        await self.sees(f"Question {number} of 20")

    # ---------------------------------------------------------------------- reading

    @property
    def rows(self) -> list[str]:
        # A box that is being taken away can't be drawn any more; the app paints nothing then.
        with suppress(KeyError):
            strips = self.app.screen._compositor.render_strips()
            self._painted = ["".join(segment.text for segment in strip) for strip in strips]
        return self._painted

    @property
    def text(self) -> str:
        return "\n".join(line.rstrip() for line in self.rows)

    @property
    def said(self) -> str:
        """The words on the screen, wherever the rows end."""
        return " ".join(self.text.split())

    @property
    def title(self) -> str:
        return self.rows[1].strip()

    @property
    def status(self) -> str:
        """Both ends of the status line, which may take several rows."""
        line = self.app.screen.query_one("#status", StatusLine)
        return f"{line.left.plain} {line.right.plain}".strip()

    @property
    def footer(self) -> str:
        return self.rows[-1].strip()

    @property
    def sitting(self) -> SittingPage:
        screen = self.app.screen
        assert isinstance(screen, SittingPage)
        return screen

    @property
    def box(self) -> str:
        """The text of the box that has the focus."""
        text = getattr(self.app.focused, "text", None)
        assert isinstance(text, str), f"no box has the focus, but {self.app.focused}"
        return text

    async def until(self, condition: Callable[[], bool], seconds: float = PATIENCE) -> None:
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, f"did not happen:\n{self.text}"
            await self.pilot.pause(0.02)

    async def looks_as(self, name: str, seconds: float = 3.0) -> None:
        """Wait until the screen is as it was kept; RENEW_LOOKS=1 keeps it as it is now."""
        width, height = self.app.size
        path = LOOKS / f"{name}-{width}x{height}.txt"
        if os.environ.get("RENEW_LOOKS"):
            await self.pilot.pause(0.5)
            path.write_text(f"{self.text.rstrip()}\n", encoding="utf-8")
        kept, end = path.read_text(encoding="utf-8"), time.monotonic() + seconds
        while f"{self.text.rstrip()}\n" != kept and time.monotonic() < end:
            await self.pilot.pause(0.02)
        assert f"{self.text.rstrip()}\n" == kept

    async def sees(self, words: str, seconds: float = PATIENCE) -> None:
        """Wait until the words stand on the screen."""
        await self.pilot.pause()
        end = time.monotonic() + seconds
        while words not in self.text and words not in self.said:
            assert time.monotonic() < end, f"{words!r} did not appear:\n{self.text}"
            await self.pilot.pause(0.02)


class ByTheReference(Services):
    """Solves without kernels: importing torch takes longer than most of these tests."""

    @cached_property
    def solver(self) -> SolverProcess:
        return SolverProcess(device="none", on_event=self._tell)

    def _tell(self, event: SolverEvent) -> None:
        if event.kind != "torch-missing":
            self.on_solver_event(event)


Open = Callable[..., AbstractAsyncContextManager[Student]]


@pytest.fixture
def open_app(data_folder: Path) -> Open:
    """Opens the app on this test's own data: ``async with open_app() as student``."""

    @asynccontextmanager
    async def opened(
        size: tuple[int, int] = (80, 24),
        *,
        start: str = "today",
        fresh: int | None = None,
        services: Services | None = None,
    ) -> AsyncIterator[Student]:
        own = services or ByTheReference(folder=data_folder)
        app = QuizApp(own, start=start, fresh=fresh)
        async with app.run_test(size=size) as pilot:
            await pilot.pause()
            yield Student(app, pilot)

    return opened


@pytest.fixture
def saved(data_folder: Path) -> Iterator[Callable[[], Progress]]:
    """A second connection to the progress file: what is durable, not what is in memory."""
    opened: list[Progress] = []

    def connect() -> Progress:
        if not opened:
            opened.append(Progress.open(data_folder, now=datetime.now(UTC)))
        return opened[0]

    yield connect
    for progress in opened:
        progress.close()


# ----------------------------------------------------------------- a real pseudo-terminal


class Window:
    """quizapp as a process of its own in a pseudo-terminal, its screen read by an emulator."""

    def __init__(self, command: list[str], env: dict[str, str], columns: int, lines: int) -> None:
        self.screen = pyte.Screen(columns, lines)
        self._stream = pyte.ByteStream(self.screen)
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
        self.process = subprocess.Popen(
            command, stdin=slave, stdout=slave, stderr=slave, env=env, start_new_session=True
        )
        os.close(slave)
        self.said = b""

    def read(self, seconds: float = 0.05) -> None:
        """Feed what the program has written to the emulator."""
        while select.select([self._master], [], [], seconds)[0]:
            try:
                data = os.read(self._master, 65536)
            except OSError:  # the other end is closed
                return
            if not data:
                return
            self.said += data
            self._stream.feed(data)
            seconds = 0.0

    @property
    def text(self) -> str:
        return "\n".join(line.rstrip() for line in self.screen.display)

    def sees(self, words: str, seconds: float = PATIENCE) -> None:
        end = time.monotonic() + seconds
        while words not in self.text:
            assert time.monotonic() < end, f"{words!r} did not appear:\n{self.text}"
            self.read()

    def type(self, text: str) -> None:
        os.write(self._master, text.encode())
        self.read()

    def wait(self, seconds: float = PATIENCE) -> int:
        """Read until the process has ended; returns its exit status."""
        end = time.monotonic() + seconds
        while self.process.poll() is None:
            assert time.monotonic() < end, f"still running:\n{self.text}"
            self.read()
        self.read()
        return self.process.returncode

    def close(self) -> None:
        if self.process.poll() is None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        os.close(self._master)


OpenWindow = Callable[..., Window]


@pytest.fixture
def open_window(data_folder: Path) -> Iterator[OpenWindow]:
    """Starts ``quizapp WORDS`` in a pseudo-terminal; it is ended with the test."""
    windows: list[Window] = []

    def start(
        *words: str, columns: int = 80, lines: int = 24, code: str = "", **env: str
    ) -> Window:
        command = [sys.executable, *(["-c", code] if code else ["-m", "quizapp"]), *words]
        given = {
            **os.environ,
            "QUIZAPP_DATA_DIR": str(data_folder),
            "TERM": "xterm-256color",
            "COLORTERM": "truecolor",
            **env,
        }
        window = Window(command, given, columns, lines)
        windows.append(window)
        return window

    yield start
    for window in windows:
        window.close()
