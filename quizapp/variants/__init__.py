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

    @property
    def inputs(self) -> dict[str, Given]:
        """What the solver is given: the numbers without the sizes."""
        return without_sizes(self.question, self.given)

    def key(self, part: Part) -> Given:
        """The answer of a numeric or choice part; raises KeyError for the others."""
        if part.kind == "choice" and not part.ask:
            return part.answer[0]
        if part.kind in ("choices", "ordering"):
            return list(part.answer)
        if part.ask and self.solution is not None:
            return self.solution.quantities[part.ask]
        raise KeyError(part.id)


class Refused(Struct, frozen=True):
    """A draw that would be a bad question, and why."""

    why: str
    solution: Solution | None = None  # where the solver gave one


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
        variant = yield from one_draw(question, stream, seed)
        if isinstance(variant, Variant):
            return variant
    raise NoSuitableNumbers(
        f"{question.id}: none of {TRIES} draws from seed {seed} makes a good question;"
        " widen its choices and ranges"
    )


def one_draw(question: Question, stream: Stream, seed: int) -> Plan[Variant | Refused]:
    """One draw from the stream: the variant, or why it would be a bad question."""
    given = drawn(question, stream)
    try:
        solution = yield from _solved(question, given)
    except SolverRefused as refused:
        if refused.kind not in ("unsuitable", "bad-input"):
            raise
        return Refused(f"the solver refuses: {refused}")
    if solution is not None and (why := _why_unsuitable(question, solution)):
        return Refused(why, solution)
    return _filled(question, given, solution, seed)  # only good ones get their text


def with_given(question: Question, given: dict[str, Given], seed: int | None) -> Plan[Variant]:
    """The question with numbers already drawn (those of a saved sitting)."""
    solution = yield from _solved(question, given)
    return _filled(question, given, solution, seed)


def _solved(question: Question, given: dict[str, Given]) -> Plan[Solution | None]:
    if not question.solver or not any(part.ask for part in question.parts):
        return None
    inputs = without_sizes(question, given)
    (solution,) = yield (Ask(question.solver, inputs),)
    return solution


def _filled(
    question: Question, given: dict[str, Given], solution: Solution | None, seed: int | None
) -> Variant:
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
    return variant.solution is None or not _why_unsuitable(variant.question, variant.solution)


def _why_unsuitable(question: Question, solution: Solution) -> str:
    for part in question.parts:
        if part.kind in NUMERIC and part.ask and (why := answers.why_unsuitable(part, solution)):
            return why
    return ""


def without_sizes(question: Question, given: dict[str, Given]) -> dict[str, Given]:
    """The solver's inputs among the numbers of a variant."""
    return {name: value for name, value in given.items() if name not in question.sizes}
