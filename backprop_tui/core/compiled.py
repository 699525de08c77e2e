"""One pass as one straight-line Python function, written from the same rules that the stepper walks.

Training on and jumping to a far epoch need every pass but show none of them; the generated code runs them about
ten times as fast as `backprop.run` and gives the same bits, because it is the same sequence of operations.
All names in it were validated by `Graph`, no text from outside gets in; what is not a quantity begins with _.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache

from backprop_tui.core.backprop import LEARNING_RATE, Phase, Rule, gradient_name, plan
from backprop_tui.core.expression import (
    FUNCTIONS,
    Apply,
    Condition,
    Expression,
    Measured,
    Name,
    Number,
    Piecewise,
    Shorthand,
)
from backprop_tui.core.graph import Graph, Role

PassFunction = Callable[..., tuple[float, float, bool, tuple[float, ...]]]
"""``f(parameters, given, lr)`` → loss, largest |gradient|, whether all values are finite, new parameters."""

_INFIX = {"+": " + ", "·": " * ", "weighted": " * ", "−": " - ", "/": " / "}
_CALLS = {"e^": "_exp", "ln": "_ln", "√": "_sqrt", "tanh": "_tanh", "erf": "_erf", "abs": "_abs", "max": "_largest"}
_RELATIONS = {">": ">", "≥": ">=", "<": "<", "≤": "<="}
_LONG_SUM = 50  # Python's own compiler nests one level per term


@lru_cache(maxsize=32)
def compile_pass(graph: Graph) -> PassFunction:
    """The function of one pass over `graph`.

    It takes the parameters in the graph's order, the inputs and targets in the graph's order, and the learning
    rate; fixed parameters come back unchanged.
    """
    namespace: dict[str, object] = {name: FUNCTIONS[function] for function, name in _CALLS.items()}
    namespace |= {"_add": FUNCTIONS["+"], "_max": max}
    exec(compile(source(graph), "<one pass>", "exec"), namespace)  # noqa: S102 - the text is made here, of validated names
    function: PassFunction = namespace["_pass"]  # type: ignore[assignment]  # exec cannot tell its type
    return function


def source(graph: Graph) -> str:
    """The text of the function."""
    rules = plan(graph)
    given = [node.name for node in graph.nodes if node.role in (Role.INPUT, Role.TARGET)]
    gradients = [gradient_name(graph, node.name) for node in graph.parameters]
    lines = [
        f"def _pass(_parameters, _given, {LEARNING_RATE}):",
        f"    {_targets(node.name for node in graph.parameters)} = _parameters",
        *([f"    {_targets(given)} = _given"] if given else []),
    ]
    lines += [f"    {_result(rule)} = {python(rule.expression)}" for rule in rules]
    updated = {rule.node for rule in rules if rule.phase is Phase.UPDATE}
    new = [_new(node.name) if node.name in updated else node.name for node in graph.parameters]
    # A finite number times 0 is 0, ∞ and NaN times 0 are NaN: so is the sum of any with one of them.
    zeros = [f"{_result(rule)} * 0.0" for rule in rules if not isinstance(rule.expression, Number | Name)]
    finite = f"_add({', '.join([*zeros, '0.0'])}) == 0.0" if len(zeros) > _LONG_SUM else f"{' + '.join(zeros)} == 0.0"
    peak = f"_max({', '.join(f'_abs({name})' for name in gradients)}, 0.0)"
    lines.append(f"    return {graph.root.name}, {peak}, {finite}, ({', '.join(new)},)")
    return "\n".join(lines) + "\n"


def python(expression: Expression) -> str:
    """`expression` in Python, every operation in parentheses so that the order is the tree's."""
    match expression:
        case Number(value) | Measured(value):
            return repr(value)
        case Name(name):
            return name
        case Shorthand(_, meaning):
            return python(meaning)
        case Piecewise(branches, otherwise):
            text = python(otherwise)
            for condition, branch in reversed(branches):
                text = f"({python(branch)} if {_condition(condition)} else {text})"
            return text
        case Apply(function, args):
            return _apply(function, args)
    raise TypeError(f"not an expression: {expression!r}")


def _apply(function: str, args: Sequence[Expression]) -> str:
    texts = [python(argument) for argument in args]
    if function == "+" and len(texts) > _LONG_SUM:
        return f"_add({', '.join(texts)})"
    if function in _INFIX:
        return f"({_INFIX[function].join(texts)})"
    if function == "negative":
        return f"(-{texts[0]})"
    if function == "²":
        return f"((_d := {texts[0]}) * _d)"
    return f"{_CALLS[function]}({', '.join(texts)})"


def _condition(condition: Condition) -> str:
    return f"{python(condition.left)} {_RELATIONS[condition.relation]} {python(condition.right)}"


def _result(rule: Rule) -> str:
    return _new(rule.quantity) if rule.phase is Phase.UPDATE else rule.quantity


def _new(name: str) -> str:
    return f"_new_{name}"


def _targets(names: Iterable[str]) -> str:
    return f"({', '.join(names)},)"
