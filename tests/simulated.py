"""Learners who are simulated: what they know decides what they type, and the grader must see it.

One follows a misconception and types what it gives, rounded as asked; one is right and writes in
any accepted notation; one is off by a little for no reason.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from quizapp.content.model import Given, Part, Template
from quizapp.marking.grade import PartGrade
from quizapp.marking.grading import grade
from quizapp.marking.numbers import leaves, shape
from quizapp.solving import here
from quizapp.variants import NUMERIC, Variant, fresh
from quizapp.variants.answers import tolerances
from quizapp.variants.text import as_asked
from solvers.contract import WrongAnswer


@dataclass
class Seen:
    """How the grader saw the learners of one template."""

    template: str
    asked: Counter[str] = field(default_factory=Counter)  # misconception → responses
    named: Counter[str] = field(default_factory=Counter)  # … of them named rightly
    faults: list[str] = field(default_factory=list)  # what must never happen

    @property
    def share(self) -> float:
        """Of all responses that follow a misconception, those named rightly."""
        return self.named.total() / max(self.asked.total(), 1)


def sit(template: Template, seeds: Iterable[int]) -> Seen:
    """Every learner takes the template with every seed."""
    seen = Seen(template.id)
    for seed in seeds:
        variant = here(fresh(template, seed))
        for part in template.parts:
            if part.ask:
                _misled(seen, variant, part)
                _right(seen, variant, part)
            if part.kind in NUMERIC and part.ask:
                _astray(seen, variant, part, random.Random(f"{template.id}:{seed}:{part.id}"))
    return seen


def _marked(variant: Variant, part: Part, response: str) -> PartGrade:
    return here(grade(variant, {part.id: response})).part(part.id)


def _misled(seen: Seen, variant: Variant, part: Part) -> None:
    for wrong in live_ones(variant, part):
        marked = _marked(variant, part, as_asked(part, wrong.value))
        seen.asked[wrong.id] += 1
        seen.named[wrong.id] += marked.misconception == wrong.id
        if marked.correct:
            seen.faults.append(f"seed {variant.seed} ({part.id}): {wrong.id} is called right")


def live_ones(variant: Variant, part: Part) -> tuple[WrongAnswer, ...]:
    assert variant.solution is not None
    return variant.live(part)


def _right(seen: Seen, variant: Variant, part: Part) -> None:
    for response in notations(part, variant.key(part)):
        marked = _marked(variant, part, response)
        if not marked.correct or marked.points != part.points:
            said = marked.feedback or marked.verdict
            where = f"seed {variant.seed} ({part.id})"
            seen.faults.append(f"{where}: {response!r} is right, but: {said}")


def _astray(seen: Seen, variant: Variant, part: Part, rng: random.Random) -> None:
    """Near the truth, outside its tolerance, and what no live misconception gives."""
    key = variant.key(part)
    values = [wrong.value for wrong in live_ones(variant, part)]
    near = _nearby(key, tolerances(part, key, variant.solution), rng)
    if near == key or any(_given_by(value, near, key) for value in values):
        return
    marked = _marked(variant, part, json.dumps(near))
    where = f"seed {variant.seed} ({part.id}): {near}, near {key},"
    if marked.correct:
        seen.faults.append(f"{where} is called right")
    if marked.misconception:
        seen.faults.append(f"{where} is diagnosed as {marked.misconception}")


def _given_by(wrong: Given, near: Given, key: Given) -> bool:
    """Whether a misconception gives the nearby answer, or the very entry in which it is off.

    Tensors are diagnosed entry by entry: what a misconception gives there is no accident.
    """
    if shape(wrong) != shape(key):
        return wrong == near
    entries = zip(leaves(wrong), leaves(near), leaves(key), strict=True)
    return any(x == y != z for x, y, z in entries)


def _nearby(key: Given, rooms: list[float], rng: random.Random) -> Given:
    """The key with one entry off by two tolerances, or by one where it is exact."""
    at = rng.randrange(len(rooms))
    off = rng.choice((-1, 1)) * (2 * rooms[at] or 1)
    count = iter(range(len(rooms)))

    def moved(value: Given) -> Given:
        if isinstance(value, list):
            return [moved(item) for item in value]
        assert not isinstance(value, str)
        return value + off if next(count) == at else value

    return moved(key)


# ---------------------------------------------------------------------------- notations


def notations(part: Part, key: Given) -> Iterator[str]:
    """The ways in which a person writes a right answer."""
    yield as_asked(part, key)
    yield json.dumps(key)
    if isinstance(key, list):
        yield from _of_lists(part, key)
    elif part.kind == "integer":
        yield from (f"{key:,}", f"{key:,}".replace(",", " "), f"= {key}", f"{key}.0", f"({key})")
        yield f"{key}*1 + 0"
    elif part.kind == "real":
        yield from (repr(float(str(key))), f"{key:.9e}", f"  {as_asked(part, key)} ", f"={key}")
        yield as_asked(part, key).replace("-", "−")
        if part.proportion:
            yield f"{100 * float(str(key)):.6f}%"


def _of_lists(part: Part, key: list[Given]) -> Iterator[str]:
    if part.kind == "shape":
        sides = [str(side) for side in key]
        yield from ("x".join(sides), " ".join(sides), f"({', '.join(sides)})")
    elif not isinstance(key[0], list):
        cells = [as_asked(part, cell) for cell in key]
        yield from (" ".join(cells), ", ".join(cells), f"[{' '.join(cells)}]", "\n".join(cells))
    elif not isinstance(key[0][0], list):
        rows = [[as_asked(part, cell) for cell in row] for row in key if isinstance(row, list)]
        yield "\n".join(" ".join(row) for row in rows)
        yield "; ".join(", ".join(row) for row in rows)


# -------------------------------------------------------------------------------- table


def table(seen: Iterable[Seen]) -> Iterator[str]:
    """A line for each template, and the misconceptions that were not always named."""
    total: Counter[str] = Counter()
    yield f"{'template':<44} {'misled':>7} {'named':>7} {'faults':>7}"
    for one in seen:
        yield f"{one.template:<44} {one.asked.total():>7} {one.share:>7.1%} {len(one.faults):>7}"
        for name, count in one.asked.items():
            if one.named[name] < count:
                yield f"    {name:<44} {one.named[name]} of {count} named"
        total["asked"] += one.asked.total()
        total["named"] += one.named.total()
        total["faults"] += len(one.faults)
    share = total["named"] / max(total["asked"], 1)
    yield f"{'all':<44} {total['asked']:>7} {share:>7.1%} {total['faults']:>7}"
