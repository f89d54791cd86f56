"""The sheet on which a learner marks one text part: a line per criterion.

A suggestion that nothing speaks against is filled in as pencil; a flagged one starts open. The
learner's own decision always stands, and can be taken back step by step.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct

from quizapp.content.model import Criterion, Part
from quizapp.marking.rubric import Suggestion
from quizapp.marking.rubric.level import STEP


class SheetLine(Struct, frozen=True, kw_only=True):
    """One criterion: what is suggested and what it is given."""

    criterion: Criterion
    suggestion: Suggestion
    points: float | None  # None: open
    decided: bool  # by the learner, not only suggested


class MarkingSheet:
    """Points per criterion, changed one key at a time."""

    def __init__(
        self,
        part: Part,
        suggestions: Sequence[Suggestion],
        decided: Mapping[str, float] | None = None,
    ) -> None:
        self.part = part
        decided = decided or {}
        self.lines = [
            SheetLine(
                criterion=criterion,
                suggestion=suggestion,
                points=decided.get(criterion.id, None if suggestion.flags else suggestion.points),
                decided=criterion.id in decided,
            )
            for criterion, suggestion in zip(part.rubric, suggestions, strict=True)
        ]
        self._undo: list[list[SheetLine]] = []

    @property
    def points(self) -> float:
        """Points given so far; open criteria count nothing."""
        return sum(line.points or 0.0 for line in self.lines)

    @property
    def open_lines(self) -> list[int]:
        return [index for index, line in enumerate(self.lines) if line.points is None]

    @property
    def open_points(self) -> float:
        return sum(self.lines[index].criterion.points for index in self.open_lines)

    def press(self, index: int) -> None:
        """Full points; pressed again ½ less each time, and after 0 full again."""
        line = self.lines[index]
        full = line.criterion.points
        if line.points is None or not line.decided or line.points == 0:
            self._give(index, full)
        else:
            self._give(index, self._lower(line))

    def more(self, index: int) -> None:
        """½ more, up to the criterion's points."""
        line = self.lines[index]
        step = STEP if line.criterion.points > STEP else line.criterion.points
        self._give(index, min((line.points or 0.0) + step, line.criterion.points))

    def less(self, index: int) -> None:
        """½ less, down to 0."""
        line = self.lines[index]
        self._give(index, self._lower(line) if line.points else 0.0)

    def none(self, index: int) -> None:
        """No points."""
        self._give(index, 0.0)

    def undo(self) -> bool:
        """Take the last decision back; False when there is none."""
        if not self._undo:
            return False
        self.lines = self._undo.pop()
        return True

    def confirm(self) -> None:
        """Take over every suggestion that is still in pencil."""
        for index, line in enumerate(self.lines):
            if line.points is not None and not line.decided:
                self._put(index, line.points)

    def _lower(self, line: SheetLine) -> float:
        step = STEP if line.criterion.points > STEP else line.criterion.points
        return max((line.points or 0.0) - step, 0.0)

    def _give(self, index: int, points: float) -> None:
        self._undo.append(list(self.lines))
        self._put(index, points)

    def _put(self, index: int, points: float) -> None:
        line = self.lines[index]
        self.lines[index] = SheetLine(
            criterion=line.criterion, suggestion=line.suggestion, points=points, decided=True
        )
