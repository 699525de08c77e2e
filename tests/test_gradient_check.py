"""The gradient check: it finds what is wrong, excuses what no difference can tell, and says so in words."""

import math
import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from backprop_tui.cli import main
from backprop_tui.core import ops
from backprop_tui.core.backprop import gradient_name
from backprop_tui.core.gradient_check import Comparison, Judgement, compare
from backprop_tui.core.graph import Graph
from backprop_tui.core.models.dense import build
from backprop_tui.core.ops import Arguments
from backprop_tui.core.scenario import Layer, Sample, Scenario
from backprop_tui.core.scenario_file import builtin_names, load
from backprop_tui.core.softmax import LAYER_OPERATIONS
from backprop_tui.present.gradient_check import (
    HEADS,
    check_rows,
    columns_in,
    comparisons,
    is_mismatch,
    told,
    verdict_words,
)
from backprop_tui.stepper.machine import GoTo, Move, apply
from backprop_tui.stepper.stages import timeline
from backprop_tui.stepper.state import Position, State, start
from tests.driving import DESIGN_SIZE, SMALLEST, app_at, lines, row_of, shown
from tests.models import given_at_start, graphs, neuron, scenarios, values_of


def done(scenario: Scenario, stage: int | None = None) -> State:
    first = start(scenario)
    return apply(first, GoTo(Position(1, 1, first.timeline.last if stage is None else stage)))


def judgements(scenario: Scenario) -> list[Judgement]:
    return [one.judgement for one in comparisons(done(scenario))]


@given(graphs())
def test_right_gradients_agree_and_wrong_ones_differ(drawn: tuple[Graph, dict[str, float]]) -> None:
    graph, numbers = drawn
    assume(all(number == 0 or abs(number) > 1e-60 for number in numbers.values()))  # powers of less have no digits
    values = values_of(graph, numbers)
    gradients = {node.name: values[f"d{graph.root.name}_d{node.name}"] for node in graph.parameters}
    right = compare(graph, {**numbers, "lr": 0.1}, gradients)
    assert [one.judgement for one in right] == [Judgement.AGREES] * len(gradients)
    off = {name: gradient * 1.01 + math.copysign(0.01, gradient) for name, gradient in gradients.items()}
    assert {one.judgement for one in compare(graph, numbers, off)} == {Judgement.DIFFERS}


ANY_SIZE = st.floats(-3, 3) | st.tuples(st.floats(-8, 8), st.sampled_from([1.0, -1.0])).map(lambda p: p[1] * 10 ** p[0])
WRONG = {
    "a thousandth too much": lambda gradient: gradient * 1.001,
    "twice": lambda gradient: gradient * 2,
    "the other sign": lambda gradient: -gradient,
    "none": lambda gradient: 0.0,
}


def gradients_of(scenario: Scenario) -> tuple[Graph, dict[str, float], dict[str, float]]:
    """A scenario's graph, what its first pass is given, and the gradients of that pass."""
    graph = build(scenario)
    numbers = given_at_start(scenario, graph)
    values = values_of(graph, numbers)
    return graph, numbers, {node.name: values[gradient_name(graph, node.name)] for node in graph.parameters}


@given(scenarios(rates=(0.1,)) | scenarios(rates=(0.1,), number=ANY_SIZE))
def test_no_right_gradient_differs_and_none_agrees_with_another_number(scenario: Scenario) -> None:
    for one in compare(*gradients_of(scenario)):
        assert one.judgement is not Judgement.DIFFERS
        if one.judgement is Judgement.AGREES:
            assert one.analytic == pytest.approx(one.difference, rel=1.01e-6, abs=0.0)


@given(scenarios(rates=(0.1,)) | scenarios(rates=(0.1,), number=ANY_SIZE), st.sampled_from([*WRONG]))
def test_no_wrong_gradient_agrees(scenario: Scenario, fault: str) -> None:
    graph, numbers, right = gradients_of(scenario)
    wrong = {name: WRONG[fault](gradient) for name, gradient in right.items()}
    # What is smaller than 1e-240 floats may lose on the way, to the very last digit.
    wrong = {name: gradient for name, gradient in wrong.items() if abs(right[name]) > 1e-240}
    assert all(one.judgement is not Judgement.AGREES for one in compare(graph, numbers, wrong))


def at_one_sum(name: str, z: float) -> Scenario:
    """A scenario that has the activation or the loss `name`, and `z` for a pre-activation."""
    if name in ("softmax", "cross_entropy"):
        layer = Layer("softmax", ((z,), (0.2,)), (0.0, 0.0))
        return Scenario("classes", (layer,), (Sample((1.0,), (0.3, 0.7)),), "cross_entropy")
    kinds = {"activation": "sigmoid", "loss": "bce" if name == "bce" else "mse"}
    kinds["activation" if name in ops.ACTIVATIONS else "loss"] = name
    return neuron(x=(1.0,), w=(z,), b=0.0, y=0.3, **kinds)


