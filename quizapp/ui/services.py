"""What screens need from the rest of quizapp, opened when it is first used."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from quizapp.content.model import Library, TemplateSet
    from quizapp.solving import SolverEvent, SolverProcess
    from quizapp.study.cards import Deck
    from quizapp.study.progress import Progress


class Services:
    """The library, the progress store and the solver process of one window."""

    def __init__(
        self, *, folder: Path | None = None, clock: Callable[[], datetime] | None = None
    ) -> None:
        self._folder = folder
        self._clock = clock
        self.window = os.urandom(6).hex()
        self.on_solver_event: Callable[[SolverEvent], None] = lambda _: None

    def now(self) -> datetime:
        """The time, in UTC."""
        return self._clock() if self._clock else datetime.now(UTC)

    @cached_property
    def library(self) -> Library:
        from quizapp.content import bank

        return bank.load()

    @cached_property
    def templates(self) -> TemplateSet:
        from quizapp.content import bank

        return bank.templates()

    @cached_property
    def deck(self) -> Deck:
        from quizapp.study.cards import deck

        return deck(self.library, self.templates)

    @cached_property
    def progress(self) -> Progress:
        from quizapp.study.progress import Progress

        return Progress.open(self._folder, now=self.now())

    @property
    def has_progress(self) -> bool:
        """Whether the progress store is open already."""
        return "progress" in self.__dict__

    @cached_property
    def solver(self) -> SolverProcess:
        from quizapp.solving import SolverProcess

        return SolverProcess(on_event=lambda event: self.on_solver_event(event))

    async def close(self) -> None:
        """Stop the solver process and close the progress file, where they were opened."""
        if "solver" in self.__dict__:
            await self.solver.close()
        if self.has_progress:
            self.progress.close()
