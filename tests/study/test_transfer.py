"""Export, import, backup, restore: complete, lossless, all or nothing."""

from __future__ import annotations

import io
import json
import random
import re
import tempfile
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quizapp.content.model import Exam
from quizapp.errors import BadImport, CannotSave, NewerProgress, ProgressError
from quizapp.marking.grade import Grade, PartGrade
from quizapp.study.files import NAME
from quizapp.study.marks import Mark
from quizapp.study.memory import Rating
from quizapp.study.progress import Progress
from quizapp.study.schema import MIGRATIONS

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
WRONG = PartGrade(
    part="b", verdict="wrong", points=0, max_points=2.5, misconception="conv/no-bias",
    cells=(True, False),
)  # fmt: skip


def exported(progress: Progress) -> list[bytes]:
    out = io.BytesIO()
    progress.export(out, now=NOW)
    return out.getvalue().splitlines(keepends=True)


def everything(progress: Progress) -> dict[str, list[tuple[object, ...]]]:
    """All rows of all tables, but for who holds a sitting."""
    tables = ["setting", "response", "mark", "claim", "attempt", "sitting_part", "tally", "latest"]
    tables += ["review", "memory", "sitting_time", "spent"]
    rows = {table: progress.rows(f"SELECT * FROM {table} ORDER BY 1, 2") for table in tables}
    sittings = [progress.sitting(line.id) for line in progress.sittings()]
    return rows | {"sitting": [(sitting,) for sitting in sittings]}


@pytest.fixture
def studied(progress: Progress, exam: Exam) -> Progress:
    """A finished sitting that is half marked, an open one, claims, settings, a drill."""
    first = progress.start_sitting(now=NOW, seed=5, givens={"q04": {"h": [1.0, 2, "x", True]}})
    progress.save_sitting(
        first.id, now=NOW, window="w", seconds_used=6720.25, interruptions=1, later={"q07"},
        responses={("q04", "b"): ("600", 3), ("q13", "b"): ("h[t] [MASK] [/x]\n\x00½", 2)},
    )  # fmt: skip
    progress.finish_sitting(first.id, now=NOW, exam=exam)
    progress.record_grades(first.id, [Grade(question="q04", parts=(WRONG,))], now=NOW)
    progress.record_marks(first.id, "q13", "b", {"sum": Mark(points=1)}, now=NOW)
    progress.record_marks(first.id, "q13", "b", {"sum": Mark(points=0.5, flagged=True)}, now=NOW)
    second = progress.start_sitting(now=NOW, minutes=None)
    progress.save_sitting(second.id, now=NOW, window="w", responses={("q01", "a"): ("x", 1)})
    progress.claim("w4-5", True, now=NOW)
    progress.claim("w4-5", False, now=NOW)
    progress.set_setting("exam date", "2026-12-04", now=NOW)
    progress.record_attempt("conv", WRONG, now=NOW, kind="drill", response="600", hints=1)
    progress.record_variant(
        Grade(question="conv", parts=(WRONG,)), {"b": "600"}, now=NOW, kind="drill", seed=7,
        seconds=31.5, first_try=True,
    )  # fmt: skip
    model = progress.model(NOW)
    progress.rate("iv-01", Rating.GOOD, suggested=Rating.GOOD, model=model, now=NOW, seconds=40)
    progress.rate("iv-02", Rating.EASY, suggested=None, model=model, now=NOW)
    progress.undo_rating(NOW)
    progress.bury("w8-2", NOW)
    return progress


@pytest.fixture
def other(tmp_path: Path) -> Progress:
    return Progress.open(tmp_path / "other", now=NOW)


def test_an_export_is_complete_and_lossless(studied: Progress, other: Progress) -> None:
    lines = exported(studied)
    imported = other.import_lines(lines)
    assert (imported.new, imported.known) == (len(lines) - 2, 0)
    assert everything(other) == everything(studied)
    assert exported(other) == lines
    other.close()


