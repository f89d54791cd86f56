"""Each solver's reference, kernel and whole answer, beside the bare torch call where one is.

An answer is what `solvers serve` gives: inputs read, reference, misconceptions, kernel, compared.
The bare call makes its tensors from the same inputs, as the kernel does, and gives one quantity; a
kernel that confirms several does more than it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch.nn import functional

from solvers import in_topic, topics
from solvers._solver import Work
from solvers.contract import Solution, Solver
from solvers.device import Device, choose
from tests.benchmarks.timing import Call, microseconds
from tests.solvers.random_inputs import solutions

GOAL = 1.3  # a kernel beside the bare call
ANSWER_GOAL = 1000.0  # microseconds

Bare = Callable[[Any], object]


def _t(array: Any) -> torch.Tensor:
    return torch.tensor(array, dtype=torch.float64)


def _dense(given: Any) -> object:
    return functional.linear(_t(given.x), _t(given.weights), _t(given.biases))


def _attend(given: Any) -> object:
    mask = None if given.mask is None else _t(given.mask) == 1
    q, k, v = (_t(x)[None] for x in (given.queries, given.keys, given.values))
    return functional.scaled_dot_product_attention(q, k, v, attn_mask=mask)


def _convolved(given: Any) -> object:
    image, weight = _t(given.image)[None, None], _t(given.filter)[None, None]
    return functional.conv_transpose2d(image, weight, stride=given.stride, padding=given.padding)


def _filtered(given: Any) -> object:
    sobel = [[1.0, 0, -1], [2, 0, -2], [1, 0, -1]]
    return functional.conv2d(_t(given.patch)[None, None], _t(sobel)[None, None])


def _contrast(given: Any) -> object:
    anchor, positive, negative = (_t(x) for x in (given.anchor, given.positive, given.negative))
    return functional.triplet_margin_loss(anchor, positive, negative, given.margin, eps=0)


def _two_losses(loss: Callable[..., torch.Tensor]) -> Bare:
    return lambda g: loss(_t(g.predicted), _t(g.target))


BARE: dict[str, Bare] = {
    "activations.softmax": lambda g: torch.softmax(_t(g.z), -1),
    "activations.relu": lambda g: functional.relu(_t(g.z)),
    "activations.leaky_relu": lambda g: functional.leaky_relu(_t(g.z), g.slope),
    "activations.gelu": lambda g: functional.gelu(_t(g.z)),
    "attention.scaled_dot_product": _attend,
    "attention.score_dot": lambda g: torch.dot(_t(g.query), _t(g.key)),
    "attention.score_cosine": lambda g: functional.cosine_similarity(_t(g.query), _t(g.key), dim=0),
    "attention.score_bilinear": lambda g: functional.bilinear(
        _t(g.query), _t(g.key), _t(g.w)[None]
    ),
    "backpropagation.dense": _dense,
    "backpropagation.weight_gradient": lambda g: torch.outer(_t(g.error), _t(g.before)),
    "convolution.sobel_vertical": _filtered,
    "convolution.transposed": _convolved,
    "embeddings.cosine_similarity": lambda g: functional.cosine_similarity(_t(g.a), _t(g.b), dim=0),
    "embeddings.euclidean_distance": lambda g: torch.dist(_t(g.a), _t(g.b)),
    "energy.boltzmann": lambda g: torch.softmax(-_t(g.energies) / g.temperature, 0),
    "losses.mse": _two_losses(functional.mse_loss),
    "losses.mae": _two_losses(functional.l1_loss),
    "losses.huber": lambda g: functional.huber_loss(_t(g.predicted), _t(g.target), delta=g.delta),
    "losses.triplet": _contrast,
    "losses.binary_cross_entropy": lambda g: functional.binary_cross_entropy(
        _t(g.probabilities), _t(g.target)
    ),
    "pooling.global_average": lambda g: functional.adaptive_avg_pool2d(_t(g.maps), 1),
    "pooling.max": lambda g: functional.max_pool2d(_t(g.image)[None], g.window, g.stride),
    "pooling.average": lambda g: functional.avg_pool2d(_t(g.image)[None], g.window, g.stride),
    "optimizers.clip_value": lambda g: _t(g.gradient).clamp(-g.threshold, g.threshold),
}


def show() -> None:
    device = choose("cpu")
    print(f"\nSolvers, microseconds; goals: kernel {GOAL:g} times bare, answer {ANSWER_GOAL:g}\n")
    print(f"{'':<40}{'reference':>11}{'kernel':>11}{'bare':>9}{'ratio':>7}{'answer':>13}")
    missed = count = 0
    for solver in (solver for topic in topics() for solver in in_topic(topic)):
        took = microseconds(_calls(solver, next(solutions(solver, 200)), device))
        print(_row(solver.id, took))
        missed, count = missed + (took["answer"] > ANSWER_GOAL), count + 1
    print(f"\n{count - missed} of {count} answer within {ANSWER_GOAL:g} microseconds")


def _calls(solver: Solver[Any], solution: Solution, device: Device) -> dict[str, Call]:
    given = solver.inputs.read(solution.inputs)
    calls: dict[str, Call] = {
        "reference": lambda: solver.reference(given, Work()),
        "kernel": lambda: solver.kernel(given, device),
        "answer": lambda: solver.verify(solver.solve(solution.inputs), device),
    }
    bare = BARE.get(solver.id)
    return calls if bare is None else calls | {"bare": lambda: bare(given)}


def _row(name: str, took: dict[str, float]) -> str:
    row = f"{name:<40}{took['reference']:11.1f}{took['kernel']:11.1f}"
    if "bare" in took:
        ratio = took["kernel"] / took["bare"]
        row += f"{took['bare']:9.1f}{ratio:6.2f}{'*' if ratio > GOAL else ' '}"
    else:
        row += " " * 16
    return f"{row}{took['answer']:12.1f}{'*' if took['answer'] > ANSWER_GOAL else ''}"
