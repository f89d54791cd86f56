"""Progress: what was done so far, in four views."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.events import Resize, ScreenResume
from textual.geometry import Size

from quizapp.study.history import HistoryLine
from quizapp.study.overview import Overview, overview
from quizapp.ui.keys import Key
from quizapp.ui.screens.page import Page
from quizapp.ui.screens.progress_calendar import CalendarView
from quizapp.ui.screens.progress_history import HistoryView
from quizapp.ui.screens.progress_overview import OverviewView
from quizapp.ui.screens.progress_sittings import SittingsView
from quizapp.ui.screens.progress_view import NO_COMMAND, View
from quizapp.ui.widgets.prose import Prose

_EMPTY = "No attempts yet. Enter starts with 10 questions."


class ProgressPage(Page):
    """The views, and what their keys do."""

    MODE = "progress"
    ABOUT = (
        "What you have done: sittings, what you remembered of each week, your claims beside the "
        "evidence, every attempt. Nothing here can be changed; t turns a picture into its numbers."
    )
    DEFAULT_CSS = """
    ProgressPage #empty { display: none; margin: 1 0 0 3; }
    ProgressPage.-empty #empty { display: block; }
    ProgressPage #content { scrollbar-gutter: stable; }
    ProgressPage.-wide #right { display: block; }
    ProgressPage.-low Heatmap, ProgressPage.-low #day { margin: 0; }
    """
    KEYS: ClassVar[tuple[Key, ...]] = (
        Key("enter", "open", "Open"),
        Key("right", "view(1)", "Next view", shown="←→"),
        Key("left", "view(-1)", "View before", footer=False, shown="←"),
        Key("slash", "filter", "Filter"),
        Key("t", "table", "Table"),
        Key("c", "copy", "Copy", footer=False),
    )

    def __init__(self) -> None:
        super().__init__()
        self.found: Overview | None = None
        self.view_name = OverviewView.NAME

    def content(self) -> ComposeResult:
        yield Prose("…", id="empty")
        yield OverviewView()
        yield HistoryView()
        yield CalendarView()
        yield SittingsView()

    def on_mount(self) -> None:
        self.title_line("Progress")
        # A timer, since callbacks "after refresh" run before the very first paint.
        self.set_timer(0.02, self.show_progress)

    @on(ScreenResume)
    def come_back(self) -> None:
        if self.found is not None:
            self.show_progress()

    def on_resize(self, event: Resize) -> None:
        super().on_resize(event)
        self.call_after_refresh(self.show_again)

    def show_again(self) -> None:
        """The same in a window of another size."""
        if self.found is not None:
            self.view.show_all()

    # ---------------------------------------------------------------------------- views

    @property
    def views(self) -> list[View]:
        return list(self.query(View))

    @property
    def view(self) -> View:
        return next(view for view in self.views if self.view_name == view.NAME)

    @property
    def room(self) -> Size:
        """Columns and rows of the views."""
        return self.query_one("#content").scrollable_content_region.size

    @property
    def empty(self) -> bool:
        """Whether there is nothing to show."""
        return self.found is not None and not self.found.attempts

    def show_progress(self) -> None:
        """Read the sums, and fill the view."""
        services, before = self.services, self.found is None or self.empty
        found = overview(
            services.library, services.templates, services.progress, now=services.now()
        )
        self.found = found
        self.query_one("#empty", Prose).say(_EMPTY)
        self.set_class(self.empty, "-empty")
        if before:
            self.show_view(self.view_name)
        else:
            self.view.fill(found)
            self.show_title()

    def show_view(self, name: str) -> None:
        self.view_name = name
        for view in self.views:
            view.styles.display = "block" if view is self.view and not self.empty else "none"
        if self.found is not None:
            self.view.fill(self.found)
        if not self.empty:
            self.view.take_focus()
        self.status.say("")
        self.query_one("#content").scroll_home(animate=False)
        self.show_title()

    def show_title(self) -> None:
        self.title_line(*(("Progress", "") if self.empty else self.view.title()))
        self.refresh_keys()

    def keys(self) -> tuple[Key, ...]:
        if self.found is None or not self.query(View):
            return ()
        if self.empty:
            return (Key("enter", "open", "Start with 10 questions"),)
        view, names = self.view, [other.NAME for other in self.views]
        following = names[(names.index(view.NAME) + 1) % len(names)].capitalize()
        labels = {
            "table": "Picture" if view.as_table else "Table",
            "copy": "Copy the command for this question",
        }
        first = view.enter()
        return (
            *((first,) if first else ()),
            Key("right", "view(1)", following, shown="←→"),
            self.KEYS[2],
            *(
                Key(key.key, key.action, labels.get(key.action, key.label), footer=key.footer)
                for key in self.KEYS[3:]
                if key.action in view.LETTERS
            ),
        )

    def enter_label(self) -> str:
        return "To the list"

    def on_descendant_focus(self) -> None:
        if self.found is not None:
            self.refresh_keys()

    # -------------------------------------------------------------------------- actions

    def action_view(self, step: int) -> None:
        if self.found is None or self.empty:
            return
        names = [view.NAME for view in self.views]
        name = names[(names.index(self.view_name) + step) % len(names)]
        if name == HistoryView.NAME and self.query_one(HistoryView).begins is not None:
            self.show_view(name)
            self.query_one(HistoryView).show_from(None)
        else:
            self.show_view(name)

    def action_open(self) -> None:
        from quizapp.study.plan_items import first_cards
        from quizapp.ui.screens.drill import DrillPage

        if self.empty:
            templates = self.services.templates
            first = [templates.template(card.id) for card in first_cards(self.services.deck)]
            self.app.push_screen(DrillPage(first))
        elif self.found is not None:
            self.view.open()

    def action_table(self) -> None:
        if self.found is not None and "table" in self.view.LETTERS:
            self.view.turn()
            self.show_title()

    def action_filter(self) -> None:
        if self.found is not None and not self.empty:
            self.show_view(HistoryView.NAME)
            self.query_one(HistoryView).filter()

    def action_copy(self) -> None:
        if self.found is not None and "copy" in self.view.LETTERS and not self.empty:
            command = self.view.command()
            if command:
                self.app.copy_to_clipboard(command)
            self.status.say(f"Copied: {command}" if command else NO_COMMAND)

    def action_out(self) -> None:
        """From the filter to the list; from the filtered list to all; from a view to the first."""
        history = self.query_one(HistoryView)
        if self.typing:
            history.filter_done()
        elif self.view is history and history.narrowed:
            history.show_from(None)
        elif self.view is history and history.begins is not None:
            self.show_view(CalendarView.NAME)
        elif self.found is not None and self.view_name != OverviewView.NAME:
            self.show_view(OverviewView.NAME)
        else:
            super().action_out()

    # ---------------------------------------------------------------- what views ask for

    def open_report(self, sitting_id: int) -> None:
        from quizapp.ui.screens.report import ReportPage

        self.app.push_screen(ReportPage(self.services.progress.sitting(sitting_id)))

    def open_attempt(self, lines: Sequence[HistoryLine], index: int) -> None:
        from quizapp.ui.screens.attempt import AttemptPage

        self.app.push_screen(AttemptPage([line.id for line in lines], index))

    def open_disagreeing(self) -> None:
        from quizapp.ui.screens.disagreeing import Disagreeing

        if self.found is not None:
            self.app.push_screen(Disagreeing(self.found.balance.disagree))

    def search_history(self, text: str) -> None:
        self.show_view(HistoryView.NAME)
        self.query_one(HistoryView).search(text)

    def show_history_of(self, day: date) -> None:
        self.show_view(HistoryView.NAME)
        self.query_one(HistoryView).show_from(day)
