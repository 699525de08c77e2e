"""The little language of rules: IEEE results, and an order of operations that is part of the result."""

import math

import pytest

from backprop_tui.core.expression import (
    Apply,
    Condition,
    Expression,
    Measured,
    Name,
    Number,
    Piecewise,
    Shorthand,
    call,
    either,
    evaluate,
    exp,
    ln,
    names,
    product,
    square,
    substitute,
    total,
    weighted,
)

A, B = Name("a"), Name("b")


@pytest.mark.parametrize(
    ("rule", "value"),
    [
        (exp(A), math.inf),
        (exp(-A), 0.0),
        (A * A, math.inf),
        (square(A), math.inf),
        (A + A, math.inf),
        (A * A - A * A, math.nan),
        (1 / (1 + exp(A)), 0.0),
        (ln(Number(0.0)), -math.inf),
        (ln(-A), math.nan),
        (call("max", A * A - A * A, 0), math.nan),  # NaN must not vanish in a gate
    ],
)
def test_overflow_and_undefined_results_are_ieee_and_never_raise(rule: Expression, value: float) -> None:
    assert evaluate(rule, {"a": 1e308}) == pytest.approx(value, abs=0, rel=0, nan_ok=True)


def test_sums_and_products_run_left_to_right() -> None:
    values = {"a": 1e16, "b": 1.0}
    assert evaluate(A + B + B - A, values) == 0.0  # 1e16 + 1 is 1e16; b + b first would leave 2
    assert evaluate(total((A, B, B)), values) == 1e16
    assert evaluate(product((Number(1e300), Number(1e300), Number(0.0))), {}) != 0  # ∞ · 0, not 1e300 · 0
    assert Apply("+", (A, B, B)) == A + B + B
    assert Apply("·", (A, B, B)) == A * B * B


def test_a_square_is_the_number_times_itself() -> None:
    d = 1.1000000000000003
    assert evaluate(square(A), {"a": d}) == d * d


def test_a_comparison_with_nan_is_false() -> None:
    for relation in (">", "≥", "<", "≤"):
        assert not Condition(A, relation, B).holds({"a": math.nan, "b": 0.0})
        assert not Condition(A, relation, B).holds({"a": 0.0, "b": math.nan})
    held = [relation for relation in (">", "≥", "<", "≤") if Condition(A, relation, B).holds({"a": 1.0, "b": 1.0})]
    assert held == ["≥", "≤"]


def test_the_first_branch_whose_condition_holds_is_taken() -> None:
    rule = Piecewise(((Condition(A, ">", Number(0.0)), B), (Condition(A, ">", Number(-1.0)), -B)), Number(7.0))
    assert [evaluate(rule, {"a": a, "b": 3.0}) for a in (1.0, 0.0, -1.0)] == [3.0, -3.0, 7.0]


def test_substituting_keeps_the_rule_and_takes_the_branch() -> None:
    values = {"a": -3.0, "b": 0.25}
    assert substitute(2 * (A - B), values) == Number(2.0) * (Measured(-3.0) - Measured(0.25))
    assert substitute(weighted(A, B), values) == Apply("weighted", (Measured(-3.0), Measured(0.25)))
    assert substitute(either(A, Condition(A, ">", Number(0.0)), 0.01 * A), values) == Number(0.01) * Measured(-3.0)
    assert substitute(Shorthand("σ(z)", A + B), values) == Measured(-2.75)
    assert substitute(Number(math.tau, "(2π)"), values) == Measured(math.tau)


def test_the_names_of_a_rule_are_those_of_all_its_branches() -> None:
    chosen = Piecewise(((Condition(A, ">", Name("limit")), B),), Shorthand("σ", square(Name("z"))))
    assert names(2 * (chosen - Measured(3.0))) == {"a", "limit", "b", "z"}
    assert names(Number(1.0)) == set()


def test_a_missing_number_is_an_error() -> None:
    with pytest.raises(KeyError, match="b"):
        evaluate(A + B, {"a": 1.0})
    with pytest.raises(TypeError, match="not an expression"):
        evaluate("a + b", {})  # type: ignore[arg-type]
