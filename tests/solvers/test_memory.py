"""The largest inputs that a solver allows: no request exhausts memory or holds the process up."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

MEMORY, SECONDS = 256, 10.0  # MiB that one solver may add; reference and kernel

# Runs in a process of its own, whose peak memory only this raises.
PROGRAM = """
import json, resource, sys, time
import numpy, torch
torch.set_num_threads(1)
from solvers import in_topic, topics
from solvers.device import choose, wake
from tests.solvers.random_inputs import solved_at_its_largest

UNIT = 2**20 if sys.platform == "darwin" else 2**10

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / UNIT

cpu = choose("cpu")
wake(cpu)
for topic in topics():
    for solver in in_topic(topic):
        rng, before = numpy.random.default_rng(0), peak()
        began = time.monotonic()
        solution = solved_at_its_largest(solver, rng)
        if solution is not None:
            solver.verify(solution, cpu)
        took = time.monotonic() - began
        print(json.dumps([solver.id, solution is not None, peak() - before, took]), flush=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="reads the memory of a Unix process")
def test_the_largest_inputs_need_little() -> None:
    ran = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    rows = [json.loads(line) for line in ran.stdout.splitlines()]
    assert len(rows) > 200
    assert [name for name, _, memory, took in rows if memory > MEMORY or took > SECONDS] == []
    assert sum(solved for _, solved, *_ in rows) > 0.9 * len(rows)
