"""An event is named where it happens, with its cause and what helps."""

import pytest

from backprop_tui.present.events import Kind, events_at
from backprop_tui.present.explanation.stage import explain
from backprop_tui.stepper.machine import GoTo, Move, apply
from backprop_tui.stepper.state import Position, State, start
from tests.models import neuron
from tests.speaking import DA_DZ, DL_DA, DL_DB, DL_DW, LOSS, B, Z, at, said


@pytest.mark.parametrize(
    ("kind", "state", "text"),
    [
        (
            Kind.GATE_CLOSED,
            at(neuron(w=[-1.5], activation="relu"), DA_DZ),
            "Gate closed: z = −2.5 is below 0, where ReLU is flat. If z moves a little, a stays 0: factor 0. Nothing "
            "gets through to w and b, however wrong the answer is.",
        ),
        (
            Kind.GATE_CLOSED,
            at(neuron(w=[0.0], b=0.0, activation="relu"), DA_DZ),
            "Gate closed: z is exactly 0, at the corner of ReLU. To the left its slope is 0, to the right 1; by "
            "convention it counts as 0: relu′(0) = 0. Nothing gets through to w and b.",
        ),
        (
            Kind.SATURATED,
            at(neuron(w=[5.75], y=0.8, activation="sigmoid"), DA_DZ),
            "Saturated: at z = 12 the sigmoid is almost flat, its slope 6.144e-06 (at most 0.25). Hardly anything of "
            "what arrives gets through to w and b, however wrong the answer is.",
        ),
        (
            Kind.SATURATED,
            at(neuron(w=[5.75], y=0.0, activation="sigmoid", loss="bce"), DA_DZ),
            "Saturated: at z = 12 the sigmoid is almost flat, its slope 6.144e-06 (at most 0.25). But the bce loss "
            "divides by this very slope, so that a wrong answer still weighs in full.",
        ),
        (
            Kind.FLAT,
            at(neuron(w=[40.0], y=0.0, activation="tanh"), DA_DZ),
            "Flat: at z = 80.5 tanh is so level that its slope is 0 for the machine. Nothing gets through to w and b, "
            "however wrong the answer is.",
        ),
        (
            Kind.OVERSHOOT,
            at(neuron(learning_rate=0.25), LOSS, 6),
            "Overshoot: the loss rose from 6.407 to 14.42. The direction was right, the step too long: it jumped over "
            "the target and landed farther away on the other side. A smaller learning rate helps (e).",
        ),
        (
            Kind.OVERSHOOT,
            at(neuron(learning_rate=-0.1), LOSS, 2),
            "Overshoot: the loss rose from 0.25 to 1. The learning rate −0.1 is negative: every step goes with the "
            "gradient, uphill. A positive one goes downhill (e).",
        ),
        (
            Kind.DIVERGED,
            at(neuron(learning_rate=0.25), LOSS, 878),
            "Diverged: the loss is infinite, too large for a machine number; training stops. Every earlier stage is "
            "still there (←). The learning rate 0.25 is too large: change it (e).",
        ),
        (
            Kind.DIVERGED,
            at(neuron(x=[1e200, -1e200], w=[1e200, 1e200]), Z),
            "Diverged: z is not a number: infinities met on the way; training stops. Every earlier stage is still "
            "there (←). The numbers that it starts from are too large: change them (e).",
        ),
        (
            Kind.OUT_OF_REACH,
            at(neuron(activation="sigmoid"), LOSS),
            "Out of reach: a sigmoid answers between 0 and 1, never 4. The loss can sink towards 9 but not below. "
            "Choose a target between 0 and 1 or another activation (e).",
        ),
        (
            Kind.OUT_OF_REACH,
            at(neuron(y=-3.0, activation="relu", loss="mae"), LOSS),
            "Out of reach: ReLU answers 0 or more, never −3. The loss can sink towards 3 but not below. Choose a "
            "target not below 0 or another activation (e).",
        ),
        (
            Kind.CONVERGED,
            at(neuron(y=3.5), LOSS),
            "Converged: the loss is 0. The answer is right. There is nothing left to learn.",
        ),
        (
            Kind.ZERO_GRADIENT,
            at(neuron(w=[-1.5], activation="relu"), DL_DB),
            "Zero gradient, although the answer is wrong by 4: a closed gate bars the way back. The update will "
            "change nothing: stuck. Only other numbers can free w and b (e).",
        ),
    ],
)
def test_an_event_is_named_where_it_happens(kind: Kind, state: State, text: str) -> None:
    assert kind in events_at(state)
    assert " ".join(explain(state)) == text


def test_a_dead_relus_gradient() -> None:
    assert explain(at(neuron(w=[-1.5], activation="relu"), DL_DW)) == (
        "Dead ReLU: z = −2.5 is below 0, where ReLU is flat. Moving w still moves z,",
        "but no longer a. The gradient is 0 although the answer is wrong by 4: from",
        "this sample w and b learn nothing.",
    )


def test_a_dead_relu_whose_input_is_0_moves_nothing() -> None:
    assert "Moving w" not in said(neuron(x=[0.0], b=-1.0, activation="relu"), DL_DW)


def test_a_negative_learning_rate_is_told_as_the_cause_of_a_divergence() -> None:
    state = start(neuron(learning_rate=-1.0))
    while not state.ended:
        state = apply(state, Move.NEXT_EPOCH)
    state = apply(state, GoTo(Position(state.position.epoch, 1, state.view.first_not_finite)))
    assert "The learning rate −1 is negative, so every step goes uphill: change it (e)." in " ".join(explain(state))


def test_every_stage_after_a_divergence_says_so() -> None:
    scenario = neuron(learning_rate=0.25)
    for stage in range(DL_DA, B + 1):
        assert said(scenario, stage, 878).startswith("Diverged: the loss is infinite")
