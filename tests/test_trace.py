"""The trace: the formats are contracts, the numbers those of the article and of the definitions."""

import csv
import io
import itertools
import json
import math
import re
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from backprop_tui.cli import main
from backprop_tui.core.scenario import Layer, Sample, Scenario
from backprop_tui.core.scenario_file import builtin_names, load
from backprop_tui.present.explanation.stage import explain
from backprop_tui.present.export.trace import FORMATS, trace, walk
from backprop_tui.stepper.state import start
from tests.calculator import calculate

KEYS = ["epoch", "sample", "stage", "phase", "quantity", "formula", "substituted", "value"]

ACTIVATIONS = ("identity", "relu", "leaky_relu", "sigmoid", "tanh", "softplus", "elu", "gelu", "silu")
LOSSES = ("mse", "half_squared", "mae", "huber")  # and bce, for a sigmoid and a target in [0, 1]

# The article's epoch, and the forward pass and loss after it.
ARTICLE = [
    (1, 1, "forward", "z", "w·x + b", "1.5 · 2 + 0.5", 3.5),
    (1, 2, "forward", "a", "z", "3.5", 3.5),
    (1, 3, "loss", "loss", "(a − y)²", "(3.5 − 4)²", 0.25),
    (1, 4, "local", "dL_da", "2(a − y)", "2(3.5 − 4)", -1.0),
    (1, 5, "local", "da_dz", "1", "1", 1.0),
    (1, 6, "local", "dz_dw", "x", "2", 2.0),
    (1, 7, "local", "dz_db", "1", "1", 1.0),
    (1, 8, "chain", "dL_dw", "dL_da · da_dz · dz_dw", "−1 · 1 · 2", -2.0),
    (1, 9, "chain", "dL_db", "dL_da · da_dz · dz_db", "−1 · 1 · 1", -1.0),
    (1, 10, "update", "w", "w − lr · dL_dw", "1.5 − 0.1 · (−2)", 1.7),
    (1, 11, "update", "b", "b − lr · dL_db", "0.5 − 0.1 · (−1)", 0.6),
    (2, 1, "forward", "z", "w·x + b", "1.7 · 2 + 0.6", 4.0),
    (2, 2, "forward", "a", "z", "4", 4.0),
    (2, 3, "loss", "loss", "(a − y)²", "(4 − 4)²", 0.0),
]

Object = dict[str, int | float | str]


def objects(scenario: Scenario, epochs: int = 1) -> list[Object]:
    return [json.loads(line) for line in trace(start(scenario), epochs, "jsonl")]


def neuron(x: Sequence[float], w: Sequence[float], b: float, y: float, activation: str, loss: str) -> Scenario:
    return Scenario("test", (Layer(activation, (tuple(w),), (b,)),), (Sample(tuple(x), (y,)),), loss)


def test_jsonl_tells_the_article_to_the_letter() -> None:
    lines = list(trace(start(load()), 2, "jsonl"))
    assert lines[3] == (
        '{"epoch": 1, "sample": 1, "stage": 4, "phase": "local", "quantity": "dL_da", '
        '"formula": "2(a − y)", "substituted": "2(3.5 − 4)", "value": -1.0}\n'
    )
    assert len(lines) == 22
    told = [json.loads(line) for line in lines]
    assert all(list(entry) == KEYS and entry["sample"] == 1 for entry in told)
    assert [tuple(entry[key] for key in KEYS if key != "sample") for entry in told[: len(ARTICLE)]] == ARTICLE


def test_csv_has_a_header_and_says_the_same_as_jsonl() -> None:
    scenario = load("relu-dead")
    text = "".join(trace(start(scenario), 2, "csv"))
    assert "\r" not in text
    header, *rows = csv.reader(io.StringIO(text))
    assert header == KEYS
    assert rows[1][5] == "max(z, 0)"  # the comma is quoted
    assert rows == [[str(entry[key]) for key in KEYS] for entry in objects(scenario, 2)]


@pytest.mark.parametrize("form", list(FORMATS))
def test_a_long_trace_begins_at_once(form: str) -> None:
    state = start(load("sigmoid"))
    list(itertools.islice(trace(state, 1_000_000, form), 20))
    assert len(state.history.losses) <= 2


