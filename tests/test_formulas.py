"""Rules as text: with names as a textbook prints them, and with the numbers put in, so that a calculator agrees."""

import math
import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from backprop_tui.core.backprop import Phase, plan, run
from backprop_tui.core.expression import Expression, Name, Number, call, evaluate, exp, ln, square
from backprop_tui.core.models.dense import build, given_by, initial_parameters
from backprop_tui.core.ops import ACTIVATIONS, LOSSES, OPERATIONS
from backprop_tui.core.scenario import Layer, Sample, Scenario
from backprop_tui.present.formulas import data_name, formula, substituted, symbol
from backprop_tui.present.numbers import number
from tests.models import given_at_start, neuron, scenarios, values_of

A, Z, Y = Name("a"), Name("z"), Name("y")


def texts(scenario: Scenario) -> dict[str, tuple[str, str]]:
    """Formula and substituted text of every stage of the first pass; an update's name ends in ←."""
    graph = build(scenario)
    numbers = given_at_start(scenario, graph)
    known = numbers | values_of(graph, numbers)
    return {
        f"{rule.quantity} ←" if rule.phase is Phase.UPDATE else rule.quantity: (
            formula(rule.expression),
            substituted(rule.expression, known),
        )
        for rule in plan(graph)
    }


def test_the_articles_stages() -> None:
    assert texts(neuron()) == {
        "z": ("w·x + b", "1.5 · 2 + 0.5"),
        "a": ("z", "3.5"),
        "loss": ("(a − y)²", "(3.5 − 4)²"),
        "dL_da": ("2(a − y)", "2(3.5 − 4)"),
        "da_dz": ("1", "1"),
        "dz_dw": ("x", "2"),
        "dz_db": ("1", "1"),
        "dL_dw": ("∂L/∂a · ∂a/∂z · ∂z/∂w", "−1 · 1 · 2"),
        "dL_db": ("∂L/∂a · ∂a/∂z · ∂z/∂b", "−1 · 1 · 1"),
        "w ←": ("w − lr · ∂L/∂w", "1.5 − 0.1 · (−2)"),
        "b ←": ("b − lr · ∂L/∂b", "0.5 − 0.1 · (−1)"),
    }


ACTIVATION_TEXTS = {
    "identity": (("z", "3.5", "−3.5"), ("1", "1", "1")),
    "relu": (("max(z, 0)", "max(3.5, 0)", "max(−3.5, 0)"), ("1 if z > 0 else 0", "1", "0")),
    "leaky_relu": (("z if z > 0 else 0.01 · z", "3.5", "0.01 · (−3.5)"), ("1 if z > 0 else 0.01", "1", "0.01")),
    "sigmoid": (
        ("1 / (1 + e^(−z))", "1 / (1 + e^(−3.5))", "1 / (1 + e^(−(−3.5)))"),
        ("a(1 − a)", "0.97069 · (1 − 0.97069)", "0.02931 · (1 − 0.02931)"),
    ),
    "tanh": (
        ("tanh(z)", "tanh(3.5)", "tanh(−3.5)"),
        ("1 − a²", "1 − 0.998178²", "1 − (−0.998178)²"),
    ),
    "softplus": (
        ("ln(1 + e^(z))", "ln(1 + e^(3.5))", "ln(1 + e^(−3.5))"),
        ("1 / (1 + e^(−z))", "1 / (1 + e^(−3.5))", "1 / (1 + e^(−(−3.5)))"),
    ),
    "elu": (("z if z > 0 else e^(z) − 1", "3.5", "e^(−3.5) − 1"), ("1 if z > 0 else e^(z)", "1", "e^(−3.5)")),
    "gelu": (
        ("0.5 · z · (1 + erf(z / √2))", "0.5 · 3.5 · (1 + erf(3.5 / √2))", "0.5 · (−3.5) · (1 + erf(−3.5 / √2))"),
        (
            "(1 + erf(z / √2)) / 2 + z · e^(−z² / 2) / √(2π)",
            "(1 + erf(3.5 / √2)) / 2 + 3.5 · e^(−3.5² / 2) / √6.283",
            "(1 + erf(−3.5 / √2)) / 2 + (−3.5) · e^(−(−3.5)² / 2) / √6.283",
        ),
    ),
    "silu": (
        ("z / (1 + e^(−z))", "3.5 / (1 + e^(−3.5))", "−3.5 / (1 + e^(−(−3.5)))"),
        (
            "σ(z)(1 + z(1 − σ(z)))",
            "0.9707 · (1 + 3.5 · (1 − 0.9707))",
            "0.02931 · (1 + (−3.5) · (1 − 0.02931))",
        ),
    ),
}


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_an_activation_reads(name: str) -> None:
    above, below = (texts(neuron(x=(1.0,), w=(z,), b=0.0, y=0.0, activation=name)) for z in (3.5, -3.5))
    read = tuple((*above[quantity], below[quantity][1]) for quantity in ("a", "da_dz"))
    assert read == ACTIVATION_TEXTS[name]


