"""From folders of YAML files to the `Library`: what can be asked.

A file with problems is left out and the rest works; the problems stand in
``Library.problems``. A folder holds ``exam.yaml``, ``interview.yaml``, ``weeks/week-NN.yaml`` and
``weeks/beyond.yaml``, each of them optional; several folders add up.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeAlias, TypeVar

import msgspec

from quizapp.content import cache as content_cache
from quizapp.content.model import (
    ChecklistItem,
    Exam,
    Interview,
    InterviewQuestion,
    Library,
    Problem,
    Question,
    Resource,
    Template,
    TemplateSet,
    WeekFile,
)

if TYPE_CHECKING:
    from quizapp.content.yaml_source import Place, Source

Templates: TypeAlias = tuple[Template, ...]
T = TypeVar("T", Exam, Interview, WeekFile, Templates)

NO_EXAM = Exam(title="", minutes=120, questions=())


def default_folder() -> Path:
    """The questions that come with quizapp: beside the packages, also when installed."""
    return Path(__file__).parents[2] / "questions"


def folders() -> tuple[Path, ...]:
    """The default folder and those of ``QUIZAPP_QUESTIONS``."""
    added = os.environ.get("QUIZAPP_QUESTIONS", "").split(os.pathsep)
    return (default_folder(), *(Path(name).expanduser() for name in added if name.strip()))


def load(where: Sequence[Path] | None = None, *, cache: Path | None = None) -> Library:
    """Everything that can be asked; from the cache where no file has changed.

    ``where`` is `folders()` unless told, ``cache`` the platform's cache folder. Nothing is
    raised: files that can't be used are left out and stand in ``Library.problems``.
    """
    where = folders() if where is None else tuple(where)
    cache = content_cache.folder() if cache is None else cache
    stamps = content_cache.stamps([path for folder in where for path in files(folder)])
    kept = content_cache.get(cache, stamps, Library)
    if kept is not None and all(folder.is_dir() for folder in where):
        return kept
    library = merged(read_folder(folder) for folder in where)
    if not any(path.name == "exam.yaml" for folder in where for path in files(folder)):
        missing = Problem("exam.yaml", 0, "", "is not there, so there is no practice exam")
        library = msgspec.structs.replace(library, problems=(*library.problems, missing))
    if not library.problems:
        content_cache.put(cache, stamps, library)
    return library


def templates(where: Sequence[Path] | None = None, *, cache: Path | None = None) -> TemplateSet:
    """Every template, read and kept apart from the library, which the first screen needs."""
    where = folders() if where is None else tuple(where)
    cache = content_cache.folder() if cache is None else cache
    stamps = content_cache.stamps([path for folder in where for path in template_files(folder)])
    kept = content_cache.get(cache, stamps, TemplateSet)
    if kept is not None:
        return kept
    found = merged_templates([read_templates(folder) for folder in where])
    if not found.problems:
        content_cache.put(cache, stamps, found)
    return found


def template_files(folder: Path) -> list[Path]:
    """numeric/<topic>.yaml, in the order in which they are read."""
    numeric = folder / "numeric"
    return sorted(numeric / name for name in _names(numeric) if name.endswith((".yaml", ".yml")))


def read_templates(folder: Path) -> list[File[Templates]]:
    """Read every template file of a folder, with all their problems."""
    return [read_template_file(path, folder) for path in template_files(folder)]


def read_template_file(path: Path, folder: Path) -> File[Templates]:
    """Read one template file, with all its problems."""
    return _read(path, folder, Templates)


def merged_templates(read: Iterable[list[File[Templates]]]) -> TemplateSet:
    """Several folders as one set; an id that is already taken leaves its file out."""
    kept: list[Template] = []
    problems: list[Problem] = []
    taken: dict[str, str] = {}
    for file in (file for folder in read for file in folder):
        mine = {template.id: (index, "id") for index, template in enumerate(file.content or ())}
        for template_id, place in mine.items():
            if template_id in taken:
                message = f"id {template_id} is already a template in {taken[template_id]}"
                file.source.add(place, f"{message}; choose another")
        problems += file.source.problems
        if file.content and not file.source.problems:
            kept += file.content
            taken |= {
                key: f"{file.source.file}, line {file.source.line(mine[key])}" for key in mine
            }
    return TemplateSet(templates=tuple(kept), problems=tuple(sorted(problems)))


def files(folder: Path) -> list[Path]:
    """The question files of a folder, in the order in which they are read."""
    single = [folder / "exam.yaml", folder / "interview.yaml"]
    weeks = folder / "weeks"
    found = sorted(weeks / name for name in _names(weeks) if name.endswith((".yaml", ".yml")))
    return [*(path for path in single if path.exists()), *found]


def _names(folder: Path) -> list[str]:
    try:
        return os.listdir(folder)  # noqa: PTH208
    except OSError:
        return []


@dataclass
class File(Generic[T]):
    """One question file as read: its source, and its content where that could be used."""

    source: Source
    content: T | None


@dataclass
class Folder:
    """One folder as read."""

    exam: File[Exam] | None = None
    interview: File[Interview] | None = None
    weeks: list[File[WeekFile]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)  # of the folder itself

    @property
    def files(self) -> Iterator[File[Exam] | File[Interview] | File[WeekFile]]:
        if self.exam:
            yield self.exam
        if self.interview:
            yield self.interview
        yield from self.weeks


def read_folder(folder: Path) -> Folder:
    """Read every file of a folder, with all their problems."""
    if not folder.is_dir():
        return Folder(problems=[Problem(str(folder), 0, "", "there is no such folder")])
    read = Folder()
    for path in files(folder):
        if path.parent != folder:
            read.weeks.append(_read(path, folder, WeekFile))
        elif path.name == "exam.yaml":
            read.exam = _read(path, folder, Exam)
        else:
            read.interview = _read(path, folder, Interview)
    return read


def _read(path: Path, folder: Path, kind: type[T]) -> File[T]:
    from quizapp.content import strict, yaml_source

    source = yaml_source.read(path, shown(path, folder))
    content = strict.convert(source, kind) if source.data is not None else None
    return File(source, None if source.problems else content)


def shown(path: Path, folder: Path) -> str:
    """How a file is called in a message: as given, ours from the questions folder on."""
    named = path.relative_to(folder) if folder == default_folder() else path
    return named.as_posix()


def merged(read: Iterable[Folder]) -> Library:
    """Several folders as one library; an id that is already taken leaves its file out."""
    library = _Merging()
    for folder in read:
        library.problems += folder.problems
        for file in folder.files:
            library.problems += file.source.problems
            if not library.take(named(file.content), file.source):
                continue
            match file.content:
                case Exam():
                    library.add_exam(file.content)
                case Interview():
                    library.interview += file.content.questions
                case WeekFile():
                    library.add_week(file.content)
    return library.done()


class Named(NamedTuple):
    """An id in a file, and where it stands."""

    kind: str  # of what: a question
    id: str
    place: Place


def named(content: Exam | Interview | WeekFile | None) -> list[Named]:
    """Every id of a file that no other file may use: they all name cards or ticks."""
    match content:
        case Exam():
            return _named("a question", content.questions, "questions")
        case Interview():
            return _named("an interview question", content.questions, "questions")
        case WeekFile():
            items = _named("a checklist item", content.checklist, "checklist")
            return items + _named("a resource", content.resources, "resources")
    return []


def _named(
    kind: str, things: Sequence[Question | InterviewQuestion | ChecklistItem | Resource], key: str
) -> list[Named]:
    return [Named(kind, thing.id, (key, index, "id")) for index, thing in enumerate(things)]


class _Merging:
    """A library in the making."""

    def __init__(self) -> None:
        self.exam = NO_EXAM
        self.interview: list[InterviewQuestion] = []
        self.weeks: dict[int, WeekFile] = {}
        self.problems: list[Problem] = []
        self._taken: dict[str, str] = {}  # id → "a question in exam.yaml, line 4"

    def add_exam(self, exam: Exam) -> None:
        if self.exam is NO_EXAM:
            self.exam = exam
        else:
            questions: tuple[Question, ...] = (*self.exam.questions, *exam.questions)
            self.exam = Exam(title=self.exam.title, minutes=self.exam.minutes, questions=questions)

    def add_week(self, week: WeekFile) -> None:
        if first := self.weeks.get(week.week):
            week = WeekFile(
                week=first.week,
                title=first.title,
                insight=first.insight,
                checklist=first.checklist + week.checklist,
                notes=first.notes + week.notes,
                resources=first.resources + week.resources,
            )
        self.weeks[week.week] = week

    def take(self, named: Iterable[Named], source: Source) -> bool:
        """Take these ids if all are free; else note which aren't."""
        taking: dict[str, str] = {}
        free = True
        for kind, key, place in named:
            if first := self._taken.get(key) or taking.get(key):
                source.add(place, f"id {key} is already {first}; choose another")
                self.problems.append(source.problems[-1])
                free = False
            taking[key] = f"{kind} in {source.file}, line {source.line(place)}"
        if free:
            self._taken |= taking
        return free

    def done(self) -> Library:
        weeks = tuple(self.weeks[number] for number in sorted(self.weeks))
        return Library(
            exam=self.exam,
            weeks=weeks,
            interview=tuple(self.interview),
            problems=tuple(sorted(self.problems)),
        )


def sentence(problem: Problem) -> str:
    """How a screen tells of a file that was left out."""
    where = f"{problem.file}, line {problem.line}" if problem.line else problem.file
    return (
        f"{where}: {problem.message}. This file is left out, the rest works."
        " All problems: quizapp lint."
    )
