"""Recurrent networks: cells and whole sequences of arrays; and the solvers, a lesson in each file.

>>> import numpy as np
>>> rnn_cell([1.0], [0.0], [[0.5]], [[1.0]]).round(4)
array([0.4621])
"""

from solvers.recurrent.arrays import gru, gru_cell, lstm, lstm_cell, rnn, rnn_cell

__all__ = ["gru", "gru_cell", "lstm", "lstm_cell", "rnn", "rnn_cell"]
