"""Graph networks: layers and readout for arrays, and the solvers, a lesson in each file.

Nodes are numbered from 0 and are the rows of the features. Row i of the adjacency holds the edges
whose messages node i receives.

>>> gcn_layer([[0, 1], [1, 0]], [[2.0], [4.0]], [[1.0]])
array([[3.],
       [3.]])
>>> readout([[1.0, 2.0], [3.0, 0.0], [2.0, 2.0]], [0, 0, 1], "mean")
array([[2., 1.],
       [2., 2.]])
"""

from solvers.graphs.arrays import gat_layer, gcn_layer, readout

__all__ = ["gat_layer", "gcn_layer", "readout"]
