"""What runs between the columns of a network: wires with the weights on them, and what the gradients bring back."""

from collections.abc import Collection

from backprop_tui.core.backprop import local_name
from backprop_tui.present.canvas import Style
from backprop_tui.present.contributions import contributions_to
from backprop_tui.present.graph.network_layout import MEETING, TAP, TURN, Column, LayerView
from backprop_tui.present.graph.network_nodes import adds_up
from backprop_tui.present.graph.network_rows import UNIT
from backprop_tui.present.graph.network_widths import ARROW
from backprop_tui.present.graph.sheet import FACTOR, Sheet
from backprop_tui.present.graph.training_steps import step_in_view
from backprop_tui.present.graph.wires import DOUBLE, LIGHT, Wires
from backprop_tui.present.numbers import number
from backprop_tui.present.visibility import Mark

UNWEIGHED = "▷"
"""Into a z whose weights are not the ones on the wires that lead to it."""


def draw_bus(sheet: Sheet, view: LayerView) -> None:
    """Every node before the layer leads to every z of it: one bus, from which each takes what all bring.

    Where the weights of one neuron ride on those wires, the others are entered by `UNWEIGHED`.
    """
    if view.buses:
        draw_edges(sheet, view)
        return
    wires = Wires(LIGHT, Style.FORWARD)
    leaving = leave(sheet, sheet.layout.before(view), wires, view.bus)
    entering = [*(y + 1 for y in view.sums.window.rows)]
    if view.sums.window.mark is not None:
        entering.append(view.sums.window.mark)
    for y in entering:
        wires.across(view.bus, view.sums.x - 2, y)
    wires.down(view.bus, min(leaving + entering), max(leaving + entering))
    wires.draw(sheet.canvas)
    own = view.sums.window.rows[view.carrier - 1 - view.sums.window.first] + 1
    weighed = view.is_shared and not adds_up(sheet.state, view.number)
    for y in entering:
        sheet.canvas.put(view.sums.x - 2, y, UNWEIGHED if weighed and y != own else "▶", Style.FORWARD)


def draw_edges(sheet: Sheet, view: LayerView) -> None:
    """A wire for every weight: from the tap of its source to the bus of its z, over the buses of the others."""
    before = sheet.layout.before(view)
    tap = (view.weight or 0) - 3
    buses = [Wires(LIGHT, Style.FORWARD) for _ in view.buses]
    for name, row in zip(before.names, before.window.rows, strict=True):
        entries = [row + 1 + place * UNIT for place in range(len(view.buses))]
        source = Wires(LIGHT, Style.FORWARD)
        source.across(before.x + len(sheet.text(name)) + 1, tap, row + 1)
        source.down(tap, entries[0], entries[-1])
        for y, x, bus in zip(entries, view.buses, buses, strict=True):
            source.across(tap, tap + 1, y)
            bus.across(tap + 1, x, y)
        source.draw(sheet.canvas)
    spans = []
    for place, (x, bus, y) in enumerate(zip(view.buses, buses, view.sums.window.rows, strict=True)):
        rows = [y + 1, *(row + 1 + place * UNIT for row in before.window.rows)]
        bus.down(x, min(rows), max(rows))
        bus.across(x, view.sums.x - 2, y + 1)
        bus.draw(sheet.canvas)
        spans.append((x, set(range(min(rows), max(rows))) - set(rows)))
    for x, crossed in spans:
        for y in crossed:
            sheet.canvas.put(x, y, "│", Style.FORWARD)
    for y in view.sums.window.rows:
        sheet.canvas.put(view.sums.x - 2, y + 1, "▶", Style.FORWARD)


def leave(sheet: Sheet, column: Column, wires: Wires, until: int) -> list[int]:
    """A wire from each node of `column`, and from those out of view, to the column `until`; their rows."""
    leaving = []
    for name, y in zip(column.names, column.window.rows, strict=True):
        wires.across(column.x + len(sheet.text(name)) + 1, until, y + 1)
        leaving.append(y + 1)
    if column.window.mark is not None:
        wires.across(column.x + len(column.window.hidden_text) + 1, until, column.window.mark)
        leaving.append(column.window.mark)
    return leaving


def draw_weights(sheet: Sheet, view: LayerView) -> None:
    """The weights, each on a wire from what it weighs: its name above it, its derivative below.

    They are those of one neuron, or of all where each has a wire of its own.
    """
    before = sheet.layout.before(view)
    neurons = range(1, len(view.buses) + 1) or (view.carrier,)
    for index, row in enumerate(before.window.rows):
        for place, neuron in enumerate(neurons):
            draw_weight(sheet, view, before, neuron, index, row + place * UNIT)


