"""The operations that a program of expressions is made of, besides the activations.

Definitions and conventions are PyTorch's (torch, 2.x): what has no value is NaN, 1/0 is ∞, a maximum is shared between
equal arguments, and ln′ is 1/x below 0 as well.
"""

import math
from collections.abc import Callable

from backprop_tui.core.expression import (
    Apply,
    Condition,
    Expression,
    Number,
    Piecewise,
    Stable,
    as_expression,
    call,
    either,
    exp,
    ln,
    product,
    root,
    square,
    total,
    weighted,
)
from backprop_tui.core.operation import Arguments, Operation, at_least, exactly

EXTREMES = ("max", "min")
"""The operations whose slopes jump where two of their arguments are equal."""

_ZERO, _HALF, _ONE, _NAN = map(Number, (0.0, 0.5, 1.0, math.nan))
_SMALL, _LARGE = 1e-100, 1e100  # beyond these a square may have lost digits that a quotient still has


def _ones(args: Arguments, _own: Expression) -> Arguments:
    return tuple(_ONE for _ in args)


def _multiplied(args: Arguments) -> Expression:
    return weighted(*args) if len(args) == 2 else product(args)


def _other_factors(args: Arguments, _own: Expression) -> Arguments:
    return tuple(product((*args[:i], *args[i + 1 :])) for i in range(len(args)))


def _quotient_slopes(args: Arguments, own: Expression) -> Arguments:
    """1/v, and −u/v², shown as −(u/v)/v where v² would have no digits left."""
    u, v = args
    rule, size = -(u / square(v)), call("abs", v)
    by_own = -(own / v)
    far = tuple((Condition(size, sign, as_expression(edge)), by_own) for sign, edge in (("<", _SMALL), (">", _LARGE)))
    return 1 / v, Stable(Piecewise(far, rule, rule), by_own)


def _raised(base: Expression, exponent: Expression) -> Expression:
    """``base^exponent``; a square is ``d·d``."""
    return square(base) if exponent == Number(2.0) else Apply("^", (base, exponent))


def _power_slopes(args: Arguments, own: Expression) -> Arguments:
    base, exponent = args
    return _slope_in_base(base, exponent), _slope_in_exponent(base, exponent, own)


def _slope_in_base(x: Expression, y: Expression) -> Expression:
    """``y·x^(y − 1)``, which is 0 where y is."""
    if isinstance(y, Number):
        if y.value in (0.0, 1.0):
            return Number(y.value)
        rest = x if y.value == 2 else _raised(x, Number(y.value - 1))
        return product((y, rest))
    return Piecewise(((_is(y, 0.0), _ZERO),), product((y, Apply("^", (x, y - 1)))))


def _slope_in_exponent(x: Expression, y: Expression, own: Expression) -> Expression:
    """``x^y · ln(x)``; 0 where x is 0 and the power is not infinite."""
    rule = product((own, ln(x)))
    if isinstance(x, Number) and x.value != 0:
        return rule
    at_0 = either(_ZERO, Condition(y, "≥", _ZERO), rule)
    return Piecewise(((_is(x, 0.0), at_0),), rule, either(_ZERO, _is(x, 0.0), rule))


def _is(v: Expression, place: float) -> Condition:
    return Condition(v, "=", Number(place))


def _sign(v: Expression) -> Expression:
    """The slope of |v|, NaN where v is."""
    rule = Piecewise(((Condition(v, ">", _ZERO), _ONE), (Condition(v, "<", _ZERO), Number(-1.0))), _ZERO)
    return Stable(rule, Piecewise((*rule.branches, (_is(v, 0.0), _ZERO)), _NAN))


