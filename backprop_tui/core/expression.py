"""The little language in which every rule of this program is written.

A rule such as ``(a − y)²`` is kept as a tree.  The one tree gives the value (here), the text with names and
the text with numbers (``present/formulas.py``), so that what is shown can never differ from what is computed.
Sums and products run left to right and a square is ``d * d``: floating-point results depend on it.
"""

import math
import operator
from collections.abc import Callable, Mapping
from typing import NamedTuple

from backprop_tui.core.floats import (
    cosine,
    exponential,
    largest,
    left_to_right_product,
    left_to_right_sum,
    logarithm,
    logarithm_of_1_plus,
    power,
    quotient,
    sine,
    smallest,
    square_root,
    tangent,
)
from backprop_tui.core.frozen import Frozen


class Expression(Frozen):
    """A formula over named numbers; ordinary operators build larger ones."""

    def __add__(self, other: "Expression | float") -> "Expression":
        return Apply("+", (*_terms(self), as_expression(other)))

    def __radd__(self, other: float) -> "Expression":
        return Apply("+", (as_expression(other), self))

    def __sub__(self, other: "Expression | float") -> "Expression":
        return Apply("−", (self, as_expression(other)))

    def __rsub__(self, other: float) -> "Expression":
        return Apply("−", (as_expression(other), self))

    def __mul__(self, other: "Expression | float") -> "Expression":
        return Apply("·", (*_factors(self), as_expression(other)))

    def __rmul__(self, other: float) -> "Expression":
        return Apply("·", (as_expression(other), self))

    def __truediv__(self, other: "Expression | float") -> "Expression":
        return Apply("/", (self, as_expression(other)))

    def __rtruediv__(self, other: float) -> "Expression":
        return Apply("/", (as_expression(other), self))

    def __neg__(self) -> "Expression":
        return Apply("negative", (self,))


class Number(Expression):
    """A number that the rule itself contains, such as the 2 in ``2(a − y)``; `symbol` names one with endless digits."""

    value: float
    symbol: str = ""


class Name(Expression):
    """A quantity, looked up among the values when the rule is evaluated."""

    name: str


class Before(Expression):
    """The value that a quantity had before the stage that overwrites it, such as a velocity's before this update."""

    name: str

    @property
    def key(self) -> str:
        """Under what the value is found among the values; no other quantity can be called so."""
        return before(self.name)


class Measured(Expression):
    """The number put in for a name: shown with as many digits as the reader needs."""

    value: float


class Apply(Expression):
    """A function of `FUNCTIONS` applied to its arguments."""

    function: str
    args: tuple[Expression, ...]


class Shorthand(Expression):
    """A partial result with a customary symbol, such as σ(z); shown as one number, computed from `meaning`."""

    symbol: str
    meaning: Expression


class Shared(Expression):
    """A partial result that several rules have in common; shown as its `meaning`, which need be computed only once.

    `name` is what it is called where it is kept, and begins with _ as no quantity does.
    """

    name: str
    meaning: Expression


class Stable(Expression):
    """A rule shown as the learner knows it, `rule`, and computed by an equal one that keeps its digits, `meaning`.

    ``e^z − 1`` for a z near 0 has none left; ``expm1`` has them all.  Where the numbers put into `rule` would not give
    the value at the digits shown, a branch of it is to.
    """

    rule: Expression
    meaning: Expression


class Condition(NamedTuple):
    """``left relation right``, the relation one of ``> ≥ < ≤ =``; false where either side is not a number."""

    left: Expression
    relation: str
    right: Expression

    def holds(self, values: Mapping[str, float]) -> bool:
        """Whether the condition is true for `values`."""
        return RELATIONS[self.relation](evaluate(self.left, values), evaluate(self.right, values))


class Piecewise(Expression):
    """The expression of the first branch whose condition holds, else `otherwise`.

    `rule` is the text with names where the branches differ only in how they are computed
    (softplus is one formula, but far from 0 a machine needs another way to evaluate it).  An `optional` summand is
    not written down with numbers where no condition holds; it is 0 there.
    """

    branches: tuple[tuple[Condition, Expression], ...]
    otherwise: Expression
    rule: Expression | None = None
    optional: bool = False

    def branch(self, values: Mapping[str, float]) -> Expression:
        """The expression that applies to `values`."""
        for condition, expression in self.branches:
            if condition.holds(values):
                return expression
        return self.otherwise


FUNCTIONS: dict[str, Callable[..., float]] = {
    "+": left_to_right_sum,
    "·": left_to_right_product,
    "weighted": operator.mul,
    "−": operator.sub,
    "/": quotient,
    "negative": operator.neg,
    "²": lambda d: d * d,
    "e^": exponential,
    "ln": logarithm,
    "expm1": math.expm1,
    "log1p": logarithm_of_1_plus,
    "√": square_root,
    "^": power,
    "sin": sine,
    "cos": cosine,
    "tan": tangent,
    "tanh": math.tanh,
    "erf": math.erf,
    "erfc": math.erfc,
    "abs": abs,
    "max": max,  # NaN in first place stays NaN
    "largest": largest,  # and in any
    "smallest": smallest,
}

