"""What a formula response says: which statement answers which target, and what it defines."""

from __future__ import annotations

import re
from collections.abc import Sequence

from msgspec import Struct

from quizapp.content.model import Formula, Target
from quizapp.marking.formats import FormatError, caret
from quizapp.marking.formula.names import Names, flat
from quizapp.marking.formula.shapes import Shape, Shaped, Shapes
from quizapp.marking.formula.show import show
from quizapp.marking.formula.statements import statements
from quizapp.marking.formula.tree import Own, Power, Quotient, Ref, Statement, Tree, nodes
from quizapp.marking.formula.values import Evaluator, Numbers
from quizapp.marking.numbers import quote
from quizapp.marking.tokens import Unread


class Response(Struct, frozen=True):
    """A response as read: a settled tree for each target that has one, and the definitions."""

    answers: dict[int, Shaped]  # by the place of the target
    definitions: dict[str, Shaped]
    shapes: Shapes

    @property
    def mentioned(self) -> tuple[str, ...]:
        """The names of the question that are used, in the order of the question."""
        trees = [shaped.tree for shaped in (*self.answers.values(), *self.definitions.values())]
        used = {node.name for tree in trees for node in nodes(tree) if isinstance(node, Ref)}
        return tuple(name for name in self.shapes.formula.names if name in used)


def respond(formula: Formula, text: str) -> Response:
    """Read a response; raises FormatError with the sentence to show."""
    try:
        found, names = statements(text, formula)
        return _response(formula, found, names)
    except Unread as trouble:
        raise FormatError(sentence(trouble, text, formula)) from None


def _response(formula: Formula, found: list[Statement], names: Names) -> Response:
    mains, definitions = _roles(formula, found, names)
    # A target that defines a name is marked alone; the others take the solver's own quantity.
    spelled = {target.defines: definitions.pop(target.defines, None) for target in formula.targets}
    shapes = Shapes(formula, definitions)
    for statement in found:
        _check_numbers(statement.right)
    answers = {
        place: shapes.settle(statement.right)
        for place, statement in _assigned(formula.targets, mains).items()
    }
    settled = {name: shapes.settled_definition(name) for name in definitions}
    for place, target in enumerate(formula.targets):
        tree = spelled.get(target.defines)
        if tree is not None:
            answers[place] = shapes.settle_member(tree)
    if not answers:
        raise Unread("syntax", 0, "The formula itself is missing.")
    return Response(answers, settled, shapes)


def _check_numbers(tree: Tree) -> None:
    """Raise Unread where numbers alone are too large or undefined: 9**9**9."""
    for node in nodes(tree):
        plain = isinstance(node, Power | Quotient)
        if plain and not any(isinstance(part, Ref | Own) for part in nodes(node)):
            Evaluator(Numbers({}, {}, {})).compute(node)
            return


def _roles(
    formula: Formula, found: list[Statement], names: Names
) -> tuple[list[Statement], dict[str, Tree]]:
    """The statements that answer, and the definitions they use."""
    definitions: dict[str, Tree] = {}
    answers: list[Statement] = []
    given: list[Statement] = []  # `H = ReLU(…)`: a new value for a name that has one
    used = {n.name for s in found for n in nodes(s.right) if isinstance(n, Own | Ref)}
    for statement in found:
        known = None if statement.called else names.find(statement.left)
        if statement.called and _defines_function(statement, formula):
            continue
        if (isinstance(known, Own) and known.name in used) or (
            isinstance(known, Ref) and formula.names[known.name].quantity
        ):
            definitions.setdefault(known.name, statement.right)
        elif isinstance(known, Ref):
            given.append(statement)
        else:
            answers.append(statement)
    return answers or given[-1:], definitions


def _defines_function(statement: Statement, formula: Formula) -> bool:
    """`Attention(Q, K, V) = …` beside the formula, where Attention may be used as it is."""
    return any(statement.left.startswith(flat(name)) for name in formula.functions if len(name) > 2)


def _assigned(targets: Sequence[Target], mains: list[Statement]) -> dict[int, Statement]:
    """Which statement answers which target: by its left-hand side, else by order."""
    open_places = [place for place, target in enumerate(targets) if not target.defines]
    if len(open_places) == 1:
        return {open_places[0]: mains[-1]} if mains else {}
    assigned: dict[int, Statement] = {}
    rest = []
    for statement in mains:
        place = _labelled(statement.left, targets, open_places)
        if place is None or place in assigned:
            rest.append(statement)
        else:
            assigned[place] = statement
    free = [place for place in open_places if place not in assigned]
    assigned.update(zip(free, rest, strict=False))
    return assigned


def _labelled(left: str, targets: Sequence[Target], places: list[int]) -> int | None:
    """The target whose last argument (2i+1), or whose quantity (odd), ends a left-hand side."""
    for place in places:
        argument = flat(re.split(r"[,(]", targets[place].label.rstrip(")"))[-1])
        word = targets[place].ask
        if left and (left.endswith(argument) or left.casefold().endswith(word)):
            return place
    return None


# ---------------------------------------------------------------------------- sentences


def sentence(trouble: Unread, text: str, formula: Formula) -> str:
    """What is wrong with a formula that can't be read, and where."""
    match trouble.trouble:
        case "name":
            names = Names(formula).listed()
            return f"{quote(trouble.hint)} is not a name here. Names: {names}."
        case "large":
            return f"{quote(text)} is too large to compute. Write a smaller expression."
        case "long":
            return f"{quote(text)} is too long to compute. Write a smaller expression."
        case "undefined":
            return f"{quote(text)} has no value: a division by 0, or a root of less than 0."
        case "open":
            return f"{caret(text, trouble.position)} One bracket is still open."
    return f"{caret(text, trouble.position)} {trouble.hint}".strip()


def shown(response: Response) -> str:
    """The answers as read, then the names with their shapes."""
    formula, shapes = response.shapes.formula, response.shapes
    lines = []
    for place, shaped in sorted(response.answers.items()):
        name = formula.targets[place].defines
        lines.append(f"{name} = {show(shaped.tree)}" if name else show(shaped.tree))
    lines += [f"{name} = {show(shaped.tree)}" for name, shaped in response.definitions.items()]
    result = next((s.shape for p, s in sorted(response.answers.items()) if s.shape), None)
    return "     ".join(filter(None, ("; ".join(lines), _shapes_shown(response, shapes, result))))


def _shapes_shown(response: Response, shapes: Shapes, result: Shape | None) -> str:
    """`Q, K: n × d_k   V: n × d_v   result: n × d_v`"""
    groups: dict[str, list[str]] = {}
    targets = shapes.formula.targets
    defined = {*response.definitions, *(targets[place].defines for place in response.answers)}
    for key in response.mentioned:
        name = shapes.formula.names[key]
        if name.shape and key not in defined:
            side = shapes.written(tuple(shapes.side(size) for size in name.shape))
            groups.setdefault(side, []).append(key)
    shown_groups = [f"{', '.join(keys)}: {side}" for side, keys in groups.items()]
    if result and shown_groups:
        shown_groups.append(f"result: {shapes.written(result)}")
    return "   ".join(shown_groups)
