"""The weeks' notes and checklists: they load strictly, fit 80 columns, and their numbers are right.

A fenced block with the info string ``check`` holds worked numbers, one a line, in either form:

    expression = number
    label = expression = number

A label that is one name (``p₁``, ``ŷ``, ``loss``) stands for the expression's unrounded value in
the lines below it. ``=`` before a number with a decimal point means "rounds to it"; before a
whole number it means exactly; ``≈`` rounds to a whole number. ``#`` starts a remark. Expressions
are arithmetic as a reader writes it: ``·`` ``×`` ``/`` ``÷`` ``−`` ``²`` ``⌊x⌋`` ``⌈x⌉`` ``√2``
``√(x)`` ``π``, and the functions listed in FUNCTIONS.
"""

from __future__ import annotations

import ast
import math
import operator
import re
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
import yaml
from rich.cells import cell_len

from quizapp.content.model import BEYOND, WeekFile

WEEKS = Path(__file__).parents[2] / "questions" / "weeks"
FILES = [*sorted(WEEKS.glob("week-*.yaml")), WEEKS / "beyond.yaml"]
CODE_COLUMNS = 72
TABLE_COLUMNS = 76


def load(path: Path) -> WeekFile:
    # CSafeLoader is libyaml's safe loader: no Python objects are built.
    data = yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)
    return msgspec.convert(data, WeekFile)


@pytest.fixture(params=FILES, ids=lambda path: path.stem)
def path(request: pytest.FixtureRequest) -> Path:
    found = request.param
    assert isinstance(found, Path)
    return found


@pytest.fixture
def week(path: Path) -> WeekFile:
    return load(path)


# ------------------------------------------------------------------ the checker of numbers


def sigma(z: float) -> float:
    return 1 / (1 + math.exp(-z))


def normal_cdf(z: float) -> float:
    return 0.5 * (1 + math.erf(z / math.sqrt(2)))


FUNCTIONS: dict[str, Callable[..., float]] = {
    "exp": math.exp,
    "ln": math.log,
    "log2": math.log2,
    "log10": math.log10,
    "sqrt": math.sqrt,
    "tanh": math.tanh,
    "sin": math.sin,
    "cos": math.cos,
    "sigma": sigma,
    "σ": sigma,
    "Φ": normal_cdf,
    "abs": abs,
    "min": min,
    "max": max,
    "floor": math.floor,
    "ceil": math.ceil,
}
OPERATORS: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}
SIGNS = str.maketrans("·×÷−⌊⌋⌈⌉₀₁₂₃₄₅₆₇₈₉′", "**/-()()0123456789_")
SUPERSCRIPTS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
NUMBER = re.compile(r"[−-]?(\d{1,3}(,\d{3})+|\d+)(\.\d+)?(e[−-]?\d+)?")


def as_python(text: str) -> str:
    text = re.sub("[⁻⁰¹²³⁴-⁹]+", lambda m: f"**({m[0].translate(SUPERSCRIPTS)})", text)
    text = re.sub(r"√(\d+(\.\d+)?)", r"sqrt(\1)", text.replace("√(", "sqrt("))
    text = text.replace("⌊", "floor⌊").replace("⌈", "ceil⌈").replace("^", "**")
    return unicodedata.normalize("NFKC", text.translate(SIGNS)).strip()


def evaluate(text: str, names: dict[str, float]) -> float:
    """The value of an arithmetic expression; ValueError when it is anything else."""
    return value_of(ast.parse(as_python(text), mode="eval").body, names)


def value_of(node: ast.expr, names: dict[str, float]) -> float:
    match node:
        case ast.Constant(value=int() | float() as number):
            return number
        case ast.Name(id=name) if name in names:
            return names[name]
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -value_of(operand, names)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in OPERATORS:
            return OPERATORS[type(op)](value_of(left, names), value_of(right, names))
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]) if name in FUNCTIONS:
            return FUNCTIONS[name](*(value_of(arg, names) for arg in args))
    raise ValueError(f"not arithmetic: {ast.unparse(node)}")


def half_unit(printed: str) -> float:
    """Half a unit in the last printed digit: 0.43 → 0.005, 9.54e-7 → 5e-10, 300 → 0.5."""
    mantissa, _, exponent = printed.replace("−", "-").partition("e")
    decimals = len(mantissa.partition(".")[2])
    return 0.5 * float(10.0 ** (int(exponent or 0) - decimals))


