"""Training as one straight-line Python function, written from the same rules that the stepper walks.

Training on and jumping to a far epoch need every pass but show none of them; the generated code takes about as long
as a loop written by hand and gives the stepper's bits, because it is the same sequence of operations.  What cannot
change a bit is left out: copies (``a = z``) and factors of 1.  All names in it were validated by `Graph`, no text
from outside gets in; what is not a quantity begins with _.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, MutableSequence, Sequence
from functools import lru_cache
from typing import NamedTuple

from backprop_tui.core.backprop import LEARNING_RATE, Phase, Rule, forward_rules, gradient_name, plan
from backprop_tui.core.codegen import FAST, python
from backprop_tui.core.expression import (
    FUNCTIONS,
    Apply,
    Condition,
    Expression,
    Name,
    Number,
    Piecewise,
    Shorthand,
    either,
)
from backprop_tui.core.graph import Graph, Role

SMALL_LOSS = 1e-12
"""A run has converged where the mean loss of an epoch is at most this."""

SMALL_GRADIENT = 1e-9
"""Where no gradient of an epoch is above this, training changes nothing any more."""

Numbers = tuple[float, ...]


class Outcome(NamedTuple):
    """How a training function ended: after `epochs` whole epochs, and why.

    It had done all; or the last of them is `settled`; or sample number `broken` (from 1) of the next one has a value
    that is not finite.  An epoch is settled where its mean loss is at most `SMALL_LOSS`, or no |gradient| in it is
    above `SMALL_GRADIENT`.
    """

    epochs: int
    broken: int = 0
    settled: bool = False


Kept = MutableSequence[float]
TrainFunction = Callable[[Numbers, Sequence[Numbers], float, int, Kept, Kept], Outcome]
"""``f(parameters, samples, lr, epochs, losses, ends)``: up to `epochs` epochs over `samples`, updating after each.

Parameters, and each sample's inputs and targets, are in the graph's order; the mean loss of each whole epoch is
appended to `losses`, and the parameters after it to `ends`.
"""

_MOST_TERMS = 50  # Python's own compiler nests one level per term
_CARRYING = ("+", "−", "·", "weighted", "negative", "²", "abs")


class CompiledTraining(NamedTuple):
    """One function twice: `quick` raises OverflowError or ValueError where `safe` goes on with ∞ or NaN."""

    quick: TrainFunction
    safe: TrainFunction


@lru_cache(maxsize=32)
def compile_training(graph: Graph, *, one_sample: bool) -> CompiledTraining:
    """The training function of `graph`, for exactly one sample or for any number of them."""
    code = compile(source(graph, one_sample=one_sample), "<training>", "exec")
    safe = _safe_names()
    namespaces = ({**safe, "_exp": math.exp, "_ln": math.log}, safe)
    for namespace in namespaces:
        exec(code, namespace)  # noqa: S102 - the text is made here, of validated names
    quick, tolerant = (namespace["_train"] for namespace in namespaces)
    return CompiledTraining(quick, tolerant)  # type: ignore[arg-type]  # exec cannot tell its type


@lru_cache(maxsize=32)
def compile_forward(graph: Graph) -> Callable[[Mapping[str, float]], Numbers]:
    """The forward pass and the loss: the value of each of the graph's `forward_rules`, from all that is given."""
    rules = tuple(forward_rules(graph))
    lines = [
        "def _forward(_given):",
        *(f"    {node.name} = _given[{node.name!r}]" for node in graph.nodes if not node.operation),
    ]
    lines += [f"    {rule.quantity} = {python(rule.expression, FAST)}" for rule in rules]
    lines.append(f"    return {_targets(rule.quantity for rule in rules)}")
    namespace = _safe_names()
    exec(compile("\n".join(lines), "<forward>", "exec"), namespace)  # noqa: S102 - likewise
    return namespace["_forward"]  # type: ignore[return-value]  # exec cannot tell its type


def _safe_names() -> dict[str, object]:
    names: dict[str, object] = {name: FUNCTIONS[function] for function, name in FAST.calls.items()}
    return names | {"_range": range, "_len": len, "_numbered": enumerate, "_Outcome": Outcome}


