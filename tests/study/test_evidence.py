"""What the attempts say of a checklist item, whatever the learner claims."""

from __future__ import annotations

import random
import sqlite3
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from quizapp.content.model import (
    ChecklistItem,
    Exam,
    Library,
    Part,
    Question,
    Template,
    TemplateSet,
    WeekFile,
)
from quizapp.marking.grade import Grade, PartGrade, Verdict
from quizapp.study import evidence
from quizapp.study.evidence import Evidence
from quizapp.study.files import NAME
from quizapp.study.progress import Progress
from quizapp.study.schema import APPLICATION_ID, LATEST, MIGRATIONS
from quizapp.study.times import micros

PARAMS = Template(
    id="params", week=4, concepts=("conv-params", "padding"), prompt="…", difficulty=1,
    parts=(Part(id="a", points=2, kind="integer"), Part(id="b", points=1, kind="shape")),
)  # fmt: skip
KERNELS = Template(
    id="kernels", week=4, concepts=("kernels",), prompt="…", difficulty=2,
    parts=(Part(id="a", points=1, kind="matrix"),),
)  # fmt: skip
Q04 = Question(
    id="q04", title="Output", week=4, points=3, concepts=("conv-params",), prompt="…",
    parts=(Part(id="a", points=3, kind="text"),),
)  # fmt: skip
COUNT = ChecklistItem(
    id="w4-1", claim="I can count parameters", concepts=("conv-params",), questions=("q04",)
)
APPLY = ChecklistItem(id="w4-2", claim="I can apply kernels", concepts=("kernels", "padding"))
SAY = ChecklistItem(id="w4-3", claim="I can say why", concepts=("why",))
WEEK = WeekFile(week=4, title="Week 4", insight="…", checklist=(COUNT, APPLY, SAY), notes=())
LIBRARY = Library(
    exam=Exam(title="Practice exam", minutes=120, questions=(Q04,)), weeks=(WEEK,)
)  # fmt: skip
TEMPLATES = TemplateSet(templates=(PARAMS, KERNELS))


class Learner:
    """Records attempts, a minute apart."""

    def __init__(self, progress: Progress, now: datetime) -> None:
        self.progress, self.now, self.seed = progress, now, 0

    def tries(self, verdicts: str, question: str = "params", part: str = "a") -> None:
        """One variant for each letter: r right, w wrong, n wrong as no-bias gives it."""
        for letter in verdicts:
            self.seed += 1
            self.one(question, part, "right" if letter == "r" else "wrong",
                     misconception="conv-params/no-bias" if letter == "n" else "")  # fmt: skip

    def one(
        self, question: str = "params", part: str = "a", verdict: Verdict = "right",
        points: float | None = None, hints: int = 0, seed: int | None = None,
        misconception: str = "",
    ) -> None:  # fmt: skip
        self.now += timedelta(minutes=1)
        got = points if points is not None else 2.0 if verdict == "right" else 0.0
        grade = PartGrade(
            part=part, verdict=verdict, points=got, max_points=2, misconception=misconception
        )
        self.progress.record_attempt(
            question, grade, now=self.now, kind="drill", response="1", hints=hints,
            seed=self.seed if seed is None else seed,
        )  # fmt: skip

    def found(self, item: ChecklistItem = COUNT) -> Evidence:
        found = evidence.evidence(LIBRARY, TEMPLATES, self.progress, WEEK.checklist)
        return found[item.id]


@pytest.fixture
def learner(progress: Progress, now: datetime) -> Learner:
    return Learner(progress, now)


@pytest.mark.parametrize(
    ("verdicts", "status", "text"),
    [
        ("", "none", "none"),
        ("r", "little", "1 of 1"),
        ("wr", "little", "1 of 2"),
        ("ww", "little", "0 of 2"),
        ("rrr", "evidenced", "3 of 3"),
        ("rwrrrr", "evidenced", "5 of 6"),
        ("rrrrwrrr", "evidenced", "7 of 8"),
        ("rrrr", "evidenced", "4 of 4"),
        ("rwrrr", "evidenced", "4 of 5"),
        ("rrwr", "shaky", "3 of 4"),
        ("rrw", "shaky", "2 of 3"),
        ("rrrrrrww", "shaky", "6 of 8"),
        ("rwrwrwrw", "shaky", "4 of 8"),
        ("rrwww", "against", "2 of 5"),
        ("rww", "against", "1 of 3"),
        ("wwwwwrrr", "shaky", "3 of 8"),  # the last three are right: it may be learnt now
        ("wwwwrrrw", "against", "3 of 8"),
        ("wwwwwwrrrrrrrr", "evidenced", "8 of 8"),  # only the last eight count
        ("rrrrrrrrwwwwww", "against", "2 of 8"),
    ],
)
def test_status_of_first_tries(learner: Learner, verdicts: str, status: str, text: str) -> None:
    learner.tries(verdicts)
    found = learner.found()
    assert (found.status, found.text) == (status, text)


