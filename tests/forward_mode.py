"""Values and one-sided slopes of a program, by forward differentiation of the textbook's definitions.

Each number carries how fast it moves when one name is moved one way.  At a corner the two ways differ, so that what has
no slope shows: nothing is taken from the program's own tables.
"""

import math
from collections.abc import Callable, Mapping
from typing import NamedTuple

from backprop_tui.core.graph import Node


class Moving(NamedTuple):
    """A value, and how fast it moves."""

    value: float
    slope: float


def _phi(v: float) -> float:
    return (1 + math.erf(v / math.sqrt(2))) / 2


def _logistic(v: float) -> float:
    return 1 / (1 + math.exp(-v)) if v >= 0 else math.exp(v) / (1 + math.exp(v))


_OF_ONE: Mapping[str, tuple[Callable[[float], float], Callable[[float], float]]] = {
    "identity": (lambda v: v, lambda v: 1.0),
    "negative": (lambda v: -v, lambda v: -1.0),
    "exp": (math.exp, math.exp),
    "ln": (math.log, lambda v: 1 / v),
    "sqrt": (math.sqrt, lambda v: 0.5 / math.sqrt(v)),
    "sin": (math.sin, math.cos),
    "cos": (math.cos, lambda v: -math.sin(v)),
    "tan": (math.tan, lambda v: 1 / math.cos(v) ** 2),
    "tanh": (math.tanh, lambda v: 4 / (math.exp(v) + math.exp(-v)) ** 2 if abs(v) < 300 else 0.0),
    "sigmoid": (_logistic, lambda v: _logistic(v) * _logistic(-v)),
    "softplus": (lambda v: max(v, 0.0) + math.log1p(math.exp(-abs(v))), _logistic),
    "elu": (lambda v: v if v > 0 else math.expm1(v), lambda v: 1.0 if v > 0 else math.exp(v)),
    "gelu": (
        lambda v: v * math.erfc(-v / math.sqrt(2)) / 2,
        lambda v: math.erfc(-v / math.sqrt(2)) / 2 + v * math.exp(-v * v / 2) / math.sqrt(2 * math.pi),
    ),
    "silu": (lambda v: v * _logistic(v), lambda v: _logistic(v) * (1 + v * _logistic(-v))),
    "erf": (math.erf, lambda v: 2 / math.sqrt(math.pi) * math.exp(-v * v)),
}
_CORNERED: Mapping[str, tuple[float, float]] = {"relu": (0.0, 1.0), "leaky_relu": (0.01, 1.0), "abs": (-1.0, 1.0)}
"""The slopes to the left and to the right of a corner at 0."""


def computed(node: Node, args: tuple[Moving, ...]) -> Moving:
    """What `node` makes of its operands.  Raises ArithmeticError or ValueError where it has no finite slope."""
    if node.operation in _OF_ONE:
        value, slope = _OF_ONE[node.operation]
        return Moving(value(args[0].value), slope(args[0].value) * args[0].slope)
    if node.operation in _CORNERED:
        below, above = _CORNERED[node.operation]
        v, moved = args[0]
        factor = above if v > 0 or (v == 0 and moved > 0) else below
        return Moving(factor * v, factor * moved)
    values, slopes = [one.value for one in args], [one.slope for one in args]
    match node.operation:
        case "add":
            return Moving(sum(values), sum(slopes))
        case "subtract":
            return Moving(values[0] - values[1], slopes[0] - slopes[1])
        case "multiply":
            rest = (math.prod(values[:place] + values[place + 1 :]) for place in range(len(values)))
            return Moving(math.prod(values), sum(slope * other for slope, other in zip(slopes, rest, strict=True)))
        case "divide":
            quotient = values[0] / values[1]
            return Moving(quotient, slopes[0] / values[1] - slopes[1] * quotient / values[1])
        case "max":
            best = max(values)
            return Moving(best, max(slope for value, slope in args if value == best))
        case "min":
            best = min(values)
            return Moving(best, min(slope for value, slope in args if value == best))
        case "power":
            return _power(*args)
    raise AssertionError(node.operation)


def _power(base: Moving, exponent: Moving) -> Moving:
    (x, dx), (y, dy) = base, exponent
    value = math.pow(x, y)
    of_base = dx * y * math.pow(x, y - 1) if dx and y else 0.0
    if dy and x == 0 and y == 0:
        raise ValueError("0^0 has no slope in its exponent")
    of_exponent = dy * value * math.log(x) if dy and x else 0.0
    return Moving(value, of_base + of_exponent)


def slopes_of(node: Node, known: Mapping[str, float], moved: str) -> tuple[float, float]:
    """How fast `node` alone moves to the left and to the right as its argument `moved` does."""
    return _two_ways(lambda way: _operand_slopes(node, known, moved, way))


def _operand_slopes(node: Node, known: Mapping[str, float], moved: str, way: float) -> float:
    args = (
        Moving(operand, 0.0) if isinstance(operand, float) else Moving(known[operand], way * (operand == moved))
        for operand in node.operands
    )
    return computed(node, tuple(args)).slope


def slopes_of_root(nodes: tuple[Node, ...], known: Mapping[str, float], moved: str) -> tuple[float, float]:
    """How fast the last of `nodes` moves to the left and to the right as `moved`, a value or a node, is moved."""
    return _two_ways(lambda way: _walk(nodes, known, moved, way))


def _walk(nodes: tuple[Node, ...], known: Mapping[str, float], moved: str, way: float) -> float:
    moving = {moved: Moving(known[moved], way)}
    for node in nodes:
        if node.name == moved:
            continue
        operands = (
            Moving(operand, 0.0) if isinstance(operand, float) else moving.get(operand, Moving(known[operand], 0.0))
            for operand in node.operands
        )
        args = tuple(operands)
        if any(one.slope for one in args):
            moving[node.name] = Moving(known[node.name], computed(node, args).slope)
    return moving.get(nodes[-1].name, Moving(0.0, 0.0)).slope


def _two_ways(slope: Callable[[float], float]) -> tuple[float, float]:
    return -slope(-1.0), slope(1.0)
