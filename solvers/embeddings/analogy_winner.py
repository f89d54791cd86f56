"""embeddings.analogy: a is to b as c is to whom?

    t = v_b − v_a + v_c,  winner = argmax cos(v_w, t) over the words w other than a, b, c

man is to king as woman is to whom: t = king − man + woman. The table (V, d) has a row for each
word, numbered from 0. Without leaving out the three given words the nearest is often one of them,
mostly b (Linzen, arXiv:1606.07736). Source: Mikolov et al., arXiv:1301.3781.

>>> from solvers import find
>>> man_king_woman_queen = [[1, 0], [1, 3], [0, 1], [0, 4], [9, 1]]
>>> find("embeddings.analogy").solve({"table": man_king_woman_queen}).quantities["winner"]
3
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from solvers._written import factor, number
from solvers.contract import (
    BadInput,
    Inputs,
    Misconception,
    Quantity,
    Solver,
    Unsuitable,
    Work,
    array,
    whole,
)
from solvers.device import Device
from solvers.embeddings._checks import SHORTEST, need_direction, need_row
from solvers.embeddings.arrays import Array, cosine_similarity

# Two cosines nearer than this look the same to four decimals.
TIE = 1e-4


@dataclass(frozen=True, kw_only=True)
class Words(Inputs):
    """An embedding table and three of its words."""

    table: Array = array("V d", -1000, 1000, "table of embeddings, a row for each word")
    a: int = whole(0, 63, "number of the word a, from 0", default=0)
    b: int = whole(0, 63, "number of the word b, from 0", default=1)
    c: int = whole(0, 63, "number of the word c, from 0", default=2)

    def check(self) -> None:
        for name in ("a", "b", "c"):
            need_row(name, getattr(self, name), self.table)
        if len({self.a, self.b, self.c}) < 3:
            raise BadInput("c", self.c, "three different words a, b and c")
        if len(self.table) < 4:
            raise BadInput("table", self.table.tolist(), "at least 4 words, one to be found")
        need_direction("table", self.table)

    def combined(self, a: int, b: int, c: int) -> Array:
        """a·v_a + b·v_b + c·v_c."""
        combined: Array = a * self.table[self.a] + b * self.table[self.b] + c * self.table[self.c]
        return combined

    @property
    def target(self) -> Array:
        return self.combined(-1, 1, 1)

    @property
    def others(self) -> list[int]:
        """The words that may win."""
        return [w for w in range(len(self.table)) if w not in (self.a, self.b, self.c)]


def _need_a_clear_winner(given: Words) -> None:
    """Raise Unsuitable where the target has no direction, or two words are equally close."""
    if np.linalg.norm(given.target) < SHORTEST:
        raise Unsuitable("the target has no direction: v_b − v_a + v_c is 0")
    ranked = np.sort(cosine_similarity(given.table[given.others], given.target))
    if len(ranked) > 1 and ranked[-1] - ranked[-2] < TIE:
        raise Unsuitable("two words are equally close to the target")


def _reference(given: Words, work: Work) -> None:
    _need_a_clear_winner(given)
    formula = "v_b − v_a + v_c, first {} − {} + {}".format(
        *(factor(given.table[word, 0]) for word in (given.b, given.a, given.c))
    )
    target = work.give("target", work.step("target", "target", formula, given.target))
    cosines = cosine_similarity(given.table, target)
    formula = "cos(v_w, t) of every word"
    cosines = work.step("similarities", "similarities", formula, cosines)
    cosines = work.give("similarities", cosines)
    formula = f"without {given.a}, {given.b} and {given.c}"
    left = work.step("winner", "words that may win", formula, given.others)
    best = max(left, key=lambda w: float(cosines[w]))
    formula = f"the largest cosine, {number(cosines[best])}"
    work.give("winner", work.step("winner", "winner", formula, best))


def _kernel(given: Words, device: Device) -> Mapping[str, Any]:
    import torch
    from torch.nn.functional import cosine_similarity

    table, signs = device.tensor(given.table), device.tensor([-1.0, 1.0, 1.0])
    asked = torch.tensor([given.a, given.b, given.c], device=device.name)
    target = signs @ table[asked]
    cosines = cosine_similarity(table, target[None], dim=1)
    allowed = cosines.index_fill(0, asked, -torch.inf)
    return {"target": target, "similarities": cosines, "winner": int(allowed.argmax())}


def _towards(target: Callable[[Words], Array]) -> Callable[[Words], dict[str, Any]]:
    """A wrong target, and whom it leads to."""

    def wrong(given: Words) -> dict[str, Any]:
        t, others = target(given), given.others
        cosines = cosine_similarity(given.table, t)
        winner = others[int(cosines[others].argmax())]
        return {"target": t, "similarities": cosines, "winner": winner}

    return wrong


def _with_inputs(given: Words) -> dict[str, int]:
    return {"winner": int(cosine_similarity(given.table, given.target).argmax())}


def _by_distance(given: Words) -> dict[str, int]:
    others = given.others
    distances = np.linalg.norm(given.table[others] - given.target, axis=1)
    return {"winner": others[int(distances.argmin())]}


solver = Solver(
    id="embeddings.analogy",
    concepts=("word-analogy",),
    inputs=Words,
    quantities={
        "target": Quantity("vector", "v_b − v_a + v_c"),
        "similarities": Quantity("vector", "its cosine with every word", uses=("target",)),
        "winner": Quantity(
            "integer", "number of the word that is found", uses=("target", "similarities")
        ),
    },
    reference=_reference,
    kernel=_kernel,
    misconceptions=(
        Misconception(
            "word-analogy/wrong-sign",
            slip="when a is added and c taken off",
            correction="Take a off and add c: king − man + woman.",
            wrong=_towards(lambda g: g.combined(1, 1, -1)),
            departs_at="target",
        ),
        Misconception(
            "word-analogy/keeps-inputs",
            slip="when the three given words may win too",
            correction="The words a, b and c are left out; the target is often nearest to b.",
            wrong=_with_inputs,
            departs_at="words that may win",
        ),
        Misconception(
            "word-analogy/all-plus",
            slip="when all three vectors are added",
            correction="What a and b differ in is b − a: the vector of a is taken off.",
            wrong=_towards(lambda g: g.combined(1, 1, 1)),
            departs_at="target",
        ),
        Misconception(
            "word-analogy/euclidean",
            slip="when the nearest word by distance is taken",
            correction="Words are compared by their direction: the largest cosine wins.",
            wrong=_by_distance,
            departs_at="winner",
        ),
    ),
    source="Mikolov et al., arXiv:1301.3781",
)