def test_several_inputs_and_samples_are_numbered_and_updates_carry_over() -> None:
    layer = Layer("identity", ((1.0, -2.0),), (0.5,))
    scenario = Scenario("two", (layer,), (Sample((1.0, 0.0), (0.5,)), Sample((0.0, 1.0), (0.5,))))
    told = objects(scenario, 2)
    assert [entry["quantity"] for entry in told[:14]] == (
        ["z", "a", "loss", "dL_da", "da_dz", "dz_dw1", "dz_dw2", "dz_db", "dL_dw1", "dL_dw2", "dL_db", "w1", "w2", "b"]
    )
    assert [(entry["epoch"], entry["sample"], entry["stage"]) for entry in told] == [
        (epoch, sample, stage) for epoch in (1, 2) for sample in (1, 2) for stage in range(1, 15)
    ]
    # Sample 1: z = 1.5, ∂L/∂a = 2, so w1 = 1 − 0.2, b = 0.5 − 0.2; sample 2 starts from them.
    assert (told[14]["formula"], told[14]["substituted"]) == ("w1·x1 + w2·x2 + b", "0.8 · 0 + (−2) · 1 + 0.3")


def test_what_is_held_fixed_has_a_gradient_and_no_update() -> None:
    scenario = replace(load(), layers=(Layer("identity", ((1.5,),), (0.5,), train_biases=False),))
    quantities = [(entry["phase"], entry["quantity"]) for entry in objects(scenario)]
    assert ("chain", "dL_db") in quantities
    assert [quantity for phase, quantity in quantities if phase == "update"] == ["w"]


def test_no_value_is_minus_zero() -> None:
    # ∂L/∂w = −1 · 1 · 0
    text = "".join(trace(start(neuron([0.0], [1.0], 0.5, 1.0, "identity", "mse")), 1, "jsonl"))
    assert '"substituted": "−1 · 1 · 0", "value": 0.0}' in text
    assert "-0.0" not in text


def test_a_trace_ends_with_the_pass_in_which_a_value_stops_being_finite() -> None:
    told = objects(load("diverge"), 1000)
    # The article's neuron with a learning rate of 1, in plain Python.
    w, b, epoch = 1.5, 0.5, 1
    while math.isfinite(loss := (w * 2 + b - 4) * (w * 2 + b - 4)):
        slope = 2 * (w * 2 + b - 4)
        w, b, epoch = w - slope * 2, b - slope, epoch + 1
    assert (told[-1]["epoch"], told[-1]["stage"]) == (epoch, 11)
    assert told[-9]["quantity"] == "loss"
    assert told[-9]["value"] == str(loss) == "inf"
    assert all(isinstance(entry["value"], float) for entry in told[:-9])


def test_values_that_are_not_finite_are_words() -> None:
    told = objects(neuron([1e200], [1e200], 0.0, 0.0, "gelu", "mse"))
    assert {entry["value"] for entry in told} >= {"inf", "nan"}
    assert objects(neuron([1e200], [-1e200], 0.0, 0.0, "identity", "mse"))[0]["value"] == "-inf"


def check_substituted(entry: Object) -> None:
    text, value = str(entry["substituted"]), float(entry["value"])
    calculated = calculate(text) + 0.0
    assert f"{calculated:.4g}" == f"{value:.4g}", entry


@pytest.mark.parametrize("name", builtin_names())
@pytest.mark.parametrize(("activation", "loss"), [*itertools.product(ACTIVATIONS, LOSSES), ("sigmoid", "bce")])
def test_a_calculator_gets_the_value_from_the_numbers_put_in(name: str, activation: str, loss: str) -> None:
    scenario = load(name)
    if loss == "bce":
        samples = tuple(sample._replace(y=(0.7,) * len(sample.y)) for sample in scenario.samples)
        scenario = replace(scenario, loss="mse", samples=samples)
    layers = tuple(replace(layer, activation=activation) for layer in scenario.layers)
    for entry in objects(replace(scenario, layers=layers, loss=loss), 5):
        check_substituted(entry)


numbers = st.one_of(
    st.floats(-10, 10), st.floats(allow_nan=False, allow_infinity=False), st.sampled_from([0.0, -0.0, 1e-300, -1e9])
)