def test_lines_are_json_with_a_header_and_a_count(studied: Progress) -> None:
    lines = [json.loads(line) for line in exported(studied)]
    assert lines[0] == {"record": "header", "version": 2, "exported": "2026-11-20T09:00:00Z"}
    assert lines[-1] == {"record": "end", "records": len(lines) - 2}
    (drill,) = [line for line in lines if line.get("kind") == "drill" and line.get("hints")]
    assert drill["question"] == "conv"
    assert drill["at"] == "2026-11-20T09:00:00Z"
    assert drill["detail"] == {"cells": [True, False]}


def test_importing_twice_adds_nothing(studied: Progress, other: Progress) -> None:
    lines = exported(studied)
    before = everything(studied)
    assert studied.import_lines(lines).new == 0
    assert everything(studied) == before
    other.import_lines(lines)
    again = other.import_lines(lines)
    assert (again.new, again.known) == (0, len(lines) - 2)
    assert everything(other) == before
    other.close()


def test_two_histories_become_one(studied: Progress, other: Progress) -> None:
    """Desktop and laptop: each has attempts that the other lacks."""
    other.record_attempt("conv", WRONG, now=NOW, kind="drill", response="601")
    other.claim("w9-1", True, now=NOW)
    other.import_lines(exported(studied))
    studied.import_lines(exported(other))
    assert everything(studied) == everything(other)
    assert studied.attempt_counts()["conv", "b"].attempts == 3
    assert list(studied.claims()) == ["w9-1"]
    other.close()


def test_an_open_sitting_moves_forward_and_never_back(
    progress: Progress, other: Progress, exam: Exam
) -> None:
    hour = timedelta(hours=1)
    sitting = progress.start_sitting(now=NOW)
    save = {("q01", "a"): ("early", 0), ("q02", "a"): ("kept", 0)}
    progress.save_sitting(sitting.id, now=NOW, window="w", responses=save)
    early = exported(progress)
    other.import_lines(early)
    progress.save_sitting(
        sitting.id, now=NOW + hour, window="w", responses={("q01", "a"): ("late", 0)}, at="q05"
    )
    progress.finish_sitting(sitting.id, now=NOW + 2 * hour, exam=exam)
    late = exported(progress)
    other.import_lines(late)
    assert everything(other) == everything(progress)
    assert other.sitting(sitting.id).text("q01", "a") == "late"
    other.import_lines(early)
    assert everything(other) == everything(progress)
    other.close()


# ----------------------------------------------------------------------- a year of data


def a_year(folder: Path, exam: Exam) -> datetime:
    """350 days of drills, reviews, burials, undone ratings, sittings, ticks; returns the end."""
    rng = random.Random(7)
    now = NOW - timedelta(days=365)
    with Progress.open(folder, now=now) as progress:
        for day in range(350):
            now += timedelta(days=1, minutes=rng.randrange(-90, 90))
            model = progress.model(now)
            for card in progress.due(now)[:4]:
                rating = rng.choice(list(Rating))
                progress.rate(
                    card, rating, suggested=rng.choice([None, rating]), model=model, now=now,
                    seconds=rng.uniform(1, 2000), seen=progress.memory(card),
                )  # fmt: skip
            if rng.random() < 0.3:
                progress.undo_rating(now)
            for _ in range(2):
                right = rng.random() < 0.6
                grade = PartGrade(
                    part="a", verdict="right" if right else "wrong", points=2.0 * right,
                    max_points=2, misconception="" if right else "conv/no-bias",
                )  # fmt: skip
                progress.record_variant(
                    Grade(question=f"template-{rng.randrange(40)}", parts=(grade,)),
                    {"a": str(rng.random())}, now=now, kind="drill", seed=rng.getrandbits(40),
                    hints={"a": rng.randrange(3)}, seconds=rng.uniform(0, 100),
                    first_try=rng.random() < 0.8,
                )  # fmt: skip
            if rng.random() < 0.1:
                progress.bury(f"template-{rng.randrange(40)}", now)
            progress.claim(f"w{rng.randrange(2, 12)}-1", rng.random() < 0.7, now=now)
            if day % 50 == 0:
                a_sitting(progress, exam, now, rng)
        progress.set_setting("exam_date", "2027-01-15", now=now)
    return now


