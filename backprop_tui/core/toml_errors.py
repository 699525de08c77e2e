"""What is wrong with a text that is no TOML, and which spelling would be right.

Python's parser says where it gave up and what it had hoped for; most who meet it have written Python, JSON or YAML,
or pasted what a word processor had made typographic.  Imported for a text that is wrong only.
"""

import re
import tomllib
import unicodedata

from backprop_tui.core.number_spelling import likely_number

_PLACE = re.compile(r"(.*) \(at line (\d+), column (\d+)\)", re.DOTALL)
_WIDEST = 40  # characters quoted
_TABLES = ("layer", "sample", "expect")
_WORDS = {
    **dict.fromkeys(("true", "yes", "on"), "true"),
    **dict.fromkeys(("false", "no", "off"), "false"),
}
_NOTHING = ("none", "null", "nil", "~")
_NOT_FINITE = ("nan", "inf", "infinity", "∞")
_TYPOGRAPHIC = "“”„‟‘’‚‛«»″′`"
_BOUNDS = ",[]{}="


def explain(text: str, error: tomllib.TOMLDecodeError) -> str:
    """One line: where `text` is no TOML, what is wrong there, and what would be right."""
    match = _PLACE.fullmatch(str(error))
    rows = text.replace("\r\n", "\n").split("\n")
    if match is None or match[1].startswith("Cannot overwrite"):
        return _at_the_end(str(error).partition(" (at ")[0], rows)
    message, line, column = match[1], int(match[2]), int(match[3])
    row = rows[line - 1] if line <= len(rows) else ""
    begin, problem = _problem(message, row, column - 1)
    printable = "".join(letter if letter.isprintable() else "�" for letter in problem)
    return f"line {line}, column {begin + 1}: {printable}"


def _at_the_end(message: str, rows: list[str]) -> str:
    """What was never finished, or given twice: the parser says neither where."""
    if message.startswith("Cannot"):
        return _given_twice(rows) or f"not valid TOML: {message}"
    last = next((number for number in range(len(rows), 0, -1) if "=" in rows[number - 1]), len(rows))
    wanted = {
        "Unclosed array": "the list that begins here is not closed; expected ]",
        "Invalid value": "a value is missing after =",
    }
    problem = wanted.get(message, "the text that begins here is not closed; expected a quote at its end")
    return f"line {last}: {problem}"


def _given_twice(rows: list[str]) -> str:
    """Which key stands a second time in its table; empty where none is found."""
    seen: dict[str, int] = {}
    for number, row in enumerate(rows, start=1):
        if row.lstrip().startswith("["):
            seen.clear()
        elif match := re.match(r"\s*([\w-]+)\s*=", row):
            if match[1] in seen:
                return f"line {number}: {_quoted(match[1])} is given twice, first in line {seen[match[1]]}"
            seen[match[1]] = number
    return ""


def _problem(message: str, row: str, at: int) -> tuple[int, str]:
    """The column (from 0) and what is wrong there."""
    here = row[at:]
    if odd := _odd_character(row, at):
        return odd
    if message.startswith("Cannot declare"):
        return at, _declared_twice(message)
    if message.startswith("Cannot"):
        return at, f"not valid TOML: {message}"
    if re.match(r"\s*\[\[?\s*[A-Za-z]", row) and "=" not in row and "]" in message + here:
        return 0, f"{_quoted(row.strip())}: the brackets do not match; write [[layer]], two on each side"
    if here.startswith(";") and message == "Unclosed array":
        return at, f"{_quoted(here)}: expected a comma between numbers, a point in them"
    if here.startswith(("//", ";", "-- ", "/*")) or (message == "Invalid statement" and here.startswith("%")):
        return at, f"{_quoted(here)}: a comment begins with #; a line ends without a mark"
    if message == "Invalid statement":
        return at, _no_statement(here)
    if message.startswith("Expected '=' after a key"):
        return at, _no_equals_sign(row, at)
    if message.startswith("Invalid initial character"):
        return at, f"{_quoted(here)}: expected a key, a word such as learning_rate"
    if message.startswith("Illegal character"):
        return at, 'the text before is not closed; a text ends in its line with "'
    return _no_value(message, row, at)


def _odd_character(row: str, at: int) -> tuple[int, str] | None:
    """An invisible character that looks like a blank, or like nothing, from `at` on."""
    for column, character in enumerate(row[at : at + 1], start=at):
        if unicodedata.category(character) in ("Zs", "Cf", "Cc", "Zl", "Zp") and character not in " \t":
            name = unicodedata.name(character, "a control character")
            right = "write a plain blank" if unicodedata.category(character) == "Zs" else "take it out"
            return column, f"U+{ord(character):04X} ({name}), which cannot be seen; {right}"
    return None


def _declared_twice(message: str) -> str:
    name = next((name for name in _TABLES if f"'{name}'" in message), "")
    return f"[{name}] stands for one only; write [[{name}]] for each" if name else "a table is given twice"


