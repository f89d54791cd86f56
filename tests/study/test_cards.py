"""The points that hang on each card, by hand."""

from __future__ import annotations

import pytest
from msgspec import structs

from quizapp.content import bank
from quizapp.content.model import (
    ChecklistItem,
    Exam,
    InterviewQuestion,
    Library,
    Part,
    Question,
    Template,
    TemplateSet,
    WeekFile,
)
from quizapp.study.cards import Card, Deck, deck


def question(number: int, points: float, week: int, *concepts: str) -> Question:
    return Question(
        id=f"q{number:02}",
        title=f"question {number}",
        week=week,
        points=points,
        concepts=concepts,
        prompt="…",
        parts=(Part(id="a", points=points, kind="text"),),
    )


def template(name: str, week: int, difficulty: int, *concepts: str) -> Template:
    return Template(
        id=name,
        week=week,
        difficulty=difficulty,
        concepts=concepts,
        prompt="…",
        parts=(Part(id="a", points=1, kind="integer"),),
    )


ITEM = ChecklistItem(id="w04-1", claim="I can say why", concepts=("why",))
DRILLED = ChecklistItem(id="w04-2", claim="I can count", concepts=("count", "why"))
INTERVIEW = InterviewQuestion(
    id="iv-01",
    title="what convolution is",
    origin="guide",
    week=4,
    concepts=("convolve",),
    prompt="…",
    model_answer="…",
    ideas=(),
)


@pytest.fixture
def small() -> Deck:
    """Two questions: one on two concepts with three cards, one on a concept without any."""
    library = Library(
        exam=Exam(
            title="exam",
            minutes=20,
            questions=(question(1, 8, 4, "count", "convolve"), question(2, 3, 5, "nothing")),
        ),
        weeks=(
            WeekFile(
                week=4,
                title="Networks — convolution",
                insight="…",
                checklist=(ITEM, DRILLED),
                notes=(),
            ),
        ),
        interview=(INTERVIEW,),
    )
    templates = TemplateSet(
        (template("hard", 4, 3, "count"), template("easy", 4, 1, "count", "convolve"))
    )
    return deck(library, templates)


def test_what_is_a_card(small: Deck) -> None:
    assert {card.id: card.kind for card in small.cards} == {
        "hard": "template",
        "easy": "template",
        "q01": "question",
        "q02": "question",
        "iv-01": "interview",
        "w04-1": "item",  # w04-2 is drilled by templates
    }
    assert small.topics == {4: "Convolution"}


@pytest.mark.parametrize(
    ("card", "points", "minutes"),
    [
        ("q01", 4, 8 * 120 / 98),  # half of 8
        ("q02", 3, 3 * 120 / 98),  # nothing else is on its concept
        ("hard", 1, 2.5),  # 8 / 2 / 2 concepts / 2 cards
        ("easy", 2, 1.5),  # the same on each concept
        ("iv-01", 1, 3.0),
        ("w04-1", 0, 1.5),
    ],
)
def test_points_and_minutes(small: Deck, card: str, points: float, minutes: float) -> None:
    found = small.card(card)
    assert found is not None
    assert found.points == pytest.approx(points)
    assert found.minutes == pytest.approx(minutes)


def test_shares_go_by_the_week_of_the_question(small: Deck) -> None:
    assert small.by_id["easy"].shares == ((4, 2.0),)
    assert small.by_id["q02"].shares == ((5, 3.0),)
    assert small.by_id["w04-1"].shares == ()


def test_all_points_are_given_out(small: Deck) -> None:
    assert sum(card.points for card in small.cards) == pytest.approx(small.possible) == 11


def test_new_cards_are_met_by_week_then_easy_ones_first(small: Deck) -> None:
    order = [card.id for card in small.cards]
    assert order.index("easy") < order.index("hard") < order.index("q01") < order.index("q02")


def test_a_card_that_is_gone() -> None:
    card = Card(id="x", kind="item", title="x", week=2, concepts=(), minutes=1)
    assert Deck((card,), 0.0).card("x") is card
    assert Deck((card,), 0.0).card("y") is None


def test_the_course() -> None:
    course = deck(bank.load(), bank.templates())
    assert course.possible == 98
    assert sum(card.points for card in course.cards) == pytest.approx(98)
    assert len({card.id for card in course.cards}) == len(course.cards)
    by_week: dict[int, float] = {}
    for card in course.cards:
        assert sum(points for _, points in card.shares) == pytest.approx(card.points)
        for week, points in card.shares:
            by_week[week] = by_week.get(week, 0.0) + points
    expected = {2: 3, 3: 7, 4: 5, 5: 14, 6: 5, 7: 6, 8: 6, 9: 12, 10: 21, 11: 19}
    assert by_week == pytest.approx(expected)


def test_the_deck_without_points_is_still_a_deck(small: Deck) -> None:
    """A folder of questions of one's own may have no exam."""
    library = Library(exam=Exam(title="", minutes=1, questions=()), weeks=())
    templates = TemplateSet((template("hard", 4, 3, "count"),))
    bare = deck(library, templates)
    assert [card.points for card in bare.cards] == [0.0]
    assert structs.replace(small, cards=()).by_id == {}
