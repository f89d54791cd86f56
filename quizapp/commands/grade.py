"""``quizapp grade [FILE]``: JSON lines of responses in, JSON lines of grades out.

A line that can't be graded is told on stderr with its number; the others are graded.
"""

from __future__ import annotations

import argparse
import functools
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, BinaryIO

import msgspec
from msgspec import Meta, Struct

from quizapp.commands._bar import Bar
from quizapp.commands._templates import find
from quizapp.content import bank
from quizapp.content.model import TemplateSet
from quizapp.errors import QuizappError
from quizapp.marking.grade import PartGrade
from quizapp.marking.grading import grade
from quizapp.solving import here
from quizapp.variants import Variant, fresh
from quizapp.variants.choices import offered

LONGEST = 4_000_000  # bytes of a line; 20 responses of the longest kind take 400,000
REMEMBERED = 256  # variants: a class answers the same ones

# ---------------------------------------------------------------------------- in and out


class Responses(Struct, forbid_unknown_fields=True):
    """One line in. A response is text, or the JSON value of an answer."""

    template: str
    seed: Annotated[int, Meta(ge=0, lt=10**18)]
    responses: dict[str, Any]
    choices: bool = False  # responses are letters of the multiple-choice form


class PartResult(Struct):
    """One part of a line out."""

    id: str
    correct: bool
    points: float
    format_error: str
    misconception: str
    feedback: str


class Result(Struct):
    """One line out."""

    template: str
    seed: int
    points: float
    max_points: float
    parts: list[PartResult]


class _Broken(Exception):
    """Why a line can't be graded."""


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file", nargs="?", default="-", metavar="FILE", help="JSON lines; left out or -: stdin"
    )


def run(args: argparse.Namespace) -> int:
    if args.file == "-":
        return _graded(sys.stdin.buffer)
    with Path(args.file).open("rb") as lines:
        return _graded(lines)


def _graded(lines: BinaryIO) -> int:
    """Grade every line; returns the exit status."""
    grader = _Grader(bank.templates())
    broken = 0
    with Bar(0, "graded") as bar:
        for number, line in _numbered(lines):
            try:
                sys.stdout.buffer.write(_encoder.encode(grader.result(line)) + b"\n")
            except (_Broken, QuizappError) as error:
                broken += 1
                print(f"quizapp: line {number}: {error}", file=sys.stderr)
            bar.step()
    sys.stdout.buffer.flush()
    return 1 if broken else 0


def _numbered(lines: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """The lines that are not empty; of one that is far too long only its beginning."""
    number = 0
    while line := lines.readline(LONGEST + 1):
        number += 1
        rest = line
        while len(rest) > LONGEST and not rest.endswith(b"\n"):
            rest = lines.readline(LONGEST + 1)
        if line.strip():
            yield number, line


# ------------------------------------------------------------------------------- a line

_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Responses)


class _Grader:
    """Grades line by line; variants that come again are not made again."""

    def __init__(self, known: TemplateSet) -> None:
        self._known = known
        self._variant = functools.lru_cache(REMEMBERED)(self._made)

    def _made(self, template: str, seed: int) -> Variant:
        return here(fresh(find(self._known, template), seed))

    def result(self, line: bytes) -> Result:
        """The grades of one line; raises _Broken or QuizappError."""
        read = _read(line)
        variant = self._variant(read.template, read.seed)
        graded = here(grade(variant, _responses(read, variant)))
        parts = [_part(part) for part in graded.parts]
        return Result(read.template, read.seed, graded.points, graded.max_points, parts)


def _part(part: PartGrade) -> PartResult:
    return PartResult(
        part.part,
        part.correct,
        part.points,
        part.format_error,
        part.misconception,
        part.feedback.removesuffix(" s shows the steps."),
    )


def _read(line: bytes) -> Responses:
    if len(line) > LONGEST:
        raise _Broken(f"longer than {LONGEST:,} bytes; one line holds one set of responses")
    try:
        return _decoder.decode(line)
    except RecursionError:
        raise _Broken("not read: nested too deeply") from None
    except msgspec.ValidationError as error:
        example = '{"template": "…", "seed": 1, "responses": {"a": "…"}}'
        raise _Broken(f"{error}; a line is {example}") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise _Broken(f"not JSON: {error}") from None


def _responses(read: Responses, variant: Variant) -> dict[str, str]:
    known = [part.id for part in variant.question.parts]
    for part in read.responses:
        if part not in known:
            raise _Broken(f"no part {part[:40]!r}; parts: {', '.join(known)}")
    texts = {part: _text(value) for part, value in read.responses.items()}
    if not read.choices:
        return texts
    form = offered(variant)
    return {part: form.response(part, text) for part, text in texts.items()}


def _text(value: object) -> str:
    """A response as text: as typed, or the JSON text of an answer."""
    return value if isinstance(value, str) else _encoder.encode(value).decode()
