"""The templates that a command names."""

from __future__ import annotations

import secrets

from quizapp.content.model import Template, TemplateSet
from quizapp.errors import UnknownName

_FRESH = 10**9  # seeds that are chosen for a person are short enough to be typed again


def fresh_seed() -> int:
    """A seed for who names none."""
    return secrets.randbelow(_FRESH)


def find(known: TemplateSet, name: str) -> Template:
    """The template with this id; raises UnknownName with the nearest ones."""
    try:
        return known.template(name)
    except KeyError:
        raise UnknownName(f"no template {name[:60]!r}; {_near(name, known)}") from None


def _near(name: str, known: TemplateSet) -> str:
    import difflib

    ids = [template.id for template in known.templates]
    near = difflib.get_close_matches(name, ids, 3) or [key for key in ids if name and name in key]
    if near:
        return "did you mean " + " or ".join(near[:3]) + "?"
    broken = " quizapp lint says which files were left out." if known.problems else ""
    return f"quizapp templates lists the {len(ids)} there are.{broken}"
