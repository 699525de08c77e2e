"""The rules of a pass as lines of Python that give the stepper's bits, without what cannot change a bit."""

from collections.abc import Iterable, Iterator, Mapping

from backprop_tui.core.backprop import PLAIN, Phase, Rule, gradient_name, plan
from backprop_tui.core.expression import (
    Apply,
    Condition,
    Expression,
    Name,
    Number,
    Piecewise,
    Shared,
    Shorthand,
    Stable,
    either,
)
from backprop_tui.core.graph import Graph
from backprop_tui.core.optimizers import Learning
from backprop_tui.core.shared import shared_parts

_MOST_TERMS = 50  # Python's own compiler nests one level per term
_CHOOSING = {"max": ">", "largest": ">", "smallest": "<"}  # NaN is found before anything is made of it
_CARRYING = ("+", "−", "·", "weighted", "negative", "²", "abs")


def simplified(graph: Graph, learning: Learning = PLAIN) -> tuple[tuple[Rule, ...], Mapping[str, Expression]]:
    """The plan without rules that only copy a number, and without factors of 1; and what each copy is a copy of.

    Both leave every bit as it is.  The root and the updates stay, whatever they are, and so does a gradient that is
    a parameter: it is asked for after that parameter has stepped.
    """
    parameters = {node.name for node in graph.parameters}
    gradients = {gradient_name(graph, name) for name in parameters}
    copies: dict[str, Expression] = {}
    kept = []
    for rule in plan(graph, learning):
        expression = _replaced(rule.expression, copies)
        steps = isinstance(expression, Name) and expression.name in parameters and rule.quantity in gradients
        stays = steps or rule.phase is Phase.UPDATE or rule.quantity == graph.root.name
        if isinstance(expression, Number | Name) and not stays:
            copies[rule.quantity] = expression
        else:
            kept.append(rule._replace(expression=expression))
    return tuple(kept), copies


def _replaced(expression: Expression, copies: dict[str, Expression]) -> Expression:
    """`expression` with what its copies are copies of, and, without the call, a choice for a maximum of two plain ones.

    Which of two equal ones, or of a number and NaN, is `max`'s own: the first, unless the second is larger.
    """
    match expression:
        case Name(name):
            return copies.get(name, expression)
        case Shorthand(_, meaning) | Stable(_, meaning):
            return _replaced(meaning, copies)
        case Shared(name, meaning):
            return Shared(name, _replaced(meaning, copies))
        case Piecewise(branches, otherwise):
            return Piecewise(
                tuple(
                    (c._replace(left=_replaced(c.left, copies), right=_replaced(c.right, copies)), _replaced(b, copies))
                    for c, b in branches
                ),
                _replaced(otherwise, copies),
            )
        case Apply(function, args):
            args = tuple(_replaced(argument, copies) for argument in args)
            if function in ("·", "weighted"):
                args = tuple(argument for argument in args if argument != Number(1.0)) or (Number(1.0),)
                return args[0] if len(args) == 1 else Apply(function, args)
            plain = all(isinstance(argument, Name | Number) for argument in args)
            if function in _CHOOSING and len(args) == 2 and plain:
                first, second = args
                return either(second, Condition(second, _CHOOSING[function], first), first)
            return Apply(function, args)
    return expression


def finite_check(rules: Iterable[Rule], later: Iterable[Rule] = ()) -> Iterator[str]:
    """Return where one of the values of `rules` is not finite.

    ∞ and NaN carry through sums and products, so that a look at those values that no other one carries on, nor one of
    those `later`, is enough; only if their sum is not finite, which may be for its size alone, all are looked at.
    """
    looked_at = [*rules]
    carried = {name for rule in (*looked_at, *later) for name in _carried(rule.expression)}
    ends = [rule.quantity for rule in looked_at if rule.is_step or rule.quantity not in carried]
    if not ends:
        return
    for start in range(0, len(ends), _MOST_TERMS):
        yield f"_sum = {' + '.join([*(['_sum'] if start else []), *ends[start : start + _MOST_TERMS]])}"
    # A finite number times 0 is 0, ∞ and NaN times 0 are NaN: so is the sum of any with one of them.
    zeros = ", ".join(f"{rule.quantity} * 0.0" for rule in looked_at)
    yield f"if _sum - _sum != 0.0 and _add({zeros}, 0.0) != 0.0: return _Outcome(_epoch, True)"


def _carried(expression: Expression) -> frozenset[str]:
    """The names that make the value of `expression` ∞ or NaN for certain where they are."""
    match expression:
        case Name(name):
            return frozenset((name,))
        case Piecewise(branches, otherwise):
            return _carried(otherwise).intersection(*(_carried(branch) for _, branch in branches))
        case Apply("/", (numerator, _)):
            return _carried(numerator)
        case Apply(function, args) if function in _CARRYING:
            return frozenset().union(*map(_carried, args))
    return frozenset()


def statements(rules: Iterable[Rule], done: set[str] | None = None) -> Iterator[tuple[str, Expression]]:
    """What to assign to which name: every rule's quantity, each partial result before the first rule that needs it.

    Those partial results that are `done` are known by then.
    """
    known = set() if done is None else done
    for rule in rules:
        for part in shared_parts(rule.expression):
            if part.name not in known:
                known.add(part.name)
                yield part.name, part.meaning
        yield rule.quantity, rule.expression


def targets(names: Iterable[str]) -> str:
    """A tuple of `names`, however many there are."""
    return f"({''.join(f'{name}, ' for name in names).rstrip()})"
