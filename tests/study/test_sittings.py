"""Sittings: saving, resuming, two windows, finishing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quizapp.content.model import Exam
from quizapp.errors import SittingMoved, UsageError
from quizapp.study.progress import Progress
from quizapp.study.sittings import Response


def test_everything_is_back_after_closing(folder: Path, now: datetime) -> None:
    saved = now + timedelta(minutes=61)
    with Progress.open(folder, now=now) as progress:
        sitting = progress.start_sitting(
            now=now, seed=7, minutes=90, givens={"q04": {"height": 28, "x": [[0.5, 1], [2, -3]]}}
        )
        progress.save_sitting(
            sitting.id,
            now=saved,
            window="w",
            responses={("q04", "a"): ("32x32x16", 3), ("q04", "b"): ("h[t] [MASK] [/x]", 0)},
            at="q09",
            focus="a",
            later={"q07", "q02"},
            seconds_used=3672.5,
            interruptions=2,
        )
    with Progress.open(folder, now=now) as progress:
        back = progress.open_sitting()
    assert back is not None
    assert back.id == sitting.id
    assert (back.started, back.saved, back.finished) == (now, saved, None)
    assert (back.seed, back.minutes, back.seconds_used, back.interruptions) == (7, 90, 3672.5, 2)
    assert (back.at, back.focus, back.later) == ("q09", "a", frozenset({"q02", "q07"}))
    assert back.givens == {"q04": {"height": 28, "x": [[0.5, 1], [2, -3]]}}
    assert back.responses == {
        "q04": {
            "a": Response("32x32x16", 3, saved, 3672.5),
            "b": Response("h[t] [MASK] [/x]", 0, saved, 3672.5),
        }
    }
    assert back.texts("q04") == {"a": "32x32x16", "b": "h[t] [MASK] [/x]"}


def test_a_fresh_data_folder_has_no_sitting(progress: Progress) -> None:
    assert progress.open_sitting() is None
    assert progress.sittings() == []
    with pytest.raises(KeyError):
        progress.sitting(1)


def test_a_save_changes_only_what_it_names(progress: Progress, now: datetime) -> None:
    sitting = progress.start_sitting(now=now, minutes=None)
    first, second = now + timedelta(seconds=1), now + timedelta(seconds=6)
    progress.save_sitting(
        sitting.id, now=first, window="w", responses={("q01", "a"): ("one", 3)},
        at="q01", later={"q02"}, seconds_used=1.0,
    )  # fmt: skip
    progress.save_sitting(sitting.id, now=second, window="w", seconds_used=6.0)
    back = progress.sitting(sitting.id)
    assert (back.at, back.saved, back.seconds_used) == ("q01", second, 6.0)
    assert back.later == frozenset({"q02"})
    assert back.responses["q01"]["a"] == Response("one", 3, first, 1.0)
    assert back.minutes is None
    progress.save_sitting(sitting.id, now=second, window="w", later=())
    assert progress.sitting(sitting.id).later == frozenset()


def test_moving_the_cursor_is_no_change_of_the_text(progress: Progress, now: datetime) -> None:
    """The report counts what was done in time by the clock at the last change of the text."""
    sitting = progress.start_sitting(now=now)
    later = now + timedelta(hours=2)
    for when, text, cursor, seconds in (
        (now, "first", 5, 100.0),
        (later, "first", 0, 7300.0),
    ):
        progress.save_sitting(
            sitting.id, now=when, window="w", seconds_used=seconds,
            responses={("q01", "a"): (text, cursor)},
        )  # fmt: skip
    assert progress.sitting(sitting.id).responses["q01"]["a"] == Response("first", 0, now, 100.0)


def test_the_newest_open_sitting_is_offered_and_older_ones_stay(
    progress: Progress, now: datetime
) -> None:
    first = progress.start_sitting(now=now)
    second = progress.start_sitting(now=now)
    assert [line.id for line in progress.sittings()] == [second.id, first.id]
    assert progress.open_sitting() == second
    progress.finish_sitting(second.id, now=now)
    assert progress.open_sitting() == first


def test_the_clock_set_back_changes_no_order(progress: Progress, now: datetime) -> None:
    """Ids follow what happened, not what the clock said."""
    before = now - timedelta(days=400)
    first = progress.start_sitting(now=now)
    progress.save_sitting(
        first.id, now=now, window="w", responses={("q01", "a"): ("x", 1)}, seconds_used=60.0
    )
    progress.save_sitting(
        first.id, now=before, window="w", responses={("q01", "a"): ("y", 1)}, seconds_used=61.0
    )
    assert progress.sitting(first.id).text("q01", "a") == "y"
    assert progress.sitting(first.id).saved == before
    second = progress.start_sitting(now=before)
    assert second.id > first.id
    assert progress.open_sitting() == second
    progress.claim("w4-5", True, now=now)
    progress.claim("w4-5", False, now=before)
    assert progress.claims() == {}


def test_the_clock_never_runs_backwards(progress: Progress, now: datetime) -> None:
    sitting = progress.start_sitting(now=now)
    progress.save_sitting(sitting.id, now=now, window="w", seconds_used=90.0)
    progress.save_sitting(sitting.id, now=now, window="w", seconds_used=30.0)
    assert progress.sitting(sitting.id).seconds_used == 90.0


@pytest.mark.parametrize("year", [1971, 2026, 2200, 9999])
def test_any_clock_gives_an_id(progress: Progress, year: int) -> None:
    when = datetime(year, 1, 1, tzinfo=UTC)
    ids = [progress.start_sitting(now=when).id for _ in range(5)]
    assert ids == sorted(set(ids))
    assert progress.sitting(ids[0]).started == when


@pytest.mark.parametrize("seed", [-1, 2**63])
def test_a_seed_that_can_not_be_kept_is_refused(
    progress: Progress, now: datetime, seed: int
) -> None:
    with pytest.raises(UsageError, match="a seed is a whole number from 0 to 9223372036854775807"):
        progress.start_sitting(now=now, seed=seed)
    assert progress.sittings() == []


def test_the_largest_seed_is_kept(progress: Progress, now: datetime) -> None:
    assert progress.start_sitting(now=now, seed=2**63 - 1).seed == 2**63 - 1


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(text=st.text(alphabet=st.characters(), max_size=200))
def test_any_text_comes_back_as_typed(progress: Progress, now: datetime, text: str) -> None:
    sitting = progress.start_sitting(now=now)
    progress.save_sitting(
        sitting.id, now=now, window="w", responses={("q01", "a"): (text, len(text))}
    )
    readable = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    assert progress.sitting(sitting.id).text("q01", "a") == readable


def test_a_megabyte_is_kept(progress: Progress, now: datetime) -> None:
    text = "softmax over the keys \x00\x1b[31m\n" * 40_000
    sitting = progress.start_sitting(now=now)
    progress.save_sitting(sitting.id, now=now, window="w", responses={("q01", "a"): (text, 0)})
    assert progress.sitting(sitting.id).text("q01", "a") == text


# -------------------------------------------------------------------------- two windows


def test_a_sitting_taken_over_is_read_only_in_the_other_window(folder: Path, now: datetime) -> None:
    later = now + timedelta(seconds=12)
    with Progress.open(folder, now=now) as one, Progress.open(folder, now=now) as other:
        sitting = one.start_sitting(now=now)
        assert one.holder(sitting.id) is None
        one.save_sitting(sitting.id, now=now, window="one", responses={("q01", "a"): ("mine", 4)})
        assert other.holder(sitting.id) == ("one", now)
        with pytest.raises(SittingMoved, match="moved to another window; here it is read-only"):
            other.save_sitting(
                sitting.id, now=later, window="other", responses={("q01", "a"): ("theirs", 0)}
            )
        assert one.sitting(sitting.id).text("q01", "a") == "mine"

        other.take_sitting(sitting.id, now=later, window="other")
        assert one.holder(sitting.id) == ("other", later)
        other.save_sitting(
            sitting.id, now=later, window="other", responses={("q01", "a"): ("theirs", 0)}
        )
        with pytest.raises(SittingMoved):
            one.save_sitting(sitting.id, now=later, window="one", at="q02")
        back = one.sitting(sitting.id)
        assert (back.text("q01", "a"), back.at) == ("theirs", "")


def test_a_window_that_quits_holds_nothing(progress: Progress, now: datetime) -> None:
    sitting = progress.start_sitting(now=now)
    progress.save_sitting(sitting.id, now=now, window="one")
    progress.leave_sitting(sitting.id, window="other")
    assert progress.holder(sitting.id) == ("one", now)
    progress.leave_sitting(sitting.id, window="one")
    assert progress.holder(sitting.id) is None
    progress.save_sitting(sitting.id, now=now, window="other")


def test_two_windows_write_different_sittings(folder: Path, now: datetime) -> None:
    with Progress.open(folder, now=now) as one, Progress.open(folder, now=now) as other:
        first, second = one.start_sitting(now=now), other.start_sitting(now=now)
        for number in range(50):
            for progress, sitting in ((one, first), (other, second)):
                progress.save_sitting(
                    sitting.id, now=now, window=str(sitting.id),
                    responses={("q01", "a"): (f"{number}", 0)},
                )  # fmt: skip
        assert one.sitting(second.id).text("q01", "a") == "49"
        assert other.sitting(first.id).text("q01", "a") == "49"


# ---------------------------------------------------------------------------- finishing


def test_responses_are_closed_for_good(progress: Progress, now: datetime, exam: Exam) -> None:
    sitting = progress.start_sitting(now=now)
    progress.save_sitting(sitting.id, now=now, window="w", responses={("q01", "a"): ("x", 1)})
    later = now + timedelta(minutes=112)
    progress.finish_sitting(sitting.id, now=later, exam=exam)
    assert progress.sitting(sitting.id).finished == later
    finished = "This sitting is finished; its responses can't be changed any more."
    with pytest.raises(SittingMoved, match=finished):
        progress.save_sitting(sitting.id, now=later, window="w", responses={("q01", "a"): ("y", 1)})
    with pytest.raises(SittingMoved, match=finished):
        progress.take_sitting(sitting.id, now=later, window="w")
    with pytest.raises(SittingMoved, match=finished):
        progress.finish_sitting(sitting.id, now=later)
    assert progress.sitting(sitting.id).text("q01", "a") == "x"
    assert progress.holder(sitting.id) is None


def test_every_part_waits_from_the_moment_of_finishing(
    progress: Progress, now: datetime, exam: Exam
) -> None:
    """So that marking which is killed half way leaves none behind."""
    sitting = progress.start_sitting(now=now)
    progress.finish_sitting(sitting.id, now=now, exam=exam)
    (line,) = progress.sittings()
    assert (line.points, line.max_points, line.points_open, line.parts_open) == (None, 98, 98, 24)
    assert set(progress.waiting(sitting.id)) == {
        (q.id, p.id) for q in exam.questions for p in q.parts
    }


def test_another_windows_sitting_is_not_finished_here(progress: Progress, now: datetime) -> None:
    sitting = progress.start_sitting(now=now)
    progress.save_sitting(sitting.id, now=now, window="one")
    with pytest.raises(SittingMoved):
        progress.finish_sitting(sitting.id, now=now, window="other")
    progress.finish_sitting(sitting.id, now=now, window="one")


def test_a_sitting_that_vanished_is_told(progress: Progress, now: datetime) -> None:
    """A backup from before it was restored in another window."""
    with pytest.raises(SittingMoved, match="no longer in the progress file"):
        progress.save_sitting(12345, now=now, window="w")
