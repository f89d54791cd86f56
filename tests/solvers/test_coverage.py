"""Every concept of the curriculum that has a number has a solver, and every misconception a place.

curriculum_ids.json lists the 190 concepts whose curriculum row has a verified numeric instance,
each with the ids of its misconceptions.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

from solvers import in_topic, topics

CURRICULUM: dict[str, list[str]] = json.loads(
    (Path(__file__).parent / "curriculum_ids.json").read_text(encoding="utf-8")
)
SOLVERS = [solver for topic in topics() for solver in in_topic(topic)]

# Concepts that no solver covers, and why a teacher would agree.
WITHOUT_SOLVER: dict[str, str] = {}

# Misconceptions of covered concepts that no solver runs, and why a teacher would agree.
WITHOUT_PROCEDURE: dict[str, str] = {}


def test_the_curriculum_is_whole() -> None:
    assert len(CURRICULUM) == 190
    assert all(len(set(names)) == len(names) for names in CURRICULUM.values())


def test_every_concept_has_a_solver() -> None:
    covered = {concept for solver in SOLVERS for concept in solver.concepts}
    assert sorted(set(CURRICULUM) - covered) == sorted(WITHOUT_SOLVER)
    assert covered <= set(CURRICULUM)


def test_every_misconception_of_a_covered_concept_is_in_a_solver() -> None:
    covered = {concept for solver in SOLVERS for concept in solver.concepts}
    wanted = {f"{concept}/{name}" for concept in covered for name in CURRICULUM[concept]}
    present = {m.id for solver in SOLVERS for m in solver.misconceptions}
    assert sorted(wanted - present) == sorted(WITHOUT_PROCEDURE)


def test_no_misconception_is_made_up() -> None:
    known = {f"{concept}/{name}" for concept, names in CURRICULUM.items() for name in names}
    assert sorted({m.id for s in SOLVERS for m in s.misconceptions} - known) == []


def test_ids_are_unique() -> None:
    ids = Counter(solver.id for solver in SOLVERS)
    assert [name for name, count in ids.items() if count > 1] == []
    for solver in SOLVERS:
        names = Counter(m.id for m in solver.misconceptions)
        assert [name for name, count in names.items() if count > 1] == []
