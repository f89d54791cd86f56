"""Short labels with a text each: the texts start in one column and wrap below themselves."""

from __future__ import annotations

from collections.abc import Iterable

from textual.containers import Horizontal, Vertical
from textual.content import Content

from quizapp.ui.widgets.prose import Prose


class Pairs(Vertical):
    """Label and text, label and text; a pair without a text is left out."""

    DEFAULT_CSS = """
    Pairs { height: auto; }
    Pairs Horizontal { height: auto; }
    Pairs .label { text-style: bold; margin: 0 2 0 0; }
    """

    def show(self, pairs: Iterable[tuple[str, Content | str]]) -> None:
        """Replace what is shown."""
        shown = [(label, text) for label, text in pairs if text]
        width = max((len(label) for label, _ in shown), default=0)
        self.remove_children()
        self.mount(*(self._pair(label, text, width) for label, text in shown))

    def _pair(self, label: str, text: Content | str, width: int) -> Horizontal:
        name = Prose(label, classes="label")
        name.styles.width = width
        return Horizontal(name, Prose(text))
