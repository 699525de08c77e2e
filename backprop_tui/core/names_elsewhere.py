"""What others call what we have, and what is nearest to what we have not.

Imported for an unknown name only, so that its message leads somewhere.
"""

import difflib
import re
from collections.abc import Collection, Mapping, Sequence

ACTIVATION, LOSS, OPTIMIZER, INIT, SCENARIO = "activation", "loss", "optimizer", "init", "scenario"
"""The kinds of names."""

# Names are compared without case, blanks, marks, a module before them and a call behind: nn.LeakyReLU() as leakyrelu.
_SAME: Mapping[str, Mapping[str, str]] = {
    ACTIVATION: {
        **dict.fromkeys(("linear", "none", "id", "no", "passthrough", "purelin"), "identity"),
        **dict.fromkeys(("rectifier", "rectified", "rectifiedlinear", "rectifiedlinearunit", "max0"), "relu"),
        **dict.fromkeys(("lrelu", "leaky", "leakyrectifier"), "leaky_relu"),
        **dict.fromkeys(("logistic", "logit", "expit", "sigma", "σ", "sigm", "logsig", "sigmoidal"), "sigmoid"),
        **dict.fromkeys(("hyperbolictangent", "tangenthyperbolic", "tanhyp", "tansig"), "tanh"),
        **dict.fromkeys(("smoothrelu", "softrelu"), "softplus"),
        **dict.fromkeys(("swish", "swish1", "sil"), "silu"),
    },
    LOSS: {
        **dict.fromkeys(("l2", "l2loss", "quadratic", "squared", "square", "squarederror", "leastsquares"), "mse"),
        **dict.fromkeys(("mseloss", "meansquarederror", "meansquared", "brier"), "mse"),
        **dict.fromkeys(("sse", "halfmse", "halfsquarederror", "halfsse", "sumofsquares"), "half_squared"),
        **dict.fromkeys(("l1", "l1loss", "absolute", "absoluteerror", "meanabsoluteerror", "lad"), "mae"),
        **dict.fromkeys(("smoothl1", "smoothl1loss", "huberloss"), "huber"),
        **dict.fromkeys(("bceloss", "binarycrossentropy", "logloss", "logistic", "logisticloss", "binary"), "bce"),
        **dict.fromkeys(("crossentropyloss", "categoricalcrossentropy", "ce", "xent"), "cross_entropy"),
        **dict.fromkeys(("nll", "nllloss", "softmaxcrossentropy", "sparsecategoricalcrossentropy"), "cross_entropy"),
    },
    OPTIMIZER: {
        **dict.fromkeys(("gd", "gradientdescent", "stochasticgradientdescent", "vanilla", "plain", "none"), "sgd"),
        **dict.fromkeys(("heavyball", "sgdmomentum", "sgdwithmomentum", "polyak"), "momentum"),
        **dict.fromkeys(("nag", "nesterovmomentum", "sgdnesterov"), "nesterov"),
        "rms": "rmsprop",
    },
    INIT: {
        **dict.fromkeys(("default", "pytorch", "torch", "random", "rand", "fanin"), "uniform"),
        **dict.fromkeys(("glorot", "xavieruniform", "glorotuniform"), "xavier"),
        **dict.fromkeys(("kaiming", "henormal", "kaimingnormal", "msra"), "he"),
        **dict.fromkeys(("zero", "0"), "zeros"),
    },
    SCENARIO: {
        **dict.fromkeys(("article", "default", "neuron", "start", "backprop", "identity"), "article-7"),
        **dict.fromkeys(("linear", "linefit", "fit"), "line"),
        **dict.fromkeys(("regression", "ols", "leastsquares"), "linear-regression"),
        **dict.fromkeys(("logisticregression", "classification"), "logistic"),
        **dict.fromkeys(("softmaxregression", "softmaxclassifier", "classifier", "multiclass"), "softmax"),
        **dict.fromkeys(("perceptron", "andgate", "gate"), "and"),
        **dict.fromkeys(("network", "mlp", "nn", "xorgate", "hidden"), "xor-2-2-1"),
        **dict.fromkeys(("deadrelu", "dead", "dyingrelu"), "relu-dead"),
        **dict.fromkeys(("divergence", "diverging", "explode", "exploding"), "diverge"),
        **dict.fromkeys(("mattmazur", "mattmazurs"), "mazur"),
        **dict.fromkeys(("karpathy", "micrograd1"), "micrograd"),
        **dict.fromkeys(("stanford", "karpathycs231n", "cs231"), "cs231n"),
        "deadhidden": "hidden-relu",
    },
}

