"""What a sitting came to: pure functions of the exam, what was typed and the grades."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime, tzinfo
from typing import Literal, TypeAlias, TypeVar

from msgspec import Struct

from quizapp.content.model import Exam, Part, Question
from quizapp.marking.grade import PartGrade
from quizapp.study import wording
from quizapp.study.sittings import Sitting, SittingLine

State: TypeAlias = Literal["empty", "some", "answered"]
Grades: TypeAlias = Mapping[tuple[str, str], PartGrade]


# --------------------------------------------------------------------- before finishing


def answered(part: Part, text: str) -> bool:
    """Whether anything was typed into a part; a grid of empty cells is nothing."""
    nothing = " \t\r\n;,[]" if part.kind in ("vector", "matrix") else None
    return bool(text.strip(nothing))


def state(question: Question, texts: Mapping[str, str]) -> State:
    """Whether none, some or all of the parts are answered; ``texts`` by part id."""
    done = sum(answered(part, texts.get(part.id, "")) for part in question.parts)
    if done == len(question.parts):
        return "answered"
    return "some" if done else "empty"


class Unanswered(Struct, frozen=True):
    """A question with its parts that are still empty, or that was put off."""

    question: str
    number: int
    points: float  # of the question
    parts: tuple[Part, ...]  # the empty ones


class BeforeFinishing(Struct, frozen=True, kw_only=True):
    """What the learner sees before responses are closed."""

    empty: tuple[Unanswered, ...]
    some: tuple[Unanswered, ...]
    later: tuple[Unanswered, ...]
    answered: int
    questions: int
    points_open: float

    @property
    def first_open(self) -> str:
        """Id of the question to go to; "" when everything is answered."""
        unanswered = sorted((*self.empty, *self.some, *self.later), key=lambda q: q.number)
        for group in (self.empty, self.some, unanswered):
            if group:
                return group[0].question
        return ""

    def lines(self) -> list[tuple[str, str]]:
        """Label and text of each line of the screen; groups without a question are left out."""
        groups = (
            ("Empty", _listed(self.empty, spelled=True)),
            ("Some parts", "; ".join(map(_with_parts, self.some))),
            ("Later", _listed(self.later, spelled=not self.empty)),
        )
        return [(label, text) for label, text in groups if text] + [("", self.summary())]

    def summary(self) -> str:
        """ "17 of 20 answered in full; 13 points are still open"."""
        verb = "is" if 0 < self.points_open <= 1 else "are"
        open_points = f"{wording.points_phrase(self.points_open)} {verb} still open"
        return f"{self.answered} of {self.questions} answered in full; {open_points}"


def _listed(unanswered: Iterable[Unanswered], *, spelled: bool) -> str:
    """ "question 16 (4 points), question 19 (8)"."""
    texts = []
    for number, question in enumerate(unanswered):
        in_words = spelled and number == 0
        points = (wording.points_phrase if in_words else wording.points_text)(question.points)
        texts.append(f"question {question.number} ({points})")
    return ", ".join(texts)


def _with_parts(question: Unanswered) -> str:
    """ "question 13: (d) the formula (1 point)"."""
    parts = ", ".join(
        f"({part.id}){' ' * bool(part.title)}{part.title} ({wording.points_phrase(part.points)})"
        for part in question.parts
    )
    return f"question {question.number}: {parts}"


def before_finishing(exam: Exam, sitting: Sitting) -> BeforeFinishing:
    """What is still empty, half done or put off."""
    groups: dict[State, list[Unanswered]] = {"empty": [], "some": [], "answered": []}
    later = []
    for number, question in enumerate(exam.questions, 1):
        texts = sitting.texts(question.id)
        open_parts = tuple(p for p in question.parts if not answered(p, texts.get(p.id, "")))
        entry = Unanswered(question.id, number, question.points, open_parts)
        groups[state(question, texts)].append(entry)
        if question.id in sitting.later:
            later.append(entry)
    unanswered = groups["empty"] + groups["some"]
    return BeforeFinishing(
        empty=tuple(groups["empty"]),
        some=tuple(groups["some"]),
        later=tuple(later),
        answered=len(groups["answered"]),
        questions=len(exam.questions),
        points_open=sum(part.points for entry in unanswered for part in entry.parts),
    )


# ------------------------------------------------------------------------------- report


class Score(Struct, frozen=True, kw_only=True):
    """Points of something that has parts; ``waiting`` are max points of undecided ones."""

    points: float
    max_points: float
    waiting: float

    @property
    def possible(self) -> float:
        """Max points of what is decided."""
        return self.max_points - self.waiting

    @property
    def lost(self) -> float:
        return self.possible - self.points

    @property
    def share(self) -> float:
        """Points of max points, for a bar: 0 to 1."""
        return self.points / self.max_points if self.max_points else 0.0

    def __str__(self) -> str:
        """ "2½ of 3"."""
        return f"{wording.points_text(self.points)} of {wording.points_text(self.max_points)}"


ScoreT = TypeVar("ScoreT", bound=Score)


class PartScore(Score, frozen=True, kw_only=True):
    question: str
    number: int  # of the question
    part: str
    title: str


class QuestionScore(Score, frozen=True, kw_only=True):
    question: str
    number: int
    title: str
    week: int


class WeekScore(Score, frozen=True, kw_only=True):
    week: int


class SittingReport(Score, frozen=True, kw_only=True):
    """A sitting in numbers, with the sentences that say them."""

    started: datetime
    minutes: int | None  # of the clock
    minutes_used: int
    interruptions: int
    in_time: float | None  # points of what was typed in time; None unless the time ran out
    parts_waiting: int
    questions: tuple[QuestionScore, ...]
    weeks: tuple[WeekScore, ...]
    costly_parts: tuple[PartScore, ...]  # most points lost first
    misconceptions: tuple[tuple[str, int], ...]  # most frequent first
    previous: SittingLine | None  # an earlier one that is marked in full

    @property
    def costly_weeks(self) -> tuple[WeekScore, ...]:
        """The weeks that lost points, most first."""
        return tuple(by_loss(self.weeks))

    @property
    def costliest(self) -> str:
        """Id of the question that lost most; of the first when none did."""
        losing = list(by_loss(self.questions))
        return (losing or self.questions)[0].question

    def title(self, now: datetime | None = None, tz: tzinfo | None = None) -> str:
        """ "sitting of 18 November · 112 minutes"."""
        used = wording.count(self.minutes_used, "minute")
        return f"sitting of {wording.day_text(self.started, now, tz)} · {used}"

    def result(self) -> str:
        """ "71 of 98, 72 %", or "58 of 79 so far; 19 points wait for you"."""
        if self.parts_waiting:
            return wording.result_so_far(self.points, self.possible, self.waiting)
        return wording.result(self.points, self.max_points)

    def most_lost(self, limit: int = 3) -> str:
        """ "week 11: 8½ of 19   week 10: 6½ of 21"; "" when nothing was lost."""
        return "   ".join(
            f"week {week.week}: {wording.points_text(week.lost)}"
            f" of {wording.points_text(week.possible)}"
            for week in self.costly_weeks[:limit]
        )

    def compared(self, now: datetime | None = None, tz: tzinfo | None = None) -> str:
        """ "63 on 11 November, so 8 points more."; "" while either is not marked in full."""
        before = self.previous
        if before is None or before.points is None or self.parts_waiting:
            return ""
        return wording.compared(self.points, before.points, before.started, now, tz)

    def time(self) -> str:
        """What was done in time, and how often the clock stood still; "" for neither."""
        sentences = []
        if self.in_time is not None:
            sentences.append(
                f"Done in the {self.minutes} minutes: {wording.points_text(self.in_time)}"
                f" of these {wording.points_phrase(self.points)}."
            )
        return " ".join(filter(None, (*sentences, wording.stood_still(self.interruptions))))


def report(
    exam: Exam, sitting: Sitting, grades: Grades, previous: SittingLine | None = None
) -> SittingReport:
    """The report of a finished sitting; parts without a grade wait."""
    parts = [
        (question, _part_score(number, question, part, grades))
        for number, question in enumerate(exam.questions, 1)
        for part in question.parts
    ]
    scores = [score for _, score in parts]
    total = _sum(scores)
    return SittingReport(
        points=total.points,
        max_points=total.max_points,
        waiting=total.waiting,
        started=sitting.started,
        minutes=sitting.minutes,
        minutes_used=wording.minutes_used(sitting.seconds_used),
        interruptions=sitting.interruptions,
        in_time=_in_time(sitting, scores),
        parts_waiting=sum(1 for score in scores if score.waiting),
        questions=_by_question(exam, scores),
        weeks=_by_week(parts),
        costly_parts=tuple(by_loss(scores)),
        misconceptions=_misconceptions(grades),
        previous=previous if previous is not None and previous.parts_open == 0 else None,
    )


def _part_score(number: int, question: Question, part: Part, grades: Grades) -> PartScore:
    grade = grades.get((question.id, part.id))
    undecided = grade is None or grade.verdict == "open"
    return PartScore(
        question=question.id,
        number=number,
        part=part.id,
        title=part.title,
        points=0.0 if grade is None or undecided else grade.points,
        max_points=part.points,
        waiting=part.points if undecided else 0.0,
    )


def _sum(scores: Iterable[Score]) -> Score:
    listed = list(scores)
    return Score(
        points=sum(score.points for score in listed),
        max_points=sum(score.max_points for score in listed),
        waiting=sum(score.waiting for score in listed),
    )


def _by_question(exam: Exam, scores: list[PartScore]) -> tuple[QuestionScore, ...]:
    questions = []
    for number, question in enumerate(exam.questions, 1):
        total = _sum(score for score in scores if score.number == number)
        questions.append(
            QuestionScore(
                points=total.points,
                max_points=total.max_points,
                waiting=total.waiting,
                question=question.id,
                number=number,
                title=question.title,
                week=question.week,
            )
        )
    return tuple(questions)


def _by_week(parts: list[tuple[Question, PartScore]]) -> tuple[WeekScore, ...]:
    weeks = []
    for week in sorted({question.week for question, _ in parts}):
        total = _sum(score for question, score in parts if question.week == week)
        weeks.append(
            WeekScore(
                points=total.points,
                max_points=total.max_points,
                waiting=total.waiting,
                week=week,
            )
        )
    return tuple(weeks)


def by_loss(scores: Iterable[ScoreT]) -> list[ScoreT]:
    """Those that lost points, most first."""
    losing = [score for score in scores if score.lost > 0]
    return sorted(losing, key=lambda score: -score.lost)


def _in_time(sitting: Sitting, scores: list[PartScore]) -> float | None:
    """Points of the parts whose text did not change after the time had run out."""
    if sitting.minutes is None or sitting.seconds_used <= sitting.minutes * 60:
        return None
    limit = sitting.minutes * 60
    return sum(score.points for score in scores if _clock(sitting, score) <= limit)


def _clock(sitting: Sitting, score: PartScore) -> float:
    response = sitting.responses.get(score.question, {}).get(score.part)
    return response.seconds if response else 0.0


def _misconceptions(grades: Grades) -> tuple[tuple[str, int], ...]:
    counts = Counter(grade.misconception for grade in grades.values() if grade.misconception)
    return tuple(sorted(counts.items(), key=lambda entry: (-entry[1], entry[0])))
