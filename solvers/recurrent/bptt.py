"""recurrent.bptt and recurrent.state_jacobian: a gradient on its way back through time.

    h_t = tanh(W h_{t−1} + a_t),  a_t = what the input brings to step t
    ∂h_T/∂h_1 = Π_{t = T … 2} diag(1 − h_t²) W,  T − 1 factors, the newest on the left

With one unit that is Π w(1 − h_t²). Each Jacobian is diag(1 − h_t²) W in this order; the product
in the other order, W diag(1 − h_t²), is met in texts and is that of another network.
h_t (H), W (H, H), a (T, H). Source: Werbos, Backpropagation through time, Proc. IEEE 78 (1990);
Pascanu, Mikolov and Bengio, arXiv:1211.5063.

>>> from solvers import find
>>> find("recurrent.bptt").solve({"weight": 2, "drive": [0, 0, 0], "start": 0}).quantities
{'hidden_states': [0.0, 0.0, 0.0], 'slopes': [1.0, 1.0], 'gradient': 4.0}
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from solvers._written import factor, number, product_of
from solvers.contract import BadInput, Inputs, Misconception, Quantity, Solver, Work, array, real
from solvers.device import Device
from solvers.recurrent.arrays import Array

SOURCE = "Pascanu, Mikolov and Bengio, arXiv:1211.5063; Werbos (1990)"


def _two_steps(drive: Array) -> None:
    if len(drive) < 2:
        raise BadInput("drive", drive.tolist(), "at least 2 steps")


# ----------------------------------------------------------------------- recurrent.bptt


@dataclass(frozen=True, kw_only=True)
class OneUnit(Inputs):
    """A recurrent network of one unit."""

    # Further out tanh is so flat that 1 − h² is made of the rounding of h.
    weight: float = real(-4, 4, "recurrent weight w")
    drive: Array = array("T", -3, 3, "what the input and bias add at each step, a_t", max_side=8)
    start: float = real(-10, 10, "state h_0", default=0.0)

    def check(self) -> None:
        _two_steps(self.drive)

    @property
    def sums(self) -> Array:
        """What tanh sees at each step, z_1 … z_T."""
        h, sums = self.start, []
        for a in self.drive:
            sums.append(self.weight * h + a)
            h = float(np.tanh(sums[-1]))
        return np.array(sums)

    @property
    def slopes(self) -> Array:
        """1 − h_t², from t = 2 on."""
        return 1 - np.tanh(self.sums[1:]) ** 2


def _reference(given: OneUnit, work: Work) -> None:
    h, states = given.start, []
    for t, a in enumerate(given.drive, start=1):
        formula = f"tanh({factor(given.weight)}·{factor(h)} + {factor(a)})"
        h = work.step(
            "hidden_states", f"state at t = {t}", formula, float(np.tanh(given.weight * h + a))
        )
        states.append(h)
    rows = np.array(states)
    rows = work.step("hidden_states", "states", "h_1 … h_T", rows)
    rows = work.give("hidden_states", rows)

    slopes = work.step("slopes", "slopes", "1 − h_t², from t = 2", 1 - rows[1:] ** 2)
    slopes = work.give("slopes", slopes)
    formula = f"w(1 − h_t²), first {factor(given.weight)}·{number(slopes[0])}"
    factors = work.step("gradient", "factors", formula, given.weight * slopes)
    gradient = float(np.prod(factors))
    gradient = work.step("gradient", "gradient", product_of(factors), gradient)
    work.give("gradient", gradient)


def _kernel(given: OneUnit, device: Device) -> Mapping[str, Any]:
    """Autograd from h_T to h_1; a slope is what it finds for a single tanh."""
    import torch

    weight, drive = device.tensor(given.weight), device.tensor(given.drive)
    h = torch.tanh(weight * given.start + drive[0])
    first = h.requires_grad_()
    states, sums, h = [first], [], first
    for a in drive[1:]:
        z = h * weight + a
        h = torch.tanh(z)
        states.append(h)
        sums.append(z)
    (gradient,) = torch.autograd.grad(h, first, retain_graph=True)
    slopes = [
        torch.autograd.grad(state, z, retain_graph=True)[0]
        for state, z in zip(states[1:], sums, strict=True)
    ]
    states = [state.detach() for state in states]
    return {
        "hidden_states": torch.stack(states),
        "slopes": torch.stack(slopes),
        "gradient": gradient,
    }


def _gradient(rule: Callable[[OneUnit], Any]) -> Callable[[OneUnit], dict[str, float]]:
    """A wrong gradient."""
    return lambda g: {"gradient": float(rule(g))}


def _at_the_sum(given: OneUnit) -> dict[str, Any]:
    slopes = 1 - given.sums[1:] ** 2
    return {"slopes": slopes, "gradient": float(np.prod(given.weight * slopes))}


solver = Solver(
    id="recurrent.bptt",
    concepts=("bptt-gradient",),
    inputs=OneUnit,
    quantities={
        "hidden_states": Quantity("vector", "states h_1 … h_T"),
        "slopes": Quantity("vector", "1 − h_t² for t = 2 … T", uses=("hidden_states",)),
        "gradient": Quantity("real", "∂h_T/∂h_1", uses=("hidden_states", "slopes")),
    },
    reference=_reference,
    kernel=_kernel,
    misconceptions=(
        Misconception(
            "bptt-gradient/no-tanh-derivative",
            slip="when the slopes of tanh are left out",
            correction="Each step back also passes the tanh: multiply by 1 − h_t².",
            wrong=_gradient(lambda g: g.weight ** len(g.slopes)),
            departs_at="factors",
        ),
        Misconception(
            "bptt-gradient/t-factors",
            slip="when one factor too many is multiplied",
            correction=lambda g: (
                f"From h_{len(g.drive)} back to h_1 there are {len(g.slopes)} steps, so"
                f" {len(g.slopes)} factors."
            ),
            wrong=_gradient(lambda g: np.prod(g.weight * (1 - np.tanh(g.sums) ** 2))),
            departs_at="factors",
        ),
        Misconception(
            "bptt-gradient/no-weight",
            slip="when the recurrent weight is left out",
            correction=lambda g: f"Each step back also passes the weight, here {number(g.weight)}.",
            wrong=_gradient(lambda g: np.prod(g.slopes)),
            departs_at="factors",
            applies=lambda g: g.weight != 1,
        ),
        Misconception(
            "bptt-gradient/sum",
            slip="when the factors are added",
            correction="The chain rule along one path multiplies: one factor for each step.",
            wrong=_gradient(lambda g: np.sum(g.weight * g.slopes)),
            departs_at="gradient",
            applies=lambda g: len(g.slopes) >= 2,
        ),
        Misconception(
            "bptt-gradient/derivative-at-z",
            slip="when 1 − z² is taken for the slope",
            correction="The slope of tanh at z is 1 − tanh²(z), that is 1 − h_t².",
            wrong=_at_the_sum,
            departs_at="slopes",
        ),
    ),
    source=SOURCE,
)

# ------------------------------------------------------------- recurrent.state_jacobian


@dataclass(frozen=True, kw_only=True)
class Units(Inputs):
    """A recurrent network of several units, from its first state on."""

    recurrent_weights: Array = array("H H", -3, 3, "weights W", max_side=3)
    first: Array = array("H", -1, 1, "state h_1", max_side=3)
    drive: Array = array("T−1 H", -5, 5, "what the input adds at t = 2 … T, rows", max_side=10)

    @property
    def sums(self) -> list[Array]:
        """What tanh sees at t = 2 … T."""
        h, sums = self.first, []
        for a in self.drive:
            sums.append(self.recurrent_weights @ h + a)
            h = np.tanh(sums[-1])
        return sums

    def product(self, slopes: Callable[[Array], Array]) -> Array:
        """Π diag(slopes(z_t)) W, the newest on the left."""
        product = np.eye(len(self.first))
        for z in self.sums:
            product = slopes(z)[:, None] * self.recurrent_weights @ product
        return product


def _slope(z: Array) -> Array:
    return 1 - np.tanh(z) ** 2


def _jacobian(given: Units, work: Work) -> None:
    product = np.eye(len(given.first))
    for t, z in enumerate(given.sums, start=2):
        h = work.step("jacobian", f"state at t = {t}", f"h_{t} = tanh(W h_{t - 1} + a)", np.tanh(z))
        one = (1 - h**2)[:, None] * given.recurrent_weights
        one = work.step("jacobian", f"factor at t = {t}", f"diag(1 − h_{t}²) W", one)
        product = work.step("jacobian", f"∂h_{t}/∂h_1", "this factor · those before", one @ product)
    work.give("jacobian", product)
    norm = float(np.linalg.norm(product, 2))
    norm = work.step("norm", "norm", "largest singular value of ∂h_T/∂h_1", norm)
    work.give("norm", norm)


def _jacobian_kernel(given: Units, device: Device) -> Mapping[str, Any]:
    """Autograd: the Jacobian of the whole recursion."""
    import torch

    weights, drive = device.tensor(given.recurrent_weights), device.tensor(given.drive)

    def last(h: torch.Tensor) -> torch.Tensor:
        for a in drive:
            h = torch.tanh(torch.mv(weights, h) + a)
        return h

    jacobian = torch.autograd.functional.jacobian(last, device.tensor(given.first))  # type: ignore[no-untyped-call]
    return {"jacobian": jacobian, "norm": torch.linalg.svdvals(jacobian)[0]}


def _matrix(rule: Callable[[Units], Array]) -> Callable[[Units], dict[str, Any]]:
    """A wrong Jacobian, and its norm."""
    return lambda g: {"jacobian": rule(g), "norm": float(np.linalg.norm(rule(g), 2))}


def _factors(given: Units) -> list[Array]:
    return [_slope(z)[:, None] * given.recurrent_weights for z in given.sums]


jacobian = Solver(
    id="recurrent.state_jacobian",
    concepts=("bptt-gradient",),
    inputs=Units,
    quantities={
        "jacobian": Quantity("matrix", "∂h_T/∂h_1, a row for each entry of h_T"),
        "norm": Quantity("real", "its spectral norm", uses=("jacobian",)),
    },
    reference=_jacobian,
    kernel=_jacobian_kernel,
    misconceptions=(
        Misconception(
            "bptt-gradient/no-tanh-derivative",
            slip="when the slopes of tanh are left out",
            correction="Each step back also passes the tanh: rows are multiplied by 1 − h_t².",
            wrong=_matrix(lambda g: np.linalg.matrix_power(g.recurrent_weights, len(g.drive))),
            departs_at="factor at t = 2",
        ),
        Misconception(
            "bptt-gradient/t-factors",
            slip="when one factor too many is multiplied",
            correction="From h_T back to h_1 there are T − 1 steps, so T − 1 factors.",
            wrong=_matrix(
                lambda g: g.product(_slope) @ ((1 - g.first**2)[:, None] * g.recurrent_weights)
            ),
            departs_at="∂h_2/∂h_1",
        ),
        Misconception(
            "bptt-gradient/no-weight",
            slip="when the recurrent weights are left out",
            correction="Each step back also passes the weights: diag(1 − h_t²) W.",
            wrong=_matrix(lambda g: np.diag(np.prod([_slope(z) for z in g.sums], axis=0))),
            departs_at="factor at t = 2",
        ),
        Misconception(
            "bptt-gradient/sum",
            slip="when the factors are added",
            correction="The chain rule along one path multiplies: one factor for each step.",
            wrong=_matrix(lambda g: np.sum(_factors(g), axis=0)),
            departs_at="∂h_3/∂h_1",
            applies=lambda g: len(g.drive) >= 2,
        ),
        Misconception(
            "bptt-gradient/derivative-at-z",
            slip="when 1 − z² is taken for the slope",
            correction="The slope of tanh at z is 1 − tanh²(z), that is 1 − h_t².",
            wrong=_matrix(lambda g: g.product(lambda z: 1 - z**2)),
            departs_at="factor at t = 2",
        ),
    ),
    source=SOURCE,
)
