"""The practice exam on paper: plain text of 80 columns, or Markdown.

The paper is first written as blocks, which know nothing of a format, then each block is
rendered.
"""

from __future__ import annotations

import itertools
import re
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, TypeAlias

from msgspec import Struct, structs

from quizapp.content.model import BEYOND, Exam, Part
from quizapp.marking.choices import place, text_of
from quizapp.marking.numbers import points, shown
from quizapp.variants import NUMERIC, Variant

Style: TypeAlias = Literal["text", "markdown"]

WIDTH = 80
LINES_PER_POINT = 3  # of a text part

Kind: TypeAlias = Literal[
    "title", "note", "question", "part", "text", "option", "item", "ruled", "answer"
]


class Block(Struct, frozen=True):
    """A piece of the paper; ``right`` stands at the right edge, ``lines`` are left empty."""

    kind: Kind
    text: str = ""
    right: str = ""
    lines: int = 0


def paper(
    exam: Exam, variants: Sequence[Variant], *, answers: bool = False, style: Style = "text"
) -> str:
    """The whole paper; with ``answers`` what earns the points stands in place of the space."""
    return _rendered(_paper(exam, variants, answers), style)


def question_sheet(number: int, variant: Variant, *, answers: bool, style: Style) -> str:
    """One question of a paper, by itself, with its seed."""
    first, *rest = _question(number, variant, answers)
    if variant.seed is not None:
        first = structs.replace(first, right=f"{first.right}, seed {variant.seed}")
    return _rendered([first, *rest], style) + "\n"


def _rendered(blocks: Iterable[Block], style: Style) -> str:
    render = _markdown if style == "markdown" else _text
    text = "\n".join(line.rstrip() for block in blocks for line in render(block))
    return re.sub(r"\n{3,}", "\n\n", text).strip("\n") + "\n"


# ------------------------------------------------------------------------------- blocks


def _paper(exam: Exam, variants: Sequence[Variant], answers: bool) -> Iterator[Block]:
    total = points(exam.points)
    yield Block("title", exam.title + (": answers" if answers else ""))
    about = f"{len(variants)} questions, {total} points, {exam.minutes} minutes"
    for seed in sorted({v.seed for v in variants if v.seed is not None}):
        about += f", numbers of seed {seed}"
    yield Block("note", about)
    if not answers:
        yield Block("note", f"Name: {'_' * 30}   Points: {'_' * 6} of {total}")
    for number, variant in enumerate(variants, 1):
        yield from _question(number, variant, answers)


def _question(number: int, variant: Variant, answers: bool) -> Iterator[Block]:
    question = variant.question
    week = "beyond" if question.week == BEYOND else f"week {question.week}"
    worth = _points(question.points)
    yield Block("question", f"Question {number}: {question.title}", f"{week}, {worth}")
    yield Block("text", variant.prompt)
    single = len(question.parts) == 1
    for part in question.parts:
        prompt = variant.prompts[part.id]
        if not single:
            yield Block("part", f"({part.id}) {prompt or part.title}".strip(), _points(part.points))
        elif prompt:
            yield Block("text", prompt)
        yield from _options(part, answers)
        yield from _answer(variant, part) if answers else _space(part)


def _points(value: float) -> str:
    return f"{points(value)} point" + ("" if value <= 1 else "s")


def _options(part: Part, answers: bool) -> Iterator[Block]:
    for number, option in enumerate(part.options, 1):
        box = "" if answers else {"choice": "( ) ", "choices": "[ ] "}.get(part.kind, "__ ")
        yield Block("option", f"{box}{number}. {option.text}")


def _space(part: Part) -> Iterator[Block]:
    if part.options:
        return
    by_kind = {"text": max(4, round(part.points * LINES_PER_POINT)), "formula": 2}
    by_kind |= {"vector": 2, "matrix": 4}
    yield Block("ruled", lines=by_kind.get(part.kind, 1))


