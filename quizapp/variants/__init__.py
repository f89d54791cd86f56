"""Questions with their numbers: as printed, or drawn from a seed.

The same question and seed give the same variant everywhere, for ever: the draws come from our
own few lines over `random.Random.random`, whose sequence Python promises to keep. A variant is
a good one when the truth and every live misconception can be told apart; others are drawn again.
Work that needs solutions is a plan (`quizapp.solving.Plan`): it knows of no process.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from quizapp.content.model import Given, Part, Question
from quizapp.errors import QuizappError, SolverRefused
from quizapp.solving import Ask, Plan
from quizapp.variants import answers
from quizapp.variants.drawing import Stream, drawn, with_copies
from quizapp.variants.text import filled
from solvers.contract import Solution, WrongAnswer

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
    alive: dict[str, tuple[WrongAnswer, ...]] = {}  # as `live` gives them, where already known

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

    def live(self, part: Part) -> tuple[WrongAnswer, ...]:
        """The misconceptions that these numbers can tell from the truth, for what a part asks."""
        if part.id in self.alive:
            return self.alive[part.id]
        return answers.live(part, self.solution) if part.ask and self.solution else ()


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
    alive, why = _judged(question, solution)
    if why:
        return Refused(why, solution)
    return _filled(question, given, solution, seed, alive)  # only good ones get their text


def with_given(question: Question, given: dict[str, Given], seed: int | None) -> Plan[Variant]:
    """The question with numbers already drawn (those of a saved sitting)."""
    solution = yield from _solved(question, given)
    alive, _ = _judged(question, solution)
    return _filled(question, given, solution, seed, alive)


def _solved(question: Question, given: dict[str, Given]) -> Plan[Solution | None]:
    if not question.solver or not any(part.ask for part in question.parts):
        return None
    inputs = without_sizes(question, given)
    (solution,) = yield (Ask(question.solver, inputs),)
    return solution


def _judged(
    question: Question, solution: Solution | None
) -> tuple[dict[str, tuple[WrongAnswer, ...]], str]:
    """The live misconceptions of each numeric part, and why it makes a bad question."""
    alive: dict[str, tuple[WrongAnswer, ...]] = {}
    first = ""
    for part in question.parts:
        if solution is not None and part.kind in NUMERIC and part.ask:
            alive[part.id], why = answers.judged(part, solution)
            first = first or why
    return alive, first


def _filled(
    question: Question,
    given: dict[str, Given],
    solution: Solution | None,
    seed: int | None,
    alive: dict[str, tuple[WrongAnswer, ...]],
) -> Variant:
    return Variant(
        question=question,
        seed=seed,
        given=given,
        prompt=filled(question.prompt, given),
        prompts={part.id: filled(part.prompt, given) for part in question.parts},
        solution=solution,
        alive=alive,
    )


def without_sizes(question: Question, given: Mapping[str, Given]) -> dict[str, Given]:
    """The solver's inputs among the numbers of a variant: all but the sizes."""
    return {name: value for name, value in given.items() if name not in question.sizes}


def is_suitable(variant: Variant) -> bool:
    """Whether every numeric part has two live misconceptions (or all), all pairwise apart."""
    return not _judged(variant.question, variant.solution)[1]
