"""Reviewing in plain text: each card with fresh numbers, then a rating that says when it is back.

Every response and every rating is saved when it is given, so that one can leave at any time.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from msgspec import Struct

from quizapp.commands._lines import LEAVE, Pressed, complain, read_line, say
from quizapp.commands._question import Answered, Response, ask
from quizapp.commands._templates import fresh_seed
from quizapp.content.model import Library, TemplateSet
from quizapp.errors import CannotSave, QuizappError, ReviewedElsewhere
from quizapp.solving import here
from quizapp.study import wording
from quizapp.study.attempts import Kind
from quizapp.study.cards import Card, Deck
from quizapp.study.memory import Memory, Model, Rating, suggested
from quizapp.study.progress import Progress
from quizapp.study.session import Session, question_of
from quizapp.variants import Variant, fresh
from quizapp.variants.choices import offered

UNDO, SKIP = "u", "n"
KEYS = LEAVE + UNDO + SKIP
_HELP = (
    "In place of a response: q leaves, n puts the card off until tomorrow, u takes the last"
    " rating back."
)


class _Asked(Struct, frozen=True, kw_only=True):
    """A card as it was answered, so that it can be rated, and rated again."""

    card: Card
    hint: Rating | None  # the rating that the grade suggests
    memory: Memory | None  # before it is rated
    seconds: float


class Review:
    """A session with some of the cards; everything of it is saved at once."""

    def __init__(
        self,
        progress: Progress,
        deck: Deck,
        library: Library,
        templates: TemplateSet,
        *,
        choices: bool = False,
    ) -> None:
        self._progress = progress
        self._deck = deck
        self._library = library
        self._templates = templates
        self._choices = choices
        self._session = Session(())
        self._last: _Asked | None = None  # the card rated last
        self._after: Memory | None = None  # what its rating led to

    def run(self, cards: Sequence[str]) -> None:
        """Ask these cards in this order, until the end or until the learner leaves."""
        self._session = Session(cards)
        say(_HELP)
        try:
            while card_id := self._session.next(_now()):
                card = self._deck.card(card_id)
                if card is None:
                    self._session.leave_out()
                else:
                    self._one(card)
        except (Pressed, KeyboardInterrupt):
            pass  # only leaving comes up to here
        say("", self._summary())

    def _summary(self) -> str:
        (due,) = self._progress.due_counts(_now(), 1)
        more = f"{wording.count(due, 'card')} still due today." if due else "Nothing is due today."
        return f"{self._session.summary() or 'No card was rated.'} {more}"

    # -------------------------------------------------------------------------- one card

    def _one(self, card: Card) -> None:
        """Ask a card and have it rated; raises Pressed where the learner leaves."""
        variant = self._variant(card)
        if variant is None:
            self._session.leave_out()
            return
        asked: _Asked | None = None
        while True:
            try:
                asked = asked or self._asked(card, variant)
                self._rate(asked)
            except Pressed as pressed:
                if pressed.key == LEAVE:
                    raise
                if pressed.key == UNDO:
                    asked = self._undone() or asked
                    continue
                self._put_off(asked.card if asked else card)
            return

    def _variant(self, card: Card) -> Variant | None:
        question = question_of(card, self._library, self._templates)
        try:
            return here(fresh(question, fresh_seed()))
        except QuizappError as problem:
            complain(problem)
            return None

    def _asked(self, card: Card, variant: Variant) -> _Asked:
        memory = self._progress.memory(card.id)
        say("", f"Card {self._session.number} of {self._session.total}")

        def save(response: Response) -> None:
            if card.kind != "item":  # nothing is graded there
                record(self._progress, variant, response, "review")

        form = offered(variant) if self._choices else None
        answered = ask(variant, form, save, keys=KEYS)
        return _Asked(
            card=card,
            hint=None if card.kind == "item" else _hint(answered),
            memory=memory,
            seconds=sum(response.seconds for response in answered.responses),
        )

    # -------------------------------------------------------------------------- ratings

    def _rate(self, asked: _Asked) -> None:
        """Have a card rated; where that can't be saved, it is said and the next card comes."""
        model = self._progress.model(_now())
        say("", *_ratings(asked, model))
        rating, now = _chosen(asked.hint or Rating.GOOD), _now()
        try:
            after = self._progress.rate(
                asked.card.id,
                rating,
                suggested=asked.hint,
                model=model,
                now=now,
                seconds=asked.seconds,
                seen=asked.memory,
            )
        except (ReviewedElsewhere, CannotSave) as problem:
            complain(problem)
            self._session.leave_out()
            return
        self._session.rated(rating, after, asked.seconds, now)
        self._last, self._after = asked, after
        say(f"{rating.name.capitalize()}: back {wording.due_text(after.due, now)}.")

    def _undone(self) -> _Asked | None:
        """Take the last rating back: its card is to be rated again; None where that can't be."""
        if self._last is None:
            say("Nothing to undo in this session.")
            return None
        try:
            undone = self._progress.undo_rating(_now(), card=self._last.card.id, given=self._after)
        except CannotSave as problem:
            complain(problem)
            return None
        last, self._last = self._last, None
        if undone is None:
            say("That card was rated in another window meanwhile. That rating stands.")
            return None
        self._session.take_back()
        say(f"The last rating is taken back. Rate again: {last.card.title}")
        return last

    def _put_off(self, card: Card) -> None:
        """Not today: the card is due again tomorrow."""
        self._session.leave_out()
        try:
            self._progress.bury(card.id, _now())
        except CannotSave as problem:
            complain(problem)
        else:
            say(f"{card.title} is left for tomorrow.")


def record(progress: Progress, variant: Variant, response: Response, kind: Kind) -> None:
    """Append the attempt; raises CannotSave."""
    progress.record_attempt(
        variant.question.id,
        response.grade,
        now=_now(),
        kind=kind,
        response=response.text,
        seed=variant.seed,
        seconds=response.seconds,
    )


def _hint(answered: Answered) -> Rating:
    grade = answered.grade
    return suggested(grade.points / grade.max_points)


def _ratings(asked: _Asked, model: Model) -> list[str]:
    now, hint = _now(), asked.hint
    lines = [wording.how_well(right=hint == Rating.GOOD)]
    for rating, after in model.choices(asked.memory, now).items():
        note = "  (suggested)" if rating == hint else ""
        when = wording.due_text(after.due, now)
        lines.append(f"    {rating.value}  {rating.name.capitalize():<7} {when}{note}")
    return [*lines, f"1 to 4; Enter: {(hint or Rating.GOOD).name.capitalize()}."]


def _chosen(default: Rating) -> Rating:
    numbers = {str(rating.value): rating for rating in Rating} | {"": default}
    while (word := read_line(KEYS).strip()) not in numbers:
        say("Choose one of 1 to 4.")
    return numbers[word]


def _now() -> datetime:
    return datetime.now(UTC)
