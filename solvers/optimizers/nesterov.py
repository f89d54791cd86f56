"""optimizers.nesterov: momentum that looks ahead, on the parabola L = ½aφ².

    torch's form:    g = ∇L(φ),  b ← μb + g,  φ ← φ − η(g + μb)
    classical form:  v ← μv − η∇L(θ + μv),  θ ← θ + v

φ = θ + μv is the point that has looked ahead: both forms take the same gradients and v = −ηb.
∇L = aφ; a is the curvature, η the learning rate, μ the momentum, b the buffer (0 at the start).
Convention: φ, as in torch.optim.SGD(nesterov=True). Where the velocity holds no η (v ← βv + g),
the look-ahead point is θ − ηβv, not θ − βv. Sources: Nesterov, Soviet Mathematics Doklady 27
(1983); Sutskever et al., ICML 2013.

>>> from solvers import find
>>> bowl = {"curvature": 2, "start": 1, "rate": 0.25, "momentum": 0.5, "steps": 1}
>>> find("optimizers.nesterov").solve(bowl).quantities
{'buffer': 2.0, 'parameter': 0.25, 'displacement': -0.75}
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from solvers._written import factor, number
from solvers.contract import Inputs, Misconception, Quantity, Solver, Work, real, whole
from solvers.device import Device
from solvers.optimizers._walk import MOST_STEPS, write


@dataclass(frozen=True, kw_only=True)
class Bowl(Inputs):
    """A parabola, where the walk begins on it, and how it is walked."""

    curvature: float = real(0.001, 100, "curvature a of L = ½aφ²")
    start: float = real(-1000, 1000, "start φ₀", default=1.0)
    rate: float = real(1e-6, 10, "learning rate η")
    momentum: float = real(0.0001, 0.9999, "momentum μ", default=0.9)
    steps: int = whole(1, MOST_STEPS, "number of steps k")


def _reference(given: Bowl, work: Work) -> None:
    a, rate, mu = given.curvature, given.rate, given.momentum
    phi, buffer = given.start, 0.0
    for t in range(1, given.steps + 1):
        formula = f"aφ = {number(a)}·{factor(phi)}"
        g: float = work.step("buffer", f"gradient of step {t}", formula, a * phi)
        formula = f"μb + g = {number(mu)}·{factor(buffer)} + {factor(g)}"
        buffer = write(work, t, given.steps, "buffer", formula, mu * buffer + g)
        formula = f"φ − η(g + μb) = {number(phi)} − {number(rate)}·({number(g)}"
        formula += f" + {number(mu)}·{factor(buffer)})"
        phi = write(work, t, given.steps, "parameter", formula, phi - rate * (g + mu * buffer))
    formula = f"φ_k − φ₀ = {number(phi)} − {factor(given.start)}"
    moved = work.step("displacement", "displacement", formula, phi - given.start)
    work.give("displacement", moved)


def _kernel(given: Bowl, device: Device) -> Mapping[str, Any]:
    """Gradients by autograd, steps by torch's SGD."""
    import torch

    start = device.tensor(given.start)
    phi = torch.nn.Parameter(start.clone())
    moves = torch.optim.SGD([phi], lr=given.rate, momentum=given.momentum, nesterov=True)
    for _ in range(given.steps):
        moves.zero_grad()
        loss = given.curvature / 2 * phi**2
        loss.backward()  # type: ignore[no-untyped-call]
        moves.step()
    return {
        "buffer": moves.state[phi]["momentum_buffer"],
        "parameter": phi.detach(),
        "displacement": phi.detach() - start,
    }


# A wrong walk: where it stands after each step.


def _ends(walk: Callable[[Bowl], Iterator[float]]) -> Callable[[Bowl], dict[str, float]]:
    def wrong(given: Bowl) -> dict[str, float]:
        *_, parameter = walk(given)
        return {"parameter": parameter, "displacement": parameter - given.start}

    return wrong


def _plain_momentum(given: Bowl) -> Iterator[float]:
    theta, velocity = given.start, 0.0
    for _ in range(given.steps):
        velocity = given.momentum * velocity + given.curvature * theta
        theta -= given.rate * velocity
        yield theta


def _look_ahead_without_rate(given: Bowl) -> Iterator[float]:
    theta, velocity = given.start, 0.0
    for _ in range(given.steps):
        gradient = given.curvature * (theta - given.momentum * velocity)
        velocity = given.momentum * velocity + gradient
        theta -= given.rate * velocity
        yield theta


def _classical(given: Bowl, ahead: float = 1.0) -> Iterator[float]:
    """θ of the classical form; ``ahead`` is the sign with which it looks ahead."""
    theta, velocity = given.start, 0.0
    for _ in range(given.steps):
        gradient = given.curvature * (theta + ahead * given.momentum * velocity)
        velocity = given.momentum * velocity - given.rate * gradient
        theta += velocity
        yield theta


solver = Solver(
    id="optimizers.nesterov",
    concepts=("nesterov",),
    inputs=Bowl,
    quantities={
        "buffer": Quantity("real", "momentum buffer b after the last step"),
        "parameter": Quantity("real", "where the parameter φ_k stands", uses=("buffer",)),
        "displacement": Quantity(
            "real", "how far the parameter has moved, φ_k − φ₀", uses=("buffer", "parameter")
        ),
    },
    reference=_reference,
    kernel=_kernel,
    misconceptions=(
        Misconception(
            "nesterov/plain-momentum",
            slip="when nothing looks ahead, as with plain momentum",
            correction="Nesterov's step is η(g + μb), one momentum further than ηb.",
            wrong=_ends(_plain_momentum),
            departs_at="parameter after step 1",
        ),
        Misconception(
            "nesterov/lookahead-without-lr",
            slip="when the gradient is taken at θ − μv, although v does not contain the rate",
            correction=(
                "With v ← μv + g the coming step is −ημv, so the look-ahead point is θ − ημv."
            ),
            wrong=_ends(_look_ahead_without_rate),
            departs_at="parameter after step 1",
        ),
        Misconception(
            "nesterov/reports-theta",
            slip="when θ of the classical form is followed in place of φ",
            correction="φ = θ + μv is the point where gradients are taken, one look ahead of θ.",
            wrong=_ends(_classical),
            departs_at="parameter after step 1",
        ),
        Misconception(
            "nesterov/lookahead-sign",
            slip="when the gradient is taken at θ − μv, with v the step",
            correction="v already points downhill, so looking ahead is going on along it: θ + μv.",
            wrong=_ends(lambda g: _classical(g, ahead=-1.0)),
            departs_at="parameter after step 1",
            applies=lambda g: g.steps >= 2,
        ),
    ),
    source="Nesterov (1983); Sutskever et al., ICML 2013",
)
