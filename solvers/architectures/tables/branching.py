"""ResNet, GoogLeNet and EfficientNet-B0: blocks with branches, batch norm after convolutions."""

from __future__ import annotations

from solvers.architectures.tables.lines import Group, Line, Part, Table, conv, dense, norm

# How many blocks each of the four stages has, by the number of layers with weights.
RESNET_BLOCKS = {
    18: (2, 2, 2, 2),
    34: (3, 4, 6, 3),
    50: (3, 4, 6, 3),
    101: (3, 4, 23, 3),
    152: (3, 8, 36, 3),
}
RESNET_WIDTHS = (64, 128, 256, 512)


def resnet(layers: int) -> Table:
    """He et al. (2015), arXiv:1512.03385; convolutions have no bias, batch norm has a shift."""
    bottleneck = layers >= 50
    stages, before = [], 64
    for number, (width, count) in enumerate(
        zip(RESNET_WIDTHS, RESNET_BLOCKS[layers], strict=True), start=2
    ):
        here = 4 * width if bottleneck else width
        block = _bottleneck if bottleneck else _basic
        first = Group("first block", block(before, width))
        other = Group("other block", block(here, width), times=count - 1)
        stages.append(Group(f"conv{number}_x", (first, other)))
        before = here
    stem = Group("conv1", (conv("7×7", 7, 3, 64, bias=False), norm("batch norm", 64)))
    return (stem, *stages, dense("fc", before, 1000))


def _basic(before: int, width: int) -> tuple[Line, ...]:
    return (
        conv("3×3", 3, before, width, bias=False),
        conv("second 3×3", 3, width, width, bias=False),
        norm("batch norms", width, count=2),
        *_projection(before, width),
    )


def _bottleneck(before: int, width: int) -> tuple[Line, ...]:
    return (
        conv("1×1 down", 1, before, width, bias=False),
        conv("3×3", 3, width, width, bias=False),
        conv("1×1 up", 1, width, 4 * width, bias=False),
        norm("batch norms of down and 3×3", width, count=2),
        norm("batch norm of up", 4 * width),
        *_projection(before, 4 * width),
    )


def _projection(before: int, here: int) -> tuple[Line, ...]:
    """Where the shapes differ, the shortcut is a 1×1 convolution with batch norm."""
    if before == here:
        return ()
    projection = conv("projection", 1, before, here, bias=False)
    return (projection, norm("batch norm of the projection", here))


# Szegedy et al. (2014), Table 1: 1×1, 3×3 reduce, 3×3, 5×5 reduce, 5×5, pool projection.
INCEPTION = {
    "3a": (64, 96, 128, 16, 32, 32),
    "3b": (128, 128, 192, 32, 96, 64),
    "4a": (192, 96, 208, 16, 48, 64),
    "4b": (160, 112, 224, 24, 64, 64),
    "4c": (128, 128, 256, 24, 64, 64),
    "4d": (112, 144, 288, 32, 64, 64),
    "4e": (256, 160, 320, 32, 128, 128),
    "5a": (256, 160, 320, 32, 128, 128),
    "5b": (384, 192, 384, 48, 128, 128),
}


def googlenet(*, after: str, largest: int = 5) -> Table:
    """Szegedy et al. (2014), arXiv:1409.4842, without the auxiliary heads.

    ``after`` a convolution comes "bias", "batch norm" or "nothing". ``largest`` is the side of
    the largest filters: 5 in the paper, 3 in torchvision by an old mistake (its issue 906).
    """
    parts: list[Part] = [
        Group("conv1", _unit("7×7", 7, 3, 64, after)),
        Group("conv2", (*_unit("1×1", 1, 64, 64, after), *_unit("3×3", 3, 64, 192, after))),
    ]
    before = 192
    for name, widths in INCEPTION.items():
        parts.append(Group(f"inception {name}", inception(before, widths, after, largest)))
        before = widths[0] + widths[2] + widths[4] + widths[5]
    return (*parts, dense("fc", before, 1000, bias=after != "nothing"))


def inception(
    before: int, widths: tuple[int, ...], after: str = "bias", largest: int = 5
) -> tuple[Line, ...]:
    """The six convolutions of one module."""
    one, reduce_3, three, reduce_5, five, pooled = widths
    big = f"{largest}×{largest}" if largest != 3 else "second 3×3"
    return (
        *_unit("1×1", 1, before, one, after),
        *_unit("1×1 before 3×3", 1, before, reduce_3, after),
        *_unit("3×3", 3, reduce_3, three, after),
        *_unit(f"1×1 before {big}", 1, before, reduce_5, after),
        *_unit(big, largest, reduce_5, five, after),
        *_unit("1×1 after pooling", 1, before, pooled, after),
    )


def _unit(label: str, side: int, before: int, here: int, after: str) -> tuple[Line, ...]:
    line = conv(label, side, before, here, bias=after == "bias")
    return (line, norm(f"batch norm of {label}", here)) if after == "batch norm" else (line,)


# Tan and Le (2019), Table 1: expansion, filter side, stride, channels, blocks.
EFFICIENTNET_B0 = (
    (1, 3, 1, 16, 1),
    (6, 3, 2, 24, 2),
    (6, 5, 2, 40, 2),
    (6, 3, 2, 80, 3),
    (6, 5, 1, 112, 3),
    (6, 5, 2, 192, 4),
    (6, 3, 1, 320, 1),
)


def efficientnet_b0() -> Table:
    """Tan and Le (2019), arXiv:1905.11946: inverted bottlenecks with squeeze and excitation."""
    stages, before = [], 32
    for number, (expansion, side, _, here, count) in enumerate(EFFICIENTNET_B0, start=2):
        blocks = [Group("first block", _inverted(expansion, side, before, here))]
        if count > 1:
            other = _inverted(expansion, side, here, here)
            blocks.append(Group("other block", other, times=count - 1))
        stages.append(Group(f"stage {number}", tuple(blocks)))
        before = here
    stem = Group("stage 1", (conv("3×3", 3, 3, 32, bias=False), norm("batch norm", 32)))
    last = Group("stage 9", (conv("1×1", 1, 320, 1280, bias=False), norm("batch norm", 1280)))
    return (stem, *stages, last, dense("fc", 1280, 1000))


def _inverted(expansion: int, side: int, before: int, here: int) -> tuple[Line, ...]:
    """Expand, filter each channel alone, weigh the channels, project."""
    inner, squeezed = expansion * before, before // 4
    expand = (conv("1×1 expand", 1, before, inner, bias=False), norm("batch norm of it", inner))
    return (
        *(expand if expansion > 1 else ()),
        conv("depthwise", side, inner, inner, bias=False, groups=inner),
        norm("batch norm of depthwise", inner),
        conv("squeeze", 1, inner, squeezed),
        conv("excite", 1, squeezed, inner),
        conv("1×1 project", 1, inner, here, bias=False),
        norm("batch norm of project", here),
    )
