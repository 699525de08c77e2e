"""Rules as text: with names, as a textbook prints them, and with the numbers put in."""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache

from backprop_tui.core.backprop import Phase
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
    evaluate,
    substitute,
)
from backprop_tui.present.numbers import DIGITS, FULL, exact, number, parse

PHASE_NAMES = {
    Phase.FORWARD: "forward",
    Phase.LOSS: "loss",
    Phase.LOCAL: "local derivatives",
    Phase.CHAIN: "chain rule",
    Phase.ACCUMULATE: "accumulate",
    Phase.UPDATE: "update",
}
"""What the phases are called."""

_OPTIONS = {
    "momentum": "μ",
    "alpha": "α",
    "epsilon": "ε",
    "beta1": "β1",
    "beta2": "β2",
    "weight_decay": "λ",
}
"""What formulas call the options of an optimiser, which a scenario file spells out."""

_FUNCTIONS = {"largest": "max", "smallest": "min"}

Naming = Callable[[str], str]

_DERIVATIVE = re.compile(r"d([A-Za-z]\w*?)_d([A-Za-z]\w*)")
_CHOICE, _SUM, _PRODUCT, _PREFIX, _POWER, _ATOM = 0, 1, 2, 3, 4, 5


@lru_cache(maxsize=4096)
def symbol(name: str) -> str:
    """How the screen spells a quantity: ``dL_dw`` is ``∂L/∂w``, ``loss`` is ``L``, any other name itself."""
    if match := _DERIVATIVE.fullmatch(name):
        return f"∂{match[1]}/∂{match[2]}"
    return "L" if name == "loss" else data_name(name)


def data_name(name: str) -> str:
    """How code and data spell a quantity: as it is, an option of an optimiser as formulas call it."""
    return _OPTIONS.get(name, name)


def formula(rule: Expression, naming: Naming = symbol) -> str:
    """The rule with names: ``2(a − y)``, ``1 if z > 0 else 0``."""
    return _text(rule, naming, DIGITS, lead=True)[0]


def substituted(rule: Expression, values: Mapping[str, float]) -> str:
    """The rule with the numbers put in: ``2(3.5 − 4)``.

    Operands have the fewest digits, from four up to all, with which the text evaluates to the rule's value at four
    significant digits.
    """
    numbers = substitute(rule, values)
    wanted = number(evaluate(rule, values))
    for digits in range(DIGITS, FULL):
        if number(evaluate(_rounded(numbers, digits), {})) == wanted:
            return _text(numbers, data_name, digits, lead=True)[0]
    return _text(numbers, data_name, FULL, lead=True)[0]


def _rounded(expression: Expression, digits: int) -> Expression:
    """`expression` with each number as a reader of its text would read it."""
    match expression:
        case Measured(value):
            return Measured(parse(number(value, digits)))
        case Apply(function, args):
            return Apply(function, tuple(_rounded(argument, digits) for argument in args))
    return expression


def _text(expression: Expression, naming: Naming, digits: int, *, lead: bool) -> tuple[str, int]:
    """The text and how tightly its outermost operation binds; `lead` is true in first place."""
    match expression:
        case Number(value, sign):
            return _signed(sign or exact(value), lead)
        case Measured(value):
            return _signed(exact(value) if digits == FULL else number(value, digits), lead)
        case Name(name) | Before(name):
            return naming(name), _ATOM
        case Shared(_, meaning):
            return _text(meaning, naming, digits, lead=lead)
        case Shorthand(sign, _):
            return sign, _ATOM
        case Stable(rule):
            return _text(rule, naming, digits, lead=lead)
        case Piecewise():
            return _choice(expression, naming, digits)
        case Apply(function, args):
            return _applied(function, args, naming, digits, lead)
    raise TypeError(f"not an expression: {expression!r}")


def _signed(text: str, lead: bool) -> tuple[str, int]:
    """A negative number stands in parentheses except in first place."""
    if not text.startswith("−"):
        return text, _ATOM
    return (text, _SUM) if lead else (f"({text})", _ATOM)


def _applied(function: str, args: tuple[Expression, ...], naming: Naming, digits: int, lead: bool) -> tuple[str, int]:
    def part(index: int, binding: int, *, leads: bool) -> str:
        """An operand, in parentheses where it binds less tightly than its place demands."""
        text, own = _text(args[index], naming, digits, lead=leads)
        negative_number = own == _SUM and isinstance(args[index], Number | Measured)
        if own >= binding or (negative_number and leads and binding <= _PRODUCT):
            return text
        return f"({_text(args[index], naming, digits, lead=True)[0]})"

    match function:
        case "+":
            return " + ".join(
                part(i, _SUM if i == 0 else _PRODUCT, leads=lead and i == 0) for i in range(len(args))
            ), _SUM
        case "−":
            return f"{part(0, _SUM, leads=lead)} − {part(1, _PRODUCT, leads=False)}", _SUM
        case "negative":
            return f"−{part(0, _PRODUCT, leads=False)}", _SUM
        case "/":
            return f"{part(0, _PRODUCT, leads=lead)} / {part(1, _PREFIX, leads=False)}", _PRODUCT
        case "²":
            base = part(0, _ATOM, leads=False)
            return (f"({base})²" if isinstance(args[0], Name) and "/" in base else f"{base}²"), _POWER
        case "^":  # with a number put in, the exponent stands in parentheses
            exponent = _text(args[1], naming, digits, lead=True)[0]
            plain = isinstance(args[0], Name) and _text(args[1], naming, digits, lead=False)[1] == _ATOM
            raised = exponent if isinstance(args[1], Name) or plain else f"({exponent})"
            return f"{part(0, _ATOM, leads=False)}^{raised}", _POWER
        case "√":
            return f"√{part(0, _ATOM, leads=False)}", _PREFIX
        case "e^" | "ln" | "sin" | "cos" | "tan" | "tanh" | "erf" | "max" | "largest" | "smallest":
            inner = ", ".join(_text(argument, naming, digits, lead=True)[0] for argument in args)
            return f"{_FUNCTIONS.get(function, function)}({inner})", _ATOM
        case "abs":
            return f"|{_text(args[0], naming, digits, lead=True)[0]}|", _ATOM
    parts = [part(i, _PRODUCT if i == 0 else _PREFIX, leads=lead and i == 0) for i in range(len(args))]
    return _multiplied(function, args, parts), _PRODUCT


def _multiplied(function: str, args: tuple[Expression, ...], parts: list[str]) -> str:
    """Factors side by side: ``w·x`` for a weighted input, ``2(a − y)`` before a group, else ``p · q``."""
    if function == "weighted" and isinstance(args[0], Name):
        return "·".join(parts)
    beside = isinstance(args[0], Number | Name | Shorthand) and parts[1].startswith("(")
    if beside and not isinstance(args[1], Measured | Number) and len(args) == 2:
        return "".join(parts)
    return " · ".join(parts)


def _choice(rule: Piecewise, naming: Naming, digits: int) -> tuple[str, int]:
    if rule.rule is not None:
        return _text(rule.rule, naming, digits, lead=False)
    texts = [
        f"{_text(branch, naming, digits, lead=True)[0]} if {_condition(condition, naming, digits)}"
        for condition, branch in rule.branches
    ]
    return f"{' else '.join(texts)} else {_text(rule.otherwise, naming, digits, lead=True)[0]}", _CHOICE


def _condition(condition: Condition, naming: Naming, digits: int) -> str:
    left = _text(condition.left, naming, digits, lead=True)[0]
    right = _text(condition.right, naming, digits, lead=True)[0]
    return f"{left} {condition.relation} {right}"
