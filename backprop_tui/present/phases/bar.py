"""The phase bar: each phase with a tick per stage, or with counts where ticks would not fit."""

from typing import NamedTuple

from backprop_tui.core.backprop import Phase
from backprop_tui.present.canvas import Row, Span, Style, width_of
from backprop_tui.present.formulas import PHASE_NAMES
from backprop_tui.present.visibility import Mark, mark
from backprop_tui.stepper.state import State

SHORT_PHASE_NAMES = {**PHASE_NAMES, Phase.LOCAL: "local", Phase.CHAIN: "chain"}

_TICKS = {
    Mark.DONE: ("✓", Style.PLAIN),
    Mark.NOW: (str(Mark.NOW), Style.STRONG),
    Mark.NEXT: (str(Mark.NEXT), Style.NEXT),
    Mark.LATER: (str(Mark.LATER), Style.PENDING),
}


class Chip(NamedTuple):
    """A phase in the phase bar: the cells it takes (from `start` to before `end`) and its last stage."""

    spans: Row
    start: int
    end: int
    stage: int


def phase_chips(state: State, width: int) -> tuple[Chip, ...]:
    """The phases in `width` cells; the one at hand in capitals."""
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
    """The phase bar in `width` cells."""
    spans: list[Span] = []
    column = 0
    for chip in phase_chips(state, width):
        gap = chip.start - column
        spans.append((" → " if gap == 3 else " " * gap, Style.DIM))
        spans.extend(chip.spans)
        column = chip.end
    return tuple(spans)


def phase_stage_at(state: State, width: int, x: int) -> int:
    """The last stage of the phase that stands in column x; 0 where none does."""
    return next((chip.stage for chip in phase_chips(state, width) if chip.start <= x < chip.end), 0)


def _phase_spans(state: State, name: str, stages: range, *, counted: bool) -> Row:
    here = state.position.stage
    current = here in stages
    spans: list[Span] = [(f"{name.upper() if current else name} ", Style.STRONG if current else Style.PLAIN)]
    if counted:
        done = min(max(here - stages.start + 1, 0), len(stages))
        tick = Mark.NOW if current else "✓" if done else Mark.NEXT if here + 1 == stages.start else Mark.LATER
        text = f"{tick}{done}/{len(stages)}" if current else f"{tick}{len(stages)}"
        return (*spans, (text, Style.STRONG if current else Style.PLAIN if done else Style.PENDING))
    return (*spans, *(_TICKS[mark(state, stage)] for stage in stages))
