"""Opening, migrating, and every way in which the file can be wrong."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
import tempfile
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from quizapp.errors import CannotSave, NewerProgress
from quizapp.study.files import NAME, data_folder, header_version
from quizapp.study.progress import Progress
from quizapp.study.schema import MIGRATIONS

NEXT = (*MIGRATIONS, ("ALTER TABLE claim ADD COLUMN why TEXT NOT NULL DEFAULT ''",))


def contents(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def is_whole(path: Path) -> bool:
    db = sqlite3.connect(path)
    try:
        return bool(db.execute("PRAGMA integrity_check").fetchone() == ("ok",))
    finally:
        db.close()


def run(program: str, folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-uc", program, str(folder)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def filled(folder: Path, now: datetime) -> int:
    """A file with a sitting, a response and twenty claims; returns the sitting's id."""
    with Progress.open(folder, now=now) as progress:
        sitting = progress.start_sitting(now=now)
        progress.save_sitting(
            sitting.id, now=now, window="w", responses={("q01", "a"): ("gradients vanish", 9)}
        )
        for number in range(20):
            progress.claim(f"w2-{number}", True, now=now)
    return sitting.id


# ------------------------------------------------------------------------------- folder


def test_the_data_folder_can_be_moved(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("QUIZAPP_DATA_DIR", str(tmp_path / "elsewhere"))
    assert data_folder() == tmp_path / "elsewhere"


def test_by_default_it_is_the_platforms_own(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("QUIZAPP_DATA_DIR", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert data_folder().name == "quizapp"


def test_a_new_file_is_current_and_saves(folder: Path, now: datetime) -> None:
    with Progress.open(folder, now=now) as progress:
        assert progress.can_save
        assert progress.notices == ()
        assert progress.path == folder / NAME
        assert progress.rows("PRAGMA journal_mode") == [("wal",)]
        assert progress.rows("PRAGMA synchronous") == [(1,)]  # NORMAL
        assert progress.rows("PRAGMA foreign_keys") == [(1,)]
        assert progress.rows("PRAGMA user_version") == [(len(MIGRATIONS),)]


@pytest.mark.parametrize(
    ("when", "error"),
    [
        (datetime(2026, 11, 20, 9, 0), ValueError),
        (datetime(2026, 11, 20, 9, 0, tzinfo=timezone(timedelta(hours=1))), ValueError),
        ("2026-11-20T09:00:00Z", TypeError),
        (1795165200.0, TypeError),
    ],
)
def test_only_utc_times_are_taken(progress: Progress, when: object, error: type[Exception]) -> None:
    with pytest.raises(error, match=r"UTC"):
        progress.claim("w4-5", True, now=when)  # type: ignore[arg-type]
    assert progress.claims() == {}


@pytest.mark.parametrize("table", ["attempt", "mark", "claim"])
def test_what_happened_can_not_be_changed(progress: Progress, now: datetime, table: str) -> None:
    sitting = progress.start_sitting(now=now)
    progress.rows(
        "INSERT INTO attempt VALUES (1, 1, 'drill', 'q', 'a', NULL, '', 'right', 1, 1, '', 0,"
        " NULL, NULL, '{}')"
    )
    progress.rows("INSERT INTO claim VALUES (1, 1, 'w', 1)")
    progress.rows("INSERT INTO mark VALUES (1, 1, ?, 'q', 'a', 'c', NULL, '', NULL, 0)", sitting.id)
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        progress.rows(f"DELETE FROM {table}")
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        progress.rows(f"UPDATE {table} SET at = 2")


# --------------------------------------------------------------------------- migrations


def test_a_migration_makes_one_backup_first(folder: Path, now: datetime) -> None:
    sitting = filled(folder, now)
    later = now + timedelta(days=3)
    with Progress.open(folder, now=later, migrations=NEXT) as progress:
        assert progress.rows("PRAGMA user_version") == [(len(NEXT),)]
        assert progress.rows("SELECT DISTINCT why FROM claim") == [("",)]
        assert progress.sitting(sitting).text("q01", "a") == "gradients vanish"
        assert progress.backups() == [
            (folder / "backups" / "progress-20261123-090000.sqlite3", later)
        ]
    with Progress.open(folder, now=later, migrations=NEXT) as progress:
        assert len(progress.backups()) == 1
    backup = folder / "backups" / "progress-20261123-090000.sqlite3"
    assert header_version(backup) == len(MIGRATIONS)
    assert is_whole(backup)


def test_a_migration_that_fails_changes_nothing(folder: Path, now: datetime) -> None:
    filled(folder, now)
    broken = (*MIGRATIONS, ("ALTER TABLE claim ADD COLUMN why TEXT", "ALTER TABLE nowhere …"))
    with pytest.raises(sqlite3.OperationalError):
        Progress.open(folder, now=now, migrations=broken)
    with Progress.open(folder, now=now) as progress:
        assert len(progress.claims()) == 20
        assert progress.rows("SELECT * FROM claim LIMIT 1")[0][3:] == (1,)


def test_a_newer_file_is_refused_untouched(folder: Path, now: datetime) -> None:
    filled(folder, now)
    with Progress.open(folder, now=now, migrations=NEXT) as progress:
        progress.rows("UPDATE about SET value = '2.1' WHERE name = 'written_by'")
    before = contents(folder)
    with pytest.raises(NewerProgress) as refusal:
        Progress.open(folder, now=now)
    assert str(refusal.value) == (
        "This progress file was written by quizapp 2.1. Update quizapp; the file was not touched."
    )
    assert contents(folder) == before


# ------------------------------------------------------------------------------- damage


def garbage(path: Path) -> None:
    path.write_bytes(b"this is no database\n" * 500)


def truncated(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def first_page_overwritten(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:100] + bytes(3996) + path.read_bytes()[4096:])


def someone_elses(path: Path) -> None:
    path.unlink()
    db = sqlite3.connect(path)
    db.execute("CREATE TABLE recipes (name TEXT)")
    db.commit()
    db.close()


def a_table_missing(path: Path) -> None:
    db = sqlite3.connect(path)
    db.execute("DROP TABLE tally")
    db.commit()
    db.close()


@pytest.mark.parametrize(
    "damage", [garbage, truncated, first_page_overwritten, someone_elses, a_table_missing]
)
def test_a_damaged_file_is_set_aside_whole(folder: Path, now: datetime, damage: object) -> None:
    filled(folder, now)
    damage(folder / NAME)  # type: ignore[operator]
    broken = (folder / NAME).read_bytes()
    with Progress.open(folder, now=now) as progress:
        kept = folder / "damaged" / "progress-20261120-090000.sqlite3"
        assert progress.notices == (
            "Your progress file could not be read. It was moved, not deleted, to"
            f" {kept}. A new one is in use.",
        )
        assert kept.read_bytes() == broken
        assert progress.claims() == {}
        assert progress.can_save
        progress.claim("w4-5", True, now=now)
    with Progress.open(folder, now=now) as progress:
        assert list(progress.claims()) == ["w4-5"]
        assert progress.notices == ()


def test_the_notice_names_the_newest_backup(
    folder: Path, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Progress.open(folder, now=now) as progress:
        progress.backup(now=datetime(2026, 11, 10, 8, 0, tzinfo=UTC))
        progress.backup(now=datetime(2026, 11, 18, 21, 40, tzinfo=UTC))
    garbage(folder / NAME)
    monkeypatch.setenv("TZ", "UTC")
    with Progress.open(folder, now=now) as progress:
        assert progress.notices[0].endswith(
            "A new one is in use. Backup of 18 November 21:40: see Restore a backup in Commands."
        )


def test_damage_found_while_reading_is_set_aside_at_the_next_start(
    folder: Path, now: datetime
) -> None:
    """The middle of a file is not read at the start: it would take too long."""
    filled(folder, now)
    path = folder / NAME
    db = sqlite3.connect(path)
    ((page,),) = db.execute("SELECT rootpage FROM sqlite_master WHERE name = 'claim'").fetchall()
    ((size,),) = db.execute("PRAGMA page_size").fetchall()
    db.close()
    whole = path.read_bytes()
    path.write_bytes(whole[: (page - 1) * size] + b"\xa5" * size + whole[page * size :])
    with Progress.open(folder, now=now) as progress, pytest.raises(CannotSave) as fault:
        progress.rows("SELECT * FROM claim")
    assert str(fault.value) == (
        f"{path} is damaged. Your text stays here; at the next start the file is moved aside,"
        " not deleted."
    )
    with Progress.open(folder, now=now) as progress:
        assert "It was moved, not deleted" in progress.notices[0]
        assert progress.claims() == {}
    with Progress.open(folder, now=now) as progress:
        assert progress.notices == ()


def test_a_false_suspicion_costs_nothing(folder: Path, now: datetime) -> None:
    filled(folder, now)
    (folder / f"{NAME}-suspected").touch()
    with Progress.open(folder, now=now) as progress:
        assert progress.notices == ()
        assert len(progress.claims()) == 20
    assert not (folder / f"{NAME}-suspected").exists()


def test_an_empty_file_becomes_a_new_one(folder: Path, now: datetime) -> None:
    folder.mkdir()
    (folder / NAME).touch()
    with Progress.open(folder, now=now) as progress:
        assert progress.notices == ()
        progress.claim("w4-5", True, now=now)


# ----------------------------------------------------------------------- can't be written


def test_below_a_file_there_is_no_folder(tmp_path: Path, now: datetime) -> None:
    """A folder nobody can make, not even root."""
    (tmp_path / "file").write_text("in the way")
    with Progress.open(tmp_path / "file" / "data", now=now) as progress:
        assert not progress.can_save
        assert progress.notices == (
            f"{tmp_path}/file/data/{NAME} can't be written. You can practise, but nothing will be"
            " remembered. Set QUIZAPP_DATA_DIR to another folder.",
        )
        progress.claim("w4-5", True, now=now)
        assert list(progress.claims()) == ["w4-5"]
        assert progress.start_sitting(now=now).id == progress.sittings()[0].id


def test_a_read_only_folder_still_shows_what_is_there(now: datetime) -> None:
    """Permissions don't bind root, so that a process started by root becomes another user."""
    program = (
        "import os, sys, pathlib\n"
        "from datetime import datetime, UTC\n"
        "from quizapp.study.progress import Progress\n"
        "if os.geteuid() == 0:\n"
        "    os.setuid(65534)\n"
        "now = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)\n"
        "with Progress.open(pathlib.Path(sys.argv[1]), now=now) as progress:\n"
        "    print(progress.can_save, len(progress.claims()), len(progress.notices))\n"
        "    progress.claim('w9-1', True, now=now)\n"
        "    print(len(progress.claims()))\n"
    )
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "data"
        filled(folder, now)
        Path(name).chmod(0o755)
        (folder / NAME).chmod(0o444)
        folder.chmod(0o555)
        answer = run(program, folder)
        assert answer.stdout.split() == ["False", "20", "1", "21"], answer.stderr
        folder.chmod(0o755)
        (folder / NAME).chmod(0o644)
        with Progress.open(folder, now=now) as progress:
            assert len(progress.claims()) == 20


def test_a_full_disk_is_told_and_nothing_is_lost(progress: Progress, now: datetime) -> None:
    sitting = progress.start_sitting(now=now)
    saved = {("q01", "a"): ("short", 5)}
    progress.save_sitting(sitting.id, now=now, window="w", responses=saved)
    ((pages,),) = progress.rows("PRAGMA page_count")
    progress.rows(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(CannotSave) as fault:
        progress.save_sitting(
            sitting.id, now=now, window="w", responses={("q01", "a"): ("long " * 20_000, 5)}
        )
    assert str(fault.value) == (
        "Not saved: the disk is full. Your text stays here; saving is tried again every 5 seconds."
    )
    assert progress.sitting(sitting.id).text("q01", "a") == "short"
    progress.rows("PRAGMA max_page_count = 1000000")
    progress.save_sitting(
        sitting.id, now=now, window="w", responses={("q01", "a"): ("long " * 20_000, 5)}
    )
    assert progress.sitting(sitting.id).text("q01", "a") == "long " * 20_000


def test_a_file_that_may_not_grow(folder: Path, now: datetime) -> None:
    """The system refuses to write past a size, as a quota does; later it allows it again."""
    program = (
        "import resource, sys, pathlib\n"
        "from datetime import datetime, UTC\n"
        "from quizapp.errors import CannotSave\n"
        "from quizapp.study.progress import Progress\n"
        "now = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)\n"
        "progress = Progress.open(pathlib.Path(sys.argv[1]), now=now)\n"
        "sitting = progress.start_sitting(now=now)\n"
        "hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, hard))\n"
        "saved = 0\n"
        "text = 'x' * 3000\n"
        "def save(n):\n"
        "    progress.save_sitting(sitting.id, now=now, window='w',\n"
        "        responses={('q', f'p{n}'): (text, 0)})\n"
        "try:\n"
        "    for n in range(1000):\n"
        "        save(n)\n"
        "        saved += 1\n"
        "except CannotSave as fault:\n"
        "    print(fault, file=sys.stderr)\n"
        "assert len(progress.sitting(sitting.id).responses['q']) == saved\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))\n"
        "save(saved)\n"
        "print(saved + 1)\n"
        "import os; os.kill(os.getpid(), 9)\n"
    )
    answer = run(program, folder)
    assert "Not saved: " in answer.stderr
    assert "saving is tried again every 5 seconds." in answer.stderr
    saved = int(answer.stdout)
    assert 10 < saved < 1000
    with Progress.open(folder, now=now) as progress:
        sitting = progress.open_sitting()
        assert sitting is not None
        assert len(sitting.responses["q"]) == saved
    assert is_whole(folder / NAME)


def test_another_window_that_keeps_writing_is_told(folder: Path, now: datetime) -> None:
    with Progress.open(folder, now=now) as one, Progress.open(folder, now=now) as other:
        other.patience = 0.05
        with one.writing() as db:
            db.execute("INSERT INTO claim VALUES (1, 1, 'w2-1', 1)")
            with pytest.raises(CannotSave, match="another window is writing"):
                other.claim("w2-2", True, now=now)
            assert other.claims() == {}  # reading goes on
        other.claim("w2-2", True, now=now)
        assert sorted(one.claims()) == ["w2-1", "w2-2"]


def claim_twice_under_one_id(progress: Progress) -> None:
    with progress.writing() as db:
        for _ in range(2):
            db.execute("INSERT INTO claim VALUES (1, 1, 'w2-1', 1)")


def test_a_transaction_that_raises_leaves_nothing(progress: Progress, now: datetime) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        claim_twice_under_one_id(progress)
    assert progress.claims() == {}
    progress.claim("w2-1", True, now=now)


def test_the_folder_may_be_moved_between_two_starts(
    folder: Path, tmp_path: Path, now: datetime
) -> None:
    filled(folder, now)
    shutil.move(folder, tmp_path / "moved")
    with Progress.open(tmp_path / "moved", now=now) as progress:
        assert len(progress.claims()) == 20