def _no_statement(here: str) -> str:
    if here.startswith(("{", "[")):
        return f"{_quoted(here)}: JSON; expected TOML, such as learning_rate = 0.1"
    if here.startswith(tuple(_TYPOGRAPHIC)):
        return f"{_quoted(here)}: a key stands without quotes"
    return f"{_quoted(here)}: expected TOML, such as learning_rate = 0.1 or [[layer]]"


def _no_equals_sign(row: str, at: int) -> str:
    key = row[:at].strip().rpartition("{")[2].strip()
    if key == "---":
        return "'---': YAML; expected TOML, such as learning_rate = 0.1"
    if row[at:].startswith((":", "=")) or not row[at:].strip():
        return f"{_quoted(row.strip())}: expected {key or 'key'} = value"
    return f"{_quoted(row.strip())}: expected = after the key {_quoted(key)}, which is one word"


def _no_value(message: str, row: str, at: int) -> tuple[int, str]:
    """What is wrong with a value, of which the parser read what stands before `at`."""
    begin = max(row.rfind(bound, 0, at) for bound in _BOUNDS) + 1
    end = min((found for bound in (*_BOUNDS, "#") if (found := row.find(bound, at)) >= 0), default=len(row))
    value = row[begin:end].strip()
    begin += len(row[begin:end]) - len(row[begin:end].lstrip())
    character = row[at : at + 1]
    in_list = row.count("[", 0, at) > row.count("]", 0, at)
    if character == "=":
        return at, "one = is enough; expected a value after it"
    if character == "]" and not in_list:
        return at, "one ] too many"
    if message.startswith("Unescaped"):
        return at, r"a \ in a text is written \\"
    if character == "," and not in_list and value:
        return begin, _with_comma(row[begin:].partition("#")[0].strip())
    if message == "Unclosed array" and "=" in row[at:]:
        return at, "the list before is not closed; expected ]"
    if not value:
        return at, f"{_quoted(row[at:])}: a value is missing" if character else "a value is missing after ="
    if message.startswith("Expected newline") and re.match(r"[^\W\d][\w-]*\s*=", row[at:]):
        return at, f"{_quoted(row[at:])}: expected a line of its own"
    return begin, _wrong_value(value, row[begin:].partition("#")[0], in_list=in_list)


def _with_comma(value: str) -> str:
    if likely := likely_number(value):
        return f"{_quoted(value)}: a number has a point, not a comma; write {likely}"
    return f"{_quoted(value)}: a list stands in brackets; write [{value[:_WIDEST]}]"


def _wrong_value(value: str, rest: str, *, in_list: bool) -> str:
    word = value.lower().strip("+-−")
    parts = value.split()
    if word in _WORDS:
        return f"{_quoted(value)}: write {_WORDS[word]}"
    if word in _NOTHING:
        return f"{_quoted(value)}: there is no such value in TOML; leave the line out"
    if word in _NOT_FINITE:
        return f"{_quoted(value)}: expected a finite number"
    if value[0] == "(" and value[-1] != ")":
        return f"{_quoted(rest)}: a list stands in square brackets"
    if in_list and len(parts) > 1 and all(likely_number(part) for part in parts) and not set(value) & set("/*^·×"):
        return f"{_quoted(value)}: expected commas between; write {', '.join(parts)[:_WIDEST]}"
    if likely := likely_number(value):
        dash = next((character for character in value if unicodedata.category(character) in ("Pd", "Sm")), "")
        odd = f"{dash} is U+{ord(dash):04X}, not the minus of a keyboard" if dash > "~" else _reason(value)
        return f"{_quoted(value)}: {odd}; write {likely}"
    if value[0] in _TYPOGRAPHIC:
        return f'{_quoted(value)}: straight quotes are needed; write "{value.strip(_TYPOGRAPHIC)[:_WIDEST]}"'
    if re.fullmatch(r"[^\W\d][\w -]*", value):
        return f'{_quoted(value)}: a text stands in quotes; write "{value[:_WIDEST]}"'
    return f"{_quoted(rest)}: no TOML value; expected a number, a text in quotes, or a list in brackets"


def _reason(value: str) -> str:
    digits = value.lstrip("+-")
    if digits.startswith("."):
        return "a digit stands before the point"
    if re.fullmatch(r"\d+\.(?:[eE].*)?", digits):
        return "a digit stands after the point"
    if "/" in value:
        return "TOML has no fractions"
    if re.fullmatch(r"0\d.*", digits):
        return "a number begins without zeros"
    return "no number in TOML"


def _quoted(text: str) -> str:
    """`text` in quotes, cut to what a line can hold."""
    shown = text.strip()
    return f"'{shown}'" if len(shown) <= _WIDEST else f"'{shown[:_WIDEST]}…'"
