"""A value that is not finite: which it is, and what in its rule made it so."""

import math
from collections.abc import Mapping

from backprop_tui.core.expression import Apply, Expression, Number, Piecewise, Shorthand, evaluate
from backprop_tui.stepper.history import Pass
from backprop_tui.stepper.state import State
from backprop_tui.stepper.training import is_divergence


def why_not_finite(one: Pass) -> str:
    """What happens at the first value of a pass that is not finite: ``overflow``, ``a division by 0``, …."""
    rule = one.timeline.rules[one.first_not_finite - 1]
    return why_of(rule.expression, one.known)


def why_of(expression: Expression, known: Mapping[str, float]) -> str:
    """Likewise of any rule whose value is not finite."""
    return _why(expression, known) or "overflow"


def where_it_ends(state: State, epochs: int) -> str:
    """For the end of a trace: that a value within `epochs` epochs, as far as they are known, is not finite; or ""."""
    epoch, sample = state.history.end or (0, 0)
    if not 0 < epoch <= epochs:
        return ""
    view = state.history.view(epoch, sample)
    quantity = view.timeline.rules[view.first_not_finite - 1].quantity
    word, why = ("diverged", "") if is_divergence(state.history, view) else ("not finite", f" ({why_not_finite(view)})")
    where = f"in epoch {epoch}, sample {sample}"
    return f"{word}: {quantity} is not finite {where}{why}; the trace ends with that pass"


def _why(expression: Expression, known: Mapping[str, float]) -> str:
    """The innermost reason; empty where the value is finite."""
    match expression:
        case Shorthand(_, meaning):
            return _why(meaning, known)
        case Number(value) if not math.isfinite(value):
            return "a number of the program itself"
        case Piecewise():
            return _why(expression.branch(known), known)
        case Apply(function, args):
            inner = next(filter(None, (_why(argument, known) for argument in args)), "")
            return inner or ("" if math.isfinite(evaluate(expression, known)) else _at(function, args, known))
    return ""


def _at(function: str, args: tuple[Expression, ...], known: Mapping[str, float]) -> str:
    last = evaluate(args[-1], known)
    if (function == "/" and last == 0) or (function == "^" and last < 0 and evaluate(args[0], known) == 0):
        return "a division by 0"
    if function == "^" and evaluate(args[0], known) < 0 and last % 1:
        return "the root of a negative number"
    if function == "ln" and last <= 0:
        return "the logarithm of 0" if last == 0 else "the logarithm of a negative number"
    if function == "√" and last < 0:
        return "the root of a negative number"
    return "overflow"
