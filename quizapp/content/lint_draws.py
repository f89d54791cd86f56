"""Checks of what a template draws: well formed, in order, and within the solver's bounds."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from quizapp.content.model import Draw, Given, Number, Question, Side
from quizapp.content.strict import nearest
from quizapp.content.yaml_source import Place, Source
from solvers.contract import BadInput, Bounds, Solver

_ARRAYS = ("graph", "one_hot", "permutation")
MOST_STEPS = 100_000  # of a range that are looked at
LARGEST = 64  # of a side; nobody reads a longer array in a prompt


def check(source: Source, question: Question, solver: Solver[Any], place: Place) -> None:
    """Note draws that can't be made, and inputs that are missing or out of bounds."""
    _names(source, question, solver, place)
    sizes: dict[str, list[int]] = {
        name: [value] for name, value in question.given.items() if isinstance(value, int)
    }
    for key, draws in (("sizes", question.sizes), ("draw", question.draw)):
        for name, draw in draws.items():
            where = (*place, key, name)
            if not _well_formed(source, draw, sizes, where):
                continue
            values = list(_numbers(draw))
            if key == "sizes" and not _is_size(values, draw):
                source.add(where, f"{name} is a size: whole numbers from 1 to {LARGEST}")
            elif not draw.shape and values and all(isinstance(value, int) for value in values):
                sizes[name] = [value for value in values if isinstance(value, int)]
            if key == "draw" and name in solver.inputs.bounds():
                _within(source, name, draw, sizes, solver.inputs.bounds()[name], where)


# ------------------------------------------------------------------------------- names


def _names(source: Source, question: Question, solver: Solver[Any], place: Place) -> None:
    inputs = list(solver.inputs.bounds())
    for key in ("given", "draw", "set"):
        for name in getattr(question, key):
            if name not in inputs:
                near = nearest(name, inputs)
                source.add((*place, key, name), f"{solver.id} has no input {name}; {near}")
    for name in question.sizes:
        if name in inputs:
            message = f"{name} is an input of {solver.id}, so it stands under draw"
            source.add((*place, "sizes", name), message)
    for name in question.draw:
        if name in question.given:
            source.add((*place, "draw", name), f"{name} is given, so it can't be drawn")
    for name in solver.inputs.required():
        if name not in {*question.given, *question.draw, *question.set}:
            what = solver.inputs.bounds()[name].allowed
            source.add(place, f"the input {name} of {solver.id} is neither given nor drawn: {what}")
    _copies(source, question, place)
    _given(source, question.given, solver, place)


def _copies(source: Source, question: Question, place: Place) -> None:
    there = {*question.given, *question.draw, *question.sizes}
    for name, copied in question.set.items():
        if copied not in there:
            near = nearest(copied, sorted(there))
            source.add((*place, "set", name), f"{copied} is not given or drawn; {near}")
        if name in there:
            source.add((*place, "set", name), f"{name} is a copy, so it can't be given or drawn")


def _given(source: Source, given: Mapping[str, Given], solver: Solver[Any], place: Place) -> None:
    for name, value in given.items():
        bounds = solver.inputs.bounds().get(name)
        if bounds is not None and (why := _refused(name, value, bounds)):
            source.add((*place, "given", name), why)


# -------------------------------------------------------------------------------- draws


def _well_formed(source: Source, draw: Draw, sizes: Mapping[str, list[int]], place: Place) -> bool:
    before = len(source.problems)
    ways = [way for way in ("choice", *_ARRAYS) if getattr(draw, way) not in ((), None)]
    ways += ["range"] if draw.range is not None else []
    if len(ways) != 1:
        there = ", ".join(ways) or "none of them"
        expected = "one of choice, range, graph, one_hot, permutation"
        source.add(place, f"expected {expected}; there is {there}")
        return False
    if draw.range is not None:
        _range(source, draw, draw.range, place)
    elif draw.step != 1:
        source.add((*place, "step"), "step is for a range")
    for side in (*draw.shape, *(getattr(draw, way) for way in _ARRAYS)):
        if side is not None:
            _side(source, side, sizes, place)
    if draw.shape and ways[0] in _ARRAYS:
        source.add((*place, "shape"), f"a {ways[0]} has its shape by itself")
    if draw.distinct and not draw.shape:
        source.add((*place, "distinct"), "distinct is for the entries of an array with a shape")
    if draw.exclude and ways[0] in _ARRAYS:
        source.add((*place, "not"), "not is for a choice or a range")
    if draw.edges is not None:
        _edges(source, draw, place)
    if len(source.problems) == before:
        _enough(source, draw, sizes, place)
    return len(source.problems) == before


