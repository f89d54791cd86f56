"""One sitting-down to review: which card comes next, and what it came to.

A card that was not known waits its ten minutes and comes back; where nothing else is left it
comes at once. The last rating can be taken back, and leaving loses nothing: every rating is saved
when it is given.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from quizapp.content.model import Library, Part, Question, TemplateSet
from quizapp.study.cards import Card, Deck
from quizapp.study.memory import Memory, Rating
from quizapp.study.schema import LONGEST
from quizapp.study.wording import count


class Rated(Struct, frozen=True):
    """A card that was rated in this session."""

    card: str
    rating: Rating
    seconds: float


class Session:
    """The cards of one review, in order."""

    def __init__(self, cards: Sequence[str], *, at: str = "") -> None:
        """``at``: the card that is open already, and so the first."""
        self._queue = [card for card in dict.fromkeys(cards) if card != at]
        self._waiting: dict[str, datetime] = {}
        self._rated: list[Rated] = []
        self.current = at

    @property
    def total(self) -> int:
        """Different cards, those to come included."""
        done = {rated.card for rated in self._rated}
        return len(done | set(self._queue) | set(self._waiting) | {self.current} - {""})

    @property
    def number(self) -> int:
        """Which one the current card is, counting each once."""
        return len({rated.card for rated in self._rated} - {self.current}) + 1

    def next(self, now: datetime) -> str:
        """Go on with the next card; "" at the end."""
        over = [card for card, when in self._waiting.items() if when <= now]
        if over:
            self.current = over[0]
        elif self._queue:
            self.current = self._queue.pop(0)
        else:
            self.current = min(self._waiting, key=self._waiting.__getitem__, default="")
        self._waiting.pop(self.current, None)
        return self.current

    def upcoming(self) -> str:
        """The card to prepare while the current one is answered; "" where that is not known."""
        return self._queue[0] if self._queue else ""

    def rated(self, rating: Rating, memory: Memory, seconds: float, now: datetime) -> None:
        """The current card was rated; one that was not known comes back within the hour."""
        self._rated.append(Rated(self.current, rating, min(seconds, LONGEST)))
        if rating == Rating.AGAIN and memory.due - now < timedelta(hours=1):
            self._waiting[self.current] = memory.due
        self.current = ""

    def leave_out(self) -> None:
        """The current card is not asked again in this session."""
        self.current = ""

    def take_back(self) -> str:
        """Undo the last rating: its card is the current one again; "" where there is none."""
        if not self._rated:
            return ""
        if self.current:
            self._queue.insert(0, self.current)
        self.current = self._rated.pop().card
        self._waiting.pop(self.current, None)
        return self.current

    @property
    def wrong(self) -> list[str]:
        """The cards that were not known at first, each once."""
        first: dict[str, Rating] = {}
        for rated in self._rated:
            first.setdefault(rated.card, rated.rating)
        return [card for card, rating in first.items() if rating == Rating.AGAIN]

    def summary(self) -> str:
        """ "9 cards, 13 minutes, 7 right."; "" where nothing was rated."""
        done = len({rated.card for rated in self._rated})
        if not done:
            return ""
        minutes = max(round(sum(rated.seconds for rated in self._rated) / 60), 1)
        right = done - len(self.wrong)
        return f"{count(done, 'card')}, {count(minutes, 'minute')}, {right} right."

    def ending(self, deck: Deck) -> str:
        """The summary and what the keys do at the end; "" where nothing was rated."""
        summary = self.summary()
        drilled = [card for card in self.wrong if deck.by_id[card].kind == "template"]
        wrong = "the one that was" if len(drilled) == 1 else f"the {len(drilled)} that were"
        drills = f"; d drills {wrong} wrong" if drilled else ""
        return f"{summary} Enter goes on with today's plan{drills}." if summary else ""


# --------------------------------------------------------------------- what a card asks


def question_of(card: Card, library: Library, templates: TemplateSet) -> Question:
    """What is asked; raises KeyError where the content is no longer there."""
    match card.kind:
        case "template":
            return templates.template(card.id)
        case "question":
            return library.question(card.id)
        case "interview":
            return {asked.id: asked for asked in library.interview}[card.id].question
        case "item":
            return _item(card, library)


def _item(card: Card, library: Library) -> Question:
    """A checklist item that no template drills: shown or said, then compared with the notes."""
    notes = (
        note.body
        for week in library.weeks
        for note in week.notes
        if set(note.concepts) & set(card.concepts)
    )
    model = next(notes, "No study note is written on this yet.")
    part = Part(id="a", points=1, kind="text", model_answer=model)
    return Question(
        id=card.id,
        title=card.title,
        week=card.week,
        points=1,
        concepts=card.concepts,
        prompt=f"Show in a few words that you can {card.title.removeprefix('I can ')}",
        parts=(part,),
    )
