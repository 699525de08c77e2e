"""Each event in a run where it happens, and next to it one where it does not."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backprop_tui.core.scenario import Layer, Sample, Scenario
from backprop_tui.core.scenario_file import load
from backprop_tui.present.events import Event, Kind, blocked, events, events_at
from backprop_tui.stepper.machine import Edit, GoTo, Move, apply, last_sample
from backprop_tui.stepper.state import Position, State, start
from tests.models import neuron, scenarios

SLOPE, LOSS, LAST_GRADIENT = 5, 3, 9  # stages of a neuron with one input


def at(scenario: Scenario, epoch: int = 1, stage: int = 11, sample: int = 1) -> State:
    return apply(start(scenario), GoTo(Position(epoch, sample, stage)))


def samples(*pairs: tuple[float, float], **rest: object) -> Scenario:
    """The article's neuron with other samples (x, y)."""
    layer = Layer("identity", ((1.5,),), (0.5,))
    return Scenario("samples", (layer,), tuple(Sample((x,), (y,)) for x, y in pairs), **rest)


def kinds(state: State) -> list[Kind]:
    return [event.kind for event in events(state)]


def test_the_articles_first_epoch_has_none() -> None:
    assert events(at(neuron())) == ()


def test_the_events_of_a_first_epoch_train_nothing() -> None:
    """A trace begins at once: what needs the epochs before is not asked where there are none."""
    state = start(neuron())
    for _ in range(11):
        state = apply(state, Move.NEXT)
    assert events(state) == ()
    assert not state.history.losses


def test_a_closed_gate_is_told_at_the_slope() -> None:
    dead = neuron(w=[-1.5], activation="relu")
    assert events(at(dead, stage=SLOPE)) == (Event(Kind.GATE_CLOSED, SLOPE, "a"), Event(Kind.DEAD, SLOPE, "a"))
    assert events(at(dead, stage=SLOPE - 1)) == ()
    assert events(at(neuron(activation="relu"))) == ()
    assert kinds(at(neuron(w=[0.0], b=0.0, activation="relu"), stage=SLOPE)) == [Kind.GATE_CLOSED, Kind.DEAD]
    assert kinds(at(neuron(w=[0.0], b=1e-300, activation="relu"), stage=SLOPE)) == []


@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "softplus", "elu", "gelu", "silu"])
def test_flat_is_a_slope_of_exactly_0(activation: str) -> None:
    far = neuron(x=[1.0], w=[-800.0], b=0.0, y=0.5, activation=activation)
    near = neuron(x=[1.0], w=[-1.0], b=0.0, y=0.5, activation=activation)
    assert events(at(far, stage=SLOPE)) == (Event(Kind.FLAT, SLOPE, "a"),)
    assert kinds(at(near, stage=SLOPE)) == []


@pytest.mark.parametrize(
    ("activation", "z", "saturated"),
    [
        ("sigmoid", 12.0, True),
        ("sigmoid", -12.0, True),
        ("sigmoid", 6.0, True),  # a(1 − a) = 0.00247, less than a hundredth of 0.25
        ("sigmoid", 5.9, False),  # 0.00273
        ("tanh", 3.0, True),  # 1 − a² = 0.00987
        ("tanh", 2.9, False),  # 0.0121
        ("elu", -5.0, True),
        ("elu", -4.0, False),
        ("softplus", -5.0, True),
        ("softplus", 50.0, False),
        ("gelu", -5.0, True),
        ("gelu", -0.7517915, False),  # level at the bottom of its dip, not for good
        ("silu", -10.0, True),
        ("silu", -1.2784645, False),
        ("leaky_relu", -100.0, False),
        ("identity", 100.0, False),
        ("relu", 100.0, False),
    ],
)
def test_saturated_is_almost_flat_from_there_on_outwards(activation: str, z: float, saturated: bool) -> None:
    state = at(neuron(x=[1.0], w=[z], b=0.0, y=0.5, activation=activation), stage=SLOPE)
    assert (Kind.SATURATED in kinds(state)) is saturated


