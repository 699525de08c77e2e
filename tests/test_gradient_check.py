"""The gradient check: it finds what is wrong, excuses what no difference can tell, and says so in words."""

import math
from dataclasses import replace

import pytest
from hypothesis import given

from backprop_tui.cli import main
from backprop_tui.core import ops
from backprop_tui.core.gradient_check import Judgement, compare
from backprop_tui.core.graph import Graph
from backprop_tui.core.models.dense import build
from backprop_tui.core.scenario import Layer, Sample, Scenario
from backprop_tui.core.scenario_file import builtin_names, load
from backprop_tui.present.gradient_check import comparisons, is_mismatch, verdict_words
from backprop_tui.stepper.machine import GoTo, Move, apply
from backprop_tui.stepper.stages import timeline
from backprop_tui.stepper.state import Position, State, start
from tests.driving import DESIGN_SIZE, SMALLEST, app_at, lines, row_of, shown
from tests.models import graphs, neuron, scenarios, values_of


def done(scenario: Scenario, stage: int | None = None) -> State:
    first = start(scenario)
    return apply(first, GoTo(Position(1, 1, first.timeline.last if stage is None else stage)))


def judgements(scenario: Scenario) -> list[Judgement]:
    return [one.judgement for one in comparisons(done(scenario))]


@given(graphs())
def test_right_gradients_agree_and_wrong_ones_differ(drawn: tuple[Graph, dict[str, float]]) -> None:
    graph, numbers = drawn
    values = values_of(graph, numbers)
    gradients = {node.name: values[f"d{graph.root.name}_d{node.name}"] for node in graph.parameters}
    right = compare(graph, {**numbers, "lr": 0.1}, gradients)
    assert [one.judgement for one in right] == [Judgement.AGREES] * len(gradients)
    off = {name: gradient * 1.01 + math.copysign(0.01, gradient) for name, gradient in gradients.items()}
    assert {one.judgement for one in compare(graph, numbers, off)} == {Judgement.DIFFERS}


@given(scenarios(rates=(0.1,)))
def test_no_scenario_has_a_wrong_gradient(scenario: Scenario) -> None:
    assert not is_mismatch(comparisons(done(scenario)))


@pytest.mark.parametrize("name", builtin_names())
def test_every_built_in_scenario_agrees(name: str) -> None:
    assert {one.judgement for one in comparisons(done(load(name)))} == {Judgement.AGREES}


def test_the_figures_of_one_comparison() -> None:
    (w, _) = comparisons(done(neuron()))  # L = (2w + 0.5 − 4)²: dL/dw = 4(2w − 3.5) = −2, and exact for a parabola
    assert (w.parameter, w.analytic) == ("w", -2.0)
    assert w.difference == pytest.approx(-2.0, abs=1e-9)
    assert w.error == abs(w.analytic - w.difference) / 2.0 or w.error < 1e-9
    assert 1e-6 < w.step < 1e-4


KINKED = [
    neuron(activation="relu", w=(0.0,), b=0.0),
    neuron(activation="relu", w=(1e-7,), b=0.0),
    neuron(activation="leaky_relu", w=(0.0,), b=0.0),
    neuron(loss="mae", y=3.5),
]


@pytest.mark.parametrize("scenario", KINKED, ids=["relu", "near", "leaky", "mae"])
def test_a_kink_within_the_step_is_flagged_and_is_no_mismatch(scenario: Scenario) -> None:
    assert set(judgements(scenario)) == {Judgement.KINK}
    assert not is_mismatch(comparisons(done(scenario)))
    assert next(verdict_words(done(scenario))).startswith("Both gradients cannot be checked: a kink lies within")


def test_a_kink_beside_the_step_or_where_nothing_moves_is_no_excuse() -> None:
    assert set(judgements(neuron(activation="relu", w=(0.01,), b=0.0))) == {Judgement.AGREES}
    hidden = Scenario(
        "hidden",
        (Layer("relu", ((0.0,), (1.0,)), (0.0, 0.0)), Layer("identity", ((1.0, 1.0),), (0.0,))),
        (Sample((1.0,), (3.0,)),),
    )
    told = {one.parameter: one.judgement for one in comparisons(done(hidden))}
    assert {told["w1_1_1"], told["b1_1"]} == {Judgement.KINK}  # z1_1 is exactly 0, and they move it
    assert {told["w1_2_1"], told["w2_1_1"], told["b2_1"]} == {Judgement.AGREES}


def test_a_clamped_loss_and_a_run_that_diverges_cannot_be_checked() -> None:
    assert set(judgements(neuron(activation="sigmoid", loss="bce", w=(400.0,), y=0.0))) == {Judgement.LIMIT}
    infinite = neuron(x=(1e300,), w=(1e300,))
    assert set(judgements(infinite)) == {Judgement.NOT_FINITE}
    assert next(verdict_words(done(infinite))) == "Both gradients cannot be checked: the numbers are not finite."


def test_a_wrong_rule_is_found(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    wrong = ops.ACTIVATIONS["tanh"]._replace(slope=lambda z, a: 1 - a)
    monkeypatch.setitem(ops.OPERATIONS, "tanh", ops.activation_operation(wrong))
    timeline.cache_clear()
    assert main(["trace", "tanh", "--check"]) == 1
    told = capsys.readouterr().out
    assert "Two of three gradients differ from the central difference." in " ".join(told.split())
    timeline.cache_clear()
    assert main(["trace", "--check"]) == 0


def test_the_command_prints_every_pass(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["trace", "xor-2-2-1", "--check", "--epochs", "2"]) == 0
    told = capsys.readouterr().out
    assert told.count("All nine gradients agree with the central difference.") == 8
    assert "Epoch 2, sample 4 of 4" in told
    assert main(["trace", "--check", "--format", "csv"]) == 2
    assert "expected one of --check and --format" in capsys.readouterr().err


async def test_on_screen_only_what_is_computed_is_compared() -> None:
    app = app_at("mazur", 1, 40)
    async with app.run_test(size=DESIGN_SIZE) as pilot:
        before = lines(app)
        await pilot.press("v")
        assert "agrees" in row_of(app, "∂L/∂w2_1_1")
        assert row_of(app, "∂L/∂w1_1_1").split() == ["∂L/∂w1_1_1", "·"]
        row_of(app, "6 of 12 gradients agree with the central difference.")
        await pilot.press("v")
        assert lines(app) == before


async def test_in_a_small_terminal_the_table_is_scrolled_to_every_row_and_column() -> None:
    app = app_at("gurlahosur", 1, 60)
    async with app.run_test(size=SMALLEST) as pilot:
        await pilot.press("v")
        seen, last = shown(app), ""
        while last != shown(app):
            last = shown(app)
            await pilot.press("pagedown")
            await pilot.pause()
            seen += shown(app)
        graph = build(load("gurlahosur"))
        assert all(f"∂L/∂{node.name}" in seen for node in graph.parameters)
        for _ in range(30):
            await pilot.press("right")
        assert "agrees" in shown(app)


def test_before_the_chain_rule_there_is_nothing_to_compare() -> None:
    assert comparisons(done(neuron(), 7)) == ()
    assert next(verdict_words(done(neuron(), 7))).startswith("No gradient is computed yet")
    half = apply(apply(done(neuron(), 7), Move.NEXT), Move.NEXT)
    assert len(comparisons(half)) == 2
    assert len(comparisons(done(replace(neuron(), learning_rate=0.0), 8))) == 1
