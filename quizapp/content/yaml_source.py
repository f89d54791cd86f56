"""One YAML file as plain data that remembers its lines, with everything that is wrong in it.

The parser is libyaml's (`yaml.CSafeLoader`); the tree is built here from its events, because
PyYAML's own composer crashes the interpreter on deeply nested input, keeps no lines and lets
duplicate keys pass. Only numbers, words, lists and mappings are read: tags, anchors and merge
keys are refused, and so is every plain value that YAML 1.1 reads otherwise than a person does.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import yaml

from quizapp.content.model import Problem

Place: TypeAlias = tuple[str | int, ...]  # ("questions", 3, "parts", 0, "kind")

LARGEST_FILE = 4_000_000  # bytes; the twenty questions take 0.1 million
DEEPEST = 24  # levels; a formula part takes 9

_WHOLE = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})")
_REAL = re.compile(r"[-+]?([0-9]+\.[0-9]*|\.[0-9]+)([eE][-+][0-9]+)?")
# Numbers to a person that YAML 1.1 takes for words: 1e-3, 1.0e3, 0o17.
_NUMBER_LIKE = re.compile(r"[-+]?(([0-9]+\.?[0-9]*|\.[0-9]+)[eE][-+]?[0-9]+|0[oO][0-7]+)")
_TAGS = {
    "int": ("a whole number", "plain digits"),
    "float": ("a number", "plain digits"),
    "bool": ("true or false", "true or false"),
    "null": ("nothing", "nothing"),
    "timestamp": ("a date", ""),
    "merge": ("a merge key", ""),
}


@dataclass
class Source:
    """What a file says (``data``), where each place stands, and its problems."""

    file: str  # as shown to people
    data: Any = None
    lines: dict[Place, int] = field(default_factory=dict)
    blocks: dict[Place, int] = field(default_factory=dict)  # first line of a `|` text
    problems: list[Problem] = field(default_factory=list)

    def line(self, place: Place) -> int:
        """The line of a place, or of the nearest one around it; 0 where there is none."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 0)

    def noted(self, place: Place) -> bool:
        """Whether a problem stands at this very place."""
        return any(problem.path == spelled(place) for problem in self.problems)

    def add(self, place: Place, message: str, *, line: int | None = None) -> None:
        """Note a problem at a place."""
        line = self.line(place) if line is None else line
        self.problems.append(Problem(self.file, line, spelled(place), message))


def spelled(place: Place) -> str:
    """A place as people write it.

    >>> spelled(("questions", 3, "parts", 0, "kind"))
    'questions[3].parts[0].kind'
    """
    text = ""
    for step in place:
        text += f"[{step}]" if isinstance(step, int) else f".{step}"
    return text.removeprefix(".")


def read(path: Path, file: str) -> Source:
    """Read one file; never raises for what the file holds."""
    source = Source(file)
    text = _text(path, source)
    if text is not None:
        _Builder(source).build(text)
    return source


def _text(path: Path, source: Source) -> str | None:
    try:
        with path.open("rb") as stream:
            content = stream.read(LARGEST_FILE + 1)
    except OSError as error:
        source.add((), f"can't be read: {error.strerror or error}")
        return None
    if len(content) > LARGEST_FILE:
        size = path.stat().st_size / 1_000_000
        source.add((), f"is {size:.1f} MB, at most {LARGEST_FILE / 1_000_000:.0f} MB are read")
        return None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        source.add((), "not UTF-8 text; save the file as UTF-8", line=line)
        return None


class _Stop(Exception):
    """The rest of the file can't be read; says why."""


@dataclass
class _Open:
    """A list or mapping whose end has not come yet."""

    place: Place
    value: list[Any] | dict[Any, Any]
    key: str | None = None  # of a mapping: read, its value not yet


