"""What `quizapp doctor` says, without leaving the app."""

from __future__ import annotations

import asyncio
import sys
from typing import ClassVar

from textual import work
from textual.app import ComposeResult

from quizapp.ui.keys import SCROLLING, Key
from quizapp.ui.screens.page import Page
from quizapp.ui.widgets.prose import Prose


class DoctorPage(Page):
    """Runs in a process of its own, since this one never imports numpy or torch."""

    ABOUT = "Versions, devices, whether reference and kernels agree, and the state of your data."
    KEYS: ClassVar[tuple[Key, ...]] = (
        Key("enter", "out", "Back"),
        *SCROLLING,
    )

    def content(self) -> ComposeResult:
        yield Prose("Looking at this machine …", id="findings")

    def on_mount(self) -> None:
        self.title_line("Doctor")
        self.examine()

    @work(exclusive=True, group="doctor")
    async def examine(self) -> None:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "quizapp", "doctor"),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        try:
            out, _ = await process.communicate()
        finally:
            if process.returncode is None:
                process.kill()
        self.query_one("#findings", Prose).say(out.decode(errors="replace"))
