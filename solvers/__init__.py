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


def in_topic(topic: str, first: str = "") -> Iterator[Solver[Any]]:
    """The solvers of one topic, in the order of its files and of each file.

    A file is imported when its turn comes; that of the name ``first`` comes first.
    """
    from solvers.contract import Solver

    module = importlib.import_module(f"solvers.{topic}")
    yield from (value for value in vars(module).values() if isinstance(value, Solver))
    files = _module_names(getattr(module, "__path__", ()))
    for name in sorted(files, key=lambda name: name != first):
        lesson = importlib.import_module(f"{module.__name__}.{name}")
        yield from (value for value in vars(lesson).values() if isinstance(value, Solver))


def _module_names(folders: Iterable[str]) -> list[str]:
    import pkgutil  # only here: the process that paints the screen imports this package

    return sorted(module.name for module in pkgutil.iter_modules(folders))


@functools.cache
def find(solver_id: str) -> Solver[Any]:
    """The solver with this id, importing no more of its topic than needed; or UnknownSolver."""
    topic, _, name = solver_id.partition(".")
    if topic not in topics():
        raise UnknownSolver(f"no solver topic {topic[:60]!r}; topics: {', '.join(topics())}")
    others = []
    for solver in in_topic(topic, first=name):
        if solver.id == solver_id:
            return solver
        others.append(solver.id)
    import difflib  # only for the sentence

    near = difflib.get_close_matches(solver_id[:60], others, n=1) or others
    raise UnknownSolver(f"no solver {solver_id[:60]!r}; in {topic}: {', '.join(near)}")
