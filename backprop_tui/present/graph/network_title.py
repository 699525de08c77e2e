"""Which part of a network is in view, in words."""

from collections.abc import Iterator

from backprop_tui.present.graph.network_layout import Column, Layout, layout_for
from backprop_tui.present.graph.network_nodes import adds_up
from backprop_tui.present.sentences import listed
from backprop_tui.stepper.state import State


def network_notes(state: State, width: int, height: int) -> Iterator[str]:
    """Which layers are in view and which of their nodes, where it is not all, ever shorter.

    ``layer 2 of 3, neurons 3–4 of 5, layer 1: neurons 1–2 of 4`` or ``layer 2 of 3, neurons 1–2 of 4 → 3–4 of 5``.
    """
    layout = layout_for(state, width, height)
    layers = _layers(layout)
    if not layers and not any(column.window.hidden for _, column in _columns(layout)):
        return
    one = len(layout.layers) == 1
    parts = [
        f"{'' if one and number == layout.layers[0].number else _whose(number)}{_nodes(number, column)}"
        for number, column in _columns(layout)
        if column.window.hidden
    ]
    yield ", ".join(filter(None, (layers, *parts)))
    spans = " → ".join(_span(column) for _, column in _columns(layout))
    yield f"{layers}, nodes {spans}" if layers else f"nodes {spans}"
    yield layers or f"nodes {spans}"


def weighed_note(state: State, width: int, height: int) -> str:
    """``weights of z1_2``: whose weights ride on wires that lead to others, too; empty where none do."""
    views = layout_for(state, width, height).layers
    shared = [view.nodes.sums[view.carrier - 1] for view in views if view.is_shared and not adds_up(state, view.number)]
    return f"weights of {listed(shared)}" if shared else ""


def _layers(layout: Layout) -> str:
    """``layers 1–2 of 3``; empty where all and the loss are in view."""
    if not layout.cut_left and not layout.cut_right:
        return ""
    if not layout.layers:
        return "outputs and loss"
    first, last = layout.layers[0].number, layout.layers[-1].number
    several = f"layers {first}–{last}" if last > first else f"layer {last}"
    return f"{several} of {layout.count}{' without L' if layout.cut_right and last == layout.count else ''}"


def _columns(layout: Layout) -> Iterator[tuple[int, Column]]:
    """Each layer in view, 0 for the inputs, with its nodes."""
    yield (layout.first - 1, layout.sources)
    for view in layout.layers:
        yield (view.number, view.answers)


def _whose(number: int) -> str:
    return f"layer {number}: " if number else ""


def _nodes(number: int, column: Column) -> str:
    several = "s" if len(column.names) > 1 else ""
    return f"{'neuron' if number else 'input'}{several} {_span(column)}"


def _span(column: Column) -> str:
    first, last = column.window.first + 1, column.window.first + len(column.names)
    return f"{first}–{last} of {column.window.size}" if last > first else f"{first} of {column.window.size}"
