"""Whether a number was typed with as many digits as are asked."""

from __future__ import annotations

import math

from quizapp.content.model import Given, Part
from quizapp.marking.diagnose import SLACK
from quizapp.marking.numbers import number
from quizapp.marking.numbers import points as points_text
from quizapp.marking.parse import Reading


def too_few(part: Part, reading: Reading) -> bool:
    """Whether fewer digits were typed than are asked."""
    if part.decimals is not None and reading.decimals is not None:
        return reading.decimals < part.decimals
    if part.significant is not None and reading.digits is not None:
        return reading.digits < part.significant
    return False


def exact(part: Part, value: Given, key: Given) -> bool:
    """Whether the digits left out are zeros: 0.5 for 0.5000."""
    digits = part.decimals if part.decimals is not None else 10
    pair = number(value), number(key)
    if pair[0] is None or pair[1] is None:
        return False
    if part.decimals is None and part.significant is not None and pair[1]:
        digits = part.significant - 1 - math.floor(math.log10(abs(pair[1])))
    return abs(pair[0] - pair[1]) <= 0.5 * 10.0**-digits * SLACK


def rounds_to(part: Part, reading: Reading, key: Given) -> bool:
    """Whether the response is the key, rounded to fewer digits than asked."""
    typed, truth = number(reading.value), number(key)
    if part.kind != "real" or typed is None or truth is None or not typed:
        return False
    if not too_few(part, reading) or reading.decimals is None:
        return False
    if part.decimals is not None:
        return reading.decimals >= 1 and abs(typed - truth) <= 0.5 * 10.0**-reading.decimals
    digits = reading.digits or 0
    unit = 10.0 ** (math.floor(math.log10(abs(truth))) - digits + 1) if truth else 0.0
    return digits >= 2 and abs(typed - truth) <= unit / 2


def sentence(part: Part, reading: Reading, earned: float) -> str:
    asked = f"{part.decimals} decimals are asked"
    if part.decimals is None:
        asked = f"{part.significant} significant digits are asked"
    score = f"{points_text(earned)} of {points_text(part.points)}"
    return f"Right value, too few digits: {reading.shown}; {asked}. {score}."
