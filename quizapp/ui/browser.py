"""Opening a link in the system's browser, away from this terminal."""

from __future__ import annotations

import asyncio
import os
import sys
from asyncio.subprocess import DEVNULL

_OPEN = "import sys, webbrowser; sys.exit(not webbrowser.open(sys.argv[1]))"


async def opened(url: str) -> bool:
    """Whether a browser took the link.

    In a process of its own without a terminal: a browser's messages would be painted over the
    screen, and one that runs in a terminal would take it. Without TERM `webbrowser` looks for
    none of those.
    """
    if not url.startswith(("https://", "http://")):
        return False
    surroundings = {name: value for name, value in os.environ.items() if name != "TERM"}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-I", "-c", _OPEN, url),
        stdin=DEVNULL,
        stdout=DEVNULL,
        stderr=DEVNULL,
        env=surroundings,
        start_new_session=True,
    )
    return await process.wait() == 0
