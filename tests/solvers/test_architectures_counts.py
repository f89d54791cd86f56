"""architectures.parameters against published totals, layer facts and networks that run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch

from solvers import find
from solvers.architectures import NAMES, parameter_count
from solvers.architectures.networks import build, counts
from solvers.architectures.networks.plain import C3_SEES
from solvers.architectures.tables import table_of
from solvers.contract import BadInput, Solution

# The curriculum's table, itself checked against the publications, torchvision's num_params and
# transformers' model classes.
TOTALS = {
    "lenet5-modern": 61_706,
    "lenet5-1998": 60_000,
    "alexnet-2012-grouped": 60_965_224,
    "alexnet-ungrouped": 62_378_344,
    "alexnet-torchvision": 61_100_840,
    "vgg11": 132_863_336,
    "vgg13": 133_047_848,
    "vgg16": 138_357_544,
    "vgg19": 143_667_240,
    "googlenet-paper-bias": 6_998_552,
    "googlenet-paper-no-bias": 6_990_272,
    "googlenet-5x5-bn": 7_005_832,
    "googlenet-torchvision-3x3bug": 6_624_904,
    "resnet18": 11_689_512,
    "resnet34": 21_797_672,
    "resnet50": 25_557_032,
    "resnet101": 44_549_160,
    "resnet152": 60_192_808,
    "efficientnet-b0": 5_288_548,
    "transformer-base-blocks": 44_138_496,
    "transformer-base-37k-shared": 63_082_496,
    "transformer-big-37k-shared": 214_245_376,
    "torch-nn-Transformer-default": 44_140_544,
    "bert-base": 109_482_240,
    "bert-large": 335_141_888,
    "gpt2": 124_439_808,
    "gpt2-xl": 1_557_611_200,
    "t5-small": 60_506_624,
    "t5-base": 222_903_552,
    "vit-b16": 86_567_656,
    "vit-b16-21k-free-backbone": 85_798_656,
    "vit-l16": 304_326_632,
}

# What the papers print, in millions, and by how much it may be rounded or differ in detail.
PRINTED = {
    "lenet5-1998": (0.060, 0.0),  # LeCun et al. 1998
    "alexnet-2012-grouped": (60, 1),  # Krizhevsky et al. 2012
    "vgg11": (133, 0.5),  # Simonyan and Zisserman 2014, Table 2
    "vgg13": (133, 0.5),
    "vgg16": (138, 0.5),
    "vgg19": (144, 0.5),
    "googlenet-paper-no-bias": (6.8, 0.2),  # Szegedy et al. 2014, Table 1 summed
    "efficientnet-b0": (5.3, 0.05),  # Tan and Le 2019
    "transformer-base-37k-shared": (65, 2),  # Vaswani et al. 2017, Table 3
    "transformer-big-37k-shared": (213, 2),
    "bert-base": (110, 1),  # Devlin et al. 2018
    "bert-large": (340, 5),
    "gpt2": (124, 0.5),  # Radford et al. 2019, as corrected
    "t5-small": (60, 1),  # Raffel et al. 2019
    "t5-base": (220, 3),
    "vit-b16": (86, 1),  # Dosovitskiy et al. 2020, Table 1
    "vit-l16": (307, 3),
}

# Layer facts of the curriculum: the value of one step.
FACTS = {
    ("lenet5-modern", "C1"): 156,
    ("lenet5-modern", "C3"): 2_416,
    ("lenet5-modern", "C5"): 48_120,
    ("lenet5-modern", "F6"): 10_164,
    ("lenet5-modern", "output"): 850,
    ("lenet5-1998", "C3"): 1_516,  # LeCun et al. 1998, section II.B
    ("lenet5-1998", "S2"): 12,
    ("lenet5-1998", "S4"): 32,
    ("alexnet-2012-grouped", "conv1"): 34_944,
    ("alexnet-2012-grouped", "conv2"): 307_456,
    ("alexnet-2012-grouped", "conv3"): 885_120,
    ("alexnet-2012-grouped", "conv4"): 663_936,
    ("alexnet-2012-grouped", "conv5"): 442_624,
    ("alexnet-2012-grouped", "fc6"): 37_752_832,
    ("alexnet-2012-grouped", "fc7"): 16_781_312,
    ("alexnet-2012-grouped", "fc8"): 4_097_000,
    ("vgg16", "conv1_1"): 1_792,
    ("vgg16", "conv5_3"): 2_359_808,
    ("vgg16", "fc6"): 102_764_544,
    ("resnet50", "conv1: 7×7"): 9_408,
    ("resnet50", "fc"): 2_049_000,
    ("resnet18", "fc"): 513_000,
    ("bert-base", "embeddings"): 23_837_184,
    ("bert-base", "encoder block"): 7_087_872,
    ("bert-base", "pooler"): 590_592,
    ("transformer-base-blocks", "encoder block"): 3_152_384,
    ("transformer-base-blocks", "decoder block"): 4_204_032,
    ("vit-b16", "patch projection"): 590_592,
    ("vit-b16", "position table"): 151_296,
}

# One pass through each network, without numbers: what goes in, and the shape that comes out.
IMAGE, DIGIT = torch.empty(2, 3, 224, 224, device="meta"), torch.empty(2, 1, 32, 32, device="meta")
LARGER = torch.empty(2, 3, 227, 227, device="meta")
TOKENS = torch.zeros(2, 7, dtype=torch.long, device="meta")
VECTORS = torch.empty(2, 7, 512, device="meta")
PASSES: dict[str, tuple[tuple[torch.Tensor, ...], tuple[int, ...]]] = {
    **{name: ((IMAGE,), (2, 1000)) for name in NAMES if name.startswith(("vgg", "resnet"))},
    **{name: ((IMAGE,), (2, 1000)) for name in NAMES if name.startswith(("googlenet", "vit-b16"))},
    "efficientnet-b0": ((IMAGE,), (2, 1000)),
    "vit-l16": ((IMAGE,), (2, 1000)),
    "vit-b16-21k-free-backbone": ((IMAGE,), (2, 768)),
    "alexnet-torchvision": ((IMAGE,), (2, 1000)),
    "alexnet-2012-grouped": ((LARGER,), (2, 1000)),
    "alexnet-ungrouped": ((LARGER,), (2, 1000)),
    "lenet5-modern": ((DIGIT,), (2, 10)),
    "lenet5-1998": ((DIGIT,), (2, 84)),
    "transformer-base-blocks": ((VECTORS, VECTORS), (2, 7, 512)),
    "transformer-base-37k-shared": ((TOKENS, TOKENS), (2, 7, 37_000)),
    "transformer-big-37k-shared": ((TOKENS, TOKENS), (2, 7, 37_000)),
    "bert-base": ((TOKENS,), (2, 768)),
    "bert-large": ((TOKENS,), (2, 1024)),
    "gpt2": ((TOKENS,), (2, 7, 50_257)),
    "gpt2-xl": ((TOKENS,), (2, 7, 50_257)),
    "t5-small": ((TOKENS, TOKENS), (2, 7, 32_128)),
    "t5-base": ((TOKENS, TOKENS), (2, 7, 32_128)),
}


def solved(name: str) -> Solution:
    return find("architectures.parameters").solve({"architecture": name})


@pytest.mark.parametrize("name", NAMES)
def test_totals(name: str, lawful: Callable[..., Solution]) -> None:
    assert parameter_count(name) == TOTALS[name]
    quantities: dict[str, Any] = lawful(
        "architectures.parameters", {"architecture": name}
    ).quantities
    assert quantities["parameters"] == TOTALS[name]
    assert sum(quantities["breakdown"]) == TOTALS[name]


def test_the_table_is_the_whole_table() -> None:
    assert set(NAMES) == set(TOTALS)


@pytest.mark.parametrize("name", PRINTED)
def test_what_the_papers_print(name: str) -> None:
    millions, off = PRINTED[name]
    assert abs(parameter_count(name) / 1e6 - millions) <= off + 1e-12


@pytest.mark.parametrize("name", NAMES)
def test_parts_carry_the_names_of_the_modules(name: str) -> None:
    assert counts(build(name)) == {part.name: part.parameters for part in table_of(name)}


@pytest.mark.parametrize("name", NAMES)
def test_every_step_has_a_label_of_its_own_and_adds_up(name: str) -> None:
    steps = solved(name).steps
    labels = [step.label for step in steps]
    assert len(set(labels)) == len(labels)
    for step in steps:
        if step.label not in ("all parts", "parameters") and all(
            sign not in step.formula for sign in "…,"
        ):
            value = _evaluated(step.formula)
            assert value is None or value == step.value, (name, step)


def _evaluated(formula: str) -> float | None:
    """The number that a formula of the table stands for; None where it is words."""
    python = formula.replace("·", "*").replace("/", "//")
    return eval(python) if set(python) <= set("0123456789+*/() ") else None


@pytest.mark.parametrize(("name", "label"), FACTS)
def test_layer_facts(name: str, label: str) -> None:
    (step,) = [step for step in solved(name).steps if step.label == label]
    assert step.value == FACTS[name, label]


def test_sums_over_layers_that_are_often_quoted() -> None:
    steps: dict[str, Any] = {step.label: step.value for step in solved("vgg16").steps}
    assert sum(n for label, n in steps.items() if label.startswith("conv")) == 14_714_688
    assert sum(n for label, n in steps.items() if label.startswith("fc")) == 123_642_856
    steps = {step.label: step.value for step in solved("gpt2").steps}
    assert steps["token table"] + steps["position table"] == 39_383_808


@pytest.mark.parametrize("name", sorted(PASSES))
def test_the_networks_are_networks(name: str) -> None:
    given, shape = PASSES[name]
    with torch.no_grad(), torch.device("meta"):
        assert build(name)(*given).shape == shape


def test_the_connections_of_c3_are_those_of_1998() -> None:
    # LeCun et al. 1998, Table I: each map of S2 is seen by ten maps of C3.
    assert sorted(len(sees) for sees in C3_SEES) == [3] * 6 + [4] * 9 + [6]
    assert len(set(C3_SEES)) == 16
    assert [sum(m in sees for sees in C3_SEES) for m in range(6)] == [10] * 6


def test_a_shared_tensor_is_counted_once() -> None:
    tied = build("gpt2")
    assert counts(tied)["output"] == 0
    assert sum(p.numel() for p in tied.parameters()) == TOTALS["gpt2"]


# ------------------------------------------------------------- misconceptions, follow-through

BY_HAND = {
    "lenet5-modern": {
        "lenet5/no-bias": 61_470,  # curriculum; 61,706 − 236
        "lenet5/pool-params": 61_750,  # 12 + 32 more
        "lenet5/c3-forgot-cin": 59_706,  # C3: 5·5·16 + 16 = 416 in place of 2,416
    },
    "alexnet-2012-grouped": {
        # 96 + 256 + 384 + 384 + 256 + 4096 + 4096 + 1000 = 10,568 biases
        "alexnet/no-bias": 60_954_656,
        "alexnet/forgot-rgb": 60_965_224 - 34_944 + 11_712,
    },
    "alexnet-torchvision": {
        # 64 + 192 + 384 + 256 + 256 + 9192 = 10,344 biases; conv1: 121·64 + 64 = 7,808
        "alexnet/no-bias": 61_090_496,
        "alexnet/forgot-rgb": 61_100_840 - 23_296 + 7_808,
    },
    "vgg16": {},
    "lenet5-1998": {},
}


@pytest.mark.parametrize("name", BY_HAND)
def test_every_misconception_by_hand(name: str) -> None:
    wrong = solved(name).wrong_answers_for("parameters")
    assert {w.id: w.value for w in wrong} == BY_HAND[name]


def test_c3_alone_is_wrong_where_its_input_is_forgotten() -> None:
    (wrong,) = [
        w
        for w in solved("lenet5-modern").wrong_answers_for("breakdown")
        if w.id == "lenet5/c3-forgot-cin"
    ]
    assert wrong.value == [156, 0, 416, 0, 48_120, 10_164, 850]
    assert wrong.departs_at == "C3"


def test_the_total_follows_from_the_learners_layers() -> None:
    stated = {"breakdown": [156, 0, 416, 0, 48_120, 10_164, 850]}
    solution = find("architectures.parameters").solve(
        {"architecture": "lenet5-modern"}, stated=stated
    )
    assert solution.quantities["parameters"] == 59_706


def test_an_unknown_name_is_named() -> None:
    with pytest.raises(BadInput, match="architecture is 'vgg17'; allowed: one of lenet5-modern"):
        solved("vgg17")
    with pytest.raises(BadInput, match="name is 'alexnet'; allowed: one of lenet5-modern"):
        parameter_count("alexnet")
