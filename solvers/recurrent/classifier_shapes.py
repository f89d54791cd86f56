"""recurrent.classifier_shapes: the arrays inside an LSTM that classifies sequences.

    tokens (B, T) → embedding (B, T, d) → output (B, T, dirs·H), h_n (layers·dirs, B, H) → (B, K)

B sequences of T tokens, embeddings of d numbers, H units, K classes; dirs is 2 when the network is
bidirectional. ``batch_first`` moves the batch of input and output, never that of h_n. The logits
are read off the last layer's final state, h_n[−1], with both directions side by side: that is
dirs·H numbers for each sequence. ``h_n.squeeze(0)`` is the same for one layer and one direction
only. Source: torch.nn.LSTM.

>>> from solvers import find
>>> model = {"batch": 32, "steps": 50, "embedding": 100, "units": 128, "classes": 5, "layers": 2}
>>> find("recurrent.classifier_shapes").solve(model).quantities["final_states"]
[2, 32, 128]
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from solvers.contract import Inputs, Misconception, Quantity, Solver, Work, whole
from solvers.device import Device


@dataclass(frozen=True, kw_only=True)
class Classifier(Inputs):
    """An embedding, an LSTM with batch_first, and a dense layer on its final state."""

    batch: int = whole(1, 4096, "sequences B in a batch")
    steps: int = whole(1, 128, "tokens T of a sequence")
    embedding: int = whole(1, 4096, "width d of an embedding")
    units: int = whole(1, 4096, "units H of the LSTM, in each direction")
    classes: int = whole(1, 10_000, "classes K")
    layers: int = whole(1, 4, "LSTM layers on top of each other", default=1)
    directions: int = whole(1, 2, "1, or 2 when bidirectional", default=1)

    @property
    def width(self) -> int:
        return self.directions * self.units


def _reference(given: Classifier, work: Work) -> None:
    b, t, h, dirs = given.batch, given.steps, given.units, given.directions
    embedded = [b, t, given.embedding]
    embedded = work.step("embedded", "embedded tokens", "B, T, d", embedded)
    work.give("embedded", embedded)
    label, formula = "numbers in a state", f"dirs·H = {dirs}·{h}"
    width = work.step("output", label, formula, given.width)
    label, formula = "output", "B, T, dirs·H: the last layer at every step"
    work.give("output", work.step("output", label, formula, [b, t, width]))
    label, formula = "final states kept", f"layers·dirs = {given.layers}·{dirs}"
    kept = work.step("final_states", label, formula, given.layers * dirs)
    label, formula = "final states", "layers·dirs, B, H: the batch stays second"
    work.give("final_states", work.step("final_states", label, formula, [kept, b, h]))
    label, formula = "logits", "B, K, from the last layer's final state"
    work.give("logits", work.step("logits", label, formula, [b, given.classes]))


def _kernel(given: Classifier, _: Device) -> Mapping[str, Any]:
    """The model on arrays that have shapes but no numbers.

    Fake tensors keep the whole sequence one operation; the meta device would go step by step.
    """
    import torch
    from torch import nn
    from torch._subclasses.fake_tensor import FakeTensorMode

    with FakeTensorMode(), torch.no_grad():
        embed = nn.Embedding(10, given.embedding)
        lstm = nn.LSTM(
            given.embedding,
            given.units,
            given.layers,
            batch_first=True,
            bidirectional=given.directions == 2,
        )
        head = nn.Linear(given.width, given.classes)
        embedded = embed(torch.zeros(given.batch, given.steps, dtype=torch.long))
        output, (final, _) = lstm(embedded)
        last = final.unflatten(0, (given.layers, given.directions))[-1]  # (dirs, B, H)
        logits = head(last.transpose(0, 1).flatten(1))
    tensors = {"embedded": embedded, "output": output, "final_states": final, "logits": logits}
    return {name: list(tensor.shape) for name, tensor in tensors.items()}


solver = Solver(
    id="recurrent.classifier_shapes",
    concepts=("sequence-classifier-shapes",),
    inputs=Classifier,
    quantities={
        "embedded": Quantity("shape", "after the embedding", axes=("batch", "steps", "width")),
        "output": Quantity(
            "shape", "the LSTM's states at every step", axes=("batch", "steps", "width")
        ),
        "final_states": Quantity(
            "shape", "h_n, the final states", axes=("layers × directions", "batch", "units")
        ),
        "logits": Quantity("shape", "scores of the classes", axes=("batch", "classes")),
    },
    reference=_reference,
    kernel=_kernel,
    misconceptions=(
        Misconception(
            "sequence-classifier-shapes/batch-first-hn",
            slip="when batch_first is taken to move the batch of h_n too",
            correction="batch_first is about input and output; h_n is (layers·dirs, B, H).",
            wrong=lambda g: {"final_states": [g.batch, g.layers * g.directions, g.units]},
            departs_at="final states",
            applies=lambda g: g.batch != g.layers * g.directions,
        ),
        Misconception(
            "sequence-classifier-shapes/uses-output-mean",
            slip="when the output at all steps is taken for the final state",
            correction="h_n holds one state for each layer and direction, after the last step.",
            wrong=lambda g: {"final_states": [g.batch, g.steps, g.width]},
            departs_at="final states",
        ),
        Misconception(
            "sequence-classifier-shapes/forgets-directions",
            slip="when the two directions are forgotten",
            correction=lambda g: (
                f"Each layer has a final state in both directions: {g.layers}·2 in all."
            ),
            wrong=lambda g: {"final_states": [g.layers, g.batch, g.units]},
            departs_at="final states kept",
            applies=lambda g: g.directions == 2,
        ),
    ),
    source="torch.nn.LSTM",
)
