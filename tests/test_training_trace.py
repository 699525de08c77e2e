"""The trace of softmax, batches and optimisers: order, names and texts, by the contract."""

import math
import re
from dataclasses import replace

import pytest
from hypothesis import given

from backprop_tui.core.scenario import Layer, Sample, Scenario
from backprop_tui.present.export.trace import records, trace, walk
from backprop_tui.stepper.state import start
from tests.calculator import calculate
from tests.models import TWO_SAMPLES, neuron
from tests.training_models import CLASSES, LARGE, TRAINED, trained_scenarios, with_optimizer

PLACES = ("forward", "loss", "local", "chain", "accumulate", "update")

ONE_LAYER = Scenario(
    "softmax", (Layer("softmax", ((0.1,), (0.2,)), (0.0, 0.0)),), (Sample((1.0,), (0.0, 1.0)),), "cross_entropy"
)


def quantities(scenario: Scenario, epochs: int = 1) -> list[tuple[int, str, str]]:
    """Sample, phase and quantity of each stage."""
    return [(sample, phase, name) for _, sample, _, phase, name, *_ in records(walk(start(scenario), epochs))]


def check_texts(scenario: Scenario, epochs: int) -> None:
    for epoch, sample, stage, phase, name, rule, text, value in records(walk(start(scenario), epochs)):
        place = (epoch, sample, stage, phase, name, rule, text)
        if isinstance(value, float) and abs(value) < 1e100 and not re.search("∞|NaN", text):
            try:
                found = calculate(text) + 0.0
            except OverflowError:  # an operand beyond what a calculator holds
                continue
            assert f"{found:.4g}" == f"{value:.4g}", (*place, value)


@pytest.mark.parametrize("scenario", TRAINED.values(), ids=TRAINED)
def test_a_calculator_gets_the_value_of_every_stage(scenario: Scenario) -> None:
    check_texts(scenario, 2)


@given(trained_scenarios())
def test_a_calculator_gets_the_value_of_every_stage_of_anything(scenario: Scenario) -> None:
    check_texts(scenario, 2)


def test_the_whole_jacobian_stands_between_the_losss_derivatives_and_the_neurons() -> None:
    local = [name for _, phase, name in quantities(ONE_LAYER) if phase == "local"]
    assert local == [
        *("dL_da1_1", "dL_da1_2"),
        *("da1_1_dz1_1", "da1_1_dz1_2", "da1_2_dz1_1", "da1_2_dz1_2"),
        *("dz1_1_dw1_1_1", "dz1_1_db1_1", "dz1_2_dw1_2_1", "dz1_2_db1_2"),
    ]
    hidden = [name for sample, phase, name in quantities(CLASSES) if (sample, phase) == (1, "local")]
    assert hidden[:3] == ["dL_da2_1", "dL_da2_2", "dL_da2_3"]
    assert hidden[3:12] == [f"da2_{k}_dz2_{j}" for k in (1, 2, 3) for j in (1, 2, 3)]
    neuron_1 = ["dz2_1_dw2_1_1", "dz2_1_dw2_1_2", "dz2_1_da1_1", "dz2_1_da1_2", "dz2_1_db2_1"]
    assert hidden[12:17] == neuron_1


def texts(scenario: Scenario) -> dict[str, tuple[str, str, float | str]]:
    """Rule, numbers and value of each stage of the first pass, by its quantity; a parameter's step comes last."""
    stages = records(walk(start(scenario), 1))
    return {name: (rule, text, value) for _, sample, *_, name, rule, text, value in stages if sample == 1}


