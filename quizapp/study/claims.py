"""What the learner says they can do, and their few settings."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from quizapp.study.ids import next_id
from quizapp.study.store import Store
from quizapp.study.times import micros, moment


class Claims(Store):
    """Ticks on the checklists: append-only, the latest counts."""

    def claims(self) -> dict[str, datetime]:
        """The items ticked now, and when they were."""
        # Beside max(), SQLite takes the other columns from the row that has the maximum.
        rows = self.rows("SELECT item, claimed, at, max(id) FROM claim GROUP BY item")
        return {item: moment(at) for item, claimed, at, _ in rows if claimed}

    def claim(self, item: str, claimed: bool, *, now: datetime) -> None:
        """Tick or untick a checklist item; raises CannotSave."""
        with self.writing() as db:
            db.execute(
                "INSERT INTO claim VALUES (?, ?, ?, ?)",
                (next_id(db, "claim", now), micros(now), item, claimed),
            )


class Settings(Store):
    """Small values by name: the exam date, minutes, theme."""

    def setting(self, name: str, default: Any = None) -> Any:
        """What was set, as JSON gives it back: numbers, texts, lists, dictionaries."""
        rows = self.rows("SELECT value FROM setting WHERE name = ?", name)
        return msgspec.json.decode(rows[0][0]) if rows else default

    def set_setting(self, name: str, value: object, *, now: datetime) -> None:
        """Set a value; None removes it. Raises CannotSave."""
        with self.writing() as db:
            if value is None:
                db.execute("DELETE FROM setting WHERE name = ?", (name,))
            else:
                text = msgspec.json.encode(value).decode()
                db.execute(
                    "INSERT OR REPLACE INTO setting VALUES (?, ?, ?)", (name, text, micros(now))
                )
