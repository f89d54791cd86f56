"""LeNet-5, AlexNet and VGG as torch modules."""

from __future__ import annotations

from collections import OrderedDict

import torch
from torch import nn

# Table I of LeCun et al. (1998): which maps of S2 each of the 16 maps of C3 sees.
C3_SEES = (
    *((0, 1, 2), (1, 2, 3), (2, 3, 4), (3, 4, 5), (0, 4, 5), (0, 1, 5)),
    *((0, 1, 2, 3), (1, 2, 3, 4), (2, 3, 4, 5), (0, 3, 4, 5), (0, 1, 4, 5), (0, 1, 2, 5)),
    *((0, 1, 3, 4), (1, 2, 4, 5), (0, 2, 3, 5), (0, 1, 2, 3, 4, 5)),
)


def lenet5_modern() -> nn.Sequential:
    """(B, 1, 32, 32) → (B, 10)."""
    return _sequence(
        {
            "C1": nn.Sequential(nn.Conv2d(1, 6, 5), nn.Tanh()),
            "S2": nn.AvgPool2d(2),
            "C3": nn.Sequential(nn.Conv2d(6, 16, 5), nn.Tanh()),
            "S4": nn.AvgPool2d(2),
            "C5": nn.Sequential(nn.Flatten(), nn.Linear(400, 120), nn.Tanh()),
            "F6": nn.Sequential(nn.Linear(120, 84), nn.Tanh()),
            "output": nn.Linear(84, 10),
        }
    )


def lenet5_1998() -> nn.Sequential:
    """(B, 1, 32, 32) → (B, 84), what the fixed output units compare with drawn digits."""
    return _sequence(
        {
            "C1": nn.Sequential(nn.Conv2d(1, 6, 5), nn.Tanh()),
            "S2": WeightedPool(6),
            "C3": PartialConv(),
            "S4": WeightedPool(16),
            "C5": nn.Sequential(nn.Conv2d(16, 120, 5), nn.Tanh()),
            "F6": nn.Sequential(nn.Flatten(), nn.Linear(120, 84), nn.Tanh()),
        }
    )


class WeightedPool(nn.Module):
    """The mean of 2 × 2 windows, scaled and shifted for each map."""

    def __init__(self, maps: int) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.ones(maps, 1, 1))
        self.shift = nn.Parameter(torch.zeros(maps, 1, 1))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(B, maps, H, W) → (B, maps, H/2, W/2)."""
        pooled = nn.functional.avg_pool2d(x, 2)
        return torch.tanh(pooled * self.scale + self.shift)


class PartialConv(nn.Module):
    """C3 of 1998: every map sees its own choice of the six maps before."""

    def __init__(self) -> None:
        super().__init__()
        self.maps = nn.ModuleList(nn.Conv2d(len(sees), 1, 5) for sees in C3_SEES)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(B, 6, H, W) → (B, 16, H − 4, W − 4)."""
        seen = (layer(x[:, list(sees)]) for layer, sees in zip(self.maps, C3_SEES, strict=True))
        return torch.tanh(torch.cat(list(seen), dim=1))


def alexnet(
    groups: int, *, side: int = 227, padding: int = 0, channels: int = 3, filters: int = 96,
    classes: int = 1000,
) -> nn.Sequential:  # fmt: skip
    """(B, channels, side, side) → (B, classes); two groups as on the two GPUs of 2012."""
    encoder = {
        "conv1": _conv(channels, filters, 11, 4, padding, pool=True),
        "conv2": _conv(filters, 256, 5, 1, 2, groups=groups, pool=True),
        "conv3": _conv(256, 384, 3, 1, 1),
        "conv4": _conv(384, 384, 3, 1, 1, groups=groups),
        "conv5": _conv(384, 256, 3, 1, 1, groups=groups, pool=True),
    }
    image = torch.empty(1, channels, side, side)
    flat = nn.Sequential(*encoder.values())(image).numel()
    return _sequence({**encoder, **_dense_head(flat, classes)})


def alexnet_one_tower() -> nn.Sequential:
    """(B, 3, 224, 224) → (B, 1000)."""
    return _sequence(
        {
            "conv1": _conv(3, 64, 11, 4, 2, pool=True),
            "conv2": _conv(64, 192, 5, 1, 2, pool=True),
            "conv3": _conv(192, 384, 3, 1, 1),
            "conv4": _conv(384, 256, 3, 1, 1),
            "conv5": _conv(256, 256, 3, 1, 1, pool=True),
            **_dense_head(256 * 6 * 6),
        }
    )


def vgg(plan: str) -> nn.Sequential:
    """(B, 3, 224, 224) → (B, 1000); the plan lists widths of layers, and M for pooling."""
    parts: dict[str, nn.Sequential] = {}
    before, stage, number, last = 3, 1, 0, ""
    for word in plan.split():
        if word == "M":
            parts[last].append(nn.MaxPool2d(2))
            stage, number = stage + 1, 0
            continue
        number, last = number + 1, f"conv{stage}_{number + 1}"
        parts[last] = _conv(before, int(word), 3, 1, 1)
        before = int(word)
    return _sequence({**parts, **_dense_head(512 * 7 * 7)})


def _conv(
    before: int, here: int, side: int, stride: int, padding: int, *, groups: int = 1,
    pool: bool = False,
) -> nn.Sequential:  # fmt: skip
    layers: list[nn.Module] = [
        nn.Conv2d(before, here, side, stride, padding, groups=groups),
        nn.ReLU(),
    ]
    return nn.Sequential(*layers, *([nn.MaxPool2d(3, 2)] if pool else []))


def _dense_head(flat: int, classes: int = 1000) -> dict[str, nn.Module]:
    return {
        "fc6": nn.Sequential(nn.Flatten(), nn.Linear(flat, 4096), nn.ReLU(), nn.Dropout()),
        "fc7": nn.Sequential(nn.Linear(4096, 4096), nn.ReLU(), nn.Dropout()),
        "fc8": nn.Linear(4096, classes),
    }


def _sequence(parts: dict[str, nn.Module]) -> nn.Sequential:
    return nn.Sequential(OrderedDict(parts))
