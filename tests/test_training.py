"""Training on: where it stops, and in which word it says why."""

from dataclasses import replace

import pytest

from backprop_tui.core.scenario import Layer, Sample, Scenario
from backprop_tui.core.scenario_file import load
from backprop_tui.present.endings import gave_up, sentence
from backprop_tui.stepper.machine import Edit, GoTo, apply
from backprop_tui.stepper.obstacles import Obstacle, obstruction
from backprop_tui.stepper.repetition import period
from backprop_tui.stepper.state import Position, start
from backprop_tui.stepper.training import Ending, ending, since, train
from tests.models import DIVERGING, TWO_SAMPLES, network, neuron

SLOW = neuron(learning_rate=0.01)
# The least surprise at a target of 0.3 is not 0: the gradients vanish while the loss stays.
UNSURE = neuron(activation="sigmoid", loss="bce", y=0.3, learning_rate=0.5)
RARE = replace(UNSURE, samples=(Sample((2.0,), (0.001,)),))
# gelu(z) = z Φ(z) is lowest, and level, at z = −0.75179, silu(z) = z σ(z) at −1.27846.
DIP = neuron(activation="gelu", y=-1.0)
IN_THE_DIP = neuron(activation="gelu", w=(-0.7517915246935645,), x=(1.0,), b=0.0)
SATURATED = neuron(activation="sigmoid", w=(20.0,), y=0.0)
OUT_OF_REACH = neuron(activation="sigmoid", w=(12.0,), y=4.0)
DEAD = neuron(activation="relu", w=(-1.5,))
DEAD_SAMPLE = replace(DEAD, samples=(Sample((-1.0,), (3.0,)), Sample((2.0,), (4.0,))))
HIDDEN_DEAD = Scenario(
    "hidden",
    (Layer("relu", ((-1.0,),), (-1.0,)), Layer("identity", ((2.0,),), (0.5,), trainable=False)),
    (Sample((1.0,), (3.0,)),),
)
# Both outputs are the hidden neuron's answer; it should be 1 for the one and −1 for the other, and is 0.
TORN = Scenario(
    "torn",
    (Layer("identity", ((1.0,),), (0.0,)), Layer("identity", ((1.0,), (1.0,)), (0.0, 0.0), trainable=False)),
    (Sample((0.0,), (1.0, -1.0)),),
)
# Weights of 0 and held biases: tanh(0) = 0, so no weight has anything to learn from.
ALL_ZERO = Scenario(
    "all zero",
    (Layer("tanh", ((0.0,),), (0.0,), train_biases=False), Layer("tanh", ((0.0,),), (0.0,), train_biases=False)),
    (Sample((1.0,), (0.5,)),),
)
# Seven times a hundredth: nothing is saturated, and next to nothing is left.
LONG = Scenario(
    "long",
    tuple(Layer("leaky_relu", ((1.0,),), (0.0,), trainable=layer == 0) for layer in range(7)),
    (Sample((-1.0,), (1.0,)),),
)
HELD_BIAS = Scenario("held", (Layer("identity", ((1.5,),), (0.5,), train_biases=False),), (Sample((0.0,), (4.0,)),))
# The best straight line through these misses all three.
NO_LINE = replace(neuron(), samples=(Sample((0.0,), (4.0,)), Sample((1.0,), (4.0,)), Sample((2.0,), (0.0,))))