def a_sitting(progress: Progress, exam: Exam, now: datetime, rng: random.Random) -> None:
    sitting = progress.start_sitting(now=now, seed=rng.getrandbits(30))
    for minute in range(0, 120, 20):
        progress.save_sitting(
            sitting.id, now=now + timedelta(minutes=minute), window="w",
            seconds_used=60.0 * minute + rng.random(),
            responses={("q04", "b"): (f"{minute} biases", 2)},
        )  # fmt: skip
    now += timedelta(minutes=120)
    progress.finish_sitting(sitting.id, now=now, exam=exam)
    for question in exam.questions[: rng.randrange(20)]:
        parts = tuple(
            PartGrade(part=part.id, verdict="partly", points=part.points / 2,
                      max_points=part.points)
            for part in question.parts
        )  # fmt: skip
        progress.record_grades(sitting.id, [Grade(question=question.id, parts=parts)], now=now)


def test_a_year_goes_out_and_comes_back(folder: Path, other: Progress, exam: Exam) -> None:
    end = a_year(folder, exam)
    with Progress.open(folder, now=end) as progress:
        lines = exported(progress)
        counts = Counter(json.loads(line)["record"] for line in lines)
        assert counts["review"] > 1500
        assert counts["attempt"] > 700
        assert other.import_lines(lines).new == len(lines) - 2
        assert everything(other) == everything(progress)
        assert exported(other) == lines
        assert other.import_lines(lines).new == 0
        assert everything(other) == everything(progress)
        since = (NOW - timedelta(days=400)).date()
        assert other.memories() == progress.memories()
        assert other.histories() == progress.histories()
        assert other.activity(since, UTC) == progress.activity(since, UTC)
        assert other.due(end, UTC) == progress.due(end, UTC)
        assert other.model(end) == progress.model(end)
    other.close()


def test_two_machines_review_the_same_cards(folder: Path, other: Progress, exam: Exam) -> None:
    """Each goes on from the same year; in whichever order they meet, both become the same."""
    end = a_year(folder, exam)
    with Progress.open(folder, now=end) as one:
        other.import_lines(exported(one))
        model = one.model(end)
        cards = sorted(one.memories())[:9]
        for number, card in enumerate(cards * 2):
            now = end + timedelta(hours=number)
            for progress in (one, other) if number % 3 else (other,):
                progress.rate(card, Rating(1 + number % 4), suggested=None, model=model, now=now)
            if number % 5 == 0:
                one.undo_rating(now)
                other.undo_rating(now)
            other.bury(card, now)
        first, second = exported(one), exported(other)
        one.import_lines(second)
        other.import_lines(first)
        assert everything(one) == everything(other)
        latest = dict(
            one.rows(
                "SELECT card, max(id) FROM review WHERE what = 'rated' AND id NOT IN"
                " (SELECT before FROM review WHERE what = 'undone') GROUP BY card"
            )
        )
        kept = "SELECT card, review FROM memory WHERE review IS NOT NULL"
        assert dict(one.rows(kept)) == latest
    other.close()


def test_both_took_back_the_same_rating(progress: Progress, other: Progress) -> None:
    model = progress.model(NOW)
    progress.rate("conv", Rating.GOOD, suggested=None, model=model, now=NOW - timedelta(days=9))
    progress.rate("conv", Rating.AGAIN, suggested=None, model=model, now=NOW)
    other.import_lines(exported(progress))
    for machine in (progress, other):
        assert machine.undo_rating(NOW) == "conv"
    other.import_lines(exported(progress))
    assert other.rows("SELECT count(*) FROM review WHERE what = 'undone'") == [(2,)]
    assert other.memories() == progress.memories()
    assert other.histories() == progress.histories()
    assert other.histories()["conv"].reviews == 1
    other.close()


