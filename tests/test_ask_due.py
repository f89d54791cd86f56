"""Reviewing and planning in plain text: `quizapp ask --due`, `ask --today` and `quizapp today`."""

from __future__ import annotations

import io
import json
import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from quizapp.__main__ import main
from quizapp.study import settings
from quizapp.study.days import study_date
from quizapp.study.memory import Rating
from quizapp.study.progress import Progress

DAY = timedelta(days=1)
QUITE_RIGHT = "Each factor multiplies: the gradients shrink.\n\n"


@pytest.fixture(autouse=True)
def midday(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Commands read the clock: in this zone it is about noon, so that no study day turns."""
    monkeypatch.setenv("TZ", f"UTC{datetime.now(UTC).hour - 12:+}")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def progress(data_folder: Path, now: datetime) -> Iterator[Progress]:
    with Progress.open(data_folder, now=now) as opened:
        yield opened


@pytest.fixture
def learnt(
    progress: Progress, samples: Path, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., None]:
    """Makes cards due, in this order."""
    monkeypatch.setenv("QUIZAPP_QUESTIONS", str(samples))

    def learn(*cards: str) -> None:
        for number, card in enumerate(cards):
            when = now - (30 - number) * DAY  # the earlier, the sooner forgotten
            model = progress.model(when)
            progress.rate(card, Rating.GOOD, suggested=None, model=model, now=when)

    return learn


class Said:
    """What a command printed, and with which status it ended."""

    def __init__(self, status: int, out: str, err: str) -> None:
        self.status, self.out, self.err = status, out, err
        self.lines = out.splitlines()


@pytest.fixture
def say(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Said]:
    """Runs a command with these lines on stdin."""

    def run(*words: str, stdin: str = "") -> Said:
        monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        status = main(words)
        return Said(status, *capsys.readouterr())

    return run


def recorded(progress: Progress, kind: str) -> list[dict[str, Any]]:
    """The records of a kind that an export has, oldest first."""
    out = io.BytesIO()
    progress.export(out, now=datetime.now(UTC))
    lines = (json.loads(line) for line in out.getvalue().splitlines())
    return [line for line in lines if line["record"] == kind]


def reviews(progress: Progress) -> list[tuple[str, str, int | None, int | None]]:
    """What was rated, undone or buried since the cards were learnt."""
    found = recorded(progress, "review")
    lately = [r for r in found if datetime.fromisoformat(r["at"]) > datetime.now(UTC) - DAY]
    return [(r["card"], r["what"], r["rating"], r["suggested"]) for r in lately]


# ------------------------------------------------------------------------ what is asked


def test_nothing_due(say: Callable[..., Said], progress: Progress, now: datetime) -> None:
    run = say("ask", "--due")
    assert (run.status, run.out) == (0, "Nothing is due. See: quizapp today\n")
    model = progress.model(now)
    progress.rate("q04", Rating.HARD, suggested=None, model=model, now=now)
    run = say("ask", "--due")
    assert run.out == "Nothing is due. Next: 1 card tomorrow. See: quizapp today\n"
    progress.rate("q05", Rating.AGAIN, suggested=None, model=model, now=now)
    run = say("ask", "--due")
    assert run.out.startswith("Nothing is due now; 1 card later today. Next: 1 card tomorrow.")


def test_a_template_has_fresh_numbers_each_time(
    say: Callable[..., Said], learnt: Callable[..., None], progress: Progress
) -> None:
    learnt("sample-layer")
    run = say("ask", "--due", stdin="1x1x1\n1\n1\n1x1x1\n1\n2\n")
    assert (run.status, run.err) == (0, "")
    assert run.lines[0] == "1 card due."
    assert run.lines.count("Card 1 of 1") == 2
    seeds = {a["seed"] for a in recorded(progress, "attempt")}
    assert len(seeds) == 2
    assert {a["kind"] for a in recorded(progress, "attempt")} == {"review"}
    assert reviews(progress) == [
        ("sample-layer", "rated", Rating.AGAIN, Rating.AGAIN),
        ("sample-layer", "rated", Rating.HARD, Rating.AGAIN),
    ]
    assert "    1  Again   in 10 minutes  (suggested)" in run.lines
    assert "Again: back in 10 minutes." in run.lines
    assert run.lines[-1] == "1 card, 1 minute, 0 right. Nothing is due today."


def test_choices_are_marked_and_enter_takes_what_is_suggested(
    say: Callable[..., Said], learnt: Callable[..., None], progress: Progress
) -> None:
    learnt("s03")
    run = say("ask", "--due", stdin="2\n2 3 1\n\n")
    assert "Right. How well did you know it?" in run.lines
    assert "1 to 4; Enter: Good." in run.lines
    assert reviews(progress) == [("s03", "rated", Rating.GOOD, Rating.GOOD)]
    assert run.lines[-1] == "1 card, 1 minute, 1 right. Nothing is due today."


def test_text_is_marked_by_the_learner(
    say: Callable[..., Said], learnt: Callable[..., None], progress: Progress
) -> None:
    learnt("s01")
    run = say("ask", "--due", stdin=f"{QUITE_RIGHT}\nn\n\n")
    assert "Criterion 1 of 2, 1 point: Gradients shrink with depth" in run.lines
    assert "partly, 1 of 1½" in run.lines
    (attempt,) = recorded(progress, "attempt")
    assert (attempt["question"], attempt["points"], attempt["verdict"]) == ("s01", 1, "partly")
    assert attempt["response"] == QUITE_RIGHT.strip()
    assert reviews(progress) == [("s01", "rated", Rating.HARD, Rating.HARD)]


def test_an_answer_in_the_head_is_no_attempt(
    say: Callable[..., Said], learnt: Callable[..., None], progress: Progress
) -> None:
    learnt("iv-01")
    run = say("ask", "--due", stdin="\ny\ny\ny\ny\n\n")
    assert any(line.startswith("Nothing was written: give what") for line in run.lines)
    assert recorded(progress, "attempt") == []
    assert reviews(progress) == [("iv-01", "rated", Rating.GOOD, Rating.GOOD)]


def test_a_checklist_item_is_compared_with_the_notes(
    say: Callable[..., Said], learnt: Callable[..., None], progress: Progress
) -> None:
    learnt("w08-2")
    run = say("ask", "--due", stdin="One input, many outputs: captions.\n\n\n")
    assert "Model answer:" in run.lines
    assert not any("Criterion" in line or line.startswith("wrong") for line in run.lines)
    assert recorded(progress, "attempt") == []
    assert reviews(progress) == [("w08-2", "rated", Rating.GOOD, None)]


def test_count_takes_the_soonest_forgotten(
    say: Callable[..., Said], learnt: Callable[..., None]
) -> None:
    learnt("s01", "s02", "s03")
    run = say("ask", "--due", "--count", "1")
    assert run.lines[0] == "3 cards due, 1 of them now."
    assert run.lines[3] == "Card 1 of 1"
    assert run.lines[4].startswith("s01: ")
    assert run.lines[-1] == "No card was rated. 3 cards still due today."


def test_with_options_to_choose_from(
    say: Callable[..., Said], learnt: Callable[..., None], progress: Progress
) -> None:
    learnt("sample-layer")
    run = say("ask", "--due", "--choices", stdin="a\na\n\n")
    assert any(line.startswith("    a) ") for line in run.lines)
    assert len(recorded(progress, "attempt")) == 2


# --------------------------------------------------------------- letters in its place


def test_a_card_is_put_off(
    say: Callable[..., Said], learnt: Callable[..., None], progress: Progress, now: datetime
) -> None:
    learnt("s01", "s03")
    run = say("ask", "--due", stdin="n\n2\nn\n")
    assert "Vanishing gradients is left for tomorrow." in run.lines
    assert "Filters and training is left for tomorrow." in run.lines
    assert progress.buried(now) == {"s01", "s03"}
    assert [attempt["part"] for attempt in recorded(progress, "attempt")] == ["a"]
    assert run.lines[-1] == "No card was rated. Nothing is due today."


def test_the_last_rating_is_taken_back_and_given_again(
    say: Callable[..., Said], learnt: Callable[..., None], progress: Progress
) -> None:
    learnt("s03", "s01")
    before = progress.memory("s03")
    run = say("ask", "--due", stdin="2\n2 3 1\n4\nu\n2\nq\n")
    assert "The last rating is taken back. Rate again: Filters and training" in run.lines
    assert [r[:3] for r in reviews(progress)] == [
        ("s03", "rated", Rating.EASY),
        ("s03", "undone", None),
        ("s03", "rated", Rating.HARD),
    ]
    rated = [r for r in recorded(progress, "review") if r["card"] == "s03"]
    assert rated[-1]["before"] == rated[0]["id"]  # as it was before the rating that was undone
    assert before is not None
    assert run.out.count("Card 2 of 2") == 2  # s01 was asked again
    assert run.lines[-1] == "1 card, 1 minute, 1 right. 1 card still due today."


def test_nothing_to_undo(say: Callable[..., Said], learnt: Callable[..., None]) -> None:
    learnt("s03")
    run = say("ask", "--due", stdin="u\n2\n2 3 1\nu\n\n")
    assert run.lines.count("Nothing to undo in this session.") == 2
    assert run.lines[-1] == "1 card, 1 minute, 1 right. Nothing is due today."


@pytest.mark.parametrize(
    ("stdin", "attempts"),
    [("", 0), ("q\n", 0), ("2\n", 1), ("2\nq\n", 1), ("2\n2 3 1\n", 2), ("2\n2 3 1\nq\n", 2)],
)
def test_leaving_keeps_what_was_marked(
    stdin: str,
    attempts: int,
    say: Callable[..., Said],
    learnt: Callable[..., None],
    progress: Progress,
) -> None:
    learnt("s03")
    run = say("ask", "--due", stdin=stdin)
    assert (run.status, run.err) == (0, "")
    assert run.lines[-2:] == ["", "No card was rated. 1 card still due today."]
    assert len(recorded(progress, "attempt")) == attempts
    assert reviews(progress) == []


def test_a_rating_is_one_of_four(
    say: Callable[..., Said], learnt: Callable[..., None], progress: Progress
) -> None:
    learnt("s03")
    run = say("ask", "--due", stdin="2\n2 3 1\n5\ngood\n3\n")
    assert run.lines.count("Choose one of 1 to 4.") == 2
    assert len(reviews(progress)) == 1


def test_ctrl_c_leaves_with_a_summary(learnt: Callable[..., None], progress: Progress) -> None:
    learnt("s03")
    ours, theirs = pty.openpty()
    run = subprocess.Popen(
        [sys.executable, "-m", "quizapp", "ask", "--due"],
        stdin=theirs,
        stdout=theirs,
        stderr=subprocess.PIPE,
        env={**os.environ, "TERM": "dumb"},
    )
    os.close(theirs)
    said = b""
    while b"> " not in said:
        said += os.read(ours, 10_000)
    os.write(ours, b"2\r")
    while said.count(b"> ") < 2:
        said += os.read(ours, 10_000)
    time.sleep(0.1)
    run.send_signal(signal.SIGINT)
    _, err = run.communicate(timeout=60)
    assert (run.returncode, err) == (0, b"")
    assert os.read(ours, 10_000).decode().split("\r\n")[-2] == (
        "No card was rated. 1 card still due today."
    )
    os.close(ours)
    assert len(recorded(progress, "attempt")) == 1


# ------------------------------------------------------------------------------ faults


def test_a_card_rated_in_another_window(
    learnt: Callable[..., None], progress: Progress, now: datetime
) -> None:
    learnt("s03")
    run = subprocess.Popen(
        [sys.executable, "-u", "-m", "quizapp", "ask", "--due"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert run.stdout is not None
    while "Card 1 of 1" not in run.stdout.readline():
        pass
    while "(a)" not in run.stdout.readline():
        pass
    model = progress.model(now)
    progress.rate("s03", Rating.EASY, suggested=None, model=model, now=now)
    out, err = run.communicate("2\n2 3 1\n\n", timeout=60)
    said = "quizapp: This card was rated in another window meanwhile. That rating stands.\n"
    assert (run.returncode, err) == (0, said)
    assert out.endswith("\nNo card was rated. Nothing is due today.\n")


class Typing:
    """Lines on stdin, with something that happens elsewhere before one of them is typed."""

    def __init__(self, lines: str, before: str, meanwhile: Callable[[], object]) -> None:
        self._lines = io.StringIO(lines)
        self._before, self._meanwhile = before, meanwhile

    def isatty(self) -> bool:
        return False

    def readline(self) -> str:
        line = self._lines.readline()
        if line == self._before:
            self._before = ""
            self._meanwhile()
        return line


@pytest.mark.parametrize(
    ("theirs", "said", "kept"),
    [
        ("q04", "The last rating is taken back. Rate again: Filters and training", ["undone"]),
        ("s03", "That card was rated in another window meanwhile. That rating stands.", []),
    ],
)
def test_undo_after_another_window_has_rated(
    learnt: Callable[..., None],
    progress: Progress,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    theirs: str,
    said: str,
    kept: list[str],
) -> None:
    learnt("s03", "s01")

    def rate() -> None:
        now = datetime.now(UTC)
        model = progress.model(now)
        progress.rate(theirs, Rating.HARD, suggested=None, model=model, now=now)

    monkeypatch.setattr(sys, "stdin", Typing("2\n2 3 1\n4\nu\nq\n", "u\n", rate))
    assert main(["ask", "--due"]) == 0
    assert said in capsys.readouterr().out
    assert [what for _, what, *_ in reviews(progress)][2:] == kept
    assert [card for card, *_ in reviews(progress)][:2] == ["s03", theirs]


def test_a_folder_that_cant_be_written(
    say: Callable[..., Said], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QUIZAPP_DATA_DIR", "/dev/null/nowhere")
    run = say("ask", "--today", "--count", "1", stdin="5\n3\n")
    assert run.status == 0
    assert run.err.startswith("quizapp: /dev/null/nowhere/progress.sqlite3 can't be written. You")
    assert run.err.count("\n") == 1
    assert run.lines[-1] == "1 card, 1 minute, 1 right. Nothing is due today."


WRONG_USAGE = [
    (["ask", "s01", "--due"], "--due and --today take no question and no seed"),
    (["ask", "--due", "--seed", "3"], "--due and --today take no question and no seed"),
    (["ask", "--count", "3"], "--count goes with --due or --today. See: quizapp ask --help"),
    (["ask", "--due", "--count", "0"], "argument --count: a whole number from 1 is needed"),
    (["ask", "--due", "--today"], "argument --today: not allowed with argument --due"),
    (["ask", "--today", "x"], "argument --today: a whole number from 1 is needed, not 'x'"),
    (["ask", "--today", "4"], "today's plan has 3 lines. See: quizapp today"),
    (["ask", "--today", "2"], "line 2 has no cards: Set your exam date. Type: quizapp today --ex"),
    (["today", "--exam", "soon"], "Not read as a date: soon. Write it like "),
    (["today", "--exam", "2020-01-01"], "Wednesday 1 January 2020 has passed."),
    (["today", "--minutes", "x"], "Not read as minutes: x. Write a whole number, like 45"),
]


@pytest.mark.parametrize(("words", "message"), WRONG_USAGE)
def test_wrong_usage(words: list[str], message: str, say: Callable[..., Said]) -> None:
    run = say(*words)
    assert (run.status, run.out) == (2, "")
    assert run.err.startswith(f"quizapp: {message}")
    assert run.err.count("\n") == 1


# -------------------------------------------------------------------------- ask --today


def test_a_line_of_the_plan_is_asked(say: Callable[..., Said], progress: Progress) -> None:
    run = say("ask", "--today", "1", "--count", "2", stdin="n\nn\n")
    assert run.lines[0] == "10 cards, 2 of them now."
    assert run.lines.count("Card 1 of 2") == 1
    assert [what for _, what, *_ in reviews(progress)] == ["buried", "buried"]
    cards = json.loads(say("today", "--json").out)["items"][0]["cards"]
    assert len(cards) == 10


# ------------------------------------------------------------------------------- today


def test_today_before_anything_was_done(say: Callable[..., Said]) -> None:
    run = say("today")
    assert (run.status, run.err) == (0, "")
    assert run.lines[1] == "45 minutes, 0 used today"
    assert "Expected points: no evidence yet" in run.lines
    assert "1  Find out where you stand: 10 fresh questions, about 20 minutes." in run.lines
    assert "   quizapp ask --today 1" in run.lines
    assert "   quizapp today --exam DATE" in run.lines
    assert "   week 10  Transformers: 21 points" in run.lines
    found = json.loads(say("today", "--json").out)
    assert found["expected"] is None
    assert found["after"] is None
    assert found["exam"] is None
    assert [item["kind"] for item in found["items"]] == ["start", "date", "look"]
    assert {item["minutes"] for item in found["items"]} == {None}
    assert sum(week["possible"] for week in found["weeks"]) == pytest.approx(98)


def test_today_with_a_plan(say: Callable[..., Said], progress: Progress, now: datetime) -> None:
    for number in range(1, 13):
        when = now - 20 * DAY
        model = progress.model(when)
        progress.rate(f"q{number:02}", Rating.GOOD, suggested=None, model=model, now=when)
    run = say("today", "--exam", "in 14 days", "--minutes", "30", "--json")
    assert (run.status, run.err) == (0, "")
    assert run.out.count("\n") == 1
    found = json.loads(run.out)
    assert list(found) == [
        "date", "exam", "minutes", "used", "expected", "after", "items", "planned", "worth",
        "due", "late", "weeks", "notice", "left_undone",
    ]  # fmt: skip
    exam = settings.exam_date(progress)
    assert exam is not None
    assert (found["date"], found["exam"]) == (study_date(now).isoformat(), exam.isoformat())
    assert (found["minutes"], found["due"], found["late"]) == (30, 12, 12)
    assert found["expected"]["day"] == exam.isoformat()
    assert found["expected"]["low"] < found["expected"]["points"] < found["expected"]["high"]
    assert found["expected"]["points"] < found["after"] <= found["expected"]["possible"] == 98
    assert sum(item["minutes"] for item in found["items"]) == round(found["planned"]) <= 30
    assert all(item["cards"] and item["title"] for item in found["items"])
    assert [item["line"] for item in found["items"]] == [*range(1, len(found["items"]) + 1)]
    text = say("today").lines
    assert any(line.startswith("Expected on the day: ") and " of 98 " in line for line in text)
    assert "12 cards due, all of them late." in text
    assert any(line.startswith("In all: ") and " of 30 minutes, worth " in line for line in text)


def test_the_words_name_no_keys(
    say: Callable[..., Said], progress: Progress, now: datetime
) -> None:
    model = progress.model(now)
    progress.rate("q04", Rating.EASY, suggested=None, model=model, now=now)
    progress.set_setting("exam_date", (study_date(now) - DAY).isoformat(), now=now)
    out = say("today", "--minutes", "1").out
    assert "has passed. quizapp today --exam DATE sets a new one; without one," in out
    assert "→" not in out
    assert say("today", "--exam", "none").status == 0
    assert settings.exam_date(progress) is None


def test_nothing_is_set_where_the_other_word_is_wrong(
    say: Callable[..., Said], progress: Progress
) -> None:
    assert say("today", "--exam", "in 14 days", "--minutes", "x").status == 2
    assert settings.exam_date(progress) is None
