"""The text of a program: its statements, token by token, and where in it something is wrong.

What passes here is Python's own syntax (with ``^`` for ``**``): names and numbers joined by operators, calls, methods
and parentheses that close.  Nothing else gets as far as Python's parser.
"""

import keyword
import math
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

FUNCTIONS = {
    "exp": "exp",
    "ln": "ln",
    "log": "ln",
    **{name: name for name in ("sqrt", "sin", "cos", "tan", "tanh", "sigmoid", "relu", "leaky_relu", "softplus")},
    **{name: name for name in ("elu", "gelu", "silu", "abs", "erf", "max", "min")},
}
"""What a program may call, and the operation that it means."""

MOST_OPERATIONS = 60

_MOST_SIGNS = 1_000  # operators, in what may become 60 operations: an operation on numbers alone is none
_MOST_OPEN = 90  # parentheses within each other; Python's own parser has 200
_LONGEST = 24  # characters of an excerpt

_METHOD = "expected a method such as .tanh()"

_TOKEN = re.compile(
    r"(?P<blank>[ \t\r]+)|(?P<number>(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)|(?P<name>[A-Za-z_][A-Za-z0-9_]*)"
    r"|(?P<sign>\*\*|[-+*/^])|(?P<other>[().,=])",
    re.ASCII,
)
_MEANT = {"−": "-", "–": "-", "·": "*", "×": "*", "∗": "*", "÷": "/", "√": "sqrt( )", "²": "^2", "³": "^3", "π": "pi"}
_MEANT |= {"[": "(", "]": ")", "{": "(", "}": ")", "σ": "sigmoid( )", "|": "abs( )", ":": "=", "%": "a named operation"}


class Place(NamedTuple):
    """A place in a program: line and column from 1, and the text that stands there."""

    line: int
    column: int
    excerpt: str


class ProgramError(ValueError):
    """A text is no program; the message says in one line where, what stands there, and what would be right."""

    def __init__(self, place: Place | None, problem: str) -> None:
        self.place, self.problem = place, problem
        super().__init__(f"line {place.line}, column {place.column}, {_shown(place)}: {problem}" if place else problem)


class Token(NamedTuple):
    """A word of a statement: `kind` is number, name, sign or other; `start` counts characters of the line from 0."""

    kind: str
    text: str
    start: int

    @property
    def end(self) -> int:
        """Where the next character of the line begins."""
        return self.start + len(self.text)


class Statement(NamedTuple):
    """``name = expression``: the whole `text` of its line, its number, and the tokens of name and expression.

    `name` is None where there is none.
    """

    text: str
    line: int
    name: Token | None
    tokens: tuple[Token, ...]

    def place(self, start: int, end: int) -> Place:
        """The place of the characters from `start` to `end` of the line."""
        return Place(self.line, start + 1, self.text[start:end])

    def error(self, first: Token, last: Token, problem: str) -> ProgramError:
        """The error at the text from `first` to `last`."""
        return ProgramError(self.place(first.start, last.end), problem)


def statements(text: str) -> tuple[Statement, ...]:
    """The statements of a program, of which there is at least one.  Raises ProgramError."""
    lines = enumerate(text.split("\n"), start=1)
    found = tuple(statement for number, line in lines for statement in _parts(line, number))
    if not found:
        raise ProgramError(None, "nothing to compute; expected a program such as q = x + y; f = q*z")
    signs = sum(token.kind == "sign" for statement in found for token in statement.tokens)
    if signs > _MOST_SIGNS:
        raise ProgramError(None, f"at most {MOST_OPERATIONS} operations; here are {signs:,} signs for some")
    for statement in found:
        _check(statement)
        if statement.name is None and len(found) > 1:
            first = statement.tokens[0]
            raise statement.error(first, statement.tokens[-1], "has no name; expected name = expression")
    return found


def names_in(text: str) -> frozenset[str]:
    """Every name in a text, be it a program or not."""
    return frozenset(match[0] for match in _TOKEN.finditer(text) if match.lastgroup == "name")


def on_one_line(text: str) -> str:
    """A program without its comments, and with ``; `` for line ends."""
    parts = (part.strip() for line in text.split("\n") for part in line.partition("#")[0].split(";"))
    return "; ".join(filter(None, parts))


def _parts(line: str, number: int) -> Iterator[Statement]:
    """The statements of a line: what stands between ``;``, before any ``#``."""
    tokens: list[Token] = []
    end = line.find("#")
    code = line if end < 0 else line[:end]
    at = 0
    while at <= len(code):
        if at == len(code) or code[at] == ";":
            if tokens:
                yield _statement(line, number, tokens)
            tokens, at = [], at + 1
        elif match := _TOKEN.match(code, at):
            if match.lastgroup != "blank":
                tokens.append(Token(str(match.lastgroup), match[0], at))
            at = match.end()
        else:
            likely = _MEANT.get(code[at])
            wrong = f"did you mean {likely}?" if likely else "no sign of a program; names are in ASCII"
            raise ProgramError(Place(number, at + 1, code[at]), wrong)


