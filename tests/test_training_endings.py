"""Training on with optimisers, batches and softmax ends, and with a word that is true."""

from dataclasses import replace

import pytest

from backprop_tui.core.scenario import Layer, Sample, Scenario
from backprop_tui.stepper.obstacles import Obstacle, Obstruction, obstruction
from backprop_tui.stepper.state import start
from backprop_tui.stepper.training import Ending, is_right, train
from tests.models import neuron
from tests.training_models import CLASSES, TRAINED, with_optimizer


@pytest.mark.parametrize("scenario", TRAINED.values(), ids=TRAINED)
def test_training_on_ends_at_the_last_stage_of_an_epoch_or_of_the_run(scenario: Scenario) -> None:
    state, why = train(start(scenario), 300)
    if why in (Ending.DIVERGED, Ending.NOT_FINITE):
        assert state.ended
    else:
        assert state.position.sample == len(scenario.samples)
        assert state.position.stage == state.timeline.last


def test_momentum_has_not_converged_where_it_passes_the_minimum() -> None:
    """(w − 4)² from 10: epoch 3 starts at 4, but for rounding, with a gradient and a loss as good as 0."""
    scenario = with_optimizer(neuron(x=(1.0,), w=(10.0,), b=0.0, learning_rate=0.2), "momentum")
    held = replace(scenario, layers=(replace(scenario.layers[0], train_biases=False),))
    history = start(held).history
    assert history.reach(4)
    assert history.losses[2] <= 1e-12
    assert not history.is_settled(3)
    state, why = train(start(held), 5000)
    assert why is Ending.CONVERGED
    assert state.position.epoch > 100


def test_a_softmax_that_answers_its_targets_is_right() -> None:
    unsure = replace(CLASSES, samples=(Sample((1.0, 0.5), (0.5, 0.25, 0.25)),), learning_rate=1.0)
    state, why = train(start(unsure), 5000)
    assert why is Ending.CONVERGED  # its loss stays at the entropy of the target
    assert state.history.losses[-1] > 1.0
    assert is_right(state.view)
    assert not is_right(start(unsure).view)


def test_a_softmax_that_is_sure_of_the_wrong_class_is_stuck_but_for_cross_entropy() -> None:
    layer = Layer("softmax", ((60.0,), (-60.0,)), (0.0, 0.0))
    sure = Scenario("sure", (layer,), (Sample((1.0,), (0.0, 1.0)),), "mse", 0.1)
    state, why = train(start(sure), 100)
    assert why is Ending.STUCK
    assert obstruction(state.view) == Obstruction(Obstacle.SATURATION, "a1_1")
    assert train(start(replace(sure, loss="cross_entropy")), 100)[1] is None


def test_what_overflows_before_the_first_batch_is_through_has_not_diverged() -> None:
    huge = replace(CLASSES, loss="mse", batch_size=3, layers=(Layer("identity", ((1e200, 0.0),) * 3, (0.0,) * 3),))
    second = replace(huge, samples=(Sample((0.0, 0.0), (0.0,) * 3), *huge.samples[1:]))
    assert train(start(second), 5)[1] is Ending.NOT_FINITE
    assert train(start(replace(second, batch_size=1)), 5)[1] is Ending.DIVERGED