def test_overshoot_is_a_loss_above_that_of_the_epoch_before() -> None:
    assert events(at(neuron(learning_rate=0.25), 6, LOSS)) == (Event(Kind.OVERSHOOT, LOSS, "loss"),)
    assert kinds(at(neuron(learning_rate=0.25), 6, LOSS - 1)) == []
    assert kinds(at(neuron(learning_rate=0.25), 1, LOSS)) == []
    assert kinds(at(neuron(learning_rate=0.15), 6, LOSS)) == []
    assert kinds(at(neuron(learning_rate=0.2), 2, LOSS)) == []  # to the mirror point, the loss the same


def test_with_a_negative_rate_the_loss_rises_and_nothing_overshoots() -> None:
    assert kinds(at(neuron(learning_rate=-0.1), 2, LOSS)) == [Kind.ROSE]


def test_a_sample_whose_loss_rises_while_the_mean_falls_has_not_overshot() -> None:
    two = samples((1.0, 2.0), (2.0, -1.0))  # the second pulls away from the first's target
    assert kinds(at(two, 2, LOSS, sample=1)) == [Kind.ROSE]
    assert kinds(at(two, 1, LOSS, sample=2)) == []  # 20.25 after 0: of another sample
    assert kinds(at(two, 2, LOSS, sample=2)) == []


def test_a_risen_mean_is_told_at_the_last_sample() -> None:
    two = samples((1.0, 2.0), (2.0, -1.0), learning_rate=0.4)
    means = start(two).history
    assert means.reach(4)
    assert means.losses[1] > means.losses[0]
    assert Kind.OVERSHOOT in kinds(at(two, 2, LOSS, sample=2))
    assert Kind.OVERSHOOT not in kinds(at(two, 2, LOSS, sample=1))
    assert Kind.OVERSHOOT not in kinds(at(replace(two, learning_rate=-0.4), 2, LOSS, sample=2))


@pytest.mark.parametrize("rate", [0.01, 0.1, 0.5])
def test_xor_overshoots_only_where_the_mean_rises(rate: float) -> None:
    """Each of 4 samples pulls its own way: the loss of one often rises while that of all falls."""
    xor = replace(load("xor-2-2-1"), learning_rate=rate)
    history = start(xor).history
    assert history.reach(31)
    stage = start(xor).timeline.find("loss")
    for epoch in range(2, 31):
        risen = history.losses[epoch - 1] > history.losses[epoch - 2]
        told = [Kind.OVERSHOOT in kinds(at(xor, epoch, stage, sample)) for sample in (1, 2, 3, 4)]
        assert told == [False, False, False, risen]


def test_dead_is_a_gate_closed_for_every_sample() -> None:
    """hidden-relu and xor-2-3-1 have gates that are closed for some; nothing in them is closed for all."""
    for name in ("hidden-relu", "xor-2-3-1"):
        scenario = load(name)
        found = {kind for sample in (1, 2, 3) for kind in kinds(at(scenario, 1, start(scenario).timeline.last, sample))}
        assert Kind.GATE_CLOSED in found
        assert Kind.DEAD not in found
    both = Scenario("d", (Layer("relu", ((1.0,),), (-3.0,)),), (Sample((1.0,), (4.0,)), Sample((2.0,), (4.0,))))
    assert Kind.DEAD in kinds(at(both, 1, SLOPE, 1))
    opened = replace(both, samples=(*both.samples, Sample((4.0,), (4.0,))))
    assert kinds(at(opened, 1, SLOPE, 1)) == [Kind.GATE_CLOSED]


def test_the_step_that_closes_a_gate_is_told_at_the_loss() -> None:
    jumps = neuron(activation="relu", learning_rate=0.3)  # off by −0.5, 1, −2, 4, and then the gate is closed
    assert kinds(at(jumps, 4, LOSS)) == [Kind.OVERSHOOT]
    assert kinds(at(jumps, 5, LOSS)) == [Kind.JUST_CLOSED]
    assert kinds(at(jumps, 6, LOSS)) == []


