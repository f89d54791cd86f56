"""Arithmetic as people type it."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizapp.marking.expression import Unread, compute, read, show

EXACT = [
    ("1216", 1216),
    ("1,216", 1216),
    ("1 216", 1216),
    ("1'216", 1216),
    ("1\u202f216\u202f000", 1216000),
    ("12,345,678", 12345678),
    ("(25*3+1)*16", 1216),
    ("(25·3 + 1)·16", 1216),
    ("(25×3+1)×16", 1216),
    ("(25x3+1) x 16", 1216),
    ("[25*3+1]*16", 1216),
    ("−5", -5),
    ("--5", 5),
    ("2^10", 1024),
    ("2**10", 1024),
    ("2¹⁰", 1024),
    ("-2^2", -4),
    ("2^3^2", 512),
    ("2^-1", Fraction(1, 2)),
    ("3/4", Fraction(3, 4)),
    ("½", Fraction(1, 2)),
    ("2½", Fraction(5, 2)),
    ("6÷3", 2),
    ("0.1+0.2", Fraction(3, 10)),
    (".5", Fraction(1, 2)),
    ("5.", 5),
    ("7.311e-1", Fraction(7311, 10000)),
    ("7.311×10^-1", Fraction(7311, 10000)),
    ("7.311·10⁻¹", Fraction(7311, 10000)),
    ("1e3", 1000),
    ("2(3+4)", 14),
    ("(1+2)(3+4)", 21),
    ("√16", 4),
    ("sqrt(9/4)", Fraction(3, 2)),
    ("2√16", 8),
    ("73.11%", Fraction(7311, 10000)),
    ("max(1,200)", 200),
    ("min(3; 2; 5)", 2),
    ("floor(31/2)+1", 16),
    ("ceil(31/2)", 16),
    ("abs(-3)", 3),
    ("relu(-2)", 0),
    ("1 + 2 - 3 - 4", -4),
    ("12/2/3", 2),
]


@pytest.mark.parametrize(("text", "value"), EXACT)
def test_exact_arithmetic(text: str, value: int | Fraction) -> None:
    assert compute(read(text)) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1/(1+exp(-1))", 0.7310585786300049),
        ("sigmoid(1)", 0.7310585786300049),
        ("ln(2)", 0.6931471805599453),
        ("log(2)", 0.6931471805599453),
        ("log10(1000)", 3.0),
        ("log2(8)", 3.0),
        ("e", math.e),
        ("2π", 2 * math.pi),
        ("pi/2", math.pi / 2),
        ("sin(π/2)", 1.0),
        ("tanh(0.5)", 0.46211715726000973),
        ("√2", math.sqrt(2)),
        ("e^-1", math.exp(-1)),
        ("e⁻²", math.exp(-2)),
        ("π²", math.pi**2),
        ("2^0.5", math.sqrt(2)),
        ("0.25^10", 9.5367431640625e-07),
    ],
)
def test_functions(text: str, value: float) -> None:
    assert float(compute(read(text))) == pytest.approx(value, rel=1e-12)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("(25*3+1)*16", "(25·3 + 1)·16"),
        ("1/(1+exp(-1))", "1/(1 + exp(-1))"),
        ("2^10", "2¹⁰"),
        ("e^-1", "e⁻¹"),
        ("sqrt(2)", "√2"),
        ("√(2+1)", "√(2 + 1)"),
        ("1-(2-3)", "1 - (2 - 3)"),
        ("1-2-3", "1 - 2 - 3"),
        ("8/(4/2)", "8/(4/2)"),
        ("(2+3)^2", "(2 + 3)²"),
        ("2(3+4)", "2·(3 + 4)"),
        ("max(1, 2)", "max(1, 2)"),
        ("50 %", "50 %"),
    ],
)
def test_what_is_read_is_shown(text: str, shown: str) -> None:
    assert show(read(text)) == shown


@pytest.mark.parametrize("text", [text for text, _ in EXACT])
def test_what_is_shown_is_read_as_the_same(text: str) -> None:
    tree = read(text)
    assert compute(read(show(tree))) == compute(tree)


@pytest.mark.parametrize(
    ("text", "trouble", "position"),
    [
        ("9**9**9", "large", 0),
        ("9^9^9^9^9", "large", 0),
        ("10^400", "large", 0),
        ("1e400", "large", 0),
        ("exp(1000)", "large", 0),
        ("2^-5000", "large", 0),
        ("9" * 399, "large", 0),
        ("1+" * 300 + "1", "long", 0),
        ("(" * 300 + "1", "long", 0),
        ("-" * 300 + "1", "long", 0),
        ("9" * 1_000_000, "long", 0),
        ("1+1+" * 99 + "1", "long", None),
        ("(1+2", "open", 4),
        ("exp(1", "open", 5),
        ("1+", "syntax", 2),
        ("1)", "syntax", 1),
        ("1 2", "syntax", 2),
        ("12a6", "name", 2),
        ("x+1", "name", 0),
        ("__import__('os')", "syntax", 0),
        ("a.b", "syntax", 1),
        ("1/2π", "syntax", 3),
        ("exp 1", "syntax", 3),
        ("exp(1,2)", "syntax", None),
        ("0,7311", "comma", 0),
        ("12,5+1", "comma", 0),
        ("1/0", "undefined", 0),
        ("0^-1", "undefined", 0),
        ("log(0)", "undefined", 0),
        ("√(-1)", "undefined", 0),
        ("(-8)^(1/3)", "undefined", 0),
        ("inf", "infinite", 0),
        ("1+nan", "infinite", 2),
        ("", "syntax", 0),
        ("h[t] [MASK] [/x]", "name", 0),
    ],
)
def test_trouble_and_where(text: str, trouble: str, position: int | None) -> None:
    with pytest.raises(Unread) as caught:
        assert compute(read(text)) is None
    assert caught.value.trouble == trouble
    if position is not None and trouble not in ("large", "long", "undefined"):
        assert caught.value.position == position


@given(st.text(max_size=60))
def test_junk_never_breaks_the_reader(text: str) -> None:
    try:
        float(compute(read(text)))
    except (Unread, OverflowError):
        return


@given(st.text(alphabet="0123456789+-*/^().,%√eπ²½ x", max_size=60))
def test_arithmetic_junk_never_breaks_the_reader(text: str) -> None:
    try:
        tree = read(text)
        value = compute(tree)
    except Unread:
        return
    assert float(compute(read(show(tree)))) == pytest.approx(float(value), rel=1e-9)


@given(st.integers(-(10**12), 10**12))
def test_whole_numbers_read_back_in_every_notation(number: int) -> None:
    sign, digits = ("-" if number < 0 else ""), abs(number)
    for text in (f"{number}", f"{number:,}", f"{sign}{digits:,}".replace(",", " "), f"{number}.0"):
        assert compute(read(text)) == number


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e15, max_value=1e15))
def test_reals_read_back_in_every_notation(number: float) -> None:
    for text in (repr(number), f"{number:.17e}", f"{number:.17e}".replace("e", "E")):
        assert float(compute(read(text))) == pytest.approx(number, rel=1e-12, abs=1e-300)
