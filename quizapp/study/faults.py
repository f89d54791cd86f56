"""What SQLite and the file system refuse, as sentences for the person."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from quizapp.errors import CannotSave, ProgressError

# The low byte of an extended result code is its family: SQLITE_IOERR_WRITE is an SQLITE_IOERR.
_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_UNWRITABLE = {
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_FULL,
}
_AGAIN = "Your text stays here; saving is tried again every 5 seconds."


def code(error: sqlite3.Error) -> int:
    """The family of an SQLite error; 0 for errors that Python's module raises itself."""
    extended: int = getattr(error, "sqlite_errorcode", 0)
    return extended & 0xFF


def busy(error: sqlite3.Error) -> bool:
    return code(error) in _BUSY


def damaged(error: sqlite3.Error) -> bool:
    return code(error) in _DAMAGED


def unwritable(error: sqlite3.Error) -> bool:
    return code(error) in _UNWRITABLE


def told(error: sqlite3.Error, path: Path) -> ProgressError | None:
    """The sentence for a fault of the disk or of another window; None for our own bugs."""
    if code(error) == sqlite3.SQLITE_FULL:
        return CannotSave(f"Not saved: the disk is full. {_AGAIN}")
    if busy(error):
        return CannotSave(f"Not saved: another window is writing. {_AGAIN}")
    if damaged(error):
        return CannotSave(
            f"{path} is damaged. Your text stays here; at the next start the file is"
            " moved aside, not deleted."
        )
    if unwritable(error):
        return CannotSave(f"Not saved: {path} can't be written. {_AGAIN}")
    return None


def cannot_be_written(path: Path) -> str:
    """What a person is told who can practise but not save."""
    return (
        f"{path} can't be written. You can practise, but nothing will be remembered."
        " Set QUIZAPP_DATA_DIR to another folder."
    )
