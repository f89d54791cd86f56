"""Foreign text, wrapped, as it was written."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static

from quizapp.ui.widgets.line import as_content


class Prose(Static):
    """A paragraph or more; markup in it is shown, not read."""

    DEFAULT_CSS = "Prose { width: 1fr; height: auto; }"

    def __init__(
        self,
        text: Content | str = "",
        *,
        id: str | None = None,  # noqa: A002
        classes: str | None = None,
    ) -> None:
        super().__init__(as_content(text), id=id, classes=classes)

    def say(self, text: Content | str) -> None:
        self.update(as_content(text))
