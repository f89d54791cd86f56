"""Review: what is due, each card with fresh numbers, then a rating that says when it comes back."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from msgspec import Struct
from textual import on, work
from textual.containers import Vertical
from textual.content import Content
from textual.widget import Widget

from quizapp.content.model import Question
from quizapp.errors import CannotSave, ReviewedElsewhere
from quizapp.marking.grade import Grade
from quizapp.study import fitting, wording
from quizapp.study import session as sessions
from quizapp.study.cards import Card, Deck
from quizapp.study.history import Names
from quizapp.study.memory import Memory, Rating, suggested
from quizapp.ui import glyphs
from quizapp.ui import wording as phrases
from quizapp.ui.keys import Key
from quizapp.ui.screens.asking import AskingPage
from quizapp.ui.screens.card_marking import CardMarking
from quizapp.ui.screens.progress_view import NO_COMMAND
from quizapp.ui.widgets.prose import Prose
from quizapp.ui.widgets.rows import Row, Rows, ScrollingRows
from quizapp.variants import Variant

if TYPE_CHECKING:
    from quizapp.study.memory import Model


class _Checked(Struct, frozen=True):
    """A card with its verdict, so that an undone rating can be given again."""

    card: Card
    variant: Variant
    grade: Grade
    responses: dict[str, str]
    memory: Memory | None  # before the rating
    after: Memory


class ReviewPage(AskingPage):
    """One card after another; each is saved when it is checked and when it is rated."""

    MODE = "review"
    ABOUT = (
        "Cards that are due, with fresh numbers each time. After the check you say how well you "
        "knew it; that decides when the card comes back, never later than your exam."
    )
    DEFAULT_CSS = """
    ReviewPage #ratings { margin: 0 0 1 0; }
    ReviewPage.-written #pair { height: 1fr; }
    ReviewPage.-written #question { height: 1fr; }
    """
    KEYS: ClassVar[tuple[Key, ...]] = (
        Key("enter", "go_on", "Check", chord="ctrl+s,ctrl+j,ctrl+enter"),
        Key("1", "rate(1)", "Rate", shown="1-4"),
        *(Key(str(d), f"rate({d})", "Rate", footer=False, listed=False) for d in (2, 3, 4)),
        Key("tab", "part(1)", "Next part", chord="tab"),
        Key("shift+tab", "part(-1)", "Previous part", footer=False),
        Key("h", "hint", "Hint", chord="ctrl+t"),
        Key("s", "steps", "Steps"),
        Key("u", "undo", "Undo last rating"),
        Key("n", "skip", "Skip today", chord="ctrl+n"),
        Key("d", "drill", "Drill what was wrong"),
        Key("c", "copy", "Copy the command for this question", footer=False),
        *AskingPage.BOX_KEYS,
    )

    def __init__(self) -> None:
        super().__init__()
        self.session = sessions.Session(())
        self.deck: Deck | None = None
        self.card: Card | None = None
        self.memory: Memory | None = None  # of this card, before it is rated
        self.prepared: Variant | None = None
        self.checked: _Checked | None = None  # the card rated last
        self.responses: dict[str, str] = {}
        self.ticks: dict[tuple[str, str], dict[str, float]] = {}  # by part and response
        self.helped = False
        self.news = ""  # said once the next card stands there

    def on_mount(self) -> None:
        self.set_timer(0.02, self.begin_first)

    def on_screen_resume(self) -> None:
        """Back in this mode with nothing open: what is due now."""
        if self.deck is not None and not self.session.current:
            self.begin_due()

    # -------------------------------------------------------------------------- a session

    def begin_first(self) -> None:
        """What is due, unless this screen was opened for other cards."""
        if self.deck is None:
            self.begin_due()

    def begin_due(self) -> None:
        self.begin(self.services.progress.due(self.services.now()))

    def begin(self, cards: Sequence[str]) -> None:
        """Review these cards, in this order; one that is begun already stays the first."""
        self.deck = self.services.deck
        known = [card for card in cards if self.deck.card(card)]
        here = self.card.id if self.card and self.variant else ""
        stays = here in known and (self.begun or here == known[0])
        self.keep_text()
        self.session = sessions.Session(known, at=here if stays else "")
        self.checked = None
        if self.session.current:
            self.show_title()
        else:
            self.next_card()

    @property
    def model(self) -> Model:
        return self.services.progress.model(self.services.now())

    @property
    def asking(self) -> Question:
        assert self.card is not None
        return sessions.question_of(self.card, self.services.library, self.services.templates)

    def next_card(self) -> None:
        """Go on with the session; keys that are typed meanwhile find no card to act on."""
        self.workers.cancel_group(self, "check")
        card_id = self.session.next(self.services.now())
        self.card = self.deck.card(card_id) if self.deck and card_id else None
        self.grade, self.variant, self.responses, self.ticks = None, None, {}, {}
        self.show_card()

    @work(exclusive=True, group="question")
    async def show_card(self) -> None:
        """Show the card with its numbers, then prepare the one after it."""
        if self.card is None:
            await self.show_end()
            self.say_news()
            return
        self.memory = self.services.progress.memory(self.card.id)
        variant, self.prepared = self.prepared, None
        if variant is None or variant.question.id != self.card.id:
            slow = self.set_timer(0.3, lambda: self.status.say("Preparing the question …"))
            variant = await self.draw(self.asking)
            slow.stop()
        if variant is None:
            return
        self.set_class(_is_written(variant.question), "-written")
        await self.show_variant(variant)
        self.say_news()
        await self.prepare()

    def say_news(self) -> None:
        self.status.say(self.news)
        self.news = ""

    async def prepare(self) -> None:
        card = self.deck.card(self.session.upcoming()) if self.deck else None
        if card is not None:
            question = sessions.question_of(card, self.services.library, self.services.templates)
            self.prepared = await self.draw(question, quiet=True)

    async def show_end(self) -> None:
        """What this session came to, or that nothing is due."""
        text = self.session.ending(self.services.deck) or self.nothing_due()
        offer = fitting.offer(self.services.progress)
        text += f"\n\n{offer}" if offer else ""
        self.remove_class("-written")
        holder = self.query_one("#question", Vertical)
        with self.app.batch_update():
            await holder.remove_children()
            await holder.mount(Prose(f"\n{text}", id="result"))
        self.query_one("#side", Prose).say("")
        self.title_line("Review")
        self.set_focus(None)
        self.refresh_keys()

    def nothing_due(self) -> str:
        counts = self.services.progress.due_counts(self.services.now(), 8)
        return wording.nothing_due(counts)

    # ------------------------------------------------------------------------- the check

    @property
    def may_stay_empty(self) -> bool:
        """A text can be answered in the head."""
        return _is_written(self.asking)

    async def decide_open(self, marked: Grade, responses: dict[str, str]) -> Grade | None:
        variant = self.variant
        if variant is None:
            return None
        parts = []
        for graded in marked.parts:
            part = variant.question.part(graded.part)
            if part.kind != "text" and graded.verdict != "open":
                parts.append(graded)
                continue
            asked = f"{variant.prompt}\n{variant.prompts.get(part.id, part.prompt)}"
            response = responses.get(part.id, "")
            ticks = self.ticks.setdefault((part.id, response), {})
            sheet = CardMarking(variant.question, part, response, asked, ticks)
            decided = await self.app.push_screen_wait(sheet)
            if decided is None:
                return None
            parts.append(decided)
        return Grade(question=marked.question, parts=tuple(parts))

    def record(self, marked: Grade, responses: dict[str, str]) -> None:
        """Save what was written; what was answered in the head is no attempt."""
        now = self.services.now()
        self.responses = responses
        if self.card is None or self.card.kind == "item":
            return
        self.helped = bool(self.steps_seen or any(self.taken.values()))
        written = tuple(part for part in marked.parts if responses.get(part.part, "").strip())
        try:
            if written:
                self.services.progress.record_variant(
                    Grade(question=self.asking.id, parts=written),
                    responses,
                    now=now,
                    kind="review",
                    seed=self.variant.seed if self.variant else None,
                    hints=self.taken,
                    seconds=time.monotonic() - self.started,
                    first_try=True,
                )
        except CannotSave as problem:
            self.status.say(str(problem))
            self.status.not_saved()
            return
        self.show_saved(now)

    # -------------------------------------------------------------------------- ratings

    @property
    def hint_of_grade(self) -> Rating | None:
        """The rating that the grade suggests; None where nothing was graded."""
        if self.grade is None or self.card is None or self.card.kind == "item":
            return None
        return suggested(self.grade.points / self.grade.max_points, helped=self.helped)

    def below_result(self) -> Sequence[Widget]:
        return (ScrollingRows(id="ratings"),)

    async def show_verdict(self, marked: Grade, responses: dict[str, str]) -> None:
        await super().show_verdict(marked, responses)
        self.show_ratings()

    def show_ratings(self) -> None:
        now, hint = self.services.now(), self.hint_of_grade
        rows = [Row(wording.how_well(right=hint == Rating.GOOD))]
        for rating, after in self.model.choices(self.memory, now).items():
            note = Content.styled(f"{glyphs.SUGGESTED.sign} suggested", glyphs.SUGGESTED.style)
            when = wording.due_text(after.due, now)
            text = Content(f"{rating.value}  {rating.name.capitalize():<7} {when}")
            rows.append(Row(text, note if rating == hint else "", rating))
        ratings = self.query_one("#ratings", Rows)
        ratings.set_rows(rows)
        ratings.go_to(hint or Rating.GOOD)
        ratings.focus()
        self.refresh_keys()

    @on(Rows.Moved)
    def show_choice(self) -> None:
        self.refresh_keys()

    @on(Rows.Chosen)
    def clicked(self, event: Rows.Chosen) -> None:
        if isinstance(event.key, Rating):
            self.rate(event.key)

    def go_on_after_check(self) -> None:
        chosen = self.query_one("#ratings", Rows).key
        if isinstance(chosen, Rating):
            self.rate(chosen)

    def action_go_on(self) -> None:
        if self.card is None:
            self.app.switch_mode("today")
        else:
            super().action_go_on()

    def action_rate(self, number: int) -> None:
        if self.grade is not None and self.card is not None:
            self.rate(Rating(number))

    def rate(self, rating: Rating) -> None:
        """Save a rating and go on; one given in another window meanwhile stands."""
        if self.card is None or self.grade is None or self.variant is None:
            return
        now, seconds = self.services.now(), time.monotonic() - self.started
        try:
            after = self.services.progress.rate(
                self.card.id,
                rating,
                suggested=self.hint_of_grade,
                model=self.model,
                now=now,
                seconds=seconds,
                seen=self.memory,
            )
        except ReviewedElsewhere as problem:
            self.news = str(problem)
            self.session.leave_out()
            self.next_card()
            return
        except CannotSave as problem:
            self.status.say(str(problem))
            self.status.not_saved()
            return
        self.checked = _Checked(
            self.card, self.variant, self.grade, self.responses, self.memory, after
        )
        self.session.rated(rating, after, seconds, now)
        self.show_saved(now)
        self.next_card()

    # -------------------------------------------------------------------------- actions

    async def action_undo(self) -> None:
        """Take the last rating back; its card stands there again, to be rated anew."""
        checked = self.checked
        if checked is None:
            self.status.say("Nothing to undo in this session.")
            return
        try:
            undone = self.services.progress.undo_rating(
                self.services.now(), card=checked.card.id, given=checked.after
            )
        except CannotSave as problem:
            self.status.say(str(problem))
            return
        if undone is None:
            self.status.say("Nothing to undo: the card was rated again since, or the day is over.")
            return
        self.keep_text()
        for group in ("question", "check"):
            self.workers.cancel_group(self, group)
        self.prepared = self.variant  # the card that waits comes back with its numbers
        self.session.take_back()
        self.checked = None
        self.card, self.memory, self.variant = checked.card, checked.memory, checked.variant
        await self.show_variant(checked.variant)
        await self.show_verdict(checked.grade, checked.responses)
        self.status.say("The last rating is taken back.")

    def action_skip(self) -> None:
        """Not today: the card is due again tomorrow."""
        if self.card is None or self.variant is None or self.checking:
            return
        self.keep_text()
        try:
            self.services.progress.bury(self.card.id, now=self.services.now())
        except CannotSave as problem:
            self.status.say(str(problem))
            return
        self.session.leave_out()
        self.news = f"{self.card.title} is left for tomorrow."
        self.next_card()

    def action_drill(self) -> None:
        """Drill the templates that were wrong in this session, else what goes wrong most."""
        from quizapp.study.drill import most_wrong
        from quizapp.ui.screens.drill import DrillPage

        templates = self.services.templates.templates
        wrong = set(self.session.wrong)
        found = [template for template in templates if template.id in wrong]
        found = found or most_wrong(templates, self.services.progress.attempt_counts(), limit=1)
        if found:
            self.app.push_screen(DrillPage(found))
        else:
            self.status.say("Nothing went wrong so far, so there is nothing to drill here.")

    async def action_part(self, by: int) -> None:
        """The next part of a question that shows one at a time, else the next box."""
        view = self.view
        if view is not None and view.one_at_a_time:
            await self.settle()
            await view.turn(by)
        elif by > 0:
            self.focus_next()
        else:
            self.focus_previous()

    def action_copy(self) -> None:
        names = Names(self.services.library, self.services.templates)
        seed = self.variant.seed if self.variant else None
        command = names.command(self.card.id, seed) if self.card else ""
        if command:
            self.app.copy_to_clipboard(command)
        self.status.say(f"Copied: {command}" if command else NO_COMMAND)

    def enter_label(self) -> str:
        """In a text box Enter is a new line."""
        return "" if self.card and _is_written(self.asking) else super().enter_label()

    def keys(self) -> tuple[Key, ...]:
        """Those of an open question, of its verdict, or of the end."""
        if self.card is None:
            drills = [key for key in self.KEYS if key.action in ("drill", "undo")]
            return (Key("enter", "go_on", "Today's plan"), *drills)
        if self.grade is None:
            written = _is_written(self.asking)
            hidden = _AFTER | (_HELP if written else set())
            hidden |= set() if written and len(self.asking.parts) > 1 else _PARTS
            return tuple(key for key in self.KEYS if key.action not in hidden)
        chosen = next((rows.key for rows in self.query("#ratings").results(Rows)), None)
        label = chosen.name.capitalize() if isinstance(chosen, Rating) else "Rate"
        first = Key("enter", "go_on", label)
        return (first, *(key for key in self.KEYS if key.action not in _BEFORE))

    def show_title(self) -> None:
        if self.card is None:
            return
        session, card = self.session, self.card
        place = f"Review · {session.number} of {session.total} · {card.title}"
        place += f" · {phrases.week_text(card.week)}"
        last = wording.short_day_text(self.memory.last) if self.memory else ""
        self.title_line(place, f"last {last}" if last else "new")
        self.refresh_keys()


_HELP = frozenset(["hint", "steps"])  # with numbers only
_PARTS = frozenset(["part(1)", "part(-1)"])  # where one is open at a time
_BEFORE = _PARTS | {"go_on", "hint", "write", "drill"}  # only while it is answered
_AFTER = frozenset(["rate(1)", "rate(2)", "rate(3)", "rate(4)", "drill"])


def _is_written(question: Question) -> bool:
    """Whether a part is answered in prose."""
    return any(part.kind == "text" for part in question.parts)
