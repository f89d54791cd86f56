"""Word embeddings: functions of arrays and of words; and the solvers, a lesson in each file.

>>> context_pairs(["the", "cat", "sat"], 1)
[('the', 'cat'), ('cat', 'the'), ('cat', 'sat'), ('sat', 'cat')]
"""

from solvers.embeddings.arrays import analogy, context_pairs, cooccurrence, cosine_similarity

__all__ = ["analogy", "context_pairs", "cooccurrence", "cosine_similarity"]
