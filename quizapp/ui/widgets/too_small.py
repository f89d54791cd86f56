"""Covers the window while it is too small to work in; what is below stays as it is."""

from __future__ import annotations

from textual.geometry import Size
from textual.widgets import Static

from quizapp.ui.widgets.line import as_content
from quizapp.ui.wording import too_small


class TooSmall(Static):
    """One sentence over everything."""

    DEFAULT_CSS = """
    TooSmall { layer: above; width: 100%; height: 100%; background: $background; padding: 1 2; }
    """

    def __init__(self, size: Size) -> None:
        super().__init__(as_content(too_small(*size)))
