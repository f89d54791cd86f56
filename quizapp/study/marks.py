"""The learner's marks on text parts: append-only, the latest press counts."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct

from quizapp.content.model import Part
from quizapp.errors import ProgressError
from quizapp.marking.grade import PartGrade, Verdict
from quizapp.study.attempts import Attempts, Key, append, rate_decided
from quizapp.study.ids import next_id
from quizapp.study.times import micros


class Mark(Struct, frozen=True, kw_only=True):
    """What one criterion is worth, by suggestion and by the learner's decision."""

    suggested: float | None = None  # points that the suggested level would give
    level: str = ""  # met, partly or missed, as suggested
    points: float | None = None  # None: still open
    flagged: bool = False


class Marks(Attempts):
    """Recording marks, and deciding a part by them."""

    def record_marks(
        self,
        sitting_id: int,
        question: str,
        part: str,
        marks: Mapping[str, Mark],
        *,
        now: datetime,
    ) -> None:
        """Append marks by criterion id; earlier ones stay in the history."""
        for criterion, mark in marks.items():
            if mark.points is not None and not 0 <= mark.points < math.inf:
                raise ValueError(f"{criterion}: points are 0 or more; got {mark.points}")
        with self.writing() as db:
            for criterion, mark in marks.items():
                db.execute(
                    "INSERT INTO mark VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    (
                        next_id(db, "mark", now),
                        micros(now),
                        sitting_id,
                        question,
                        part,
                        criterion,
                        mark.suggested,
                        mark.level,
                        mark.points,
                        mark.flagged,
                    ),
                )

    def marks(self, sitting_id: int) -> dict[Key, dict[str, Mark]]:
        """The latest mark of each criterion, by (question, part)."""
        latest: dict[Key, dict[str, Mark]] = {}
        rows = self.rows(
            "SELECT question, part, criterion, suggested, level, points, flagged FROM mark"
            " WHERE sitting = ? ORDER BY id",
            sitting_id,
        )
        for question, part, criterion, suggested, level, points, flagged in rows:
            mark = Mark(suggested=suggested, level=level, points=points, flagged=bool(flagged))
            latest.setdefault((question, part), {})[criterion] = mark
        return latest

    def confirm_part(
        self, sitting_id: int, question: str, part: Part, *, now: datetime
    ) -> PartGrade:
        """Decide a part by its latest marks: one attempt is appended and its grade returned.

        The last open part of a question rates its card, once in a sitting. Raises ProgressError
        while a criterion is open, and CannotSave.
        """
        marks = self.marks(sitting_id).get((question, part.id), {})
        response = self._texts(sitting_id).get((question, part.id), "")
        grade = decided(question, part, marks, response)
        if self.part_grades(sitting_id).get((question, part.id)) == grade:
            return grade
        (seed,) = self.rows("SELECT seed FROM sitting WHERE id = ?", sitting_id)[0]
        model = self.model(now)
        with self.writing() as db:
            append(
                db,
                question,
                grade,
                now=now,
                kind="sitting",
                response=response,
                seed=seed,
                sitting=sitting_id,
            )
            rate_decided(db, sitting_id, question, model=model, now=now)
        return grade


def decided(question: str, part: Part, marks: Mapping[str, Mark], response: str) -> PartGrade:
    """The grade that marks give; raises ProgressError naming the criteria still open."""
    earned: dict[str, float] = {}
    for number, criterion in enumerate(part.rubric, 1):
        mark = marks.get(criterion.id)
        if mark is None or mark.points is None:
            raise ProgressError(f"{question} ({part.id}): criterion {number} is still open.")
        earned[criterion.id] = min(mark.points, criterion.points)
    points = min(sum(earned.values()), part.points)
    return PartGrade(
        part=part.id,
        verdict=_verdict(points, part.points, response),
        points=points,
        max_points=part.points,
        criteria=tuple(criterion for criterion, share in earned.items() if share > 0),
    )


def _verdict(points: float, max_points: float, response: str) -> Verdict:
    if points >= max_points:
        return "right"
    if points > 0:
        return "partly"
    return "wrong" if response.strip() else "empty"
