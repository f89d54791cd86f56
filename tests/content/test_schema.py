"""The JSON Schema says what the loader accepts."""

from __future__ import annotations

import pytest

from quizapp.content.schema import schema
from quizapp.errors import UnknownName


def test_of_any_file() -> None:
    found = schema()
    assert found["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert found["oneOf"] == [
        {"$ref": "#/$defs/Exam"},
        {"$ref": "#/$defs/Interview"},
        {"$ref": "#/$defs/WeekFile"},
        {"type": "array", "items": {"$ref": "#/$defs/Template"}},
    ]


@pytest.mark.parametrize(
    ("kind", "name"), [("exam", "Exam"), ("interview", "Interview"), ("week", "WeekFile")]
)
def test_of_one_kind(kind: str, name: str) -> None:
    found = schema(kind)
    assert found["$ref"] == f"#/$defs/{name}"
    assert found["$defs"][name]["additionalProperties"] is False


def test_of_a_template_file() -> None:
    found = schema("numeric")
    assert found["items"] == {"$ref": "#/$defs/Template"}
    assert {"id", "week", "difficulty", "concepts", "prompt", "parts"} <= set(
        found["$defs"]["Template"]["required"]
    )
    assert "not" in found["$defs"]["Draw"]["properties"]


def test_it_says_what_is_allowed() -> None:
    definitions = schema("exam")["$defs"]
    part = definitions["Part"]
    assert part["required"] == ["id", "points", "kind"]
    assert set(part["properties"]["kind"]["enum"]) >= {"shape", "formula", "text"}
    assert part["properties"]["points"]["multipleOf"] == 0.5
    assert definitions["Question"]["properties"]["week"] == {
        "type": "integer",
        "minimum": 2,
        "maximum": 12,
    }


def test_every_reference_is_defined() -> None:
    found = schema()
    assert references(found) <= {f"#/$defs/{name}" for name in found["$defs"]}


def references(value: object) -> set[str]:
    if isinstance(value, list):
        return {reference for item in value for reference in references(item)}
    if not isinstance(value, dict):
        return set()
    own = {value["$ref"]} if isinstance(value.get("$ref"), str) else set()
    return own | {reference for item in value.values() for reference in references(item)}


def test_an_unknown_kind() -> None:
    with pytest.raises(UnknownName, match="is called exams; kinds: exam, interview, week, numeric"):
        schema("exams")
