"""What a run computes: the article's loop, whatever the order in which it is looked at, and where it ends."""

import math
import sys
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backprop_tui.core.backprop import run
from backprop_tui.core.models.dense import build, given_by, initial_parameters
from backprop_tui.core.scenario import Layer, Sample, Scenario
from backprop_tui.stepper import epochs as keeping
from backprop_tui.stepper.history import History
from backprop_tui.stepper.segment import Segment
from backprop_tui.stepper.stages import timeline
from backprop_tui.stepper.state import start
from tests.models import DIVERGING, THREE_SAMPLES, TWO_SAMPLES, bits, neuron, scenarios


def test_epochs_are_the_articles_plain_loop() -> None:
    history = start(neuron()).history
    x, w, b, y, lr = 2.0, 1.5, 0.5, 4.0, 0.1
    for epoch in range(1, 6):
        z = w * x + b
        a = z
        loss = (a - y) * (a - y)
        dl_da = 2 * (a - y)
        dl_dw, dl_db = dl_da * 1.0 * x, dl_da * 1.0 * 1.0
        w, b = w - lr * dl_dw, b - lr * dl_db
        assert history.view(epoch, 1).values == (z, a, loss, dl_da, 1.0, x, 1.0, dl_dw, dl_db, w, b)
        assert history.parameters(epoch + 1, 1) == (w, b)


def test_an_epoch_visits_the_samples_in_order_and_updates_after_each() -> None:
    history = start(TWO_SAMPLES).history
    w, b, losses = 1.5, 0.5, []
    for epoch in range(1, 50):
        for sample, (x, y) in enumerate(((2.0, 0.9), (-1.0, 0.2)), start=1):
            assert history.parameters(epoch, sample) == (w, b)
            a = 1 / (1 + math.exp(-(w * x + b)))
            losses.append((a - y) * (a - y))
            dl_dz = 2 * (a - y) * (a * (1 - a))
            w, b = w - 0.1 * (dl_dz * x), b - 0.1 * dl_dz
    means = [(one + other) / 2 for one, other in zip(losses[::2], losses[1::2], strict=True)]
    assert history.reach(50)
    assert bits(history.losses) == bits(means)


@given(scenarios(), st.integers(1, 6), st.permutations(range(1, 7)))
def test_the_order_of_looking_changes_nothing(scenario: Scenario, far: int, order: list[int]) -> None:
    straight, jumping = start(scenario).history, start(scenario).history
    samples = len(scenario.samples)
    jumping.reach(far)
    last = straight.end if not straight.reach(7) else (7, samples)
    seen = {(e, s): straight.view(e, s) for e in range(1, 7) for s in range(1, samples + 1) if (e, s) <= last}
    for epoch in order:
        for sample in range(samples, 0, -1):
            if (epoch, sample) in seen:
                assert bits(jumping.view(epoch, sample).values) == bits(seen[epoch, sample].values)
                finite = all(map(math.isfinite, seen[epoch, sample].values))
                assert jumping.is_end(epoch, sample) == (not finite)
                assert finite == ((epoch, sample) != straight.end)
    for epoch, loss in enumerate(straight.losses[:6], start=1):
        passes = [seen[epoch, sample] for sample in range(1, samples + 1)]
        total = 0.0
        for one in passes:
            total += one.known["loss"]
        assert bits([loss + 0.0]) == bits([total / samples + 0.0])
        used = [node.name for node in passes[0].timeline.graph.parameters if not node.fixed]
        peak = max((abs(one.known[f"dL_d{name}"]) for one in passes for name in used), default=0.0)
        small = 1e-12 * min(1.0, straight.losses[0])
        assert straight.is_settled(epoch) == jumping.is_settled(epoch) == (loss <= small or peak <= 1e-9)


def test_a_run_ends_with_the_pass_in_which_a_value_is_not_finite() -> None:
    history = start(DIVERGING).history
    assert not history.reach(1000)
    assert history.end == (2, 2)
    assert len(history.losses) == 1
    assert history.is_end(2, 2)
    assert not history.is_end(2, 1)
    ending = history.view(2, 2)
    assert len(ending.values) == 11
    assert ending.timeline.rules[ending.first_not_finite - 1].quantity == "loss"
    assert [math.isfinite(value) for value in ending.values[:3]] == [True, True, False]
    assert history.view(2, 1).first_not_finite == 0
    for epoch, sample in ((3, 1), (1000, 1), (2, 3)):
        with pytest.raises(IndexError, match="the run ends before"):
            history.parameters(epoch, sample)


def test_a_pass_knows_what_its_rules_may_refer_to_and_no_update() -> None:
    one = start(neuron()).history.view(1, 1)
    assert one.given == {"w": 1.5, "b": 0.5, "x": 2.0, "y": 4.0, "lr": 0.1}
    assert one.known == {
        **one.given,
        "z": 3.5,
        "a": 3.5,
        "loss": 0.25,
        "dL_da": -1.0,
        "da_dz": 1.0,
        "dz_dw": 2.0,
        "dz_db": 1.0,
        "dL_dw": -2.0,
        "dL_db": -1.0,
    }


def test_a_fixed_parameter_never_moves() -> None:
    history = start(THREE_SAMPLES).history
    first, later = history.parameters(1, 1), history.parameters(9, 2)
    names = [node.name for node in history.view(1, 1).timeline.graph.parameters]
    assert [name for name, old, new in zip(names, first, later, strict=True) if old != new] == [
        *("w2_1_1", "w2_1_2", "b2_1"),
    ]