def check_line(line: str, names: dict[str, float]) -> None:
    """Assert that one line of a ``check`` block is true; remember its label's value."""
    text = line.partition("#")[0].strip()
    if not text:
        return
    members = [member.strip() for member in re.split("[=≈]", text)]
    assert len(members) in (2, 3), f"expected [label =] expression = number: {line}"
    printed = members[-1]
    assert NUMBER.fullmatch(printed), f"the last member must be a number: {line}"
    value = evaluate(members[-2], names)
    exact = not re.search(r"[.e≈]", printed + ("≈" if "≈" in text else ""))
    slack = 1e-9 * max(1.0, abs(value)) if "e" not in printed else 1e-9 * abs(value)
    allowed = slack if exact else half_unit(printed) + slack
    shown = float(printed.replace(",", "").replace("−", "-"))
    assert abs(value - shown) <= allowed, f"{line.strip()} (computed: {value:.10g})"
    label = as_python(members[0])
    if len(members) == 3 and label.isidentifier():
        names[label] = value


def fences(body: str) -> Iterator[tuple[str, list[str]]]:
    """Each fenced block of a Markdown text: info string and lines."""
    for found in re.finditer(r"^```(\S*)\n(.*?)^```$", body, re.MULTILINE | re.DOTALL):
        yield found[1], found[2].splitlines()


