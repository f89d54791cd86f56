"""One question with its answer boxes, as it stands in a sitting.

Where every part is one line (numbers, shapes, formulas, choices) all boxes are shown. Where a
part is free text, the parts are listed and one is open at a time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message

from quizapp.content.model import Part, Question
from quizapp.marking import parse
from quizapp.study import wording
from quizapp.ui import glyphs
from quizapp.ui.widgets.box_for import Box, box_for
from quizapp.ui.widgets.boxes import Changed, FormulaBox, LineBox
from quizapp.ui.widgets.frame import Links, link
from quizapp.ui.widgets.grid import GridBox
from quizapp.ui.widgets.options import OptionBox
from quizapp.ui.widgets.prose import Prose
from quizapp.ui.wording import box_extent, extent

Texts = Mapping[str, tuple[str, int]]  # part id -> text and cursor


class PartList(Links):
    """The parts of a question in two columns, the open one marked; a click opens one."""

    DEFAULT_CSS = "PartList { height: auto; width: 1fr; margin: 0 0 1 0; }"

    def __init__(self, question: Question) -> None:
        super().__init__()
        self.question = question
        self.open_part = ""
        self.texts: dict[str, str] = {}

    def show(self, open_part: str, texts: dict[str, str]) -> None:
        self.open_part, self.texts = open_part, texts
        self.refresh()

    def get_content_height(self, *_: object) -> int:
        return (len(self.question.parts) + 1) // 2

    def render(self) -> Content:
        parts = self.question.parts
        half = (len(parts) + 1) // 2
        column = max(self.content_size.width // 2, 20)
        rows = []
        for index in range(half):
            left = self._part(parts[index], column - 2)
            right = self._part(parts[index + half], column) if index + half < len(parts) else ""
            rows.append(Content.assemble(left, right))
        return Content("\n").join(rows)

    def _part(self, part: Part, width: int) -> Content:
        mark = glyphs.HERE if part.id == self.open_part else " "
        head = f"{mark} ({part.id}) {part.title}"
        tail = f" {wording.points_text(part.points):<3} {extent(self.texts.get(part.id, ''))}"
        room = width - 14
        text = head[: room - 1] + "…" if len(head) > room else head.ljust(room)
        style = "bold" if part.id == self.open_part else ""
        return link(
            (text + tail.ljust(14))[:width].ljust(width), f"screen.open_part({part.id!r})", style
        )


class PartView(Vertical):
    """One part: its prompt, points, box and, under a one-line box, how it is read."""

    DEFAULT_CSS = """
    PartView { height: auto; width: 1fr; margin: 0 0 1 0; }
    PartView.-text { height: 1fr; min-height: 8; margin: 0; }
    PartView Horizontal { height: auto; }
    PartView .label { width: auto; }
    PartView .points { width: auto; padding: 0 0 0 2; }
    PartView .bracket { width: 2; }
    PartView .entry { padding: 0 0 0 7; }
    PartView .reading { padding: 0 0 0 7; color: $quiet; min-height: 1; }
    """

    def __init__(self, question: Question, part: Part, prompt: str, box: Box) -> None:
        super().__init__(classes="-text" if part.kind == "text" else "")
        self.question, self.part, self.prompt = question, part, prompt
        self.box = box

    def compose(self) -> ComposeResult:
        if self.prompt or len(self.question.parts) > 1:
            with Horizontal():
                yield Prose(self.label(here=False), classes="label")
                yield Prose(self.prompt or self.part.title)
                yield Prose(Content.styled(self.points_text(), "$quiet"), classes="points")
        if self.part.kind == "text":
            self.box.border_title = Content(self.box_title())
            yield self.box
            return
        bracketed = isinstance(self.box, LineBox | FormulaBox)
        with Horizontal(classes="entry"):
            if bracketed:
                yield Prose("[ ", classes="bracket")
            yield self.box
            if bracketed:
                yield Prose(" ]", classes="bracket")
        yield Prose("", classes="reading")

    def label(self, *, here: bool) -> str:
        """› (b): the part that has the focus carries a mark; a part alone has no label."""
        if len(self.question.parts) == 1:
            return ""
        return f"{glyphs.HERE if here else ' '} ({self.part.id})  "

    def mark_here(self, here: bool) -> None:
        for label in self.query(".label").results(Prose):
            label.say(self.label(here=here))

    def points_text(self) -> str:
        return wording.points_phrase(self.part.points)

    def box_title(self) -> str:
        title = self.part.title or self.question.title
        return title if len(self.question.parts) == 1 else f"({self.part.id}) {title}"

    def on_mount(self) -> None:
        self.read_again()

    def on_changed(self) -> None:
        self.read_again()

    def read_again(self) -> None:
        """Bring the word count or the reading up to date with the text."""
        if self.part.kind == "text":
            self.box.border_subtitle = Content(box_extent(self.box.text, self.part.points))
        else:
            self.query_one(".reading", Prose).say(self.reading())

    def reading(self) -> str:
        """How the response is read, or what may be used while there is none; never a verdict."""
        if isinstance(self.box, OptionBox):
            return ""
        if isinstance(self.box, GridBox):
            cell = parse.read_cell(self.box.focused_text)
            return f"{self.box.place}: {cell}" if cell else ""
        reading = parse.read_as(self.part, self.box.text)
        return f"read as {reading}" if reading else self.names_line()

    def names_line(self) -> str:
        """What may be used in a formula, while nothing can be read."""
        if self.part.formula is None:
            return ""
        return f"names: {', '.join(self.part.formula.names)}"


class QuestionView(Vertical):
    """The question under the title line."""

    DEFAULT_CSS = """
    QuestionView { height: 1fr; width: 1fr; max-width: 84; }
    QuestionView.-lines { height: auto; }
    QuestionView > .prompt { margin: 1 0 1 0; }
    """

    class Opened(Message):
        """Another part was opened."""

        def __init__(self, part: str) -> None:
            super().__init__()
            self.part = part

    def __init__(
        self,
        question: Question,
        prompt: str,
        prompts: Mapping[str, str],
        texts: Texts,
        focus: str,
        shapes: Mapping[str, Sequence[int]] | None = None,
    ) -> None:
        self.one_at_a_time = any(part.kind == "text" for part in question.parts)
        super().__init__(classes="" if self.one_at_a_time else "-lines")
        self.question, self.prompt, self.prompts = question, prompt, prompts
        self.texts = dict(texts)
        self.shapes = shapes or {}  # of the vectors and matrices asked for
        ids = [part.id for part in question.parts]
        self.open_part = focus if focus in ids else self._first_empty()

    def _first_empty(self) -> str:
        for part in self.question.parts:
            if not self.texts.get(part.id, ("", 0))[0].strip():
                return part.id
        return self.question.parts[0].id

    def compose(self) -> ComposeResult:
        yield Prose(self.prompt, classes="prompt")
        if not self.one_at_a_time:
            for part in self.question.parts:
                yield self._view(part)
            return
        if len(self.question.parts) > 1:
            yield PartList(self.question)
        yield self._view(self.question.part(self.open_part))

    def _view(self, part: Part) -> PartView:
        text, cursor = self.texts.get(part.id, ("", 0))
        box = box_for(part, text, cursor, self.shapes.get(part.id, ()))
        return PartView(self.question, part, self.prompts.get(part.id, part.prompt), box)

    def on_mount(self) -> None:
        self.show_parts()

    def view(self, part_id: str) -> PartView | None:
        return next((view for view in self.query(PartView) if view.part.id == part_id), None)

    def focus_open(self) -> None:
        """Put the cursor into the open part's box."""
        view = self.view(self.open_part)
        if view is not None:
            view.box.take_focus()

    async def open(self, part_id: str) -> None:
        """Open a part and put the cursor into its box."""
        self.open_part = part_id
        if self.one_at_a_time and self.view(part_id) is None:
            with self.app.batch_update():
                await self.query(PartView).remove()
                await self.mount(self._view(self.question.part(part_id)))
        self.show_parts()
        self.focus_open()
        self.post_message(self.Opened(part_id))

    async def turn(self, by: int) -> None:
        """Open the next part, or the one before; round at the ends."""
        ids = [part.id for part in self.question.parts]
        await self.open(ids[(ids.index(self.open_part) + by) % len(ids)])

    def next_empty(self) -> str | None:
        """The next part after the open one in which nothing is written; None when there is none."""
        ids = [part.id for part in self.question.parts]
        after = ids[ids.index(self.open_part) + 1 :]
        return next((i for i in after if not self.texts.get(i, ("", 0))[0].strip()), None)

    def on_changed(self, event: Changed) -> None:
        view = self.view(event.part)
        if view is not None:
            self.texts[event.part] = (view.box.text, view.box.cursor)
            self.show_parts()

    def on_descendant_focus(self) -> None:
        for view in self.query(PartView):
            if view.has_focus_within and view.part.id != self.open_part:
                self.open_part = view.part.id
                self.show_parts()
                self.post_message(self.Opened(view.part.id))

    def show_parts(self) -> None:
        for parts in self.query(PartList):
            parts.show(self.open_part, {key: text for key, (text, _) in self.texts.items()})
        for view in self.query(PartView):
            view.mark_here(view.part.id == self.open_part)