def _range(source: Source, draw: Draw, ends: tuple[Number, Number], place: Place) -> None:
    low, high = ends
    if low > high:
        source.add((*place, "range"), f"range goes from {low} down to {high}")
    elif draw.step <= 0:
        source.add((*place, "step"), f"step is {draw.step}, expected more than 0")
    elif (high - low) / draw.step > MOST_STEPS:
        message = f"more than {MOST_STEPS:,} steps from {low} to {high}; take larger ones"
        source.add((*place, "step"), message)
    elif not math.isclose((high - low) / draw.step, round((high - low) / draw.step), abs_tol=1e-6):
        source.add((*place, "range"), f"{high} is never reached from {low} in steps of {draw.step}")


def _edges(source: Source, draw: Draw, place: Place) -> None:
    low, high = draw.edges or (0, 0)
    if draw.graph is None:
        source.add((*place, "edges"), "edges is for a graph")
    elif not 0 <= low <= high:
        source.add((*place, "edges"), f"edges goes from {low} to {high}")
    elif isinstance(draw.graph, int):
        least = draw.graph - 1 if draw.connected else 0
        most = draw.graph * (draw.graph - 1) // 2
        if low < least or high > most:
            message = f"a graph of {draw.graph} nodes has from {least} to {most} edges"
            source.add((*place, "edges"), message)


def _side(source: Source, side: Side, sizes: Mapping[str, list[int]], place: Place) -> None:
    if isinstance(side, int):
        if not 1 <= side <= LARGEST:
            source.add(place, f"a side is {side}, expected 1 to {LARGEST}")
    elif side not in sizes:
        near = nearest(side, sorted(sizes))
        source.add(place, f"the size {side} is not drawn before it is used; {near}")


def _enough(source: Source, draw: Draw, sizes: Mapping[str, list[int]], place: Place) -> None:
    """Enough different values for arrays whose entries all differ, and any after ``not``."""
    if not draw.choice and draw.range is None:
        return
    values = list(_numbers(draw))
    needed = 1
    if draw.distinct:
        sides = (max(sizes[s]) if isinstance(s, str) else s for s in draw.shape)
        needed = math.prod(sides)
    there = len({str(value) for value in values})
    if there < needed:
        source.add(place, f"{needed} different values are needed, but there are {there}")


def _numbers(draw: Draw) -> Iterator[Given]:
    """Every value that one entry may take."""
    if draw.range is None:
        yield from (value for value in draw.choice if value not in draw.exclude)
        return
    low, high = draw.range
    steps = round((high - low) / draw.step)
    for at in range(min(steps, MOST_STEPS) + 1):
        value = low + at * draw.step
        value = value if isinstance(value, int) else round(value, 10)
        if value not in draw.exclude:
            yield value


def _is_size(values: list[Given], draw: Draw) -> bool:
    if draw.shape or not values:
        return False
    return all(isinstance(value, int) and 1 <= value <= LARGEST for value in values)


# ------------------------------------------------------------------------------- bounds


def _within(
    source: Source,
    name: str,
    draw: Draw,
    sizes: Mapping[str, list[int]],
    bounds: Bounds,
    place: Place,
) -> None:
    """Note the first value that the solver refuses for this input whatever the others are."""
    for value in _extremes(draw, sizes):
        if why := _refused(name, value, bounds):
            source.add(place, why)
            return


def _extremes(draw: Draw, sizes: Mapping[str, list[int]]) -> Iterator[Given]:
    """Draws that a solver may refuse where it takes the others, as values of the input."""
    if draw.graph is not None or draw.one_hot is not None or draw.permutation is not None:
        yield from _fixed_arrays(draw, sizes)
        return
    values = list(_numbers(draw))
    if draw.range is not None:
        values = [*values[:2], values[-1]]  # the second one may be the first with a fraction
    for value in values:
        array = value
        for side in reversed(draw.shape):
            longest = side if isinstance(side, int) else max(sizes[side])
            array = [array] * longest
        yield array


def _fixed_arrays(draw: Draw, sizes: Mapping[str, list[int]]) -> Iterator[Given]:
    named = next(s for s in (draw.graph, draw.one_hot, draw.permutation) if s is not None)
    for side in (named,) if isinstance(named, int) else (min(sizes[named]), max(sizes[named])):
        if draw.graph is not None:
            yield [[int(a != b) for a in range(side)] for b in range(side)]
        elif draw.one_hot is not None:
            yield [int(at == 0) for at in range(side)]
        else:
            yield list(range(side))


def _refused(name: str, value: Given, bounds: Bounds) -> str:
    """Why an input can't take a value, whatever the other inputs are; "" where it can."""
    try:
        bounds.read(name, value)
    except BadInput as error:
        return str(error)
    return ""