def without_fences(body: str) -> str:
    return re.sub(r"^```\S*\n.*?^```$", "", body, flags=re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize(
    "line",
    [
        "0.25**10 = 9.54e-7",
        "⌊(32 − 5 + 2·2)/1⌋ + 1 = 32",
        "σ(0)·(1 − σ(0)) = 0.25",
        "−ln(0.5) = 0.693",
        "loss = √2 · 3² = 12.73",
        "784·128 + 128 = 100,480",
        "∂L/∂w = 2·2·(2 − 6) = −16",
        "1 − 0.95⁶⁰ = 0.954  # at least one hit",
        "1/3 × 100 ≈ 33",
        "2⁻³ = 0.125",
        "cos(π/2) = 0.0",
        "# a remark",
    ],
)
def test_checker_accepts_what_is_true(line: str) -> None:
    check_line(line, {"π": math.pi})


@pytest.mark.parametrize(
    "line",
    [
        "0.25**10 = 9.53e-7",
        "31/2 = 15",
        "31/2 = 16",
        "1/3 = 0.34",
        "exp(1) = 2.71",
        "100·3 ≈ 301",
        "1/3 ≈ 1",
    ],
)
def test_checker_refuses_what_is_false(line: str) -> None:
    with pytest.raises(AssertionError):
        check_line(line, {})


@pytest.mark.parametrize("line", ["__import__('os') = 1", "x = 2", "(1).real = 1", "[1][0] = 1"])
def test_checker_reads_arithmetic_only(line: str) -> None:
    with pytest.raises(ValueError, match="not arithmetic"):
        check_line(line, {})


def test_checker_carries_unrounded_values() -> None:
    names: dict[str, float] = {}
    check_line("p₁ = 2/3 = 0.7", names)
    check_line("3·p₁ = 2", names)


# ------------------------------------------------------------------ the files


def test_every_week_is_there() -> None:
    assert [load(path).week for path in FILES] == [*range(2, 12), BEYOND]


def test_week_matches_file_name(path: Path) -> None:
    week = load(path).week
    assert path.stem == ("beyond" if week == BEYOND else f"week-{week:02d}")


def test_checklist_ids_and_claims(week: WeekFile) -> None:
    ids = [item.id for item in week.checklist]
    prefix = "wb" if week.week == BEYOND else f"w{week.week:02d}"
    assert ids == [f"{prefix}-{n}" for n in range(1, len(ids) + 1)]
    for item in week.checklist:
        assert item.claim.startswith("I can "), item.id
        assert item.claim.endswith("."), item.id
        assert item.concepts, item.id
        assert all(re.fullmatch(r"q(0[1-9]|1\d|20)", q) for q in item.questions), item.id


def test_every_checklist_concept_is_explained() -> None:
    weeks = [load(path) for path in FILES]
    explained = {concept for week in weeks for note in week.notes for concept in note.concepts}
    for week in weeks:
        for item in week.checklist:
            missing = set(item.concepts) - explained
            assert not missing, f"{item.id}: no note explains {sorted(missing)}"


def test_notes_have_their_form(week: WeekFile) -> None:
    assert 5 <= len(week.notes) <= 9
    assert len({note.title for note in week.notes}) == len(week.notes)
    assert week.insight.endswith(".")
    for note in week.notes:
        assert note.concepts, note.title
        assert any(info == "check" for info, _ in fences(note.body)), f"{note.title}: no example"


def test_worked_numbers_are_right(week: WeekFile) -> None:
    for note in week.notes:
        for info, lines in fences(note.body):
            if info == "check":
                names = {"π": math.pi, "e": math.e}
                for line in lines:
                    check_line(line, names)


def test_fits_eighty_columns(week: WeekFile) -> None:
    for note in week.notes:
        for _, lines in fences(note.body):
            for line in lines:
                assert cell_len(line) <= CODE_COLUMNS, f"{note.title}: {line}"
        for line in without_fences(note.body).splitlines():
            if line.lstrip().startswith("|"):
                assert cell_len(line) <= TABLE_COLUMNS, f"{note.title}: {line}"


def test_table_rows_have_the_same_number_of_cells(week: WeekFile) -> None:
    for note in week.notes:
        for table in re.findall(r"(?:^\|.*\n?)+", without_fences(note.body), re.MULTILINE):
            widths = {len(re.split(r"(?<!\\)\|", line)) for line in table.strip().splitlines()}
            assert len(widths) == 1, f"{note.title}: {table}"


def test_no_combining_marks_where_columns_align(week: WeekFile) -> None:
    for note in week.notes:
        code = "\n".join(line for _, lines in fences(note.body) for line in lines)
        table = "\n".join(re.findall(r"^\|.*$", note.body, re.MULTILINE))
        combining = [char for char in code + table if unicodedata.combining(char)]
        assert not combining, f"{note.title}: {combining}"


def test_plain_markdown_only(path: Path, week: WeekFile) -> None:
    raw = path.read_text(encoding="utf-8")
    strange = [c for c in raw if c != "\n" and unicodedata.category(c) in ("Cc", "Cf", "Co", "Cs")]
    assert not strange, f"control characters or tabs: {strange}"
    for note in week.notes:
        assert note.body.count("```") % 2 == 0, note.title
        prose = re.sub(r"`[^`]*`", "", without_fences(note.body))
        assert not re.search(r"</?[A-Za-z!]", prose), f"{note.title}: HTML"
        assert "$" not in prose, f"{note.title}: LaTeX"
        assert "\\" not in prose.replace("\\|", ""), f"{note.title}: LaTeX"
        without_links = re.sub(r"\[[^\[\]]+\]\(https://[^\s()]+\)", "", prose)
        assert not re.search(r"[\[\]]", without_links), f"{note.title}: brackets outside code"


# ------------------------------------------------------------------ to watch and to read

RESOURCES = {
    4: ["watch-cs231n-lecture-5", "watch-statquest-cnn"],
    5: ["watch-cs231n-lecture-9"],
    8: ["watch-statquest-rnn", "watch-statquest-lstm", "course-ng-sequence-models"],
    10: [
        "read-illustrated-transformer",
        "watch-illustrated-transformer",
        "watch-statquest-attention",
        "watch-statquest-transformer",
        "watch-karpathy-gpt",
    ],
}


def test_resources_of_the_week(week: WeekFile) -> None:
    assert [resource.id for resource in week.resources] == RESOURCES.get(week.week, [])
    for resource in week.resources:
        assert resource.id.startswith(f"{resource.kind}-")
        assert resource.url.startswith("https://") or resource.kind == "course", resource.id
        assert resource.url not in "".join(note.body for note in week.notes) or not resource.url
    orders = [resource.order for resource in week.resources]
    assert orders == sorted(orders)


def test_resources_support_what_the_notes_explain() -> None:
    weeks = [load(path) for path in FILES]
    explained = {concept for week in weeks for note in week.notes for concept in note.concepts}
    for week in weeks:
        here = {concept for note in week.notes for concept in note.concepts}
        for resource in week.resources:
            assert set(resource.concepts) <= explained, resource.id
            assert here.intersection(resource.concepts), f"{resource.id} is in the wrong week"


# ------------------------------------------------------------------ beyond


def test_every_template_beyond_the_weeks_belongs_to_an_item() -> None:
    found = (WEEKS.parent / "numeric").glob("*.yaml")
    drilled = {
        concept
        for path in found
        for template in yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)
        if template["week"] == BEYOND
        for concept in template["concepts"]
    }
    listed = {concept for item in load(FILES[-1]).checklist for concept in item.concepts}
    assert drilled
    assert drilled <= listed
