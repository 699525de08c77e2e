"""What stands around the panels: title, phase bar, the rules between panels, the footer; and who gets which rows."""

from collections.abc import Sequence
from typing import NamedTuple

from rich.cells import cell_len

from backprop_tui.core.backprop import Phase
from backprop_tui.present.canvas import Row, Span, Style, width_of
from backprop_tui.present.commands import COMMANDS, Command
from backprop_tui.present.formulas import PHASE_NAMES, symbol
from backprop_tui.present.numbers import number
from backprop_tui.present.visibility import Mark, mark, rule_text
from backprop_tui.stepper.machine import Move
from backprop_tui.stepper.state import State

LEAST_WIDTH, LEAST_HEIGHT = 60, 18

SHORT_PHASE_NAMES = {**PHASE_NAMES, Phase.LOCAL: "local", Phase.CHAIN: "chain"}

LEGEND = f"{Mark.NOW} just computed  {Mark.NEXT} next  {Mark.LATER} not yet  ╳ blocked"
SHORT_LEGEND = f"{Mark.NOW} done  {Mark.NEXT} next  {Mark.LATER} not yet  ╳ blocked"

SHORTEST_LEGEND = f"{Mark.NOW} done  {Mark.NEXT} next"


def title_row(state: State, width: int) -> Row:
    """Row 1: which model, which position.  What does not fit is left out, the position last."""
    scenario, here = state.scenario, state.position
    activations = "/".join(dict.fromkeys(layer.activation for layer in scenario.layers))
    inputs = len(scenario.layers[0].weights[0])
    if scenario.is_neuron:
        shape = "one neuron" if inputs == 1 else f"one neuron, {inputs} inputs"
    else:
        shape = "-".join(str(count) for count in (inputs, *(len(layer.weights) for layer in scenario.layers)))
    parts = [scenario.name, shape, activations, scenario.loss, f"lr {number(scenario.learning_rate)}"]
    samples = len(scenario.samples)
    place = [f"epoch {here.epoch}", f"stage {here.stage} of {state.timeline.last}"]
    if samples > 1:
        place.insert(1, f"sample {here.sample} of {samples}")
    right = " · ".join(place)
    for dropped in (
        ([], [2], [1], [1, 2], [1, 2, 3], [1, 2, 3, 4], [0, 1, 2, 3, 4])
        if not scenario.is_neuron
        else ([], [1], [1, 3], [1, 2, 3], [1, 2, 3, 4], [0, 1, 2, 3, 4])
    ):
        left = " · ".join(part for index, part in enumerate(parts) if index not in dropped)
        if cell_len(left) + len(right) + 4 <= width:
            break
    gap = max(1, width - cell_len(left) - len(right) - 2)  # a scenario's name may have characters of two cells
    return ((f" {left}{' ' * gap}{right}", Style.TITLE),)


class Chip(NamedTuple):
    """A phase in the phase bar: the cells it takes (from `start` to before `end`) and its last stage."""

    spans: Row
    start: int
    end: int
    stage: int


def phase_chips(state: State, width: int) -> tuple[Chip, ...]:
    """The phases with a tick per stage, or with counts where ticks would not fit; the one at hand in capitals."""
    forms = ((PHASE_NAMES, " → ", False), (SHORT_PHASE_NAMES, "  ", False))
    counts = ((PHASE_NAMES, " → ", True), (SHORT_PHASE_NAMES, "  ", True))
    for names, arrow, counted in (*(forms if state.timeline.last < width else ()), *counts):
        chips, column = [], 1
        for phase, stages in state.timeline.phases.items():
            spans = _phase_spans(state, names[phase], stages, counted=counted)
            chips.append(Chip(spans, column, column + width_of(spans), stages[-1]))
            column += width_of(spans) + len(arrow)
        if column - len(arrow) < width:
            break
    return tuple(chips)


