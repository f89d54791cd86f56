"""Marking free text in plain text: the model answer, then criterion by criterion.

A suggestion is taken by Enter unless something speaks against it; then it has to be decided.
"""

from __future__ import annotations

from collections.abc import Iterator

from quizapp.commands._lines import LEAVE, Pressed, read_line, say
from quizapp.content.model import Criterion, Part
from quizapp.marking.grade import PartGrade
from quizapp.marking.numbers import half_steps, points
from quizapp.marking.rubric import Suggestion, suggest
from quizapp.marking.rubric.level import STEP
from quizapp.study.marks import Mark, decided
from quizapp.study.wording import points_phrase
from quizapp.variants import Variant

_BACK = "u"


def marked(variant: Variant, part: Part, response: str) -> PartGrade:
    """The grade that the learner gives; raises Pressed where they leave instead."""
    say("Model answer:", part.model_answer.strip())
    asked = f"{variant.prompt}\n{variant.prompts.get(part.id, part.prompt)}"
    suggested = suggest(response, part.rubric, asked)
    if part.rubric:
        say("", _introduction(response))
    marks: list[Mark] = []
    while len(marks) < len(part.rubric):
        number = len(marks)
        say("", *_lines(part, number, suggested[number], response))
        try:
            marks.append(_decided(part.rubric[number], suggested[number]))
        except Pressed as pressed:
            if pressed.key == LEAVE:
                raise
            marks = marks[:-1]
    by_id = {criterion.id: mark for criterion, mark in zip(part.rubric, marks, strict=True)}
    return decided(variant.question.id, part, by_id, response)


def _introduction(response: str) -> str:
    keys = "y gives its points, h half, n none, u goes one back."
    if not response:
        return f"Nothing was written: give what you thought of. {keys} Enter: none."
    return f"What is suggested is a guess, you decide: {keys} Enter takes what is suggested."


def _lines(part: Part, number: int, suggestion: Suggestion, response: str) -> Iterator[str]:
    criterion = part.rubric[number]
    place = f"Criterion {number + 1} of {len(part.rubric)}"
    yield f"{place}, {points_phrase(criterion.points)}: {criterion.credit.strip()}"
    if response:
        yield f"    {_suggested(suggestion, response)}"


def _suggested(suggestion: Suggestion, response: str) -> str:
    words = ", ".join(f'"{response[span.start : span.end]}"' for span in suggestion.evidence)
    found = f" (found {words})" if words else ""
    text = f"suggested: {suggestion.level}, {points(suggestion.points)}{found}."
    if suggestion.flags:
        doubts = "; ".join(flag.reason.rstrip(".") for flag in suggestion.flags)
        text += f" Flagged: {doubts}. This one is yours to decide."
    return text


def _decided(criterion: Criterion, suggestion: Suggestion) -> Mark:
    pencil = None if suggestion.flags else suggestion.points
    while (given := _given(read_line(LEAVE + _BACK), criterion, pencil)) is None:
        say(_allowed(criterion, flagged=bool(suggestion.flags)))
    return Mark(
        suggested=suggestion.points,
        level=suggestion.level,
        points=given,
        flagged=bool(suggestion.flags),
    )


def _given(text: str, criterion: Criterion, pencil: float | None) -> float | None:
    """The points that a line gives; None where it gives none."""
    word = text.strip().lower()
    if not word:
        return pencil
    if word == "h":
        return half_steps(criterion.points / 2) or None
    return {"y": criterion.points, "n": 0.0}.get(word, _number(word, criterion))


def _number(word: str, criterion: Criterion) -> float | None:
    """Points in half steps: 1, 1½ or 1.5."""
    try:
        value = float(word.replace("½", ".5"))
    except ValueError:
        return None
    fits = 0 <= value <= criterion.points and value / STEP == round(value / STEP)
    return value if fits else None


def _allowed(criterion: Criterion, *, flagged: bool) -> str:
    half = ", h" if half_steps(criterion.points / 2) else ""
    text = f"Type y{half} or n, or points from 0 to {points(criterion.points)} in halves."
    return f"It is flagged, so Enter can't decide it. {text}" if flagged else text
