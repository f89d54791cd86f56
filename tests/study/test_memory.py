"""The memory of a card against the fsrs package, its published vectors, the calendar."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import fsrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quizapp.study.days import day_begins, days_between, study_date
from quizapp.study.memory import Memory, Model, Rating, recall, suggested

BERLIN = ZoneInfo("Europe/Berlin")
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
MODEL = Model(tz=UTC)
AGAIN, HARD, GOOD, EASY = Rating
LEARNING, REVIEW, RELEARNING = 1, 2, 3
# Another learner's, from the package's tests.
OWN = (
    0.1456, 0.4186, 1.1104, 4.1315, 5.2417, 1.3098, 0.8975, 0.0010, 1.5674, 0.0567, 0.9661,
    2.0275, 0.1592, 0.2446, 1.5071, 0.2272, 2.8755, 1.234, 0.56789, 0.1437, 0.2,
)  # fmt: skip


def rated(*ratings: Rating, model: Model = MODEL, days: tuple[int, ...] = ()) -> Memory:
    """A card rated at noon, so many days after one another."""
    memory, now = None, NOON
    for rating, wait in zip(ratings, days or (0,) * len(ratings), strict=True):
        now += timedelta(days=wait)
        memory = model.rated(memory, rating, now)
    assert memory is not None
    return memory


# ---------------------------------------------------------------------- published vectors


def test_the_published_memory_state() -> None:
    """The vector that fsrs-rs and its sisters share for FSRS-6 with default parameters."""
    memory = rated(AGAIN, GOOD, GOOD, GOOD, GOOD, GOOD, days=(0, 0, 1, 3, 8, 21))
    assert memory.stability == pytest.approx(53.62691, rel=1e-6)
    assert memory.difficulty == pytest.approx(6.3574867, rel=1e-6)


def test_the_published_intervals() -> None:
    """py-fsrs, test_review_card: its second Good comes ten minutes after the first."""
    memory, now = MODEL.rated(None, GOOD, NOON), NOON
    intervals = []
    for _ in range(4):
        memory = MODEL.rated(memory, GOOD, now)
        intervals.append(days_between(now, memory.due, UTC))
        now = memory.due
    assert intervals == [2, 11, 46, 163]


def test_easy_ten_times_on_one_day() -> None:
    assert rated(*[EASY] * 10).difficulty == 1.0


@pytest.mark.parametrize(
    ("rating", "stability", "state", "due"),
    [
        (AGAIN, 0.212, LEARNING, timedelta(minutes=10)),
        (HARD, 1.2931, REVIEW, timedelta(days=1)),
        (GOOD, 2.3065, REVIEW, timedelta(days=2)),
        (EASY, 8.2956, REVIEW, timedelta(days=8)),
    ],
)
def test_a_new_card(rating: Rating, stability: float, state: int, due: timedelta) -> None:
    memory = MODEL.rated(None, rating, NOON)
    assert memory.stability == stability
    assert memory.state == state
    assert (memory.step is None) == (state == REVIEW)
    if state == REVIEW:
        assert study_date(memory.due, UTC) == NOON.date() + due
    else:
        assert memory.due == NOON + due
    assert memory.last == NOON


# ------------------------------------------------------------------------- the package


def by_the_package(
    ratings: list[tuple[Rating, int]], parameters: tuple[float, ...], retention: float
) -> fsrs.Card:
    """Again comes back on the same day, every other rating on a later one."""
    card, now = fsrs.Card(card_id=1), NOON
    for rating, wait in ratings:
        now += timedelta(days=wait)
        steps = [timedelta(minutes=10)] if rating == AGAIN else []
        scheduler = fsrs.Scheduler(
            parameters=parameters or fsrs.Scheduler().parameters,
            desired_retention=retention,
            learning_steps=steps,
            relearning_steps=steps,
            maximum_interval=365,
            enable_fuzzing=False,
        )
        card, _ = scheduler.review_card(card, fsrs.Rating(rating), now)
    return card


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(Rating), st.integers(0, 90)), min_size=1, max_size=12),
    st.sampled_from([(), OWN]),
    st.sampled_from([0.7, 0.8, 0.9, 0.95]),
)
def test_whatever_is_rated_it_is_as_the_package_says(
    ratings: list[tuple[Rating, int]], parameters: tuple[float, ...], retention: float
) -> None:
    model = Model(parameters=parameters, retention=retention, tz=UTC)
    memory = rated(*[r for r, _ in ratings], model=model, days=tuple(days for _, days in ratings))
    card = by_the_package(ratings, parameters, retention)
    assert (memory.state, memory.step) == (int(card.state), card.step)
    assert memory.stability == card.stability
    assert memory.difficulty == card.difficulty
    assert card.last_review == memory.last
    if memory.state == REVIEW:
        assert days_between(memory.last, memory.due, UTC) == (card.due - card.last_review).days
    else:
        assert memory.due == card.due
    for days in (0, 1, 10, 400):
        later = memory.last + timedelta(days=days)
        theirs = fsrs.Scheduler(parameters=parameters or fsrs.Scheduler().parameters)
        assert model.recall(memory, later.date()) == pytest.approx(
            theirs.get_card_retrievability(card, later), rel=1e-12
        )


def test_the_forgetting_curve() -> None:
    for parameters in ((), OWN):
        assert recall(5.0, 5, parameters) == pytest.approx(0.9)
        assert recall(5.0, 0, parameters) == 1.0
        values = [recall(5.0, day, parameters) for day in range(100)]
        assert values == sorted(values, reverse=True)
    assert recall(1.0, 100) == pytest.approx((1 + (0.9 ** (-1 / 0.1542) - 1) * 100) ** -0.1542)


@pytest.mark.parametrize("retention", [0.7, 0.8, 0.9, 0.95, 0.97])
def test_a_card_comes_back_at_the_recall_that_is_wanted(retention: float) -> None:
    model = Model(retention=retention, tz=UTC)
    memory = rated(GOOD, GOOD, GOOD, model=model, days=(0, 2, 3))
    due = study_date(memory.due, UTC)
    assert model.recall(memory, due) == pytest.approx(retention, abs=0.005)


# ------------------------------------------------------------------ days, zones, the clock


def test_the_time_of_day_changes_nothing() -> None:
    """23:00 and 8:00 the next morning are a day apart; the package would say none."""
    first = MODEL.rated(None, GOOD, datetime(2026, 11, 20, 23, 0, tzinfo=UTC))
    next_morning = MODEL.rated(first, GOOD, datetime(2026, 11, 21, 8, 0, tzinfo=UTC))
    assert next_morning.stability == rated(GOOD, GOOD, days=(0, 1)).stability
    at_night = MODEL.rated(first, GOOD, datetime(2026, 11, 21, 3, 59, tzinfo=UTC))
    assert at_night.stability == rated(GOOD, GOOD, days=(0, 0)).stability


@pytest.mark.parametrize("change", [date(2026, 3, 29), date(2026, 10, 25)])
def test_the_day_the_clock_is_changed_counts_as_one(change: date) -> None:
    model = Model(tz=BERLIN)
    for hour in (0, 6, 12, 19):
        for days in range(1, 4):
            start = day_begins(change - timedelta(days=1), BERLIN) + timedelta(hours=hour)
            after = day_begins(change - timedelta(days=1) + timedelta(days=days), BERLIN)
            memory = model.rated(model.rated(None, GOOD, start), GOOD, after)
            assert memory.stability == rated(GOOD, GOOD, days=(0, days)).stability
            due = study_date(model.rated(None, GOOD, start).due, BERLIN)
            assert due == change + timedelta(days=1)


def test_a_clock_that_was_set_back_counts_as_the_same_day() -> None:
    memory = MODEL.rated(None, GOOD, NOON)
    for back in (timedelta(minutes=5), timedelta(days=1), timedelta(days=4000)):
        again = MODEL.rated(memory, GOOD, NOON - back)
        assert again.stability == rated(GOOD, GOOD).stability
        assert again.last == NOON - back
        assert again.due > again.last
        assert MODEL.recall(memory, (NOON - back).date()) == 1.0


@pytest.mark.parametrize("there", ["America/New_York", "Asia/Tokyo", "Pacific/Honolulu", "UTC"])
def test_a_card_stays_due_on_its_day_in_another_zone(there: str) -> None:
    for hour in (4, 12, 20):
        now = datetime(2026, 11, 20, hour, 0, tzinfo=BERLIN).astimezone(UTC)
        due = Model(tz=BERLIN).rated(None, EASY, now).due
        assert study_date(due, ZoneInfo(there)) == date(2026, 11, 28)


# ---------------------------------------------------------------------------- the exam


@pytest.mark.parametrize(
    ("exam", "days"),
    [
        (None, 8),
        (date(2026, 12, 24), 8),
        (date(2026, 11, 24), 4),  # no date is later than the exam
        (date(2026, 11, 21), 1),
        (date(2026, 11, 20), 8),  # today: what comes after is spread as usual
        (date(2026, 11, 1), 8),  # over
    ],
)
def test_no_date_is_later_than_the_exam(exam: date | None, days: int) -> None:
    model = Model(exam=exam, tz=UTC)
    assert days_between(NOON, model.rated(None, EASY, NOON).due, UTC) == days


def test_nothing_is_put_off_for_longer_than_a_year() -> None:
    memory = rated(*[EASY] * 8, days=(0, 8, 60, 300, 365, 365, 365, 365))
    assert days_between(memory.last, memory.due, UTC) == 365


def test_the_exam_moves_the_date_and_not_the_memory() -> None:
    near, far = Model(exam=date(2026, 11, 22), tz=UTC), Model(tz=UTC)
    ours, theirs = near.rated(None, EASY, NOON), far.rated(None, EASY, NOON)
    assert (ours.stability, ours.difficulty) == (theirs.stability, theirs.difficulty)


def test_choices_are_in_order() -> None:
    for memory in (None, rated(GOOD), rated(GOOD, GOOD, AGAIN, days=(0, 2, 11))):
        now = memory.due if memory else NOON
        choices = MODEL.choices(memory, now)
        assert list(choices) == [AGAIN, HARD, GOOD, EASY]
        due = [choice.due for choice in choices.values()]
        assert due == sorted(due)
        stabilities = [choice.stability for choice in choices.values()]
        assert stabilities == sorted(stabilities)


@pytest.mark.parametrize(
    ("share", "helped", "rating"),
    [
        (0.0, False, AGAIN), (0.49, False, AGAIN), (0.5, False, HARD), (0.99, False, HARD),
        (1.0, False, GOOD), (1.0, True, HARD), (0.75, True, HARD), (0.25, True, AGAIN),
    ],
)  # fmt: skip
def test_the_grade_suggests_a_rating(share: float, helped: bool, rating: Rating) -> None:
    assert suggested(share, helped=helped) == rating


def test_ratings_are_those_of_the_package() -> None:
    assert [(r.name.title(), int(r)) for r in Rating] == [(r.name, int(r)) for r in fsrs.Rating]
