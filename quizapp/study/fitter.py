"""``python -m quizapp.study.fitter``: the optimizer of fsrs, from JSON to JSON."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import fsrs
import msgspec

from quizapp.study.fitting import Fitted, Histories

_HELD_BACK = 5  # every fifth card
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_LEAST = 1e-6  # a probability, so that no rating costs infinitely much


def main() -> None:
    given = msgspec.json.decode(sys.stdin.buffer.read(), type=Histories)
    held_back = given.cards[::_HELD_BACK]
    fitted_to = [card for at, card in enumerate(given.cards) if at % _HELD_BACK]
    parameters = tuple(fsrs.Optimizer(list(_logs(fitted_to))).compute_optimal_parameters())
    before = given.parameters or fsrs.Scheduler().parameters
    found = Fitted(
        parameters=parameters,
        before=loss(held_back, before),
        after=loss(held_back, parameters),
    )
    sys.stdout.buffer.write(msgspec.json.encode(found))


def _logs(cards: list[list[tuple[int, int]]]) -> Iterator[fsrs.ReviewLog]:
    """Days as periods of 24 hours, which is what the package counts; ratings of a day in order."""
    first = min(day for card in cards for day, _ in card)
    for number, card in enumerate(cards):
        for day, rating in card:
            yield fsrs.ReviewLog(
                card_id=number,
                rating=fsrs.Rating(rating),
                review_datetime=_EPOCH + timedelta(days=day - first),
                review_duration=None,
            )


def loss(cards: list[list[tuple[int, int]]], parameters: tuple[float, ...]) -> float:
    """The mean of -log p over the ratings of a later day, p as foretold: of Again, or of not."""
    scheduler = fsrs.Scheduler(parameters=parameters, enable_fuzzing=False)
    losses = []
    for number, history in enumerate(cards):
        card = fsrs.Card(card_id=number, due=_EPOCH)
        for log in sorted(_logs([history]), key=lambda log: log.review_datetime):
            if card.last_review and log.review_datetime > card.last_review:
                known = scheduler.get_card_retrievability(card, log.review_datetime)
                chance = 1 - known if log.rating == fsrs.Rating.Again else known
                losses.append(-math.log(max(chance, _LEAST)))
            card, _ = scheduler.review_card(card, log.rating, log.review_datetime)
    return sum(losses) / len(losses) if losses else math.inf


if __name__ == "__main__":
    main()
