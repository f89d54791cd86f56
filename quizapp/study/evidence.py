"""What the graded attempts say about each checklist item, beside the learner's claim.

An item is tested by every part of the templates that share a concept with it and of the practice
questions linked to it. Of the first tries at those parts the last eight count:

    evidenced   three or more, at least four fifths of them right
    against     three or more, less than half of them right, and the last three not all right
    shaky       three or more, in between
    little      one or two
    none        none

A response given with a hint, or after the steps, counts as not right; a text counts by its share
of the points. Nothing typed says nothing: an empty or unreadable response is left out.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, tzinfo
from itertools import takewhile
from math import floor
from typing import Literal, TypeAlias

from msgspec import Struct

from quizapp.content.model import ChecklistItem, Library, TemplateSet, WeekFile
from quizapp.study import wording
from quizapp.study.attempts import Key, Try
from quizapp.study.cards import deck
from quizapp.study.progress import Progress

Status: TypeAlias = Literal["evidenced", "shaky", "against", "little", "none"]

LAST = 8  # first tries that count
ENOUGH = 3  # from so many on there is a verdict
HOLDS = 0.8  # the share that is evidence for a claim
FAILS = 0.5  # below it is evidence against one
_NUMBERS = ("", "one", "two", "three", "four", "five", "six", "seven", "eight")


class Evidence(Struct, frozen=True, kw_only=True):
    """What the last first tries on an item say."""

    status: Status = "none"
    right: float = 0.0  # of them; texts by their share, in halves
    of: int = 0
    misconception: str = ""  # that the newest of them matched
    matched: int = 0  # how many of the newest, one after another
    templates: int = 0  # that drill the item

    @property
    def text(self) -> str:
        """ "7 of 8"; "none" without an attempt."""
        return f"{wording.points_text(self.right)} of {self.of}" if self.of else "none"

    @property
    def sentence(self) -> str:
        """ "2 of the last 5 right; the last two matched no-bias." """
        if not self.of:
            return "No attempts on it yet."
        if self.status == "little":
            return f"{self.text} right{self._matches}: too little to tell."
        return f"{wording.points_text(self.right)} of the last {self.of} right{self._matches}."

    @property
    def _matches(self) -> str:
        if not self.matched:
            return ""
        name = self.misconception.rpartition("/")[2]
        return f"; the last {_NUMBERS[self.matched]} matched {name}"


def evidence(
    library: Library,
    templates: TemplateSet,
    progress: Progress,
    items: Collection[ChecklistItem],
) -> dict[str, Evidence]:
    """The evidence for each of these items, by item id."""
    parts = _parts(library, templates, items)
    named = {question for keys in parts.values() for question, _ in keys}
    tries = progress.first_tries(named if len(named) <= _NAMED else None)
    return {
        item.id: _weighed(
            ((attempt, text) for key, text in keys.items() for attempt in tries.get(key, ())),
            templates=len({name for name, _ in keys} - set(item.questions)),
        )
        for item, keys in ((item, parts[item.id]) for item in items)
    }


# SQLite takes 999 values in a query where it is old; all of them are read faster anyway.
_NAMED = 150


def _parts(
    library: Library, templates: TemplateSet, items: Iterable[ChecklistItem]
) -> dict[str, dict[Key, bool]]:
    """The parts that test each item, and whether each is a text."""
    on: dict[str, dict[Key, bool]] = defaultdict(dict)  # by concept
    for template in templates.templates:
        keys = {(template.id, part.id): part.kind == "text" for part in template.parts}
        for concept in template.concepts:
            on[concept] |= keys
    asked = {
        question.id: {(question.id, part.id): part.kind == "text" for part in question.parts}
        for question in library.exam.questions
    }
    found = {}
    for item in items:
        keys = {}
        for concept in item.concepts:
            keys |= on.get(concept, {})
        for question_id in item.questions:
            keys |= asked.get(question_id, {})
        found[item.id] = keys
    return found


def _weighed(tries: Iterable[tuple[Try, bool]], *, templates: int) -> Evidence:
    answered = [pair for pair in tries if pair[0].verdict not in ("empty", "unreadable", "open")]
    last = sorted(answered, key=lambda pair: -pair[0].attempt)[:LAST]
    if not last:
        return Evidence(templates=templates)
    shares = [_share(attempt, text=text) for attempt, text in last]
    name = last[0][0].misconception
    matched = sum(1 for _ in takewhile(lambda pair: name == pair[0].misconception, last))
    return Evidence(
        status=_status(shares),
        right=floor(2 * sum(shares) + 1e-9) / 2,
        of=len(shares),
        misconception=name,
        matched=matched if name else 0,
        templates=templates,
    )


def _share(attempt: Try, *, text: bool) -> float:
    """How right a response was, 0 to 1; one with help was not."""
    if attempt.hints:
        return 0.0
    share = attempt.points / attempt.max_points
    if text:
        return share
    return 1.0 if attempt.verdict == "right" and share > 1 - 1e-9 else 0.0


def _status(shares: list[float]) -> Status:
    """The verdict on these shares, newest first."""
    if len(shares) < ENOUGH:
        return "little"
    share = sum(shares) / len(shares) + 1e-9
    if share >= HOLDS:
        return "evidenced"
    if share >= FAILS or min(shares[:ENOUGH]) > 1 - 1e-9:
        return "shaky"
    return "against"


# -------------------------------------------------------------------- beside the claims


def disagrees(item_id: str, found: Mapping[str, Evidence], claims: Collection[str]) -> bool:
    """Whether an item is claimed and the evidence is against it."""
    return item_id in claims and found[item_id].status == "against"


def beside_claim(
    claimed: datetime | None, found: Evidence, now: datetime, tz: tzinfo | None = None
) -> str:
    """ "Claimed 12 November. 2 of the last 5 right; the last two matched no-bias." """
    claim = f"Claimed {wording.day_text(claimed, now, tz)}." if claimed else "Not claimed."
    return f"{claim} {found.sentence}"


def tested_by(item: ChecklistItem, found: Evidence) -> str:
    """ "Tested by 7 templates and practice question 4." """
    numbers = [wording.question_number(question) for question in item.questions]
    plural = "s" if len(numbers) > 1 else ""
    tests = [wording.count(found.templates, "template")] if found.templates else []
    tests += [f"practice question{plural} {wording.listed(numbers)}"] if numbers else []
    if not tests:
        return "No template and no practice question tests it."
    return f"Tested by {' and '.join(tests)}{'' if found.templates else '; no template drills it'}."


def of_week(week: WeekFile, found: Mapping[str, Evidence], claims: Collection[str]) -> str:
    """What the status line says of a week: where claim and evidence disagree; "" for nothing."""
    if all(found[item.id].status == "none" for item in week.checklist):
        drills = any(found[item.id].templates for item in week.checklist[:1])
        return "No attempts in this week yet." + " Enter drills item 1." * drills
    numbers = [
        str(number)
        for number, item in enumerate(week.checklist, 1)
        if disagrees(item.id, found, claims)
    ]
    if not numbers:
        return ""
    noun = "items" if len(numbers) > 1 else "item"
    return f"Claim and evidence disagree on {noun} {wording.listed(numbers)}."


class Line(Struct, frozen=True, kw_only=True):
    """Items by what the evidence says of them."""

    evidenced: int = 0
    shaky: int = 0
    against: int = 0
    little: int = 0  # or none

    @property
    def all(self) -> int:
        return self.evidenced + self.shaky + self.against + self.little


class Balance(Struct, frozen=True, kw_only=True):
    """Claims against evidence, over all weeks."""

    claimed: Line
    not_claimed: Line
    disagree: tuple[ChecklistItem, ...]  # claimed, and the evidence is against it

    @property
    def sentence(self) -> str:
        """ "Of 47 claims with evidence 41 hold (87 %); 9 more items hold unclaimed." """
        line, more = self.claimed, self.not_claimed.evidenced
        judged = line.all - line.little
        if not judged:
            return "No claim has enough evidence yet."
        claims = wording.count(judged, "claim")
        hold = "holds" if line.evidenced == 1 else "hold"
        said = f"Of {claims} with evidence {line.evidenced} {hold}"
        said += f" ({wording.percent(line.evidenced, judged)} %)"
        items = wording.count(more, "more item")
        rest = f"; {items} {'holds' if more == 1 else 'hold'} unclaimed" if more else ""
        return f"{said}{rest}."


def balance(library: Library, templates: TemplateSet, progress: Progress) -> Balance:
    """The claims of every week against the evidence."""
    items = [item for week in library.weeks for item in week.checklist]
    found = evidence(library, templates, progress, items)
    claims = progress.claims()
    counts: dict[bool, dict[str, int]] = {True: defaultdict(int), False: defaultdict(int)}
    for item in items:
        status = found[item.id].status
        counts[item.id in claims]["little" if status == "none" else status] += 1
    return Balance(
        claimed=Line(**counts[True]),
        not_claimed=Line(**counts[False]),
        disagree=tuple(item for item in items if disagrees(item.id, found, claims)),
    )


class WeekSummary(Struct, frozen=True, kw_only=True):
    """A week in the list of all weeks."""

    week: WeekFile
    points: float  # in the practice exam
    claimed: int  # checklist items
    evidenced: int
    due: int  # cards, now or later today


def weeks(
    library: Library,
    templates: TemplateSet,
    progress: Progress,
    *,
    now: datetime,
    tz: tzinfo | None = None,
) -> list[WeekSummary]:
    """Every week with its claims, its evidence and what is due."""
    items = [item for week in library.weeks for item in week.checklist]
    found = evidence(library, templates, progress, items)
    claims = progress.claims()
    week_of = {card.id: card.week for card in deck(library, templates).cards}
    due = Counter(week_of.get(card) for card in progress.due(now, tz))
    return [
        WeekSummary(
            week=week,
            points=sum(q.points for q in library.exam.questions if q.week == week.week),
            claimed=sum(item.id in claims for item in week.checklist),
            evidenced=sum(found[item.id].status == "evidenced" for item in week.checklist),
            due=due[week.week],
        )
        for week in library.weeks
    ]
