"""Ids that follow time and that two machines do not both draw."""

from __future__ import annotations

import os
import sqlite3
from datetime import datetime

from quizapp.study.times import micros

_RANDOM_BITS = 21
# 42 bits of milliseconds reach the year 2109; a clock set beyond it must not overflow 63 bits.
_LATEST = 2**42 - 2**36

# What an id may be; an imported one is checked against it.
LOWEST, HIGHEST = 1, 2**63 - 2**56


def first_id(when: datetime) -> int:
    """No id that is drawn from this moment on is below it: where to look for what came since."""
    return min(max(micros(when) // 1000, 1), _LATEST) << _RANDOM_BITS


def next_id(db: sqlite3.Connection, table: str, now: datetime) -> int:
    """An id above all others of the table: milliseconds since 1970, then 21 random bits.

    Above all others even where the clock was set back, so that the order of ids is the order in
    which things happened.
    """
    (newest,) = db.execute(f"SELECT max(id) FROM {table}").fetchone()
    milliseconds = first_id(now) >> _RANDOM_BITS
    if newest is not None:
        milliseconds = max(milliseconds, (newest >> _RANDOM_BITS) + 1)
    random = int.from_bytes(os.urandom(3), "big") >> 3
    return milliseconds << _RANDOM_BITS | random
