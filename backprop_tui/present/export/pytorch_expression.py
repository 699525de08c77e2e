"""A program of expressions in PyTorch: its lines and operations written down, the walk back left to the framework.

It prints what each node computes, the gradients of the values and the new values, by the names that the trace has.
"""

import math
from collections.abc import Iterator, Mapping

from backprop_tui.core.backprop import gradient_name
from backprop_tui.core.graph import Graph, Node
from backprop_tui.core.models.program import ProgramScenario
from backprop_tui.present.export.program_text import nested, pass_heading, preamble, stop, variables
from backprop_tui.present.export.pytorch_program import ACTIVATIONS, STATES, WHAT, optimizer_lines

_OPERATIONS = {
    "add": "{} + {}",
    "subtract": "{} - {}",
    "multiply": "{} * {}",
    "divide": "{} / {}",
    "power": "{} ** {}",
    "negative": "-{}",
    **{name: f"torch.{name}({{}})" for name in ("exp", "sqrt", "sin", "cos", "tan", "erf", "abs")},
    "ln": "torch.log({})",
    **{name: text.replace("{z}", "{}") for name, text in ACTIVATIONS.items()},
}
_EXTREMES = {"max": ("maximum", "amax"), "min": ("minimum", "amin")}
_OWN = frozenset(("torch", "F", "optimizer", "print", "range", "epoch", "epochs", "all", "value", "float"))


def program(scenario: ProgramScenario, epochs: int) -> Iterator[str]:
    """The lines, with their ends, of a PyTorch program that runs `epochs` epochs of `scenario`, in float64."""
    graph, epochs = scenario.graph, epochs if scenario.learns else 1
    called = variables(graph, _OWN)
    loops = [["for epoch in range(1, epochs + 1):"]] if epochs > 1 else []
    results = [called[node.name] for node in (*graph.computed, *graph.parameters)]
    body = [
        *pass_heading(scenario, epochs),
        *_forward(graph, called),
        *_backward(scenario, graph, called),
        *_update(scenario, graph, called),
        *stop("torch.isfinite(value)", results, len(loops)),
    ]
    lines = [*_given(scenario, graph, called, epochs), "", *nested(loops, body)]
    needs = ["import torch", *(["import torch.nn.functional as F"] if any("F." in line for line in lines) else [])]
    whole = [*preamble(WHAT, scenario), "", *needs, "", "torch.set_default_dtype(torch.float64)", "", *lines]
    yield from (f"{line}\n" for line in whole)


def _given(scenario: ProgramScenario, graph: Graph, called: Mapping[str, str], epochs: int) -> Iterator[str]:
    yield "# Given"
    learned = {node.name for node in graph.parameters}
    for name, value in scenario.values:
        rest = ", requires_grad=True)" if name in learned else ")  # an input"
        yield f"{called[name]} = torch.tensor({value!r}{rest}"
    if epochs > 1:
        yield f"epochs = {epochs}"
    if scenario.learns and learned:
        yield from optimizer_lines(scenario, [called[node.name] for node in graph.parameters])


def _forward(graph: Graph, called: Mapping[str, str]) -> Iterator[str]:
    yield "# Forward pass"
    for node in graph.computed:
        yield f"{called[node.name]} = {_expression(node, called)}"
        yield _printed(node.name, called[node.name])


def _expression(node: Node, called: Mapping[str, str]) -> str:
    """What `node` computes, in PyTorch's words."""
    operands = [called[one] if isinstance(one, str) else _number(one) for one in node.operands]
    if node.operation in _EXTREMES or not node.args:  # these take tensors only
        pairs = zip(node.operands, operands, strict=True)
        operands = [text if isinstance(one, str) else f"torch.tensor({text})" for one, text in pairs]
    if node.operation in _EXTREMES:
        of_two, of_many = _EXTREMES[node.operation]
        if len(operands) == 2:
            return f"torch.{of_two}({', '.join(operands)})"
        return f"torch.stack([{', '.join(operands)}]).{of_many}(0)"
    bracketed = [f"({text})" if text.startswith("-") else text for text in operands]
    return _OPERATIONS[node.operation].format(*bracketed)


def _number(value: float) -> str:
    return repr(value) if math.isfinite(value) else f'float("{value}")'


def _backward(scenario: ProgramScenario, graph: Graph, called: Mapping[str, str]) -> Iterator[str]:
    if not graph.parameters:
        return
    yield from ("", "# Local derivatives and chain rule")
    if scenario.learns:
        yield "optimizer.zero_grad()"
    yield f"{called[graph.root.name]}.backward()"
    yield from (_printed(gradient_name(graph, node.name), f"{called[node.name]}.grad") for node in graph.parameters)


def _update(scenario: ProgramScenario, graph: Graph, called: Mapping[str, str]) -> Iterator[str]:
    if not (scenario.learns and graph.parameters):
        return
    yield from ("", "# Update", "optimizer.step()")
    for node in graph.parameters:
        for slot, key in STATES[scenario.optimizer.name].items():
            yield _printed(f"{slot}_{node.name}", f'optimizer.state[{called[node.name]}]["{key}"]')
        yield _printed(node.name, called[node.name])


def _printed(name: str, tensor: str) -> str:
    return f'print("{name} =", {tensor}.item())'
