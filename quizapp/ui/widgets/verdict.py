"""What a check came to, as lines: responses with their marks, hints, worked steps."""

from __future__ import annotations

from collections.abc import Mapping

from textual.content import Content

from quizapp.content.model import Part
from quizapp.marking.grade import Grade, PartGrade
from quizapp.marking.numbers import shown
from quizapp.study import drill, wording
from quizapp.ui import glyphs
from quizapp.ui.widgets.grid import cells_of
from quizapp.ui.widgets.tensor import numbers_in_rows, shaded, table
from quizapp.variants import Variant
from solvers.contract import Step

INDENT = " " * 7


def result_lines(variant: Variant, marked: Grade, responses: Mapping[str, str]) -> list[Content]:
    """Each part with its response, verdict, points and feedback."""
    lines: list[Content] = []
    parts = variant.question.parts
    for part in parts:
        graded = marked.part(part.id)
        role = glyphs.VERDICTS.get(graded.verdict, glyphs.PARTLY)
        points = f"{wording.points_text(graded.points)} of {wording.points_text(part.points)}"
        name = f"  ({part.id})  " if len(parts) > 1 else ""
        lines.append(Content(f"{name}{variant.prompts.get(part.id, part.prompt)}".rstrip()))
        verdict = Content.assemble((f"{role.sign} {role.word}", role.style), f"  {points}")
        response = responses.get(part.id, "")
        if part.kind == "text":
            lines += [Content(f"  {response}"), Content("")] if response.strip() else []
            lines += [Content.assemble("  ", verdict)] if part.rubric else []
        else:
            lines.append(Content.assemble(_response(part, response, graded), "   ", verdict))
        if graded.feedback and graded.feedback != "Right.":
            lines += [Content(""), Content(graded.feedback)]
        lines.append(Content(""))
    return lines


def _response(part: Part, text: str, graded: PartGrade) -> Content:
    """What was typed; a table with its wrong cells marked."""
    if part.kind in ("vector", "matrix") and graded.cells:
        rows = cells_of(text.replace("\n", ";"))
        if sum(map(len, rows)) == len(graded.cells):
            marked = table(rows, graded.cells).split("\n")
            return Content("\n").join(Content.assemble(INDENT, line) for line in marked)
    return Content(f"{INDENT}{text or 'nothing'}")


def hint_lines(variant: Variant, part: Part, taken: int) -> list[Content]:
    """The hints that were taken for a part."""
    if variant.solution is None:
        return []
    of_part = f" for ({part.id})" if len(variant.question.parts) > 1 else ""
    return [
        Content.assemble(
            (f"Hint {number}{of_part}  ", "bold"), drill.hint(variant.solution, part, number)
        )
        for number in range(1, taken + 1)
    ]


def model_answer_lines(part: Part, *, several: bool) -> list[Content]:
    """The model answer of a text part."""
    of_part = f" of ({part.id})" if several else ""
    return [
        Content.styled(f"Model answer{of_part}", "bold"),
        Content(part.model_answer),
        Content(""),
    ]


def step_lines(
    variant: Variant, part: Part, graded: PartGrade | None, width: int, *, all_steps: bool
) -> list[Content]:
    """The worked steps of a part, uncovered up to where the response departs, or all."""
    if variant.solution is None:
        return []
    of_part = f" of ({part.id})" if len(variant.question.parts) > 1 else ""
    lines = [Content.styled(f"Steps{of_part}", "bold")]
    steps = drill.steps_shown(variant.solution, part, graded)
    for number, (step, uncovered) in enumerate(steps, 1):
        departs = graded is not None and not graded.correct and graded.departs_at == step.label
        mark = "  ← your response departs here" if departs else ""
        lines += _step(number, step, part, width, seen=uncovered or all_steps, mark=mark)
    return [*lines, Content("")]


def _step(
    number: int, step: Step, part: Part, width: int, *, seen: bool, mark: str
) -> list[Content]:
    """One worked step, on two rows where one is too short; a matrix as a table below it."""
    matrix = numbers_in_rows(step.value) if seen else []
    value = "" if matrix else shown(step.value, part)
    text = f"{step.formula}  =  {value}".rstrip() if seen else "·"
    label = f"  {number}  {step.label:<26}"
    rows = shaded(matrix).split("\n") if matrix else []
    below = [Content.assemble("      ", row) for row in rows]
    if len(label) + len(text) + len(mark) < width:
        return [Content.assemble(f"{label} {text}", (mark, "$partly")), *below]
    return [Content.assemble(label.rstrip(), (mark, "$partly")), Content(INDENT + text), *below]
