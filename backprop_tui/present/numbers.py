"""Numbers as text: the one formatter of the screen, the trace and the explanations."""

import math

DIGITS = 4
"""Significant digits shown unless more are needed."""

FULL = 17
"""Significant digits that tell every float from its neighbours."""

_LONG = 1e5  # numbers are written out below this and with an exponent from it on, however many digits are asked for


def number(value: float, digits: int = DIGITS) -> str:
    """`value` with `digits` significant digits, a true minus before it, never "-0", never "0" for what is not zero.

    Whether there is an exponent depends on the size alone: one number is not spelled in two ways.
    Infinities are ``∞`` and ``−∞``, not-a-number is ``NaN``.
    """
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    if value == 0:
        return "0"
    text = f"{value:.{digits}g}"
    is_long = abs(float(text)) >= _LONG
    if is_long and "e" not in text:
        mantissa, _, power = f"{value:.{digits - 1}e}".partition("e")
        text = f"{mantissa.rstrip('0').rstrip('.')}e{power}"
    elif "e+" in text and not is_long:
        text = f"{float(text):.0f}"
    return f"−{text[1:]}" if text.startswith("-") else text


def exact(value: float) -> str:
    """`value` with the fewest digits that read back as the same float."""
    for digits in range(DIGITS, FULL):
        if parse(number(value, digits)) == value:
            return number(value, digits)
    return number(value, FULL)


def in_words(value: float) -> str:
    """`number(value)`, with a word where the value is not finite: ``∞ infinite``, ``NaN not a number``."""
    if math.isnan(value):
        return "NaN not a number"
    if math.isinf(value):
        return f"{number(value)} infinite"
    return number(value)


def parse(text: str) -> float:
    """The value of a text made by `number`.  Raises ValueError for any other text."""
    return float(text.replace("−", "-").replace("∞", "inf"))
