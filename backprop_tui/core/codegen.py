"""Rules as Python source, every operation in parentheses so that the order of operations is the tree's."""

from collections.abc import Sequence

from backprop_tui.core.expression import (
    Apply,
    Condition,
    Expression,
    Measured,
    Name,
    Number,
    Piecewise,
    Shorthand,
    Stable,
)

CALLS = {
    "e^": "_exp",
    "ln": "_ln",
    "expm1": "_expm1",
    "log1p": "_log1p",
    "√": "_sqrt",
    "tanh": "_tanh",
    "erf": "_erf",
    "erfc": "_erfc",
    "abs": "_abs",
    "max": "_largest",
}
"""What the source calls the functions that are no Python operators; a long sum is ``_add(…)``."""

_INFIX = {"+": " + ", "·": " * ", "weighted": " * ", "−": " - ", "/": " / "}
_RELATIONS = {">": ">", "≥": ">=", "<": "<", "≤": "<="}
_LONG_SUM = 50  # Python's own compiler nests one level per term


def python(expression: Expression) -> str:
    """`expression` in Python; the names in it stand for themselves."""
    match expression:
        case Number(value) | Measured(value):
            return repr(value)
        case Name(name):
            return name
        case Shorthand(_, meaning) | Stable(_, meaning):
            return python(meaning)
        case Piecewise(branches, otherwise):
            text = python(otherwise)
            for condition, branch in reversed(branches):
                text = f"({python(branch)} if {_condition(condition)} else {text})"
            return text
        case Apply(function, args):
            return _apply(function, args)
    raise TypeError(f"not an expression: {expression!r}")


def _apply(function: str, args: Sequence[Expression]) -> str:
    texts = [python(argument) for argument in args]
    if function == "+" and len(texts) > _LONG_SUM:
        return f"_add({', '.join(texts)})"
    if function in _INFIX:
        return f"({_INFIX[function].join(texts)})"
    if function == "negative":
        return f"(-{texts[0]})"
    if function == "²":
        return f"((_d := {texts[0]}) * _d)"
    if function == "max" and all(isinstance(argument, Name | Number) for argument in args):
        first, second = texts
        return f"({second} if {second} > {first} else {first})"  # as max does it, without the call
    return f"{CALLS[function]}({', '.join(texts)})"


def _condition(condition: Condition) -> str:
    return f"{python(condition.left)} {_RELATIONS[condition.relation]} {python(condition.right)}"
