"""Checks of a week: its name, checklist, notes, and what there is to watch and read."""

from __future__ import annotations

import re
from pathlib import PurePath

from quizapp.content import lint_questions
from quizapp.content.model import BEYOND, WeekFile
from quizapp.content.strict import nearest
from quizapp.content.yaml_source import Source

_LINK = re.compile(r"https://[\w-]+(\.[\w-]+)+([/?#][^\s<>\"\[\]]*)?")


def check(
    source: Source, week: WeekFile, questions: frozenset[str] | None, concepts: frozenset[str]
) -> None:
    """Note the problems of one week's file.

    ``questions`` and ``concepts`` are what it may name; ``questions`` is None where none can be
    known.
    """
    _file_name(source, week)
    if not week.checklist:
        source.add(("checklist",), "a week has at least one checklist item")
    covered = {concept for item in week.checklist for concept in item.concepts}
    for index, item in enumerate(week.checklist):
        place = ("checklist", index)
        if not item.claim.startswith("I can "):
            source.add((*place, "claim"), 'claim has to start with "I can "')
        if not item.concepts:
            source.add((*place, "concepts"), "a checklist item names at least one concept")
        for number, question in enumerate(item.questions):
            if questions is not None and question not in questions:
                message = f"no question {question}; {nearest(question, sorted(questions))}"
                source.add((*place, "questions", number), message)
    for index, note in enumerate(week.notes):
        for number, concept in enumerate(note.concepts):
            if concept not in covered:
                message = f"no checklist item of this week covers {concept}"
                near = nearest(concept, sorted(covered))
                message += f"; {near}" if near.endswith("?") else ""
                source.add(("notes", index, "concepts", number), message)
    _resources(source, week, concepts)


def _resources(source: Source, week: WeekFile, concepts: frozenset[str]) -> None:
    for index, resource in enumerate(week.resources):
        place = ("resources", index)
        lint_questions.check_concepts(source, resource.concepts, place, concepts)
        if resource.url and not _LINK.fullmatch(resource.url):
            source.add((*place, "url"), f"url is {resource.url}, expected https:// and an address")


def _file_name(source: Source, week: WeekFile) -> None:
    expected = "beyond.yaml" if week.week == BEYOND else f"week-{week.week:02}.yaml"
    name = PurePath(source.file).name
    numbered = re.fullmatch(r"week-\d\d\.yaml|beyond\.yaml", name)
    if numbered and name != expected:
        source.add(("week",), f"week is {week.week}, but the file is called {name}")
    elif not numbered:
        source.add((), f"the file has to be called {expected}")
