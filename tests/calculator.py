"""A pocket calculator for the texts of `substituted`, written from the contract's list of operators alone.

    sum     = [ − ] product { (+ | −) product }
    product = factor { (· | /) factor }
    factor  = number ( sum ) [²]  |  atom [² | ^( sum )]          the first is juxtaposition, 2(3.5 − 4)
    atom    = number  |  ( sum )  |  "|" sum "|"  |  √ atom  |  function ( sum { , sum } )

A minus sign that does not stand between two operands therefore stands in first place, or the text is refused.
"""

import math
import re
from collections import deque
from collections.abc import Callable

_NUMBER = r"\d+(?:\.\d+)?(?:e[+-]\d+)?|∞|NaN"
_TOKEN = re.compile(rf"\s*({_NUMBER}|e\^|ln|sin|cos|tanh|tan|erf|max|min|[+−·/²√|(),^])")


def _exp(v: float) -> float:
    try:
        return math.exp(v)
    except OverflowError:
        return math.inf


def _ln(v: float) -> float:
    return math.log(v) if v > 0 else -math.inf if v == 0 else math.nan


_FUNCTIONS: dict[str, Callable[..., float]] = {
    "e^": _exp,
    "ln": _ln,
    "sin": math.sin,
    "cos": math.cos,
    "tan": math.tan,
    "tanh": math.tanh,
    "erf": math.erf,
    "max": max,
    "min": min,
}


def calculate(text: str) -> float:
    """The value of `text`, in floating point, from left to right.  Raises ValueError where the grammar forbids it."""
    signs: deque[str] = deque()
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise ValueError(f"{text!r}: neither an operator nor a number: {text[position:]!r}")
        signs.append(match[1])
        position = match.end()
    value = _sum(signs)
    if signs:
        raise ValueError(f"{text!r}: too much: {' '.join(signs)!r}")
    return value


def _sum(signs: deque[str]) -> float:
    negative = _take(signs, "−")
    total = -_product(signs) if negative else _product(signs)
    while True:
        if _take(signs, "+"):
            total = total + _product(signs)
        elif _take(signs, "−"):
            total = total - _product(signs)
        else:
            return total


def _product(signs: deque[str]) -> float:
    value = _factor(signs)
    while True:
        if _take(signs, "·"):
            value = value * _factor(signs)
        elif _take(signs, "/"):
            value = value / _factor(signs)
        else:
            return value


def _factor(signs: deque[str]) -> float:
    is_number = bool(signs) and re.fullmatch(_NUMBER, signs[0]) is not None
    value = _atom(signs)
    if is_number and signs and signs[0] == "(":
        return value * _factor(signs)
    if _take(signs, "^"):
        _expect(signs, "(")
        value = value ** _sum(signs)
        _expect(signs, ")")
        return value
    return value * value if _take(signs, "²") else value


def _atom(signs: deque[str]) -> float:
    if not signs:
        raise ValueError("an operand is missing at the end")
    sign = signs.popleft()
    if sign in ("(", "|"):
        value = _sum(signs)
        _expect(signs, ")" if sign == "(" else "|")
        return value if sign == "(" else abs(value)
    if sign == "√":
        return math.sqrt(_atom(signs))
    if sign in _FUNCTIONS:
        _expect(signs, "(")
        arguments = [_sum(signs)]
        while _take(signs, ","):
            arguments.append(_sum(signs))
        _expect(signs, ")")
        return _FUNCTIONS[sign](*arguments)
    if re.fullmatch(_NUMBER, sign):
        return float(sign.replace("∞", "inf"))
    raise ValueError(f"{sign} where an operand belongs")


def _take(signs: deque[str], sign: str) -> bool:
    if signs and signs[0] == sign:
        signs.popleft()
        return True
    return False


def _expect(signs: deque[str], sign: str) -> None:
    if not _take(signs, sign):
        raise ValueError(f"{sign} is missing before {' '.join(signs)!r}")
