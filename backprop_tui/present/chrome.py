"""What stands around the panels: the title row, the rule with a panel's title, and words about the position."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.cells import cell_len

from backprop_tui.core.models import is_program
from backprop_tui.core.scenario import Scenario
from backprop_tui.present.canvas import Row, Span, Style, width_of
from backprop_tui.present.formulas import symbol
from backprop_tui.present.numbers import number
from backprop_tui.stepper.machine import Move
from backprop_tui.stepper.state import State

if TYPE_CHECKING:
    from backprop_tui.core.models.program import ProgramScenario

LEAST_WIDTH, LEAST_HEIGHT = 60, 18


def title_row(state: State, width: int) -> Row:
    """Row 1: which model, which position.  What does not fit is left out, the position last."""
    scenario, here = state.scenario, state.position
    if is_program(scenario):
        return _program_row(state, scenario, width)
    activations = "/".join(dict.fromkeys(layer.activation for layer in scenario.layers))
    inputs = len(scenario.layers[0].weights[0])
    if scenario.is_neuron:
        shape = "one neuron" if inputs == 1 else f"one neuron, {inputs} inputs"
    else:
        shape = "-".join(str(count) for count in (inputs, *(len(layer.weights) for layer in scenario.layers)))
    parts = [
        f"{scenario.name}{_edited(state)}",
        shape,
        activations,
        scenario.loss,
        f"lr {number(scenario.learning_rate)}",
        *_training(scenario),
    ]
    samples = len(scenario.samples)
    place = [f"epoch {here.epoch}", f"stage {here.stage} of {state.timeline.last}"]
    if samples > 1:
        place.insert(1, f"sample {here.sample} of {samples}")
    right = " · ".join(place)
    first = ([], [1], [1, 3], [1, 2, 3]) if scenario.is_neuron else ([], [2], [1], [1, 2], [1, 2, 3])
    for dropped in (*first, [1, 2, 3, 6], [1, 2, 3, 4, 6], [1, 2, 3, 4, 5, 6], [*range(7)]):
        left = " · ".join(part for index, part in enumerate(parts) if part and index not in dropped)
        if cell_len(left) + len(right) + 4 <= width:
            break
    gap = max(1, width - cell_len(left) - len(right) - 2)  # a scenario's name may have characters of two cells
    return ((f" {left}{' ' * gap}{right}", Style.TITLE),)


def _edited(state: State) -> str:
    return " (edited)" if state.undo and state.scenario != state.undo[0][0].scenario else ""


def _program_row(state: State, scenario: "ProgramScenario", width: int) -> Row:
    """The same for a program of expressions, which without a learning rate has no epochs."""
    here, values, operations = state.position, len(scenario.values), len(scenario.program.nodes)
    parts = [
        f"{scenario.name}{_edited(state)}",
        f"{values} {'value' if values == 1 else 'values'}",
        f"{operations} {'operation' if operations == 1 else 'operations'}",
        *([f"lr {number(scenario.learning_rate)}", _training(scenario)[0]] if scenario.learns else []),
    ]
    epoch = f"epoch {here.epoch} · " if scenario.learns or here.epoch > 1 else ""
    right = f"{epoch}stage {here.stage} of {state.timeline.last}"
    for dropped in ([], [2], [1, 2], [1, 2, 4], [1, 2, 3, 4], [*range(5)]):
        left = " · ".join(part for index, part in enumerate(parts) if part and index not in dropped)
        if cell_len(left) + len(right) + 4 <= width:
            break
    gap = max(1, width - cell_len(left) - len(right) - 2)
    return ((f" {left}{' ' * gap}{right}", Style.TITLE),)


def _training(scenario: Scenario) -> tuple[str, str]:
    """The optimiser, and how gradients are added up; empty where that is as plain as can be."""
    chosen = scenario.optimizer
    batch = [f"batch {scenario.batch_size}"] if scenario.batch_size > 1 else []
    kept = [] if scenario.zero_grad else ["no zero_grad"]
    return "" if chosen.name == "sgd" else chosen.name, " · ".join((*batch, *kept))


def rule_row(
    width: int, title: str, inserts: Sequence[tuple[int, str]] = (), right: Row = (), *, focused: bool = False
) -> Row:
    """A rule with a title: ``── Loss ────``, in brackets where the panel has the focus.

    `inserts` are texts at columns of their own, `right` stands at the end.
    """
    shown = f"[{title}]" if focused else title
    spans: list[Span] = [("──" if focused else "── ", Style.DIM), (shown, Style.STRONG), (" ", Style.DIM)]
    end = width_of(right)
    for column, text in inserts:
        filled = column - 1 - width_of(tuple(spans))
        if filled >= 0 and column + len(text) + 1 + end <= width:
            spans += [("─" * filled, Style.DIM), (f" {text} ", Style.DIM)]
    spans.append(("─" * (width - width_of(tuple(spans)) - end), Style.DIM))
    return (*spans, *right)


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


def too_small_lines(width: int, height: int) -> tuple[str, ...]:
    """What a terminal below the least size is told: short lines, from the top left."""
    needed, here = f"{LEAST_WIDTH} × {LEAST_HEIGHT}", f"{width} × {height}"
    lines = (f"backprop-tui needs {needed}.", f"This terminal is {here}.", "Make it larger, or press q.")
    return lines if width >= max(map(len, lines)) else (f"needs {needed}", f"is {here}", "q quits")
