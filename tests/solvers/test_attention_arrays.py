"""The public array functions of attention against torch."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from solvers.attention import (
    multi_head_attention,
    positional_encoding,
    scaled_dot_product_attention,
)
from solvers.contract import BadInput

RNG_SEED = 5


def draw(*sizes: tuple[int, ...]) -> list[Any]:
    rng = np.random.default_rng(RNG_SEED)
    return [rng.normal(size=size) for size in sizes]


@pytest.mark.parametrize(
    "options", [{}, {"is_causal": True}, {"scale": 0.3}, {"scale": 0.0}, {"mask": True}]
)
def test_batches_of_heads(options: dict[str, Any]) -> None:
    q, k, v = draw((2, 3, 4, 5), (2, 3, 6, 5), (2, 3, 6, 7))
    if options.pop("mask", False):
        options["attn_mask"] = np.random.default_rng(1).random((4, 6)) < 0.7
        options["attn_mask"][2] = False  # a query that may attend to nothing
    in_torch = {
        name: torch.from_numpy(value) if isinstance(value, np.ndarray) else value
        for name, value in options.items()
    }
    attend: Any = torch.nn.functional.scaled_dot_product_attention
    expected = attend(*(torch.from_numpy(x) for x in (q, k, v)), **in_torch).numpy()
    np.testing.assert_allclose(
        scaled_dot_product_attention(q, k, v, **options), expected, atol=1e-12
    )


@pytest.mark.parametrize("masked", [False, True])
def test_multi_head_attention_is_torchs_module(masked: bool) -> None:
    q, k, v = draw((2, 3, 6), (2, 4, 6), (2, 4, 6))
    module = torch.nn.MultiheadAttention(6, 2, batch_first=True, dtype=torch.float64)
    with torch.no_grad():
        module.in_proj_bias.copy_(torch.arange(18) / 10)
        module.out_proj.bias.copy_(torch.arange(6) / 10)
    mask = np.tri(3, 4, dtype=bool) if masked else None
    with torch.no_grad():
        expected, _ = module(
            *(torch.from_numpy(x) for x in (q, k, v)),
            attn_mask=None if mask is None else torch.from_numpy(~mask),  # there True forbids
        )
    mine = multi_head_attention(
        *(q, k, v, module.in_proj_weight.detach(), module.out_proj.weight.detach(), 2),
        in_proj_bias=module.in_proj_bias.detach(),
        out_proj_bias=module.out_proj.bias.detach(),
        attn_mask=mask,
    )
    np.testing.assert_allclose(mine, expected.numpy(), atol=1e-12)


def test_positional_encoding() -> None:
    table = positional_encoding(50, 6)
    assert table.shape == (50, 6)
    assert table[0].tolist() == [0, 1, 0, 1, 0, 1]
    np.testing.assert_allclose(table[:, 0::2] ** 2 + table[:, 1::2] ** 2, 1)
    # A shift by k is one number, whatever the position.
    dots = [table[p] @ table[p + 7] for p in range(40)]
    np.testing.assert_allclose(dots, dots[0])
    assert positional_encoding(3, 5)[2, 4] == np.sin(2 / 10000 ** (4 / 5))  # ends on a sine


@pytest.mark.parametrize(
    ("arrays", "options", "message"),
    [
        (((2, 3), (2, 4), (2, 4)), {}, r"key is \(2, 4\); allowed: \(…, m, 3\)"),
        (((2, 3), (4, 3), (2, 3)), {}, r"value is \(2, 3\); allowed: \(…, 4, d_v\)"),
        (((3,), (4, 3), (4, 3)), {}, r"query is \(3,\); allowed: an array of at least two axes"),
        (
            ((2, 3), (4, 3), (4, 3)),
            {"attn_mask": np.full((2, 4), -1e9)},
            r"attn_mask is 'float64'; allowed: true where a query may attend",
        ),
    ],
)
def test_arrays_that_do_not_fit(
    arrays: tuple[tuple[int, ...], ...], options: dict[str, Any], message: str
) -> None:
    q, k, v = draw(*arrays)
    with pytest.raises(BadInput, match=message):
        scaled_dot_product_attention(q, k, v, **options)


def test_heads_must_divide_the_width() -> None:
    q, w_in, w_out = draw((3, 6), (18, 6), (6, 6))
    with pytest.raises(BadInput, match=r"num_heads is 4; allowed: a divisor of 6"):
        multi_head_attention(q, q, q, w_in, w_out, 4)
    with pytest.raises(BadInput, match=r"\(3d, d\), and out_proj_weight \(d, d\)"):
        multi_head_attention(q, q, q, w_in[:6], w_out, 2)
