"""The table of optimisers: what is demanded of every row, and what is published of some."""

import math
import re
from dataclasses import replace

import pytest

from backprop_tui.core.backprop import Phase, plan, used_gradient
from backprop_tui.core.compiled import source
from backprop_tui.core.expression import names
from backprop_tui.core.models.dense import build
from backprop_tui.core.optimizers import OPTIMIZERS, Learning, Settings, settings
from backprop_tui.core.scenario import Scenario
from backprop_tui.present.export.pytorch_program import OPTIMIZERS as MADE
from backprop_tui.present.export.pytorch_program import STATES
from backprop_tui.present.formulas import data_name, formula
from backprop_tui.stepper.segment import Segment
from backprop_tui.stepper.state import start
from tests.models import neuron
from tests.training_models import with_optimizer

# The stages of an update of w, by the contract: quantity, rule in the contract's signs.
CONTRACT = {
    "sgd": [("w", "w − lr · g")],
    "momentum": [("v_w", "μ · v_w + g"), ("w", "w − lr · v_w")],
    "nesterov": [("v_w", "μ · v_w + g"), ("step_w", "g + μ · v_w"), ("w", "w − lr · step_w")],
    "adagrad": [("v_w", "v_w + g²"), ("w", "w − lr · g / (√v_w + ε)")],
    "rmsprop": [("v_w", "α · v_w + (1 − α) · g²"), ("w", "w − lr · g / (√v_w + ε)")],
    "adam": [
        ("m_w", "β1 · m_w + (1 − β1) · g"),
        ("v_w", "β2 · v_w + (1 − β2) · g²"),
        ("mhat_w", "m_w / (1 − β1^t)"),
        ("vhat_w", "v_w / (1 − β2^t)"),
        ("w", "w − lr · mhat_w / (√vhat_w + ε)"),
    ],
}
CONTRACT["adamw"] = [*CONTRACT["adam"][:4], ("w", "(1 − lr · λ) · w − lr · mhat_w / (√vhat_w + ε)")]
DEFAULTS = {
    "sgd": {},
    "momentum": {"momentum": 0.9},
    "nesterov": {"momentum": 0.9},
    "adagrad": {"epsilon": 1e-10},
    "rmsprop": {"alpha": 0.99, "epsilon": 1e-8},
    "adam": {"beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8},
    "adamw": {"beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8},
}

EVERY = pytest.mark.parametrize("name", OPTIMIZERS)


def update_of_w(name: str, *, decay: bool, accumulates: bool = False) -> list[tuple[str, str]]:
    """Quantity and rule of each stage that updates w of the article's neuron."""
    rules = plan(build(neuron()), Learning(name, decay, accumulates))
    steps = [rule for rule in rules if rule.phase is Phase.UPDATE and rule.node == "w"]
    return [(rule.quantity, formula(rule.expression, data_name)) for rule in steps]


def _with_gradient(name: str, gradient: str) -> list[tuple[str, str]]:
    return [(quantity, re.sub(r"(?<![a-z])g(?![a-z])", gradient, rule)) for quantity, rule in CONTRACT[name]]


def test_the_table_holds_what_the_contract_lists() -> None:
    assert list(OPTIMIZERS) == list(CONTRACT) == list(DEFAULTS)
    assert Settings() == settings("sgd")


@EVERY
def test_a_row_has_the_contracts_stages_rules_and_defaults(name: str) -> None:
    for accumulates, gradient in ((False, "dL_dw"), (True, "grad_w")):
        assert update_of_w(name, decay=False, accumulates=accumulates) == _with_gradient(name, gradient)
    decay = 0.01 if name == "adamw" else 0.0
    assert dict(OPTIMIZERS[name].options) == {**DEFAULTS[name], "weight_decay": decay}


@EVERY
def test_weight_decay_is_a_stage_before_the_others_unless_the_optimiser_decays_by_itself(name: str) -> None:
    assert with_optimizer(neuron(), name, weight_decay=0.1).optimizer.adds_decay == (name != "adamw")
    assert not with_optimizer(neuron(), name, weight_decay=0.0).optimizer.adds_decay
    expected = [
        ("g_w", "dL_dw + λ · w"),
        *((q, re.sub(r"(?<![a-z])g(?![a-z])", "g_w", rule)) for q, rule in CONTRACT[name]),
    ]
    if name != "adamw":
        assert update_of_w(name, decay=True) == expected


@EVERY
def test_a_row_is_of_one_piece(name: str) -> None:
    """Its slots are what its rules find from before; its options and t what they refer to; its parameter comes last."""
    row, scenario = OPTIMIZERS[name], with_optimizer(neuron(), name)
    graph, learning = build(scenario), scenario.learning()
    rules = [rule for rule in plan(graph, learning) if rule.phase is Phase.UPDATE]
    assert [rule.quantity for rule in rules if rule.is_step] == ["w", "b"]
    assert rules[len(rules) // 2 - 1].is_step
    referred = frozenset().union(*(names(rule.expression) for rule in rules))
    computed = {rule.quantity for rule in rules if not rule.is_step}
    given = {"w", "b", "lr", *(used_gradient(graph, p, learning) for p in "wb")}
    options = {*row.options} - ({"weight_decay"} if not row.decays else set())
    assert referred - computed - given == options | ({"t"} if row.counts else set())
    slots = {f"{slot}_{p}" for slot in row.slots for p in "wb"}
    assert slots <= computed
    segment = Segment(0, scenario)
    assert {*segment.carried_names} == slots | ({"t"} if row.counts else set())
    assert set(segment.first_state[2:]) <= {0.0}


@EVERY
def test_a_row_has_its_words_and_its_pytorch(name: str) -> None:
    row = OPTIMIZERS[name]
    assert re.fullmatch(r"[a-z][^.]*[^.]", row.about)
    assert "\n" not in row.about
    assert {*STATES[name]} == {*row.slots}
    fields = {*re.findall(r"\{(\w+)", MADE[name])} - {"lr", "decay"}
    assert fields == {*row.options} - {"weight_decay"}


def test_the_square_of_a_derivative_is_in_parentheses_on_screen() -> None:
    rule = next(rule for rule in plan(build(neuron()), Learning("adagrad")) if rule.quantity == "v_w")
    assert formula(rule.expression) == "v_w + (∂L/∂w)²"


def stepped(scenario: Scenario, quantity: str, updates: int) -> list[float]:
    """What `quantity` comes to in each of the first updates."""
    history = start(scenario).history
    views = [history.view(epoch, 1) for epoch in range(1, updates + 1)]
    return [one.values[one.timeline.find(quantity, update=quantity == "w") - 1] for one in views]


def weight_alone(w: float, *, y: float, learning_rate: float) -> Scenario:
    """The loss (w − y)²."""
    scenario = neuron(x=(1.0,), w=(w,), b=0.0, y=y, learning_rate=learning_rate)
    return replace(scenario, layers=(replace(scenario.layers[0], train_biases=False),))


def test_momentum_runs_past_the_minimum() -> None:
    """(w − 4)² from 10, rate 0.2, momentum 0.9: at 4 the gradient is 0 and it still moves (univ-saida.dz, 148564)."""
    scenario = with_optimizer(weight_alone(10.0, y=4.0, learning_rate=0.2), "momentum")
    assert stepped(scenario, "w", 4) == pytest.approx([7.6, 4.0, 0.76, -0.86], abs=1e-12)
    assert stepped(scenario, "dL_dw", 4) == pytest.approx([12.0, 7.2, 0.0, -6.48], abs=1e-12)


def test_adams_first_step_is_as_long_as_the_rate() -> None:
    """w² from 5, rate 0.1 (gbasran.github.io, ADAM-Machine-Learning-Deepdive, concept 12)."""
    scenario = with_optimizer(weight_alone(5.0, y=0.0, learning_rate=0.1), "adam")
    expected = [4.9, 4.800057757, 4.700213291, 4.600507674]
    assert stepped(scenario, "w", 4) == pytest.approx(expected, abs=1e-9)
    assert [stepped(scenario, name, 1)[0] for name in ("m_w", "v_w", "mhat_w", "vhat_w")] == pytest.approx(
        [1.0, 0.1, 10.0, 100.0], rel=1e-12
    )
    for steep in (1e-3, 1e3):
        other = with_optimizer(neuron(x=(steep,), w=(1.5,), b=0.5), "adam")
        assert stepped(other, "w", 1)[0] == pytest.approx(1.5 + math.copysign(0.1, 4 - 1.5 * steep), rel=1e-3)


def test_the_correction_is_computed_once_for_all_parameters() -> None:
    scenario = with_optimizer(neuron(x=(1.0, 2.0), w=(0.5, 0.1)), "adam")
    text = source(build(scenario), scenario.learning(), one_sample=True)
    assert text.count("_power(") == 2
