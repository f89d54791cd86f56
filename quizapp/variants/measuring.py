"""What a template is like over many seeds, and where that is not good enough.

Measured with the same draws that learners get: how many are refused and why, how many variants
are distinct, how the answers are spread, and on which share of the variants each misconception
is live.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator

import msgspec
from msgspec import Struct

from quizapp.content.model import Given, Part, Template
from quizapp.solving import Plan, here
from quizapp.variants import TRIES, Variant, one_draw
from quizapp.variants.answers import leaves
from quizapp.variants.drawing import Stream
from solvers.contract import Solution

SEEDS = 2000  # of a full measurement
MOST_REFUSED = 0.5  # share of the draws
LEAST_DISTINCT = 100  # variants, over a full measurement
LEAST_LIVE = 0.1  # share of the variants


class Answers(Struct, frozen=True, kw_only=True):
    """How the answers to one part are spread."""

    part: str
    distinct: int
    commonest: str  # as JSON text
    share: float  # of the commonest
    lowest: float | None  # of numbers
    highest: float | None


class Measured(Struct, frozen=True, kw_only=True):
    """What a template is like over many seeds."""

    template: str
    seeds: int
    draws: int
    refused: int  # of the draws
    reasons: dict[str, int]  # why, the commonest first
    distinct: int  # variants
    live: dict[str, float]  # misconception id → share of the variants
    answers: tuple[Answers, ...]
    stuck: int | None = None  # a seed that no draw makes a good question of

    @property
    def refused_share(self) -> float:
        return self.refused / self.draws if self.draws else 0.0


def measure(template: Template, seeds: Iterable[int]) -> Measured:
    """Draw, solve and compare the template's variants; raises what a solver raises on bugs."""
    counting = _Counting(template)
    for seed in seeds:
        if not here(counting.draw(seed)):
            return counting.done(stuck=seed)
    return counting.done(stuck=None)


def shortcomings(template: Template, measured: Measured) -> Iterator[tuple[str, str]]:
    """Where a template falls short: a key of its YAML and a sentence."""
    why = next(iter(measured.reasons), "")
    if measured.stuck is not None:
        yield "draw", f"seed {measured.stuck} gives no good question: {why}"
        return
    if measured.refused_share > MOST_REFUSED:
        share = f"{measured.refused_share:.0%} of the draws are refused"
        yield "draw", f"{share}, at most {MOST_REFUSED:.0%}; mostly: {why}"
    needed = enough(measured.seeds)
    if measured.distinct < needed and not template.small:
        message = f"{measured.distinct} distinct variants over {measured.seeds} seeds"
        yield "draw", f"{message}, expected at least {needed}; draw more, or say why in small"
    for misconception, often in measured.live.items():
        if often < LEAST_LIVE and misconception not in template.rare:
            message = f"{misconception} is live on {often:.1%} of the variants"
            yield "draw", f"{message}, expected {LEAST_LIVE:.0%}, or a reason in rare"
    for answers in measured.answers:
        if answers.distinct == 1 and measured.distinct > 1 and not template.small:
            yield "parts", f"the answer to ({answers.part}) is always {answers.commonest}"


def enough(seeds: int) -> int:
    """Distinct variants to expect of a template that has just enough, over so many seeds.

    Over fewer seeds than a full measurement takes, two standard deviations less.

    >>> enough(2000), enough(200)
    (100, 81)
    """
    expected = round(LEAST_DISTINCT * (1 - (1 - 1 / LEAST_DISTINCT) ** seeds))
    return expected if seeds >= SEEDS else max(expected - 6, min(seeds, 1))


class _Counting:
    """Counts while variants come."""

    def __init__(self, template: Template) -> None:
        self.template = template
        self.asked = [part for part in template.parts if part.ask]
        self.seeds = 0
        self.reasons: Counter[str] = Counter()
        self.variants: set[bytes] = set()
        self.live: Counter[str] = Counter()
        self.keys = {part.id: Counter[bytes]() for part in self.asked}

    def draw(self, seed: int) -> Plan[bool]:
        """Draw until there is a good variant, and count it; False when there is none."""
        stream = Stream(self.template.id, seed)
        self.seeds += 1
        for _ in range(TRIES):
            drawn = yield from one_draw(self.template, stream, seed)
            if drawn.solution is not None:
                self._know(drawn.solution)
            if isinstance(drawn, Variant):
                self._count(drawn)
                return True
            self.reasons[_without_values(drawn.why)] += 1
        return False

    def _know(self, solution: Solution) -> None:
        """Misconceptions of what is asked, also those that are never live."""
        for part in self.asked:
            for wrong in solution.wrong_answers_for(part.ask):
                self.live[wrong.id] += 0

    def _count(self, variant: Variant) -> None:
        solution = variant.solution
        assert solution is not None
        self.variants.add(_bytes(variant.given))
        alive: set[str] = set()
        for part in self.asked:
            self.keys[part.id][_bytes(variant.key(part))] += 1
            alive |= {wrong.id for wrong in variant.live(part)}
        self.live.update(alive)

    def done(self, stuck: int | None) -> Measured:
        good = self.seeds - (stuck is not None)
        refused = self.reasons.total()
        return Measured(
            template=self.template.id,
            seeds=self.seeds,
            draws=good + refused,
            refused=refused,
            reasons=dict(self.reasons.most_common()),
            distinct=len(self.variants),
            live={name: count / max(good, 1) for name, count in sorted(self.live.items())},
            answers=tuple(_answers(part, self.keys[part.id]) for part in self.asked),
            stuck=stuck,
        )


def _bytes(value: object) -> bytes:
    return msgspec.json.encode(value)


def _without_values(reason: str) -> str:
    """A refusal without its numbers, so that refusals of one kind add up."""
    return re.sub(r"(?<![\w/-])-?\d[\d.e+-]*(?![\w/-])", "…", reason)


def _answers(part: Part, keys: Counter[bytes]) -> Answers:
    values: list[Given] = [msgspec.json.decode(key) for key in keys]
    numbers = [x for value in values for x in leaves(value) if isinstance(x, int | float)]
    (commonest, times), *_ = keys.most_common(1) or [(b"null", 0)]
    return Answers(
        part=part.id,
        distinct=len(keys),
        commonest=commonest.decode(),
        share=times / max(keys.total(), 1),
        lowest=min(numbers, default=None),
        highest=max(numbers, default=None),
    )
