"""selection.data_split: how many examples train, tune and test, and what each set is for.

    n_val = N·v/100,  n_test = N·t/100,  n_train = N − n_val − n_test

v and t are percentages of *all* N examples. The validation set compares hyperparameters, the test
set is used once, and what is fitted to data (also the mean and the standard deviation of a scaler)
is fitted to the training set alone. Source: Hastie, Tibshirani and Friedman, The Elements of
Statistical Learning (2009), sections 7.2 and 7.10.2.

>>> from solvers import find
>>> find("selection.data_split").solve({"examples": 2000}).quantities
{'sizes': [1400, 300, 300], 'fitted_on': 1400, 'tuned_on': 300}
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from solvers.contract import BadInput, Inputs, Misconception, Quantity, Solver, Work, whole
from solvers.device import Device


@dataclass(frozen=True, kw_only=True)
class Split(Inputs):
    """A data set, and the shares set aside from it."""

    examples: int = whole(10, 1_000_000, "examples N")
    validation: int = whole(1, 49, "percent of all examples for validation", default=15)
    test: int = whole(1, 49, "percent of all examples for testing", default=15)

    def check(self) -> None:
        for percent in (self.validation, self.test):
            if self.examples * percent % 100:
                message = f"a number of which {percent} % are whole"
                raise BadInput("examples", self.examples, message)

    @property
    def train(self) -> int:
        return 100 - self.validation - self.test

    @property
    def sizes(self) -> list[int]:
        shares = (self.train, self.validation, self.test)
        return [self.examples * percent // 100 for percent in shares]


def _reference(given: Split, work: Work) -> None:
    n = given.examples
    train, validation, test = given.sizes
    formula = f"{given.validation} % of {n}"
    validation = work.step("sizes", "validation set", formula, validation)
    test = work.step("sizes", "test set", f"{given.test} % of {n}", test)
    formula = f"the rest, {n} − {validation} − {test}"
    train = work.step("sizes", "training set", formula, train)
    formula = "training, validation, test"
    sizes = work.step("sizes", "sizes", formula, [train, validation, test])
    sizes = work.give("sizes", sizes)
    formula = "the training set alone"
    work.give("fitted_on", work.step("fitted_on", "a scaler is fitted on", formula, sizes[0]))
    formula = "the validation set"
    work.give("tuned_on", work.step("tuned_on", "settings are compared on", formula, sizes[1]))


def _kernel(given: Split, _: Device) -> Mapping[str, Any]:
    from fractions import Fraction

    import torch
    from torch.utils.data import random_split

    shares = [Fraction(percent, 100) for percent in (given.train, given.validation, given.test)]
    parts = random_split(range(given.examples), shares, generator=torch.Generator())  # type: ignore[arg-type, var-annotated]
    sizes = [len(part) for part in parts]
    return {"sizes": sizes, "fitted_on": sizes[0], "tuned_on": sizes[1]}


def _of_remainder(given: Split) -> dict[str, list[int]]:
    """The test set is set aside first, and v % of what is left becomes the validation set."""
    _, _, test = given.sizes
    left = given.examples - test
    validation = left * given.validation // 100
    return {"sizes": [left - validation, validation, test]}


def _of_train(given: Split) -> dict[str, list[int]]:
    train = given.sizes[0]
    return {"sizes": [train, train * given.validation // 100, train * given.test // 100]}


solver = Solver(
    id="selection.data_split",
    concepts=("data-split",),
    inputs=Split,
    quantities={
        "sizes": Quantity("shape", "sizes of the sets", axes=("training", "validation", "test")),
        "fitted_on": Quantity(
            "integer", "examples that a scaler's mean is computed from", uses=("sizes",)
        ),
        "tuned_on": Quantity(
            "integer", "examples that hyperparameters are compared on", uses=("sizes",)
        ),
    },
    reference=_reference,
    kernel=_kernel,
    misconceptions=(
        Misconception(
            "data-split/percent-of-remainder",
            slip="when the validation share is taken of what the test set left",
            correction=lambda g: (
                f"The percentages are of all {g.examples} examples, not of the rest."
            ),
            wrong=_of_remainder,
            departs_at="validation set",
        ),
        Misconception(
            "data-split/percent-of-train",
            slip="when the shares are taken of the training set",
            correction=lambda g: (
                f"The percentages are of all {g.examples} examples, so that the sets add up to it."
            ),
            wrong=_of_train,
            departs_at="validation set",
        ),
        Misconception(
            "data-split/tune-on-test",
            slip="when hyperparameters are picked on the test set",
            correction=(
                "Compare settings on the validation set, or the test set no longer tells how"
                " well the model does on new data."
            ),
            wrong=lambda g: {"tuned_on": g.sizes[2]},
            departs_at="settings are compared on",
            applies=lambda g: g.validation != g.test,
        ),
        Misconception(
            "data-split/fit-scaler-on-all",
            slip="when the scaler sees all the data",
            correction=(
                "Mean and standard deviation come from the training set alone; otherwise the"
                " other sets leak into training."
            ),
            wrong=lambda g: {"fitted_on": g.examples},
            departs_at="a scaler is fitted on",
        ),
    ),
    source="Hastie, Tibshirani and Friedman, The Elements of Statistical Learning (2009)",
    example={"examples": 1000},
)
