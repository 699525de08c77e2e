"""The programs that ``trace --format python`` and ``pytorch`` print: run, they give the stepper's numbers."""

import ast
import io
import itertools
import math
import re
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout, suppress
from dataclasses import replace
from importlib.util import find_spec

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backprop_tui.core.backprop import plan
from backprop_tui.core.codegen import FAST, GUARDED, READABLE, SAFE, Dialect, python
from backprop_tui.core.expression import (
    FUNCTIONS,
    RELATIONS,
    Apply,
    Condition,
    Expression,
    Name,
    Number,
    either,
    evaluate,
)
from backprop_tui.core.models.dense import build
from backprop_tui.core.ops import ACTIVATIONS, LOSSES
from backprop_tui.core.scenario import Layer, Sample, Scenario
from backprop_tui.core.scenario_file import builtin_names, load
from backprop_tui.present.export.trace import trace, walk
from backprop_tui.stepper.state import start
from tests.models import DIVERGING, THREE_SAMPLES, TWO_SAMPLES, bits, network, neuron, scenarios

Printed = tuple[int, int, str, float]
"""Epoch, sample, quantity and value."""

KINDS = [*itertools.product(ACTIVATIONS, sorted(set(LOSSES) - {"bce", "cross_entropy"})), ("sigmoid", "bce")]


def kind(activation: str, loss: str, *, scale: float = 1.0) -> Scenario:
    """A 2-2-2 network and two samples, with z above and below 0 and errors above and below 1."""
    first = Layer(activation, ((1.5, -0.7), (-0.3, 0.4)), (0.1, -0.2))
    last = Layer(activation, ((1.1, 0.6), (-0.9, 0.8)), (0.3, -0.1))
    samples = (Sample((0.7 * scale, -1.3), (0.2, 0.9)), Sample((-1.7 * scale, 0.4), (0.0, 1.0)))
    return Scenario("kind", (first, last), samples, loss, 0.3)


def _certain(x: float) -> Sample:
    return Sample((x,), (0.25,))


SHAPES = {
    "two samples": TWO_SAMPLES,
    "three samples": THREE_SAMPLES,
    "three inputs": replace(neuron(x=(1.0, -2.0, 0.5), w=(0.3, 0.1, -0.4)), learning_rate=-0.05),
    "wide": network((9, 12, 3), biases_fixed={1}),
    "one by one": network((1, 1, 1)),
    "bias fixed": replace(neuron(), layers=(Layer("identity", ((1.5,),), (0.5,), train_biases=False),)),
    # a is exactly 0 and 1, and the logarithm of 0 is not.
    "certain": replace(
        neuron(w=(800.0,), y=0.25, activation="sigmoid"), samples=(_certain(-1.0), _certain(1.0)), loss="bce"
    ),
    "softplus of 21": neuron(x=(1.0,), w=(20.5,), activation="softplus", loss="mae"),
    "all fixed": network((2, 1, 1), fixed={1, 2}),
}


def run(text: str) -> list[Printed]:
    """What a program prints; as from a file, so that Python looks for an encoding in it."""
    output = io.StringIO()
    with redirect_stdout(output), suppress(SystemExit):
        exec(compile(text.encode(), "program.py", "exec"), {"__name__": "__main__"})  # noqa: S102 - what it is about
    epoch = sample = 1
    printed: list[Printed] = []
    for line in filter(None, output.getvalue().split("\n")):
        if found := re.fullmatch(r"(\w+) = (\S+)", line):
            printed.append((epoch, sample, found[1], float(found[2])))
        else:
            heading = re.fullmatch(r"(?:epoch (\d+))?(?:, )?(?:sample (\d+))?", line.lower())
            assert heading is not None, line
            epoch, sample = int(heading[1] or 1), int(heading[2] or 1)
    return printed


def stepped(scenario: Scenario, epochs: int) -> list[Printed]:
    """What the stepper computes, stage by stage."""
    computed = []
    for state in walk(start(scenario), epochs):
        epoch, sample, stage = state.position
        value = state.view.values[stage - 1]
        shown = math.nan if math.isnan(value) else value  # the sign of a NaN is not printed
        computed.append((epoch, sample, state.timeline.rules[stage - 1].quantity, shown))
    return computed


def written(scenario: Scenario, epochs: int = 1, form: str = "python") -> str:
    return "".join(trace(start(scenario), epochs, form))


def check_python(scenario: Scenario, epochs: int) -> None:
    printed, expected = run(written(scenario, epochs)), stepped(scenario, epochs)
    assert [entry[:3] for entry in printed] == [entry[:3] for entry in expected]
    assert bits(entry[3] for entry in printed) == bits(entry[3] for entry in expected)


