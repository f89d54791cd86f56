"""What stands on every screen: mode names above, status and keys below."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap
from typing import TYPE_CHECKING, NamedTuple, cast

from textual.content import Content
from textual.geometry import Size
from textual.style import Style
from textual.widget import Widget

from quizapp.ui.widgets.line import Line, spread

if TYPE_CHECKING:
    from quizapp.ui.app import QuizApp
    from quizapp.ui.services import Services

# mode, its name in the header, its letter after g
MODES = (
    ("today", "Today", "t"),
    ("weeks", "Weeks", "w"),
    ("exam", "Practice exam", "e"),
    ("drill", "Drill", "d"),
    ("review", "Review", "r"),
    ("progress", "Progress", "p"),
)

_NORMAL = 78  # cells of a row at 80 columns


def link(text: str, action: str, style: str = "") -> Content:
    """Text that runs an action when it is clicked."""
    return Content.styled(text, style).stylize(Style.from_meta({"@click": action}))


class Links(Widget):
    """A widget drawn as text with links in it; they look as they are styled, not underlined."""

    auto_links = False


class ModeBar(Links):
    """The mode names, the current one reversed; a click goes there. Right: the days left.

    Where a row is too short for all, only the current name stands there.
    """

    DEFAULT_CSS = """
    ModeBar { height: 1; width: 1fr; padding: 0 1; background: $panel; }
    """

    def __init__(self, mode: str) -> None:
        super().__init__()
        self.mode = mode
        self.days = ""  # "14 days left"

    def on_mount(self) -> None:
        """The first frame waits for no file, and this opens none."""
        if self._services.has_progress:
            self.show_days()
        else:
            self.set_timer(0.1, self.on_mount)

    @property
    def _services(self) -> Services:
        return cast("QuizApp", self.app).services

    def show_days(self) -> None:
        """Count the days to the exam anew."""
        from quizapp.study import settings

        days = settings.days_left(self._services.progress, self._services.now())
        if days != self.days:
            self.days = days
            self.refresh()

    def render(self) -> Content:
        width, days = self.content_size.width, Content(self.days)
        names = Content("").join(self._entry(mode, name) for mode, name, _ in MODES)
        if width < _NORMAL or names.cell_length + days.cell_length + 1 > width:
            names = next(self._entry(mode, name) for mode, name, _ in MODES if mode == self.mode)
        return spread(names, days, width)

    def _entry(self, mode: str, name: str) -> Content:
        style = "bold reverse" if mode == self.mode else ""
        return link(f" {name} ", f"screen.mode({mode!r})", style)


class StatusLine(Line):
    """Left: one sentence that stays until the next action. Right: whether all is saved.

    A sentence too long for one row takes as many as it needs; none is ever cut.
    """

    DEFAULT_CSS = "StatusLine { height: auto; max-height: 5; }"

    def show(self, left: Content | str | None = None, right: Content | str | None = None) -> None:
        before = len(self._rows(self.content_size.width))
        super().show(left, right)
        if len(self._rows(self.content_size.width)) != before:
            self.refresh(layout=True)

    def _rows(self, width: int) -> list[Content]:
        """The rows above the last one, which holds the end of the sentence and ``right``."""
        taken = self.right.cell_length + 1 if self.right.cell_length else 0
        if not width or self.left.cell_length + taken <= width:
            return [self.left]
        rows = [Content(row) for row in wrap(self.left.plain, width) or [""]]
        return rows if rows[-1].cell_length + taken <= width else [*rows, Content("")]

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002
        return len(self._rows(width))

    def render(self) -> Content:
        width = self.content_size.width
        *rows, last = self._rows(width)
        return Content("\n").join([*rows, spread(last, self.right, width)])

    def say(self, sentence: Content | str = "") -> None:
        self.show(left=sentence)

    def saved(self, sentence: str) -> None:
        self.show(right=Content.styled(sentence, "$quiet"))

    def not_saved(self) -> None:
        self.show(right=Content.styled("not saved", "bold $wrong"))


class Hint(NamedTuple):
    """One entry of the footer."""

    key: str
    label: str
    action: str


class KeyBar(Links):
    """The keys that act now, the primary action first; a click presses the key.

    One widget instead of Textual's Footer and its child per key: it costs a fraction of it at
    the first frame. Where a row is too short, entries are left out from the end, Help last.
    """

    DEFAULT_CSS = "KeyBar { height: 1; width: 1fr; padding: 0 1; background: $panel; }"

    def __init__(self) -> None:
        super().__init__()
        self.hints: Sequence[Hint] = ()

    def show(self, hints: Sequence[Hint]) -> None:
        if list(hints) != list(self.hints):
            self.hints = tuple(hints)
            self.refresh()

    def render(self) -> Content:
        width, hints = self.content_size.width, list(self.hints)
        row = self._row(hints)
        while row.cell_length > width and len(hints) > 1:
            hints.remove(next(h for h in reversed(hints) if h.label != "Help" or h is hints[0]))
            row = self._row(hints)
        return spread(row, Content(""), width)

    def _row(self, hints: Sequence[Hint]) -> Content:
        return Content("  ").join(self._entry(hint) for hint in hints)

    def _entry(self, hint: Hint) -> Content:
        text = Content.assemble((hint.key, "bold $primary"), " ", hint.label)
        return text.stylize(Style.from_meta({"@click": hint.action}))
