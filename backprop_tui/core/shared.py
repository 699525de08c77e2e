"""Partial results that rules have in common, found so that each can be computed once."""

from backprop_tui.core.expression import Apply, Expression, Piecewise, Shared, Shorthand, Stable


def shared_parts(expression: Expression) -> tuple[Shared, ...]:
    """Every `Shared` in `expression`, each once and behind those that it is made of."""
    found: dict[str, Shared] = {}
    _collect(expression, found)
    return tuple(found.values())


def _collect(expression: Expression, found: dict[str, Shared]) -> None:
    match expression:
        case Shared(name, meaning):
            if name not in found:
                _collect(meaning, found)
                found[name] = expression
        case Shorthand(_, meaning) | Stable(_, meaning):
            _collect(meaning, found)
        case Apply(_, args):
            for argument in args:
                _collect(argument, found)
        case Piecewise(branches, otherwise):
            for condition, branch in branches:
                for part in (condition.left, condition.right, branch):
                    _collect(part, found)
            _collect(otherwise, found)
