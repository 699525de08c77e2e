"""A neuron at a stage, what is said of it there, and neurons with any numbers."""

from hypothesis import strategies as st

from backprop_tui.core.ops import ACTIVATIONS, LOSSES
from backprop_tui.core.scenario import Layer, Sample, Scenario
from backprop_tui.present.explanation.stage import explain
from backprop_tui.stepper.machine import GoTo, Move, apply, last_sample
from backprop_tui.stepper.state import Position, State, start

Z, A, LOSS, DL_DA, DA_DZ, DZ_DW, DZ_DB, DL_DW, DL_DB, W, B = range(1, 12)  # stages of a neuron with one input


def at(scenario: Scenario, stage: int, epoch: int = 1, sample: int = 1) -> State:
    return apply(start(scenario), GoTo(Position(epoch, sample, stage)))


def said(scenario: Scenario, stage: int, epoch: int = 1, sample: int = 1) -> str:
    """The whole text, so that a test does not depend on where its lines end."""
    return " ".join(explain(at(scenario, stage, epoch, sample)))


ODD = st.sampled_from([0.0, -0.0, 1.0, -1.0, 2.0, 0.5, 1e-9, -1e-12, 1e9, 1e154, -1e200, 1e308, 5e-324, 37.5, -745.0])
NUMBERS = st.one_of(ODD, st.floats(-5, 5), st.floats(-1e3, 1e3), st.floats(allow_nan=False, allow_infinity=False))


@st.composite
def neurons(draw: st.DrawFn, numbers: st.SearchStrategy[float] = NUMBERS) -> Scenario:
    """One neuron with any numbers."""
    loss = draw(st.sampled_from(sorted(LOSSES.keys() - {"cross_entropy"})))
    activation = "sigmoid" if loss == "bce" else draw(st.sampled_from(sorted(ACTIVATIONS)))
    count = draw(st.sampled_from([1, 1, 2, 5]))
    row = st.tuples(*[numbers] * count)
    target = st.one_of(st.sampled_from([0.0, 1.0]), st.floats(0, 1)) if loss == "bce" else numbers
    trained = draw(st.sampled_from([(True, True), (True, True), (True, False), (False, True)]))
    layer = Layer(activation, (draw(row),), (draw(numbers),), *trained)
    sample = st.builds(Sample, row, st.tuples(target))
    samples = tuple(draw(st.lists(sample, min_size=1, max_size=2)))
    rate = draw(st.one_of(st.sampled_from([0.1, 0.01, 0.0, -0.5, 3.0]), numbers))
    return Scenario("any", (layer,), samples, loss, rate)


def walk(scenario: Scenario, epoch: int) -> list[State]:
    """Every stage of the last pass of `epoch`, or of the last epoch before it that there is."""
    state = start(scenario)
    for _ in range(1, epoch):
        state = apply(state, Move.NEXT_EPOCH)
    epoch = state.position.epoch
    sample = last_sample(state, epoch)
    last = state.history.view(epoch, sample).timeline.last
    return [apply(state, GoTo(Position(epoch, sample, stage))) for stage in range(last + 1)]
