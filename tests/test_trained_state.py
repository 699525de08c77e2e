"""What is carried from pass to pass: by compiled training as by the stepper, through edits, undo and far jumps."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backprop_tui.core.backprop import Phase, used_gradient
from backprop_tui.core.optimizers import OPTIMIZERS, settings
from backprop_tui.core.scenario import Scenario, with_parameters
from backprop_tui.stepper import epochs as keeping
from backprop_tui.stepper.history import History, Pass
from backprop_tui.stepper.machine import Edit, GoTo, IllegalCommand, Move, apply
from backprop_tui.stepper.segment import Segment
from backprop_tui.stepper.state import Position, State, start
from tests.models import TWO_SAMPLES, bits, neuron
from tests.training_models import CLASSES, TRAINED, trained_scenarios, with_optimizer


def following(one: Pass, segment: Segment) -> tuple[float, ...]:
    """The trained state that `one`, stepped stage by stage, leaves."""
    return (*one.after, *one.carried(segment.carried_names).values())


def check_every_pass(scenario: Scenario, epochs: int) -> None:
    """Compiled training arrives where the stepper does, to the last bit, whichever is asked for first."""
    samples = len(scenario.samples)
    stepped, jumping = start(scenario).history, start(scenario).history
    segment = stepped.segments[0]
    places = [(epoch, sample) for epoch in range(1, epochs + 1) for sample in range(1, samples + 1)]
    far = jumping.reach(epochs + 1)
    state, total = segment.first_state, 0.0
    for epoch, sample in places:
        one = stepped.view(epoch, sample)
        assert bits(stepped.state(epoch, sample)) == bits(state)
        finite = all(map(math.isfinite, one.values))
        assert stepped.is_end(epoch, sample) == jumping.is_end(epoch, sample) == (not finite)
        if not finite:
            assert not far
            break
        state, total = following(one, segment), total + one.known["loss"]
        if sample == samples:
            assert bits([jumping.losses[epoch - 1] + 0.0]) == bits([total / samples + 0.0])
            kept = segment.width
            assert bits(jumping.state(epoch + 1, 1)[:kept]) == bits(state[:kept])
            state, total = (*state[:kept], *segment.completed(state[:kept])[kept:]), 0.0
    else:
        assert far
        for epoch, sample in reversed(places):
            assert bits(jumping.view(epoch, sample).values) == bits(stepped.view(epoch, sample).values)


@pytest.mark.parametrize("scenario", TRAINED.values(), ids=TRAINED)
def test_compiled_training_arrives_where_the_stepper_does(scenario: Scenario) -> None:
    check_every_pass(scenario, 6)


@given(trained_scenarios(), st.integers(1, 4))
def test_compiled_training_of_anything_arrives_where_the_stepper_does(scenario: Scenario, epochs: int) -> None:
    check_every_pass(scenario, epochs)


def is_level(one: Pass) -> bool:
    """Whether a pass has no update, or one that uses no gradient above 1e-9 and moves by no more than that share."""
    graph, learning = one.timeline.graph, one.timeline.learning
    gradients = (
        [one.known[used_gradient(graph, node.name, learning)] for node in graph.free] if learning.updates else []
    )
    moves = [new - one.given[node.name] for node, new in zip(graph.parameters, one.after, strict=True)]
    rate = abs(one.scenario.learning_rate)
    return all(abs(g) <= 1e-9 for g in gradients) and all(abs(move) <= 1.01e-9 * rate for move in moves)


@given(trained_scenarios(), st.integers(2, 6))
def test_an_epoch_is_settled_where_its_updates_had_nothing_left_to_do(scenario: Scenario, epoch: int) -> None:
    history = start(replace(scenario, learning_rate=0.1)).history
    if not history.reach(epoch + 1):
        return
    passes = [history.view(epoch, sample) for sample in range(1, history.samples + 1)]
    small = scenario.descends_plainly and history.losses[epoch - 1] <= history.small_loss(epoch)
    assert history.is_settled(epoch) == (small or all(map(is_level, passes)))


@pytest.mark.parametrize("name", ["momentum", "adam"])
def test_a_step_without_a_gradient_is_not_the_end(name: str) -> None:
    """Momentum passes the minimum: there the gradient is 0, and it still moves."""
    scenario = with_optimizer(neuron(x=(1.0,), w=(10.0,), b=0.0, learning_rate=0.2), name)
    history = start(scenario).history
    settled = history.settle(1, 5000)
    assert history.is_settled(settled)
    moved = zip(history.parameters(settled, 1), history.parameters(settled + 1, 1), strict=True)
    assert all(abs(new - old) <= 1e-9 * 0.2 for old, new in moved)


BATCHES = replace(with_optimizer(CLASSES, "adam"), batch_size=3)


def sizes(state: State, epoch: int) -> list[tuple[float, bool, bool]]:
    """Of each pass of an epoch: n, whether the sum starts anew, whether an update follows."""
    passes = [state.history.view(epoch, sample) for sample in range(1, 6)]
    return [
        (one.given.get("n", 0.0), one.timeline.learning.anew, Phase.UPDATE in one.timeline.phases) for one in passes
    ]


def edited(state: State, at: tuple[int, int], carried: tuple[tuple[str, float], ...] = (), **changes: object) -> State:
    there = apply(state, GoTo(Position(*at, 0)))
    here = with_parameters(there.scenario, there.history.parameters(*at))
    return apply(there, Edit(replace(here, **changes), carried))


def test_a_batch_ends_with_an_update_and_the_last_one_may_be_smaller() -> None:
    usual = [(3.0, True, False), (3.0, False, False), (3.0, False, True), (2.0, True, False), (2.0, False, True)]
    assert sizes(start(BATCHES), 1) == sizes(start(BATCHES), 2) == usual


def test_another_size_of_batches_is_counted_from_the_edit_on_and_forgets() -> None:
    state = edited(start(BATCHES), (2, 2), batch_size=2)
    before = [(3.0, True, False)]
    assert sizes(state, 2) == [*before, (2.0, True, False), (2.0, False, True), (2.0, True, False), (2.0, False, True)]
    later = [(2.0, True, False), (2.0, False, True)]
    assert sizes(state, 3) == [*later, *later, (1.0, True, True)]
    names = state.history.segment_at(2, 2).names
    parameters = len(BATCHES.layers[0].weights) * 3 + 9
    assert set(state.history.state(2, 2)[parameters:]) == {0.0}
    assert "t" in names


def test_other_edits_keep_what_is_remembered_and_the_batch() -> None:
    plain = start(BATCHES)
    state = edited(plain, (2, 2), learning_rate=0.01, optimizer=settings("adam", beta1=0.5))
    assert sizes(state, 2) == sizes(plain, 2)
    assert state.history.state(2, 2) == plain.history.state(2, 2)
    assert state.history.state(2, 3)[-15:] == plain.history.state(2, 3)[-15:]  # the sums of gradients
    assert state.history.state(2, 4) != plain.history.state(2, 4)
    undone = apply(state, Move.UNDO)
    assert undone.history.state(4, 1) == plain.history.state(4, 1)


@pytest.mark.parametrize("change", [{"optimizer": settings("rmsprop")}, {"batch_size": 1}, {"zero_grad": False}])
def test_another_way_of_training_forgets(change: dict[str, object]) -> None:
    state = edited(start(BATCHES), (3, 1), **change)
    carried = state.history.segment_at(3, 1).carried_names
    assert set(state.history.state(3, 1)[-len(carried) :]) == {0.0}
    assert state.history.parameters(3, 1) == start(BATCHES).history.parameters(3, 1)
    assert state.history.state(2, 5) == start(BATCHES).history.state(2, 5)
    assert state.history.reach(6)


def test_the_state_is_edited_by_its_names() -> None:
    adam = with_optimizer(neuron(), "adam")
    state = edited(start(adam), (3, 1), (("m_w", 0.5), ("t", 11.0)))
    given_numbers = state.view.given
    assert (given_numbers["m_w before"], given_numbers["t"]) == (0.5, 11.0)
    assert given_numbers["v_w before"] == start(adam).history.view(3, 1).given["v_w before"]
    assert state.history.view(4, 1).given["t"] == 12.0


@pytest.mark.parametrize("carried", [("w", 1.0), ("v_x", 1.0), ("m_w", math.inf), ("t", 0.0)])
def test_what_is_not_carried_cannot_be_edited_so(carried: tuple[str, float]) -> None:
    with pytest.raises(IllegalCommand, match=carried[0]):
        edited(start(with_optimizer(neuron(), "adam")), (2, 1), (carried,))


def test_a_sum_that_is_edited_is_added_to() -> None:
    state = edited(start(replace(neuron(), zero_grad=False)), (1, 1), (("grad_w", 5.0),))
    assert state.view.known["grad_w"] == 5.0 - 2.0
    assert state.history.state(2, 1)[-2] == 3.0
    assert not state.timeline.learning.anew


def test_an_edit_in_the_place_of_an_edit_counts_on() -> None:
    once = edited(start(BATCHES), (2, 2), batch_size=2)
    twice = edited(once, (2, 2), learning_rate=0.5)
    assert sizes(twice, 2) == sizes(once, 2)
    assert sizes(edited(once, (2, 3), learning_rate=0.5), 2) == sizes(once, 2)


def test_gradients_pile_up_where_they_are_never_set_to_0() -> None:
    history = start(replace(TWO_SAMPLES, zero_grad=False)).history
    total = 0.0
    for epoch in range(1, 4):
        for sample in (1, 2):
            one = history.view(epoch, sample)
            total += one.known["dL_dw"]
            assert one.known["grad_w"] == pytest.approx(total, rel=1e-12)
            assert one.after[0] == one.given["w"] - 0.1 * one.known["grad_w"]


@given(st.lists(st.tuples(st.integers(1, 5), st.integers(1, 5), st.integers(0, 3)), max_size=3), st.integers(2, 4))
def test_states_that_are_not_kept_are_computed_once_more(edits: list[tuple[int, int, int]], every: int) -> None:
    changes = ({"learning_rate": 0.2}, {"batch_size": 2}, {"optimizer": settings("momentum")}, {"zero_grad": False})
    with pytest.MonkeyPatch.context() as patch:
        states = []
        for interval in (1, every):
            patch.setattr(keeping, "interval", lambda _, of=interval: of)
            state = start(BATCHES)
            for epoch, sample, change in sorted(edits):
                state = edited(state, (epoch, sample), **changes[change])
            states.append(state)
        whole, sparse = states
        for epoch in (6, 2, 4, 1, 5, 3):
            for sample in (3, 1, 5):
                assert bits(sparse.history.state(epoch, sample)) == bits(whole.history.state(epoch, sample))
        fresh = History(whole.segments)
        assert bits(fresh.state(6, 5)) == bits(whole.history.state(6, 5))
        assert bits(fresh.losses[:5]) == bits(whole.history.losses[:5])


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_nothing_changes_with_batches_of_one(name: str) -> None:
    phases = {rule.phase for rule in start(with_optimizer(neuron(), name)).timeline.rules}
    assert phases == {*Phase} - {Phase.ACCUMULATE}
