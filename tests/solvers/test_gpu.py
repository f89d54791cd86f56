"""On a machine with an NVIDIA card: the kernels there, and the process that uses them."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from solvers import in_topic, topics
from solvers.device import choose, wake
from tests.solvers.random_inputs import solutions

pytestmark = pytest.mark.gpu


def test_the_card_is_chosen_and_has_double_precision() -> None:
    device = choose("auto")
    wake(device)
    assert (device.name, device.double) == ("cuda", True)
    assert device.tensor([1.0, 2.0]).is_cuda


@pytest.mark.parametrize("topic", topics())
def test_every_kernel_agrees_there(topic: str) -> None:
    device = choose("cuda")
    for solver in in_topic(topic):
        for solution in solutions(solver, tries=3):
            assert solver.verify(solution, device).device == "cuda"


def test_the_process_answers_from_there() -> None:
    command = [sys.executable, "-m", "solvers", "losses.mse", "--json", "--device", "cuda"]
    words = ["predicted=[1, 2]", "target=[0, 4]"]
    ran = subprocess.run([*command, *words], capture_output=True, text=True, check=True)
    assert json.loads(ran.stdout)["device"] == "cuda"
