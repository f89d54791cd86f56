"""What the views of Progress have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

from textual.containers import Vertical

from quizapp.study.overview import Overview
from quizapp.ui.keys import Key
from quizapp.ui.services import Services

if TYPE_CHECKING:
    from quizapp.ui.screens.progress import ProgressPage

NO_COMMAND = "No command asks this: quizapp ask knows practice questions and templates."


class View(Vertical):
    """One way of looking at what was done: a picture, and a table of its numbers behind it."""

    NAME: ClassVar[str] = ""
    LETTERS: ClassVar[frozenset[str]] = frozenset()  # actions of the page that make sense here
    DEFAULT_CSS = "View { height: auto; width: 1fr; display: none; }"
    found: Overview | None = None
    as_table = False

    @property
    def page(self) -> ProgressPage:
        return cast("ProgressPage", self.screen)

    @property
    def services(self) -> Services:
        return self.page.services

    def fill(self, found: Overview) -> None:
        """Show these sums, where the view is on the screen."""
        self.found = found
        self.show_all()

    def show_all(self) -> None:
        """Paint everything again: something was recorded, or the window has another size."""
        raise NotImplementedError

    def title(self) -> tuple[str, str]:
        """Both ends of the title line."""
        return f"Progress · {self.NAME}", ""

    def take_focus(self) -> None:
        """The view comes up."""

    def enter(self) -> Key | None:
        """What Enter does now; None for nothing."""
        return None

    def open(self) -> None:
        """Enter."""

    def command(self) -> str:
        """What c copies."""
        return ""

    def turn(self) -> None:
        """From the picture to the table of its numbers, and back."""
        self.as_table = not self.as_table
        self.show_all()
