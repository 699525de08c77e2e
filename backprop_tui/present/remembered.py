"""What a pass finds of what is carried from pass to pass, as fields of a form."""

from collections.abc import Iterator

from backprop_tui.core.backprop import remembered, sums
from backprop_tui.core.optimizers import UPDATE_NUMBER
from backprop_tui.present.form import Field
from backprop_tui.present.numbers import exact
from backprop_tui.stepper.state import State

_MOST_UPDATES = 10**12


def remembered_fields(state: State) -> tuple[Field, ...]:
    """A field for each: what the optimiser remembers, the number of the next update, and sums that go on."""
    return tuple(_fields(state))


def _fields(state: State) -> Iterator[Field]:
    here, scenario = state.position, state.scenario
    segment = state.history.segment_at(here.epoch, here.sample)
    numbers = dict(zip(segment.names, state.history.state(here.epoch, here.sample), strict=True))
    learning = scenario.learning()
    for name in remembered(segment.graph, learning):
        if name == UPDATE_NUMBER:
            count = str(int(numbers[name]) + 1)
            yield Field(name, "update t", count, "the number of the next update, from 1", (), 1, _MOST_UPDATES)
        else:
            meaning = f"what {scenario.optimizer.name} remembers of {name.partition('_')[2]}"
            yield Field(name, name, exact(numbers[name] + 0.0), meaning)
    if scenario.zero_grad and state.timeline.learning.anew:
        return  # sums start anew with this pass
    for name in sums(segment.graph, learning):
        meaning = f"the gradients of {name.partition('_')[2]} added up so far"
        yield Field(name, name, exact(numbers[name] + 0.0), meaning)
