"""Which lines of the derivative table are in view."""

from functools import lru_cache
from typing import NamedTuple

from backprop_tui.core.backprop import Phase
from backprop_tui.present.contributions import contributions_to
from backprop_tui.stepper.history import Pass
from backprop_tui.stepper.stages import Timeline
from backprop_tui.stepper.state import State

TABLE_PHASES = (Phase.LOCAL, Phase.CHAIN, Phase.ACCUMULATE, Phase.UPDATE)

_HEADINGS = {
    Phase.LOCAL: "local derivatives: one for each edge",
    Phase.CHAIN: "chain rule: multiply along the path from the loss",
    Phase.ACCUMULATE: "accumulate: add up the gradients of the batch",
    Phase.UPDATE: "update: a step against the gradient",
}


_MORE = {Phase.ACCUMULATE: "sums", Phase.UPDATE: "update"}
"""What the table has besides derivatives."""


class Line(NamedTuple):
    """One line of the table: the stage it shows, or one contribution to it, or a heading, or nothing."""

    stage: int = 0
    heading: str = ""
    via: int = 0  # which contribution to the stage, from 1


def table_stages(state: State) -> tuple[int, ...]:
    """The stages that have a row in the table: all but the forward pass and the loss."""
    phases = state.timeline.phases
    return tuple(stage for phase in TABLE_PHASES for stage in phases.get(phase, ()))


def spaced_count(state: State) -> int:
    """How many lines the table takes with headings, and a blank one between the phases."""
    phases = [phase for phase in TABLE_PHASES if phase in state.timeline.phases]
    return len(_all_lines(state.view)) + 2 * len(phases) - 1


def table_lines(state: State, height: int, around: int = 0) -> tuple[Line, ...]:
    """The `height` lines in view: all with headings where they fit, else a window that turns by phase.

    A window starts with the first line of a phase and moves on by windows that overlap by two lines, so that few
    presses move lines, a phase is seen from its first line, and what was just computed and what comes next are in
    view together.  Where an update takes several stages for each parameter, a window starts with one of its first.
    The window is the one around the stage `around`, where that is not 0, else the stage at hand, with its stop.
    """
    if spaced_count(state) <= height:
        return _with_headings(state)
    lines = _all_lines(state.view)
    if len(lines) <= height:
        return lines
    stages = table_stages(state)
    stage = max(around or state.position.stage, stages[0])
    index = next(i for i, line in enumerate(lines) if line.stage == stage)  # with the contributions to it
    end = next(i for i, line in enumerate(lines) if line.stage == stage and not line.via) + 1  # and what comes next
    if height <= 3:  # the line before, the one just done, the next
        first = end - 2
    else:
        phase = state.timeline.phases[state.timeline.rules[stage - 1].phase]
        start = next(i for i, line in enumerate(lines) if line.stage == phase.start)
        group = (
            _stages_of_each(state.timeline) if lines[start].stage in state.timeline.phases.get(Phase.UPDATE, ()) else 1
        )
        whole = (height - 2) // group * group or height - 2  # lines from window to window
        first = max(start + (index - start) // whole * whole, end - height + 1)
        if not around and len(state.stages) > 1:  # as many of a stop's lines as there is room for
            index = next(i for i, line in enumerate(lines) if line.stage >= state.stages[0])
            first = min(first, max(index, end - height + 1))
    first = min(max(first, 0), len(lines) - height)
    return lines[first : first + height]


def table_title(state: State, height: int, around: int = 0) -> str:
    """What the table's rule says: what there is where all is in view, else how much of it."""
    stages = table_stages(state)
    shown = [line.stage for line in table_lines(state, height, around) if line.stage and not line.via]
    if len(shown) == len(stages):
        more = [word for phase, word in _MORE.items() if phase in state.timeline.phases]
        return " and ".join(", ".join(("Derivatives", *more)).rsplit(", ", 1))
    if not shown:  # a panel of one row, as in a terminal that is too small
        return "Derivatives"
    return f"Derivatives {stages.index(shown[0]) + 1}–{stages.index(shown[-1]) + 1} of {len(stages)}"


def stage_at(state: State, height: int, y: int, around: int = 0) -> int:
    """The stage whose row is line `y`; 0 where there is none."""
    lines = table_lines(state, height, around)
    return lines[y].stage if 0 <= y < len(lines) else 0


@lru_cache(maxsize=4)
def _all_lines(one: Pass) -> tuple[Line, ...]:
    lines: list[Line] = []
    for phase in TABLE_PHASES:
        for stage in one.timeline.phases.get(phase, ()):
            count = len(contributions_to(one, one.timeline.rules[stage - 1].node)) if phase is Phase.CHAIN else 0
            lines += [Line(stage, via=via) for via in range(1, count + 1)] if count > 1 else []
            lines.append(Line(stage))
    return tuple(lines)


def _stages_of_each(one: Timeline) -> int:
    """How many stages the update has for each parameter."""
    return len(one.phases[Phase.UPDATE]) // len(one.graph.free)


def _heading(state: State, phase: Phase) -> str:
    """What a phase does, in words that are true of this run."""
    scenario = state.scenario
    if phase is Phase.ACCUMULATE and not scenario.zero_grad:
        return "accumulate: add the gradient to all those before it"
    if phase is Phase.UPDATE and scenario.optimizer.name != "sgd":
        return f"update: a step by {scenario.optimizer.name}, parameter by parameter"
    if phase is Phase.CHAIN and Phase.LOSS not in state.timeline.phases:
        return f"chain rule: multiply along the path from {state.timeline.graph.root.name}"
    return _HEADINGS[phase]


def _with_headings(state: State) -> tuple[Line, ...]:
    lines: list[Line] = []
    last = None
    for line in _all_lines(state.view):
        phase = state.timeline.rules[line.stage - 1].phase
        if phase is not last:
            lines += [*([Line()] if lines else []), Line(heading=_heading(state, phase))]
            last = phase
        lines.append(line)
    return tuple(lines)
