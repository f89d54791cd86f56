"""Parameter counts against the model classes of the transformers library, on the meta device."""

from __future__ import annotations

import warnings
from typing import Any

import pytest
import torch

from solvers.architectures import parameter_count

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # what the library warns of on import is not ours
    transformers: Any = pytest.importorskip(
        "transformers", reason="transformers (a test extra) is not installed"
    )

T5_BASE = {"d_model": 768, "d_ff": 3072, "num_layers": 12, "num_heads": 12}
LARGE = {"hidden_size": 1024, "num_hidden_layers": 24, "num_attention_heads": 16}


def resnet(depths: list[int], *, basic: bool = False) -> tuple[str, dict[str, Any]]:
    widths = [64, 128, 256, 512] if basic else [256, 512, 1024, 2048]
    layer = "basic" if basic else "bottleneck"
    return "ResNet", {"depths": depths, "hidden_sizes": widths, "layer_type": layer}


MODELS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "bert-base": ("Bert", "Model", {}),
    "bert-large": ("Bert", "Model", {**LARGE, "intermediate_size": 4096}),
    "gpt2": ("GPT2", "LMHeadModel", {}),
    "gpt2-xl": ("GPT2", "LMHeadModel", {"n_embd": 1600, "n_layer": 48, "n_head": 25}),
    "t5-small": ("T5", "ForConditionalGeneration", {}),
    "t5-base": ("T5", "ForConditionalGeneration", T5_BASE),
    "vit-b16": ("ViT", "ForImageClassification", {"num_labels": 1000}),
    "vit-l16": (
        "ViT",
        "ForImageClassification",
        {**LARGE, "intermediate_size": 4096, "num_labels": 1000},
    ),
    "efficientnet-b0": (
        "EfficientNet",
        "ForImageClassification",
        {
            "width_coefficient": 1.0,
            "depth_coefficient": 1.0,
            "hidden_dim": 1280,
            "image_size": 224,
            "num_labels": 1000,
        },
    ),
    **{
        name: (family, "ForImageClassification", {**settings, "num_labels": 1000})
        for name, (family, settings) in {
            "resnet18": resnet([2, 2, 2, 2], basic=True),
            "resnet34": resnet([3, 4, 6, 3], basic=True),
            "resnet50": resnet([3, 4, 6, 3]),
            "resnet101": resnet([3, 4, 23, 3]),
            "resnet152": resnet([3, 8, 36, 3]),
        }.items()
    },
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", MODELS)
def test_the_model_class_has_as_many(name: str) -> None:
    family, task, settings = MODELS[name]
    config = getattr(transformers, f"{family}Config")(**settings)
    with torch.device("meta"):
        model = getattr(transformers, f"{family}{task}")(config)
    assert sum(p.numel() for p in model.parameters()) == parameter_count(name)
