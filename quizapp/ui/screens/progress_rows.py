"""The rows of Progress: each picture, and the same as a table of numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from textwrap import wrap

from textual.content import Content

from quizapp.study import wording
from quizapp.study.evidence import Balance, Line
from quizapp.study.history import HistoryLine, Names
from quizapp.study.overview import Retention
from quizapp.study.sittings import SittingLine
from quizapp.ui import glyphs
from quizapp.ui.widgets.line import spread
from quizapp.ui.widgets.rows import Row

LABEL = 13  # columns of the heading beside the first row
_MARK = 3  # columns of the cursor's sign
_LONGEST_BAR = 24
_COUNTS = (("evidenced", 11), ("shaky", 8), ("against", 10), ("too little", 13), ("all", 6))
_SHORT_COUNTS = (("evidenced", 10), ("shaky", 6), ("against", 8), ("little", 7), ("all", 4))


def labelled(label: str, texts: Iterable[Content | str], keys: Sequence[object] = ()) -> list[Row]:
    """Rows with a heading to the left of the first."""
    rows = []
    for number, text in enumerate(texts):
        head = (label if number == 0 else "").ljust(LABEL)
        key = keys[number] if number < len(keys) else None
        rows.append(Row(Content.assemble((head, "bold"), text), key=key))
    return rows


def sentence(text: str, width: int, indent: int = 0) -> list[Row]:
    """A sentence over as many rows as it needs."""
    lines = wrap(text, max(width - _MARK - indent, 20))
    return [Row(Content.styled(" " * indent + line, "$quiet")) for line in lines]


# ---------------------------------------------------------------------------- sittings


def sitting_texts(
    lines: Sequence[SittingLine], width: int, now: datetime, *, as_table: bool
) -> list[str]:
    """ "18 Nov     71 of 98  ██████▊··  95 minutes"."""
    days = [wording.short_day_text(line.started, now) for line in lines]
    longest = max(map(len, days), default=0)
    return [
        _sitting(line, day.ljust(longest), width, as_table=as_table)
        for line, day in zip(lines, days, strict=True)
    ]


def _sitting(line: SittingLine, day: str, width: int, *, as_table: bool) -> str:
    points = line.points or 0.0
    head = f"{day} {wording.points_text(points):>6} of {wording.points_text(line.max_points)}"
    minutes = f"{wording.count(wording.minutes_used(line.seconds_used), 'minute'):>12}"
    end = minutes
    if line.parts_open:
        end += f"   {wording.count(line.parts_open, 'part')} to mark"
    if as_table:
        return f"{head}  {wording.percent(points, line.max_points):>3} %{end}"
    room = min(width - len(head) - 2 - len(end), _LONGEST_BAR)
    share = points / line.max_points if line.max_points else 0.0
    return f"{head}  {glyphs.bar(share, room)}{end}" if room > 3 else f"{head}{end}"


# --------------------------------------------------------------------------- retention


def retention_texts(weeks: Sequence[Retention], width: int, *, as_table: bool) -> list[Content]:
    """The weeks in two columns."""
    column = (width - 3) // 2
    half = (len(weeks) + 1) // 2
    texts = [_remembered(week, column, as_table=as_table) for week in weeks]
    return [
        Content.assemble(texts[n], "   ", texts[n + half] if n + half < len(texts) else "")
        for n in range(half)
    ]


def _remembered(week: Retention, width: int, *, as_table: bool) -> Content:
    name = f"{week.name:<8}"
    if as_table:
        numbers = f"{week.passed} of {week.tests}" if week.tests else "none"
        return Content(f"{name} {numbers:>10}{week.text if week.share else '':>6}".ljust(width))
    if week.share is None:
        return Content.assemble(name, (f" {week.text}".ljust(width - len(name)), "$quiet"))
    bar = glyphs.bar(week.share, min(max(width - len(name) - 6, 3), _LONGEST_BAR // 2))
    return Content(f"{name}{week.text:>5} {bar}".ljust(width))


# ------------------------------------------------------------------------------ claims


def claim_rows(balance: Balance, width: int) -> list[Row]:
    """Claimed and not claimed by what the evidence says, and that in a sentence."""
    columns = _COUNTS if width >= 76 else _SHORT_COUNTS
    room = width - _MARK - sum(cells for _, cells in columns)
    title = "Claims against evidence" if room > 23 else "Claims"
    names = "".join(f"{name:>{cells}}" for name, cells in columns)
    head = Content.assemble((title.ljust(room), "bold"), (names, "$quiet"))
    key = "disagree" if balance.disagree else None
    return [
        Row(head),
        Row(_counted("claimed", balance.claimed, columns, room), key=key),
        Row(_counted("not claimed", balance.not_claimed, columns, room)),
        *sentence(balance.sentence, width),
    ]


def _counted(name: str, line: Line, columns: Iterable[tuple[str, int]], room: int) -> str:
    numbers = (line.evidenced, line.shaky, line.against, line.little, line.all)
    label = (" " * LABEL + name if room > LABEL + len(name) else name).ljust(room)
    return label + "".join(f"{n:>{w}}" for n, (_, w) in zip(numbers, columns, strict=True))


def disagreeing(number: int) -> str:
    """What Enter does there: "Open the 6 that disagree"."""
    return "Open the one that disagrees" if number == 1 else f"Open the {number} that disagree"


# ----------------------------------------------------------------- misconceptions, time


def misconception_rows(found: dict[str, int], width: int, *, as_table: bool) -> list[Row]:
    """As many as a row holds, the most frequent first; all of them in the table."""
    title = "Misconceptions, last 14 days"
    if not found:
        return [Row(Content.assemble((title, "bold"), ("   none", "$quiet")))]
    names = [f"{name.rpartition('/')[2]} {times:,}" for name, times in found.items()]
    if as_table:
        lines = [Row(" " * LABEL + name) for name in names]
        return [Row(Content.styled(title, "bold"), key="misconceptions"), *lines]
    text = title
    for name in names:
        if len(text) + 3 + len(name) <= width - _MARK:
            text += f"   {name}"
    return [Row(Content(text).stylize("bold", 0, len(title)), key="misconceptions")]


def time_text(spent: Iterable[tuple[str, float]], width: int) -> str:
    """ "today 52 min   this week 3 h 10 min   last week 5 h" """
    text = ""
    for name, seconds in spent:
        duration = wording.duration_text(seconds) if seconds >= 60 else "0 min"
        longer = f"{text}   {name} {duration}".lstrip()
        text = longer if len(longer) <= width else text
    return text


# ----------------------------------------------------------------------------- history


def history_line(line: HistoryLine, names: Names, width: int, now: datetime) -> Content:
    """Date, question, response and grade of an attempt."""
    day = wording.short_day_text(line.at, now)
    if width >= 50 and len(day) <= 6:  # of this year
        day = f"{day} {wording.time_text(line.at)}"
    date = f"{day:<12}  " if width >= 50 else f"{day:<6}  "
    role = glyphs.VERDICTS.get(line.verdict, glyphs.PARTLY)
    word = line.verdict if line.verdict in ("empty", "unreadable") else role.word
    grade = Content.assemble((f"{role.sign} {word:<7}", role.style), f"{line.points_text:>10}")
    room = width - len(date) - grade.cell_length - 2
    if room <= 36:  # a narrow window does without the response
        asked = _asked(line, names, room)
        return spread(Content.assemble(date, asked), grade, width)
    asked = _asked(line, names, min(room // 2 + 6, 44))
    left = Content.assemble(date, asked, "  ", Content(line.response))
    return spread(left, grade, width)


def _asked(line: HistoryLine, names: Names, width: int) -> Content:
    """The question, cut so that its part still stands there."""
    part = names.part(line.question, line.part)
    name = Content(names.name(line.question))
    if name.cell_length + len(part) > width:
        name = name.truncate(max(width - len(part), 1), ellipsis=True)
    return Content((name.plain + part).ljust(width))
