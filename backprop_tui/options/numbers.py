"""Numbers on the command line, and what is said of a word that is none."""

import math


class UsageError(ValueError):
    """The input is wrong; the message says in one line what, where, and what would be right."""


def as_float(word: str) -> float:
    """The number that `word` spells, with the keyboard's minus or a true one.  Raises ValueError where it is none."""
    return float(word.replace("−", "-"))


def is_number(word: str) -> bool:
    """Whether `word` spells a number, finite or not."""
    try:
        as_float(word)
    except ValueError:
        return False
    return True


def finite(name: str, word: str) -> float:
    """The number that `word` spells.  Raises UsageError, with `name` before the word, where it is not finite."""
    number = as_float(word)
    if not math.isfinite(number):
        raise UsageError(f"{name} {word}: not a finite number; expected one of at most 1.79e308")
    return number


def assignments(name: str, words: list[str], example: str) -> tuple[tuple[str, float], ...]:
    """``NAME=NUMBER`` as often as there are `words`.  Raises UsageError."""
    found: dict[str, float] = {}
    for word in words:
        left, _, right = (part.strip() for part in word.partition("="))
        if not (left and right):
            raise UsageError(f"{name} {word}: expected NAME=NUMBER, such as {example}")
        if left in found:
            raise UsageError(f"{name} {word}: {left} is given twice; expected once")
        if not is_number(right):
            from backprop_tui.core.number_spelling import likely_number  # noqa: PLC0415 - for a wrong number only

            likely = likely_number(right)
            hint = f"did you mean {likely}?" if likely else f"expected one such as in {example}"
            raise UsageError(f"{name} {word}: not a number; {hint}")
        found[left] = finite(name, right)
    return tuple(found.items())
