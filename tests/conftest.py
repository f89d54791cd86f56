"""What every test stands on: no test reads or writes the real data, cache or question folders."""

from __future__ import annotations

from pathlib import Path

import pytest

SAMPLES = Path(__file__).parent / "samples"


@pytest.fixture(autouse=True)
def data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that takes the place of the learner's data in this test and its subprocesses."""
    folder = tmp_path / "data"
    monkeypatch.setenv("QUIZAPP_DATA_DIR", str(folder))
    monkeypatch.delenv("QUIZAPP_QUESTIONS", raising=False)
    return folder


@pytest.fixture
def samples() -> Path:
    """A small question folder without problems."""
    return SAMPLES
