"""The tables, and how a file of an older version becomes one of this version.

`attempt`, `mark`, `claim` and `review` are append-only: triggers refuse to change or delete a row.
`tally`, `latest`, `sitting_part`, `memory` and `spent` are summaries that triggers keep up to date
in the transaction that appends, so that what a screen needs at its start does not grow with the
history. Each is what its rows say, in whatever order they came: two histories that are imported
into one another become the same.

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

# A quarter of an hour, in microseconds: every time zone's day turns at the end of one.
QUARTER = 15 * 60 * 1_000_000
# So many of the newest attempts on each part are kept at hand: eight first tries, and some more,
# since the oldest may be a second one.
LATEST = 10
# A card known this long after its last rating was remembered; sooner, it was still in mind.
_TESTED = 12 * 3600 * 1_000_000
# Seconds. Nobody sits longer than a quarter of an hour at one part or card: they left the room.
LONGEST = 900
_TIME = f"CAST(round(1000 * min(max(coalesce(new.seconds, 0), 0), {LONGEST})) AS INTEGER)"
# A review's time is that of its rating, a sitting's that of its clock: their attempts add none.
_TIME_OF_ATTEMPT = f"CASE new.kind WHEN 'drill' THEN {_TIME} ELSE 0 END"

# Version 1 kept a sitting's clock alone: its time counts for when it was saved last.
TIME_OF_SITTINGS = (
    f"INSERT INTO sitting_time SELECT id, coalesce(saved, started) / {QUARTER}, seconds_used"
    " FROM sitting WHERE seconds_used > 0 AND id NOT IN (SELECT sitting FROM sitting_time)"
)

_VERSION_2 = (
    # `what` is 'rated', 'undone' (takes back the rating `before`) or 'buried' (until `until`).
    # Of a rating: the memory after it, and in `before` the rating whose memory it began from.
    """CREATE TABLE review (
        id INTEGER PRIMARY KEY,
        at INTEGER NOT NULL,
        card TEXT NOT NULL,
        what TEXT NOT NULL CHECK (what IN ('rated', 'undone', 'buried')),
        kind TEXT NOT NULL,
        rating INTEGER CHECK (rating BETWEEN 1 AND 4),
        suggested INTEGER CHECK (suggested BETWEEN 1 AND 4),
        seconds REAL,
        state INTEGER CHECK (state BETWEEN 1 AND 3),
        step INTEGER,
        stability REAL CHECK (stability > 0),
        difficulty REAL CHECK (difficulty BETWEEN 1 AND 10),
        due INTEGER,
        before INTEGER REFERENCES review (id),
        until INTEGER,
        sitting INTEGER REFERENCES sitting (id),
        CONSTRAINT review_is_whole CHECK (CASE what
            WHEN 'rated' THEN rating + state + stability + difficulty + due IS NOT NULL
                AND (state = 2) = (step IS NULL)
            WHEN 'undone' THEN before IS NOT NULL
            ELSE until IS NOT NULL END)
    )""",
    "CREATE INDEX review_of_card ON review (card, id)",
    "CREATE INDEX review_undone ON review (before) WHERE what = 'undone'",
    "CREATE INDEX review_of_sitting ON review (sitting, card) WHERE sitting IS NOT NULL",
    """CREATE TRIGGER review_follows BEFORE INSERT ON review WHEN new.before IS NOT NULL BEGIN
        SELECT RAISE(ABORT, 'review follows a rating of another card') WHERE NOT EXISTS (
            SELECT 1 FROM review WHERE id = new.before AND card = new.card AND what = 'rated');
    END""",
    # The memory of a card is that of its latest rating that was not taken back: `review`, empty
    # where none is left. `tests` are ratings of what was learnt, `tests_passed` those it passed.
    """CREATE TABLE memory (
        card TEXT PRIMARY KEY,
        review INTEGER REFERENCES review (id),
        state INTEGER,
        step INTEGER,
        stability REAL,
        difficulty REAL,
        due INTEGER,
        last INTEGER,
        reviews INTEGER NOT NULL DEFAULT 0,
        lapses INTEGER NOT NULL DEFAULT 0,
        tests INTEGER NOT NULL DEFAULT 0,
        tests_passed INTEGER NOT NULL DEFAULT 0,
        buried INTEGER
    ) WITHOUT ROWID""",
    # What a rating adds to the counts of its card.
    f"""CREATE VIEW review_count AS SELECT id, lapsed, tested, tested AND rating > 1 AS passed
        FROM (SELECT review.id, review.rating,
            review.rating = 1 AND coalesce(earlier.state = 2, 0) AS lapsed,
            coalesce(earlier.state = 2 AND review.at - earlier.at >= {_TESTED}, 0) AS tested
            FROM review LEFT JOIN review AS earlier ON earlier.id = review.before)""",
    """CREATE TRIGGER review_rates AFTER INSERT ON review WHEN new.what = 'rated' BEGIN
        INSERT OR IGNORE INTO memory (card) VALUES (new.card);
        UPDATE memory SET (reviews, lapses, tests, tests_passed) = (
            SELECT reviews + 1, lapses + lapsed, tests + tested, tests_passed + passed
            FROM review_count WHERE id = new.id)
        WHERE card = new.card;
        UPDATE memory SET review = new.id, state = new.state, step = new.step,
            stability = new.stability, difficulty = new.difficulty, due = new.due, last = new.at
        WHERE card = new.card AND (review IS NULL OR review < new.id);
    END""",
    # Two machines may have taken back the same rating: the first counts.
    """CREATE TRIGGER review_undoes AFTER INSERT ON review WHEN new.what = 'undone' AND NOT EXISTS (
        SELECT 1 FROM review WHERE before = new.before AND what = 'undone' AND id <> new.id
    ) BEGIN
        UPDATE memory SET (reviews, lapses, tests, tests_passed) = (
            SELECT reviews - 1, lapses - lapsed, tests - tested, tests_passed - passed
            FROM review_count WHERE id = new.before)
        WHERE card = new.card;
        UPDATE memory SET (review, state, step, stability, difficulty, due, last) = (
            SELECT id, state, step, stability, difficulty, due, at FROM review AS stands
            WHERE card = new.card AND what = 'rated' AND NOT EXISTS (
                SELECT 1 FROM review WHERE before = stands.id AND what = 'undone')
            ORDER BY id DESC LIMIT 1)
        WHERE card = new.card;
    END""",
    """CREATE TRIGGER review_buries AFTER INSERT ON review WHEN new.what = 'buried' BEGIN
        INSERT INTO memory (card, buried) VALUES (new.card, new.until)
        ON CONFLICT (card) DO UPDATE SET buried = max(coalesce(buried, 0), excluded.buried);
    END""",
    # The newest attempts on each part: what the evidence of a checklist item is read from.
    """CREATE TABLE latest (
        question TEXT NOT NULL,
        part TEXT NOT NULL,
        attempt INTEGER NOT NULL REFERENCES attempt (id),
        seed INTEGER,
        sitting INTEGER,
        verdict TEXT NOT NULL,
        points REAL NOT NULL,
        max_points REAL NOT NULL,
        hints INTEGER NOT NULL,
        misconception TEXT NOT NULL,
        PRIMARY KEY (question, part, attempt)
    ) WITHOUT ROWID""",
    f"""INSERT INTO latest SELECT question, part, id, seed, sitting, verdict, points, max_points,
            hints, misconception
        FROM (SELECT *, row_number() OVER (PARTITION BY question, part ORDER BY id DESC) AS place
            FROM attempt)
        WHERE place <= {LATEST}""",
    f"""CREATE TRIGGER attempt_is_latest AFTER INSERT ON attempt BEGIN
        INSERT INTO latest VALUES (new.question, new.part, new.id, new.seed, new.sitting,
            new.verdict, new.points, new.max_points, new.hints, new.misconception);
        DELETE FROM latest WHERE question = new.question AND part = new.part AND attempt <= (
            SELECT attempt FROM latest WHERE question = new.question AND part = new.part
            ORDER BY attempt DESC LIMIT 1 OFFSET {LATEST});
    END""",
    # Seconds of a sitting's clock by the quarter of an hour in which they passed.
    """CREATE TABLE sitting_time (
        sitting INTEGER NOT NULL REFERENCES sitting (id),
        quarter INTEGER NOT NULL,
        seconds REAL NOT NULL,
        PRIMARY KEY (sitting, quarter)
    ) WITHOUT ROWID""",
    "CREATE INDEX sitting_time_quarter ON sitting_time (quarter)",
    TIME_OF_SITTINGS,
    # Attempts, and the time spent on drills and reviews, by quarters of an hour since 1970.
    # Whole milliseconds, so that the sum is the same in whatever order it was made.
    """CREATE TABLE spent (
        quarter INTEGER PRIMARY KEY,
        attempts INTEGER NOT NULL DEFAULT 0,
        correct INTEGER NOT NULL DEFAULT 0,
        milliseconds INTEGER NOT NULL DEFAULT 0
    )""",
    f"INSERT INTO spent SELECT at / {QUARTER}, count(*), sum(verdict = 'right'),"
    f" sum({_TIME_OF_ATTEMPT.replace('new.', '')}) FROM attempt GROUP BY at / {QUARTER}",
    f"""CREATE TRIGGER attempt_spends AFTER INSERT ON attempt BEGIN
        INSERT INTO spent
        VALUES (new.at / {QUARTER}, 1, new.verdict = 'right', {_TIME_OF_ATTEMPT})
        ON CONFLICT (quarter) DO UPDATE SET
            attempts = attempts + 1,
            correct = correct + excluded.correct,
            milliseconds = milliseconds + excluded.milliseconds;
    END""",
    f"""CREATE TRIGGER review_spends AFTER INSERT ON review
    WHEN new.what = 'rated' AND new.kind = 'review' AND new.seconds > 0 BEGIN
        INSERT INTO spent (quarter, milliseconds) VALUES (new.at / {QUARTER}, {_TIME})
        ON CONFLICT (quarter) DO UPDATE SET milliseconds = milliseconds + excluded.milliseconds;
    END""",
    *(
        f"CREATE TRIGGER review_{event} BEFORE {event} ON review BEGIN"
        " SELECT RAISE(ABORT, 'review is append-only'); END"
        for event in ("UPDATE", "DELETE")
    ),
)

# What brings a file from version i to version i + 1, statement by statement.
MIGRATIONS: tuple[tuple[str, ...], ...] = (_VERSION_1, _VERSION_2)

TABLES = frozenset(
    ["about", "setting", "sitting", "response", "mark", "claim", "attempt", "sitting_part",
     "tally", "latest", "review", "memory", "sitting_time", "spent"]
)  # fmt: skip
