"""Drilling: what hints cost, which template comes next, what goes wrong most."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from msgspec import structs

from quizapp.content.model import Part, Template
from quizapp.marking.grade import PartGrade
from quizapp.marking.numbers import shown
from quizapp.study.attempts import Key, Tally
from quizapp.study.wording import count, points_phrase, points_text
from solvers.contract import Solution, Step

HINTS = 3
PRICE = 0.25  # of the part's points, for each hint


# -------------------------------------------------------------------------------- hints


def hint(solution: Solution, part: Part, number: int) -> str:
    """The text of hint 1, 2 or 3: the way, the first formula with these numbers, its value."""
    steps = solution.steps_to(part.ask)
    if number == 1:
        return "The way: " + ", then ".join(step.label for step in steps) + "."
    first = steps[0]
    if number == 2:
        return f"Begin with {first.label}: {first.formula}."
    return f"{first.label} is {shown(first.value)}."


def worth(part: Part, hints: int, *, all_steps: bool = False) -> float:
    """What a right answer is worth after so many hints; nothing once all steps are seen."""
    return 0.0 if all_steps else part.points * (1 - PRICE * min(hints, HINTS))


def price(part: Part, taken: int) -> str:
    """Said before a hint is taken, so that its price is known."""
    now, then = points_text(worth(part, taken)), points_text(worth(part, taken + 1))
    return (
        f"Hint {taken + 1} of {HINTS} takes ¼ of ({part.id}): {now} points become {then}."
        " h again shows it."
    )


def charged(grade: PartGrade, part: Part, hints: int, *, all_steps: bool = False) -> PartGrade:
    """The grade with the price of the hints taken off, and that said."""
    if not hints and not all_steps:
        return grade
    left = worth(part, hints, all_steps=all_steps)
    points = grade.points * left / part.points
    feedback = grade.feedback
    if grade.verdict == "right":
        help_text = "all steps" if all_steps else count(hints, "hint")
        got = f"{points_text(points)} of {points_phrase(part.points)}"
        feedback = f"Right, with {help_text}: {got}."
    return structs.replace(grade, points=points, feedback=feedback)


def steps_shown(solution: Solution, part: Part, grade: PartGrade | None) -> list[tuple[Step, bool]]:
    """The worked steps, and whether each is uncovered: up to where the response departs.

    A response that matches no misconception uncovers none.
    """
    steps = solution.steps_to(part.ask)
    departs = grade.departs_at if grade else ""
    labels = [step.label for step in steps]
    uncovered = labels.index(departs) if departs in labels else 0
    return [(step, number < uncovered) for number, step in enumerate(steps)]


# --------------------------------------------------------------------------- which next


def harder(templates: Sequence[Template], template: Template, step: int) -> Template | None:
    """A harder (step 1) or easier (-1) template: of the same main concept first, else the week."""
    wanted = [t for t in templates if (t.difficulty - template.difficulty) * step > 0]
    near = [t for t in wanted if set(t.concepts) & set(template.concepts)]
    of_week = [t for t in wanted if t.week == template.week]
    found = near or of_week
    return min(found, key=lambda t: abs(t.difficulty - template.difficulty)) if found else None


def on_concepts(templates: Sequence[Template], concepts: Iterable[str]) -> list[Template]:
    """The templates that drill any of these concepts, easy ones first."""
    wanted = set(concepts)
    found = [template for template in templates if wanted & set(template.concepts)]
    return sorted(found, key=lambda template: template.difficulty)


def most_wrong(
    templates: Sequence[Template], tallies: Mapping[Key, Tally], limit: int = 10
) -> list[Template]:
    """The templates that lost the largest share of their points, worst first."""
    lost: dict[str, float] = {}
    for template in templates:
        mine = [tally for (name, _), tally in tallies.items() if name == template.id]
        possible = sum(tally.max_points for tally in mine)
        points = sum(tally.points for tally in mine)
        if possible > points:
            lost[template.id] = 1 - points / possible
    worst = sorted(lost, key=lambda name: -lost[name])[:limit]
    by_id = {template.id: template for template in templates}
    return [by_id[name] for name in worst]
