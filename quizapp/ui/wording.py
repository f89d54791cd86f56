"""Short phrases that belong to the screens alone."""

from __future__ import annotations

from datetime import datetime

from quizapp.content.model import BEYOND
from quizapp.study.wording import day_text, time_text

_WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]


def word_count(text: str) -> int:
    """Tokens with a letter or a digit.

    >>> word_count("softmax( QKᵀ / √d_k ) V — 4 words?")
    6
    """
    return sum(any(character.isalnum() for character in token) for token in text.split())


def extent(text: str) -> str:
    """How much has been written.

    >>> extent(""), extent("one"), extent("one two")
    ('empty', '1 word', '2 words')
    """
    words = word_count(text)
    if not text.strip():
        return "empty"
    return "1 word" if words == 1 else f"{words} words"


LONG_ANSWER = 100  # words from which suggestions are less reliable


def box_extent(text: str, points: float) -> str:
    """How much is written in a text box: what is enough at first, what is too much at last.

    >>> box_extent("", 3), box_extent("", 1), box_extent("one two", 3)
    ('about 50 words', 'a sentence or two', '2 words')
    >>> box_extent("word " * 100, 3)
    '100 words; long answers are read less well'
    """
    if not text.strip():
        return "about 50 words" if points > 1 else "a sentence or two"
    written = extent(text)
    if word_count(text) < LONG_ANSWER:
        return written
    return f"{written}; long answers are read less well"


def weekday(when: datetime) -> str:
    """Friday 20 November, by the learner's own clock."""
    return f"{_WEEKDAYS[when.astimezone().weekday()]} {day_text(when)}"


def saved_at(when: datetime) -> str:
    return f"saved {time_text(when)}"


def paste_refused(length: int, limit: int) -> str:
    return (
        f"A paste of {length:,} characters does not fit: an answer holds {limit:,}."
        " Nothing was changed."
    )


def block_refused(block: tuple[int, int], room: tuple[int, int]) -> str:
    return (
        f"The block is {block[0]} × {block[1]}, and from this cell on {room[0]} × {room[1]} fit."
        " Nothing was changed."
    )


def too_small(width: int, height: int) -> str:
    return (
        f"This window is {width} × {height}; quizapp needs 60 × 16. Everything is kept."
        " quizapp ask works in small windows."
    )


def week_text(week: int) -> str:
    """ "week 4", or "beyond" for what no week teaches."""
    return "beyond" if week == BEYOND else f"week {week}"
