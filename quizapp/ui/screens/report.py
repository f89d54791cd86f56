"""The report of a sitting: points, what cost most, and each question looked at again."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.content import Content

from quizapp.errors import QuizappError
from quizapp.study import advice, report
from quizapp.study.report import SittingReport
from quizapp.study.sittings import Sitting
from quizapp.ui.keys import Key
from quizapp.ui.marker import mark_automatically, waiting_text_parts
from quizapp.ui.screens.page import Page
from quizapp.ui.widgets.pairs import Pairs
from quizapp.ui.widgets.score_grid import ScoreGrid


class ReportPage(Page):
    """Points of 98 and where they went."""

    MODE = "exam"
    ABOUT = (
        "What a sitting came to: points by question and week, what cost most, what to study next. "
        "Enter opens a question with your response, its marks, worked steps and model answer."
    )
    AUTO_FOCUS = "ScoreGrid"
    DEFAULT_CSS = """
    ReportPage ScoreGrid { margin: 1 0; }
    """
    KEYS: ClassVar[tuple[Key, ...]] = (
        Key("enter", "open", "Open"),
        Key("e", "mark", "Marks"),
        Key("d", "drill", "Drill what cost most"),
        Key("s", "study", "Study it"),
    )

    def __init__(self, sitting: Sitting) -> None:
        super().__init__()
        self.sitting = sitting
        self.result: SittingReport | None = None

    def content(self) -> ComposeResult:
        yield ScoreGrid()
        yield Pairs()

    def on_mount(self) -> None:
        self.show_report()
        self.finish_marking()

    def on_screen_resume(self) -> None:
        if self.result is not None:
            self.show_report()

    @work(exclusive=True, group="mark")
    async def finish_marking(self) -> None:
        """Mark what an interruption left unmarked."""
        waiting = set(self.services.progress.waiting(self.sitting.id))
        if not waiting - set(waiting_text_parts(self.services, self.sitting.id)):
            return
        try:
            await mark_automatically(self.services, self.sitting.id, self.say)
        except QuizappError as problem:
            self.say(str(problem))
            return
        if self.is_attached:
            self.say("")
            self.show_report()

    def show_report(self) -> None:
        services, now = self.services, self.services.now()
        grades = services.progress.part_grades(self.sitting.id)
        lines = services.progress.sittings()
        before = next(
            (line for line in lines if line.finished and line.started < self.sitting.started), None
        )
        self.result = report.report(services.library.exam, self.sitting, grades, before)
        self.title_line(
            f"Report · {self.result.title(now)}", Content.styled(self.result.result(), "bold")
        )
        self.query_one(ScoreGrid).show(self.result.questions, self.result.costliest)
        self.query_one(Pairs).show(self._below(now))
        self.refresh_keys()

    def _below(self, now: datetime) -> list[tuple[str, str]]:
        result = self.result
        assert result is not None
        pairs = [("Most points lost", result.most_lost()), ("Last sitting", result.compared(now))]
        for study in advice.study_next(self.services.library, result, limit=2):
            items = ", ".join(str(int(item.split("-")[1])) for item in study.items[:6])
            checklist = f": checklist items {items}" if items else ""
            pairs.append(("Study next", f"week {study.week}, {study.title}{checklist}"))
        slips = "   ".join(
            f"{name.split('/')[-1]} {count}" for name, count in result.misconceptions
        )
        return [*pairs, ("Misconceptions", slips), ("Time", result.time())]

    # -------------------------------------------------------------------------- actions

    def keys(self) -> tuple[Key, ...]:
        waiting = bool(self.result and self.result.parts_waiting)
        first = Key("e", "mark", "Mark what waits" if waiting else "Marks")
        return (*self.KEYS[:1], first, *self.KEYS[2:])

    @on(ScoreGrid.Chosen)
    def clicked(self) -> None:
        self.action_open()

    def action_open(self) -> None:
        from quizapp.ui.screens.looking_back import LookingBack

        question = self.query_one(ScoreGrid).current
        if question:
            self.app.push_screen(LookingBack(self.sitting, question))

    def action_mark(self) -> None:
        """What waits; when nothing does, the text parts of the chosen question again."""
        from quizapp.ui.screens.marking import MarkingPage

        keys = waiting_text_parts(self.services, self.sitting.id)
        if not keys:
            question = self.services.library.question(self.query_one(ScoreGrid).current)
            keys = [(question.id, part.id) for part in question.parts if part.kind == "text"]
        if keys:
            self.app.push_screen(MarkingPage(self.sitting, keys))
        else:
            self.status.say("This question has no free text to mark.")

    def action_drill(self) -> None:
        """Fresh numbers on the concepts of what cost most."""
        from quizapp.study.drill import on_concepts
        from quizapp.ui.screens.drill import DrillPage

        studies = advice.study_next(self.services.library, self.result) if self.result else ()
        concepts = [concept for study in studies for concept in study.concepts]
        found = on_concepts(self.services.templates.templates, concepts)
        if found:
            self.app.push_screen(DrillPage(found))
        else:
            self.status.say("No points were lost.")

    async def action_study(self) -> None:
        """The notes of the week that cost most."""
        from quizapp.ui.commands import open_week

        weeks = self.result.costly_weeks if self.result else ()
        if weeks:
            await open_week(self.quizapp, weeks[0].week)
        else:
            self.status.say("No points were lost.")
