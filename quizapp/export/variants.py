"""Variants for other programs: one JSON line each, or Markdown to read."""

from __future__ import annotations

import msgspec
from msgspec import Struct, structs

from quizapp.content.model import Given, Option, Part
from quizapp.export.paper import question_sheet
from quizapp.variants import Variant
from quizapp.variants.answers import tolerance
from quizapp.variants.choices import Offered
from solvers.contract import Step


class PartRecord(Struct, omit_defaults=True):
    """One answer box, with its answer and how far a response may be from it."""

    id: str
    ask: str
    kind: str
    points: float
    prompt: str
    answer: Given
    tolerance: float
    options: tuple[Option, ...] = ()


class MisconceptionRecord(Struct):
    """A live misconception and what it answers."""

    id: str
    part: str
    answer: Given
    correction: str


class Record(Struct, omit_defaults=True):
    """One variant, complete."""

    template: str
    seed: int | None
    week: int
    concepts: tuple[str, ...]
    prompt: str
    given: dict[str, Given]
    parts: list[PartRecord]
    steps: list[Step]
    misconceptions: list[MisconceptionRecord]
    choices: bool = False  # in the multiple-choice form; answers are letters
    device: str = ""  # where the kernel confirmed the answers


def record(variant: Variant, form: Offered | None = None) -> Record:
    """Everything about a variant, in its multiple-choice form where that is given."""
    question, solution = variant.question, variant.solution
    assert solution is not None
    asked = [part for part in question.parts if part.ask]
    steps = [step for part in asked for step in solution.steps_to(part.ask)]
    return Record(
        template=question.id,
        seed=variant.seed,
        week=question.week,
        concepts=question.concepts,
        prompt=variant.prompt.strip(),
        given=variant.given,
        parts=[_part(variant, part, form) for part in asked],
        steps=_once(steps),
        misconceptions=[
            MisconceptionRecord(wrong.id, part.id, wrong.value, wrong.correction)
            for part in asked
            for wrong in variant.live(part)
        ],
        choices=form is not None,
        device=solution.device,
    )


def _part(variant: Variant, part: Part, form: Offered | None) -> PartRecord:
    key = variant.key(part)
    room = tolerance(part, key, variant.solution)
    if form is not None and part.id in form.choices:
        part = form.as_choice(part)
        key, room = part.answer[0], 0.0
    return PartRecord(
        id=part.id,
        ask=part.ask,
        kind=part.kind,
        points=part.points,
        prompt=variant.prompts[part.id].strip(),
        answer=key,
        tolerance=room,
        options=part.options,
    )


def _once(steps: list[Step]) -> list[Step]:
    """Steps that several parts share stand once, in their order."""
    seen: set[int] = set()
    return [step for step in steps if id(step) not in seen and not seen.add(id(step))]  # type: ignore[func-returns-value]


_encoder = msgspec.json.Encoder()


def json_line(record: Record) -> bytes:
    """One line of JSON with its newline."""
    return _encoder.encode(record) + b"\n"


def markdown(variant: Variant, number: int, form: Offered | None = None) -> str:
    """A variant with answers and steps, to be read."""
    if form is not None:
        parts = tuple(form.as_choice(part) for part in variant.question.parts)
        variant = structs.replace(variant, question=structs.replace(variant.question, parts=parts))
    return question_sheet(number, variant, answers=True, style="markdown")
