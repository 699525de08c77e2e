"""Scenarios as text: what is written reads back as the same scenario, to the last bit."""

import tomllib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backprop_tui.core.models.dense import initial_parameters
from backprop_tui.core.optimizers import OPTIMIZERS, settings
from backprop_tui.core.scenario import Layer, Sample, Scenario, with_parameters
from backprop_tui.core.scenario_file import builtin_names, load, parse
from backprop_tui.core.scenario_text import to_toml
from tests.models import bits, neuron, scenarios
from tests.training_models import TRAINED, trained_scenarios

ANY = st.floats(allow_nan=False, allow_infinity=False)
ODD = (-0.0, 5e-324, 1e308, -1.7976931348623157e308, 0.1 + 0.2, 1e16, 1e22, 2.0**53, 1e-5)


def numbers(scenario: Scenario) -> bytes:
    """Every number of a scenario to the last bit, for −0 equals 0."""
    options = (value for _, value in scenario.optimizer.options)
    given_to = (value for sample in scenario.samples for value in (*sample.x, *sample.y))
    return bits((scenario.learning_rate, *options, *initial_parameters(scenario), *given_to))


def check(scenario: Scenario) -> None:
    read = parse(to_toml(scenario), scenario.name)
    assert read == replace(scenario, expectations=())
    assert numbers(read) == numbers(scenario)


@given(scenarios(number=ANY))
def test_any_network_of_any_numbers_is_read_back_to_the_last_bit(scenario: Scenario) -> None:
    check(scenario)


@given(trained_scenarios(), st.text(max_size=20), st.text(max_size=20))
def test_so_is_how_it_is_trained_and_what_it_is_called(scenario: Scenario, title: str, source: str) -> None:
    check(replace(scenario, title=title, source=source))


@pytest.mark.parametrize("scenario", TRAINED.values(), ids=TRAINED)
def test_so_is_every_way_of_training(scenario: Scenario) -> None:
    check(scenario)


@pytest.mark.parametrize("name", builtin_names())
def test_so_is_every_built_in_scenario_but_for_the_figures_that_its_source_prints(name: str) -> None:
    check(load(name))


@given(st.lists(st.sampled_from(ODD), min_size=5, max_size=5))
def test_so_is_every_odd_number(five: list[float]) -> None:
    x, w, b, y, rate = five
    check(neuron(x=(x,), w=(w,), b=b, y=y, learning_rate=rate))


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_options_are_written_where_they_differ_from_the_optimisers_own(name: str) -> None:
    usual = tomllib.loads(to_toml(replace(neuron(), optimizer=settings(name))))
    assert usual.get("optimizer", "sgd") == name
    other = tomllib.loads(to_toml(replace(neuron(), optimizer=settings(name, weight_decay=0.25))))
    assert other["optimizer"] == {"name": name, "weight_decay": 0.25}


def test_a_string_is_what_tomls_grammar_allows() -> None:
    every = "".join(map(chr, range(0x100))) + "“𝟙 é\u2028\ufeff\r\n"
    text = to_toml(replace(neuron(), title=every))
    assert tomllib.loads(text)["title"] == every
    (line,) = (line for line in text.split("\n") if line.startswith("title"))
    # toml.io/en/v1.0.0#string: all but quotation mark, backslash and the control characters other than tab
    assert not [one for one in line if ord(one) < 0x20 or one == "\x7f"]


def test_numbers_that_came_as_integers_are_written_as_what_they_are() -> None:
    whole = Scenario("whole", (Layer("relu", ((1, 2), (3, 4)), (5, 6)),), (Sample((7, 8), (9, 10)),), learning_rate=1)
    assert parse(to_toml(whole), "whole") == whole
    assert with_parameters(whole, (1.0, 2.0, 5.0, 3.0, 4.0, 6.0)) == parse(to_toml(whole), "whole")
