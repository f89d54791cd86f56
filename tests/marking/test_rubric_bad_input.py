"""What is typed in bad faith or by mistake: read in a blink, or said to be too long to read."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quizapp.content import bank
from quizapp.content.model import Criterion, Group, Part
from quizapp.marking.rubric import suggest
from quizapp.marking.rubric.evidence import find
from quizapp.marking.rubric.lookup import Finder
from quizapp.marking.rubric.wording import MOST_CHARACTERS, MOST_SENTENCES, MOST_WORDS, read

BLINK = 0.05  # seconds of process time


def criterion(*groups: Group, name: str, opposite_of: str = "", against: str = "") -> Criterion:
    contradicted_by = ((against,),) if against else ()
    return Criterion(name, 1, "what earns it", groups, contradicted_by, opposite_of=opposite_of)


RUBRIC = [
    criterion(("gradient*", "deriv*>small*"), ("shrink*", "1/√(d_k)"), ("layer*~deep*",), name="a"),
    criterion(("bert",), ("encoder*", "not>left"), name="b", opposite_of="c"),
    criterion(("gpt",), ("decoder*", "k^d"), name="c", opposite_of="b", against="gpt>encoder"),
]


JUNK = {
    "1 MB": "The gradient shrinks with BERT and GPT. " * 26_000,
    "one long word": "a" * 100_000,
    "10,000 sentences": "GPT. " * 10_000,
    "right to left": "שלום עולם. مرحبا " * 2_000,
    "combining marks": "g" + "\u0301" * 50_000,
    "control characters": "\x00\x07\x1b[31m\x7f" * 5_000,
    "lone surrogate": "gradient \ud800 shrinks",
    "blank lines": "\n" * 1_000_000,
    "full stops": "." * 1_000_000,
    "signs": "+-*/=^_{}()" * 50_000,
    "products": "3 x " * 20_000,
    "apostrophes": "a'" * 50_000,
    "hyphens": "pre-" * 50_000,
    "all the words": "gradient small shrink layer deep bert encoder not left gpt decoder. " * 500,
    "emoji": "🧠👩‍🔬" * 10_000,
    "ligatures": "\ufdfa" * 6_000,  # each becomes eighteen letters
    "nots": "not " * 20_000,
    "negated stems": "not gradient never shrinks no layer deep; " * 400,
    "topics in turn": "BERT, GPT, " * 4_000,
    "one letter": "g " * 50_000,
}


@pytest.mark.parametrize("name", JUNK)
def test_junk_is_read_in_a_blink_or_said_to_be_too_long(name: str) -> None:
    found = suggest(JUNK[name], RUBRIC, "")
    assert in_a_blink(lambda: suggest(JUNK[name], RUBRIC, ""))
    assert all(span.end <= len(JUNK[name]) for each in found for span in each.evidence)


def best_of(runs: int, call: Callable[[], object]) -> float:
    """Seconds of process time, which other programs hardly disturb."""

    def once() -> float:
        started = time.process_time()
        call()
        return time.process_time() - started

    return min(once() for _ in range(runs))


def in_a_blink(call: Callable[[], object]) -> bool:
    """Whether a call takes less; one that seems not to is given more tries on a busy machine."""
    return best_of(2, call) < BLINK or best_of(15, call) < BLINK


# ------------------------------------------------------- the exam's own stems, against it


def _text_parts() -> list[Part]:
    read_exam = bank.read_folder(bank.default_folder()).exam
    assert read_exam is not None
    assert read_exam.content is not None
    parts = [part for question in read_exam.content.questions for part in question.parts]
    return [part for part in parts if part.kind == "text"]


def _stems(part: Part) -> list[str]:
    """Words that match the stems of a part, each as often as the evidence has it."""
    groups = [group for each in part.rubric for group in each.evidence]
    text = " ".join(alternative for group in groups for alternative in group)
    return "".join(" " if sign in "*>~|" else sign for sign in text).split()


WORST: dict[str, Callable[[list[str]], str]] = {
    "all in one sentence": lambda words: " ".join(words * 9),
    "all, a few to a sentence": lambda words: ". ".join(
        " ".join(words[at : at + 8]) for at in range(0, len(words) - 8, 8)
    ),
    "all negated": lambda words: ". ".join(
        " not ".join(words[at : at + 4]) for at in range(0, len(words) - 4, 4)
    ),
    "one over and over": lambda words: f"{words[0]} " * 3_000,
    "slips of the pen": lambda words: " ".join(
        f"{word[:5]}{number % 23:x}{word[6:]}q" for number, word in enumerate(words * 9)
    ),
}


@pytest.mark.parametrize("kind", WORST)
def test_no_rubric_of_the_exam_is_slow_on_its_own_stems(kind: str) -> None:
    for part in _text_parts():
        text = WORST[kind](_stems(part))
        assert in_a_blink(partial(suggest, text, part.rubric, "")), part.rubric[0].id


# ---------------------------------------------------------------------------------- growth


@pytest.mark.parametrize(
    "sentence",
    [
        "The gradient is small and BERT has layers deep in the encoder, GPT not. ",
        "not gradient never shrinks no layer deep ",
        "BERT, GPT, ",
        "g ",
        "1/√(d_k) + k^d, ",
    ],
)
def test_time_grows_no_faster_than_the_answer(sentence: str) -> None:
    """Four times the answer takes about four times the time; ten is far from sixteen."""
    short = sentence * (MOST_WORDS // 4 // len(sentence.split()))
    few = best_of(7, lambda: suggest(short, RUBRIC, ""))
    many = best_of(7, lambda: suggest(short * 4, RUBRIC, ""))
    assert many < 10 * few + 0.002


def test_what_is_not_read_costs_nothing() -> None:
    full = "The gradient shrinks with depth, " * (MOST_CHARACTERS // 33)
    few = best_of(7, lambda: suggest(full, RUBRIC, ""))
    many = best_of(7, lambda: suggest(full * 200, RUBRIC, ""))
    assert many < 3 * few + 0.002


def test_only_the_beginning_of_a_long_answer_is_read() -> None:
    long = "The gradient shrinks. " + "x " * MOST_CHARACTERS
    reading = read(long)
    assert reading.cut
    assert reading.words[-1].end <= MOST_CHARACTERS
    [found] = suggest(long, [criterion(("gradient",), ("shrink*",), name="a")], "")
    assert [flag.reason for flag in found.flags] == [
        "the answer is too long to read; only its beginning was looked at"
    ]
    assert len(read("x " * (MOST_WORDS + 5)).words) == MOST_WORDS
    assert read("A. " * (MOST_SENTENCES + 5)).sentences == MOST_SENTENCES


ALPHABET = st.sampled_from(
    [*"gradient shrinks .,;\n()-'_^√σ×3", "not ", "BERT ", "GPT ", "encoder ", "decoder ",
     "F(x)+x ", "instead of ", "e.g. ", "\u0301", "ß", "½", "א", "🧠"]
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.text(max_size=300), st.lists(ALPHABET, max_size=80).map("".join)), st.text())
def test_never_raises_and_spans_lie_inside(response: str, prompt: str) -> None:
    found = suggest(response, RUBRIC, prompt)
    assert [suggestion.criterion for suggestion in found] == ["a", "b", "c"]
    for suggestion in found:
        spans = [*suggestion.evidence, *(f.span for f in suggestion.flags if f.span is not None)]
        assert all(0 <= span.start < span.end <= len(response) for span in spans)
        assert list(suggestion.evidence) == sorted(suggestion.evidence)
        assert 0 <= suggestion.points <= 1
        assert suggestion.points % 0.5 == 0
        assert (suggestion.points > 0) is (suggestion.level != "missed")
    assert suggest(response, RUBRIC, prompt) == found


@settings(max_examples=100, deadline=None)
@given(st.lists(ALPHABET, max_size=60).map("".join))
def test_case_never_matters(response: str) -> None:
    lower = [(s.level, s.points) for s in suggest(response.lower(), RUBRIC, "")]
    assert [(s.level, s.points) for s in suggest(response.upper(), RUBRIC, "")] == lower


def test_odd_evidence_finds_nothing() -> None:
    finder = Finder(read("some words here"))
    for alternative in ("*", ">", "~", "words>", "", "()", "a>>b"):
        assert find(finder, ((alternative,),)).groups in (0, 1)
