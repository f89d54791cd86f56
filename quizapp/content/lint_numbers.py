"""Checks of what solvers compute: numbers, quantities, formulas. Solvers are imported."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from quizapp.content.lint_questions import NUMERIC
from quizapp.content.model import Draw, Exam, Formula, Given, Name, Part, Question
from quizapp.content.strict import nearest
from quizapp.content.yaml_source import Place, Source
from solvers import find
from solvers.contract import BadInput, Solution, Solver, SolverError, UnknownSolver, Unsuitable

_PLACEHOLDER = re.compile(r"\{([A-Za-z_]\w*)\}")
# Which kind of part may ask for which kind of quantity.
_FITS = {"word": {"choice"}, "tensor": {"matrix"}}


def check(source: Source, exam: Exam) -> None:
    """Note where questions and solvers don't fit together."""
    for index, question in enumerate(exam.questions):
        place: Place = ("questions", index)
        _question(source, question, place)
        for number, part in enumerate(question.parts):
            if part.formula:
                _formula(source, part, part.formula, (*place, "parts", number, "formula"))


def solver_of(source: Source, solver_id: str, place: Place) -> Solver[Any] | None:
    """The solver with this id; None with the problem noted where there is none."""
    try:
        return find(solver_id)
    except UnknownSolver as error:
        source.add(place, str(error))
        return None


def _question(source: Source, question: Question, place: Place) -> None:
    numeric = [part for part in question.parts if part.kind in NUMERIC]
    if not question.solver:
        if numeric:
            source.add(place, f"solver is missing: it computes part ({numeric[0].id})")
        for key in ("given", "draw", "set"):
            if getattr(question, key):
                source.add((*place, key), f"{key} means nothing without a solver")
        return
    if not numeric:
        source.add((*place, "solver"), "solver means nothing without a numeric part")
    solver = solver_of(source, question.solver, (*place, "solver"))
    if solver is None:
        return
    _inputs(source, question, solver, place)
    _placeholders(source, question, place)
    solution = _solve(source, question, solver, place)
    for number, part in enumerate(question.parts):
        if part.kind in NUMERIC and part.ask:
            _asked(source, part, solver, solution, (*place, "parts", number))


def _inputs(source: Source, question: Question, solver: Solver[Any], place: Place) -> None:
    """Names of inputs, and each drawn value within its bounds."""
    names = list(solver.inputs.bounds())
    for key, values in (("given", question.given), ("draw", question.draw), ("set", question.set)):
        for name in values:
            if name not in names:
                message = f"{solver.id} has no input {name}; {nearest(name, names)}"
                source.add((*place, key, name), message)
    for name, copied in question.set.items():
        there = {*question.given, *question.draw}
        if copied not in there:
            near = nearest(copied, sorted(there))
            source.add((*place, "set", name), f"{copied} is not given or drawn; {near}")
        if name in question.draw:
            source.add((*place, "set", name), f"{name} is a copy, so it can't be drawn")
        elif name in question.given and question.given[name] != question.given.get(copied):
            message = f"{name} is a copy of {copied}, but another number is given"
            source.add((*place, "set", name), message)
    for name, draw in question.draw.items():
        if name in names:
            _drawn(source, question, solver, name, draw, (*place, "draw", name))


def printed(question: Question) -> dict[str, Given]:
    """The inputs as printed, copies included."""
    copies = {name: question.given[of] for name, of in question.set.items() if of in question.given}
    return {**question.given, **copies}


def _drawn(
    source: Source,
    question: Question,
    solver: Solver[Any],
    name: str,
    draw: Draw,
    place: Place,
) -> None:
    if bool(draw.choice) == (draw.range is not None):
        source.add(place, "expected either choice or range")
        return
    if draw.range is not None and draw.range[0] > draw.range[1]:
        source.add((*place, "range"), f"range goes from {draw.range[0]} down to {draw.range[1]}")
        return
    allowed = solver.inputs.bounds()[name].allowed
    for value in draw.choice or draw.range or ():
        try:
            solver.inputs.read({**printed(question), name: value})
        except BadInput as error:
            # Numbers that only don't go together are drawn again.
            if error.field == name and error.allowed == allowed:
                source.add(place, str(error))


def _placeholders(source: Source, question: Question, place: Place) -> None:
    known = {*question.given, *question.draw, *question.set}
    texts = [(question.prompt, (*place, "prompt"))]
    for number, part in enumerate(question.parts):
        texts.append((part.prompt, (*place, "parts", number, "prompt")))
    for text, where in texts:
        for name in _PLACEHOLDER.findall(text):
            if name not in known:
                message = f"{{{name}}} is not given or drawn; {nearest(name, sorted(known))}"
                source.add(where, message)


def _solve(
    source: Source, question: Question, solver: Solver[Any], place: Place
) -> Solution | None:
    if not question.given:
        source.add(place, "given is missing: the numbers as printed")
        return None
    try:
        return solver.solve(printed(question))
    except Unsuitable:
        return None  # the practice exam's own numbers are exempt
    except SolverError as error:
        source.add((*place, "given"), str(error))
        return None