def draw_weight(sheet: Sheet, view: LayerView, before: Column, neuron: int, index: int, y: int) -> None:
    """The weight of `neuron` for the node `index` in view of the column `before`, from row y on."""
    if view.weight is None:
        return
    weight, z = view.nodes.weights[neuron - 1][before.window.first + index], view.nodes.sums[neuron - 1]
    given = number(sheet.state.view.given[weight], sheet.layout.digits)
    sheet.ride(view.weight, y + 1, given, sheet.style(weight))
    draw_weight_name(sheet, view, y, weight)
    draw_derivative(sheet, view.weight, y + 2, weight, z)
    passed = local_name(sheet.graph, z, before.names[index])
    stage = sheet.state.timeline.find(passed)
    if sheet.is_local and stage and sheet.cell(passed).mark is not Mark.LATER:
        shown = sheet.cell(passed)
        text = FACTOR + shown.number if shown.known else shown.text
        sheet.factor(view.weight - 2 - (TAP + 1 if view.buses else 0) - len(text), y + 2, passed)


def draw_weight_name(sheet: Sheet, view: LayerView, y: int, name: str) -> None:
    """A weight's name; once its gradient is used, what comes of it: ``w2_1_1 ←●0.3589``, or ``w m●0.1``."""
    before, x = sheet.layout.before(view), view.weight or 0
    step = step_in_view(sheet.state, name, ARROW)
    if not step:
        sheet.canvas.put(x, y, name)
        return
    last = (view.buses[0] if view.buses else view.bus) - len(f" {step.name}●{sheet.step_text(step)}")
    room = last - before.x - len(before.names[-1]) - 1
    written = name if len(name) <= room else name[0]
    last -= len(written) < room  # a blank before the bus, where there is one
    sheet.step(sheet.canvas.put(min(x, last - len(written)), y, written) + 1, y, step)


def draw_derivative(sheet: Sheet, x: int, y: int, parameter: str, z: str) -> None:
    """What is known of how a parameter moves things: among local derivatives its own, later its gradient."""
    local, gradient = local_name(sheet.graph, z, parameter), sheet.gradient(parameter)
    if sheet.cell(gradient).known or not (sheet.is_local or sheet.cell(local).mark is Mark.NEXT):
        sheet.number(x, y, gradient)
    else:
        sheet.factor(x, y, local)


def draw_biases(sheet: Sheet, view: LayerView) -> None:
    """Below each z its bias, as far as rows are free; that of the neuron at hand stands above where none is."""
    if not view.bias_name:
        return
    sums, foot = view.sums, sheet.canvas.height
    for index, y in enumerate(sums.window.rows):
        neuron = sums.window.first + index + 1
        row = y + 3
        if row >= foot or row == sums.window.mark:
            row = y - 1
        other = row == y - 1 and index > 0  # the row of the neuron before
        if row < 0 or row == sums.window.mark or (other and neuron != view.carrier):
            continue
        if row == y + 3 and index + 1 < len(sums.names) and _takes_row_above(view, index + 1, foot):
            continue
        draw_bias(sheet, view, neuron, row)


def _takes_row_above(view: LayerView, index: int, foot: int) -> bool:
    """Whether the node `index` in view is the one at hand and has no row for its bias but the one above it."""
    window = view.sums.window
    row = window.rows[index] + 3
    return view.carrier == window.first + index + 1 and (row >= foot or row == window.mark)


def draw_bias(sheet: Sheet, view: LayerView, neuron: int, y: int) -> None:
    """``+ b2_1 0.6``, then its derivative; once that is used, what comes of it: ``+ b2_1 0.6 ←●0.5308``."""
    name, z = view.nodes.biases[neuron - 1], view.nodes.sums[neuron - 1]
    given = number(sheet.state.view.given[name], sheet.layout.digits)
    step = step_in_view(sheet.state, name, ARROW)
    beside = f"{step.name}●{sheet.step_text(step)}" if step else " " * (1 + view.widths.beside_bias)
    last = view.joint - TURN if view.nodes.joined else view.answers.end
    length = len(f"{name} {given} {beside}")
    is_full = view.sums.x + length <= last and sheet.canvas.is_blank(view.sums.x, y, length)
    sheet.canvas.put(view.sums.x - 2, y, "+", Style.FORWARD)
    value = sheet.canvas.put(view.sums.x, y, name if is_full else name[: view.bias_name]) + 1
    end = sheet.canvas.put(value, y, given, sheet.style(name))
    if step:
        sheet.step(end + 1, y, step)
    else:
        draw_derivative(sheet, end + 2, y, name, z)


