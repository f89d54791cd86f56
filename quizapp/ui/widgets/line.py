"""One row of text with a left and a right end."""

from __future__ import annotations

from textual.content import Content
from textual.widget import Widget


class Line(Widget):
    """A row: ``left`` is cut where it would touch ``right``. Both are Content, never markup."""

    DEFAULT_CSS = "Line { height: 1; width: 1fr; padding: 0 1; }"

    def __init__(
        self,
        left: Content | str = "",
        right: Content | str = "",
        *,
        id: str | None = None,  # noqa: A002
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self.left, self.right = as_content(left), as_content(right)

    def show(self, left: Content | str | None = None, right: Content | str | None = None) -> None:
        """Replace either end; repaints only when something changed."""
        new_left = self.left if left is None else as_content(left)
        new_right = self.right if right is None else as_content(right)
        if not (new_left.is_same(self.left) and new_right.is_same(self.right)):
            self.left, self.right = new_left, new_right
            self.refresh()

    def render(self) -> Content:
        return spread(self.left, self.right, self.content_size.width)


def spread(left: Content, right: Content, width: int) -> Content:
    """Left and right text at the two ends of a row of this width."""
    room = width - right.cell_length - (1 if right.cell_length else 0)
    if left.cell_length > room:
        left = left.truncate(max(room, 1), ellipsis=True)
    gap = max(width - left.cell_length - right.cell_length, 0)
    return Content.assemble(left, " " * gap, right)


def as_content(text: Content | str) -> Content:
    """Foreign text as it is: no markup is ever read."""
    return text if isinstance(text, Content) else Content(text)
