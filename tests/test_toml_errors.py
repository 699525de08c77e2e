"""What is no TOML, or no scenario: the message names line and column, what stands there, and what would be right."""

import math
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backprop_tui.core.number_spelling import likely_number
from backprop_tui.core.scenario import ScenarioError
from backprop_tui.core.scenario_file import parse
from backprop_tui.core.toml_errors import explain

GOOD = """\
learning_rate = 0.1
loss = "mse"
[[layer]]
activation = "identity"
weights = [[1.5]]
biases = [0.5]
[[sample]]
x = [2.0]
y = [4.0]
"""

SYNTAX = [
    # What stands in GOOD, what in its place, where that is wrong, and what would be right.
    ("0.1", "−0.5", (1, 17), "− is U+2212, not the minus of a keyboard; write -0.5"),
    ("0.5]", "–0.5]", (6, 11), "– is U+2013, not the minus of a keyboard; write -0.5"),
    ("[[1.5]]", "[[1, −2]]", (5, 16), "write -2"),
    ("[[1.5]]", "[[.5]]", (5, 13), "'.5': a digit stands before the point; write 0.5"),
    ("[[1.5]]", "[[-.5]]", (5, 13), "'-.5': a digit stands before the point; write -0.5"),
    ("[2.0]", "[5.]", (8, 6), "'5.': a digit stands after the point; write 5.0"),
    ("0.1", "1.e-3  # small", (1, 17), "'1.e-3': a digit stands after the point; write 0.001"),
    ("0.1", "1/4", (1, 17), "'1/4': TOML has no fractions; write 0.25"),
    ("[2.0]", "[1, 1/4]", (8, 9), "'1/4': TOML has no fractions; write 0.25"),
    ("0.1", "0,1", (1, 17), "'0,1': a number has a point, not a comma; write 0.1"),
    ("0.1", "007", (1, 17), "'007': a number begins without zeros; write 7.0"),
    ("0.1", "10%", (1, 17), "'10%': no number in TOML; write 0.1"),
    ("0.1", "10^-2", (1, 17), "'10^-2': no number in TOML; write 0.01"),
    ("0.1", "½", (1, 17), "'½': no number in TOML; write 0.5"),
    ("0.1", "Infinity", (1, 17), "expected a finite number"),
    ("0.1", "None", (1, 17), "'None': there is no such value in TOML; leave the line out"),
    ("0.1", "", (1, 17), "a value is missing"),
    ("0.1", "= 0.1", (1, 17), "one = is enough"),
    ("0.1", "\u00a00.1", (1, 17), "U+00A0 (NO-BREAK SPACE), which cannot be seen; write a plain blank"),
    ("learning_rate", "learning_rate\u200b", (1, 14), "U+200B (ZERO WIDTH SPACE), which cannot be seen; take it out"),
    ("0.1", "0.1 // slow", (1, 21), "a comment begins with #"),
    ("0.1", "0.1;", (1, 20), "a line ends without a mark"),
    ("0.1\n", "0.1 ", (1, 21), "expected a line of its own"),
    (" = 0.1", ": 0.1", (1, 14), "'learning_rate: 0.1': expected learning_rate = value"),
    ("learning_rate", "learning rate", (1, 10), "expected = after the key 'learning', which is one word"),
    ('"identity"', "relu", (4, 14), "'relu': a text stands in quotes; write \"relu\""),
    ('"identity"', "“relu”", (4, 14), 'straight quotes are needed; write "relu"'),
    ('"identity"', '"relu', (4, 19), 'a text ends in its line with "'),
    ("biases = [0.5]", "biases = [0.5]\ntrainable = False", (7, 13), "'False': write false"),
    ("[2.0]", "[1 2]", (8, 6), "'1 2': expected commas between; write 1, 2"),
    ("[2.0]", "[1; 2]", (8, 7), "expected a comma between"),
    ("[2.0]", "(1, 2)", (8, 5), "a list stands in square brackets"),
    ("[2.0]", "1, 2", (8, 5), "a list stands in brackets; write [1, 2]"),
    ("[2.0]", "[2.0]]", (8, 10), "one ] too many"),
    ("[2.0]", "[2.0", (9, 1), "the list before is not closed; expected ]"),
    ("[4.0]\n", "[4.0", (9, None), "the list that begins here is not closed; expected ]"),
    ("[[layer]]", "[[layer]", (3, 1), "write [[layer]], two on each side"),
    ("[[sample]]", "[sample]\nx = [1]\ny = [1]\n[sample]", (10, 8), "write [[sample]] for each"),
    ("loss =", "learning_rate =", (2, None), "'learning_rate' is given twice, first in line 1"),
    ("learning_rate = 0.1", '{"learning_rate": 0.1}', (1, 1), "JSON; expected TOML, such as learning_rate = 0.1"),
    ("learning_rate = 0.1", "---", (1, 4), "YAML; expected TOML"),
]


