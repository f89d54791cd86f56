"""Formula parts: the learner's formula, compared with the solver on random inputs.

A formula is right when it equals the solver's quantity on every draw; it is named after a
misconception when it equals what exactly one of them gives. Everything is computed here in plain
Python; the solver's side comes through the plan.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from msgspec import Struct, structs

from quizapp.content.model import Formula, Given, Part, Target
from quizapp.marking.formats import FormatError
from quizapp.marking.formula.draws import Inputs, draws, numbers
from quizapp.marking.formula.response import Response, respond, sentence, shown
from quizapp.marking.formula.values import Evaluator, Value
from quizapp.marking.grade import PartGrade
from quizapp.marking.numbers import leaves, shape
from quizapp.marking.tokens import Unread
from quizapp.solving import Plan
from solvers.contract import Solution, WrongAnswer

SAME = 1e-7  # relative to the largest entry: both sides are computed in float64
LIVE = 1e-4  # a misconception this far from the truth can be told from it

Computed = list[Value]  # of one draw: one value, or one for each member of a family


class Mark(Struct, frozen=True, kw_only=True):
    """What the answer to one target is worth."""

    verdict: str  # "right", "wrong", "missing"
    feedback: str = ""
    wrong: WrongAnswer | None = None


def read_as(formula: Formula, text: str) -> str:
    """`softmax( Q Kᵀ / √d_k ) V     Q, K: n × d_k   …`; "" while it can't be read."""
    try:
        return shown(respond(formula, text)) if text.strip() else ""
    except FormatError:
        return ""


def format_error(formula: Formula, text: str) -> str:
    """The sentence for a formula that can't be read; "" for one that can, or is empty."""
    try:
        if text.strip():
            respond(formula, text)
    except FormatError as error:
        return str(error)
    return ""


def grade_formula(part: Part, text: str) -> Plan[PartGrade]:
    """Mark a formula; the draws follow from the part's prompt and solver, so they never change."""
    formula = part.formula
    assert formula is not None
    try:
        response = respond(formula, text)
    except FormatError as error:
        return _unreadable(part, str(error))
    inputs = draws(formula, f"{formula.solver}:{part.id}")
    solutions = yield tuple(draw.ask for draw in inputs)
    try:
        trial = Trial(formula, response, inputs, solutions)
        marks = trial.marks()
    except Unread as trouble:
        return _unreadable(part, sentence(trouble, text, formula))
    return _graded(part, formula, marks, solutions)


def _unreadable(part: Part, error: str) -> PartGrade:
    return PartGrade(
        part=part.id,
        verdict="unreadable",
        points=0,
        max_points=part.points,
        feedback=error,
        format_error=error,
    )


class Trial(Struct, frozen=True):
    """One response on all draws."""

    formula: Formula
    response: Response
    inputs: Sequence[Inputs]
    solutions: Sequence[Solution]

    def marks(self) -> list[Mark]:
        """One for each target."""
        marks = [self._mark(place, target) for place, target in enumerate(self.formula.targets)]
        return [self._written_in(target, mark, marks) for target, mark in self._paired(marks)]

    def _paired(self, marks: list[Mark]) -> list[tuple[Target, Mark]]:
        return list(zip(self.formula.targets, marks, strict=True))

    def _written_in(self, target: Target, mark: Mark, marks: list[Mark]) -> Mark:
        """A definition that has no line of its own because a right formula spells it out."""
        if mark.verdict != "missing" or not target.defines:
            return mark
        if target.defines in self.response.mentioned or marks[0].verdict != "right":
            return mark
        return Mark(verdict="right")

    def _mark(self, place: int, target: Target) -> Mark:
        if place not in self.response.answers:
            return Mark(verdict="missing")
        readings = self._readings()
        found: dict[str, WrongAnswer] = {}
        for otherwise in readings:
            computed = [self._compute(place, target, k, otherwise) for k in range(len(self.inputs))]
            if self._is_right(target, computed):
                return Mark(verdict="right")
            found.update({wrong.id: wrong for wrong in self._matching(target, computed)})
        return self._wrong(place, target, list(found.values()))

    def _readings(self) -> list[frozenset[str]]:
        """Every name by its first meaning, then those with a second one by that."""
        names = self.formula.names
        second = frozenset(n for n in self.response.mentioned if names[n].otherwise)
        return [frozenset(), second] if second else [frozenset()]

    def _compute(self, place: int, target: Target, k: int, otherwise: frozenset[str]) -> Computed:
        drawn = numbers(self.formula, self.inputs[k], self.solutions[k], otherwise)
        own = {name: shaped.tree for name, shaped in self.response.definitions.items()}
        evaluator = Evaluator(structs.replace(drawn, definitions=own))
        tree = self.response.answers[place].tree
        members = range(1, drawn.members + 1) if target.defines else range(1)
        return [evaluator.compute(tree, member) for member in members]

    def _key(self, target: Target, value: Given) -> list[Given]:
        """A quantity as the list of values a target is compared with."""
        return value if target.defines and isinstance(value, list) else [value]

    def _is_right(self, target: Target, computed: Sequence[Computed]) -> bool:
        truths = [self._key(target, solution.quantities[target.ask]) for solution in self.solutions]
        return all(_equal(mine, truth) for mine, truth in zip(computed, truths, strict=True))

    def _matching(self, target: Target, computed: Sequence[Computed]) -> list[WrongAnswer]:
        """The misconceptions that give this formula on every draw on which they mean anything."""
        seen: dict[str, list[tuple[bool, bool, WrongAnswer]]] = {}
        for mine, solution in zip(computed, self.solutions, strict=True):
            truth = self._key(target, solution.quantities[target.ask])
            for wrong in solution.wrong_answers_for(target.ask):
                value = self._key(target, wrong.value)
                pair = (_equal(mine, value), _apart(value, truth), wrong)
                seen.setdefault(wrong.id, []).append(pair)
        return [
            draws[0][2]
            for draws in seen.values()
            if all(same for same, _, _ in draws) and sum(live for _, live, _ in draws) >= 2
        ]

    def _wrong(self, place: int, target: Target, found: list[WrongAnswer]) -> Mark:
        if len(found) == 1:
            return self._named(target, found[0])
        other = self._other_shape(place, target)
        if other:
            return Mark(verdict="wrong", feedback=other)
        if found:
            said = "Not right. More than one slip gives this formula, so none is named."
        else:
            said = "Not right, and no known misconception gives this formula."
        return Mark(verdict="wrong", feedback=f"{said} s shows the steps.")

    def _named(self, target: Target, wrong: WrongAnswer) -> Mark:
        name = wrong.id.rpartition("/")[2]
        corrections = {
            w.correction for s in self.solutions for w in s.wrong_answers if w.id == wrong.id
        }
        # A correction with the numbers of a draw would speak of numbers the learner never saw.
        correction = f" {wrong.correction}" if len(corrections) == 1 else ""
        if wrong.id in target.forgives:
            said = f"This is {wrong.slip} ({name}), which costs nothing here.{correction}"
            return Mark(verdict="right", feedback=said)
        said = f"This is what you get {wrong.slip} ({name}).{correction}"
        return Mark(verdict="wrong", feedback=said, wrong=wrong)

    def _other_shape(self, place: int, target: Target) -> str:
        """`This gives n × n; n × d_v is asked.`, or "" where the shape is right."""
        shapes = self.response.shapes
        mine = self.response.answers[place].shape
        asked = []
        keys = [self._key(target, s.quantities[target.ask])[0] for s in self.solutions]
        for axis in range(len(shape(keys[0]))):
            asked.append(self._side_name([shape(key)[axis] for key in keys]))
        written = " × ".join(asked) or "a number"
        if not all(asked) or shapes.written(mine) == written:
            return ""
        return f"Not right: this gives {shapes.written(mine)}; {written} is asked."

    def _side_name(self, lengths: list[int]) -> str:
        """The size that has these lengths on all draws."""
        for name in (*self.formula.products, *self.formula.sizes):
            if [draw.sizes[name] for draw in self.inputs] == lengths:
                return name
        return ""


