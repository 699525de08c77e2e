"""The picture of one neuron: forward from left to right in thin lines, backward from right to left in double ones."""

from collections.abc import Sequence

from backprop_tui.core.models.dense import LOSS
from backprop_tui.core.ops import ACTIVATIONS
from backprop_tui.present.canvas import Canvas, Place, Style
from backprop_tui.present.events import EVENT_WORDS, events
from backprop_tui.present.formulas import symbol
from backprop_tui.present.graph.measured import measured
from backprop_tui.present.graph.neuron_layout import (
    ARROW,
    Columns,
    Kept,
    Rows,
    aligned,
    columns_for,
    input_names,
    label,
    rows_for,
    target_label,
    weight_names,
)
from backprop_tui.present.graph.training_steps import Step, step_in_view, steps_of
from backprop_tui.present.graph.wires import DOUBLE, LIGHT, Wires
from backprop_tui.present.numbers import in_words
from backprop_tui.present.visibility import Cell, cell, numbers_text, put_cell, rule_text
from backprop_tui.stepper.history import Pass
from backprop_tui.stepper.state import State

_UNSPACED = 7  # rows of the picture of one input, without air
_RULE_ROOM = 20  # a longer rule would run into the next link's


def neuron_canvas(state: State, width: int, height: int) -> Canvas:
    """The neuron at the position of `state`, in `height` rows (at least 6) of `width` cells."""
    return _Picture(state, width, height).draw()


