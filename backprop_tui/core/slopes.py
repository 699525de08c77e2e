"""The slope of an activation at a point, and where so little of it is left that a gradient hardly gets through."""

import math
from functools import lru_cache

from backprop_tui.core.expression import Expression, Name, evaluate
from backprop_tui.core.ops import ACTIVATIONS, Activation
from backprop_tui.core.softmax import SOFTMAX

TINY_SLOPE = 0.01
"""An activation is saturated where its slope is less than this share of its steepest."""


def slope_at(activation: str, z: float) -> float:
    """∂a/∂z of `activation` at z."""
    rule, slope = _expressions(ACTIVATIONS[activation])
    values = {"z": z}
    values["a"] = evaluate(rule, values)
    return evaluate(slope, values)


@lru_cache(maxsize=32)
def _expressions(row: Activation) -> tuple[Expression, Expression]:
    """The rule of an activation in z, and its slope in z and a."""
    z = Name("z")
    return row.rule(z), row.slope(z, Name("a"))


def reach(operation: str) -> tuple[float, float]:
    """Between which two numbers the answers of an activation lie, that of a whole layer included."""
    row = ACTIVATIONS.get(operation)
    if row:
        return row.low, row.high
    return (0.0, 1.0) if operation == SOFTMAX else (-math.inf, math.inf)


@lru_cache(maxsize=32)
def steepest(activation: str) -> float:
    """The largest |slope| of `activation`, found on a fine grid around 0, where every activation bends."""
    return max(abs(slope_at(activation, z / 16)) for z in range(-160, 161))


def is_flat_outwards(activation: str, z: float, limit: float) -> bool:
    """Whether the |slope| of `activation` is below `limit` at z and stays there farther from 0.

    Twice as far out stands for farther: GELU and SiLU are level at the bottom of their dip, but rise again behind it.
    """
    return all(abs(slope_at(activation, place)) < limit for place in (z, 2 * z))


def is_saturated(activation: str, z: float) -> bool:
    """Whether `activation` is almost flat from z on outwards, but not quite: its slope at z is not 0."""
    return slope_at(activation, z) != 0 and is_flat_outwards(activation, z, TINY_SLOPE * steepest(activation))