def phase_row(state: State, width: int) -> Row:
    """Row 2: the phase bar."""
    spans: list[Span] = []
    column = 0
    for chip in phase_chips(state, width):
        gap = chip.start - column
        spans.append((" → " if gap == 3 else " " * gap, Style.DIM))
        spans.extend(chip.spans)
        column = chip.end
    return tuple(spans)


def _phase_spans(state: State, name: str, stages: range, *, counted: bool) -> Row:
    here = state.position.stage
    current = here in stages
    spans: list[Span] = [(f"{name.upper() if current else name} ", Style.STRONG if current else Style.PLAIN)]
    if counted:
        done = min(max(here - stages.start + 1, 0), len(stages))
        tick = Mark.NOW if current else "✓" if done else Mark.NEXT if here + 1 == stages.start else Mark.LATER
        text = f"{tick}{done}/{len(stages)}" if current else f"{tick}{len(stages)}"
        return (*spans, (text, Style.STRONG if current else Style.PLAIN if done else Style.PENDING))
    for stage in stages:
        shown = mark(state, stage)
        text, style = {
            Mark.DONE: ("✓", Style.PLAIN),
            Mark.NOW: (Mark.NOW, Style.STRONG),
            Mark.NEXT: (Mark.NEXT, Style.NEXT),
            Mark.LATER: (Mark.LATER, Style.PENDING),
        }[shown]
        spans.append((str(text), style))
    return tuple(spans)


def rule_row(width: int, title: str, inserts: Sequence[tuple[int, str]] = (), right: Row = ()) -> Row:
    """A rule with a title: ``── Loss ────``; `inserts` are texts at columns of their own, `right` stands at the end."""
    spans: list[Span] = [("── ", Style.DIM), (title, Style.STRONG), (" ", Style.DIM)] if title else [("──", Style.DIM)]
    end = width_of(right)
    for column, text in inserts:
        filled = column - 1 - width_of(tuple(spans))
        if filled >= 0 and column + len(text) + 1 + end <= width:
            spans += [("─" * filled, Style.DIM), (f" {text} ", Style.DIM)]
    spans.append(("─" * (width - width_of(tuple(spans)) - end), Style.DIM))
    return (*spans, *right)


def graph_rule(width: int, title: str = "Computation graph") -> Row:
    """The rule above the graph, with the legend of the marks as far as there is room for it."""
    for legend, end in ((LEGEND, "──"), (SHORT_LEGEND, "──"), (SHORT_LEGEND, ""), (SHORTEST_LEGEND, "")):
        if len(f"── {title}  {legend} {end}") <= width:
            return rule_row(width, title, right=((f" {legend} ", Style.PENDING), (end, Style.DIM)))
    return rule_row(width, title)


def next_text(state: State) -> str:
    """What the next press computes, by name, and where that is another pass; empty at the end of a run."""
    here = state.position
    if here.stage < state.timeline.last:
        return symbol(state.timeline.rules[here.stage].quantity)
    if state.ended:
        return ""
    following = f"sample {here.sample + 1}" if here.sample < state.history.samples else f"epoch {here.epoch + 1}"
    return f"{symbol(state.timeline.rules[0].quantity)} of {following}"


def headline_row(state: State, headline: str, width: int) -> Row:
    """The rule that says what was just computed, and what comes next.  Nothing in it is computed ahead of its time."""
    if not headline:
        first = state.timeline.rules[0]
        rule = rule_text(state.view, 1)
        whole = f"{Mark.NEXT} next: {symbol(first.quantity)} = {rule}"
        return rule_row(width, whole if len(whole) + 6 <= width else f"{Mark.NEXT} next: {symbol(first.quantity)}")
    after = next_text(state)
    right: Row = ((f" next {Mark.NEXT} {after} ", Style.STRONG), ("──", Style.DIM)) if after else ()
    return rule_row(width, f"{Mark.NOW} {headline}", right=right)


