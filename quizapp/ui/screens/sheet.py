"""The sheet on which the learner marks a text part: response, criteria, model answer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content

from quizapp.content.model import Part
from quizapp.marking.rubric import Suggestion, suggest
from quizapp.marking.sheet import MarkingSheet, SheetLine
from quizapp.study import wording
from quizapp.ui import glyphs
from quizapp.ui import wording as phrases
from quizapp.ui.keys import Key, digits
from quizapp.ui.screens.page import Page
from quizapp.ui.widgets.line import Line
from quizapp.ui.widgets.prose import Prose
from quizapp.ui.widgets.rows import Row, Rows, ScrollingRows

_RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹"


class SheetPage(Page):
    """One text part: the app suggests, the learner decides each criterion by a key.

    A subclass shows parts with `show_part`, and gives `save` and `confirmed`.
    """

    ABOUT = (
        "You mark your own free text, criterion by criterion, beside the model answer. The app "
        "looks for words and suggests: on 152 answers that other people wrote and marked it agreed "
        "on 89 of 100 criteria, but on 55 where everyday words stood for the terms. So a flagged "
        "criterion waits for you, and your decision always stands."
    )
    AUTO_FOCUS = "Rows"
    DEFAULT_CSS = """
    SheetPage #pair { height: auto; layout: vertical; }
    SheetPage #model { display: none; margin: 1 0 0 0; height: auto; }
    SheetPage.-model #model { display: block; }
    SheetPage.-wide #pair { layout: horizontal; }
    SheetPage.-wide #model {
        display: block; width: 42; margin: 0 0 0 2; padding: 0 0 0 1; border-left: solid $panel;
    }
    SheetPage #mine { height: auto; width: 1fr; }
    SheetPage #response { margin: 0 0 1 2; }
    SheetPage #reason { margin: 1 0 0 0; }
    """
    KEYS: ClassVar[tuple[Key, ...]] = (
        Key("enter", "confirm", "Confirm"),
        *digits("press", "Points"),
        Key("0", "none", "None"),
        Key("right", "more", "½ point", shown="←→"),
        Key("left", "less", "½ point less", footer=False, shown="←"),
        Key("m", "model", "Model answer"),
        Key("u", "undo", "Undo"),
        Key("down,j", "scroll(2)", "Scroll", footer=False, shown="↓"),
        Key("up,k", "scroll(-2)", "Scroll up", footer=False, shown="↑"),
    )

    def __init__(self) -> None:
        super().__init__()
        self.sheet: MarkingSheet | None = None
        self.response = ""

    def content(self) -> ComposeResult:
        with Vertical(id="pair"):
            with Vertical(id="mine"):
                yield Line("Your response", id="mine-head")
                yield Prose(id="response")
                yield ScrollingRows()
                yield Prose(id="reason")
            yield Prose(id="model")

    def save(self, indexes: Iterable[int]) -> bool:
        """Keep these decisions; False where that can't be done."""
        raise NotImplementedError

    def confirmed(self) -> None:
        """Every criterion is decided and saved."""
        raise NotImplementedError

    # ---------------------------------------------------------------------- what is shown

    def show_response(
        self, part: Part, response: str, asked: str, decided: dict[str, float] | None = None
    ) -> None:
        """Begin a part: its response, the suggestions, and what was decided before."""
        self.response = response
        self.sheet = MarkingSheet(part, suggest(response, part.rubric, asked), decided)
        self.query_one("#mine-head", Line).show(right=phrases.extent(response))
        model = Content.assemble(("Model answer", "bold"), "\n", part.model_answer)
        self.query_one("#model", Prose).say(model)
        self.status.say("")
        rows = self.query_one(Rows)
        rows.set_rows([])
        self.show_sheet()
        rows.action_move(-99)
        if self.sheet.open_lines:
            rows.go_to(self.sheet.open_lines[0])
        self.query_one("#content").scroll_home(animate=False)

    def show_sheet(self) -> None:
        """Bring response, criteria and sums up to date with the sheet."""
        sheet = self.sheet
        if sheet is None:
            return
        self.query_one("#response", Prose).say(highlighted(self.response, sheet))
        head = Row(
            Content.styled("criterion", "$quiet"),
            Content.styled(_columns("suggested", "points"), "$quiet"),
        )
        self.query_one(Rows).set_rows(
            [head, *[_row(i, line) for i, line in enumerate(sheet.lines)]]
        )
        self.show_reason()
        self.refresh_keys()
        text = wording.points_text
        total = f"{text(sheet.points)} of {text(sheet.part.points)}"
        if sheet.open_lines:
            still_open = f"{text(sheet.open_points)} open, of {text(sheet.part.points)}"
            total = f"{text(sheet.points)} and {still_open}"
        self.status.show(right=total)

    @on(Rows.Moved)
    def show_reason(self) -> None:
        """Below the list: the focused criterion in full, and why it is flagged."""
        if self.sheet is None:
            return
        key = self.query_one(Rows).key
        if not isinstance(key, int):
            return
        line = self.sheet.lines[key]
        text = Content(f"{key + 1}  {line.criterion.credit}")
        for flag in line.suggestion.flags:
            text = Content.assemble(
                text, "\n   ", (f"{glyphs.FLAGGED.sign} Flagged: {flag.reason}", "$flagged")
            )
        self.query_one("#reason", Prose).say(text)

    def keys(self) -> tuple[Key, ...]:
        if self.sheet is not None and self.sheet.open_lines:
            return (Key("enter", "confirm", "Next open"), *self.KEYS[1:])
        return self.KEYS

    # --------------------------------------------------------------------------- deciding

    def action_press(self, number: int) -> None:
        index = number - 1
        if self.sheet is None or index >= len(self.sheet.lines):
            return
        self.sheet.press(index)
        self.query_one(Rows).go_to(index)
        self.decided(index)

    def _focused(self) -> int:
        key = self.query_one(Rows).key
        return key if isinstance(key, int) else 0

    def action_none(self) -> None:
        if self.sheet:
            self.sheet.none(self._focused())
            self.decided(self._focused())

    def action_more(self) -> None:
        if self.sheet:
            self.sheet.more(self._focused())
            self.decided(self._focused())

    def action_less(self) -> None:
        if self.sheet:
            self.sheet.less(self._focused())
            self.decided(self._focused())

    def action_undo(self) -> None:
        if self.sheet and self.sheet.undo():
            self.save(range(len(self.sheet.lines)))
            self.show_sheet()
            self.status.say("The last decision is taken back.")
        else:
            self.status.say("Nothing to undo on this part.")

    def decided(self, index: int) -> None:
        """Show and save one decision."""
        self.status.say("")
        self.save([index])
        self.show_sheet()

    def action_confirm(self) -> None:
        """Go to the next open criterion; when none is open, take over what is suggested."""
        if self.sheet is None:
            return
        waiting = self.sheet.open_lines
        if waiting:
            here = self._focused()
            following = next((i for i in waiting if i > here), waiting[0])
            self.query_one(Rows).go_to(following)
            number = following + 1
            self.status.say(
                f"Criterion {number} is flagged and open: {number} gives points, 0 none."
            )
            return
        self.sheet.confirm()
        if self.save(range(len(self.sheet.lines))):
            self.confirmed()

    def action_model(self) -> None:
        self.toggle_class("-model")
        if self.has_class("-model"):
            self.call_after_refresh(self.query_one("#model").scroll_visible, animate=False)


