"""Drill: what to drill, by week, by template, or what goes wrong most."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Input

from quizapp.content import bank
from quizapp.content.model import Template
from quizapp.study import drill, wording
from quizapp.ui import wording as phrases
from quizapp.ui.keys import Key
from quizapp.ui.screens.page import Page
from quizapp.ui.widgets.rows import Row, Rows

LEVELS = {1: "one formula", 2: "two steps", 3: "a whole pass"}


class DrillStart(Page):
    """Chooses the templates of a drill."""

    MODE = "drill"
    ABOUT = (
        "Numeric questions with fresh numbers, for ever. Choose a week or a template; a wrong "
        "answer is diagnosed, and the next question is one key away."
    )
    AUTO_FOCUS = "Rows"
    DEFAULT_CSS = """
    DrillStart Rows { margin: 1 0 0 0; max-width: 100; }
    DrillStart Input { border: none; height: 1; margin: 1 1 0 1; display: none; }
    DrillStart.-filtering Input { display: block; }
    """
    KEYS: ClassVar[tuple[Key, ...]] = (
        Key("enter", "choose", "Drill"),
        Key("slash", "filter", "Filter"),
        Key("o", "all", "All templates"),
    )

    def __init__(self) -> None:
        super().__init__()
        self.listing_all = False

    def content(self) -> ComposeResult:
        yield Input(placeholder="template, concept or week", compact=True)
        yield Rows()

    def on_mount(self) -> None:
        self.show_choices()

    def on_screen_resume(self) -> None:
        if self.query(Rows):
            self.show_choices()

    @property
    def templates(self) -> tuple[Template, ...]:
        return self.services.templates.templates

    def show_choices(self) -> None:
        templates = self.templates
        self.title_line("Drill", wording.count(len(templates), "template"))
        for problem in self.services.templates.problems[:1]:
            self.status.say(bank.sentence(problem))
        words = self.query_one(Input).value.strip().lower().split()
        rows = self._all(words) if self.listing_all or words else self._weeks()
        self.query_one(Rows).set_rows(rows)

    def _weeks(self) -> list[Row]:
        rows: list[Row] = []
        worst = self._worst()
        if worst:
            names = ", ".join(template.id for template in worst[:2])
            rows += [Row("What you get wrong most", Content.styled(names, "$quiet"), tuple(worst))]
        titles = {week.week: week.topic for week in self.services.library.weeks}
        for number in sorted({template.week for template in self.templates}):
            mine = (t for t in self.templates if t.week == number)
            of_week = tuple(sorted(mine, key=lambda t: t.difficulty))
            name = titles.get(number, "Beyond the ten weeks")
            label = f"{phrases.week_text(number):<8} {name}"
            rows.append(Row(label, wording.count(len(of_week), "template"), of_week))
        return rows

    def _worst(self) -> list[Template]:
        return drill.most_wrong(self.templates, self.services.progress.attempt_counts())

    def _all(self, words: Sequence[str]) -> list[Row]:
        found = [t for t in self.templates if all(word in _haystack(t) for word in words)]
        return [
            Row(
                template.id,
                f"{phrases.week_text(template.week)}   {LEVELS[template.difficulty]}",
                (template,),
            )
            for template in found
        ]

    # -------------------------------------------------------------------------- actions

    @on(Input.Changed)
    def filter_changed(self) -> None:
        self.show_choices()

    @on(Input.Submitted)
    def filter_done(self) -> None:
        self.query_one(Rows).focus()

    @on(Rows.Chosen)
    def clicked(self) -> None:
        self.action_choose()

    def action_filter(self) -> None:
        self.add_class("-filtering")
        self.query_one(Input).focus()

    def action_all(self) -> None:
        self.listing_all = not self.listing_all
        self.show_choices()

    def action_choose(self) -> None:
        from quizapp.ui.screens.drill import DrillPage

        chosen = self.query_one(Rows).key
        if isinstance(chosen, tuple) and chosen:
            self.app.push_screen(DrillPage(chosen))


def _haystack(template: Template) -> str:
    return f"{template.id} {' '.join(template.concepts)} week {template.week}".lower()