def test_hints_steps_and_retries(learner: Learner) -> None:
    learner.one(seed=1, hints=1, points=1.5)
    assert learner.found().text == "0 of 1"
    learner.one(seed=2, points=0.0)  # right, with all steps seen
    assert learner.found().text == "0 of 2"
    learner.one(seed=3, verdict="wrong")
    learner.one(seed=3, verdict="right", points=0.0)  # again, the same numbers
    learner.one(seed=3, verdict="right")
    assert learner.found().text == "0 of 3"
    learner.one(seed=4, verdict="right")
    learner.one(seed=4, verdict="wrong")
    assert learner.found().text == "1 of 4"


def test_a_second_try_counts_for_nothing_once_its_first_is_not_at_hand(learner: Learner) -> None:
    for seed in range(1, 6):
        learner.one(seed=seed, verdict="wrong")
        learner.one(seed=seed, verdict="right")
    assert learner.found().text == "0 of 5"
    learner.one(seed=6, verdict="wrong")  # eleven attempts, of which ten are kept at hand
    assert learner.found().text == "0 of 5"
    learner.tries("r" * 9)
    assert learner.found().text == "8 of 8"


def test_nothing_typed_says_nothing(learner: Learner) -> None:
    learner.one(verdict="empty", seed=1)
    learner.one(verdict="unreadable", seed=2)
    assert learner.found().status == "none"
    learner.one(verdict="right", points=0.0, seed=1)  # after the verdict on another part
    assert learner.found().status == "none"


def test_numbers_are_right_or_not_and_texts_count_by_their_share(learner: Learner) -> None:
    learner.one("kernels", verdict="partly", points=1.5)
    assert learner.found(APPLY).text == "0 of 1"
    learner.one("q04", verdict="partly", points=1.5, seed=2)
    learner.one("q04", verdict="partly", points=2 / 3, seed=3)
    found = learner.found(COUNT)
    assert (found.text, found.right) == ("1 of 2", 1.0)  # 3/4 + 1/3, in halves, rounded down


def test_which_attempts_test_an_item(learner: Learner) -> None:
    learner.tries("rr", "params", "b")  # shares conv-params with one item, padding with the other
    learner.tries("w", "kernels")
    learner.tries("r", "q04")
    learner.tries("w", "unheard-of")
    assert [learner.found(item).text for item in WEEK.checklist] == ["3 of 3", "2 of 3", "none"]
    assert [learner.found(item).templates for item in WEEK.checklist] == [1, 2, 0]


def test_a_part_of_a_sitting_counts_once_as_it_was_marked_last(
    learner: Learner, progress: Progress, now: datetime
) -> None:
    for points in (0.0, 3.0):
        sitting = progress.start_sitting(now=now)
        progress.finish_sitting(sitting.id, now=now, exam=LIBRARY.exam)
        for marked in (1.5, points):
            part = PartGrade(part="a", verdict="partly", points=marked, max_points=3)
            grade = Grade(question="q04", parts=(part,))
            progress.record_grades(sitting.id, [grade], now=now)
    assert learner.found().text == "1 of 2"


@pytest.mark.parametrize(
    ("verdicts", "sentence"),
    [
        ("", "No attempts on it yet."),
        ("rr", "2 of 2 right: too little to tell."),
        ("rrwnn", "2 of the last 5 right; the last two matched no-bias."),
        ("rrrrn", "4 of the last 5 right; the last one matched no-bias."),
        ("nnr", "1 of the last 3 right."),
    ],
)
def test_the_sentence(learner: Learner, now: datetime, verdicts: str, sentence: str) -> None:
    learner.tries(verdicts)
    found = learner.found()
    assert found.sentence == sentence
    claimed = datetime(2026, 11, 12, 8, tzinfo=UTC)
    said = evidence.beside_claim(claimed, found, now, UTC)
    assert said == f"Claimed 12 November. {sentence}"
    assert evidence.beside_claim(None, found, now) == f"Not claimed. {sentence}"


def test_tested_by() -> None:
    none, some = Evidence(), Evidence(templates=7)
    assert evidence.tested_by(COUNT, some) == "Tested by 7 templates and practice question 4."
    assert evidence.tested_by(APPLY, some) == "Tested by 7 templates."
    only = "Tested by practice question 4; no template drills it."
    assert evidence.tested_by(COUNT, none) == only
    assert evidence.tested_by(SAY, none) == "No template and no practice question tests it."
    own = ChecklistItem(id="own-1", claim="I can", concepts=(), questions=("q04", "my-own"))
    both = "Tested by practice questions 4 and my-own; no template drills it."
    assert evidence.tested_by(own, none) == both


def test_what_is_said_of_a_week(learner: Learner) -> None:
    def said(*claimed: str) -> str:
        found = evidence.evidence(LIBRARY, TEMPLATES, learner.progress, WEEK.checklist)
        return evidence.of_week(WEEK, found, claimed)

    assert said("w4-1") == "No attempts in this week yet. Enter drills item 1."
    learner.tries("www", "kernels")
    assert said("w4-1", "w4-3") == ""
    assert said("w4-1", "w4-2") == "Claim and evidence disagree on item 2."
    learner.tries("www")
    assert said("w4-1", "w4-2") == "Claim and evidence disagree on items 1 and 2."
    assert said() == ""