def _extreme(name: str, function: str, beats: str, sentence: str) -> Operation:
    """A maximum or minimum, whose argument that `beats` the others moves it; equal ones share the move."""
    loses = "<" if beats == ">" else ">"

    def value(args: Arguments) -> Expression:
        return Apply(function, args)

    def partials(args: Arguments, own: Expression) -> Arguments:
        return tuple(_of_two(*args, i) if len(args) == 2 else share(args, own, i) for i in range(len(args)))

    def _of_two(first: Expression, second: Expression, place: int) -> Expression:
        one, other = (second, first) if place else (first, second)
        rule = Piecewise(((Condition(one, beats, other), _ONE), (Condition(one, loses, other), _ZERO)), _HALF)
        equal = (Condition(one, "=", other), _HALF)
        return Stable(rule, Piecewise((*rule.branches, equal), _ONE))  # PyTorch's way with NaN

    def share(args: Arguments, own: Expression, place: int) -> Expression:
        count = total(tuple(either(_ONE, Condition(argument, "=", own), _ZERO) for argument in args))
        return either(1 / count, Condition(args[place], "=", own), _ZERO)

    convention = f"{name} gives each of equal arguments the same share"
    return Operation(name, value, partials, at_least(2), sentence, convention=convention)


def _of_one(
    name: str,
    value: Callable[[Expression], Expression],
    slope: Callable[[Expression, Expression], Expression],
    sentence: str,
) -> Operation:
    """An operation of one argument v, its slope being ``slope(v, own value)``."""
    return Operation(name, lambda args: value(args[0]), lambda args, own: (slope(args[0], own),), exactly(1), sentence)


def _erf_slope(v: Expression, _own: Expression) -> Expression:
    return 2 * exp(-square(v)) / root(Number(math.pi, "π"))


ELEMENTARY: dict[str, Operation] = {
    row.name: row
    for row in (
        Operation(
            "add",
            total,
            _ones,
            at_least(1),
            "An addition hands the gradient that reaches it on to each of its summands, unchanged.",
        ),
        Operation(
            "subtract",
            lambda args: args[0] - args[1],
            lambda args, own: (_ONE, Number(-1.0)),
            exactly(2),
            "A subtraction hands the gradient on: unchanged to the first, with the opposite sign to the second.",
        ),
        Operation(
            "multiply",
            _multiplied,
            _other_factors,
            at_least(2),
            "A product swaps its factors: each gets the gradient times the other one.",
        ),
        Operation(
            "divide",
            lambda args: args[0] / args[1],
            _quotient_slopes,
            exactly(2),
            "A division hands its numerator the gradient over the denominator.",
            second="A denominator gets the gradient times minus the quotient, over the denominator once more.",
        ),
        Operation(
            "power",
            lambda args: _raised(*args),
            _power_slopes,
            exactly(2),
            "A power brings its exponent down as a factor and is left with one less.",
            convention="power′ = 0 in the base where the exponent is 0, and in the exponent where the base is 0",
            second="In its exponent a power grows by itself times the logarithm of its base.",
        ),
        _of_one("negative", lambda v: -v, lambda v, own: Number(-1.0), "A minus sign turns the gradient's sign round."),
        _of_one("exp", exp, lambda v, own: own, "The exponential is its own slope."),
        _of_one("ln", ln, lambda v, own: 1 / v, "The slope of a logarithm is one over its argument."),
        _of_one(
            "sqrt", root, lambda v, own: 1 / product((Number(2.0), own)), "A root is the flatter the larger it is."
        ),
        _of_one("sin", lambda v: call("sin", v), lambda v, own: call("cos", v), "The slope of a sine is the cosine."),
        _of_one(
            "cos",
            lambda v: call("cos", v),
            lambda v, own: -call("sin", v),
            "The slope of a cosine is the sine with the opposite sign.",
        ),
        _of_one(
            "tan",
            lambda v: call("tan", v),
            lambda v, own: 1 + square(own),
            "The slope of a tangent is 1 plus its square.",
        ),
        _of_one("erf", lambda v: call("erf", v), _erf_slope, "The slope of erf is a bell curve, highest at 0."),
        _of_one(
            "abs",
            lambda v: call("abs", v),
            lambda v, own: _sign(v),
            "An absolute value hands the gradient on, its sign turned round where the argument is negative.",
        )._replace(kinks=(0.0,), convention="abs′(0) = 0"),
        _extreme(
            "max",
            "largest",
            ">",
            "A maximum routes the gradient to the largest of its arguments, and shares it between equals.",
        ),
        _extreme(
            "min",
            "smallest",
            "<",
            "A minimum routes the gradient to the smallest of its arguments, and shares it between equals.",
        ),
    )
}
"""Every operation of a program but the activations, by name."""