def _statement(line: str, number: int, tokens: Sequence[Token]) -> Statement:
    whole = Statement(line, number, None, tuple(tokens))
    equals = [token for token in tokens if token.text == "="]
    if not equals:
        return whole
    first = tokens[0]
    if tokens[1:2] != [equals[0]] or first.kind != "name":
        raise whole.error(first, equals[0], "expected one name before the =")
    if len(equals) > 1:
        raise whole.error(equals[1], equals[1], "a second = in one line; expected name = expression")
    if len(tokens) == 2:
        raise whole.error(first, equals[0], "expected an expression behind the =")
    return Statement(line, number, first, tuple(tokens[2:]))


def _check(statement: Statement) -> None:
    """Raise ProgramError at the first token that cannot stand where it does."""
    opened: list[tuple[Token, bool]] = []  # and whether it opens a call
    before: Token | None = None
    tokens = statement.tokens
    for place, token in enumerate(tokens):
        if _expects_operand(before):
            _check_operand(statement, place, opened)
        else:
            _check_after_operand(statement, place, opened)
        if token.text == "(":
            is_call = before is not None and before.kind == "name"
            opened.append((token, is_call))
            if len(opened) > _MOST_OPEN:
                raise statement.error(token, token, "nested too deeply; expected a part of it in a line of its own")
        elif token.text == ")":
            opened.pop()
        before = token
    last = tokens[-1]
    if _expects_operand(last):
        raise statement.error(last, last, "expected a name or a number behind it")
    if last.text == ".":
        raise statement.error(last, last, _METHOD)
    if opened:
        raise statement.error(opened[-1][0], last, "this parenthesis is never closed; expected a ) behind it")


def _expects_operand(before: Token | None) -> bool:
    return before is None or before.kind == "sign" or before.text in ("(", ",")


def _check_operand(statement: Statement, place: int, opened: Sequence[tuple[Token, bool]]) -> None:
    tokens, token = statement.tokens, statement.tokens[place]
    before = tokens[place - 1] if place else None
    if token.kind == "number":
        _check_number(statement, token)
    elif keyword.iskeyword(token.text):
        raise statement.error(token, token, "a word of Python; expected a name, a number or a function")
    elif token.kind == "name" or token.text in ("(", "+", "-"):
        return
    elif before is None:
        raise statement.error(token, token, "nothing to its left; expected a name or a number before it")
    elif token.text == ")" and before.text == "(":
        if not (opened[-1][1] and place >= 3 and tokens[place - 3].text == "."):
            raise statement.error(before, token, "nothing in between; expected a name or a number")
    else:
        raise statement.error(before, token, "expected a name or a number between these two")


def _check_number(statement: Statement, token: Token) -> None:
    if math.isinf(float(token.text)):
        raise statement.error(token, token, "too large; expected a number of at most 1.79e308")
    if token.text.isdigit() and token.text != "0" and token.text.startswith("0"):
        raise statement.error(token, token, f"did you mean {token.text.lstrip('0') or '0'}?")


def _check_after_operand(statement: Statement, place: int, opened: Sequence[tuple[Token, bool]]) -> None:
    tokens = statement.tokens
    before, token = tokens[place - 1], tokens[place]
    if before.text == ".":
        called = tokens[place + 1 : place + 2]
        if token.kind != "name" or not called or called[0].text != "(":
            raise statement.error(before, token, _METHOD)
    elif token.text == "(":
        if before.kind != "name":
            raise statement.error(before, token, f"did you mean {_factor(before)}*( … )?")
    elif keyword.iskeyword(token.text):
        raise statement.error(token, token, "a word of Python; expected an operator such as +")
    elif token.kind in ("name", "number"):
        raise statement.error(before, token, _beside(before, token))
    elif token.text == ")" and not opened:
        raise statement.error(token, token, "no parenthesis is open here; expected a ( before it, or none here")
    elif token.text == "," and not (opened and opened[-1][1]):
        raise statement.error(token, token, "a comma outside of a call; did you mean . in a number?")


def _beside(before: Token, token: Token) -> str:
    """What is said of two operands side by side."""
    if before.text in FUNCTIONS:
        return f"did you mean {before.text}({short(token.text)})?"
    if before.kind == token.kind == "number":
        return "two numbers side by side; expected an operator between them"
    return f"did you mean {_factor(before)}*{short(token.text)}?"


def _factor(before: Token) -> str:
    return "( … )" if before.text == ")" else short(before.text)


def short(text: str) -> str:
    """`text`, cut where it is too long for a line with more in it."""
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _shown(place: Place) -> str:
    return f'"{short("".join(letter if letter.isprintable() else "?" for letter in place.excerpt))}"'