_NEAREST: Mapping[str, Mapping[str, str]] = {
    ACTIVATION: {
        **dict.fromkeys(("hardtanh", "softsign", "arctan", "atan", "erf", "tanhshrink", "sin"), "tanh"),
        **dict.fromkeys(("hardsigmoid", "logsigmoid", "probit"), "sigmoid"),
        **dict.fromkeys(("logsoftmax", "softmin", "softargmax", "sparsemax"), "softmax"),
        **dict.fromkeys(("step", "heaviside", "threshold", "sign", "binarystep", "perceptron", "glu"), "sigmoid"),
        **dict.fromkeys(("relu6", "squaredrelu", "hardshrink", "softshrink", "abs", "maxout", "crelu"), "relu"),
        **dict.fromkeys(("prelu", "rrelu", "parametricrelu"), "leaky_relu"),
        **dict.fromkeys(("selu", "celu"), "elu"),
        **dict.fromkeys(("hardswish", "mish", "swiglu"), "silu"),
        **dict.fromkeys(("geglu", "quickgelu", "gelutanh", "newgelu"), "gelu"),
        **dict.fromkeys(("mellowmax", "logcosh"), "softplus"),
    },
    LOSS: {
        **dict.fromkeys(("rmse", "msle", "mape", "r2", "poisson", "gaussiannll"), "mse"),
        **dict.fromkeys(("hinge", "hingeloss", "squaredhinge", "svm", "focal", "focalloss", "margin"), "bce"),
        **dict.fromkeys(("bcewithlogits", "bcewithlogitsloss", "accuracy", "01"), "bce"),
        **dict.fromkeys(("kl", "kldiv", "kldivloss", "labelsmoothing"), "cross_entropy"),
        **dict.fromkeys(("logcosh", "pseudohuber", "charbonnier"), "huber"),
        **dict.fromkeys(("quantile", "pinball"), "mae"),
    },
    OPTIMIZER: {
        **dict.fromkeys(("nadam", "amsgrad", "adamax", "radam", "adabelief"), "adam"),
        **dict.fromkeys(("lion", "lamb", "adafactor", "muon"), "adamw"),
        **dict.fromkeys(("adadelta", "rprop"), "rmsprop"),
        **dict.fromkeys(("lbfgs", "newton", "asgd"), "sgd"),
    },
    INIT: {
        **dict.fromkeys(("lecun", "lecununiform", "lecunnormal", "randomuniform", "variancescaling"), "uniform"),
        **dict.fromkeys(("xaviernormal", "glorotnormal", "orthogonal", "sparse"), "xavier"),
        **dict.fromkeys(("heuniform", "kaiminguniform"), "he"),
        **dict.fromkeys(
            ("normal", "gauss", "gaussian", "randn", "randomnormal", "truncatednormal", "truncnormal"), "he"
        ),
        **dict.fromkeys(("ones", "one", "constant", "constants", "none"), "zeros"),
    },
}