def place(state: State) -> str:
    """The stage at hand in words: ``stage 8, ∂L/∂w``."""
    here = state.position.stage
    return f"stage {here}, {symbol(state.timeline.rules[here - 1].quantity)}" if here else "stage 0"


def unseen_text(before: State, command: object) -> str:
    """What `command` does to an edit elsewhere in the run, in words; empty where it can be seen, or is nothing."""
    epoch, sample = (number + 1 for number in divmod(before.segments[-1].start, before.history.samples))
    edit = f"edit in epoch {epoch}" + (f", sample {sample}" if before.history.samples > 1 else "")
    if command is Move.UNDO and (epoch, sample) != before.position[:2]:
        return f"Took back the {edit}."
    return f"Back at the start. The {edit} stays." if command is Move.RESET and before.segments[1:] else ""


def too_small_rows(width: int, height: int) -> tuple[Row, ...]:
    """What a terminal below the least size is told: short lines, from the top left."""
    needed, here = f"{LEAST_WIDTH} × {LEAST_HEIGHT}", f"{width} × {height}"
    lines = (f"backprop-tui needs {needed}.", f"This terminal is {here}.", "Make it larger, or press q.")
    if width < max(map(len, lines)):
        lines = (f"needs {needed}", f"is {here}", "q quits")
    return tuple(((line, Style.PLAIN),) for line in lines)


def footer_commands(width: int) -> tuple[Command, ...]:
    """The commands that the footer names in `width` cells: where not all fit, help and quit stay."""
    named = [command for command in COMMANDS if command.footer]
    while sum(len(footer_text(command)) + 2 for command in named) >= width:
        del named[-3]
    return tuple(named)


def footer_text(command: Command) -> str:
    """What the footer says of `command`: its first key and its word."""
    return f"{command.shown[0]} {command.footer}"


class Room(NamedTuple):
    """Who gets which rows and columns: the heights include each panel's rule; `loss` is 0 where bars give way."""

    width: int
    graph: int
    table: int
    loss: int
    spare: int

    @property
    def table_width(self) -> int:
        """The columns that the loss panel leaves to the table."""
        return self.width - self.loss


def room_for(width: int, height: int, graph_heights: Sequence[int], lines: int, spaced_lines: int) -> Room:
    """Share a terminal of at least 60 × 18: nine rows are frame and text, the others the graph's and the table's.

    `graph_heights` are those that the graph can use, ascending; `lines` are the table's without headings,
    `spaced_lines` with them.  The graph's plain picture comes first, then the table's lines, then air in the graph
    and headings in the table; what is left stays empty above the footer.
    """
    loss = 0 if width < _WITH_LOSS else _LOSS_WIDTH if width < _WIDE else width * 3 // 10
    free = height - 9
    plain = _most(graph_heights, min(_PLAIN_GRAPH, free - _PLAIN_TABLE))
    if free < _PLAIN_GRAPH + _PLAIN_TABLE - 1:  # a small terminal: three lines of the table must do
        plain = _most(graph_heights, min(_PLAIN_GRAPH - 1, free - 3))
    table = min(max(3, free - plain), lines)
    graph = max(plain, _most(graph_heights, free - table))
    if spaced_lines <= free - graph:
        table = spaced_lines
    elif lines > table:  # it is a window in any case: the picture, which is not, comes first
        graph = max(graph, _most(graph_heights, free - _WINDOW))
        table = free - graph
    return Room(width, graph + 1, table + 1, loss, free - graph - table)


def _most(heights: Sequence[int], limit: int) -> int:
    """The greatest of `heights` up to `limit`; the least of them where all are above."""
    return max((height for height in heights if height <= limit), default=heights[0])


_WITH_LOSS, _WIDE = 80, 100
_LOSS_WIDTH = 15
_PLAIN_GRAPH, _PLAIN_TABLE = 8, 7
_WINDOW = 11  # rows that are enough for a table which does not fit in any case
