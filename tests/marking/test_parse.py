"""Responses of every kind: what is read, and what is said about what can't be."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizapp.content.model import Given, Kind, Option, Part
from quizapp.marking.formats import FormatError
from quizapp.marking.parse import format_error, parse, read_as, read_cell

OPTIONS = tuple(
    Option(id=name, text=text)
    for name, text in [
        ("forward", "Forward pass"),
        ("loss", "Loss"),
        ("backward", "Backward pass"),
        ("update", "Update"),
    ]
)


def part(kind: Kind, *, proportion: bool = False, decimals: int | None = None) -> Part:
    options = OPTIONS if kind in ("choice", "choices", "ordering") else ()
    return Part(
        id="a", points=1, kind=kind, options=options, proportion=proportion, decimals=decimals
    )


READABLE: list[tuple[Kind, str, Given]] = [
    ("integer", "1216", 1216),
    ("integer", " 1,216 ", 1216),
    ("integer", "1 216", 1216),
    ("integer", "1'216", 1216),
    ("integer", "1216.0", 1216),
    ("integer", "= 1216", 1216),
    ("integer", "(25*3+1)*16", 1216),
    ("integer", "(25*3+1)*16 = 1216", 1216),
    ("integer", "25x3x16 + 16", 1216),
    ("integer", "1.216e3", 1216),
    ("integer", "-3", -3),
    ("shape", "32×32×16", [32, 32, 16]),
    ("shape", "32x32x16", [32, 32, 16]),
    ("shape", "32X32X16", [32, 32, 16]),
    ("shape", "32 x 32 x 16", [32, 32, 16]),
    ("shape", "(32, 32, 16)", [32, 32, 16]),
    ("shape", "[32, 32, 16]", [32, 32, 16]),
    ("shape", "32,32,16", [32, 32, 16]),
    ("shape", "32 32 16", [32, 32, 16]),
    ("shape", "32*32*16", [32, 32, 16]),
    ("shape", "32·32·16", [32, 32, 16]),
    ("shape", "32 by 32 by 16", [32, 32, 16]),
    ("shape", "torch.Size([1, 3, 8, 8])", [1, 3, 8, 8]),
    ("shape", "((32-5+4)/1+1) x 32 x 16", [32, 32, 16]),
    ("shape", "(32-4+4, 2*16, 16)", [32, 32, 16]),
    ("shape", "1,216x3", [1216, 3]),
    ("shape", "(128,)", [128]),
    ("shape", "128", [128]),
    ("real", "0.7311", 0.7311),
    ("real", ".7311", 0.7311),
    ("real", "7.311e-1", 0.7311),
    ("real", "7.311·10⁻¹", 0.7311),
    ("real", "3/4", 0.75),
    ("real", "≈ 0.75", 0.75),
    ("real", "-1", -1),
    ("real", "1/4 = 0.25", 0.25),
    ("vector", "1, 2, 3", [1, 2, 3]),
    ("vector", "1 2 3", [1, 2, 3]),
    ("vector", "1;2;3", [1, 2, 3]),
    ("vector", "1\n2\n3", [1, 2, 3]),
    ("vector", "1\t2\t3", [1, 2, 3]),
    ("vector", "[1, 2, 3]", [1, 2, 3]),
    ("vector", "[[1], [2], [3]]", [1, 2, 3]),
    ("vector", "(1/2, 1/4, -1/4)", [0.5, 0.25, -0.25]),
    ("vector", "1 -2 3", [1, -2, 3]),
    ("vector", "1 - 2 3", [-1, 3]),
    ("vector", "softmax(0, 0)", [0.5, 0.5]),
    ("vector", "softmax([0, 0])", [0.5, 0.5]),
    ("matrix", "1 2; 3 4", [[1, 2], [3, 4]]),
    ("matrix", "1 2\n3 4\n", [[1, 2], [3, 4]]),
    ("matrix", "1,2\r\n3,4", [[1, 2], [3, 4]]),
    ("matrix", "1\t2\n3\t4", [[1, 2], [3, 4]]),
    ("matrix", "[[1, 2], [3, 4]]", [[1, 2], [3, 4]]),
    ("matrix", "[1 2; 3 4]", [[1, 2], [3, 4]]),
    ("matrix", "[1, 2]\n[3, 4]", [[1, 2], [3, 4]]),
    ("matrix", "((1, 2), (3, 4))", [[1, 2], [3, 4]]),
    ("matrix", "{{1, 2}, {3, 4}}", [[1, 2], [3, 4]]),
    ("matrix", "[[1. 2.]\n [3. 4.]]", [[1, 2], [3, 4]]),
    ("matrix", "array([[1., 2.],\n       [3., 4.]])", [[1, 2], [3, 4]]),
    ("matrix", "tensor([[1., 2.], [3., 4.]])", [[1, 2], [3, 4]]),
    ("matrix", "[[[1, 2]], [[3, 4]]]", [[[1, 2]], [[3, 4]]]),
    ("choice", "2", "loss"),
    ("choice", "b", "loss"),
    ("choice", "loss", "loss"),
    ("choice", '"loss"', "loss"),
    ("choice", "Backward pass", "backward"),
    ("choices", "1, 3", ["forward", "backward"]),
    ("choices", "3 1", ["forward", "backward"]),
    ("choices", "a c", ["forward", "backward"]),
    ("choices", '["backward", "forward"]', ["forward", "backward"]),
    ("choices", "[]", []),
    ("ordering", "1, 2, 3, 4", ["forward", "loss", "backward", "update"]),
    ("ordering", "4 3 2 1", ["update", "backward", "loss", "forward"]),
    ("ordering", "forward > loss > backward > update", ["forward", "loss", "backward", "update"]),
]


@pytest.mark.parametrize(("kind", "text", "value"), READABLE)
def test_what_is_read(kind: Kind, text: str, value: Given) -> None:
    assert parse(part(kind), text).value == value
    assert format_error(part(kind), text) == ""


@pytest.mark.parametrize(
    ("kind", "text", "shown"),
    [
        ("integer", "(25*3+1)*16", "(25·3 + 1)·16 = 1,216"),
        ("integer", "1216", "1,216"),
        ("shape", "32x32x16", "32 × 32 × 16"),
        ("real", "1/(1+exp(-1))", "0.7311"),
        ("real", "73.11%", "0.7311"),
        ("real", "0.7311", "0.7311"),
        ("real", "0.73", "0.73"),
        ("matrix", "1 2\n3 4", "1 2; 3 4"),
        ("vector", "1 2", "1, 2"),
        ("ordering", "3 1 2 4", "3, 1, 2, 4"),
        ("choice", "2", "Loss"),
        ("integer", "12a6", ""),
        ("integer", "", ""),
        ("integer", "5/2", ""),
        ("text", "h[t] [MASK] [/x]", ""),
    ],
)
def test_the_quiet_line(kind: Kind, text: str, shown: str) -> None:
    asked = part(kind, proportion=kind == "real", decimals=4 if kind == "real" else None)
    assert read_as(asked, text) == shown


def test_the_quiet_line_of_a_cell() -> None:
    assert read_cell("1/3") == "1/3 = 0.3333"
    assert read_cell("0.25") == "0.25"
    assert read_cell("a") == ""


HOW = {
    "integer": "Write it like 1216, 1,216 or (25*3+1)*16.",
    "real": "Write it like 0.7311, 3/4 or 7.311e-1.",
    "shape": "Write it like 32x32x16.",
}


@pytest.mark.parametrize(
    ("kind", "text", "sentence"),
    [
        ("integer", "12a6", f"Not read as a whole number: 12a6. {HOW['integer']}"),
        ("integer", "5/2", "A whole number is asked; 5/2 is 2.5."),
        ("integer", "1.216", f"Not read as a whole number: 1.216. {HOW['integer']}"),
        ("integer", "1,2,3", f"Not read as a whole number: 1,2,3. {HOW['integer']}"),
        ("integer", "9**9**9", "9**9**9 is too large to compute. Write a smaller expression."),
        (
            "integer",
            "(25*3+1*16",
            "Not read from here: (25*3+1*16‸. One bracket is still open.",
        ),
        ("integer", "1215 = 1300", "Read as two numbers: 1215 and 1300 differ. Write one."),
        ("integer", "h[t] [/x]", f"Not read as a whole number: h[t] [/x]. {HOW['integer']}"),
        ("shape", "32x", "Not read as a shape: 32x. Write it like 32x32x16."),
        ("shape", "n × d", f"Not read as a shape: n × d. {HOW['shape']}"),
        ("shape", "-3x4", f"Not read as a shape: -3x4. {HOW['shape']}"),
        ("shape", "15.5 x 15.5", "Each side of a shape is a whole number; 15.5 is not."),
        ("real", "0,7311", "Not read as a number: 0,7311. Use a point: 0.7311."),
        ("real", "12,5", "Not read as a number: 12,5. Use a point: 12.5."),
        ("real", "inf", "inf can't be an answer here. Write a number like 7.311e-1."),
        ("real", "NaN", "NaN can't be an answer here. Write a number like 7.311e-1."),
        ("real", "-∞", "-∞ can't be an answer here. Write a number like 7.311e-1."),
        ("real", "about half", f"Not read as a number: about half. {HOW['real']}"),
        (
            "real",
            "73%",
            "Not read as a number: 73%. A plain number is asked, without %: 0.7311.",
        ),
        ("real", "1/0", "1/0 has no value: a division by 0, or a root of less than 0."),
        ("matrix", "1 a; 2 3", f"Row 1, column 2: Not read as a number: a. {HOW['real']}"),
        (
            "matrix",
            "1 2; 3",
            "Row 2 has 1 number, row 1 has 2. Rows end with ; or a new line: 1 2; 3 4.",
        ),
        ("matrix", "0,5 0,25", "Not read as numbers: 0,5 0,25. Use a point: 0.5 0.25."),
        ("matrix", "1\t\n2\t3", "Row 1, column 2 is empty. Write a number like 0.7311 or 1/3."),
        ("matrix", "1 inf", "Row 1, column 2: inf can't be an answer here."),
        ("choice", "7", "Choose one of 1 to 4."),
        ("choice", "1 2", "Choose one of 1 to 4."),
        ("choices", "1, 9", "Choose from 1 to 4, like 1, 4."),
        ("ordering", "1 2 3", "Give all 4 a place; 3 have one."),
        ("ordering", "1", "Give all 4 a place; 1 has one."),
        ("ordering", "1 1 2 3", "Give all 4 a place; 3 have one."),
    ],
)
def test_what_is_said_when_it_cannot_be_read(kind: Kind, text: str, sentence: str) -> None:
    said = format_error(part(kind), text)
    assert said.startswith(sentence)
    assert said.count(".") >= 1


@pytest.mark.parametrize(
    ("kind", "text", "sides", "sentence"),
    [
        (
            "matrix",
            "1 2 3; 4 5 6",
            (3, 2),
            "Read as 2 × 3; a 3 × 2 matrix is asked. Rows end with ; or a new line: 1 2; 3 4; 5 6.",
        ),
        (
            "vector",
            "1 2 3",
            (4,),
            "Read as 3 numbers; 4 numbers are asked. Write them like 1, 2, 3, 4.",
        ),
        (
            "vector",
            "1 2; 3 4",
            (4,),
            "Read as 2 × 2; 4 numbers are asked. Write them like 1, 2, 3, 4.",
        ),
    ],
)
def test_other_sizes(kind: Kind, text: str, sides: tuple[int, ...], sentence: str) -> None:
    assert format_error(part(kind), text, (sides,)) == sentence


def _examples() -> list[tuple[Kind, str]]:
    kinds: dict[str, Kind] = {"integer": "integer", "real": "real", "shape": "shape"}
    found: list[tuple[Kind, str]] = []
    for name, sentence in HOW.items():
        examples = re.sub(r"^Write it like |\.$", "", sentence)
        found += [(kinds[name], example) for example in re.split(r", (?=\d+,|\d/)| or ", examples)]
    return found


@pytest.mark.parametrize(("kind", "example"), _examples())
def test_the_examples_are_accepted(kind: Kind, example: str) -> None:
    assert format_error(part(kind), example) == ""


@pytest.mark.parametrize("sides", [(2, 2), (3, 2), (1, 4), (4,), (1,), (6,)])
def test_the_example_of_a_size_has_that_size(sides: tuple[int, ...]) -> None:
    kind: Kind = "matrix" if len(sides) == 2 else "vector"
    wrong = "1 2 3 4 5; 1 2 3 4 5"
    said = format_error(part(kind), wrong, (sides,))
    example = re.split(r"line: |like ", said)[-1].rstrip(".")
    assert format_error(part(kind), example, (sides,)) == ""


@pytest.mark.parametrize("kind", ["integer", "real", "shape", "vector", "matrix", "choice"])
@pytest.mark.parametrize("sign", ["9", "(", "x", " ", "\t", "[", "1 ", "√", "-", "\x00"])
def test_a_paste_of_a_megabyte_is_refused_at_once(kind: Kind, sign: str) -> None:
    said = format_error(part(kind), "1" + sign * 1_000_000)
    assert len(said) < 200
    assert "Write the answer alone." in said


def test_control_characters_are_not_quoted() -> None:
    assert "\x1b" not in format_error(part("integer"), "12\x1b[31m\n6")


# --------------------------------------------------------------------------------- laws

REALS = st.floats(allow_nan=False, allow_infinity=False, min_value=-1e12, max_value=1e12)


def _tables(entries: st.SearchStrategy[float]) -> st.SearchStrategy[list[list[float]]]:
    return st.tuples(st.integers(1, 4), st.integers(1, 4)).flatmap(
        lambda size: st.lists(
            st.lists(entries, min_size=size[1], max_size=size[1]),
            min_size=size[0],
            max_size=size[0],
        )
    )


@given(st.integers(-(10**14), 10**14))
def test_json_of_an_integer(value: int) -> None:
    assert parse(part("integer"), json.dumps(value)).value == value


@given(REALS)
def test_json_of_a_real(value: float) -> None:
    assert parse(part("real"), json.dumps(value)).value == pytest.approx(value, abs=1e-300)


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=6))
def test_json_of_a_shape(value: list[int]) -> None:
    assert parse(part("shape"), json.dumps(value)).value == value


@given(_tables(REALS))
def test_json_of_a_matrix(value: list[list[float]]) -> None:
    read = parse(part("matrix"), json.dumps(value), ((len(value), len(value[0])),)).value
    assert read == value


@given(st.lists(REALS, min_size=1, max_size=6))
def test_json_of_a_vector(value: list[float]) -> None:
    assert parse(part("vector"), json.dumps(value), ((len(value),),)).value == value


@given(st.permutations([option.id for option in OPTIONS]))
def test_json_of_an_order(value: list[str]) -> None:
    assert parse(part("ordering"), json.dumps(value)).value == value


@given(_tables(st.integers(-99, 99).map(float)), st.sampled_from(["; ", "\n"]))
def test_rows_and_cells_in_every_notation(value: list[list[float]], row: str) -> None:
    sides = ((len(value), len(value[0])),)
    for cell in (" ", ", ", "\t"):
        text = row.join(cell.join(f"{x:g}" for x in line) for line in value)
        assert parse(part("matrix"), text, sides).value == value


@given(
    st.sampled_from(
        ["integer", "real", "shape", "vector", "matrix", "choice", "choices", "ordering"]
    ),
    st.one_of(
        st.text(max_size=80), st.text(alphabet='0123456789 .,;x×()[]{}\t\n+-*/e^√%"', max_size=80)
    ),
)
def test_junk_is_read_or_refused_in_a_sentence(kind: Kind, text: str) -> None:
    asked = part(kind)
    for lenient in (True, False):
        said = _refusal(asked, text, lenient=lenient)
        assert said is None or (said.endswith(".") and "\n" not in said)


def _refusal(asked: Part, text: str, *, lenient: bool) -> str | None:
    try:
        parse(asked, text, lenient=lenient)
    except FormatError as error:
        return str(error)
    return None