class _Builder:
    """Turns events into data, without recursion."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.open: list[_Open] = []
        self.documents = 0

    def build(self, text: str) -> None:
        try:
            self.loader = yaml.CSafeLoader(text)
            while self.loader.check_event():
                self._take(self.loader.get_event())
        except _Stop as stop:
            self.source.add((), str(stop), line=self.line)
            self.source.data = None
        except yaml.YAMLError as error:
            self._syntax(error, text)
            self.source.data = None
        else:
            if self.documents == 0:
                self.source.add((), "is empty")

    def _take(self, event: Any) -> None:
        self.line = event.start_mark.line + 1
        match event:
            case yaml.DocumentStartEvent():
                self.documents += 1
                if self.documents > 1:
                    self.source.add((), "a second document (---) is not read", line=self.line)
            case yaml.AliasEvent():
                if self._awaits_key:
                    raise _Stop("a key must be a word, not an anchor")
                place = self._put(None)
                message = f"*{event.anchor}: anchors are not read; write it out here"
                self.source.add(place, message, line=self.line)
            case yaml.ScalarEvent():
                self._scalar(event)
            case yaml.SequenceStartEvent() | yaml.MappingStartEvent():
                self._start(event, [] if isinstance(event, yaml.SequenceStartEvent) else {})
            case yaml.SequenceEndEvent() | yaml.MappingEndEvent():
                self.open.pop()

    def _start(self, event: Any, value: list[Any] | dict[Any, Any]) -> None:
        if len(self.open) == DEEPEST:
            raise _Stop(f"nested more than {DEEPEST} levels")
        if self._awaits_key:
            raise _Stop("a key must be a word, not a list or mapping")
        place = self._put(value)
        self._check_tag(event, place)
        self.open.append(_Open(place, value))

    def _scalar(self, event: Any) -> None:
        if self._awaits_key:
            self._key(event)
            return
        place = self._next_place()
        self._check_tag(event, place)
        if event.style == "|":
            self.source.blocks[place] = self.line + 1
        value = event.value if event.style else self._plain(event, place)
        self._put(value)

    @property
    def _awaits_key(self) -> bool:
        top = self.open[-1] if self.open else None
        return top is not None and isinstance(top.value, dict) and top.key is None

    def _key(self, event: Any) -> None:
        top = self.open[-1]
        place = (*top.place, event.value)
        if not event.style and (why := self._misread(event)):
            self.source.add(place, why, line=self.line)
        if event.value in top.value:
            first = self.source.line(place)
            self.source.add(
                place, f"{event.value} is there twice, first in line {first}", line=self.line
            )
        else:
            self.source.lines[place] = self.line
        top.key = event.value

    def _next_place(self) -> Place:
        if not self.open:
            return ()
        top = self.open[-1]
        return (*top.place, len(top.value) if isinstance(top.value, list) else str(top.key))

    def _put(self, value: Any) -> Place:
        """Put a value where the next one belongs; the first of two equal keys stands."""
        place = self._next_place()
        if not self.open:
            if self.documents == 1:
                self.source.data = value
                self.source.lines[()] = self.line
            return place
        top = self.open[-1]
        if isinstance(top.value, list):
            top.value.append(value)
            self.source.lines[place] = self.line
        else:
            top.value.setdefault(top.key, value)
            top.key = None
        return place

    def _check_tag(self, event: Any, place: Place) -> None:
        if event.anchor:
            self.source.add(place, f"&{event.anchor}: anchors are not read", line=self.line)
        if event.tag and event.tag != "!":
            tag = event.tag.replace("tag:yaml.org,2002:", "!!")
            self.source.add(place, f"{tag}: tags are not read; only data is", line=self.line)

    def _plain(self, event: Any, place: Place) -> Any:
        text: str = event.value
        if why := self._misread(event):
            self.source.add(place, why, line=self.line)
            return text
        if text in ("true", "false"):
            return text == "true"
        if text in ("", "~", "null"):
            return None
        if _WHOLE.fullmatch(text):
            return int(text)
        return float(text) if _REAL.fullmatch(text) else text

    def _misread(self, event: Any) -> str:
        """Why YAML 1.1 and a person would read this plain value differently; "" if they agree."""
        text: str = event.value
        resolved = self.loader.resolve(yaml.ScalarNode, text, (True, False))  # type: ignore[no-untyped-call]
        tag = str(resolved).rpartition(":")[2]
        if tag == "str":
            if _NUMBER_LIKE.fullmatch(text):
                return f"{text} is a word to YAML; write it as {_as_number(text)}, or in quotes"
            return ""
        plain = text in ("true", "false", "", "~", "null")
        if plain or _WHOLE.fullmatch(text) or _REAL.fullmatch(text):
            return ""
        if tag == "int" and text.lstrip("-+").isdigit() and not text.lstrip("-+").startswith("0"):
            return f"{text[:20]} … is too large for a number"
        taken_for, instead = _TAGS.get(tag, ("something else", ""))
        instead = f"{instead}, or " if instead else ""
        return f'{text} is {taken_for} to YAML; write {instead}"{text}" in quotes'

    def _syntax(self, error: yaml.YAMLError, text: str) -> None:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else None
        if position := getattr(error, "position", None):
            line = text.count("\n", 0, position) + 1
        last = text.count("\n") + 1
        self.source.add((), _reason(error), line=min(line or 0, last))


def _as_number(text: str) -> str:
    """How to write a number so that YAML 1.1 reads it: 1e-3 → 0.001."""
    if text.lower().lstrip("+-").startswith("0o"):
        return str(int(text, 8))
    value = float(text)
    if 1e-5 <= abs(value) < 1e15:
        return repr(value)
    mantissa, _, exponent = f"{value:e}".partition("e")
    return f"{float(mantissa)}e{exponent}"


_REASONS = {
    "tab character": "a tab; YAML indents with blanks",
    "mapping values are not allowed": "a colon in a text; put the text in quotes",
    "did not find expected key": "a text starts with a bracket or quote and goes on after it,"
    " or the indentation is off; put the text in quotes",
    "did not find expected ',' or": "a bracket is not closed, or a comma is missing",
    "did not find expected '-'": "a list item (-) was expected; check the indentation",
    "unexpected end of stream": "a quote or bracket is not closed",
    "could not find expected ':'": "a key without a colon",
    "undefined alias": "anchors are not read; write it out here",
    "control characters": "a control character",
    "cannot start any token": "a text can't start with this sign; put it in quotes",
}


def _reason(error: yaml.YAMLError) -> str:
    said = str(getattr(error, "problem", None) or error)
    said_in_full = f"{said} {error}"
    for sign, reason in _REASONS.items():
        if sign in said_in_full:
            return reason
    return said.splitlines()[0]
