"""The attempts one after another, newest first: what was asked, answered and earned.

A page of them costs the same with a million attempts: a page begins where the one before ended
(the index on the time leads there), and a search looks at so many attempts at a time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta, tzinfo
from typing import TypeAlias

import msgspec
from msgspec import Struct

from quizapp.content.model import Library, TemplateSet
from quizapp.marking.grade import Verdict
from quizapp.study import wording
from quizapp.study.attempts import Kind
from quizapp.study.days import day_begins
from quizapp.study.progress import Progress
from quizapp.study.times import micros, moment

PAGE = 200  # attempts of a page
LOOK = 5_000  # attempts that one step of a search looks at
_SHOWN = 80  # letters of a response in a line

Place: TypeAlias = tuple[int, int]  # time and id of an attempt; what is older comes after it
NEWEST: Place = (2**63 - 1, 2**63 - 1)
_KINDS = ("drill", "review", "sitting")
_VERDICTS = ("right", "partly", "wrong", "empty", "unreadable")


class HistoryLine(Struct, frozen=True, kw_only=True):
    """An attempt in a list."""

    id: int
    at: datetime
    kind: Kind
    question: str  # or template
    part: str
    seed: int | None
    response: str  # its beginning, in one line
    verdict: Verdict
    points: float
    max_points: float
    misconception: str

    @property
    def points_text(self) -> str:
        """ "1½ of 3"."""
        return f"{wording.points_text(self.points)} of {wording.points_text(self.max_points)}"


class Search(Struct, frozen=True, kw_only=True):
    """Which attempts are wanted; an empty field asks for nothing."""

    kinds: tuple[str, ...] = ()
    verdicts: tuple[str, ...] = ()
    questions: tuple[str, ...] | None = None  # None: any
    named: tuple[str, ...] = ()  # what else may stand in a misconception's name

    @property
    def everything(self) -> bool:
        return self == EVERYTHING

    def condition(self) -> tuple[str, list[str]]:
        """As SQL with its values."""
        parts: list[str] = []
        values: list[str] = []
        for column, wanted in (("kind", self.kinds), ("verdict", self.verdicts)):
            if wanted:
                parts.append(f"{column} IN ({', '.join('?' * len(wanted))})")
                values += wanted
        if self.questions is not None:
            # The sign keeps SQLite from reading all attempts on these questions at once.
            asked = "+question IN (SELECT value FROM json_each(?))"
            values.append(msgspec.json.encode(self.questions).decode())
            if self.named:
                names = " AND ".join(["instr(misconception, ?) > 0"] * len(self.named))
                asked = f"({asked} OR {names})"
                values += self.named
            parts.append(asked)
        return " AND ".join(parts), values


EVERYTHING = Search()


class Names:
    """What a question is called in a line: "question 13 (b)", or a template's id."""

    def __init__(self, library: Library, templates: TemplateSet) -> None:
        self._numbers = {q.id: n for n, q in enumerate(library.exam.questions, 1)}
        asked = [*library.exam.questions, *templates.templates]
        self._several = {question.id for question in asked if len(question.parts) > 1}
        self._asked = {question.id for question in asked}

    def of(self, question: str, part: str) -> str:
        """With the part, where there are several."""
        return self.name(question) + self.part(question, part)

    def name(self, question: str) -> str:
        number = self._numbers.get(question)
        return question if number is None else f"question {number}"

    def part(self, question: str, part: str) -> str:
        """ " (b)"; "" where there is only one."""
        return f" ({part})" if question in self._several else ""

    def command(self, question: str, seed: int | None) -> str:
        """What asks the same numbers again; "" for what `quizapp ask` does not know."""
        numbers = "" if seed is None else f" --seed {seed}"
        return f"quizapp ask {question}{numbers}" if question in self._asked else ""


class Found(Struct, frozen=True, kw_only=True):
    """What one step found, and where the next one begins."""

    lines: tuple[HistoryLine, ...]
    until: Place | None  # None: that was all


def search(text: str, library: Library, templates: TemplateSet) -> Search:
    """What the words of a filter ask for, all of them together.

    A verdict, a kind ("drill", "review", "sitting"), "week 4", "question 13" (or "q13"); any
    other word stands in the question's id, title or concepts, or names a misconception.
    """
    text, weeks = _taken(r"\bweek (\d+)\b", text.lower())
    text, numbers = _taken(r"\b(?:question |q)0?(\d+)\b", text)
    words = text.split()
    rest = tuple(word for word in words if word not in (*_KINDS, *_VERDICTS))
    places = [*(f" week {week} " for week in weeks), *(f" question {n} " for n in numbers)]
    asked = None
    if rest or places:
        asked = tuple(
            question
            for question, about in _haystacks(library, templates)
            if all(word in about for word in (*rest, *places))
        )
    return Search(
        kinds=tuple(word for word in words if word in _KINDS),
        verdicts=tuple(word for word in words if word in _VERDICTS),
        questions=asked,
        named=() if places else rest,
    )


def _taken(pattern: str, text: str) -> tuple[str, list[str]]:
    return re.sub(pattern, " ", text), re.findall(pattern, text)


def _haystacks(library: Library, templates: TemplateSet) -> Iterator[tuple[str, str]]:
    for number, question in enumerate(library.exam.questions, 1):
        concepts = " ".join(question.concepts)
        about = f"{question.id} {question.title} {concepts} question {number} "
        yield question.id, f"{about} week {question.week} ".lower()
    for template in templates.templates:
        about = f"{template.id} {template.title} {' '.join(template.concepts)}"
        yield template.id, f"{about} week {template.week} ".lower()
    for asked in library.interview:
        about = f"{asked.id} {asked.title} {' '.join(asked.concepts)}"
        yield asked.id, f"{about} week {asked.week} ".lower()


def end_of(day: date, tz: tzinfo | None = None) -> Place:
    """The place from which the attempts of a study day, and older ones, follow."""
    return (micros(day_begins(day + timedelta(days=1), tz)), 0)


_LINES = (
    "SELECT id, at, kind, question, part, seed, substr(response, 1, ?), verdict, points,"
    " max_points, misconception FROM attempt WHERE (at, id) < (?, ?) AND (at, id) >= (?, ?)"
)
_END = (
    "SELECT at, id FROM attempt WHERE (at, id) < (?, ?) ORDER BY at DESC, id DESC LIMIT 1 OFFSET ?"
)


def look(progress: Progress, wanted: Search, after: Place = NEWEST) -> Found:
    """The next page; of a search, what is among the next attempts, which may be nothing."""
    steps = PAGE if wanted.everything else LOOK
    ends = progress.rows(_END, *after, steps - 1)
    until: Place = ends[0] if ends else (-(2**63), 0)
    condition, values = wanted.condition()
    rows = progress.rows(
        f"{_LINES}{' AND ' if condition else ''}{condition} ORDER BY at DESC, id DESC",
        _SHOWN,
        *after,
        *until,
        *values,
    )
    return Found(lines=tuple(map(_line, rows)), until=until if ends else None)


def _line(row: tuple[object, ...]) -> HistoryLine:
    fields = dict(zip(HistoryLine.__struct_fields__, row, strict=True))
    fields["at"] = moment(fields["at"])  # type: ignore[arg-type]
    fields["response"] = " ".join(str(fields["response"]).split())
    return HistoryLine(**fields)  # type: ignore[arg-type]
