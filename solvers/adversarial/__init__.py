"""Generative adversarial networks: the losses, for arrays; and the solvers, a lesson in each file.

>>> round(discriminator_loss([0.0], [0.0]), 4)  # a discriminator that can't tell: 2 ln 2
1.3863
"""

from solvers.adversarial.arrays import discriminator_loss, generator_loss

__all__ = ["discriminator_loss", "generator_loss"]
