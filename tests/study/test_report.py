"""Reports whose every number is worked out by hand: those of the interaction design."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from quizapp.content.model import Exam, Library, Part, Question
from quizapp.marking.grade import PartGrade
from quizapp.study.advice import study_next
from quizapp.study.report import Grades, before_finishing, report, state
from quizapp.study.sittings import Response, Sitting, SittingLine

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
STARTED = datetime(2026, 11, 18, 18, 0, tzinfo=UTC)

# The report of screens.md: points of questions 1 to 20, 71 in all.
EARNED = (
    2.5, 3, 2.5, 5, 3, 5, 4, 3.5, 3, 2.5,
    4, 3, 5, 3, 4.5, 2, 3.5, 2.5, 4.5, 5,
)  # fmt: skip
# Question 13's 5 of 7 points lie in (a) 1½, (b) 2½, (c) 1 and (d) 0; question 4 is right.
PARTS = {("q13", "a"): 1.5, ("q13", "b"): 2.5, ("q13", "c"): 1.0, ("q13", "d"): 0.0}


def grades(exam: Exam) -> dict[tuple[str, str], PartGrade]:
    marked = {}
    for question, earned in zip(exam.questions, EARNED, strict=True):
        for part in question.parts:
            points = earned if len(question.parts) == 1 else part.points
            points = PARTS.get((question.id, part.id), points)
            verdict = "right" if points == part.points else "partly" if points else "wrong"
            marked[question.id, part.id] = msgspec.convert(
                {"part": part.id, "verdict": verdict, "points": points, "max_points": part.points},
                PartGrade,
            )
    return marked


def sitting(**changes: object) -> Sitting:
    plain = Sitting(
        id=1,
        started=STARTED,
        finished=STARTED + timedelta(hours=3),
        seconds_used=112 * 60 + 59,
        interruptions=3,
    )
    return msgspec.structs.replace(plain, **changes)


def line(points: float | None, *, open_parts: int = 0) -> SittingLine:
    return SittingLine(
        id=0,
        started=datetime(2026, 11, 11, 18, 0, tzinfo=UTC),
        finished=datetime(2026, 11, 11, 20, 0, tzinfo=UTC),
        minutes=120,
        seconds_used=7200,
        points=points,
        max_points=98,
        points_open=0,
        parts_open=open_parts,
    )


def test_the_points_of_the_whole(exam: Exam) -> None:
    whole = report(exam, sitting(), grades(exam), line(63))
    assert (whole.points, whole.max_points, whole.possible, whole.waiting) == (71, 98, 98, 0)
    assert whole.result() == "71 of 98, 72 %"
    assert whole.title(NOW, UTC) == "sitting of 18 November · 112 minutes"
    assert whole.compared(NOW, UTC) == "63 on 11 November, so 8 points more."
    assert whole.time() == "The clock stood still 3 times."


def test_each_question(exam: Exam) -> None:
    questions = report(exam, sitting(), grades(exam)).questions
    assert [q.points for q in questions] == list(EARNED)
    assert [q.number for q in questions] == list(range(1, 21))
    assert str(questions[0]) == "2½ of 3"
    assert str(questions[12]) == "5 of 7"
    assert questions[17].share == pytest.approx(0.41667, abs=1e-5)


def test_each_week(exam: Exam) -> None:
    """Week 11: questions 17, 18, 19 lost 1½ + 3½ + 3½; week 10: 13 to 16 lost 2 + 2 + ½ + 2."""
    whole = report(exam, sitting(), grades(exam))
    assert {w.week: (w.points, w.max_points) for w in whole.weeks} == {
        2: (2.5, 3), 3: (5.5, 7), 4: (5, 5), 5: (12, 14), 6: (3.5, 5),
        7: (5.5, 6), 8: (4, 6), 9: (8, 12), 10: (14.5, 21), 11: (10.5, 19),
    }  # fmt: skip
    assert whole.most_lost() == "week 11: 8½ of 19   week 10: 6½ of 21   week 9: 4 of 12"
    assert whole.costliest == "q18"
    assert [(p.number, p.part, p.lost) for p in whole.costly_parts[:4]] == [
        (18, "a", 3.5), (19, "a", 3.5), (20, "a", 3), (11, "a", 2)
    ]  # fmt: skip


def test_parts_that_wait(exam: Exam) -> None:
    """Without questions 18, 19 (a) and 16 (4 points) … 98 - 18 = 80 are decided."""
    marked = grades(exam)
    for key in (("q18", "a"), ("q19", "a"), ("q16", "a")):
        del marked[key]
    part_open = PartGrade(part="a", verdict="open", points=0, max_points=4)
    partial = report(exam, sitting(), marked | {("q16", "a"): part_open}, line(63))
    assert (partial.points, partial.possible, partial.waiting) == (62, 80, 18)
    assert partial.parts_waiting == 3
    assert partial.result() == "62 of 80 so far; 18 points wait for you"
    assert partial.compared(NOW, UTC) == ""
    assert partial.most_lost(1) == "week 10: 4½ of 17"
    assert next(w for w in partial.weeks if w.week == 11).lost == 1.5


@pytest.mark.parametrize(
    ("before", "sentence"),
    [
        (line(63), "63 on 11 November, so 8 points more."),
        (line(72.5), "72½ on 11 November, so 1½ points fewer."),
        (line(70), "70 on 11 November, so 1 point more."),
        (line(71), "71 on 11 November, so the same number of points."),
        (line(40, open_parts=3), ""),
        (line(None), ""),
        (None, ""),
    ],
)
def test_compared_with_the_last(exam: Exam, before: SittingLine | None, sentence: str) -> None:
    assert report(exam, sitting(), grades(exam), before).compared(NOW, UTC) == sentence


def test_what_was_done_in_time(exam: Exam) -> None:
    """Questions 1 (2½) and 18 (2½) were last changed after the two hours."""
    responses = {
        "q01": {"a": Response("late", 0, NOW, 7200.5)},
        "q18": {"a": Response("later", 0, NOW, 7300)},
        "q02": {"a": Response("just in time", 0, NOW, 7200)},
    }
    late = report(exam, sitting(seconds_used=7500.0, responses=responses), grades(exam))
    assert late.in_time == 66
    assert late.time() == (
        "Done in the 120 minutes: 66 of these 71 points. The clock stood still 3 times."
    )
    in_time = report(exam, sitting(responses=responses), grades(exam))
    assert in_time.in_time is None
    no_clock = sitting(seconds_used=9e3, minutes=None, interruptions=1, responses=responses)
    assert report(exam, no_clock, grades(exam)).time() == "The clock stood still once."


def test_misconceptions_are_counted(exam: Exam) -> None:
    marked: Grades = {
        (f"q0{n}", "a"): PartGrade(
            part="a", verdict="wrong", points=0, max_points=3, misconception=name
        )
        for n, name in enumerate(("conv/no-bias", "attention/no-sqrt", "conv/no-bias", ""), 1)
    }
    counted = report(exam, sitting(), marked).misconceptions
    assert counted == (("conv/no-bias", 2), ("attention/no-sqrt", 1))


def test_what_to_study_next(library: Library) -> None:
    whole = report(library.exam, sitting(), grades(library.exam))
    first, second, third = study_next(library, whole)
    assert (first.week, first.title, first.lost) == (11, "Week 11", 8.5)
    assert first.questions == (18, 19, 17)  # by points lost, then by number
    assert first.concepts == ("concept-18", "concept-19", "concept-17")
    assert first.items == ("w11-1",)
    assert (second.week, third.week) == (10, 9)


def test_nothing_lost(exam: Exam) -> None:
    perfect = {
        (q.id, p.id): PartGrade(part=p.id, verdict="right", points=p.points, max_points=p.points)
        for q in exam.questions
        for p in q.parts
    }
    whole = report(exam, sitting(interruptions=0), perfect)
    assert whole.result() == "98 of 98, 100 %"
    assert (whole.most_lost(), whole.costliest, whole.time()) == ("", "q01", "")


def test_nothing_marked_yet(exam: Exam) -> None:
    whole = report(exam, sitting(), {})
    assert whole.result() == "0 of 0 so far; 98 points wait for you"
    assert whole.parts_waiting == 24
    assert whole.most_lost() == ""


# --------------------------------------------------------------------- before finishing


def typed(exam: Exam, left_out: set[tuple[str, str]], later: set[str]) -> Sitting:
    responses = {
        q.id: {p.id: Response("x", 1, NOW) for p in q.parts if (q.id, p.id) not in left_out}
        for q in exam.questions
    }
    return sitting(responses=responses, later=frozenset(later))


def test_before_finishing_as_in_the_design(exam: Exam) -> None:
    overview = before_finishing(
        exam, typed(exam, {("q16", "a"), ("q19", "a"), ("q13", "d")}, {"q07"})
    )
    assert overview.lines() == [
        ("Empty", "question 16 (4 points), question 19 (8)"),
        ("Some parts", "question 13: (d) the formula (1 point)"),
        ("Later", "question 7 (5)"),
        ("", "17 of 20 answered in full; 13 points are still open"),
    ]
    assert overview.first_open == "q16"
    assert overview.points_open == 13


def test_everything_answered(exam: Exam) -> None:
    overview = before_finishing(exam, typed(exam, set(), {"q07"}))
    assert overview.lines() == [
        ("Later", "question 7 (5 points)"),
        ("", "20 of 20 answered in full; 0 points are still open"),
    ]
    assert overview.first_open == "q07"
    assert before_finishing(exam, typed(exam, set(), set())).first_open == ""


def test_one_point_is_still_open(exam: Exam) -> None:
    overview = before_finishing(exam, typed(exam, {("q13", "c")}, set()))
    assert overview.summary() == "19 of 20 answered in full; 1 point is still open"
    assert overview.first_open == "q13"


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        ({}, "empty"),
        ({"a": "  \n", "m": ""}, "empty"),
        ({"m": " ; ; \n ,"}, "empty"),
        ({"m": "[[], []]"}, "empty"),
        ({"a": "x"}, "some"),
        ({"m": "; 3"}, "some"),
        ({"a": "[]", "m": "1 2; 3 4"}, "answered"),
        ({"a": "[MASK]", "m": "1", "gone": "from an older paper"}, "answered"),
    ],
)
def test_state(texts: dict[str, str], expected: str) -> None:
    question = Question(
        id="q",
        title="",
        week=10,
        points=2,
        concepts=(),
        prompt="",
        parts=(Part(id="a", points=1, kind="text"), Part(id="m", points=1, kind="matrix")),
    )
    assert state(question, texts) == expected
