"""Questions with their numbers: as printed, or drawn from a seed.

The same question and seed give the same variant everywhere, for ever: the draws come from our
own few lines over `random.Random.random`, whose sequence Python promises to keep. A variant is
a good one when the truth and every live misconception can be told apart; others are drawn again.
Work that needs solutions is a plan (`quizapp.solving.Plan`): it knows of no process.
"""

from __future__ import annotations

from msgspec import Struct

from quizapp.content.model import Given, Part, Question
from quizapp.errors import QuizappError, SolverRefused
from quizapp.solving import Ask, Plan
from quizapp.variants import answers
from quizapp.variants.drawing import Stream, drawn, with_copies
from quizapp.variants.text import filled
from solvers.contract import Solution

TRIES = 400  # of drawing numbers until a variant is a good one

NUMERIC = ("integer", "shape", "real", "vector", "matrix")


class NoSuitableNumbers(QuizappError):
    """A template whose draws hardly ever make a good question."""


class Variant(Struct, frozen=True, kw_only=True):
    """A question with its numbers, its text and its solution."""

    question: Question
    seed: int | None  # None: the numbers as printed
    given: dict[str, Given]  # the solver's inputs, and the sizes that were drawn
    prompt: str  # numbers filled in
    prompts: dict[str, str]  # of each part
    solution: Solution | None  # None where no part is numeric

    def key(self, part: Part) -> Given:
        """The answer of a numeric or choice part; raises KeyError for the others."""
        if part.kind == "choice":
            return part.answer[0]
        if part.kind in ("choices", "ordering"):
            return list(part.answer)
        if part.ask and self.solution is not None:
            return self.solution.quantities[part.ask]
        raise KeyError(part.id)


# ----------------------------------------------------------------------------- variants


def as_printed(question: Question) -> Plan[Variant]:
    """The question with the numbers of the file."""
    return (yield from with_given(question, with_copies(question, question.given), None))


def fresh(question: Question, seed: int) -> Plan[Variant]:
    """The question with numbers drawn from the seed; a question without draws as printed.

    Raises NoSuitableNumbers when hardly any draw makes a good question.
    """
    if not question.draw:
        return (yield from as_printed(question))
    stream = Stream(question.id, seed)
    for _ in range(TRIES):
        try:
            variant = yield from with_given(question, drawn(question, stream), seed)
        except SolverRefused as refused:
            if refused.kind not in ("unsuitable", "bad-input"):
                raise
            continue
        if is_suitable(variant):
            return variant
    raise NoSuitableNumbers(
        f"{question.id}: none of {TRIES} draws from seed {seed} makes a good question;"
        " widen its choices and ranges"
    )


def with_given(question: Question, given: dict[str, Given], seed: int | None) -> Plan[Variant]:
    """The question with numbers already drawn (those of a saved sitting)."""
    solution: Solution | None = None
    if question.solver and any(part.ask for part in question.parts):
        inputs = {name: given[name] for name in given if name not in question.sizes}
        (solution,) = yield (Ask(question.solver, inputs),)
    return Variant(
        question=question,
        seed=seed,
        given=given,
        prompt=filled(question.prompt, given),
        prompts={part.id: filled(part.prompt, given) for part in question.parts},
        solution=solution,
    )


def is_suitable(variant: Variant) -> bool:
    """Whether every numeric part has two live misconceptions (or all), all pairwise apart."""
    solution = variant.solution
    if solution is None:
        return True
    return all(
        answers.is_suitable(part, solution)
        for part in variant.question.parts
        if part.kind in NUMERIC and part.ask
    )
