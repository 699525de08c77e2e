"""How far an expression moves when the names in it move, without subtracting what is nearly equal.

A difference of two losses, L(w + h) − L(w − h), keeps only the digits in which they differ, and a small h leaves none.
Carried along by itself it keeps them all, because every operation says how far it moves by an identity: (d + m)² − d²
is m · (2d + m), e^(v + m) − e^v is e^v · (e^m − 1).  No derivative is used, and nothing is neglected.
Reps and Rall (2003), "Computational divided differencing and divided-difference arithmetics", Higher-Order and
Symbolic Computation 16.
"""

import math
from collections.abc import Callable, Mapping, Sequence

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
    evaluate,
    names,
)
from backprop_tui.core.floats import exponential, logarithm, power
from backprop_tui.core.softmax import HELD

Moves = Mapping[str, float]
"""How far each name moves; those that stand still may be left out."""

Mover = Callable[[Moves], float]
"""How far an expression moves from where it is; what a float cannot hold may raise ArithmeticError or ValueError."""

_FLAT = 350.0  # beyond this no float tells tanh from ±1, and the product of two hyperbolic cosines is too large
_NODES = (0.0, 0.5384693101056831, 0.906179845938664)  # Gauss and Legendre's five places and weights
_WEIGHTS = (0.5688888888888889, 0.47862867049936647, 0.23692688505618908)


def mover(expression: Expression, values: Mapping[str, float]) -> tuple[float, Mover]:
    """The value of `expression` at `values`, and how far it moves from there."""
    match expression:
        case Number(value) | Measured(value):
            return value, lambda moves: 0.0
        case Name(name):
            return values[name], lambda moves: moves.get(name, 0.0)
        case Shorthand(_, meaning) | Stable(_, meaning) | Shared(_, meaning):
            return mover(meaning, values)
        case Piecewise():
            return _choice(expression, values)
        case Apply("weighted", (Name(weight), Name(name))):  # most of what there is, without a detour
            w, x = values[weight], values[name]
            return w * x, lambda moves: moves.get(weight, 0.0) * (x + (m := moves.get(name, 0.0))) + w * m
        case Apply(function, args):
            parts = [mover(argument, values) for argument in args]
            at = [value for value, _ in parts]
            value, movers = FUNCTIONS[function](*at), [move for _, move in parts]
            return value, _sum(args, movers) if function == "+" else _applied(function, at, movers)
    raise TypeError(f"not an expression: {expression!r}")


def softmax_mover(
    expression: Expression, sums: Sequence[str], place: int, values: Mapping[str, float]
) -> tuple[float, Mover]:
    """The value of softmax's `expression`, number `place` (from 0) of those of `sums`, and how far it moves.

    Where each z moves by m, a′ − a is a · Σ a_j (e^m − e^(m_j)) / Σ a_j e^(m_j): nothing is subtracted but moves.
    """
    value = evaluate(expression, values)
    largest = max(values[name] for name in sums)
    powers = [exponential(values[name] - largest) for name in sums]
    shares = [power / math.fsum(powers) for power in powers]

    def move(moves: Moves) -> float:
        by = [moves.get(name, 0.0) for name in sums]
        own = by[place]
        over = math.fsum(share * math.exp(m) * math.expm1(own - m) for share, m in zip(shares, by, strict=True))
        moved = shares[place] * over / math.fsum(share * math.exp(m) for share, m in zip(shares, by, strict=True))
        if value > HELD and value + moved > HELD:
            return moved
        return max(shares[place] + moved, HELD) - value

    return value, move


def _sum(terms: Sequence[Expression], parts: Sequence[Mover]) -> Mover:
    """How far a sum moves; of a long one, only those terms are asked that what moves stands in."""
    users: dict[str, list[int]] = {}
    for place, term in enumerate(terms):
        for name in names(term):
            users.setdefault(name, []).append(place)

    def move(moves: Moves) -> float:
        if len(moves) > len(parts) / 4:
            return math.fsum([part(moves) for part in parts])
        return math.fsum([parts[i](moves) for i in {i for name in moves for i in users.get(name, ())}])

    return move


def _applied(function: str, at: Sequence[float], parts: Sequence[Mover]) -> Mover:
    """How far `function` moves from its arguments `at` when these move as `parts` say."""
    first, *rest = parts
    match function:
        case "−":
            return lambda moves: first(moves) - rest[0](moves)
        case "weighted":
            (w, x), second = at, rest[0]
            return lambda moves: first(moves) * (x + (m := second(moves))) + w * m
        case "·":
            return lambda moves: _product(at, [move(moves) for move in parts])
        case "/":
            u, v = at
            return lambda moves: _quotient(u, v, first(moves), rest[0](moves))
        case "^":
            u, v = at
            return lambda moves: _power(u, v, first(moves), rest[0](moves))
        case "max" | "largest":
            high = max(at)
            return lambda moves: max(v - high + move(moves) for v, move in zip(at, parts, strict=True))
        case "smallest":
            low = min(at)
            return lambda moves: min(v - low + move(moves) for v, move in zip(at, parts, strict=True))
    (v,), move_of = at, _OF_ONE[function]
    return lambda moves: move_of(v, m) if (m := first(moves)) else 0.0


