"""Numbers and times as people read them, and the sentences of a sitting.

Screens show these as they are. Times are kept in UTC and shown in ``tz``, by default the
system's own zone.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta, tzinfo

from quizapp.marking import numbers
from quizapp.study.days import days_between, study_date

MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
# A window that saved this recently is still open: it saves at least every 5 seconds.
_ALIVE = timedelta(seconds=15)


# ------------------------------------------------------------------------------ numbers


points_text = numbers.points  # as marking writes them


def points_phrase(points: float) -> str:
    """
    >>> points_phrase(1), points_phrase(0.5), points_phrase(2.5), points_phrase(0)
    ('1 point', '½ point', '2½ points', '0 points')
    """
    return f"{points_text(points)} point{'' if 0 < points <= 1 else 's'}"


def count(number: int, noun: str) -> str:
    """
    >>> count(1, "part"), count(12, "part")
    ('1 part', '12 parts')
    """
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def listed(words: Sequence[str]) -> str:
    """
    >>> listed(["4"]), listed(["4", "13", "17"])
    ('4', '4, 13 and 17')
    """
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last


def question_number(question_id: str) -> str:
    """The number in a practice question's id; ids of another form stay as they are.

    >>> question_number("q04"), question_number("my-own")
    ('4', 'my-own')
    """
    number = question_id.removeprefix("q").lstrip("0")
    return number if number.isdecimal() else question_id


def percent(points: float, max_points: float) -> int:
    """Whole percent; 0 of 0 is 0."""
    return round(100 * points / max_points) if max_points else 0


# -------------------------------------------------------------------------------- times


def day_text(when: datetime, now: datetime | None = None, tz: tzinfo | None = None) -> str:
    """ "18 November", with the year where it is not that of ``now``."""
    local = when.astimezone(tz)
    year = "" if now is None or local.year == now.astimezone(tz).year else f" {local.year}"
    return f"{local.day} {MONTHS[local.month - 1]}{year}"


def short_day_text(when: datetime, now: datetime | None = None, tz: tzinfo | None = None) -> str:
    """ "18 Nov", with the year where it is not that of ``now``."""
    day, month, *year = day_text(when, now, tz).split()
    return " ".join((day, month[:3], *year))


def time_text(when: datetime, tz: tzinfo | None = None) -> str:
    """ "09:12"."""
    return f"{when.astimezone(tz):%H:%M}"


def moment_text(when: datetime, now: datetime, tz: tzinfo | None = None) -> str:
    """ "18 November 21:40"."""
    return f"{day_text(when, now, tz)} {time_text(when, tz)}"


def recently(when: datetime, now: datetime, tz: tzinfo | None = None) -> str:
    """ "today 09:12", "yesterday 21:40" or "18 November 21:40"."""
    days = (now.astimezone(tz).date() - when.astimezone(tz).date()).days
    word = {0: "today", 1: "yesterday"}.get(days) or day_text(when, now, tz)
    return f"{word} {time_text(when, tz)}"


def due_text(due: datetime, now: datetime, tz: tzinfo | None = None) -> str:
    """When a card comes back: "in 10 minutes", "tomorrow", "Tuesday 24 November"."""
    days = days_between(now, due, tz)
    if days <= 0:
        return f"in {count(max(round((due - now).total_seconds() / 60), 1), 'minute')}"
    if days == 1:
        return "tomorrow"
    return f"{_WEEKDAYS[study_date(due, tz).weekday()]} {day_text(due, now, tz)}"


def date_text(day: date, today: date) -> str:
    """ "Friday 4 December", with the year where it is not that of ``today``."""
    year = "" if day.year == today.year else f" {day.year}"
    return f"{_WEEKDAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]}{year}"


def nothing_due(counts: Sequence[int], then: str = "d drills your weakest concept.") -> str:
    """What to say when no card is due now; ``counts`` are those of today, tomorrow, ….

    >>> nothing_due([0, 6, 2])
    'Nothing is due. Next: 6 cards tomorrow. d drills your weakest concept.'
    >>> nothing_due([1, 0], "See: quizapp today")
    'Nothing is due now; 1 card later today. See: quizapp today'
    """
    later = counts[0] if counts else 0
    said = (
        f"Nothing is due now; {count(later, 'card')} later today." if later else "Nothing is due."
    )
    for days, cards in enumerate(counts):
        if cards and days:
            when = "tomorrow" if days == 1 else f"in {days} days"
            return f"{said} Next: {count(cards, 'card')} {when}. {then}"
    return f"{said} {then}"


def how_well(*, right: bool) -> str:
    """The question above the four ratings."""
    return f"{'Right. ' if right else ''}How well did you know it?"


def duration_text(seconds: float) -> str:
    """
    >>> duration_text(12), duration_text(61 * 60), duration_text(7800), duration_text(7200)
    ('12 s', '1 h 1 min', '2 h 10 min', '2 h')
    """
    whole = max(0, int(seconds))
    if whole < 60:
        return f"{whole} s"
    hours, minutes = divmod(whole // 60, 60)
    parts = [f"{hours} h"] * bool(hours) + [f"{minutes} min"] * bool(minutes)
    return " ".join(parts)


def minutes_used(seconds: float) -> int:
    """Whole minutes of a sitting's clock."""
    return max(0, int(seconds)) // 60


