"""From what was found to a level and its points."""

from __future__ import annotations

import math
from typing import Literal, TypeAlias

from quizapp.content.model import Criterion
from quizapp.marking.rubric.evidence import Found

Level: TypeAlias = Literal["met", "partly", "missed"]

STEP = 0.5  # points are given in halves


def level_of(criterion: Criterion, found: Found) -> Level:
    """Met, partly or missed; half a point is all or nothing, and a single word is no part.

    So is a criterion that is one group several times over: a second remedy is there or not.
    """
    groups = len(found.matches)
    if groups and found.groups == groups:
        return "met"
    divisible = criterion.points > STEP and not (groups > 1 and len({*criterion.evidence}) == 1)
    part = groups and found.groups * 2 >= groups and len(found.words) > 1
    return "partly" if part and divisible else "missed"


def points_of(criterion: Criterion, found: Found) -> float:
    """The points of a level: in half-point steps, between ½ and ½ less than all when partly."""
    match level_of(criterion, found):
        case "met":
            return criterion.points
        case "missed":
            return 0.0
    share = criterion.points * found.groups / len(found.matches)
    return min(max(math.floor(share / STEP) * STEP, STEP), criterion.points - STEP)
