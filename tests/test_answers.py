"""What the network says to every sample with the parameters of a moment, by forward passes written out by hand."""

import math
from dataclasses import replace

import pytest

from backprop_tui.core.compiled import compile_answers, compile_forward
from backprop_tui.core.models.dense import build, given_by, initial_parameters
from backprop_tui.core.scenario import Layer, Sample, Scenario
from backprop_tui.core.scenario_file import load
from backprop_tui.present.answers.answered import (
    answers,
    answers_in_words,
    is_amid,
    mean_loss,
    parameters,
    title,
)
from backprop_tui.present.answers.judgement import Rule, count_in_words, judged
from backprop_tui.stepper.machine import GoTo, apply
from backprop_tui.stepper.state import Position, State, start
from tests.driving import DESIGN_SIZE, app_at, shown, tickers
from tests.expressions import NETWORKS
from tests.models import DIVERGING, TWO_SAMPLES, neuron


def at(scenario: Scenario | str, epoch: int, sample: int, stage: int) -> State:
    found = load(scenario) if isinstance(scenario, str) else scenario
    return apply(start(found), GoTo(Position(epoch, sample, stage)))


def test_answers_are_those_of_the_parameters_that_the_pass_ends_with() -> None:
    state = apply(start(load("xor-2-2-1")), GoTo(Position(3, 2, 45)))
    w = state.history.parameters(3, 3)  # of the pass after it; per neuron w…, then b
    for sample, answer in zip(state.scenario.samples, answers(state), strict=True):
        x1, x2 = sample.x
        a1 = math.tanh(w[0] * x1 + w[1] * x2 + w[2])
        a2 = math.tanh(w[3] * x1 + w[4] * x2 + w[5])
        output = w[6] * a1 + w[7] * a2 + w[8]
        assert answer.outputs == (pytest.approx(output, abs=1e-15),)
        assert answer.loss == pytest.approx((output - sample.y[0]) ** 2, abs=1e-15)


@pytest.mark.parametrize(("count", "told"), [(1, False), (2, True), (6, True), (7, False)])
def test_a_few_samples_are_told_one_by_one_and_one_alone_or_many_are_not(count: int, told: bool) -> None:
    scenario = load("article-7")
    several = replace(scenario, samples=scenario.samples * count, expectations=())
    assert bool(answers_in_words(start(several))) == told


async def test_after_training_on_every_sample_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    timers = tickers(monkeypatch)
    app = app_at("xor-2-2-1")
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        await pilot.press("c")
        while timers[-1].running:
            timers[-1].tick()
        await pilot.pause()
        assert "Answers of the new parameters to the 4 samples: " in " ".join(shown(app).split())
        assert "targets: 0, 1, 1, 0." in " ".join(shown(app).split())


@pytest.mark.parametrize(
    ("name", "sample", "last_of_batch", "before", "after"),
    [
        ("sigmoid", 1, True, "before the update of epoch 3", "after epoch 3"),
        ("xor-2-2-1", 2, True, "before the update of epoch 3, sample 2", "after the update of epoch 3, sample 2"),
        ("xor-2-2-1", 4, True, "before the update of epoch 3, sample 4", "after epoch 3"),
        ("xor-batch", 2, False, "before the update of epoch 3", "before the update of epoch 3"),
        ("xor-batch", 4, True, "before the update of epoch 3", "after epoch 3"),
        ("softmax", 5, False, "before the update of epoch 3, sample 6", "before the update of epoch 3, sample 6"),
        ("softmax", 6, True, "before the update of epoch 3, sample 6", "after the update of epoch 3, sample 6"),
        ("adam", 1, True, "before the update of epoch 3", "after epoch 3"),
    ],
)
def test_the_parameters_are_the_old_ones_until_the_whole_update_is_done(
    name: str, sample: int, last_of_batch: bool, before: str, after: str
) -> None:
    first = at(name, 3, sample, 0)
    old = first.history.parameters(3, sample)
    following = (3, sample + 1) if sample < first.history.samples else (4, 1)
    last = first.timeline.last
    for stage in range(last + 1):
        state = at(name, 3, sample, stage)
        assert parameters(state) == (old if stage < last else state.history.parameters(*following))
        assert title(state) == f"Answers {before if stage < last else after}"
    assert (parameters(at(name, 3, sample, last)) != old) == last_of_batch


def test_in_the_middle_of_an_update_and_only_there_it_is_under_way() -> None:
    amid = [stage for stage in range(12) if is_amid(at("article-7", 1, 1, stage))]
    assert amid == [10]  # w is new, b is not


def test_where_nothing_is_trained_there_is_no_update_to_be_before() -> None:
    fixed = neuron()
    fixed = replace(fixed, layers=(replace(fixed.layers[0], trainable=False, train_biases=False),))
    assert title(start(fixed)) == "Answers with parameters that are held fixed"


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("factor", [1.0, 1e3, 1e200])  # at some of these the functions of `math` raise
def test_many_answers_at_once_are_those_one_by_one_to_the_bit(name: str, factor: float) -> None:
    scenario, graph = load(name), build(load(name))
    values = tuple(value * factor for value in initial_parameters(scenario))
    given = dict(zip((node.name for node in graph.parameters), values, strict=True))
    rows = compile_answers(graph, with_loss=True)(values, [(*sample.x, *sample.y) for sample in scenario.samples])
    outputs = compile_answers(graph, with_loss=False)(values, [sample.x for sample in scenario.samples])
    names = [node.name for node in graph.computed]
    for sample, row, alone in zip(scenario.samples, rows, outputs, strict=True):
        known = dict(zip(names, compile_forward(graph)({**given, **given_by(scenario, sample)}), strict=True))
        expected = [known[output] for output in graph.root.args[: len(sample.y)]]
        assert [repr(value) for value in row] == [repr(value) for value in (*expected, known["loss"])]
        assert [repr(value) for value in alone] == [repr(value) for value in expected]


