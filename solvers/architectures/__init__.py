"""Architectures: parameter counts of known networks; and the solvers, a lesson in each file.

``tables`` counts by arithmetic, ``networks`` builds the same networks of torch modules.

>>> parameter_count("resnet50")
25557032
"""

from solvers.architectures.tables import NAMES, parameter_count

__all__ = ["NAMES", "parameter_count"]
