"""One question in plain text: its parts are asked one by one, and each is marked at once."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from msgspec import Struct

from quizapp.commands import _criteria
from quizapp.commands._lines import LEAVE, complain, read_block, read_line, read_rows, say
from quizapp.content.model import Part
from quizapp.errors import CannotSave
from quizapp.marking.choices import place, text_of
from quizapp.marking.grade import Grade, PartGrade
from quizapp.marking.grading import grade
from quizapp.marking.numbers import shown
from quizapp.marking.parse import read_as
from quizapp.solving import here
from quizapp.study.wording import points_phrase, points_text
from quizapp.variants import NUMERIC, Variant
from quizapp.variants.choices import Offered


class Response(Struct, frozen=True, kw_only=True):
    """What was typed into one part, and what it is worth."""

    text: str
    grade: PartGrade
    seconds: float


class Answered(Struct, frozen=True):
    """A question with all its responses."""

    question: str
    responses: tuple[Response, ...]

    @property
    def grade(self) -> Grade:
        parts = tuple(response.grade for response in self.responses)
        return Grade(question=self.question, parts=parts)

    @property
    def in_words(self) -> bool:
        """Whether anything was typed."""
        return any(response.text.strip() for response in self.responses)


def heading(variant: Variant) -> str:
    question = variant.question
    numbers = "" if variant.seed is None else f", seed {variant.seed}"
    about = f"week {question.week}, {points_phrase(question.points)}{numbers}"
    title = "" if question.title == question.id else f": {question.title}"
    return f"{question.id}{title} ({about})"


def ask(
    variant: Variant,
    form: Offered | None,
    save: Callable[[Response], None],
    *,
    keys: str = LEAVE,
) -> Answered:
    """Ask every part, and ``save`` what is typed as soon as it is marked.

    Raises Pressed where one of the ``keys`` is typed in place of a response.
    """
    say(heading(variant), "", variant.prompt.strip())
    responses: dict[str, str] = {}
    done: list[Response] = []
    for part in variant.question.parts:
        say("", *_part(variant, part, form))
        begun = time.monotonic()
        graded = _marked(variant, part, responses, form, keys)
        spent = time.monotonic() - begun
        response = Response(text=responses[part.id], grade=graded, seconds=spent)
        if response.text.strip():
            try:
                save(response)
            except CannotSave as problem:
                complain(problem)
        say(*_verdict(variant, part, graded))
        done.append(response)
    return Answered(variant.question.id, tuple(done))


def _part(variant: Variant, part: Part, form: Offered | None) -> Iterator[str]:
    single = len(variant.question.parts) == 1
    prompt = (variant.prompts[part.id] or part.title).strip()
    pieces = ["" if single else f"({part.id})", prompt, f"[{points_phrase(part.points)}]"]
    yield " ".join(piece for piece in pieces if piece)
    for number, option in enumerate(part.options, 1):
        yield f"    {number}. {option.text}"
    for choice in form.choices.get(part.id, ()) if form else ():
        yield f"    {choice.id}) {choice.text}"
    if part.kind == "text":
        yield "Write your answer; an empty line ends it."


def _marked(
    variant: Variant, part: Part, responses: dict[str, str], form: Offered | None, keys: str
) -> PartGrade:
    """Read a response until it is one; an empty line is none."""
    if part.kind == "text":
        responses[part.id] = read_block(keys)
        return _criteria.marked(variant, part, responses[part.id])
    while True:
        responses[part.id] = _response(part, form, keys)
        if understood := read_as(part, responses[part.id]):
            say(f"read as {understood}")
        graded = here(grade(variant, responses)).part(part.id)
        if graded.verdict == "open":  # a formula that no program can check
            return _criteria.marked(variant, part, responses[part.id])
        if graded.verdict != "unreadable":
            return graded
        say(f"{graded.format_error} This costs nothing.")


def _response(part: Part, form: Offered | None, keys: str) -> str:
    if form and part.id in form.choices:
        return form.response(part.id, read_line(keys))
    return read_rows(keys) if part.kind == "matrix" else read_line(keys)


def _verdict(variant: Variant, part: Part, graded: PartGrade) -> Iterator[str]:
    if part.kind == "text" and not part.rubric:  # nothing was marked
        return
    if graded.verdict == "empty":
        yield "No response."
    else:
        earned = f"{points_text(graded.points)} of {points_text(graded.max_points)}"
        yield f"{graded.verdict}, {earned}"
    if graded.feedback not in ("", "Right."):
        yield graded.feedback.removesuffix(" s shows the steps.")
    if graded.verdict != "right" and part.kind != "text":
        yield from _answer(variant, part)
    if part.ask and variant.solution is not None:
        for step in variant.solution.steps_to(part.ask):
            here_it_departs = "  (your response departs here)" * (step.label == graded.departs_at)
            yield f"    {step.label}: {step.formula} = {shown(step.value, part)}{here_it_departs}"


def _answer(variant: Variant, part: Part) -> Iterator[str]:
    if part.options:
        keys = [str(variant.key(part))] if part.ask else part.answer
        yield "Answer: " + ", ".join(f"{place(part, k)}. {text_of(part, k)}" for k in keys)
    elif part.kind in NUMERIC:
        yield f"Answer: {shown(variant.key(part), part)}"
    else:
        yield f"Answer: {part.model_answer.strip()}"