def test_a_run_that_goes_round_is_told_where_it_is_back() -> None:
    mirrored = neuron(learning_rate=0.2)
    assert kinds(at(mirrored, 3, LOSS)) == [Kind.OSCILLATING]
    assert kinds(at(mirrored, 3, LOSS - 1)) == []
    assert Kind.OSCILLATING not in kinds(at(neuron(learning_rate=0.19), 30, LOSS))


def test_standing_still_is_told_at_the_end_of_the_epoch() -> None:
    assert kinds(at(neuron(learning_rate=0.0), 1, 11)) == [Kind.STANDING_STILL]
    assert kinds(at(neuron(learning_rate=0.0), 1, 10)) == []
    assert Kind.STANDING_STILL not in kinds(at(neuron(w=[-1.5], activation="relu"), 1, 11))  # stuck
    assert Kind.STANDING_STILL not in kinds(at(neuron(), 2, 11))  # converged


def test_stuck_and_converged_by_the_gradients_are_told_at_the_last_of_them() -> None:
    for scenario, epoch in ((neuron(activation="gelu", y=-1.0), 48), (neuron(activation="silu", y=-1.0), 105)):
        assert kinds(at(scenario, epoch, LAST_GRADIENT))[-2:] == [Kind.ZERO_GRADIENT, Kind.STUCK]
        assert Kind.CONVERGED not in kinds(at(scenario, epoch))
    unsure = neuron(activation="sigmoid", loss="bce", y=0.3, learning_rate=0.5)
    assert kinds(at(unsure, 200, LOSS)) == []
    assert kinds(at(unsure, 200, LAST_GRADIENT)) == [Kind.ZERO_GRADIENT, Kind.CONVERGED]


def test_a_loss_that_rose_because_of_an_edit_did_not_overshoot() -> None:
    state = apply(at(neuron(learning_rate=0.05), 3, LOSS), Edit(neuron(y=40.0, learning_rate=0.05)))
    assert state.view.known["loss"] > state.history.view(2, 1).known["loss"]
    assert kinds(state) == []


def rises(scenario: Scenario, epoch: int) -> bool:
    now, before = (at(scenario, number, LOSS).view.known["loss"] for number in (epoch, epoch - 1))
    return now > before


def test_a_loss_as_good_as_0_and_one_that_rose_by_a_rounding_did_not_overshoot() -> None:
    tiny = neuron(b=1 - 1e-8, learning_rate=0.25)
    assert rises(tiny, 2)
    assert kinds(at(tiny, 2, LOSS)) == [Kind.OVERSHOOT]  # little beside 1, much beside what it began with
    number = {"x": [-1.5001633661483644], "w": [-0.5163596268923278 + 1e-12], "y": 0.774623796021908}
    last_digits = neuron(**number, b=0.0, learning_rate=0.2922636166940996)  # off by 1e-12 at first, 5e-16 then
    assert rises(last_digits, 75)
    assert kinds(at(last_digits, 75, LOSS)) == []
    level = neuron(w=[0.0], b=1e-8, y=0.5, activation="sigmoid", loss="bce", learning_rate=3.0)  # 0.6931 at best
    assert rises(level, 6)
    assert kinds(at(level, 6, LOSS)) == []
    assert kinds(at(level, 14, LOSS)) == [Kind.OVERSHOOT]


def test_divergence_is_the_first_value_that_is_not_finite_and_the_last_event() -> None:
    scenario = neuron(learning_rate=0.25)
    last = at(scenario, 878)
    assert events(last) == (Event(Kind.DIVERGED, LOSS, "loss"),)
    assert kinds(at(scenario, 878, LOSS - 1)) == []
    assert Kind.DIVERGED not in kinds(at(scenario, 877))
    assert events(at(neuron(x=[1e308], w=[10.0]))) == (Event(Kind.NOT_FINITE, 1, "z"),)  # before any update
    assert events(at(neuron(x=[1e5], learning_rate=1e300)))[-1] == Event(Kind.DIVERGED, 10, "w")


