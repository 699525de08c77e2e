"""An event is named where it happens, with its cause and what helps."""

import pytest

from backprop_tui.core.scenario import Layer, Sample, Scenario
from backprop_tui.present.events import Kind, events_at
from backprop_tui.present.explanation.stage import explain
from backprop_tui.stepper.machine import Edit, GoTo, Move, apply
from backprop_tui.stepper.state import Position, State, start
from tests.models import neuron
from tests.speaking import DA_DZ, DL_DA, DL_DB, DL_DW, LOSS, B, Z, at, said


@pytest.mark.parametrize(
    ("kind", "state", "text"),
    [
        (
            Kind.GATE_CLOSED,
            at(neuron(w=[-1.5], activation="relu"), DA_DZ),
            "Dead ReLU: z = −2.5 is below 0, where ReLU is flat. If z moves a little, a stays 0: factor 0. Nothing "
            "gets through to w and b, however wrong the answer is.",
        ),
        (
            Kind.GATE_CLOSED,
            at(neuron(w=[0.0], b=0.0, activation="relu"), DA_DZ),
            "Dead ReLU: z is exactly 0, at the corner of ReLU. To the left its slope is 0, to the right 1; by "
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
            "the target and landed farther away on the other side. A smaller learning rate makes smaller steps "
            "(key e).",
        ),
        (
            Kind.ROSE,
            at(neuron(learning_rate=-0.1), LOSS, 2),
            "The loss rose from 0.25 to 1. The learning rate −0.1 is negative: every step goes with the gradient, "
            "uphill. A positive one goes downhill (key e).",
        ),
        (
            Kind.DIVERGED,
            at(neuron(learning_rate=0.25), LOSS, 878),
            "Diverged: the loss is infinite, too large for a machine number; training stops. Every earlier stage is "
            "still there (←). The learning rate 0.25 is too large: change it (key e).",
        ),
        (
            Kind.NOT_FINITE,
            at(neuron(x=[1e200, -1e200], w=[1e200, 1e200]), Z),
            "Not finite: z is not a number (overflow on the way); training stops. Every earlier stage is still there "
            "(←). No update did this: the numbers that it starts from are too large (key e).",
        ),
        (
            Kind.NOT_FINITE,
            at(neuron(w=[1e160]), LOSS),
            "Not finite: the loss is infinite, too large for a machine number; training stops. Every earlier stage is "
            "still there (←). No update did this: the numbers that it starts from are too large (key e).",
        ),
        (
            Kind.OUT_OF_REACH,
            at(neuron(activation="sigmoid"), LOSS),
            "Out of reach: a sigmoid answers between 0 and 1, never 4. The loss can sink towards 9 but not below. "
            "Choose a target between 0 and 1 or another activation (key e).",
        ),
        (
            Kind.OUT_OF_REACH,
            at(neuron(y=-3.0, activation="relu", loss="mae"), LOSS),
            "Out of reach: ReLU answers 0 or more, never −3. The loss can sink towards 3 but not below. Choose a "
            "target not below 0 or another activation (key e).",
        ),
        (
            Kind.CONVERGED,
            at(neuron(y=3.5), LOSS),
            "Converged: the loss is 0. The answer is right. There is nothing left to learn.",
        ),
        (
            Kind.ZERO_GRADIENT,
            at(neuron(w=[-1.5], activation="relu"), DL_DB),
            "Zero gradient, although the answer is wrong by 4: the gate of a is closed, and nothing gets back past "
            "it. Stuck: updates change nothing any more. Only other numbers can free w and b (key e).",
        ),
        (
            Kind.STUCK,
            at(neuron(activation="gelu", x=[1.0], w=[-0.7517915246935645], b=0.0), DL_DB),
            "Zero gradient, or as good as (none is above 1e-09), although the answer is wrong by 4.17: z = −0.7518 is "
            "at the bottom of the dip of GELU, where it is level. Stuck: updates change next to nothing any more.",
        ),
        (
            Kind.OSCILLATING,
            at(neuron(learning_rate=0.2), LOSS, 4),
            "Oscillating: every 2 epochs the parameters are back where they were, and the loss stays 0.25. The answer "
            "has jumped from one side of the target to the other. A smaller learning rate makes smaller steps (key e).",
        ),
        (
            Kind.STANDING_STILL,
            at(neuron(learning_rate=0.0), B),
            "Standing still: the learning rate is 0. No parameter has changed in this epoch. So every epoch from here "
            "on is the same as this one.",
        ),
        (
            Kind.JUST_CLOSED,
            at(neuron(activation="relu", learning_rate=0.3), LOSS, 5),
            "The step before closed the gate of a: z went from 8 to −4, so a is 0 and lets no gradient back. The loss "
            "is 16, as an epoch ago.",
        ),
        (
            Kind.JUST_CLOSED,
            at(neuron(activation="relu", y=0.0), LOSS, 2),
            "Converged: the answer is now the target exactly, the loss fell from 12.25 to 0. The step before closed "
            "the gate of a: z went from 3.5 to −3.331e-16, so a is 0 and lets no gradient back. The answer is right.",
        ),
    ],
)
def test_an_event_is_named_where_it_happens(kind: Kind, state: State, text: str) -> None:
    assert kind in events_at(state)
    assert " ".join(explain(state)) == text


