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
BREAKS = _set(
    """but because so since although instead rather however while whereas though which until
    unless therefore hence thus"""
)
NOT_OF_ALL = _set("only just necessarily all every always equally")  # "not only", "not every"
NOT_THAT = (["have", "to"], ["need", "to"], ["the", "only"], ["just", "the"])
NOT_HAVE = (["have", "to"], ["need", "to"], ["has", "to"])  # "nor does it have to"
NOTHING = _set("nothing none nobody")  # "nothing but the head is trained"
ALONE = _set("alone solely exclusively")  # "not the noise alone"
OTHERWISE = _set("without otherwise unless")  # what comes then is the other case
COMPARED = _set("unlike opposed versus vs")
AVOIDING = ("avoid", "prevent", "solv", "fixes", "cure", "eliminat", "escap", "counter", "remed",
            "mitigat", "cured", "repair", "overcom", "allevi")  # fmt: skip
SCARCE = _set(
    "only just few fewer less hardly barely handful scarcely same three two 3 2"
)  # "tries only a few distinct ones"
COMPARING = _set("much more less above below greater larger bigger higher over under as")
FALSE = _set("wrong false untrue incorrect")  # "it is false that …"
AND = _set("and or nor")
CONTRACTED = _set(
    """dont doesnt didnt isnt arent wasnt werent wont wouldnt couldnt shouldnt hasnt havent cannot
    cant"""
)
AUXILIARIES = _set(
    "do does did is are was were be been can could will would should must may might has have had"
)
# Before these the subject of a verb ends, or is one that stands for something else.
SUBJECTS = _set("it they this that these those he she we you one i if when there who what")
# What is denied of all that the sentence named before: "… do not help", "… are not used".
DENYING = (
    "help", "work", "appl", "used", "need", "exist", "happen", "occur", "present", "includ",
    "true", "right", "case", "mean", "prevent", "improv", "contribut", "involv", "reduc", "solv",
    "caus", "lead",
)  # fmt: skip

# Words that say little by themselves; running text is full of them, a list of keywords is not.
SMALL = _set(
    """a an the is are was were be been being am do does did has have had it its this that these
    those they them their there he she we you your our of in on at to for from by with as into
    onto than then and or but if when while so because since which who what how also can could
    may might will would should must not no very more most less much many such each every any
    all both one about over under between per via only just too still thus hence where whereas
    however instead"""
)

# What a list of keywords may have too, and what it hardly ever has.
FILLING = _set(
    "a an the and or of also then etc one all each every any both such only very more most less"
)
VERBS = _set(
    """uses gives gets takes makes means adds shows needs becomes works lets has against solved
    possible won beats helps matters reduces improves learns replaces"""
)

# Words of their own that are one letter away from a stem of the evidence: never typing slips.
OWN_WORDS = _set(
    """content contents contest context variance variances variant variants covariant invariance
    decoder encoder scoring scaling staring rating mating drained strained weighed relative
    relation rotation station classic classical compete complete discrete concrete trained
    grained general generate degenerate stacked stocked causal casual momentum argument
    augment through though thought another quality equality position positions positional
    forget gates feature features featured diverge divergence concentrate concentrates
    concentrating concentration alternative alternatives indifferent simple simply sampled
    latest later patent strike stripe trial trail weighs loses form from united untied diary
    dairy angle angel signal single unites units minute stops spots nose ones owns lots slot
    pots taught caught sales leaks peaks speak steal unscaled upscaled diverse diversity layer
    layers least stale claims mails calm clam silent listen explore explores explored exploring
    explorations exploration shallow swallow swallows resolution resolutions revolution internal
    external interval parking packing picked contexts formed forgets instance
    instances artificial"""
)

# "means" is a verb or a way, hardly ever several of them.
NO_PLURAL = _set("mean")

# As they are shortened in haste; the full word stands for both.
SHORT = {
    "param": "parameter", "params": "parameters", "hyperparam": "hyperparameter",
    "hyperparams": "hyperparameters", "feat": "feature", "feats": "features", "attn": "attention",
    "repr": "representation", "reprs": "representations", "rep": "representation",
    "emb": "embedding", "embs": "embeddings", "mol": "molecule", "mols": "molecules",
    "info": "information", "grad": "gradient", "grads": "gradients", "deriv": "derivative",
    "prob": "probability", "probs": "probabilities", "disc": "discriminator",
    "discrim": "discriminator", "recon": "reconstruction", "distr": "distribution",
    "distrib": "distribution", "avg": "average", "img": "image", "imgs": "images",
    "msg": "message", "msgs": "messages", "agg": "aggregate", "coeff": "coefficient",
    "coeffs": "coefficients", "bidir": "bidirectional", "clf": "classifier", "seq": "sequence",
    "enc": "encoder", "dec": "decoder", "regul": "regularisation", "nbr": "neighbor",
    "nbrs": "neighbors", "nb": "neighbor", "dim": "dimension", "dims": "dimensions",
    "pred": "predict", "preds": "predicts", "comp": "computation", "init": "initial",
    "backprop": "backpropagation", "calc": "calculate", "w/": "with", "w/o": "without",
    "b/c": "because", "conv": "convolution", "convs": "convolutions",
}  # fmt: skip

GREEK = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "eps", "ζ": "zeta", "η": "eta",
    "θ": "theta", "κ": "kappa", "λ": "lambda", "μ": "mu", "ν": "nu", "ξ": "xi", "π": "pi",
    "ρ": "rho", "σ": "sigma", "ς": "sigma", "τ": "tau", "φ": "phi", "χ": "chi", "ψ": "psi",
    "ω": "omega",
}  # fmt: skip

# "unlike GPT", "better than CBOW": named, but not what the text is about.
ASIDE = _set(
    "unlike than vs versus not opposed contrast compared comparison replaces instead from how"
)
ORDINALS = {"former": 0, "first": 0, "latter": 1, "second": 1}  # of two things named before
TURNS = _set("while whereas but though although however")  # here the text may change its topic
FORWARD = _set("when if with for given where on in once as")  # what follows belongs to the next

SHOWING = _set("this that these those which so called")  # "…: those are parameters"
# With these a sentence goes on about what the one before was about.
GOING_ON = _set("this it its they thus hence therefore thereby so consequently")
NAMING = _set("call called named known termed")

ARTICLES = _set("a an the its their each every all this that of")
TURNING = _set(
    "from given by using with than not unlike instead replaces replace and"
)  # "predicts from the context"

# A negation of these is none of what follows: "does not ignore the node's own features".
REVERSING = (
    "ignor", "forget", "exclud", "miss", "los", "drop", "leav", "neglect", "lack", "fail",
    "block", "stop", "prevent", "hinder", "break",
    "discard", "remov", "delet", "throw", "eras", "disregard", "overlook", "omit", "abandon",
    "obstacl", "barrier", "obstruct", "interrupt",
)  # fmt: skip