def test_softmax_and_cross_entropy_in_words_of_the_textbook() -> None:
    found = texts(ONE_LAYER)
    assert found["a1_1"][:2] == ("e^(z1_1) / (e^(z1_1) + e^(z1_2))", "e^(0.1) / (e^(0.1) + e^(0.2))")
    assert found["loss"][:2] == ("−(y1 · ln(a1_1) + y2 · ln(a1_2))", "−1 · ln(0.525)")  # without the term of y1 = 0
    assert found["dL_da1_1"][1:] == ("0", 0.0)
    assert found["dL_da1_2"][1] == "−1 / 0.525"
    assert found["da1_1_dz1_1"][0] == "a1_1(1 − a1_1)"
    assert found["da1_1_dz1_2"][0] == "−a1_1 · a1_2"
    assert found["dL_dz1_1"][0] == "dL_da1_1 · da1_1_dz1_1 + dL_da1_2 · da1_2_dz1_1"


def test_the_largest_z_is_taken_off_only_where_one_is_large() -> None:
    def of(z: float) -> str:
        layer = Layer("softmax", ((z,), (1.0,)), (0.0, 0.0))
        return texts(replace(ONE_LAYER, layers=(layer,)))["a1_2"][1]

    assert of(700.0) == "e^(1) / (e^(700) + e^(1))"
    assert of(700.5) == "e^(1 − 700.5) / (e^(700.5 − 700.5) + e^(1 − 700.5))"
    assert of(-700.5) == "e^(1 − 1) / (e^(−700.5 − 1) + e^(1 − 1))"
    held = "max(e^(−1000 − 1000) / (e^(1000 − 1000) + e^(−1000 − 1000)), 2.2250738585072014e-308)"
    assert texts(LARGE)["a1_2"][1:] == (held, 2.2250738585072014e-308)


def test_a_batch_accumulates_after_the_chain_and_updates_once() -> None:
    scenario = replace(TWO_SAMPLES, batch_size=2)
    phases = [(sample, phase, name) for sample, phase, name in quantities(scenario) if phase in PLACES[4:]]
    assert phases == [
        *((1, "accumulate", "grad_w"), (1, "accumulate", "grad_b")),
        *((2, "accumulate", "grad_w"), (2, "accumulate", "grad_b")),
        *((2, "update", "w"), (2, "update", "b")),
    ]
    rules = [
        (sample, rule) for _, sample, _, _, name, rule, *_ in records(walk(start(scenario), 1)) if name == "grad_w"
    ]
    assert rules == [(1, "dL_dw / n"), (2, "grad_w + dL_dw / n")]


@pytest.mark.parametrize("scenario", TRAINED.values(), ids=TRAINED)
def test_phases_come_in_their_order_and_stages_count_on(scenario: Scenario) -> None:
    last = (0, 0, 0, -1)
    for epoch, sample, stage, phase, *_ in records(walk(start(scenario), 2)):
        place = (epoch, sample, stage, PLACES.index(phase))
        assert stage == (last[2] + 1 if (epoch, sample) == last[:2] else 1)
        assert place[3] >= last[3] or (epoch, sample) != last[:2]
        last = place


def test_held_parameters_are_neither_accumulated_nor_remembered() -> None:
    names = {name for *_, name in quantities(TRAINED["layer fixed"])}
    assert "dL_dw1_1_1" in names
    assert not names & {"grad_w1_1_1", "m_w1_1_1", "w1_1_1"}
    assert {"grad_w2_1_1", "m_w2_1_1", "vhat_b2_3"} <= names


def test_no_gradient_of_a_wrong_class_is_minus_0_or_nan() -> None:
    for *_, name, _, _, value in records(walk(start(LARGE), 3)):
        if name.startswith("dL_da"):
            assert isinstance(value, float), name
            assert value != 0 or math.copysign(1, value) == 1, name


def test_all_formats_tell_such_a_run() -> None:
    scenario = replace(with_optimizer(CLASSES, "adam", weight_decay=0.1), batch_size=2)
    for form in ("jsonl", "csv", "text", "markdown"):
        told = "".join(trace(start(scenario), 1, form)).replace("\\_", "_")
        assert "mhat_w2_3_1" in told, form
        assert "grad_w2_3_1" in told, form
    assert "grad_" not in "".join(trace(start(neuron()), 2, "jsonl"))
