"""A run as a program of its own: plain Python, every step of backpropagation written out.

It prints what the trace tells, to the last bit, because it is made of the same rules in the same order.  No text from
outside gets into it but in comments.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from backprop_tui.core.backprop import BATCH_SIZE, LEARNING_RATE, Phase, Rule, numbers_given, plan, remembered, sums
from backprop_tui.core.codegen import GUARDED, READABLE, Dialect, python
from backprop_tui.core.expression import Name, Number
from backprop_tui.core.graph import Graph, Role
from backprop_tui.core.models import is_program, model_of
from backprop_tui.core.optimizers import UPDATE_NUMBER, Learning
from backprop_tui.core.scenario import Scenario
from backprop_tui.core.straight_line import statements
from backprop_tui.present.export.program_text import (
    assignment,
    bracketed,
    indented,
    list_of_rows,
    nested,
    pass_heading,
    preamble,
    stop,
    variables,
)

_WHAT = "The numbers of `backprop-tui trace`, every step written out in plain Python."

_SECTIONS = {
    Phase.FORWARD: "# Forward pass",
    Phase.LOSS: "# Loss",
    Phase.LOCAL: "# Local derivatives",
    Phase.CHAIN: "# Chain rule",
    Phase.ACCUMULATE: "# Accumulate",
    Phase.UPDATE: "# Update",
}

_DEFINITIONS = {
    "exp": '''\
def exp(v):
    """e to the power v; infinity where that is too large for a float."""
    try:
        return math.exp(v)
    except OverflowError:
        return math.inf
''',
    "ln": '''\
def ln(v):
    """The natural logarithm of v; minus infinity at 0, not a number below."""
    if v > 0:
        return math.log(v)
    return -math.inf if v == 0 else math.nan
''',
    "sqrt": '''\
def sqrt(v):
    """The square root of v; not a number below 0."""
    return math.sqrt(v) if v >= 0 else math.nan
''',
    "divide": '''\
def divide(u, v):
    """u / v; infinite where v is 0, and not a number where u is 0 too."""
    if v:
        return u / v
    return math.copysign(math.inf, u) * math.copysign(1.0, v) if abs(u) > 0 else math.nan
''',
    "power": '''\
def power(base, exponent):
    """The real power; infinite where that is too large for a float, not a number where there is none."""
    try:
        return math.pow(base, exponent)
    except (OverflowError, ValueError):
        if base < 0 and exponent % 1:
            return math.nan
        return math.copysign(math.inf, base) if exponent % 2 == 1 else math.inf
''',
    **{
        name: f'''\
def {name}(v):
    """The {words} of v; not a number where that is infinite."""
    return math.nan if math.isinf(v) else math.{name}(v)
'''
        for name, words in (("sin", "sine"), ("cos", "cosine"), ("tan", "tangent"))
    },
    **{
        name: f'''\
def {name}(*numbers):
    """The {name} of the numbers; not a number where one of them is none."""
    return math.nan if any(math.isnan(v) for v in numbers) else {function}(numbers)
'''
        for name, function in (("largest", "max"), ("smallest", "min"))
    },
    "log1p": '''\
def log1p(v):
    """The natural logarithm of 1 + v; minus infinity at -1, not a number below."""
    if v > -1:
        return math.log1p(v)
    return -math.inf if v == -1 else math.nan
''',
}


_OWN = frozenset(
    ("math", "print", "range", "epoch", "epochs", "all", "value", "float", "SystemExit", "abs", "max", *_DEFINITIONS)
)
"""The names that a program of expressions has besides its quantities."""


def program(scenario: Scenario, epochs: int) -> Iterator[str]:
    """The lines, with their ends, of a program that runs `epochs` epochs of `scenario` and prints every quantity.

    Each is printed as ``name = value`` in full precision; where there are several passes, each has a heading, and the
    pass in which a value stops being finite is the last.
    """
    graph, epochs = model_of(scenario).graph, epochs if scenario.learns else 1
    learning = scenario.learning(anew=False)
    dialect = _dialect(scenario, graph)
    rules = plan(graph, learning)
    loops = [*_loops(graph, scenario, epochs)]
    if scenario.accumulates:
        passes = [rule for rule in rules if rule.phase is not Phase.UPDATE]
        steps = [rule for rule in rules if rule.phase is Phase.UPDATE]
        every_pass = [*_batch(graph, scenario), *_stages(passes, dialect), *_finite(passes, len(loops), dialect)]
        update = [*_counting(learning), *_stages(steps, dialect), *_finite(steps, len(loops), dialect)]
        body = [*every_pass, "", "# The batch is through", *_whole_batch(scenario, update)]
    else:
        body = [*_counting(learning), *_stages(rules, dialect), *_finite(rules, len(loops), dialect)]
    body = [*pass_heading(scenario, epochs), *body]
    lines = [*_given(graph, scenario, epochs), "", *nested(loops, body)]
    text = "\n".join([*preamble(_WHAT, scenario), "", *_needs("\n".join(lines)), *lines])
    yield from (f"{line}\n" for line in text.split("\n"))


def _dialect(scenario: Scenario, graph: Graph) -> Dialect:
    """In which Python the rules are written: in a program of expressions anything may be 0, negative or infinite."""
    if not is_program(scenario):
        return READABLE
    called = variables(graph, _OWN)
    return GUARDED._replace(variables={name: variable for name, variable in called.items() if name != variable})


def _needs(code: str) -> Iterator[str]:
    """What has to stand before `code`: the functions that it calls, and the import that they or it need."""
    functions = [text for name, text in _DEFINITIONS.items() if re.search(rf"(?<![.\w]){name}\(", code)]
    if functions or "math." in code:
        yield from ("import math", "")
    for text in functions:
        yield from ("", *text.split("\n"))
    if functions:
        yield ""


def _given(graph: Graph, scenario: Scenario, epochs: int) -> Iterator[str]:
    """The numbers that the run starts with, each by its name."""
    names, model = (node.name for node in graph.parameters), model_of(scenario)
    values = dict(zip(names, model.initial_parameters, strict=True))
    if len(scenario.samples) == 1:
        values |= model.given(1)
    called = _dialect(scenario, graph).variables
    yield "# Given"
    for node in graph.nodes:
        if node.name in values:
            fixed = "  # held fixed" if node.fixed else ""
            yield f"{called.get(node.name, node.name)} = {values[node.name]!r}{fixed}"
    if LEARNING_RATE in numbers_given(scenario.learning()):
        yield f"{LEARNING_RATE} = {scenario.learning_rate!r}"
    needed = numbers_given(scenario.learning())
    yield from (f"{name} = {value!r}" for name, value in scenario.optimizer.options if name in needed)
    yield from (f"{name} = 0.0" for name in remembered(graph, scenario.learning()))
    yield from (f"{name} = -0.0" for name in sums(graph, scenario.learning()))
    if scenario.batch_size > 1:
        yield f"batch_size = {scenario.batch_size}"
    if epochs > 1:
        yield f"epochs = {epochs}"
    if len(scenario.samples) > 1:
        rows = (f"({', '.join(map(repr, (*sample.x, *sample.y)))})" for sample in scenario.samples)
        yield from list_of_rows("samples = [", rows, "]")


def _loops(graph: Graph, scenario: Scenario, epochs: int) -> Iterator[list[str]]:
    """The head of each loop around a pass, the outer one first."""
    if epochs > 1:
        yield ["for epoch in range(1, epochs + 1):"]
    if len(scenario.samples) > 1:
        names = (node.name for node in graph.nodes if node.role in (Role.INPUT, Role.TARGET))
        yield bracketed("for sample, (", ", ".join(names), ") in enumerate(samples, start=1):")


def _batch(graph: Graph, scenario: Scenario) -> Iterator[str]:
    """How many samples are in this batch; and with the first of them the sums start anew."""
    if scenario.batch_size == 1:
        yield from (f"{BATCH_SIZE} = 1", "")
        return
    yield "# The batch that this sample belongs to; the last one may be smaller"
    yield "first = (sample - 1) // batch_size * batch_size"
    yield f"{BATCH_SIZE} = min(batch_size, len(samples) - first)"
    if scenario.zero_grad and (summed := sums(graph, scenario.learning())):
        yield "if sample == first + 1:  # -0.0 + v is v, even where that is -0.0"
        yield from (
            indented(bracketed("(", ", ".join(summed), f") = (-0.0,) * {len(summed)}"))
            if len(summed) > 1
            else (f"    {summed[0]} = -0.0",)
        )
    yield ""


def _whole_batch(scenario: Scenario, update: Sequence[str]) -> Iterator[str]:
    """`update` after the last sample of a batch."""
    if scenario.batch_size == 1:
        yield from update
    elif update:
        yield f"if sample == first + {BATCH_SIZE}:"
        yield from indented(update)


def _counting(learning: Learning) -> Iterator[str]:
    """What counts the updates, for an optimiser that needs their number."""
    if learning.row.counts:
        yield from ("# The number of this update", f"{UPDATE_NUMBER} = {UPDATE_NUMBER} + 1", "")


def _finite(rules: Sequence[Rule], loops: int, dialect: Dialect) -> Iterator[str]:
    """What ends the run after a pass in which one of `rules` has a value that is not finite."""
    computed = [rule.quantity for rule in rules if not isinstance(rule.expression, Number | Name)]
    results = [dialect.variables.get(name, name) for name in computed]
    return stop("math.isfinite(value)", results, loops) if results else iter(())


def _stages(rules: Sequence[Rule], dialect: Dialect) -> Iterator[str]:
    """Each phase of a pass under its heading: what it computes, then what it prints.

    A parameter may be overwritten by its update at once: every gradient is known by then, and no update refers to
    another parameter.
    """
    done: set[str] = set()
    for phase, group in groupby(rules, lambda rule: rule.phase):
        stages = tuple(group)
        if stages[0] is not rules[0]:
            yield ""
        yield _SECTIONS[phase]
        called = dialect.variables
        for name, expression in statements(stages, done):
            yield from assignment(called.get(name, name), python(expression, dialect))
        yield from (f'print("{rule.quantity} =", {called.get(rule.quantity, rule.quantity)})' for rule in stages)
