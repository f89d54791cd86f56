"""Diffusion: noise is added in small steps and taken away again, a lesson in each file.

Steps are counted t = 1 … T; x₀ is the data. β_t is the variance of the noise that step t adds,
α_t = 1 − β_t, and ᾱ_t = α_1 ⋯ α_t is what is left of the signal's variance.

>>> alpha_bar([0.5, 0.2]).tolist()
[0.5, 0.4]
"""

from solvers.diffusion.arrays import alpha_bar

__all__ = ["alpha_bar"]