def test_converged_where_the_loss_is_as_good_as_0() -> None:
    assert events(at(neuron(), 2, LOSS)) == (Event(Kind.CONVERGED, LOSS, "loss"),)
    assert kinds(at(neuron(), 2, LOSS - 1)) == []
    assert kinds(at(neuron(b=0.9999995), stage=LOSS)) == []  # it begins there: small, but not beside the first
    slow = neuron(learning_rate=0.01)  # the distance shrinks to 0.9 of it each time, the loss to 0.81
    assert 0.25 * 0.81**131 > 1e-12 * 0.25 > 0.25 * 0.81**132
    assert Kind.CONVERGED not in kinds(at(slow, 132, LOSS))
    assert kinds(at(slow, 133, LOSS)) == [Kind.CONVERGED]


def test_an_epoch_of_several_samples_converges_at_its_last() -> None:
    right = samples((2.0, 3.5), (1.0, 2.0))
    assert kinds(at(right, stage=LOSS, sample=1)) == []
    assert kinds(at(right, stage=LOSS, sample=2)) == [Kind.CONVERGED]
    wrong_before = samples((2.0, 3.6), (0.0, 0.5), learning_rate=0.0)
    assert kinds(at(wrong_before, stage=LOSS, sample=2)) == []


@pytest.mark.parametrize(
    ("activation", "target", "out"),
    [
        ("sigmoid", 4.0, True),
        ("sigmoid", -0.1, True),
        ("sigmoid", 1.0, False),
        ("tanh", 1.5, True),
        ("tanh", -1.0, False),
        ("relu", -1.0, True),
        ("relu", 0.0, False),
        ("relu", 1e9, False),
        ("gelu", -0.2, True),
        ("gelu", -0.1, False),
        ("identity", -1e9, False),
    ],
)
def test_a_target_out_of_reach_is_told_at_the_loss(activation: str, target: float, out: bool) -> None:
    scenario = neuron(y=target, activation=activation)
    expected = [Event(Kind.OUT_OF_REACH, LOSS, "loss")] if out else []
    assert [event for event in events(at(scenario, stage=LOSS)) if event.kind is Kind.OUT_OF_REACH] == expected
    assert Kind.OUT_OF_REACH not in kinds(at(scenario, stage=LOSS - 1))


def test_every_output_of_a_network_has_its_own_reach() -> None:
    layers = (Layer("relu", ((1.0,), (2.0,)), (0.1, 0.2)), Layer("sigmoid", ((0.5, 1.0), (1.0, 0.5)), (0.0, 0.0)))
    within = Scenario("n", layers, (Sample((1.0,), (0.5, 0.9)),))
    beyond = Scenario("n", layers, (Sample((1.0,), (0.5, 1.1)),))
    assert Kind.OUT_OF_REACH not in kinds(at(within, stage=LOSS + 6))
    assert Event(Kind.OUT_OF_REACH, 9, "loss") in events(at(beyond, stage=9))


def test_zero_gradient_needs_every_gradient() -> None:
    assert Event(Kind.ZERO_GRADIENT, LAST_GRADIENT, "b") in events(at(neuron(), 2, LAST_GRADIENT))
    assert Kind.ZERO_GRADIENT not in kinds(at(neuron(), 2, LAST_GRADIENT - 1))
    assert kinds(at(neuron(x=[0.0]), stage=LAST_GRADIENT)) == []  # b still learns
    held = Scenario("held", (Layer("identity", ((1.5,),), (0.5,), train_biases=False),), (Sample((0.0,), (4.0,)),))
    assert kinds(at(held, stage=LAST_GRADIENT)) == [Kind.ZERO_GRADIENT]  # b would, but is held
    assert Kind.ZERO_GRADIENT in kinds(at(neuron(w=[-1.5], activation="relu"), stage=LAST_GRADIENT))
    assert Kind.ZERO_GRADIENT in kinds(at(neuron(b=1 - 1e-10), stage=LAST_GRADIENT))  # 4e-10, as training has it
    assert Kind.ZERO_GRADIENT not in kinds(at(neuron(b=1 - 1e-9), stage=LAST_GRADIENT))