def test_the_neuron_reads_like_the_article() -> None:
    code = [line for line in written(load()).split("\n") if line and not line.startswith("print")]
    assert code[code.index("# Given") :] == [
        "# Given",
        *("x = 2.0", "w = 1.5", "b = 0.5", "y = 4.0", "lr = 0.1"),
        "# Forward pass",
        *("z = w * x + b", "a = z"),
        "# Loss",
        "loss = (a - y) * (a - y)",
        "# Local derivatives",
        *("dL_da = 2 * (a - y)", "da_dz = 1.0", "dz_dw = x", "dz_db = 1.0"),
        "# Chain rule",
        *("dL_dw = dL_da * da_dz * dz_dw", "dL_db = dL_da * da_dz * dz_db"),
        "# Update",
        *("w = w - lr * dL_dw", "b = b - lr * dL_db"),
    ]


def test_the_neuron_prints_the_article() -> None:
    figures = {"z": 3.5, "a": 3.5, "loss": 0.25, "dL_da": -1.0, "da_dz": 1.0, "dz_dw": 2.0, "dz_db": 1.0}
    figures |= {"dL_dw": -2.0, "dL_db": -1.0, "w": 1.7, "b": 0.6}
    printed = run(written(load(), 2))
    assert [(name, value) for epoch, _, name, value in printed if epoch == 1] == list(figures.items())
    assert [value for epoch, _, name, value in printed if epoch == 2][:3] == [4.0, 4.0, 0.0]


@pytest.mark.parametrize("name", builtin_names())
def test_every_built_in_scenario_prints_what_is_stepped(name: str) -> None:
    check_python(load(name), 1)
    check_python(load(name), 3)


@pytest.mark.parametrize(("activation", "loss"), KINDS)
@pytest.mark.parametrize("scale", [1.0, 1e3, 1e200])
def test_every_activation_and_loss_prints_what_is_stepped(activation: str, loss: str, scale: float) -> None:
    check_python(kind(activation, loss, scale=scale), 3)


@given(scenarios(), st.integers(1, 3))
def test_any_network_prints_what_is_stepped(scenario: Scenario, epochs: int) -> None:
    check_python(scenario, epochs)


@pytest.mark.parametrize("scenario", SHAPES.values(), ids=SHAPES)
def test_any_shape_prints_what_is_stepped(scenario: Scenario) -> None:
    check_python(scenario, 2)


@pytest.mark.parametrize("scenario", [load("diverge"), DIVERGING], ids=["one loop", "two loops"])
def test_a_program_ends_with_the_pass_in_which_a_value_stops_being_finite(scenario: Scenario) -> None:
    expected = stepped(scenario, 1000)
    assert expected[-1][0] < 1000
    check_python(scenario, 1000)


def test_a_thousand_parameters_stay_within_the_line() -> None:
    scenario = network((996, 1, 1))
    text = written(replace(scenario, samples=(*scenario.samples, *scenario.samples)), 1)
    assert max(map(len, text.split("\n"))) <= 96
    check_python(scenario, 1)


