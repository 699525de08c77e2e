"""The table of operations: what each computes, and how its value moves with each of its arguments.

An activation or a loss is one row.  Definitions, defaults and conventions at kinks are PyTorch's
(torch.nn.functional, 2.x); a derivative is written as the learner knows it, σ′ = a(1 − a), tanh′ = 1 − a².
"""

import math
from collections.abc import Callable
from typing import NamedTuple

from backprop_tui.core.elementary import ELEMENTARY
from backprop_tui.core.expression import (
    Condition,
    Expression,
    Number,
    Piecewise,
    Shorthand,
    Stable,
    as_expression,
    call,
    either,
    exp,
    ln,
    optional,
    root,
    square,
    total,
    weighted,
)
from backprop_tui.core.operation import Arguments, Operation, at_least, exactly


class Activation(NamedTuple):
    """One row of `ACTIVATIONS`: a = rule(z), ∂a/∂z = slope(z, a).

    `low` and `high` bound the answers it can give (both may only be approached); `kinks` are the z where the
    slope jumps, `convention` says which slope is taken there; `blocked` is the word for a slope of exactly 0;
    `about` completes the sentence "The activation …"; `sentence` says what the backward pass does at it.
    """

    name: str
    rule: Callable[[Expression], Expression]
    slope: Callable[[Expression, Expression], Expression]
    about: str
    low: float = -math.inf
    high: float = math.inf
    kinks: tuple[float, ...] = ()
    convention: str = ""
    blocked: str = "flat"

    @property
    def sentence(self) -> str:
        """What the backward pass does at it, as `Operation` has it."""
        return _SENTENCES[self.name]


_SENTENCES = {
    "identity": "A copy hands the gradient on as it is.",
    "relu": "A ReLU hands the gradient on where its argument is positive, and stops it elsewhere.",
    "leaky_relu": "A leaky ReLU hands the gradient on where its argument is positive, elsewhere a hundredth of it.",
    "sigmoid": "A sigmoid's slope is its value times what that lacks of 1: at most a quarter.",
    "tanh": "The slope of tanh is 1 less its square: 1 at 0, hardly anything far out.",
    "softplus": "The slope of softplus is a sigmoid: from 0 far below 0 to 1 far above.",
    "elu": "An ELU hands the gradient on above 0, and ever less of it below.",
    "gelu": "A GELU hands the gradient on far above 0, and next to nothing of it far below.",
    "silu": "A SiLU hands the gradient on far above 0, and next to nothing of it far below.",
}

_ROOT_2 = root(as_expression(2))
_SMALL = 1e-6  # below this, v + v²/2 is e^v − 1 and −ln(1 − v) within 1e-12 of itself


def _above(z: Expression, limit: float) -> Condition:
    return Condition(z, ">", as_expression(limit))


def _below(z: Expression, limit: float) -> Condition:
    return Condition(z, "<", as_expression(limit))


def _logistic(z: Expression) -> Expression:
    return 1 / (1 + exp(-z))


def _sigma(z: Expression) -> Expression:
    return Shorthand("σ(z)", _logistic(z))


def _softplus(z: Expression) -> Expression:
    """ln(1 + e^z); shown by its limits z and e^z where 1 + e^z would lose the smaller summand (both within 1e-16)."""
    rule = ln(1 + exp(z))
    far = (_above(z, 37), z)
    shown = Piecewise((far, (_below(z, -20), exp(z))), rule, rule)
    return Stable(shown, Piecewise((far,), call("log1p", exp(z))))


def _less_1(z: Expression) -> Expression:
    """e^z − 1; shown by the beginning of its series where z is so small that 1 would swallow it."""
    rule = exp(z) - 1
    return Stable(Piecewise(((_above(z, -_SMALL), z + square(z) / 2),), rule, rule), call("expm1", z))


def _times_density(scale: Expression, z: Expression) -> Expression:
    """`scale` times the density of a standard normal number at z."""
    return scale * exp(-(square(z) / 2)) / root(Number(2 * math.pi, "(2π)"))