@pytest.mark.parametrize(
    ("scenario", "word", "epoch"),
    [
        (SLOW, "converged", None),
        (UNSURE, "converged", None),
        (RARE, "converged", None),
        (neuron(), "converged", 2),
        (neuron(activation="relu", y=0.0), "converged", 2),
        (neuron(w=(0.0,), b=0.0, y=1e-7, learning_rate=0.01), "converged", None),
        (DIVERGING, "diverged", 2),
        (neuron(w=(1e160,)), "not finite", 1),
        (DIP, "stuck", 48),
        (neuron(activation="silu", y=-1.0), "stuck", 105),
        (IN_THE_DIP, "stuck", 1),
        (SATURATED, "stuck", 1),
        (OUT_OF_REACH, "stuck", None),
        (DEAD, "stuck", 1),
        (neuron(activation="relu", learning_rate=0.3), "stuck", 5),
        (TORN, "stuck", 1),
        (ALL_ZERO, "stuck", 1),
        (LONG, "stuck", 1),
        (neuron(learning_rate=0.2), "oscillating", 3),
        (NO_LINE, "oscillating", None),
        (neuron(learning_rate=0.0), "standing still", 1),
        (HELD_BIAS, "standing still", 1),
        (neuron(learning_rate=1e-30), "standing still", None),
    ],
)
def test_training_on_ends_with_the_word_for_why(scenario: Scenario, word: str, epoch: int | None) -> None:
    state, why = train(start(scenario), 100_000)
    assert why == word
    assert epoch in (None, state.position.epoch)
    if why in (Ending.DIVERGED, Ending.NOT_FINITE):
        assert state.ended
        assert state.position.stage == state.view.first_not_finite > 0
    else:
        assert state.position == Position(state.position.epoch, len(scenario.samples), state.timeline.last)
        # The first epoch that gave a reason to stop: the one before gave none.
        assert state.position.epoch == 1 or ending(state, state.position.epoch - 1) is None


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
    assert obstruction(start(DEAD_SAMPLE).history.view(1, 2)) == (Obstacle.GATE, "a")
    assert obstruction(start(DEAD_SAMPLE).history.view(1, 1)) is None
    assert ending(start(DEAD_SAMPLE), 1) is None


@pytest.mark.parametrize(
    ("scenario", "kind", "node"),
    [
        (HIDDEN_DEAD, Obstacle.GATE, "a1_1"),
        (SATURATED, Obstacle.SATURATION, "a"),
        (neuron(activation="tanh", w=(400.0,)), Obstacle.SATURATION, "a"),
        (IN_THE_DIP, Obstacle.DIP, "a"),
        (TORN, Obstacle.CANCELLATION, "a1_1"),
        (ALL_ZERO, Obstacle.SYMMETRY, "a1_1"),
        (LONG, Obstacle.PLATEAU, None),
        (HELD_BIAS, Obstacle.INPUT, "x"),
    ],
)
def test_what_is_in_the_way(scenario: Scenario, kind: Obstacle, node: str | None) -> None:
    found = obstruction(start(scenario).view)
    assert found
    assert found.kind is kind
    assert node in (None, found.node)


def test_nothing_is_in_the_way_where_nothing_is_asked_or_all_gets_through() -> None:
    for scenario in (
        replace(HIDDEN_DEAD, samples=(Sample((1.0,), (0.5,)),)),
        network((2, 2, 1)),
        neuron(activation="leaky_relu", w=(-50.0,)),
    ):
        assert obstruction(start(scenario).view) is None


def test_an_epoch_is_judged_by_all_its_samples() -> None:
    split = replace(DIVERGING, samples=(DIVERGING.samples[0], Sample((0.0,), (0.5,))))
    assert ending(start(TWO_SAMPLES), 1) is None
    assert ending(start(DIVERGING), 1) is None
    assert ending(start(DIVERGING), 2) is Ending.DIVERGED
    assert ending(start(split), 1) is None


def test_a_held_parameter_neither_keeps_an_epoch_going_nor_is_it_counted() -> None:
    """Its gradient is −7 all along, and moves nothing; the weight's input is 0."""
    assert start(HELD_BIAS).view.known["dL_db"] == -7.0
    assert start(HELD_BIAS).history.is_settled(1)


