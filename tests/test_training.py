"""Training on: where it stops, and in which word it says why."""

from dataclasses import replace

import pytest

from backprop_tui.core.scenario import Layer, Sample, Scenario
from backprop_tui.stepper.machine import GoTo, apply
from backprop_tui.stepper.state import Position, State, start
from backprop_tui.stepper.training import Ending, ending, is_blocked, train
from tests.models import DIVERGING, TWO_SAMPLES, network, neuron

SLOW = neuron(learning_rate=0.01)
# The least surprise at a target of 0.3 is not 0: the gradients vanish while the loss stays.
UNSURE = neuron(activation="sigmoid", loss="bce", y=0.3, learning_rate=0.5)
RARE = replace(UNSURE, samples=(Sample((2.0,), (0.001,)),))
SETTLED = neuron(activation="gelu", w=(-0.75,), x=(1.0,), b=0.0, y=-5.0, learning_rate=0.05)
SATURATED = neuron(activation="sigmoid", w=(20.0,), y=0.0)
OUT_OF_REACH = neuron(activation="sigmoid", w=(12.0,), y=4.0)
DEAD = neuron(activation="relu", w=(-1.5,))
DEAD_SAMPLE = replace(DEAD, samples=(Sample((-1.0,), (3.0,)), Sample((2.0,), (4.0,))))
HIDDEN_DEAD = Scenario(
    "hidden",
    (Layer("relu", ((-1.0,),), (-1.0,)), Layer("identity", ((2.0,),), (0.5,), trainable=False)),
    (Sample((1.0,), (3.0,)),),
)


@pytest.mark.parametrize(
    ("scenario", "word"),
    [
        (SLOW, "converged"),
        (UNSURE, "converged"),
        (RARE, "converged"),
        (SETTLED, "converged"),
        (DIVERGING, "diverged"),
        (SATURATED, "stuck"),
        (OUT_OF_REACH, "stuck"),
        (DEAD, "stuck"),
    ],
    ids=["slow", "unsure", "rare", "settled", "diverging", "saturated", "out of reach", "dead"],
)
def test_training_on_ends_with_the_word_for_why(scenario: Scenario, word: str) -> None:
    state, why = train(start(scenario), 100_000)
    assert why == word
    history, epoch = state.history, state.position.epoch
    if why is Ending.DIVERGED:
        assert state.ended
        assert state.position.stage == state.view.first_not_finite > 0
    else:
        assert state.position == Position(epoch, len(scenario.samples), state.timeline.last)
        # The first epoch that gave a reason to stop, by the contract's figures: the one before gave none.
        assert [_small(state, epoch - 1) if epoch > 1 else False, _small(state, epoch)] == [False, True]
        assert (why is Ending.STUCK) <= (history.losses[epoch - 1] > 1e-12)


def _small(state: State, epoch: int) -> bool:
    """Whether the mean loss of `epoch` is at most 1e-12, or every gradient in it at most 1e-9."""
    passes = [state.history.view(epoch, sample) for sample in range(1, state.history.samples + 1)]
    names = [node.name for node in state.timeline.graph.parameters]
    loss = sum(one.known["loss"] for one in passes) / len(passes)
    return loss <= 1e-12 or all(abs(one.known[f"dL_d{name}"]) <= 1e-9 for one in passes for name in names)


def test_training_on_stops_at_the_limit_without_a_verdict_and_can_go_on() -> None:
    state, why = train(start(SLOW), 10)
    assert why is None
    assert state.position == Position(10, 1, 11)
    state, why = train(state, 10)
    assert why is None
    assert state.position == Position(19, 1, 11)
    assert train(start(SLOW), 1)[0].position == Position(1, 1, 11)


def test_training_on_starts_with_the_epoch_on_screen() -> None:
    there = apply(start(SLOW), GoTo(Position(700, 1, 3)))
    assert ending(there, 100) is None
    state, why = train(there, 5)
    assert why is Ending.CONVERGED
    assert state.position == Position(700, 1, 11)


def test_one_sample_that_still_learns_keeps_training_going() -> None:
    assert is_blocked(start(DEAD_SAMPLE).history.view(1, 2))
    assert not is_blocked(start(DEAD_SAMPLE).history.view(1, 1))
    assert ending(start(DEAD_SAMPLE), 1) is None


def test_a_gate_is_blocked_only_where_something_arrives_at_it() -> None:
    assert is_blocked(start(HIDDEN_DEAD).view)
    assert not is_blocked(start(replace(HIDDEN_DEAD, samples=(Sample((1.0,), (0.5,)),))).view)  # no loss, no pull
    assert not is_blocked(start(network((2, 2, 1))).view)
    assert not is_blocked(start(neuron(activation="leaky_relu", w=(-50.0,))).view)


def test_an_epoch_is_judged_by_all_its_samples() -> None:
    split = replace(DIVERGING, samples=(DIVERGING.samples[0], Sample((0.0,), (0.5,))))
    assert ending(start(TWO_SAMPLES), 1) is None
    assert ending(start(DIVERGING), 1) is None
    assert ending(start(DIVERGING), 2) is Ending.DIVERGED
    assert ending(start(split), 1) is None