@st.composite
def neurons(draw: st.DrawFn) -> Scenario:
    loss = draw(st.sampled_from((*LOSSES, "bce")))
    activation = "sigmoid" if loss == "bce" else draw(st.sampled_from(ACTIVATIONS))
    target = draw(st.floats(0, 1) if loss == "bce" else numbers)
    inputs = draw(st.lists(st.tuples(numbers, numbers), min_size=1, max_size=3))
    x, w = zip(*inputs, strict=True)
    return replace(neuron(x, w, draw(numbers), target, activation, loss), learning_rate=draw(numbers))


@given(neurons())
@example(neuron([2.0], [-1.0001], 2.0, 1.0, "silu", "mae"))  # z nearly cancels: four digits are too few
def test_a_calculator_gets_the_value_from_any_numbers(scenario: Scenario) -> None:
    for entry in objects(scenario, 2):
        check_substituted(entry)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 / (1 + e^(−3.5))", 0.970687769248643),
        ("2(3.5 − 4)", -1.0),
        ("−1 · 1 · 2", -2.0),
        ("1.5 − 0.1 · (−2)", 1.7),
        ("8 / 2 / 2 − 3²", -7.0),
        ("max(−2.5, 0) + |1 − 3| + √(4)", 4.0),
        ("1e-05 + 2.5e+03", 2500.00001),
    ],
)
def test_the_calculator_of_these_tests_calculates(text: str, value: float) -> None:
    assert calculate(text) == pytest.approx(value, rel=1e-15)


