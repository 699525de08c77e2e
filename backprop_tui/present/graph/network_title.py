"""Which part of a network is in view, in words."""

from backprop_tui.present.graph.network_layout import Column, layout_for
from backprop_tui.stepper.state import State


def network_note(state: State, width: int, height: int) -> str:
    """Which layers are in view and which of their nodes, where it is not all: ``layer 2 of 3, neurons 3–4 of 5``."""
    layout = layout_for(state, width, height)
    parts = []
    if layout.cut_left or layout.cut_right:
        numbers = [view.number for view in layout.layers]
        several = f"layers {numbers[0]}–{numbers[-1]}" if len(numbers) > 1 else f"layer {numbers[0]}" if numbers else ""
        parts.append(f"{several} of {layout.count}" if several else "outputs and loss")
    for view in layout.layers:
        if view.answers.window.hidden:
            which = "" if len(layout.layers) == 1 else f"layer {view.number}: "
            parts.append(f"{which}neurons {_span(view.answers)}")
    if layout.sources.window.hidden:
        what = "inputs" if layout.first == 1 else "outputs" if not layout.layers else f"layer {layout.first - 1}: neurons"
        parts.append(f"{what} {_span(layout.sources)}")
    return ", ".join(parts)


def _span(column: Column) -> str:
    first, last = column.window.first + 1, column.window.first + len(column.names)
    return f"{first}–{last} of {column.window.count}" if last > first else f"{first} of {column.window.count}"
