"""Word lists for reading a written answer."""

from __future__ import annotations


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


# Prefixes that belong to the word after a hyphen; the second list also after a blank.
PREFIXES = _set("hyper pre non mini auto bi uni sub over down up un re back semi under intra inter")
LOOSE_PREFIXES = _set("hyper mini non pre auto")

ABBREVIATIONS = _set("vs cf eg ie approx resp eq fig")  # their full stop ends no sentence

NEGATIONS = _set(
    """not no never neither nor cannot cant without nothing none dont doesnt didnt isnt arent
    wasnt werent wont wouldnt couldnt shouldnt hasnt havent aint fail fails failed unable
    impossible lack lacks lacking"""
)
# Negations of the next word that says something; the others reach further.
NEXT_ONLY = _set("no without nor lack lacks lacking none neither")
# What ends the reach of a negation, beside punctuation.
BREAKS = _set("but because so since although instead rather however only just simply")

# Words that say little by themselves; running text is full of them, a list of keywords is not.
SMALL = _set(
    """a an the is are was were be been being am do does did has have had it its this that these
    those they them their there he she we you your our of in on at to for from by with as into
    onto than then and or but if when while so because since which who what how also can could
    may might will would should must not no very more most less much many such each every any
    all both one about over under between per via only just too still thus hence where whereas
    however instead"""
)

# Words of their own that are one letter away from a stem of the evidence: never typing slips.
OWN_WORDS = _set(
    """content contents contest variance variances variant variants covariant invariance decoder
    encoder scoring scaling staring rating mating drained strained weighed relative relation
    rotation station classic classical compete complete discrete concrete trained grained
    general generate degenerate stacked stocked causal casual momentum argument augment through
    though thought another quality equality position positions positional forget gates feature
    features featured diverge divergence concentrate concentrates concentrating concentration
    alternative alternatives indifferent"""
)

GREEK = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "eps", "ζ": "zeta", "η": "eta",
    "θ": "theta", "κ": "kappa", "λ": "lambda", "μ": "mu", "ν": "nu", "ξ": "xi", "π": "pi",
    "ρ": "rho", "σ": "sigma", "ς": "sigma", "τ": "tau", "φ": "phi", "χ": "chi", "ψ": "psi",
    "ω": "omega",
}  # fmt: skip

# "unlike GPT", "better than CBOW": named, but not what the text is about.
ASIDE = _set("unlike than vs versus not opposed contrast compared comparison replaces")
TURNS = _set("while whereas but though although however")  # here the text may change its topic
FORWARD = _set("when if with for given where on in once as")  # what follows belongs to the next

ARTICLES = _set("a an the its their each every all this that of")
TURNING = _set(
    "from given by using with than not unlike instead replaces replace"
)  # "predicts from the context"

# A negation of these is none of what follows: "does not ignore the node's own features".
REVERSING = ("ignor", "forget", "exclud", "miss", "los", "drop", "leav", "neglect", "lack", "fail")
