"""Every problem of a question folder, in one report.

What the loader refuses (`quizapp.content.strict`) comes first; a file that loads is then
checked for what needs more than one field: sums of points, ids, numbers that a solver accepts,
links between files, texts a terminal can show.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from quizapp.content import (
    bank,
    lint_interview,
    lint_numbers,
    lint_questions,
    lint_templates,
    lint_text,
    lint_weeks,
)
from quizapp.content.model import Problem, WeekFile
from solvers import in_topic, topics


class _Known(NamedTuple):
    """What links may point to."""

    concepts: frozenset[str]
    questions: frozenset[str] | None  # None while an exam file can't be read


def lint(folder: Path, only: Path | None = None) -> list[Problem]:
    """Every problem of a folder, or of one file in it, by file and line; solvers are imported.

    A folder of one's own may link to questions and concepts of the folder that comes with
    quizapp.
    """
    read = bank.read_folder(folder)
    templates = {
        path: bank.read_template_file(path, folder) for path in bank.template_files(folder)
    }
    known = _known([read, bank.read_folder(bank.default_folder())])
    if read.exam and read.exam.content and only in (None, folder / "exam.yaml"):
        lint_questions.check(read.exam.source, read.exam.content, known.concepts)
        lint_numbers.check(read.exam.source, read.exam.content)
    if read.interview and read.interview.content:
        lint_interview.check(read.interview.source, read.interview.content, known.concepts)
    for file in read.weeks:
        if file.content:
            lint_weeks.check(file.source, file.content, known.questions, known.concepts)
    for each in read.files:
        lint_text.check(each.source)
    _templates(only, read, templates, known.concepts)
    sources = [file.source for file in (*read.files, *templates.values())]
    found = {problem for source in sources for problem in source.problems}
    found |= {*bank.merged([read]).problems, *_stray(folder, read)}
    shown = None if only is None else bank.shown(only, folder)
    return sorted(problem for problem in found if shown in (None, problem.file))


def folder_of(path: Path) -> Path:
    """The question folder that a file belongs to."""
    return path.parent.parent if path.parent.name in ("numeric", "weeks") else path.parent


def _templates(
    only: Path | None,
    read: bank.Folder,
    templates: Mapping[Path, bank.File[bank.Templates]],
    concepts: frozenset[str],
) -> None:
    """Check template files; an id may be taken by anything else or in an earlier file."""
    taken = {each.id: file.source.file for file in read.files for each in bank.named(file.content)}
    content = [file.content for file in templates.values()]
    named = {name for each_file in content for each in each_file or () for name in each.concepts}
    if concepts and not named <= concepts:
        concepts |= _of_solvers()  # what is beyond the weeks
    for path, file in templates.items():
        if only in (None, path):
            lint_templates.check(file, concepts, taken, topic=path.stem)
        taken |= {template.id: file.source.file for template in file.content or ()}


def _of_solvers() -> frozenset[str]:
    """The concepts of every solver."""
    return frozenset(
        concept for topic in topics() for solver in in_topic(topic) for concept in solver.concepts
    )


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
    known = {*bank.files(folder), *bank.template_files(folder)}
    stray = sorted({*folder.rglob("*.yaml"), *folder.rglob("*.yml")} - known)
    why = (
        "is not read; files are exam.yaml, interview.yaml, weeks/week-NN.yaml, weeks/beyond.yaml"
        " and numeric/<topic>.yaml"
    )
    return [Problem(bank.shown(path, folder), 0, "", why) for path in stray]