def _asked(
    source: Source, part: Part, solver: Solver[Any], solution: Solution | None, place: Place
) -> None:
    quantity = solver.quantities.get(part.ask)
    if quantity is None:
        message = f"{solver.id} has no quantity {part.ask}; {nearest(part.ask, solver.quantities)}"
        source.add((*place, "ask"), message)
        return
    if not fits_kind(part, quantity.kind):
        message = f"kind is {part.kind}, but {part.ask} is of kind {quantity.kind}"
        source.add((*place, "kind"), message)
    value = solution.quantities.get(part.ask) if solution else None
    _partial_credit(source, part, solver, value, place)


def fits_kind(part: Part, quantity_kind: str) -> bool:
    """Whether a part of this kind may ask for such a quantity."""
    return part.kind in _FITS.get(quantity_kind, {quantity_kind})


def _partial_credit(
    source: Source, part: Part, solver: Solver[Any], value: object, place: Place
) -> None:
    ids = [misconception.id for misconception in solver.misconceptions]
    for index, criterion in enumerate(part.rubric):
        where = (*place, "rubric", index)
        for entry in criterion.entries:
            if isinstance(value, list) and not 0 <= entry < len(value):
                message = f"entry {entry} of {len(value)}; they count from 0"
                source.add((*where, "entries"), message)
        for misconception in criterion.misconceptions:
            if misconception not in ids:
                message = f"no misconception {misconception}; {nearest(misconception, ids)}"
                source.add((*where, "misconceptions"), message)


# ---------------------------------------------------------------------------- formulas


def _formula(source: Source, part: Part, formula: Formula, place: Place) -> None:
    _sizes(source, formula, place)
    solver = solver_of(source, formula.solver, (*place, "solver"))
    if solver is None:
        return
    _targets(source, part, formula, solver, place)
    inputs = list(solver.inputs.bounds())
    for name, meaning in formula.names.items():
        _name(source, name, meaning, formula, solver, (*place, "names", name))
    filled = {*formula.given}
    for name, meaning in formula.names.items():
        if meaning.input or (_is_drawn(meaning) and name in inputs):
            filled.add(meaning.input or name)
    for name in solver.inputs.required():
        if name not in filled:
            source.add((*place, "names"), f"no name fills the input {name} of {solver.id}")
    for name in formula.given:
        if name not in inputs:
            message = f"{solver.id} has no input {name}; {nearest(name, inputs)}"
            source.add((*place, "given", name), message)


def _is_drawn(name: Name) -> bool:
    return name.shape is not None and not name.quantity and name.draw != "identity"


def _sizes(source: Source, formula: Formula, place: Place) -> None:
    for size, (low, high) in formula.sizes.items():
        if not 1 <= low <= high <= 64:
            message = f"{size} is from {low} to {high}, expected 1 ≤ from ≤ to ≤ 64"
            source.add((*place, "sizes", size), message)
    for product, factors in formula.products.items():
        for factor in factors:
            if factor not in formula.sizes:
                message = f"no size {factor}; {nearest(factor, formula.sizes)}"
                source.add((*place, "products", product), message)


def _targets(
    source: Source, part: Part, formula: Formula, solver: Solver[Any], place: Place
) -> None:
    if not formula.targets:
        source.add((*place, "targets"), "a formula part has at least one target")
    misconceptions = [misconception.id for misconception in solver.misconceptions]
    for index, target in enumerate(formula.targets):
        where = (*place, "targets", index)
        if target.ask not in solver.quantities:
            near = nearest(target.ask, solver.quantities)
            source.add((*where, "ask"), f"{solver.id} has no quantity {target.ask}; {near}")
        for forgiven in target.forgives:
            if forgiven not in misconceptions:
                near = nearest(forgiven, misconceptions)
                source.add((*where, "forgives"), f"no misconception {forgiven}; {near}")
        if target.defines and target.defines not in formula.names:
            near = nearest(target.defines, formula.names)
            source.add((*where, "defines"), f"no name {target.defines}; {near}")
    points = [target.points for target in formula.targets if target.points is not None]
    if points and (len(points) < len(formula.targets) or sum(points) != part.points):
        message = f"the targets' points have to be all there and sum to {part.points:g}"
        source.add((*place, "targets"), message)


def _name(
    source: Source, name: str, meaning: Name, formula: Formula, solver: Solver[Any], place: Place
) -> None:
    found = {
        "shape": meaning.shape is not None and not meaning.quantity,
        "size": bool(meaning.size),
        "quantity": bool(meaning.quantity),
    }
    if sum(found.values()) != 1:
        source.add(place, f"{name} needs one of shape, size, quantity (with its shape)")
    if meaning.low > meaning.high:
        source.add(
            (*place, "low"), f"{name} is drawn from {meaning.low:g} down to {meaning.high:g}"
        )
    sizes = {*formula.sizes, *formula.products}
    used = [*(meaning.shape or ()), meaning.size, meaning.family]
    for size in used:
        if size and size not in sizes and not size.isdigit():
            source.add(place, f"no size {size}; {nearest(size, sorted(sizes))}")
    links: list[tuple[str, str, Mapping[str, object]]] = [
        ("input", meaning.input, solver.inputs.bounds()),
        ("quantity", meaning.quantity, solver.quantities),
        ("otherwise", meaning.otherwise, formula.names),
    ]
    for key, target, there in links:
        if target and target not in there:
            source.add((*place, key), f"no {key} {target}; {nearest(target, there)}")