def highlighted(response: str, sheet: MarkingSheet) -> Content:
    """The response with evidence underlined and numbered, and what a flag points at reversed."""
    text = Content(response or "Nothing was written.")
    ends: dict[int, str] = {}
    for number, line in enumerate(sheet.lines, 1):
        for span in line.suggestion.evidence:
            text = text.stylize("underline", span.start, span.end)
        if line.suggestion.evidence:
            last = max(span.end for span in line.suggestion.evidence)
            ends[last] = ends.get(last, "") + _RAISED[number]
        for flag in line.suggestion.flags:
            if flag.span is not None:
                text = text.stylize("reverse", flag.span.start, flag.span.end)
    pieces, at = [], 0
    for end in sorted(ends):
        pieces += [text[at:end], Content(ends[end])]
        at = end
    return Content.assemble(*pieces, text[at:])


def _columns(level: str, points: str) -> str:
    return f"{level:<13} {points:>9}"


def _row(index: int, line: SheetLine) -> Row:
    return Row(
        f"{index + 1}  {line.criterion.credit}",
        Content.assemble(_level(line.suggestion), " ", _points(line)),
        index,
    )


def _level(suggestion: Suggestion) -> Content:
    if suggestion.flags:
        return Content.styled(
            f"{glyphs.FLAGGED.sign} {glyphs.FLAGGED.word}".ljust(13), glyphs.FLAGGED.style
        )
    return Content.styled(
        f"{glyphs.SUGGESTED.sign} {suggestion.level}".ljust(13), glyphs.SUGGESTED.style
    )


def _points(line: SheetLine) -> Content:
    full = wording.points_text(line.criterion.points)
    if line.points is None:
        return Content.styled(f"open of {full}".rjust(9), "bold")
    text = f"{wording.points_text(line.points)} of {full}"
    if not line.decided:
        return Content.styled(text.rjust(9), glyphs.SUGGESTED.style)
    role = (
        glyphs.RIGHT
        if line.points == line.criterion.points
        else glyphs.PARTLY
        if line.points
        else glyphs.WRONG
    )
    return Content.styled(f"{role.sign} {text}".rjust(9), role.style)