@pytest.mark.parametrize(("right", "wrong", "place", "expected"), SYNTAX)
def test_what_is_no_toml_is_named_with_its_place_and_what_would_be_right(
    right: str, wrong: str, place: tuple[int, int | None], expected: str
) -> None:
    for text in (GOOD, GOOD.replace("\n", "\r\n"), f"\ufeff{GOOD}"):
        end = "\r\n" if "\r\n" in text else "\n"
        with pytest.raises(ScenarioError) as caught:
            parse(text.replace(right.replace("\n", end), wrong.replace("\n", end), 1), "wrong")
        line, column = place
        where = f"line {line}: " if column is None else f"line {line}, column {column}: "
        assert str(caught.value).startswith(where)
        assert expected in str(caught.value)


SHAPES = [
    ("learning_rate", "lr", "lr: unknown key; did you mean learning_rate? "),
    ("learning_rate", "Learning-Rate", "'Learning-Rate': unknown key; did you mean learning_rate? "),
    ("biases", "bias", "layer 1, bias: unknown key; did you mean biases? "),
    ("activation", "act", "layer 1, act: unknown key; did you mean activation? "),
    ("y =", "target =", "sample 1, target: unknown key; did you mean y? "),
    ("[[layer]]", "[[layers]]", "layers: unknown key; did you mean layer? "),
    ("[[sample]]", "[[data]]", "data: unknown key; did you mean sample? "),
    ("[[layer]]", "[layer]", "layer: expected [[layer]] tables, with two brackets on each side"),
    ("biases", "learning_rate = 1\nbiases", "layer 1, learning_rate: belongs to the top of the file, before the first"),
    ("loss", "weights = [[1]]\nloss", "weights: belongs below [[layer]]"),
    ("x =", "activation = 'relu'\nx =", "sample 1, activation: belongs below [[layer]]"),
    ("[2.0]", "2.0", "sample 1, x: expected a list of numbers, not 2.0; write [2.0]"),
    ("[[1.5]]", "[1.5]", "layer 1, weights, row 1: expected a list of numbers, not 1.5; write [1.5]"),
    ("[2.0]", '["2,5"]', "sample 1, x: expected a number, not '2,5'; write 2.5"),
    ("identity", "LeakyRelu", "layer 1, activation: 'LeakyRelu' is unknown; it is called leaky_relu here; "),
    ("identity", "linear", "layer 1, activation: 'linear' is unknown; it is called identity here; "),
    ("identity", "hardtanh", "layer 1, activation: 'hardtanh' is not supported; the nearest is tanh; "),
    ("mse", "L2", "loss: 'L2' is unknown; it is called mse here; "),
]


@pytest.mark.parametrize(("right", "wrong", "expected"), SHAPES)
def test_what_is_no_scenario_is_told_with_what_would_be_right(right: str, wrong: str, expected: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        parse(GOOD.replace(right, wrong, 1), "wrong")
    assert str(caught.value).startswith(expected)


def test_a_byte_order_mark_is_skipped_and_names_are_read_in_any_case() -> None:
    assert parse(f"\ufeff{GOOD}", "marked") == parse(GOOD, "marked")
    assert parse(GOOD.replace("identity", "Identity").replace("mse", "MSE"), "loud") == parse(GOOD, "loud")


@given(
    st.floats(-1e9, 1e9).map(lambda number: round(number, 3)).filter(lambda number: abs(number) >= 0.001),
    st.sampled_from(["minus", "comma", "percent", "half", "point", "quotes"]),
)
def test_the_number_that_is_proposed_is_the_one_that_was_meant(number: float, kind: str) -> None:
    plain = f"{number:.3f}"
    wrong, value = {
        "minus": (plain.replace("-", "−"), number),
        "comma": (plain.replace(".", ","), number),
        "percent": (f"{plain}%", number / 100),
        "half": (f"{plain}/2", number / 2),
        "point": (f"{int(number)}.", float(int(number))),
        "quotes": (f"“{plain}”", number),
    }[kind]
    proposed = likely_number(wrong)
    assert tomllib.loads(f"a = {proposed}")["a"] == value
    assert float(proposed) == value


@given(st.text(max_size=30))
def test_what_is_proposed_is_always_a_finite_number(text: str) -> None:
    if proposed := likely_number(text):
        assert math.isfinite(float(proposed))
        assert math.isfinite(tomllib.loads(f"a = {proposed}")["a"])


_PIECES = st.sampled_from([*"[]{}=,.#'\"\n\r \t−5x½“\x00\u00a0", "a = ", "[[layer]]\n", "x = [", "1/3", "true", '"""'])


@given(st.lists(_PIECES | st.text(max_size=5), max_size=20).map("".join))
def test_whatever_is_no_toml_is_told_in_one_printable_line(text: str) -> None:
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        message = explain(text, error)
        assert message.isprintable()
        assert 0 < len(message) < 250
    except ValueError:
        pass  # too many digits
