"""Plain data into the model's structures, with every problem instead of the first.

msgspec converts in one go and stops at the first thing that does not fit. Only when it does,
the data is walked along the types once more, and each misfit is said with what was expected.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Any, TypeVar

import msgspec
from msgspec import inspect

from quizapp.content.yaml_source import Place, Source

T = TypeVar("T")


def convert(source: Source, kind: type[T]) -> T | None:
    """The data of a file as ``kind``, or None with the problems noted in the source."""
    try:
        return msgspec.convert(source.data, kind)
    except msgspec.ValidationError as error:
        _walk(source, inspect.type_info(kind), source.data, ())
        if not source.problems:
            source.add((), str(error))
        return None


def _walk(source: Source, kind: inspect.Type, value: Any, place: Place) -> None:
    """Note everything in ``value`` that does not fit ``kind``."""
    match kind:
        case inspect.StructType() if isinstance(value, dict):
            _walk_struct(source, kind, value, place)
        case inspect.VarTupleType() | inspect.ListType() if isinstance(value, list):
            for index, item in enumerate(value):
                _walk(source, kind.item_type, item, (*place, index))
        case inspect.TupleType() if isinstance(value, list) and len(value) == len(kind.item_types):
            for index, (item_type, item) in enumerate(zip(kind.item_types, value, strict=True)):
                _walk(source, item_type, item, (*place, index))
        case inspect.DictType() if isinstance(value, dict):
            for key, item in value.items():
                _walk(source, kind.value_type, item, (*place, key))
        case inspect.UnionType():
            _walk_union(source, kind, value, place)
        case _ if not _fits(kind, value) and not source.noted(place):
            source.add(
                place, f"{_name(place)} is {_shown(value)}, expected {_expected(kind, value)}"
            )


def _walk_struct(
    source: Source, kind: inspect.StructType, value: dict[str, Any], place: Place
) -> None:
    fields = {field.name: field for field in kind.fields}
    for key, item in value.items():
        if key in fields:
            _walk(source, fields[key].type, item, (*place, key))
        else:
            source.add((*place, key), f"{key} is not a key here; {nearest(key, fields)}")
    for name, field in fields.items():
        if field.required and name not in value:
            source.add(place, f"{name} is missing, expected {_expected(field.type, None)}")


def _walk_union(source: Source, kind: inspect.UnionType, value: Any, place: Place) -> None:
    """Walk into the one alternative of the right form; numbers and words have no inside."""
    forms = [t for t in kind.types if not isinstance(t, inspect.NoneType)]
    if value is None and len(forms) < len(kind.types):
        return
    if len(forms) == 1:
        _walk(source, forms[0], value, place)
        return
    lists = [t for t in forms if isinstance(t, inspect.ListType)]
    if isinstance(value, list) and lists:
        _walk(source, lists[0], value, place)
    elif not any(_fits(form, value) for form in forms):
        source.add(place, f"{_name(place)} is {_shown(value)}, expected a number, word or list")


def _fits(kind: inspect.Type, value: Any) -> bool:
    match kind:
        case inspect.StrType():
            return isinstance(value, str) and _msgspec_agrees(kind, value)
        case inspect.BoolType():
            return isinstance(value, bool)
        case inspect.IntType() | inspect.FloatType():
            return not isinstance(value, bool) and _msgspec_agrees(kind, value)
        case inspect.LiteralType():
            return value in kind.values
        case _:
            return False


def _msgspec_agrees(
    kind: inspect.StrType | inspect.IntType | inspect.FloatType, value: Any
) -> bool:
    base: type = {"StrType": str, "IntType": int, "FloatType": float}[type(kind).__name__]
    limits = {f: getattr(kind, f) for f in kind.__struct_fields__}
    try:
        msgspec.convert(value, _annotated(base, limits))
    except msgspec.ValidationError:
        return False
    return True


def _annotated(base: type, limits: dict[str, Any]) -> Any:
    from typing import Annotated

    return Annotated[base, msgspec.Meta(**limits)]


# ------------------------------------------------------------------------------- words


def _name(place: Place) -> str:
    """The last step of a place, with the name it belongs to: kind, answer[2]."""
    steps = [step for step in place if isinstance(step, str)]
    if not steps:
        return "the file"
    last = len(place) - 1 - place[::-1].index(steps[-1])
    return steps[-1] + "".join(f"[{step}]" for step in place[last + 1 :])


def _shown(value: Any) -> str:
    match value:
        case None:
            return "empty"
        case str():
            return f'"{value}"' if len(value) <= 40 else f'"{value[:37]}…"'
        case bool():
            return str(value).lower()
        case list():
            return f"a list of {len(value)}"
        case dict():
            return "a mapping"
    return str(value)


def _expected(kind: inspect.Type, value: Any) -> str:
    match kind:
        case inspect.LiteralType():
            near = difflib.get_close_matches(str(value), [str(v) for v in kind.values], 1)
            return near[0] if near else "one of " + ", ".join(str(v) for v in kind.values)
        case inspect.StrType():
            return _expected_text(kind, value)
        case inspect.IntType():
            return f"a whole number{_span(kind)}"
        case inspect.FloatType():
            step = " in steps of ½" if kind.multiple_of == 0.5 else ""
            return f"a number{_span(kind)}{step}"
        case inspect.BoolType():
            return "true or false"
        case inspect.TupleType():
            return f"a list of {len(kind.item_types)}"
        case inspect.VarTupleType() | inspect.ListType():
            return "a list"
        case inspect.StructType():
            return "a mapping with " + ", ".join(f.name for f in kind.fields if f.required)
        case inspect.UnionType():
            return _expected(kind.types[0], value)
    return "a mapping"


def _expected_text(kind: inspect.StrType, value: Any) -> str:
    if isinstance(value, list):
        return "a text; one that starts with [ needs quotes"
    if kind.pattern is None:
        return "a text" if value is None or isinstance(value, dict) else "a text in quotes"
    return f"small letters, digits and hyphens, at most {kind.max_length}"


def _span(kind: inspect.IntType | inspect.FloatType) -> str:
    low, high = kind.ge, kind.le
    if low is not None and high is not None:
        return f" from {low:g} to {high:g}"
    if kind.gt is not None and high is not None:
        return f" above {kind.gt:g}, at most {high:g}"
    return ""


def nearest(word: str, known: Iterable[str]) -> str:
    """What was probably meant: "did you mean week?", or all there is.

    >>> nearest("wek", ["week", "title"])
    'did you mean week?'
    """
    names = list(known)
    near = difflib.get_close_matches(word, names, 1)
    if near:
        return f"did you mean {near[0]}?"
    return "there is " + ", ".join(names[:20]) if names else "there is none"
