"""What a response is worth: the structures that marking returns and screens show."""

from __future__ import annotations

from typing import Literal, TypeAlias

from msgspec import Struct

Verdict: TypeAlias = Literal[
    "right",
    "partly",
    "wrong",
    "empty",  # nothing was typed
    "unreadable",  # a format error: costs nothing in practice, earns nothing in a sitting
    "open",  # a text part: the learner decides
]


class PartGrade(Struct, frozen=True, kw_only=True):
    """Verdict on the response to one part."""

    part: str
    verdict: Verdict
    points: float
    max_points: float
    feedback: str = ""  # a sentence or two, as shown
    format_error: str = ""
    misconception: str = ""  # concept-id/misconception-id
    departs_at: str = ""  # label of the step where the response departs
    cells: tuple[bool, ...] = ()  # row by row; empty unless a shape or tensor of the asked size
    criteria: tuple[str, ...] = ()  # ids of the rubric criteria earned as partial credit
    followed: bool = False  # right, given the learner's answer to an earlier part
    ruled_out: tuple[str, ...] = ()  # misconceptions that were live and not made

    @property
    def correct(self) -> bool:
        return self.verdict == "right"


class Grade(Struct, frozen=True, kw_only=True):
    """Verdict on the responses to one question."""

    question: str
    parts: tuple[PartGrade, ...]

    @property
    def points(self) -> float:
        return sum(part.points for part in self.parts)

    @property
    def max_points(self) -> float:
        return sum(part.max_points for part in self.parts)

    def part(self, part_id: str) -> PartGrade:
        """The grade of this part; raises KeyError."""
        for part in self.parts:
            if part.part == part_id:
                return part
        raise KeyError(part_id)
