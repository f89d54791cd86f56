"""Moments and microseconds are one and the same, to the last microsecond."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizapp.study.times import micros, moment

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LAST = 253_402_300_799_999_999  # the end of the year 9999


@given(st.integers(-(2**55), LAST) | st.integers(0, 2**52) | st.integers(2**32 - 5, 2**32 + 5))
def test_no_microsecond_is_lost(microseconds: int) -> None:
    when = moment(microseconds)
    assert when == EPOCH + timedelta(microseconds=microseconds)
    assert when.tzinfo is UTC
    assert micros(when) == microseconds


@pytest.mark.parametrize("near", [0, 2**31, 2**32, 1_795_165_200, 4_294_967_295])
def test_every_microsecond_around(near: int) -> None:
    for microseconds in range(near * 1_000_000 - 2_000, near * 1_000_000 + 2_000):
        assert micros(moment(microseconds)) == microseconds
