"""Checks of template files: everything that can be said before any number is drawn.

What takes draws (shares, collisions, distinct variants) is measured in
`quizapp.variants.measuring`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from quizapp.content import lint_draws, lint_questions, lint_text
from quizapp.content.bank import File, Templates
from quizapp.content.lint_numbers import fits_kind, solver_of
from quizapp.content.model import Part, Template
from quizapp.content.strict import nearest
from quizapp.content.yaml_source import Place, Source
from solvers.contract import Solver

ASKED = lint_questions.NUMERIC | {"choice"}

_PLACEHOLDER = re.compile(r"\{([A-Za-z_]\w*)\}")
_WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def check(
    file: File[Templates], concepts: frozenset[str], others: Mapping[str, str], topic: str
) -> None:
    """Note the problems of one file; ``others``: where other ids stand; topic: its name."""
    source = file.source
    lint_text.check(source)
    if file.content is None:
        return
    twice = lint_questions.criteria_twice(file.content)
    taken = dict(others)
    for index, template in enumerate(file.content):
        place: Place = (index,)
        if template.id in taken:
            message = f"id {template.id} is already taken in {taken[template.id]}"
            source.add((*place, "id"), f"{message}; choose another")
        taken[template.id] = f"{source.file}, line {source.line((*place, 'id'))}"
        lint_questions.check_question(source, template, place, concepts, twice)
        _template(source, template, place, topic)


def _template(source: Source, template: Template, place: Place, topic: str) -> None:
    if not template.draw:
        source.add(place, "draw is missing: a template has numbers that are drawn")
    _placeholders(source, template, place)
    for number, part in enumerate(template.parts):
        _part(source, template, part, (*place, "parts", number))
    if not template.solver:
        source.add(place, "solver is missing: it computes the answers")
        return
    solver = solver_of(source, template.solver, (*place, "solver"))
    if solver is None:
        return
    if template.solver.partition(".")[0] != topic:
        belongs = f"numeric/{template.solver.partition('.')[0]}.yaml"
        source.add((*place, "solver"), f"a template of {template.solver} belongs in {belongs}")
    lint_draws.check(source, template, solver, place)
    for number, part in enumerate(template.parts):
        if part.ask:
            _asked(source, part, solver, (*place, "parts", number))
    ids = [misconception.id for misconception in solver.misconceptions]
    for misconception, reason in template.rare.items():
        where = (*place, "rare", misconception)
        if misconception not in ids:
            source.add(where, f"no misconception {misconception}; {nearest(misconception, ids)}")
        elif not reason.strip():
            source.add(where, "say why it is live on few variants")


# -------------------------------------------------------------------------------- parts


def _part(source: Source, template: Template, part: Part, place: Place) -> None:
    if part.kind not in ASKED:
        kinds = ", ".join(sorted(ASKED))
        source.add((*place, "kind"), f"kind is {part.kind}, but a template asks for {kinds}")
    elif part.kind == "choice" and not part.ask:
        source.add(place, "ask is missing: the solver's quantity, one of the options")
    if part.kind in ("real", "vector", "matrix"):
        _precision(source, template, part, place)
    if not (part.prompt or template.prompt).strip():
        source.add(place, "prompt is missing: nothing says what is asked")


def _precision(source: Source, template: Template, part: Part, place: Place) -> None:
    """The precision is set, and the prompt says it."""
    count = part.decimals if part.decimals is not None else part.significant
    if count is None:
        source.add(place, "decimals or significant is missing: how precise the answer is asked")
        return
    unit = "decimal" if part.decimals is not None else "significant"
    said = rf"\b({count}|{_WORDS[count]})\b[\s-]+{unit}"
    if count == 0 and part.decimals is not None:
        said += r"|\bwhole (number|percent)|\bintegers?\b"
    if not re.search(said, f"{part.prompt} {template.prompt}", re.IGNORECASE):
        asked = "decimals" if unit == "decimal" else "significant digits"
        asked = asked.removesuffix("s") if count == 1 else asked
        source.add(place, f'the prompt has to say the precision: "to {count} {asked}"')


def _asked(source: Source, part: Part, solver: Solver[Any], place: Place) -> None:
    quantity = solver.quantities.get(part.ask)
    if quantity is None:
        message = f"{solver.id} has no quantity {part.ask}; {nearest(part.ask, solver.quantities)}"
        source.add((*place, "ask"), message)
        return
    if not fits_kind(part, quantity.kind):
        message = f"kind is {part.kind}, but {part.ask} is of kind {quantity.kind}"
        source.add((*place, "kind"), message)
    if quantity.axes and part.axes and len(quantity.axes) != len(part.axes):
        message = f"{part.ask} has the sides {', '.join(quantity.axes)}"
        source.add((*place, "axes"), message)


# ------------------------------------------------------------------------- placeholders


def _placeholders(source: Source, template: Template, place: Place) -> None:
    """Names in prompts are known, and every drawn number stands in one of them.

    An array of one number is not shown: only its size is drawn, and that is what a prompt says.
    """
    known = {*template.given, *template.draw, *template.set, *template.sizes}
    texts = [(template.prompt, (*place, "prompt"))]
    for number, part in enumerate(template.parts):
        texts.append((part.prompt, (*place, "parts", number, "prompt")))
    shown: set[str] = set()
    for text, where in texts:
        for name in _PLACEHOLDER.findall(text):
            shown.add(name)
            if name not in known:
                near = nearest(name, sorted(known))
                source.add(where, f"{{{name}}} is not given or drawn; {near}")
    copies = {copied: name for name, copied in template.set.items()}
    for name, draw in template.draw.items():
        if name not in shown and copies.get(name) not in shown and len(draw.choice) != 1:
            message = f"{name} is drawn, but {{{name}}} stands in no prompt"
            source.add((*place, "draw", name), message)
