"""Every problem of a question folder, in one report.

What the loader refuses (`quizapp.content.strict`) comes first; a file that loads is then
checked for what needs more than one field: sums of points, ids, numbers that a solver accepts,
links between files, texts a terminal can show.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from quizapp.content import bank, lint_numbers, lint_questions, lint_text, lint_weeks
from quizapp.content.model import Problem, WeekFile


class _Known(NamedTuple):
    """What links may point to."""

    concepts: frozenset[str]
    questions: frozenset[str] | None  # None while an exam file can't be read


def lint(folder: Path) -> list[Problem]:
    """Every problem of a folder, by file and line; solvers are imported.

    A folder of one's own may link to questions and concepts of the folder that comes with
    quizapp.
    """
    read = bank.read_folder(folder)
    known = _known([read, bank.read_folder(bank.default_folder())])
    if read.exam and read.exam.content:
        lint_questions.check(read.exam.source, read.exam.content, known.concepts)
        lint_numbers.check(read.exam.source, read.exam.content)
    for file in read.weeks:
        if file.content:
            lint_weeks.check(file.source, file.content, known.questions)
    for each in read.files:
        lint_text.check(each.source)
    found = [problem for file in read.files for problem in file.source.problems]
    return sorted({*found, *bank.merged([read]).problems, *_stray(folder, read)})


def _known(read: Iterable[bank.Folder]) -> _Known:
    concepts: set[str] = set()
    questions: set[str] = set()
    readable = True
    for folder in read:
        for file in folder.weeks:
            concepts |= _covered(file.content) if file.content else set()
        if folder.exam and folder.exam.content:
            questions |= {question.id for question in folder.exam.content.questions}
        elif folder.exam:
            readable = False
    return _Known(frozenset(concepts), frozenset(questions) if readable else None)


def _covered(week: WeekFile) -> set[str]:
    listed = {concept for item in week.checklist for concept in item.concepts}
    return listed | {concept for note in week.notes for concept in note.concepts}


def _stray(folder: Path, read: bank.Folder) -> list[Problem]:
    """YAML files that are never read, usually because of their name."""
    if read.problems:
        return []
    stray = sorted({*folder.rglob("*.yaml"), *folder.rglob("*.yml")} - set(bank.files(folder)))
    why = "is not read; files are exam.yaml and weeks/week-NN.yaml"
    return [Problem(bank.shown(path, folder), 0, "", why) for path in stray]
