"""A program's picture where there is no room for more: a row for each node, its value and its gradient."""

from backprop_tui.core.backprop import gradient_name
from backprop_tui.present.canvas import Canvas
from backprop_tui.present.formulas import formula
from backprop_tui.present.numbers import number
from backprop_tui.present.visibility import cell, put_cell
from backprop_tui.stepper.state import State

_VALUE, _GRADIENT, _WIDTH = 40, 56, 10


def program_canvas(state: State, width: int, height: int) -> Canvas:
    """A row for each node, those around the stage at hand."""
    graph, timeline, stage = state.timeline.graph, state.timeline, state.position.stage
    canvas = Canvas(width, height)
    names = [node.name for node in graph.nodes]
    at = names.index(timeline.rules[stage - 1].node) if stage else 0
    first = max(0, min(at - height // 2, len(names) - height))
    for y, node in enumerate(graph.nodes[first : first + height]):
        found = timeline.find(node.name)
        rule = f"{node.name} = {formula(timeline.rules[found - 1].expression)}" if found else node.name
        canvas.put(3, y, rule[: _VALUE - 6])
        if found:
            put_cell(canvas, _VALUE, y, cell(state, found), _WIDTH)
        else:
            canvas.put(_VALUE, y, f"{number(state.view.given[node.name]):>{_WIDTH}}")
        if gradient := timeline.find(gradient_name(graph, node.name)):
            put_cell(canvas, _GRADIENT, y, cell(state, gradient), _WIDTH)
    return canvas
