"""Rules as Python, with the parentheses that a person would write and exactly the order of the tree.

The text is for readers and for running: its value equals that of `evaluate` to the last bit.  ``e^``, ``ln`` and
``log1p`` read ``exp``, ``ln`` and ``log1p``, which whoever uses the text has to define as IEEE 754 has them; the other
functions are those of Python and its `math`.
"""

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

_CHOICE, _SUM, _PRODUCT, _PREFIX, _ATOM = range(5)

_RELATIONS = {">": ">", "≥": ">=", "<": "<", "≤": "<="}
_CALLS = {
    "e^": "exp",
    "ln": "ln",
    "expm1": "math.expm1",
    "log1p": "log1p",
    "√": "math.sqrt",
    "tanh": "math.tanh",
    "erf": "math.erf",
    "erfc": "math.erfc",
    "abs": "abs",
    "max": "max",
}
_INFIX = {  # the sign, how tightly it binds, and how tightly its first operand and each later one must
    "+": ("+", _SUM, _SUM, _PRODUCT),
    "−": ("-", _SUM, _SUM, _PRODUCT),
    "·": ("*", _PRODUCT, _PRODUCT, _PREFIX),
    "weighted": ("*", _PRODUCT, _PRODUCT, _PREFIX),
    "/": ("/", _PRODUCT, _PRODUCT, _PREFIX),
}
_CONSTANTS = {"(2π)": "2 * math.pi"}  # as the rules make it: the same bits


def python(rule: Expression) -> str:
    """`rule` as a Python expression over the names in it, such as ``2 * (a - y)``; its value is a float."""
    return _text(rule)[0]


def _text(expression: Expression) -> tuple[str, int]:
    """The text and how tightly its outermost operation binds."""
    match expression:
        case Number(value, sign):
            return (_CONSTANTS[sign], _PRODUCT) if sign in _CONSTANTS else (repr(value), _PREFIX)
        case Measured(value):
            return repr(value), _PREFIX
        case Name(name):
            return name, _ATOM
        case Shorthand(_, meaning) | Stable(_, meaning):
            return _text(meaning)
        case Piecewise(((Condition(v, "<", limit), least),), otherwise) if (v, limit) == (otherwise, least):
            return _text(Apply("max", (v, limit)))
        case Piecewise(branches, otherwise):
            texts = [f"{_within(branch, _SUM)} if {_condition(condition)}" for condition, branch in branches]
            return f"{' else '.join(texts)} else {python(otherwise)}", _CHOICE
        case Apply(function, args):
            return _applied(function, args)
    raise TypeError(f"not an expression: {expression!r}")


def _applied(function: str, args: tuple[Expression, ...]) -> tuple[str, int]:
    match function:
        case "²":
            d = _operand(args[0], _PREFIX)
            return f"{d} * {d}", _PRODUCT
        case "negative":
            return f"-{_operand(args[0], _PREFIX)}", _PREFIX
        case "max":  # which may hand back what it is given
            return f"max({', '.join(map(python, args))})", _ATOM
    if function in _INFIX:
        sign, binding, first, later = _INFIX[function]
        return f" {sign} ".join(_operand(arg, later if i else first) for i, arg in enumerate(args)), binding
    return f"{_CALLS[function]}({', '.join(_operand(arg, _CHOICE) for arg in args)})", _ATOM


def _operand(expression: Expression, binding: int) -> str:
    """An operand that must bind as tightly as `binding`; a whole number in it needs no ``.0``."""
    match expression:
        case Number(value, "") if value.is_integer() and abs(value) < 1e6:
            return str(int(value))
    return _within(expression, binding)


def _within(expression: Expression, binding: int) -> str:
    text, own = _text(expression)
    return text if own >= binding else f"({text})"


def _condition(condition: Condition) -> str:
    left, right = _operand(condition.left, _SUM), _operand(condition.right, _SUM)
    return f"{left} {_RELATIONS[condition.relation]} {right}"
