"""How answers are read: words, spelling, formulas, word groups, negation, flags, bad input."""

from __future__ import annotations

import pytest

from quizapp.content.model import Criterion, Group
from quizapp.marking.rubric import Suggestion, suggest
from quizapp.marking.rubric.lookup import Finder
from quizapp.marking.rubric.stems import one_edit, reads_as
from quizapp.marking.rubric.topics import topics
from quizapp.marking.rubric.wording import read


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
        ("not", "w/o it"),
        ("bias", "the bais"),  # two letters swapped in a short word
        ("hidden", "the hiden state"),
        ("parameter", "two params"),
        ("gradientpenalt*", "a gradient penalty"),
        ("weight*|bias", "the biases"),
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
        ("from", "the form"),
        ("later", "the layers"),
        ("values", "a value"),
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
        ("One; two", 1),
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
    groups: tuple[Group, ...] = (("alpha~comes",), ("omega",))
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
        ("predict*~context*", "it predicts and context counts", False),
        ("sum*>to>1", "they sum up to 1", True),
    ],
)
def test_chains(chain: str, response: str, found: bool) -> None:
    assert met(response, (chain,)) is found


def test_the_same_group_twice_asks_for_two_things() -> None:
    items: Group = ("weight*", "bias", "filter")
    named: Group = ("parameter",)
    assert one("parameters: weights and biases", named, items, items).level == "met"
    assert one("parameters: weights", named, items, items).level == "partly"
    assert one("parameters: weights, weights", named, items, items).level == "partly"
    assert one("nothing", named, items, items).level == "missed"


def test_a_second_thing_is_there_or_not() -> None:
    remedies: Group = ("unroll*", "wasserstein*|gradientpenalt*", "spectral*")
    assert one("unrolled, or a Wasserstein loss", remedies, remedies).level == "met"
    assert one("Wasserstein with gradient penalty", remedies, remedies).level == "missed"


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
    words = ["alpha one", "beta two", "gamma three"]
    groups = [(word,) for word in words[:of]]
    found = one(" ".join(words[:groups_found]), *groups, points=points)
    assert (found.level, found.points) == (level, given)


def test_a_single_word_is_no_part_of_a_statement() -> None:
    groups: tuple[Group, ...] = (("active", "positiv*>input*"), ("slope>one",))
    assert one("The heat is active.", *groups).level == "missed"
    assert one("For positive inputs.", *groups).level == "partly"
    assert met("The slope is one where it is active.", *groups)


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


@pytest.mark.parametrize(
    "response",
    [
        "Leaky, spectral and saturating units do not help.",
        "The saturating unit is never used.",
        "The saturating ones cannot learn.",
        "It is wrong that it saturates.",
        "It vanishes. Nor does the unit saturate.",
        "This is not because it saturates.",
        "It has no soft saturating tails.",
        "They never grow or shrink or saturate.",
        "Here it saturates no unit.",
    ],
)
def test_negated_from_further_away(response: str) -> None:
    assert flags(response, ("saturat*",)) == ["negated"]


@pytest.mark.parametrize(
    "response",
    [
        "It saturates and is not used for that reason alone.",
        "Where it saturates, it does not learn.",
        "Not all of them saturate.",
        "Without scaling the unit saturates.",
        "ReLU, which does not vanish, and the saturating ones",
        "It saturates, so it does not help.",
        "It doesn't have to saturate.",
        "Nor does the unit have to saturate.",
        "Nothing but the saturating unit is kept.",
        "Not the saturating ones alone are kept.",
        "Without scaling nothing but noise, and no unit would be saturating.",
        "Saturating is not the only one.",
        "It isn't linear and saturates.",
        "The saturating ones are not more than two.",
    ],
)
def test_out_of_reach_of_a_negation(response: str) -> None:
    assert flags(response, ("saturat*",)) == []


@pytest.mark.parametrize(
    ("chain", "response", "found"),
    [
        ("not>own", "it does not use its own", True),
        ("not>own", "it does not ignore its own", False),
        ("not>own", "it does not learn and uses its own", False),
        ("own>not", "its own are not there", True),
        ("own>not", "its own are not lost", False),
        ("not>train*", "it is not an obstacle to training", False),
        ("weight*|bias>train*|learn*", "the biases are learned", True),
        ("weight*|bias>train*|learn*", "the biases are fixed", False),
    ],
)
def test_chains_with_negations_and_choices(chain: str, response: str, found: bool) -> None:
    assert met(response, (chain,)) is found


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


@pytest.mark.parametrize(
    ("response", "flagged"),
    [
        ("ReLU saturates, sigmoid does not grow.", ["opposite"]),
        ("Sigmoid is linear. ReLU saturates.", ["opposite"]),
        ("Sigmoid saturates, ReLU is linear.", []),
        ("Unlike ReLU, sigmoid saturates.", []),
        ("Both ReLU and sigmoid are used. Sigmoid saturates.", []),
        ("It saturates.", []),
        ("ReLU saturates.", []),  # nothing says that it was mixed up
        ("Sigmoid is linear. ReLU is flat. It saturates.", ["opposite"]),  # goes on about it
        ("Sigmoid is linear. ReLU is flat. A unit saturates.", []),
        ("There are tanh and ReLU. ReLU saturates.", ["opposite"]),
    ],
)
def test_said_of_the_wrong_thing(response: str, flagged: list[str]) -> None:
    marked = criterion(("saturat*",), contradicted_by=(("relu<>sigmoid|tanh",),))
    [found] = suggest(response, [marked], "")
    assert [flag.name for flag in found.flags] == flagged