def _tail(scale: Expression, z: Expression) -> Expression:
    """`scale` times Φ(z) far below 0, where 1 + erf(z/√2) has no digits left, by Laplace's continued fraction.

    Abramowitz and Stegun, 26.2.14; cut after its fifth level, within 2e-7 of Φ for z < −6.
    """
    fraction = z
    for level in range(5, 0, -1):
        fraction = z + level / fraction
    return -(_times_density(scale, z) / fraction)


def _gelu(z: Expression) -> Expression:
    rule = 0.5 * z * (1 + call("erf", z / _ROOT_2))
    return _by_erfc(z, rule, _tail(z, z), 0.5 * z * call("erfc", -z / _ROOT_2))


def _gelu_slope(z: Expression, _a: Expression) -> Expression:
    rest = _times_density(z, z)
    rule = (1 + call("erf", z / _ROOT_2)) / 2 + rest
    return _by_erfc(z, rule, _tail(Number(1.0), z) + rest, call("erfc", -z / _ROOT_2) / 2 + rest)


def _by_erfc(z: Expression, rule: Expression, far_below: Expression, meaning: Expression) -> Expression:
    """`rule`, shown as `far_below` from −6 down; 0 where a float could hold but a few digits of it, below 1e-305."""
    gone = (_below(z, -37.5), Number(0.0))
    return Stable(Piecewise((gone, (_below(z, -6), far_below)), rule, rule), Piecewise((gone,), meaning))


ACTIVATIONS: dict[str, Activation] = {
    row.name: row
    for row in (
        Activation("identity", lambda z: z, lambda z, a: Number(1.0), "hands z on as it is"),
        Activation(
            "relu",
            lambda z: call("max", z, 0),
            lambda z, a: either(1, _above(z, 0), 0),
            "lets a positive z through and answers 0 to any other",
            low=0.0,
            kinks=(0.0,),
            convention="relu′(0) = 0",
            blocked="gate",
        ),
        Activation(
            "leaky_relu",
            lambda z: either(z, _above(z, 0), 0.01 * z),
            lambda z, a: either(1, _above(z, 0), 0.01),
            "lets a positive z through and a hundredth of a negative one",
            kinks=(0.0,),
            convention="leaky_relu′(0) = 0.01",
        ),
        Activation(
            "sigmoid",
            _logistic,
            lambda z, a: a * (1 - a),
            "squeezes z into the range from 0 to 1",
            low=0.0,
            high=1.0,
        ),
        Activation(
            "tanh",
            lambda z: call("tanh", z),
            lambda z, a: 1 - square(a),
            "squeezes z into the range from −1 to 1",
            low=-1.0,
            high=1.0,
        ),
        Activation(
            "softplus",
            _softplus,
            lambda z, a: _logistic(z),
            "is a ReLU with a rounded corner",
            low=0.0,
        ),
        Activation(
            "elu",
            lambda z: either(z, _above(z, 0), _less_1(z)),
            lambda z, a: either(1, _above(z, 0), exp(z)),
            "lets a positive z through and bends a negative one towards −1",
            low=-1.0,
            convention="elu′(0) = 1",
        ),
        Activation(
            "gelu",
            _gelu,
            _gelu_slope,
            "weighs z by how likely a standard normal number is below it",
            low=-0.1699712074983674,
        ),
        Activation(
            "silu",
            lambda z: z / (1 + exp(-z)),
            lambda z, a: _sigma(z) * (1 + z * (1 - _sigma(z))),
            "weighs z by its own sigmoid",
            low=-0.2784645427610738,
        ),
    )
}


class Loss(NamedTuple):
    """One row of `LOSSES`: for each output a and its target y a summand, and that summand's slope in a.

    A `mean` divides both by the number of outputs; `about` completes "The loss is …".
    """

    name: str
    summand: Callable[[Expression, Expression], Expression]
    slope: Callable[[Expression, Expression], Expression]
    about: str
    mean: bool = True
    kinks: tuple[float, ...] = ()
    convention: str = ""
    sign: int = 1  # −1 where the loss is what the sum of the summands lacks


def _sign(a: Expression, y: Expression) -> Expression:
    return Piecewise(
        ((Condition(a, ">", y), Number(1.0)), (Condition(a, "<", y), Number(-1.0))),
        Number(0.0),
    )


def _near(a: Expression, y: Expression) -> Condition:
    return Condition(call("abs", a - y), "≤", Number(1.0))


