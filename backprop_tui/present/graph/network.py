"""The picture of a network: values run right in thin lines, gradients stand under their nodes and run left."""

from collections.abc import Iterator

from backprop_tui.core.models.dense import LOSS
from backprop_tui.present.canvas import Canvas, Style
from backprop_tui.present.events import EVENT_WORDS, Kind, events
from backprop_tui.present.graph.network_gap import draw_biases, draw_bus, draw_fan, draw_links, draw_weights, leave
from backprop_tui.present.graph.network_joint import draw_joint_bus, draw_joint_links
from backprop_tui.present.graph.network_layout import Column, LayerView
from backprop_tui.present.graph.network_nodes import adds_up, network_of
from backprop_tui.present.graph.sheet import Sheet
from backprop_tui.present.graph.wires import LIGHT, Wires
from backprop_tui.present.numbers import in_words, number
from backprop_tui.present.sentences import listed
from backprop_tui.stepper.state import State

_BLOCKED_WORDS = (
    (Kind.DEAD, "╳ dead ReLU"),
    (Kind.GATE_CLOSED, "╳ gate closed"),
    (Kind.FLAT, "╳ flat"),
    (Kind.SATURATED, "saturated"),
)


def network_canvas(state: State, width: int, height: int) -> Canvas:
    """The network at the position of `state`, in `height` rows (at least 6) of `width` cells."""
    sheet = Sheet(state, width, height)
    layout, focus = sheet.layout, sheet.layout.focus
    draw_loss(sheet)
    draw_cuts(sheet)
    for view in layout.layers:
        draw_bus(sheet, view)
        if view.nodes.joined:
            draw_joint_bus(sheet, view)
        else:
            draw_steps(sheet, view)
    for column in (layout.sources, *(column for view in layout.layers for column in (view.sums, view.answers))):
        draw_nodes(sheet, column)
    for view in layout.layers:
        if adds_up(sheet.state, view.number):
            draw_fan(sheet, view, focus.source)
        else:
            draw_weights(sheet, view)
        if not (focus.joint and view.number == focus.item):  # the lines that meet are in their place
            draw_biases(sheet, view)
        if view.nodes.joined:
            draw_joint_links(sheet, view)
        else:
            draw_links(sheet, view)
    draw_events(sheet)
    return sheet.canvas


def draw_nodes(sheet: Sheet, column: Column) -> None:
    """Each node's name, its value, and under it its gradient; and how many are out of view."""
    for name, y in _placed(column):
        sheet.name(column.x, y, name)
        sheet.number(column.x, y + 1, name)
        if gradient := sheet.gradient(name):
            sheet.number(column.x, y + 2, gradient)
    if column.window.mark is not None:
        sheet.canvas.put(column.x, column.window.mark, column.window.hidden_text, Style.DIM)


def draw_steps(sheet: Sheet, view: LayerView) -> None:
    """The wire from every z to its a."""
    wires = Wires(LIGHT, Style.FORWARD)
    rows = leave(sheet, view.sums, wires, view.answers.x - 2)
    wires.draw(sheet.canvas)
    for y in rows:
        sheet.canvas.put(view.answers.x - 2, y, "▶", Style.FORWARD)


def draw_cuts(sheet: Sheet) -> None:
    """Where layers are left out: ``⋮─▶`` into the first column, ``─▶⋮`` out of the last."""
    layout = sheet.layout
    if layout.cut_left:
        x = layout.sources.x - 4
        for y in _wired(layout.sources):
            sheet.canvas.put(sheet.canvas.put(x, y, "⋮", Style.DIM), y, "─▶", Style.FORWARD)
    if layout.cut_right:
        wires = Wires(LIGHT, Style.FORWARD)
        x = layout.outputs.end + 2
        rows = leave(sheet, layout.outputs, wires, x)
        wires.draw(sheet.canvas)
        for y in rows:
            sheet.canvas.put(sheet.canvas.put(x, y, "▶", Style.FORWARD), y, "⋮", Style.DIM)