@pytest.mark.parametrize("fault", WRONG)
@pytest.mark.parametrize("z", [-0.7, 0.6])
@pytest.mark.parametrize("name", [*ops.ACTIVATIONS, *ops.LOSSES, *LAYER_OPERATIONS])
def test_a_wrong_slope_of_any_operation_is_found(
    name: str, z: float, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenario = at_one_sum(name, z)
    right = gradients_of(scenario)[2]
    factor = {"a thousandth too much": 1.001, "twice": 2, "the other sign": -1, "none": 0}[fault]

    def wrong(partials: Callable[..., Arguments]) -> Callable[..., Arguments]:
        return lambda *given: tuple(factor * partial for partial in partials(*given))

    for table in (LAYER_OPERATIONS, ops.OPERATIONS):
        if name in table:
            row = table[name]
            monkeypatch.setitem(table, name, row._replace(partials=wrong(row.partials)))
    graph, numbers, gradients = gradients_of(scenario)
    expected = {one: "agrees" if gradients[one] == right[one] else "differs" for one in right}
    assert {one.parameter: one.judgement.value for one in compare(graph, numbers, gradients)} == expected
    assert "differs" in expected.values() or (name, z) == ("relu", -0.7)


TELLING = {  # where the loss is so large, or so flat, that two losses differ by less than their rounding
    "a gradient beside a loss of 1e12": (
        Scenario(
            "two",
            (Layer("identity", ((1e6,), (0.5,)), (0.0, 0.0)),),
            (Sample((1.0,), (0.0, 0.0)),),
            "half_squared",
        ),
        {"w1_1_1": 1e6, "b1_1": 1e6, "w1_2_1": 0.5, "b1_2": 0.5},
    ),
    "a loss of 1e24": (neuron(x=(1e6,), w=(1e6,), b=0.0, y=0.0), {"w": 2e18, "b": 2e12}),
    "a large w and b": (neuron(x=(1.0,), w=(1e5,), b=-1e5, y=2.0, activation="silu"), {"w": -2.0, "b": -2.0}),
    "an input of 1e6": (neuron(x=(1e6,), w=(0.0,), b=0.0, y=0.8, activation="sigmoid"), {"w": -150000, "b": -0.15}),
    "far in elu's tail": (
        neuron(x=(1.0,), w=(-100.0,), b=0.0, y=0.0, activation="elu"),
        dict.fromkeys("wb", -7.44015195e-44),
    ),
    "beyond a sigmoid's reach": (
        neuron(x=(1.0,), w=(-800.0,), b=0.0, y=1.0, activation="sigmoid"),
        {"w": 0.0, "b": 0.0},
    ),
    "the bottom of a bowl": (neuron(w=(1.75,), y=4.0), {"w": 0.0, "b": 0.0}),
    "a hair above it": (neuron(w=(1.75,), y=4.0 - 2.0**-50), {"w": 2.0**-48, "b": 2.0**-49}),
}


@pytest.mark.parametrize(("scenario", "expected"), TELLING.values(), ids=TELLING)
def test_it_can_tell(scenario: Scenario, expected: dict[str, float]) -> None:
    found = comparisons(done(scenario))
    assert {one.parameter: one.difference for one in found} == pytest.approx(expected, rel=1e-8, abs=0.0)
    assert {one.judgement for one in found} == {Judgement.AGREES}


def test_a_wrong_gradient_differs_however_small_it_is() -> None:
    graph, numbers, right = gradients_of(TELLING["far in elu's tail"][0])
    wrong = {name: 1.001 * gradient for name, gradient in right.items()}
    assert {one.judgement for one in compare(graph, numbers, wrong)} == {Judgement.DIFFERS}
    assert {one.judgement for one in compare(graph, numbers, dict.fromkeys("wb", 0.0))} == {Judgement.DIFFERS}


def test_the_error_of_the_step_is_taken_away() -> None:
    (w, b) = comparisons(done(neuron(activation="tanh", w=(0.3,))))
    assert max(w.error, b.error) < 1e-14


def test_an_output_at_its_limit_is_no_excuse_for_another() -> None:
    layer = Layer("sigmoid", ((0.5,), (400.0,)), (0.0, 0.0))
    told = comparisons(done(Scenario("two", (layer,), (Sample((1.0,), (0.0, 0.0)),), "bce")))
    expected = {"w1_1_1": "agrees", "b1_1": "agrees", "w1_2_1": "loss at its limit", "b1_2": "loss at its limit"}
    assert {one.parameter: one.judgement.value for one in told} == expected


def test_what_rounding_may_have_made_cannot_be_told_and_is_no_mismatch(capsys: pytest.CaptureFixture[str]) -> None:
    flat = neuron(x=(1.0,), w=(15.0,), b=0.0, y=0.0, activation="tanh")  # 1 − a² has but three digits left
    assert set(judgements(flat)) == {Judgement.CANNOT_TELL}
    assert next(verdict_words(done(flat))) == "Neither gradient can be checked: rounding alone may make the gap."
    assert main(["trace", "tanh", "--x", "1", "--w", "17", "--b", "0", "--y", "0", "--check"]) == 0
    assert capsys.readouterr().out.count("cannot tell: rounding") == 2
    flatter = neuron(x=(1.0,), w=(30.0,), b=0.0, y=0.0, activation="sigmoid")
    assert set(judgements(flatter)) == {Judgement.CANNOT_TELL}
    graph, numbers, right = gradients_of(flat)
    twice = {name: 2 * gradient for name, gradient in right.items()}
    assert {one.judgement for one in compare(graph, numbers, twice)} == {Judgement.DIFFERS}  # no rounding explains that


@pytest.mark.parametrize("name", builtin_names())
def test_every_built_in_scenario_agrees_from_the_first_pass_to_when_it_has_learned(name: str) -> None:
    first = start(load(name))
    for epoch in [epoch for epoch in (1, 2, 7, 60, 150) if epoch <= first.history.last_epoch]:
        state = apply(first, GoTo(Position(epoch, first.history.samples, first.timeline.last)))
        found = {one.judgement for one in comparisons(state)}
        # At the least mean loss a batch's gradients cancel, and rounding is what is left.
        assert found - ({Judgement.CANNOT_TELL} if state.scenario.batch_size > 1 else set()) == {Judgement.AGREES}, (
            epoch
        )


def test_the_figures_of_one_comparison() -> None:
    (w, _) = comparisons(done(neuron()))  # L = (2w + 0.5 − 4)²: dL/dw = 4(2w − 3.5) = −2, and exact for a parabola
    assert (w.parameter, w.analytic) == ("w", -2.0)
    assert w.difference == pytest.approx(-2.0, abs=1e-9)
    assert w.error == abs(w.analytic - w.difference) / 2.0 or w.error < 1e-9
    assert 1e-6 < w.step < 1e-4


KINKED = [
    neuron(activation="relu", w=(0.0,), b=0.0),
    neuron(activation="leaky_relu", w=(0.0,), b=0.0),
    neuron(loss="mae", y=3.5),
]


@pytest.mark.parametrize("scenario", KINKED, ids=["relu", "leaky", "mae"])
def test_a_kink_within_the_step_is_flagged_and_is_no_mismatch(scenario: Scenario) -> None:
    assert set(judgements(scenario)) == {Judgement.KINK}
    assert not is_mismatch(comparisons(done(scenario)))
    assert next(verdict_words(done(scenario))).startswith("Neither gradient can be checked: a kink lies within")


def test_a_kink_beside_the_step_or_where_nothing_moves_is_no_excuse() -> None:
    for w in (0.01, 1e-7, 1e-40, -1e-40):
        assert set(judgements(neuron(activation="relu", w=(w,), b=0.0))) == {Judgement.AGREES}
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
    assert next(verdict_words(done(infinite))) == "Neither gradient can be checked: the numbers are not finite."


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


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (1, "The gradient cannot be checked: a kink"),
        (2, "Neither gradient can be checked: a kink"),
        (3, "None of the three gradients can be checked: a kink"),
    ],
)
def test_the_words_are_right_in_number(count: int, words: str) -> None:
    compared = [Comparison(f"w{i}", 1.0, 1.0, 0.0, 1e-5, Judgement.KINK) for i in range(count)]
    assert next(told(compared, count)).startswith(words)
    assert [*told(compared, count + 1)][-1] == "The other is not computed yet."
    assert [*told(compared, count + 2)][-1] == "The others are not computed yet."
    some = [*compared, Comparison("b", 1.0, 1.0, 0.0, 1e-5, Judgement.AGREES)]
    assert next(told(some, count + 1)).startswith("One of ")
    assert next(told(some, count + 1)).endswith(" gradients agrees with the central difference.")