def _product(at: Sequence[float], moves: Sequence[float]) -> float:
    product, moved = at[0], moves[0]
    for v, m in zip(at[1:], moves[1:], strict=True):
        moved = moved * (v + m) + product * m if m else moved * v if moved else 0.0
        product = product * v
    return moved


def _quotient(u: float, v: float, m: float, n: float) -> float:
    if math.isinf(v):
        return 0.0  # u/v is 0 here, and next to here
    return (m - u / v * n) / (v + n)


def _power(u: float, v: float, m: float, n: float) -> float:
    """u^v is e^(v·ln(u)) for a positive u; a whole power of a negative one moves likewise."""
    if not u or m / u <= -1 or (u < 0 and n):
        return power(u + m, v + n) - power(u, v)
    turned = n * logarithm(u) if n else 0.0
    return power(u, v) * math.expm1(turned + (v + n) * math.log1p(m / u))


def _choice(rule: Piecewise, values: Mapping[str, float]) -> tuple[float, Mover]:
    """Along the branch that applies; over an edge, the other branch's value less the one left behind."""
    conditions = [_sides(condition, values) for condition, _ in rule.branches]
    branches = (*(branch for _, branch in rule.branches), rule.otherwise)
    here = _taken(conditions, {})
    value, along = mover(branches[here], values)

    def move(moves: Moves) -> float:
        there = _taken(conditions, moves)
        if there == here:
            return along(moves)
        other, beyond = mover(branches[there], values)
        return (other - value) + beyond(moves)

    return value, move


_Sides = tuple[Callable[[float, float], bool], float, Mover, Mover]


def _sides(condition: Condition, values: Mapping[str, float]) -> _Sides:
    (left, move_left), (right, move_right) = mover(condition.left, values), mover(condition.right, values)
    return RELATIONS[condition.relation], left - right, move_left, move_right


def _taken(conditions: Sequence[_Sides], moves: Moves) -> int:
    """Which branch applies after `moves`."""
    for place, (holds, gap, left, right) in enumerate(conditions):
        if holds(gap + (left(moves) - right(moves) if moves else 0.0), 0.0):
            return place
    return len(conditions)


def _ln(v: float, m: float) -> float:
    return math.log1p(m / v) if v > 0 and m > -v else logarithm(v + m) - logarithm(v)


def _abs(v: float, m: float) -> float:
    if not v:
        return abs(m)
    return math.copysign(m, m * v) if abs(m) <= abs(v) else abs(v + m) - abs(v)


def _tanh(v: float, m: float) -> float:
    if abs(v) > _FLAT:
        return 0.0
    return math.sinh(m) / (math.cosh(v) * math.cosh(v + m))


def _erf(v: float, m: float) -> float:
    """The integral that erf is, from v to v + m."""
    half, middle = m / 2, v + m / 2
    heights = [
        weight * (math.exp(-((middle - node * half) ** 2)) + math.exp(-((middle + node * half) ** 2)))
        for node, weight in zip(_NODES[1:], _WEIGHTS[1:], strict=True)
    ]
    return 2 / math.sqrt(math.pi) * half * (_WEIGHTS[0] * math.exp(-(middle**2)) + sum(heights))


_OF_ONE: dict[str, Callable[[float, float], float]] = {
    "negative": lambda v, m: -m,
    "²": lambda v, m: m * (2 * v + m),
    "e^": lambda v, m: exponential(v) * math.expm1(m),
    "expm1": lambda v, m: exponential(v) * math.expm1(m),
    "ln": _ln,
    "log1p": lambda v, m: _ln(1 + v, m),
    "√": lambda v, m: m / (math.sqrt(v + m) + math.sqrt(v)),
    "sin": lambda v, m: 2 * math.cos(v + m / 2) * math.sin(m / 2),
    "cos": lambda v, m: -2 * math.sin(v + m / 2) * math.sin(m / 2),
    "tan": lambda v, m: math.sin(m) / (math.cos(v) * math.cos(v + m)),
    "tanh": _tanh,
    "erf": _erf,
    "erfc": lambda v, m: -_erf(v, m),
    "abs": _abs,
}
