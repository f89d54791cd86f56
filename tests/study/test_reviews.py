"""Rating, undoing, burying; what is due; two windows; attempts and sittings that rate."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from quizapp.content.model import Exam
from quizapp.errors import CannotSave, ProgressError, ReviewedElsewhere
from quizapp.marking.grade import Grade, PartGrade
from quizapp.study import reviews
from quizapp.study.files import NAME
from quizapp.study.marks import Mark
from quizapp.study.memory import Memory, Model, Rating
from quizapp.study.progress import Progress
from quizapp.study.reviews import DayLine, History
from quizapp.study.schema import MIGRATIONS
from quizapp.study.settings import set_exam_date, set_retention
from tests.study.replay import check

AGAIN, HARD, GOOD, EASY = Rating
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
MODEL = Model(tz=UTC)


def rate(
    progress: Progress, card: str, rating: Rating, now: datetime, seconds: float | None = None
) -> Memory:
    return progress.rate(card, rating, suggested=GOOD, model=MODEL, now=now, seconds=seconds)


def part(name: str, points: float, max_points: float = 2, verdict: str = "wrong") -> PartGrade:
    verdict = "right" if points == max_points else verdict
    return PartGrade(part=name, verdict=verdict, points=points, max_points=max_points)  # type: ignore[arg-type]


# ---------------------------------------------------------------------------- rating


def test_a_card_is_new_until_it_is_rated(progress: Progress, now: datetime) -> None:
    assert progress.memory("conv") is None
    assert progress.memories() == {}
    memory = rate(progress, "conv", GOOD, now)
    assert memory == MODEL.rated(None, GOOD, now)
    assert progress.memory("conv") == memory
    assert progress.memories() == {"conv": memory}
    later = now + 2 * DAY
    assert rate(progress, "conv", EASY, later) == MODEL.rated(memory, EASY, later)


def test_all_is_there_in_the_next_start(folder: Path, now: datetime) -> None:
    with Progress.open(folder, now=now) as progress:
        memory = rate(progress, "conv", HARD, now)
    with Progress.open(folder, now=now) as progress:
        assert progress.memories() == {"conv": memory}


def test_every_rating_is_kept(progress: Progress, now: datetime) -> None:
    rate(progress, "conv", GOOD, now, seconds=12.5)
    rate(progress, "conv", AGAIN, now + 2 * DAY)
    rows = progress.rows(
        "SELECT card, what, kind, rating, suggested, seconds, state, before IS NULL FROM review"
    )
    assert rows == [
        ("conv", "rated", "review", 3, 3, 12.5, 2, 1),
        ("conv", "rated", "review", 1, 3, None, 3, 0),
    ]
    for change in ("DELETE FROM review", "UPDATE review SET rating = 4"):
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            progress.rows(change)


def test_histories(progress: Progress, now: datetime) -> None:
    """A test is a rating of what was learnt, half a day or longer after the last one."""
    plan = [
        (GOOD, timedelta(0)), (GOOD, timedelta(hours=1)), (GOOD, 3 * DAY), (AGAIN, 9 * DAY),
        (AGAIN, 10 * MINUTE), (GOOD, 10 * MINUTE), (HARD, 2 * DAY),
    ]  # fmt: skip
    for rating, wait in plan:
        now += wait
        rate(progress, "conv", rating, now)
    rate(progress, "iv-01", AGAIN, now)
    assert progress.histories() == {
        "conv": History(reviews=7, lapses=1, tests=3, passed=2),
        "iv-01": History(reviews=1, lapses=0, tests=0, passed=0),
    }


# ------------------------------------------------------------------------- two windows


def test_two_windows_review_the_same_card(folder: Path, now: datetime) -> None:
    with Progress.open(folder, now=now) as one, Progress.open(folder, now=now) as other:
        first = rate(one, "conv", GOOD, now)
        now += 2 * DAY
        seen = other.memory("conv")
        assert seen == first
        stands = one.rate("conv", EASY, suggested=GOOD, model=MODEL, now=now, seen=first)
        with pytest.raises(ReviewedElsewhere) as told:
            other.rate("conv", AGAIN, suggested=GOOD, model=MODEL, now=now, seen=seen)
        assert str(told.value) == (
            "This card was rated in another window meanwhile. That rating stands."
        )
        assert other.memory("conv") == stands
        assert other.histories()["conv"].reviews == 2
        # Shown again as it is now, it can be rated.
        other.rate("conv", GOOD, suggested=GOOD, model=MODEL, now=now, seen=stands)
        # New here, rated there.
        one.rate("gru", GOOD, suggested=None, model=MODEL, now=now, seen=None)
        with pytest.raises(ReviewedElsewhere):
            other.rate("gru", GOOD, suggested=None, model=MODEL, now=now, seen=None)


def test_undone_there_is_new_again_here(folder: Path, now: datetime) -> None:
    with Progress.open(folder, now=now) as one, Progress.open(folder, now=now) as other:
        seen = rate(one, "conv", GOOD, now)
        assert other.undo_rating(now, UTC) == "conv"
        with pytest.raises(ReviewedElsewhere):
            one.rate("conv", EASY, suggested=GOOD, model=MODEL, now=now, seen=seen)
        one.rate("conv", EASY, suggested=GOOD, model=MODEL, now=now, seen=None)


def test_each_window_takes_back_what_it_rated(folder: Path, now: datetime) -> None:
    with Progress.open(folder, now=now) as one, Progress.open(folder, now=now) as other:
        rate(one, "conv", GOOD, now)
        rated_there = rate(other, "gru", GOOD, now)
        assert one.undo_rating(now, UTC, card="lstm") is None
        assert one.undo_rating(now, UTC, card="conv") == "conv"
        assert one.memories() == {"gru": rated_there}
        assert one.undo_rating(now, UTC, card="conv") is None


# -------------------------------------------------------------------------------- undo


def test_undo_goes_back_step_by_step(progress: Progress, now: datetime) -> None:
    first = rate(progress, "conv", GOOD, now - 5 * DAY)
    second = rate(progress, "conv", AGAIN, now)
    rate(progress, "conv", GOOD, now + 10 * MINUTE)
    rate(progress, "gru", EASY, now + 11 * MINUTE)
    after = now + 12 * MINUTE
    assert progress.undo_rating(after, UTC) == "gru"
    assert progress.memories().keys() == {"conv"}
    assert progress.undo_rating(after, UTC) == "conv"
    assert progress.memory("conv") == second
    assert progress.undo_rating(after, UTC) == "conv"
    assert progress.memory("conv") == first
    assert progress.histories() == {"conv": History(reviews=1, lapses=0, tests=0, passed=0)}
    assert progress.undo_rating(after, UTC) is None  # the first was days ago
    assert rate(progress, "conv", HARD, after) == MODEL.rated(first, HARD, after)


def test_what_was_undone_can_be_rated_and_undone_again(progress: Progress, now: datetime) -> None:
    for _ in range(3):
        rate(progress, "conv", GOOD, now)
        assert progress.undo_rating(now, UTC) == "conv"
        assert progress.memory("conv") is None
    assert progress.undo_rating(now, UTC) is None


def test_a_drill_is_not_undone(progress: Progress, now: datetime) -> None:
    rate(progress, "gru", GOOD, now)
    drilled = progress.rate("conv", GOOD, suggested=GOOD, model=MODEL, now=now, kind="drill")
    assert progress.undo_rating(now, UTC) == "gru"
    assert progress.undo_rating(now, UTC) is None
    assert progress.memory("conv") == drilled


def test_a_review_that_a_drill_built_on_stays(progress: Progress, now: datetime) -> None:
    rate(progress, "conv", GOOD, now)
    drilled = progress.rate("conv", GOOD, suggested=GOOD, model=MODEL, now=now, kind="drill")
    assert progress.undo_rating(now, UTC) is None
    assert progress.memory("conv") == drilled


def test_undo_is_for_this_study_day(progress: Progress) -> None:
    late = datetime(2026, 11, 21, 3, 50, tzinfo=UTC)
    rate(progress, "conv", GOOD, late)
    assert progress.undo_rating(late + 20 * MINUTE, UTC) is None
    rate(progress, "conv", GOOD, late - 5 * DAY)  # the clock was set back: undone all the same
    assert progress.undo_rating(late - 5 * DAY, UTC) == "conv"


# --------------------------------------------------------------------------------- due


def test_learning_first_then_the_soonest_forgotten(progress: Progress, now: datetime) -> None:
    rate(progress, "long", EASY, now - 8 * DAY)
    rate(progress, "late", GOOD, now - 9 * DAY)
    rate(progress, "step", AGAIN, now - 11 * MINUTE)
    rate(progress, "soon", AGAIN, now - 5 * MINUTE)
    rate(progress, "well", GOOD, now)
    assert progress.due(now, UTC) == ["step", "late", "long"]
    assert progress.due(now + 5 * MINUTE, UTC) == ["step", "soon", "late", "long"]
    forgotten = {card: MODEL.recall(m, now.date()) for card, m in progress.memories().items()}
    assert forgotten["late"] < forgotten["long"]


def test_due_from_four_in_the_morning(progress: Progress, now: datetime) -> None:
    rate(progress, "conv", GOOD, now)
    night, morning = (
        datetime(2026, 11, 22, 3, 59, tzinfo=UTC),
        datetime(2026, 11, 22, 4, tzinfo=UTC),
    )
    assert progress.due(night, UTC) == []
    assert progress.due(morning, UTC) == ["conv"]


def test_due_counts(progress: Progress, now: datetime) -> None:
    assert progress.due_counts(now, 3, UTC) == [0, 0, 0]
    rate(progress, "late", GOOD, now - 9 * DAY)
    rate(progress, "step", AGAIN, now)
    rate(progress, "two days", GOOD, now)
    rate(progress, "eight days", EASY, now)
    assert progress.due_counts(now, 9, UTC) == [2, 0, 1, 0, 0, 0, 0, 0, 1]
    assert progress.due_counts(now, 1, UTC) == [2]
    progress.bury("late", now, UTC)
    assert progress.due_counts(now, 3, UTC) == [1, 1, 1]


def test_the_buried_come_back_tomorrow(progress: Progress, now: datetime) -> None:
    rate(progress, "conv", GOOD, now - 9 * DAY)
    progress.bury("conv", now, UTC)
    progress.bury("new", now, UTC)
    assert progress.due(now, UTC) == []
    assert progress.buried(now) == {"conv", "new"}
    assert list(progress.memories()) == ["conv"]
    tomorrow = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
    assert progress.buried(tomorrow - MINUTE) == {"conv", "new"}
    assert progress.buried(tomorrow) == set()
    assert progress.due(tomorrow, UTC) == ["conv"]
    assert rate(progress, "new", GOOD, now).state == 2
    progress.bury("conv", now - DAY, UTC)  # the clock was set back: the later date stays
    assert progress.buried(now) == {"conv", "new"}


@pytest.mark.parametrize("there", ["America/New_York", "Asia/Tokyo"])
def test_what_is_due_stays_so_in_another_zone(progress: Progress, there: str) -> None:
    home, away = ZoneInfo("Europe/Berlin"), ZoneInfo(there)
    evening = datetime(2026, 11, 20, 21, 0, tzinfo=home).astimezone(UTC)
    model = Model(tz=home)
    progress.rate("conv", GOOD, suggested=None, model=model, now=evening)
    before = datetime(2026, 11, 21, 23, 0, tzinfo=away).astimezone(UTC)
    on_the_day = datetime(2026, 11, 22, 5, 0, tzinfo=away).astimezone(UTC)
    assert progress.due(before, away) == []
    assert progress.due(on_the_day, away) == ["conv"]
    assert progress.due_counts(before, 2, away) == [0, 1]


def test_a_clock_that_was_set_back_loses_nothing(progress: Progress, now: datetime) -> None:
    rate(progress, "conv", GOOD, now)
    past = now - 400 * DAY
    memory = rate(progress, "conv", GOOD, past)
    assert progress.memory("conv") == memory
    assert memory.stability == pytest.approx(
        MODEL.rated(MODEL.rated(None, GOOD, now), GOOD, now).stability
    )
    assert progress.due(past, UTC) == []
    assert progress.due(now, UTC) == ["conv"]
    assert progress.undo_rating(past, UTC) == "conv"


def test_the_model_follows_the_settings(progress: Progress, now: datetime) -> None:
    assert progress.model(now) == Model()
    set_exam_date(progress, "2026-12-04", now, UTC)
    set_retention(progress, 0.85, now)
    assert progress.model(now) == Model(exam=date(2026, 12, 4), retention=0.85)
    assert progress.model(now + 20 * DAY).exam == date(2026, 12, 4)  # it has passed: to be said
    assert progress.model(now + 60 * DAY).exam is None


# ------------------------------------------------------- memory is what the reviews say


def test_memory_is_what_the_reviews_say(progress: Progress, now: datetime) -> None:
    rng = random.Random(5)
    for _ in range(600):
        now += timedelta(minutes=rng.choice([1, 30, 600, 3000, -300]))
        card = f"card-{rng.randrange(12)}"
        match rng.randrange(8):
            case 0 | 1:
                progress.undo_rating(now, UTC)
            case 2:
                progress.bury(card, now, UTC)
            case _:
                rate(progress, card, rng.choice(list(Rating)), now)
    check(progress)


# ------------------------------------------------------------------ attempts that rate


@pytest.mark.parametrize(
    ("parts", "hints", "rating"),
    [
        ([part("a", 2), part("b", 3, 3)], {}, GOOD),
        ([part("a", 2), part("b", 0, 3)], {}, AGAIN),  # two of five points
        ([part("a", 0), part("b", 3, 3)], {}, HARD),
        ([part("a", 1.5, verdict="right"), part("b", 3, 3)], {"a": 1}, HARD),
        ([part("a", 2)], {"a": 1}, HARD),
        ([part("a", 0, verdict="right")], {}, AGAIN),  # all steps were seen
    ],
)
def test_a_first_try_rates_its_template_once(
    progress: Progress,
    now: datetime,
    parts: list[PartGrade],
    hints: dict[str, int],
    rating: Rating,
) -> None:
    memory = progress.record_variant(
        Grade(question="conv", parts=tuple(parts)), {"a": "600", "b": "7"}, now=now, kind="drill",
        seed=7, hints=hints, seconds=30.0, first_try=True,
    )  # fmt: skip
    assert memory == progress.memory("conv") == Model().rated(None, rating, now)
    assert progress.rows("SELECT kind, rating FROM review") == [("drill", rating)]
    attempts = progress.attempts_on("conv")
    assert {a.grade.part: a.response for a in attempts} == {
        p.part: {"a": "600", "b": "7"}[p.part] for p in parts
    }
    assert sum(a.seconds or 0 for a in attempts) == 30.0
    assert {a.grade.part: a.hints for a in attempts} == {
        p.part: hints.get(p.part, 0) for p in parts
    }


@pytest.mark.parametrize(("kind", "first_try"), [("drill", False), ("review", True)])
def test_other_tries_rate_nothing(
    progress: Progress, now: datetime, kind: Any, first_try: bool
) -> None:
    grade = Grade(question="conv", parts=(part("a", 2),))
    assert progress.record_variant(
        grade, {"a": "1"}, now=now, kind=kind, seed=7, first_try=first_try
    ) is None  # fmt: skip
    assert progress.memories() == {}
    assert len(progress.attempts_on("conv")) == 1


def test_what_is_still_open_is_not_recorded(progress: Progress, now: datetime) -> None:
    grade = Grade(question="q13", parts=(part("a", 2), part("b", 0, verdict="open")))
    with pytest.raises(ProgressError, match=r"q13 \(b\) still waits for marks"):
        progress.record_variant(grade, {}, now=now, kind="drill", seed=None, first_try=True)
    assert progress.attempts_on("q13") == []


def test_a_question_of_a_sitting_is_rated_when_all_its_parts_are_decided(
    progress: Progress, exam: Exam, now: datetime
) -> None:
    sitting = progress.start_sitting(now=now)
    progress.save_sitting(
        sitting.id, now=now, window="w", responses={("q13", "b"): ("dot products", 0)}
    )
    progress.finish_sitting(sitting.id, now=now, exam=exam)
    q04 = Grade(question="q04", parts=(part("a", 2.5, 2.5), part("b", 0, 2.5)))
    q13 = Grade(question="q13", parts=(
        part("a", 1.5, 1.5), part("b", 0, 3.5, "open"), part("c", 1, 1), part("d", 1, 1)
    ))  # fmt: skip
    progress.record_grades(sitting.id, [q04, q13], now=now)
    assert progress.memories() == {"q04": Model().rated(None, HARD, now)}
    progress.record_grades(sitting.id, [q04, q13], now=now)  # marking was run again
    marks = {name: Mark(points=0) for name in ("scores", "scaled", "softmax", "sum")}
    progress.record_marks(sitting.id, "q13", "b", marks, now=now)
    text = next(p for p in exam.questions[12].parts if p.id == "b")
    progress.confirm_part(sitting.id, "q13", text, now=now)
    assert progress.memory("q13") == Model().rated(None, HARD, now)  # 3.5 of 7
    progress.record_marks(sitting.id, "q13", "b", {"sum": Mark(points=1)}, now=now)
    progress.confirm_part(sitting.id, "q13", text, now=now)  # another mark, no other rating
    rows = progress.rows("SELECT card, kind, rating, sitting FROM review ORDER BY card")
    assert rows == [("q04", "sitting", 2, sitting.id), ("q13", "sitting", 2, sitting.id)]


def test_each_sitting_rates_anew(progress: Progress, exam: Exam, now: datetime) -> None:
    for day in (0, 7):
        when = now + day * DAY
        sitting = progress.start_sitting(now=when)
        progress.finish_sitting(sitting.id, now=when, exam=exam)
        grade = Grade(question="q01", parts=(part("a", 3, 3),))
        progress.record_grades(sitting.id, [grade], now=when)
    assert progress.histories()["q01"].reviews == 2


# ---------------------------------------------------------------------------- activity


def test_activity_by_study_day(progress: Progress, now: datetime) -> None:
    berlin = ZoneInfo("Europe/Berlin")
    night = datetime(2026, 11, 21, 2, 50, tzinfo=UTC)  # ten to four in Berlin
    grade = Grade(question="conv", parts=(part("a", 2), part("b", 0)))
    for when in (now, night, night + 10 * MINUTE):
        progress.record_variant(
            grade, {}, now=when, kind="drill", seed=1, seconds=60.0, first_try=True
        )
    progress.record_variant(grade, {}, now=now, kind="review", seed=2, seconds=50.0, first_try=True)
    rate(progress, "conv", GOOD, now, seconds=55.0)  # with the time of its attempts
    sitting = progress.start_sitting(now=now)
    for minute in range(1, 41):
        progress.save_sitting(
            sitting.id, now=now + minute * MINUTE, window="w", seconds_used=60.0 * minute
        )
    friday, saturday = date(2026, 11, 20), date(2026, 11, 21)
    assert progress.activity(friday, berlin) == {
        friday: DayLine(attempts=6, right=3, seconds=120 + 55 + 2400),
        saturday: DayLine(attempts=2, right=1, seconds=60),
    }
    assert list(progress.activity(saturday, berlin)) == [saturday]
    assert progress.activity(date(2026, 11, 22), berlin) == {}
    nepal = ZoneInfo("Asia/Kathmandu")  # its day turns at a quarter past ten, UTC
    assert progress.activity(friday, nepal)[friday].attempts == 4


def test_nobody_sits_at_a_card_for_hours(progress: Progress, now: datetime) -> None:
    """They left, and answered after lunch."""
    rate(progress, "conv", GOOD, now, seconds=9000.0)
    rate(progress, "gru", GOOD, now, seconds=-5.0)
    assert progress.activity(now.date(), UTC)[now.date()].seconds == 900


@pytest.mark.parametrize("query", ["_LAST_RATED", "_SPENT", "_CURRENT"])
def test_no_query_reads_the_whole_history(progress: Progress, query: str) -> None:
    sql = getattr(reviews, query)
    plan = progress.rows(f"EXPLAIN QUERY PLAN {sql}", *[1] * sql.count("?"))
    assert [row[3] for row in plan if row[3].startswith("SCAN")] == []


# -------------------------------------------------------------------------------- faults


def until_full(save: Callable[[int], object]) -> int:
    """How many times it saved before the disk was full."""
    for number in range(10_000):
        try:
            save(number)
        except CannotSave as fault:
            if str(fault).startswith("Not saved: the disk is full."):
                return number
            raise
    raise AssertionError("the disk never was full")


def test_a_full_disk_while_reviewing(progress: Progress, now: datetime) -> None:
    """Attempt and rating are there together, or neither is."""
    rate(progress, "conv", GOOD, now)
    ((pages,),) = progress.rows("PRAGMA page_count")
    progress.rows(f"PRAGMA max_page_count = {pages}")
    grade = Grade(question="gru", parts=(part("a", 2),))
    recorded = until_full(
        lambda _: progress.record_variant(
            grade, {"a": "x" * 500}, now=now, kind="drill", seed=1, first_try=True
        )
    )
    assert len(progress.attempts_on("gru")) == recorded
    assert (
        progress.histories().get("gru", History(reviews=0, lapses=0, tests=0, passed=0)).reviews
        == recorded
    )
    until_full(lambda number: rate(progress, f"{number} " + "x" * 500, GOOD, now))
    check(progress)
    progress.rows("PRAGMA max_page_count = 1000000")
    before = progress.memory("conv")
    assert rate(progress, "conv", EASY, now) == MODEL.rated(before, EASY, now)
    check(progress)
    assert progress.rows("PRAGMA integrity_check") == [("ok",)]


RATED: dict[str, Any] = {
    "card": "conv", "what": "rated", "kind": "review", "rating": 3, "state": 2,
    "stability": 1.0, "difficulty": 5.0, "due": 1,
}  # fmt: skip


@pytest.mark.parametrize(
    "changed",
    [
        {"rating": None},
        {"rating": 5},
        {"stability": None},
        {"stability": 0.0},
        {"difficulty": 11.0},
        {"step": 0},  # only what is being learned has steps
        {"state": 1},
        {"state": 4},
        {"due": None},
        {"what": "undone"},
        {"what": "undone", "before": 1},  # of another card
        {"what": "undone", "before": 77},
        {"what": "buried"},
        {"what": "forgotten"},
        {"before": 1},
        {"sitting": 5},
    ],
    ids=str,
)
def test_rows_that_can_not_be(progress: Progress, changed: dict[str, Any]) -> None:
    def insert(row: dict[str, Any]) -> None:
        names = ", ".join(row)
        places = ", ".join("?" * len(row))
        progress.rows(f"INSERT INTO review (at, {names}) VALUES (0, {places})", *row.values())

    insert(RATED | {"id": 1, "card": "another"})
    insert(RATED | {"id": 2})
    with pytest.raises(sqlite3.IntegrityError):
        insert(RATED | {"id": 3} | changed)


# ------------------------------------------------------------------------------ version 1


def test_a_file_of_version_1_becomes_one_of_version_2(folder: Path, now: datetime) -> None:
    folder.mkdir()
    db = sqlite3.connect(folder / NAME)
    for statement in MIGRATIONS[0]:
        db.execute(statement)
    db.execute("PRAGMA application_id = 0x5155495A")
    db.execute("PRAGMA user_version = 1")
    at = int(now.timestamp()) * 1_000_000
    db.execute(
        "INSERT INTO sitting (id, started, saved, seconds_used) VALUES (1, ?, ?, 3600.5)", (at, at)
    )
    for number, (name, verdict, seconds) in enumerate(
        [("a", "right", 20.0), ("b", "wrong", None), ("a", "right", 2000.0)], 1
    ):
        db.execute(
            "INSERT INTO attempt VALUES (?, ?, 'drill', 'conv', ?, 7, '', ?, 0, 2, '', 0, ?, NULL,"
            " '{}')",
            (number, at + number, name, verdict, seconds),
        )
    db.commit()
    db.close()
    later = now + DAY
    with Progress.open(folder, now=later) as progress:
        assert progress.notices == ()
        assert progress.rows("PRAGMA user_version") == [(len(MIGRATIONS),)]
        assert [when for _, when in progress.backups()] == [later]
        assert progress.memories() == {}
        assert progress.activity(now.date(), UTC) == {
            now.date(): DayLine(attempts=3, right=2, seconds=3600.5 + 20 + 900)
        }
        tries = progress.first_tries()
        assert {key: len(found) for key, found in tries.items()} == {
            ("conv", "a"): 1, ("conv", "b"): 1,
        }  # fmt: skip
        rate(progress, "conv", GOOD, later)
        backup = progress.backups()[0][0]
        progress.restore(backup, now=later)
        assert progress.memories() == {}
        assert progress.activity(now.date(), UTC)[now.date()].attempts == 3
