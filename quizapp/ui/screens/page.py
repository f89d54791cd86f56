"""The base of every screen: frame, keys, status line, and how one leaves."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, cast

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.events import Key as KeyEvent
from textual.events import Mount, Resize, ScreenResume
from textual.geometry import Size
from textual.screen import Screen

from quizapp.ui.glyphs import Role
from quizapp.ui.keys import EVERYWHERE, Key
from quizapp.ui.widgets.body import Body
from quizapp.ui.widgets.frame import Hint, KeyBar, ModeBar, StatusLine
from quizapp.ui.widgets.line import Line

if TYPE_CHECKING:
    from quizapp.ui.app import QuizApp
    from quizapp.ui.services import Services


MIN_SIZE = Size(60, 16)
SETTLE_AT_MOST = 0.5  # seconds


class Page(Screen[Any]):
    """A full screen with the mode names above and status and keys below.

    A subclass gives MODE, KEYS (its primary action first), ABOUT (two sentences for the help)
    and `content`.
    """

    MODE: ClassVar[str] = "today"
    KEYS: ClassVar[tuple[Key, ...]] = ()
    ABOUT: ClassVar[str] = ""
    SIGNS: ClassVar[tuple[Role, ...]] = ()  # of this screen alone, for the help
    AUTO_FOCUS = ""
    busy = False  # at work, with a status line of its own
    _covered = False  # by the sentence that the window is too small

    def __init_subclass__(cls, **kwargs: Any) -> None:
        keys = [*cls.KEYS, *EVERYWHERE]
        cls.BINDINGS = [binding for key in keys for binding in key.bindings()]
        super().__init_subclass__(**kwargs)

    def compose(self) -> ComposeResult:
        yield ModeBar(self.MODE)
        yield Line(id="title")
        with Body(id="content"):
            yield from self.content()
        yield from self.above_status()
        yield StatusLine(id="status")
        yield KeyBar()

    def content(self) -> ComposeResult:
        """The widgets between title and status line."""
        yield from ()

    def above_status(self) -> ComposeResult:
        """What stands fixed between content and status line."""
        yield from ()

    # ------------------------------------------------------------------ reaching around

    @property
    def quizapp(self) -> QuizApp:
        return cast("QuizApp", self.app)

    @property
    def services(self) -> Services:
        return self.quizapp.services

    @property
    def status(self) -> StatusLine:
        return self.query_one("#status", StatusLine)

    def say(self, sentence: str) -> None:
        """As `status.say`, but for work that may outlive the screen."""
        for status in self.query(StatusLine):
            status.say(sentence)

    def show_saved(self, when: datetime) -> None:
        """The right end of the status line: saved 14:02, or that nothing is remembered."""
        from quizapp.ui.wording import saved_at

        if self.services.progress.can_save:
            self.status.saved(saved_at(when))
        else:
            self.status.not_saved()

    def title_line(self, left: Content | str = "", right: Content | str = "") -> None:
        self.query_one("#title", Line).show(left, right)

    # ----------------------------------------------------------------------------- size

    def on_resize(self, event: Resize) -> None:
        """Below 60 × 16 one sentence covers everything; what is below stays as it is."""
        fits = event.size.width >= MIN_SIZE.width and event.size.height >= MIN_SIZE.height
        if fits and not self._covered:
            return
        from quizapp.ui.widgets.too_small import TooSmall

        self._covered = not fits
        self.query(TooSmall).remove()
        if not fits:
            self.mount(TooSmall(event.size))

    # ----------------------------------------------------------------------------- keys

    @property
    def typing(self) -> bool:
        """Whether a box has the focus, so that printable keys are text."""
        return bool(self.focused and self.focused.check_consume_key("a", "a"))

    def keys(self) -> tuple[Key, ...]:
        """The keys of this screen as they act now; a subclass may relabel or drop some."""
        return self.KEYS

    def hints(self) -> list[Hint]:
        """The footer: letters when nothing is typed, chords when a box has the focus."""
        everywhere = [key for key in EVERYWHERE if key.footer]
        keys = [key for key in self.keys() if key.footer] + everywhere
        if not self.typing:
            return [Hint(key.name, key.label, _on_screen(key.action)) for key in keys]
        own = [Hint("Enter", self.enter_label(), "screen.nothing")] if self.enter_label() else []
        chords = [
            Hint(key.chord_name, key.label, _on_screen(key.action)) for key in keys if key.chord
        ]
        chords = [hint for hint in chords if not own or hint.label != own[0].label]
        help_hint = chords.pop()
        return [*own, *chords, Hint("esc", "Keys", "screen.out"), help_hint]

    def enter_label(self) -> str:
        """What Enter does in the focused box; empty where it is a new line."""
        return ""

    def refresh_keys(self) -> None:
        self.query_one(KeyBar).show(self.hints())

    @on(Mount)
    def show_first_keys(self) -> None:
        self.refresh_keys()

    @on(ScreenResume)
    def expect_to_stay(self) -> None:
        """A screen that is only passed through says nothing."""
        if self.services.has_progress:
            for bar in self.query(ModeBar):
                bar.show_days()
        if self.quizapp.notice:
            self.set_timer(0.3, self.quizapp.say_notice)

    def on_descendant_focus(self) -> None:
        self.refresh_keys()

    def on_descendant_blur(self) -> None:
        self.call_later(self.refresh_keys)

    async def settle(self) -> None:
        """Before a box is left: let it take every key that was typed before this one."""
        taken = asyncio.Event()
        if self.focused is not None and self.focused.call_later(taken.set):
            # A box that is just being taken away never answers; its text is remembered already.
            with suppress(TimeoutError):
                async with asyncio.timeout(SETTLE_AT_MOST):
                    await taken.wait()

    # -------------------------------------------------------------------------- actions

    def action_scroll(self, rows: int) -> None:
        """Move the content; down where ``rows`` is positive."""
        self.query_one("#content", Body).scroll_relative(y=rows, animate=False)

    def action_nothing(self) -> None:
        """A footer entry that only informs."""

    def action_mode(self, mode: str) -> None:
        self.app.switch_mode(mode)

    def action_out(self) -> None:
        """One step out: typing to keys, detail to list, screen to Today; never discards."""
        if self.typing:
            self.set_focus(None)
        elif len(self.app.screen_stack) > 1:
            self.dismiss()
        elif self.MODE != "today":
            self.app.switch_mode("today")

    async def action_esc_then(self, action: str) -> None:
        """Esc and a letter that the terminal reported as one key."""
        if self.typing:
            self.action_out()
        await self.run_action(action)

    def action_go_to(self) -> None:
        from quizapp.ui.screens.go_to import GoTo

        self.app.push_screen(GoTo())

    def action_help(self) -> None:
        from quizapp.ui.screens.help import Help

        self.app.push_screen(Help(self))

    def action_quit_twice(self) -> None:
        if self.quizapp.quit_armed:
            self.app.exit()
        self.quizapp.quit_armed = True
        self.status.say("q again quits. Everything is saved.")

    def on_key(self, event: KeyEvent) -> None:
        """Any other key disarms q."""
        if event.key != "q":
            self.quizapp.quit_armed = False

    def all_keys(self) -> list[Key]:
        """Every key that acts here, for help and palette."""
        return [*self.keys(), *EVERYWHERE]


def _on_screen(action: str) -> str:
    return action if "." in action else f"screen.{action}"
