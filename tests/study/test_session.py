"""A review in order: cards that were not known come back, the last rating can be taken back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from quizapp.content import bank
from quizapp.study.cards import deck
from quizapp.study.memory import Memory, Rating
from quizapp.study.session import Session, question_of

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


def _memory(minutes: float) -> Memory:
    return Memory(
        state=2,
        step=None,
        stability=1.0,
        difficulty=5.0,
        due=NOW + timedelta(minutes=minutes),
        last=NOW,
    )


def _rate(session: Session, rating: Rating, *, minutes: float = 3000, seconds: float = 60) -> None:
    session.rated(rating, _memory(minutes), seconds, NOW)


def test_cards_come_once_each_in_their_order() -> None:
    session = Session(["a", "b", "a", "c"])
    order = []
    while session.next(NOW):
        order.append((session.current, session.number, session.total))
        _rate(session, Rating.GOOD)
    assert order == [("a", 1, 3), ("b", 2, 3), ("c", 3, 3)]
    assert session.summary() == "3 cards, 3 minutes, 3 right."


def test_what_was_not_known_comes_back_when_its_minutes_are_over() -> None:
    session = Session(["a", "b", "c"])
    session.next(NOW)
    _rate(session, Rating.AGAIN, minutes=10)
    assert session.next(NOW + timedelta(minutes=2)) == "b"
    _rate(session, Rating.GOOD)
    assert session.next(NOW + timedelta(minutes=11)) == "a"
    assert session.number == 2  # two different cards were done, and this is one of them
    assert session.total == 3


def test_with_nothing_else_left_it_comes_back_at_once() -> None:
    session = Session(["a"])
    session.next(NOW)
    _rate(session, Rating.AGAIN, minutes=10)
    assert session.next(NOW) == "a"
    _rate(session, Rating.GOOD)
    assert session.next(NOW) == ""


def test_known_at_the_second_time_still_counts_as_wrong_at_first() -> None:
    session = Session(["a"])
    session.next(NOW)
    _rate(session, Rating.AGAIN, minutes=10)
    session.next(NOW)
    _rate(session, Rating.GOOD)
    assert session.wrong == ["a"]
    assert session.summary() == "1 card, 2 minutes, 0 right."


def test_taking_back_puts_both_cards_in_their_places() -> None:
    session = Session(["a", "b", "c"])
    session.next(NOW)
    _rate(session, Rating.AGAIN, minutes=10)
    session.next(NOW)  # b stands there
    assert session.take_back() == "a"
    _rate(session, Rating.GOOD)
    assert [session.next(NOW) for _ in range(2)] == ["b", "c"]
    assert session.wrong == []


def test_taking_back_without_a_rating_changes_nothing() -> None:
    session = Session(["a"])
    assert session.take_back() == ""
    assert session.next(NOW) == "a"


def test_a_card_left_out_is_not_asked_again() -> None:
    session = Session(["a", "b"])
    session.next(NOW)
    session.leave_out()
    assert session.next(NOW) == "b"
    assert session.total == 1


def test_nobody_sits_at_a_card_for_hours() -> None:
    session = Session(["a"])
    session.next(NOW)
    _rate(session, Rating.GOOD, seconds=9 * 3600)  # they left, and answered the next morning
    assert session.summary() == "1 card, 15 minutes, 1 right."


def test_the_end_offers_to_drill_what_has_numbers() -> None:
    found = deck(bank.load(), bank.templates())
    one, two = [card.id for card in found.cards if card.kind == "template"][:2]
    words = next(card.id for card in found.cards if card.kind == "interview")
    for wrong, drills in (
        ([], ""),
        ([words], ""),
        ([one, words], "; d drills the one that was wrong"),
        ([one, two, words], "; d drills the 2 that were wrong"),
    ):
        session = Session([one, two, words])
        assert session.ending(found) == ""
        while card := session.next(NOW):
            _rate(session, Rating.AGAIN if card in wrong else Rating.GOOD)
        assert session.ending(found) == (
            f"3 cards, 3 minutes, {3 - len(wrong)} right. Enter goes on with today's plan{drills}."
        )


def test_an_empty_session_has_no_summary() -> None:
    session = Session([])
    assert session.next(NOW) == ""
    assert session.summary() == ""


def test_every_card_of_the_deck_asks_something() -> None:
    library, templates = bank.load(), bank.templates()
    cards = deck(library, templates).cards
    kinds = set()
    for card in cards:
        question = question_of(card, library, templates)
        assert question.id == card.id
        assert question.parts
        kinds.add(card.kind)
    assert kinds == {"template", "question", "interview", "item"}


def test_a_checklist_item_is_compared_with_its_note() -> None:
    library, templates = bank.load(), bank.templates()
    items = [card for card in deck(library, templates).cards if card.kind == "item"]
    for card in items:
        question = question_of(card, library, templates)
        assert question.prompt.startswith("Show in a few words that you can ")
        assert len(question.parts[0].model_answer) > 100


def test_a_card_whose_content_is_gone_is_named() -> None:
    library, templates = bank.load(), bank.templates()
    card = next(card for card in deck(library, templates).cards if card.kind == "interview")
    with pytest.raises(KeyError):
        question_of(card, type(library)(exam=library.exam, weeks=library.weeks), templates)
