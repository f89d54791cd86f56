"""Marks the parts of a finished sitting that need no one: numbers, formulas, empty ones."""

from __future__ import annotations

from collections.abc import Callable

from quizapp.content.model import Question
from quizapp.marking.grade import Grade
from quizapp.marking.grading import grade
from quizapp.solving import Plan
from quizapp.study.sittings import Sitting
from quizapp.ui.services import Services
from quizapp.variants import Variant, with_given


def variant_of(question: Question, sitting: Sitting) -> Plan[Variant]:
    """The question with the numbers of this sitting."""
    given = sitting.givens.get(question.id) or question.given
    return with_given(question, given, sitting.seed)


def _marked(question: Question, sitting: Sitting) -> Plan[Grade]:
    variant = yield from variant_of(question, sitting)
    return (yield from grade(variant, sitting.texts(question.id), sitting=True))


async def mark_automatically(
    services: Services, sitting_id: int, say: Callable[[str], None]
) -> None:
    """Grade and record question by question; raises what the solver or the store raises.

    Questions all of whose parts are graded already are left alone, so that marking which was
    interrupted goes on where it stopped.
    """
    sitting = services.progress.sitting(sitting_id)
    done = services.progress.part_grades(sitting_id)
    questions = services.library.exam.questions
    total = sum(part.kind != "text" for question in questions for part in question.parts)
    marked = 0
    for question in questions:
        if any((question.id, part.id) not in done for part in question.parts):
            graded = await services.solver.run(_marked(question, sitting))
            decided = tuple(p for p in graded.parts if p.verdict != "open")
            new = tuple(p for p in decided if (question.id, p.part) not in done)
            if new:
                services.progress.record_grades(
                    sitting_id,
                    [Grade(question=question.id, parts=new)],
                    now=services.now(),
                )
        marked += sum(part.kind != "text" for part in question.parts)
        say(f"Marking: {marked} of {total} parts.")


def waiting_text_parts(services: Services, sitting_id: int) -> list[tuple[str, str]]:
    """The text parts that wait for the learner, in the order of the exam."""
    waiting = set(services.progress.waiting(sitting_id))
    return [
        (question.id, part.id)
        for question in services.library.exam.questions
        for part in question.parts
        if part.kind == "text" and (question.id, part.id) in waiting
    ]
