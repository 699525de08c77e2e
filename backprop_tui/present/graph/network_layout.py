"""What of a network is in view at a stage, and where it stands: whole where it fits, else around what it is about."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import NamedTuple

from backprop_tui.core.backprop import Phase
from backprop_tui.present.graph.measured import measured
from backprop_tui.present.graph.network_choices import Form, choices
from backprop_tui.present.graph.network_nodes import Focus, LayerNodes, Network, focus_of, network_of
from backprop_tui.present.graph.network_rows import Grid, Window, apart, grid_for, window_over
from backprop_tui.present.graph.network_widths import NEEDS, LayerWidths, Needs, Widths, widths_of
from backprop_tui.present.numbers import DIGITS
from backprop_tui.stepper.history import Pass
from backprop_tui.stepper.state import State

BUS = 3  # cells from the bus to the node it leads to: the bus, the arrow head, the mark
_PLAIN_GAP = 2 + BUS  # a gap without weights: a blank and a cell of wire before the bus
_STEP = 4  # from a z to its a: a blank, "─▶", the mark
TURN = 2  # cells from where the lines back meet to the bus, where all z's lead to all a's
_JOINED_STEP = 2 + TURN + BUS  # from those z's to those a's: a blank and an arrow head before that
_JOIN = 1 + BUS  # from the last a to L: a blank before the bus
_CUT_LEFT, _CUT_RIGHT = 3, 4  # "⋮─▶" before, " ─▶⋮" behind what is in view, where layers are left out
TAP = 3  # from a node to where its wires part, where each is drawn for itself
MEETING = 5  # from a column to what rides on the lines that meet behind it: two cells, the meeting, one, a blank
BESIDE = 3  # from a bias to what stands beside it: " ←●" or three blanks
_MARGIN = 2  # before the first column: a blank and the mark
_NODE_ROWS = 8  # fewer hold no two wires above each other
_MOST_AIR = 8  # cells by which a gap may grow where there is room


class Details(NamedTuple):
    """Which numbers of a layer are in view besides its nodes."""

    weights: bool
    biases: bool
    slopes: bool


@dataclass(frozen=True)
class Column:
    """Nodes of one kind above each other, from column `x` in `width` cells."""

    names: tuple[str, ...]
    window: Window
    x: int
    width: int

    @property
    def end(self) -> int:
        """The column after the widest number."""
        return self.x + self.width


@dataclass(frozen=True)
class LayerView:
    """A layer in view: its z's and a's, the bus that feeds them, and `carrier`, whose weights ride on the wires.

    `weight` is the column of those weights, None where none ride.  Where every wire is drawn for itself, all weights
    ride, and each z has a bus of its own in one of the columns `buses`.  `bias_name` is how much of a bias's name there
    is room for below its z, 0 where no bias is in view.
    """

    number: int
    nodes: LayerNodes
    sums: Column
    answers: Column
    bus: int
    weight: int | None
    carrier: int
    buses: tuple[int, ...]
    widths: LayerWidths
    bias_name: int

    @property
    def joint(self) -> int:
        """The column of the bus from all z's to all a's, where the layer is joined."""
        return self.answers.x - BUS

    @property
    def is_shared(self) -> bool:
        """Whether the weights of `carrier` ride on wires that lead to other neurons, too."""
        return self.weight is not None and not self.buses and self.sums.window.size > 1

    @property
    def sums_end(self) -> int:
        """The column after the widest number of a z; the count of those out of view may be wider."""
        return self.sums.x + self.widths.sum

    @property
    def holds_parts(self) -> bool:
        """Whether there is room for numbers between the z's and the a's of a joined layer."""
        return self.joint > self.sums_end + MEETING + self.widths.slope


@dataclass(frozen=True)
class Layout:
    """The columns in view, left to right: `sources` feed the first of `layers` (or the loss), `loss` is L's column.

    `loss_bus` is where the last layer's answers meet; `digits` are those of the numbers, fewer where the room is small.
    """

    sources: Column
    layers: tuple[LayerView, ...]
    first: int
    count: int
    loss: int | None
    loss_bus: int
    loss_row: int
    digits: int
    focus: Focus

    @property
    def outputs(self) -> Column:
        """The last column before the loss."""
        return self.layers[-1].answers if self.layers else self.sources

    @property
    def cut_left(self) -> bool:
        """Whether layers before the first column are out of view."""
        return self.first > 1

    @property
    def cut_right(self) -> bool:
        """Whether what comes after the last column is out of view."""
        return self.loss is None

    def before(self, view: LayerView) -> Column:
        """The column that feeds a layer in view."""
        index = self.layers.index(view)
        return self.layers[index - 1].answers if index else self.sources


def layout_for(state: State, width: int, height: int) -> Layout:
    """The layout for the stage at hand in `height` rows (at least 6) of `width` cells."""
    stage = state.position.stage
    phase = state.timeline.rules[max(stage, 1) - 1].phase
    return _layout(state.view, measured(state), focus_of(state), phase, width, height)


@lru_cache(maxsize=24)
def _layout(one: Pass, passes: tuple[Pass, ...], focus: Focus, phase: Phase, width: int, height: int) -> Layout:
    network = network_of(one)
    whole = _single(network, passes, focus, width, height) or _whole(network, passes, focus, phase, width, height)
    if whole:
        return whole
    for digits in range(DIGITS, 0, -1):
        plans = [_Plan(network, widths_of(passes, digits, needs), focus, height, digits) for needs in NEEDS[phase]]
        for forms, shown, full in choices(network, focus, width):
            for plan, form in product(plans, forms):
                layout, end = plan.placed(shown, full, form=form)
                if end <= width:
                    return plan.placed(shown, full, width - end, form=form)[0]
    return layout


def _whole(
    network: Network, passes: tuple[Pass, ...], focus: Focus, phase: Phase, width: int, height: int
) -> Layout | None:
    """All layers with all their weights, in one place for the whole pass if there is room, or else for the phase.

    Columns hold from pass to pass, too, unless the room is only enough for the numbers of the last of `passes`.
    """
    shown = range(1, len(network.layers) + 2)
    full = frozenset(shown[:-1])
    tries = [
        (passes, Needs.PASS | Needs.FACTORS | Needs.NAMES),
        (passes, Needs.PASS),
        *((passes, needs) for needs in NEEDS[phase]),
    ]
    tries += [(passes[-1:], needs) for needs in NEEDS[phase] if Needs.NAMES in needs or Needs.STEPS not in needs]
    for some, needs in tries:
        plan = _Plan(network, widths_of(some, DIGITS, needs), focus, height, DIGITS)
        for form in (Form.WHOLE, Form.SHORT):
            end = plan.placed(shown, full, form=form)[1]
            if end <= width:
                return plan.placed(shown, full, width - end, form=form)[0]
    return None


def heights_for(state: State, width: int, most: int) -> tuple[int, ...]:
    """The heights, ascending up to `most`, from which more wires are drawn one by one; none where they find no room."""
    found: list[int] = []
    sizes, before = _sizes(network_of(state.view)), 0
    for height in range(_NODE_ROWS, most + 1):
        single = sum(drawn for _, drawn in apart(sizes, height))
        if single > before:
            if not found and _single(network_of(state.view), measured(state), Focus(1), width, height) is None:
                return ()
            found.append(height)
            before = single
    return tuple(found)


def _single(network: Network, passes: tuple[Pass, ...], focus: Focus, width: int, height: int) -> Layout | None:
    """The whole network with wires drawn one by one, where there is room for that."""
    windows = apart(_sizes(network), height)
    if not windows:
        return None
    plan = _Plan(network, widths_of(passes, DIGITS), focus, height, DIGITS)
    items = range(1, len(network.layers) + 2)
    end = plan.placed(items, frozenset(items), windows=windows)[1]
    return plan.placed(items, frozenset(items), width - end, windows=windows)[0] if end <= width else None


def _sizes(network: Network) -> tuple[int, ...]:
    return (len(network.layers[0].sources), *(len(layer.sums) for layer in network.layers))


_Windows = tuple[tuple[Window, bool], ...]


class _Plan:
    """What a layout is made from: the network, how wide its numbers are, what the stage is about, and the height."""

    def __init__(self, network: Network, widths: Widths, focus: Focus, height: int, digits: int) -> None:
        self.network, self.widths, self.focus, self.height, self.digits = network, widths, focus, height, digits
        self.layers = len(network.layers)

    def placed(
        self, shown: range, full: frozenset[int], spare: int = 0, *, form: Form = Form.WHOLE, windows: _Windows = ()
    ) -> tuple[Layout, int]:
        """The columns for the items `shown`, the weights of the layers `full` in view; and the column after the last.

        `windows` are the rows of all columns where wires are drawn one by one.  `spare` cells are shared between the
        gaps, what is too much for them before the first column and behind the last.
        """
        gaps = 2 * sum(item <= self.layers for item in shown) + 1
        air = min(_MOST_AIR, spare // gaps)
        x = _MARGIN + (_CUT_LEFT if shown.start > 1 else 0) + (spare - air * gaps) // 2
        numbers = [number for number in shown if number <= self.layers]
        nodes = [self.network.layers[number - 1].sums for number in numbers]
        before = self.network.layers[min(shown.start, self.layers) - 1]
        first = before.sources if numbers else before.answers
        grid = grid_for(max(map(len, (first, *nodes))), self.height)
        sources = self.sources(shown.start, x, grid, windows)
        end, column = sources.end, sources
        views = []
        for number in numbers:
            views.append(self.layer(number, column, grid, windows, air=air, weighted=number in full, form=form))
            column = views[-1].answers
            end = column.end
        loss = None
        loss_bus = end + 1 + air // 2
        if shown[-1] > self.layers:
            loss = end + _JOIN + air
            end = loss + self.loss_width()
        else:
            end += _CUT_RIGHT
        rows = column.window.rows
        lowest = self.height - 2 - min(len(self.network.targets), self.height - 2)
        loss_row = max(0, min((rows[0] + rows[-1]) // 2, lowest))
        return Layout(
            sources, tuple(views), shown.start, self.layers, loss, loss_bus, loss_row, self.digits, self.focus
        ), end

    def loss_width(self) -> int:
        """The cells of L and the targets below it, those without a row counted."""
        count = len(self.network.targets)
        return max(self.widths.loss, len(f"⋮ {count} more") if count > self.height - 2 else 0)

    def sources(self, first: int, x: int, grid: Grid, windows: _Windows) -> Column:
        """The column that feeds layer `first`; for the loss, the answers of the last layer."""
        if first > self.layers:
            names, width = self.network.layers[-1].answers, self.widths.layers[-1].answer
        else:
            names, width = self.network.layers[first - 1].sources, self.widths.layers[first - 1].source
        at = self.focus.source if self.focus.item == first else 1
        window = windows[0][0] if windows else window_over(len(names), at, grid, with_bias=False)
        return _column(names, window, x, width)

    def layer(
        self, number: int, before: Column, grid: Grid, windows: _Windows, *, air: int, weighted: bool, form: Form
    ) -> LayerView:
        """Layer `number`, fed by the column `before`."""
        nodes, widths, focus = self.network.layers[number - 1], self.widths.layers[number - 1], self.focus
        at = focus.neuron if focus.item == number else focus.source if focus.item == number + 1 else 1
        window = windows[number][0] if windows else window_over(len(nodes.sums), at, grid, with_bias=weighted)
        count = len(nodes.sums) if windows and windows[number - 1][1] else 0
        far = window  # the answers in view: others than the z's where the stage is about both
        if nodes.joined and not windows and focus.item == number and focus.answer:
            far = window_over(len(nodes.answers), focus.answer, grid, with_bias=weighted)
        details = self.details(number, weighted=weighted, form=form)
        weight, gap, bias_name = None, _PLAIN_GAP, 0
        if details.weights:
            above = widths.new_weight - (before.width + 1 + widths.weight - len(before.names[-1]))
            lead = max(0, above, widths.passed + 2 - before.width if widths.passed else 0)
            brought = max(widths.brought, len(window.hidden_text)) if widths.brought else 0
            gap = max(3 + lead + widths.weight + 1 + BUS, MEETING + brought + 1 + BUS)
            weight = before.end + 3 + lead + air // 2
            if count:  # a tap before the weights, with a new value each its whole name, and a bus for each z
                weight = before.end + TAP + 3 + lead + air // 2
                above = max(widths.weight, len(nodes.weights[-1][-1]) + widths.new_weight - 1, brought)
                gap = TAP + 3 + lead + above + 2 * count + 1 + BUS
        if details.biases:
            below = window.rows[-1] + 3 not in (self.height, window.mark)
            bias_name = 1 if form is not Form.WHOLE and below else len(nodes.biases[-1])
        step = _step(widths, bias_name, len(window.hidden_text), details, joined=nodes.joined)
        x = before.end + gap + air
        buses = tuple(x - BUS - 1 - 2 * (count - index) for index in range(1, count + 1))
        sums = _column(nodes.sums, window, x, widths.sum)
        answers = _column(nodes.answers, far, sums.end + step + air, widths.answer)
        return LayerView(number, nodes, sums, answers, x - BUS, weight, at, buses, widths, bias_name)

    def details(self, number: int, *, weighted: bool, form: Form) -> Details:
        """What of layer `number` is in view besides its nodes."""
        joined, focus = self.network.layers[number - 1].joined, self.focus
        if not (weighted and joined and form is Form.SPLIT):
            return Details(weighted, weighted, weighted)
        across, bias = focus.joint or focus.answer > 0, focus.bias
        return Details(not across and not bias, bias, across) if focus.item == number else Details(True, False, False)


def _step(widths: LayerWidths, bias_name: int, mark: int, details: Details, *, joined: bool) -> int:
    """The cells from the z's to the a's of a layer, where the count of those out of view takes `mark` cells."""
    bias = bias_name + 1 + widths.bias + BESIDE + widths.beside_bias if bias_name else 0
    if not joined:
        slope = widths.slope + 5 if details.slopes else 0
        return max(_STEP, slope - widths.sum, bias - widths.sum - max(widths.answer, mark))
    parts = MEETING + widths.slope + 1 + BUS if details.slopes else 0
    inner = max(parts, bias - widths.sum + TURN + 1 + BUS if bias else 0)
    return max(_JOINED_STEP, inner - max(0, mark - widths.sum))  # the lines back end before that count


def _column(names: Sequence[str], window: Window, x: int, width: int) -> Column:
    shown = tuple(names[window.first : window.first + len(window.rows)])
    return Column(shown, window, x, max(width, len(window.hidden_text)))