def _wired(column: Column) -> list[int]:
    rows = [y + 1 for y in column.window.rows]
    return rows if column.window.mark is None else [*rows, column.window.mark]


def draw_loss(sheet: Sheet) -> None:
    """L with the targets below it, where the last layer is in view."""
    layout, state, canvas = sheet.layout, sheet.state, sheet.canvas
    if layout.loss is None:
        return
    row = layout.loss_row + 1
    wires = Wires(LIGHT, Style.FORWARD)
    rows = [*leave(sheet, layout.outputs, wires, layout.loss_bus), row]
    wires.down(layout.loss_bus, min(rows), max(rows))
    wires.across(layout.loss_bus, layout.loss - 2, row)
    wires.draw(canvas)
    canvas.put(layout.loss - 2, row, "▶", Style.FORWARD)
    sheet.name(layout.loss, row - 1, LOSS, "L")
    shown = sheet.cell(LOSS)
    end = sheet.number(layout.loss, row, LOSS)
    if shown.known:
        word = in_words(state.view.known[LOSS]).removeprefix(shown.text)
        if end + len(word) <= canvas.width:
            canvas.put(end, row, word, Style.EVENT)
    targets = network_of(state.view).targets
    room = canvas.height - row - 1
    shown_targets = targets if len(targets) <= room else targets[: max(0, room - 1)]
    for y, name in enumerate(shown_targets, start=row + 1):
        text = f"{name} {number(state.view.given[name], layout.digits)}"
        canvas.put(layout.loss, y, text, sheet.style(name, Style.DIM))
    if left_out := len(targets) - len(shown_targets):
        canvas.put(layout.loss, row + 1 + len(shown_targets), f"⋮ {left_out} more", Style.DIM)


def draw_events(sheet: Sheet) -> None:
    """What happened, in words, as near to its node as there is room: what blocks, and what the loss did."""
    found = events(sheet.state)
    spots = {name: (column.x, y + 2) for column in _columns(sheet) for name, y in _placed(column)}
    dead = {event.node for event in found if event.kind is Kind.DEAD}
    for kind, word in _BLOCKED_WORDS:
        hidden = dead if kind is Kind.GATE_CLOSED else ()  # one word for each node
        nodes = [event.node for event in found if event.kind is kind and event.node not in hidden]
        if nodes:
            spot = next((spots[node] for node in reversed(nodes) if node in spots), (2, sheet.canvas.height - 1))
            style = Style.EVENT if kind is Kind.SATURATED else Style.BLOCKED
            put_near(sheet.canvas, spot, (f"{word} at {listed(nodes)}", f"{word} at {nodes[-1]}", word), style)
    text = "  ".join(EVENT_WORDS[event.kind] for event in found if event.kind in EVENT_WORDS)
    if text:
        spot = (sheet.layout.loss or sheet.canvas.width, sheet.layout.loss_row + 1)
        put_near(sheet.canvas, spot, (text,), Style.EVENT)


def _placed(column: Column) -> Iterator[tuple[str, int]]:
    return zip(column.names, column.window.rows, strict=True)


def _columns(sheet: Sheet) -> list[Column]:
    return [view.answers for view in sheet.layout.layers] or [sheet.layout.sources]


def put_near(canvas: Canvas, spot: tuple[int, int], texts: tuple[str, ...], style: Style) -> None:
    """Write the first of `texts` that fits anywhere, as near to `spot` (column, row) as there is room for it."""
    for text in texts:
        free = []
        for y in range(canvas.height):
            for first, last in canvas.blanks(y, len(text) + 4):
                x = min(max(spot[0], first + 2), last - 2 - len(text))
                free.append((abs(y - spot[1]) * 4 + abs(x - spot[0]), x, y))
        if free:
            _, x, y = min(free)
            canvas.put(x, y, text, style)
            return
