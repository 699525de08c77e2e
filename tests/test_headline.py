"""The headline: quantity = rule = numbers = value."""

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backprop_tui.core.scenario import Scenario
from backprop_tui.present.explanation.stage import headline
from backprop_tui.present.numbers import in_words
from tests.models import neuron
from tests.speaking import DA_DZ, DL_DA, DL_DW, DZ_DW, LOSS, A, W, Z, at, neurons, walk


@pytest.mark.parametrize(
    ("scenario", "stage", "epoch", "text"),
    [
        (neuron(), 0, 1, ""),
        (neuron(), Z, 1, "z = w·x + b = 1.5 · 2 + 0.5 = 3.5"),
        (neuron(), A, 1, "a = z = 3.5"),
        (neuron(), LOSS, 1, "L = (a − y)² = (3.5 − 4)² = 0.25"),
        (neuron(), DL_DA, 1, "∂L/∂a = 2(a − y) = 2(3.5 − 4) = −1"),
        (neuron(), DA_DZ, 1, "∂a/∂z = 1"),
        (neuron(), DZ_DW, 1, "∂z/∂w = x = 2"),
        (neuron(), DL_DW, 1, "∂L/∂w = ∂L/∂a · ∂a/∂z · ∂z/∂w = −1 · 1 · 2 = −2"),
        (neuron(), W, 1, "w ← w − lr · ∂L/∂w = 1.5 − 0.1 · (−2) = 1.7"),
        (neuron(activation="relu"), DA_DZ, 1, "∂a/∂z = (1 if z > 0 else 0) = 1"),
        (neuron(learning_rate=0.25), LOSS, 878, "L = (a − y)² = (1.352e+154 − 4)² = ∞ infinite"),
    ],
)
def test_the_headline(scenario: Scenario, stage: int, epoch: int, text: str) -> None:
    assert headline(at(scenario, stage, epoch)) == text


def test_a_narrow_headline_gives_up_its_rule_then_the_end_of_its_numbers() -> None:
    state = at(neuron(x=[1.0, -2.0, 3.0], w=[-3.0, -1.0, 2.0], b=1.0), Z)
    numbers = "−3 · 1 + (−1) · (−2) + 2 · 3 + 1"
    rules = "z = w1·x1 + w2·x2 + w3·x3 + b = ", "z = w·x + b = ", "z = "
    full, dotted, bare = (f"{rule}{numbers} = 6" for rule in rules)
    assert headline(state) == headline(state, len(full)) == full
    assert headline(state, len(full) - 1) == headline(state, len(dotted)) == dotted
    assert headline(state, len(dotted) - 1) == headline(state, len(bare)) == bare
    assert headline(state, len(bare) - 1) == "z = −3 · 1 + (−1) · (−2) + 2 · … = 6"
    assert headline(state, 22) == "z = −3 · 1 + … = 6"
    assert headline(state, 6) == "z = 6"


@given(neurons(), st.integers(1, 3), st.integers(0, 100))
def test_a_headline_fits_and_keeps_its_value(scenario: Scenario, epoch: int, width: int) -> None:
    for state in walk(scenario, epoch)[1:]:
        text = headline(state, width)
        value = in_words(state.view.values[state.position.stage - 1])
        assert text.endswith(f" {value}")
        assert not width or len(text) <= width or text.count(" = ") + text.count(" ← ") == 1
        parts = re.split(" = | ← ", text)
        assert all(one != other for one, other in pairwise(parts)), text
