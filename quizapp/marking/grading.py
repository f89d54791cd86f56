"""What the responses to one question are worth.

`grade` is a plan (`quizapp.solving.Plan`): it yields the solutions it needs, for follow-through
and for formulas, and knows of no process.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from msgspec import structs

from quizapp.content.model import Given, Part
from quizapp.errors import SolverRefused
from quizapp.marking import diagnose, digits
from quizapp.marking.formats import FormatError
from quizapp.marking.formula import grade_formula
from quizapp.marking.grade import Grade, PartGrade
from quizapp.marking.numbers import half_steps, leaves, number, shape, shown
from quizapp.marking.options import mark_options
from quizapp.marking.parse import Reading, parse
from quizapp.solving import Ask, Plan
from quizapp.variants import NUMERIC, Variant
from quizapp.variants.answers import live
from solvers.contract import Solution

MARKED = ("choice", "choices", "ordering")
FINDINGS = 2  # cells or rows explained at once


def grade(variant: Variant, responses: Mapping[str, str], *, sitting: bool = False) -> Plan[Grade]:
    """Mark the responses (part id → text) to a variant.

    In a sitting a response that can't be read earns nothing, and the readable cells of a table
    keep their credit; in practice it is a format error that costs nothing.
    """
    done: list[PartGrade] = []
    values: dict[str, Given] = {}
    for part in variant.question.parts:
        text = responses.get(part.id, "")
        if part.kind == "formula" and part.formula is not None and text.strip():
            graded = yield from grade_formula(part, text)
            done.append(_in_sitting(graded, sitting))
            continue
        graded, reading = _grade_alone(variant, part, text, lenient=sitting)
        if reading is not None:
            values[part.id] = reading.value
            graded = yield from _followed(variant, part, graded, reading, done, values)
        done.append(_in_sitting(graded, sitting))
    return Grade(question=variant.question.id, parts=tuple(done))


def _in_sitting(graded: PartGrade, sitting: bool) -> PartGrade:
    if not sitting or graded.verdict != "unreadable":
        return graded
    return structs.replace(graded, feedback=f"{graded.format_error} It earns no points.")


def _grade_alone(
    variant: Variant, part: Part, text: str, *, lenient: bool
) -> tuple[PartGrade, Reading | None]:
    """The mark without follow-through, and the response as read where it is a number."""
    if not text.strip():
        return PartGrade(part=part.id, verdict="empty", points=0, max_points=part.points), None
    if part.kind in ("text", "formula"):
        return PartGrade(part=part.id, verdict="open", points=0, max_points=part.points), None
    key = variant.key(part)
    try:
        reading = parse(part, text, asked_sides(variant, part), lenient=lenient)
    except FormatError as error:
        return unreadable(part, str(error)), None
    if part.kind in MARKED:
        graded = mark_options(part, reading.value, key)
        return _explained(part, graded, reading, variant.solution), None
    assert variant.solution is not None
    return mark(part, reading, variant.solution), reading


def _explained(
    part: Part, graded: PartGrade, reading: Reading, solution: Solution | None
) -> PartGrade:
    """The mark on an option whose key is computed, with the misconception that chooses it."""
    if not part.ask or solution is None:
        return graded
    alive = live(part, solution)
    if graded.correct:
        return structs.replace(graded, ruled_out=tuple(wrong.id for wrong in alive))
    found = [wrong for wrong in alive if wrong.value == reading.value]
    if len(found) != 1:
        return graded
    return structs.replace(
        graded,
        feedback=diagnose.sentence(found[0], reading.shown, part),
        misconception=found[0].id,
        departs_at=found[0].departs_at,
    )


def unreadable(part: Part, sentence: str) -> PartGrade:
    """A format error."""
    return PartGrade(
        part=part.id,
        verdict="unreadable",
        points=0,
        max_points=part.points,
        feedback=sentence,
        format_error=sentence,
    )


def asked_sides(variant: Variant, part: Part) -> tuple[tuple[int, ...], ...]:
    """The shapes a table may have: the asked one, then those that live misconceptions give."""
    if variant.solution is None or part.kind not in ("vector", "matrix"):
        return ()
    wrong = (shape(w.value) for w in live(part, variant.solution))
    return tuple(dict.fromkeys((shape(variant.key(part)), *wrong)))


# ------------------------------------------------------------------------ numeric parts


def mark(part: Part, reading: Reading, solution: Solution) -> PartGrade:
    """Mark a numeric response against a solution."""
    key = solution.quantities[part.ask]
    cells = diagnose.matches(part, reading.value, key, solution)
    if cells and all(cells) and not reading.bad_cells:
        return _right(part, reading, key, solution)
    found = diagnose.whole(part, reading.value, solution)
    if reading.objection and len(found) != 1:
        return unreadable(part, reading.objection)
    named = found[0] if len(found) == 1 else None
    earned, criteria = _credit(part, cells, named.id if named else "")
    if named is not None:
        feedback = diagnose.sentence(named, reading.value, part)
    else:
        feedback = ""
    graded = PartGrade(
        part=part.id,
        verdict="partly" if earned else "wrong",
        points=earned,
        max_points=part.points,
        feedback=feedback,
        misconception=named.id if named else "",
        departs_at=named.departs_at if named else "",
        cells=tuple(cells) if len(cells) > 1 else (),
        criteria=criteria,
    )
    if named is not None:
        return graded
    return _without_a_name(part, reading, solution, graded, several=len(found) > 1)


def _right(part: Part, reading: Reading, key: Given, solution: Solution) -> PartGrade:
    feedback = "Right."
    if digits.too_few(part, reading) and not digits.exact(part, reading.value, key):
        feedback = digits.sentence(part, reading, part.points)
    sides = shape(reading.value)
    return PartGrade(
        part=part.id,
        verdict="right",
        points=part.points,
        max_points=part.points,
        feedback=feedback,
        cells=(True,) * math.prod(sides) if sides else (),
        ruled_out=tuple(wrong.id for wrong in live(part, solution)),
    )


def _credit(part: Part, cells: list[bool], misconception: str) -> tuple[float, tuple[str, ...]]:
    """Points in half steps for a response that is not right, and the criteria that gave them.

    Criteria of the rubric where it has some for numbers; else the share of cells.
    """
    numeric = [c for c in part.rubric if c.entries or c.misconceptions]
    if not numeric:
        return half_steps(part.points * sum(cells) / max(len(cells), 1)), ()
    earned = [
        criterion
        for criterion in numeric
        if misconception in criterion.misconceptions
        or (criterion.entries and all(e < len(cells) and cells[e] for e in criterion.entries))
    ]
    total = sum(criterion.points for criterion in earned)
    return min(total, part.points - 0.5), tuple(criterion.id for criterion in earned)


def _without_a_name(
    part: Part, reading: Reading, solution: Solution, graded: PartGrade, *, several: bool
) -> PartGrade:
    """Say what can be said of a response that no one misconception explains."""
    key = solution.quantities[part.ask]
    value = reading.value
    if part.kind == "shape" and _permuted(value, key):
        return _other_order(part, value, graded)
    if digits.rounds_to(part, reading, key):
        earned = half_steps(part.points / 2)
        sentence = digits.sentence(part, reading, earned)
        return structs.replace(graded, verdict="partly", points=earned, feedback=sentence)
    if _opposite(part, value, key, solution):
        sentence = f"Right number, opposite sign: {shown(value, part)}."
        if len(graded.cells) > 1:
            sentence = "Right numbers, opposite sign."
        return structs.replace(graded, feedback=sentence)
    findings = []
    if part.kind in ("vector", "matrix") and graded.cells:
        findings = diagnose.in_cells(part, value, solution, graded.cells)
    share = _share(part, graded)
    if findings:
        ids = {finding.wrong.id for finding in findings}
        one = findings[0].wrong if len(ids) == 1 else None
        said = " ".join(finding.sentence for finding in findings[:FINDINGS])
        return structs.replace(
            graded,
            feedback=f"{share} {said}".strip(),
            misconception=one.id if one else "",
            departs_at=one.departs_at if one else "",
        )
    if any(graded.cells):
        return structs.replace(graded, feedback=f"{share}{_left_out(reading)}")
    return structs.replace(graded, feedback=_no_name(shown(value, part), several=several))


def _no_name(response: str, *, several: bool) -> str:
    if several:
        return (
            f"Not right. More than one slip gives {response}, so none is named. s shows the steps."
        )
    return (
        f"Not right, and no known misconception gives {response} for these numbers."
        " s shows the steps."
    )


def _share(part: Part, graded: PartGrade) -> str:
    if not any(graded.cells):
        return ""
    what = "sides" if part.kind == "shape" else "cells"
    return f"{sum(graded.cells)} of {len(graded.cells)} {what} right."


def _left_out(reading: Reading) -> str:
    if not reading.bad_cells:
        return ""
    places = ", ".join(f"row {r}, column {c}" for r, c in reading.bad_cells[:3])
    return f" Empty or not read as a number: {places}."


def _permuted(value: Given, key: Given) -> bool:
    if not isinstance(value, list) or not isinstance(key, list):
        return False
    return value != key and sorted(leaves(value), key=str) == sorted(leaves(key), key=str)


def _other_order(part: Part, value: Given, graded: PartGrade) -> PartGrade:
    """Right numbers in another order: at least half of the points that cells would give."""
    axes = part.axes or ("height", "width", "channels")
    asked = " × ".join(axes).capitalize()
    ending = f" {asked} is asked." if len(axes) == len(graded.cells) else ""
    sentence = f"Right numbers, other order: {shown(value, part)}.{ending}"
    earned = max(graded.points, half_steps(part.points / 2))
    verdict = "partly" if earned else "wrong"
    return structs.replace(graded, verdict=verdict, points=earned, feedback=sentence)


def _opposite(part: Part, value: Given, key: Given, solution: Solution) -> bool:
    if part.kind not in NUMERIC or part.kind == "shape":
        return False
    turned = _negated(value)
    cells = diagnose.matches(part, turned, key, solution) if turned is not None else []
    return bool(cells) and all(cells) and any(leaves(key))


def _negated(value: Given) -> Given | None:
    if isinstance(value, list):
        items = [_negated(item) for item in value]
        return None if None in items else [item for item in items if item is not None]
    return None if number(value) is None or isinstance(value, str) else -value


# ----------------------------------------------------------------------- follow-through


def _followed(
    variant: Variant,
    part: Part,
    graded: PartGrade,
    reading: Reading,
    done: list[PartGrade],
    values: Mapping[str, Given],
) -> Plan[PartGrade]:
    """Mark again with the learner's answer to the part this one uses; the better mark stands."""
    earlier = next((g for g in done if g.part == part.follows), None)
    solution = variant.solution
    if graded.correct or earlier is None or earlier.correct or solution is None:
        return graded
    source = variant.question.part(part.follows)
    stated = values.get(source.id)
    if stated is None or shape(stated) != shape(variant.key(source)):
        return graded
    try:
        ask = Ask(variant.question.solver, variant.inputs, {source.ask: stated})
        (other,) = yield (ask,)
    except SolverRefused:
        return graded
    again = mark(part, reading, other)
    if again.points <= graded.points:
        return graded
    if not again.correct:
        sentence = f"Marked with your ({source.id}). {again.feedback}"
        return structs.replace(again, feedback=sentence, ruled_out=())
    sentence = (
        f"({part.id}) is right for your ({source.id}): {shown(stated, source)} gives"
        f" {shown(reading.value, part)}. Full points for ({part.id})."
    )
    return structs.replace(again, feedback=sentence, followed=True, ruled_out=())