def test_a_dead_relus_gradient() -> None:
    assert explain(at(neuron(w=[-1.5], activation="relu"), DL_DW)) == (
        "Dead ReLU: z = −2.5 is below 0, where ReLU is flat. The gradient is 0",
        "although the answer is wrong by 4: from this sample w and b learn nothing.",
        "Moving w still moves z, but no longer a.",
    )


def test_a_dead_relu_whose_input_is_0_moves_nothing() -> None:
    assert "Moving w" not in said(neuron(x=[0.0], b=-1.0, activation="relu"), DL_DW)


def test_a_negative_learning_rate_is_told_as_the_cause_of_a_divergence() -> None:
    state = start(neuron(learning_rate=-1.0))
    while not state.ended:
        state = apply(state, Move.NEXT_EPOCH)
    state = apply(state, GoTo(Position(state.position.epoch, 1, state.view.first_not_finite)))
    assert "The learning rate −1 is negative, so every step goes uphill: change it (key e)." in " ".join(explain(state))


def test_every_stage_after_a_divergence_says_so() -> None:
    scenario = neuron(learning_rate=0.25)
    for stage in range(DL_DA, B + 1):
        assert said(scenario, stage, 878).startswith("Diverged: the loss is infinite")


def test_what_is_told_of_several_samples_is_so() -> None:
    """The line of two samples: after the first epoch the loss of the first rises from 0 to 7.29, the mean falls."""
    layer = Layer("identity", ((1.5,),), (0.5,))
    two = Scenario("two", (layer,), (Sample((1.0,), (2.0,)), Sample((2.0,), (-1.0,))))
    assert said(two, LOSS, 2) == (
        "The loss of this sample rose from 0 to 7.29. Its own step did not raise it: the steps of other samples, which "
        "move the same parameters, did."
    )
    # By hand: 0 and 4.5², then 2.7² and 1.62².
    assert "The mean of all samples fell from 10.12 to 4.957 in the epoch before this" in said(two, LOSS, 3)
    assert "The mean loss of the epoch fell from 10.12 to 4.957." in said(two, LOSS, 2, sample=2)


def test_since_when_and_after_how_many_steps() -> None:
    assert said(neuron(), LOSS, 5).startswith("Converged already, since epoch 2: the loss is 0. One step was enough")
    huber = neuron(loss="huber")  # the distance halves each time: 0.125 · 4^−20 is the first below 1e-12 of 0.125
    assert 0.25**19 > 1e-12 > 0.25**20
    for epoch in (21, 26):
        assert "It took 20 steps" in said(huber, LOSS, epoch)
    assert "It took" not in said(huber, LOSS, 20)


def test_no_step_fits_by_chance_where_a_gate_closes_or_none_was_made() -> None:
    for epoch in (1, 2, 9):
        assert "happened to fit" not in said(neuron(activation="relu", y=0.0), LOSS, epoch)
    for epoch in (1, 9):
        assert "happened to fit" not in said(neuron(y=3.5), LOSS, epoch)
    assert "onverged" not in said(neuron(w=[1e-9], b=0.0, y=0.0), LOSS)


def hidden(kind: str, z: float, gate: float) -> Scenario:
    """One neuron of `kind` at `z`, then a ReLU at `gate`, which hands on to an identity that should answer 9."""
    layers = (Layer(kind, ((z,),), (0.0,)), Layer("relu", ((0.0,),), (gate,)), Layer("identity", ((1.0,),), (0.0,)))
    return Scenario("hidden", layers, (Sample((1.0,), (9.0,)),))


def of(scenario: Scenario, quantity: str) -> str:
    return said(scenario, start(scenario).timeline.find(quantity))


def test_the_activation_that_blocks_is_named_not_another_on_the_way() -> None:
    closed = of(hidden("sigmoid", 800.0, -1.0), "dL_dw1_1_1")
    assert closed.startswith("Dead ReLU: z2_1 = −1 is below 0")
    assert "sigmoid" not in closed


def test_paths_that_cancel_are_told_as_that() -> None:
    layers = (Layer("identity", ((1.0,),), (0.0,)), Layer("identity", ((1.0,), (1.0,)), (0.0, 0.0)))
    torn = Scenario("torn", layers, (Sample((0.0,), (1.0, -1.0)),))
    assert of(torn, "dL_db1_1").startswith("What comes back to a1_1 along several links cancels out, so b1_1 gets")


def test_one_right_answer_of_two_does_not_speak_for_the_other() -> None:
    layers = (Layer("identity", ((1.0,), (1.0,)), (0.0, 0.0)),)
    half = Scenario("half", layers, (Sample((1.0,), (1.0, 5.0)),))
    assert of(half, "dL_da1_1").endswith(
        "Here a1_1 is its target: its part of the loss is at its lowest, where it is level: 0. a1_1 asks for no "
        "change; others do."
    )
    assert of(half, "dL_dw1_1_1").startswith("The answer a1_1 is right, so nothing asks w1_1_1 to change")


def test_an_edit_that_overflows_is_told_from_a_run_that_diverges() -> None:
    edited = apply(at(neuron(), 0, 2), Edit(neuron(x=[1e200])))
    text = " ".join(explain(apply(edited, GoTo(Position(2, 1, LOSS)))))
    assert text.startswith("Not finite: the loss is infinite")
    assert "No update since the edit did this" in text
