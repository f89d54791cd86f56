"""What marks on options are worth: choice, choices, ordering."""

from __future__ import annotations

from quizapp.content.model import Given, Part
from quizapp.marking.grade import PartGrade, Verdict
from quizapp.marking.numbers import half_steps


def mark_options(part: Part, value: Given, key: Given) -> PartGrade:
    """Choice: all or nothing. Choices: right marks less wrong ones. Ordering: right places."""
    if value == key:
        earned = part.points
    elif isinstance(value, list) and isinstance(key, list):
        earned = half_steps(part.points * max(0.0, _options_share(part, value, key)))
    else:
        earned = 0.0
    right = value == key
    verdict: Verdict = "right" if right else "partly" if earned else "wrong"
    return PartGrade(
        part=part.id,
        verdict=verdict,
        points=earned,
        max_points=part.points,
        feedback="Right." if right else _options_feedback(part, value, key),
    )


def _options_share(part: Part, value: list[Given], key: list[Given]) -> float:
    if part.kind == "ordering":
        return sum(a == b for a, b in zip(value, key, strict=True)) / len(key)
    hits = sum(item in key for item in value)
    return (hits - (len(value) - hits)) / max(len(key), 1)


def _options_feedback(part: Part, value: Given, key: Given) -> str:
    if not isinstance(value, list) or not isinstance(key, list):
        return "Not right."
    if part.kind == "ordering":
        places = sum(a == b for a, b in zip(value, key, strict=True))
        return f"{places} of {len(key)} have their place." if places else "Not right."
    hits = sum(item in key for item in value)
    extra = len(value) - hits
    wrong = (
        f", and {extra} marked that {'does' if extra == 1 else 'do'} not belong" if extra else ""
    )
    return f"{hits} of {len(key)} marked{wrong}."
