"""The embedding solvers: published and hand-worked numbers, wrong ones, torch."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from solvers import embeddings, find
from solvers.contract import BadInput, Solution, Unsuitable
from tests.solvers.conftest import kernel_device

Solve = Callable[[str, Mapping[str, Any]], Solution]


def wrong(solver: str, inputs: Mapping[str, Any], quantity: str) -> dict[str, Any]:
    solution = find(f"embeddings.{solver}").solve(inputs)
    return {w.id.partition("/")[2]: w.value for w in solution.wrong_answers_for(quantity)}


def verified(solver: str, inputs: Mapping[str, Any]) -> None:
    found = find(f"embeddings.{solver}")
    found.verify(found.solve(inputs), kernel_device())


# ---------------------------------------------------------------------- similarity

A_B = {"a": [1, 2, 2], "b": [3, 0, 4]}


def test_distance_by_hand(lawful: Solve) -> None:
    solution = lawful("embeddings.euclidean_distance", A_B)
    assert solution.quantities["distance"] == pytest.approx(math.sqrt(12))
    assert wrong("euclidean_distance", A_B, "distance") == pytest.approx(
        {
            "squared": 12,
            "manhattan": 6,
            "norm-difference": 2,
            "sum-of-vectors": math.sqrt(16 + 4 + 36),
            "mean": 2,
        }
    )
    one = wrong("euclidean_distance", {"a": [1], "b": [3]}, "distance")
    assert set(one) == {"squared", "norm-difference", "sum-of-vectors"}


def test_cosine_by_hand(lawful: Solve) -> None:
    solution = lawful("embeddings.cosine_similarity", A_B)
    assert solution.quantities["cosine"] == pytest.approx(11 / 15)
    assert wrong("cosine_similarity", A_B, "cosine") == pytest.approx(
        {
            "dot": 11,
            "one-norm": 11 / 3,
            "distance": 4 / 15,
            "squared-norms": 11 / 225,
            "sum-of-norms": 11 / 8,
            "angle": math.degrees(math.acos(11 / 15)),
        }
    )


@pytest.mark.parametrize("scale", [2, 0.5, 100])
def test_the_cosine_does_not_see_length(scale: float) -> None:
    solve = find("embeddings.cosine_similarity").solve
    scaled = solve({**A_B, "a": [scale * x for x in A_B["a"]]})
    assert scaled.quantities["cosine"] == pytest.approx(11 / 15)


vector = st.lists(st.floats(-1000, 1000), min_size=1, max_size=6)


@settings(max_examples=100, deadline=None)
@given(a=vector, seed=st.integers(0, 10**6))
def test_similarities_agree_with_torch(a: list[float], seed: int) -> None:
    rng = np.random.default_rng(seed)
    a = [x if abs(x) > 1e-9 else 0.0 for x in a]
    for b in (rng.normal(size=len(a)), np.array(a), -np.array(a), np.zeros(len(a))):
        verified("euclidean_distance", {"a": a, "b": b})
        if min(np.linalg.norm(a), np.linalg.norm(b)) >= 1e-3:
            verified("cosine_similarity", {"a": a, "b": b})


def test_cosines_of_arrays_are_torchs() -> None:
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(2, 5, 3))
    a[2] = 0
    theirs = torch.nn.functional.cosine_similarity(torch.tensor(a), torch.tensor(b))
    np.testing.assert_allclose(embeddings.cosine_similarity(a, b), theirs, rtol=1e-12)
    assert embeddings.cosine_similarity([0, 0], [1, 2]) == 0
    long = embeddings.cosine_similarity([0.1] * 3, [0.3] * 3)
    assert -1 <= long <= 1


# -------------------------------------------------------------- one-hot and look-up


def test_one_hot_vectors(lawful: Solve) -> None:
    words = {"vocabulary": 50_000, "first": 3, "second": 7, "tokens": 10}
    solution = lawful("embeddings.one_hot_similarity", words)
    assert solution.quantities == {
        "distance": pytest.approx(1.41421356),
        "cosine": 0,
        "entries": 500_000,
        "ones": 10,
    }
    assert wrong("one_hot_similarity", words, "distance") == pytest.approx(
        {"two": 2, "one": 1, "index-gap": 4, "sqrt-v": math.sqrt(50_000)}
    )
    two = {"vocabulary": 2, "first": 0, "second": 1}
    assert "sqrt-v" not in wrong("one_hot_similarity", two, "distance")


@settings(max_examples=20, deadline=None)
@given(st.data())
def test_one_hot_vectors_agree_with_torch(data: st.DataObject) -> None:
    size = data.draw(st.integers(2, 100_000))
    first, second = data.draw(
        st.tuples(st.integers(0, size - 1), st.integers(0, size - 1)).filter(lambda p: p[0] != p[1])
    )
    tokens = data.draw(st.integers(1, 10**6))
    words = {"vocabulary": size, "first": first, "second": second, "tokens": tokens}
    verified("one_hot_similarity", words)


TABLE = [[1, 2, 3], [4, 5, 6], [7, 8, 9], [0, -1, -2]]


def test_looking_up_a_word(lawful: Solve) -> None:
    lookup = {"table": TABLE, "word": 2}
    assert lawful("embeddings.lookup", lookup).quantities["embedding"] == [7, 8, 9]
    values = wrong("lookup", lookup, "embedding")
    assert values == {"column": [3, 6, 9, -2], "one-based": [4, 5, 6]}
    assert set(wrong("lookup", {**lookup, "word": 3}, "embedding")) == {"one-based"}
    assert set(wrong("lookup", {**lookup, "word": 0}, "embedding")) == {"column"}


def test_the_size_of_a_table(lawful: Solve) -> None:
    # word2vec's Google News vectors: 3 million words and phrases, 300 numbers each.
    size = {"vocabulary": 3_000_000, "width": 300}
    assert lawful("embeddings.table_size", size).quantities["parameters"] == 900_000_000
    assert wrong("table_size", {"vocabulary": 5, "width": 3}, "parameters") == {
        "with-bias": 18,
        "two-tables": 30,
        "v-plus-d": 8,
    }


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10**6), words=st.integers(1, 20), width=st.integers(1, 6))
def test_tables_agree_with_torch(seed: int, words: int, width: int) -> None:
    rng = np.random.default_rng(seed)
    table = rng.uniform(-1000, 1000, size=(words, width))
    verified("lookup", {"table": table, "word": int(rng.integers(words))})
    verified("table_size", {"vocabulary": seed + 1, "width": width})


# ------------------------------------------------------------------------- word2vec

# Scores of the three words with v_1 = (1, 2): 0, ln 4 and ln 2.
SKIP: dict[str, Any] = {
    "centres": [[3, 0], [1, 2], [0, 1]],
    "contexts": [[2, -1], [0, math.log(2)], [math.log(2), 0]],
    "centre": 1,
    "context": 2,
}


def test_skip_gram_by_hand(lawful: Solve) -> None:
    quantities = lawful("embeddings.skip_gram", SKIP).quantities
    assert quantities["scores"] == pytest.approx([0, math.log(4), math.log(2)])
    assert quantities["probabilities"] == pytest.approx([1 / 7, 4 / 7, 2 / 7])
    assert quantities["probability"] == pytest.approx(2 / 7)

    same = [math.exp(score) for score in (3, 5, 2)]  # v_w·v_1
    root = math.sqrt(5)
    cosines = [math.exp(c) for c in (0, 2 / root, 1 / root)]
    assert wrong("skip_gram", SKIP, "probability") == pytest.approx(
        {
            "same-table": same[2] / sum(same),
            "sigmoid": 2 / 3,
            "no-exp": 1 / 3,
            "cosine-first": cosines[2] / sum(cosines),
        }
    )
    scores = wrong("skip_gram", SKIP, "scores")
    assert scores["same-table"] == [3, 5, 2]
    assert scores["cosine-first"] == pytest.approx([0, 2 / root, 1 / root])
    level = {**SKIP, "contexts": [[0, 0]] * 3}
    assert "no-exp" not in wrong("skip_gram", level, "probability")


def test_a_probability_follows_from_the_stated_scores() -> None:
    solution = find("embeddings.skip_gram").solve(SKIP, stated={"scores": [0, 0, 0]})
    assert solution.quantities["probability"] == pytest.approx(1 / 3)


CBOW: dict[str, Any] = {
    "inputs": [[1, 0], [3, 4], [-1, 2], [9, 9]],
    "outputs": [[0, 0], [math.log(3), 0], [0, 0], [0, 0]],
    "context": [0, 2, 1],
    "centre": 1,
}


def test_cbow_by_hand(lawful: Solve) -> None:
    quantities = lawful("embeddings.cbow", CBOW).quantities
    assert quantities["hidden"] == [1, 2]
    assert quantities["probability"] == pytest.approx(3 / 6)
    assert wrong("cbow", CBOW, "hidden") == {
        "sum": [3, 6],
        "includes-centre": [1.5, 2.5],
        "concatenate": [1, 0, -1, 2, 3, 4],
        "max": [3, 4],
    }
    single = {**CBOW, "context": [0]}
    assert set(wrong("cbow", single, "hidden")) == {"includes-centre"}


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    words=st.integers(1, 8),
    width=st.integers(1, 5),
    scale=st.sampled_from([0.0, 1.0, 20.0]),
)
def test_word2vec_agrees_with_torch(seed: int, words: int, width: int, scale: float) -> None:
    rng = np.random.default_rng(seed)
    first, second = rng.uniform(-scale, scale, size=(2, words, width))
    centre, context = (int(rng.integers(words)) for _ in range(2))
    verified(
        "skip_gram",
        {"centres": first, "contexts": second, "centre": centre, "context": context},
    )
    bag = rng.integers(words, size=rng.integers(1, 5))
    verified("cbow", {"inputs": first, "outputs": second, "context": bag, "centre": centre})


# -------------------------------------------------------------------- pairs and counts


@pytest.mark.parametrize(
    ("tokens", "window", "pairs"),
    [(5, 2, 14), (6, 1, 10), (10, 2, 34), (4, 3, 12), (4, 9, 12), (1, 1, 0), (2, 1, 2)],
)
def test_numbers_of_pairs(lawful: Solve, tokens: int, window: int, pairs: int) -> None:
    text = {"tokens": tokens, "window": window}
    assert lawful("embeddings.skip_gram_pairs", text).quantities["pairs"] == pairs
    assert len(embeddings.context_pairs(range(tokens), window)) == pairs


def test_wrong_numbers_of_pairs() -> None:
    assert wrong("skip_gram_pairs", {"tokens": 10, "window": 3}, "pairs") == {
        "no-edges": 60,
        "one-sided": 24,
        "includes-centre": 58,
        "all-pairs": 90,
        "edge-half": 51,
    }
    wide = wrong("skip_gram_pairs", {"tokens": 3, "window": 5}, "pairs")
    assert wide == {"no-edges": 30, "one-sided": 3, "includes-centre": 9}


@settings(max_examples=60, deadline=None)
@given(tokens=st.integers(1, 300), window=st.integers(1, 2000))
def test_numbers_of_pairs_agree_with_a_band_matrix(tokens: int, window: int) -> None:
    verified("skip_gram_pairs", {"tokens": tokens, "window": window})


def test_pairs_are_in_order() -> None:
    # Mikolov et al. draw pairs from left to right; equal words at other places do count.
    assert embeddings.context_pairs(["a", "b", "a"], 2) == [
        ("a", "b"),
        ("a", "a"),
        ("b", "a"),
        ("b", "a"),
        ("a", "a"),
        ("a", "b"),
    ]
    with pytest.raises(BadInput, match="window is 0"):
        embeddings.context_pairs([1, 2], 0)


# I like deep learning. I like NLP. I enjoy flying. (Stanford CS224d, lecture 2), window 1
CS224D = {
    "tokens": [0, 1, 3, 4, 7, 0, 1, 5, 7, 0, 2, 6, 7],
    "vocabulary": 8,
    "window": 1,
    "word": 0,
    "context": 1,
}


def test_counts_of_a_text(lawful: Solve) -> None:
    # The lecture starts each sentence afresh, so its row of the full stop has no "I".
    solution = lawful("embeddings.cooccurrence", CS224D)
    counts = np.array(solution.quantities["counts"])
    assert solution.quantities["count"] == 2
    assert counts[:7, :7].tolist() == [
        [0, 2, 1, 0, 0, 0, 0],
        [2, 0, 0, 1, 0, 1, 0],
        [1, 0, 0, 0, 0, 0, 1],
        [0, 1, 0, 0, 1, 0, 0],
        [0, 0, 0, 1, 0, 0, 0],
        [0, 1, 0, 0, 0, 0, 0],
        [0, 0, 1, 0, 0, 0, 0],
    ]
    np.testing.assert_array_equal(counts, embeddings.cooccurrence(CS224D["tokens"], 8, 1))  # type: ignore[arg-type]


def test_wrong_counts() -> None:
    text = {"tokens": [0, 1, 0, 2, 1, 0], "vocabulary": 3, "window": 2, "word": 0, "context": 1}
    # Zeros at 0, 2, 5 and ones at 1, 4: distances 1, 4; 1, 2; 4, 1.
    solution = find("embeddings.cooccurrence").solve(text)
    assert solution.quantities["count"] == 4
    assert wrong("cooccurrence", text, "count") == {
        "one-sided": 2,  # 0→1 and 2→4
        "presence": 1,
        "window-total": 3,
        "sentence-wide": 6,
    }
    assert wrong("cooccurrence", text, "counts")["presence"] == [[1, 1, 1], [1, 0, 1], [1, 1, 0]]
    assert set(wrong("cooccurrence", {**text, "window": 5}, "count")) == {"one-sided", "presence"}
    single = {"tokens": [0], "vocabulary": 1, "window": 2}
    assert find("embeddings.cooccurrence").solve(single).quantities["counts"] == [[0]]


def test_an_entry_follows_from_the_stated_counts() -> None:
    stated = {"counts": np.full((8, 8), 3).tolist()}
    solution = find("embeddings.cooccurrence").solve(CS224D, stated=stated)
    assert solution.quantities["count"] == 3


@settings(max_examples=60, deadline=None)
@given(
    tokens=st.lists(st.integers(0, 5), min_size=1, max_size=30),
    window=st.integers(1, 64),
    word=st.integers(0, 5),
)
def test_counts_agree_with_torch(tokens: list[int], window: int, word: int) -> None:
    text = {"tokens": tokens, "vocabulary": 6, "window": window, "word": word, "context": 2}
    verified("cooccurrence", text)


# ------------------------------------------------------------------------- analogies

# man, king, woman, queen, and a word that is near the target but points elsewhere.
ANALOGY: dict[str, Any] = {
    "table": [[1, 0], [3, 3], [1, 1], [6, 8], [4, 3]],
    "a": 0,
    "b": 1,
    "c": 2,
}


def test_an_analogy_by_hand(lawful: Solve) -> None:
    solution = lawful("embeddings.analogy", ANALOGY)
    assert solution.quantities["target"] == [3, 4]
    root = math.sqrt(2)
    assert solution.quantities["similarities"] == pytest.approx(
        [0.6, 7 / (5 * root), 7 / (5 * root), 1, 0.96]
    )
    assert solution.quantities["winner"] == 3
    assert wrong("analogy", ANALOGY, "target") == {"wrong-sign": [3, 2], "all-plus": [5, 4]}
    assert wrong("analogy", ANALOGY, "winner") == {
        "wrong-sign": 4,  # (3, 2): cosine 0.998 with (4, 3), 0.943 with (6, 8)
        "keeps-inputs": 3,
        "all-plus": 4,
        "euclidean": 4,
    }
    assert embeddings.analogy(ANALOGY["table"], 0, 1, 2) == 3


def test_given_words_may_not_win() -> None:
    # king − man + woman lies nearest to king itself (Linzen 2016).
    near = {"table": [[1, 0], [9, 9], [1, 0.1], [5, 8]], "a": 0, "b": 1, "c": 2}
    assert find("embeddings.analogy").solve(near).quantities["winner"] == 3
    assert wrong("analogy", near, "winner")["keeps-inputs"] == 1


@pytest.mark.parametrize(
    "change",
    [
        {"table": [[1, 0], [3, 3], [1, 1], [6, 8], [3, 4]]},  # two words in one direction
        {"table": [[2, 2], [1, 1], [1, 1], [6, 8]]},  # the target is 0
    ],
)
def test_analogies_without_a_clear_winner(change: dict[str, Any]) -> None:
    with pytest.raises(Unsuitable):
        find("embeddings.analogy").solve({**ANALOGY, **change})


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10**6), words=st.integers(4, 10), width=st.integers(1, 5))
def test_analogies_agree_with_torch(seed: int, words: int, width: int) -> None:
    rng = np.random.default_rng(seed)
    table = rng.integers(-9, 10, size=(words, width)) + rng.choice([0.5, 0.001])
    a, b, c = (int(word) for word in rng.permutation(words)[:3])
    try:
        verified("analogy", {"table": table, "a": a, "b": b, "c": c})
    except Unsuitable:
        return
    assert embeddings.analogy(table, a, b, c) not in (a, b, c)


# ------------------------------------------------------------------------------ GloVe

GLOVE: dict[str, Any] = {
    "word": [1, -2],
    "context": [3, 0.5],
    "word_bias": 0.2,
    "context_bias": -0.1,
    "count": 16,
}


def test_glove_by_hand(lawful: Solve) -> None:
    quantities = lawful("embeddings.glove", GLOVE).quantities
    residual, weight = 2.1 - math.log(16), 0.4**1.5  # (16/100)^¾ = 0.4^1.5 = 0.2530
    assert quantities == pytest.approx(
        {"residual": residual, "weight": weight, "term": weight * residual**2}
    )
    residuals = {
        "no-log": 2.1 - 16,
        "log10": 2.1 - math.log10(16),
        "no-bias": 2 - math.log(16),
        "log1p": 2.1 - math.log(17),
    }
    assert wrong("glove", GLOVE, "residual") == pytest.approx(residuals)
    assert wrong("glove", GLOVE, "term") == pytest.approx(
        {name: weight * r**2 for name, r in residuals.items()} | {"no-weight": residual**2}
    )


def test_frequent_pairs_weigh_1(lawful: Solve) -> None:
    often = {**GLOVE, "count": 500}
    assert lawful("embeddings.glove", often).quantities["weight"] == 1
    assert "no-weight" not in wrong("glove", often, "term")
    assert "log10" not in wrong("glove", {**GLOVE, "count": 1}, "residual")
    assert "no-bias" not in wrong("glove", {**GLOVE, "context_bias": -0.2}, "residual")


number = st.floats(-20, 20)


@settings(max_examples=60, deadline=None)
@given(
    pairs=st.lists(st.tuples(number, number), min_size=1, max_size=6),
    biases=st.tuples(number, number),
    count=st.one_of(st.floats(0.001, 1e6), st.integers(1, 500)),
)
def test_glove_agrees_with_torch(
    pairs: list[tuple[float, float]], biases: tuple[float, float], count: float
) -> None:
    word, context = zip(*pairs, strict=True)
    pair = {"word": [*word], "context": [*context], "count": count}
    verified("glove", {**pair, "word_bias": biases[0], "context_bias": biases[1]})


# -------------------------------------------------------------------------- bad inputs


@pytest.mark.parametrize(
    ("solver", "inputs", "message"),
    [
        ("euclidean_distance", {"a": [1], "b": [1, 2]}, "b is .*; allowed: n = 1, as in a"),
        ("euclidean_distance", {"a": [1], "b": [1 + 1e-12]}, "b is .*equal to a, or 1e-09 away"),
        ("cosine_similarity", {"a": [0, 0], "b": [1, 2]}, "a is .*; allowed: vectors of length"),
        ("cosine_similarity", {"a": [1], "b": [1e-9]}, "b is .*; allowed: vectors of length"),
        ("one_hot_similarity", {"vocabulary": 3, "first": 3, "second": 0}, "first is 3; .* 0 to 2"),
        ("one_hot_similarity", {"vocabulary": 3, "first": 1, "second": 1}, "other than the first"),
        ("one_hot_similarity", {"vocabulary": 10**9, "first": 0, "second": 1}, "vocabulary is"),
        ("lookup", {"table": TABLE, "word": 4}, "word is 4; allowed: a row of the table, from 0"),
        ("lookup", {"table": [[1, math.inf]], "word": 0}, "table is"),
        ("table_size", {"vocabulary": 0, "width": 1}, "vocabulary is 0"),
        ("skip_gram", {**SKIP, "centre": 3}, "centre is 3; allowed: a row"),
        ("skip_gram", {**SKIP, "context": 3}, "context is 3; allowed: a row"),
        ("skip_gram", {**SKIP, "contexts": [[1, 2]]}, "allowed: V = 3, as in centres"),
        ("cbow", {**CBOW, "context": [0.5]}, "context is .*; allowed: C whole numbers from 0"),
        ("cbow", {**CBOW, "context": [4]}, "context is .*; allowed: whole numbers from 0 to 3"),
        ("cbow", {**CBOW, "context": []}, "context is"),
        ("skip_gram_pairs", {"tokens": 5, "window": 0}, "window is 0"),
        ("skip_gram_pairs", {"tokens": 10**9, "window": 1}, "tokens is"),
        ("cooccurrence", {**CS224D, "vocabulary": 7}, "tokens is .*whole numbers from 0 to 6"),
        ("cooccurrence", {**CS224D, "word": 8}, "word is 8; allowed: a word, from 0 to 7"),
        ("analogy", {**ANALOGY, "c": 0}, "c is 0; allowed: three different words"),
        ("analogy", {**ANALOGY, "b": 5}, "b is 5; allowed: a row of the table, from 0 to 4"),
        ("analogy", {**ANALOGY, "table": ANALOGY["table"][:3]}, "at least 4 words"),
        ("analogy", {**ANALOGY, "table": [[0, 0]] * 5}, "vectors of length"),
        ("glove", {**GLOVE, "count": 0}, "count is 0; allowed: a number from 0.001"),
        ("glove", {**GLOVE, "context": [1]}, "allowed: d = 2, as in word"),
    ],
)
def test_bad_inputs_are_named(solver: str, inputs: dict[str, Any], message: str) -> None:
    with pytest.raises(BadInput, match=message):
        find(f"embeddings.{solver}").solve(inputs)


@pytest.mark.parametrize(
    ("table", "word", "message"),
    [([[1, 2]], 0, "V at least 4"), ([[1, 2]] * 4, 4, "a is 4; allowed: a row, from 0 to 3")],
)
def test_analogies_of_rows_that_are_not_there(table: Any, word: int, message: str) -> None:
    with pytest.raises(BadInput, match=message):
        embeddings.analogy(table, word, 1, 2)
