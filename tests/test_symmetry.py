"""Neurons of a layer that get the same gradients, and layers that get none, are told at the last gradient."""

from dataclasses import replace
from itertools import pairwise

import pytest

from backprop_tui.core.backprop import Phase
from backprop_tui.core.optimizers import OPTIMIZERS
from backprop_tui.core.scenario import Layer, Sample, Scenario, with_parameters
from backprop_tui.core.scenario_file import parse
from backprop_tui.present.explanation.stage import explain
from backprop_tui.stepper.machine import Edit, GoTo, Move, apply
from backprop_tui.stepper.state import Position, State, start
from tests.claims import findings
from tests.speaking import said

ALIKE = "Symmetry: neurons 1 and 2 of layer 1 have the same numbers, so they get the same gradients."

TRAINING = ["batch_size = 2", "zero_grad = false", *(f'optimizer = "{name}"' for name in OPTIMIZERS if name != "sgd")]

APART = """
[[layer]]
activation = "tanh"
weights = [[0.5], [-0.4]]
biases = [0.1, 0.2]
[[layer]]
activation = "identity"
weights = [[0.5, 0.3]]
biases = [0.1]
[[sample]]
x = [1.0]
y = [1.0]
[[sample]]
x = [-1.0]
y = [0.3]
"""


def last_gradient(scenario: Scenario) -> Position:
    return Position(1, 1, start(scenario).timeline.phases[Phase.CHAIN][-1])


def network(rows: list[list[float]], biases: list[float], *behind: list[float], activation: str = "tanh") -> Scenario:
    """One input for each number of a row but none to begin with; one output for each row of the weights behind."""
    layers = (
        Layer(activation, tuple(map(tuple, rows)), tuple(biases)),
        Layer("identity", tuple(map(tuple, behind)), (0.0,) * len(behind)),
    )
    sample = Sample(tuple(1.0 + place for place in range(len(rows[0]))), (1.0,) * len(behind))
    return Scenario("made", layers, (sample,))


def told(scenario: Scenario, epoch: int = 1) -> str:
    return said(scenario, last_gradient(scenario).stage, epoch)


def test_neurons_that_nothing_tells_apart_are_named() -> None:
    """The classic start of equal weights: both hidden neurons get the same gradients, for ever."""
    alike = network([[0.3], [0.3]], [0.1, 0.1], [0.5, 0.5])
    assert ALIKE in told(alike)
    assert ALIKE in told(alike, 30)


@pytest.mark.parametrize(
    "scenario",
    [
        network([[0.3], [0.3]], [0.1, 0.1], [0.5, 0.4]),
        network([[0.3], [0.2]], [0.1, 0.1], [0.5, 0.5]),
        network([[0.3], [0.3]], [0.1, 0.2], [0.5, 0.5]),
        network([[0.3], [0.3]], [0.1, 0.1], [0.5, 0.5], [0.1, 0.2]),
        network([[0.3, 0.2], [0.2, 0.3]], [0.1, 0.1], [0.5, 0.5]),
        network([[0.3]], [0.1], [0.5]),
    ],
)
def test_neurons_that_anything_tells_apart_are_not(scenario: Scenario) -> None:
    assert "Symmetry" not in told(scenario)


@pytest.mark.parametrize("training", ["", *TRAINING])
def test_neurons_made_alike_are_named_only_where_they_stay_so(training: str) -> None:
    """Edited to the same numbers, they take different steps where an optimiser or a sum remembers how they came."""
    scenario = parse(f"{training}\n{APART}", "apart")
    state = apply(start(scenario), GoTo(Position(3, 2)))
    state = apply(state, Edit(with_parameters(scenario, (0.5, 0.1, 0.5, 0.1, 0.4, 0.4, 0.1))))
    state = apply(state, GoTo(state.position._replace(stage=state.timeline.phases[Phase.CHAIN][-1])))
    later = apply(apply(state, Move.NEXT_EPOCH), Move.NEXT_EPOCH).view.given
    stay_alike = all(later[one] == later[other] for one, other in (("w1_1_1", "w1_2_1"), ("b1_1", "b1_2")))
    assert stay_alike == (not training)
    assert ("Symmetry" in " ".join(explain(state, 200, 20))) == stay_alike