def test_an_export_of_version_1_is_read(studied: Progress, other: Progress) -> None:
    """It has no reviews, and its sittings no times: these count for when they were saved last."""
    lines = [
        line.replace(b'"version":2', b'"version":1')
        for line in exported(studied)
        if b'"record":"review"' not in line and b'"record":"sitting_time"' not in line
    ]
    lines[-1] = b'{"record":"end","records":%d}\n' % (len(lines) - 2)
    assert other.import_lines(lines).new == len(lines) - 2
    assert other.attempt_counts() == studied.attempt_counts()
    assert other.memories() == {}
    assert other.import_lines(lines).new == 0
    ours, theirs = (each.activity(NOW.date(), UTC)[NOW.date()] for each in (studied, other))
    assert theirs.seconds == ours.seconds - 40  # of the review
    other.close()


text = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=30)
times = st.datetimes(datetime(1971, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))
given_value: st.SearchStrategy[object] = st.recursive(
    st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | text,
    lambda values: st.lists(values, max_size=3),
    max_leaves=6,
)


@settings(max_examples=20, deadline=None)
@given(
    responses=st.dictionaries(
        st.tuples(text, text), st.tuples(text, st.integers(0, 99)), max_size=5
    ),
    givens=st.dictionaries(text, st.dictionaries(text, given_value, max_size=2), max_size=2),
    later=st.sets(text, max_size=3),
    seconds=st.floats(0, 1e6),
    claims=st.lists(st.tuples(text, st.booleans(), times), max_size=6),
    values=st.dictionaries(text, given_value, max_size=3),
    when=times,
)
def test_whatever_was_recorded_comes_back(
    responses: dict[tuple[str, str], tuple[str, int]],
    givens: dict[str, dict[str, object]],
    later: set[str],
    seconds: float,
    claims: list[tuple[str, bool, datetime]],
    values: dict[str, object],
    when: datetime,
) -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        Progress.open(Path(folder) / "a", now=NOW) as one,
        Progress.open(Path(folder) / "b", now=NOW) as other,
    ):
        sitting = one.start_sitting(now=when, givens=givens)  # type: ignore[arg-type]
        one.save_sitting(
            sitting.id, now=when, window="w", responses=responses, later=later, seconds_used=seconds
        )
        for item, claimed, at in claims:
            one.claim(item, claimed, now=at)
        for name, value in values.items():
            one.set_setting(name, value, now=when)
        lines = exported(one)
        other.import_lines(lines)
        assert everything(other) == everything(one)
        assert other.sitting(sitting.id) == one.sitting(sitting.id)
        assert other.sitting(sitting.id).givens == givens
        assert exported(other) == lines


# --------------------------------------------------------------------------- bad imports


def without_end(lines: list[bytes]) -> list[bytes]:
    return lines[:-1]


