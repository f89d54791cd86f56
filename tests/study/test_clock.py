"""The clock of a sitting counts the seconds the learner was there."""

from __future__ import annotations

from quizapp.study.clock import SittingClock


def clock(**values: float) -> SittingClock:
    return SittingClock(seconds_used=values.get("used", 0.0), minutes=120)


def test_counts_only_while_it_runs() -> None:
    sitting = clock(used=100.0)
    sitting.tick(5.0, 5.0)
    assert sitting.seconds_used == 100.0
    sitting.start(10.0, 1000.0)
    sitting.tick(11.0, 1001.0)
    sitting.stop(12.5, 1002.5)
    sitting.tick(99.0, 1099.0)
    assert sitting.seconds_used == 102.5
    assert not sitting.running


def test_starting_twice_does_not_lose_what_has_passed() -> None:
    sitting = clock()
    sitting.start(0.0, 0.0)
    sitting.start(3.0, 3.0)
    sitting.tick(4.0, 4.0)
    assert sitting.seconds_used == 4.0


def test_sleep_is_told_and_not_counted_whichever_clock_shows_it() -> None:
    for monotonic, wall in ((1.0, 7801.0), (7801.0, 7801.0)):
        sitting = clock()
        sitting.start(0.0, 0.0)
        assert sitting.tick(monotonic, wall) == 7801.0
        assert sitting.seconds_used == 0.0
        assert sitting.interruptions == 1
        assert sitting.tick(monotonic + 1, wall + 1) == 0.0
        assert sitting.seconds_used == 1.0


def test_a_wall_clock_set_back_changes_nothing() -> None:
    sitting = clock()
    sitting.start(0.0, 5000.0)
    assert sitting.tick(1.0, 1400.0) == 0.0
    assert sitting.seconds_used == 1.0


def test_leaving_counts_as_one_interruption() -> None:
    sitting = clock()
    sitting.start(0.0, 0.0)
    sitting.stop(1.0, 1.0)
    sitting.stop(2.0, 2.0)
    assert sitting.interruptions == 1


def test_finishing_is_no_interruption() -> None:
    sitting = clock()
    sitting.start(0.0, 0.0)
    sitting.stop(60.0, 60.0, left=False)
    assert (sitting.seconds_used, sitting.interruptions) == (0.0, 1)  # a gap of a minute is sleep
    sitting.start(60.0, 60.0)
    sitting.stop(61.0, 61.0, left=False)
    assert (sitting.seconds_used, sitting.interruptions) == (1.0, 1)


def test_time_left() -> None:
    assert clock(used=36 * 60.0).seconds_left == 84 * 60
    assert clock(used=9000.0).seconds_left == 0.0
    assert SittingClock(seconds_used=5.0, minutes=None).seconds_left is None
