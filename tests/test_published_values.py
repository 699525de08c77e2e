"""Published figures: every built-in one beside the run's, the four verdicts, and what is no figure at all."""

import math
import sys
from dataclasses import replace

import pytest

from backprop_tui.core.scenario import Expectation, Scenario, ScenarioError
from backprop_tui.core.scenario_file import builtin_names, load
from backprop_tui.present.published_values import Closeness, closeness, compare_published, distance, report
from backprop_tui.stepper.state import start
from tests.models import neuron

PUBLISHED = [name for name in builtin_names() if load(name).expectations]

# What a source prints and nobody can reproduce; the scenario files say why.
KNOWN_TO_DIFFER = {
    "gurlahosur": {"dL_dw1_1_1 = 0.009227422 in epoch 1"},
    "nafiz-four-layers": {
        "dL_dw4_3_1 = 0.0014 in epoch 1",
        "dL_dw4_3_2 = 0.0008 in epoch 1",
        "dL_da3_3 = -0.99612 in epoch 1",
        "dL_dw3_2_1 = 0.15576 in epoch 1",
        "dL_da2_3 = 0.53935 in epoch 1",
        "dL_da1_1 = -0.081997 in epoch 1",
        "dL_dw1_1_1 = -0.081997 in epoch 1",
        "dL_dw1_3_3 = 0.847917 in epoch 1",
    },
    "ninjakx": {"z2_1 = 0.43 in epoch 1"},
    "mazur": {
        "loss = 0.291027924 in epoch 2",
        "a2_1 = 0.015912196 in epoch 10001",
        "a2_2 = 0.984065734 in epoch 10001",
    },
}


# What the sources rounded on the way, or computed in float32: by the definitions it is none of the right digits.
ROUNDED_ON_THE_WAY = {
    "smaxx-exercise": "dL_da",
    "smaxx-quiz": "dL_da dL_dw dL_db w b",
    "nafiz-four-layers": "dL_dw4_1_1 dL_dw4_1_2 dL_dw3_1_1 dL_dw3_1_2 dL_dw3_2_2 dL_da2_2",
    "pytorch-bce": "dL_dw dL_db",
    "aiml-notes": "a2_1 loss",
    "ninjakx": "a1_2 z3_1",
    "scribd-logistic": "loss",
    "prakash": "a3_1 a3_2 a3_3",
}


def expecting(scenario: Scenario, quantity: str, printed: str = "1", *, epoch: int = 1, sample: int = 1) -> Scenario:
    return replace(scenario, expectations=(Expectation(epoch, sample, quantity, printed),))


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_published_figure_is_the_run_s(name: str) -> None:
    figures = compare_published(load(name))
    assert [figure.expected for figure in figures] == [*load(name).expectations]
    differ = {
        f"{figure.expected.quantity} = {figure.expected.printed} in epoch {figure.expected.epoch}"
        for figure in figures
        if figure.closeness is Closeness.DIFFERS
    }
    assert differ == KNOWN_TO_DIFFER.get(name, set())


@pytest.mark.parametrize("name", PUBLISHED)
def test_what_was_rounded_on_the_way_is_told_from_what_is_wrong(name: str) -> None:
    on_the_way = [one for one in compare_published(load(name)) if one.closeness is Closeness.ON_THE_WAY]
    assert " ".join(one.expected.quantity for one in on_the_way) == ROUNDED_ON_THE_WAY.get(name, "")
    assert all(one.distance <= one.expected.tolerance < 10 * one.distance for one in on_the_way)  # and no wider


def test_the_library_is_spread_and_every_source_has_an_address() -> None:
    scenarios = [load(name) for name in PUBLISHED]
    assert all("https://" in scenario.source for scenario in scenarios)
    assert {layer.activation for scenario in scenarios for layer in scenario.layers} >= {"relu", "sigmoid", "tanh"}
    assert {len(scenario.layers) for scenario in scenarios} >= {1, 2}
    assert max(len(scenario.samples) for scenario in scenarios) > 1


