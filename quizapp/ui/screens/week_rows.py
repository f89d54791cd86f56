"""The rows of a checklist: the claim beside the evidence, and the questions that test it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import NamedTuple, TypeAlias

from textual.content import Content

from quizapp.content.model import BEYOND, ChecklistItem, Resource, WeekFile
from quizapp.study import evidence, wording
from quizapp.study.evidence import Evidence
from quizapp.ui import glyphs
from quizapp.ui.widgets.rows import Row

Match: TypeAlias = tuple[WeekFile, ChecklistItem]
CLAIM = 9  # cells of the column with the claim
_HEAD = "evidence"


class Columns(NamedTuple):
    """Cells of the columns at the right end; no questions where there is no room for them."""

    evidence: int
    questions: int

    @property
    def width(self) -> int:
        return CLAIM + self.evidence + (2 + self.questions if self.questions else 0)

    def right(self, box: str, sign: Content, tests: str = "") -> Content:
        """The right end of a row."""
        gap = " " * (self.evidence - sign.cell_length)
        end = f"{gap}  {tests:<{self.questions}}" if self.questions else gap
        return Content.assemble(f" {box}     ", sign, end)


def of_week(
    week: WeekFile, claims: Collection[str], found: dict[str, Evidence], *, questions: bool
) -> list[Row]:
    """The checklist of a week, and below it what there is to watch and read."""
    width = columns(week.checklist, found, questions=questions)
    rows = [head("   I can …", width)]
    for number, item in enumerate(week.checklist, 1):
        rows.append(item_row(f"{number:>2}", item, item.id in claims, found.get(item.id), width))
    if week.resources:
        rows += [Row(""), Row(Content.styled("   To watch and read", "$quiet"))]
        ordered = sorted(week.resources, key=lambda resource: (resource.series, resource.order))
        rows += [resource_row(line, line.id in claims, width) for line in ordered]
    return rows


def matching(weeks: Iterable[WeekFile], words: Collection[str]) -> list[Match]:
    """The items of these weeks that have all words."""
    return [
        (week, item)
        for week in weeks
        for item in week.checklist
        if all(word in f"{item.claim} {week.name}".lower() for word in words)
    ]


def of_matches(
    matches: Collection[Match], claims: Collection[str], found: dict[str, Evidence], *,
    questions: bool,
) -> list[Row]:  # fmt: skip
    """Items of several weeks, each with its week."""
    if not matches:
        return [Row("No checklist item has these words.")]
    width = columns([item for _, item in matches], found, questions=questions)
    rows = [head("week    I can …", width)]
    for week, item in matches:
        left = f"{short_name(week):>6}"
        rows.append(item_row(left, item, item.id in claims, found.get(item.id), width))
    return rows


def short_name(week: WeekFile) -> str:
    """ "4", or "beyond"."""
    return week.name if week.week == BEYOND else str(week.week)


def columns(
    items: Iterable[ChecklistItem], found: dict[str, Evidence], *, questions: bool
) -> Columns:
    """As wide as these items need."""
    shown = list(items)
    widths = [2 + len(found[item.id].text) for item in shown if item.id in found]
    tests = max((len(_questions(item)) for item in shown), default=0) if questions else 0
    return Columns(max([len(_HEAD), *widths]), tests)


def head(left: str, width: Columns) -> Row:
    right = f"claimed  {_HEAD}".ljust(width.width)
    return Row(Content.styled(left, "$quiet"), Content.styled(right, "$quiet"))


def item_row(
    left: str, item: ChecklistItem, claimed: bool, found: Evidence | None, width: Columns
) -> Row:
    """One checklist item; ``found`` is None while it is being read."""
    box = "[x]" if claimed else "[ ]"
    claim = item.claim.removeprefix("I can ")
    return Row(f"{left}  {claim}", width.right(box, sign(found), _questions(item)), item.id)


def resource_row(resource: Resource, ticked: bool, width: Columns) -> Row:
    box = "[x]" if ticked else "[ ]"
    kind = Content.styled(resource.kind, "$quiet")
    return Row(f"    {resource.title}", width.right(box, kind), resource.id)


def sign(found: Evidence | None) -> Content:
    """ "■ 7 of 8" in the colour of its role."""
    if found is None:
        return Content("…")
    role = glyphs.EVIDENCE[found.status]
    return Content.styled(f"{role.sign} {found.text}", role.style)


def item_in_full(
    item: ChecklistItem, claimed: datetime | None, found: Evidence | None, now: datetime, *,
    wide: bool,
) -> Content:  # fmt: skip
    """The whole claim, and what there is for it; in a wide window what tests it too."""
    if found is None:
        return Content(item.claim)
    said = evidence.beside_claim(claimed, found, now)
    if wide:
        role = glyphs.EVIDENCE[found.status]
        end = Content.assemble(("\n" + evidence.tested_by(item, found), "$quiet"))
        return Content.assemble(
            item.claim,
            "\n\n",
            (f"{role.sign} {role.word}", role.style),
            ("\n" + said, "$quiet"),
            end,
        )
    return Content.assemble(item.claim, ("\n" + said, "$quiet"))


def resource_in_full(resource: Resource) -> Content:
    about = f"{resource.kind} · {resource.series} {resource.order}"
    where = resource.url or "It has no link; look for the title."
    return Content.assemble(resource.title, (f"\n{about}\n{where}", "$quiet"))


def side_entry(week: WeekFile, found: dict[str, Evidence], width: int) -> str:
    """ " 4  Convolution and f…   4 of 8": how many of its items are evidenced."""
    number = " +" if week.week == BEYOND else f"{week.week:>2}"
    held = sum(found[item.id].status == "evidenced" for item in week.checklist) if found else "…"
    count = f"{held} of {len(week.checklist)}".rjust(8)
    topic = Content(week.topic).truncate(width - 4 - len(count), ellipsis=True, pad=True)
    return f"{number}  {topic.plain}{count}"


def section_on(week: WeekFile, concepts: tuple[str, ...]) -> int:
    """The section of the study notes that has most of these concepts; the first one without."""
    shared = [len(set(note.concepts) & set(concepts)) for note in week.notes]
    return shared.index(max(shared)) if shared else 0


def _questions(item: ChecklistItem) -> str:
    """ "Q5 Q6"; a question of the learner's own has its id."""
    numbers = [wording.question_number(question) for question in item.questions]
    return " ".join(f"Q{number}" if number.isdecimal() else number for number in numbers)