def test_how_small_a_loss_is_small_is_told_from_the_first_since_the_latest_edit() -> None:
    tiny = neuron(w=(0.0,), b=0.0, y=1e-7, learning_rate=0.001)
    state, why = train(start(tiny), 100_000)
    last = state.position.epoch
    off = [abs(state.history.view(epoch, 1).known["a"] - 1e-7) for epoch in (1, last - 1, last)]
    assert (why, off[0]) == (Ending.CONVERGED, 1e-7)
    assert off[2] <= 1e-4 * 1e-7 < off[1]  # every gradient was below 1e-9 long before
    again = apply(apply(start(SLOW), GoTo(Position(40, 1, 3))), Edit(neuron(learning_rate=0.02)))
    state, why = train(again, 1000)
    losses = state.history.losses
    assert why is Ending.CONVERGED
    assert losses[-1] <= 1e-12 * losses[39] < losses[-2]


def test_a_cycle_is_told_from_slow_progress() -> None:
    for scenario in (neuron(learning_rate=1e-13), neuron(learning_rate=0.2 - 1e-9), NO_LINE):
        assert start(scenario).history.period(50) == 0
    assert start(neuron(learning_rate=0.2)).history.period(3) == 2
    assert start(neuron(loss="mae", learning_rate=0.04)).history.period(60) == 2


def test_a_run_that_drifts_while_it_goes_to_and_fro_is_not_back() -> None:
    """The loss may be flat along the drift, and tell nothing."""

    def found(drift: float) -> int:
        return period([0.25] * 30, 20, lambda epoch: ((-1) ** epoch + drift * epoch,), lambda _: iter((2.0,)))

    assert [found(drift) for drift in (0.0, 1e-12, 1e-6)] == [2, 2, 0]


@pytest.mark.parametrize("epochs", [2, 3, 64, 1000])
def test_where_a_cycle_is_noticed_does_not_depend_on_how_far_was_looked(epochs: int) -> None:
    state, why = train(start(neuron(learning_rate=0.2)), epochs)
    assert (why, state.position.epoch) == ((None, 2) if epochs == 2 else (Ending.OSCILLATING, 3))


def test_since_when_it_is_so() -> None:
    assert [since(start(neuron()), epoch) for epoch in (1, 2, 3, 900)] == [1, 2, 2, 2]
    assert since(start(neuron(learning_rate=0.2)), 700) == 3
    assert since(start(DIP), 500) == 48
    assert since(start(neuron(learning_rate=0.0)), 9) == 1


@pytest.mark.parametrize(
    ("scenario", "epoch", "text"),
    [
        (neuron(), 1, "Converged in epoch 2: the loss is 0."),
        (neuron(), 5, "Converged already, since epoch 2: the loss is 0."),
        (UNSURE, 1, "the answer is right; the loss is 0.6109."),
        (DIP, 1, "Stuck in epoch 48, though the answer is wrong: z = −0.7518 is at the bottom of the dip of GELU"),
        (DEAD, 1, "Stuck in epoch 1, though the answer is wrong: the gate of a is closed, and nothing gets back"),
        (TORN, 1, "what comes back to a1_1 along several links cancels out."),
        (
            neuron(learning_rate=0.2),
            1,
            "Oscillating since epoch 1: every 2 epochs the parameters are back where they were, and the loss stays",
        ),
        (NO_LINE, 1, "every epoch ends where it began, as the samples' steps cancel; the mean loss stays 1.512."),
        (neuron(learning_rate=0.0), 1, "Standing still in epoch 1: the learning rate is 0."),
        (HELD_BIAS, 1, "every gradient that an update uses is 0, as the input x = 0 leaves its weight nothing to"),
    ],
)
def test_the_sentence_at_the_end(scenario: Scenario, epoch: int, text: str) -> None:
    state, why = train(apply(start(scenario), GoTo(Position(epoch, 1, 0))), 100_000)
    assert why
    assert text in sentence(state, why)
    assert "or diverged within 70 epochs" in gave_up(73, 70)


def test_the_endings_of_the_builtins() -> None:
    """Those that learn something, and those made to fail."""
    words = {name: train(start(load(name)), 100_000)[1] for name in ("line", "xor-2-2-1", "overshoot", "relu-dead")}
    assert words == {
        "line": Ending.CONVERGED,
        "xor-2-2-1": Ending.CONVERGED,
        "overshoot": Ending.DIVERGED,
        "relu-dead": Ending.STUCK,
    }
