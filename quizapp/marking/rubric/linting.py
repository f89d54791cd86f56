"""Checks that the evidence of a question tells its own answer from everybody else's.

Every criterion is met, without a flag, by its question's own model answer; it is missed by the
question itself, by nothing, and by the model answers of the other questions of its file. Where
another model answer rightly says the same, the criterion names it and the reason under
``also_met_by``. The practice exam and the interview set are not compared with each other: they
ask about the same week on purpose.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from quizapp.content.model import Criterion, Exam, Interview, Part, Question
from quizapp.content.strict import nearest
from quizapp.content.yaml_source import Place, Source
from quizapp.marking.rubric import Suggestion, suggest


class _Asked(NamedTuple):
    """One text part of a question, and where its criteria stand in the file."""

    question: Question
    part: Part
    place: Place

    @property
    def prompt(self) -> str:
        return f"{self.question.prompt}\n\n{self.part.prompt}"

    def suggest(self, response: str) -> list[Suggestion]:
        return suggest(response, self.part.rubric, self.prompt)


def check(source: Source, content: Exam | Interview) -> None:
    """Note the evidence of a file's questions that finds too little or too much."""
    asked = list(_asked(content))
    for one in asked:
        for index, problems in enumerate(_problems(one, asked)):
            for key, message in problems:
                source.add((*one.place, index, *key), message)


def _asked(content: Exam | Interview) -> Iterator[_Asked]:
    if isinstance(content, Interview):
        for number, each in enumerate(content.questions):
            yield _Asked(each.question, each.question.parts[0], ("questions", number, "ideas"))
        return
    for number, question in enumerate(content.questions):
        for index, part in enumerate(question.parts):
            if part.kind == "text":
                yield _Asked(question, part, ("questions", number, "parts", index, "rubric"))


def _problems(one: _Asked, asked: Sequence[_Asked]) -> list[list[tuple[Place, str]]]:
    """For each criterion of a part the places and words of what is wrong."""
    found: list[list[tuple[Place, str]]] = [[] for _ in one.part.rubric]
    for problems, own in zip(found, one.suggest(one.part.model_answer), strict=True):
        problems += _of_own_answer(own)
    for name, text in _empty_texts(one):
        for problems, read in zip(found, one.suggest(text), strict=True):
            if read.level != "missed":
                problems.append((("evidence",), f"{name} is read as {read.level}"))
    others = _touching(one, asked)
    questions = list(dict.fromkeys(other.question.id for other in asked))
    for problems, criterion, touching in zip(found, one.part.rubric, others, strict=True):
        problems += _of_others(criterion, touching, questions)
    return found


def _of_own_answer(own: Suggestion) -> Iterator[tuple[Place, str]]:
    if own.level != "met":
        yield ("evidence",), f"its own model answer is read as {own.level}, expected met"
    for flag in own.flags:
        yield ("evidence",), f"its own model answer is flagged: {flag.reason}"


def _empty_texts(one: _Asked) -> Iterator[tuple[str, str]]:
    yield "the question itself", one.prompt
    if one.part.prompt:
        yield "the question without its part", one.question.prompt
        yield "the prompt of the part", one.part.prompt
    yield "an empty answer", ""


def _touching(one: _Asked, asked: Sequence[_Asked]) -> list[dict[str, str]]:
    """For each criterion the other questions whose model answers do not miss it, with the level."""
    found: list[dict[str, str]] = [{} for _ in one.part.rubric]
    for other in asked:
        if other.question.id != one.question.id:
            for levels, read in zip(found, one.suggest(other.part.model_answer), strict=True):
                if read.level != "missed":
                    levels[other.question.id] = read.level
    return found


def _of_others(
    criterion: Criterion, touching: dict[str, str], questions: Sequence[str]
) -> Iterator[tuple[Place, str]]:
    for name, level in touching.items():
        if name not in criterion.also_met_by:
            yield ("evidence",), f"the model answer of {name} is read as {level}"
    for name, reason in criterion.also_met_by.items():
        place = ("also_met_by", name)
        if name not in questions:
            yield place, f"no question {name}; {nearest(name, questions)}"
        elif name not in touching:
            yield place, f"the model answer of {name} misses it: leave this out"
        elif not reason.strip():
            yield place, "the reason is empty"
