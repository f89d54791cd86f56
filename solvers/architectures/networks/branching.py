"""ResNet, GoogLeNet and EfficientNet-B0 as torch modules."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import nn

# ---------------------------------------------------------------------------- ResNet


class _Residual(nn.Module):
    """ReLU(F(x) + x); where F changes the shape, x goes through a 1×1 convolution."""

    grows = 1  # channels out, in multiples of the width

    def __init__(self, before: int, width: int, stride: int) -> None:
        super().__init__()
        here = self.grows * width
        self.branch = self.layers(before, width, stride)
        self.shortcut: nn.Module = nn.Identity()
        if stride != 1 or before != here:
            self.shortcut = _conv_norm(before, here, 1, stride)

    def layers(self, before: int, width: int, stride: int) -> nn.Sequential:
        raise NotImplementedError

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(B, before, H, W) → (B, grows·width, H/stride, W/stride)."""
        return torch.relu(self.branch(x) + self.shortcut(x))


class Basic(_Residual):
    """Two 3×3 convolutions."""

    def layers(self, before: int, width: int, stride: int) -> nn.Sequential:
        first = _conv_norm(before, width, 3, stride)
        return nn.Sequential(first, nn.ReLU(), _conv_norm(width, width, 3))


class Bottleneck(_Residual):
    """1×1 to fewer channels, 3×3 there, 1×1 to four times as many."""

    grows = 4

    def layers(self, before: int, width: int, stride: int) -> nn.Sequential:
        return nn.Sequential(
            *(_conv_norm(before, width, 1), nn.ReLU()),
            *(_conv_norm(width, width, 3, stride), nn.ReLU()),
            _conv_norm(width, 4 * width, 1),
        )


def resnet(block: type[_Residual], blocks: Sequence[int], classes: int = 1000) -> nn.Sequential:
    """(B, 3, 224, 224) → (B, classes)."""
    stem = nn.Sequential(_conv_norm(3, 64, 7, 2), nn.ReLU(), nn.MaxPool2d(3, 2, 1))
    parts: dict[str, nn.Module] = {"conv1": stem}
    before = 64
    for number, count in enumerate(blocks, start=2):
        width = 32 * 2 ** (number - 1)
        stage = nn.Sequential()
        for index in range(count):
            stride = 2 if index == 0 and number > 2 else 1
            stage.append(block(before, width, stride))
            before = block.grows * width
        parts[f"conv{number}_x"] = stage
    parts["fc"] = _pooled_head(before, classes)
    return nn.Sequential(OrderedDict(parts))


def _conv_norm(
    before: int, here: int, side: int, stride: int = 1, *, groups: int = 1, eps: float = 1e-5
) -> nn.Sequential:
    conv = nn.Conv2d(before, here, side, stride, side // 2, groups=groups, bias=False)
    return nn.Sequential(conv, nn.BatchNorm2d(here, eps=eps))


def _pooled_head(width: int, classes: int = 1000, *, bias: bool = True) -> nn.Sequential:
    return nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(width, classes, bias))


# --------------------------------------------------------------------------- GoogLeNet


