"""The built-in scenarios that learn something do, from the initial values in their files."""

import pytest

from backprop_tui.core.scenario_file import load
from backprop_tui.stepper.machine import GoTo, apply
from backprop_tui.stepper.state import Position, State, start
from backprop_tui.stepper.training import Ending, train


def answers(state: State) -> list[float]:
    """What the last layer answers to each sample in the epoch on screen."""
    epoch, samples = state.position.epoch, range(1, state.history.samples + 1)
    views = [state.history.view(epoch, sample) for sample in samples]
    name = views[0].timeline.graph.root.args[0]
    return [view.known[name] for view in views]


def targets(name: str) -> list[float]:
    return [sample.y[0] for sample in load(name).samples]


@pytest.mark.parametrize("name", ["line", "xor-2-2-1", "xor-2-3-1", "hidden-relu"])
def test_it_converges(name: str) -> None:
    state, why = train(start(load(name)), 1000)
    assert why is Ending.CONVERGED
    assert answers(state) == pytest.approx(targets(name), abs=1e-5)


def test_a_line_is_found() -> None:
    state, _ = train(start(load("line")), 1000)
    assert state.history.parameters(state.position.epoch, 1) == pytest.approx((2.0, -1.0), abs=1e-5)


def test_a_sigmoid_comes_ever_nearer_to_and() -> None:
    state, why = train(start(load("and")), 1000)
    assert why is None  # 0 and 1 are never quite reached
    assert answers(state) == pytest.approx(targets("and"), abs=0.05)
    losses = list(state.history.losses)
    assert losses == sorted(losses, reverse=True)


def test_what_was_trained_is_visited_as_if_it_had_been_stepped_to() -> None:
    trained, _ = train(start(load("xor-2-2-1")), 50)
    there = GoTo(Position(37, 3, 20))
    jumped, fresh = apply(trained, there), apply(start(load("xor-2-2-1")), there)
    assert jumped == fresh
    assert jumped.view.values == fresh.view.values
