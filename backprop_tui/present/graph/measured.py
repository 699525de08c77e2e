"""Which passes a picture is measured on: columns that hold for a run's start, too, do not jump with its first steps."""

from functools import lru_cache

from backprop_tui.stepper.history import History, Pass
from backprop_tui.stepper.state import State

_SAMPLES, _EPOCHS = 4, 3  # of the run's start
_MOST_SAMPLES = 16  # of a run whose second epoch is computed for the sake of the columns


def measured(state: State) -> tuple[Pass, ...]:
    """The pass on screen and those at the start of its run: what numbers need of room, they have from the start."""
    return (*_first_passes(state.history), state.view)


@lru_cache(maxsize=2)
def _first_passes(history: History) -> tuple[Pass, ...]:
    places = [(1, sample) for sample in range(1, min(history.samples, _SAMPLES) + 1)]
    if history.samples <= _MOST_SAMPLES:
        places += [(epoch, 1) for epoch in range(2, _EPOCHS + 1)]
    passes: list[Pass] = []
    for epoch, sample in places:
        try:
            passes.append(history.view(epoch, sample))
        except IndexError:  # the run ends before it
            break
    return tuple(passes)
