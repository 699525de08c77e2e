"""The one way to change a state: ``apply(state, command)``.

    next             (e, s, k) → (e, s, k+1); from a last stage to stage 1 of the next pass
    back             the way that next came; from stage 0 to the last stage of the pass before
    next_phase       to the end of the phase that the next stage belongs to
    previous_phase   to the nearest end of a phase before
    next_stop        to the end of the stop (a run of stages of one neuron) that the next stage belongs to
    previous_stop    to the nearest end of a stop before
    next_epoch       the same sample and stage, an epoch later; previous_epoch earlier
    first, last      stage 0 of the epoch's first sample, the last stage of its last
    reset            the very start; edits stay
    undo             the run as it was before the latest edit
    GoTo, Edit       to a position; on with other numbers from the start of the pass on screen

Moves clamp at both ends: stage 0 of the first pass, and the last stage of the pass in which a value stops being
finite.  What cannot be carried out at all raises `IllegalCommand`; states are frozen, so nothing has happened.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from enum import StrEnum
from operator import attrgetter
from types import MappingProxyType
from typing import NamedTuple

from backprop_tui.core.optimizers import UPDATE_NUMBER
from backprop_tui.core.scenario import Scenario
from backprop_tui.stepper.history import MOST_EPOCHS
from backprop_tui.stepper.segment import Segment, edited
from backprop_tui.stepper.stages import Timeline
from backprop_tui.stepper.state import Position, State


class IllegalCommand(ValueError):
    """The command cannot be carried out in this state; the message says why."""


class Move(StrEnum):
    """The commands that need no more than their name."""

    NEXT = "next"
    BACK = "back"
    NEXT_PHASE = "next_phase"
    PREVIOUS_PHASE = "previous_phase"
    NEXT_STOP = "next_stop"
    PREVIOUS_STOP = "previous_stop"
    NEXT_EPOCH = "next_epoch"
    PREVIOUS_EPOCH = "previous_epoch"
    FIRST = "first"
    LAST = "last"
    RESET = "reset"
    UNDO = "undo"


class GoTo(NamedTuple):
    """To a position of the run."""

    position: Position


class Edit(NamedTuple):
    """On with `scenario` (same layers, same number of samples) from the start of the pass on screen.

    What the optimiser remembers and the sums of gradients are kept, unless the optimiser, the size of the batches or
    ``zero_grad`` is another; `carried` gives some of them other numbers, by their names: ``m_w``, ``grad_w``, ``t`` for
    the number of the next update.
    """

    scenario: Scenario
    carried: tuple[tuple[str, float], ...] = ()


Command = Move | GoTo | Edit

Ends = Callable[[Timeline], tuple[int, ...]]
"""What gives the last stages of a timeline's phases, or of its stops."""


def apply(state: State, command: Command) -> State:
    """The state after `command`.  Raises IllegalCommand where it cannot be carried out."""
    if state.by_stop:  # only the latest command counts
        state = replace(state, by_stop=False)
    if isinstance(command, GoTo):
        return _go_to(state, command.position)
    if isinstance(command, Edit):
        return _edit(state, command)
    return TRANSITIONS[command](state)


def _at(state: State, epoch: int, sample: int, stage: int) -> State:
    return replace(state, position=Position(epoch, sample, stage))


def _next(state: State) -> State:
    here = state.position
    if here.stage < state.timeline.last:
        return _at(state, here.epoch, here.sample, here.stage + 1)
    following = _pass_after(state)
    return _at(state, *following, 1) if following else state


def _back(state: State) -> State:
    here = state.position
    before = _pass_before(state)
    if here.stage > 1 or (here.stage == 1 and before is None):
        return _at(state, here.epoch, here.sample, here.stage - 1)
    return _at_last_stage(state, *before) if before else state


def _to_next_end(state: State, ends: Ends) -> State:
    """At the first of the `ends` after here, in this pass or the next."""
    here = state.position
    for end in ends(state.timeline):
        if end > here.stage:
            return _at(state, here.epoch, here.sample, end)
    following = _pass_after(state)
    return _to_next_end(_at(state, *following, 0), ends) if following else state


def _to_end_before(state: State, ends: Ends) -> State:
    """At the last of the `ends` before here, in this pass or at the end of the one before."""
    here = state.position
    for end in reversed(ends(state.timeline)):
        if end < here.stage:
            return _at(state, here.epoch, here.sample, end)
    before = _pass_before(state)
    return _at_last_stage(state, *before) if before else _at(state, here.epoch, here.sample, 0)


def _next_phase(state: State) -> State:
    return _to_next_end(state, attrgetter("phase_ends"))


def _previous_phase(state: State) -> State:
    return _to_end_before(state, attrgetter("phase_ends"))


def _next_stop(state: State) -> State:
    return _told_together(_to_next_end(state, attrgetter("stop_ends")))


def _previous_stop(state: State) -> State:
    return _told_together(_to_end_before(state, attrgetter("stop_ends")))


def _told_together(state: State) -> State:
    return replace(state, by_stop=state.position.stage > 0)


def _next_epoch(state: State) -> State:
    here = state.position
    if here.epoch >= min(MOST_EPOCHS, state.history.last_epoch) or not state.history.reach(here.epoch + 1):
        return state
    return _clamped(state, Position(here.epoch + 1, here.sample, here.stage))


def _previous_epoch(state: State) -> State:
    here = state.position
    return state if here.epoch == 1 else _clamped(state, Position(here.epoch - 1, here.sample, here.stage))


