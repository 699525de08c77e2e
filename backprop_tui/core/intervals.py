"""Between which bounds the value of an expression lies, for all that its names may be, rounding included.

Every operation rounds its bounds outwards by more than the arithmetic and the C library may be off, so that the exact
value and every way of rounding it lie between them (Moore, Interval Analysis, 1966).
"""

import math
import sys
from collections.abc import Mapping, Sequence
from itertools import product

from backprop_tui.core.expression import (
    FUNCTIONS,
    RELATIONS,
    Apply,
    Condition,
    Expression,
    Measured,
    Name,
    Number,
    Piecewise,
    Shared,
    Shorthand,
    Stable,
)

Interval = tuple[float, float]
"""The lower and the upper bound."""

_ANY = (-math.inf, math.inf)
_ARITHMETIC = ("+", "·", "weighted", "−", "/", "²", "√")  # rounded to the nearest float; the library may be one off
_LEAST = 2 * 5e-324


def enclosure(expression: Expression, intervals: Mapping[str, Interval]) -> Interval:
    """The bounds of `expression`, every name between its own."""
    match expression:
        case Number(value) | Measured(value):
            return value, value
        case Name(name):
            return intervals[name]
        case Shorthand(_, meaning) | Stable(_, meaning) | Shared(_, meaning):
            return enclosure(meaning, intervals)
        case Piecewise(branches, otherwise):
            possible = []
            for condition, branch in branches:
                holds = _holds(condition, intervals)
                if holds is not False:
                    possible.append(enclosure(branch, intervals))
                if holds:
                    return hull(possible)
            return hull([*possible, enclosure(otherwise, intervals)])
        case Apply(function, args):
            return _applied(function, [enclosure(argument, intervals) for argument in args])
    raise TypeError(f"not an expression: {expression!r}")


def hull(intervals: Sequence[Interval]) -> Interval:
    """The least interval that holds all of `intervals`."""
    return min(low for low, _ in intervals), max(high for _, high in intervals)


def _applied(function: str, args: Sequence[Interval]) -> Interval:
    match function:
        case "+" | "·":
            whole = args[0]
            for argument in args[1:]:
                whole = _outward(function, whole, argument)
            return whole
        case "²":
            low, high = sorted(map(abs, args[0]))
            return _outward("²", (0.0 if args[0][0] <= 0 <= args[0][1] else low, high))
        case "abs":
            low, high = sorted(map(abs, args[0]))
            return 0.0 if args[0][0] <= 0 <= args[0][1] else low, high
        case "sin" | "cos":  # neither is steeper than 1
            low, high = _outward(function, args[0])
            width = args[0][1] - args[0][0]
            return max(low - width, -1.0), min(high + width, 1.0)
        case "tan" if not _is_between_poles(*args[0]):
            return _ANY
        case "^" if args[0][0] < 0:
            return _whole_power(*args)
        case "/" if args[1][0] <= 0 <= args[1][1]:
            return _ANY
    return _outward(function, *args)


def _is_between_poles(low: float, high: float) -> bool:
    """Whether the tangent is finite all the way."""
    return high - low < 1 and math.cos(low) * math.cos(high) > 0


def _whole_power(base: Interval, exponent: Interval) -> Interval:
    """Powers of what may be negative."""
    low, high = exponent
    if low != high or not low.is_integer() or (low < 0 <= base[1]):
        return _ANY
    bounds = _outward("^", base, exponent)
    return hull([bounds, (0.0, 0.0)]) if base[1] > 0 else bounds


def _outward(function: str, *args: Interval) -> Interval:
    """The bounds of a function that is monotone in each argument: among its values at theirs."""
    try:
        values = [FUNCTIONS[function](*corner) for corner in product(*args)]
    except ArithmeticError:
        return _ANY
    if any(map(math.isnan, values)):
        return _ANY
    low, high = min(*values, sys.float_info.max), max(*values, -sys.float_info.max)  # ∞ is what was too large for one
    rounding = sys.float_info.epsilon * (1 if function in _ARITHMETIC else 2)
    return low - abs(low) * rounding - _LEAST, high + abs(high) * rounding + _LEAST


def _holds(condition: Condition, intervals: Mapping[str, Interval]) -> bool | None:
    """Whether the condition holds throughout; None where it may and may not."""
    sides = enclosure(condition.left, intervals), enclosure(condition.right, intervals)
    if condition.relation == "=" and max(low for low, _ in sides) <= min(high for _, high in sides):
        return True if len({*sides[0], *sides[1]}) == 1 else None
    answers = {RELATIONS[condition.relation](left, right) for left, right in product(*sides)}
    return answers.pop() if len(answers) == 1 else None