def source(graph: Graph, *, one_sample: bool) -> str:
    """The text of the function."""
    rules, copies = simplified(graph)
    root, parameters = graph.root.name, [node.name for node in graph.parameters]
    given = [node.name for node in graph.nodes if node.role in (Role.INPUT, Role.TARGET)]
    sample = f"{_targets(given)} = _sample"
    head = [
        f"def _train(_parameters, _samples, {LEARNING_RATE}, _epochs, _losses, _ends):",
        f"    {_targets(parameters)} = _parameters",
        "    _keep_loss, _keep_end = _losses.append, _ends.extend",
    ]
    names_of_gradients = (gradient_name(graph, name) for name in parameters)
    gradients = [python(copies.get(name, Name(name)), FAST) for name in names_of_gradients]
    level = " and ".join(f"-{SMALL_GRADIENT!r} <= {name} <= {SMALL_GRADIENT!r}" for name in gradients) or "True"
    # Updates come last, each from nothing but its own parameter and gradient: so they are simultaneous.
    one_pass = [f"{rule.quantity} = {python(rule.expression, FAST)}" for rule in rules]
    one_pass += _finite_check(rules)
    keep = [f"_keep_end(({', '.join(parameters)},))"]
    if one_sample:
        body = [*one_pass, f"_keep_loss({root})", *keep, f"if {root} <= {SMALL_LOSS!r} or ({level}):"]
        lines = [*head, "    (_sample,), _number = _samples, 1", f"    {sample}" if given else ""]
    else:
        body = ["_total, _level = 0.0, True", "for _number, _sample in _numbered(_samples, 1):"]
        inner = [sample if given else "", *one_pass, f"_total = _total + {root}", f"if _level: _level = {level}"]
        body += [f"    {line}" for line in inner]
        body += [
            "_mean = _total / _len(_samples)",
            "_keep_loss(_mean)",
            *keep,
            f"if _level or _mean <= {SMALL_LOSS!r}:",
        ]
        lines = head
    lines += ["    for _epoch in _range(_epochs):", *(f"        {line}" for line in body)]
    lines += ["            return _Outcome(_epoch + 1, settled=True)", "    return _Outcome(_epochs)"]
    return "\n".join(line for line in lines if line.strip()) + "\n"


def simplified(graph: Graph) -> tuple[tuple[Rule, ...], Mapping[str, Expression]]:
    """The plan without rules that only copy a number, and without factors of 1; and what each copy is a copy of.

    Both leave every bit as it is.  The root and the updates stay, whatever they are, and so does a gradient that is
    a parameter: it is asked for after that parameter has stepped.
    """
    parameters = {node.name for node in graph.parameters}
    gradients = {gradient_name(graph, name) for name in parameters}
    copies: dict[str, Expression] = {}
    kept = []
    for rule in plan(graph):
        expression = _replaced(rule.expression, copies)
        steps = isinstance(expression, Name) and expression.name in parameters and rule.quantity in gradients
        if isinstance(expression, Number | Name) and not steps and rule.phase not in (Phase.LOSS, Phase.UPDATE):
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
        case Shorthand(_, meaning):
            return _replaced(meaning, copies)
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
            if function == "max" and all(isinstance(argument, Name | Number) for argument in args):
                first, second = args
                return either(second, Condition(second, ">", first), first)
            return Apply(function, args)
    return expression


def _finite_check(rules: Sequence[Rule]) -> Iterator[str]:
    """Return where a value is not finite.

    ∞ and NaN carry through sums and products, so that a look at those values that no other one carries on is enough;
    only if their sum is not finite, which may be for its size alone, all values are looked at.
    """
    carried = {name for rule in rules for name in _carried(rule.expression)}
    ends = [rule.quantity for rule in rules if rule.phase is Phase.UPDATE or rule.quantity not in carried]
    for start in range(0, len(ends), _MOST_TERMS):
        yield f"_sum = {' + '.join([*(['_sum'] if start else []), *ends[start : start + _MOST_TERMS]])}"
    # A finite number times 0 is 0, ∞ and NaN times 0 are NaN: so is the sum of any with one of them.
    zeros = ", ".join(f"{rule.quantity} * 0.0" for rule in rules)
    yield f"if _sum - _sum != 0.0 and _add({zeros}, 0.0) != 0.0: return _Outcome(_epoch, _number)"


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


def _targets(names: Iterable[str]) -> str:
    return f"({', '.join(names)},)"
