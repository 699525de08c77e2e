"""Bounds: whatever lies between those of the arguments, exact or rounded, the result lies between the result's."""

import math
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from backprop_tui.core.expression import FUNCTIONS, Apply, Condition, Name, Number, either, evaluate
from backprop_tui.core.intervals import Interval, enclosure
from tests.test_differences import ARGUMENTS, NAMES

NUMBERS = st.floats(-20, 20) | st.floats(-1e-200, 1e-200) | st.floats(-1e200, 1e200)


def holds(bounds: Interval, value: float) -> bool:
    return bounds[0] <= value <= bounds[1]


@given(st.data())
@pytest.mark.parametrize("function", FUNCTIONS)
def test_the_bounds_hold_every_value_between(function: str, data: st.DataObject) -> None:
    names = NAMES[: ARGUMENTS.get(function, 1)]
    intervals, at = {}, {}
    numbers = NUMBERS.map(abs) if function in ("ln", "√", "log1p", "^") else NUMBERS
    for name in names:
        low, at[name], high = sorted(data.draw(st.tuples(numbers, numbers, numbers)))
        intervals[name] = low, high
    rule = Apply(function, tuple(map(Name, names)))
    try:
        value = evaluate(rule, at)
    except ArithmeticError:
        assume(False)
    assume(not math.isnan(value))
    assert holds(enclosure(rule, intervals), value)


@given(st.lists(st.floats(-1e9, 1e9), min_size=6, max_size=6))
def test_the_exact_value_lies_within_too(numbers: list[float]) -> None:
    u, v, w = map(Name, NAMES)
    rule = u * v - v * w + (u - w) * (u - w)
    at = dict(zip(NAMES, numbers, strict=False))
    x, y, z = map(Fraction, numbers[:3])
    bounds = enclosure(rule, {name: (value, value) for name, value in at.items()})
    assert Fraction(bounds[0]) <= x * y - y * z + (x - z) * (x - z) <= Fraction(bounds[1])


def test_bounds_are_no_wider_than_rounding_makes_them() -> None:
    low, high = enclosure(1 - Name("u") * Name("u"), {"u": (0.5, 0.5)})
    assert low < 0.75 < high
    assert high - low < 1e-14
    assert enclosure(1 / Name("u"), {"u": (-1.0, 1.0)}) == (-math.inf, math.inf)


def test_where_it_is_open_which_branch_applies_the_bounds_hold_both() -> None:
    rule = either(Number(5.0), Condition(Name("u"), ">", Number(0.0)), Name("u"))
    assert enclosure(rule, {"u": (-1.0, 1.0)}) == (-1.0, 5.0)
    assert enclosure(rule, {"u": (0.5, 1.0)}) == (5.0, 5.0)
    assert enclosure(rule, {"u": (-1.0, -0.5)}) == (-1.0, -0.5)
