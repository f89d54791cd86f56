"""embeddings.lookup and embeddings.table_size: a row of numbers for each word.

    v_i = one_hot(i)ᵀ E = row i of E,  E (V, d),  V·d parameters

V words, embeddings of d numbers (50 to 300, typically); words are numbered from 0. Looking up a
row gives what the product with a one-hot vector would. Training word2vec learns two such tables
and keeps one. Sources: Bengio et al., JMLR 3 (2003); Mikolov et al., arXiv:1301.3781.

>>> from solvers import find
>>> find("embeddings.lookup").solve({"table": [[1, 2], [3, 4], [5, 6]], "word": 1}).quantities
{'embedding': [3.0, 4.0]}
>>> find("embeddings.table_size").solve({"vocabulary": 10_000, "width": 300}).quantities
{'parameters': 3000000}
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from solvers.contract import Inputs, Misconception, Quantity, Solver, Work, array, whole
from solvers.device import Device
from solvers.embeddings._checks import need_row
from solvers.embeddings.arrays import Array

SOURCE = "Bengio et al., A neural probabilistic language model, JMLR 3 (2003)"

# --------------------------------------------------------------------- embeddings.lookup


@dataclass(frozen=True, kw_only=True)
class Table(Inputs):
    """An embedding table and a word."""

    table: Array = array("V d", -1000, 1000, "table E, a row for each word")
    word: int = whole(0, 63, "number i of the word, from 0")

    def check(self) -> None:
        need_row("word", self.word, self.table)


def _lookup(given: Table, work: Work) -> None:
    one_hot = np.eye(len(given.table))[given.word]
    one_hot = work.step("embedding", "one-hot vector", f"1 at {given.word}", one_hot)
    formula = f"one-hot · E, which is row {given.word}"
    row = work.step("embedding", "embedding", formula, one_hot @ given.table)
    work.give("embedding", row)


def _lookup_kernel(given: Table, device: Device) -> Mapping[str, Any]:
    import torch

    word = torch.tensor(given.word, device=device.name)
    return {"embedding": torch.nn.functional.embedding(word, device.tensor(given.table))}


lookup = Solver(
    id="embeddings.lookup",
    concepts=("word-embedding",),
    inputs=Table,
    quantities={"embedding": Quantity("vector", "embedding of the word")},
    reference=_lookup,
    kernel=_lookup_kernel,
    misconceptions=(
        Misconception(
            "word-embedding/column",
            slip="when a column of the table is read",
            correction="Each word has a row of the table; a column is one feature of all words.",
            wrong=lambda g: {"embedding": g.table[:, g.word]},
            departs_at="embedding",
            applies=lambda g: g.word < g.table.shape[1] and g.table.size > 1,
        ),
        Misconception(
            "word-embedding/one-based",
            slip="when words are numbered from 1",
            correction=lambda g: (
                f"Words are numbered from 0, so word {g.word} has the row after {g.word} others."
            ),
            wrong=lambda g: {"embedding": g.table[g.word - 1]},
            departs_at="one-hot vector",
            applies=lambda g: g.word >= 1,
        ),
    ),
    source=SOURCE,
)

# ----------------------------------------------------------------- embeddings.table_size


@dataclass(frozen=True, kw_only=True)
class Size(Inputs):
    """The size of an embedding table."""

    vocabulary: int = whole(1, 10_000_000, "words V")
    width: int = whole(1, 100_000, "numbers d in an embedding")


def _size(given: Size, work: Work) -> None:
    v, d = given.vocabulary, given.width
    formula = f"a row of d = {d} for each of V = {v} words: V·d"
    work.give("parameters", work.step("parameters", "parameters", formula, v * d))


def _size_kernel(given: Size, _: Device) -> Mapping[str, Any]:
    import torch

    table = torch.nn.Embedding(given.vocabulary, given.width, device="meta")
    return {"parameters": sum(parameter.numel() for parameter in table.parameters())}


size = Solver(
    id="embeddings.table_size",
    concepts=("word-embedding",),
    inputs=Size,
    quantities={"parameters": Quantity("integer", "parameters of the table")},
    reference=_size,
    kernel=_size_kernel,
    misconceptions=(
        Misconception(
            "word-embedding/with-bias",
            slip="when biases are added",
            correction="A lookup is no dense layer: it has no biases.",
            wrong=lambda g: {"parameters": g.vocabulary * g.width + g.width},
            departs_at="parameters",
        ),
        Misconception(
            "word-embedding/two-tables",
            slip="when two tables are counted, as word2vec trains them",
            correction="An embedding layer is one table; word2vec trains a second, for contexts.",
            wrong=lambda g: {"parameters": 2 * g.vocabulary * g.width},
            departs_at="parameters",
        ),
        Misconception(
            "word-embedding/v-plus-d",
            slip="when words and width are added",
            correction="Every word has a whole row of its own: multiply.",
            wrong=lambda g: {"parameters": g.vocabulary + g.width},
            departs_at="parameters",
        ),
    ),
    source=SOURCE,
)
