"""How far kernels and references are apart over a run."""

from __future__ import annotations

from collections.abc import Mapping

from solvers._values import largest, leaves
from solvers.contract import Solution, Value


class Differences:
    """Counts solutions and keeps the largest difference, relative to a solution's numbers."""

    def __init__(self) -> None:
        self.solutions = 0
        self.solvers: set[str] = set()
        self.most = 0.0
        self.where = ""

    def add(self, solution: Solution, confirmed: Mapping[str, Value]) -> None:
        self.solutions += 1
        self.solvers.add(solution.solver)
        scale = largest([*solution.inputs.values(), *solution.quantities.values()])
        for name, kernel in confirmed.items():
            pairs = zip(leaves(solution.quantities[name]), leaves(kernel), strict=False)
            apart = max((_apart(x, y) for x, y in pairs), default=0.0)
            if scale and apart / scale > self.most:
                self.most, self.where = apart / scale, f"{solution.solver}: {name}"

    def __str__(self) -> str:
        found = f", largest relative difference {self.most:.2g} in {self.where}"
        counted = f"{self.solutions} solutions of {len(self.solvers)} solvers"
        return counted + (found if self.where else ", no difference at all")


def _apart(x: object, y: object) -> float:
    both = isinstance(x, int | float) and isinstance(y, int | float)
    return float(abs(x - y)) if both else 0.0  # type: ignore[operator]
