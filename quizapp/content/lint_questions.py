"""Checks of questions: points, ids, parts, rubrics."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from quizapp.content.model import Criterion, Exam, Group, Part, Question
from quizapp.content.strict import nearest
from quizapp.content.yaml_source import Place, Source

NUMERIC = frozenset({"integer", "shape", "real", "vector", "matrix"})
CHOSEN = frozenset({"choice", "choices", "ordering"})
MOST_CRITERIA = 9  # one key each

# As `quizapp.marking.rubric.lookup` reads them: anything but letters, digits and * is a formula.
_LINKING = re.compile("[>~]")
_FORMULA = re.compile(r"[^\w*]|_")
_STEM = re.compile(r"\w+\*?")


def check(source: Source, exam: Exam, concepts: frozenset[str]) -> None:
    """Note the problems of an exam file's questions."""
    twice = criteria_twice(exam.questions)
    for index, question in enumerate(exam.questions):
        check_question(source, question, ("questions", index), concepts, twice)


def criteria_twice(questions: Iterable[Question]) -> set[str]:
    """Criterion ids that several questions, or one of them, have twice."""
    return repeated([c.id for q in questions for part in q.parts for c in part.rubric])


def check_concepts(
    source: Source, named: Sequence[str], place: Place, known: frozenset[str]
) -> None:
    """Note concepts that no week covers; nothing is known where there are no weeks."""
    for index, concept in enumerate(named):
        if known and concept not in known:
            source.add(
                (*place, "concepts", index), f"no week covers {concept}; {_near(concept, known)}"
            )


def _near(word: str, known: Iterable[str]) -> str:
    return nearest(word, known) if "?" in nearest(word, known) else "check the spelling"


def repeated(ids: Sequence[str]) -> set[str]:
    """The ids that are there more than once."""
    return {key for key in ids if ids.count(key) > 1}


def _points(value: float) -> str:
    return f"{value:g}"


def check_question(
    source: Source,
    question: Question,
    place: Place,
    concepts: frozenset[str],
    twice: set[str],
) -> None:
    """Note the problems of one question; ``twice``: criterion ids that its file has twice."""
    _question(source, question, place)
    check_concepts(source, question.concepts, place, concepts)
    for number, part in enumerate(question.parts):
        _part(source, part, (*place, "parts", number), twice)


def _question(source: Source, question: Question, place: Place) -> None:
    if not question.parts:
        source.add((*place, "parts"), "a question has at least one part")
    if not question.concepts:
        source.add((*place, "concepts"), "a question names at least one concept")
    total = sum(part.points for part in question.parts)
    if question.parts and total != question.points:
        message = f"points is {_points(question.points)}, but the parts have {_points(total)}"
        source.add((*place, "points"), message)
    for key in sorted(repeated([part.id for part in question.parts])):
        source.add((*place, "parts"), f"part id {key} is there twice")
    earlier: dict[str, Part] = {}
    for number, part in enumerate(question.parts):
        if part.follows:
            _follows(source, part, earlier, (*place, "parts", number))
        earlier[part.id] = part


def _follows(source: Source, part: Part, earlier: dict[str, Part], place: Place) -> None:
    if part.follows not in earlier:
        there = ", ".join(earlier) or "there is none"
        source.add(
            (*place, "follows"), f'follows is "{part.follows}", expected an earlier part: {there}'
        )
    elif part.kind not in NUMERIC or earlier[part.follows].kind not in NUMERIC:
        source.add((*place, "follows"), "follows goes from a numeric part to a numeric part")


def _part(source: Source, part: Part, place: Place, twice: set[str]) -> None:
    if part.kind == "text":
        _text(source, part, place)
    elif part.kind in CHOSEN:
        _chosen(source, part, place)
    elif part.kind == "formula":
        _formula(source, part, place)
    else:
        _numeric(source, part, place)
    _misplaced(source, part, place)
    _rubric(source, part, place, twice)


def _text(source: Source, part: Part, place: Place) -> None:
    if not part.model_answer.strip():
        source.add(place, "model_answer is missing: a text part shows one")
    if not part.rubric:
        source.add(place, "rubric is missing: a text part is marked by criteria")
    for index, criterion in enumerate(part.rubric):
        if not criterion.evidence:
            source.add((*place, "rubric", index), "evidence is missing: the words to look for")


def _chosen(source: Source, part: Part, place: Place) -> None:
    ids = [option.id for option in part.options]
    if part.ask and part.answer:
        source.add((*place, "answer"), f"the answer is computed: {part.ask} is one of the options")
    if len(ids) < 2:
        source.add(place, f"options: {len(ids)}, expected at least 2")
    for key in sorted(repeated(ids)):
        source.add((*place, "options"), f"option id {key} is there twice")
    for index, key in enumerate(part.answer):
        if key not in ids:
            source.add((*place, "answer", index), f"no option {key}; {nearest(key, ids)}")
    if part.ask:
        return
    if part.kind == "choice" and len(part.answer) != 1:
        source.add(place, f"answer has {len(part.answer)} options, expected 1")
    elif part.kind == "choices" and (not part.answer or repeated(part.answer)):
        source.add(place, "answer has to name the right options, each once")
    elif part.kind == "ordering" and sorted(part.answer) != sorted(ids):
        source.add(place, "answer has to name every option once, in order")


