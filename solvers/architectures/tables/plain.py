"""LeNet-5, AlexNet and VGG: one layer after the other."""

from __future__ import annotations

from solvers.architectures.tables.lines import Line, Table, conv, dense, free


def lenet5_modern() -> Table:
    """As it is rebuilt today: full C3, pools without weights, a linear output layer."""
    return (
        conv("C1", 5, 1, 6),
        free("S2", "average pooling has no weights"),
        conv("C3", 5, 6, 16),
        free("S4", "average pooling has no weights"),
        dense("C5", 16 * 5 * 5, 120),
        dense("F6", 120, 84),
        dense("output", 84, 10),
    )


def lenet5_1998() -> Table:
    """LeCun et al. (1998): a partial C3, pools with a scale and a shift; the output is fixed.

    Of the 16 maps of C3, 6 see three maps of S2, 9 see four, and one sees all six (Table I).
    """
    c3 = "6·(25·3 + 1) + 9·(25·4 + 1) + 25·6 + 1"
    return (
        conv("C1", 5, 1, 6),
        Line("S2", "a scale and a shift per map, 6 + 6", 6, 6),
        Line("C3", c3, 25 * (6 * 3 + 9 * 4 + 6), 16),
        Line("S4", "a scale and a shift per map, 16 + 16", 16, 16),
        conv("C5", 5, 16, 120),
        dense("F6", 120, 84),
    )


def alexnet(groups: int) -> Table:
    """Krizhevsky et al. (2012); on two GPUs conv2, conv4 and conv5 see half of the channels."""
    return (
        conv("conv1", 11, 3, 96),
        conv("conv2", 5, 96, 256, groups=groups),
        conv("conv3", 3, 256, 384),
        conv("conv4", 3, 384, 384, groups=groups),
        conv("conv5", 3, 384, 256, groups=groups),
        *_dense_head(256 * 6 * 6),
    )


def alexnet_one_tower() -> Table:
    """Krizhevsky (2014), arXiv:1404.5997: one tower with fewer filters; torchvision's AlexNet."""
    return (
        conv("conv1", 11, 3, 64),
        conv("conv2", 5, 64, 192),
        conv("conv3", 3, 192, 384),
        conv("conv4", 3, 384, 256),
        conv("conv5", 3, 256, 256),
        *_dense_head(256 * 6 * 6),
    )


# How many 3×3 convolutions each of the five stages has, by the number of layers with weights.
VGG_STAGES = {11: (1, 1, 2, 2, 2), 13: (2, 2, 2, 2, 2), 16: (2, 2, 3, 3, 3), 19: (2, 2, 4, 4, 4)}
VGG_WIDTHS = (64, 128, 256, 512, 512)


def vgg(layers: int) -> Table:
    """Simonyan and Zisserman (2014), arXiv:1409.1556, configurations A, B, D and E."""
    lines, before = [], 3
    for stage, (width, count) in enumerate(
        zip(VGG_WIDTHS, VGG_STAGES[layers], strict=True), start=1
    ):
        for number in range(1, count + 1):
            lines.append(conv(f"conv{stage}_{number}", 3, before, width))
            before = width
    return (*lines, *_dense_head(512 * 7 * 7))


def _dense_head(flat: int) -> tuple[Line, ...]:
    return dense("fc6", flat, 4096), dense("fc7", 4096, 4096), dense("fc8", 4096, 1000)
