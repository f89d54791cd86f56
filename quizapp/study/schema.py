"""The tables, and how a file of an older version becomes one of this version.

`attempt`, `mark` and `claim` are append-only: triggers refuse to change or delete a row.
`tally` and `sitting_part` are summaries that triggers keep up to date in the transaction that
appends, so that what a screen needs at its start does not grow with the history.

Ids are drawn so that no two machines draw the same (`quizapp.study.ids`): an exported row keeps
its id wherever it is imported, which is how duplicates are known.
"""

from __future__ import annotations

# "QUIZ" in ASCII: tells our files from other SQLite files.
APPLICATION_ID = 0x5155495A

_VERSION_1 = (
    "CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    "CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL, saved INTEGER NOT NULL)",
    # Times are microseconds since 1970, UTC. `later` and `givens` are JSON.
    """CREATE TABLE sitting (
        id INTEGER PRIMARY KEY,
        started INTEGER NOT NULL,
        finished INTEGER,
        saved INTEGER,
        seed INTEGER,
        minutes INTEGER,
        seconds_used REAL NOT NULL DEFAULT 0,
        interruptions INTEGER NOT NULL DEFAULT 0,
        at TEXT NOT NULL DEFAULT '',
        focus TEXT NOT NULL DEFAULT '',
        later TEXT NOT NULL DEFAULT '[]',
        givens TEXT NOT NULL DEFAULT '{}',
        holder TEXT NOT NULL DEFAULT '',
        held INTEGER
    )""",
    # `saved` and `seconds` (the sitting's clock) are of the last change of the text.
    """CREATE TABLE response (
        sitting INTEGER NOT NULL REFERENCES sitting (id),
        question TEXT NOT NULL,
        part TEXT NOT NULL,
        text TEXT NOT NULL,
        cursor INTEGER NOT NULL,
        saved INTEGER NOT NULL,
        seconds REAL NOT NULL,
        PRIMARY KEY (sitting, question, part)
    )""",
    """CREATE TABLE mark (
        id INTEGER PRIMARY KEY,
        at INTEGER NOT NULL,
        sitting INTEGER NOT NULL REFERENCES sitting (id),
        question TEXT NOT NULL,
        part TEXT NOT NULL,
        criterion TEXT NOT NULL,
        suggested REAL,
        level TEXT NOT NULL,
        points REAL,
        flagged INTEGER NOT NULL
    )""",
    "CREATE INDEX mark_of_sitting ON mark (sitting, question, part, criterion)",
    "CREATE TABLE claim (id INTEGER PRIMARY KEY, at INTEGER NOT NULL, item TEXT NOT NULL,"
    " claimed INTEGER NOT NULL)",
    "CREATE INDEX claim_of_item ON claim (item, id)",
    # `detail` is what a PartGrade holds beyond the columns, as JSON.
    """CREATE TABLE attempt (
        id INTEGER PRIMARY KEY,
        at INTEGER NOT NULL,
        kind TEXT NOT NULL,
        question TEXT NOT NULL,
        part TEXT NOT NULL,
        seed INTEGER,
        response TEXT NOT NULL,
        verdict TEXT NOT NULL,
        points REAL NOT NULL,
        max_points REAL NOT NULL,
        misconception TEXT NOT NULL,
        hints INTEGER NOT NULL,
        seconds REAL,
        sitting INTEGER REFERENCES sitting (id),
        detail TEXT NOT NULL
    )""",
    "CREATE INDEX attempt_of_part ON attempt (question, part, id)",
    "CREATE INDEX attempt_at ON attempt (at)",
    "CREATE INDEX attempt_of_sitting ON attempt (sitting) WHERE sitting IS NOT NULL",
    "CREATE INDEX attempt_misconception ON attempt (misconception, at) WHERE misconception <> ''",
    # One row for each part of a sitting; `attempt` is empty while the part waits for marks.
    """CREATE TABLE sitting_part (
        sitting INTEGER NOT NULL REFERENCES sitting (id),
        question TEXT NOT NULL,
        part TEXT NOT NULL,
        max_points REAL NOT NULL,
        points REAL,
        attempt INTEGER REFERENCES attempt (id),
        PRIMARY KEY (sitting, question, part)
    ) WITHOUT ROWID""",
    """CREATE TABLE tally (
        question TEXT NOT NULL,
        part TEXT NOT NULL,
        attempts INTEGER NOT NULL,
        correct INTEGER NOT NULL,
        points REAL NOT NULL,
        max_points REAL NOT NULL,
        last INTEGER NOT NULL,
        PRIMARY KEY (question, part)
    ) WITHOUT ROWID""",
    """CREATE TRIGGER attempt_counts AFTER INSERT ON attempt BEGIN
        INSERT INTO tally VALUES (new.question, new.part, 1, new.verdict = 'right',
            new.points, new.max_points, new.at)
        ON CONFLICT (question, part) DO UPDATE SET
            attempts = attempts + 1,
            correct = correct + excluded.correct,
            points = points + excluded.points,
            max_points = max_points + excluded.max_points,
            last = max(last, excluded.last);
    END""",
    """CREATE TRIGGER attempt_decides AFTER INSERT ON attempt WHEN new.sitting IS NOT NULL BEGIN
        INSERT INTO sitting_part VALUES (new.sitting, new.question, new.part, new.max_points,
            new.points, new.id)
        ON CONFLICT (sitting, question, part) DO UPDATE SET
            max_points = excluded.max_points,
            points = excluded.points,
            attempt = excluded.attempt
        WHERE attempt IS NULL OR attempt < excluded.attempt;
    END""",
    *(
        f"CREATE TRIGGER {table}_{event} BEFORE {event} ON {table} BEGIN"
        f" SELECT RAISE(ABORT, '{table} is append-only'); END"
        for table in ("attempt", "mark", "claim")
        for event in ("UPDATE", "DELETE")
    ),
)

# What brings a file from version i to version i + 1, statement by statement.
MIGRATIONS: tuple[tuple[str, ...], ...] = (_VERSION_1,)

TABLES = frozenset(
    ["about", "setting", "sitting", "response", "mark", "claim", "attempt", "sitting_part", "tally"]
)
