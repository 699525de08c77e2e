"""Functions of floats as IEEE 754 has them: overflow gives infinity, what is undefined is no number, nothing raises."""

import math


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
    """The real power; ∞ where a float cannot hold it, NaN where there is none."""
    try:
        return math.pow(base, exponent)
    except OverflowError:
        return math.inf
    except ValueError:
        return math.nan


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
