"""? : what this screen is for, its keys, the signs in words, and what a box takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen

from quizapp.ui import glyphs
from quizapp.ui.widgets.box_for import Box
from quizapp.ui.widgets.prose import Prose
from quizapp.ui.widgets.rows import Rows

if TYPE_CHECKING:
    from quizapp.ui.screens.page import Page

EXAMPLES = {
    "integer": "1216, 1,216 or (25*3+1)*16",
    "shape": "32x32x16 or (32, 32, 16)",
    "real": "0.7311, 3/4 or 1/(1+exp(-1))",
    "formula": "softmax(Q @ K.T / sqrt(d_k)) @ V, D^-1/2 (A+I) D^-1/2 X W; two formulas: a ; b",
    "vector": "Cell by cell, like 1/3 or -0.5; a pasted 1 2 3 fills the cells from here on",
    "matrix": "Cell by cell, like 1/3 or -0.5; a pasted 1 2; 3 4 fills the rows from here on",
    "choice": "A digit like 2, or ↑ ↓ and Space, chooses one",
    "choices": "Digits like 1 and 3, or ↑ ↓ and Space, choose as many as are right",
    "ordering": "A digit like 2, or Space, gives the next place; Backspace takes the last one back",
    "text": "About 50 words; long answers are read less well by the suggestions",
}

_THEN = "Esc, then a letter, is a key."
ENTER = {
    "text": f"Enter begins a new line. {_THEN}",
    "vector": f"Enter goes to the next row. {_THEN}",
    "matrix": f"Enter goes to the next row. {_THEN}",
    "choice": "Enter hands in.",
    "choices": "Enter hands in.",
    "ordering": "Enter hands in.",
}


class Help(ModalScreen[None]):
    """A panel over the right half; the whole window below 100 columns."""

    DEFAULT_CSS = """
    Help { align: right top; background: $background 40%; }
    Help VerticalScroll {
        width: 100%; height: 1fr; background: $surface; padding: 1 2; border-left: solid $quiet;
    }
    Help.-wide VerticalScroll { width: 60; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,question_mark,f1,enter,q", "dismiss", "Close"),
        Binding("down,j", "scroll(2)"),
        Binding("up,k", "scroll(-2)"),
        Binding("pagedown,space", "scroll(15)"),
        Binding("pageup", "scroll(-15)"),
    ]

    def __init__(self, page: Page) -> None:
        super().__init__()
        self.page = page

    def compose(self) -> ComposeResult:
        with VerticalScroll(can_focus=False):
            yield Prose(self._text())

    def _text(self) -> Content:
        lines: list[Content] = [Content(self.page.ABOUT), Content("")]
        box = self._box
        if box is not None:
            lines += [*self._box_lines(box.kind), Content("")]
        lines.append(Content.styled("Keys", "bold"))
        for key in self.page.all_keys():
            if key.listed:
                chord = (
                    f"  (while typing: {key.chord_name})" if key.chord not in ("", key.key) else ""
                )
                lines.append(
                    Content.assemble((f"{key.name:>8}", "bold $primary"), f"  {key.label}{chord}")
                )
        if isinstance(self.page.focused, Rows):
            lines.append(Content.assemble((f"{'↑↓':>8}", "bold $primary"), "  Move; also j and k"))
        lines.append(
            Content.assemble(("  Ctrl+Q", "bold $primary"), "  Quit at once; everything is saved")
        )
        lines += [Content(""), Content.styled("Signs", "bold")]
        roles = (
            *(glyphs.RIGHT, glyphs.PARTLY, glyphs.WRONG, glyphs.SUGGESTED, glyphs.FLAGGED),
            *(glyphs.FULL, glyphs.SOME, glyphs.EMPTY),
        )
        for role in self.page.SIGNS or roles:
            lines.append(Content.assemble((f"{role.sign:>8}", role.style), f"  {role.word}"))
        lines += [Content(""), Content.styled("Esc closes this.", "$quiet")]
        return Content("\n").join(lines)

    @property
    def _box(self) -> Box | None:
        """The answer box that has the focus, or whose cell has."""
        focused = self.page.focused
        nodes = focused.ancestors_with_self if focused is not None else ()
        return next((node for node in nodes if isinstance(node, Box)), None)

    def _box_lines(self, kind: str) -> list[Content]:
        enter = ENTER.get(kind, f"Enter goes to the next empty box. {_THEN}")
        return [
            Content.styled("This box", "bold"),
            Content(f"{EXAMPLES.get(kind, '')}. {enter}"),
        ]

    def action_scroll(self, rows: int) -> None:
        self.query_one(VerticalScroll).scroll_relative(y=rows, animate=False)
