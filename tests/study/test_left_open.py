"""What was written to a question when it was left."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from quizapp.study.left_open import LeftOpen, keep, left_open
from quizapp.study.progress import Progress

NOW = datetime(2026, 11, 20, 14, 2, tzinfo=UTC)
LEFT = LeftOpen(seed=41, texts={"a": ("24 × 2", 3)}, hints={"a": 1}, steps_seen=True)


def test_it_is_kept_for_each_question_until_it_is_forgotten(tmp_path: Path) -> None:
    with Progress.open(tmp_path, now=NOW) as progress:
        keep(progress, "q04", LEFT, NOW)
        keep(progress, "iv-01", LeftOpen(seed=None, texts={"a": ("Linear", 6)}), NOW)
    with Progress.open(tmp_path, now=NOW) as progress:
        assert left_open(progress, "q04") == LEFT
        assert left_open(progress, "q05") is None
        keep(progress, "q04", None, NOW)
        assert left_open(progress, "q04") is None
        assert left_open(progress, "iv-01") is not None


def test_what_can_be_nothing_of_the_kind_is_as_if_it_were_not_there(tmp_path: Path) -> None:
    with Progress.open(tmp_path, now=NOW) as progress:
        for value in (["q04"], {"seed": "x"}, 7):
            progress.set_setting("left_open/q04", value, now=NOW)
            assert left_open(progress, "q04") is None
        keep(progress, "q04", LEFT, NOW)
        assert left_open(progress, "q04") == LEFT
