"""Checks of interview questions: concepts, a model answer, key ideas."""

from __future__ import annotations

from collections.abc import Iterable

from quizapp.content import lint_questions
from quizapp.content.model import Interview, InterviewQuestion
from quizapp.content.yaml_source import Place, Source


def check(source: Source, interview: Interview, concepts: frozenset[str]) -> None:
    """Note the problems of an interview file."""
    twice = ideas_twice(interview.questions)
    for index, question in enumerate(interview.questions):
        place: Place = ("questions", index)
        if not question.concepts:
            source.add((*place, "concepts"), "a question names at least one concept")
        lint_questions.check_concepts(source, question.concepts, place, concepts)
        for key in ("title", "prompt", "model_answer"):
            if not getattr(question, key).strip():
                source.add((*place, key), f"{key} is empty, expected a text")
        _ideas(source, question, (*place, "ideas"), twice)


def ideas_twice(questions: Iterable[InterviewQuestion]) -> set[str]:
    """Ids of key ideas that a file has twice."""
    return lint_questions.repeated([idea.id for each in questions for idea in each.ideas])


def _ideas(source: Source, question: InterviewQuestion, place: Place, twice: set[str]) -> None:
    if not question.ideas:
        source.add(place, "a question has at least one key idea")
    lint_questions.check_criteria(
        source, question.ideas, place, twice, name="idea", names="key ideas"
    )
    for index, idea in enumerate(question.ideas):
        if idea.points != 1:
            message = f"points is {idea.points:g}, but every key idea counts 1"
            source.add((*place, index, "points"), message)
        if not idea.evidence:
            source.add((*place, index), "evidence is missing: the words to look for")
