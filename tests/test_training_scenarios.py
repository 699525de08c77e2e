"""What the built-in scenarios of training show, they show."""

from itertools import pairwise

import pytest

from backprop_tui.core.scenario_file import load
from backprop_tui.stepper.history import History
from backprop_tui.stepper.state import start
from backprop_tui.stepper.training import Ending, train


def run(name: str, epochs: int) -> History:
    history = start(load(name)).history
    assert history.reach(epochs + 1)
    return history


def first_below(history: History, loss: float) -> int:
    """The first epoch with a mean loss below `loss`."""
    return next(epoch for epoch, mean in enumerate(history.losses, start=1) if mean < loss)


@pytest.mark.parametrize("name", ["softmax", "softmax-relu"])
def test_classes_are_told_apart_after_thirty_epochs_and_not_before_the_first(name: str) -> None:
    scenario, history = load(name), run(name, 30)
    output = f"a{len(scenario.layers)}_"

    def right(epoch: int) -> list[bool]:
        views = [history.view(epoch, sample) for sample in range(1, history.samples + 1)]
        best = [max((1, 2, 3), key=lambda k, one=one: one.known[f"{output}{k}"]) for one in views]
        return [sample.y[k - 1] == 1 for k, sample in zip(best, scenario.samples, strict=True)]

    assert all(right(30))
    assert not all(right(1))
    assert history.losses[29] < 0.05 < history.losses[0]


def test_xor_by_full_batch_converges_and_with_momentum_sooner() -> None:
    for name in ("xor-batch", "xor-momentum"):
        assert train(start(load(name)), 2000)[1] is Ending.CONVERGED
        assert load(name).batch_size == 4
    plain, momentum = (run(name, 1000) for name in ("xor-batch", "xor-momentum"))
    assert load("xor-batch").learning_rate == load("xor-momentum").learning_rate
    assert first_below(momentum, 1e-3) < first_below(plain, 1e-3) / 3


def test_gradient_descent_zigzags_in_the_ravine_and_the_others_do_not() -> None:
    def turns(name: str) -> int:
        """How often the gradient across the ravine changes its sign in 30 updates."""
        history = run(name, 31)
        slopes = [history.view(epoch, 2).known["grad_w2"] for epoch in range(1, 31)]
        return sum(one * other < 0 for one, other in pairwise(slopes))

    assert turns("ravine") == 29
    assert turns("ravine-momentum") <= 5
    assert turns("ravine-adam") <= 5
    plain, *others = (run(name, 61) for name in ("ravine", "ravine-momentum", "ravine-adam"))
    for history in others:
        assert history.losses[59] < plain.losses[59] / 5
        assert history.parameters(1000 if history.reach(1000) else 1, 1)[:2] == pytest.approx((4.0, 1.0), abs=1e-6)


def test_momentum_still_moves_where_the_gradient_is_0() -> None:
    one = run("momentum", 4).view(3, 1)
    assert one.known["dL_dw"] == pytest.approx(0.0, abs=1e-12)
    assert abs(one.after[0] - one.given["w"]) > 3


def test_adam_steps_by_the_learning_rate_where_gradient_descent_steps_by_the_gradient() -> None:
    assert run("article-adam", 1).parameters(2, 1) == pytest.approx((1.6, 0.6), abs=1e-7)
    assert run("article-7", 1).parameters(2, 1) == (1.7, 0.6)


def test_without_zero_grad_the_neuron_swings_past_its_target_for_ever() -> None:
    history = run("zero-grad", 200)
    answers = [history.view(epoch, 1).known["a"] - 4 for epoch in range(1, 201)]
    assert sum(one * other < 0 for one, other in pairwise(answers)) > 20
    assert max(map(abs, answers[100:])) > max(map(abs, answers[:100])) * 0.9
