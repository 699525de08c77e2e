"""Functions of floats as IEEE 754 has them: overflow gives infinity, what is undefined is no number, nothing raises."""

import math
from collections.abc import Callable


def exponential(v: float) -> float:
    """E to the power v; ∞ where a float cannot hold it."""
    try:
        return math.exp(v)
    except OverflowError:
        return math.inf


def logarithm(v: float) -> float:
    """The natural logarithm; −∞ at 0 and NaN below, as IEEE 754 has it."""
    if v > 0:
        return math.log(v)
    return -math.inf if v == 0 else math.nan


def square_root(v: float) -> float:
    """The square root of v; NaN below 0."""
    return math.sqrt(v) if v >= 0 else math.nan


def power(base: float, exponent: float) -> float:
    """The real power; ±∞ where a float cannot hold it or 0 is divided by, NaN where there is none."""
    try:
        return math.pow(base, exponent)
    except (OverflowError, ValueError):
        if base < 0 and not exponent.is_integer():
            return math.nan
        return math.copysign(math.inf, base) if exponent % 2 == 1 else math.inf


def quotient(u: float, v: float) -> float:
    """``u / v``; ±∞ where v is 0, and NaN where u is 0 too."""
    try:
        return u / v
    except ZeroDivisionError:
        return math.copysign(math.inf, u) * math.copysign(1.0, v) if abs(u) > 0 else math.nan


def _of_finite(function: Callable[[float], float], about: str) -> Callable[[float], float]:
    """`function`, NaN at ±∞."""

    def extended(v: float) -> float:
        return math.nan if math.isinf(v) else function(v)

    extended.__doc__ = about
    return extended


sine = _of_finite(math.sin, "The sine of v; NaN at ±∞.")
cosine = _of_finite(math.cos, "The cosine of v; NaN at ±∞.")
tangent = _of_finite(math.tan, "The tangent of v; NaN at ±∞.")


def largest(*numbers: float) -> float:
    """The largest of one or more numbers, the first of equal ones; NaN where one of them is."""
    found = numbers[0]
    for number in numbers[1:]:
        if number > found or math.isnan(number):
            found = number
    return found


def smallest(*numbers: float) -> float:
    """The smallest of one or more numbers, the first of equal ones; NaN where one of them is."""
    return -largest(*(-number for number in numbers))


def logarithm_of_1_plus(v: float) -> float:
    """The natural logarithm of 1 + v, for small v to the last digit; −∞ at −1 and NaN below."""
    return math.log1p(v) if v > -1 else logarithm(1 + v)


def left_to_right_sum(*terms: float) -> float:
    """The sum of one or more numbers, without the exactness of `sum`."""
    total = terms[0]
    for term in terms[1:]:
        total = total + term
    return total


def left_to_right_product(*factors: float) -> float:
    """The product of one or more numbers."""
    total = factors[0]
    for factor in factors[1:]:
        total = total * factor
    return total
