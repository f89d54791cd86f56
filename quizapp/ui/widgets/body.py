"""The room between title and status line."""

from __future__ import annotations

from textual.widget import Widget


class Body(Widget):
    """What stands between title and status line; it scrolls where it is higher than its room."""

    DEFAULT_CSS = "Body { width: 1fr; height: 1fr; layout: vertical; overflow-y: auto; }"
