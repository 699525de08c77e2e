"""The number that was likely meant by a text that is none, in a spelling that Python and TOML read.

Imported for a misspelt number only.
"""

import math
import re
import unicodedata

_DASHES = str.maketrans(dict.fromkeys("−–—‒‑‐﹣－", "-"))
_BLANKS = str.maketrans("", "", "\u00a0\u202f\u2009'’_")  # between groups of three digits
_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_PLAIN = re.compile(r"[+-]?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?", re.ASCII)  # to Python and to TOML
_TWO_OPERANDS = re.compile(rf"({_NUMBER})\s*(/|\*\*|\^|\*|·|×)\s*({_NUMBER})")
_POWER_OF_TEN = re.compile(r"\s*[×x*·]\s*10\s*(?:\^|\*\*)\s*")
_ENDINGS = "fFdDlL;"  # as in C, and a stray end of a statement
_LONGEST = 100
_QUOTES = "\"'“”‘’`()[]"


def likely_number(text: str) -> str:
    """The finite number that `text` likely means, as Python and TOML spell it; empty where it looks like none.

    It undoes typographic minus signs, decimal commas, fractions and powers, percents, points without a digit on each
    side, separators of thousands, quotes, and endings as in C.
    """
    if len(text) > _LONGEST:
        return ""
    plain = text.translate(_DASHES).strip().strip(_QUOTES).strip()
    if len(plain) == 1 and not plain.isdecimal():
        return repr(fraction) if (fraction := unicodedata.numeric(plain, None)) is not None else ""  # as of ½
    for candidate in (plain, _POWER_OF_TEN.sub("e", plain), plain.rstrip(_ENDINGS)):
        value = _value(candidate)
        if value is not None:
            return candidate if _PLAIN.fullmatch(candidate) else repr(value)
    return ""


def _value(text: str) -> float | None:
    """The finite value of `text`; None where it has none."""
    if re.fullmatch(_NUMBER, text):
        return _finite(float(text))
    if text.endswith("%") and (hundredfold := _value(text[:-1])) is not None:
        return hundredfold / 100
    if match := _TWO_OPERANDS.fullmatch(text):
        return _combined(float(match[1]), match[2], float(match[3]))
    if re.fullmatch(r"[+-]?\d+,\d+", text):
        return _finite(float(text.replace(",", ".")))
    if re.fullmatch(r"[+-]?\d{1,3}(?:,\d{3})+\.\d*", text):
        return _finite(float(text.replace(",", "")))
    if re.fullmatch(r"[+-]?\d{1,3}(?:\.\d{3})+,\d*", text):
        return _finite(float(text.replace(".", "").replace(",", ".")))
    joined = text.translate(_BLANKS).replace(" ", "")
    if joined != text and re.fullmatch(r"[+-]?\d{1,3}(?:[\s'’_]\d{3})+(?:\.\d*)?", text):
        return _finite(float(joined))
    return None


def _combined(left: float, operator: str, right: float) -> float | None:
    try:
        if operator == "/":
            return _finite(left / right)
        result = left**right if operator in ("^", "**") else left * right
    except (ArithmeticError, ValueError):
        return None
    return _finite(result) if isinstance(result, float) else None


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
