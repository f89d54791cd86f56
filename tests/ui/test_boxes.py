"""Grid and option boxes, driven by keys, mouse and paste."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from textual.app import App, ComposeResult
from textual.events import Paste

from quizapp.content.model import Option, Part
from quizapp.ui.theme import with_roles
from quizapp.ui.widgets.box_for import Box, box_for
from quizapp.ui.widgets.boxes import Changed, FormulaBox, HandIn, LineBox, TextBox
from quizapp.ui.widgets.grid import Cell, GridBox, Misfit, block
from quizapp.ui.widgets.options import OptionBox

MATRIX = Part(id="m", points=2, kind="matrix", ask="weights", decimals=2)
OPTIONS = (
    Option(id="one", text="h[t]"),
    Option(id="two", text="[MASK]"),
    Option(id="three", text="[/x]"),
)


class Desk(App[None]):
    """One box, and what it says."""

    def __init__(self, part: Part, text: str, cursor: int, shape: Sequence[int] = ()) -> None:
        super().__init__()
        self.start = (part, text, cursor, shape)
        self.box: Box
        self.handed_in = 0
        self.changes = 0
        self.misfits: list[tuple[tuple[int, int], tuple[int, int]]] = []

    def get_css_variables(self) -> dict[str, str]:
        return with_roles(super().get_css_variables())

    def compose(self) -> ComposeResult:
        self.box = box_for(*self.start)
        yield self.box

    def on_mount(self) -> None:
        self.box.take_focus()

    def on_hand_in(self, _: HandIn) -> None:
        self.handed_in += 1

    def on_changed(self, _: Changed) -> None:
        self.changes += 1

    def on_misfit(self, event: Misfit) -> None:
        self.misfits.append((event.block, event.room))


def grid(text: str = "", shape: Sequence[int] = (2, 3), cursor: int = 0) -> Desk:
    return Desk(MATRIX, text, cursor, shape)


@pytest.mark.parametrize(
    ("kind", "shape", "expected"),
    [
        ("integer", (), LineBox),
        ("shape", (), LineBox),
        ("real", (), LineBox),
        ("matrix", (2, 2), GridBox),
        ("vector", (4,), GridBox),
        ("vector", (), LineBox),
        ("matrix", (2, 2, 2), LineBox),
        ("choice", (), OptionBox),
        ("ordering", (), OptionBox),
        ("formula", (), FormulaBox),
        ("text", (), TextBox),
    ],
)
async def test_each_kind_has_its_box(kind: str, shape: Sequence[int], expected: type) -> None:
    part = Part(id="p", points=1, kind=kind, options=OPTIONS)  # type: ignore[arg-type]
    app = Desk(part, "", 0, shape)
    async with app.run_test():
        assert type(app.box) is expected


async def test_a_grid_is_filled_by_typing_and_arrows() -> None:
    app = grid()
    async with app.run_test() as pilot:
        await pilot.press("1", "/", "3", "right", "2", "tab", "3", "down", "6", "left", "left", "5")
        assert app.box.text == "1/3, 2, 3; , 5, 6"
        await pilot.press("up", "9")  # typing replaces what stood there
        assert app.box.text == "1/3, 9, 3; , 5, 6"
        await pilot.press("delete")
        assert app.box.text == "1/3, , 3; , 5, 6"


async def test_enter_goes_down_a_row_and_hands_in_from_the_last() -> None:
    app = grid()
    async with app.run_test() as pilot:
        await pilot.press("1", "enter", "4", "enter")
        assert app.box.text == "1, , ; 4, , "
        assert app.handed_in == 1


async def test_an_empty_grid_is_an_empty_response() -> None:
    app = grid()
    async with app.run_test() as pilot:
        assert app.box.text == ""
        await pilot.press("7")
        await pilot.press("delete")
        assert app.box.text == ""


async def test_a_response_and_its_cell_come_back() -> None:
    app = grid("1, , 3; , 5, ", cursor=4)
    async with app.run_test():
        assert app.box.text == "1, , 3; , 5, "
        assert isinstance(app.focused, Cell)
        assert (app.focused.row, app.focused.column) == (1, 1)
        assert app.box.cursor == 4


@pytest.mark.parametrize(
    "pasted",
    ["1\t2\t3\n4\t5\t6\n", "1 2 3; 4 5 6", "[[1, 2, 3], [4, 5, 6]]", "1, 2, 3\r\n4, 5, 6"],
)
async def test_a_pasted_block_fills_the_grid(pasted: str) -> None:
    app = grid()
    async with app.run_test() as pilot:
        app.focused.post_message(Paste(pasted))  # type: ignore[union-attr]
        await pilot.pause()
        assert app.box.text == "1, 2, 3; 4, 5, 6"


async def test_a_block_that_does_not_fit_changes_nothing_and_says_so() -> None:
    app = grid("9, 9, 9; 9, 9, 9")
    async with app.run_test() as pilot:
        await pilot.press("right", "right")
        app.focused.post_message(Paste("1\t2\n3\t4"))  # type: ignore[union-attr]
        await pilot.pause()
        assert app.box.text == "9, 9, 9; 9, 9, 9"
        assert app.misfits == [((2, 2), (2, 1))]


def test_blocks_are_read_in_every_habit() -> None:
    assert block("0.5 -1\n2 3") == [["0.5", "-1"], ["2", "3"]]
    assert block("") == []


async def test_one_choice_at_a_time_by_digit_space_and_click() -> None:
    part = Part(id="c", points=1, kind="choice", options=OPTIONS)
    app = Desk(part, "two", 0)
    async with app.run_test() as pilot:
        assert app.box.text == "two"
        await pilot.press("3")
        assert app.box.text == "three"
        await pilot.press("up", "up", "space")
        assert app.box.text == "one"
        await pilot.click(OptionBox, offset=(6, 1))
        assert app.box.text == "two"
        assert "[MASK]" in app.box.render().plain  # type: ignore[union-attr]


async def test_several_choices_toggle() -> None:
    part = Part(id="c", points=1, kind="choices", options=OPTIONS)
    app = Desk(part, "", 0)
    async with app.run_test() as pilot:
        await pilot.press("1", "3", "1")
        assert app.box.text == "three"


async def test_an_ordering_gives_places_and_takes_the_last_back() -> None:
    part = Part(id="o", points=1, kind="ordering", options=OPTIONS)
    app = Desk(part, "", 0)
    async with app.run_test() as pilot:
        await pilot.press("3", "1", "2")
        assert app.box.text == "three, one, two"
        await pilot.press("backspace", "backspace", "2")
        assert app.box.text == "three, two"
        lines = app.box.render().plain.splitlines()  # type: ignore[union-attr]
        assert [line.strip(" ›>") for line in lines] == ["1 ·  h[t]", "2 2. [MASK]", "3 1. [/x]"]
