"""The rows of Today: readiness, the plan with its sums, and where the points are."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import wrap

from textual.content import Content

from quizapp.study.today import Today, TodayLine, WeekPoints, shortened
from quizapp.study.wording import points_text
from quizapp.ui import glyphs
from quizapp.ui.widgets.rows import Row

LABEL = 22  # cells of "Expected on the day", with what follows it
BAR = 40
MARK = 3  # cells of the cursor
FEWEST_WEEKS = 4  # lines below the plan, that of all others included


# ------------------------------------------------------------------------------ readiness


def readiness(found: Today, width: int) -> Content:
    """The points to expect, as a sentence, as a bar, and after today's plan."""
    lines = [_labelled(found.expecting, found.expected)]
    if found.share is not None:
        bar = glyphs.bar(found.share, min(BAR, width - LABEL))
        lines.append(Content(" " * LABEL + bar))
    if found.after:
        lines.append(_labelled("After today's plan", found.after))
    return Content("\n").join(lines)


def _labelled(label: str, text: str) -> Content:
    return Content.assemble((f"{label:<{LABEL}}", "$quiet"), (text, "bold"))


# ------------------------------------------------------------------------------- the plan


def plan_rows(found: Today, width: int, *, worth: bool, at: int | None = None) -> list[Row]:
    """What to do now. ``at``: only this line's reason is shown, below, where rows are few."""
    compact = at is not None
    numbers = bool(found.sums[0])
    head = _numbers("minutes", "worth", worth=worth) if numbers else ""
    rows = [Row(Content.styled("Now", "bold"), Content.styled(head, "$quiet"))]
    rows += [Row(line) for line in wrap(found.notice, width - MARK)]
    for number, line in enumerate(found.lines):
        rows += _line(number, line, width, worth=worth)
        if not compact:
            rows += _quiet(line.reason, width)
    if numbers:
        rows.append(Row("", _numbers(*found.sums, worth=worth)))
    if at is not None:
        reason = found.lines[at].reason if at < len(found.lines) else ""
        rows += _quiet(f"{at + 1}  {reason}" if reason else "", width) or [Row("")]
    rows += [Row(Content.styled(line, "$quiet")) for line in wrap(found.undone, width - MARK)]
    return rows


def _line(number: int, line: TodayLine, width: int, *, worth: bool) -> Iterator[Row]:
    """A line and its numbers; a title that is too long goes on in the next row."""
    right = _numbers(line.minutes, line.worth, worth=worth) if line.minutes else ""
    room = width - MARK - 3 - (len(right) + 1 if right else 0)
    first, *rest = _wrapped(line.title, room)
    yield Row(f"{number + 1}  {first}", right, number)
    for words in rest:
        yield Row(f"   {words}")


def _wrapped(title: str, room: int) -> list[str]:
    """The rows of a title; a week and its number stay together."""
    rows = wrap(title.replace("week ", "week\N{NO-BREAK SPACE}"), room)
    return [row.replace("\N{NO-BREAK SPACE}", " ") for row in rows] or [""]


def _quiet(text: str, width: int) -> list[Row]:
    return [Row(Content.styled(f"   {line}", "$quiet")) for line in wrap(text, width - MARK - 3)]


def _numbers(minutes: str, points: str, *, worth: bool) -> str:
    return f"{minutes:>9}{points:>7}" if worth else f"{minutes:>9}"


# ------------------------------------------------------------------ where the points are


def week_rows(found: Today, width: int, most: int | None = None) -> list[Row]:
    """The weeks, the one with most points to win first; ``most`` lines, or all in little width."""
    narrow = most is None
    weeks = found.weeks if most is None else shortened(found.weeks, most)
    known = any(week.expected is not None for week in weeks)
    head = Row(
        Content.styled("Where the points are", "bold"),
        Content.styled(_columns(known=known, narrow=narrow), "$quiet"),
    )
    return [head, *(_week(week, width, known=known, narrow=narrow) for week in weeks)]


def _columns(*, known: bool, narrow: bool) -> str:
    if not known:
        return "possible"
    return f"{'expected':<19}" if narrow else f"{'possible':>8}{'expected':>10}{'':10}"


def _week(week: WeekPoints, width: int, *, known: bool, narrow: bool) -> Row:
    possible = points_text(week.possible)
    if not known or week.expected is None:
        right = possible
    elif narrow:
        right = f"{f'{week.expected:.1f} of {possible}':>10} {glyphs.bar(week.share, 8)}"
    else:
        right = f"{possible:>8}{week.expected:>10.1f}  {glyphs.bar(week.share, 8)}"
    name = "" if week.week is None else f"week {week.week:<3} "
    room = width - MARK - len(right) - 1 - len(name)
    return Row(name + whole_words(week.title, room), right, week.week)


def whole_words(text: str, room: int) -> str:
    """As many words as there is room for.

    >>> whole_words("Architectures, transfer, visualisation", 30)
    'Architectures, transfer, …'
    """
    if len(text) <= room:
        return text
    first = wrap(text, max(room - 2, 1), break_long_words=False)[0]
    return f"{first} …" if len(first) <= room - 2 else f"{text[: room - 1]}…"
