"""Programs of expressions as runs: the contract's trace, PyTorch's numbers, compiled and exported code alike."""

import json
import math
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from backprop_tui.core.backprop import Phase
from backprop_tui.core.expression import names
from backprop_tui.core.gradient_check import Judgement
from backprop_tui.core.models.program import ProgramScenario
from backprop_tui.core.scenario import ScenarioError
from backprop_tui.core.scenario_file import parse
from backprop_tui.options.arguments import UsageError, read
from backprop_tui.options.expression import expression_of
from backprop_tui.present.export.trace import trace
from backprop_tui.present.formulas import substituted
from backprop_tui.present.gradient_check import comparisons
from backprop_tui.stepper.history import History
from backprop_tui.stepper.machine import GoTo, IllegalCommand, Move, apply
from backprop_tui.stepper.segment import Segment
from backprop_tui.stepper.state import Position, start
from backprop_tui.stepper.training import Ending, train
from tests.calculator import calculate
from tests.expressions import CIRCUIT, expression, programs
from tests.models import bits
from tests.test_program import check_python, needs_torch, run, stepped, written

RECORDED: list[dict[str, Any]] = json.loads((Path(__file__).parent / "data" / "expressions.json").read_text("utf-8"))

CONTRACT = [
    ("forward", "q", "x + y", "−2 + 5", 3.0),
    ("forward", "f", "q·z", "3 · (−4)", -12.0),
    ("local", "df_dq", "z", "−4", -4.0),
    ("local", "df_dz", "q", "3", 3.0),
    ("local", "dq_dx", "1", "1", 1.0),
    ("local", "dq_dy", "1", "1", 1.0),
    ("chain", "df_dx", "df_dq · dq_dx", "−4 · 1", -4.0),
    ("chain", "df_dy", "df_dq · dq_dy", "−4 · 1", -4.0),
]


def told(scenario: ProgramScenario, epochs: int = 1) -> list[dict[str, Any]]:
    return [json.loads(line) for line in trace(start(scenario), epochs, "jsonl")]


def test_the_circuit_is_traced_to_the_letter() -> None:
    lines = told(CIRCUIT, 3)  # whatever is asked for, there is one pass
    assert [tuple(line.values())[3:] for line in lines] == CONTRACT
    assert [tuple(line.values())[:3] for line in lines] == [(1, 1, stage) for stage in range(1, 9)]


def test_where_the_root_is_one_of_several_users_its_own_derivative_is_called_direct() -> None:
    quantities = {line["quantity"]: line["value"] for line in told(expression("q = x*x; f = q*x", {"x": 3.0}))}
    assert quantities == {"q": 9.0, "f": 27.0, "df_dq": 3.0, "df_dx_direct": 9.0, "dq_dx": 6.0, "df_dx": 27.0}


def test_inputs_get_no_gradient_and_no_update() -> None:
    scenario = expression(
        "q = x + y; f = q*z", {"x": -2.0, "y": 5.0, "z": -4.0}, inputs=("z",), learns=True, learning_rate=0.1
    )
    lines = told(scenario)
    assert not any("dz" in line["quantity"] for line in lines)
    assert [(line["quantity"], line["value"]) for line in lines if line["phase"] == "update"] == [
        ("x", -1.6),
        ("y", 5.4),
    ]


def close(found: float, expected: float) -> bool:
    if math.isnan(expected):
        return math.isnan(found)
    return found == expected or abs(found - expected) <= 1e-12 * max(1.0, abs(expected))


@pytest.mark.parametrize("start_at", range(0, len(RECORDED), 100))
def test_values_and_gradients_are_pytorchs(start_at: int) -> None:
    for row in RECORDED[start_at : start_at + 100]:
        known = start(expression(row["text"], row["values"])).view.known
        numbers = {name: float(value) for name, value in row["known"].items()}
        # PyTorch masks what a gate stops; here ∞ times 0 is NaN: gradients are compared where all is finite.
        values = [value for name, value in known.items() if "_d" not in name]
        is_finite = all(map(math.isfinite, (*values, *numbers.values()))) or row["text"].startswith("f = ")
        for name, expected in numbers.items():
            if is_finite or "_d" not in name:
                assert close(known[name], expected), (row["text"], row["values"], name, known[name], expected)