def _first(state: State) -> State:
    return _at(state, state.position.epoch, 1, 0)


def _last(state: State) -> State:
    epoch = state.position.epoch
    return _at_last_stage(state, epoch, last_sample(state, epoch))


def _reset(state: State) -> State:
    return _at(state, 1, 1, 0)


def _undo(state: State) -> State:
    if not state.undo:
        raise IllegalCommand("nothing to undo: nothing has been edited")
    segments = state.undo[-1]
    history = state.history.branch(segments)
    undone = replace(state, segments=segments, undo=state.undo[:-1], history=history)
    return _clamped(undone, state.position)


TRANSITIONS: Mapping[Move, Callable[[State], State]] = MappingProxyType(
    {
        Move.NEXT: _next,
        Move.BACK: _back,
        Move.NEXT_PHASE: _next_phase,
        Move.PREVIOUS_PHASE: _previous_phase,
        Move.NEXT_STOP: _next_stop,
        Move.PREVIOUS_STOP: _previous_stop,
        Move.NEXT_EPOCH: _next_epoch,
        Move.PREVIOUS_EPOCH: _previous_epoch,
        Move.FIRST: _first,
        Move.LAST: _last,
        Move.RESET: _reset,
        Move.UNDO: _undo,
    }
)


def _go_to(state: State, to: Position) -> State:
    if not 1 <= to.epoch <= MOST_EPOCHS:
        raise IllegalCommand(f"epoch {to.epoch}: expected a number from 1 to {MOST_EPOCHS:,}")
    if to.epoch > state.history.last_epoch:
        last = state.history.last_epoch
        raise IllegalCommand(f"epoch {to.epoch}: without a learning rate there is no epoch after {last}")
    if not 1 <= to.sample <= state.history.samples:
        raise IllegalCommand(f"sample {to.sample}: expected a number from 1 to {state.history.samples}")
    is_first = (to.epoch, to.sample) == (1, 1)  # which is always there: at the start nothing has to be computed for it
    if not is_first and (not state.history.reach(to.epoch) or to.sample > last_sample(state, to.epoch)):
        epoch, sample = state.history.end or (1, 1)
        raise IllegalCommand(
            f"the run ends in epoch {epoch}, sample {sample}, at a value that is not finite; expected nothing later"
        )
    last = state.history.view(to.epoch, to.sample).timeline.last
    if not 0 <= to.stage <= last:
        raise IllegalCommand(f"stage {to.stage}: expected a number from 0 to {last}")
    return _at(state, *to)


def _edit(state: State, command: Edit) -> State:
    scenario = command.scenario
    if _shape(scenario) != _shape(state.scenario):
        raise IllegalCommand("an edit changes numbers, the activation and the loss, not layers or samples")
    here = state.position
    number = (here.epoch - 1) * state.history.samples + here.sample - 1
    old = state.history.segment_at(here.epoch, here.sample)
    now = dict(zip(old.names, state.history.state(here.epoch, here.sample), strict=True))
    segment = edited(old, number, scenario, now | _carried(command, old))
    segments = (*(segment for segment in state.segments if segment.start < number), segment)
    history = state.history.branch(segments)
    after = State(segments, here, (*state.undo, state.segments), history=history)
    return _clamped(after, here)


def _carried(command: Edit, old: Segment) -> dict[str, float]:
    """The numbers that an edit gives to what is carried from pass to pass."""
    for name, value in command.carried:
        if name not in old.carried_names:
            raise IllegalCommand(f"{name} is nothing that is carried from pass to pass")
        if not math.isfinite(value) or (name == UPDATE_NUMBER and value < 1):
            raise IllegalCommand(f"{name}: expected a {'number from 1' if name == UPDATE_NUMBER else 'finite number'}")
    return {name: value - 1 if name == UPDATE_NUMBER else value for name, value in command.carried}


def _shape(scenario: Scenario) -> tuple[object, ...]:
    layers = tuple((len(layer.weights), len(layer.weights[0])) for layer in scenario.layers)
    return (layers, len(scenario.samples), scenario.name)


def _clamped(state: State, wanted: Position) -> State:
    """At `wanted`, or at the last stage of the run where it ends before that."""
    history = state.history
    history.is_end(wanted.epoch, wanted.sample)  # computes the epoch, and with it the end
    if history.end and history.end < (wanted.epoch, wanted.sample):
        return _at_last_stage(state, *history.end)
    last = history.view(wanted.epoch, wanted.sample).timeline.last
    return _at(state, wanted.epoch, wanted.sample, min(wanted.stage, last))


def last_sample(state: State, epoch: int) -> int:
    """The last sample that the run visits in `epoch`: all, unless it ends there."""
    samples = state.history.samples
    state.history.is_end(epoch, samples)  # computes the epoch, and with it the end
    end = state.history.end
    return end[1] if end and end[0] == epoch else samples


def _at_last_stage(state: State, epoch: int, sample: int) -> State:
    return _at(state, epoch, sample, state.history.view(epoch, sample).timeline.last)


def _pass_after(state: State) -> tuple[int, int] | None:
    here = state.position
    if state.ended:
        return None
    if here.sample < state.history.samples:
        return here.epoch, here.sample + 1
    return (here.epoch + 1, 1) if here.epoch < min(MOST_EPOCHS, state.history.last_epoch) else None


def _pass_before(state: State) -> tuple[int, int] | None:
    here = state.position
    if here.sample > 1:
        return here.epoch, here.sample - 1
    return (here.epoch - 1, state.history.samples) if here.epoch > 1 else None
