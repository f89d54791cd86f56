"""``quizapp ask``: one question in plain text, for screen readers and pipes.

A practice question has the numbers of the paper unless a seed is named; a template always has
fresh ones.

Each part is asked, read from stdin and marked at once. Attempts are saved as a drill's are.
"""

from __future__ import annotations

import argparse
import secrets
import sys
from collections.abc import Iterator
from datetime import UTC, datetime

from quizapp.commands._templates import fresh_seed
from quizapp.commands.exam import seed
from quizapp.content import bank
from quizapp.content.model import Library, Part, Question, Template
from quizapp.content.strict import nearest
from quizapp.errors import CannotSave, QuizappError, UnknownName
from quizapp.marking.choices import place, text_of
from quizapp.marking.grade import PartGrade
from quizapp.marking.grading import grade
from quizapp.marking.numbers import points, shown
from quizapp.marking.parse import read_as
from quizapp.marking.rubric import Suggestion, suggest
from quizapp.solving import here
from quizapp.study.progress import Progress
from quizapp.variants import NUMERIC, Variant, as_printed, fresh
from quizapp.variants.choices import Offered, offered
from quizapp.variants.drawing import Stream


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "question",
        nargs="?",
        metavar="QUESTION",
        help="id or number of a practice question, or id of a template",
    )
    parser.add_argument(
        "--seed", type=seed, metavar="S", help="fresh numbers; without QUESTION it chooses one too"
    )
    parser.add_argument(
        "--choices", action="store_true", help="with options to choose from instead of boxes"
    )


def run(args: argparse.Namespace) -> int:
    question = _chosen(bank.load(), args.question, args.seed)
    numbers = args.seed
    if numbers is None and isinstance(question, Template):
        numbers = fresh_seed()
    variant = here(as_printed(question) if numbers is None else fresh(question, numbers))
    form = offered(variant) if args.choices else None
    _say(_heading(variant), "", variant.prompt.strip())
    try:
        earned = _parts(variant, form)
    except EOFError:
        _say("", "Stopped. What was marked is saved.")
        return 0
    _say("", *_closing(variant, earned))
    return 0


# ------------------------------------------------------------------------- the question


def _chosen(library: Library, wanted: str | None, seed: int | None) -> Question:
    questions = library.exam.questions
    if not questions:
        raise QuizappError("there is no question to ask; quizapp lint says why")
    if wanted is None:
        count = len(questions)
        at = secrets.randbelow(count) if seed is None else Stream("ask", seed).below(count)
        return questions[at]
    if wanted.isdecimal() and 1 <= int(wanted) <= len(questions):
        return questions[int(wanted) - 1]
    try:
        return library.question(wanted.lower())
    except KeyError:
        return _template(wanted, [question.id for question in questions])


def _template(wanted: str, questions: list[str]) -> Template:
    known = bank.templates()
    try:
        return known.template(wanted.lower())
    except KeyError:
        hint = nearest(wanted, [*questions, *(template.id for template in known.templates)])
        raise UnknownName(f"no question {wanted[:60]!r}; {hint}") from None


def _heading(variant: Variant) -> str:
    question = variant.question
    numbers = "" if variant.seed is None else f", seed {variant.seed}"
    about = f"week {question.week}, {_points(question.points)}{numbers}"
    title = "" if question.title == question.id else f": {question.title}"
    return f"{question.id}{title} ({about})"


def _points(value: float) -> str:
    return f"{points(value)} point" + ("" if value <= 1 else "s")


def _closing(variant: Variant, earned: float) -> Iterator[str]:
    question = variant.question
    possible = sum(part.points for part in question.parts if part.kind != "text")
    if possible:
        yield f"{points(earned)} of {_points(possible)}."
    if left := question.points - possible:
        yield f"{_points(left)} for free text: compare, and give yourself what you earned."
    seed = "" if variant.seed is None else f" --seed {variant.seed}"
    yield f"Again: quizapp ask {question.id}{seed}"


# ---------------------------------------------------------------------------- its parts


def _parts(variant: Variant, form: Offered | None) -> float:
    """Ask every part; returns the points earned. Raises EOFError where the input ends."""
    responses: dict[str, str] = {}
    earned = 0.0
    for part in variant.question.parts:
        _say("", *_part(variant, part, form))
        if part.kind == "text":
            _text(variant, part, _read_block())
            continue
        graded = _marked(variant, part, responses, form)
        earned += graded.points
        if graded.verdict != "empty":
            _save(variant, graded, responses[part.id])
        _say(*_verdict(variant, part, graded))
    return earned


