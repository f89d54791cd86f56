"""The JSON Schema of the question files, so that editors complete and check them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from quizapp.content.bank import Templates
from quizapp.content.model import Exam, Interview, WeekFile
from quizapp.errors import UnknownName

# What a person calls each kind of file, and the structure it is read into.
KINDS: Mapping[str, Any] = {
    "exam": Exam,
    "interview": Interview,
    "week": WeekFile,
    "numeric": Templates,
}

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema(kind: str = "") -> dict[str, Any]:
    """The schema of one kind of file, or of any of them; raises UnknownName."""
    if kind and kind not in KINDS:
        raise UnknownName(f"no kind of file is called {kind}; kinds: {', '.join(KINDS)}")
    kinds = [KINDS[kind]] if kind else list(KINDS.values())
    references, definitions = msgspec.json.schema_components(kinds, ref_template="#/$defs/{name}")
    rule = references[0] if kind else {"oneOf": list(references)}
    title = f"quizapp {kind} file" if kind else "quizapp question file"
    return {"$schema": _DIALECT, "title": title, **rule, "$defs": definitions}
