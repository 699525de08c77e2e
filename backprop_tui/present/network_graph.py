"""The picture of a network: values run right in thin lines, gradients stand under their nodes and run left."""

from itertools import pairwise

from backprop_tui.core.backprop import Phase
from backprop_tui.core.models import LOSS
from backprop_tui.present.contributions import contributions_to
from backprop_tui.present.network_layout import Column, Layout, layout_for
from backprop_tui.present.numbers import in_words, number
from backprop_tui.present.picture import Canvas, Row, Style
from backprop_tui.present.seen import Mark, cell, put_cell
from backprop_tui.present.wires import DOUBLE, LIGHT, Wires
from backprop_tui.stepper.state import State


def network_rows(state: State, width: int, height: int) -> tuple[Row, ...]:
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
        self.used = self.operands()

    def draw(self) -> tuple[Row, ...]:
        self.draw_edges()
        self.draw_loss()
        for column in self.layout.columns:
            for name, y in zip(column.names, column.rows, strict=True):
                self.draw_node(column, name, y)
        self.draw_links()
        self.draw_contributions()
        return self.canvas.rows()

    def operands(self) -> frozenset[str]:
        """The quantities that the rule just computed refers to: they are marked where they stand."""
        stage = self.state.position.stage
        return self.state.timeline.operands(stage) if stage else frozenset()

    def draw_node(self, column: Column, name: str, y: int) -> None:
        """A node's name, its value, and under it its gradient."""
        self.canvas.put(column.x, y, name)
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

    def draw_edges(self) -> None:
        """Thin lines, drawn from the start: a dense layer is one bus, and every z leads to its a."""
        wires = Wires(LIGHT, Style.FORWARD)
        arrows = []
        for index, (left, right) in enumerate(pairwise(self.layout.columns)):
            if index % 2 == 0:
                bus = left.end + 1 + (index > 0)
                for y in left.rows:
                    wires.across(left.end + 1, bus, y + 1)
                for y in right.rows:
                    wires.across(bus, right.x - 3, y + 1)
                    arrows.append((right.x - 3, y + 1))
                rows = [y + 1 for y in (*left.rows, *right.rows)]
                wires.down(bus, min(rows), max(rows))
            else:
                for y in right.rows:
                    wires.across(left.end + 1, right.x - 3, y + 1)
                    arrows.append((right.x - 3, y + 1))
        wires.draw(self.canvas)
        for x, y in arrows:
            self.canvas.put(x, y, "▶", Style.FORWARD)

    def draw_loss(self) -> None:
        """L with the targets below it, where the last layer is in view."""
        layout, state = self.layout, self.state
        if layout.loss is None:
            return
        last = layout.columns[-1]
        bus = last.end + 1
        wires = Wires(LIGHT, Style.FORWARD)
        rows = [y + 1 for y in last.rows]
        for y in rows:
            wires.across(last.end, bus, y)
        wires.down(bus, min(*rows, layout.loss_row), max(*rows, layout.loss_row))
        wires.across(bus, bus + 1, layout.loss_row)
        wires.draw(self.canvas)
        self.canvas.put(bus + 1, layout.loss_row, "▶", Style.FORWARD)
        self.canvas.put(layout.loss, layout.loss_row - 1, "L")
        stage = state.timeline.find(LOSS)
        shown = cell(state, stage)
        end = put_cell(self.canvas, layout.loss, layout.loss_row, shown)
        if shown.known:
            word = in_words(state.view.known[LOSS]).removeprefix(shown.text)
            self.canvas.put(end, layout.loss_row, word, Style.EVENT)
        targets = [name for name in state.view.given if name.startswith("y")]
        for index, name in enumerate(targets[: self.canvas.height - layout.loss_row - 1]):
            y = layout.loss_row + 1 + index
            self.canvas.put(layout.loss, y, f"{name} {number(state.view.given[name])}", self.style_of(name, Style.DIM))

    def draw_links(self) -> None:
        """``◀═`` from an a's gradient to its z's, once that is computed; broken where the activation blocks it."""
        for left, right in list(pairwise(self.layout.columns))[1::2]:
            for z, a, y in zip(left.names, right.names, left.rows, strict=True):
                gradient = cell(self.state, self.state.timeline.find(f"dL_d{z}"))
                if gradient.known:
                    slope = cell(self.state, self.state.timeline.find(f"d{a}_d{z}"))
                    style, line = (Style.BLOCKED, "╌") if slope.word else (Style.BACKWARD, "═")
                    start = left.x + len(gradient.number) + 1
                    self.canvas.put(start, y + 2, "◀" + line * (right.x - 2 - start - 1), style)

    def draw_contributions(self) -> None:
        """The contributions to the gradient just computed, each on the line that brings it, up to where they meet."""
        stage = self.state.position.stage
        rule = self.state.timeline.rules[stage - 1] if stage else None
        if rule is None or rule.phase is not Phase.CHAIN:
            return
        for index in range(2, len(self.layout.columns) - 1, 2):
            left, right = self.layout.columns[index], self.layout.columns[index + 1]
            if rule.node in left.names:
                self.draw_fan(left, right, rule.node)

    def draw_fan(self, left: Column, right: Column, name: str) -> None:
        values = {one.via: one.value for one in contributions_to(self.state.view, name)}
        target = left.rows[left.names.index(name)] + 2
        sources = [(y + 2, values[z]) for z, y in zip(right.names, right.rows, strict=True) if z in values]
        start = left.x + len(cell(self.state, self.state.timeline.find(f"dL_d{name}")).number) + 1
        branch = left.end + 4
        wires = Wires(DOUBLE, Style.BACKWARD)
        wires.across(start, branch, target)
        for y, _ in sources:
            wires.across(branch, right.x - 3, y)
        rows = [target, *(y for y, _ in sources)]
        wires.down(branch, min(rows), max(rows))
        wires.draw(self.canvas)
        self.canvas.put(start, target, "◀", Style.BACKWARD)
        for y, value in sources:
            text = f" {number(value)} "
            self.canvas.put(branch + 2, y, text, Style.USED)
