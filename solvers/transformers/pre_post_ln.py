"""transformers.pre_post_ln: layer normalisation before or after a sublayer.

    post: LN(x + F(x))      the paper of 2017; needs a learning-rate warm-up
    pre:  x + F(LN(x))      steadier to train; needs a last LN after all blocks

x (d) is one token, F the sublayer, here F(z) = z W + b with W (d × d) and b (d); LN(z) = (z − μ)/
√(σ² + ε) over the d channels, biased variance, ε = 10⁻⁵, gain 1 and shift 0; no units.
torch.nn.TransformerEncoderLayer is post unless norm_first=True. Source: Xiong et al., On layer
normalization in the Transformer architecture, arXiv:2002.04745.

>>> from solvers import find
>>> sublayer = {"weights": [[0, 0], [0, 0]], "biases": [0, 0]}
>>> block = {"token": [1, 3], **sublayer, "arrangement": "pre"}
>>> find("transformers.pre_post_ln").solve(block).quantities["output"]
[1.0, 3.0]
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from solvers.attention.arrays import Array
from solvers.contract import Inputs, Misconception, Quantity, Solver, Work, array, one_of
from solvers.device import Device
from solvers.transformers.arrays import normed


@dataclass(frozen=True, kw_only=True)
class Sublayer(Inputs):
    """A token, a sublayer F(z) = z W + b, and where the normalisation stands."""

    token: Array = array("d", -10, 10, "token x", max_side=16)
    weights: Array = array("d d", -10, 10, "weights W of the sublayer", max_side=16)
    biases: Array = array("d", -10, 10, "biases b of the sublayer", max_side=16)
    arrangement: str = one_of(("post", "pre"), "where the normalisation stands", default="post")

    def f(self, z: Array) -> Array:
        update: Array = z @ self.weights + self.biases
        return update

    @property
    def post(self) -> Array:
        return normed(self.token + self.f(self.token))

    @property
    def pre(self) -> Array:
        return self.token + self.f(normed(self.token))


def _reference(given: Sublayer, work: Work) -> None:
    x = given.token
    if given.arrangement == "pre":
        z = work.step("update", "normalised token", "LN(x)", normed(x))
        update = work.step("update", "update", "F(LN(x))", given.f(z))
        update = work.give("update", update)
        work.give("output", work.step("output", "output", "x + F(LN(x))", x + update))
    else:
        update = work.step("update", "update", "F(x)", given.f(x))
        update = work.give("update", update)
        total = work.step("output", "sum with the token", "x + F(x)", x + update)
        output = work.step("output", "output", "LN(x + F(x))", normed(total))
        work.give("output", output)


def _kernel(given: Sublayer, device: Device) -> Mapping[str, Any]:
    """A real nn.TransformerEncoderLayer whose attention adds nothing and whose network is F."""
    import torch
    from torch.nn.functional import layer_norm as in_torch

    d, x = len(given.token), device.tensor(given.token)
    pre = given.arrangement == "pre"
    layer = torch.nn.TransformerEncoderLayer(
        d, 1, d, 0.0, activation=torch.nn.Identity(), norm_first=pre, device="meta"
    )
    layer = layer.to_empty(device=device.name).to(device.dtype)  # no random start to undo
    layer.norm1 = torch.nn.Identity()  # type: ignore[assignment]
    with torch.no_grad():
        for parameter in layer.parameters():
            parameter.zero_()
        layer.norm2.weight.fill_(1.0)
        layer.linear1.weight.copy_(device.tensor(given.weights).T)
        layer.linear1.bias.copy_(device.tensor(given.biases))
        layer.linear2.weight.copy_(torch.eye(d))
        update = layer.linear1(in_torch(x, (d,)) if pre else x)
        return {"update": update, "output": layer(x[None])[0]}


def _the_other(given: Sublayer) -> dict[str, Array]:
    z = given.token if given.arrangement == "pre" else normed(given.token)
    return {"update": given.f(z), "output": given.post if given.arrangement == "pre" else given.pre}


def _no_residual(given: Sublayer) -> dict[str, Array]:
    if given.arrangement == "pre":
        return {"output": given.f(normed(given.token))}
    return {"output": normed(given.f(given.token))}


def _inside(given: Sublayer) -> dict[str, Array]:
    z = normed(given.token)
    return {"output": z + given.f(z)}


_POST_OR_PRE = {
    "post": "Post-LN adds first and normalises the sum: LN(x + F(x)).",
    "pre": "Pre-LN normalises what goes into F and nothing else: x + F(LN(x)).",
}


def _correction(given: Sublayer) -> str:
    return _POST_OR_PRE[given.arrangement]


solver = Solver(
    id="transformers.pre_post_ln",
    concepts=("pre-post-ln",),
    inputs=Sublayer,
    quantities={
        "update": Quantity("vector", "what the sublayer adds"),
        "output": Quantity("vector", "output of the sublayer with its norm", uses=("update",)),
    },
    reference=_reference,
    kernel=_kernel,
    misconceptions=(
        Misconception(
            "pre-post-ln/the-other",
            slip="when the normalisation stands in the other place",
            correction=_correction,
            wrong=_the_other,
            departs_at=lambda g: "normalised token" if g.arrangement == "pre" else "update",
        ),
        Misconception(
            "pre-post-ln/no-residual",
            slip="when the token itself is not added",
            correction="A residual connection adds x to what the sublayer makes of it.",
            wrong=_no_residual,
            departs_at=lambda g: "output" if g.arrangement == "pre" else "sum with the token",
        ),
        Misconception(
            "pre-post-ln/ln-inside-skip",
            slip="when the normalised token is added in place of the token",
            correction=_correction,
            wrong=_inside,
            departs_at=lambda g: "output" if g.arrangement == "pre" else "update",
        ),
        Misconception(
            "pre-post-ln/double",
            slip="when it is normalised both before and after",
            correction=_correction,
            wrong=lambda g: {"output": normed(g.pre)},
            departs_at=lambda g: "output" if g.arrangement == "pre" else "update",
        ),
    ),
    source="Xiong et al., arXiv:2002.04745",
)