@given(st.integers(0, 11), st.integers(0, 11), st.integers(0, 8))
def test_a_branch_keeps_the_epochs_that_both_runs_share(one: int, other: int, reached: int) -> None:
    def segments(at: int, rate: float) -> tuple[Segment, ...]:
        return (Segment(0, TWO_SAMPLES), Segment(at + 1, replace(TWO_SAMPLES, learning_rate=rate)))

    history = History(segments(one, 0.7))
    history.reach(reached + 1)
    branch = history.branch(segments(other, 0.3))
    kept = min(reached, (min(one, other) + 1) // 2)
    assert len(branch.losses) == kept
    fresh = History(segments(other, 0.3))
    assert branch.reach(9)
    assert fresh.reach(9)
    assert bits(branch.losses) == bits(fresh.losses)
    assert branch.parameters(9, 2) == fresh.parameters(9, 2)
    assert bits(history.view(1, 1).values) == bits(branch.view(1, 1).values)
    assert len(history.losses) == reached or reached == 0


@pytest.mark.parametrize("kept", [1, 2, 3, 5])
def test_a_branch_still_knows_which_of_its_epochs_left_nothing_to_learn(kept: int) -> None:
    article = neuron()  # its loss is 0 from epoch 2 on
    history = start(article).history
    assert history.reach(7)
    other_target = replace(article, samples=(Sample((2.0,), (9.0,)),))
    branch = history.branch((*history.segments, Segment(kept, other_target)))
    assert [branch.is_settled(epoch) for epoch in range(1, kept + 2)] == [False, *[True] * (kept - 1), False]


def test_a_segment_holds_from_its_first_pass_on() -> None:
    later = replace(TWO_SAMPLES, learning_rate=0.5)
    history = History((Segment(0, TWO_SAMPLES), Segment(3, later)))
    rates = [history.segment_at(e, s).scenario.learning_rate for e, s in ((1, 1), (2, 1), (2, 2), (3, 1))]
    assert rates == [0.1, 0.1, 0.5, 0.5]
    assert history.view(2, 2).given["w"] == 1.5  # the segment's own parameters, not those trained so far
    assert history.view(2, 1).given["w"] != 1.5


def test_samples_that_are_not_looked_at_in_order_are_still_trained_in_order() -> None:
    many = replace(TWO_SAMPLES, samples=tuple(Sample((0.1 * i,), (0.5,)) for i in range(20)))
    forward, backward = start(many).history, start(many).history
    expected = [forward.parameters(2, sample) for sample in range(1, 21)]
    assert [backward.parameters(2, sample) for sample in range(20, 0, -1)] == expected[::-1]
    assert len(set(expected)) == 20


@given(st.integers(0, 11), st.permutations(range(1, 12)), st.integers(2, 5))
def test_parameters_that_are_not_kept_are_computed_once_more(at: int, order: list[int], every: int) -> None:
    segments = (Segment(0, TWO_SAMPLES), Segment(at + 1, replace(TWO_SAMPLES, learning_rate=0.7)))
    whole = History(segments)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keeping, "interval", lambda _: every)
        sparse = History(segments)
        sparse.reach(8)
        branch = sparse.branch((*segments, Segment(22, TWO_SAMPLES)))  # shares the first eleven epochs
    for epoch in order:
        for sample in (2, 1):
            expected = whole.parameters(epoch, sample)
            assert sparse.parameters(epoch, sample) == branch.parameters(epoch, sample) == expected
    assert bits(sparse.losses[:10]) == bits(whole.losses[:10]) == bits(branch.losses[:10])
    assert sum(len(states.numbers) for states in sparse._kept) <= 2 * (1 + 11 // every)


@given(st.permutations(range(1, 10)), st.booleans())
def test_no_epoch_is_lost_where_a_number_is_too_large_for_the_quick_way(order: list[int], ahead: bool) -> None:
    """In epoch 3 one sample's e^(−z) is beyond a float; the other sample learns on.  Not every epoch is kept."""
    layer = Layer("sigmoid", ((0.25,) * 40 + (0.01,) * 40,), (0.0,), train_biases=False)
    first, second = (1.0,) * 40 + (0.0,) * 40, (0.0,) * 40 + (0.01,) * 40
    wide = Scenario("wide", (layer,), (Sample(first, (0.0,)), Sample(second, (0.9,))), learning_rate=2000.0)
    assert keeping.interval(81) == 4
    plan, graph = timeline(build(wide)).rules, build(wide)
    names = [node.name for node in graph.parameters]
    now, expected, losses, steepest = dict(zip(names, initial_parameters(wide), strict=True)), [], [], []
    for _ in range(9):
        expected.append(tuple(now.values()))
        total = 0.0
        for sample in wide.samples:
            values = run(plan, now | given_by(wide, sample) | {"lr": wide.learning_rate})
            known = dict(zip([rule.quantity for rule in plan], values, strict=True))
            total += known["loss"]
            steepest.append(-known["z"])
            now = {name: known.get(name, now[name]) for name in names}
        losses.append(total / 2)
    assert [z > math.log(sys.float_info.max) for z in steepest[::2]] == [False] * 2 + [True] * 7
    history = start(wide).history
    if ahead:
        history.reach(10)
    for epoch in order:
        assert history.parameters(epoch, 1) == expected[epoch - 1]
    assert history.reach(10)
    assert bits(history.losses[:9]) == bits(losses)
    assert len(set(expected)) == 9
