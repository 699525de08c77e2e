"""Which passes a picture is measured on: columns that hold for a run's start, too, do not jump with its first steps."""

from functools import lru_cache

from backprop_tui.core.backprop import run
from backprop_tui.stepper.history import History, Pass
from backprop_tui.stepper.segment import Segment
from backprop_tui.stepper.state import State

_LEAST, _MOST = 3, 6  # passes: three epochs of one sample, or a round through a few


def measured(state: State) -> tuple[Pass, ...]:
    """Those at the start of its run and the pass on screen: what numbers need of room, they have from the start."""
    return (*_first_passes(state.history), state.view)


@lru_cache(maxsize=2)
def _first_passes(history: History) -> tuple[Pass, ...]:
    """The run's first passes, each from the parameters that the one before leaves: training is not compiled for it."""
    passes = [history.view(1, 1)]
    while len(passes) < min(_MOST, max(_LEAST, history.samples)) and not passes[-1].first_not_finite:
        passes.append(_following(passes[-1], history.segments[0]))
    return tuple(passes)


def _following(one: Pass, segment: Segment) -> Pass:
    """The pass after `one` in the same `segment`."""
    sample = one.sample % len(one.scenario.samples) + 1
    epoch = one.epoch + (sample == 1)
    left = (*one.after, *one.carried(segment.carried_names).values())
    given, stages = segment.given_to(epoch, sample, left), segment.timeline(epoch, sample)
    return Pass(epoch, sample, one.scenario, stages, given, run(stages.rules, given))