def test_the_largest_group_is_named_in_full() -> None:
    same, other = [0.3], [0.2]
    assert "Symmetry: all three neurons of layer 1 have" in told(network([same] * 3, [0.1] * 3, [0.5] * 3))
    assert "Symmetry: neurons 1, 3 and 4 of layer 1 have" in told(
        network([same, other, same, same, other], [0.1] * 5, [0.5] * 5)
    )
    assert "Symmetry: 6 neurons of layer 1 have" in told(network([*[same] * 6, other], [0.1] * 7, [0.5] * 7))


def test_the_output_layer_is_none_of_them() -> None:
    assert "Symmetry" not in told(network([[0.3]], [0.1], [0.5], [0.5]))


SHAPE = """
loss = "bce"
seed = 1
[[layer]]
activation = "{}"
neurons = 3
init = "zeros"
[[layer]]
activation = "tanh"
neurons = 2
init = "zeros"
[[layer]]
activation = "sigmoid"
neurons = 1
init = "zeros"
[[sample]]
x = [0.0, 1.0]
y = [1.0]
[[sample]]
x = [1.0, 1.0]
y = [0.0]
"""


@pytest.mark.parametrize("activation", ["tanh", "relu", "sigmoid"])
def test_a_start_of_zeros_is_told_to_be_one_that_never_learns(activation: str) -> None:
    """With zeros behind it, no layer gets a gradient; with 0 = tanh(0) before it, the last weights get none either."""
    scenario = parse(SHAPE.format(activation), "zeros")
    words = "All gradients of layers 1 and 2 are 0: every weight that leads out of them is 0"
    for epoch in (1, 7):
        assert words in told(scenario, epoch)
        assert "of layer 1 have the same numbers, so they get the same gradients" in told(scenario, epoch)


def test_a_start_of_zeros_before_a_sigmoid_keeps_its_neurons_alike_for_ever() -> None:
    """a = σ(0) = 0.5 lets the weights behind it learn, all alike: then the layer gets gradients, all alike."""
    scenario = parse(SHAPE.format("sigmoid"), "zeros")
    scenario = replace(scenario, layers=(scenario.layers[0], replace(scenario.layers[2], weights=((0.0,) * 3,))))
    assert "All gradients of layer 1 are 0: every weight that leads out of it is 0" in told(scenario)
    assert "All gradients" not in told(scenario, 2)
    for epoch in (2, 50):
        assert "Symmetry: all three neurons of layer 1 have" in told(scenario, epoch)


def test_a_layer_with_one_way_out_is_not_cut_off() -> None:
    assert "All gradients of" not in told(network([[0.3], [0.2]], [0.1, 0.1], [0.0, 0.0], [0.0, 0.1]))
    assert "All gradients of layer 1 are 0" in told(network([[0.3], [0.2]], [0.1, 0.1], [0.0, 0.0], [0.0, 0.0]))


def states() -> list[State]:
    """The last gradients of networks with equal neurons, zeros and near misses, over a few passes each."""
    same, near = [0.3, -0.2], [0.3, -0.2000001]
    made = [
        *(network(rows, [0.1] * len(rows), [w] * len(rows), activation=kind)
          for rows in ([same] * 2, [same] * 3, [same, near], [same, near, same], [same] * 6, [[0.0, 0.0]] * 2)
          for w in (0.5, 0.0)
          for kind in ("tanh", "relu", "sigmoid", "identity")),
        *(parse(SHAPE.format(kind), "zeros") for kind in ("tanh", "relu", "sigmoid")),
    ]  # fmt: skip
    found = []
    for scenario in made:
        state = apply(start(scenario), GoTo(last_gradient(scenario)))
        for _ in range(3):
            found.append(state)
            state = apply(state, Move.NEXT_EPOCH)
    return found


def test_what_is_said_of_symmetry_is_so() -> None:
    claims = [finding for state in states() for finding in findings(state)]
    assert [finding.text for finding in claims if not finding.is_true] == []
    made = " ".join(finding.text for finding in claims)
    assert made.count("Symmetry: ") > 30
    assert made.count("All gradients of layer") > 20


def test_equal_neurons_stay_equal() -> None:
    """Why it matters: after any number of passes their parameters are the same to the last digit."""
    scenario = network([[0.3, -0.2]] * 3, [0.1] * 3, [0.5] * 3)
    state = start(scenario)
    for _ in range(20):
        state = apply(state, Move.NEXT_EPOCH)
    values = state.history.parameters(21, 1)
    for one, other in pairwise([values[:3], values[3:6], values[6:9]]):
        assert [*one] == [*other] != [0.3, -0.2, 0.1]
