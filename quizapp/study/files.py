"""Where the learner's data lies, and the files beside it: backups, damaged ones."""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

NAME = "progress.sqlite3"
# A database in use has up to two companions; they belong to it wherever it is moved.
COMPANIONS = ("", "-wal", "-shm")
_HEADER = 100  # bytes; https://sqlite.org/fileformat.html#the_database_header
_BACKUP = re.compile(r"progress-(\d{8}-\d{6})(-\d+)?\.sqlite3")


def data_folder() -> Path:
    """QUIZAPP_DATA_DIR, or where this system keeps a person's data."""
    override = os.environ.get("QUIZAPP_DATA_DIR")
    if override:
        return Path(override).expanduser()
    from platformdirs import user_data_path

    return user_data_path("quizapp", appauthor=False)


def header_version(path: Path) -> int:
    """``PRAGMA user_version`` read from the file's header, so that the file stays untouched.

    0 where there is no such file, or it is no SQLite file.
    """
    try:
        with path.open("rb") as file:
            header = file.read(_HEADER)
    except OSError:
        return 0
    if len(header) < _HEADER or not header.startswith(b"SQLite format 3\0"):
        return 0
    return int.from_bytes(header[60:64], "big")


def written_by(path: Path) -> str:
    """The version of quizapp that wrote the file, as it says itself; "" when it doesn't."""
    try:
        db = sqlite3.connect(f"{path.absolute().as_uri()}?immutable=1", uri=True)
    except sqlite3.Error:
        return ""
    try:
        row = db.execute("SELECT value FROM about WHERE name = 'written_by'").fetchone()
        return str(row[0]) if row else ""
    except sqlite3.Error:
        return ""
    finally:
        db.close()


@contextmanager
def opening(folder: Path, patience: float) -> Iterator[None]:
    """Held by one process at a time, and let go by the system when that process is killed.

    The lock is that of an empty SQLite file, which works alike on all systems. Raises
    sqlite3.OperationalError when it is not to be had within ``patience`` seconds.
    """
    lock = sqlite3.connect(folder / "opening.lock", timeout=patience, isolation_level=None)
    try:
        lock.execute("BEGIN EXCLUSIVE")
        yield
    finally:
        lock.close()


def writable(path: Path) -> bool:
    """Whether the file system lets us write the database and its companions."""
    return os.access(path.parent, os.W_OK) and (not path.exists() or os.access(path, os.W_OK))


def dated(folder: Path, now: datetime) -> Path:
    """A path in the folder that is not taken, named after the moment in UTC."""
    stem = f"progress-{now:%Y%m%d-%H%M%S}"
    path, number = folder / f"{stem}.sqlite3", 2
    while path.exists():
        path, number = folder / f"{stem}-{number}.sqlite3", number + 1
    return path


def backups(folder: Path) -> list[tuple[Path, datetime]]:
    """The backups beside the database with their times, newest first."""
    found = []
    for path in (folder / "backups").glob("progress-*.sqlite3"):
        match = _BACKUP.fullmatch(path.name)
        if match:
            when = datetime.strptime(match[1] + "+0000", "%Y%m%d-%H%M%S%z")
            found.append((path, when))
    return sorted(found, key=lambda backup: (backup[1], backup[0].name), reverse=True)


def set_aside(path: Path, now: datetime) -> Path:
    """Move a damaged database and its companions into ``damaged/``; returns the new path."""
    folder = path.parent / "damaged"
    folder.mkdir(exist_ok=True)
    kept = dated(folder, now)
    for companion in COMPANIONS:
        source = path.with_name(path.name + companion)
        if source.exists():
            source.rename(kept.with_name(kept.name + companion))
    return kept


def copy_to(db: sqlite3.Connection, target: Path) -> None:
    """Copy a database into a new file that exists in full or not at all."""
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_name(target.name + ".part")
    unfinished.unlink(missing_ok=True)
    copy = sqlite3.connect(unfinished)
    try:
        db.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")  # a backup needs no companion files
    finally:
        copy.close()
    unfinished.replace(target)
