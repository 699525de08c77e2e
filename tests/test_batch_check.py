"""The gradient check of softmax and of batches: nothing right differs, nothing wrong agrees, the rest is told."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal, localcontext

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from backprop_tui.cli import main
from backprop_tui.core.backprop import gradient_name
from backprop_tui.core.differences import softmax_mover
from backprop_tui.core.expression import Name
from backprop_tui.core.gradient_check import Comparison, Judgement, compare
from backprop_tui.core.graph import Graph
from backprop_tui.core.models.dense import build, given_by, initial_parameters
from backprop_tui.core.ops import LOSSES
from backprop_tui.core.scenario import Layer, Sample, Scenario
from backprop_tui.core.scenario_file import load
from backprop_tui.core.softmax import softmax
from backprop_tui.present.gradient_check import check_rows, comparisons, verdict_words
from backprop_tui.stepper.machine import Edit, GoTo, apply
from backprop_tui.stepper.state import Position, State, start
from tests.driving import DESIGN_SIZE, app_at, row_of, shown
from tests.models import TWO_SAMPLES, neuron, values_of
from tests.test_gradient_check import WRONG
from tests.training_models import CLASSES, trained_scenarios

ANY_MOVE = st.tuples(st.floats(0.1, 1.0), st.sampled_from([1.0, 1e-7, 1e-30, -1.0, -1e-7, -1e-30]))


@given(st.lists(st.floats(-40, 40), min_size=2, max_size=4), st.data())
def test_softmax_moves_as_fifty_digits_say(sums: list[float], data: st.DataObject) -> None:
    names = [f"z{i}" for i in range(len(sums))]
    place = data.draw(st.integers(0, len(sums) - 1))
    sizes = [data.draw(ANY_MOVE) for _ in sums]
    moves = {name: size * scale for name, (size, scale) in zip(names, sizes, strict=True)}

    def share(at: list[Decimal]) -> Decimal:
        powers = [z.exp() for z in at]
        return powers[place] / sum(powers)

    with localcontext(prec=120):
        here = [Decimal(z) for z in sums]
        there = [z + Decimal(moves[name]) for z, name in zip(here, names, strict=True)]
        exact = float(share(there) - share(here))
        value = float(share(here))
    rule = softmax([Name(name) for name in names], place)
    found, move = softmax_mover(rule, names, place, dict(zip(names, sums, strict=True)))
    assert found == pytest.approx(value, rel=1e-14)
    # What several bring may cancel.
    scale = value * max(map(abs, moves.values()))
    assert move(moves) == pytest.approx(exact, rel=1e-10, abs=1e-14 * scale)
    alone = {names[place]: moves[names[place]]}
    with localcontext(prec=120):
        there = [z + Decimal(alone.get(name, 0.0)) for z, name in zip(here, names, strict=True)]
        exact = float(share(there) - share(here))
    assert move(alone) == pytest.approx(exact, rel=1e-12, abs=0.0)


def givens(scenario: Scenario, graph: Graph) -> Iterator[dict[str, float]]:
    parameters = dict(zip((node.name for node in graph.parameters), initial_parameters(scenario), strict=True))
    for sample in scenario.samples:
        yield {**given_by(scenario, sample), **parameters, "lr": 0.1}


def batch_gradients(scenario: Scenario) -> tuple[Graph, list[dict[str, float]], dict[str, float]]:
    """The mean over the samples of ∂L/∂parameter, by its definition."""
    graph = build(scenario)
    samples = list(givens(scenario, graph))
    values = [values_of(graph, sample) for sample in samples]
    names = [node.name for node in graph.parameters]
    return (
        graph,
        samples,
        {name: sum(one[gradient_name(graph, name)] for one in values) / len(values) for name in names},
    )


SCALES = st.sampled_from([1.0, 1.0, 30.0, 1000.0])


def scaled(scenario: Scenario, factor: float) -> Scenario:
    """With logits `factor` times as large."""
    last = scenario.output
    weights = tuple(tuple(w * factor for w in row) for row in last.weights)
    return replace(scenario, layers=(*scenario.layers[:-1], replace(last, weights=weights)))


@given(trained_scenarios(), SCALES)
def test_no_right_gradient_of_a_batch_differs(scenario: Scenario, factor: float) -> None:
    graph, samples, right = batch_gradients(scaled(scenario, factor))
    for one in compare(graph, samples, right):
        assert one.judgement is not Judgement.DIFFERS
        if one.judgement is Judgement.AGREES:
            assert one.analytic == pytest.approx(one.difference, rel=1.01e-6, abs=0.0)


@given(trained_scenarios(), SCALES, st.sampled_from([*WRONG]))
def test_no_wrong_gradient_of_a_batch_agrees(scenario: Scenario, factor: float, fault: str) -> None:
    graph, samples, right = batch_gradients(scaled(scenario, factor))
    # Where 1 − a has lost its digits, what the chain rule says need not be right.
    sound = {one.parameter for one in compare(graph, samples, right) if one.judgement is Judgement.AGREES}
    wrong = {name: WRONG[fault](right[name]) for name in sound if abs(right[name]) > 1e-240}
    assert all(one.judgement is not Judgement.AGREES for one in compare(graph, samples, wrong))


@pytest.mark.parametrize("fault", WRONG)
@pytest.mark.parametrize("loss", [name for name in LOSSES if name != "bce"])
def test_a_wrong_gradient_of_softmax_is_found(loss: str, fault: str) -> None:
    graph, samples, right = batch_gradients(replace(CLASSES, loss=loss))
    assert {one.judgement for one in compare(graph, samples, right)} == {Judgement.AGREES}
    wrong = {name: WRONG[fault](gradient) for name, gradient in right.items()}
    assert {one.judgement for one in compare(graph, samples, wrong)} == {Judgement.DIFFERS}


def test_a_sure_softmax_can_be_told_and_a_held_one_is_at_its_limit() -> None:
    def judged(logit: float, y: tuple[float, float]) -> dict[str, Judgement]:
        scenario = Scenario(
            "sure", (Layer("softmax", ((logit,), (-logit,)), (0.0, 0.0)),), (Sample((1.0,), y),), "cross_entropy"
        )
        return {one.parameter: one.judgement for one in comparisons(at(scenario))}

    assert set(judged(30.0, (0.0, 1.0)).values()) == {Judgement.AGREES}
    assert set(judged(1000.0, (0.0, 1.0)).values()) == {Judgement.LIMIT}
    right = judged(20.0, (1.0, 0.0))  # 1 − a has no digits left, −a2·a1 has them all
    assert right["w1_2_1"] is Judgement.AGREES
    assert right["w1_1_1"] is Judgement.CANNOT_TELL


def at(scenario: Scenario | str, epoch: int = 1, sample: int = 1, stage: int | None = None) -> State:
    first = start(load(scenario) if isinstance(scenario, str) else scenario)
    there = apply(first, GoTo(Position(epoch, sample, 0)))
    return apply(first, GoTo(Position(epoch, sample, there.timeline.last if stage is None else stage)))


def of_batch(state: State) -> list[Comparison]:
    return [*comparisons(state)][len(state.timeline.graph.parameters) :]


@pytest.mark.parametrize(("epoch", "sample"), [(1, 2), (3, 2), (2, 4), (2, 5)])
def test_the_sum_of_a_batch_is_the_gradient_of_its_mean_loss(epoch: int, sample: int) -> None:
    state = at(replace(CLASSES, batch_size=2), epoch, sample)
    known = state.view.known
    found = of_batch(state)
    assert [one.parameter for one in found] == [node.name for node in state.timeline.graph.free]
    assert all(one.analytic == known[f"grad_{one.parameter}"] for one in found)
    assert {one.judgement for one in found} == {Judgement.AGREES}
    size = "the loss of the batch's only sample" if sample == 5 else "the mean loss of the batch's 2 samples"
    assert [*verdict_words(state)] == [
        "All 30 gradients agree with the central difference.",
        f"grad_… is compared with the difference of {size}.",
    ]


def test_before_the_batch_is_through_only_the_samples_gradients_are_compared() -> None:
    state = at("xor-batch", 1, 3)
    assert of_batch(state) == []
    assert len(check_rows(state)) == 9
    assert [*verdict_words(state)][1:] == ["grad_… is compared at the batch's last sample, 4."]
    half = at("xor-batch", 1, 4, 38)
    assert len(of_batch(half)) == 2
    assert len(check_rows(half)) == 18
    assert "The others are not computed yet." in [*verdict_words(half)]


def test_a_pile_of_gradients_is_not_compared_and_that_is_said() -> None:
    for scenario in (replace(neuron(), zero_grad=False), replace(TWO_SAMPLES, zero_grad=False, batch_size=2)):
        state = at(scenario, 2, len(scenario.samples))
        assert of_batch(state) == []
        assert [*verdict_words(state)][1].startswith("grad_… is a pile of the gradients of many updates")


def test_a_batch_with_an_edit_within_is_not_compared() -> None:
    state = at("xor-batch", 1, 3, 0)
    edited = apply(state, Edit(replace(state.scenario, learning_rate=0.2)))
    last = apply(edited, GoTo(Position(1, 4, 50)))
    assert of_batch(last) == []
    assert [*verdict_words(last)][1].startswith("grad_… began before the edit")
    assert len(of_batch(apply(edited, GoTo(Position(2, 4, 50))))) == 9


@pytest.mark.parametrize("decay", [0.0, 0.1])
def test_weight_decay_is_no_part_of_what_is_compared(decay: float) -> None:
    scenario = replace(neuron(), optimizer=neuron().optimizer._replace(options=(("weight_decay", decay),)))
    state = at(scenario)
    assert {one.judgement for one in comparisons(state)} == {Judgement.AGREES}
    words = "Weight decay is no part of the loss: compared is the gradient before it."
    assert ([*verdict_words(state)][-1] == words) == bool(decay)


def test_the_command_checks_batches_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["trace", "xor-batch", "--check"]) == 0
    told = capsys.readouterr().out
    assert told.count("All nine gradients agree with the central difference.") == 3
    assert told.count("All 18 gradients agree with the central difference.") == 1
    assert told.count("grad_b2_1 ") == 1


async def test_on_screen_the_sums_follow_the_gradients() -> None:
    app = app_at("batch-line", 1)
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        await pilot.press("end", "v")
        assert "agrees" in row_of(app, "∂L/∂w ")
        assert "agrees" in row_of(app, "grad_w ")
        assert "the mean loss of the batch's 3 samples" in " ".join(shown(app).split())


@given(trained_scenarios(), st.data())
def test_a_pass_of_any_run_has_no_difference(scenario: Scenario, data: st.DataObject) -> None:
    first = start(scenario)
    epoch = data.draw(st.integers(1, 3))
    assume(first.history.reach(epoch + 1))
    state = at(scenario, epoch, data.draw(st.integers(1, len(scenario.samples))))
    assert Judgement.DIFFERS not in {one.judgement for one in comparisons(state)}