def test_the_mean_loss_is_that_of_all_samples_at_one_moment() -> None:
    state = at("line", 2, 3, 0)
    w, b = state.history.parameters(2, 3)
    losses = [(w * sample.x[0] + b - sample.y[0]) ** 2 for sample in state.scenario.samples]
    assert mean_loss(state) == pytest.approx(sum(losses) / 4, rel=1e-12)


@pytest.mark.parametrize("epoch", [1, 2, 5])
def test_of_classes_right_is_whose_sum_is_largest_at_the_target(epoch: int) -> None:
    state = at("softmax", epoch, 1, 0)
    w = state.history.parameters(epoch, 1)
    right = 0
    for (x1, x2), targets in state.scenario.samples:
        sums = [w[3 * k] * x1 + w[3 * k + 1] * x2 + w[3 * k + 2] for k in range(3)]  # softmax keeps their order
        right += max(range(3), key=lambda k: sums[k]) == targets.index(1.0)
    found = judged(state)
    assert found.rule is Rule.CLASS
    assert sum(found.right) == right
    assert count_in_words(found).startswith(
        "All 9 right, accuracy 100% (" if right == 9 else f"{right or 'None'} of 9 right, accuracy "
    )


def test_of_two_largest_outputs_none_is_the_answer() -> None:
    scenario = load("softmax")
    even = replace(scenario.layers[0], weights=((0.0, 0.0),) * 3, biases=(0.0,) * 3)
    assert count_in_words(judged(start(replace(scenario, layers=(even,))))).startswith("None of 9 right, accuracy 0% (")


def two_outputs(activation: str, *targets: tuple[float, float]) -> Scenario:
    layer = Layer(activation, ((1.0,), (-1.0,)), (0.0, 0.0))
    return Scenario("two", (layer,), tuple(Sample((0.5,), target) for target in targets))


@pytest.mark.parametrize(
    ("scenario", "rule"),
    [
        (two_outputs("identity", (0.0, 1.0), (1.0, 0.0)), Rule.CLASS),
        (two_outputs("sigmoid", (0.0, 1.0), (1.0, 0.0)), Rule.CLASS),
        (two_outputs("sigmoid", (1.0, 1.0), (1.0, 0.0)), Rule.SIDE),  # no classes: both may hold
        (two_outputs("sigmoid", (0.9, 0.0), (1.0, 0.0)), Rule.DIGITS),
        (two_outputs("identity", (1.0, 1.0), (1.0, 0.0)), Rule.DIGITS),
        (replace(load("dudekula"), samples=(Sample((1.0, 2.0), (0.5, 0.3, 0.2)),), expectations=()), Rule.CLASS),
        (replace(load("dudekula"), samples=(Sample((1.0, 2.0), (0.5, 0.5, 0.0)),), expectations=()), Rule.DIGITS),
        (load("logistic"), Rule.SIDE),
        (load("sigmoid"), Rule.DIGITS),  # its target is 0.8
        (load("xor-2-2-1"), Rule.DIGITS),
    ],
)
def test_by_what_an_answer_is_right(scenario: Scenario, rule: Rule) -> None:
    assert judged(start(scenario)).rule is rule


def test_half_is_on_neither_side() -> None:
    samples = (Sample((0.0,), (0.0,)), Sample((0.0,), (1.0,)), Sample((1.0,), (1.0,)), Sample((-1.0,), (1.0,)))
    scenario = replace(neuron(activation="sigmoid", w=(1.0,), b=0.0), samples=samples, loss="bce")
    found = judged(start(scenario))
    assert found.right == (False, False, True, False)
    assert count_in_words(found) == "1 of 4 right, accuracy 25% (right: on the target's side of 0.5)."


def test_other_answers_are_right_to_the_digits_on_screen() -> None:
    samples = tuple(Sample((x,), (y,)) for x, y in ((1.0, 1.0), (2.0, 2.00019), (4.0, 4.00039), (3.0, 3.00041)))
    found = judged(start(replace(neuron(w=(1.0,), b=0.0), samples=samples)))  # a ten-thousandth of 4.00039
    assert found.right == (True, True, True, False)
    assert count_in_words(found) == "3 of 4 right (right: off by at most 0.0004, to the digits on screen)."


def test_after_a_divergence_the_answers_told_are_those_before_its_update() -> None:
    state = start(DIVERGING)
    assert "Answers before this update to the 2 samples" in answers_in_words(state)
    whole = at(TWO_SAMPLES, 1, 2, start(TWO_SAMPLES).timeline.last)
    assert "Answers of the new parameters to the 2 samples" in answers_in_words(whole)