@pytest.mark.parametrize("text", ["1 · −2", "1 + −2", "3(−2", "2 3", "-1", "1 ×2", "", "(1)(2)"])
def test_the_calculator_of_these_tests_refuses_what_the_contract_does_not_have(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        calculate(text)


def stage_lines(text: str) -> list[str]:
    """The lines of the stages without what is said to them, and how many blanks align them."""
    return [" ".join(line.split()) for line in text.splitlines() if re.match(r"( \d|\d\d)  ", line)]


def test_text_tells_the_article_without_saying_anything_twice() -> None:
    text = "".join(trace(start(load()), 1, "text"))
    assert stage_lines(text) == [
        "1 z = w·x + b = 1.5 · 2 + 0.5 = 3.5",
        "2 a = z = 3.5",
        "3 L = (a − y)² = (3.5 − 4)² = 0.25",
        "4 ∂L/∂a = 2(a − y) = 2(3.5 − 4) = −1",
        "5 ∂a/∂z = 1",
        "6 ∂z/∂w = x = 2",
        "7 ∂z/∂b = 1",
        "8 ∂L/∂w = ∂L/∂a · ∂a/∂z · ∂z/∂w = −1 · 1 · 2 = −2",
        "9 ∂L/∂b = ∂L/∂a · ∂a/∂z · ∂z/∂b = −1 · 1 · 1 = −1",
        "10 w ← w − lr · ∂L/∂w = 1.5 − 0.1 · (−2) = 1.7",
        "11 b ← b − lr · ∂L/∂b = 0.5 − 0.1 · (−1) = 0.6",
    ]
    headings = ["forward", "loss", "local derivatives", "chain rule", "update"]
    assert [line for line in text.splitlines() if line in headings] == headings
    assert "article-7 · one neuron · identity · mse · lr 0.1\n" in text
    assert "\nEpoch 1\nx = 2, w = 1.5, b = 0.5, y = 4\n" in text


def test_text_aligns_the_signs_of_a_phase() -> None:
    lines = "".join(trace(start(load("three-inputs")), 1, "text")).splitlines()
    chain = [line for line in lines if re.match(r"\d\d  ∂L/∂[wb]", line)]
    assert len(chain) == 4
    assert {line.index("=") for line in chain} == {len("12  ∂L/∂w1 ")}


@pytest.mark.parametrize("name", builtin_names())
def test_text_says_what_the_screen_says_once_and_fits_a_terminal(name: str) -> None:
    lines = "".join(trace(start(load(name)), 4, "text")).splitlines()
    said: dict[int, tuple[str, ...]] = {}
    expected: list[str] = []
    for state in walk(start(load(name)), 4):
        explanation, stage = explain(state), state.position.stage
        if explanation != said.get(stage):
            expected += explanation
        said[stage] = explanation
    assert [line[4:] for line in lines if line.startswith("    ")] == expected
    assert max(len(line) for line in lines if line.startswith("    ")) <= 80


@pytest.mark.parametrize(
    ("name", "epochs", "line"),
    [
        ("relu-dead", 1, "5 ∂a/∂z = (1 if z > 0 else 0) = 0 [gate closed, dead]"),
        ("relu-dead", 1, "8 ∂L/∂w = ∂L/∂a · ∂a/∂z · ∂z/∂w = −8 · 0 · 2 = 0 [blocked: gate]"),
        ("article-7", 2, "3 L = (a − y)² = (4 − 4)² = 0 [converged]"),
        ("overshoot", 2, "3 L = (a − y)² = (4.75 − 4)² = 0.5625 [overshoot]"),
        ("sigmoid-out-of-reach", 1, "3 L = (a − y)² = (0.9707 − 4)² = 9.177 [out of reach]"),
        # Each update multiplies the error −0.5 by 1 − 2 · 1 · (2² + 1): after 162 it is too large to be squared.
        ("diverge", 200, "3 L = (a − y)² = (−1.933e+154 − 4)² = ∞ infinite [diverged]"),
    ],
)
def test_text_names_events_where_they_happen(name: str, epochs: int, line: str) -> None:
    assert line in stage_lines("".join(trace(start(load(name)), epochs, "text")))


def tables(markdown: str) -> list[list[list[str]]]:
    """The cells of every table, read by the rules of GitHub's Markdown: an escaped | ends no cell."""
    found: list[list[list[str]]] = [[]]
    for line in markdown.splitlines():
        if not line.startswith("|"):
            found.append([])
            continue
        cells = re.split(r"(?<!\\)\|", line)[1:-1]
        found[-1].append([re.sub(r"\\(.)", r"\1", cell).strip() for cell in cells])
    return [table for table in found if table]


def test_markdown_has_a_table_for_what_is_given_and_for_each_phase() -> None:
    scenario = neuron([2.0], [1.5], 0.5, 4.0, "relu", "mae")
    given, forward, loss, local, chain, update = tables("".join(trace(start(scenario), 1, "markdown")))
    assert given[2:] == [["x", "2"], ["w", "1.5"], ["b", "0.5"], ["y", "4"]]
    assert forward[0] == ["stage", "", "rule", "with numbers", "value"]
    assert forward[2:] == [["1", "z", "w·x + b", "1.5 · 2 + 0.5", "3.5"], ["2", "a", "max(z, 0)", "max(3.5, 0)", "3.5"]]
    assert loss[2:] == [["3", "L", "|a − y|", "|3.5 − 4|", "0.5"]]
    assert local[2:4] == [
        ["4", "∂L/∂a", "1 if a > y else −1 if a < y else 0", "", "−1"],
        ["5", "∂a/∂z", "1 if z > 0 else 0", "", "1"],
    ]
    assert [len(chain), len(update)] == [4, 4]
    assert update[2] == ["10", "w ←", "w − lr · ∂L/∂w", "1.5 − 0.1 · (−2)", "1.7"]
    for table in (given, forward, loss, local, chain, update):
        assert {len(row) for row in table} == {len(table[0])}


def test_a_title_cannot_break_out_of_its_line() -> None:
    scenario = replace(load(), title="one\n# *two*\x1b[31m | `three`")
    assert "".join(trace(start(scenario), 1, "text")).startswith("one # *two*[31m | `three`\narticle-7")
    assert "".join(trace(start(scenario), 1, "markdown")).startswith(
        "# one \\# \\*two\\*\\[31m \\| \\`three\\`\n\narticle-7"
    )


@pytest.mark.parametrize(
    ("options", "is_named"),
    [([], True), (["--x", "2"], True), (["--x", "3"], False), (["--lr", "0.2"], False), (["--loss", "mae"], False)],
)
def test_a_run_with_other_numbers_does_not_name_the_source(
    options: list[str], is_named: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["trace", *options]) == 0
    assert ("Source: " in capsys.readouterr().out) == is_named
