"""adversarial.conditional: a GAN that is told what to make.

    G([z; c]),  D([x; c]):  first layers (z + c) → h and (x + c) → h, in·h + h parameters

z numbers of noise, x numbers of an example, c numbers for the condition (a class as one-hot vector,
or attributes), h units. Generator and discriminator both get the condition, beside their input.
Source: Mirza and Osindero, Conditional generative adversarial nets, arXiv:1411.1784.

>>> from solvers import find
>>> find("adversarial.conditional").solve({"noise": 100, "condition": 10, "example": 784,
...     "units": 128}).quantities["generator_inputs"]
110
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from solvers.contract import Inputs, Misconception, Quantity, Solver, Work, whole
from solvers.device import Device


@dataclass(frozen=True, kw_only=True)
class Networks(Inputs):
    """The widths of both networks' inputs and of their first layers."""

    noise: int = whole(1, 10_000, "numbers of noise, z")
    condition: int = whole(1, 10_000, "numbers of the condition, c")
    example: int = whole(1, 1_000_000, "numbers of an example, x")
    units: int = whole(1, 10_000, "units h of the first layer")


def _reference(given: Networks, work: Work) -> None:
    for name, symbol, width in (
        ("generator", "z", given.noise),
        ("discriminator", "x", given.example),
    ):
        quantity = f"{name}_inputs"
        formula = f"{symbol} + c = {width} + {given.condition}"
        joined = work.step(quantity, "input", formula, width + given.condition)
        joined = work.give(quantity, joined)
        quantity, h = f"{name}_parameters", given.units
        weights = work.step(quantity, "weights", f"{joined}·{h}", joined * h)
        total = work.step(quantity, "weights and biases", f"{weights} + {h}", weights + h)
        work.give(quantity, total)


def _kernel(given: Networks, _: Device) -> Mapping[str, Any]:
    """Real layers and a real concatenation on the meta device."""
    import torch

    result = {}
    for name, width in (("generator", given.noise), ("discriminator", given.example)):
        parts = [torch.empty(1, n, device="meta") for n in (width, given.condition)]
        joined = torch.cat(parts, dim=1)
        layer = torch.nn.Linear(joined.shape[1], given.units, device="meta")
        layer(joined)
        result[f"{name}_inputs"] = layer.in_features
        result[f"{name}_parameters"] = sum(p.numel() for p in layer.parameters())
    return result


def _widths(
    generator: Callable[[Networks], int] | None = None,
    discriminator: Callable[[Networks], int] | None = None,
) -> Callable[[Networks], dict[str, int]]:
    """Wrong input widths, and the parameters they lead to."""

    def wrong(given: Networks) -> dict[str, int]:
        quantities = {}
        for name, rule in (("generator", generator), ("discriminator", discriminator)):
            if rule is not None:
                quantities[f"{name}_inputs"] = rule(given)
                quantities[f"{name}_parameters"] = (rule(given) + 1) * given.units
        return quantities

    return wrong


solver = Solver(
    id="adversarial.conditional",
    concepts=("conditional-gan",),
    inputs=Networks,
    quantities={
        "generator_inputs": Quantity("integer", "width of the generator's input"),
        "generator_parameters": Quantity(
            "integer", "parameters of its first layer", uses=("generator_inputs",)
        ),
        "discriminator_inputs": Quantity("integer", "width of the discriminator's input"),
        "discriminator_parameters": Quantity(
            "integer", "parameters of its first layer", uses=("discriminator_inputs",)
        ),
    },
    reference=_reference,
    kernel=_kernel,
    misconceptions=(
        Misconception(
            "conditional-gan/noise-only",
            slip="when the condition is left out",
            correction=lambda g: (
                f"The condition is put beside the noise: {g.condition} more inputs."
            ),
            wrong=_widths(generator=lambda g: g.noise),
            departs_at="input",
        ),
        Misconception(
            "conditional-gan/product",
            slip="when the widths are multiplied",
            correction="The two vectors are put side by side, so their widths add.",
            wrong=_widths(
                generator=lambda g: g.noise * g.condition,
                discriminator=lambda g: g.example * g.condition,
            ),
            departs_at="input",
        ),
        Misconception(
            "conditional-gan/label-scalar",
            slip="when the condition is counted as one number",
            correction=lambda g: f"The condition is a vector of {g.condition} numbers.",
            wrong=_widths(
                generator=lambda g: g.noise + 1,
                discriminator=lambda g: g.example + 1,
            ),
            departs_at="input",
            applies=lambda g: g.condition != 1,
        ),
        Misconception(
            "conditional-gan/d-unconditioned",
            slip="when only the generator gets the condition",
            correction="The discriminator judges x together with its condition: [x; c].",
            wrong=_widths(discriminator=lambda g: g.example),
            departs_at="input",
        ),
    ),
    source="Mirza and Osindero, Conditional generative adversarial nets, arXiv:1411.1784",
)
