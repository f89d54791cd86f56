"""A simulated class takes every template: misconceptions are named, right answers right."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from quizapp.content import bank
from quizapp.content.model import Template
from tests.simulated import Seen, sit, table

LEAST_NAMED = 0.95
RUN = [sys.executable, "-m", "quizapp"]
SAMPLES = Path(__file__).parent / "samples"


@pytest.fixture(scope="module")
def every(tmp_path_factory: pytest.TempPathFactory) -> tuple[Template, ...]:
    """Every template that comes with quizapp, and the sample."""
    cache = tmp_path_factory.mktemp("cache")
    return bank.templates([bank.default_folder(), SAMPLES], cache=cache).templates


def check(seen: list[Seen]) -> None:
    print("\n".join(["", *table(seen)]))
    assert [f"{one.template}: {fault}" for one in seen for fault in one.faults] == []
    asked = sum(one.asked.total() for one in seen)
    assert sum(one.named.total() for one in seen) >= LEAST_NAMED * asked
    assert asked > 0


def test_a_small_class(every: tuple[Template, ...]) -> None:
    check([sit(template, range(1)) for template in every])


@pytest.mark.long
def test_a_class_of_200_for_every_template(
    every: tuple[Template, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    with capsys.disabled():
        check([sit(template, range(200)) for template in every])


# --------------------------------------------------------------------------- round trip

# Answers every variant with its key, as a script between two pipes would.
ANSWER = """
import json, sys
for line in sys.stdin:
    variant = json.loads(line)
    told = {"template": variant["template"], "seed": variant["seed"]}
    told["choices"] = variant.get("choices", False)
    told["responses"] = {part["id"]: part["answer"] for part in variant["parts"]}
    print(json.dumps(told))
"""


def round_trip(templates: list[str], count: int, tmp_path: Path, *more: str) -> None:
    """generate | answer with the key | grade: full points for every variant."""
    env = {**os.environ, "QUIZAPP_QUESTIONS": str(SAMPLES)}
    generate = [*RUN, "generate", *templates, "--count", str(count), "--seed", "0", *more]
    pipe = subprocess.PIPE
    graded = tmp_path / "grades.jsonl"
    with (
        graded.open("wb") as out,
        subprocess.Popen(generate, stdout=pipe, env=env) as first,
        subprocess.Popen([sys.executable, "-c", ANSWER], stdin=first.stdout, stdout=pipe) as second,
        subprocess.Popen([*RUN, "grade"], stdin=second.stdout, stdout=out, env=env) as third,
    ):
        for process in (first, second):
            assert process.stdout is not None
            process.stdout.close()  # it belongs to the next one
        assert (third.wait(), second.wait(), first.wait()) == (0, 0, 0)
    with graded.open("rb") as lines:
        grades = [json.loads(line) for line in lines]
    assert [one for one in grades if one["points"] != one["max_points"]] == []
    assert len(grades) == len(templates) * count


def test_a_short_round_trip(every: tuple[Template, ...], tmp_path: Path) -> None:
    round_trip([template.id for template in every], 1, tmp_path)


def test_a_short_round_trip_with_choices(every: tuple[Template, ...], tmp_path: Path) -> None:
    round_trip([template.id for template in every], 1, tmp_path, "--choices")


@pytest.mark.long
def test_500_seeds_of_every_template(every: tuple[Template, ...], tmp_path: Path) -> None:
    round_trip([template.id for template in every], 500, tmp_path)
