"""The table of optimisers: what each remembers of a parameter, and how it turns a gradient into a step.

Definitions and defaults are PyTorch's (torch.optim, 2.x): momentum's first velocity is the gradient itself (Polyak
1964; Sutskever et al. 2013), ε stands outside the root, Adam corrects before it divides (Kingma and Ba 2015; adamw:
Loshchilov and Hutter 2019).  An optimiser is one row; the stages, their texts, compiled training and exported programs
follow from it.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from backprop_tui.core.expression import Apply, Before, Expression, Name, Shared, root, square

LEARNING_RATE = "lr"
"""The name under which an update finds the learning rate."""

UPDATE_NUMBER = "t"
"""The name under which an update finds its number, from 1."""

WEIGHT_DECAY = "weight_decay"
"""The option that every optimiser has: how strongly each parameter is pulled towards 0."""

_LR, _T, _LAMBDA = Name(LEARNING_RATE), Name(UPDATE_NUMBER), Name(WEIGHT_DECAY)
_MU, _ALPHA, _EPSILON = Name("momentum"), Name("alpha"), Name("epsilon")
_BETA1, _BETA2 = Name("beta1"), Name("beta2")


class Stepped(NamedTuple):
    """One parameter, as the rules of an optimiser see it: its name, itself, and the gradient to be used."""

    name: str
    p: Expression
    g: Expression

    def old(self, slot: str) -> Expression:
        """What the optimiser remembers in `slot` from the update before."""
        return Before(quantity(slot, self.name))

    def new(self, prefix: str) -> Expression:
        """What an earlier rule of this update has computed."""
        return Name(quantity(prefix, self.name))


class Optimizer(NamedTuple):
    """One row of `OPTIMIZERS`.

    `options` are its numbers, with their defaults; `slots` what it remembers of each parameter, 0 at the start.
    `rules` gives the quantities of an update in order, each by its prefix (``v`` for ``v_w``), the parameter's own
    without one, last.  Weight decay is added to the gradient beforehand, unless the optimiser `decays` by itself.
    `about` completes the sentence "The optimiser …".
    """

    name: str
    about: str
    rules: Callable[[Stepped], tuple[tuple[str, Expression], ...]]
    slots: tuple[str, ...] = ()
    options: Mapping[str, float] = {WEIGHT_DECAY: 0.0}
    counts: bool = False
    decays: bool = False


def quantity(prefix: str, parameter: str) -> str:
    """``m_w``: what a quantity that belongs to `parameter` is called."""
    return f"{prefix}_{parameter}"


def _with(**options: float) -> Mapping[str, float]:
    return {**options, WEIGHT_DECAY: 0.0}


def _complement(option: Name) -> Expression:
    """``1 − option``: the same in every update."""
    return Shared(f"_complement_{option.name}", 1 - option)


def _corrected(mean: Expression, beta: Name) -> Expression:
    """A running mean that began at 0, as if it had not: over what share of it is not that 0."""
    return mean / Shared(f"_correction_{beta.name}", 1 - Apply("^", (beta, _T)))


def _step(over: Expression, mean_square: Expression) -> Expression:
    """``lr · over / (√mean_square + ε)``."""
    return _LR * over / (root(mean_square) + _EPSILON)


def _momentum(one: Stepped) -> tuple[tuple[str, Expression], ...]:
    return ("v", _MU * one.old("v") + one.g), ("", one.p - _LR * one.new("v"))


def _nesterov(one: Stepped) -> tuple[tuple[str, Expression], ...]:
    velocity, _ = _momentum(one)
    return velocity, ("step", one.g + _MU * one.new("v")), ("", one.p - _LR * one.new("step"))


def _adagrad(one: Stepped) -> tuple[tuple[str, Expression], ...]:
    return ("v", one.old("v") + square(one.g)), ("", one.p - _step(one.g, one.new("v")))


def _rmsprop(one: Stepped) -> tuple[tuple[str, Expression], ...]:
    mean = _ALPHA * one.old("v") + _complement(_ALPHA) * square(one.g)
    return ("v", mean), ("", one.p - _step(one.g, one.new("v")))


def _adam(one: Stepped) -> tuple[tuple[str, Expression], ...]:
    return *_moments(one), ("", one.p - _step(one.new("mhat"), one.new("vhat")))


def _adamw(one: Stepped) -> tuple[tuple[str, Expression], ...]:
    kept = Shared("_kept", 1 - _LR * _LAMBDA) * one.p
    return *_moments(one), ("", kept - _step(one.new("mhat"), one.new("vhat")))


def _moments(one: Stepped) -> tuple[tuple[str, Expression], ...]:
    return (
        ("m", _BETA1 * one.old("m") + _complement(_BETA1) * one.g),
        ("v", _BETA2 * one.old("v") + _complement(_BETA2) * square(one.g)),
        ("mhat", _corrected(one.new("m"), _BETA1)),
        ("vhat", _corrected(one.new("v"), _BETA2)),
    )


_ADAM = {"beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8}

OPTIMIZERS: Mapping[str, Optimizer] = {
    row.name: row
    for row in (
        Optimizer("sgd", "steps against the gradient", lambda one: (("", one.p - _LR * one.g),)),
        Optimizer(
            "momentum",
            "steps with a velocity, which every gradient pushes and which else runs out",
            _momentum,
            slots=("v",),
            options=_with(momentum=0.9),
        ),
        Optimizer(
            "nesterov",
            "steps with a velocity, and looks ahead to where it leads",
            _nesterov,
            slots=("v",),
            options=_with(momentum=0.9),
        ),
        Optimizer(
            "adagrad",
            "makes steps shorter for a parameter the larger its gradients have been",
            _adagrad,
            slots=("v",),
            options=_with(epsilon=1e-10),
        ),
        Optimizer(
            "rmsprop",
            "divides each gradient by how large that parameter's gradients have been lately",
            _rmsprop,
            slots=("v",),
            options=_with(alpha=0.99, epsilon=1e-8),
        ),
        Optimizer(
            "adam",
            "steps with the mean of the latest gradients over how large they have been",
            _adam,
            slots=("m", "v"),
            options=_with(**_ADAM),
            counts=True,
        ),
        Optimizer(
            "adamw",
            "steps as adam does, and shrinks each parameter apart from that",
            _adamw,
            slots=("m", "v"),
            options={**_ADAM, WEIGHT_DECAY: 0.01},
            counts=True,
            decays=True,
        ),
    )
}
"""Every optimiser, by name."""


class Settings(NamedTuple):
    """The optimiser of a run: its name, and all of its options with their numbers, in the order of its row."""

    name: str = "sgd"
    options: tuple[tuple[str, float], ...] = ((WEIGHT_DECAY, 0.0),)

    @property
    def row(self) -> Optimizer:
        """Its row of the table."""
        return OPTIMIZERS[self.name]

    @property
    def adds_decay(self) -> bool:
        """Whether weight decay is a part of the gradient."""
        return not self.row.decays and dict(self.options)[WEIGHT_DECAY] != 0


SGD = Settings()
"""Plain gradient descent."""


def settings(name: str, **options: float) -> Settings:
    """The optimiser `name` with `options`, the others as in its row.  Raises KeyError for unknown ones."""
    row = OPTIMIZERS[name]
    for option in options:
        if option not in row.options:
            raise KeyError(option)
    return Settings(name, tuple((option, float(options.get(option, usual))) for option, usual in row.options.items()))


class Learning(NamedTuple):
    """What a pass does with its gradients.

    It adds them up where it `accumulates`, the sum starting `anew` or not, and ends with an update where it `updates`,
    by `optimizer`, after weight decay where that `adds_decay` to the gradient.
    """

    optimizer: str = "sgd"
    adds_decay: bool = False
    accumulates: bool = False
    anew: bool = True
    updates: bool = True

    @property
    def row(self) -> Optimizer:
        """The row of its optimiser."""
        return OPTIMIZERS[self.optimizer]
