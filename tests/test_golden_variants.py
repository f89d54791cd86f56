"""The same template and seed give the same variant for ever, on every machine and version."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from quizapp.content import bank
from tests.golden_variants import pinned, variants

RENEW = "python -m tests.golden_variants pins it; see there what may be renewed"


def test_variants_are_as_pinned(tmp_path: Path) -> None:
    known = bank.templates([bank.default_folder()], cache=tmp_path)
    golden = pinned()
    assert {t.id for t in known.templates} == set(golden), RENEW
    changed = [
        (line["template"], line["seed"])
        for template in known.templates
        for line, before in zip(variants(template), golden[template.id], strict=True)
        if not same(line, before)
    ]
    assert changed == [], f"these give other variants than before; {RENEW}"


def same(now: Any, before: Any) -> bool:
    """Equal, but for the last digits that another processor may round otherwise."""
    if isinstance(now, float) or isinstance(before, float):
        return bool(now == pytest.approx(before, rel=1e-9, abs=1e-12))
    if isinstance(now, dict) and isinstance(before, dict):
        return now.keys() == before.keys() and all(same(now[k], before[k]) for k in now)
    if isinstance(now, list) and isinstance(before, list):
        return len(now) == len(before) and all(map(same, now, before))
    return bool(now == before)
