"""Marking the text parts of a sitting: the app suggests, the learner decides."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content

from quizapp.content.model import Part, Question
from quizapp.errors import CannotSave
from quizapp.marking.rubric import Suggestion, suggest
from quizapp.marking.sheet import MarkingSheet, SheetLine
from quizapp.study import wording
from quizapp.study.marks import Mark
from quizapp.study.sittings import Sitting
from quizapp.ui import glyphs
from quizapp.ui import wording as phrases
from quizapp.ui.keys import Key, digits
from quizapp.ui.screens.page import Page
from quizapp.ui.widgets.line import Line
from quizapp.ui.widgets.prose import Prose
from quizapp.ui.widgets.rows import Row, Rows
from quizapp.variants.text import filled

_RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹"


class MarkingPage(Page):
    """One text part at a time: response, criteria with suggestions, model answer."""

    MODE = "exam"
    ABOUT = (
        "You mark your own free text, criterion by criterion, beside the model answer. The app "
        "looks for words and suggests; it is often right on short answers and less so on long "
        "ones, so a flagged criterion waits for you and your decision always stands."
    )
    AUTO_FOCUS = "Rows"
    DEFAULT_CSS = """
    MarkingPage #pair { height: auto; layout: vertical; }
    MarkingPage #model { display: none; margin: 1 0 0 0; height: auto; }
    MarkingPage.-model #model { display: block; }
    MarkingPage.-wide #pair { layout: horizontal; }
    MarkingPage.-wide #model {
        display: block; width: 42; margin: 0 0 0 2; padding: 0 0 0 1; border-left: solid $panel;
    }
    MarkingPage #mine { height: auto; width: 1fr; }
    MarkingPage #response { margin: 0 0 1 2; }
    MarkingPage #reason { margin: 1 0 0 0; }
    """
    KEYS: ClassVar[tuple[Key, ...]] = (
        Key("enter", "confirm", "Confirm"),
        *digits("press", "Points"),
        Key("0", "none", "None"),
        Key("right", "more", "½ point", shown="←→"),
        Key("left", "less", "½ point less", footer=False, shown="←"),
        Key("m", "model", "Model answer"),
        Key("u", "undo", "Undo"),
        Key("n", "next_part", "Next part", footer=False),
        Key("p", "previous_part", "Previous part", footer=False),
    )

    def __init__(self, sitting: Sitting, keys: list[tuple[str, str]]) -> None:
        super().__init__()
        self.sitting = sitting
        self.parts = keys  # (question id, part id), in the order of the exam
        self.index = 0
        self.sheet: MarkingSheet | None = None

    def content(self) -> ComposeResult:
        with Vertical(id="pair"):
            with Vertical(id="mine"):
                yield Line("Your response", id="mine-head")
                yield Prose(id="response")
                yield Rows()
                yield Prose(id="reason")
            yield Prose(id="model")

    def on_mount(self) -> None:
        self.show_part()

    # ---------------------------------------------------------------------- what is shown

    @property
    def question(self) -> Question:
        return self.services.library.question(self.parts[self.index][0])

    @property
    def part(self) -> Part:
        return self.question.part(self.parts[self.index][1])

    @property
    def response(self) -> str:
        return self.sitting.text(self.question.id, self.part.id)

    def show_part(self) -> None:
        question, part = self.question, self.part
        given = self.sitting.givens.get(question.id) or question.given
        asked = filled(f"{question.prompt}\n{part.prompt}", given)
        marks = self.services.progress.marks(self.sitting.id).get((question.id, part.id), {})
        decided = {key: mark.points for key, mark in marks.items() if mark.points is not None}
        self.sheet = MarkingSheet(part, suggest(self.response, part.rubric, asked), decided)
        number = [q.id for q in self.services.library.exam.questions].index(question.id) + 1
        name = f" ({part.id}), {part.title}" if len(question.parts) > 1 else f", {question.title}"
        self.title_line(
            f"Marking · question {number}{name} · {wording.points_phrase(part.points)}",
            f"{wording.count(len(self.parts) - self.index, 'part')} left",
        )
        self.query_one("#mine-head", Line).show(right=phrases.extent(self.response))
        model = Content.assemble(("Model answer", "bold"), "\n", part.model_answer)
        self.query_one("#model", Prose).say(model)
        self.status.say("")
        rows = self.query_one(Rows)
        rows.set_rows([])
        self.show_sheet()
        rows.action_move(-99)
        first_open = self.sheet.open_lines
        if first_open:
            rows.go_to(first_open[0])
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

    def save(self, indexes: range | list[int]) -> bool:
        if self.sheet is None:
            return False
        marks = {}
        for index in indexes:
            line = self.sheet.lines[index]
            marks[line.criterion.id] = Mark(
                suggested=line.suggestion.points,
                level=line.suggestion.level,
                points=line.points if line.decided else None,
                flagged=bool(line.suggestion.flags),
            )
        try:
            self.services.progress.record_marks(
                self.sitting.id, self.question.id, self.part.id, marks, now=self.services.now()
            )
        except CannotSave as problem:
            self.status.say(str(problem))
            self.status.not_saved()
            return False
        return True

    def action_confirm(self) -> None:
        """Go to the next open criterion; when none is open, decide the part and open the next."""
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
        if not self.save(range(len(self.sheet.lines))):
            return
        try:
            self.services.progress.confirm_part(
                self.sitting.id, self.question.id, self.part, now=self.services.now()
            )
        except CannotSave as problem:
            self.status.say(str(problem))
            return
        self.step(1)

    def action_next_part(self) -> None:
        self.step(1)

    def action_previous_part(self) -> None:
        self.step(-1)

    def step(self, by: int) -> None:
        at = self.index + by
        if at < 0:
            self.status.say("This is the first part.")
        elif at >= len(self.parts):
            self.dismiss()
        else:
            self.index = at
            self.show_part()

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