# ---------------------------------------------------------------------------- comparing


def _equal(mine: Sequence[object], truth: Sequence[Given]) -> bool:
    return _distance(mine, truth) <= SAME


def _apart(value: Sequence[Given], truth: Sequence[Given]) -> bool:
    return _distance(value, truth) >= LIVE


def _distance(mine: Sequence[object], truth: Sequence[Given]) -> float:
    """The largest difference, relative to the largest entry of the truth; inf for other shapes."""
    left, right = list(mine), list(truth)
    if shape(left) != shape(right):  # type: ignore[arg-type]
        return math.inf
    pairs = list(zip(leaves(left), leaves(right), strict=True))  # type: ignore[arg-type]
    scale = max((abs(float(y)) for _, y in pairs), default=0.0) or 1.0
    return max((abs(float(x) - float(y)) / scale for x, y in pairs), default=math.inf)


# ------------------------------------------------------------------------------ grading


def _graded(
    part: Part, formula: Formula, marks: list[Mark], solutions: Sequence[Solution]
) -> PartGrade:
    share = [t.points or part.points / len(formula.targets) for t in formula.targets]
    earned = sum(p for p, mark in zip(share, marks, strict=True) if mark.verdict == "right")
    right = all(mark.verdict == "right" for mark in marks)
    points = part.points if right else math.floor(earned * 2 + 1e-9) / 2
    named = [mark.wrong for mark in marks if mark.wrong is not None]
    one = named[0] if len({wrong.id for wrong in named}) == 1 else None
    return PartGrade(
        part=part.id,
        verdict="right" if right else "partly" if points else "wrong",
        points=points,
        max_points=part.points,
        feedback=_feedback(formula, marks, right=right),
        misconception=one.id if one else "",
        departs_at=one.departs_at if one else "",
        ruled_out=_ruled_out(formula, solutions) if right else (),
    )


def _feedback(formula: Formula, marks: list[Mark], *, right: bool) -> str:
    if right:
        return " ".join(["Right.", *(mark.feedback for mark in marks if mark.feedback)])
    if len(marks) == 1:
        return marks[0].feedback or "Nothing here answers the question."
    return " ".join(
        _missing(target) if mark.verdict == "missing"
        else f"{target.label}: right." if mark.verdict == "right"
        else f"{target.label}: {mark.feedback}"
        for target, mark in zip(formula.targets, marks, strict=True)
    )  # fmt: skip


def _missing(target: Target) -> str:
    """`head_i is missing: write what it stands for.`"""
    if target.defines:
        return f"{target.label} is missing: write what it stands for."
    return f"{target.label} is missing."


def _ruled_out(formula: Formula, solutions: Sequence[Solution]) -> tuple[str, ...]:
    """The misconceptions that some draw could have told from the truth."""
    alive: dict[str, None] = {}
    for target in formula.targets:
        for solution in solutions:
            truth = solution.quantities[target.ask]
            for wrong in solution.wrong_answers_for(target.ask):
                if _apart([wrong.value], [truth]) and wrong.id not in target.forgives:
                    alive[wrong.id] = None
    return tuple(alive)
