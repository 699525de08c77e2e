"""The picture of a network: values run right in thin lines, gradients stand under their nodes and run left."""

from collections.abc import Iterator
from itertools import pairwise

from backprop_tui.core.backprop import Phase, gradient_name, local_name
from backprop_tui.core.expression import names
from backprop_tui.core.models.dense import LOSS
from backprop_tui.present.canvas import Canvas, Place, Style
from backprop_tui.present.contributions import contributions_to
from backprop_tui.present.events import EVENT_WORDS, Kind, events
from backprop_tui.present.graph.network_layout import Layout, NodeColumn, layout_for
from backprop_tui.present.graph.wires import DOUBLE, LIGHT, Wires
from backprop_tui.present.numbers import in_words, number
from backprop_tui.present.sentences import listed
from backprop_tui.present.visibility import Mark, cell, put_cell
from backprop_tui.stepper.state import State

_BUS = 4  # cells from the bus to the node that it leads to: "┬─▶" and the mark


def network_canvas(state: State, width: int, height: int) -> Canvas:
    """The network at the position of `state`, in `height` rows (at least 6) of `width` cells."""
    return _Picture(state, width, height).draw()


def network_note(state: State, width: int, height: int) -> str:
    """Which part of the network the picture shows, where it is not all."""
    return layout_for(state, width, height).note