def test_claims_against_evidence(learner: Learner, now: datetime) -> None:
    def found() -> evidence.Balance:
        return evidence.balance(LIBRARY, TEMPLATES, learner.progress)

    for item in (COUNT, SAY):
        learner.progress.claim(item.id, True, now=now)
    assert found().sentence == "No claim has enough evidence yet."
    learner.tries("www", "q04")
    learner.tries("rrr", "kernels")
    both = found()
    assert (both.claimed.against, both.claimed.little, both.claimed.all) == (1, 1, 2)
    assert (both.not_claimed.evidenced, both.not_claimed.all) == (1, 1)
    assert both.disagree == (COUNT,)
    said = "Of 1 claim with evidence 0 hold (0 %); 1 more item holds unclaimed."
    assert both.sentence == said


def test_all_weeks(learner: Learner, now: datetime) -> None:
    learner.progress.claim("w4-1", True, now=now)
    learner.tries("rrr", "kernels")
    (week,) = evidence.weeks(LIBRARY, TEMPLATES, learner.progress, now=now)
    assert (week.week, week.points, week.claimed, week.evidenced) == (WEEK, 3, 1, 1)
    assert week.due == 0


def test_the_newest_attempts_are_kept_in_whatever_order_they_come(
    learner: Learner, tmp_path: Path, now: datetime
) -> None:
    learner.tries("r" * 9 + "w" * 8)
    rows = learner.progress.rows("SELECT * FROM attempt")
    kept = learner.progress.rows("SELECT * FROM latest ORDER BY attempt")
    assert [row[2] for row in kept] == [row[0] for row in rows][-LATEST:]
    random.Random(4).shuffle(rows)
    with Progress.open(tmp_path / "other", now=now) as other:
        with other.writing() as db:
            db.executemany(f"INSERT INTO attempt VALUES ({', '.join('?' * 15)})", rows)
        assert other.rows("SELECT * FROM latest ORDER BY attempt") == kept


def test_a_file_of_version_1_has_its_newest_attempts_too(folder: Path, now: datetime) -> None:
    folder.mkdir()
    with closing(sqlite3.connect(folder / NAME)) as db, db:
        for statement in MIGRATIONS[0]:
            db.execute(statement)
        db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        db.execute("PRAGMA user_version = 1")
        for number in range(30):
            db.execute(
                "INSERT INTO attempt VALUES (?, ?, 'drill', 'params', ?, ?, '1', ?, 2, 2, '', 0,"
                " NULL, NULL, '{}')",
                (
                    number,
                    micros(now),
                    "ab"[number % 2],
                    number,
                    "right" if number > 20 else "wrong",
                ),
            )
    with Progress.open(folder, now=now) as progress:
        kept = progress.rows("SELECT part, count(*), min(attempt) FROM latest GROUP BY part")
        assert kept == [("a", LATEST, 30 - 2 * LATEST), ("b", LATEST, 31 - 2 * LATEST)]
        found = evidence.evidence(LIBRARY, TEMPLATES, progress, [COUNT])
        assert found["w4-1"].text == "8 of 8"


# ------------------------------------------------------------------------------- speed


def _whole_library() -> tuple[Library, TemplateSet]:
    from quizapp.content import bank

    return bank.load(), bank.templates()


def _fill(progress: Progress, templates: TemplateSet, now: datetime, attempts: int) -> None:
    rng = random.Random(1)
    parts = [(t.id, part.id) for t in templates.templates for part in t.parts]
    start, step = micros(now - timedelta(days=365)), 365 * 86_400_000_000 // attempts
    rows = (
        (number + 1, start + number * step, *rng.choice(parts), rng.getrandbits(32),
         *rng.choice([("right", 2, ""), ("right", 2, ""), ("wrong", 0, "conv/no-bias")]))
        for number in range(attempts)
    )  # fmt: skip
    with progress.writing() as db:
        db.executemany(
            "INSERT INTO attempt VALUES (?, ?, 'drill', ?, ?, ?, '24x24x8', ?, ?, 2, ?, 0, 12.5,"
            " NULL, '{}')",
            rows,
        )


@pytest.mark.parametrize("attempts", [20_000, pytest.param(1_000_000, marks=pytest.mark.long)])
def test_evidence_does_not_grow_with_the_history(
    progress: Progress, now: datetime, attempts: int, capsys: pytest.CaptureFixture[str]
) -> None:
    library, templates = _whole_library()
    _fill(progress, templates, now, attempts)

    def best(times: int = 7) -> tuple[float, float]:
        week, everything = [], []
        for _ in range(times):
            begin = time.thread_time()
            evidence.evidence(library, templates, progress, library.week(10).checklist)
            week.append((time.thread_time() - begin) * 1000)
            evidence.balance(library, templates, progress)
            everything.append((time.thread_time() - begin) * 1000 - week[-1])
        return min(week), min(everything)

    week, everything = best()
    with capsys.disabled():
        print(f"\n  {attempts:,} attempts: a week {week:.1f} ms, all weeks {everything:.1f} ms")
    assert week < 20
    assert everything < 120
