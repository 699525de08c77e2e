"""Differences carried by themselves: each is f(v + m) − f(v) as fifty digits have it, however small m is."""

from collections.abc import Callable
from decimal import Decimal, getcontext, localcontext

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from backprop_tui.core.backprop import forward_rules
from backprop_tui.core.differences import mover
from backprop_tui.core.expression import FUNCTIONS, Apply, Expression, Name, Number
from backprop_tui.core.ops import ACTIVATIONS, LOSSES, OPERATIONS
from tests.models import Graph, graphs

Exact = Callable[..., Decimal]


def tanh(v: Decimal) -> Decimal:
    return 1 - 2 / ((2 * v).exp() + 1)


def erf(v: Decimal) -> Decimal:
    """Abramowitz and Stegun, 7.1.6: a series without cancellation, and π by Machin's formula."""
    term = total = v
    n = 0
    while abs(term) > abs(total) * Decimal(10) ** -getcontext().prec:
        n += 1
        term *= 2 * v * v / (2 * n + 1)
        total += term
    return 2 / pi().sqrt() * (-v * v).exp() * total


def pi() -> Decimal:
    def arctan_of_1_over(n: int) -> Decimal:
        power, total, k = Decimal(1) / n, Decimal(0), 0
        while power > Decimal(10) ** -getcontext().prec:
            total += power / (2 * k + 1) * (-1) ** k
            power, k = power / (n * n), k + 1
        return total

    return 16 * arctan_of_1_over(5) - 4 * arctan_of_1_over(239)


def sin(v: Decimal) -> Decimal:
    term, total, k = v, Decimal(0), 1
    while abs(term) > Decimal(10) ** -getcontext().prec:
        total, term, k = total + term, -term * v * v / ((k + 1) * (k + 2)), k + 2
    return total


def cos(v: Decimal) -> Decimal:
    return 1 - 2 * sin(v / 2) ** 2


EXACT: dict[str, Exact] = {
    "+": lambda *v: sum(v, Decimal(0)),
    "·": lambda u, v, w: u * v * w,
    "weighted": lambda u, v: u * v,
    "−": lambda u, v: u - v,
    "/": lambda u, v: u / v,
    "negative": lambda v: -v,
    "²": lambda v: v * v,
    "e^": lambda v: v.exp(),
    "ln": lambda v: v.ln(),
    "expm1": lambda v: v.exp() - 1,
    "log1p": lambda v: (1 + v).ln(),
    "√": lambda v: v.sqrt(),
    "sin": sin,
    "cos": cos,
    "tan": lambda v: sin(v) / cos(v),
    "tanh": tanh,
    "erf": erf,
    "erfc": lambda v: 1 - erf(v),
    "abs": abs,
    "max": max,
    "largest": max,
    "smallest": min,
    "^": lambda u, v: u**v,
}
ARGUMENTS = {"+": 3, "·": 3, "weighted": 2, "−": 2, "/": 2, "max": 2, "largest": 2, "smallest": 2, "^": 2}
NAMES = "uvw"
MOVES = st.floats(1e-4, 1.0).flatmap(lambda m: st.sampled_from([m * 1e-1, m * 1e-6, m * 1e-30]))
SIGNED = st.tuples(MOVES, st.sampled_from([1.0, -1.0])).map(lambda pair: pair[0] * pair[1])


def test_there_is_one_for_every_function() -> None:
    assert set(EXACT) == set(FUNCTIONS)


def moved(expression: Expression, at: dict[str, float], moves: dict[str, float]) -> float:
    return mover(expression, at)[1](moves)


@given(st.data())
@pytest.mark.parametrize("function", EXACT)
def test_a_function_moves_as_far_as_it_does(function: str, data: st.DataObject) -> None:
    names = NAMES[: ARGUMENTS.get(function, 1)]
    number = st.floats(0.25, 4.0) if function in ("ln", "√", "log1p", "/", "^") else st.floats(-6, 6)
    number = st.floats(-1.5, 1.5) if function == "tan" else number  # between two poles
    at = {name: data.draw(number) for name in names}
    moves = {name: data.draw(SIGNED) for name in names}
    with localcontext(prec=110):
        before = [Decimal(at[name]) for name in names]
        after = [Decimal(at[name]) + Decimal(moves[name]) for name in names]
        exact = EXACT[function](*after) - EXACT[function](*before)
        size = max(map(abs, moves.values()))  # several that move may cancel each other
    found = moved(Apply(function, tuple(map(Name, names))), at, moves)
    scale = size * 100 if len(names) > 1 else 0.0
    assert found == pytest.approx(float(exact), rel=1e-12, abs=1e-14 * scale)


@given(st.sampled_from([*ACTIVATIONS, *LOSSES]), st.floats(-3, 3), st.floats(-3, 3), SIGNED)
def test_an_operation_moves_as_its_values_do(name: str, at: float, target: float, move: float) -> None:
    """A wide step, over a kink or into another branch: here plain floating point tells as much."""
    if name in ("bce", "cross_entropy"):
        at, target = 0.5 + at / 10, 0.5 + target / 10
    move *= 0.1 / abs(move)
    args = (Name("u"), Name("v")) if name in LOSSES else (Name("u"),)
    rule = OPERATIONS[name].value(args)
    here, there = (mover(rule, {"u": u, "v": target})[0] for u in (at, at + move))
    assert moved(rule, {"u": at, "v": target}, {"u": move}) == pytest.approx(there - here, rel=1e-9, abs=1e-12)


@given(graphs(), st.data())
def test_whatever_stands_beside_it_a_small_move_is_kept(
    drawn: tuple[Graph, dict[str, float]], data: st.DataObject
) -> None:
    """A constant of 1e30 on top of every node changes no difference."""
    graph, numbers = drawn
    parameter = data.draw(st.sampled_from([node.name for node in graph.parameters]))
    values, moves = dict(numbers), {parameter: 1e-9}
    for rule in forward_rules(graph):
        values[rule.quantity], move = mover(rule.expression, values)
        drowned = mover(rule.expression + Number(1e30), values)[1](moves)
        moves[rule.quantity] = move(moves)
        assume(abs(moves[rule.quantity]) > 1e-200)
        assert drowned == pytest.approx(moves[rule.quantity], rel=1e-12)
