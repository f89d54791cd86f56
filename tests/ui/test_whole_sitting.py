"""The main job from end to end on the real questions: sit, finish, mark, report, look back."""

from __future__ import annotations

from collections.abc import Callable

from quizapp.study.progress import Progress
from tests.ui.conftest import Open, Student

Q1 = "Gradients shrink with depth because sigmoid slopes are at most 0.25."
STEPS = (
    "We compare each query with each key using a dot product, which gives an n × n table of "
    "scores. The scores are divided by the square root of d_k. Softmax turns them into weights "
    "that sum to 1 over the queries. Then we multiply the weights by the values and add up."
)


async def write_four_questions(student: Student) -> None:
    """1: text. 4: the right shape, biases forgotten. 13: three of four parts, put off."""
    await student.write(Q1)
    for number in (2, 3, 4):
        await student.press("ctrl+n")
        await student.sees(f"Question {number} of 20")
    await student.write("32x32x16")
    await student.sees("read as 32 × 32 × 16")
    await student.press("enter")
    await student.write("25*3*16")
    await student.sees("read as 25·3·16 = 1,200")
    await student.press("enter")
    await student.sees("Question 5 of 20")
    await student.press("escape", "o")
    await student.sees("all questions")
    await student.press(*["down"] * 8, "enter")
    await student.sees("Question 13 of 20")
    await student.press("escape", "enter")  # (b)
    await student.write(STEPS)
    await student.press("escape", "enter", "escape", "enter")  # (c), then (d)
    await student.write("softmax(Q @ K.T / sqrt(d_k)) @ V")
    await student.sees("read as softmax( Q Kᵀ / √d_k ) V")
    await student.press("ctrl+l")
    await student.sees("Question 14 of 20")
    await student.sees("12□ 13◧l 14□")


async def finish(student: Student) -> None:
    await student.press("escape", "f")
    await student.sees("before you finish")
    assert "Empty question 2 (3 points), question 3 (4), question 5 (3)" in student.said
    some_parts = "Some parts question 13: (a) Q, K and V (1½ points), (c) why √d_k (1 point)"
    assert some_parts in student.said, student.said
    assert "Later question 13 (7)" in student.said
    assert "2 of 20 answered in full" in student.text
    assert "› Go to question 2" in student.text
    await student.press("down", "enter")
    await student.sees("Marking · question 1, vanishing gradients · 3 points")


async def mark_question_1(student: Student) -> None:
    """Four criteria, 1 + ½ + ½ + 1 points; the learner gives 1, 0, ½ and ½."""
    assert student.title.endswith("2 parts left")
    await student.press("0")
    assert "✗ 0 of 1" in student.text
    await student.press("u")
    assert student.status.startswith("The last decision is taken back.")
    await student.press("1", "2", "2", "3", "4")
    assert "✓ 1 of 1" in student.text
    assert "✗ 0 of ½" in student.text
    await student.press("left")  # the cursor stands on 4
    assert "◧ ½ of 1" in student.text
    assert student.status.endswith("2 of 3")
    await student.press("m")
    await student.sees("Model answer")
    await student.press("m", "enter")
    await student.sees("Marking · question 13 (b), the steps · 3½ points")


async def mark_the_flagged_part(student: Student) -> None:
    """Softmax over the queries contradicts the criterion: it is flagged and starts open."""
    assert "open of 1" in student.text
    assert 'Flagged: you wrote "over the queries"' in student.said
    assert student.footer.startswith("Enter Next open")
    for _ in range(3):  # Enter can't pass it
        await student.press("enter")
        assert student.status.startswith("Criterion 3 is flagged and open: 3 gives points, 0 none.")
        assert "question 13 (b)" in student.title
    await student.press("0")
    assert student.status.endswith("2½ of 3½")
    assert student.footer.startswith("Enter Confirm")
    await student.press("enter")