def test_numbers_alone_are_computed_as_ieee_has_it() -> None:
    values = {"1/0": math.inf, "-1/0": -math.inf, "ln(0)": -math.inf, "ln(-1)": math.nan, "sqrt(-1)": math.nan}
    values |= {
        "(-8)^(1/3)": math.nan,
        "0^-1": math.inf,
        "10^400": math.inf,
        "(-10)^309": -math.inf,
        "sin(1/0)": math.nan,
    }
    values |= {"max(1, ln(-1))": math.nan, "min(ln(-1), 1)": math.nan, "0/0": math.nan, "exp(1000)": math.inf}
    for text, expected in values.items():
        by_numbers = start(expression(f"c = {text}; f = c + x", {"x": 0.0})).view.known["c"]
        assert by_numbers == expected or (math.isnan(by_numbers) and math.isnan(expected)), text
        moved = re.sub(r"\d+", r"(\g<0> + x)", text, count=1)
        by_value = start(expression(f"c = {moved}; f = c + x", {"x": 0.0})).view.known["c"]
        assert by_value == expected or (math.isnan(by_value) and math.isnan(expected)), text


@given(programs())
def test_compiled_code_gives_the_steppers_bits(scenario: ProgramScenario) -> None:
    history = History((Segment(0, scenario),))
    view = history.view(1, 1)
    finite = [math.isfinite(value) for value in view.values]
    assert (history.is_end(1, 1)) is not all(finite)
    if all(finite) and scenario.learns and history.reach(3):
        assert bits(history.losses[:1]) == bits([view.known["f"]])
        assert bits(history.parameters(2, 1)) == bits(view.after)


@given(programs())
def test_a_calculator_gets_every_value_from_what_is_shown(scenario: ProgramScenario) -> None:
    view = start(scenario).view
    for rule, value in zip(view.timeline.rules, view.values, strict=True):
        if not all(math.isfinite(view.known[name]) for name in names(rule.expression)) or not math.isfinite(value):
            break
        text = substituted(rule.expression, view.known)
        if value == 0 or abs(value) > 1e-300:  # below, a float has fewer than its sixteen digits
            assert f"{calculate(text) + 0.0:.4g}" == f"{value + 0.0:.4g}", (rule.quantity, text, value)


@given(programs())
def test_no_gradient_differs_from_its_central_difference(scenario: ProgramScenario) -> None:
    state = apply(start(scenario), Move.LAST)
    assert Judgement.DIFFERS not in [one.judgement for one in comparisons(state)]


@given(programs())
def test_an_exported_program_prints_the_steppers_bits(scenario: ProgramScenario) -> None:
    check_python(scenario, 2)


def test_names_of_the_exported_program_itself_may_be_values() -> None:
    values = dict.fromkeys(("math", "print", "range", "epoch", "epochs", "all", "divide", "largest", "power"), 2.0)
    scenario = expression(f"f = 1/ln({' + '.join(values)})", values, learns=True, learning_rate=0.1)
    check_python(scenario, 3)


@needs_torch
@given(programs(learns=True))
def test_an_exported_program_in_pytorch_prints_what_is_stepped(scenario: ProgramScenario) -> None:
    expected = {entry[:3]: entry[3] for entry in stepped(scenario, 1)}
    printed = {entry[:3]: entry[3] for entry in run(written(scenario, 1, "pytorch"))}
    assert printed.keys() <= expected.keys()
    if all(map(math.isfinite, expected.values())):
        assert printed == pytest.approx({place: expected[place] for place in printed}, rel=1e-9, abs=1e-9)


def test_without_a_learning_rate_the_run_ends_with_its_one_pass() -> None:
    state = apply(start(CIRCUIT), Move.LAST)
    assert state.position == (1, 1, 8)
    assert not state.goes_on
    for move in (Move.NEXT, Move.NEXT_EPOCH, Move.NEXT_PHASE, Move.LAST):
        assert apply(state, move).position == state.position
    with pytest.raises(IllegalCommand, match="epoch 2"):
        apply(state, GoTo(Position(2, 1, 0)))
    assert Phase.UPDATE not in state.timeline.phases
    assert train(state, 100) == (state, None)