class _Picture:
    """One drawing: the state, its layout and the canvas it goes on."""

    def __init__(self, state: State, width: int, height: int) -> None:
        self.state = state
        self.layout: Layout = layout_for(state, width, height)
        self.canvas = Canvas(width, height)
        stage = state.position.stage
        self.rule = state.timeline.rules[stage - 1] if stage else None
        self.used = frozenset(self.operands(stage)) if stage else frozenset()

    def draw(self) -> Canvas:
        self.draw_edges()
        self.draw_loss()
        for column in self.layout.columns:
            for name, y in zip(column.names, column.rows, strict=True):
                self.draw_node(column, name, y)
        self.draw_weights()
        self.draw_links()
        self.draw_contributions()
        self.draw_events()
        return self.canvas

    def operands(self, stage: int) -> Iterator[str]:
        """What the rule of `stage` is made from; for what has no place in the picture, what that is made from."""
        graph, find = self.state.timeline.graph, self.state.timeline.find
        for name in self.state.timeline.operands(stage):
            drawn = name in graph.by_name or any(name == gradient_name(graph, node.name) for node in graph.computed)
            if drawn or not find(name):
                yield name
            else:
                yield from self.operands(find(name))

    def draw_node(self, column: NodeColumn, name: str, y: int) -> None:
        """A node's name, its value, and under it its gradient."""
        self.canvas.put(column.x, y, name)
        stage = self.state.timeline.find(name)
        if stage:
            self.canvas.places.append(Place(column.x, y, len(name), stage))
        self.put_number(column.x, y + 1, name)
        gradient = f"dL_d{name}"
        if self.state.timeline.find(gradient):
            self.put_number(column.x, y + 2, gradient)

    def put_number(self, x: int, y: int, quantity: str) -> None:
        stage = self.state.timeline.find(quantity)
        if not stage:  # an input: given from the start
            self.canvas.put(x, y, number(self.state.view.given[quantity]), self.style_of(quantity, Style.PLAIN))
            return
        shown = cell(self.state, stage)
        end = put_cell(self.canvas, x, y, shown)
        if quantity in self.used and shown.mark is Mark.DONE:
            self.canvas.put(x, y, shown.number[: end - x], Style.USED)

    def style_of(self, quantity: str, otherwise: Style) -> Style:
        return Style.USED if quantity in self.used else otherwise

    def text_of(self, name: str) -> str:
        """A node's number, as far as it may be seen."""
        stage = self.state.timeline.find(name)
        return cell(self.state, stage).number if stage else number(self.state.view.given[name])

    def after(self, column: NodeColumn, name: str) -> int:
        """The column from which a line may leave a node: behind its number and a blank."""
        return column.x + len(self.text_of(name)) + 1

    def draw_edges(self) -> None:
        """Thin lines, drawn from the start: a dense layer is one bus, and every z leads to its a."""
        wires = Wires(LIGHT, Style.FORWARD)
        for index, (left, right) in enumerate(pairwise(self.layout.columns)):
            leaving = [(self.after(left, name), y + 1) for name, y in zip(left.names, left.rows, strict=True)]
            if index % 2:
                for x, y in leaving:
                    wires.across(x, right.x - 2, y)
                continue
            bus, entering = right.x - _BUS, [y + 1 for y in right.rows]
            for x, y in leaving:
                wires.across(x, bus, y)
            for y in entering:
                wires.across(bus, right.x - 2, y)
            rows = [y for _, y in leaving] + entering
            wires.down(bus, min(rows), max(rows))
        wires.draw(self.canvas)
        for column in self.layout.columns[1:]:
            for y in column.rows:
                self.canvas.put(column.x - 2, y + 1, "▶", Style.FORWARD)

    def draw_loss(self) -> None:
        """L with the targets below it, where the last layer is in view."""
        layout, state = self.layout, self.state
        if layout.loss is None:
            return
        last = layout.columns[-1]
        bus = last.end + 2
        wires = Wires(LIGHT, Style.FORWARD)
        rows = [y + 1 for y in last.rows]
        for name, y in zip(last.names, rows, strict=True):
            wires.across(self.after(last, name), bus, y)
        wires.down(bus, min(*rows, layout.loss_row), max(*rows, layout.loss_row))
        wires.across(bus, bus + 1, layout.loss_row)
        wires.draw(self.canvas)
        self.canvas.put(bus + 1, layout.loss_row, "▶", Style.FORWARD)
        self.canvas.put(layout.loss, layout.loss_row - 1, "L")
        stage = state.timeline.find(LOSS)
        self.canvas.places.append(Place(layout.loss, layout.loss_row - 1, 1, stage))
        shown = cell(state, stage)
        end = put_cell(self.canvas, layout.loss, layout.loss_row, shown)
        if shown.known:
            word = in_words(state.view.known[LOSS]).removeprefix(shown.text)
            self.canvas.put(end, layout.loss_row, word, Style.EVENT)
        targets = [name for name in state.view.given if name.startswith("y")]
        for index, name in enumerate(targets[: self.canvas.height - layout.loss_row - 1]):
            y = layout.loss_row + 1 + index
            self.canvas.put(layout.loss, y, f"{name} {number(state.view.given[name])}", self.style_of(name, Style.DIM))

    def draw_weights(self) -> None:
        """The weights that the stage at hand is about, each on the line from what it weighs, where there is room."""
        graph, given = self.state.timeline.graph, self.state.view.given
        if self.rule is None or (self.rule.phase is Phase.CHAIN and graph.by_name[self.rule.node].args):
            return
        about = names(self.rule.expression) | {self.rule.node, self.rule.argument}
        for left, right in list(pairwise(self.layout.columns))[::2]:
            for z in right.names:
                args = graph.by_name[z].args
                half = len(args) // 2
                for weight, source in zip(args[:half], args[half:-1], strict=True):
                    if weight in about and source in left.names:
                        y = left.rows[left.names.index(source)] + 1
                        self.put_on_line(self.after(left, source) + 1, y, number(given[weight]), right.x - _BUS)

    def put_on_line(self, x: int, y: int, text: str, before: int) -> None:
        """A number that rides on a line, a blank to both sides, where it fits before column `before`."""
        if x + len(text) + 2 <= before:
            end = self.canvas.put(self.canvas.put(x, y, " "), y, text, Style.USED)
            if self.canvas.character(end, y) != "╪":  # what crosses here stays whole
                self.canvas.put(end, y, " ")

    def draw_links(self) -> None:
        """``◀═`` from an a's gradient to its z's, once that is computed; broken where the activation blocks it."""
        graph = self.state.timeline.graph
        for left, right in list(pairwise(self.layout.columns))[1::2]:
            for z, a, y in zip(left.names, right.names, left.rows, strict=True):
                gradient = cell(self.state, self.state.timeline.find(f"dL_d{z}"))
                if gradient.known:
                    slope = cell(self.state, self.state.timeline.find(local_name(graph, a, z)))
                    style, line = (Style.BLOCKED, "╌") if slope.word else (Style.BACKWARD, "═")
                    start = left.x + len(gradient.number) + 1
                    self.canvas.put(start, y + 2, "◀" + line * (right.x - 2 - start - 1), style)

    def draw_contributions(self) -> None:
        """The contributions to the gradient just computed, each on the line that brings it, up to where they meet."""
        if self.rule is None or self.rule.phase is not Phase.CHAIN:
            return
        for index in range(2, len(self.layout.columns) - 1, 2):
            left, right = self.layout.columns[index], self.layout.columns[index + 1]
            if self.rule.node in left.names:
                self.draw_fan(left, right, self.rule.node)

    def draw_fan(self, left: NodeColumn, right: NodeColumn, name: str) -> None:
        values = {one.via: one.value for one in contributions_to(self.state.view, name)}
        target = left.rows[left.names.index(name)] + 2
        sources = [(y + 2, values[z]) for z, y in zip(right.names, right.rows, strict=True) if z in values]
        start = left.x + len(cell(self.state, self.state.timeline.find(f"dL_d{name}")).number) + 1
        branch = left.end + 3
        wires = Wires(DOUBLE, Style.BACKWARD)
        wires.across(start, branch, target)
        for y, _ in sources:
            wires.across(branch, right.x - 2, y)
        rows = [target, *(y for y, _ in sources)]
        wires.down(branch, min(rows), max(rows))
        wires.draw(self.canvas)
        self.canvas.put(start, target, "◀", Style.BACKWARD)
        for y, value in sources:
            self.put_on_line(branch + 2, y, number(value), right.x)

    def draw_events(self) -> None:
        """What happened, in words, below the nodes: what blocks on the left, what the loss did on the right."""
        y = self.layout.foot
        if y >= self.canvas.height:
            return
        found = events(self.state)
        x = 2
        for kind, word in ((Kind.GATE_CLOSED, "gate closed"), (Kind.FLAT, "flat"), (Kind.SATURATED, "saturated")):
            nodes = [event.node for event in found if event.kind is kind]
            if nodes:
                text = f"╳ {word} at {listed(nodes)}" if kind is not Kind.SATURATED else f"{word} at {listed(nodes)}"
                style = Style.EVENT if kind is Kind.SATURATED else Style.BLOCKED
                x = self.canvas.put(x, y, text, style) + 3
        text = "  ".join(EVENT_WORDS[event.kind] for event in found if event.kind in EVENT_WORDS)
        if text and self.canvas.is_blank(self.canvas.width - len(text) - 2, y, len(text) + 2):
            self.canvas.put(self.canvas.width - len(text) - 1, y, text, Style.EVENT)
