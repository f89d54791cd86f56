"""The pinned variants: seeds 1 to 3 of every template, with prompt, numbers and answers.

``python -m tests.golden_variants`` adds the templates that are new and drops those that are gone.
A template that is already there keeps its lines: the same id and seed give the same variant for
ever. Who changes a template on purpose either gives it a new id, or, before it was ever
published, renews its lines with ``python -m tests.golden_variants ID…`` (``--all``: of all).
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from quizapp.content import bank
from quizapp.content.model import Template
from quizapp.solving import here
from quizapp.variants import fresh

FILE = Path(__file__).parent / "golden_variants.jsonl"
SEEDS = (1, 2, 3)


def pinned() -> dict[str, list[dict[str, Any]]]:
    """The lines of the file by template."""
    found: dict[str, list[dict[str, Any]]] = {}
    for line in FILE.read_text(encoding="utf-8").splitlines() if FILE.exists() else ():
        variant = json.loads(line)
        found.setdefault(variant["template"], []).append(variant)
    return found


def variants(template: Template) -> Iterator[dict[str, Any]]:
    """The variants that are pinned, as they are now."""
    for seed in SEEDS:
        variant = here(fresh(template, seed))
        yield {
            "template": template.id,
            "seed": seed,
            "given": variant.given,
            "prompt": variant.prompt,
            "prompts": variant.prompts,
            "answers": {part.id: variant.key(part) for part in template.parts if part.ask},
        }


def renew(ids: list[str]) -> None:
    """Write the file anew; only what is new, or named, is made anew."""
    before = pinned()
    with FILE.open("w", encoding="utf-8") as out:
        for template in sorted(bank.templates([bank.default_folder()]).templates, key=_id):
            keep = template.id in before and template.id not in ids and "--all" not in ids
            lines = before[template.id] if keep else variants(template)
            for line in lines:
                print(json.dumps(line, ensure_ascii=False), file=out)


def _id(template: Template) -> str:
    return template.id


if __name__ == "__main__":
    renew(sys.argv[1:])
