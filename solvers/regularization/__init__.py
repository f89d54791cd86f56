"""Regularisation: penalties, dropout, early stopping, augmentation; a lesson in each file.

>>> dropout([1.0, 2.0, 3.0, 4.0], [1, 0, 1, 1], 0.5).tolist()
[2.0, 0.0, 6.0, 8.0]
>>> early_stop([0.9, 0.7, 0.8, 0.75, 0.6], patience=2)
(3, 1)
"""

from solvers.regularization.dropout import dropout
from solvers.regularization.early_stopping import early_stop

__all__ = ["dropout", "early_stop"]
