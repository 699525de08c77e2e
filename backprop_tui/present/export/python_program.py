"""A run as a program of its own: plain Python, every step of backpropagation written out.

It prints what the trace tells, to the last bit, because it is made of the same rules in the same order.  No text from
outside gets into it but in comments.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from backprop_tui.core.backprop import LEARNING_RATE, Phase, Rule, plan
from backprop_tui.core.codegen import python
from backprop_tui.core.expression import Name, Number
from backprop_tui.core.graph import Graph, Role
from backprop_tui.core.models.dense import build, given_by, initial_parameters
from backprop_tui.core.scenario import Scenario
from backprop_tui.present.export.program_text import (
    assignment,
    filled,
    heading,
    listed,
    nested,
    pass_heading,
    stop,
)

_WHAT = "The numbers of `backprop-tui trace`, every step written out in plain Python."

_SECTIONS = {
    Phase.FORWARD: "# Forward pass",
    Phase.LOSS: "# Loss",
    Phase.LOCAL: "# Local derivatives",
    Phase.CHAIN: "# Chain rule",
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
}


def program(scenario: Scenario, epochs: int) -> Iterator[str]:
    """The lines, with their ends, of a program that runs `epochs` epochs of `scenario` and prints every quantity.

    Each is printed as ``name = value`` in full precision; where there are several passes, each has a heading, and the
    pass in which a value stops being finite is the last.
    """
    graph = build(scenario)
    rules = plan(graph)
    loops = [*_loops(graph, scenario, epochs)]
    results = [rule.quantity for rule in rules if not isinstance(rule.expression, Number | Name)]
    body = [
        *pass_heading(scenario, epochs),
        *_stages(rules),
        *stop("math.isfinite(value)", results, len(loops)),
    ]
    lines = [*_given(graph, scenario, epochs), "", *nested(loops, body)]
    text = "\n".join([*heading(_WHAT, scenario), "", *_needs("\n".join(lines)), *lines])
    yield from (f"{line}\n" for line in text.split("\n"))


def _needs(code: str) -> Iterator[str]:
    """What has to stand before `code`: the functions that it calls, and the import that they or it need."""
    functions = [text for name, text in _DEFINITIONS.items() if re.search(rf"\b{name}\(", code)]
    if functions or "math." in code:
        yield from ("import math", "")
    for text in functions:
        yield from ("", *text.split("\n"))
    if functions:
        yield ""


def _given(graph: Graph, scenario: Scenario, epochs: int) -> Iterator[str]:
    """The numbers that the run starts with, each by its name."""
    names = (node.name for node in graph.parameters)
    values = dict(zip(names, initial_parameters(scenario), strict=True))
    if len(scenario.samples) == 1:
        values |= given_by(scenario, scenario.samples[0])
    yield "# Given"
    for node in graph.nodes:
        if node.name in values:
            yield f"{node.name} = {values[node.name]!r}" + ("  # held fixed" if node.fixed else "")
    yield f"{LEARNING_RATE} = {scenario.learning_rate!r}"
    if epochs > 1:
        yield f"epochs = {epochs}"
    if len(scenario.samples) > 1:
        rows = (f"({', '.join(map(repr, (*sample.x, *sample.y)))})" for sample in scenario.samples)
        yield from listed("samples = [", rows, "]")


def _loops(graph: Graph, scenario: Scenario, epochs: int) -> Iterator[list[str]]:
    """The head of each loop around a pass, the outer one first."""
    if epochs > 1:
        yield ["for epoch in range(1, epochs + 1):"]
    if len(scenario.samples) > 1:
        names = (node.name for node in graph.nodes if node.role in (Role.INPUT, Role.TARGET))
        yield filled("for sample, (", ", ".join(names), ") in enumerate(samples, start=1):")


def _stages(rules: Sequence[Rule]) -> Iterator[str]:
    """Each phase of a pass under its heading: what it computes, then what it prints.

    A parameter may be overwritten by its update at once: every gradient is known by then, and no update refers to
    another parameter.
    """
    for phase, group in groupby(rules, lambda rule: rule.phase):
        stages = tuple(group)
        if stages[0] is not rules[0]:
            yield ""
        yield _SECTIONS[phase]
        for rule in stages:
            yield from assignment(rule.quantity, python(rule.expression))
        yield from (f'print("{rule.quantity} =", {rule.quantity})' for rule in stages)
