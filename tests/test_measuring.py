"""What lint measures over many seeds, and what falls short."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from quizapp.__main__ import main
from quizapp.content import bank
from quizapp.content.model import Draw, Template
from quizapp.variants.measuring import Measured, enough, measure, shortcomings


@pytest.fixture
def layer(samples: Path, tmp_path: Path) -> Template:
    return bank.templates([samples], cache=tmp_path).template("sample-layer")


def with_draws(template: Template, **draws: Draw) -> Template:
    return msgspec.structs.replace(template, draw={**template.draw, **draws})


def said(template: Template, measured: Measured) -> list[str]:
    return [message for _, message in shortcomings(template, measured)]


def test_a_good_template(layer: Template) -> None:
    measured = measure(layer, range(200))
    assert said(layer, measured) == []
    assert measured.seeds == 200
    assert measured.draws == 200 + measured.refused
    assert measured.refused == sum(measured.reasons.values())
    assert 100 < measured.distinct <= 200
    shape, parameters = measured.answers
    # The shallowest outputs are 8 deep. With 3 channels, 3 × 3 filters are always refused: who
    # forgets the channels and who forgets the square then give one answer.
    assert (shape.lowest, parameters.lowest) == (8, 8 * (3 * 3 * 4 + 1))
    assert parameters.highest == 32 * (16 * 7 * 7 + 1)
    assert measured.live["conv-params/no-bias"] == 1
    assert 0.2 < measured.live["conv-output-size/no-stride"] < 0.8  # meaningless at stride 1


def test_the_same_seeds_give_the_same_measures(layer: Template) -> None:
    assert measure(layer, range(20)) == measure(layer, range(20))


def test_too_few_variants(layer: Template) -> None:
    few = with_draws(
        layer, height=Draw(choice=(32,)), channels=Draw(choice=(3,)), kernel=Draw(choice=(5,))
    )
    (message,) = [m for m in said(few, measure(few, range(200))) if "distinct" in m]
    assert "distinct variants over 200 seeds, expected at least 81" in message
    explained = msgspec.structs.replace(few, small="one layer of the paper")
    assert not [m for m in said(explained, measure(explained, range(50))) if "distinct" in m]


def test_a_misconception_that_is_never_live(layer: Template) -> None:
    strideless = with_draws(layer, stride=Draw(choice=(1, 4)), padding=Draw(choice=(4,)))
    messages = said(strideless, measure(strideless, range(60)))
    rare = [m.partition(" is live on ")[0] for m in messages if " is live on " in m]
    assert rare
    allowed = msgspec.structs.replace(strideless, rare=dict.fromkeys(rare, "on purpose"))
    assert not [m for m in said(allowed, measure(allowed, range(60))) if " is live on " in m]


def test_draws_that_are_mostly_refused(layer: Template) -> None:
    colliding = with_draws(layer, padding=Draw(choice=(1, 2, 3)), stride=Draw(choice=(1, 2, 3)))
    measured = measure(colliding, range(60))
    assert measured.refused_share > 0.5
    first = said(colliding, measured)[0]
    assert "of the draws are refused, at most 50%; mostly: (a):" in first
    assert "give one answer" in first


def test_draws_that_never_make_a_question(layer: Template) -> None:
    impossible = with_draws(layer, kernel=Draw(choice=(101,)))
    measured = measure(impossible, range(5))
    assert (measured.stuck, measured.seeds, measured.distinct) == (0, 1, 0)
    assert said(impossible, measured)[0].startswith("seed 0 gives no good question: the solver")


def test_an_answer_that_is_always_the_same(layer: Template) -> None:
    fixed = with_draws(
        layer,
        channels=Draw(choice=(3,)),
        filters=Draw(choice=(8,)),
        kernel=Draw(choice=(5,)),
        height=Draw(range=(20, 64)),
    )
    assert "the answer to (b) is always 608" in said(fixed, measure(fixed, range(30)))


@pytest.mark.parametrize(("seeds", "expected"), [(2000, 100), (200, 81), (20, 12), (1, 1)])
def test_how_many_variants_to_expect(seeds: int, expected: int) -> None:
    assert enough(seeds) == expected


def test_the_command_shows_what_it_measured(
    samples: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = samples / "numeric" / "convolution.yaml"
    assert main(["lint", str(path), "--seeds", "100", "--measures"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("sample-layer: ")
    assert "100.0% live: conv-params/no-bias\n" in out
    assert out.endswith("1 file, no problems\n")


def test_the_command_fails_what_falls_short(
    samples: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (samples / "numeric" / "convolution.yaml").read_text(encoding="utf-8")
    path = tmp_path / "numeric" / "convolution.yaml"
    path.parent.mkdir()
    path.write_text(text.replace("padding: {choice: [0, 3, 4]}", "padding: {choice: [1]}"))
    assert main(["lint", str(tmp_path), "--seeds", "50"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith(f"{path}, line 6: [0].draw: sample-layer: ")
    assert main(["lint", str(tmp_path), "--seeds", "0"]) == 0


@pytest.mark.parametrize("seeds", ["-1", "many", "1e3", "999999999999"])
def test_a_number_of_seeds_that_is_none(seeds: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lint", "--seeds", seeds]) == 2
    assert "a number of seeds is from 0 to 100000" in capsys.readouterr().err
