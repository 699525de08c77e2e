"""The phase bar: each phase with a tick per stage, or with counts where ticks would not fit."""

from collections.abc import Mapping
from enum import Enum
from typing import NamedTuple

from backprop_tui.core.backprop import Phase
from backprop_tui.present.canvas import Row, Span, Style, width_of
from backprop_tui.present.formulas import PHASE_NAMES
from backprop_tui.present.visibility import Mark, mark
from backprop_tui.stepper.stages import timeline
from backprop_tui.stepper.state import State

SHORT_PHASE_NAMES = {**PHASE_NAMES, Phase.LOCAL: "local", Phase.CHAIN: "chain"}

_SHORTEST_NAMES = {**SHORT_PHASE_NAMES, Phase.ACCUMULATE: "accum"}

_TICKS = {
    Mark.DONE: ("✓", Style.PLAIN),
    Mark.NOW: (str(Mark.NOW), Style.STRONG),
    Mark.NEXT: (str(Mark.NEXT), Style.NEXT),
    Mark.LATER: (str(Mark.LATER), Style.PENDING),
}


class _Detail(Enum):
    """What stands behind the name of a phase."""

    TICKS = "a mark for each stage"
    COUNTS = "how many stages it has, and of the phase at hand how many are done"
    COUNT = "likewise of the phase at hand, of the others a mark"


class _Form(NamedTuple):
    """A way to write the bar down."""

    names: Mapping[Phase, str]
    arrow: str
    detail: _Detail


_FORMS = (
    _Form(PHASE_NAMES, " → ", _Detail.TICKS),
    _Form(SHORT_PHASE_NAMES, " → ", _Detail.TICKS),
    _Form(SHORT_PHASE_NAMES, "  ", _Detail.TICKS),
    _Form(PHASE_NAMES, " → ", _Detail.COUNTS),
    _Form(SHORT_PHASE_NAMES, " → ", _Detail.COUNTS),
    _Form(SHORT_PHASE_NAMES, "  ", _Detail.COUNTS),
    _Form(SHORT_PHASE_NAMES, "  ", _Detail.COUNT),
    _Form(SHORT_PHASE_NAMES, " ", _Detail.COUNT),
    _Form(_SHORTEST_NAMES, " ", _Detail.COUNT),
)
"""The first one that fits is used."""


class Chip(NamedTuple):
    """A phase in the phase bar: the cells it takes (from `start` to before `end`) and its last stage."""

    spans: Row
    start: int
    end: int
    stage: int


def phase_chips(state: State, width: int) -> tuple[Chip, ...]:
    """The phases in `width` cells; the one at hand in capitals."""
    form = _form(state, width)
    chips, column = [], 1
    for phase, stages in state.timeline.phases.items():
        spans = _phase_spans(state, form.names[phase], stages, form.detail)
        chips.append(Chip(spans, column, column + width_of(spans), stages[-1]))
        column += width_of(spans) + len(form.arrow)
    return tuple(chips)


def phase_row(state: State, width: int) -> Row:
    """The phase bar in `width` cells; where the batch goes on after this pass, which of it this is, at the right."""
    spans: list[Span] = []
    column = 0
    for chip in phase_chips(state, width):
        gap = chip.start - column
        spans.append((" → " if gap == 3 else " " * gap, Style.DIM))
        spans.extend(chip.spans)
        column = chip.end
    if state.timeline.learning.accumulates and not state.timeline.learning.updates:
        here = state.position
        batch = state.history.segment_at(here.epoch, here.sample).batch(here.epoch, here.sample)
        text = f"batch: {here.sample - batch.start + 1} of {len(batch)}"
        if column + 2 + len(text) < width:
            spans += [(" " * (width - 1 - len(text) - column), Style.DIM), (text, Style.PLAIN)]
    return tuple(spans)


def phase_stage_at(state: State, width: int, x: int) -> int:
    """The last stage of the phase that stands in column x; 0 where none does."""
    return next((chip.stage for chip in phase_chips(state, width) if chip.start <= x < chip.end), 0)


def _form(state: State, width: int) -> _Form:
    """The form for `width` cells: the same at all stages of a pass, and in all passes of a batch."""
    one = state.timeline
    goes_on = one.learning.accumulates and not one.learning.updates
    whole = timeline(one.graph, one.learning._replace(updates=True)) if goes_on else one
    return next((form for form in _FORMS if _most_cells(whole.phases, form) < width), _FORMS[-1])


def _most_cells(phases: Mapping[Phase, range], form: _Form) -> int:
    """How many cells the bar takes at the stage at which it takes most."""
    counts = {phase: len(stages) for phase, stages in phases.items()}
    digits = {phase: len(f"{count}") for phase, count in counts.items()}
    details = {
        _Detail.TICKS: sum(counts.values()),
        _Detail.COUNTS: sum(digits.values()) + len(digits) + max(digits.values()) + 1,
        _Detail.COUNT: len(digits) + 2 * max(digits.values()) + 1,
    }
    names = sum(len(form.names[phase]) + 1 for phase in phases)
    return 1 + names + details[form.detail] + len(form.arrow) * (len(phases) - 1)


def _phase_spans(state: State, name: str, stages: range, detail: _Detail) -> Row:
    here = state.position.stage
    current = here in stages
    name_span: Span = (f"{name.upper() if current else name} ", Style.STRONG if current else Style.PLAIN)
    if detail is _Detail.TICKS:
        return (name_span, *(_TICKS[mark(state, stage)] for stage in stages))
    done = min(max(here - stages.start + 1, 0), len(stages))
    tick = Mark.NOW if current else "✓" if done else Mark.NEXT if here + 1 == stages.start else Mark.LATER
    if current:
        return name_span, (f"{tick}{done}/{len(stages)}", Style.STRONG)
    text = f"{tick}" if detail is _Detail.COUNT else f"{tick}{len(stages)}"
    return name_span, (text, Style.PLAIN if done else Style.PENDING)