RELATIONS: dict[str, Callable[[float, float], bool]] = {
    ">": lambda a, b: a > b,
    "≥": lambda a, b: a >= b,
    "<": lambda a, b: a < b,
    "≤": lambda a, b: a <= b,
    "=": lambda a, b: a == b,
}


def evaluate(expression: Expression, values: Mapping[str, float]) -> float:
    """The value of `expression`, every name looked up in `values`.

    Overflow gives ±∞ and undefined results NaN, never an exception; KeyError for a name without a value.
    """
    match expression:
        case Number(value) | Measured(value):
            return value
        case Name(name):
            return values[name]
        case Before(name):
            return values[before(name)]
        case Shared(name, meaning):
            return values[name] if name in values else evaluate(meaning, values)
        case Apply(function, args):
            return FUNCTIONS[function](*[evaluate(argument, values) for argument in args])
        case Shorthand(_, meaning) | Stable(_, meaning):
            return evaluate(meaning, values)
        case Piecewise():
            return evaluate(expression.branch(values), values)
    raise TypeError(f"not an expression: {expression!r}")


def substitute(expression: Expression, values: Mapping[str, float]) -> Expression:
    """`expression` with the numbers put in: names and shorthands become `Measured`, piecewise rules their branch."""
    match expression:
        case Name(name):
            return Measured(values[name])
        case Before(name):
            return Measured(values[before(name)])
        case Shared(_, meaning):
            return substitute(meaning, values)
        case Number(value, symbol) if symbol:
            return Measured(value)
        case Shorthand():
            return Measured(evaluate(expression, values))
        case Stable(rule):
            return substitute(rule, values)
        case Piecewise():
            return substitute(expression.branch(values), values)
        case Apply("+", args):
            terms = tuple(substitute(argument, values) for argument in args if not _is_left_out(argument, values))
            return total(terms) if terms else Number(0.0)
        case Apply(function, args):
            return Apply(function, tuple(substitute(argument, values) for argument in args))
    return expression


def _is_left_out(term: Expression, values: Mapping[str, float]) -> bool:
    return isinstance(term, Piecewise) and term.optional and term.branch(values) is term.otherwise


def names(expression: Expression) -> frozenset[str]:
    """Every name that `expression` refers to, in whichever branch."""
    match expression:
        case Name(name):
            return frozenset((name,))
        case Apply(_, args):
            return frozenset().union(*map(names, args))
        case Shorthand(_, meaning) | Shared(_, meaning) | Stable(_, meaning):
            return names(meaning)
        case Piecewise(branches, otherwise):
            sides = [side for condition, _ in branches for side in (condition.left, condition.right)]
            return frozenset().union(*map(names, (*sides, *(branch for _, branch in branches), otherwise)))
    return frozenset()


def before(name: str) -> str:
    """Under what the value that the quantity `name` had before its stage is found among the values."""
    return f"{name} before"


def as_expression(value: Expression | float) -> Expression:
    """`value` itself, or the literal number."""
    return value if isinstance(value, Expression) else Number(float(value))


def total(terms: tuple[Expression, ...]) -> Expression:
    """The sum of one or more terms, left to right."""
    return terms[0] if len(terms) == 1 else Apply("+", terms)


def product(factors: tuple[Expression, ...]) -> Expression:
    """The product of one or more factors, left to right."""
    return factors[0] if len(factors) == 1 else Apply("·", factors)


def weighted(weight: Expression, value: Expression) -> Expression:
    """One weighted input, ``w·x``."""
    return Apply("weighted", (weight, value))


def square(d: Expression) -> Expression:
    """``d²``, computed as ``d * d``."""
    return Apply("²", (d,))


def exp(v: Expression) -> Expression:
    """``e^(v)``."""
    return Apply("e^", (v,))


def ln(v: Expression) -> Expression:
    """The natural logarithm of v."""
    return Apply("ln", (v,))


def root(v: Expression) -> Expression:
    """The square root of v."""
    return Apply("√", (v,))


def optional(term: Expression, condition: Condition) -> Piecewise:
    """A summand `term` that is there only where `condition` holds."""
    return Piecewise(((condition, term),), Number(0.0), rule=term, optional=True)


def call(function: str, *args: Expression | float) -> Expression:
    """``function(args)`` for those that have no function of their own here, such as ``tanh`` and ``max``."""
    return Apply(function, tuple(as_expression(argument) for argument in args))


def either(branch: Expression | float, condition: Condition, otherwise: Expression | float) -> Piecewise:
    """``branch if condition else otherwise``."""
    return Piecewise(((condition, as_expression(branch)),), as_expression(otherwise))


def _terms(expression: Expression) -> tuple[Expression, ...]:
    """A sum's own terms, so that a + b + c stays one flat sum."""
    return expression.args if isinstance(expression, Apply) and expression.function == "+" else (expression,)


def _factors(expression: Expression) -> tuple[Expression, ...]:
    """A product's own factors, so that a · b · c stays one flat product."""
    return expression.args if isinstance(expression, Apply) and expression.function == "·" else (expression,)
