"""Values of a scenario file, read from TOML's types into those of a scenario, or refused in one line."""

import math
from collections.abc import Collection, Mapping

from backprop_tui.core.scenario import ScenarioError

Table = Mapping[str, object]

# Every function takes the key that its message is to name, and raises ScenarioError with it.


def tables(table: Table, key: str) -> list[tuple[int, Table]]:
    """The [[key]] tables in `table`, each with its number from 1."""
    found = table.get(key, [])
    if not isinstance(found, list) or not all(isinstance(entry, dict) for entry in found):
        raise ScenarioError(key, f"expected [[{key}]] tables, with two brackets on each side")
    return list(enumerate(found, start=1))


def entries(key: str, value: object, expected: str) -> list[object]:
    """The entries of a list; `expected` says what it is to be."""
    if not isinstance(value, list):
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        right = f"; write [{shown(value)}]" if is_number and "rows" not in expected else ""
        raise ScenarioError(key, f"expected {expected}, not {shown(value)}{right}")
    return value


def numbers(key: str, value: object) -> tuple[float, ...]:
    """The numbers in a list."""
    return tuple(number(key, entry) for entry in entries(key, value, "a list of numbers"))


def number(key: str, value: object) -> float:
    """A number, for a scenario to say whether it is finite."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ScenarioError(key, f"expected a number, not {shown(value)}{_without_quotes(value)}")
    try:
        return float(value)
    except OverflowError as error:
        raise ScenarioError(key, "expected a finite number; this one is too large") from error


def _without_quotes(value: object) -> str:
    """The number that a text holds, as what to write instead; empty where it holds none."""
    from backprop_tui.core.number_spelling import likely_number  # noqa: PLC0415 - needed for a wrong number only

    likely = likely_number(value) if isinstance(value, str) else ""
    return f"; write {likely}" if likely else ""


def share(key: str, value: object) -> float:
    """A finite number from 0 on."""
    part = number(key, value)
    if not 0 <= part < math.inf:
        raise ScenarioError(key, f"expected a share from 0 on, such as 0.001, not {shown(value)}")
    return part


def whole(key: str, value: object) -> int:
    """A whole number of either sign."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise ScenarioError(key, f"expected a whole number, not {shown(value)}")
    return value


def count(key: str, value: object) -> int:
    """A whole number from 1."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ScenarioError(key, f"expected a whole number from 1, not {shown(value)}")
    return value


def text(key: str, value: object, expected: str = "text") -> str:
    """A text; `expected` says what it is to be."""
    if not isinstance(value, str):
        raise ScenarioError(key, f"expected {expected}, not {shown(value)}")
    return value


def name_of(key: str, value: object, known: Collection[str]) -> str:
    """The name `value`, which may be one of those `known` in another case."""
    name = text(key, value, f"one of {', '.join(known)}")
    return name.lower() if name.lower() in known else name


def flag(key: str, value: object) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise ScenarioError(key, f"expected true or false, not {shown(value)}")
    return value


def shown(value: object) -> str:
    """`value` as TOML spells it, cut to what a one-line message can hold."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int) and abs(value) > 10**40:
        return "a number of more than 40 digits"  # Python refuses to spell out one of more than 4,300
    spelled = "a table" if isinstance(value, dict) else "a list" if isinstance(value, list) else repr(value)
    return spelled if len(spelled) <= 40 else f"{spelled[:40]}…"