def test_mazur_s_weights_are_updated_all_at_once() -> None:
    """After one step his network's loss tells whether the hidden gradients used the output weights' old values."""
    loss = start(load("mazur")).history.view(2, 1).known["loss"]
    assert loss == 0.29102777369359933
    assert f"{loss:.9f}" != "0.291027924"  # output weights updated first


@pytest.mark.parametrize(
    ("printed", "computed", "expected"),
    [
        ("3.5", 3.5, Closeness.EXACT),
        ("-1.0", -1.0, Closeness.EXACT),
        ("−0.5", -0.5, Closeness.EXACT),
        ("0.10", 0.1, Closeness.EXACT),  # the float is 0.1000000000000000055511151231257827…
        ("0.0000", -0.0, Closeness.EXACT),
        ("1e3", 1000.0, Closeness.EXACT),
        (".5E-3", 0.0005, Closeness.EXACT),
        ("5e-324", 5e-324, Closeness.EXACT),
        ("1.7976931348623157e308", sys.float_info.max, Closeness.EXACT),
        ("0.75136507", 0.7513650695523157, Closeness.ROUNDED),
        ("1.00", 0.9961, Closeness.ROUNDED),
        ("0.000", 0.0004, Closeness.ROUNDED),
        ("0.12", 0.125, Closeness.ROUNDED),
        ("0.13", 0.125, Closeness.ROUNDED),
        ("-0.13", -0.125, Closeness.ROUNDED),
        ("3.51e-05", 3.5108e-05, Closeness.ROUNDED),
        ("-2e+3", -2004.0, Closeness.ROUNDED),
        ("0.66", 2 / 3, Closeness.LAST_DIGIT),  # cut off
        ("0.68", 2 / 3, Closeness.LAST_DIGIT),
        ("0.14", 0.125, Closeness.LAST_DIGIT),
        ("0.11", 0.125, Closeness.LAST_DIGIT),
        ("-0.291", -0.29203, Closeness.LAST_DIGIT),
        ("0.99", 1.0, Closeness.LAST_DIGIT),
        ("3.52e-05", 3.5108e-05, Closeness.LAST_DIGIT),
        ("12.3e1", 124.0, Closeness.LAST_DIGIT),
        ("2", 2.6, Closeness.LAST_DIGIT),
        ("1", 0.4, Closeness.DIFFERS),  # one unit away, and more than twice as much
        ("0.01", 0.024, Closeness.DIFFERS),
        ("0.00", 0.0149, Closeness.DIFFERS),
        ("1", 0.5, Closeness.ROUNDED),
        ("1", -0.5, Closeness.DIFFERS),
        ("0.01", -0.01, Closeness.DIFFERS),
        ("0.65", 2 / 3, Closeness.DIFFERS),
        ("0.15", 0.125, Closeness.DIFFERS),
        ("0.5", -0.5, Closeness.DIFFERS),
        ("3.53e-05", 3.5108e-05, Closeness.DIFFERS),
        ("3.51e-04", 3.51e-05, Closeness.DIFFERS),
        ("1e-320", sys.float_info.max, Closeness.DIFFERS),
        ("1e320", math.inf, Closeness.DIFFERS),
        ("0", math.nan, Closeness.DIFFERS),
    ],
)
def test_a_printed_text_is_exact_rounded_one_off_or_different(
    printed: str, computed: float, expected: Closeness
) -> None:
    assert closeness(printed, computed) is expected