@pytest.mark.parametrize("width", [70, 80, 100, 120])
@pytest.mark.parametrize(
    "scenario", [KINKED[0], neuron(x=(1e300,), w=(-1e300,)), neuron(x=(1.0,), w=(17.0,), activation="tanh")]
)
async def test_a_verdict_is_whole_at_every_width(scenario: Scenario, width: int) -> None:
    state = done(scenario)
    app = app_at(scenario, 1, state.timeline.last)
    async with app.run_test(size=(width, 24)) as pilot:
        await pilot.press("v")
        text = "\n".join(line.rstrip() for line in lines(app))
    for row in check_rows(state):
        assert row.judgement is not None
        (line,) = re.findall(rf"^ *{re.escape(row.cells[0])}  .*$", text, re.MULTILINE)
        assert line.endswith(f"  {row.judgement.value}")
        assert all(cell in line for cell in row.cells[:3])
    assert " ".join(verdict_words(state)) in " ".join(text.split())


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


def test_a_column_gives_way_only_where_its_numbers_have_no_room() -> None:
    rows = check_rows(done(neuron()))
    wide = [
        max(len(cell) for cell in (head, *cells)) for head, *cells in zip(HEADS, *(r.cells for r in rows), strict=True)
    ]
    whole = sum(wide) + 2 * len(HEADS)
    assert columns_in(rows, whole) == tuple(range(len(HEADS)))
    assert [HEADS[column] for column in columns_in(rows, whole - 1)] == [head for head in HEADS if head != "step"]
