"""Numbers only: readable numpy references and independent torch kernels, usable alone.

>>> from solvers import find
>>> find("convolution.layer").concepts[0]
'conv-output-size'
"""

from __future__ import annotations

import functools
import importlib
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from solvers._errors import UnknownSolver

if TYPE_CHECKING:
    from solvers.contract import Solver

_HELPERS = {"contract", "device", "__main__"}


def topics() -> list[str]:
    """The topics, in alphabetical order; none is imported.

    A topic is a module of this package, or a folder with a lesson in each file.
    """
    names = _module_names(__path__)
    return [name for name in names if name not in _HELPERS and not name.startswith("_")]


def in_topic(topic: str) -> Iterator[Solver[Any]]:
    """The solvers of one topic, in the order of its files and of each file."""
    from solvers.contract import Solver

    module = importlib.import_module(f"solvers.{topic}")
    files = _module_names(getattr(module, "__path__", ()))
    lessons = [importlib.import_module(f"{module.__name__}.{name}") for name in files]
    for part in (module, *lessons):
        yield from (value for value in vars(part).values() if isinstance(value, Solver))


def _module_names(folders: Iterable[str]) -> list[str]:
    import pkgutil  # only here: the process that paints the screen imports this package

    return sorted(module.name for module in pkgutil.iter_modules(folders))


@functools.cache
def find(solver_id: str) -> Solver[Any]:
    """The solver with this id, importing its topic only; raises UnknownSolver."""
    topic, _, _ = solver_id.partition(".")
    if topic not in topics():
        raise UnknownSolver(f"no solver topic {topic[:60]!r}; topics: {', '.join(topics())}")
    solvers = {solver.id: solver for solver in in_topic(topic)}
    if solver_id not in solvers:
        import difflib  # only for the sentence

        near = difflib.get_close_matches(solver_id, solvers, n=1) or list(solvers)
        raise UnknownSolver(f"no solver {solver_id[:60]!r}; in {topic}: {', '.join(near)}")
    return solvers[solver_id]