def _counts(y: Expression) -> Condition:
    return Condition(y, ">", Number(0.0))


def _limited(v: Expression) -> tuple[Condition, Expression]:
    """No logarithm below −100, so that one wrong certainty does not make the loss infinite."""
    return Condition(v, "<", Number(-100.0)), Number(-100.0)


def _limited_ln(a: Expression) -> Expression:
    return Piecewise((_limited(ln(a)),), ln(a), ln(a))


def _limited_ln_of_rest(a: Expression) -> Expression:
    """ln(1 − a); shown by the beginning of its series where a is so small that 1 would swallow it."""
    rule, stable = ln(1 - a), call("log1p", -a)
    shown = Piecewise((_limited(rule), (_below(a, _SMALL), -a - square(a) / 2)), rule, rule)
    return Stable(shown, Piecewise((_limited(stable),), stable))


LOSSES: dict[str, Loss] = {
    row.name: row
    for row in (
        Loss("mse", lambda a, y: square(a - y), lambda a, y: 2 * (a - y), "the distance to the target, squared"),
        Loss(
            "half_squared",
            lambda a, y: square(a - y) / 2,
            lambda a, y: a - y,
            "half the squared distance to the target",
            mean=False,
        ),
        Loss(
            "mae",
            lambda a, y: call("abs", a - y),
            _sign,
            "the plain distance to the target",
            kinks=(0.0,),
            convention="|·|′(0) = 0",
        ),
        Loss(
            "huber",
            lambda a, y: either(square(a - y) / 2, _near(a, y), call("abs", a - y) - 0.5),
            lambda a, y: Piecewise(((_near(a, y), a - y),), _sign(a, y)),
            "half the squared distance up to 1, beyond it the plain distance less 0.5",
        ),
        Loss(
            "bce",
            lambda a, y: -(y * _limited_ln(a) + (1 - y) * _limited_ln_of_rest(a)),
            lambda a, y: (a - y) / call("max", a * (1 - a), 1e-12),
            "the surprise at the target when the answer is taken as a probability",
        ),
        Loss(
            "cross_entropy",
            lambda a, y: optional(y * ln(a), _counts(y)),
            lambda a, y: either(-(y / a), _counts(y), 0),
            "the surprise at the right class when the answers are taken as probabilities",
            mean=False,
            sign=-1,
        ),
    )
}


def _affine(args: Arguments) -> Expression:
    """w1·x1 + … + b from the arguments w1…wn, x1…xn, b: left to right, the bias last."""
    n = len(args) // 2
    return total((*(weighted(w, x) for w, x in zip(args[:n], args[n:-1], strict=True)), args[-1]))


def _affine_partials(args: Arguments, _own: Expression) -> Arguments:
    n = len(args) // 2
    return (*args[n:-1], *args[:n], Number(1.0))


def activation_operation(row: Activation) -> Operation:
    """The operation of one argument z that `row` describes."""
    return Operation(
        row.name,
        lambda args: row.rule(args[0]),
        lambda args, own: (row.slope(args[0], own),),
        exactly(1),
        row.sentence,
        row.kinks,
        row.convention,
    )


def loss_operation(row: Loss) -> Operation:
    """The operation of the arguments a1…an, y1…yn that `row` describes; targets get no partial."""

    def value(args: Arguments) -> Expression:
        n = len(args) // 2
        whole = total(tuple(row.summand(a, y) for a, y in zip(args[:n], args[n:], strict=True)))
        whole = -whole if row.sign < 0 else whole
        return whole / n if row.mean and n > 1 else whole

    def partials(args: Arguments, _own: Expression) -> Arguments:
        n = len(args) // 2
        slopes = (row.slope(a, y) for a, y in zip(args[:n], args[n:], strict=True))
        return tuple(slope / n if row.mean and n > 1 else slope for slope in slopes)

    return Operation(row.name, value, partials, at_least(2, step=2))


OPERATIONS: dict[str, Operation] = {
    **ELEMENTARY,
    "affine": Operation("affine", _affine, _affine_partials, at_least(3, step=2)),
    **{name: activation_operation(row) for name, row in ACTIVATIONS.items()},
    **{name: loss_operation(row) for name, row in LOSSES.items()},
}
"""Every operation that a node may have by itself, by name."""