LOSS_TEXTS = {
    "mse": (("(a − y)²", "(0.3 − 0.8)²"), ("2(a − y)", "2(0.3 − 0.8)")),
    "half_squared": (("(a − y)² / 2", "(0.3 − 0.8)² / 2"), ("a − y", "0.3 − 0.8")),
    "mae": (("|a − y|", "|0.3 − 0.8|"), ("1 if a > y else −1 if a < y else 0", "−1")),
    "huber": (
        ("(a − y)² / 2 if |a − y| ≤ 1 else |a − y| − 0.5", "(0.3 − 0.8)² / 2"),
        ("a − y if |a − y| ≤ 1 else 1 if a > y else −1 if a < y else 0", "0.3 − 0.8"),
    ),
    "bce": (
        ("−(y · ln(a) + (1 − y) · ln(1 − a))", "−(0.8 · ln(0.3) + (1 − 0.8) · ln(1 − 0.3))"),
        ("(a − y) / max(a(1 − a), 1e-12)", "(0.3 − 0.8) / max(0.3 · (1 − 0.3), 1e-12)"),
    ),
}


LOSS_TEXTS["cross_entropy"] = (
    ("−y · ln(a)", "−0.8 · ln(0.3)"),
    ("−y / a if y > 0 else 0", "−0.8 / 0.3"),
)


@pytest.mark.parametrize("name", LOSSES)
def test_a_loss_reads(name: str) -> None:
    row, values = OPERATIONS[name], {"a": 0.3, "y": 0.8}
    rules = (row.value((A, Y)), *row.partials((A, Y), Name("loss")))
    assert tuple((formula(rule), substituted(rule, values)) for rule in rules) == LOSS_TEXTS[name]


@pytest.mark.parametrize(
    ("rule", "named", "numbered"),
    [
        (A - (Z - Y), "a − (z − y)", "−2 − (0.5 − (−4))"),
        (A - Z - Y, "a − z − y", "−2 − 0.5 − (−4)"),
        (A - (Z + Y), "a − (z + y)", "−2 − (0.5 + (−4))"),
        (A / (Z * Y), "a / (z · y)", "−2 / (0.5 · (−4))"),
        (A / Z / Y, "a / z / y", "−2 / 0.5 / (−4)"),
        (A * (Z / Y), "a(z / y)", "−2 · (0.5 / (−4))"),
        ((A + Z) * Y, "(a + z) · y", "(−2 + 0.5) · (−4)"),
        (-(A + Z), "−(a + z)", "−(−2 + 0.5)"),
        (-A * Z, "(−a) · z", "(−(−2)) · 0.5"),
        (square(A), "a²", "(−2)²"),
        (-square(A), "−a²", "−(−2)²"),
        (square(square(A)), "(a²)²", "((−2)²)²"),
        (exp(ln(-A) / Y), "e^(ln(−a) / y)", "e^(ln(−(−2)) / (−4))"),
        (call("abs", A) * Z, "|a| · z", "|−2| · 0.5"),
        (Number(-100.0) * Z, "−100 · z", "−100 · 0.5"),
        (Z * Number(-100.0), "z · (−100)", "0.5 · (−100)"),
        (Name("dL_dz2_1") + Name("loss"), "∂L/∂z2_1 + L", "7 + 9"),
    ],
)
def test_parentheses_stand_where_they_are_needed_and_only_there(rule: Expression, named: str, numbered: str) -> None:
    assert formula(rule) == named
    values = {"a": -2.0, "z": 0.5, "y": -4.0, "dL_dz2_1": 7.0, "loss": 9.0}
    assert substituted(rule, values) == numbered
    assert calculated(numbered) == evaluate(rule, values)


