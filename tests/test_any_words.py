"""Whatever the numbers, there are sentences, they fit and they are true."""

import re

from hypothesis import assume, example, given
from hypothesis import strategies as st

from backprop_tui.core.backprop import Phase
from backprop_tui.core.scenario import Scenario
from backprop_tui.present.explanation.stage import explain
from backprop_tui.present.numbers import parse
from backprop_tui.present.sentences import apart, fitted, listed, moves
from backprop_tui.stepper.state import State
from tests.models import neuron, scenarios
from tests.speaking import neurons, walk

NUMBER = re.compile(r"(?<![\w.,])−?\d+(?:,\d{3})*(?:\.\d+)?(?:e[+−]\d+)?")
START = re.compile(r"−?\d|→|[abwxz]\d*(_\d+)* ")  # a number, a key or a quantity
TOLD_APART = re.compile(r"(from|to|was|now it is) −?\d[\d.]*\d(e[+−]\d+)?")  # these may need more digits


def is_formatted(text: str) -> bool:
    """Whether `text` has at most four significant digits, or is whole: no "-0", no "1.0", no "0.30000000000000004"."""
    mantissa = text.lstrip("−").partition("e")[0].replace(",", "")
    if "." not in mantissa:
        return text != "−0" and len(mantissa) < 8
    return not mantissa.endswith("0") and len(mantissa.replace(".", "").lstrip("0")) <= 4


def check(states: list[State]) -> None:
    for state in states:
        lines = explain(state, 76, 1000)
        assert 1 <= len(explain(state)) <= 3, state.position
        text = " ".join(lines)
        assert text.startswith(" ".join(explain(state)).removesuffix(" …"))  # what is dropped is dropped from the end
        assert all(0 < len(line) <= 76 for line in lines), lines
        assert text.endswith((".", ")")), text
        assert text[0].isupper() or START.match(text), text
        assert not re.search(r"(?<!e)-\d|\b(nan|inf)\b|  |[!{}]", text), text
        assert all(map(is_formatted, NUMBER.findall(TOLD_APART.sub("", text)))), text


@given(neurons(), st.integers(1, 4))
@example(neuron(x=[2.0, 3.0], w=[1e308, -1e308]), 1)
def test_any_neuron_has_sentences_for_every_stage(scenario: Scenario, epoch: int) -> None:
    check(walk(scenario, epoch))


@given(scenarios(), st.integers(1, 3))
def test_any_network_has_sentences_for_every_stage(scenario: Scenario, epoch: int) -> None:
    check(walk(scenario, epoch))


@given(neurons(), st.integers(1, 3))
def test_blame_and_change_are_told_as_they_are(scenario: Scenario, epoch: int) -> None:
    for state in walk(scenario, epoch)[1:]:
        text, known = " ".join(explain(state)), state.view.known
        rule, value = state.timeline.rules[state.position.stage - 1], state.view.values[state.position.stage - 1]
        if "The answer is right" in text and "tiny rest" not in text:
            assert known["a"] == known["y"]
        if " goes up," in text or " goes down," in text:
            assert (" goes up," in text) == (value > known[rule.quantity])
        if f"{rule.quantity} stays" in text and rule.phase is Phase.UPDATE:
            assert value == known[rule.quantity]
        if "too high" in text.replace("too high and", ""):
            assert known["a"] > known["y"]
        if "The loss fell" in text or "the loss fell" in text:
            assert known["loss"] < state.history.view(state.position.epoch - 1, 1).known["loss"]


def test_sentences_are_dropped_whole_from_the_end() -> None:
    assert fitted(["One two.", "Three four."], 8, 2) == ("One two.",)
    assert fitted(["One two.", "Three four."], 11, 2) == ("One two.", "Three four.")
    assert fitted(["One two three four."], 10, 2) == ("One two", "three …")  # no room for even one
    assert fitted(["For y = 4 it is."], 7, 3) == ("For", "y = 4", "it is.")  # an equation stays on one line


@given(st.floats(allow_nan=False, allow_infinity=False), st.floats(allow_nan=False, allow_infinity=False))
def test_different_numbers_are_told_apart(one: float, other: float) -> None:
    assume(one != other)
    first, second = apart(one, other)
    assert first != second
    assert (parse(first) < parse(second)) == (one < other)


def test_words_for_how_much_and_how_many() -> None:
    assert moves(-1.0) == "falls just as much"
    assert moves(0.3) == "rises 0.3 times as much"
    assert moves(0.0) == "does not move"
    assert moves(1 + 1e-9) == "rises about as much"
    assert listed(["w1", "w2", "b"]) == "w1, w2 and b"
    assert listed([f"w{i}" for i in range(30)]) == "w0, w1, … and w29"
