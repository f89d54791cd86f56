"""Questions with their numbers: as printed, or drawn from a seed.

The same question and seed give the same variant everywhere, for ever: the draws come from our
own few lines over `random.Random.random`, whose sequence Python promises to keep. A variant is
a good one when the truth and every live misconception can be told apart; others are drawn again.
Work that needs solutions is a plan (`quizapp.solving.Plan`): it knows of no process.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import combinations, zip_longest

from msgspec import Struct

from quizapp.content.model import Given, Part, Question
from quizapp.errors import QuizappError, SolverRefused
from quizapp.solving import Ask, Plan
from quizapp.variants.drawing import Stream, drawn, with_copies
from quizapp.variants.text import filled
from solvers.contract import Solution, WrongAnswer

TRIES = 400  # of drawing numbers until a variant is a good one
APART = 4  # tolerances between two answers that are told apart
RELATIVE = 0.01
FLOOR = 1e-6  # of the largest entry: what an entry that is 0 may differ by

EXACT = ("integer", "shape")
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


# --------------------------------------------------------------------------- tolerances


def tolerance(part: Part, key: Given, solution: Solution | None = None) -> float:
    """How far a response may be from the key; of a tensor, that of its strictest entry.

    1 % of the key, or half a unit in the last digit asked where that is larger; an entry that
    is 0 gets a floor from the variant's own scale. Whole numbers and shapes are exact.
    """
    return min(tolerances(part, key, solution), default=0.0)


def tolerances(part: Part, key: Given, solution: Solution | None = None) -> list[float]:
    """The tolerance of every entry of the key, row by row."""
    entries = [entry for entry in _entries(key) if not isinstance(entry, str)]
    if part.kind in EXACT:
        return [0.0] * len(entries)
    scale = max((abs(float(entry)) for entry in entries), default=0.0)
    scale = scale or _scale(solution)
    return [_one_tolerance(part, float(entry), scale) for entry in entries]


def _one_tolerance(part: Part, key: float, scale: float) -> float:
    half_unit = 0.0
    if part.decimals is not None:
        half_unit = 0.5 * 10.0**-part.decimals
    elif part.significant is not None and (key or scale):
        magnitude = math.floor(math.log10(abs(key) or scale))
        half_unit = 0.5 * 10.0 ** (magnitude - part.significant + 1)
    return max(RELATIVE * abs(key), half_unit, FLOOR * scale)


def _scale(solution: Solution | None) -> float:
    """The largest number that the solution works with: the scale when the key is 0."""
    if solution is None:
        return 0.0
    values = [*solution.inputs.values(), *solution.quantities.values()]
    sizes = [abs(float(v)) for value in values for v in _entries(value) if not isinstance(v, str)]
    return max(sizes, default=0.0)


def _entries(value: Given) -> Iterator[int | float | str]:
    if isinstance(value, list):
        for item in value:
            yield from _entries(item)
    else:
        yield value


def _sides(value: Given) -> tuple[int, ...]:
    if isinstance(value, list):
        return (len(value), *(_sides(value[0]) if value else ()))
    return ()


# ------------------------------------------------------------- which misconceptions count


def apart(part: Part, a: Given, b: Given, solution: Solution | None, by: int = APART) -> bool:
    """Whether two answers differ by that many tolerances in an entry, or in their shape."""
    if _sides(a) != _sides(b):
        return True
    wide = [max(pair) for pair in _pairs(tolerances(part, a, solution), part, b, solution)]
    pairs = zip_longest(_entries(a), _entries(b), wide, fillvalue=0.0)
    return any(_differ(x, y, by * room) for x, y, room in pairs)


def _pairs(
    of_a: list[float], part: Part, b: Given, solution: Solution | None
) -> Iterator[tuple[float, float]]:
    return zip(of_a, tolerances(part, b, solution), strict=True)


def _differ(x: float | str, y: float | str, room: float) -> bool:
    if isinstance(x, str) or isinstance(y, str):
        return x != y
    return x != y if room == 0 else not abs(x - y) < room


def live(part: Part, solution: Solution) -> tuple[WrongAnswer, ...]:
    """The misconceptions that this variant can tell from the truth, for what the part asks."""
    key = solution.quantities[part.ask]
    wrong = solution.wrong_answers_for(part.ask)
    return tuple(w for w in wrong if apart(part, key, w.value, solution))


def is_suitable(variant: Variant) -> bool:
    """Whether every numeric part has two live misconceptions (or all), all pairwise apart."""
    solution = variant.solution
    if solution is None:
        return True
    return all(
        _part_is_suitable(part, solution)
        for part in variant.question.parts
        if part.kind in NUMERIC and part.ask
    )


def _part_is_suitable(part: Part, solution: Solution) -> bool:
    alive = live(part, solution)
    if len(alive) < min(2, len(solution.wrong_answers_for(part.ask))):
        return False
    return all(apart(part, a.value, b.value, solution) for a, b in combinations(alive, 2))