def _answer(variant: Variant, part: Part) -> Iterator[Block]:
    if part.options:
        keys = (str(variant.key(part)),) if part.ask and not part.answer else part.answer
        right = ", ".join(f"{place(part, key)}. {text_of(part, key)}" for key in keys)
        yield Block("answer", f"Answer: {right}")
    if part.kind in NUMERIC and variant.solution is not None:
        yield Block("answer", f"Answer: {shown(variant.key(part), part)}")
        for step in variant.solution.steps_to(part.ask):
            yield Block("item", f"{step.label}: {step.formula} = {shown(step.value, part)}")
    if part.model_answer:
        yield Block("answer", f"Model answer: {part.model_answer.strip()}")
    if part.rubric:
        yield Block("text")
    for criterion in part.rubric:
        yield Block("item", f"{_points(criterion.points)}: {criterion.credit.strip()}")


# --------------------------------------------------------------------------------- text


def _text(block: Block) -> Iterator[str]:
    match block.kind:
        case "title":
            yield from (block.text, "=" * len(block.text))
        case "note":
            yield from ("", block.text)
        case "question":
            yield from ("", "-" * WIDTH, *_edged(block.text, block.right, ""), "")
        case "part":
            yield from ("", *_edged(block.text, block.right, "    "))
        case "text":
            yield from _wrapped(block.text, "", "")
        case "answer":
            yield from ("", *_wrapped(block.text, "    ", ""))
        case "option":
            yield from _wrapped(block.text, "    ", "    ")
        case "item":
            yield from _wrapped(block.text, "    - ", "")
        case "ruled":
            for _ in range(block.lines):
                yield from ("", "    " + "." * (WIDTH - 4))


def _edged(text: str, right: str, indent: str) -> list[str]:
    """Wrapped text whose first line ends with ``right`` at the edge."""
    room = WIDTH - len(right) - 2
    first, *rest = _wrapped(text, "", indent, room) or [""]
    return [f"{first:<{room}}  {right}", *rest]


def _wrapped(text: str, first: str, more: str, width: int = WIDTH) -> list[str]:
    """Each line of a text wrapped; ``first`` before it, as many blanks and ``more`` after."""
    rest = first.replace("-", " ") if first.strip() else first + more
    lines: list[str] = []
    for line in text.strip().split("\n"):
        before = first if not lines else rest
        lines += textwrap.wrap(line, width, initial_indent=before, subsequent_indent=rest) or [""]
    return lines


# ----------------------------------------------------------------------------- Markdown


def _markdown(block: Block) -> Iterator[str]:
    text = _escaped(block.text)
    match block.kind:
        case "title":
            yield from (f"# {text}", "")
        case "note":
            yield from (block.text.replace("_", r"\_"), "")
        case "question":
            yield from ("", f"## {text}", "", f"*{block.right}*", "")
        case "part":
            yield from ("", f"**{_one_line(text)}** *{block.right}*", "")
        case "text":
            yield from (*_with_tables(block.text), "")
        case "answer":
            before, colon, after = text.partition(": ")
            yield from ("", f"**{before}{colon.strip()}** {_broken(after)}", "")
        case "option" | "item":
            yield f"- {_one_line(text)}"
        case "ruled":
            yield from [""] + ["&nbsp;", "", "---", ""] * block.lines


_SPECIAL = re.compile(r"([\\`*_\[\]<>|~#&])")


def _escaped(text: str) -> str:
    r"""Text that shows as typed.

    >>> _escaped("h[t] [MASK] W_i^Q")
    'h\\[t\\] \\[MASK\\] W\\_i^Q'
    """
    escaped = _SPECIAL.sub(r"\\\1", text.strip())
    return re.sub(r"(?m)^(\s*\d*)([-+.)])(?=\s)", r"\1\\\2", escaped)


def _with_tables(text: str) -> Iterator[str]:
    """Text whose indented lines, the rows of a matrix, keep their columns."""
    for table, lines in itertools.groupby(text.strip().split("\n"), lambda s: s.startswith("    ")):
        block = "\n".join(lines)
        yield f"\n```\n{block}\n```\n" if table else _broken(_escaped(block))


def _broken(text: str) -> str:
    """Line breaks that Markdown keeps."""
    return re.sub(r"(?<=\S)\n(?=\S)", "  \n", text)


def _one_line(text: str) -> str:
    return " ".join(text.split())