def draw_links(sheet: Sheet, view: LayerView) -> None:
    """From an a's gradient ``◀═`` to its z's, once that is computed; broken where the activation blocks it."""
    for z, a, y in zip(view.sums.names, view.answers.names, view.sums.window.rows, strict=True):
        local = local_name(sheet.graph, a, z)
        slope, gradient = sheet.cell(local), sheet.cell(sheet.gradient(z))
        text = FACTOR + slope.number if slope.known else slope.text
        if gradient.known:
            style, line = (Style.BLOCKED, "╌") if slope.word else (Style.BACKWARD, "═")
            start = view.sums.x + len(gradient.number) + 1
            length = view.answers.x - 2 - start
            sheet.canvas.put(start, y + 2, "◀" + line * (length - 1), style)
            if length >= len(text) + 5:
                sheet.ride(
                    start + length - len(text) - 2, y + 2, text, Style.BLOCKED if slope.word else sheet.style(local)
                )
        elif slope.known or slope.mark is Mark.NEXT:
            x = view.answers.x - 2 - len(text)
            if x > view.sums.x + len(gradient.number) + 1:
                sheet.factor(x, y + 2, local)


def draw_fan(sheet: Sheet, view: LayerView, source: int) -> None:
    """What the layer's neurons bring to the gradient of the node number `source` before it, and where that meets."""
    before = sheet.layout.before(view)
    name = before.names[source - 1 - before.window.first]
    x = view.weight if view.buses and view.weight else before.end + MEETING  # behind the taps, where there are any
    draw_meeting(sheet, before, (name,), view.sums, before.end + 2, before.end + MEETING)
    draw_brought(sheet, name, view.sums, x)
    draw_factors(sheet, view, source, x)


def draw_factors(sheet: Sheet, view: LayerView, source: int, x: int) -> None:
    """The weight that makes what each z brings, ``×0.7``: behind that, from column x on, or else below it."""
    digits, name = sheet.layout.digits, view.nodes.sources[source - 1]
    brought = {one.via: len(number(one.value, digits)) for one in contributions_to(sheet.state.view, name)}
    last = min(view.buses, default=view.bus) - 1
    own = {z: view.nodes.weights[view.nodes.sums.index(z)][source - 1] for z in view.sums.names}
    texts = {z: f"{FACTOR}{number(sheet.state.view.given[weight], digits)}" for z, weight in own.items()}
    behind = all(x + brought[z] + 3 + len(text) <= last for z, text in texts.items())
    for (z, text), y in zip(texts.items(), view.sums.window.rows, strict=True):
        if behind:
            sheet.ride(last - 1 - len(text), y + 2, text, sheet.style(own[z]))
        elif sheet.canvas.is_blank(x - 1, y + 3, len(text) + 2):
            sheet.canvas.put(x, y + 3, text, sheet.style(own[z]))


def draw_meeting(sheet: Sheet, into: Column, names: Collection[str], out_of: Column, branch: int, x: int) -> None:
    """Double lines from the nodes of `out_of` to the gradients of `names` in `into`; they meet in column `branch`.

    How many of `out_of` are out of view stands in column `x`.
    """
    wires = Wires(DOUBLE, Style.BACKWARD)
    meeting = [y + 2 for y in out_of.window.rows]
    for y in meeting:
        wires.across(branch, out_of.x - 2, y)
    heads = []
    for name, y in zip(into.names, into.window.rows, strict=True):
        if name in names:
            heads.append((into.x + len(sheet.cell(sheet.gradient(name)).number) + 1, y + 2))
            wires.across(heads[-1][0], branch, y + 2)
    meeting += [y for _, y in heads]
    hidden = _row_for_hidden(sheet, into, out_of, meeting)
    if hidden is not None:
        wires.across(branch, x - 2, hidden)
        meeting.append(hidden)
    wires.down(branch, min(meeting), max(meeting))
    wires.draw(sheet.canvas)
    for head, y in heads:
        sheet.canvas.put(head, y, "◀", Style.BACKWARD)
    if hidden is not None:
        sheet.canvas.put(x, hidden, out_of.window.hidden_text, Style.BACKWARD)


def draw_brought(sheet: Sheet, name: str, out_of: Column, x: int) -> None:
    """On those lines what each brings to the gradient of the node `name`, from column x on."""
    brought = {one.via: one.value for one in contributions_to(sheet.state.view, name)}
    for via, y in zip(out_of.names, out_of.window.rows, strict=True):
        sheet.ride(x, y + 2, number(brought[via], sheet.layout.digits), Style.USED)


def _row_for_hidden(sheet: Sheet, into: Column, out_of: Column, taken: list[int]) -> int | None:
    """The row, near to their mark, in which the contributions of neurons out of view can come in."""
    mark = out_of.window.mark
    if mark is None:
        return None
    wired = {*(y + 1 for y in into.window.rows), *taken, into.window.mark}
    free = [y for y in range(sheet.canvas.height) if y not in wired]
    unnamed = [y for y in free if y not in out_of.window.rows]
    return min(unnamed or free, key=lambda y: abs(y - mark))
