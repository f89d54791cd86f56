"""Short phrases that belong to the screens alone."""

from __future__ import annotations

from datetime import datetime

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