KEYS: Mapping[str, str] = {
    **dict.fromkeys(("lr", "rate", "learningrate", "eta", "alpha", "stepsize", "learning"), "learning_rate"),
    **dict.fromkeys(("name", "description", "heading"), "title"),
    **dict.fromkeys(("url", "reference", "author"), "source"),
    **dict.fromkeys(("cost", "criterion", "lossfunction", "costfunction", "objective", "error"), "loss"),
    **dict.fromkeys(("layers", "network", "neuron", "neurons", "dense"), "layer"),
    **dict.fromkeys(("samples", "data", "example", "examples", "dataset", "train", "training"), "sample"),
    **dict.fromkeys(("expected", "expects", "expectation", "figures"), "expect"),
    **dict.fromkeys(("act", "activations", "activationfunction", "nonlinearity", "function"), "activation"),
    **dict.fromkeys(("optimiser", "opt", "optim", "solver"), "optimizer"),
    **dict.fromkeys(("batch", "batches", "minibatch", "minibatchsize"), "batch_size"),
    **dict.fromkeys(("zerograds", "resetgrad", "cleargrad"), "zero_grad"),
    **dict.fromkeys(("weight", "w", "ws", "kernel"), "weights"),
    **dict.fromkeys(("bias", "b", "bs", "intercept"), "biases"),
    **dict.fromkeys(("units", "nodes", "size", "width", "outfeatures", "hiddensize"), "neurons"),
    **dict.fromkeys(("initializer", "initialiser", "initialization", "initialisation", "weightinit"), "init"),
    **dict.fromkeys(("kernelinitializer", "weightsinit"), "init"),
    **dict.fromkeys(("randomseed", "randomstate", "manualseed", "rng"), "seed"),
    **dict.fromkeys(("csv", "csvfile", "samplefile", "samplesfile", "datafile"), "samples"),
    **dict.fromkeys(("trainbias", "learnbiases", "updatebiases"), "train_biases"),
    **dict.fromkeys(("train", "learn", "requiresgrad", "frozen", "fixed"), "trainable"),
    **dict.fromkeys(("input", "inputs", "xs", "features", "feature"), "x"),
    **dict.fromkeys(("output", "outputs", "target", "targets", "label", "labels", "ys", "answer"), "y"),
    **dict.fromkeys(("value", "figure", "number", "prints"), "printed"),
    **dict.fromkeys(("variable",), "quantity"),
}
"""What a key of a scenario file is called elsewhere."""


def unknown(kind: str, name: str, known: Collection[str]) -> str:
    """What is wrong with `name`, which is none of the `known` ones of its kind, and what would be right."""
    listed = f"expected one of {', '.join(known)}"
    word = normalised(name)
    same = {**_SAME[kind], **{normalised(ours): ours for ours in known}}
    if same.get(word) in known:
        return f"unknown; it is called {same[word]} here; {listed}"
    if _NEAREST[kind].get(word) in known:
        return f"not supported; the nearest is {_NEAREST[kind][word]}; {listed}"
    return f"unknown; {did_you_mean(name, tuple(known))}{listed}"


def key_here(name: str, known: Sequence[str]) -> str:
    """The key among the `known` ones that `name` likely stands for; empty where none does."""
    word = normalised(name)
    ours = {normalised(key): key for key in known}.get(word) or KEYS.get(word, "")
    return ours if ours in known else nearest(name, known)


def scenarios_like(name: str, known: Sequence[str]) -> str:
    """The built-in scenarios that `name` may stand for, as a question; empty where none is near."""
    word = normalised(name.rpartition("/")[2].removesuffix(".toml"))
    found = [ours for ours in known if normalised(ours) == word]
    found = found or [ours for ours in known if ours.partition("-")[0] == word]
    if not found and _SAME[SCENARIO].get(word) in known:
        found = [_SAME[SCENARIO][word]]
    close = found or [ours for ours in (nearest(name, known),) if ours]
    return f"did you mean {' or '.join(close[:3])}?" if close else ""


def did_you_mean(name: str, known: Sequence[str]) -> str:
    """A question after the one of `known` that `name` may be a misspelling of; empty where none is near."""
    close = nearest(name, known)
    return f"did you mean {close}? " if close else ""


def nearest(name: str, known: Sequence[str]) -> str:
    """The one of `known` most like `name`, in whatever case; empty where none is."""
    spelled = {ours.lower(): ours for ours in reversed(known)}
    close = difflib.get_close_matches(name.lower()[:100], spelled, n=1)
    return spelled[close[0]] if close else ""


def normalised(name: str) -> str:
    """`name` without case, blanks and marks, the module before it and the call behind it."""
    word = re.sub(r"\(.*", "", name.strip().lower(), flags=re.DOTALL).rpartition(".")[2]
    return re.sub(r"[\W_]", "", word)
