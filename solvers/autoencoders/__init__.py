"""Autoencoders and VAEs: reconstruction, anomalies, codes and their distribution; lessons by file.

>>> gaussian_kl([0.0, 1.0], [1.0, 1.0])
0.5
"""

from solvers.autoencoders.arrays import gaussian_kl, reparameterise, vae_loss

__all__ = ["gaussian_kl", "reparameterise", "vae_loss"]
