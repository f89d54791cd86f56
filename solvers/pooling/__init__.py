"""Pooling: the values, for arrays; and the solvers, a lesson in each file.

>>> import numpy as np
>>> x = np.array([[[[1.0, 3, 2, 0], [4, 6, 1, 1], [0, 2, 5, 7], [1, 1, 3, 1]]]])
>>> max_pool2d(x, 2)[0, 0].tolist(), avg_pool2d(x, 2)[0, 0].tolist()
([[6.0, 2.0], [2.0, 7.0]], [[3.5, 1.0], [1.0, 4.0]])
>>> global_avg_pool2d(x).tolist()
[[[[2.375]]]]
"""

from solvers.pooling.arrays import avg_pool2d, global_avg_pool2d, max_pool2d

__all__ = ["avg_pool2d", "global_avg_pool2d", "max_pool2d"]