@pytest.mark.parametrize(
    ("printed", "computed", "tolerance", "expected"),
    [
        ("-0.1784", -0.1782, 0.002, Closeness.ON_THE_WAY),
        ("-0.1784", -0.1782, 0.001, Closeness.DIFFERS),
        ("-0.1783", -0.1782, 0.0001, Closeness.DIFFERS),  # without a tolerance its last digit differs
        ("-0.1782", -0.1782, 0.1, Closeness.EXACT),
        ("-0.178", -0.1782, 0.1, Closeness.ROUNDED),
        ("0.001", -0.001, 5.0, Closeness.DIFFERS),  # however near: the sign is wrong
        ("1e300", math.inf, 5.0, Closeness.DIFFERS),
    ],
)
def test_a_tolerance_tells_rounding_on_the_way_from_error(
    printed: str, computed: float, tolerance: float, expected: Closeness
) -> None:
    assert closeness(printed, computed, tolerance) is expected


@pytest.mark.parametrize(
    ("printed", "computed", "expected"),
    [("0.9", 1.0, 0.1), ("-1", 0.5, 3.0), ("0.1", 0.1, 0.0), ("1", 0.0, math.inf), ("1", -math.inf, math.inf)],
)
def test_the_distance_is_a_share_of_the_computed_value(printed: str, computed: float, expected: float) -> None:
    assert distance(printed, computed) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    "printed",
    ["", "two", "1,5", "1_0", "inf", "nan", "0x1p3", "1.5 ", "--1", "1e", ".", "٣", "1e999", "1e-999", "1" * 60, "1\n"],
)
def test_what_is_no_number_is_refused(printed: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        compare_published(expecting(neuron(), "z", printed))
    assert str(caught.value).startswith("expect 1, printed: expected a number such as 0.75136507, not ")
    assert len(str(caught.value)) < 130


@pytest.mark.parametrize(
    ("scenario", "message"),
    [
        (expecting(neuron(), "dL_dx"), "expect 1, quantity: no stage computes 'dL_dx'; expected .*, such as dL_d"),
        (expecting(neuron(), "dL_dz"), "expect 1, quantity: one neuron has no stage for dL_dz; expected dL_db, which"),
        (expecting(neuron(), "x" * 9999), "expect 1, quantity: no stage computes 'x{40}'; expected .*, such as z$"),
        (expecting(load("mazur"), "b1_1"), "expect 1, quantity: no stage computes 'b1_1'"),
        (expecting(neuron(), "z", sample=2), "expect 1, sample: expected a whole number from 1 to 1$"),
        (expecting(neuron(), "z", epoch=10**30), "expect 1, epoch: expected a whole number from 1 to 1,000,000"),
        (expecting(load("diverge"), "z", epoch=164), "expect 1, epoch: expected a pass up to epoch 163, sample 1"),
    ],
)
def test_an_expectation_that_the_run_cannot_meet_is_named(scenario: Scenario, message: str) -> None:
    with pytest.raises(ScenarioError, match=message):
        compare_published(scenario)


def test_the_pass_that_diverges_has_figures_too() -> None:
    assert [figure.closeness for figure in compare_published(expecting(load("diverge"), "loss", epoch=163))] == [
        Closeness.DIFFERS
    ]


def test_the_report_is_aligned_and_ends_with_the_totals() -> None:
    article = replace(load(), source=f"One \x1b[31msource\n{'long ' * 20}", expectations=load().expectations[8:10])
    two = replace(neuron(), name="two", samples=neuron().samples * 2)
    two = expecting(two, "a", "-123456", sample=2)
    assert "".join(
        report([(article, compare_published(article)), (two, compare_published(two)), (neuron(), ())])
    ).splitlines() == [
        "article-7: One [31msource long long long long long long long long long long",
        "long long long long long long long long long long",
        "epoch  quantity  printed  computed  distance",
        "1      dL_db     -1.0     −1        0         exact",
        "1      w         1.7      1.7       0         exact",
        "",
        "two: no source",
        "epoch  sample  quantity  printed  computed  distance",
        "1      2       a         -123456  4         31000     differs",
        "",
        f"{neuron().name}: no source",
        "no figures to compare",
        "",
        "3 figures: 2 exact, 0 rounded, 0 rounded on the way, 0 last digit differs, 1 differs",
    ]
