"""What the lessons on losses share: scores of a discriminator and means of their logarithms."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from solvers._written import number
from solvers.adversarial.arrays import Array
from solvers.contract import Inputs, array

# Scores are probabilities; at 0 and 1 their logarithms end.
LOWEST, HIGHEST = 1e-4, 1 - 1e-4


@dataclass(frozen=True, kw_only=True)
class Batch(Inputs):
    """A discriminator's scores of real and of made examples."""

    real: Array = array("n", LOWEST, HIGHEST, "scores D(x) of real examples")
    fake: Array = array("m", LOWEST, HIGHEST, "scores D(G(z)) of made examples")


def ln(values: Array) -> float:
    """mean ln D."""
    return float(np.log(values).mean())


def ln_rest(values: Array) -> float:
    """mean ln(1 − D)."""
    return float(np.log1p(-values).mean())


def mean_of(terms: Array, before: str, after: str = "") -> str:
    """The mean of logarithms, written out: (ln 0.9 + ln 0.8)/2."""
    written = [f"{before}{number(float(x))}{after}" for x in terms[:4]]
    more = " + …" if len(terms) > 4 else ""
    return f"({' + '.join(written)}{more})/{len(terms)}"
