"""The list of attempts: pages without gaps, searches, and what they cost."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest

from quizapp.content import bank
from quizapp.content.model import Library, TemplateSet
from quizapp.marking.grade import PartGrade, Verdict
from quizapp.study import history
from quizapp.study.attempts import Kind
from quizapp.study.history import EVERYTHING, NEWEST, HistoryLine, Names, Place, Search
from quizapp.study.progress import Progress
from tests.invented_year import live


def record(
    progress: Progress,
    question: str,
    now: datetime,
    *,
    verdict: Verdict = "right",
    kind: Kind = "drill",
    misconception: str = "",
    response: str = "7",
) -> None:
    points = 1.0 if verdict == "right" else 0.0
    grade = PartGrade(
        part="a", verdict=verdict, points=points, max_points=1, misconception=misconception
    )
    progress.record_attempt(question, grade, now=now, kind=kind, response=response, seed=5)


def pages(progress: Progress, wanted: Search) -> list[list[HistoryLine]]:
    after: Place | None = NEWEST
    found = []
    while after is not None:
        page = history.look(progress, wanted, after)
        found.append(list(page.lines))
        after = page.until
    return found


def test_pages_leave_nothing_out_and_repeat_nothing(
    progress: Progress, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "PAGE", 4)
    for number in range(10):  # three of each moment, as parts of one question are
        record(progress, f"t{number}", now + timedelta(seconds=number // 3))
    found = pages(progress, EVERYTHING)
    assert [len(page) for page in found] == [4, 4, 2]
    lines = [line for page in found for line in page]
    assert [line.question for line in lines] == [f"t{number}" for number in range(9, -1, -1)]
    assert all((a.at, a.id) > (b.at, b.id) for a, b in pairwise(lines))


def test_no_attempts_are_one_empty_page(progress: Progress) -> None:
    assert pages(progress, EVERYTHING) == [[]]


def test_a_page_that_is_just_full_is_followed_by_an_empty_one(
    progress: Progress, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "PAGE", 2)
    for number in range(2):
        record(progress, f"t{number}", now)
    assert [len(page) for page in pages(progress, EVERYTHING)] == [2, 0]


def test_a_line_is_as_it_was_recorded(progress: Progress, now: datetime) -> None:
    record(progress, "conv", now, verdict="wrong", response="h[t]\n[MASK] " + "x" * 500)
    ((line,),) = pages(progress, EVERYTHING)
    assert (line.at, line.verdict, line.points_text) == (now, "wrong", "0 of 1")
    assert line.response.startswith("h[t] [MASK] xxx")  # one row, and no more than is shown
    assert len(line.response) == 80


def test_the_attempts_of_a_day_and_older_ones(progress: Progress, now: datetime) -> None:
    for hours in (-30, -6, -4, 0):  # 3 and 5 o'clock: the day turns at 4
        record(progress, f"t{hours}", now + timedelta(hours=hours))
    after = history.end_of(date(2026, 11, 19), UTC)
    found = history.look(progress, EVERYTHING, after)
    assert [line.question for line in found.lines] == ["t-6", "t-30"]


# ------------------------------------------------------------------------------ searches


@pytest.fixture
def invented(progress: Progress, now: datetime) -> Progress:
    record(progress, "conv-layer-shape", now, verdict="wrong", misconception="conv/no-bias")
    record(progress, "conv-layer-shape", now)
    record(progress, "q04", now, kind="sitting", verdict="partly")
    record(progress, "q13", now, kind="review", verdict="wrong")
    record(progress, "no-longer-there", now, misconception="attention/no-sqrt", verdict="wrong")
    return progress


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", 5),
        ("  ", 5),
        ("wrong", 3),
        ("Wrong Sitting", 0),
        ("sitting", 1),
        ("drill right", 1),
        ("question 4", 1),
        ("q13", 1),
        ("q1", 0),  # question 1, not 10 to 19
        ("question 04 partly", 1),
        ("week 10", 1),  # question 13
        ("week 1", 0),
        ("concept-13", 1),
        ("no-bias", 1),
        ("no-sqrt", 1),
        ("no-s wrong", 1),
        ("100%", 0),
        ("'; DROP TABLE attempt", 0),
        ("_", 0),
    ],
)
def test_words_of_a_filter(invented: Progress, library: Library, text: str, found: int) -> None:
    wanted = history.search(text, library, TemplateSet(()))
    assert sum(map(len, pages(invented, wanted))) == found
    assert wanted.everything is (not text.strip())


def test_a_search_goes_on_where_it_stopped(
    progress: Progress, library: Library, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "LOOK", 3)
    for number in range(10):
        record(progress, "q04" if number % 5 == 0 else "t", now + timedelta(seconds=number))
    found = pages(progress, history.search("question 4", library, TemplateSet(())))
    assert [len(page) for page in found] == [0, 1, 0, 1]


def test_names_of_questions_in_a_line(library: Library) -> None:
    names = Names(library, TemplateSet(()))
    assert names.of("q13", "b") == "question 13 (b)"
    assert names.of("q05", "a") == "question 5"
    assert names.of("no-longer-there", "a") == "no-longer-there"
    assert names.command("q04", None) == "quizapp ask q04"
    assert names.command("q04", 41) == "quizapp ask q04 --seed 41"
    assert names.command("iv-01", None) == ""


# --------------------------------------------------------------------------------- cost


@pytest.mark.parametrize("text", ["", "wrong", "question 4", "no-bias drill"])
def test_a_page_is_read_along_the_index_on_the_time(
    progress: Progress, library: Library, text: str
) -> None:
    condition, values = history.search(text, library, TemplateSet(())).condition()
    query = f"{history._LINES}{' AND ' if condition else ''}{condition} ORDER BY at DESC, id DESC"
    bound = (80, *NEWEST, 0, 0, *values)
    plan = [row[3] for row in progress.rows(f"EXPLAIN QUERY PLAN {query}", *bound)]
    assert plan[0].startswith("SEARCH attempt USING INDEX attempt_at (at>? AND at<?)")
    assert not any("TEMP B-TREE" in step for step in plan)


def test_an_invented_year_is_found_in_full(progress: Progress, now: datetime) -> None:
    library, templates = bank.load(), bank.templates()
    live(progress, library, templates, now=now, days=40)
    lines = [line for page in pages(progress, EVERYTHING) for line in page]
    tallies = progress.attempt_counts().values()
    assert len(lines) == sum(tally.attempts for tally in tallies) > 400
    wanted = history.search("wrong", library, templates)
    wrong = [line.id for page in pages(progress, wanted) for line in page]
    assert wrong == [line.id for line in lines if line.verdict == "wrong"]
