"""Softmax, the activation of a whole layer: its values, and the Jacobian that takes the place of one slope.

a_k = e^(z_k) / Σ e^(z_j), and ∂a_k/∂z_j = a_k (1 − a_k) where j is k, else −a_k·a_j (Goodfellow, Bengio and Courville,
Deep Learning, 6.2.2.3).  Frameworks always take the largest z off every exponent, which changes nothing but what a
machine can hold; here that is done only where some |z| is above `LARGE`, so that the rule stays the textbook's.
"""

import sys
from collections.abc import Callable, Sequence
from typing import NamedTuple

from backprop_tui.core.expression import (
    Condition,
    Expression,
    Name,
    Number,
    Piecewise,
    Shared,
    Shorthand,
    call,
    exp,
    total,
)

SOFTMAX = "softmax"
"""What the activation is called."""

CROSS_ENTROPY = "cross_entropy"
"""What the loss that belongs to it is called."""

LARGE = 700.0
"""Above it, e^z comes near the largest number that a machine can hold (e^709.8), or the smallest."""

HELD = sys.float_info.min
"""No probability is less than this, so that its logarithm is finite and it can be divided by."""


def softmax(sums: Sequence[Name], place: int) -> Expression:
    """The probability number `place` (from 0) that belongs to the pre-activations `sums`."""
    key = sums[0].name
    largest = Shorthand("max(z)", call("max", *sums))
    size = Shared(f"_size_{key}", call("max", *(call("abs", z) for z in sums)))
    is_large = Condition(size, ">", Number(LARGE))
    powers = tuple(Shared(f"_power_{z.name}", exp(Piecewise(((is_large, z - largest),), z, rule=z))) for z in sums)
    share = Shared(f"_share_{sums[place].name}", powers[place] / Shared(f"_total_{key}", total(powers)))
    return Piecewise(((Condition(share, "<", Number(HELD)), call("max", share, HELD)),), share, rule=share)


def softmax_slopes(answers: Sequence[Expression], place: int) -> tuple[Expression, ...]:
    """A row of the Jacobian: ∂a/∂z_j of the probability number `place` (from 0) of `answers`, for each j."""
    own = answers[place]
    return tuple(own * (1 - own) if j == place else -(own * other) for j, other in enumerate(answers))


class LayerOperation(NamedTuple):
    """What the nodes of one layer compute together from the same arguments, each as many as the other.

    `value(args, place)` is that of node number `place` (from 0), `partials(nodes, place)` its slope in each argument.
    """

    name: str
    value: Callable[[Sequence[Name], int], Expression]
    partials: Callable[[Sequence[Name], int], tuple[Expression, ...]]


LAYER_OPERATIONS: dict[str, LayerOperation] = {SOFTMAX: LayerOperation(SOFTMAX, softmax, softmax_slopes)}
"""Operations of whole layers, by name."""