def _part(variant: Variant, part: Part, form: Offered | None) -> Iterator[str]:
    single = len(variant.question.parts) == 1
    prompt = (variant.prompts[part.id] or part.title).strip()
    pieces = ["" if single else f"({part.id})", prompt, f"[{_points(part.points)}]"]
    yield " ".join(piece for piece in pieces if piece)
    for number, option in enumerate(part.options, 1):
        yield f"    {number}. {option.text}"
    for choice in form.choices.get(part.id, ()) if form else ():
        yield f"    {choice.id}) {choice.text}"
    if part.kind == "text":
        yield "Write your answer; an empty line ends it."


def _marked(
    variant: Variant, part: Part, responses: dict[str, str], form: Offered | None
) -> PartGrade:
    """Read a response until it is one; an empty line is none."""
    while True:
        responses[part.id] = _response(part, form)
        if understood := read_as(part, responses[part.id]):
            _say(f"read as {understood}")
        graded = here(grade(variant, responses)).part(part.id)
        if graded.verdict != "unreadable":
            return graded
        _say(f"{graded.format_error} This costs nothing.")


def _response(part: Part, form: Offered | None) -> str:
    if form and part.id in form.choices:
        return form.response(part.id, _read_line())
    return _read_rows() if part.kind == "matrix" else _read_line()


def _verdict(variant: Variant, part: Part, graded: PartGrade) -> Iterator[str]:
    if graded.verdict == "empty":
        yield "No response."
    else:
        word = {"right": "right", "partly": "partly", "wrong": "wrong"}[graded.verdict]
        yield f"{word}, {points(graded.points)} of {points(graded.max_points)}"
    if graded.feedback not in ("", "Right."):
        yield graded.feedback.removesuffix(" s shows the steps.")
    if graded.verdict != "right":
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


def _text(variant: Variant, part: Part, response: str) -> None:
    _say("Model answer:", part.model_answer.strip(), "")
    prompt = variant.prompts[part.id] or variant.prompt
    suggested = suggest(response, part.rubric, prompt)
    _say("Criteria; what is suggested is a guess, you decide:" if response else "Criteria:")
    for criterion, suggestion in zip(part.rubric, suggested, strict=True):
        _say(f"    {_points(criterion.points)}: {criterion.credit.strip()}")
        if response:
            _say(f"        {_suggested(suggestion, response)}")


def _suggested(suggestion: Suggestion, response: str) -> str:
    words = ", ".join(f'"{response[span.start : span.end]}"' for span in suggestion.evidence)
    found = f" (found {words})" if words else ""
    doubts = "".join(f" {flag.reason}" for flag in suggestion.flags)
    return f"suggested: {suggestion.level}, {points(suggestion.points)}{found}.{doubts}"


def _save(variant: Variant, graded: PartGrade, response: str) -> None:
    now = datetime.now(UTC)
    try:
        with Progress.open(now=now) as progress:
            progress.record_attempt(
                variant.question.id,
                graded,
                now=now,
                kind="drill",
                response=response,
                seed=variant.seed,
            )
    except CannotSave as error:
        print(f"quizapp: {error}", file=sys.stderr)


# ----------------------------------------------------------------------- lines in and out


def _say(*lines: str) -> None:
    for line in lines:
        print(line)


def _read_line() -> str:
    """One line; raises EOFError at the end of the input."""
    if sys.stdin.isatty():
        return input("> ")
    sys.stdout.flush()
    line = sys.stdin.readline()
    if not line:
        raise EOFError
    return line.rstrip("\r\n")


def _read_rows() -> str:
    """A matrix: one line, or rows until an empty line."""
    rows = [_read_line()]
    while rows[-1].strip() and ";" not in rows[0] and "[[" not in rows[0]:
        rows.append(_read_line())
    return "\n".join(row for row in rows if row.strip())


def _read_block() -> str:
    """Lines until an empty one, or the end of the input after the first."""
    lines: list[str] = []
    while True:
        try:
            line = _read_line()
        except EOFError:
            if not lines:
                raise
            return "\n".join(lines)
        if not line.strip():
            return "\n".join(lines)
        lines.append(line)