@pytest.mark.parametrize("scenario", [*map(load, builtin_names()), *itertools.starmap(kind, KINDS)])
def test_a_program_needs_nothing_but_math_and_defines_only_what_it_calls(scenario: Scenario) -> None:
    for epochs in (1, 2):
        nodes = list(ast.walk(ast.parse(written(scenario, epochs))))
        imported = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
        attributes = [node for node in nodes if isinstance(node, ast.Attribute)]
        assert imported == (["math"] if attributes else [])
        assert not [node for node in nodes if isinstance(node, ast.ImportFrom)]
        defined = {node.name for node in nodes if isinstance(node, ast.FunctionDef)}
        called = {node.func.id for node in nodes if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
        assert called - {"print", "abs", "max", "min", "len", "range", "enumerate", "all", "any"} == defined


HOSTILE = [
    "x\nimport os",
    "x\rimport os",
    "x\x0b\x0c\x1c\x85\u2028\u2029import os",
    "coding: utf-7 +AAo-import os",
    "-*- coding: no-such-thing -*-",
    '"""',
    "\\",
    "\x00\x1b[31m\u202e\ud800",
    "",
]


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
@pytest.mark.parametrize("form", ["python", "pytorch"])
def test_titles_and_sources_are_comments_whatever_is_in_them(text: str, form: str) -> None:
    expected = ast.dump(ast.parse(written(neuron(), 2, form)))
    for scenario in (
        replace(neuron(), title=text),
        replace(neuron(), source=text),
        replace(neuron(), title=text, source=text),
        replace(neuron(), name=text),
    ):
        program_text = written(scenario, 2, form)
        assert ast.dump(ast.parse(program_text.encode())) == expected
        assert all(line.isprintable() for line in program_text.split("\n"))
    assert "\n# x import os\n" in written(replace(neuron(), title="x\nimport os"), 2, form)


def rules() -> Iterator[tuple[str, Expression]]:
    """Every rule that a scenario may have, by a name."""
    for activation, loss in KINDS:
        for rule in plan(build(kind(activation, loss))):
            yield f"{activation} {loss} {rule.quantity}", rule.expression


def without_a_pair(text: str) -> Iterator[str]:
    """`text` without one pair of parentheses, for each that is not a call's."""
    open_at: list[int] = []
    for i, letter in enumerate(text):
        if letter == "(":
            open_at.append(i)
        elif letter == ")":
            j = open_at.pop()
            if j == 0 or not text[j - 1].isalnum():
                yield f"{text[:j]} {text[j + 1 : i]} {text[i + 1 :]}".strip()


DIALECTS = pytest.mark.parametrize(
    "dialect", [READABLE, FAST, GUARDED, SAFE], ids=["readable", "fast", "guarded", "safe"]
)


@DIALECTS
def test_no_pair_of_parentheses_could_be_left_out(dialect: Dialect) -> None:
    pairs = 0
    for name, rule in rules():
        text = python(rule, dialect)
        for shorter in without_a_pair(text):
            pairs += 1
            with suppress(SyntaxError):  # the pair around a := is the only one without which it is no Python
                assert ast.dump(ast.parse(shorter)) != ast.dump(ast.parse(text)), name
    assert pairs > 100


A, B, C, D = map(Name, "abcd")
ONE_ARGUMENT = ("negative", "²", "e^", "ln", "expm1", "log1p", "√", "sin", "cos", "tan", "tanh", "erf", "erfc", "abs")
ARGUMENTS = dict.fromkeys(ONE_ARGUMENT, 1) | {"+": 3, "·": 3}
VALUES = [dict(zip("abcd", numbers, strict=True)) for numbers in ((0.1, 0.7, 1.3, 0.6), (3.3, -0.9, 0.01, -2.7))]


def operations(*arguments: Expression) -> Iterator[Expression]:
    """Every function of the rules, and a choice, applied to as many of three `arguments` as it takes."""
    for function in FUNCTIONS:
        yield Apply(function, arguments[: ARGUMENTS.get(function, 2)])
    for relation in RELATIONS:
        yield either(arguments[0], Condition(arguments[1], relation, arguments[2]), Number(2.0))
        yield either(Number(-2.0), Condition(arguments[0], relation, Number(1.0)), arguments[2])


def nested() -> Iterator[Expression]:
    """Every operation in every place of every other."""
    for inner in operations(A, B, C):
        for arguments in ((inner, D, A), (D, inner, A), (D, A, inner), (inner, inner, inner)):
            yield from operations(*arguments)


@DIALECTS
def test_an_expression_in_python_is_computed_in_the_same_order(dialect: Dialect) -> None:
    functions = {"math": math, **{name: FUNCTIONS[function] for function, name in dialect.calls.items()}}
    compared = 0
    for expression, values in itertools.product(nested(), VALUES):
        with suppress(ValueError, ZeroDivisionError, OverflowError):  # a root of a negative number, say
            expected = evaluate(expression, values)
            found = eval(python(expression, dialect), functions, dict(values))  # noqa: S307 - made here
            assert bits([found]) == bits([expected]), python(expression, dialect)
            compared += 1
    assert compared > 1000


EVERYTHING = {
    **{name: load(name) for name in builtin_names()},
    **{" ".join(names): kind(*names) for names in KINDS},
    **SHAPES,
}


@pytest.mark.parametrize("scenario", EVERYTHING.values(), ids=EVERYTHING)
def test_every_scenario_is_a_pytorch_program(scenario: Scenario) -> None:
    for epochs in (1, 3):
        compile(written(scenario, epochs, "pytorch"), "program.py", "exec")


needs_torch = pytest.mark.skipif(find_spec("torch") is None, reason="PyTorch, which no test depends on, is not here")


@pytest.fixture
def check_pytorch() -> Iterator[Callable[[Scenario, int], None]]:
    """Compares what the PyTorch program prints with what is stepped."""
    import torch  # noqa: PLC0415 - not everywhere

    def check(scenario: Scenario, epochs: int) -> None:
        expected = {entry[:3]: entry[3] for entry in stepped(scenario, epochs)}
        trained = {node.name for node in build(scenario).parameters if not node.fixed}
        names = {"loss", *trained, *(f"dL_d{name}" for name in trained)}
        printed = {entry[:3]: entry[3] for entry in run(written(scenario, epochs, "pytorch"))}
        assert printed.keys() == {place for place in expected if place[2] in names}
        for place, value in printed.items():
            assert value == pytest.approx(expected[place], rel=1e-12, abs=1e-12, nan_ok=True), place

    before = torch.get_default_dtype()
    yield check
    torch.set_default_dtype(before)


@needs_torch
@pytest.mark.parametrize("scenario", EVERYTHING.values(), ids=EVERYTHING)
def test_pytorch_prints_what_is_stepped(scenario: Scenario, check_pytorch: Callable[[Scenario, int], None]) -> None:
    check_pytorch(scenario, 1)
    check_pytorch(scenario, 3)


@needs_torch
@pytest.mark.parametrize("scenario", [load("diverge"), DIVERGING], ids=["one loop", "two loops"])
def test_pytorch_ends_where_the_trace_does(scenario: Scenario, check_pytorch: Callable[[Scenario, int], None]) -> None:
    check_pytorch(scenario, 1000)
