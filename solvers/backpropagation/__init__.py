"""Backpropagation: from the update of one weight to the gradients of a network, a lesson a file.

>>> linear([1, 2], [[1, 0], [0, -1]], [0.5, 0])
array([ 1.5, -2. ])
"""

from solvers.backpropagation.arrays import activate, linear, slope

__all__ = ["activate", "linear", "slope"]