class Inception(nn.Module):
    """Four branches over the same input, their channels one after the other."""

    def __init__(
        self, before: int, one: int, three: tuple[int, int], five: tuple[int, int], pooled: int,
        *, largest: int, unit: Callable[..., nn.Module],
    ) -> None:  # fmt: skip
        super().__init__()
        self.branches = nn.ModuleList(
            [
                unit(before, one, 1),
                nn.Sequential(unit(before, three[0], 1), unit(*three, 3)),
                nn.Sequential(unit(before, five[0], 1), unit(*five, largest)),
                nn.Sequential(nn.MaxPool2d(3, 1, 1), unit(before, pooled, 1)),
            ]
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(B, before, H, W) → (B, sum of the branches, H, W)."""
        return torch.cat([branch(x) for branch in self.branches], dim=1)


def unit(*, bias: bool, batch_norm: bool = False) -> Callable[..., nn.Module]:
    """A maker of convolutions that keep the size (at stride 1), each with its ReLU."""

    def make(before: int, here: int, side: int, stride: int = 1) -> nn.Module:
        conv = nn.Conv2d(before, here, side, stride, side // 2, bias=bias)
        return nn.Sequential(conv, *([nn.BatchNorm2d(here)] if batch_norm else []), nn.ReLU())

    return make


def googlenet(*, bias: bool, batch_norm: bool = False, largest: int = 5) -> nn.Sequential:
    """(B, 3, 224, 224) → (B, 1000), without the auxiliary heads."""
    make = unit(bias=bias, batch_norm=batch_norm)

    def module(before: int, one: int, *widths: int) -> Inception:
        three, five = (widths[0], widths[1]), (widths[2], widths[3])
        return Inception(before, one, three, five, widths[4], largest=largest, unit=make)

    def pool() -> nn.MaxPool2d:
        return nn.MaxPool2d(3, 2, 1)

    parts: dict[str, nn.Module] = {
        "conv1": nn.Sequential(make(3, 64, 7, 2), pool()),
        "conv2": nn.Sequential(make(64, 64, 1), make(64, 192, 3), pool()),
        "inception 3a": module(192, 64, 96, 128, 16, 32, 32),
        "inception 3b": nn.Sequential(module(256, 128, 128, 192, 32, 96, 64), pool()),
        "inception 4a": module(480, 192, 96, 208, 16, 48, 64),
        "inception 4b": module(512, 160, 112, 224, 24, 64, 64),
        "inception 4c": module(512, 128, 128, 256, 24, 64, 64),
        "inception 4d": module(512, 112, 144, 288, 32, 64, 64),
        "inception 4e": nn.Sequential(module(528, 256, 160, 320, 32, 128, 128), pool()),
        "inception 5a": module(832, 256, 160, 320, 32, 128, 128),
        "inception 5b": module(832, 384, 192, 384, 48, 128, 128),
        "fc": _pooled_head(1024, bias=bias or batch_norm),
    }
    return nn.Sequential(OrderedDict(parts))


# ------------------------------------------------------------------------ EfficientNet


class Excitation(nn.Module):
    """Each channel is weighed by a number between 0 and 1 that looks at all of them."""

    def __init__(self, channels: int, squeezed: int) -> None:
        super().__init__()
        self.weigh = nn.Sequential(
            nn.AdaptiveAvgPool2d(1),
            *(nn.Conv2d(channels, squeezed, 1), nn.SiLU()),
            *(nn.Conv2d(squeezed, channels, 1), nn.Sigmoid()),
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(B, C, H, W) → the same."""
        weighed: torch.Tensor = x * self.weigh(x)
        return weighed


class Inverted(nn.Module):
    """Expand, filter each channel alone, weigh the channels, project; a skip if it fits."""

    def __init__(self, before: int, here: int, expansion: int, side: int, stride: int) -> None:
        super().__init__()
        inner = expansion * before
        expand = [_conv_norm(before, inner, 1), nn.SiLU()] if expansion > 1 else []
        self.branch = nn.Sequential(
            *expand,
            *(_conv_norm(inner, inner, side, stride, groups=inner), nn.SiLU()),
            Excitation(inner, before // 4),
            _conv_norm(inner, here, 1),
        )
        self.skips = stride == 1 and before == here

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(B, before, H, W) → (B, here, H/stride, W/stride)."""
        y: torch.Tensor = self.branch(x)
        return y + x if self.skips else y


def efficientnet_b0() -> nn.Sequential:
    """(B, 3, 224, 224) → (B, 1000)."""

    def stage(count: int, before: int, here: int, **settings: Any) -> nn.Sequential:
        others = (Inverted(here, here, **{**settings, "stride": 1}) for _ in range(count - 1))
        return nn.Sequential(Inverted(before, here, **settings), *others)

    parts: dict[str, nn.Module] = {
        "stage 1": nn.Sequential(_conv_norm(3, 32, 3, 2), nn.SiLU()),
        "stage 2": stage(1, 32, 16, expansion=1, side=3, stride=1),
        "stage 3": stage(2, 16, 24, expansion=6, side=3, stride=2),
        "stage 4": stage(2, 24, 40, expansion=6, side=5, stride=2),
        "stage 5": stage(3, 40, 80, expansion=6, side=3, stride=2),
        "stage 6": stage(3, 80, 112, expansion=6, side=5, stride=1),
        "stage 7": stage(4, 112, 192, expansion=6, side=5, stride=2),
        "stage 8": stage(1, 192, 320, expansion=6, side=3, stride=1),
        "stage 9": nn.Sequential(_conv_norm(320, 1280, 1), nn.SiLU()),
        "fc": _pooled_head(1280),
    }
    return nn.Sequential(OrderedDict(parts))