def half(lines: list[bytes]) -> list[bytes]:
    whole = b"".join(lines)
    return whole[: len(whole) // 2].splitlines(keepends=True)


def a_line_missing(lines: list[bytes]) -> list[bytes]:
    return lines[:5] + lines[6:]


def newer(lines: list[bytes]) -> list[bytes]:
    return [b'{"record":"header","version":3,"made":"tomorrow"}\n', *lines[1:]]


def not_ours(_: list[bytes]) -> list[bytes]:
    return [b"name,points\n", b"q01,3\n"]


def binary(_: list[bytes]) -> list[bytes]:
    return [b"\xff\xfe\x00", b"\x80"]


def unknown_field(lines: list[bytes]) -> list[bytes]:
    return [lines[0], b'{"record":"claim","id":9,"at":"2026-11-20T09:00:00Z","items":"x"}\n']


def no_zone(lines: list[bytes]) -> list[bytes]:
    claim = b'{"record":"claim","id":9,"at":"2026-11-20T09:00:00","item":"x","claimed":true}\n'
    return [lines[0], claim]


def huge_id(lines: list[bytes]) -> list[bytes]:
    claim = b'{"record":"claim","id":9223372036854775807,"at":"2026-11-20T09:00:00Z","item":"x"'
    return [lines[0], claim + b',"claimed":true}\n']


def strange_grade(lines: list[bytes]) -> list[bytes]:
    return [line.replace(b'"cells":[true,false]', b'"cells":"yes"') for line in lines]


def more_after_the_end(lines: list[bytes]) -> list[bytes]:
    return [*lines, lines[1]]


def empty(_: list[bytes]) -> list[bytes]:
    return []


def undone_before_it_was_rated(lines: list[bytes]) -> list[bytes]:
    """A rating that another follows comes after it."""
    first = next(n for n, line in enumerate(lines) if b'"what":"undone"' in line)
    return [*lines[: first - 1], lines[first], lines[first - 1], *lines[first + 1 :]]


def rating_out_of_range(lines: list[bytes]) -> list[bytes]:
    return [line.replace(b'"rating":3', b'"rating":7') for line in lines]


def rating_without_memory(lines: list[bytes]) -> list[bytes]:
    return [re.sub(rb'"stability":[\d.]+', b'"stability":null', line) for line in lines]


def endless_stability(lines: list[bytes]) -> list[bytes]:
    return [re.sub(rb'"stability":[\d.]+', b'"stability":1e999', line) for line in lines]


def orphan_attempt(lines: list[bytes]) -> list[bytes]:
    return [line for line in lines if b'"record":"sitting"' not in line]


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (without_end, "The file is cut off: lines at its end are missing. Nothing was imported."),
        (half, "the file is damaged or cut off. Nothing was imported."),
        (a_line_missing, "The file is cut off"),
        (newer, "This export was written by a newer quizapp (format 3; this one reads format 2)."),
        (not_ours, "This is no export of quizapp: its first line is no header."),
        (binary, "This is no export of quizapp"),
        (empty, "The file is cut off"),
        (unknown_field, "Line 2 can't be read"),
        (no_zone, "Line 2 can't be read"),
        (huge_id, "Line 2 can't be read"),
        (strange_grade, "can't be read"),
        (undone_before_it_was_rated, "does not go with the lines before it"),
        (rating_out_of_range, "can't be read"),
        (rating_without_memory, "does not go with the lines before it"),
        (endless_stability, "can't be read"),
        (more_after_the_end, "is not in the place where an export has it."),
        (orphan_attempt, "does not go with the lines before it"),
    ],
)
def test_a_bad_file_changes_nothing(
    studied: Progress,
    other: Progress,
    spoil: Callable[[list[bytes]], list[bytes]],
    sentence: str,
) -> None:
    other.claim("w9-1", True, now=NOW)
    before = everything(other)
    with pytest.raises(BadImport) as refusal:
        other.import_lines(spoil(exported(studied)))
    assert sentence in str(refusal.value)
    assert str(refusal.value).endswith("Nothing was imported.")
    assert "\n" not in str(refusal.value)
    assert everything(other) == before
    other.close()


def test_cut_off_anywhere_is_noticed(studied: Progress, tmp_path: Path) -> None:
    whole = b"".join(exported(studied))
    with Progress.open(tmp_path / "third", now=NOW) as third:
        for length in range(0, len(whole) - 1, 97):
            with pytest.raises(BadImport):
                third.import_lines(whole[:length].splitlines(keepends=True))
        assert third.sittings() == []
        third.import_lines(whole.splitlines(keepends=True))
        assert everything(third) == everything(studied)


def test_files(studied: Progress, other: Progress, tmp_path: Path) -> None:
    target = tmp_path / "progress.jsonl"
    records = studied.export_to(target, now=NOW)
    assert [path.name for path in tmp_path.glob("progress.jsonl*")] == ["progress.jsonl"]
    imported = other.import_from(target)
    assert str(imported) == f"{records} records imported; 0 were here already."
    with pytest.raises(ProgressError, match=r"no-such.jsonl can't be read: No such file"):
        other.import_from(tmp_path / "no-such.jsonl")
    with pytest.raises(ProgressError, match=r"can't be written: "):
        other.export_to(tmp_path / "no" / "such" / "folder.jsonl", now=NOW)
    other.close()


