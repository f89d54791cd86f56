"""Numbers only: readable numpy references and independent torch kernels, usable alone.

>>> from solvers import find
>>> find("convolution.layer").concepts[0]
'conv-output-size'
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from typing import Any

from solvers.contract import Solver, UnknownSolver

_HELPERS = {"contract", "device", "__main__"}


def topics() -> list[str]:
    """The topic modules, in alphabetical order; none is imported."""
    return sorted(m.name for m in pkgutil.iter_modules(__path__) if m.name not in _HELPERS)


def in_topic(topic: str) -> Iterator[Solver[Any]]:
    """The solvers defined in one topic, in the order of the file."""
    module = importlib.import_module(f"solvers.{topic}")
    for value in vars(module).values():
        if isinstance(value, Solver) and value.id.startswith(f"{topic}."):
            yield value


def find(solver_id: str) -> Solver[Any]:
    """The solver with this id, importing its topic only; raises UnknownSolver."""
    topic, _, _ = solver_id.partition(".")
    if topic not in topics():
        raise UnknownSolver(f"no solver topic {topic!r}; topics: {', '.join(topics())}")
    ids = []
    for solver in in_topic(topic):
        if solver.id == solver_id:
            return solver
        ids.append(solver.id)
    raise UnknownSolver(f"no solver {solver_id!r}; in {topic}: {', '.join(ids)}")
