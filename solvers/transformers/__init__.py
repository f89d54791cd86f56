"""Transformers: positions, blocks, and the models made of them; a solver in a file each.

>>> feed_forward([2.0], [[1.0, -1.0]], [0.0, 0.0], [[2.0], [3.0]], [1.0]).tolist()
[5.0]
"""

from solvers.transformers.arrays import feed_forward

__all__ = ["feed_forward"]
