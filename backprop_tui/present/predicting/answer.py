"""An answer as it is typed: a number, or arithmetic such as ``-1*2`` and ``1/3``; read here, never run."""

import math
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

LONGEST = 100
"""So many characters an answer may have."""

_LEAST, _SHOWN = 2, 4  # significant digits that count where fewer are typed, and that every number here is shown with
_SAME = 1e-9  # two ways to compute one number differ by less than this share of it
_NOTHING = 1e-15  # what rounding may leave of a 0
_TOKENS = re.compile(r"\s*(?:((?:\d+[.,]?\d*|[.,]\d+)(?:[eE][+-]?\d+)?)|([-+*/()]))", re.ASCII)
_NUMBER = re.compile(r"[+-]?(?:\d+[.,]?\d*|[.,]\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_MINUS = re.compile(r"(?<![eE])-")  # one of an exponent stays as it is: 1.2e-07
_SPELLINGS = str.maketrans({"−": "-", "·": "*", "×": "*", "÷": "/"})


class AnswerError(ValueError):
    """The text is no answer; the message says what would be."""


class Answer(NamedTuple):
    """What somebody answers: the text, the number that it stands for, and how far off a number may be that it names."""

    text: str
    value: float
    slack: float

    @property
    def shown(self) -> str:
        """The text as this program writes numbers, with a true minus."""
        return _MINUS.sub("−", self.text)

    def names(self, value: float) -> bool:
        """Whether `value` is the number that was answered.

        It is where it rounds to the digits typed, of which two at least count (``2`` is 2.0); what is the result of
        arithmetic has to agree to four digits.  Zeros at the end of a whole number count up to the fourth digit, as the
        screen shows 12,345 as 12350.
        """
        return abs(value - self.value) <= self.slack


def read_answer(text: str) -> Answer:
    """The answer that `text` spells, with a decimal point or comma, and either minus.

    Raises AnswerError where it is none, is too long, or is not finite.
    """
    plain = text.strip().translate(_SPELLINGS)
    if not plain:
        raise AnswerError("expected a number, or arithmetic such as -1*2")
    if len(plain) > LONGEST:
        raise AnswerError(f"expected at most {LONGEST} characters")
    if _NUMBER.fullmatch(plain):
        typed = Decimal(plain.replace(",", "."))
        value = float(typed)
        return Answer(text.strip(), _finite(value), max(_slack(typed), _SAME * abs(value), _NOTHING))
    value = _finite(_Reader(plain).value())
    power = math.floor(math.log10(abs(value))) - _SHOWN + 1 if value else 0
    return Answer(text.strip(), value, max(0.5 * 10.0**power if value else 0.0, _NOTHING))


def _slack(typed: Decimal) -> float:
    """Half a unit of the last digit that counts."""
    _, digits, power = typed.as_tuple()
    if not typed or not isinstance(power, int):
        return 0.0
    count = len(digits)
    while power >= 0 and count > _SHOWN and digits[count - 1] == 0:
        count, power = count - 1, power + 1
    return 0.5 * 10.0 ** max(-323, min(300, power - max(0, _LEAST - count))) * (1 + _SAME)


def _finite(value: float) -> float:
    if not math.isfinite(value):
        raise AnswerError("expected a number that is finite")
    return value


class _Reader:
    """Reads sums of products of signed numbers and parentheses, left to right."""

    def __init__(self, text: str) -> None:
        self._tokens = [*_tokens(text), ""]
        self._at = 0

    def value(self) -> float:
        """The value of the whole text.  Raises AnswerError."""
        value = self._sum()
        if self._next:
            raise AnswerError(f"expected nothing at {self._next!r}")
        return value

    @property
    def _next(self) -> str:
        return self._tokens[self._at]

    def _take(self) -> str:
        self._at += 1
        return self._tokens[self._at - 1]

    def _sum(self) -> float:
        value = self._product()
        while self._next in ("+", "-"):
            value = value + self._product() if self._take() == "+" else value - self._product()
        return value

    def _product(self) -> float:
        value = self._signed()
        while self._next in ("*", "/"):
            if self._take() == "*":
                value *= self._signed()
            elif divisor := self._signed():
                value /= divisor
            else:
                raise AnswerError("nothing can be divided by 0")
        return value

    def _signed(self) -> float:
        if self._next in ("+", "-"):
            return self._signed() if self._take() == "+" else -self._signed()
        if self._next == "(":
            self._take()
            value = self._sum()
            if self._take() != ")":
                raise AnswerError("expected ) at the end of what ( begins")
            return value
        if self._next[:1] in "0123456789.," and self._next:
            return float(self._take().replace(",", "."))
        raise AnswerError(f"expected a number at {self._next!r}" if self._next else "expected a number at the end")


def _tokens(text: str) -> Iterator[str]:
    at = 0
    while at < len(text):
        found = _TOKENS.match(text, at)
        if not found:
            raise AnswerError(f"expected a number or one of + - * / ( ), not {text[at]!r}")
        yield found[1] or found[2]
        at = found.end()