def test_with_one_its_values_descend_until_it_is_level() -> None:
    bowl = expression("f = (x - 3)^2 + 0.5*(y + 1)^2 - 5", {"x": 0.0, "y": 0.0}, learns=True, learning_rate=0.2)
    state, ending = train(start(bowl), 10_000)
    assert ending is Ending.CONVERGED
    assert state.view.known["f"] == pytest.approx(-5, abs=1e-12)
    assert (state.view.known["x"], state.view.known["y"]) == (pytest.approx(3.0), pytest.approx(-1.0))


def test_a_value_below_0_is_no_reason_to_stop() -> None:
    state, ending = train(start(expression("f = x", {"x": -10.0}, learns=True, learning_rate=1.0)), 50)
    assert (ending, state.position.epoch) == (None, 50)


def test_a_file_gives_the_same_scenario() -> None:
    text = '[expression]\nprogram = """\nq = x + y\nf = q*z\n"""\nvalues = { x = -2.0, y = 5, z = -4.0 }\n'
    assert [tuple(line.values())[3:] for line in told_of(parse(text, "file"))] == CONTRACT
    learning = parse(f'learning_rate = 0.5\noptimizer = "adam"\n{text}inputs = ["z"]\n', "file")
    assert (learning.learns, learning.learning_rate, learning.optimizer.name) == (True, 0.5, "adam")


def told_of(scenario: object) -> list[dict[str, Any]]:
    assert isinstance(scenario, ProgramScenario)
    return told(scenario)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('loss = "mse"\n[expression]\nprogram = "x"\nvalues = { x = 1 }', "loss: "),
        ('batch_size = 1\n[expression]\nprogram = "x"\nvalues = { x = 1 }', "batch_size: "),
        ('[expression]\nprogram = "x"\nvalues = { x = 1 }\n[[sample]]\nx = [1]\ny = [1]', "sample: "),
        ('[expression]\nprogram = "2x"\nvalues = { x = 1 }', 'expression, program: line 1, column 1, "2x"'),
        ("[expression]\nvalues = { x = 1 }", "expression, program: is missing"),
        ('[expression]\nprogram = "x"\nvalues = { x = "1" }', "expression, values, x: expected a number"),
        ('[expression]\nprogram = "x"\nvalues = { x = true }', "expression, values, x: expected a number"),
        ('[expression]\nprogram = "x"\nvalues = { x = inf }', "expression, values, x: expected a finite"),
        ('[expression]\nprogram = "x"\nvalues = { x = 1 }\ninputs = ["y"]', "expression, inputs: y is no value"),
        ('[expression]\nprogram = "x"\nvalue = { x = 1 }', "expression, value: unknown key"),
        ('[expression]\nprogram = "x*df_dx"\nvalues = { x = 1, df_dx = 2 }', "two quantities are called df_dx"),
        ('optimizer = "adam"\n[expression]\nprogram = "x"\nvalues = { x = 1 }', "an optimiser needs a learning rate"),
    ],
)
def test_a_file_that_is_no_program_is_told_where(text: str, said: str) -> None:
    with pytest.raises(ScenarioError, match=re.escape(said)):
        parse(text, "file")


@pytest.mark.parametrize(
    ("name", "options", "said"),
    [
        ("lr", ["--lr", "0.1"], "--lr: two quantities are called lr"),
        ("v_x", ["--lr", "0.1", "--optimizer", "momentum"], "--optimizer: two quantities are called v_x"),
        ("beta1", ["--lr", "0.1", "--optimizer", "adam"], "--optimizer: two quantities are called beta1"),
    ],
)
def test_a_value_with_a_name_of_the_update_is_told_in_one_line(name: str, options: list[str], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        expression_of(read(["trace", "--expr", f"f = x*{name}", "--at", "x=1", f"{name}=2", *options]))
    assert expression_of(read(["trace", "--expr", f"f = x*{name}", "--at", "x=1", f"{name}=2"])).learns is False
