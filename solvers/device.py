"""Where the kernels run, in which precision, and how closely they must then agree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

NAMES = ("auto", "cpu", "cuda", "mps")


@dataclass(frozen=True, slots=True)
class Device:
    """A torch device and the precision it offers."""

    name: str  # "cpu", "cuda", "mps"
    double: bool  # float64 available

    @property
    def tolerance(self) -> float:
        """Largest relative difference between kernel and reference that is rounding alone."""
        return 1e-9 if self.double else 1e-4

    @property
    def rounding(self) -> float:
        """What rounding leaves of a sum that cancels, relative to the largest number in it."""
        return 1e-13 if self.double else 1e-5

    @property
    def sparse(self) -> Device:
        """Where sparse tensors are computed: mps has none."""
        return Device("cpu", double=True) if self.name == "mps" else self

    @property
    def dtype(self) -> torch.dtype:
        import torch

        return torch.float64 if self.double else torch.float32

    def tensor(self, values: object) -> torch.Tensor:
        """Numbers or an array as a floating-point tensor on this device."""
        import torch

        return torch.tensor(values, dtype=self.dtype, device=self.name)


def choose(name: str = "auto") -> Device:
    """The device asked for, or the best there is; raises ValueError naming what is there."""
    import torch

    present = ["cpu"]
    if torch.cuda.is_available():
        present.append("cuda")
    if torch.backends.mps.is_available():
        present.append("mps")
    if name == "auto":
        name = present[-1]
    if name not in present:
        raise ValueError(f"device is {name!r}; present: {', '.join(present)}")
    return Device(name, double=name != "mps")


def wake(device: Device) -> None:
    """Use the device once, since the first time is slow: pay before anybody waits.

    The meta device, on which sizes are computed without values, imports half a second of torch.
    """
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    torch.softmax(device.tensor([[1.0, 2.0]]), dim=-1)
    with FlopCounterMode(display=False), torch.no_grad():
        torch.nn.Conv2d(1, 1, 1, device="meta")(torch.empty(1, 1, 1, 1, device="meta"))
