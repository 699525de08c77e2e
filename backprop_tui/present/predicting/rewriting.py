"""A rule with parts of it put differently: what somebody computes who has the rule in mind, but not quite."""

from collections.abc import Callable

from backprop_tui.core.expression import (
    Apply,
    Condition,
    Expression,
    Piecewise,
    Shared,
    Shorthand,
    Stable,
)

Change = Callable[[Expression], Expression | None]


def rewritten(expression: Expression, change: Change) -> Expression:
    """`expression` with every part that `change` has another for replaced, innermost first; None leaves one alone."""
    match expression:
        case Apply(function, args):
            inner: Expression = Apply(function, tuple(rewritten(argument, change) for argument in args))
        case Shorthand(sign, meaning):
            inner = Shorthand(sign, rewritten(meaning, change))
        case Shared(_, meaning):
            other = rewritten(meaning, change)
            inner = expression if other == meaning else other
        case Stable(rule, meaning):
            inner = Stable(rewritten(rule, change), rewritten(meaning, change))
        case Piecewise(branches, otherwise, rule, optional):
            inner = Piecewise(
                tuple((_condition(test, change), rewritten(branch, change)) for test, branch in branches),
                rewritten(otherwise, change),
                rule,
                optional,
            )
        case _:
            inner = expression
    return change(inner) or inner


def _condition(test: Condition, change: Change) -> Condition:
    return Condition(rewritten(test.left, change), test.relation, rewritten(test.right, change))