async def read_the_report(student: Student) -> None:
    """2 of 3, 3½ of 5 (see tests/marking), 2½ + 1 of 7: 9 of 98."""
    await student.sees("Report · sitting of")
    assert student.title.endswith("9 of 98, 9 %")
    for score in ("Q1       2 of 3", "Q4      3½ of 5", "Q13     3½ of 7", "Q20      0 of 8"):
        assert score in student.text
    assert "week 11: 19 of 19" in student.text
    assert "no-bias 1" in student.text
    assert "stood still" not in student.text  # the list and the help are no interruption


async def look_back_at_question_4(student: Student) -> None:
    await student.press(*["up"] * 20, *["down"] * 3, "enter")
    await student.sees("Question 4 · convolution arithmetic · week 4")
    await student.sees("⌊(36 − 5)/1⌋  =  31")
    assert "1,200 is what you get when the biases are left out (no-bias)." in student.text
    await student.press("pagedown")
    await student.sees("Your response: 25*3*16")
    await student.sees("=  1,216")
    await student.press("enter")
    await student.sees("Report · sitting of")


async def mark_question_1_again(student: Student) -> None:
    await student.press(*["up"] * 20, "e")
    await student.sees("Marking · question 1, vanishing gradients")
    assert "◧ ½ of 1" in student.text
    await student.press("4", "4", "enter")  # 0, then full again
    await student.sees("Report · sitting of")
    await student.sees("9½ of 98, 10 %")


async def test_with_keys_alone(open_app: Open, saved: Callable[[], Progress]) -> None:
    async with open_app() as student:
        await student.begin()
        await write_four_questions(student)
        await finish(student)
        await mark_question_1(student)
        await mark_the_flagged_part(student)
        await read_the_report(student)
        await look_back_at_question_4(student)
        await mark_question_1_again(student)
        await student.press("escape")
        await student.sees("Earlier")
        assert "9½ of 98, 10 %" in student.text
        await student.press("down", "enter")
        await student.sees("Report · sitting of")
        await student.press("g", "p")
        await student.sees("Sittings")
        await student.press("enter")
        await student.sees("Report · sitting of")
        line = saved().sittings()[0]
        assert (line.points, line.max_points, line.parts_open) == (9.5, 98, 0)
        assert saved().open_sitting() is None


async def test_the_next_day_everything_is_there(open_app: Open) -> None:
    async with open_app() as student:
        await student.begin()
        await student.write(Q1)
        await student.press("ctrl+n", "ctrl+l", "ctrl+q")
    async with open_app() as student:
        await student.sees("1  Resume the sitting: question 3 of 20")
        await student.press("g", "e")
        await student.sees("A sitting is open: question 3 of 20, 0 minutes used")
        await student.sees("Enter resumes it.")
        await student.press("g", "t", "enter")  # or from Today, in one step
        await student.sees("Question 3 of 20")
        assert "1■ 2□l 3□" in student.text
        await student.press("escape", "p", "escape", "p")
        await student.sees("Question 1 of 20")
        assert student.box == Q1


async def test_with_the_mouse_alone(open_app: Open) -> None:
    """Only letters and the signs of an answer are typed."""
    async with open_app() as student:
        await student.click("Practice exam", row=0)
        await student.click("New sitting")
        await student.sees("Question 1 of 20")
        await student.write(Q1)
        await student.click("13□")
        await student.sees("Question 13 of 20")
        await student.click("(d) the formula")
        await student.sees("names: Q, K, V")
        await student.write("softmax(Q @ K.T / sqrt(d_k)) @ V")
        await student.click("Later")
        await student.sees("Question 14 of 20")
        await student.click("Keys")
        await student.click("Finish")
        await student.sees("before you finish")
        await student.click("Finish and mark")
        await student.sees("Marking · question 1, vanishing gradients")
        await student.click("Names both sigmoid and tanh")
        await student.click("None")
        await student.sees("✗ 0 of ½")
        await student.click("Undo")
        await student.click("Model answer")
        await student.click("Confirm")
        await student.sees("Report · sitting of")
        await student.click("Q13")
        await student.sees("Question 13 · scaled dot-product")
        await student.click("Back to the report")
        await student.click("Progress", row=0)
        await student.sees("Sittings")
        await student.click("Weeks", row=0)
        await student.sees("Week 2 · ")