def _formula(source: Source, part: Part, place: Place) -> None:
    if part.formula is None:
        source.add(place, "formula is missing: what the response must equal")
    if not part.model_answer.strip():
        source.add(place, "model_answer is missing: the formula as it is shown afterwards")


def _numeric(source: Source, part: Part, place: Place) -> None:
    if not part.ask:
        source.add(place, "ask is missing: the solver's quantity")
    if part.model_answer:
        source.add((*place, "model_answer"), "a numeric answer is computed, never stored")
    if part.decimals is not None and part.significant is not None:
        source.add(place, "decimals and significant: only one of them")
    if part.kind == "real" and part.decimals is None and part.significant is None:
        source.add(place, "decimals or significant is missing: a real says its precision")


# Keys that mean something for some kinds of part only.
_BELONGS: dict[str, frozenset[str]] = {
    "ask": NUMERIC | {"choice"},
    "follows": NUMERIC,
    "decimals": frozenset({"real", "vector", "matrix"}),
    "significant": frozenset({"real", "vector", "matrix"}),
    "proportion": frozenset({"real"}),
    "options": CHOSEN,
    "answer": CHOSEN,
    "formula": frozenset({"formula"}),
}


def _misplaced(source: Source, part: Part, place: Place) -> None:
    for key, kinds in _BELONGS.items():
        if getattr(part, key) not in ("", None, (), False) and part.kind not in kinds:
            source.add((*place, key), f"{key} means nothing for a part of kind {part.kind}")


def _rubric(source: Source, part: Part, place: Place, twice: set[str]) -> None:
    place = (*place, "rubric")
    total = sum(criterion.points for criterion in part.rubric)
    exact = part.kind == "text"
    if part.rubric and (total != part.points if exact else total > part.points):
        expected = "" if exact else "at most "
        message = (
            f"the criteria have {_points(total)} points, expected {expected}{_points(part.points)}"
        )
        source.add(place, message)
    check_criteria(source, part.rubric, place, twice, numeric=part.kind in NUMERIC)


def check_criteria(
    source: Source,
    criteria: Sequence[Criterion],
    place: Place,
    twice: set[str],
    *,
    name: str = "criterion",
    names: str = "criteria",
    numeric: bool = False,
) -> None:
    """Note the problems of a list of criteria; ``twice``: ids that the file has twice."""
    if len(criteria) > MOST_CRITERIA:
        source.add(place, f"{len(criteria)} {names}, at most {MOST_CRITERIA}: one key each")
    siblings = [criterion.id for criterion in criteria]
    for index, criterion in enumerate(criteria):
        if criterion.id in twice:
            source.add((*place, index, "id"), f"{name} id {criterion.id} is there twice")
        _criterion(source, criterion, (*place, index), siblings, numeric=numeric)


def _criterion(
    source: Source, criterion: Criterion, place: Place, siblings: list[str], *, numeric: bool
) -> None:
    if not criterion.credit.strip():
        source.add((*place, "credit"), "credit is empty, expected what earns the points")
    if criterion.opposite_of and criterion.opposite_of not in siblings:
        message = (
            f"no criterion {criterion.opposite_of}; {nearest(criterion.opposite_of, siblings)}"
        )
        source.add((*place, "opposite_of"), message)
    if criterion.opposite_of == criterion.id:
        source.add((*place, "opposite_of"), "a criterion is not its own opposite")
    if not numeric and (criterion.entries or criterion.misconceptions):
        source.add(place, "entries and misconceptions are for numeric parts")
    for key in ("evidence", "contradicted_by"):
        _groups(source, getattr(criterion, key), (*place, key))


def _groups(source: Source, groups: tuple[Group, ...], place: Place) -> None:
    for number, group in enumerate(groups):
        if not group:
            source.add((*place, number), "an empty group, expected alternatives")
        for key in sorted(repeated([alternative.lower() for alternative in group])):
            source.add((*place, number), f'"{key}" is there twice in one group')
        for index, alternative in enumerate(group):
            if why := _malformed(alternative):
                source.add((*place, number, index), why)


def _malformed(alternative: str) -> str:
    """What is wrong with an alternative of an evidence group; "" if nothing is."""
    links = alternative.split()
    if not links:
        return "an empty alternative, expected one or more stems"
    for choice in (choice for link in links for choice in _LINKING.split(link)):
        stems = [choice] if _FORMULA.search(choice.replace("|", "")) else choice.split("|")
        if not choice or not all(stems):
            return f'"{alternative}": a stem is missing before or after >, ~ or |'
        for stem in stems:
            if not _FORMULA.search(stem) and not _STEM.fullmatch(stem):
                return f'"{stem}": a stem is at least one letter, with * at its end only'
    return ""