# ------------------------------------------------------------------- backup and restore


def test_a_backup_is_restored(studied: Progress, folder: Path) -> None:
    before = everything(studied)
    backup = studied.backup(now=NOW)
    assert backup == folder / "backups" / "progress-20261120-090000.sqlite3"
    studied.claim("w9-1", True, now=NOW)
    after = everything(studied)
    later = NOW + timedelta(days=1)
    kept = studied.restore(backup, now=later)
    assert everything(studied) == before
    assert studied.rows("PRAGMA journal_mode") == [("wal",)]
    studied.restore(kept, now=later)
    assert everything(studied) == after
    assert len(studied.backups()) == 3
    studied.claim("w9-2", True, now=later)
    studied.close()
    with Progress.open(folder, now=later) as progress:
        assert sorted(progress.claims()) == ["w9-1", "w9-2"]


def test_a_restored_backup_is_seen_by_the_other_window(studied: Progress, folder: Path) -> None:
    backup = studied.backup(now=NOW)
    with Progress.open(folder, now=NOW) as window:
        studied.claim("w9-1", True, now=NOW)
        assert list(window.claims()) == ["w9-1"]
        studied.restore(backup, now=NOW)
        assert window.claims() == {}
        window.claim("w9-2", True, now=NOW)
        assert list(studied.claims()) == ["w9-2"]


def test_two_backups_in_one_second_are_two_files(progress: Progress) -> None:
    assert progress.backup(now=NOW) != progress.backup(now=NOW)
    assert len(progress.backups()) == 2


def test_what_can_not_be_restored_changes_nothing(studied: Progress, tmp_path: Path) -> None:
    before = everything(studied)
    spoiled = tmp_path / "spoiled.sqlite3"
    spoiled.write_bytes(studied.backup(now=NOW).read_bytes()[:20_000])
    text_file = tmp_path / "notes.txt"
    text_file.write_text("no backup")
    for path, sentence in (
        (tmp_path / "missing.sqlite3", "There is no backup"),
        (spoiled, "it is damaged or no backup of quizapp. Nothing was changed."),
        (text_file, "it is damaged or no backup of quizapp. Nothing was changed."),
    ):
        with pytest.raises(ProgressError, match=sentence):
            studied.restore(path, now=NOW)
    assert everything(studied) == before


def test_a_backup_of_a_newer_version_is_refused(studied: Progress, tmp_path: Path) -> None:
    migrations = (*MIGRATIONS, ("CREATE TABLE card (id INTEGER PRIMARY KEY)",))
    with Progress.open(tmp_path / "newer", now=NOW, migrations=migrations) as newer_progress:
        backup = newer_progress.backup(now=NOW)
    with pytest.raises(NewerProgress):
        studied.restore(backup, now=NOW)


def test_backups_from_memory(tmp_path: Path) -> None:
    """Where nothing can be written, an export still saves what was done."""
    (tmp_path / "file").touch()
    with Progress.open(tmp_path / "file" / "x", now=NOW) as progress:
        progress.claim("w4-5", True, now=NOW)
        with pytest.raises(
            ProgressError, match=r"backups/progress-\d+-\d+.sqlite3 can't be written"
        ):
            progress.backup(now=NOW)
        assert progress.export_to(tmp_path / "saved.jsonl", now=NOW) == 1
        with pytest.raises(CannotSave, match="nothing will be remembered"):
            progress.import_from(tmp_path / "saved.jsonl")
    with Progress.open(tmp_path / NAME, now=NOW) as progress:
        progress.import_from(tmp_path / "saved.jsonl")
        assert list(progress.claims()) == ["w4-5"]
