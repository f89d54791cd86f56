"""How answers are read: words, spelling, formulas, word groups, negation, flags, bad input."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quizapp.content.model import Criterion, Group
from quizapp.marking.rubric import Suggestion, suggest
from quizapp.marking.rubric.evidence import Finder, find, one_edit, reads_as
from quizapp.marking.rubric.topics import topics
from quizapp.marking.rubric.wording import MOST_CHARACTERS, MOST_SENTENCES, read


def criterion(
    *groups: Group,
    points: float = 1,
    contradicted_by: tuple[Group, ...] = (),
    name: str = "c",
    opposite_of: str = "",
) -> Criterion:
    return Criterion(
        name, points, "what earns it", groups, contradicted_by, opposite_of=opposite_of
    )


def one(response: str, *groups: Group, points: float = 1, prompt: str = "") -> Suggestion:
    return suggest(response, [criterion(*groups, points=points)], prompt)[0]


def met(response: str, *groups: Group) -> bool:
    return one(response, *groups).level == "met"


# ----------------------------------------------------------------------------------- words


@pytest.mark.parametrize(
    ("stem", "response"),
    [
        ("saturat*", "It SATURATES."),
        ("bias", "two biases"),
        ("matrix", "the matrices"),
        ("frequency", "high frequencies"),
        ("neighbor*", "its neighbours"),
        ("neighbour*", "its neighbors"),
        ("normalis*", "is normalized"),
        ("normalized", "is normalised"),
        ("center", "the centre word"),
        ("modelling", "language modeling"),
        ("finetun*", "by fine-tuning it"),
        ("finetun*", "by fine tuning it"),
        ("finetun*", "finetuned"),
        ("skipgram", "Skip-gram"),
        ("skipgram", "skip gram"),
        ("hyperparameter", "Hyper-parameters"),
        ("hyperparameter", "hyper parameters"),
        ("minibatch", "a mini-batch"),
        ("gradient", "the gradeint"),  # two letters swapped
        ("discriminat*", "the discrimnator"),  # one left out
        ("convolution*", "convollution"),  # one too many
        ("softmax", "the sofmax"),
        ("naive", "naïve"),
        ("3x3", "a 3 × 3 filter"),
        ("3x3", "a 3*3 filter"),
        ("0.25", "at most 0.25"),
        ("1216", "1,216 weights"),
        ("sigma", "μ and σ"),
        ("softmax", "ＳＯＦＴＭＡＸ"),  # full width
        ("not", "it doesn’t"),
        ("not", "it cannot"),
        ("not", "without it"),
    ],
)
def test_read_as_a_person_reads(stem: str, response: str) -> None:
    assert met(response, (stem,))


@pytest.mark.parametrize(
    ("stem", "response"),
    [
        ("parameter", "hyperparameters"),
        ("parameter", "hyper-parameters"),
        ("bias", "biased"),
        ("gate", "gated"),
        ("context", "content"),  # one letter away, but a word of its own
        ("variant*", "the variance"),
        ("encoder", "decoder"),
        ("mean", "men"),  # short words have to be spelled right
        ("gat", "gates"),
        ("3x3", "33"),
        ("25", "0.25"),
        ("positiv*", "position"),
    ],
)
def test_words_that_are_others(stem: str, response: str) -> None:
    assert not met(response, (stem,))


@pytest.mark.parametrize(
    ("formula", "response"),
    [
        ("F(x)+x", "y = F(x) + x"),
        ("F(x)+x", "so f(x)+x is the output"),
        ("1/√(d_k)", "scaled by 1/sqrt(dk)"),
        ("1/√(d_k)", "1 / √d_k"),
        ("1/√(d_k)", r"1/\sqrt{d_k}"),
        ("D^-1/2", "D̂^{−1/2} Â D̂^{−1/2}"),
        ("D^-1/2", "D^-1/2 A D^-1/2"),
        ("QK^T", "QKᵀ"),
        ("QK^T", "Q K^T / sqrt(d)"),
        ("QK^T", "Q·Kᵀ"),
        ("QK^T", "Q @ K.T"),
        ("μ+σ·ε", "z = mu + sigma * eps"),
        ("μ+σ·ε", "z=μ+σ⊙ε"),
        ("μ+σ·ε", "mu + sigma*epsilon"),
        ("f_t·C_{t-1}+i_t", "C_t = f_t ⊙ C_{t−1} + i_t ⊙ C̃_t"),
        ("a·b/(|a||b|)", "a.b / (‖a‖ ‖b‖)"),
        ("-1,1", "in [−1, 1]"),
        ("k^d", "needs k^d runs"),
        ("1/4", "at most 1/4"),
        ("1/4", "at most ¼"),
    ],
)
def test_formulas_inside_prose(formula: str, response: str) -> None:
    assert met(response, (formula,))


@pytest.mark.parametrize(
    ("formula", "response"),
    [
        ("F(x)+x", "F(x) + xy"),
        ("F(x)+x", "F(x) - x"),
        ("1/4", "1/40"),
        ("1/4", "11/4"),
        ("μ+σ·ε", "σ+μ·ε"),
    ],
)
def test_formulas_that_are_others(formula: str, response: str) -> None:
    assert not met(response, (formula,))


@pytest.mark.parametrize(
    ("one_word", "other", "close"),
    [
        ("softmax", "sofmax", True),
        ("softmax", "softmaxx", True),
        ("softmax", "softmix", True),
        ("softmax", "sotfmax", True),
        ("softmax", "softmax", False),
        ("softmax", "sftmx", False),
        ("softmax", "xamtfos", False),
    ],
)
def test_one_edit(one_word: str, other: str, close: bool) -> None:
    assert one_edit(one_word, other) is close
    assert one_edit(other, one_word) is close


def test_a_slip_in_the_first_letter_is_another_word() -> None:
    assert not reads_as("bonvolution", "convolution")


# ------------------------------------------------------------------------------- sentences


@pytest.mark.parametrize(
    ("response", "sentences"),
    [
        ("One. Two! Three? Four", 4),
        ("One; two", 2),
        ("e.g. one, i.e. two vs. three", 1),
        ("0.25 and 3.5 times", 1),
        ("1. first\n2. second", 2),
        ("- a\n- b", 2),
        ("a line that is\nwrapped", 1),
        ("above\n\nbelow", 2),
        ("the end.The next", 2),
        ("", 0),
    ],
)
def test_sentences(response: str, sentences: int) -> None:
    assert read(response).sentences == sentences


def test_groups_meet_within_two_neighbouring_sentences() -> None:
    groups: tuple[Group, ...] = (("alpha",), ("omega",))
    assert met("Alpha comes first. Omega comes last.", *groups)
    assert one("Alpha comes first. Then nothing. Omega comes last.", *groups).level == "partly"


# ---------------------------------------------------------------------------------- groups


def test_an_alternative_needs_all_its_stems() -> None:
    assert met("pool the maximum", ("max* pool*",))
    assert not met("the maximum", ("max* pool*",))


@pytest.mark.parametrize(
    ("chain", "response", "found"),
    [
        ("predict*>context*", "it predicts the context", True),
        ("predict*>context*", "the context predicts it", False),
        ("predict*>context*", "it predicts. The context", False),
        ("predict*>context*", "it predicts one two three four five six context", False),
        ("predict*~context*", "it predicts all the surrounding context", True),
        ("predict*~context*", "it predicts from the context", False),
        ("predict*~context*", "it predicts the word in the context", False),
        ("sum*>to>1", "they sum up to 1", True),
    ],
)
def test_chains(chain: str, response: str, found: bool) -> None:
    assert met(response, (chain,)) is found


def test_the_same_group_twice_asks_for_two_things() -> None:
    items: Group = ("weight*", "bias", "filter")
    assert one("weights and biases", items, items).level == "met"
    assert one("weights", items, items).level == "partly"
    assert one("weights, weights", items, items).level == "partly"
    assert one("nothing", items, items).level == "missed"


@pytest.mark.parametrize(
    ("points", "groups_found", "of", "level", "given"),
    [
        (1, 2, 2, "met", 1),
        (1, 1, 2, "partly", 0.5),
        (1, 1, 3, "missed", 0),
        (1, 2, 3, "partly", 0.5),
        (0.5, 1, 1, "met", 0.5),
        (0.5, 1, 2, "missed", 0),  # half a point is all or nothing
        (1.5, 1, 2, "partly", 0.5),
        (1.5, 2, 3, "partly", 1),
        (1.5, 3, 3, "met", 1.5),
        (2, 1, 2, "partly", 1),
    ],
)
def test_levels_and_points(
    points: float, groups_found: int, of: int, level: str, given: float
) -> None:
    words = ["alpha", "beta", "gamma"]
    groups = [(word,) for word in words[:of]]
    found = one(" ".join(words[:groups_found]), *groups, points=points)
    assert (found.level, found.points) == (level, given)


def test_evidence_is_where_it_stands() -> None:
    response = "The GRADIENTS, they shrink; D̂^{−1/2} too."
    found = one(response, ("gradient*",), ("shrink*",), ("D^-1/2",))
    assert [response[s.start : s.end] for s in found.evidence] == [
        "GRADIENTS",
        "shrink",
        "D̂^{−1/2",
    ]


def test_a_numeric_criterion_gets_no_suggestion() -> None:
    found = one("32x32x16")
    assert (found.level, found.points, found.evidence, found.flags) == ("missed", 0, (), ())


# ----------------------------------------------------------------------------------- flags


def flags(response: str, *groups: Group, prompt: str = "") -> list[str]:
    return [flag.name for flag in one(response, *groups, prompt=prompt).flags]


@pytest.mark.parametrize(
    "response",
    [
        "it does not saturate",
        "it never really saturates",
        "it doesn't saturate",
        "a line instead of saturating",
    ],
)
def test_negated(response: str) -> None:
    assert flags(response, ("saturat*",)) == ["negated"]


@pytest.mark.parametrize(
    "response",
    [
        "it saturates",
        "not a line but it saturates",
        "it is not linear, it saturates",
        "it not only saturates",
        "It does not saturate here. It saturates there.",  # one that no negation reaches
        "without much ado it saturates",
        "it saturates and does not grow",
    ],
)
def test_not_negated(response: str) -> None:
    assert flags(response, ("saturat*",)) == []


def test_a_negation_that_the_evidence_asks_for_is_no_flag() -> None:
    assert flags("sampling is not differentiable", ("not>differentia*",)) == []


def test_negation_is_said_in_words() -> None:
    [flag] = one("It does not saturate.", ("saturat*",)).flags
    assert flag.reason == '"not" stands before "saturate"'
    assert flag.span is not None
    assert "It does not saturate."[flag.span.start : flag.span.end] == "not saturate"


def test_contradicts() -> None:
    marked = criterion(("softmax",), contradicted_by=(("over~quer*",),))
    [found] = suggest("softmax over the queries", [marked], "")
    assert [flag.name for flag in found.flags] == ["contradicts"]
    assert (
        found.flags[0].reason == 'you wrote "over the queries"; the criterion says: what earns it'
    )
    [found] = suggest("softmax over the keys, not over the queries", [marked], "")
    assert found.flags == ()


def test_a_list_of_keywords() -> None:
    groups: tuple[Group, ...] = (("gradient",), ("depth",))
    assert flags("gradient, vanish, depth, sigmoid, tanh, relu, chain", *groups) == ["list"]
    assert flags("gradient vanish depth sigmoid tanh relu chain rule", *groups) == ["list"]
    assert flags("The gradient vanishes with the depth of the network.", *groups) == []
    assert flags("gradient, depth", *groups) == []


def test_the_question_echoed() -> None:
    prompt = "Say what it means for gradients to vanish in a deep network."
    response = "It means for gradients to vanish in a deep network."
    assert flags(response, ("gradient*",), ("vanish*",), prompt=prompt) == ["echo"]
    assert flags("Gradients vanish there.", ("gradient*",), ("vanish*",), prompt=prompt) == []


def test_far_too_long() -> None:
    long = "The gradient shrinks. " + "And so it goes on in this way. " * 45
    assert flags(long, ("gradient",)) == ["long"]
    assert flags(long[:500], ("gradient",)) == []


def test_flags_come_only_where_points_are_proposed() -> None:
    assert one("it does not saturate", ("saturat*",), ("a",), ("b",)).flags == ()


# -------------------------------------------------------------------------------- opposites

BERT = criterion(("bert",), ("encoder", "bidirectional"), name="bert", opposite_of="gpt")
GPT = criterion(("gpt",), ("decoder", "causal"), name="gpt", opposite_of="bert")


@pytest.mark.parametrize(
    "response",
    [
        "BERT is an encoder, GPT a decoder.",
        "BERT uses an encoder and GPT uses a decoder.",
        "BERT is bidirectional. It is trained by masking. GPT is causal.",
        "The encoder is BERT; the decoder is GPT.",
        "Unlike GPT, BERT is bidirectional. Unlike BERT, GPT is causal.",
        "With an encoder you get BERT, with a decoder you get GPT.",
        "BERT: encoder\nGPT: decoder",
    ],
)
def test_told_apart(response: str) -> None:
    found = suggest(response, [BERT, GPT], "")
    assert [(s.level, s.flags) for s in found] == [("met", ()), ("met", ())]


@pytest.mark.parametrize(
    "response",
    [
        "BERT is a decoder, GPT an encoder.",
        "BERT uses a decoder and GPT uses an encoder.",
        "GPT is bidirectional. It is an encoder. BERT is causal.",
        "BERT: decoder\nGPT: encoder",
    ],
)
def test_swapped(response: str) -> None:
    for found in suggest(response, [BERT, GPT], ""):
        assert [flag.name for flag in found.flags] == ["opposite"]


def test_what_is_said_of_the_other_is_no_swap() -> None:
    bert, gpt = suggest("BERT is an encoder.", [BERT, GPT], "")
    assert (bert.level, gpt.level) == ("met", "missed")
    assert bert.flags == gpt.flags == ()


def test_an_answer_about_neither_misses_both() -> None:
    assert {found.level for found in suggest("An encoder, a decoder.", [BERT, GPT], "")} == {
        "missed"
    }


def test_an_opposite_that_is_not_there_is_ignored() -> None:
    assert suggest("BERT is an encoder.", [BERT], "")[0].level == "met"


def test_topics_of_words() -> None:
    finder = Finder(read("Unlike GPT, BERT reads all; GPT does not"))
    assert topics(finder, ("bert",), ("gpt",)) == (
        "one",
        "one",
        "one",
        "one",
        "one",
        *["other"] * 3,
    )


# -------------------------------------------------------------------------------- bad input

RUBRIC = [
    criterion(("gradient*", "deriv*>small*"), ("shrink*", "1/√(d_k)"), ("layer*~deep*",), name="a"),
    criterion(("bert",), ("encoder*", "not>left"), name="b", opposite_of="c"),
    criterion(("gpt",), ("decoder*", "k^d"), name="c", opposite_of="b",
              contradicted_by=(("gpt>encoder",),)),
]  # fmt: skip

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
}


@pytest.mark.parametrize("name", JUNK)
def test_junk_is_read_in_a_blink_or_said_to_be_too_long(name: str) -> None:
    suggest(JUNK[name], RUBRIC, "")
    best = min(timed(JUNK[name]) for _ in range(3))
    assert best < 0.05 * 4  # 50 ms on a quiet machine
    assert all(
        s.end <= len(JUNK[name]) for f in suggest(JUNK[name], RUBRIC, "") for s in f.evidence
    )


def timed(response: str) -> float:
    start = time.perf_counter()
    suggest(response, RUBRIC, "")
    return time.perf_counter() - start


def test_only_the_beginning_of_a_long_answer_is_read() -> None:
    long = "The gradient shrinks. " + "x " * MOST_CHARACTERS
    reading = read(long)
    assert reading.cut
    assert reading.words[-1].end <= MOST_CHARACTERS
    [found] = suggest(long, [criterion(("gradient",), ("shrink*",))], "")
    assert [flag.reason for flag in found.flags] == [
        "the answer is too long to read; only its beginning was looked at"
    ]
    assert read("A. " * (MOST_SENTENCES + 5)).sentences == MOST_SENTENCES


def test_time_grows_no_faster_than_the_answer() -> None:
    half = "The gradient is small and BERT has layers deep in the encoder, GPT not. " * 40
    suggest(half * 2, RUBRIC, "")
    short = min(timed(half) for _ in range(5))
    long = min(timed(half * 2) for _ in range(5))
    assert long < 6 * short + 0.002


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
