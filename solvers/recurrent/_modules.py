"""torch's recurrent modules with given weights, drawn from no random generator."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from solvers.device import Device

if TYPE_CHECKING:
    import torch


def loaded(
    kind: Callable[..., torch.nn.RNNBase],
    sizes: tuple[int, int],
    parameters: Mapping[str, torch.Tensor],
    device: Device,
    **options: Any,
) -> torch.nn.RNNBase:
    """A module of input and state ``sizes`` whose parameters are those given, all of them."""
    # On the meta device no weights are drawn to be thrown away.
    module = kind(*sizes, device="meta", dtype=device.dtype, **options)
    module = module.to_empty(device=device.name)
    module.load_state_dict(parameters)
    return module.requires_grad_(False)
