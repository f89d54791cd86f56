"""Convolution: the values, for arrays; and the solvers, a lesson in each file.

>>> import numpy as np
>>> conv2d(np.arange(9.0).reshape(1, 1, 3, 3), np.ones((1, 1, 2, 2)))[0, 0]
array([[ 8., 12.],
       [20., 24.]])
"""

from solvers.convolution.arrays import conv2d, conv_transpose2d

__all__ = ["conv2d", "conv_transpose2d"]
