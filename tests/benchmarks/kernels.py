"""Each solver's reference and kernel, and the bare torch call on the same inputs where one is.

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
from solvers.device import choose
from tests.benchmarks.timing import Call, microseconds
from tests.solvers.random_inputs import solutions

GOAL = 1.3  # a kernel beside the bare call

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
    print(f"\nSolvers, microseconds; bare: the torch call alone, kernel goal {GOAL:g} times it\n")
    print(f"{'':<40}{'reference':>11}{'kernel':>11}{'bare':>9}{'kernel/bare':>13}")
    for topic in topics():
        for solver in in_topic(topic):
            solution = next(solutions(solver, 200))
            given = solver.inputs.read(solution.inputs)
            calls: dict[str, Call] = {
                "reference": lambda s=solver, g=given: s.reference(g, Work()),  # type: ignore[misc]
                "kernel": lambda s=solver, g=given: s.kernel(g, device),  # type: ignore[misc]
            }
            bare = BARE.get(solver.id)
            if bare:
                calls["bare"] = lambda b=bare, g=given: b(g)  # type: ignore[misc]
            _print(solver.id, microseconds(calls))


def _print(name: str, took: dict[str, float]) -> None:
    row = f"{name:<40}{took['reference']:11.1f}{took['kernel']:11.1f}"
    if "bare" in took:
        ratio = took["kernel"] / took["bare"]
        row += f"{took['bare']:9.1f}{ratio:13.2f}{' *' if ratio > GOAL else ''}"
    print(row)