@pytest.mark.parametrize(
    ("response", "flagged"),
    [
        ("GCN learns the weights by softmax.", ["contradicts"]),
        ("GCN: it learns the weights by softmax.", ["contradicts"]),
        ("Even without degrees a GCN learns the softmax.", ["contradicts"]),
        ("Softmax: unlike a GAT, which is no GCN, it learns.", []),
        ("A softmax is in the GAT, not in the GCN, and the GAT learns it.", []),
        ("Softmax is where GAT and not GCN, it is said, learns.", []),
        ("Softmax: the GCN avoids that it learns.", []),
        ("Softmax: the GCN, only a matrix, learns less.", []),
        ("Softmax: without it a GCN learns as well.", []),
        ("Softmax: unlike the GCN learning from degrees.", []),
        ("GCN has fixed ones, while GAT learns softmax weights.", []),
        ("GCN, unlike GAT, learns none, softmax is in GAT.", []),
        ("GCN never learns weights. Softmax is in GAT.", []),
        ("Not GCN learns them, softmax is in GAT.", []),
    ],
)
def test_a_contradiction_ends_where_the_sentence_turns(response: str, flagged: list[str]) -> None:
    marked = criterion(("softmax",), contradicted_by=(("gcn>learn*",),))
    [found] = suggest(response, [marked], "")
    assert [flag.name for flag in found.flags] == flagged


def test_a_list_of_keywords() -> None:
    groups: tuple[Group, ...] = (("gradient",), ("depth",))
    assert flags("gradient, vanish, depth, sigmoid, tanh, relu, chain", *groups) == ["list"]
    assert flags("gradient vanish depth sigmoid tanh relu chain rule", *groups) == ["list"]
    assert flags("The gradient vanishes with the depth of the network.", *groups) == []
    assert flags("gradient, depth", *groups) == []
    assert flags("very deep network only out of small gradient depth", *groups) == []


def test_the_question_echoed() -> None:
    prompt = "Say what it means for gradients to vanish in a deep network."
    response = "It means for gradients to vanish in a deep network."
    assert flags(response, ("gradient*",), ("vanish*",), prompt=prompt) == ["echo"]
    assert flags("Gradients vanish there.", ("gradient*",), ("vanish*",), prompt=prompt) == []


@pytest.mark.parametrize(
    ("response", "expected"),
    [
        ("A deep network has gradients that vanish, and to say so means that they vanish in it.",
         ["echo"]),
        ("Deep networks have vanishing gradients, so training stalls.", []),  # short, some new
        ("Gradients vanish in a deep network: each layer multiplies by a slope below one.", []),
        ("The gradients vanish.", []),
    ],
)  # fmt: skip
def test_the_words_of_the_question_turned_about(response: str, expected: list[str]) -> None:
    prompt = "Say what it means for gradients to vanish in a deep network."
    assert flags(response, ("gradient*",), ("vanish*",), prompt=prompt) == expected


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
        "BERT, for example with its encoder, is not GPT. GPT has a decoder.",
        "BERT is an encoder and other than GPT, which is a decoder.",
        "There are BERT and GPT. The first is an encoder, the second a decoder.",
        "BERT or GPT? The former has an encoder. In the latter, there is a decoder.",
        "You take an encoder: that is BERT. You take a decoder: this is called GPT.",
        "GPT is first. It reads both ways with an encoder: those are BERT. GPT has a decoder.",
        "BERT is an encoder, in contrast to GPT, where a decoder is used.",
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


FORGET = criterion(("forget*",), ("discard*", "old"), name="forget", opposite_of="input")
INPUT = criterion(("input",), ("new", "write*"), name="input", opposite_of="forget")
OUTPUT = criterion(("output",), ("reveal*", "hidden"), name="output", opposite_of="input")


def test_three_that_are_told_apart() -> None:
    response = "Forget: what old is discarded. Input: what new is written. Output: the hidden one."
    found = suggest(response, [FORGET, INPUT, OUTPUT], "")
    assert [(s.level, s.flags) for s in found] == [("met", ())] * 3


def test_three_in_a_ring() -> None:
    response = "Forget: what new is written. Input: the hidden one. Output: what old is discarded."
    for found in suggest(response, [FORGET, INPUT, OUTPUT], ""):
        assert [flag.name for flag in found.flags] == ["opposite"]


def test_an_answer_about_neither_misses_both() -> None:
    assert {found.level for found in suggest("An encoder, a decoder.", [BERT, GPT], "")} == {
        "missed"
    }


def test_an_opposite_that_is_not_there_is_ignored() -> None:
    assert suggest("BERT is an encoder.", [BERT], "")[0].level == "met"


def test_topics_of_words() -> None:
    finder = Finder(read("Unlike GPT, BERT reads all; GPT does not"))
    assert topics(finder, [("bert",), ("gpt",)]) == (0, 0, 0, 0, 0, 1, 1, 1)
