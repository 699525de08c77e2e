"""Rules as Python, with no more parentheses than needed and exactly the order of the tree.

The value of a text equals that of `evaluate` to the last bit.  The functions that are no Python operators are called
as a `Dialect` says; whoever runs the text has to define them as `FUNCTIONS` does.
"""

import math
from collections.abc import Mapping
from typing import NamedTuple

from backprop_tui.core.expression import (
    Apply,
    Before,
    Condition,
    Expression,
    Measured,
    Name,
    Number,
    Piecewise,
    Shared,
    Shorthand,
    Stable,
)


class Dialect(NamedTuple):
    """What a text calls the functions, and whether it is written to be read.

    To be read, a whole number needs no ``.0``, and a square is ``d * d``.  To be run fast, every number is a float,
    and the operand of a square is computed once.  Where `calls` has a name for ``+``, long sums are calls of it:
    Python's own compiler nests one level per term.  `variables` are what quantities are called that have another name
    there.
    """

    calls: Mapping[str, str]
    readable: bool
    variables: Mapping[str, str] = {}


READABLE = Dialect(
    {
        "e^": "exp",
        "ln": "ln",
        "expm1": "math.expm1",
        "log1p": "log1p",
        "√": "math.sqrt",
        "^": "math.pow",
        "sin": "sin",
        "cos": "cos",
        "tan": "tan",
        "tanh": "math.tanh",
        "erf": "math.erf",
        "erfc": "math.erfc",
        "abs": "abs",
        "max": "max",
        "largest": "largest",
        "smallest": "smallest",
    },
    readable=True,
)
"""For programs that a person reads: Python's own names, and functions where Python would raise (``exp``, ``ln`` …)."""

GUARDED = READABLE._replace(calls={**READABLE.calls, "/": "divide", "√": "sqrt", "^": "power"})
"""Likewise where divisors may be 0 and what is under a root negative: no number raises."""

FAST = Dialect(
    {
        "e^": "_exp",
        "ln": "_ln",
        "expm1": "_expm1",
        "log1p": "_log1p",
        "√": "_sqrt",
        "^": "_power",
        "sin": "_sin",
        "cos": "_cos",
        "tan": "_tan",
        "tanh": "_tanh",
        "erf": "_erf",
        "erfc": "_erfc",
        "abs": "_abs",
        "max": "_max",
        "largest": "_largest",
        "smallest": "_smallest",
        "+": "_add",
    },
    readable=False,
)
"""For code that is run here, beside quantities of any name: none of theirs begins with _."""

SAFE = FAST._replace(calls={**FAST.calls, "/": "_quotient"})
"""The same for numbers at which Python's own division raises."""

_CHOICE, _SUM, _PRODUCT, _PREFIX, _ATOM = range(5)

_RELATIONS = {">": ">", "≥": ">=", "<": "<", "≤": "<=", "=": "=="}
_INFIX = {  # the sign, how tightly it binds, and how tightly its first operand and each later one must
    "+": ("+", _SUM, _SUM, _PRODUCT),
    "−": ("-", _SUM, _SUM, _PRODUCT),
    "·": ("*", _PRODUCT, _PRODUCT, _PREFIX),
    "weighted": ("*", _PRODUCT, _PRODUCT, _PREFIX),
    "/": ("/", _PRODUCT, _PRODUCT, _PREFIX),
}
_CONSTANTS = {  # as the rules make them: the same bits
    "(2π)": ("2 * math.pi", _PRODUCT),
    "π": ("math.pi", _ATOM),
    "e": ("math.e", _ATOM),
}
_LONG_SUM = 50  # terms


def python(rule: Expression, dialect: Dialect = READABLE) -> str:
    """`rule` as a Python expression over the names in it, such as ``2 * (a - y)``; its value is a float."""
    return _text(rule, dialect)[0]


def _text(expression: Expression, dialect: Dialect) -> tuple[str, int]:
    """The text and how tightly its outermost operation binds."""
    match expression:
        case Number(value, sign):
            if dialect.readable and sign in _CONSTANTS:
                return _CONSTANTS[sign]
            return (repr(value), _PREFIX) if math.isfinite(value) else (_not_finite(value, dialect), _PREFIX)
        case Measured(value):
            return repr(value), _PREFIX
        case Name(name) | Before(name) | Shared(name, _):
            return dialect.variables.get(name, name), _ATOM
        case Shorthand(_, meaning) | Stable(_, meaning):
            return _text(meaning, dialect)
        case Piecewise(((Condition(v, "<", limit), least),), otherwise) if (v, limit) == (otherwise, least):
            return _text(Apply("max", (v, limit)), dialect)
        case Piecewise(((Condition(v, "<", _), Apply("max", (first, _)) as most),), otherwise) if (
            dialect.readable and v == first == otherwise
        ):
            return _text(most, dialect)
        case Piecewise(branches, otherwise):
            texts = [f"{_within(branch, _SUM, dialect)} if {_condition(test, dialect)}" for test, branch in branches]
            return f"{' else '.join(texts)} else {python(otherwise, dialect)}", _CHOICE
        case Apply(function, args):
            return _applied(function, args, dialect)
    raise TypeError(f"not an expression: {expression!r}")


def _applied(function: str, args: tuple[Expression, ...], dialect: Dialect) -> tuple[str, int]:
    long_sum = function == "+" and function in dialect.calls and len(args) > _LONG_SUM
    match function:
        case "²":
            d = _operand(args[0], _PREFIX, dialect)
            once = dialect.readable or isinstance(args[0], Name)
            return f"{d} * {d}" if once else f"(_d := {python(args[0], dialect)}) * _d", _PRODUCT
        case "negative":
            return f"-{_operand(args[0], _PREFIX, dialect)}", _PREFIX
        case "max" | "largest" | "smallest":  # which may hand back what they are given
            return f"{dialect.calls[function]}({', '.join(python(arg, dialect) for arg in args)})", _ATOM
    guarded = function == "/" and function in dialect.calls and not _is_not_0(args[1])
    if function in _INFIX and not long_sum and not guarded:
        sign, binding, first, later = _INFIX[function]
        return f" {sign} ".join(_operand(arg, later if i else first, dialect) for i, arg in enumerate(args)), binding
    return f"{dialect.calls[function]}({', '.join(_operand(arg, _CHOICE, dialect) for arg in args)})", _ATOM


def _operand(expression: Expression, binding: int, dialect: Dialect) -> str:
    """An operand that must bind as tightly as `binding`; to be read, a whole number in it needs no ``.0``."""
    match expression:
        case Number(value, "") if dialect.readable and value.is_integer() and abs(value) < 1e6:
            return "-0.0" if repr(value) == "-0.0" else str(int(value))
    return _within(expression, binding, dialect)


def _within(expression: Expression, binding: int, dialect: Dialect) -> str:
    text, own = _text(expression, dialect)
    return text if own >= binding else f"({text})"


def _is_not_0(divisor: Expression) -> bool:
    return isinstance(divisor, Number) and divisor.value != 0


def _not_finite(value: float, dialect: Dialect) -> str:
    name = "nan" if math.isnan(value) else "inf"
    return f"{'-' if value < 0 else ''}{'math.' if dialect.readable else '_'}{name}"


def _condition(condition: Condition, dialect: Dialect) -> str:
    left, right = (_operand(side, _SUM, dialect) for side in (condition.left, condition.right))
    return f"{left} {_RELATIONS[condition.relation]} {right}"