def test_derivatives_are_spelled_with_a_curl_on_screen_and_as_they_are_in_data() -> None:
    names = ["dL_dw", "da2_1_dz2_1", "dz1_2_dw1_2_1", "loss", "lr", "delta", "w1_2_1"]
    assert [symbol(name) for name in names] == [
        *("∂L/∂w", "∂a2_1/∂z2_1", "∂z1_2/∂w1_2_1", "L", "lr", "delta", "w1_2_1"),
    ]
    assert formula(Name("dL_da") * Name("da_dz"), data_name) == "dL_da · da_dz"


def test_where_paths_meet_their_contributions_are_summands() -> None:
    layer = Layer("sigmoid", ((0.15, 0.20), (0.25, 0.30)), (0.35, 0.35))
    last = Layer("sigmoid", ((0.40, 0.45), (0.50, 0.55)), (0.60, 0.60))
    mazur = Scenario("mazur", (layer, last), (Sample((0.05, 0.10), (0.01, 0.99)),), "half_squared", 0.5)
    assert texts(mazur)["dL_da1_1"] == (
        "∂L/∂z2_1 · ∂z2_1/∂a1_1 + ∂L/∂z2_2 · ∂z2_2/∂a1_1",
        "0.1385 · 0.4 + (−0.0381) · 0.5",
    )


def calculated(text: str) -> float:
    """What a reader with a calculator gets from `text`."""
    code = text.replace("−", "-").replace("²", "**2").replace("e^(", "exp(").replace("·", "*")
    code = re.sub(r"\|([^|]*)\|", r"abs(\1)", code)
    code = re.sub(r"√([\d.]+)", r"sqrt(\1)", code)
    code = re.sub(r"(?<=[\d)])\(", "*(", code)
    assert re.fullmatch(r"(?:[-+*/(), ]|[\d.]+(?:e[-+]\d+)?|exp|ln|tanh|erf|sqrt|max|abs)+", code), text
    names = {"exp": math.exp, "ln": math.log, "tanh": math.tanh, "erf": math.erf, "sqrt": math.sqrt}
    return eval(code, {"__builtins__": {}, "max": max, "abs": abs, **names})  # noqa: S307 - matched above


@given(scenarios(rates=(0.01, 0.3)), st.integers(1, 3))
def test_a_calculator_gets_the_value_from_every_text_of_any_run(scenario: Scenario, passes: int) -> None:
    graph, parameters = build(scenario), initial_parameters(scenario)
    rules = plan(graph)
    names = [node.name for node in graph.parameters]
    for turn in range(passes):
        sample = scenario.samples[turn % len(scenario.samples)]
        known = dict(zip(names, parameters, strict=True)) | given_by(scenario, sample)
        known["lr"] = scenario.learning_rate
        results = run(rules, known)
        assume(all(math.isfinite(value) and abs(value) < 1e100 for value in results))
        new = dict(known)
        for rule, value in zip(rules, results, strict=True):
            text = substituted(rule.expression, known)
            assert number(calculated(text)) == number(value), (rule.quantity, text, value)
            assert not re.search(r"[-+−·/] −", text), text  # negative operands stand in parentheses
            (new if rule.phase is Phase.UPDATE else known)[rule.quantity] = value
        parameters = tuple(new[name] for name in names)


def test_operands_have_just_the_digits_that_the_value_needs() -> None:
    assert substituted(A - Z, {"a": 1.23456789, "z": -1.0}) == "1.235 − (−1)"
    assert substituted(A - Z, {"a": 1.23456789, "z": 1.23}) == "1.234568 − 1.23"
    assert substituted(A - Z, {"a": 0.1 + 0.2, "z": 0.3}) == "0.30000000000000004 − 0.3"