def test_blocked_gradients_bear_the_word_for_their_reason() -> None:
    dead = neuron(w=[-1.5], activation="relu")
    assert blocked(at(dead, stage=4)) == {}
    assert blocked(at(dead, stage=5)) == {"da_dz": "gate"}
    assert blocked(at(dead, stage=8)) == {"da_dz": "gate", "dL_dw": "gate"}
    assert blocked(at(dead)) == {"da_dz": "gate", "dL_dw": "gate", "dL_db": "gate"}
    assert blocked(at(neuron(w=[50.0], activation="sigmoid"))) == dict.fromkeys(("da_dz", "dL_dw", "dL_db"), "flat")


def test_a_zero_for_another_reason_is_not_blocked() -> None:
    assert blocked(at(neuron(), 2)) == {}  # the answer is right
    assert blocked(at(neuron(x=[0.0], activation="relu"))) == {}  # the input is 0
    assert blocked(at(neuron(w=[-1.5], y=0.0, activation="relu"))) == {"da_dz": "gate"}  # nothing arrives at the gate
    assert "dL_dw" in blocked(at(neuron(x=[0.0], b=-1.0, activation="relu")))  # stopped before it reaches the 0


def test_nothing_is_blocked_once_the_numbers_mean_nothing() -> None:
    not_a_number = at(neuron(x=[1e200, -1e200], w=[1e200, 1e200], activation="relu"))
    assert not_a_number.view.known["da_dz"] == 0
    assert blocked(not_a_number) == {}


def hidden_relus(first: float, second: float, *, through_second: float = 1.0) -> Scenario:
    """x = 1, a shared first neuron, two ReLUs with these biases, and an output that adds them up."""
    layers = (
        Layer("identity", ((1.0,),), (0.0,)),
        Layer("relu", ((1.0,), (1.0,)), (first, second)),
        Layer("identity", ((1.0, through_second),), (0.0,)),
    )
    return Scenario("hidden", layers, (Sample((1.0,), (9.0,)),))


def words_at_the_end(scenario: Scenario) -> dict[str, str]:
    return dict(blocked(apply(start(scenario), Move.LAST)))


def test_a_gradient_is_blocked_where_every_path_is() -> None:
    assert words_at_the_end(hidden_relus(0.5, 0.5)) == {}
    one = words_at_the_end(hidden_relus(-5.0, 0.5))
    assert one["dL_dz2_1"] == one["dL_dw2_1_1"] == one["dL_db2_1"] == "gate"
    assert "dL_da1_1" not in one
    assert "dL_dw1_1_1" not in one
    both = words_at_the_end(hidden_relus(-5.0, -5.0))
    assert both["dL_da1_1"] == both["dL_dz1_1"] == both["dL_dw1_1_1"] == "gate"
    weightless = words_at_the_end(hidden_relus(-5.0, 0.5, through_second=0.0))  # 0 too, but not for a gate alone
    assert "dL_da1_1" not in weightless


@given(scenarios(), st.integers(1, 3))
def test_events_and_blocked_quantities_appear_at_their_stage_and_stay(scenario: Scenario, epoch: int) -> None:
    state = start(scenario)
    for _ in range(1, epoch):
        state = apply(state, Move.NEXT_EPOCH)
    epoch = state.position.epoch
    state = apply(state, GoTo(Position(epoch, last_sample(state, epoch), 0)))
    last = apply(state, Move.LAST)
    told, words = events(last), blocked(last)
    assert [event.stage for event in told] == sorted(event.stage for event in told)
    for stage in range(last.timeline.last + 1):
        here = apply(last, GoTo(Position(epoch, last.position.sample, stage)))
        assert events(here) == tuple(event for event in told if event.stage <= stage)
        assert events_at(here) == {event.kind for event in told if event.stage == stage}
        known = {rule.quantity for rule in here.timeline.rules[:stage]}
        assert blocked(here) == {name: word for name, word in words.items() if name in known}
    assert all(last.view.known[name] == 0 for name in words)
    over = events_at(last) & {Kind.DIVERGED, Kind.NOT_FINITE}
    assert (bool(over) or last.ended) == (not all(map(math.isfinite, last.view.values)))
