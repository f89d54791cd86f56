"""attention.online_softmax: the softmax of a long row, block by block, and still exact.

    block b:   m_b = max s,  ℓ_b = Σ exp(s − m_b),  o_b = Σ exp(s − m_b)·v / ℓ_b
    combined:  m = max(m₁, m₂),  ℓ = ℓ₁e^(m₁−m) + ℓ₂e^(m₂−m),
               o = (ℓ₁e^(m₁−m)·o₁ + ℓ₂e^(m₂−m)·o₂)/ℓ

s are the scores of one query, split into two blocks, v the values that belong to them (one number
each here), o the attention output. No exponent is positive, so nothing overflows. FlashAttention
keeps m, ℓ and o for each query and never stores the scores. Sources: Milakov and Gimelshein, Online
normalizer calculation for softmax, arXiv:1805.02867; Dao et al., arXiv:2205.14135.

>>> from solvers import find
>>> blocks = {"first": [0, 0], "second": [0], "first_values": [1, 2], "second_values": [6]}
>>> found = find("attention.online_softmax").solve(blocks).quantities
>>> found["total"], found["output"]
(3.0, 3.0)
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from solvers._written import number
from solvers.attention.arrays import Array
from solvers.contract import Inputs, Misconception, Quantity, Solver, Work, array
from solvers.device import Device


@dataclass(frozen=True, slots=True)
class Block:
    """What is kept of a block: its maximum, its sum of exponentials, its output."""

    maximum: float
    total: float
    output: float

    @classmethod
    def of(cls, scores: Array, values: Array) -> Block:
        maximum = float(scores.max())
        grown = np.exp(scores - maximum)
        total = float(grown.sum())
        return cls(maximum, total, float(grown @ values) / total)


@dataclass(frozen=True, kw_only=True)
class Blocks(Inputs):
    """The scores of one query in two blocks, with a value for each."""

    first: Array = array("a", -1000, 1000, "scores of the first block")
    second: Array = array("b", -1000, 1000, "scores of the second block")
    first_values: Array = array("a", -100, 100, "values of the first block")
    second_values: Array = array("b", -100, 100, "values of the second block")

    @property
    def blocks(self) -> tuple[Block, Block]:
        return Block.of(self.first, self.first_values), Block.of(self.second, self.second_values)


def _reference(given: Blocks, work: Work) -> None:
    blocks, names = given.blocks, ("first", "second")
    tops = [
        work.step("maximum", f"maximum of the {name} block", "largest score", block.maximum)
        for name, block in zip(names, blocks, strict=True)
    ]
    formula = f"larger of {number(tops[0])} and {number(tops[1])}"
    top = work.give("maximum", work.step("maximum", "maximum", formula, max(tops)))

    parts = []
    for name, block in zip(names, blocks, strict=True):
        label = f"sum of the {name} block"
        own = work.step("total", label, "Σ exp(s − its maximum)", block.total)
        formula = f"{number(own)}·exp({number(block.maximum)} − {number(top)})"
        scaled = own * math.exp(block.maximum - top)
        parts.append(work.step("total", f"{label}, rescaled", formula, scaled))
    formula = f"{number(parts[0])} + {number(parts[1])}"
    total = work.give("total", work.step("total", "combined sum", formula, sum(parts)))

    outputs = [
        work.step("output", f"output of the {name} block", "its own softmax · v", block.output)
        for name, block in zip(names, blocks, strict=True)
    ]
    above = sum(part * output for part, output in zip(parts, outputs, strict=True))
    formula = f"each output by its rescaled sum, over {number(total)}"
    work.give("output", work.step("output", "combined output", formula, above / total))


def _kernel(given: Blocks, device: Device) -> Mapping[str, Any]:
    """All scores at once."""
    import torch

    scores = device.tensor(np.concatenate([given.first, given.second]))
    values = device.tensor(np.concatenate([given.first_values, given.second_values]))
    maximum = scores.amax()
    return {
        "maximum": maximum,
        "total": torch.exp(torch.logsumexp(scores - maximum, dim=0)),
        "output": torch.softmax(scores, dim=0) @ values,
    }


def _joined(first: float, second: float, given: Blocks) -> dict[str, float]:
    """What follows from wrongly rescaled sums."""
    one, two = given.blocks
    total = first + second
    return {"total": total, "output": (first * one.output + second * two.output) / total}


def _no_rescale(given: Blocks) -> dict[str, float]:
    one, two = given.blocks
    return _joined(one.total, two.total, given)


def _average(given: Blocks) -> dict[str, float]:
    one, two = given.blocks
    return {"output": (one.output + two.output) / 2}


def _larger(given: Blocks) -> dict[str, float]:
    kept = max(given.blocks, key=lambda block: block.maximum)
    return {"total": kept.total, "output": kept.output}


def _wrong_sign(given: Blocks) -> dict[str, float]:
    one, two = given.blocks
    top = max(one.maximum, two.maximum)
    if top - min(one.maximum, two.maximum) > 100:  # beyond any number that is typed
        return {}
    first, second = (block.total * math.exp(top - block.maximum) for block in (one, two))
    return _joined(first, second, given)


def _uneven(given: Blocks) -> bool:
    one, two = given.blocks
    return one.maximum != two.maximum


def _lower(given: Blocks) -> str:
    """The block that is rescaled by something else than 1."""
    one, two = given.blocks
    return "first" if one.maximum < two.maximum else "second"


solver = Solver(
    id="attention.online_softmax",
    concepts=("online-softmax",),
    inputs=Blocks,
    quantities={
        "maximum": Quantity("real", "largest score m of both blocks"),
        "total": Quantity("real", "combined sum ℓ of exp(s − m)", uses=("maximum",)),
        "output": Quantity("real", "combined output o", uses=("maximum", "total")),
    },
    reference=_reference,
    kernel=_kernel,
    misconceptions=(
        Misconception(
            "online-softmax/no-rescale",
            slip="when the sums are added as they are",
            correction=lambda g: (
                f"The sum of the {_lower(g)} block belongs to its own maximum: multiply it by"
                " e^(its maximum − m) first."
            ),
            wrong=_no_rescale,
            departs_at=lambda g: f"sum of the {_lower(g)} block, rescaled",
            applies=_uneven,
        ),
        Misconception(
            "online-softmax/average-softmaxes",
            slip="when the outputs of the blocks are averaged",
            correction="A block counts by its share of the combined sum, not by a half.",
            wrong=_average,
            departs_at="combined output",
        ),
        Misconception(
            "online-softmax/max-only",
            slip="when only the block with the larger maximum is kept",
            correction="The other block is scaled down, not dropped: its part of ℓ still counts.",
            wrong=_larger,
            departs_at="combined sum",
        ),
        Misconception(
            "online-softmax/wrong-sign",
            slip="when the exponent has the wrong sign",
            correction="Multiply by e^(m_b − m), which is at most 1: m is the larger maximum.",
            wrong=_wrong_sign,
            departs_at=lambda g: f"sum of the {_lower(g)} block, rescaled",
            applies=_uneven,
        ),
    ),
    source="Milakov and Gimelshein, arXiv:1805.02867; Dao et al., arXiv:2205.14135",
)