def time_left(minutes: int | None, seconds_used: float) -> str:
    """The clock of a sitting: whole minutes, rounded up; "" without a clock.

    >>> time_left(120, 2160), time_left(120, 4320), time_left(120, 7200), time_left(None, 5)
    ('1 h 24 min left', '48 min left', 'time is over', '')
    """
    if minutes is None:
        return ""
    left = minutes * 60 - seconds_used
    if left <= 0:
        return "time is over"
    return f"{duration_text(-(-left // 60) * 60)} left"


# ------------------------------------------------------------------------ a sitting


def place(number: int, questions: int, seconds_used: float) -> str:
    """ "question 9 of 20, 61 minutes used"."""
    used = count(minutes_used(seconds_used), "minute")
    return f"question {number} of {questions}, {used} used"


def resume_line(
    number: int,
    questions: int,
    seconds_used: float,
    saved: datetime,
    now: datetime,
    tz: tzinfo | None = None,
) -> str:
    """The line of a list: "Resume: question 9 of 20, 61 minutes used, saved today 09:12"."""
    return f"Resume: {place(number, questions, seconds_used)}, saved {recently(saved, now, tz)}"


def resume_offer(
    number: int,
    questions: int,
    seconds_used: float,
    saved: datetime,
    now: datetime,
    tz: tzinfo | None = None,
) -> str:
    """The whole sentence, with what Enter does."""
    return (
        f"A sitting is open: {place(number, questions, seconds_used)},"
        f" saved {recently(saved, now, tz)}. Enter resumes it."
    )


def held_elsewhere(holder: tuple[str, datetime] | None, window: str, now: datetime) -> str:
    """The sentence while another window that is still alive holds a sitting, else ""."""
    if holder is None or holder[0] == window:
        return ""
    age = now - holder[1]
    if abs(age) > _ALIVE:  # stopped without a word; or the clock was set back since
        return ""
    return (
        f"This sitting is open in another window, saved {duration_text(age.total_seconds())} ago."
        " Enter moves it here; the other becomes read-only."
    )


def left_at(number: int) -> str:
    """Printed after quitting."""
    return f"Sitting saved at question {number}. Continue with: quizapp exam"


def time_over(minutes: int) -> str:
    return f"The {minutes} minutes are over. You can go on; the report shows what was done in time."


def slept(seconds: float) -> str:
    return f"The computer slept for {duration_text(seconds)}; the clock stood still."


def stood_still(times: int) -> str:
    """How often the clock stopped, for the report; "" for never."""
    if not times:
        return ""
    return f"The clock stood still {'once' if times == 1 else f'{times} times'}."


def marking_left(started: datetime, parts: int, now: datetime, tz: tzinfo | None = None) -> str:
    """ "Marking left from 15 November: 12 parts"."""
    return f"Marking left from {day_text(started, now, tz)}: {count(parts, 'part')}"


def result(points: float, max_points: float) -> str:
    """ "71 of 98, 72 %"."""
    return f"{points_text(points)} of {points_text(max_points)}, {percent(points, max_points)} %"


def result_so_far(points: float, possible: float, waiting: float) -> str:
    """ "58 of 79 so far; 19 points wait for you"."""
    wait = "waits" if 0 < waiting <= 1 else "wait"
    return (
        f"{points_text(points)} of {points_text(possible)} so far;"
        f" {points_phrase(waiting)} {wait} for you"
    )


def compared(
    points: float,
    before: float,
    when: datetime,
    now: datetime | None = None,
    tz: tzinfo | None = None,
) -> str:
    """ "63 on 11 November, so 8 points more."."""
    difference = round(points - before, 2)
    if difference == 0:
        verdict = "the same number of points"
    else:
        word = "more" if difference > 0 else "fewer"
        verdict = f"{points_phrase(abs(difference))} {word}"
    return f"{points_text(before)} on {day_text(when, now, tz)}, so {verdict}."