def inputs_in_view(state: State, height: int) -> range:
    """The inputs (numbers from 0) that the picture shows: those around the stage in view, where not all fit."""
    names = weight_names(state.view)
    shown = rows_for(len(names), height).inputs
    if shown == len(names):
        return range(shown)
    rules, here = state.timeline.rules, state.position.stage
    last = rules[here - 1] if here else None
    near = last.argument or last.node if last else ""
    if near not in names:  # not at one weight: look ahead to the one that comes next, else keep to the first
        near = next((r.argument or r.node for r in rules[here : here + 1] if (r.argument or r.node) in names), names[0])
        near = names[-1] if last and (last.argument or last.node) == "b" else near
    step = max(1, shown - 1)  # windows overlap by one input, so that the next one is in view, too
    first = min(names.index(near) // step * step, len(names) - shown)
    return range(first, first + shown)


class _Picture:
    """One drawing: the state, its layout and the canvas it goes on."""

    def __init__(self, state: State, width: int, height: int) -> None:
        self.state = state
        self.one: Pass = state.view
        view = inputs_in_view(state, height)
        self.rows: Rows = rows_for(len(weight_names(self.one)), height)
        self.at: Columns = columns_for(measured(state), self.rows, width)
        if self.rows.spaced and not self.at.ruled:  # with the numbers put in below the rules there is no room
            self.rows = rows_for(1, _UNSPACED)
            self.at = columns_for(measured(state), self.rows, width)
        self.inputs = [input_names(self.one)[index] for index in view]
        self.weights = [weight_names(self.one)[index] for index in view]
        self.canvas = Canvas(width, height)
        self.forward = Wires(LIGHT, Style.FORWARD)

    def draw(self) -> Canvas:
        self.draw_givens()
        self.draw_nodes()
        self.draw_links()
        self.draw_walk()
        self.draw_workings()
        self.draw_events()
        return self.canvas

    def cell(self, quantity: str) -> Cell:
        return cell(self.state, self.one.timeline.find(quantity), self.at.digits)

    def aligned(self, names: tuple[str, ...]) -> dict[str, str]:
        """The given numbers of `names` as they stand below each other."""
        return dict(zip(names, aligned(self.at.passes, names, self.at.digits), strict=True))

    def draw_givens(self) -> None:
        """Inputs, weights and bias, each with its line to where they meet; a new value's line is cut."""
        rows, at, names = self.rows, self.at, [*self.weights, "b"]
        inputs, weights = input_names(self.one), weight_names(self.one)
        joined = [rows.label]
        if rows.x is not None:
            texts = self.aligned((*inputs, *weights, "b", "y"))
            self.canvas.put(at.weight, rows.x, self.inputs[0])
            self.forward.across(self.canvas.put(at.value, rows.x, texts[self.inputs[0]]) + 1, at.bus, rows.x)
            joined.append(rows.x)
        else:
            texts = self.aligned((*weights, "b"))
            given = self.aligned(inputs)
            for y, name in zip(rows.givens, self.inputs, strict=False):
                end = self.canvas.put(2, y, f"{name.ljust(len(inputs[-1]))} {given[name]}")
                self.forward.across(end + 1, at.weight - 2, y)
        if rows.mark is not None:
            end = self.canvas.put(2, rows.mark, f"⋮ {len(inputs) - len(self.inputs)} more", Style.DIM)
            self.forward.across(end + 1, at.bus, rows.mark)
            joined.append(rows.mark)
        for y, name in zip(rows.givens, names, strict=True):
            end, seen_by_z = self.put_parameter(y, name, texts[name])
            if seen_by_z:
                self.forward.across(end + 1, at.bus, y)
                joined.append(y)
        self.forward.down(at.bus, min(joined), max(joined))

    def put_parameter(self, y: int, name: str, text: str) -> tuple[int, bool]:
        """A parameter's name and value, and what comes of its gradient: ``w  1.5 m ●−0.2``, then ``w  1.5 → ●1.6``.

        The column after, and whether z sees the parameter there.
        """
        step, at = step_in_view(self.state, name, ARROW), self.at
        new = self.step_cell(step) if step else None
        if new is None or not new.known or at.kept is not Kept.NOTHING:
            self.canvas.put(at.weight, y, name)
        if step is None or new is None:
            return self.canvas.put(at.value, y, text), True
        if at.kept is Kept.VALUE or not new.known:
            end = self.canvas.put(at.value, y, text)
            end = self.canvas.put(end, y, f" {step.name} " if at.kept is Kept.VALUE else " ", Style.DIM)
        else:
            end = self.canvas.put(at.value, y, step.name, Style.DIM) if at.kept is Kept.NAME else at.weight
        return put_cell(self.canvas, end + 1, y, new), not new.known

    def draw_nodes(self) -> None:
        """z, a and L with their rules, and below each its number."""
        rows, at = self.rows, self.at
        for name, x in (("z", at.z), ("a", at.a), (LOSS, at.loss)):
            text = label(self.one, name, ruled=at.ruled)
            shown = self.cell(name)
            self.canvas.put(x, rows.label, text)
            self.canvas.places.append(Place(x, rows.label, len(text), self.one.timeline.find(name)))
            if rows.numbers is not None and shown.known:
                self.canvas.put(x + 2, rows.numbers, f"= {numbers_text(self.one, self.one.timeline.find(name))}")
                self.canvas.put(x + 2, rows.value, "=")
            end = put_cell(self.canvas, x + (4 if rows.numbers is not None and shown.known else 0), rows.value, shown)
            value = self.one.known[name]
            if shown.known and at.ruled:  # the word for a value that is not finite
                self.canvas.put(end, rows.value, in_words(value).removeprefix(shown.text), Style.EVENT)
        self.forward.across(at.bus, at.z - 2, rows.label)
        self.forward.across(at.z + len(label(self.one, "z", ruled=at.ruled)) + 1, at.a - 2, rows.label)
        self.forward.across(at.a + len(label(self.one, "a", ruled=at.ruled)) + 1, at.join, rows.label)
        self.forward.across(at.join, at.loss - 2, rows.label)
        self.draw_target()
        self.forward.draw(self.canvas)
        for x in (at.z, at.a, at.loss):
            self.canvas.put(x - 2, rows.label, "▶", Style.FORWARD)

    def draw_target(self) -> None:
        """The target, on the left with the other givens, or under a where the left is taken."""
        rows, at = self.rows, self.at
        x = at.weight if rows.x is not None else at.a
        one_input = (*input_names(self.one), *weight_names(self.one), "b", "y")
        text = self.aligned(one_input if rows.x is not None else ("y",))["y"]
        end = self.canvas.put(x, rows.target, f"{target_label(at.kept)}{text}")
        self.forward.across(end + 1, at.join, rows.target)
        self.forward.down(at.join, rows.label, rows.target)

    def draw_links(self) -> None:
        """The derivatives: gradients on the left, then the links back to L, each where the walk passes it."""
        rows, at, width = self.rows, self.at, self.at.widths
        for y, name in zip(rows.links, [*self.weights, "b"], strict=True):
            self.put_link(at.gradient, y, f"dL_d{name}", width[0])
            self.put_link(at.z_link, y, f"dz_d{name}", width[1])
        self.put_link(at.a_link, rows.links[0], "da_dz", width[2])
        self.put_link(at.loss_link, rows.links[0], "dL_da", width[3])

    def put_link(self, x: int, y: int, quantity: str, width: int) -> None:
        """A derivative: its name, if there is room for it, and its number; in spaced rows its rule above."""
        stage, text = self.one.timeline.find(quantity), symbol(quantity)
        name_y = y - 1 if self.rows.spaced and x != self.at.gradient else y
        if self.at.named or x == self.at.gradient:
            end = self.canvas.put(x, name_y, text)
            self.canvas.places.append(Place(x, name_y, len(text), stage))
            rule = f" = {rule_text(self.one, stage)}"
            if name_y != y and len(rule) < _RULE_ROOM:
                self.canvas.put(end, name_y, rule, Style.DIM)
        put_cell(self.canvas, self.field(x), y, cell(self.state, stage), width)

    def field(self, x: int) -> int:
        """Where the number of the derivative at column x starts: behind its name, a blank and its mark."""
        if x == self.at.gradient or (self.at.named and x == self.at.z_link):
            return x + len("∂L/∂") + len(weight_names(self.one)[-1]) + 2
        return x + (len("∂L/∂a") + 2 if self.at.named else 1)

    def draw_walk(self) -> None:
        """The double lines that the chain rule has walked; beyond a blocked link a broken line carries nothing."""
        rows, at = self.rows, self.at
        names = [*self.weights, "b"]
        walked = [y for y, name in zip(rows.links, names, strict=True) if self.cell(f"dL_d{name}").known]
        if not walked:
            return
        first = rows.links[0]
        live = Wires(DOUBLE, Style.BACKWARD)
        live.down(at.turn, rows.value + 1, first)
        live.across(self.field(at.loss_link) + at.widths[3] + 1, at.turn, first)
        live.draw(self.canvas)
        self.arrow(self.field(at.a_link) + at.widths[2] + 1, at.loss_link, first, Style.BACKWARD, "═")
        self.draw_branches(walked, blocked=bool(self.cell("da_dz").word))

    def draw_branches(self, walked: Sequence[int], *, blocked: bool) -> None:
        """From ∂a/∂z on: to each gradient in the rows `walked` a line of its own."""
        at, first = self.at, self.rows.links[0]
        style, line = (Style.BLOCKED, "╌") if blocked else (Style.BACKWARD, "═")
        start = self.field(at.z_link) + at.widths[1] + 1
        branch = at.a_link - at.arrow - 2
        wires = Wires(DOUBLE, style)
        for y in walked:
            wires.across(start, branch, y)
        if walked[-1] > first:
            wires.down(branch, first, walked[-1])
            wires.across(branch, branch + 1, first)
        wires.draw(self.canvas)
        self.arrow(branch + 1, at.a_link, first, style, line)
        for y in walked:
            if blocked:  # a broken line has no corners: the branch keeps them, the rest is broken
                self.canvas.line(start, branch + (walked[-1] == first), y, line, style)
            self.arrow(self.field(at.gradient) + at.widths[0] + 1, at.z_link, y, style, line)

    def arrow(self, x: int, label_at: int, y: int, style: Style, line: str) -> None:
        """A line from column x back from the label at `label_at`, its arrow head just before the label."""
        head = label_at - 1 - self.at.arrow
        self.canvas.line(x, head, y, line, style)
        # Where rows are spaced the label is not in the way, and the line goes on to the number behind it.
        tail = self.field(label_at) - head - 3 if self.rows.spaced else self.at.arrow - 1
        self.canvas.put(head, y, "◀" + line * tail, style)

    def draw_workings(self) -> None:
        """In a row of their own, where there is one, the numbers that the one behind a parameter is made from."""
        stage, rows = self.state.position.stage, self.rows
        if rows.event is None or not stage:
            return
        rules, x = self.one.timeline.rules, self.at.weight
        for step in steps_of(self.one, ARROW).get(rules[stage - 1].node, ()):
            text = f"{rules[step.stage - 1].quantity} {self.step_cell(step).text}"
            if step.stage < stage and x + len(text) < self.at.turn - 1:
                self.canvas.places.append(Place(x, rows.event, len(text), step.stage))
                x = self.canvas.put(x, rows.event, text) + 2

    def step_cell(self, step: Step) -> Cell:
        return cell(self.state, step.stage, self.at.digits)

    def draw_events(self) -> None:
        """What happened, in words, where it happened: above a blocked link, or beside L."""
        rows, at = self.rows, self.at
        y = rows.target if rows.event is None else rows.event
        if self.cell("da_dz").word:
            is_gate = ACTIVATIONS[self.one.scenario.output.activation].blocked == "gate"
            self.put_event("╳ gate closed" if is_gate else "╳ flat", Style.BLOCKED, (at.a_link, y), (at.turn + 2, y))
        for event in events(self.state):
            if text := EVENT_WORDS.get(event.kind):
                beside, above = (at.turn + 2, y), (self.canvas.width - len(text) - 1, 0)
                self.put_event(text, Style.EVENT, beside, (beside[0], y - 1), (at.turn - len(text) - 1, y), above)

    def put_event(self, text: str, style: Style, *places: tuple[int, int]) -> None:
        """Write `text` at the first of `places` (column, row) that is free; the explanation says it in any case."""
        for x, y in places:
            if self.canvas.is_blank(x - 1, y, len(text) + 2):
                self.canvas.put(x, y, text, style)
                return
