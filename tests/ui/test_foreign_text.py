"""What looks like markup is shown as typed; what does not fit is refused whole."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from quizapp.content import bank
from quizapp.ui.services import Services
from tests.ui.conftest import Open, Student

SIGNS = "h[t] [MASK] [/x] [bold]no[/bold] $primary [@click=app.quit]no[/]"
REAL = Path(__file__).parents[2] / "questions"


class Elsewhere(Services):
    """The services of a window whose questions lie in a folder of the test's own."""

    def __init__(self, data: Path, questions: Path) -> None:
        super().__init__(folder=data)
        self.__dict__["library"] = bank.load((questions,))


@pytest.fixture
def marked_up(data_folder: Path, tmp_path: Path) -> Services:
    """The real questions, the first with such signs in every text of it."""
    folder = tmp_path / "questions"
    shutil.copytree(REAL, folder)
    exam = folder / "exam.yaml"
    text = exam.read_text(encoding="utf-8")
    start, end = text.index("- id: q01"), text.index("- id: q02")
    own = f"""- id: q01
    title: "title {SIGNS}"
    week: 2
    points: 3
    concepts: [vanishing-gradients]
    prompt: "prompt {SIGNS}"
    parts:
      - id: a
        points: 3
        kind: text
        model_answer: "model {SIGNS}"
        rubric:
          - id: q01-c1
            points: 3
            credit: "credit {SIGNS}"
            evidence: [[gradient*]]
  """
    exam.write_text(text[:start] + own + text[end:], encoding="utf-8")
    services = Elsewhere(data_folder, folder)
    assert services.library.problems == ()
    return services


async def test_signs_of_markup_are_shown_as_they_are(open_app: Open, marked_up: Services) -> None:
    async with open_app((160, 50), services=marked_up) as student:
        await student.begin()
        await student.sees(f"prompt {SIGNS}")
        await student.write(f"response {SIGNS}")
        await student.sees(f"response {SIGNS}")
        await student.press("escape", "o")
        await student.sees(f"title {SIGNS}")
        await student.press("escape", "f")
        await student.sees("before you finish")
        await student.press("down", "enter")
        await student.sees("Marking · question 1")
        await student.sees("model h[t] [MASK] [/x] [bold]no[/bold]")
        for words in ("response", "credit"):
            await student.sees(f"{words} {SIGNS}")
        await student.press("1", "enter")
        await student.sees("Report · sitting of")
        await student.press(*["up"] * 20, "enter")
        for words in ("response", "credit", "model", "prompt"):
            await student.sees(f"{words} {SIGNS}")


async def test_a_long_paste_is_kept_and_a_huge_one_refused(open_app: Open) -> None:
    async with open_app() as student:
        await student.begin()
        long = "gradient [MASK] √d_k\n" * 500  # 10,500 characters
        await student.paste(long)
        assert student.box == long
        await student.paste("x" * 1_000_000)
        await student.sees(
            "A paste of 1,000,000 characters does not fit: an answer holds 20,000. Nothing was "
            "changed."
        )
        assert student.box == long


async def test_control_characters_do_no_harm(open_app: Open) -> None:
    async with open_app() as student:
        await student.begin()
        await student.paste("a\tb\x00c\x1b[31mred\x07\r\nnext\x7f end")
        await student.write(" and on")
        assert student.box.endswith(" end and on")
        assert "red" in student.text
        await student.pilot.pause(0.5)
        assert "saved" in student.status
        for row in student.rows:
            assert all(character.isprintable() for character in row), row


async def test_several_lines_into_a_one_line_box(open_app: Open) -> None:
    async with open_app() as student:
        await student.begin()
        await student.question(4)
        await student.paste("32\n32\n16")
        await student.sees("read as 32 × 32 × 16")
        await student.paste("9" * 600)
        await student.sees("A paste of 600 characters does not fit: an answer holds 500.")
        await student.sees("read as 32 × 32 × 16")
        await student.question(13)
        await open_formula(student)
        await student.paste("softmax(Q @ K.T\n / sqrt(d_k)) @ V\n")
        await student.sees("read as softmax( Q Kᵀ / √d_k ) V")


async def open_formula(student: Student) -> None:
    await student.click("(d) the formula")
    await student.sees("names: Q, K, V, d_k, n")


async def test_what_cannot_be_read_as_a_number_is_kept(open_app: Open) -> None:
    async with open_app() as student:
        await student.begin()
        await student.question(4)
        for text in ("12a6", "9**9**9", "[MASK]", "inf", "()" * 200):
            await student.write(text)
            assert student.box == text
            assert "read as" not in student.text
            await student.press("ctrl+u")
